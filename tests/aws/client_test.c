/* What the client sends and what it makes of answers: signatures, endpoints, pages, secrets, and calls side by side. */
#include "config.h"

#include "client_play.h"

#include <stdlib.h>
#include <string.h>

#include "wire/sigv4.h"

static void an_answer_is_decoded_and_told_with_all_its_facts(void **state)
{
	struct fixture *fixture = *state;
	struct kept kept;

	PLAY(fixture, { .status = 200, .body = PAGE(ITEM("a"), ""), .header = START_DATE });
	kept = do_call(fixture, &read_things, 0);
	assert_string_equal(kept.output, "{\"Things\":[\"a\"]}");
	free(kept.output);
	assert_int_equal(kept.result.failure, FAILURE_NONE);
	assert_false(kept.result.in_doubt);
	assert_int_equal(kept.result.http_status, 200);
	assert_int_equal(kept.result.attempts, 1);
	assert_int_equal(kept.result.elapsed_ms, STEP_MS);
	assert_int_equal(kept.result.date_ms, START_MS);
	assert_string_equal(kept.result.code, "");
	assert_string_equal(kept.result.request_id, "r-body");
}

static void the_request_id_of_the_header_comes_first_where_it_is_one(void **state)
{
	struct fixture *fixture = *state;

	PLAY(fixture, { .status = 200, .body = CHANGED, .header = "x-amzn-requestid: r-header" });
	assert_string_equal(call_of(fixture, &change_thing, 0).request_id, "r-header");
	PLAY(fixture, { .status = 200, .body = CHANGED, .header = "x-amzn-requestid: \xff\x1b" });
	assert_string_equal(call_of(fixture, &change_thing, 0).request_id, "r-body");
}

static const char *secret_of(void *argument, const char *access_key_id)
{
	(void)argument;
	return strcmp(access_key_id, "AKIDEXAMPLE") == 0 ? "SECRET-KEY-EXAMPLE" : NULL;
}

static void assert_signed(const struct sent *sent, const char *host, const char *path, int64_t now_ms)
{
	const struct http_header headers[] = {
		{ "host", host },
		{ "content-type", "application/x-www-form-urlencoded; charset=utf-8" },
		{ "x-amz-date", sent->date },
		{ "x-amz-security-token", sent->token },
		{ "authorization", sent->authorization },
	};
	const struct sigv4_request request = {
		.method = "POST", .path = path, .query = "", .headers = headers, .n_headers = ARRAY_LENGTH(headers),
		.body = sent->body, .body_length = strlen(sent->body),
	};
	const struct sigv4_options options = { .normalize_path = true, .double_encode_path = true };
	struct sigv4_claim claim;
	struct error err = ERROR_INIT;

	sigv4_verify(&request, &options, now_ms, secret_of, NULL, &claim, &err);
	assert_string_equal(err.message, "");
}

static void a_request_is_signed_for_its_endpoint(void **state)
{
	struct fixture *fixture = *state;

	PLAY(fixture, { .status = 200, .body = CHANGED });
	call_of(fixture, &change_thing, 0);
	assert_string_equal(fixture->sent[0].url, "https://autoscaling.eu-west-1.amazonaws.com/");
	assert_string_equal(fixture->sent[0].body, "Action=ChangeThing&Version=2026-01-01&Name=n");
	assert_string_equal(fixture->sent[0].date, "20261122T200738Z");
	assert_string_equal(fixture->sent[0].user_agent, "tidegate/test");
	assert_int_equal(fixture->sent[0].n_headers, 5);
	assert_signed(&fixture->sent[0], "autoscaling.eu-west-1.amazonaws.com", "/", START_MS);
}

static void an_anonymous_request_is_not_signed(void **state)
{
	struct fixture *fixture = *state;

	fixture->gets_that_fail = 1;
	PLAY(fixture, { .status = 200, .body = PAGE("", "") });
	assert_int_equal(call_of(fixture, &read_in_public, 0).failure, FAILURE_NONE);
	assert_int_equal(fixture->sent[0].n_headers, 2);
	assert_int_equal(fixture->gets_that_fail, 1);
}

