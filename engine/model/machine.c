/* Loading a machine: the tables fill the structs, then every name is resolved. What can be told from the graph alone is
 * here; what needs more thought is in check.c. */
#include "config.h"

#include "model/machine.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "model/check.h"
#include "model/facts.h"
#include "text/json.h"

const struct state *machine_state(const struct machine *machine, const char *name)
{
	/* The map of states knows its keys by index; see node_find. */
	size_t i = node_find(node_get(machine->node, "states"), name);

	return i < machine->states.count ? machine_state_at(machine, i) : NULL;
}

size_t machine_state_index(const struct machine *machine, const struct state *state)
{
	return (size_t)(state - (const struct state *)machine->states.records);
}

const struct hook *machine_hook(const struct machine *machine, const char *event)
{
	const struct hook *hooks = machine->hooks.records;

	for (size_t i = 0; i < machine->hooks.count; i++)
		if (strcmp(hooks[i].key->text, event) == 0)
			return &hooks[i];
	return NULL;
}

bool machine_goal_names(const struct state_list *goal, const char *name)
{
	for (size_t i = 0; i < goal->count; i++)
		if (strcmp(goal->rows[i].name, name) == 0)
			return true;
	return false;
}

static bool goals_are_same(const struct state_list *left, const struct state_list *right)
{
	for (size_t i = 0; i < left->count; i++)
		if (!machine_goal_names(right, left->rows[i].name))
			return false;
	for (size_t i = 0; i < right->count; i++)
		if (!machine_goal_names(left, right->rows[i].name))
			return false;
	return true;
}

const struct hook *machine_hook_later(const struct machine *machine, const struct hook *hook)
{
	const struct hook *hooks = machine->hooks.records, *found = NULL;
	size_t from = lifecycle_event_order(hook->key->text), to = lifecycle_event_order(lifecycle_event_installing);

	for (size_t i = 0; i < machine->hooks.count; i++) {
		size_t at = lifecycle_event_order(hooks[i].key->text);

		if (at <= from || at >= to || !goals_are_same(&hook->until, &hooks[i].until))
			continue;
		to = at;
		found = &hooks[i];
	}
	return found;
}

static const char *state_name_at(const void *argument, size_t i)
{
	const struct machine *machine = argument;

	return i < machine->states.count ? state_name(machine_state_at(machine, i)) : NULL;
}

struct resolution {
	struct reader *reader;
	const struct machine *machine;
	int result;
};

static void resolve(struct resolution *resolution, struct state_reference *reference)
{
	if (!reference->name)
		return;
	reference->state = machine_state(resolution->machine, reference->name);
	if (!reference->state)
		resolution->result = diagnostics_unknown(resolution->reader->diagnostics, reference->position,
							 reference->name, state_name_at, resolution->machine,
							 "unknown state '%s'", reference->name);
}

static void resolve_catches(struct resolution *resolution, const struct record_list *catches)
{
	for (size_t i = 0; i < catches->count; i++)
		resolve(resolution, &((struct catcher *)catches->records)[i].next);
}

static void resolve_state(struct resolution *resolution, struct state *state)
{
	resolve(resolution, &state->next);
	resolve(resolution, &state->otherwise);
	resolve_catches(resolution, &state->catches);
	for (size_t i = 0; i < state->choose.count; i++)
		resolve(resolution, &((struct choice_rule *)state->choose.records)[i].next);
	if (state->pause)
		resolve(resolution, &state->pause->on_expire);
	for (size_t i = 0; state->restore && i < state->restore->count; i++)
		resolve(resolution, &state->restore->states[i]);
}

static void resolve_action(struct resolution *resolution, struct state *state)
{
	const struct catalogue *catalogue = resolution->machine->catalogue;
	const struct node *name = node_get(state->node, "action");
	const char *near, *dot;

	if (state->kind != STATE_ACTION || !state->action_name)
		return;
	if (strcmp(state->action_name, "call") == 0) {
		state->action = catalogue_call(catalogue, resolution->reader, state->node);
		resolution->result |= state->action ? 0 : -1;
		return;
	}
	state->action = catalogue_use(catalogue, resolution->reader, state->action_name);
	if (state->action || catalogue_knows(catalogue, state->action_name)) {
		resolution->result |= state->action ? 0 : -1;
		return;
	}
	near = nearest_word(state->action_name, catalogue_action_name, catalogue);
	dot = near ? strchr(near, '.') : NULL;
	/* Within the same service its name need not be said again. */
	if (dot && strncmp(near, state->action_name, (size_t)(dot - near) + 1) == 0)
		near = dot + 1;
	resolution->result = diagnostics_error(
		resolution->reader->diagnostics, name->position,
		near ? arena_format(resolution->reader->arena, "did you mean '%s'?", near)
		     : "tidegate actions lists them",
		"unknown action '%s'", state->action_name);
}

