#include "config.h"

#include "model/check_values.h"

#include <string.h>

#include "model/jmespath_shapes.h"

bool node_has_expression(const struct node *node)
{
	return node->kind == NODE_SCALAR && strstr(node->text, "${");
}

/* ---- a value against an input ---- */

void values_check_declared(const struct reader *reader, const struct node *node, const struct input *input)
{
	const struct node *of = node_get(node, "of"), *required = node_get(node, "required");

	if (of && input->type != INPUT_LIST)
		diagnostics_error(reader->diagnostics, of->position, "type: list", "'of' is for a list alone");
	if (input->required && (input->fallback || input->optional))
		diagnostics_error(reader->diagnostics, required->position, NULL, "what must be given %s",
				  input->fallback ? "has no use for a 'default'" : "is not 'optional'");
}

static void refuse_value(const struct reader *reader, const struct node *node, const struct input *input, int type)
{
	const bool is_element = input->type == INPUT_LIST && type != INPUT_LIST;

	diagnostics_error(reader->diagnostics, node->position, NULL, "%s'%s' must be %s",
			  is_element ? "each element of " : "", input->key->text, input_type_name(type));
}

static void check_single(const struct reader *reader, const struct node *node, const struct input *input, int type)
{
	const struct input single = { .key = input->key, .type = type };
	json_t *value, *coerced;

	if (type == INPUT_ANY || node_has_expression(node))
		return;
	value = node_to_json(node);
	coerced = type == INPUT_LIST && json_is_array(value) ? json_incref(value) : input_coerce(&single, value, NULL);
	if (!coerced && !json_is_null(value))
		refuse_value(reader, node, input, type);
	json_decref(coerced);
	json_decref(value);
}

/* Within other text an expression gives text, whatever it is. */
static bool is_only_expression(const struct node *node)
{
	const size_t length = strlen(node->text);

	return strncmp(node->text, "${", 2) == 0 && node->text[length - 1] == '}';
}

/* null, too, is nothing. */
static bool is_nothing(const struct node *node)
{
	return node->kind == NODE_SCALAR && (!node->text[0] || (node->plain && strcmp(node->text, "null") == 0));
}

void values_check_input(const struct reader *reader, const struct node *node, const struct input *input)
{
	if (input->required && is_nothing(node)) {
		diagnostics_error(reader->diagnostics, node->position, NULL, "'%s' is empty", input->key->text);
		return;
	}
	/* Most often a line that was not finished; an empty text in quotes may be meant. */
	if (input->type == INPUT_STRING && node_is_empty(node))
		diagnostics_warn(reader->diagnostics, node->position, "leave it out, or write \"\"", "'%s' is empty",
				 input->key->text);
	if (input->type != INPUT_LIST) {
		check_single(reader, node, input, input->type);
		return;
	}
	if (node_has_expression(node) && is_only_expression(node))
		return;
	if (node->kind != NODE_LIST) {
		refuse_value(reader, node, input, INPUT_LIST);
		return;
	}
	for (size_t i = 0; i < node->count; i++)
		check_single(reader, node->items[i], input, input->of);
}

static const char *input_name_at(const void *argument, size_t i)
{
	const struct record_list *inputs = argument;

	return i < inputs->count ? ((const struct input *)inputs->records)[i].key->text : NULL;
}

const struct input *input_find(const struct record_list *inputs, const char *name)
{
	for (size_t i = 0; i < inputs->count; i++)
		if (strcmp(input_name_at(inputs, i), name) == 0)
			return (const struct input *)inputs->records + i;
	return NULL;
}

void values_check_inputs(const struct reader *reader, const struct node *given, const struct record_list *inputs,
			 const char *owner)
{
	for (size_t i = 0; i < given->count; i++) {
		const struct node *key = given->keys[i];
		const struct input *input = input_find(inputs, key->text);

		if (input)
			values_check_input(reader, given->items[i], input);
		else
			diagnostics_unknown(reader->diagnostics, key->position, key->text, input_name_at, inputs,
					    "%s has no input '%s'", owner, key->text);
	}
}

void values_warn_expressions(const struct reader *reader, const struct node *node)
{
	for (size_t i = 0; i < node->count; i++)
		values_warn_expressions(reader, node->items[i]);
	if (node_has_expression(node))
		diagnostics_warn(reader->diagnostics, node->position, "a 'default' can read one",
				 "taken as it is written: no expression is read here");
}

