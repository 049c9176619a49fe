/* Taking back what the run has changed: the ledger's entries from the newest to the oldest, those of one state side by
 * side. How one entry is taken back is activity.c's. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "run/internal.h"
#include "text/json.h"

static bool restore_covers(const struct restore *restore, const char *state)
{
	if (!restore || restore->all)
		return true;
	for (size_t i = 0; i < restore->count; i++)
		if (strcmp(state_name(restore->states[i].state), state) == 0)
			return true;
	return false;
}

static int record_restored(struct run *run, const struct activity *activity)
{
	json_t *fields = json_pack("{s:s, s:s, s:s}", "state", state_name(activity->state), "resource",
				   activity->resource, "how", activity->restored);

	if (activity->because)
		json_object_set_new(fields, "because", json_string(activity->because));
	return run_record(run, "restored", fields);
}

/* What would do it by hand: the call that could not be made, where it was known already. */
static json_t *undone_call(const struct activity *activity)
{
	const struct action_request *request = activity->action->request;
	json_t *rendered, *call;

	if (!request || json_object_size(json_object_get(activity->document, "change")) == 0)
		return json_null();
	rendered = template_render(request->with, activity->document, NULL);
	if (!rendered)
		return json_null();
	call = json_pack("{s:s, s:o}", "operation", request->operation_name->text, "with", rendered);
	return call;
}

static int record_not_restored(struct run *run, const struct activity *activity)
{
	const struct action_result *result = &activity->result;

	return run_record(run, "not_restored",
			  json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "state", state_name(activity->state),
				    "resource", activity->resource, "failure", failures[result->failure].name, "code",
				    result->code, "message", result->message, "request_id", result->request_id, "call",
				    undone_call(activity)));
}

/* What takes the entry's newest change back, and the document that it begins with. NULL with err. */
static json_t *undo_of(struct run *run, const struct ledger_entry *entry, const struct action **action,
		       struct error *err)
{
	const json_t *intent = ledger_entry_intent(entry), *undo = json_object_get(intent, "undo");
	const char *name = json_string_value(json_object_get(undo, "action"));
	json_t *input;

	*action = name ? run_action(run, intent, name) : NULL;
	if (!*action) {
		error_set(err, ERROR_DAMAGE, NOWHERE, "the journal does not say how to take back %s", entry->resource);
		return NULL;
	}
	input = inputs_resolve(&(*action)->inputs, (*action)->name, json_object_get(undo, "with"), json_null(), err);
	return input ? json_made(json_pack("{s:o}", "input", input)) : NULL;
}

int run_begin_undo(struct run *run, const struct state *state, const struct ledger_entry *entry,
		   struct activity *activity)
{
	struct error err = ERROR_INIT;
	const struct action *action;
	json_t *document = undo_of(run, entry, &action, &err);

	if (!document)
		return run_fail_expression(run, state, &err);
	activity_init(activity, run, state, action, document);
	activity->resource = memory_copy_text(entry->resource);
	activity->undoes = activity->resource;
	return 0;
}

int activity_aim_undo(struct activity *activity, const struct ledger_entry *entry)
{
	struct error err = ERROR_INIT;
	const struct action *action;
	json_t *document = undo_of(activity->run, entry, &action, &err);

	if (!document)
		return activity_fail(activity, FAILURE_INVALID, "%s", err.message);
	activity_aim(activity, action, document);
	return 0;
}

static bool entry_leaves(struct run *run, const struct ledger_entry *entry)
{
	const json_t *intent = ledger_entry_intent(entry);
	const char *name = json_string_value(json_object_get(intent, "action"));
	const struct action *action = name ? run_action(run, intent, name) : NULL;

	return action && action->leaves;
}

/* 0: the entry is gone from the ledger; 1: it stays; -1: nothing can be journaled any more. */
static int end_undo(struct run *run, const struct state *state, const struct activity *activity)
{
	/* It has come out that nothing was done: whatever failed then, nothing is left. */
	if (!ledger_find(&run->history.ledger, activity->resource))
		return 0;
	if (activity->result.failure == FAILURE_NONE)
		return record_restored(run, activity);
	run_fail_state(run, state, &activity->result);
	return record_not_restored(run, activity) == 0 ? 1 : -1;
}

