/* What the client sends again and what not, what it leaves in doubt, and how it keeps its clock and its credentials
 * right. */
#include "config.h"

#include "client_play.h"

#include <stdlib.h>

#define FAULTED(http_status, code) { .status = (http_status), .body = FAULT(code, "") }
#define FOREIGN(http_status, text) { .status = (http_status), .body = (text) }
#define SILENT(why) { .failure = (why) }

struct outcome {
	struct step step; /* played again and again */
	int attempts;
	enum failure failure;
	bool in_doubt;
	const char *code;
};

static void hold_outcomes(struct fixture *fixture, const struct operation *operation, const struct outcome *rows,
			  size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct call_result result;

		play(fixture, &rows[i].step, 1);
		result = call_of(fixture, operation, 0);
		assert_string_equal(result.code, rows[i].code);
		assert_int_equal(result.failure, rows[i].failure);
		assert_int_equal(result.attempts, rows[i].attempts);
		assert_int_equal(result.in_doubt, rows[i].in_doubt);
		assert_int_equal(result.http_status, rows[i].step.status);
		make_client(fixture); /* with a full quota */
	}
}

static void what_only_reads_is_sent_again_after_all_that_passes(void **state)
{
	static const struct outcome rows[] = {
		{ SILENT(TRANSFER_NOT_SENT), 3, FAILURE_UNREACHABLE, false, "NotSent" },
		{ SILENT(TRANSFER_NO_ANSWER), 3, FAILURE_UNREACHABLE, false, "NoAnswer" },
		{ SILENT(TRANSFER_TOO_LARGE), 1, FAILURE_UNAVAILABLE, false, "AnswerTooLarge" },
		{ FAULTED(500, "InternalFailure"), 3, FAILURE_UNAVAILABLE, false, "InternalFailure" },
		{ FAULTED(500, "ResourceContention"), 3, FAILURE_CONFLICT, false, "ResourceContention" },
		{ FAULTED(400, "Throttling"), 3, FAILURE_THROTTLED, false, "Throttling" },
		{ FAULTED(400, "ValidationError"), 1, FAILURE_INVALID, false, "ValidationError" },
		{ FOREIGN(200, "garbage"), 3, FAILURE_UNAVAILABLE, false, "UnreadableAnswer" },
		{ FOREIGN(502, "<html/>"), 3, FAILURE_UNAVAILABLE, false, "Http502" },
		{ FOREIGN(504, ""), 3, FAILURE_UNAVAILABLE, false, "Http504" },
		{ FOREIGN(302, ""), 1, FAILURE_INVALID, false, "Http302" },
	};

	hold_outcomes(*state, &read_things, rows, ARRAY_LENGTH(rows));
}

static void what_changes_something_is_sent_again_only_where_nothing_was_done(void **state)
{
	static const struct outcome rows[] = {
		{ SILENT(TRANSFER_NOT_SENT), 3, FAILURE_UNREACHABLE, false, "NotSent" },
		{ FAULTED(400, "Throttling"), 3, FAILURE_THROTTLED, false, "Throttling" },
		{ FAULTED(503, "RequestLimitExceeded"), 3, FAILURE_THROTTLED, false, "RequestLimitExceeded" },
		{ FAULTED(429, "Unheard"), 3, FAILURE_THROTTLED, false, "Unheard" },
		{ FAULTED(500, "ResourceContention"), 3, FAILURE_CONFLICT, false, "ResourceContention" },
		{ FAULTED(400, "ValidationError"), 1, FAILURE_INVALID, false, "ValidationError" },
	};

	hold_outcomes(*state, &change_thing, rows, ARRAY_LENGTH(rows));
}

