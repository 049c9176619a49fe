/* The client's rules, held against a transport that plays a script and a clock that only moves when somebody waits. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/client.h"
#include "base/buffer.h"
#include "base/memory.h"
#include "wire/sigv4.h"

#define START_MS INT64_C(1795378058000) /* 2026-11-22T20:07:38Z */
#define START_DATE "date: Sun, 22 Nov 2026 20:07:38 GMT"
#define LATER_DATE "date: Sun, 22 Nov 2026 20:17:38 GMT" /* ten minutes */
#define SOON_DATE "date: Sun, 22 Nov 2026 20:12:37 GMT"  /* 299 seconds */

/* The operations of this test. */
static const struct shape text_shape = { .kind = SHAPE_STRING };
static const struct shape number_shape = { .kind = SHAPE_INTEGER };
static const struct shape list_shape = { .kind = SHAPE_LIST, .element = &text_shape, .element_name = "member" };

static const struct shape_member input_members[] = {
	{ .name = "Name", .wire_name = "Name", .shape = &text_shape },
	{ .name = "NextToken", .wire_name = "NextToken", .shape = &text_shape },
	{ .name = "MaxRecords", .wire_name = "MaxRecords", .shape = &number_shape },
};
static const struct shape_member output_members[] = {
	{ .name = "Things", .wire_name = "Things", .shape = &list_shape },
	{ .name = "NextToken", .wire_name = "NextToken", .shape = &text_shape },
};
static const struct shape input_shape = { .kind = SHAPE_STRUCTURE, .members = input_members, .n_members = 3 };
static const struct shape output_shape = { .kind = SHAPE_STRUCTURE, .members = output_members, .n_members = 2 };
static const struct shape empty_shape = { .kind = SHAPE_STRUCTURE };

static const struct operation_error errors[] = {
	{ "Throttling", NULL, FAILURE_THROTTLED, true },
	{ "RequestLimitExceeded", NULL, FAILURE_THROTTLED, true },
	{ "ResourceContention", NULL, FAILURE_CONFLICT, true },
	{ "InternalFailure", NULL, FAILURE_UNAVAILABLE, false },
	{ "ExpiredToken", NULL, FAILURE_EXPIRED_CREDENTIALS, false },
	{ "RequestExpired", NULL, FAILURE_EXPIRED_CREDENTIALS, false },
	{ "SignatureDoesNotMatch", NULL, FAILURE_ACCESS_DENIED, false },
	{ "ValidationError", NULL, FAILURE_INVALID, false },
};

static const struct service service = {
	.name = "things", .api_version = "2026-01-01", .protocol = PROTOCOL_QUERY, .endpoint_prefix = "autoscaling",
	.signing_name = "autoscaling", .environment_name = "AUTO_SCALING",
};
static const struct operation read_things = {
	.name = "DescribeThings", .service = &service, .reads = true, .input = &input_shape, .output = &output_shape,
	.result_wrapper = "DescribeThingsResult", .errors = errors, .n_errors = ARRAY_LENGTH(errors),
	.pages = { .input_token = "NextToken", .output_token = "NextToken", .items = "Things",
		   .page_size = "MaxRecords", .most = 50 },
};
static const struct operation change_thing = {
	.name = "ChangeThing", .service = &service, .input = &input_shape, .output = &empty_shape,
	.errors = errors, .n_errors = ARRAY_LENGTH(errors),
};

static const struct operation read_in_public = {
	.name = "DescribeThings", .service = &service, .reads = true, .anonymous = true, .input = &input_shape,
	.output = &output_shape, .result_wrapper = "DescribeThingsResult",
};

#define CHANGED "<ChangeThingResponse><ResponseMetadata><RequestId>r-body</RequestId></ResponseMetadata>" \
		"</ChangeThingResponse>"
#define PAGE(items, token) "<DescribeThingsResponse><DescribeThingsResult><Things>" items "</Things>" token \
		"</DescribeThingsResult><ResponseMetadata><RequestId>r-body</RequestId></ResponseMetadata>" \
		"</DescribeThingsResponse>"
#define ITEM(name) "<member>" name "</member>"
#define TOKEN(name) "<NextToken>" name "</NextToken>"
#define FAULT(code, text) "<ErrorResponse><Error><Type>Sender</Type><Code>" code "</Code><Message>" text "</Message>" \
		"</Error><RequestId>r-fault</RequestId></ErrorResponse>"

/* What comes of one request. A script's last step is repeated for ever. */
struct step {
	enum transfer_failure failure;
	int status;
	const char *body;
	const char *header; /* "name: value"; NULL: none */
	bool timed_out;
};

enum { STEP_MS = 10, REQUESTS_MOST = 100 };

struct sent {
	char *url, *body, *date, *token, *authorization, *user_agent;
	size_t n_headers;
	transfer_done *done;
	void *argument;
	int64_t at_ms; /* monotonic */
};

