/* Whom a request is sent to: a server over TLS whose certificate is a stranger's, of another name, out of date, or too
 * old in its ways, is sent nothing, and one that never says hello is waited for no longer than connecting may take. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aws/transport_curl.h"
#include "base/clock.h"
#include "base/memory.h"

enum { CONNECT_MS = 5000, TOTAL_MS = 20000, DAY_SECONDS = 24 * 3600 };

struct server {
	const char *name;   /* in the certificate */
	int begins, ends;   /* when it is valid, in days from now */
	int newest;         /* version of TLS; 0: any */
	bool silent;        /* accepts, and says nothing */
};

/* ---- the server, a process of its own ---- */

static EVP_PKEY *new_key(void)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
	EVP_PKEY *key = NULL;

	assert_int_equal(EVP_PKEY_keygen_init(context), 1);
	assert_int_equal(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1), 1);
	assert_int_equal(EVP_PKEY_keygen(context, &key), 1);
	EVP_PKEY_CTX_free(context);
	return key;
}

static X509 *new_certificate(const struct server *server, EVP_PKEY *key)
{
	X509 *made = X509_new();
	X509_NAME *name = X509_get_subject_name(made);
	X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, (char *)(uintptr_t)server->name);

	X509_set_version(made, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
	X509_gmtime_adj(X509_getm_notBefore(made), (long)server->begins * DAY_SECONDS);
	X509_gmtime_adj(X509_getm_notAfter(made), (long)server->ends * DAY_SECONDS);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1, 0);
	X509_set_issuer_name(made, name);
	X509_set_pubkey(made, key);
	X509_add_ext(made, names, -1);
	X509_EXTENSION_free(names);
	assert_true(X509_sign(made, key, EVP_sha256()) > 0);
	return made;
}

static void write_certificate(const char *path, X509 *certificate)
{
	FILE *stream = fopen(path, "w");

	assert_non_null(stream);
	assert_int_equal(PEM_write_X509(stream, certificate), 1);
	fclose(stream);
}

static void answer(SSL_CTX *context, int connection)
{
	static const char text[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
	SSL *ssl = SSL_new(context);
	char request[4096] = "";
	int count, length = 0;

	SSL_set_fd(ssl, connection);
	if (SSL_accept(ssl) == 1) {
		/* To its end: closing on unread bytes would be a reset. */
		while (!strstr(request, "A=1") &&
		       (count = SSL_read(ssl, request + length, (int)sizeof(request) - 1 - length)) > 0)
			length += count;
		SSL_write(ssl, text, sizeof(text) - 1);
		SSL_shutdown(ssl);
	}
	SSL_free(ssl);
}

static void serve(const struct server *server, int listener, X509 *certificate, EVP_PKEY *key)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	SSL_CTX_use_certificate(context, certificate);
	SSL_CTX_use_PrivateKey(context, key);
	if (server->newest) {
		SSL_CTX_set_security_level(context, 0);
		SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
		SSL_CTX_set_max_proto_version(context, server->newest);
	}
	for (;;) {
		int connection = accept(listener, NULL, NULL);

		if (server->silent)
			pause();
		answer(context, connection);
		close(connection);
	}
}

static pid_t start(const struct server *server, const char *bundle, unsigned *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	EVP_PKEY *key = new_key();
	X509 *certificate = new_certificate(server, key);
	pid_t process;

	write_certificate(bundle, certificate);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(listener, 4), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	*port = ntohs(address.sin_port);
	process = fork();
	if (process == 0)
		serve(server, listener, certificate, key);
	assert_true(process > 0);
	close(listener);
	X509_free(certificate);
	EVP_PKEY_free(key);
	return process;
}

/* ---- who asks ---- */

struct came {
	bool done;
	enum transfer_failure failure;
	int status;
	char reason[160];
};

static void keep(void *argument, const struct http_response *response)
{
	struct came *came = argument;

	*came = (struct came){ .done = true, .failure = response->failure, .status = response->status };
	snprintf(came->reason, sizeof(came->reason), "%s", response->reason);
}

static struct came ask(const char *bundle, unsigned port)
{
	const struct transport_curl_options options = { .ca_bundle = bundle };
	struct transport *transport = transport_curl_new(&options, NULL);
	char url[60];
	const struct http_request request = {
		.method = "POST", .url = url, .body = "A=1", .body_length = 3, .connect_timeout_ms = CONNECT_MS,
		.total_timeout_ms = TOTAL_MS, .max_response_bytes = 1000, .no_proxy = true,
	};
	struct came came = { 0 };

	snprintf(url, sizeof(url), "https://127.0.0.1:%u/", port);
	transport->start(transport, &request, keep, &came);
	while (!came.done)
		assert_int_equal(transport->poll(transport, TOTAL_MS, NULL), 0);
	transport_curl_free(transport);
	return came;
}

static void only_whom_the_bundle_vouches_for_is_sent_a_request(void **state)
{
	static const struct {
		struct server server;
		bool known; /* its certificate is in the bundle that is trusted */
		bool answers;
	} rows[] = {
		{ { "IP:127.0.0.1", -1, 1, 0, false }, true, true },
		{ { "IP:127.0.0.1", -1, 1, TLS1_2_VERSION, false }, true, true },
		{ { "IP:127.0.0.1", -1, 1, 0, false }, false, false },
		{ { "IP:127.0.0.2,DNS:autoscaling.eu-west-1.amazonaws.com", -1, 1, 0, false }, true, false },
		{ { "IP:127.0.0.1", -2, -1, 0, false }, true, false },
		{ { "IP:127.0.0.1", 1, 2, 0, false }, true, false },
		{ { "IP:127.0.0.1", -1, 1, TLS1_1_VERSION, false }, true, false },
		{ { "IP:127.0.0.1", -1, 1, 0, true }, true, false },
	};
	struct clock *clock = clock_system();
	char folder[] = "/tmp/tidegate-tls.XXXXXX", bundle[60];

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(bundle, sizeof(bundle), "%s/bundle.pem", folder);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		int64_t begun_ms = clock->monotonic_ms(clock);
		unsigned port;
		pid_t process = start(&rows[i].server, bundle, &port);
		struct came came = ask(rows[i].known ? bundle : NULL, port);

		kill(process, SIGKILL);
		waitpid(process, NULL, 0);
		if (came.failure != (rows[i].answers ? TRANSFER_ANSWERED : TRANSFER_NOT_SENT))
			fail_msg("server %zu: %d, %d, %s", i + 1, (int)came.failure, came.status, came.reason);
		assert_in_range(clock->monotonic_ms(clock) - begun_ms, 0, TOTAL_MS - 1);
	}
	unlink(bundle);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_whom_the_bundle_vouches_for_is_sent_a_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
