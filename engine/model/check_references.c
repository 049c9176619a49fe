/* What expressions read: each name is one that is there, what a state gave is read only where every path has passed
 * that state. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "model/check_internal.h"
#include "model/check_values.h"
#include "model/expected_world.h"
#include "model/facts.h"

/* Where an expression stands, and what can be read there. */
struct scope {
	const struct check *check;
	const struct state *state; /* NULL: in none, so nothing of a state can be read */
	bool has_input;
	bool has_item;
	bool is_sentence; /* a missing value shows as '?': no fault */
	bool item_used;
	const struct state *missed; /* already said in this state */
	const struct located_expression *expression;
};

/* A path of names in an expression. */
struct reference {
	const char *const *names;
	const unsigned *columns;
	size_t count;
};

static struct position place_of(const struct scope *scope, const struct reference *reference, size_t first, size_t last)
{
	return located_place(scope->expression, reference->columns[first],
			     reference->columns[last] - reference->columns[first] + strlen(reference->names[last]));
}

/* "unknown input 'grup'", where `fault` is its first words. */
static void refuse_name(const struct scope *scope, const struct reference *reference, size_t i,
			const char *(*candidate)(const void *argument, size_t i), const void *argument,
			const char *fault)
{
	diagnostics_unknown(scope->check->reader->diagnostics, place_of(scope, reference, i, i), reference->names[i],
			    candidate, argument, "%s '%s'", fault, reference->names[i]);
}

static const char *input_name_at(const void *argument, size_t i)
{
	const struct machine *machine = argument;

	return i < machine->inputs.count ? ((const struct input *)machine->inputs.records)[i].key->text : NULL;
}

static bool has_input(const struct machine *machine, const char *name)
{
	return node_get(node_get(machine->node, "input"), name);
}

static void check_input(struct scope *scope, const struct reference *reference)
{
	const struct machine *machine = scope->check->machine;
	const size_t last = reference->count - 1;

	if (!scope->has_input)
		diagnostics_error(scope->check->reader->diagnostics, place_of(scope, reference, 0, last),
				  "it may read metadata, hook and env", "a default cannot read other inputs");
	else if (reference->count > 1 && !has_input(machine, reference->names[1]))
		refuse_name(scope, reference, 1, input_name_at, machine, "unknown input");
}

static void check_metadata(struct scope *scope, const struct reference *reference)
{
	if (reference->count > 1 && !fact_find(metadata_facts, reference->names[1]))
		refuse_name(scope, reference, 1, fact_name_at, metadata_facts, "metadata has no");
}

static void check_hook(struct scope *scope, const struct reference *reference)
{
	if (reference->count > 1 && !fact_find(hook_facts, reference->names[1]))
		refuse_name(scope, reference, 1, fact_name_at, hook_facts, "hook has no");
}

static void check_env(struct scope *scope, const struct reference *reference)
{
	const struct name_list *env = &scope->check->machine->env;
	const struct reader *reader = scope->check->reader;

	for (size_t i = 0; i < env->count; i++)
		if (reference->count > 1 && strcmp(env->names[i], reference->names[1]) == 0)
			return;
	if (reference->count > 1)
		diagnostics_error(reader->diagnostics, place_of(scope, reference, 1, 1),
				  arena_format(reader->arena, "env: [%.60s] at the top lets expressions read it",
					       reference->names[1]),
				  "'env' does not name '%s'", reference->names[1]);
}

static void check_item(struct scope *scope, const struct reference *reference)
{
	scope->item_used = true;
	if (!scope->has_item)
		diagnostics_error(scope->check->reader->diagnostics, place_of(scope, reference, 0, 0), NULL,
				  "'item' is there only in the 'with' of a state with 'for_each'");
}

static const char *state_name_at(const void *argument, size_t i)
{
	const struct machine *machine = argument;

	return i < machine->states.count ? state_name(machine_state_at(machine, i)) : NULL;
}

static const char *given_name_at(const void *argument, size_t i)
{
	const struct named_expressions *give = argument;

	if (i < give->count)
		return give->rows[i].key->text;
	return i == give->count ? "changed" : NULL;
}

