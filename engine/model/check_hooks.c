/* What a deployment runs: events that exist and run scripts, goals that a leg can reach, legs that belong together. */
#include "config.h"

#include "model/check_internal.h"
#include "model/facts.h"

static void check_event(const struct check *check, const struct hook *hook)
{
	struct diagnostics *diagnostics = check->reader->diagnostics;
	const struct lifecycle_event *event = lifecycle_event_find(hook->key->text);

	if (!event)
		diagnostics_unknown(diagnostics, hook->key->position, hook->key->text, lifecycle_event_name_at, NULL,
				    "CodeDeploy has no lifecycle event '%s'", hook->key->text);
	else if (!event->scripted)
		diagnostics_error(diagnostics, hook->key->position, NULL, "CodeDeploy runs no script at %s",
				  event->name);
}

static void check_goals(const struct check *check, const struct hook *hook)
{
	struct diagnostics *diagnostics = check->reader->diagnostics;

	for (size_t i = 0; i < hook->until.count; i++) {
		const struct state_reference *goal = &hook->until.rows[i];

		for (size_t k = 0; k < i; k++)
			if (hook->until.rows[k].state == goal->state)
				diagnostics_warn(diagnostics, goal->position, NULL, "'%s' is named twice", goal->name);
		if (goal->state->end == END_FAILED)
			diagnostics_error(diagnostics, goal->position, NULL,
					  "a leg cannot succeed at '%s', which is an end that failed", goal->name);
		else if (!check->graph.reached[machine_state_index(check->machine, goal->state)])
			diagnostics_error(diagnostics, goal->position, NULL, "'%s' is never reached", goal->name);
	}
}

/* What goes on later has not reached its goal: nobody but a later leg may come between it and the installation. */
static void check_later(const struct check *check, const struct hook *hook)
{
	const struct node *written = node_get(node_get(check->machine->node, "hooks"), hook->key->text);
	const char *event = hook->key->text;
	struct diagnostics *diagnostics = check->reader->diagnostics;
	struct position position;

	if (hook->then != HOOK_GOES_ON_LATER)
		return;
	position = node_get(written, "then")->position;
	if (lifecycle_event_order(event) > lifecycle_event_order(lifecycle_event_installing))
		diagnostics_error(diagnostics, position, "it must end before the deployment goes on",
				  "%s comes behind Install: what it waits for cannot go on later", event);
	else if (!machine_goal_opens(check->machine, &hook->until))
		diagnostics_error(diagnostics, position, NULL,
				  "only what takes out of traffic can go on later, and %s has a goal behind a pause",
				  event);
	else if (!machine_hook_later(check->machine, hook))
		diagnostics_error(diagnostics, position, "it would be installed in the midst of traffic",
				  "no event between %s and Install has the same goal", event);
}

static bool has_pause(const struct check *check)
{
	for (size_t i = 0; i < check->graph.n_states; i++)
		if (check->graph.reached[i] && machine_state_at(check->machine, i)->kind == STATE_PAUSE)
			return true;
	return false;
}

/* Some leg takes out and some later one brings back. */
static void check_legs(const struct check *check)
{
	const struct hook *hooks = check->machine->hooks.records, *opening = NULL, *closing = NULL;
	struct diagnostics *diagnostics = check->reader->diagnostics;
	const struct node *key = NULL;

	for (size_t i = 0; i < check->machine->hooks.count; i++) {
		const struct hook **leg = machine_goal_opens(check->machine, &hooks[i].until) ? &opening : &closing;
		const size_t at = lifecycle_event_order(hooks[i].key->text);
		const bool later = *leg && at > lifecycle_event_order((*leg)->key->text);

		/* Of those that open the first counts, of those that close the last. */
		if (!*leg || later == (leg == &closing))
			*leg = &hooks[i];
	}
	if (check->machine->hooks.count == 0)
		return;
	key = hooks[0].key;
	if (!opening)
		diagnostics_error(diagnostics, key->position, "its goals are reached only behind a pause",
				  "no hook opens a run");
	else if (!closing && has_pause(check))
		diagnostics_warn(diagnostics, key->position, "one with a goal behind the pause goes on from it",
				 "no hook closes the run: every goal is reached before a pause");
	else if (closing && lifecycle_event_order(opening->key->text) >= lifecycle_event_order(closing->key->text))
		diagnostics_error(diagnostics, closing->key->position, NULL,
				  "%s comes before %s, which opens the run that it closes", closing->key->text,
				  opening->key->text);
}

static void check_waits(const struct check *check)
{
	const struct hook *hooks = check->machine->hooks.records;
	int64_t longest_ms = 0;
	char wait[DURATION_TEXT_BYTES], leg[DURATION_TEXT_BYTES];

	for (size_t i = 0; i < check->machine->hooks.count; i++)
		if (longest_ms < (hooks[i].at_most_ms ? hooks[i].at_most_ms : 3600000))
			longest_ms = hooks[i].at_most_ms ? hooks[i].at_most_ms : 3600000;
	for (size_t i = 0; longest_ms && i < check->graph.n_states; i++) {
		const struct state *state = machine_state_at(check->machine, i);

		if (state->wait_ms >= longest_ms)
			diagnostics_warn(check->reader->diagnostics, node_get(state->node, "wait")->position, NULL,
					 "waits %s, but no leg may take more than %s",
					 duration_format(state->wait_ms, wait), duration_format(longest_ms, leg));
	}
}

static const char *state_name_at(const void *argument, size_t i)
{
	const struct machine *machine = argument;

	return i < machine->states.count ? state_name(machine_state_at(machine, i)) : NULL;
}

static void check_expectations(const struct check *check)
{
	const struct expectation *expects = check->machine->expects.records;
	const struct node *written = node_get(check->machine->node, "expect");
	struct diagnostics *diagnostics = check->reader->diagnostics;

	for (size_t i = 0; i < check->machine->expects.count; i++) {
		const struct node *at = node_get(written->items[i], "at");
		const struct state *state = machine_state(check->machine, expects[i].at);

		if (!state)
			diagnostics_unknown(diagnostics, at->position, at->text, state_name_at, check->machine,
					    "unknown state '%s'", at->text);
		else if (state->kind != STATE_PAUSE && state->kind != STATE_END)
			diagnostics_error(diagnostics, at->position, NULL,
					  "'%s' is no pause and no end: nothing is compared there", at->text);
	}
}

void check_hooks(struct check *check)
{
	const struct hook *hooks = check->machine->hooks.records;
	const size_t errors = check->reader->diagnostics->errors;

	for (size_t i = 0; i < check->machine->hooks.count; i++) {
		check_event(check, &hooks[i]);
		check_goals(check, &hooks[i]);
		check_later(check, &hooks[i]);
	}
	if (check->reader->diagnostics->errors == errors)
		check_legs(check);
	check_waits(check);
	check_expectations(check);
}
