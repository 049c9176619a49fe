/* The simulated AWS on a port: what comes over a real connection, and what is refused. A child listens; the parent asks
 * it by libcurl. */
#include "config.h"

#include "fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aws/exchange.h"
#include "aws/imds.h"
#include "aws/transport_curl.h"
#include "sim/scenario.h"
#include "sim/server.h"

struct server_test {
	pid_t child;
	char url[80];
	struct transport *transport;
};

static volatile sig_atomic_t stop;

static void on_term(int number)
{
	(void)number;
	stop = 1;
}

static void tell(void *argument, const char *url)
{
	const int *pipe_end = argument;

	if (write(*pipe_end, url, strlen(url)) < 0)
		_exit(1);
	close(*pipe_end);
}

static void serve(int pipe_end)
{
	struct error err = ERROR_INIT;
	struct arena *arena = arena_new();
	struct sim *sim = scenario_builtin("group-of-three", 1, &err);
	const struct sim_server_options options = {
		.clock = clock_system(), .ready = tell, .argument = &pipe_end, .stop = &stop
	};
	int result;

	signal(SIGTERM, on_term);
	result = sim_serve(sim, services_new(arena), &options, &err);
	if (result != 0)
		fprintf(stderr, "%s\n", err.message);
	sim_free(sim);
	arena_free(arena);
	_exit(result == 0 ? 0 : 77);
}

static int set_up(void **state)
{
	struct server_test *test = memory_new(1, sizeof(*test));
	struct error err = ERROR_INIT;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	test->child = fork();
	if (test->child == 0)
		serve(ends[1]);
	close(ends[1]);
	if (read(ends[0], test->url, sizeof(test->url) - 1) <= 0)
		exit(77);
	close(ends[0]);
	test->transport = transport_curl_new(&(struct transport_curl_options){ 0 }, &err);
	assert_non_null(test->transport);
	*state = test;
	return 0;
}

static int tear_down(void **state)
{
	struct server_test *test = *state;
	int status;

	transport_curl_free(test->transport);
	kill(test->child, SIGTERM);
	waitpid(test->child, &status, 0);
	free(test);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static void post(struct server_test *test, const char *body, size_t length, struct answer *answer)
{
	char *url = memory_format("%s/", test->url);
	const struct http_request request = {
		.method = "POST", .url = url, .body = body, .body_length = length, .connect_timeout_ms = 5000,
		.total_timeout_ms = 5000, .max_response_bytes = 100000, .no_proxy = true,
	};
	struct error err = ERROR_INIT;

	assert_int_equal(exchange(test->transport, clock_system(), &request, answer, &err), 0);
	free(url);
}

static void an_unsigned_request_is_refused(void **state)
{
	struct answer answer = ANSWER_INIT;

	post(*state, "Action=GetCallerIdentity&Version=2011-06-15", 43, &answer);
	assert_int_equal(answer.failure, TRANSFER_ANSWERED);
	assert_int_equal(answer.status, 403);
	assert_non_null(strstr(buffer_text(&answer.body), "<Code>MissingAuthenticationToken</Code>"));
	answer_release(&answer);
}

static void a_request_that_is_too_large_is_refused(void **state)
{
	struct answer answer = ANSWER_INIT;
	char *body = memory_new(SIM_SERVER_BODY_MOST + 1, 1);

	memset(body, 'a', SIM_SERVER_BODY_MOST + 1);
	post(*state, body, SIM_SERVER_BODY_MOST + 1, &answer);
	assert_int_equal(answer.status, 413);
	answer_release(&answer);
	free(body);
}

static void instance_metadata_is_on_the_same_port(void **state)
{
	struct server_test *test = *state;
	struct imds *imds = imds_new(test->transport, clock_system(), test->url);
	struct error err = ERROR_INIT;
	json_t *fact = imds_metadata(imds, "instance_id", &err);

	assert_non_null(fact);
	assert_string_equal(json_string_value(fact), SELF);
	json_decref(fact);
	imds_free(imds);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(an_unsigned_request_is_refused),
		TEST(a_request_that_is_too_large_is_refused),
		TEST(instance_metadata_is_on_the_same_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
