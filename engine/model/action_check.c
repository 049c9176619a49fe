/* What expressions of an action read, and what it gives to its operations and to the action that undoes it: a name that
 * nothing stands for would be null, and nothing would be restored by it. So would one that `take` reads and the answer
 * never has. Shared observations are read for actions with other inputs, too: what they read is left alone. */
#include "config.h"

#include "model/action.h"

#include <string.h>

#include "model/check_values.h"

struct reading {
	const struct reader *reader;
	const struct action *action;
};

static const char *input_name_at(const void *argument, size_t i)
{
	const struct action *action = argument;

	return i < action->inputs.count ? ((const struct input *)action->inputs.records)[i].key->text : NULL;
}

static const char *change_name_at(const void *argument, size_t i)
{
	const struct action *action = argument;

	return i < action->change.count ? action->change.rows[i].key->text : NULL;
}

static const char *observed_name_at(const void *argument, size_t i)
{
	const struct action *action = argument;

	for (size_t k = 0; k < action->n_observations; k++) {
		const struct named_expressions *take = &action->observations[k]->take;

		if (i < take->count)
			return take->rows[i].key->text;
		i -= take->count;
	}
	return NULL;
}

/* An observation may also stand for something where its call fails. */
static bool falls_back_on(const struct action *action, const char *name)
{
	for (size_t i = 0; i < action->n_observations; i++)
		for (size_t k = 0; k < action->observations[i]->errors.count; k++)
			if (template_has_key(action->observations[i]->errors.rows[k].values, name))
				return true;
	return false;
}

/* `names` NULL: what stands there is not known by name. */
static const struct root {
	const char *name;
	const char *(*names)(const void *action, size_t i);
	const char *fault;
} roots[] = {
	{ "input", input_name_at, "this action has no input" },
	{ "observed", observed_name_at, "no observation of this action takes" },
	{ "change", change_name_at, "'change' of this action has no" },
	{ "held", NULL, NULL },
	{ "recent", NULL, NULL },
	{ "told", NULL, NULL },
	{ "item", NULL, NULL },
};

static const char *root_name_at(const void *unused, size_t i)
{
	(void)unused;
	return i < ARRAY_LENGTH(roots) ? roots[i].name : NULL;
}

static bool has_name(const struct root *root, const struct action *action, const char *name)
{
	const char *known;

	for (size_t i = 0; (known = root->names(action, i)); i++)
		if (strcmp(known, name) == 0)
			return true;
	return root->names == observed_name_at && falls_back_on(action, name);
}

static void refuse_root(const struct reading *reading, const char *name, struct position position)
{
	static const char *const literals[] = { "null", "true", "false" };

	for (size_t i = 0; i < ARRAY_LENGTH(literals); i++)
		if (strcmp(literals[i], name) == 0) {
			diagnostics_error(reading->reader->diagnostics, position,
					  arena_format(reading->reader->arena, "write `%s` in backquotes", name),
					  "unknown name '%s' in an action", name);
			return;
		}
	diagnostics_unknown(reading->reader->diagnostics, position, name, root_name_at, NULL,
			    "unknown name '%s' in an action", name);
}

static void check_reference(void *argument, const char *const *names, size_t count, const struct reference_place *place)
{
	const struct reading *reading = argument;
	const struct root *root = roots;

	if (count == 0)
		return;
	while (root < roots + ARRAY_LENGTH(roots) && strcmp(root->name, names[0]) != 0)
		root++;
	if (root == roots + ARRAY_LENGTH(roots))
		refuse_root(reading, names[0], reference_position(place));
	else if (root->names && count > 1 && !has_name(root, reading->action, names[1]))
		diagnostics_unknown(reading->reader->diagnostics, reference_position(place), names[1], root->names,
				    reading->action, "%s '%s'", root->fault, names[1]);
}

static void check_named(struct reading *reading, const struct named_expressions *named)
{
	for (size_t i = 0; i < named->count; i++)
		located_references(&named->rows[i].expression, check_reference, reading);
}

