/* The phases of deciding: drift, refuse, what would be changed, whether there is anything to do, and whether its time
 * has come. */
#include "config.h"

#include "run/phases.h"

#include <stdlib.h>
#include <string.h>

#include "text/json.h"

enum step activity_end_restored(struct activity *activity, const char *how)
{
	activity->restored = how;
	return activity_go_to(activity, PHASE_DONE);
}

/* The first condition of a list that holds: 1 with *which; 0 none; -1. */
int activity_condition_holds(struct activity *activity, const struct record_list *conditions,
			     const struct action_condition **which, struct error *err)
{
	for (size_t i = 0; i < conditions->count; i++) {
		int holds;

		*which = (const struct action_condition *)conditions->records + i;
		holds = located_is_true(&(*which)->when, activity->document, 0, err);
		if (holds != 0)
			return holds;
	}
	return 0;
}

static char *condition_reason(struct activity *activity, const struct action_condition *condition)
{
	if (condition->because)
		return template_sentence(condition->because, activity->document);
	return memory_copy_text(expression_text(condition->when.parsed));
}

/* Our own write that AWS confirmed a moment ago may not be visible yet: that it is gone is not believed at once, unless
 * our own undo was answered since. One that lies ahead was made before the clock was put back, and is none the newer
 * for that. */
static bool write_is_recent(const struct activity *activity)
{
	const struct ledger_entry *entry = activity_entry(activity);
	struct clock *clock = activity->run->environment.clock;

	return activity->run->mode == RUN_REAL && entry && entry->held && !entry->undone && !activity->changed &&
	       llabs(clock->wall_ms(clock) - entry->held_since_ms) < CONSISTENT_AFTER_MS;
}

/* What is seen may be of a time before our own write; unless AWS has refused a request since, for how things are: they
 * are not as we wrote them. */
static bool may_be_of_before(const struct activity *activity)
{
	return write_is_recent(activity) && activity->run->conflict_ms <= activity_entry(activity)->held_since_ms;
}

/* The request was answered before; what is left is to see that it settled. */
static enum step go_on_settling(struct activity *activity, const json_t *intent)
{
	json_object_set(activity->document, "change", json_object_get(intent, "change"));
	activity->intent = json_integer_value(json_object_get(intent, "n"));
	activity->changed = true;
	activity_poll_begin(activity);
	return activity_go_to(activity, PHASE_SETTLE);
}

/* What is dropped from the ledger is never taken back any more: not for one answer, which may be of a server that is
 * behind, or has nothing to tell. */
static bool is_first_sight(struct activity *activity)
{
	bool seen = activity->drift_seen;

	activity->drift_seen = true;
	return !seen && activity->run->mode == RUN_REAL;
}

/* What others did is left alone, and the reason told. */
static enum step end_drifted(struct activity *activity, const struct action_condition *which)
{
	activity->because = condition_reason(activity, which);
	return activity_end_restored(activity, "drifted");
}

static enum step step_drift_back(struct activity *activity, const struct ledger_entry *entry)
{
	const struct action_condition *which;
	struct error err = ERROR_INIT;
	enum step step;
	int holds;

	if (!entry)
		return activity_end_restored(activity, "already");
	if (entry->undone && !activity->changed)
		return go_on_settling(activity, entry->undone);
	if (!activity_observed(activity, NEED_DRIFT, &step))
		return step;
	holds = activity_condition_holds(activity, &activity->action->drift, &which, &err);
	if (holds < 0)
		return activity_expression_failed(activity, &err);
	if (holds == 0)
		return activity_go_to(activity, PHASE_REFUSE);
	if (is_first_sight(activity) || write_is_recent(activity))
		return activity_poll_again(activity, PHASE_DRIFT);
	/* Called theirs now, it might be what we wrote a moment later. */
	if (entry->n_doubts > 0 && activity->run->mode == RUN_REAL) {
		activity->drifts = true;
		return activity_go_to(activity, PHASE_DOUBT);
	}
	return end_drifted(activity, which);
}

/* What an undo is for does not exist any more, AWS says, each time that it is asked. */
enum step activity_end_gone(struct activity *activity)
{
	activity->because = memory_copy_text(activity->answer.message);
	return activity_end_restored(activity, "drifted");
}

enum step phase_drift(struct activity *activity)
{
	const struct ledger_entry *entry = activity_entry(activity);

	if (activity->undoes)
		return step_drift_back(activity, entry);
	if (entry && entry->held && activity->action->request && !activity->action->undo)
		return go_on_settling(activity, entry->held);
	return activity_go_to(activity, PHASE_REFUSE);
}

static enum step fail_by_condition(struct activity *activity, const struct action_condition *which,
				   enum failure otherwise)
{
	char *reason = condition_reason(activity, which);

	activity_fail(activity, which->error != FAILURE_NONE ? (enum failure)which->error : otherwise, "%s", reason);
	free(reason);
	return activity_end_failed(activity);
}

/* What an undo was to bring about will never be, or cannot be told any more. Where that is others' doing there is
 * nothing left to take back; an entry that stayed would keep the run open for good. */
enum step activity_fail_settling(struct activity *activity, const struct action_condition *failed,
				 const struct error *err)
{
	const struct action_condition *which;
	enum step step;

	if (activity->undoes) {
		if (!activity_observed(activity, NEED_DRIFT, &step))
			return step;
		if (activity_condition_holds(activity, &activity->action->drift, &which, NULL) == 1)
			return is_first_sight(activity) ? activity_poll_again(activity, PHASE_SETTLE)
							: end_drifted(activity, which);
		/* The sentence tells of what was seen while settling. */
		if (!activity_observed(activity, NEED_SETTLE, &step))
			return step;
	}
	return failed ? fail_by_condition(activity, failed, FAILURE_CONFLICT)
		      : activity_expression_failed(activity, err);
}

