/* What a machine gives: the `with` of its states, held against what actions and operations take, and the inputs of its
 * environments and defaults, held against what it declares. What is not written as an expression must already be
 * right. */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "model/check_internal.h"
#include "model/check_values.h"
#include "model/facts.h"

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

/* A text that was probably meant as an expression: a warning that says how to write it. */
static void check_lookalikes(struct check *check, const struct node *node, bool has_item)
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

/* ---- what states give ---- */

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

static void check_call(const struct check *check, const struct state *state, const struct node *given)
{
	const struct action *action = state->action;
	const struct operation *operation =
		action->request ? action->request->operation : action->observations[0]->operation;
	const struct node *input = node_get(given, "input"), *in_doubt = node_get(given, "in_doubt");
	const struct node none = { .kind = NODE_MAP, .position = node_get(given, "operation")->position };

	values_check_shape(check->reader, input ? input : &none, operation->input, operation->name);
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
		if (!node_has_expression(given))
			diagnostics_error(check->reader->diagnostics, given->position, NULL,
					  "'with' must be a map of inputs, not %s", node_kind_name(given));
		return;
	}
	if (given)
		values_check_inputs(check->reader, given, &state->action->inputs, state->action_name);
	check_required(check, state, given);
	if (strcmp(state->action_name, "call") == 0)
		check_call(check, state, given);
	check_lookalikes(check, given, state->for_each.parsed);
}

static void check_environment(const struct check *check, const struct environment_inputs *environments, size_t i)
{
	values_check_inputs(check->reader, environments[i].values, &check->machine->inputs, "this machine");
	values_warn_expressions(check->reader, environments[i].values);
	for (size_t k = 0; k < i; k++)
		if (strcmp(environments[k].key->text, "*") == 0)
			diagnostics_warn(check->reader->diagnostics, environments[i].key->position, "put it before '*'",
					 "never chosen: '*' before it fits every deployment group");
}

static void check_subject(struct check *check)
{
	const struct node *subject = node_get(check->machine->node, "subject");

	if (!subject->text[0])
		diagnostics_error(check->reader->diagnostics, subject->position, NULL, "'subject' is empty");
	check_lookalikes(check, subject, false);
}

void check_inputs(struct check *check)
{
	const struct machine *machine = check->machine;
	const struct input *inputs = machine->inputs.records;
	const struct environment_inputs *environments = machine->environments.records;
	const struct node *declared = node_get(machine->node, "input");

	for (size_t i = 0; i < machine->inputs.count; i++) {
		const struct node *fallback = node_get(declared->items[i], "default");

		values_check_declared(check->reader, declared->items[i], &inputs[i]);
		if (fallback)
			values_check_input(check->reader, fallback, &inputs[i]);
		check_lookalikes(check, fallback, false);
	}
	check_subject(check);
	for (size_t i = 0; i < machine->environments.count; i++)
		check_environment(check, environments, i);
	for (size_t i = 0; i < machine->states.count; i++)
		check_state(check, machine_state_at(machine, i));
}
