/* The types of values that only the machine language knows: names of states and of errors, factors, what is restored,
 * inputs by environment. Each reads a node and says what JSON Schema can of it. */
#include "config.h"

#include "model/machine_fields.h"

#include <stdlib.h>
#include <string.h>

#include "text/json.h"

static int fault(struct reader *reader, const struct node *node, const char *name, const char *what)
{
	return diagnostics_error(reader->diagnostics, node->position, NULL, "'%s' must be %s, not %s", name, what,
				 node_kind_name(node));
}

/* A state's name; what it means is resolved when all states are known. */
static int read_state_reference(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	struct state_reference *reference = into;

	if (node->kind != NODE_SCALAR)
		return fault(reader, node, field->name, "the name of a state");
	reference->name = node->text;
	reference->position = node->position;
	return 0;
}

const struct field_type field_state = {
	.name = "the name of a state",
	.read = read_state_reference,
	.schema = field_text_schema,
};

static json_t *one_or_more_schema(json_t *(*one)(const struct field *field), const struct field *field)
{
	return json_made(json_pack("{s:[o, {s:s, s:o, s:i}]}", "anyOf", one(field), "type", "array", "items",
				   one(field), "minItems", 1));
}

static json_t *names_schema(const struct field *field)
{
	return one_or_more_schema(field_text_schema, field);
}

static int read_states(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	struct state_list *list = into;
	int result = 0;

	list->count = node->kind == NODE_LIST ? node->count : 1;
	list->rows = ARENA_ARRAY(reader->arena, struct state_reference, list->count);
	if (node->kind != NODE_LIST)
		return read_state_reference(reader, node, field, &list->rows[0]);
	if (node->count == 0)
		return diagnostics_error(reader->diagnostics, node->position, NULL, "'%s' names no state",
					 field->name);
	for (size_t i = 0; i < node->count; i++)
		if (read_state_reference(reader, node->items[i], field, &list->rows[i]) != 0)
			result = -1;
	return result;
}

const struct field_type field_states = {
	.name = "a state or a list of states",
	.read = read_states,
	.schema = names_schema,
};

static int read_failure_name(struct reader *reader, const struct node *node, enum failure *failure)
{
	const char *near;

	*failure = node->kind == NODE_SCALAR ? failure_by_name(node->text) : FAILURE_COUNT;
	if (*failure != FAILURE_COUNT)
		return 0;
	if (node->kind != NODE_SCALAR)
		return fault(reader, node, "errors", "a list of error names");
	near = nearest_word(node->text, failure_name_at, NULL);
	return diagnostics_error(reader->diagnostics, node->position,
				 near ? arena_format(reader->arena, "did you mean '%s'?", near) : NULL,
				 "unknown error '%s'", node->text);
}

static int read_failures(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	struct failure_list *list = into;
	int result = 0;

	if (node->kind == NODE_MAP)
		return fault(reader, node, field->name, "a list of error names");
	if (node->kind == NODE_LIST && node->count == 0)
		return diagnostics_error(reader->diagnostics, node->position, NULL, "'%s' names no error",
					 field->name);
	list->count = node->kind == NODE_LIST ? node->count : 1;
	list->rows = ARENA_ARRAY(reader->arena, enum failure, list->count);
	if (node->kind == NODE_SCALAR)
		return read_failure_name(reader, node, &list->rows[0]);
	for (size_t i = 0; i < node->count; i++)
		if (read_failure_name(reader, node->items[i], &list->rows[i]) != 0)
			result = -1;
	return result;
}

static json_t *failure_schema(const struct field *field)
{
	json_t *names = json_made(json_array());

	(void)field;
	for (size_t i = 0; failure_name_at(NULL, i); i++)
		json_append(names, json_string(failure_name_at(NULL, i)));
	return json_made(json_pack("{s:o}", "enum", names));
}

static json_t *failures_schema(const struct field *field)
{
	return one_or_more_schema(failure_schema, field);
}

const struct field_type field_failures = {
	.name = "an error name or a list of them",
	.read = read_failures,
	.schema = failures_schema,
};

static int read_factor(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	char *end = NULL;
	double factor = node->kind == NODE_SCALAR ? strtod(node->text, &end) : 0;

	if (!end || end == node->text || *end || !(factor >= 1 && factor <= 100))
		return diagnostics_error(reader->diagnostics, node->position, NULL,
					 "'%s' must be a number from 1 to 100", field->name);
	*(double *)into = factor;
	return 0;
}

static json_t *factor_schema(const struct field *field)
{
	(void)field;
	return json_made(json_pack("{s:s, s:i, s:i}", "type", "number", "minimum", 1, "maximum", 100));
}

const struct field_type field_factor = {
	.name = "a number from 1 to 100",
	.read = read_factor,
	.schema = factor_schema,
};

/* `restore: all`, or the states whose changes are taken back. */
static int read_restore(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	struct restore *restore = ARENA_NEW(reader->arena, struct restore);
	struct state_list list = { 0 };

	*(struct restore **)into = restore;
	if (node->kind == NODE_SCALAR && strcmp(node->text, "all") == 0) {
		restore->all = true;
		return 0;
	}
	if (read_states(reader, node, field, &list) != 0)
		return -1;
	restore->states = list.rows;
	restore->count = list.count;
	return 0;
}

const struct field_type field_restore = {
	.name = "all, or a list of states",
	.read = read_restore,
	.schema = names_schema,
};

static int read_environments(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	struct record_list *list = into;
	struct environment_inputs *rows;
	int result = 0;

	if (node->kind != NODE_MAP)
		return fault(reader, node, field->name, "a map");
	rows = ARENA_ARRAY(reader->arena, struct environment_inputs, node->count);
	*list = (struct record_list){ .records = rows, .count = node->count };
	for (size_t i = 0; i < node->count; i++) {
		rows[i] = (struct environment_inputs){ .key = node->keys[i], .values = node->items[i] };
		if (node->items[i]->kind != NODE_MAP)
			result = fault(reader, node->items[i], node->keys[i]->text, "a map of inputs");
	}
	return result;
}

static json_t *environments_schema(const struct field *field)
{
	(void)field;
	return json_made(json_pack("{s:s, s:{s:s}}", "type", "object", "additionalProperties", "type", "object"));
}

const struct field_type field_environments = {
	.name = "a map of maps",
	.read = read_environments,
	.schema = environments_schema,
};
