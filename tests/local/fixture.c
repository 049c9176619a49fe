#include "config.h"

#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aws/transport_curl.h"
#include "base/buffer.h"
#include "text/json.h"

static const char *const environment[] = { "PATH=/usr/local/bin:/usr/bin:/bin",
					   "DEPLOYMENT_ID=d-1",
					   "AWS_ACCESS_KEY_ID=HIDDEN",
					   "AWS_SECRET_ACCESS_KEY=HIDDEN",
					   "AWS_SESSION_TOKEN=HIDDEN",
					   "AWS_PROFILE=HIDDEN",
					   "TIDEGATE_INPUT_x=HIDDEN",
					   "DATABASE_URL=postgres://HIDDEN",
					   "PATHS=HIDDEN",
					   NULL };

static struct fixture *fixture_of(struct executor *executor)
{
	return (struct fixture *)(void *)((char *)executor - offsetof(struct fixture, others));
}

static void others_start(struct executor *executor, const struct call *call, call_done *done, void *argument)
{
	(void)executor;
	(void)done;
	(void)argument;
	fail_msg("%s:%s is not for this machine", call->operation->service->name, call->operation->name);
}

static int others_poll(struct executor *executor, int64_t until_ms, struct error *err)
{
	struct fixture *fixture = fixture_of(executor);
	int64_t left_ms = until_ms - clock_system()->monotonic_ms(clock_system());

	return fixture->transport->poll(fixture->transport, left_ms > 0 ? (int)left_ms : 0, err);
}

static void others_cancel(struct executor *executor)
{
	struct fixture *fixture = fixture_of(executor);

	fixture->transport->cancel(fixture->transport);
}

int fixture_setup(void **state)
{
	struct fixture *fixture = memory_new(1, sizeof(*fixture));
	const struct transport_curl_options transport = { .other_descriptor = &fixture->children };

	fixture->arena = arena_new();
	fixture->services = services_new(fixture->arena);
	fixture->children = -1;
	fixture->transport = transport_curl_new(&transport, NULL);
	fixture->others = (struct executor){ .start = others_start, .poll = others_poll, .cancel = others_cancel };
	fixture->local = local_executor_new(&(struct local_executor_options){ .others = &fixture->others,
									      .transport = fixture->transport,
									      .clock = clock_system(),
									      .environment = { environment },
									      .wake_descriptor = &fixture->children });
	strcpy(fixture->folder, "/tmp/tidegate-local-XXXXXX");
	*state = fixture;
	return mkdtemp(fixture->folder) ? 0 : -1;
}

static void forget(struct fixture *fixture)
{
	for (size_t i = 0; i < fixture->count; i++) {
		json_decref(fixture->inputs[i]);
		json_decref(fixture->found[i].result.output);
		fixture->found[i] = (struct found){ 0 };
	}
	fixture->count = 0;
}

int fixture_teardown(void **state)
{
	struct fixture *fixture = *state;
	char *remove = memory_format("rm -r %s", fixture->folder);
	int result = system(remove);

	free(remove);
	local_executor_free(fixture->local);
	transport_curl_free(fixture->transport);
	forget(fixture);
	arena_free(fixture->arena);
	free(fixture);
	return result;
}

static json_t *parse(const struct fixture *fixture, const char *text)
{
	struct buffer json = BUFFER_INIT;
	json_t *input;

	for (; *text; text++) {
		if (*text == '~')
			buffer_add_text(&json, fixture->folder);
		else
			buffer_add_char(&json, *text == '\'' ? '"' : *text);
	}
	input = json_loads(buffer_text(&json), 0, NULL);
	if (!input)
		fail_msg("no JSON: %s", buffer_text(&json));
	buffer_release(&json);
	return input;
}

static void keep(void *argument, const struct call_result *result)
{
	struct found *found = argument;

	found->done = true;
	found->result = *result;
	json_incref(found->result.output);
}

struct found *fixture_begin(struct fixture *fixture, const char *operation, const char *input)
{
	struct executor *executor = local_executor_executor(fixture->local);
	char *name = memory_format("local:%s", operation);
	struct call call = { .operation = services_operation(fixture->services, name, NULL) };
	struct found *found = &fixture->found[fixture->count];

	assert_non_null(call.operation);
	call.input = fixture->inputs[fixture->count++] = parse(fixture, input);
	executor->start(executor, &call, keep, found);
	assert_false(found->done); /* never from inside start */
	free(name);
	return found;
}

static bool all_done(const struct fixture *fixture)
{
	for (size_t i = 0; i < fixture->count; i++)
		if (!fixture->found[i].done)
			return false;
	return true;
}

void fixture_wait(struct fixture *fixture)
{
	struct executor *executor = local_executor_executor(fixture->local);
	struct clock *clock = clock_system();
	int64_t late_ms = clock->monotonic_ms(clock) + LATE_MS;

	while (!all_done(fixture)) {
		assert_true(clock->monotonic_ms(clock) < late_ms);
		assert_int_equal(executor->poll(executor, late_ms, NULL), 0);
	}
}

const struct found *fixture_check(struct fixture *fixture, const char *operation, const char *input)
{
	struct found *found;

	forget(fixture);
	found = fixture_begin(fixture, operation, input);
	fixture_wait(fixture);
	return found;
}

static void assert_text(const char *text, const char *expected)
{
	size_t length = strlen(expected);

	if (strstr(text, "HIDDEN"))
		fail_msg("a secret in '%s'", text);
	if (length > 0 && expected[length - 1] == '*' && strncmp(text, expected, length - 1) == 0)
		return;
	assert_string_equal(text, expected);
}

void assert_found(const struct found *found, bool holds, const char *reason)
{
	assert_int_equal(found->result.failure, FAILURE_NONE);
	assert_text(json_string_value(json_object_get(found->result.output, "Reason")), reason);
	assert_int_equal(json_is_true(json_object_get(found->result.output, "Holds")), holds);
}

void assert_failed(const struct found *found, enum failure failure, const char *message)
{
	assert_null(found->result.output);
	assert_text(found->result.message, message);
	assert_int_equal(found->result.failure, failure);
}
