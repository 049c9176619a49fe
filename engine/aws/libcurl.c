#include "config.h"

#include "aws/libcurl.h"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>
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

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct libcurl loaded;
static struct error failure;
static int status; /* of loading it */
static pthread_t prefetcher;
static bool is_prefetching;

static void load(void)
{
	const struct library library = { "libcurl", files, functions };

	status = library_load(&library, &loaded, &failure);
	if (status == 0 && loaded.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		status = error_set(&failure, ERROR_NETWORK, NOWHERE, "libcurl cannot be used here");
}

/* GnuTLS comes with librtmp, which is never called here. It would set itself up as it is loaded, for 0.8 MB; what does
 * use it says so (gnutls_global_init(3)). Children do not see this: they get the rows that we were started with. */
static void spare_gnutls(void)
{
	setenv("GNUTLS_NO_IMPLICIT_INIT", "1", 0);
}

static void *prefetch(void *nothing)
{
	pthread_once(&once, load);
	return nothing;
}

void libcurl_prefetch(void)
{
	sigset_t all, before;

	if (is_prefetching)
		return;
	spare_gnutls();
#ifdef M_ARENA_MAX
	mallopt(M_ARENA_MAX, 1); /* the heap of a thread that lives for milliseconds would stay */
#endif
	/* Signals are for the caller: they interrupt what it waits for. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	is_prefetching = pthread_create(&prefetcher, NULL, prefetch, NULL) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void libcurl_settle(void)
{
	if (is_prefetching)
		pthread_join(prefetcher, NULL);
	is_prefetching = false;
}

int libcurl_load(struct error *err)
{
	spare_gnutls();
	pthread_once(&once, load);
	return status == 0 ? 0 : error_set(err, failure.kind, NOWHERE, "%s", failure.message);
}

const struct libcurl *libcurl(void)
{
	struct error err = ERROR_INIT;

	if (libcurl_load(&err) == 0)
		return &loaded;
	fprintf(stderr, "tidegate: %s\n", err.message);
	exit(EXIT_FAILURE);
}