/* ---- a value against the shape of an operation ---- */

static void check_members(const struct reader *reader, const struct node *node, const struct shape *shape,
			  const char *owner)
{
	for (size_t i = 0; i < node->count; i++) {
		const struct node *key = node->keys[i];
		const struct shape_member *member = shape_member(shape, key->text);

		if (member)
			values_check_shape(reader, node->items[i], member->shape, key->text);
		else
			diagnostics_unknown(reader->diagnostics, key->position, key->text, shape_member_name_at, shape,
					    "%s has no member '%s'", owner, key->text);
	}
	for (size_t i = 0; i < shape->n_members; i++) {
		const struct node *given = node_get(node, shape->members[i].name);

		if (shape->members[i].required && !given)
			diagnostics_error(reader->diagnostics, node->position, NULL, "%s lacks its member '%s'", owner,
					  shape->members[i].name);
		else if (shape->members[i].required && is_nothing(given))
			diagnostics_error(reader->diagnostics, given->position, NULL, "'%s' is empty",
					  shape->members[i].name);
	}
}

static const char *const shape_kind_names[] = {
	[SHAPE_STRUCTURE] = "a map",
	[SHAPE_LIST] = "a list",
	[SHAPE_MAP] = "a map",
	[SHAPE_STRING] = "a text",
	[SHAPE_INTEGER] = "a whole number",
	[SHAPE_FLOAT] = "a number",
	[SHAPE_BOOLEAN] = "true or false",
	[SHAPE_TIMESTAMP] = "a time",
	[SHAPE_BLOB] = "a text in base64",
};

static void check_literal(const struct reader *reader, const struct node *node, const struct shape *shape,
			  const char *owner)
{
	json_t *value = node_to_json(node), *coerced = shape_coerce(shape, value, NULL);

	if (!coerced)
		diagnostics_error(reader->diagnostics, node->position, NULL, "'%s' must be %s", owner,
				  shape_kind_names[shape->kind]);
	json_decref(coerced);
	json_decref(value);
}

const char *shape_kind_name(const struct shape *shape)
{
	return shape_kind_names[shape->kind];
}

void values_check_shape(const struct reader *reader, const struct node *node, const struct shape *shape,
			const char *owner)
{
	if (node_has_expression(node))
		return;
	if (shape->kind == SHAPE_STRUCTURE && node->kind == NODE_MAP)
		check_members(reader, node, shape, owner);
	else if (shape->kind == SHAPE_LIST && node->kind == NODE_LIST)
		for (size_t i = 0; i < node->count; i++)
			values_check_shape(reader, node->items[i], shape->element, owner);
	else if (shape->kind == SHAPE_MAP && node->kind == NODE_MAP)
		for (size_t i = 0; i < node->count; i++)
			values_check_shape(reader, node->items[i], shape->element, owner);
	else
		check_literal(reader, node, shape, owner);
}

/* ---- what an expression reads ---- */

struct read {
	const struct reader *reader;
	const struct located_expression *expression;
	const char *owner;
};

static void refuse_missing(void *argument, struct known_shape of, const char *name, unsigned column)
{
	const struct read *read = argument;
	const struct position position = located_place(read->expression, column, strlen(name));
	struct diagnostics *diagnostics = read->reader->diagnostics;

	if (of.lists > 0 || of.shape->kind == SHAPE_LIST)
		diagnostics_error(diagnostics, position, "[] before it goes over the elements, [0] takes the first",
				  "'%s' is read of a list", name);
	else if (of.shape->kind == SHAPE_STRUCTURE)
		diagnostics_unknown(diagnostics, position, name, shape_member_name_at, of.shape, "%s has no '%s' there",
				    read->owner, name);
	else
		diagnostics_error(diagnostics, position, NULL, "'%s' is read of %s", name, shape_kind_name(of.shape));
}

void values_check_read(const struct reader *reader, const struct located_expression *expression,
		       const struct shape *shape, const char *owner)
{
	struct read read = { .reader = reader, .expression = expression, .owner = owner };

	if (expression->parsed)
		expression_shape(expression->parsed, shape, NULL, refuse_missing, &read);
}
