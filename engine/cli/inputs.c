#include "config.h"

#include "cli/inputs.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "text/json.h"

static const char variable_prefix[] = "TIDEGATE_INPUT_";

/* While inputs are looked for. What is found first is kept; a later place does not change it. */
struct search {
	const struct inputs_request *request;
	struct inputs *inputs;
	json_t *given;    /* name -> value as written */
	json_t *metadata; /* what was asked for so far */
	struct error metadata_err;
	struct error *err;
};

static const struct input *input_at(const struct machine *machine, size_t i)
{
	return (const struct input *)machine->inputs.records + i;
}

static const char *input_name_at(const void *argument, size_t i)
{
	const struct machine *machine = argument;

	return i < machine->inputs.count ? input_at(machine, i)->key->text : NULL;
}

static const struct input *input_named(const struct machine *machine, const char *name)
{
	for (size_t i = 0; i < machine->inputs.count; i++)
		if (strcmp(input_at(machine, i)->key->text, name) == 0)
			return input_at(machine, i);
	return NULL;
}

static int unknown_input(const struct search *search, const char *name, const char *place)
{
	const struct machine *machine = search->request->machine;
	const char *near = nearest_word(name, input_name_at, machine);

	if (near)
		return error_set(search->err, ERROR_USAGE, NOWHERE, "%s has no input '%s' (%s): did you mean '%s'?",
				 machine->name, name, place, near);
	return error_set(search->err, ERROR_USAGE, NOWHERE, "%s has no input '%s' (%s)", machine->name, name, place);
}

/* Takes over `value`. */
static void keep(struct search *search, const char *name, json_t *value, const char *place)
{
	if (json_object_get(search->given, name)) {
		json_decref(value);
		return;
	}
	json_put(search->given, name, value);
	json_put(search->inputs->sources, name, json_string(place));
}

static int keep_text(struct search *search, const char *name, const char *text, const char *place)
{
	const struct input *input = input_named(search->request->machine, name);
	json_t *value;

	if (!input)
		return unknown_input(search, name, place);
	value = input_from_text(input, text, search->err);
	if (!value)
		return error_prefix(search->err, "%s", place);
	keep(search, name, value, place);
	return 0;
}

/* The last one of a name wins, as everywhere on command lines: they are taken from the end. */
static int from_options(struct search *search)
{
	const struct option_values *given = search->request->given;

	for (size_t i = given ? given->count : 0; i-- > 0;) {
		const char *text = given->rows[i];
		size_t length = strcspn(text, "=");
		char *name;
		int result;

		if (!text[length])
			return error_set(search->err, ERROR_USAGE, NOWHERE, "-i '%s' is not NAME=VALUE", text);
		name = memory_format("%.*s", (int)length, text);
		result = keep_text(search, name, text + length + 1, "-i");
		free(name);
		if (result != 0)
			return -1;
	}
	return 0;
}

static int from_variables(struct search *search)
{
	const size_t prefix = sizeof(variable_prefix) - 1;

	for (const char *const *row = search->request->environment.rows; *row; row++) {
		size_t length = strcspn(*row, "=");
		char *variable;
		int result;

		if (strncmp(*row, variable_prefix, prefix) != 0 || !(*row)[length] || !(*row)[length + 1])
			continue;
		variable = memory_format("%.*s", (int)length, *row);
		result = keep_text(search, variable + prefix, *row + length + 1, variable);
		free(variable);
		if (result != 0)
			return -1;
	}
	return 0;
}

/* `strict`: a name that the machine lacks is a fault. */
static int from_map(struct search *search, const struct node *map, const char *place, bool strict)
{
	for (size_t i = 0; map && i < map->count; i++) {
		const char *name = map->keys[i]->text;

		if (input_named(search->request->machine, name))
			keep(search, name, json_made(node_to_json(map->items[i])), place);
		else if (strict)
			return unknown_input(search, name, place);
	}
	return 0;
}

static int from_environments(struct search *search)
{
	const struct machine *machine = search->request->machine;
	const struct environment_inputs *rows = machine->environments.records;
	const char *group = search->request->deployment_group;

	for (size_t i = 0; group && i < machine->environments.count; i++) {
		char *place;
		int result;

		if (fnmatch(rows[i].key->text, group, 0) != 0)
			continue;
		place = memory_format("environments '%s'", rows[i].key->text);
		result = from_map(search, rows[i].values, place, true);
		free(place);
		return result;
	}
	return 0;
}

/* What is said for any machine need not fit each of them. */
static int from_configuration(struct search *search)
{
	const struct configuration *configuration = search->request->configuration;
	const struct node *inputs = configuration ? configuration->inputs : NULL;

	if (!inputs)
		return 0;
	if (from_map(search, node_get(inputs, search->request->machine->name), configuration->path, true) != 0)
		return -1;
	return from_map(search, node_get(inputs, "any"), configuration->path, false);
}

static void fetch_metadata(void *argument, const char *const *names, size_t count, const struct reference_place *place)
{
	struct search *search = argument;
	const struct inputs_request *request = search->request;
	json_t *value;

	(void)place;
	if (count < 2 || strcmp(names[0], "metadata") != 0 || json_object_get(search->metadata, names[1]))
		return;
	value = request->metadata ? request->metadata(request->metadata_argument, names[1], &search->metadata_err)
				  : NULL;
	json_put(search->metadata, names[1], value ? value : json_null());
}

static void read_env(struct search *search)
{
	const struct name_list *names = &search->request->machine->env;

	for (size_t i = 0; i < names->count; i++) {
		const char *value = environment_get(&search->request->environment, names->names[i]);
		json_t *text = value ? json_string(value) : json_null();

		json_put(search->inputs->env, names->names[i], text ? text : json_null());
	}
}