static void check_conditions(struct reading *reading, const struct record_list *conditions)
{
	const struct action_condition *rows = conditions->records;

	for (size_t i = 0; i < conditions->count; i++) {
		located_references(&rows[i].when, check_reference, reading);
		template_references(rows[i].because, check_reference, reading);
	}
}

static void check_expressions(struct reading *reading)
{
	const struct action *action = reading->action;
	const struct located_expression *const expressions[] = {
		&action->satisfied, &action->ready,    &action->took,
		&action->settled,   &action->deadline, &action->progress,
	};
	const struct template *const templates[] = {
		action->summary,
		action->now,
		action->resource,
		action->because,
		action->request ? action->request->with : NULL,
		action->undo ? action->undo->with : NULL,
		action->undo ? action->undo->summary : NULL,
	};

	for (size_t i = 0; i < ARRAY_LENGTH(expressions); i++)
		located_references(expressions[i], check_reference, reading);
	for (size_t i = 0; i < ARRAY_LENGTH(templates); i++)
		template_references(templates[i], check_reference, reading);
	check_named(reading, &action->change);
	check_named(reading, &action->give);
	check_conditions(reading, &action->drift);
	check_conditions(reading, &action->refuse);
	check_conditions(reading, &action->failed);
	if (action->adoption) {
		located_references(&action->adoption->when, check_reference, reading);
		check_named(reading, &action->adoption->change);
	}
}

static void check_take(const struct reading *reading, const struct observation *observation)
{
	const char *owner = arena_format(reading->reader->arena, "the answer of %s", observation->operation->name);

	for (size_t i = 0; i < observation->take.count; i++)
		values_check_read(reading->reader, &observation->take.rows[i].expression,
				  observation->operation->output, owner);
}

static void check_observations(struct reading *reading)
{
	for (size_t i = 0; i < reading->action->n_observations; i++) {
		const struct observation *observation = reading->action->observations[i];
		const struct node *with = node_get(observation->node, "with");

		if (with)
			values_check_shape(reading->reader, with, observation->operation->input,
					   observation->operation->name);
		check_take(reading, observation);
		if (observation->key)
			continue;
		located_references(&observation->for_each, check_reference, reading);
		template_references(observation->with, check_reference, reading);
	}
}

static void check_request(const struct reading *reading)
{
	const struct action_request *request = reading->action->request;
	const struct node *node = node_get(reading->action->node, "request"), *with = node_get(node, "with");

	if (with)
		values_check_shape(reading->reader, with, request->operation->input, request->operation->name);
}

static void check_inputs(const struct reading *reading)
{
	const struct node *declared = node_get(reading->action->node, "input");
	const struct input *inputs = reading->action->inputs.records;

	for (size_t i = 0; i < reading->action->inputs.count; i++)
		values_check_declared(reading->reader, declared->items[i], &inputs[i]);
}

static void check_undo(const struct reading *reading)
{
	const struct node *undo = node_get(reading->action->node, "undo"), *with = node_get(undo, "with");
	const struct action *action = reading->action->undo->action;
	const struct input *inputs = action->inputs.records;

	if (with->kind != NODE_MAP)
		return;
	values_check_inputs(reading->reader, with, &action->inputs, action->name);
	for (size_t i = 0; i < action->inputs.count; i++)
		if (inputs[i].required && !inputs[i].fallback && !node_get(with, inputs[i].key->text))
			diagnostics_error(reading->reader->diagnostics, with->position, NULL,
					  "%s lacks its input '%s'", action->name, inputs[i].key->text);
}

int action_check(const struct reader *reader, const struct action *action)
{
	const size_t errors = reader->diagnostics->errors;
	struct reading reading = { .reader = reader, .action = action };

	check_inputs(&reading);
	check_expressions(&reading);
	check_observations(&reading);
	if (action->request)
		check_request(&reading);
	if (action->undo)
		check_undo(&reading);
	return reader->diagnostics->errors == errors ? 0 : -1;
}
