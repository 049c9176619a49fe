/* A server asked as a check: one on this machine that misbehaves as the path says. */
#include "config.h"

#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../aws/tiny_server.h"

struct served {
	struct fixture *fixture;
	struct tiny_server *server;
	char base[64]; /* "http://127.0.0.1:PORT" */
};

static int serve(void **state)
{
	struct served *served = memory_new(1, sizeof(*served));

	served->server = tiny_server_start();
	snprintf(served->base, sizeof(served->base), "http://127.0.0.1:%d", tiny_server_port(served->server));
	*state = served;
	return fixture_setup((void **)(void *)&served->fixture);
}

static int serve_no_more(void **state)
{
	struct served *served = *state;
	int result = fixture_teardown((void **)(void *)&served->fixture);

	tiny_server_stop(served->server);
	free(served);
	return result;
}

/* '@' stands for the server's address, in what is asked and in what is found. */
static char *put_address(const struct served *served, const char *text)
{
	const char *at = strchr(text, '@');

	return at ? memory_format("%.*s%s%s", (int)(at - text), text, served->base, at + 1) : memory_copy_text(text);
}

static const struct found *ask(struct served *served, const char *input)
{
	char *whole = put_address(served, input);
	const struct found *found = fixture_check(served->fixture, "Http", whole);

	free(whole);
	return found;
}

static void assert_answer(struct served *served, const char *input, bool holds, const char *reason)
{
	const struct found *found = ask(served, input);
	char *expected = put_address(served, reason);

	assert_found(found, holds, expected);
	free(expected);
}

