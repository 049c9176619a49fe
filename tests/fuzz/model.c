/* Machines, catalogues, scenarios, and what stands in them. */
#include "config.h"

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "model/input.h"
#include "model/machine_file.h"
#include "model/picture.h"
#include "model/policy.h"
#include "sim/scenario.h"
#include "text/json.h"
#include "text/yaml.h"

static json_t *definition_of(const struct machine *machine)
{
	struct buffer text = BUFFER_INIT;
	json_t *json;

	machine_write_definition(machine, &text);
	json = json_loadb(text.bytes, text.length, 0, NULL);
	must(json != NULL, "a definition is JSON");
	buffer_release(&text);
	return json;
}

/* A journal keeps the machine: what was accepted once must be accepted when the run goes on. */
static void define_again(struct reader *reader, const struct source *source, const struct machine *machine)
{
	json_t *definition = definition_of(machine), *again;
	const struct machine *made = machine_from_definition(reader, source, definition);

	must(made != NULL, "a machine that is accepted is accepted from its definition");
	again = definition_of(made);
	must_equal(definition, again, "a machine of a definition has that definition");
	json_decref(definition);
	json_decref(again);
}

static void show(const struct machine *machine)
{
	struct buffer dot = BUFFER_INIT;
	json_t *known = json_object();
	struct policy policy;

	picture_add_dot(&dot, machine, NULL);
	policy_make(&policy, machine, &(struct policy_place){ .partition = "aws" }, known);
	policy_release(&policy);
	json_decref(known);
	buffer_release(&dot);
}

void read_machine(const char *text, size_t length)
{
	struct desk desk;
	const struct catalogue *catalogue;
	const struct machine *machine;

	desk_begin(&desk, text, length);
	catalogue = catalogue_load(&desk.reader);
	machine = machine_read_source(&desk.reader, &desk.source, catalogue);
	must((machine == NULL) == (desk.diagnostics.errors > 0), "no machine, then an error");
	if (machine) {
		define_again(&desk.reader, &desk.source, machine);
		show(machine);
	}
	desk_end(&desk);
}

void seed_definition(const char *folder)
{
	static const char text[] =
		"tidegate: 1\nmachine: small\nsubject: \"${input.group}\"\n"
		"input: {group: {type: string, default: web}, l: {type: list, of: string, default: [a]}}\n"
		"start_at: A\nstates:\n"
		"  A: {action: autoscaling.suspend_processes, with: {group: \"${input.group}\", "
		"processes: \"${input.l}\"}, retry: [{errors: [conflict], interval: 1s}], next: B}\n"
		"  B: {choose: [{when: states.A.changed, next: C}], otherwise: D}\n"
		"  C: {pause: {expires: 2h, on_expire: D}, next: D}\n"
		"  D: {restore: all, next: E}\n"
		"  E: {end: succeeded, because: \"${input.group}\"}\n";
	struct desk desk;
	struct buffer definition = BUFFER_INIT;
	const struct machine *machine;

	desk_begin(&desk, text, sizeof(text) - 1);
	machine = machine_read_source(&desk.reader, &desk.source, catalogue_load(&desk.reader));
	must(machine != NULL, "a small machine can be read");
	machine_write_definition(machine, &definition);
	seed(folder, "small", &definition);
	buffer_release(&definition);
	desk_end(&desk);
}

void read_definition(const char *text, size_t length)
{
	json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
	struct desk desk;
	const struct machine *machine;

	if (!json)
		return;
	desk_begin(&desk, text, length);
	machine = machine_from_definition(&desk.reader, &desk.source, json);
	if (machine)
		define_again(&desk.reader, &desk.source, machine);
	desk_end(&desk);
	json_decref(json);
}

static void define_actions_again(struct desk *desk, const struct catalogue *catalogue)
{
	const struct action **used = ARENA_ARRAY(desk->reader.arena, const struct action *, 1000);
	struct buffer text = BUFFER_INIT;
	size_t count = 0;
	const char *name;
	json_t *json;

	for (; count < 1000 && (name = catalogue_action_name(catalogue, count)) != NULL; count++)
		used[count] = catalogue_action(catalogue, name);
	catalogue_definition(catalogue, used, count, &text);
	json = json_loadb(text.bytes, text.length, 0, NULL);
	must(json && catalogue_from_definition(&desk->reader, &desk->source, json),
	     "a catalogue that is accepted is accepted from its definition");
	json_decref(json);
	buffer_release(&text);
}