static int end_undos(struct run *run, const struct state *state, const struct activity *activities, size_t count)
{
	int left = 0;

	for (size_t i = 0; i < count; i++) {
		int result = end_undo(run, state, &activities[i]);

		if (result < 0)
			return -1;
		left += result;
	}
	return run_write(run) == 0 ? left : -1;
}

/* Takes `count` entries back side by side, the newest first. How many stay; -1: the run must stop. */
static int restore_batch(struct run *run, const struct state *state, size_t first, size_t count, int64_t deadline_ms)
{
	struct activity *activities = memory_new(count, sizeof(*activities));
	bool leaves = false;
	size_t begun = 0;
	int left = 0;

	for (size_t i = first + count; i-- > first;) {
		const struct ledger_entry *entry = &run->history.ledger.entries[i];

		leaves |= entry_leaves(run, entry);
		if (run_begin_undo(run, state, entry, &activities[begun]) == 0)
			begun++;
	}
	if (run_activities(run, activities, begun, 0, deadline_ms) == 0)
		left = end_undos(run, state, activities, begun);
	else
		left = -1;
	for (size_t i = 0; i < begun; i++)
		activity_release(&activities[i]);
	free(activities);
	if (left < 0)
		return -1;
	left += (int)(count - begun);
	/* What was seen while the subject was out is not so any more, and rightly. */
	if (leaves && left < (int)count)
		run_forget_verified(run);
	return left;
}

static int plan_entry(struct run *run, const struct state *state, const struct ledger_entry *entry)
{
	const json_t *undo = json_object_get(ledger_entry_intent(entry), "undo");

	return run_record(run, "restored",
			  json_pack("{s:s, s:s, s:s, s:O}", "state", state_name(state), "resource", entry->resource,
				    "how", "restored", "undo", undo));
}

static int plan_batch(struct run *run, const struct state *state, size_t first, size_t count)
{
	for (size_t i = first + count; i-- > first;)
		if (plan_entry(run, state, &run->history.ledger.entries[i]) != 0)
			return -1;
	return 0;
}

/* What one state did side by side stands together, and is taken back side by side. */
static size_t batch_first(const struct ledger *ledger, size_t end)
{
	size_t first = end - 1;

	while (first > 0 && strcmp(ledger->entries[first - 1].state, ledger->entries[end - 1].state) == 0)
		first--;
	return first;
}

/* What nothing takes back is not held against a run that is put back: its state has failed, or was cut off, and no
 * opposite request will ever be sent. */
static int let_go_of_final(struct run *run, const struct state *state, const struct restore *restore)
{
	const struct ledger *ledger = &run->history.ledger;

	for (size_t i = ledger->count; i-- > 0;) {
		const struct ledger_entry *entry = &ledger->entries[i];

		if (restore_covers(restore, entry->state) && ledger_entry_is_final(entry) &&
		    run_record(run, "restored",
			       json_pack("{s:s, s:s, s:s, s:s}", "state", state_name(state), "resource",
					 entry->resource, "how", "final", "because", "nothing takes it back")) != 0)
			return -1;
	}
	return 0;
}

int run_restore_entries(struct run *run, const struct state *state, const struct restore *restore, int64_t deadline_ms)
{
	const struct ledger *ledger = &run->history.ledger;
	int left = 0, result;

	if (let_go_of_final(run, state, restore) != 0)
		return -1;
	/* From the newest to the oldest; what stays keeps its place, what is restored leaves the list. */
	for (size_t end = ledger->count, first; end > 0; end = first) {
		first = batch_first(ledger, end);
		if (!restore_covers(restore, ledger->entries[first].state))
			continue;
		result = run->mode == RUN_REAL ? restore_batch(run, state, first, end - first, deadline_ms)
					       : plan_batch(run, state, first, end - first);
		if (result < 0)
			return -1;
		left += result;
		if (deadline_ms < run_now_ms(run) + RESTORE_LEAST_MS)
			deadline_ms = run_now_ms(run) + RESTORE_LEAST_MS;
	}
	return left;
}