static int machine_resolve(struct reader *reader, struct machine *machine)
{
	struct resolution resolution = { .reader = reader, .machine = machine };
	struct hook *hooks = machine->hooks.records;

	resolve(&resolution, &machine->start_at);
	resolve_catches(&resolution, &machine->catches);
	for (size_t i = 0; i < machine->hooks.count; i++)
		for (size_t k = 0; k < hooks[i].until.count; k++)
			resolve(&resolution, &hooks[i].until.rows[k]);
	for (size_t i = 0; i < machine->states.count; i++) {
		struct state *state = (struct state *)machine->states.records + i;

		resolve_state(&resolution, state);
		resolve_action(&resolution, state);
	}
	return resolution.result;
}

static struct machine *machine_build(struct reader *reader, const struct node *node, const struct catalogue *catalogue)
{
	struct machine *machine = ARENA_NEW(reader->arena, struct machine);
	size_t errors = reader->diagnostics->errors;

	record_read(reader, node, &machine_record, machine);
	machine->catalogue = catalogue;
	machine->node = node;
	if (node->kind != NODE_MAP || machine->states.count == 0)
		return NULL;
	/* Names are resolved even where a table found faults, so that a person sees all of them at once. */
	machine_resolve(reader, machine);
	return reader->diagnostics->errors == errors ? machine : NULL;
}

static const struct machine *load_whole(struct reader *reader, const struct node *node,
					const struct catalogue *catalogue)
{
	struct machine *machine = machine_build(reader, node, catalogue);

	return machine && machine_check(reader, machine) == 0 ? machine : NULL;
}

static const struct machine *load_using(struct reader *reader, const struct node *node,
					const struct catalogue *catalogue)
{
	const size_t errors = reader->diagnostics->errors;
	const struct machine_use *use = machine_use_read(reader, node);
	struct machine *machine = use ? machine_build(reader, use->whole, catalogue) : NULL;

	if (!machine)
		return NULL;
	machine->use = use;
	return machine_check(reader, machine) == 0 && reader->diagnostics->errors == errors ? machine : NULL;
}

const struct machine *machine_load(struct reader *reader, const struct node *node, const struct catalogue *catalogue)
{
	return machine_uses(node) ? load_using(reader, node, catalogue) : load_whole(reader, node, catalogue);
}

bool failure_list_has(const struct failure_list *list, enum failure failure)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->rows[i] == failure || list->rows[i] == FAILURE_ANY)
			return true;
	return false;
}

static const struct catcher *catcher_among(const struct record_list *catches, enum failure failure, catcher_uses *uses,
					   void *argument)
{
	const struct catcher *catcher = catches->records;

	for (size_t i = 0; i < catches->count; i++, catcher++)
		if (failure_list_has(&catcher->errors, failure) &&
		    (catcher->at_most == 0 || uses(argument, catcher) < catcher->at_most))
			return catcher;
	return NULL;
}

const struct catcher *machine_catcher(const struct machine *machine, const struct state *state, enum failure failure,
				      catcher_uses *uses, void *argument)
{
	const struct catcher *own = catcher_among(&state->catches, failure, uses, argument);

	if (own || state->kind == STATE_RESTORE)
		return own;
	return catcher_among(&machine->catches, failure, uses, argument);
}

struct reach {
	const struct machine *machine;
	bool *seen;
	const struct state **queue;
	size_t count;
};

static void reach_state(struct reach *reach, const struct state *state)
{
	size_t i = state ? machine_state_index(reach->machine, state) : 0;

	if (!state || reach->seen[i])
		return;
	reach->seen[i] = true;
	reach->queue[reach->count++] = state;
}

