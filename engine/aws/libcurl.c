#include "config.h"

#include "aws/libcurl.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/library.h"

/* With the system's certificates GnuTLS takes 6 MB more than OpenSSL; but it is wherever git is. */
static const char *const files[] = { "libcurl.so.4", "libcurl-gnutls.so.4", NULL };

static const struct library_function functions[] = {
#define ROW(name) { "curl_" #name, offsetof(struct libcurl, name) },
	LIBCURL_FUNCTIONS(ROW)
#undef ROW
	{ NULL, 0 },
};

static struct {
	bool tried;
	int status;
	struct error failure;
	struct libcurl functions;
} loaded;

static int load(struct error *err)
{
	const struct library library = { "libcurl", files, functions };

	/* GnuTLS comes with librtmp, which is never called here. It would set itself up as it is loaded, for 0.8 MB;
	 * what does use it says so (gnutls_global_init(3)). Children do not see this: they get the rows that we were
	 * started with. */
	setenv("GNUTLS_NO_IMPLICIT_INIT", "1", 0);
	if (library_load(&library, &loaded.functions, err) != 0)
		return -1;
	if (loaded.functions.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return error_set(err, ERROR_NETWORK, NOWHERE, "libcurl cannot be used here");
	return 0;
}

int libcurl_load(struct error *err)
{
	if (!loaded.tried)
		loaded.status = load(&loaded.failure);
	loaded.tried = true;
	return loaded.status == 0 ? 0 : error_set(err, loaded.failure.kind, NOWHERE, "%s", loaded.failure.message);
}

const struct libcurl *libcurl(void)
{
	struct error err = ERROR_INIT;

	if (libcurl_load(&err) == 0)
		return &loaded.functions;
	fprintf(stderr, "tidegate: %s\n", err.message);
	exit(EXIT_FAILURE);
}