void read_catalogue(const char *text, size_t length)
{
	struct desk desk;
	struct catalogue *catalogue;
	const struct node *node;

	desk_begin(&desk, text, length);
	catalogue = catalogue_load(&desk.reader);
	node = yaml_parse(desk.reader.arena, &desk.source, &desk.diagnostics);
	if (node && catalogue_add(catalogue, &desk.reader, node) == 0 &&
	    catalogue_use_all(catalogue, &desk.reader) == 0)
		define_actions_again(&desk, catalogue);
	desk_end(&desk);
}

void read_scenario(const char *text, size_t length)
{
	struct desk desk;
	struct sim *sim;

	desk_begin(&desk, text, length);
	sim = scenario_sim(&desk.source, 1, &desk.diagnostics);
	must((sim == NULL) == (desk.diagnostics.errors > 0), "no world, then an error");
	if (sim) {
		sim_advance(sim, 3600 * 1000);
		json_decref(sim_world_json(sim));
	}
	sim_free(sim);
	desk_end(&desk);
}

static json_t *json_with_quotes(const char *text)
{
	char *copy = memory_copy_text(text);
	json_t *made;

	for (char *at = copy; (at = strchr(at, '\'')) != NULL;)
		*at = '"';
	made = json_loads(copy, 0, NULL);
	must(made != NULL, "the document is JSON");
	free(copy);
	return made;
}

static json_t *document(void)
{
	static const char text[] =
		"{'input': {'instance': 'i-0abc', 'n': 3, 'list': ['a', 'b', 'c', 'a']}, 'states': {'LOOK': {"
		"'group': 'web', 'changed': true, 'rows': [{'id': 'a', 'port': 80, 'r': 0.5}, "
		"{'id': 'b', 'port': null}, [1, [2, [3]]], -1.5e3, '\\u00e9']}}, 'e': {}, 'l': []}";
	static json_t *made;

	if (!made)
		made = json_with_quotes(text);
	return made;
}

static void ignore_reference(void *argument, const char *const *names, const unsigned *columns, size_t count)
{
	for (size_t i = 0; i < count; i++)
		must(names[i] && columns[i] > 0 && columns[i] <= *(size_t *)argument, "a reference stands in the text");
}

void read_expression(const char *text, size_t length)
{
	struct arena *arena = arena_new();
	struct error err = ERROR_INIT;
	struct expression *expression = expression_parse(arena, text, &err);
	json_t *before = json_deep_copy(document()), *value;

	must(expression || err.position.column > 0, "a faulty expression says where");
	if (expression) {
		value = expression_search(expression, document(), document(), &err);
		must(value || err.kind == ERROR_EXPRESSION, "no value, then an error");
		expression_references(expression, ignore_reference, &length);
		json_decref(value);
		must_equal(before, document(), "a search changes nothing");
	}
	json_decref(before);
	arena_free(arena);
}

void read_template(const char *text, size_t length)
{
	struct desk desk;
	struct error err = ERROR_INIT;
	const struct node *node;
	const struct template *template;
	json_t *value, *plain;

	desk_begin(&desk, text, length);
	node = yaml_parse(desk.reader.arena, &desk.source, &desk.diagnostics);
	template = node ? template_parse(&desk.reader, node) : NULL;
	value = template ? template_render(template, document(), &err) : NULL;
	must(!template || value || err.kind != ERROR_NONE, "nothing rendered, then an error");
	if (template)
		free(template_sentence(template, document()));
	plain = value && !strstr(text, "$") ? node_to_json(node) : json_incref(value);
	must_equal(plain, value, "what has no expressions stays as it is");
	json_decref(plain);
	json_decref(value);
	desk_end(&desk);
}

void read_inputs(const char *text, size_t length)
{
	struct input input = { .key = NULL };
	struct arena *arena = arena_new();
	struct error err = ERROR_INIT;
	json_t *value, *again;

	input.key = node_new_scalar(arena, NOWHERE, "name", 4);
	input.type = length ? (unsigned char)text[0] % (INPUT_ANY + 1) : 0;
	input.of = length > 1 ? (unsigned char)text[1] % INPUT_LIST : 0;
	value = input_from_text(&input, length > 2 ? text + 2 : "", &err);
	must(value || err.kind != ERROR_NONE, "no value, then an error");
	again = value ? input_coerce(&input, value, &err) : NULL;
	if (value && input.type != INPUT_DURATION && !(input.type == INPUT_LIST && input.of == INPUT_DURATION))
		must_equal(value, again, "a value of the type is what the type wants");
	json_decref(value);
	json_decref(again);
	arena_free(arena);
}