static void an_answer_holds_where_status_and_body_fit(void **state)
{
	static const struct {
		const char *input, *reason;
		bool holds;
	} rows[] = {
		{ "{'Url': '@/drip'}", "GET @/drip answered 200", true },
		{ "{'Url': '@/drip', 'Contains': 'rip'}", "GET @/drip answered 200", true },
		{ "{'Url': '@/drip', 'Contains': 'ripe'}",
		  "GET @/drip answered 200 without the text that is wanted: drip", false },
		{ "{'Url': '@/head', 'Contains': 'X-Check: yes', 'Headers': ['X-Check: yes']}",
		  "GET @/head answered 200", true },
		{ "{'Url': '@/head', 'Contains': 'User-Agent: tidegate/'}", "GET @/head answered 200", true },
		{ "{'Url': '@/head', 'Method': 'HEAD'}", "HEAD @/head answered 200", true },
		{ "{'Url': '@/absent'}", "GET @/absent answered 404", false },
		{ "{'Url': '@/absent', 'Statuses': ['200', '400-404']}", "GET @/absent answered 404", true },
		{ "{'Url': '@/drip', 'Statuses': ['201-299', '301']}", "GET @/drip answered 200: drip", false },
		{ "{'Url': '@/redirect'}", "GET @/redirect answered 302", false },
		{ "{'Url': '@/redirect', 'Statuses': ['302']}", "GET @/redirect answered 302", true },
		{ "{'Url': '@/large'}", "GET @/large answered 200", true },
		{ "{'Url': '@/absent?token=HIDDEN#x'}", "GET @/absent answered 404", false },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		assert_answer(*state, rows[i].input, rows[i].holds, rows[i].reason);
}

static void an_answer_that_does_not_come_does_not_hold(void **state)
{
	static const struct {
		const char *input, *reason;
	} rows[] = {
		{ "{'Url': '@/hang', 'TimeoutSeconds': 0.2}", "GET @/hang had no whole answer within 200ms" },
		{ "{'Url': '@/stall', 'TimeoutSeconds': 0.2}", "GET @/stall had no whole answer within 200ms" },
		{ "{'Url': '@/reset'}", "GET @/reset: *" },
		{ "{'Url': '@/truncate'}", "GET @/truncate: *" },
		{ "{'Url': 'http://127.0.0.1:1/'}", "GET http://127.0.0.1:1/: *" },
		{ "{'Url': 'https://localhost:1/'}", "GET https://localhost:1/: *" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		assert_answer(*state, rows[i].input, false, rows[i].reason);
}

static void a_server_without_tls_is_no_https_server(void **state)
{
	struct served *served = *state;
	char *input = memory_format("{'Url': 'https%s/drip'}", served->base + strlen("http"));

	assert_answer(served, input, false, "GET https*");
	free(input);
}

static void as_many_answers_as_asked_must_hold_in_a_row(void **state)
{
	struct served *served = *state;

	assert_answer(served, "{'Url': '@/drip', 'Times': 3, 'PauseSeconds': 0.01}", true, "GET @/drip answered 200");
	assert_int_equal(tiny_server_requests(served->server), 3);
}

static void what_can_never_hold_fails_at_once(void **state)
{
	static const struct {
		const char *input, *message;
		enum failure failure;
	} rows[] = {
		{ "{'Url': 'ftp://127.0.0.1/'}", "'ftp://127.0.0.1/' is no URL of http or https", FAILURE_INVALID },
		{ "{'Url': 'http://127.0.0.1\\\\@example.com/'}",
		  "'http://127.0.0.1\\@example.com/' is no URL of http or https", FAILURE_INVALID },
		{ "{'Url': 'http://'}", "'http://' is no URL with a host", FAILURE_INVALID },
		{ "{'Url': 'http://[::1/'}", "'http://[::1/' is no URL with a host", FAILURE_INVALID },
		{ "{'Url': 'http://me:HIDDEN@localhost/'}",
		  "the URL has a user in it, which would stand in the journal", FAILURE_INVALID },
		{ "{'Url': 'http://localhost:80@example.com/'}",
		  "the URL has a user in it, which would stand in the journal", FAILURE_INVALID },
		{ "{'Url': 'http://example.com/'}",
		  "'example.com' is not this machine: say that another host is meant", FAILURE_REFUSED },
		{ "{'Url': 'http://localhost.example.com/'}",
		  "'localhost.example.com' is not this machine: say that another host is meant", FAILURE_REFUSED },
		{ "{'Url': 'http://169.254.169.254/latest/meta-data/'}",
		  "'169.254.169.254' is not this machine: say that another host is meant", FAILURE_REFUSED },
		{ "{'Url': 'http://[fe80::1]/'}", "'fe80::1' is not this machine: say that another host is meant",
		  FAILURE_REFUSED },
		{ "{'Url': 'http://localhost/', 'Method': 'POST'}", "the method is GET or HEAD, not 'POST'",
		  FAILURE_INVALID },
		{ "{'Url': 'http://localhost/', 'Headers': ['nothing']}", "header 1 is not written as 'Name: value'",
		  FAILURE_INVALID },
		{ "{'Url': 'http://localhost/', 'Headers': ['X: y', 'authorization: HIDDEN']}",
		  "a header 'authorization' would stand in the journal: let a local.command send it",
		  FAILURE_INVALID },
		{ "{'Url': 'http://localhost/', 'Statuses': ['2xx']}",
		  "a status is written as 200 or as 200-299, not as '2xx'", FAILURE_INVALID },
		{ "{'Url': 'http://localhost/', 'Statuses': ['300-200']}",
		  "a status is written as 200 or as 200-299, not as '300-200'", FAILURE_INVALID },
	};
	struct served *served = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		assert_failed(fixture_check(served->fixture, "Http", rows[i].input), rows[i].failure, rows[i].message);
	assert_int_equal(tiny_server_requests(served->server), 0);
}

static void another_host_is_asked_where_the_input_says_so(void **state)
{
	struct served *served = *state;

	/* A name that exists nowhere (RFC 2606): it is looked up, which is enough. */
	assert_found(fixture_check(served->fixture, "Http",
				   "{'Url': 'http://check.invalid/', 'OtherHosts': true, 'TimeoutSeconds': 5}"),
		     false, "GET http://check.invalid/*");
}

static void a_loopback_address_is_this_machine_however_it_is_written(void **state)
{
	static const char *const urls[] = { "http://127.1.2.3:1", "http://LOCALHOST:1/x", "http://[::1]:1?q" };
	struct served *served = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(urls); i++) {
		char *input = memory_format("{'Url': '%s'}", urls[i]);

		assert_found(fixture_check(served->fixture, "Http", input), false, "GET http://*");
		free(input);
	}
}

static void a_server_and_a_command_are_awaited_together(void **state)
{
	struct served *served = *state;
	char *input = put_address(served, "{'Url': '@/drip'}");
	const struct found *command = fixture_begin(served->fixture, "Command", "{'Command': ['true']}");
	const struct found *http = fixture_begin(served->fixture, "Http", input);

	fixture_wait(served->fixture);
	assert_found(command, true, "true ended with status 0");
	assert_found(http, true, "GET http://127.0.0.1*");
	free(input);
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, serve, serve_no_more)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SERVED(an_answer_holds_where_status_and_body_fit),
		SERVED(an_answer_that_does_not_come_does_not_hold),
		SERVED(a_server_without_tls_is_no_https_server),
		SERVED(as_many_answers_as_asked_must_hold_in_a_row),
		SERVED(what_can_never_hold_fails_at_once),
		SERVED(another_host_is_asked_where_the_input_says_so),
		SERVED(a_loopback_address_is_this_machine_however_it_is_written),
		SERVED(a_server_and_a_command_are_awaited_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