static void what_may_have_changed_something_is_in_doubt_and_not_sent_again(void **state)
{
	static const struct outcome rows[] = {
		{ SILENT(TRANSFER_NO_ANSWER), 1, FAILURE_UNREACHABLE, true, "NoAnswer" },
		{ SILENT(TRANSFER_TOO_LARGE), 1, FAILURE_UNAVAILABLE, true, "AnswerTooLarge" },
		{ FAULTED(500, "InternalFailure"), 1, FAILURE_UNAVAILABLE, true, "InternalFailure" },
		{ FAULTED(400, "InternalFailure"), 1, FAILURE_UNAVAILABLE, true, "InternalFailure" },
		{ FAULTED(500, "Unheard"), 1, FAILURE_UNAVAILABLE, true, "Unheard" },
		{ FOREIGN(200, "garbage"), 1, FAILURE_UNAVAILABLE, true, "UnreadableAnswer" },
		{ FOREIGN(200, ""), 1, FAILURE_UNAVAILABLE, true, "UnreadableAnswer" },
		{ FOREIGN(503, ""), 1, FAILURE_UNAVAILABLE, true, "Http503" },
		{ FOREIGN(504, "upstream request timeout"), 1, FAILURE_UNAVAILABLE, true, "Http504" },
		{ FOREIGN(429, ""), 1, FAILURE_THROTTLED, true, "Http429" },
		{ FOREIGN(403, "<html/>"), 1, FAILURE_ACCESS_DENIED, true, "Http403" },
		{ FOREIGN(302, ""), 1, FAILURE_INVALID, true, "Http302" },
	};

	hold_outcomes(*state, &change_thing, rows, ARRAY_LENGTH(rows));
}

