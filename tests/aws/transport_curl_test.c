#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "aws/transport_curl.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/memory.h"
#include "tiny_server.h"

enum { PATIENCE_MS = 10000 };

struct fixture {
	struct tiny_server *server;
	struct transport *transport;
};

/* The last answer, kept. */
struct answer {
	int count;
	enum transfer_failure failure;
	int status;
	bool timed_out;
	struct buffer body;
	char request_id[32], interim[32], reason[160];
};

static void keep_answer(void *argument, const struct http_response *response)
{
	struct answer *answer = argument;
	const char *id = http_response_header(response, "x-amzn-requestid");
	const char *interim = http_response_header(response, "x-interim");

	answer->count++;
	answer->failure = response->failure;
	answer->status = response->status;
	answer->timed_out = response->timed_out;
	buffer_clear(&answer->body);
	buffer_add(&answer->body, response->body, response->body_length);
	snprintf(answer->request_id, sizeof(answer->request_id), "%s", id ? id : "");
	snprintf(answer->interim, sizeof(answer->interim), "%s", interim ? interim : "");
	snprintf(answer->reason, sizeof(answer->reason), "%s", response->reason);
}

static int set_up(void **state)
{
	struct fixture *fixture = memory_new(1, sizeof(*fixture));

	fixture->server = tiny_server_start();
	fixture->transport = transport_curl_new(&(struct transport_curl_options){ 0 }, NULL);
	*state = fixture;
	return fixture->transport ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	transport_curl_free(fixture->transport);
	tiny_server_stop(fixture->server);
	free(fixture);
	return 0;
}

static void begin_url(struct fixture *fixture, struct http_request request, const char *url, struct answer *answer)
{
	request.url = url;
	request.method = request.method ? request.method : "POST";
	request.body = request.body ? request.body : "A=1";
	request.body_length = strlen(request.body);
	request.connect_timeout_ms = request.connect_timeout_ms ? request.connect_timeout_ms : PATIENCE_MS;
	request.total_timeout_ms = request.total_timeout_ms ? request.total_timeout_ms : PATIENCE_MS;
	request.max_response_bytes = request.max_response_bytes ? request.max_response_bytes : 1 << 20;
	fixture->transport->start(fixture->transport, &request, keep_answer, answer);
}

static void begin(struct fixture *fixture, struct http_request request, const char *path, struct answer *answer)
{
	char url[100];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", tiny_server_port(fixture->server), path);
	begin_url(fixture, request, url, answer);
}

static void await(struct fixture *fixture, const struct answer *answer, int count)
{
	int64_t until = clock_system()->monotonic_ms(clock_system()) + 2 * PATIENCE_MS;

	while (answer->count < count && clock_system()->monotonic_ms(clock_system()) < until)
		assert_int_equal(fixture->transport->poll(fixture->transport, 1000, NULL), 0);
	assert_int_equal(answer->count, count);
}

static struct answer get(struct fixture *fixture, struct http_request request, const char *path)
{
	struct answer answer = { 0 };

	begin(fixture, request, path, &answer);
	await(fixture, &answer, 1);
	return answer;
}

static void assert_answered(struct answer *answer, int status, const char *body)
{
	assert_string_equal(answer->reason, "");
	assert_int_equal(answer->failure, TRANSFER_ANSWERED);
	assert_int_equal(answer->status, status);
	assert_string_equal(buffer_text(&answer->body), body);
	buffer_release(&answer->body);
}

static void assert_failed(struct answer *answer, enum transfer_failure failure, bool timed_out)
{
	assert_int_equal(answer->failure, failure);
	assert_int_equal(answer->timed_out, timed_out);
	assert_string_not_equal(answer->reason, "");
	buffer_release(&answer->body);
}

static void requests_one_after_another_share_a_connection(void **state)
{
	struct fixture *fixture = *state;

	for (int i = 0; i < 5; i++) {
		struct answer answer = get(fixture, (struct http_request){ .body = "Action=Nothing" }, PATH_ECHO);

		assert_string_equal(answer.request_id, "r-1");
		assert_answered(&answer, 200, "Action=Nothing");
	}
	assert_int_equal(tiny_server_connections(fixture->server), 1);
	assert_int_equal(tiny_server_requests(fixture->server), 5);
}

