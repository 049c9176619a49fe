/* A name server that does not answer, in the place of the system's: what asks it must neither be waited for nor hold up
 * others. It answers at the end of each test, or when nobody can hope for that any more. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <curl/curl.h>
#include <netdb.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "aws/transport_curl.h"
#include "base/memory.h"
#include "tiny_server.h"

enum { PATIENCE_SECONDS = 20, TIMEOUT_MS = 200, EXIT_SKIPPED = 77 };

static sem_t asked, may_answer, answered;

static bool await(sem_t *semaphore)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PATIENCE_SECONDS;
	return sem_timedwait(semaphore, &until) == 0;
}

/* libcurl's, for this program exports it (-rdynamic). Addresses in digits it takes apart by itself. */
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **result)
{
	(void)name;
	(void)service;
	(void)hints;
	*result = NULL;
	sem_post(&asked);
	await(&may_answer);
	sem_post(&answered);
	return EAI_AGAIN;
}

struct outcome {
	int count;
	enum transfer_failure failure;
	bool timed_out;
};

static void keep(void *argument, const struct http_response *response)
{
	*(struct outcome *)argument = (struct outcome){ 1, response->failure, response->timed_out };
}

static void begin(struct transport *transport, const char *url, int timeout_ms, struct outcome *outcome)
{
	const struct http_request request = {
		.url = url,
		.method = "GET",
		.connect_timeout_ms = timeout_ms,
		.total_timeout_ms = timeout_ms,
		.max_response_bytes = 1 << 10,
	};

	transport->start(transport, &request, keep, outcome);
}

static void poll_until(struct transport *transport, const struct outcome *outcome)
{
	while (outcome->count == 0)
		assert_int_equal(transport->poll(transport, 100, NULL), 0);
}

/* It was still being asked when the test was through with it. */
static void assert_was_not_waited_for(void)
{
	assert_int_not_equal(sem_trywait(&answered), 0);
	sem_post(&may_answer);
	assert_true(await(&answered));
}

static void the_time_of_a_request_ends_while_its_name_is_asked_for(void **state)
{
	struct transport *transport = transport_curl_new(&(struct transport_curl_options){ 0 }, NULL);
	struct outcome outcome = { 0 };

	(void)state;
	begin(transport, "http://nobody.example/", TIMEOUT_MS, &outcome);
	poll_until(transport, &outcome);
	assert_true(await(&asked));
	assert_int_equal(outcome.failure, TRANSFER_NOT_SENT);
	assert_true(outcome.timed_out);
	transport_curl_free(transport);
	assert_was_not_waited_for();
}

static void what_is_cancelled_need_not_know_its_name(void **state)
{
	struct transport *transport = transport_curl_new(&(struct transport_curl_options){ 0 }, NULL);
	struct outcome outcome = { 0 };

	(void)state;
	begin(transport, "http://nobody.example/", PATIENCE_SECONDS * 1000, &outcome);
	assert_int_equal(transport->poll(transport, 0, NULL), 0);
	assert_true(await(&asked));
	transport_curl_free(transport);
	assert_int_equal(outcome.count, 0);
	assert_was_not_waited_for();
}

static void another_request_goes_on_meanwhile(void **state)
{
	struct transport *transport = transport_curl_new(&(struct transport_curl_options){ 0 }, NULL);
	struct tiny_server *server = tiny_server_start();
	struct outcome held = { 0 }, other = { 0 };
	char *url = memory_format("http://127.0.0.1:%d%s", tiny_server_port(server), PATH_ECHO);

	(void)state;
	begin(transport, "http://nobody.example/", TIMEOUT_MS, &held);
	assert_int_equal(transport->poll(transport, 0, NULL), 0);
	assert_true(await(&asked));
	poll_until(transport, &held);
	begin(transport, url, PATIENCE_SECONDS * 1000, &other);
	poll_until(transport, &other);
	assert_int_equal(other.failure, TRANSFER_ANSWERED);
	free(url);
	transport_curl_free(transport);
	tiny_server_stop(server);
	assert_was_not_waited_for();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_time_of_a_request_ends_while_its_name_is_asked_for),
		cmocka_unit_test(what_is_cancelled_need_not_know_its_name),
		cmocka_unit_test(another_request_goes_on_meanwhile),
	};

	if (LIBCURL_VERSION_NUM < 0x075700) {
		puts("skipped: libcurl before 7.87 always waits for a name server");
		return EXIT_SKIPPED;
	}
	sem_init(&asked, 0, 0);
	sem_init(&may_answer, 0, 0);
	sem_init(&answered, 0, 0);
	unsetenv("http_proxy");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
