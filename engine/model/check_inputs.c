/* What a machine gives: the `with` of its states, held against what actions and operations take, and the inputs of its
 * environments and defaults, held against what it declares. What is not written as an expression must already be
 * right. */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "model/check_internal.h"
#include "model/facts.h"
#include "model/shape.h"

static bool has_expression(const struct node *node)
{
	return node->kind == NODE_SCALAR && strstr(node->text, "${");
}

static size_t name_length(const char *text)
{
	size_t length = 0;

	while (isalnum((unsigned char)text[length]) || text[length] == '_')
		length++;
	return length;
}

/* `states.LOOK.group` and the like, where what it begins with exists: else it may be any text with dots. */
static bool reads_something(const struct check *check, const char *text, bool has_item)
{
	char *root = memory_copy_text(text), *name = strchr(root, '.');
	bool found = false;

	if (name) {
		*name++ = '\0';
		name[name_length(name)] = '\0';
		found = (strcmp(root, "states") == 0 && machine_state(check->machine, name)) ||
			(strcmp(root, "input") == 0 && node_get(node_get(check->machine->node, "input"), name)) ||
			(strcmp(root, "metadata") == 0 && fact_find(metadata_facts, name)) ||
			(strcmp(root, "hook") == 0 && fact_find(hook_facts, name)) ||
			(strcmp(root, "item") == 0 && has_item);
	}
	free(root);
	return found && !strpbrk(text, " \t\n");
}

/* `$NAME` of a shell; not `$Latest`, which AWS knows. */
static bool is_shell_variable(const char *text)
{
	const size_t length = text[0] == '$' ? name_length(text + 1) : 0;

	if (length == 0 || text[1 + length] != '\0')
		return false;
	for (size_t i = 1; i <= length; i++)
		if (islower((unsigned char)text[i]))
			return false;
	return !isdigit((unsigned char)text[1]);
}

/* How to write what was meant, in the arena; NULL where the text looks like a text. */
static const char *lookalike_hint(const struct check *check, const char *text, bool has_item)
{
	struct arena *arena = check->reader->arena;

	if (strlen(text) > 200 || strstr(text, "${"))
		return NULL;
	if (reads_something(check, text, has_item) || (has_item && strcmp(text, "item") == 0))
		return arena_format(arena, "write \"${%s}\"", text);
	if (is_shell_variable(text))
		return arena_format(arena, "write \"${env.%s}\", and env: [%s] at the top", text + 1, text + 1);
	if (strncmp(text, "$(", 2) == 0 || strncmp(text, "{{", 2) == 0)
		return "an expression is written \"${...}\"";
	return NULL;
}

void check_lookalikes(struct check *check, const struct node *node, bool has_item)
{
	const char *hint;

	if (!node)
		return;
	for (size_t i = 0; i < node->count; i++)
		check_lookalikes(check, node->items[i], has_item);
	hint = node->kind == NODE_SCALAR ? lookalike_hint(check, node->text, has_item) : NULL;
	if (hint)
		diagnostics_warn(check->reader->diagnostics, node->position, hint, "a text, not an expression");
}

/* ---- a value against an input ---- */

static void refuse_value(const struct check *check, const struct node *node, const struct input *input, int type)
{
	diagnostics_error(check->reader->diagnostics, node->position, NULL, "'%s' must be %s", input->key->text,
			  input_type_name(type));
}

static void check_single(const struct check *check, const struct node *node, const struct input *input, int type)
{
	const struct input single = { .key = input->key, .type = type };
	json_t *value, *coerced;

	if (type == INPUT_ANY || has_expression(node))
		return;
	value = node_to_json(node);
	coerced = type == INPUT_LIST && json_is_array(value) ? json_incref(value) : input_coerce(&single, value, NULL);
	if (!coerced && !json_is_null(value))
		refuse_value(check, node, input, type);
	json_decref(coerced);
	json_decref(value);
}

/* Within other text an expression gives text, whatever it is. */
static bool is_only_expression(const struct node *node)
{
	const size_t length = strlen(node->text);

	return strncmp(node->text, "${", 2) == 0 && node->text[length - 1] == '}';
}

static void check_value(const struct check *check, const struct node *node, const struct input *input)
{
	if (input->type != INPUT_LIST) {
		check_single(check, node, input, input->type);
		return;
	}
	if (has_expression(node) && is_only_expression(node))
		return;
	if (node->kind != NODE_LIST) {
		refuse_value(check, node, input, INPUT_LIST);
		return;
	}
	for (size_t i = 0; i < node->count; i++)
		check_single(check, node->items[i], input, input->of);
}

static const char *input_name_at(const void *argument, size_t i)
{
	const struct record_list *inputs = argument;

	return i < inputs->count ? ((const struct input *)inputs->records)[i].key->text : NULL;
}

static const struct input *find_input(const struct record_list *inputs, const char *name)
{
	for (size_t i = 0; i < inputs->count; i++)
		if (strcmp(input_name_at(inputs, i), name) == 0)
			return (const struct input *)inputs->records + i;
	return NULL;
}

/* A map of values against a table of inputs; `owner` as messages call it. */
static void check_given(const struct check *check, const struct node *given, const struct record_list *inputs,
			const char *owner)
{
	for (size_t i = 0; i < given->count; i++) {
		const struct node *key = given->keys[i];
		const struct input *input = find_input(inputs, key->text);

		if (input)
			check_value(check, given->items[i], input);
		else
			diagnostics_unknown(check->reader->diagnostics, key->position, key->text, input_name_at, inputs,
					    "%s has no input '%s'", owner, key->text);
	}
}