static void requests_at_the_same_time_do_not_wait_for_each_other(void **state)
{
	struct fixture *fixture = *state;
	struct answer hanging = { 0 }, answer = { 0 };

	begin(fixture, (struct http_request){ 0 }, PATH_HANG, &hanging);
	begin(fixture, (struct http_request){ 0 }, PATH_ECHO, &answer);
	await(fixture, &answer, 1);
	assert_answered(&answer, 200, "A=1");
	assert_int_equal(hanging.count, 0);
}

static void what_is_cancelled_is_never_heard_of_again(void **state)
{
	struct fixture *fixture = *state;
	struct answer hanging = { 0 }, answer = { 0 };

	begin(fixture, (struct http_request){ 0 }, PATH_HANG, &hanging);
	fixture->transport->cancel(fixture->transport);
	begin(fixture, (struct http_request){ 0 }, PATH_ECHO, &answer);
	await(fixture, &answer, 1);
	buffer_release(&answer.body);
	assert_int_equal(hanging.count, 0);
}

static void only_the_headers_asked_for_are_sent(void **state)
{
	static const struct http_header headers[] = {
		{ "Content-Type", "application/x-www-form-urlencoded; charset=utf-8" },
		{ "User-Agent", "tidegate-test\r\nX-Smuggled: yes" },
		{ "X-Empty", "" },
	};
	struct fixture *fixture = *state;
	struct answer answer = get(fixture, (struct http_request){ .headers = headers, .n_headers = 3 }, PATH_HEAD);
	char expected[400];

	snprintf(expected, sizeof(expected),
		 "POST /head HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: */*\r\n"
		 "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\nUser-Agent: tidegate-test\r\n"
		 "X-Empty:\r\nContent-Length: 3\r\n\r\n",
		 tiny_server_port(fixture->server));
	assert_answered(&answer, 200, expected);
}

static void a_method_without_a_body_is_sent_as_such(void **state)
{
	struct fixture *fixture = *state;
	struct answer got = get(fixture, (struct http_request){ .method = "GET", .body = "" }, PATH_HEAD);
	struct answer put = get(fixture, (struct http_request){ .method = "PUT", .body = "" }, PATH_HEAD);

	assert_memory_equal(buffer_text(&got.body), "GET /head HTTP/1.1\r\n", 20);
	assert_null(strstr(buffer_text(&got.body), "Content-Length"));
	assert_memory_equal(buffer_text(&put.body), "PUT /head HTTP/1.1\r\n", 20);
	assert_non_null(strstr(buffer_text(&put.body), "Content-Length: 0\r\n"));
	buffer_release(&got.body);
	buffer_release(&put.body);
}

static void an_interim_answer_is_not_the_answer(void **state)
{
	struct answer answer = get(*state, (struct http_request){ 0 }, PATH_INTERIM);

	assert_string_equal(answer.interim, "");
	assert_answered(&answer, 200, "later");
}

static void an_answer_may_come_a_byte_at_a_time(void **state)
{
	struct answer answer = get(*state, (struct http_request){ 0 }, PATH_DRIP);

	assert_answered(&answer, 200, "drip");
}

static void a_redirect_is_an_answer_and_not_followed(void **state)
{
	struct fixture *fixture = *state;
	struct answer answer = get(fixture, (struct http_request){ 0 }, PATH_REDIRECT);

	assert_answered(&answer, 302, "");
	assert_int_equal(tiny_server_requests(fixture->server), 1);
}

static void what_cannot_have_reached_the_server_was_not_sent(void **state)
{
	struct fixture *fixture = *state;
	int port = tiny_server_port(fixture->server);
	const char *formats[] = { "http://127.0.0.1:1/", "http://name.invalid/", "https://127.0.0.1:%d/",
				  "ftp://127.0.0.1:%d/", "http://[::bad/" };

	for (size_t i = 0; i < ARRAY_LENGTH(formats); i++) {
		struct answer answer = { 0 };
		char *place = strstr(formats[i], "%d"), url[100];

		if (place)
			snprintf(url, sizeof(url), "%.*s%d/", (int)(place - formats[i]), formats[i], port);
		else
			snprintf(url, sizeof(url), "%s", formats[i]);
		begin_url(fixture, (struct http_request){ .connect_timeout_ms = 2000 }, url, &answer);
		await(fixture, &answer, 1);
		assert_int_equal(answer.failure, TRANSFER_NOT_SENT);
		assert_string_not_equal(answer.reason, "");
		buffer_release(&answer.body);
	}
	assert_int_equal(tiny_server_requests(fixture->server), 0);
}