/* Where it leads without an error. */
static void reach_next(struct reach *reach, const struct state *state)
{
	for (size_t i = 0; i < state->choose.count; i++)
		reach_state(reach, ((const struct choice_rule *)state->choose.records)[i].next.state);
	reach_state(reach, state->next.state);
	reach_state(reach, state->otherwise.state);
}

static bool goal_has(const struct state_list *goal, const struct state *state)
{
	for (size_t i = 0; i < goal->count; i++)
		if (goal->rows[i].state == state)
			return true;
	return false;
}

/* How many states of the goal are reached without a pause and without an error. */
static size_t goals_ahead(const struct machine *machine, const struct state *from, const struct state_list *goal)
{
	struct reach reach = {
		.machine = machine,
		.seen = memory_new(machine->states.count, sizeof(bool)),
		.queue = memory_new(machine->states.count, sizeof(struct state *)),
	};
	size_t reached = 0;

	reach_state(&reach, from);
	for (size_t i = 0; i < reach.count; i++)
		if (reach.queue[i]->kind != STATE_PAUSE)
			reach_next(&reach, reach.queue[i]);
	for (size_t i = 0; i < reach.count; i++)
		reached += goal_has(goal, reach.queue[i]) ? 1 : 0;
	free(reach.seen);
	free(reach.queue);
	return reached;
}

static size_t count_distinct(const struct state_list *goal)
{
	size_t distinct = 0;

	for (size_t i = 0; i < goal->count; i++) {
		const struct state_list before = { .rows = goal->rows, .count = i };

		distinct += goal_has(&before, goal->rows[i].state) ? 0 : 1;
	}
	return distinct;
}

/* A goal that ends the run without having passed a pause is no evidence: LEFT_ALONE is a goal of both legs. What
 * tells is whether every goal beyond a pause is out of reach before one. */
bool machine_goal_opens(const struct machine *machine, const struct state_list *goal)
{
	return goals_ahead(machine, machine->start_at.state, goal) == count_distinct(goal);
}

bool machine_goal_ahead(const struct machine *machine, const struct state *from, const struct state_list *goal)
{
	return goals_ahead(machine, from, goal) > 0;
}

static void collect_action(const struct action **used, size_t *count, const struct action *action)
{
	for (size_t i = 0; i < *count; i++)
		if (used[i] == action)
			return;
	used[(*count)++] = action;
}

void machine_write_definition(const struct machine *machine, struct buffer *text)
{
	const struct action **used = memory_new(machine->states.count, sizeof(*used));
	size_t count = 0;

	for (size_t i = 0; i < machine->states.count; i++)
		if (machine_state_at(machine, i)->action)
			collect_action(used, &count, machine_state_at(machine, i)->action);
	buffer_add_text(text, "{\"machine\":");
	node_write(text, machine->node);
	buffer_add_text(text, ",\"catalogue\":");
	catalogue_definition(machine->catalogue, used, count, text);
	buffer_add_char(text, '}');
	free(used);
}

json_t *machine_definition(const struct machine *machine)
{
	struct buffer text = BUFFER_INIT;
	json_t *definition;

	machine_write_definition(machine, &text);
	definition = json_made(json_loadb(text.bytes, text.length, 0, NULL));
	buffer_release(&text);
	return definition;
}

json_t *machine_outline(const struct machine *machine)
{
	return json_made(json_pack("{s:o}", "machine", node_to_json(machine->node)));
}

const struct machine *machine_from_definition(struct reader *reader, const struct source *source,
					      const json_t *definition)
{
	struct catalogue *catalogue = catalogue_from_definition(reader, source,
								json_object_get(definition, "catalogue"));
	const struct node *node = node_from_json(reader->arena, source, json_object_get(definition, "machine"));

	if (!catalogue)
		return NULL;
	/* It was checked when its run began; what an engine has learnt to refuse since then must not stop that run. */
	return machine_build(reader, node, catalogue);
}

void machine_fingerprint(const char *definition, size_t length, char text[9])
{
	unsigned char digest[DIGEST_BYTES];
	char hex[DIGEST_HEX_BYTES];

	digest_sha256(definition, length, "", 0, digest);
	digest_hex(digest, hex);
	memcpy(text, hex, 8);
	text[8] = '\0';
}
