/* Files that name a shipped machine: what they come to, and that nothing behind the loader can tell them from a machine
 * that is written out. What is refused in them: tests/model/faulty/use. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "model/embedded.h"
#include "model/machine_file.h"
#include "text/json.h"

struct loader {
	struct diagnostics diagnostics;
	struct reader reader;
	const struct catalogue *catalogue;
};

static void loader_init(struct loader *loader)
{
	*loader = (struct loader){ 0 };
	loader->reader = (struct reader){ .arena = arena_new(), .diagnostics = &loader->diagnostics };
	loader->catalogue = catalogue_load(&loader->reader);
	assert_non_null(loader->catalogue);
}

static void loader_release(struct loader *loader)
{
	diagnostics_release(&loader->diagnostics);
	arena_free(loader->reader.arena);
}

static const struct machine *load(struct loader *loader, const char *text)
{
	struct source *source = ARENA_NEW(loader->reader.arena, struct source);

	*source = (struct source){ .name = "my.yaml", .text = text, .length = strlen(text) };
	return machine_read_source(&loader->reader, source, loader->catalogue);
}

static const struct machine *load_good(struct loader *loader, const char *text)
{
	const struct machine *machine = load(loader, text);
	struct buffer said = BUFFER_INIT;

	if (loader->diagnostics.count > 0)
		diagnostics_print(&loader->diagnostics, &said);
	if (!machine || loader->diagnostics.count > 0)
		fail_msg("%s\n%s", text, buffer_text(&said));
	return machine;
}

/* What a journal keeps of it. */
static void assert_same_definition(const struct machine *machine, const struct machine *expected)
{
	json_t *is = machine_definition(machine), *should_be = machine_definition(expected);

	assert_true(json_equal(is, should_be));
	json_decref(is);
	json_decref(should_be);
}

static const struct input *input_of(const struct machine *machine, const char *name)
{
	const struct input *inputs = machine->inputs.records;

	for (size_t i = 0; i < machine->inputs.count; i++)
		if (strcmp(inputs[i].key->text, name) == 0)
			return &inputs[i];
	fail_msg("no input '%s'", name);
	return NULL;
}

static void assert_default(const struct machine *machine, const char *name, const char *expected)
{
	json_t *nothing = json_object();
	json_t *value = template_render(input_of(machine, name)->fallback, nothing, NULL);
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	assert_string_equal(text, expected);
	free(text);
	json_decref(value);
	json_decref(nothing);
}

/* "machines/NAME.yaml" -> NAME, or NULL: what lies in folders below is no machine. */
static char *machine_name(const char *path)
{
	const char *name = path + strlen("machines/");

	if (strncmp(path, "machines/", strlen("machines/")) != 0 || strchr(name, '/'))
		return NULL;
	return memory_format("%.*s", (int)(strlen(name) - strlen(".yaml")), name);
}

static void assert_can_be_used(struct loader *loader, const struct embedded_file *file, const char *name)
{
	const struct machine *shipped = load_good(loader, file->text);
	const char *text = arena_format(loader->reader.arena, "#!/usr/bin/env tidegate\ntidegate: 1\nuse: %s@%d\n",
					name, (int)shipped->own_version);
	const struct machine *using = load_good(loader, text);

	assert_string_equal(shipped->name, name);
	assert_string_equal(using->name, name);
	/* Nothing of a deployment group is known to what is made for all of them. */
	assert_int_equal(shipped->environments.count, 0);
	assert_same_definition(using, shipped);
}

static void every_shipped_machine_can_be_used_and_is_then_the_same(void **state)
{
	struct loader loader;
	size_t count = 0;

	(void)state;
	loader_init(&loader);
	for (const struct embedded_file *file = embedded_files; file->path; file++) {
		char *name = machine_name(file->path);

		if (name) {
			assert_can_be_used(&loader, file, name);
			count++;
		}
		free(name);
	}
	assert_true(count >= 3);
	loader_release(&loader);
}

