/* Where an input comes from: the first place that gives it, in the order of machines/README.md, and which one that was,
 * as `plan` shows it. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "cli/inputs.h"
#include "model/machine_file.h"
#include "text/json.h"
#include "text/yaml.h"

static const char using[] = "#!/usr/bin/env tidegate\n"
			    "tidegate: 1\n"
			    "machine: my-web\n"
			    "use: asg-standby@1\n"
			    "with: {group: of-with, instance: i-0}\n"
			    "environments:\n"
			    "  \"*-prod\": {group: of-environments}\n";

static const char configuration_text[] = "my-web: {group: of-configuration}\n"
					 "any: {group: of-any, tribe: unknown-to-this-machine}\n";

struct desk {
	struct diagnostics diagnostics;
	struct reader reader;
	const struct machine *machine;
	struct configuration configuration;
};

static const struct source *source_of(struct desk *desk, const char *name, const char *text)
{
	struct source *source = ARENA_NEW(desk->reader.arena, struct source);

	*source = (struct source){ .name = name, .text = text, .length = strlen(text) };
	return source;
}

static void desk_init(struct desk *desk)
{
	const struct catalogue *catalogue;

	*desk = (struct desk){ 0 };
	desk->reader = (struct reader){ .arena = arena_new(), .diagnostics = &desk->diagnostics };
	catalogue = catalogue_load(&desk->reader);
	desk->machine = machine_read_source(&desk->reader, source_of(desk, "my.yaml", using), catalogue);
	desk->configuration.path = "/etc/tidegate/config.yaml";
	desk->configuration.inputs = yaml_parse(desk->reader.arena, source_of(desk, "config.yaml", configuration_text),
						&desk->diagnostics);
	assert_non_null(desk->machine);
	assert_non_null(desk->configuration.inputs);
}

static void desk_release(struct desk *desk)
{
	diagnostics_release(&desk->diagnostics);
	arena_free(desk->reader.arena);
}

/* Each row leaves out the place that gave the value in the one before. */
struct row {
	const char *option;
	const char *variable;
	const char *deployment_group;
	bool configured;
	const char *value, *source;
};

static const struct row rows[] = {
	{ "group=of-option", "TIDEGATE_INPUT_group=of-variable", "web-prod", true, "of-option", "-i" },
	{ NULL, "TIDEGATE_INPUT_group=of-variable", "web-prod", true, "of-variable", "TIDEGATE_INPUT_group" },
	{ NULL, NULL, "web-prod", true, "of-environments", "environments '*-prod'" },
	{ NULL, NULL, "web-test", true, "of-configuration", "/etc/tidegate/config.yaml" },
	{ NULL, NULL, NULL, true, "of-configuration", "/etc/tidegate/config.yaml" },
	{ NULL, NULL, NULL, false, "of-with", "with" },
};

static void find(const struct desk *desk, const struct row *row, struct inputs *inputs)
{
	const char *variables[] = { row->variable, NULL };
	struct option_values given = { .rows = (const char *[]){ row->option }, .count = row->option ? 1 : 0 };
	struct error err = ERROR_INIT;
	json_t *hook = json_object();
	const struct inputs_request request = {
		.machine = desk->machine,
		.given = &given,
		.environment = { variables },
		.deployment_group = row->deployment_group,
		.configuration = row->configured ? &desk->configuration : NULL,
		.hook = hook,
	};

	if (inputs_find(inputs, &request, &err) != 0)
		fail_msg("%s", err.message);
	json_decref(hook);
}

static void assert_input(const struct inputs *inputs, const char *name, const char *value, const char *source)
{
	assert_string_equal(json_string_value(json_object_get(inputs->values, name)), value);
	assert_string_equal(json_string_value(json_object_get(inputs->sources, name)), source);
}

static void the_first_place_that_gives_an_input_wins(void **state)
{
	struct desk desk;

	(void)state;
	desk_init(&desk);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct inputs inputs;

		find(&desk, &rows[i], &inputs);
		assert_input(&inputs, "group", rows[i].value, rows[i].source);
		assert_input(&inputs, "instance", "i-0", "with");
		assert_string_equal(json_string_value(json_object_get(inputs.sources, "processes")), "default");
		assert_string_equal(inputs.subject, "i-0");
		inputs_release(&inputs);
	}
	desk_release(&desk);
}

/* What skips whole numbers does not say which one is meant, and what no integer holds is none. */
static void a_whole_number_is_one_that_doubles_tell_apart(void **state)
{
	static const struct {
		const char *text, *read; /* NULL: refused */
	} numbers[] = {
		{ "[2.0]", "[2]" },     { "[9007199254740993]", "[9007199254740993]" },
		{ "[2.5]", NULL },      { "[1e16]", NULL },
		{ "[-1e300]", NULL },   { "[18888888888888888888.2]", NULL },
	};
	struct arena *arena = arena_new();
	const struct input input = {
		.key = node_new_scalar(arena, NOWHERE, "ports", 5), .type = INPUT_LIST, .of = INPUT_INTEGER
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) {
		struct error err = ERROR_INIT;
		json_t *value = input_from_text(&input, numbers[i].text, &err);
		char *text = value ? json_text(value, JSON_COMPACT) : NULL;

		if (numbers[i].read)
			assert_string_equal(text, numbers[i].read);
		else
			assert_null(text);
		free(text);
		json_decref(value);
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_place_that_gives_an_input_wins),
		cmocka_unit_test(a_whole_number_is_one_that_doubles_tell_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