enum step phase_refuse(struct activity *activity)
{
	const struct action_condition *which;
	struct error err = ERROR_INIT;
	enum step step;
	int holds;

	if (activity->action->refuse.count > 0) {
		if (!activity_observed(activity, NEED_REFUSE, &step))
			return step;
		holds = activity_condition_holds(activity, &activity->action->refuse, &which, &err);
		if (holds < 0)
			return activity_expression_failed(activity, &err);
		if (holds == 1)
			return fail_by_condition(activity, which, FAILURE_REFUSED);
	}
	if (activity->preflight)
		return activity_go_to(activity, PHASE_DONE);
	return activity_go_to(activity, activity->action->request ? PHASE_DECIDE : PHASE_SETTLE);
}

/* The document's `change` becomes what these give. */
static int compute(struct activity *activity, const struct named_expressions *named, struct error *err)
{
	json_t *change = json_object();

	for (size_t i = 0; i < named->count; i++) {
		const struct named_expression *row = &named->rows[i];
		json_t *value = located_search(&row->expression, activity->document, activity->document, err);

		if (!value) {
			json_decref(change);
			return -1;
		}
		json_put(change, row->key->text, value);
	}
	json_put(activity->document, "change", change);
	return 0;
}

static int compute_change(struct activity *activity, struct error *err)
{
	const struct ledger_entry *entry = activity_entry(activity);
	const json_t *held = entry && !activity->undoes ? ledger_entry_intent(entry) : NULL;

	json_object_set_new(activity->document, "held",
			    held ? json_incref(json_object_get(held, "change")) : json_null());
	json_put(activity->document, "recent", json_boolean(may_be_of_before(activity)));
	return compute(activity, &activity->action->change, err);
}

/* What others wrote down that they did is taken over as they did it. 1 it is, 0 there is nothing, -1. */
static int take_over(struct activity *activity, struct error *err)
{
	const struct action_adoption *adoption = activity->action->adoption;
	int holds = adoption ? located_is_true(&adoption->when, activity->document, 0, err) : 0;

	return holds == 1 && compute(activity, &adoption->change, err) != 0 ? -1 : holds;
}

static enum step decide_adopting(struct activity *activity, bool satisfied)
{
	struct error err = ERROR_INIT;
	enum step step;
	int taken;

	if (!activity_observed(activity, NEED_ADOPT, &step))
		return step;
	taken = take_over(activity, &err);
	if (taken < 0)
		return activity_expression_failed(activity, &err);
	return activity_go_to(activity, taken || (satisfied && activity->action->leaves) ? PHASE_INTENT : PHASE_GIVE);
}

/* Our own write that AWS confirmed a moment ago may not be visible yet: it is not sent again for that. */
static bool contradicts_own_write(const struct activity *activity)
{
	const struct ledger_entry *entry = activity_entry(activity);
	const char *made_by;

	if (!may_be_of_before(activity) || activity->undoes || entry->n_doubts > 0)
		return false;
	made_by = json_string_value(json_object_get(entry->held, "action"));
	return made_by && strcmp(made_by, activity->action->name) == 0 &&
	       json_equal(json_object_get(entry->held, "change"), json_object_get(activity->document, "change"));
}

static enum step decided_nothing_to_do(struct activity *activity)
{
	if (activity->undoes && write_is_recent(activity))
		return activity_poll_again(activity, PHASE_DRIFT);
	if (activity->undoes)
		return activity_end_restored(activity, "already");
	activity->run->found_out |= activity->action->leaves;
	if (activity->run->mode == RUN_ADOPT)
		return decide_adopting(activity, true);
	return activity_go_to(activity, PHASE_GIVE);
}

enum step phase_decide(struct activity *activity)
{
	const struct action *action = activity->action;
	struct error err = ERROR_INIT;
	enum step step;
	int satisfied;

	if (!activity_observed(activity, NEED_DECIDE, &step))
		return step;
	if (compute_change(activity, &err) != 0)
		return activity_expression_failed(activity, &err);
	satisfied = located_is_true(&action->satisfied, activity->document, 0, &err);
	if (satisfied < 0)
		return activity_expression_failed(activity, &err);
	if (satisfied)
		return decided_nothing_to_do(activity);
	if (activity->run->mode == RUN_ADOPT)
		return decide_adopting(activity, false);
	if (contradicts_own_write(activity))
		return activity_poll_again(activity, PHASE_DECIDE);
	return activity_go_to(activity, activity->run->mode == RUN_PLAN ? PHASE_INTENT : PHASE_READY);
}

enum step phase_ready(struct activity *activity)
{
	struct error err = ERROR_INIT;
	enum step step;
	int ready;

	if (activity->action->ready.parsed) {
		if (!activity_observed(activity, NEED_READY, &step))
			return step;
		ready = located_is_true(&activity->action->ready, activity->document, 1, &err);
		if (ready < 0)
			return activity_expression_failed(activity, &err);
		/* The world moves while it waits: what would be written is decided anew each time. */
		if (!ready && json_is_true(json_object_get(activity->document, "recent")))
			return activity_poll_again(activity, PHASE_DRIFT);
		if (!ready)
			return activity_poll_on(activity, PHASE_DRIFT);
	}
	activity_poll_begin(activity);
	return activity_go_to(activity, PHASE_INTENT);
}