static const char eight_lines[] = "#!/usr/bin/env tidegate\n"
				  "tidegate: 1\n"
				  "machine: my-web\n"
				  "use: asg-standby@1\n"
				  "with: {group: web-prod, processes: [AZRebalance, \"${hook.event}\"]}\n"
				  "environments:\n"
				  "  \"*-test\": {processes: []}\n"
				  "hooks: {ApplicationStop: {at_most: 30m}, ValidateService: {until: IN_SERVICE}}\n";

static void what_a_file_says_is_laid_over_the_machine_it_uses(void **state)
{
	const struct machine *machine;
	struct loader loader;

	(void)state;
	loader_init(&loader);
	machine = load_good(&loader, eight_lines);
	assert_string_equal(machine->name, "my-web");
	assert_string_equal(machine->use->name, "asg-standby@1");
	assert_default(machine, "group", "\"web-prod\"");
	assert_default(machine, "processes", "[\"AZRebalance\",null]");
	assert_string_equal(input_of(machine, "instance")->comment, "the instance that is deployed to");
	assert_int_equal(machine->environments.count, 1);
	loader_release(&loader);
}

static void a_hook_is_laid_over_key_by_key(void **state)
{
	const struct hook *stop, *install, *validate;
	const struct machine *machine;
	struct loader loader;

	(void)state;
	loader_init(&loader);
	machine = load_good(&loader, eight_lines);
	stop = machine_hook(machine, "ApplicationStop");
	install = machine_hook(machine, "BeforeInstall");
	validate = machine_hook(machine, "ValidateService");
	assert_int_equal(stop->at_most_ms, 30 * 60 * 1000);
	assert_int_equal(stop->until.count, install->until.count);
	assert_ptr_equal(stop->until.rows[0].state, install->until.rows[0].state);
	assert_int_equal(install->at_most_ms, 14 * 60 * 1000);
	assert_string_equal(validate->until.rows[0].name, "IN_SERVICE");
	loader_release(&loader);
}

/* An engine that has another version of the machine, or none, goes on with what the run began with. */
static void a_journal_keeps_the_whole_machine(void **state)
{
	const struct source source = { .name = "journal r-0000" };
	const struct machine *machine, *again;
	struct loader loader;
	json_t *definition;

	(void)state;
	loader_init(&loader);
	machine = load_good(&loader, eight_lines);
	definition = machine_definition(machine);
	assert_null(json_object_get(json_object_get(definition, "machine"), "use"));
	assert_null(json_object_get(json_object_get(definition, "machine"), "with"));
	again = machine_from_definition(&loader.reader, &source, definition);
	assert_non_null(again);
	assert_same_definition(again, machine);
	assert_default(again, "group", "\"web-prod\"");
	json_decref(definition);
	loader_release(&loader);
}

static void where_no_name_is_near_all_are_listed(void **state)
{
	struct loader loader;

	(void)state;
	loader_init(&loader);
	assert_null(load(&loader, "#!/usr/bin/env tidegate\ntidegate: 1\nuse: blue-green@1\n"));
	assert_int_equal(loader.diagnostics.count, 1);
	assert_string_equal(loader.diagnostics.rows[0].message, "no machine 'blue-green' comes with tidegate");
	assert_non_null(strstr(loader.diagnostics.rows[0].hint, "there are "));
	assert_non_null(strstr(loader.diagnostics.rows[0].hint, "asg-standby, "));
	assert_null(strchr(loader.diagnostics.rows[0].hint, '/'));
	loader_release(&loader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shipped_machine_can_be_used_and_is_then_the_same),
		cmocka_unit_test(what_a_file_says_is_laid_over_the_machine_it_uses),
		cmocka_unit_test(a_hook_is_laid_over_key_by_key),
		cmocka_unit_test(a_journal_keeps_the_whole_machine),
		cmocka_unit_test(where_no_name_is_near_all_are_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