static void an_answer_of_somebody_else_says_so(void **state)
{
	static const struct {
		struct step step;
		const char *message;
	} rows[] = {
		{ FOREIGN(200, "<html><body>Log in</body></html>"),
		  "the answer's root is 'html', not 'ChangeThingResponse': look for a proxy in between, or a wrong "
		  "endpoint URL" },
		{ FOREIGN(200, ""), "the answer is empty: look for a proxy in between, or a wrong endpoint URL" },
		{ FOREIGN(403, "<html/>"),
		  "the answer (HTTP 403) is none of AWS's: look for a proxy in between, or a wrong endpoint URL" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		play(*state, &rows[i].step, 1);
		assert_string_equal(call_of(*state, &change_thing, 0).message, rows[i].message);
	}
}

static void what_has_passed_leaves_no_trace_but_the_attempts(void **state)
{
	struct fixture *fixture = *state;
	struct call_result result;

	PLAY(fixture, { .status = 503, .body = FAULT("InternalFailure", "") }, { .failure = TRANSFER_NO_ANSWER },
	     { .status = 200, .body = PAGE("", "") });
	result = call_of(fixture, &read_things, 0);
	assert_int_equal(result.failure, FAILURE_NONE);
	assert_int_equal(result.attempts, 3);
	assert_string_equal(result.code, "");
	assert_string_equal(result.message, "");
}

static void attempts_are_as_far_apart_as_the_rules_say(void **state)
{
	static const struct {
		struct step step;
		int64_t first_ms, second_ms;
	} rows[] = {
		{ { .status = 500 }, 25, 50 },
		{ { .status = 400, .body = FAULT("Throttling", "") }, 500, 1000 },
		{ { .status = 500, .header = "x-amz-retry-after: 700" }, 700, 700 },
		{ { .status = 500, .header = "x-amz-retry-after: 99999" }, 5025, 5050 },
		{ { .status = 500, .header = "x-amz-retry-after: soon" }, 25, 50 },
		{ { .status = 500, .header = "x-amz-retry-after: 9999999999" }, 25, 50 },
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct sent *sent = &fixture->sent[fixture->n_sent];

		play(fixture, &rows[i].step, 1);
		call_of(fixture, &read_things, 0);
		assert_int_equal(sent[1].at_ms - sent[0].at_ms - STEP_MS, rows[i].first_ms);
		assert_int_equal(sent[2].at_ms - sent[1].at_ms - STEP_MS, rows[i].second_ms);
	}
}

static void all_calls_together_share_one_quota_of_retries(void **state)
{
	struct fixture *fixture = *state;
	enum { CALLS = 30 };

	PLAY(fixture, { .status = 500 });
	for (int i = 0; i < CALLS; i++)
		call_of(fixture, &read_things, 0);
	assert_int_equal(fixture->n_sent, CALLS + 35);
}

static void nothing_is_signed_after_its_time(void **state)
{
	struct fixture *fixture = *state;
	struct call_result result;

	PLAY(fixture, { .status = 400, .body = FAULT("Throttling", "") }, { .status = 200, .body = CHANGED });
	result = call_of(fixture, &change_thing, START_MS + 100);
	assert_int_equal(result.failure, FAILURE_TIMEOUT);
	assert_int_equal(result.attempts, 1);
	assert_false(result.in_doubt);
	assert_string_equal(result.message,
			    "it was not sent again after 'Throttling': the time until which it may be signed is over");
	result = call_of(fixture, &change_thing, START_MS + 100);
	assert_int_equal(result.attempts, 0);
	assert_string_equal(result.message, "it was not sent: the time until which it may be signed is over");
	assert_int_equal(fixture->n_sent, 1);
}

static void nothing_is_signed_once_a_signal_has_come(void **state)
{
	struct fixture *fixture = *state;
	json_t *input = json_pack("{s:s}", "Name", "n");
	volatile sig_atomic_t stop = 0;
	const struct call call = { .operation = &change_thing, .input = input, .stop = &stop };
	struct kept kept = { 0 };

	PLAY(fixture, { .status = 400, .body = FAULT("Throttling", "") }, { .status = 200, .body = CHANGED });
	fixture->executor->start(fixture->executor, &call, keep, &kept);
	while (fixture->n_answered == 0)
		assert_int_equal(fixture->executor->poll(fixture->executor, fixture->passed_ms, NULL), 0);
	stop = 1;
	await(fixture, &kept);
	assert_int_equal(kept.result.failure, FAILURE_INTERRUPTED);
	assert_int_equal(kept.result.attempts, 1);
	assert_false(kept.result.in_doubt);
	assert_string_equal(kept.result.message,
			    "it was not sent again after 'Throttling': a signal asks to stop");
	assert_int_equal(fixture->n_sent, 1);
	json_decref(input);
}

#define SKEWED(code, date) { .status = 403, .body = FAULT(code, "Signature not yet current"), .header = date }

static void a_clock_that_is_wrong_is_corrected_by_awss_date(void **state)
{
	struct fixture *fixture = *state;
	struct call_result result;

	PLAY(fixture, SKEWED("SignatureDoesNotMatch", LATER_DATE), { .status = 200, .body = CHANGED });
	result = call_of(fixture, &change_thing, 0);
	assert_int_equal(result.failure, FAILURE_NONE);
	assert_int_equal(result.attempts, 2);
	assert_string_equal(fixture->sent[0].date, "20261122T200738Z");
	assert_string_equal(fixture->sent[1].date, "20261122T201738Z");
	call_of(fixture, &change_thing, 0);
	assert_string_equal(fixture->sent[2].date, "20261122T201738Z");
	assert_int_equal(aws_client_clock(fixture->client)->wall_ms(aws_client_clock(fixture->client)),
			 START_MS + 600000 + 2 * STEP_MS);
}

static void a_clock_is_corrected_once_a_call_and_only_for_its_own_fault(void **state)
{
	static const struct {
		struct step first, second;
		int attempts;
	} rows[] = {
		{ SKEWED("SignatureDoesNotMatch", LATER_DATE), SKEWED("SignatureDoesNotMatch", START_DATE), 2 },
		{ SKEWED("RequestExpired", LATER_DATE), SKEWED("SignatureDoesNotMatch", START_DATE), 2 },
		{ SKEWED("SignatureDoesNotMatch", SOON_DATE), { .status = 200, .body = CHANGED }, 1 },
		{ SKEWED("SignatureDoesNotMatch", NULL), { .status = 200, .body = CHANGED }, 1 },
		{ SKEWED("ValidationError", LATER_DATE), { .status = 200, .body = CHANGED }, 1 },
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct step script[] = { rows[i].first, rows[i].second };
		struct call_result result;

		play(fixture, script, 2);
		result = call_of(fixture, &change_thing, 0);
		assert_int_not_equal(result.failure, FAILURE_NONE);
		assert_int_equal(result.attempts, rows[i].attempts);
		assert_false(result.in_doubt);
		make_client(fixture);
	}
}

/* A signature is good for five minutes around the time it names: that time is what must not pass the bound. */
static void the_time_of_signing_is_bounded_as_aws_tells_it(void **state)
{
	struct fixture *fixture = *state;
	struct call_result result;

	PLAY(fixture, SKEWED("SignatureDoesNotMatch", LATER_DATE), { .status = 200, .body = CHANGED });
	result = call_of(fixture, &change_thing, START_MS + 60000);
	assert_int_equal(result.failure, FAILURE_TIMEOUT);
	assert_int_equal(fixture->n_sent, 1);
}

#define EXPIRED { .status = 403, .body = FAULT("ExpiredToken", "The security token is expired") }

static void expired_credentials_are_fetched_anew_once(void **state)
{
	struct fixture *fixture = *state;
	struct call_result result;

	PLAY(fixture, EXPIRED, { .status = 200, .body = CHANGED }, EXPIRED);
	assert_int_equal(call_of(fixture, &change_thing, 0).failure, FAILURE_NONE);
	assert_string_equal(fixture->sent[0].token, "SECRET-TOKEN-0");
	assert_string_equal(fixture->sent[1].token, "SECRET-TOKEN-1");
	result = call_of(fixture, &change_thing, 0);
	assert_int_equal(result.failure, FAILURE_EXPIRED_CREDENTIALS);
	assert_int_equal(result.attempts, 2);
	assert_int_equal(fixture->refreshes, 2);
}

static void calls_that_expire_together_fetch_new_credentials_once(void **state)
{
	struct fixture *fixture = *state;
	struct call call = { .operation = &change_thing };
	struct kept first = { 0 }, second = { 0 };

	PLAY(fixture, EXPIRED, EXPIRED, { .status = 200, .body = CHANGED });
	fixture->executor->start(fixture->executor, &call, keep, &first);
	fixture->executor->start(fixture->executor, &call, keep, &second);
	await(fixture, &first);
	await(fixture, &second);
	free(first.output);
	free(second.output);
	assert_int_equal(second.result.failure, FAILURE_NONE);
	assert_int_equal(fixture->refreshes, 1);
	assert_string_equal(fixture->sent[3].token, "SECRET-TOKEN-1");
}

static void without_credentials_nothing_is_sent(void **state)
{
	struct fixture *fixture = *state;
	struct call_result result;

	fixture->gets_that_fail = 1;
	result = call_of(fixture, &change_thing, 0);
	assert_int_equal(result.failure, FAILURE_ACCESS_DENIED);
	assert_string_equal(result.code, "NoCredentials");
	assert_string_equal(result.message, "no credentials were found");
	assert_int_equal(fixture->n_sent, 0);
	PLAY(fixture, { .status = 200, .body = CHANGED });
	call_of(fixture, &change_thing, 0);
	fixture->gets_that_fail = 1;
	assert_int_equal(call_of(fixture, &change_thing, 0).failure, FAILURE_EXPIRED_CREDENTIALS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_only_reads_is_sent_again_after_all_that_passes),
		TEST(what_changes_something_is_sent_again_only_where_nothing_was_done),
		TEST(what_may_have_changed_something_is_in_doubt_and_not_sent_again),
		TEST(an_answer_of_somebody_else_says_so),
		TEST(what_has_passed_leaves_no_trace_but_the_attempts),
		TEST(attempts_are_as_far_apart_as_the_rules_say),
		TEST(all_calls_together_share_one_quota_of_retries),
		TEST(nothing_is_signed_after_its_time),
		TEST(nothing_is_signed_once_a_signal_has_come),
		TEST(a_clock_that_is_wrong_is_corrected_by_awss_date),
		TEST(a_clock_is_corrected_once_a_call_and_only_for_its_own_fault),
		TEST(the_time_of_signing_is_bounded_as_aws_tells_it),
		TEST(expired_credentials_are_fetched_anew_once),
		TEST(calls_that_expire_together_fetch_new_credentials_once),
		TEST(without_credentials_nothing_is_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