static int overridden_endpoint(void *argument, const char *name, char **url, struct error *err)
{
	if (!argument)
		return error_set(err, ERROR_USAGE, NOWHERE, "the endpoint URL is none");
	*url = memory_format("http://127.0.0.1:5000/%s/", name);
	return 0;
}

static void an_endpoint_url_takes_the_place_of_awss(void **state)
{
	struct fixture *fixture = *state;

	fixture->options.endpoint_url = overridden_endpoint;
	fixture->options.endpoint_argument = fixture;
	make_client(fixture);
	PLAY(fixture, { .status = 200, .body = CHANGED });
	call_of(fixture, &change_thing, 0);
	assert_string_equal(fixture->sent[0].url, "http://127.0.0.1:5000/AUTO_SCALING/");
	assert_signed(&fixture->sent[0], "127.0.0.1:5000", "/AUTO_SCALING/", START_MS);
}

static void without_an_endpoint_nothing_is_sent(void **state)
{
	struct fixture *fixture = *state;
	struct call_result result;

	fixture->options.endpoint_url = overridden_endpoint;
	make_client(fixture);
	result = call_of(fixture, &change_thing, 0);
	assert_string_equal(result.code, "NoEndpoint");
	assert_string_equal(result.message, "the endpoint URL is none");
	assert_int_equal(result.failure, FAILURE_INVALID);
	assert_int_equal(fixture->n_sent, 0);
}

static void pages_are_put_together(void **state)
{
	struct fixture *fixture = *state;
	struct kept kept;

	PLAY(fixture, { .status = 200, .body = PAGE(ITEM("a") ITEM("b"), TOKEN("t1")) },
	     { .failure = TRANSFER_NO_ANSWER }, { .status = 200, .body = PAGE("", TOKEN("t2")) },
	     { .status = 200, .body = PAGE(ITEM("c"), "") });
	kept = do_call(fixture, &read_things, 0);
	assert_string_equal(kept.output, "{\"Things\":[\"a\",\"b\",\"c\"]}");
	free(kept.output);
	assert_int_equal(kept.result.attempts, 4);
	assert_string_equal(fixture->sent[0].body,
			    "Action=DescribeThings&Version=2026-01-01&Name=n&MaxRecords=50");
	assert_string_equal(fixture->sent[3].body,
			    "Action=DescribeThings&Version=2026-01-01&Name=n&NextToken=t2&MaxRecords=50");
}

static void pages_without_end_are_a_failure(void **state)
{
	struct fixture *fixture = *state;
	struct call_result result;

	PLAY(fixture, { .status = 200, .body = PAGE(ITEM("a"), TOKEN("t1")) },
	     { .status = 200, .body = PAGE(ITEM("b"), TOKEN("t2")) },
	     { .status = 200, .body = PAGE(ITEM("c"), TOKEN("t1")) });
	result = call_of(fixture, &read_things, 0);
	assert_int_equal(result.failure, FAILURE_UNAVAILABLE);
	assert_string_equal(result.message, "the pages of DescribeThings never end: a token came again");
	assert_int_equal(result.attempts, 3);
	assert_null(result.output);
}

static void a_page_that_fails_fails_the_whole(void **state)
{
	struct fixture *fixture = *state;
	struct kept kept;

	PLAY(fixture, { .status = 200, .body = PAGE(ITEM("a"), TOKEN("t1")) },
	     { .status = 400, .body = FAULT("ValidationError", "no") });
	kept = do_call(fixture, &read_things, 0);
	assert_null(kept.output);
	assert_string_equal(kept.result.message, "no");
	assert_string_equal(kept.result.request_id, "r-fault");
	free(kept.output);
}

static void no_message_shows_a_secret(void **state)
{
	static const struct {
		const char *body, *message;
	} rows[] = {
		{ FAULT("SignatureDoesNotMatch", "It does not match.\n\nThe Canonical String for this request should "
			"have been\n'POST\n/\nx-amz-security-token:SECRET-TOKEN-0'"), "It does not match." },
		{ FAULT("Odd", "token SECRET-TOKEN-0 is odd"), "token " },
		{ FAULT("Odd", "key SECRET-KEY-EXAMPLE is odd"), "key " },
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		PLAY(fixture, { .status = 403, .body = rows[i].body });
		assert_string_equal(call_of(fixture, &change_thing, 0).message, rows[i].message);
	}
}