static bool gives(const struct action *action, const char *name)
{
	for (size_t i = 0; i <= action->give.count; i++)
		if (strcmp(given_name_at(&action->give, i), name) == 0)
			return true;
	return false;
}

/* Ways on which a state is not passed. */
static bool leads_past(const void *argument, const struct edge *edge)
{
	const size_t *state = argument;

	return edge->from != *state || edge->caught;
}

static char *way_past(const struct check *check, size_t from, size_t to)
{
	struct buffer text = BUFFER_INIT;
	const struct edge *last = graph_path(&check->graph, check->graph.start, to, leads_past, &from, &text);

	if (last)
		buffer_add_format(&text, " (%u:%u)", last->position.line, last->position.column);
	else
		buffer_add_format(&text, "a run begins at %s", graph_name(&check->graph, to));
	return buffer_take(&text);
}

static void check_passed(struct scope *scope, const struct reference *reference, const struct state *from)
{
	const struct check *check = scope->check;
	const size_t before = machine_state_index(check->machine, from);
	const size_t at = machine_state_index(check->machine, scope->state);
	struct position position = place_of(scope, reference, 0, reference->count > 2 ? 2 : reference->count - 1);
	char *hint;

	if (scope->missed == from || !check->graph.reached[at] || dominators_passed(check->dominators, before, at))
		return;
	scope->missed = from;
	hint = check_has_room(check) ? way_past(check, before, at) : NULL;
	if (scope->is_sentence)
		diagnostics_warn(check->reader->diagnostics, position, hint,
				 "'states.%s' is not passed on every path: '?' stands for it", state_name(from));
	else
		diagnostics_error(check->reader->diagnostics, position, hint,
				  "'states.%s' is not passed on every path", state_name(from));
	free(hint);
}

static void check_states(struct scope *scope, const struct reference *reference)
{
	const struct machine *machine = scope->check->machine;
	struct diagnostics *diagnostics = scope->check->reader->diagnostics;
	const struct state *from = reference->count > 1 ? machine_state(machine, reference->names[1]) : NULL;

	if (!scope->state)
		diagnostics_error(diagnostics, place_of(scope, reference, 0, 0), NULL,
				  "no state has been passed when this is read");
	else if (reference->count > 1 && !from)
		refuse_name(scope, reference, 1, state_name_at, machine, "unknown state");
	else if (from && from->kind != STATE_ACTION)
		diagnostics_error(diagnostics, place_of(scope, reference, 0, 1),
				  "only a state with an action gives something",
				  "'%s' is a state with '%s': it gives nothing", state_name(from),
				  state_kind_names[from->kind]);
	else if (from && reference->count > 2 && !gives(from->action, reference->names[2]))
		diagnostics_unknown(diagnostics, place_of(scope, reference, 2, 2), reference->names[2], given_name_at,
				    &from->action->give, "%s does not give '%s'", from->action_name,
				    reference->names[2]);
	else if (from)
		check_passed(scope, reference, from);
}

static const struct root {
	const char *name;
	void (*check)(struct scope *scope, const struct reference *reference);
} roots[] = {
	{ "input", check_input },   { "metadata", check_metadata }, { "hook", check_hook },
	{ "states", check_states }, { "env", check_env },           { "item", check_item },
};

static const char *root_name_at(const void *unused, size_t i)
{
	(void)unused;
	return i < ARRAY_LENGTH(roots) ? roots[i].name : NULL;
}

/* What a person most likely meant by a name that stands for nothing. NULL: nobody knows. */
static char *meant_by(const struct scope *scope, const struct reference *reference)
{
	const struct machine *machine = scope->check->machine;
	const char *name = reference->names[0], *near;

	if (expression_text(scope->expression->parsed)[reference->columns[0] - 1] == '"')
		return memory_format("double quotes name a key: write '%s' for a text", name);
	if (has_input(machine, name))
		return memory_format("write input.%s", name);
	if (machine_state(machine, name))
		return memory_format("write states.%s", name);
	if (strcmp(name, "true") == 0 || strcmp(name, "false") == 0 || strcmp(name, "null") == 0)
		return memory_format("write `%s` in backquotes", name);
	near = nearest_word(name, root_name_at, NULL);
	if (near)
		return memory_format("did you mean '%s'?", near);
	return reference->count == 1 ? memory_format("write '%s' for a text", name) : NULL;
}