static json_t *document(const struct search *search)
{
	json_t *made = json_pack("{s:O, s:O, s:O}", "metadata", search->metadata, "hook", search->request->hook, "env",
				 search->inputs->env);

	return json_made(made);
}

/* What the machine itself says, or the file that uses it. */
static const char *own_source(const struct machine *machine, const struct input *input)
{
	if (machine->use && machine->use->given && node_get(machine->use->given, input->key->text))
		return "with";
	return input->fallback ? "default" : "not given";
}

static int resolve(struct search *search)
{
	const struct machine *machine = search->request->machine;
	json_t *over;

	for (size_t i = 0; i < machine->inputs.count; i++) {
		const struct input *input = input_at(machine, i);

		if (json_object_get(search->given, input->key->text))
			continue;
		template_references(input->fallback, fetch_metadata, search);
		json_put(search->inputs->sources, input->key->text,
			 json_string(own_source(machine, input)));
	}
	over = document(search);
	search->inputs->values = inputs_resolve(&machine->inputs, machine->name, search->given, over, search->err);
	json_decref(over);
	return search->inputs->values ? 0 : -1;
}

/* The first input that the subject is made of. */
static void note_input(void *argument, const char *const *names, size_t count, const struct reference_place *place)
{
	const char **name = argument;

	(void)place;
	if (!*name && count > 1 && strcmp(names[0], "input") == 0)
		*name = names[1];
}

/* A hook can be given no -i; the file is what also the next one reads. */
static int fail_without_subject(const struct search *search)
{
	const struct machine *machine = search->request->machine;
	const char *cause = search->metadata_err.message, *input = NULL;
	enum error_kind kind = search->metadata_err.kind;
	char *advice;

	/* A profile that there is not, a file that cannot be read: nothing goes on with the subject alone. */
	if (kind == ERROR_USAGE || kind == ERROR_MACHINE || kind == ERROR_STORAGE)
		return error_set(search->err, ERROR_USAGE, NOWHERE, "%s", cause);
	template_references(machine->subject, note_input, &input);
	advice = input ? memory_format("; give it as input '%s': in config.yaml, as TIDEGATE_INPUT_%s or with -i",
				       input, input)
		       : NULL;
	error_set(search->err, ERROR_USAGE, NOWHERE, "%s does not know its subject: %s%s", machine->name,
		  cause[0] ? cause : "it is empty", advice ? advice : "");
	free(advice);
	return -1;
}

static int find_subject(struct search *search)
{
	const struct machine *machine = search->request->machine;
	json_t *over, *subject;

	template_references(machine->subject, fetch_metadata, search);
	over = document(search);
	json_put(over, "input", json_incref(search->inputs->values));
	subject = template_render(machine->subject, over, search->err);
	json_decref(over);
	if (json_is_string(subject) && json_string_length(subject) > 0)
		search->inputs->subject = memory_copy_text(json_string_value(subject));
	json_decref(subject);
	return search->inputs->subject ? 0 : fail_without_subject(search);
}

/* The first place wins. */
static int find_given(struct search *search)
{
	return from_options(search) != 0 || from_variables(search) != 0 || from_environments(search) != 0 ||
			       from_configuration(search) != 0
		       ? -1
		       : 0;
}

int inputs_find(struct inputs *inputs, const struct inputs_request *request, struct error *err)
{
	struct search search = {
		.request = request,
		.inputs = inputs,
		.given = json_made(json_object()),
		.metadata = json_made(json_object()),
		.err = err,
	};
	int result;

	*inputs = (struct inputs){ .sources = json_made(json_object()), .env = json_made(json_object()) };
	read_env(&search);
	result = find_given(&search) != 0 || resolve(&search) != 0 || find_subject(&search) != 0 ? -1 : 0;
	json_decref(search.given);
	json_decref(search.metadata);
	if (result != 0)
		inputs_release(inputs);
	return result;
}

/* A default that asks for a fact of the instance gives null here, or fails within other text. */
static json_t *default_of(const struct input *input)
{
	json_t *nothing = json_made(json_object());
	json_t *value = input->fallback ? template_render(input->fallback, nothing, NULL) : NULL;

	json_decref(nothing);
	return value;
}

static int keep_known(struct search *search, const struct input *input, json_t *known)
{
	json_t *value = json_incref(json_object_get(search->given, input->key->text)), *coerced;

	if (!value)
		value = default_of(input);
	if (!value || json_is_null(value)) {
		json_decref(value);
		return 0;
	}
	coerced = input_coerce(input, value, search->err);
	json_decref(value);
	if (!coerced)
		return -1;
	json_put(known, input->key->text, coerced);
	return 0;
}

json_t *inputs_known(const struct inputs_request *request, struct error *err)
{
	struct inputs inputs = { .sources = json_made(json_object()) };
	struct search search = {
		.request = request, .inputs = &inputs, .given = json_made(json_object()), .err = err,
	};
	json_t *known = json_made(json_object());
	int result = find_given(&search);

	for (size_t i = 0; result == 0 && i < request->machine->inputs.count; i++)
		result = keep_known(&search, input_at(request->machine, i), known);
	json_decref(search.given);
	inputs_release(&inputs);
	if (result == 0)
		return known;
	json_decref(known);
	return NULL;
}

void inputs_release(struct inputs *inputs)
{
	json_decref(inputs->values);
	json_decref(inputs->sources);
	json_decref(inputs->env);
	free(inputs->subject);
	*inputs = (struct inputs){ 0 };
}