static void a_reset_leaves_the_request_in_doubt(void **state)
{
	struct answer answer = get(*state, (struct http_request){ 0 }, PATH_RESET);

	assert_failed(&answer, TRANSFER_NO_ANSWER, false);
}

/* libcurl would like to: a kept connection that breaks before the first byte of an answer was perhaps only old. */
static void a_request_is_not_sent_twice_when_a_kept_connection_breaks(void **state)
{
	struct fixture *fixture = *state;
	struct answer first = get(fixture, (struct http_request){ 0 }, PATH_ECHO);
	struct answer second = get(fixture, (struct http_request){ 0 }, PATH_RESET);

	assert_answered(&first, 200, "A=1");
	assert_failed(&second, TRANSFER_NO_ANSWER, false);
	assert_int_equal(tiny_server_requests(fixture->server), 2);
}

/* Nobody can tell how much of it was read before. */
static void a_reset_before_the_request_is_read_leaves_it_in_doubt_too(void **state)
{
	struct fixture *fixture = *state;
	struct answer answer;

	tiny_server_reset_all(fixture->server);
	answer = get(fixture, (struct http_request){ 0 }, PATH_ECHO);
	assert_failed(&answer, TRANSFER_NO_ANSWER, false);
	assert_int_equal(tiny_server_requests(fixture->server), 0);
}

static void an_answer_with_bad_framing_is_none(void **state)
{
	static const char *const paths[] = { PATH_RAGGED, PATH_NO_HTTP };

	for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
		struct answer answer = get(*state, (struct http_request){ 0 }, paths[i]);

		assert_failed(&answer, TRANSFER_NO_ANSWER, false);
	}
}

static void a_truncated_answer_is_none(void **state)
{
	struct answer answer = get(*state, (struct http_request){ 0 }, PATH_TRUNCATE);

	assert_failed(&answer, TRANSFER_NO_ANSWER, false);
}

static void an_answer_is_bounded(void **state)
{
	struct fixture *fixture = *state;
	struct answer over = get(fixture, (struct http_request){ .max_response_bytes = 99999 }, PATH_LARGE);
	struct answer tall = get(fixture, (struct http_request){ 0 }, PATH_LARGE_HEAD);
	struct answer just = get(fixture, (struct http_request){ .max_response_bytes = 100000 }, PATH_LARGE);

	assert_string_equal(over.reason, "the answer is longer than 99999 bytes");
	assert_failed(&over, TRANSFER_TOO_LARGE, false);
	assert_string_equal(tall.reason, "the answer's header is longer than 65536 bytes");
	assert_failed(&tall, TRANSFER_TOO_LARGE, false);
	assert_int_equal(just.body.length, 100000);
	assert_int_equal(just.failure, TRANSFER_ANSWERED);
	buffer_release(&just.body);
}

static void an_answer_that_takes_too_long_leaves_the_request_in_doubt(void **state)
{
	static const char *const paths[] = { PATH_HANG, PATH_STALL };

	for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
		struct answer answer = get(*state, (struct http_request){ .total_timeout_ms = 100 }, paths[i]);

		assert_failed(&answer, TRANSFER_NO_ANSWER, true);
	}
}

static void a_proxy_is_used_where_the_environment_names_one_and_the_request_allows_it(void **state)
{
	struct fixture *fixture = *state;
	struct answer through = { 0 }, without = { 0 };
	char proxy[50];

	snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%d", tiny_server_port(fixture->server));
	setenv("http_proxy", proxy, 1);
	begin_url(fixture, (struct http_request){ 0 }, "http://name.invalid" PATH_ECHO, &through);
	begin_url(fixture, (struct http_request){ .no_proxy = true }, "http://name.invalid" PATH_ECHO, &without);
	await(fixture, &through, 1);
	await(fixture, &without, 1);
	unsetenv("http_proxy");
	assert_answered(&through, 200, "A=1");
	assert_int_equal(without.failure, TRANSFER_NOT_SENT);
	buffer_release(&without.body);
}