static void an_input_that_does_not_fit_is_not_sent(void **state)
{
	struct fixture *fixture = *state;
	json_t *input = json_pack("{s:s}", "Unheard", "of");
	struct call call = { .operation = &change_thing, .input = input };
	struct kept kept = { 0 };

	fixture->executor->start(fixture->executor, &call, keep, &kept);
	await(fixture, &kept);
	assert_int_equal(kept.result.failure, FAILURE_INVALID);
	assert_string_equal(kept.result.code, "InvalidInput");
	assert_int_equal(fixture->n_sent, 0);
	free(kept.output);
	json_decref(input);
}

struct chain {
	struct fixture *fixture;
	struct kept next;
};

static void start_another(void *argument, const struct call_result *result)
{
	struct chain *chain = argument;
	struct call call = { .operation = &change_thing };

	assert_int_equal(result->failure, FAILURE_NONE);
	chain->fixture->executor->start(chain->fixture->executor, &call, keep, &chain->next);
}

static void a_call_may_be_started_when_another_is_done(void **state)
{
	struct chain chain = { .fixture = *state };
	struct call call = { .operation = &change_thing };

	PLAY(chain.fixture, { .status = 200, .body = CHANGED });
	chain.fixture->executor->start(chain.fixture->executor, &call, start_another, &chain);
	await(chain.fixture, &chain.next);
	free(chain.next.output);
	assert_int_equal(chain.fixture->n_sent, 2);
}

static void cancel_all(void *argument, const struct call_result *result)
{
	struct chain *chain = argument;

	(void)result;
	chain->fixture->executor->cancel(chain->fixture->executor);
}

static void what_is_cancelled_is_never_done(void **state)
{
	struct chain chain = { .fixture = *state };
	struct executor *executor = chain.fixture->executor;
	struct call call = { .operation = &change_thing };

	PLAY(chain.fixture, { .status = 200, .body = CHANGED });
	executor->start(executor, &call, cancel_all, &chain);
	executor->start(executor, &call, keep, &chain.next);
	for (int i = 0; i < 10; i++)
		assert_int_equal(executor->poll(executor, chain.fixture->passed_ms + 1000, NULL), 0);
	assert_int_equal(chain.next.count, 0);
}

static void a_wait_ends_at_its_time(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(fixture->executor->poll(fixture->executor, 1234, NULL), 0);
	assert_int_equal(fixture->passed_ms, 1234);
	assert_int_equal(fixture->executor->poll(fixture->executor, 1000, NULL), 0);
	assert_int_equal(fixture->passed_ms, 1234);
}

static void a_fact_of_the_machine_is_asked_for_once(void **state)
{
	struct fixture *fixture = *state;
	struct error err = ERROR_INIT;

	for (int i = 0; i < 2; i++) {
		json_t *fact = fixture->executor->metadata(fixture->executor, "region", &err);

		assert_string_equal(json_string_value(fact), "eu-west-1");
		json_decref(fact);
	}
	assert_int_equal(fixture->metadata_asked, 1);
	assert_null(fixture->executor->metadata(fixture->executor, "weather", &err));
	fixture->options.metadata = NULL;
	make_client(fixture);
	assert_null(fixture->executor->metadata(fixture->executor, "region", &err));
	assert_string_equal(err.message, "'region' of this machine is not known: instance metadata is not asked");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_answer_is_decoded_and_told_with_all_its_facts),
		TEST(the_request_id_of_the_header_comes_first_where_it_is_one),
		TEST(a_request_is_signed_for_its_endpoint),
		TEST(an_anonymous_request_is_not_signed),
		TEST(an_endpoint_url_takes_the_place_of_awss),
		TEST(without_an_endpoint_nothing_is_sent),
		TEST(pages_are_put_together),
		TEST(pages_without_end_are_a_failure),
		TEST(a_page_that_fails_fails_the_whole),
		TEST(no_message_shows_a_secret),
		TEST(an_input_that_does_not_fit_is_not_sent),
		TEST(a_call_may_be_started_when_another_is_done),
		TEST(what_is_cancelled_is_never_done),
		TEST(a_wait_ends_at_its_time),
		TEST(a_fact_of_the_machine_is_asked_for_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
