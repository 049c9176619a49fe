#include "config.h"

#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/jmespath.h"
#include "sim/scenario.h"

int world_set_up(void **state)
{
	struct world_test *test = memory_new(1, sizeof(*test));

	test->arena = arena_new();
	test->services = services_new(test->arena);
	world_take(test, "group-of-three");
	*state = test;
	return 0;
}

int world_tear_down(void **state)
{
	struct world_test *test = *state;

	json_decref(test->last.output);
	sim_free(test->sim);
	arena_free(test->arena);
	free(test);
	return 0;
}

void world_take(struct world_test *test, const char *scenario)
{
	struct error err = ERROR_INIT;

	sim_free(test->sim);
	test->sim = scenario_builtin(scenario, 1, &err);
	if (!test->sim)
		fail_msg("%s", err.message);
}

void world_take_text(struct world_test *test, const char *yaml)
{
	struct source source = { "scenario.yaml", yaml, strlen(yaml) };
	struct diagnostics diagnostics = DIAGNOSTICS_INIT;
	struct buffer text = BUFFER_INIT;

	sim_free(test->sim);
	test->sim = scenario_sim(&source, 1, &diagnostics);
	diagnostics_print(&diagnostics, &text);
	if (!test->sim)
		fail_msg("%s", buffer_text(&text));
	diagnostics_release(&diagnostics);
	buffer_release(&text);
}

static json_t *quoted_json(const char *text)
{
	char *copy = memory_copy_text(text);
	json_error_t error;
	json_t *json;

	for (char *at = copy; *at; at++)
		if (*at == '\'')
			*at = '"';
	json = json_loads(copy, JSON_DECODE_ANY, &error);
	if (!json)
		fail_msg("%s: %s", error.text, text);
	free(copy);
	return json;
}

void world_keep(void *argument, const struct call_result *result)
{
	struct world_test *test = argument;

	json_decref(test->last.output);
	test->last = *result;
	json_incref(test->last.output);
}

const json_t *ask(struct world_test *test, const char *operation, const char *input)
{
	struct error err = ERROR_INIT;
	struct executor *executor = sim_executor(test->sim);
	json_t *json = quoted_json(input);
	struct call call = { .operation = services_operation(test->services, operation, &err), .input = json };

	if (!call.operation)
		fail_msg("%s", err.message);
	executor->start(executor, &call, world_keep, test);
	if (executor->poll(executor, INT64_MAX, &err) != 0)
		fail_msg("%s", err.message);
	json_decref(json);
	return test->last.output;
}

void ask_done(struct world_test *test, const char *operation, const char *input)
{
	if (!ask(test, operation, input))
		fail_msg("%s: %s: %s", operation, test->last.code, test->last.message);
}

void ask_refused(struct world_test *test, const char *operation, const char *input, const char *refusal)
{
	char text[sizeof(test->last.code) + sizeof(test->last.message) + 3];

	assert_null(ask(test, operation, input));
	snprintf(text, sizeof(text), "%s: %s", test->last.code, test->last.message);
	assert_string_equal(text, refusal);
}

static void assert_search(struct world_test *test, json_t *document, const char *expression, const char *json)
{
	struct error err = ERROR_INIT;
	struct expression *parsed = expression_parse(test->arena, expression, &err);
	json_t *found = parsed ? expression_search(parsed, document, document, &err) : NULL;
	json_t *expected = quoted_json(json);
	char *text = found ? json_dumps(found, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

	if (!found)
		fail_msg("%s: %s", expression, err.message);
	if (!json_equal(found, expected))
		fail_msg("%s is %s, not %s", expression, text, json);
	free(text);
	json_decref(found);
	json_decref(expected);
}

void assert_world(struct world_test *test, const char *expression, const char *json)
{
	json_t *world = sim_world_json(test->sim);

	assert_search(test, world, expression, json);
	json_decref(world);
}

void assert_answer(struct world_test *test, const char *expression, const char *json)
{
	assert_non_null(test->last.output);
	assert_search(test, test->last.output, expression, json);
}