struct fixture {
	struct transport transport;
	struct clock clock;
	struct random_source random;
	struct credentials_provider provider;
	struct credentials credentials;
	struct arena *arena;
	struct aws_client_options options;
	struct aws_client *client;
	struct executor *executor;
	const struct step *script;
	size_t n_steps, played_from;
	int64_t passed_ms;
	struct sent sent[REQUESTS_MOST];
	size_t n_sent, n_answered;
	int refreshes, gets_that_fail, metadata_asked;
};

static struct fixture *fixture_of(void *member, size_t offset)
{
	return (struct fixture *)(void *)((char *)member - offset);
}
#define FIXTURE_OF(pointer, member) fixture_of((pointer), offsetof(struct fixture, member))

static int64_t fake_monotonic_ms(struct clock *clock)
{
	return FIXTURE_OF(clock, clock)->passed_ms;
}

static int64_t fake_wall_ms(struct clock *clock)
{
	return START_MS + FIXTURE_OF(clock, clock)->passed_ms;
}

static double half(struct random_source *source)
{
	(void)source;
	return 0.5;
}

/* A session token that says how often it was made new. */
static int fake_get(struct credentials_provider *provider, int64_t now_ms, bool force,
		    const struct credentials **credentials, struct error *err)
{
	struct fixture *fixture = FIXTURE_OF(provider, provider);

	(void)now_ms;
	if (fixture->gets_that_fail > 0 && fixture->gets_that_fail--)
		return error_set(err, ERROR_CREDENTIALS, NOWHERE, "no credentials were found");
	fixture->refreshes += force;
	free(fixture->credentials.session_token);
	fixture->credentials.session_token = memory_format("SECRET-TOKEN-%d", fixture->refreshes);
	*credentials = &fixture->credentials;
	return 0;
}

static json_t *fake_metadata(void *argument, const char *name, struct error *err)
{
	struct fixture *fixture = argument;

	(void)err;
	fixture->metadata_asked++;
	return strcmp(name, "region") == 0 ? json_string("eu-west-1") : NULL;
}

static char *header_copy(const struct http_request *request, const char *name)
{
	for (size_t i = 0; i < request->n_headers; i++)
		if (strcmp(request->headers[i].name, name) == 0)
			return memory_copy_text(request->headers[i].value);
	return memory_copy_text("");
}

static void fake_start(struct transport *transport, const struct http_request *request, transfer_done *done,
		       void *argument)
{
	struct fixture *fixture = FIXTURE_OF(transport, transport);
	struct sent *sent = &fixture->sent[fixture->n_sent++];

	assert_true(fixture->n_sent < REQUESTS_MOST);
	assert_int_equal(request->max_response_bytes, 8 << 20);
	*sent = (struct sent){
		.url = memory_copy_text(request->url), .body = memory_copy_text(request->body),
		.date = header_copy(request, "x-amz-date"), .token = header_copy(request, "x-amz-security-token"),
		.authorization = header_copy(request, "authorization"),
		.user_agent = header_copy(request, "User-Agent"),
		.n_headers = request->n_headers, .done = done, .argument = argument, .at_ms = fixture->passed_ms,
	};
}

static void answer_with(const struct step *step, const struct sent *sent)
{
	char header[200];
	struct http_header row = { .name = header };
	struct http_response response = {
		.failure = step->failure, .status = step->status, .timed_out = step->timed_out, .headers = &row,
		.body = step->body ? step->body : "", .body_length = step->body ? strlen(step->body) : 0,
	};

	if (step->header) {
		snprintf(header, sizeof(header), "%s", step->header);
		row.value = strchr(header, ':') + 2;
		header[strcspn(header, ":")] = '\0';
		response.n_headers = 1;
	}
	if (step->failure != TRANSFER_ANSWERED)
		snprintf(response.reason, sizeof(response.reason), "the network broke");
	sent->done(sent->argument, &response);
}

static int fake_poll(struct transport *transport, int timeout_ms, struct error *err)
{
	struct fixture *fixture = FIXTURE_OF(transport, transport);
	size_t i = fixture->n_answered, step = i - fixture->played_from;

	(void)err;
	if (i == fixture->n_sent) {
		fixture->passed_ms += timeout_ms;
		return 0;
	}
	fixture->n_answered++;
	fixture->passed_ms += STEP_MS;
	answer_with(&fixture->script[step < fixture->n_steps ? step : fixture->n_steps - 1], &fixture->sent[i]);
	return 0;
}

static void fake_cancel(struct transport *transport)
{
	struct fixture *fixture = FIXTURE_OF(transport, transport);

	fixture->n_answered = fixture->n_sent;
}

static void make_client(struct fixture *fixture)
{
	aws_client_free(fixture->client);
	fixture->client = aws_client_new(&fixture->options);
	fixture->executor = aws_client_executor(fixture->client);
}