static void a_proxy_that_cannot_be_used_is_named_without_its_password(void **state)
{
	static const char *const proxies[] = { "foo://user:geheim@127.0.0.1:1", "http://user:geheim@a b", ":::geheim" };
	struct fixture *fixture = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(proxies); i++) {
		struct answer answer = { 0 };

		setenv("http_proxy", proxies[i], 1);
		begin_url(fixture, (struct http_request){ 0 }, "http://name.invalid/", &answer);
		await(fixture, &answer, 1);
		unsetenv("http_proxy");
		assert_non_null(strstr(answer.reason, "proxy"));
		assert_null(strstr(answer.reason, "geheim"));
		assert_failed(&answer, TRANSFER_NOT_SENT, false);
	}
}

static void a_missing_ca_bundle_lets_nothing_through(void **state)
{
	struct fixture *fixture = *state;
	struct transport_curl_options options = { .ca_bundle = "/nonexistent/bundle.pem" };
	struct answer answer = { 0 };
	char url[100];

	transport_curl_free(fixture->transport);
	fixture->transport = transport_curl_new(&options, NULL);
	snprintf(url, sizeof(url), "https://127.0.0.1:%d/", tiny_server_port(fixture->server));
	begin_url(fixture, (struct http_request){ 0 }, url, &answer);
	await(fixture, &answer, 1);
	assert_non_null(strstr(answer.reason, "/nonexistent/bundle.pem"));
	assert_failed(&answer, TRANSFER_NOT_SENT, false);
}

static void ignore_signal(int number)
{
	(void)number;
}

static void assert_poll_returns_early(struct fixture *fixture)
{
	int64_t begun = clock_system()->monotonic_ms(clock_system());

	assert_int_equal(fixture->transport->poll(fixture->transport, PATIENCE_MS, NULL), 0);
	assert_true(clock_system()->monotonic_ms(clock_system()) - begun < PATIENCE_MS / 2);
}

static void a_signal_ends_the_wait(void **state)
{
	struct sigaction action = { .sa_handler = ignore_signal };
	/* Again and again: the first may come before the wait begins. */
	struct itimerval soon = { .it_value.tv_usec = 20000, .it_interval.tv_usec = 20000 }, never = { 0 };
	struct answer hanging = { 0 };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	assert_poll_returns_early(*state);
	begin(*state, (struct http_request){ 0 }, PATH_HANG, &hanging);
	for (int i = 0; i < 3; i++)
		assert_poll_returns_early(*state);
	setitimer(ITIMER_REAL, &never, NULL);
	assert_int_equal(hanging.count, 0);
}

static void a_byte_in_the_callers_pipe_ends_the_wait(void **state)
{
	struct fixture *fixture = *state;
	struct transport_curl_options options = { 0 };
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	options.stop_descriptor = &ends[0];
	transport_curl_free(fixture->transport);
	fixture->transport = transport_curl_new(&options, NULL);
	assert_int_equal(write(ends[1], "!", 1), 1);
	assert_poll_returns_early(fixture);
	close(ends[0]);
	close(ends[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(requests_one_after_another_share_a_connection),
		TEST(requests_at_the_same_time_do_not_wait_for_each_other),
		TEST(what_is_cancelled_is_never_heard_of_again),
		TEST(only_the_headers_asked_for_are_sent),
		TEST(a_method_without_a_body_is_sent_as_such),
		TEST(an_interim_answer_is_not_the_answer),
		TEST(an_answer_may_come_a_byte_at_a_time),
		TEST(a_redirect_is_an_answer_and_not_followed),
		TEST(what_cannot_have_reached_the_server_was_not_sent),
		TEST(a_reset_leaves_the_request_in_doubt),
		TEST(a_request_is_not_sent_twice_when_a_kept_connection_breaks),
		TEST(a_reset_before_the_request_is_read_leaves_it_in_doubt_too),
		TEST(an_answer_with_bad_framing_is_none),
		TEST(a_truncated_answer_is_none),
		TEST(an_answer_is_bounded),
		TEST(an_answer_that_takes_too_long_leaves_the_request_in_doubt),
		TEST(a_proxy_is_used_where_the_environment_names_one_and_the_request_allows_it),
		TEST(a_proxy_that_cannot_be_used_is_named_without_its_password),
		TEST(a_missing_ca_bundle_lets_nothing_through),
		TEST(a_signal_ends_the_wait),
		TEST(a_byte_in_the_callers_pipe_ends_the_wait),
	};
	static const char *const proxies[] = { "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
					       "no_proxy",   "NO_PROXY" };

	for (size_t i = 0; i < ARRAY_LENGTH(proxies); i++)
		unsetenv(proxies[i]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