static void check_required(const struct check *check, const struct state *state, const struct node *given)
{
	const struct input *inputs = state->action->inputs.records;
	const struct node *place = node_get(state->node, "action");

	for (size_t i = 0; i < state->action->inputs.count; i++)
		if (inputs[i].required && !inputs[i].fallback && !(given && node_get(given, inputs[i].key->text)))
			diagnostics_error(check->reader->diagnostics, place->position,
					  arena_format(check->reader->arena, "with: {%s: ...}, %s",
						       inputs[i].key->text, input_type_name(inputs[i].type)),
					  "%s lacks its input '%s'", state->action_name, inputs[i].key->text);
}

/* ---- `action: call`: a value against the shape of an operation ---- */

static void check_shape(const struct check *check, const struct node *node, const struct shape *shape,
			const char *owner);

static void check_members(const struct check *check, const struct node *node, const struct shape *shape,
			  const char *owner)
{
	for (size_t i = 0; i < node->count; i++) {
		const struct node *key = node->keys[i];
		const struct shape_member *member = shape_member(shape, key->text);

		if (member)
			check_shape(check, node->items[i], member->shape, key->text);
		else
			diagnostics_unknown(check->reader->diagnostics, key->position, key->text, shape_member_name_at,
					    shape, "%s has no member '%s'", owner, key->text);
	}
	for (size_t i = 0; i < shape->n_members; i++)
		if (shape->members[i].required && !node_get(node, shape->members[i].name))
			diagnostics_error(check->reader->diagnostics, node->position, NULL, "%s lacks its member '%s'",
					  owner, shape->members[i].name);
}

static const char *const shape_kind_names[] = {
	[SHAPE_STRUCTURE] = "a map",       [SHAPE_LIST] = "a list",            [SHAPE_MAP] = "a map",
	[SHAPE_STRING] = "a text",         [SHAPE_INTEGER] = "a whole number", [SHAPE_FLOAT] = "a number",
	[SHAPE_BOOLEAN] = "true or false", [SHAPE_TIMESTAMP] = "a time",       [SHAPE_BLOB] = "a text in base64",
};

static void check_literal(const struct check *check, const struct node *node, const struct shape *shape,
			  const char *owner)
{
	json_t *value = node_to_json(node), *coerced = shape_coerce(shape, value, NULL);

	if (!coerced)
		diagnostics_error(check->reader->diagnostics, node->position, NULL, "'%s' must be %s", owner,
				  shape_kind_names[shape->kind]);
	json_decref(coerced);
	json_decref(value);
}

static void check_shape(const struct check *check, const struct node *node, const struct shape *shape,
			const char *owner)
{
	if (has_expression(node))
		return;
	if (shape->kind == SHAPE_STRUCTURE && node->kind == NODE_MAP)
		check_members(check, node, shape, owner);
	else if (shape->kind == SHAPE_LIST && node->kind == NODE_LIST)
		for (size_t i = 0; i < node->count; i++)
			check_shape(check, node->items[i], shape->element, owner);
	else if (shape->kind == SHAPE_MAP && node->kind == NODE_MAP)
		for (size_t i = 0; i < node->count; i++)
			check_shape(check, node->items[i], shape->element, owner);
	else
		check_literal(check, node, shape, owner);
}

static void check_call(const struct check *check, const struct state *state, const struct node *given)
{
	const struct action *action = state->action;
	const struct operation *operation =
		action->request ? action->request->operation : action->observations[0]->operation;
	const struct node *input = node_get(given, "input"), *in_doubt = node_get(given, "in_doubt");
	const struct node none = { .kind = NODE_MAP, .position = node_get(given, "operation")->position };

	check_shape(check, input ? input : &none, operation->input, operation->name);
	if (in_doubt && operation->reads)
		diagnostics_error(check->reader->diagnostics, in_doubt->position, NULL,
				  "'in_doubt' is for what changes something: %s only reads", operation->name);
}

static void check_state(struct check *check, const struct state *state)
{
	const struct node *given = node_get(state->node, "with");

	if (state->kind != STATE_ACTION)
		return;
	if (given && given->kind != NODE_MAP) {
		if (!has_expression(given))
			diagnostics_error(check->reader->diagnostics, given->position, NULL,
					  "'with' must be a map of inputs, not %s", node_kind_name(given));
		return;
	}
	if (given)
		check_given(check, given, &state->action->inputs, state->action_name);
	check_required(check, state, given);
	if (strcmp(state->action_name, "call") == 0)
		check_call(check, state, given);
	check_lookalikes(check, given, state->for_each.parsed);
}

void check_inputs(struct check *check)
{
	const struct machine *machine = check->machine;
	const struct input *inputs = machine->inputs.records;
	const struct environment_inputs *environments = machine->environments.records;
	const struct node *declared = node_get(machine->node, "input");

	for (size_t i = 0; i < machine->inputs.count; i++) {
		const struct node *fallback = node_get(declared->items[i], "default");

		if (fallback)
			check_value(check, fallback, &inputs[i]);
		check_lookalikes(check, fallback, false);
	}
	check_lookalikes(check, node_get(machine->node, "subject"), false);
	for (size_t i = 0; i < machine->environments.count; i++)
		check_given(check, environments[i].values, &machine->inputs, "this machine");
	for (size_t i = 0; i < machine->states.count; i++)
		check_state(check, machine_state_at(machine, i));
}