static int set_up(void **state)
{
	struct fixture *fixture = memory_new(1, sizeof(*fixture));

	fixture->transport = (struct transport){ .start = fake_start, .poll = fake_poll, .cancel = fake_cancel };
	fixture->clock = (struct clock){ fake_monotonic_ms, fake_wall_ms, NULL };
	fixture->random.fraction = half;
	fixture->provider.get = fake_get;
	fixture->credentials.access_key_id = memory_copy_text("AKIDEXAMPLE");
	fixture->credentials.secret_access_key = memory_copy_text("SECRET-KEY-EXAMPLE");
	fixture->arena = arena_new();
	fixture->options = (struct aws_client_options){
		.transport = &fixture->transport, .clock = &fixture->clock, .random = &fixture->random,
		.credentials = &fixture->provider, .partitions = partitions_embedded(fixture->arena, NULL),
		.region = "eu-west-1", .user_agent = "tidegate/test", .metadata = fake_metadata,
		.metadata_argument = fixture,
	};
	make_client(fixture);
	*state = fixture;
	return fixture->options.partitions ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	aws_client_free(fixture->client);
	for (size_t i = 0; i < fixture->n_sent; i++) {
		free(fixture->sent[i].url);
		free(fixture->sent[i].body);
		free(fixture->sent[i].date);
		free(fixture->sent[i].token);
		free(fixture->sent[i].authorization);
		free(fixture->sent[i].user_agent);
	}
	free(fixture->credentials.access_key_id);
	free(fixture->credentials.secret_access_key);
	free(fixture->credentials.session_token);
	arena_free(fixture->arena);
	free(fixture);
	return 0;
}

/* The result of a call, kept. */
struct kept {
	int count;
	struct call_result result;
	char *output; /* as JSON; NULL where there is none */
};

static void keep(void *argument, const struct call_result *result)
{
	struct kept *kept = argument;

	kept->count++;
	kept->result = *result;
	kept->output = json_dumps(result->output, JSON_COMPACT | JSON_SORT_KEYS);
}

static void play(struct fixture *fixture, const struct step *script, size_t n_steps)
{
	fixture->script = script;
	fixture->n_steps = n_steps;
	fixture->played_from = fixture->n_answered;
}
#define PLAY(fixture, ...) \
	play((fixture), (const struct step[]){ __VA_ARGS__ }, ARRAY_LENGTH(((const struct step[]){ __VA_ARGS__ })))

static void await(struct fixture *fixture, const struct kept *kept)
{
	for (int i = 0; i < 2000 && kept->count == 0; i++)
		assert_int_equal(fixture->executor->poll(fixture->executor, fixture->passed_ms + 3600000, NULL), 0);
	assert_int_equal(kept->count, 1);
}

/* One call to its end; `sign_until_ms` as in struct call. The output is freed where only the result is wanted. */
static struct kept do_call(struct fixture *fixture, const struct operation *operation, int64_t sign_until_ms)
{
	json_t *input = json_pack("{s:s}", "Name", "n");
	struct call call = { .operation = operation, .input = input, .sign_until_ms = sign_until_ms };
	struct kept kept = { 0 };

	fixture->executor->start(fixture->executor, &call, keep, &kept);
	assert_int_equal(kept.count, 0);
	await(fixture, &kept);
	json_decref(input);
	return kept;
}

static struct call_result call_of(struct fixture *fixture, const struct operation *operation, int64_t sign_until_ms)
{
	struct kept kept = do_call(fixture, operation, sign_until_ms);

	free(kept.output);
	return kept.result;
}

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
		{ FOREIGN(429, ""), 1, FAILURE_THROTTLED, true, "Http429" },
		{ FOREIGN(403, "<html/>"), 1, FAILURE_ACCESS_DENIED, true, "Http403" },
		{ FOREIGN(302, ""), 1, FAILURE_INVALID, true, "Http302" },
	};

	hold_outcomes(*state, &change_thing, rows, ARRAY_LENGTH(rows));
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_answer_is_decoded_and_told_with_all_its_facts),
		TEST(the_request_id_of_the_header_comes_first_where_it_is_one),
		TEST(a_request_is_signed_for_its_endpoint),
		TEST(an_anonymous_request_is_not_signed),
		TEST(an_endpoint_url_takes_the_place_of_awss),
		TEST(without_an_endpoint_nothing_is_sent),
		TEST(what_only_reads_is_sent_again_after_all_that_passes),
		TEST(what_changes_something_is_sent_again_only_where_nothing_was_done),
		TEST(what_may_have_changed_something_is_in_doubt_and_not_sent_again),
		TEST(what_has_passed_leaves_no_trace_but_the_attempts),
		TEST(attempts_are_as_far_apart_as_the_rules_say),
		TEST(all_calls_together_share_one_quota_of_retries),
		TEST(nothing_is_signed_after_its_time),
		TEST(a_clock_that_is_wrong_is_corrected_by_awss_date),
		TEST(a_clock_is_corrected_once_a_call_and_only_for_its_own_fault),
		TEST(the_time_of_signing_is_bounded_as_aws_tells_it),
		TEST(expired_credentials_are_fetched_anew_once),
		TEST(calls_that_expire_together_fetch_new_credentials_once),
		TEST(without_credentials_nothing_is_sent),
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