static void check_reference(void *argument, const char *const *names, const unsigned *columns, size_t count)
{
	struct scope *scope = argument;
	const struct reference reference = { .names = names, .columns = columns, .count = count };
	char *hint;

	if (count == 0)
		scope->item_used = true;
	if (count == 0)
		return;
	for (size_t i = 0; i < ARRAY_LENGTH(roots); i++)
		if (strcmp(roots[i].name, names[0]) == 0) {
			roots[i].check(scope, &reference);
			return;
		}
	hint = check_has_room(scope->check) ? meant_by(scope, &reference) : NULL;
	diagnostics_error(scope->check->reader->diagnostics, place_of(scope, &reference, 0, 0), hint,
			  "unknown name '%s'", names[0]);
	free(hint);
}

static void warn_quoted(void *argument, const char *name, unsigned column)
{
	const struct scope *scope = argument;
	const struct reader *reader = scope->check->reader;

	diagnostics_warn(reader->diagnostics, located_place(scope->expression, column, strlen(name) + 2),
			 arena_format(reader->arena, "write '%.60s' for a text", name),
			 "double quotes name a key, not a text");
}

static void warn_lost(void *argument, unsigned column, unsigned length)
{
	const struct scope *scope = argument;

	diagnostics_warn(scope->check->reader->diagnostics, located_place(scope->expression, column, length),
			 "turn it round: !x && y || this", "this is false, so what stands behind '||' is taken for it");
}

static void check_expression(void *argument, const struct located_expression *expression)
{
	struct scope *scope = argument;

	if (!expression->parsed)
		return;
	scope->expression = expression;
	expression_references(expression->parsed, check_reference, scope);
	expression_quoted_values(expression->parsed, warn_quoted, scope);
	expression_lost_values(expression->parsed, warn_lost, scope);
}

static void check_with(struct scope *scope)
{
	const struct state *state = scope->state;

	scope->has_item = state->for_each.parsed;
	scope->item_used = false;
	template_expressions(state->with, check_expression, scope);
	scope->has_item = false;
	if (state->for_each.parsed && !scope->item_used)
		diagnostics_warn(scope->check->reader->diagnostics, located_position(&state->for_each),
				 "\"${item}\" in 'with' is the element",
				 "the same is done for each element: nothing reads 'item'");
}

static void check_state(const struct check *check, const struct state *state)
{
	struct scope scope = { .check = check, .state = state, .has_input = true };
	const struct choice_rule *rules = state->choose.records;

	check_expression(&scope, &state->when);
	check_expression(&scope, &state->for_each);
	check_with(&scope);
	for (size_t i = 0; i < state->choose.count; i++)
		check_expression(&scope, &rules[i].when);
	scope.is_sentence = true;
	template_expressions(state->because, check_expression, &scope);
}

static void check_expectation(struct check *check, const struct expectation *expectation)
{
	struct scope scope = { .check = check, .expression = &expectation->holds };

	values_check_read(check->reader, &expectation->holds, &world_shape, "the world of a rehearsal");
	expression_quoted_values(expectation->holds.parsed, warn_quoted, &scope);
	expression_lost_values(expectation->holds.parsed, warn_lost, &scope);
}

void check_references(struct check *check)
{
	const struct machine *machine = check->machine;
	const struct input *inputs = machine->inputs.records;
	const struct expectation *expects = machine->expects.records;
	struct scope of_defaults = { .check = check }, of_subject = { .check = check, .has_input = true };

	for (size_t i = 0; i < machine->inputs.count; i++)
		template_expressions(inputs[i].fallback, check_expression, &of_defaults);
	template_expressions(machine->subject, check_expression, &of_subject);
	for (size_t i = 0; i < machine->states.count; i++)
		check_state(check, machine_state_at(machine, i));
	for (size_t i = 0; i < machine->expects.count; i++)
		check_expectation(check, &expects[i]);
}
