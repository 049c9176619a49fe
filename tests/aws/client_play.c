#include "config.h"

#include "client_play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
const struct operation read_things = {
	.name = "DescribeThings", .service = &service, .reads = true, .input = &input_shape, .output = &output_shape,
	.result_wrapper = "DescribeThingsResult", .errors = { .rows = errors, .count = ARRAY_LENGTH(errors) },
	.pages = { .input_token = "NextToken", .output_token = "NextToken", .items = "Things",
		   .page_size = "MaxRecords", .most = 50 },
};
const struct operation change_thing = {
	.name = "ChangeThing", .service = &service, .input = &input_shape, .output = &empty_shape,
	.errors = { .rows = errors, .count = ARRAY_LENGTH(errors) },
};

const struct operation read_in_public = {
	.name = "DescribeThings", .service = &service, .reads = true, .anonymous = true, .input = &input_shape,
	.output = &output_shape, .result_wrapper = "DescribeThingsResult",
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

void make_client(struct fixture *fixture)
{
	aws_client_free(fixture->client);
	fixture->client = aws_client_new(&fixture->options);
	fixture->executor = aws_client_executor(fixture->client);
}

int set_up(void **state)
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

int tear_down(void **state)
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

void keep(void *argument, const struct call_result *result)
{
	struct kept *kept = argument;

	kept->count++;
	kept->result = *result;
	kept->output = json_dumps(result->output, JSON_COMPACT | JSON_SORT_KEYS);
}

void play(struct fixture *fixture, const struct step *script, size_t n_steps)
{
	fixture->script = script;
	fixture->n_steps = n_steps;
	fixture->played_from = fixture->n_answered;
}

void await(struct fixture *fixture, const struct kept *kept)
{
	for (int i = 0; i < 2000 && kept->count == 0; i++)
		assert_int_equal(fixture->executor->poll(fixture->executor, fixture->passed_ms + 3600000, NULL), 0);
	assert_int_equal(kept->count, 1);
}

struct kept do_call(struct fixture *fixture, const struct operation *operation, int64_t sign_until_ms)
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

struct call_result call_of(struct fixture *fixture, const struct operation *operation, int64_t sign_until_ms)
{
	struct kept kept = do_call(fixture, operation, sign_until_ms);

	free(kept.output);
	return kept.result;
}
