/* The last phases: the effect is complete, and what later states may read. */
#include "config.h"

#include "run/phases.h"

#include "text/json.h"

/* What has traffic at the end is told from it, also where there was nothing to wait for. */
static void tell_last(struct activity *activity)
{
	if (activity->action->progress.parsed && !activity->verifying)
		activity_tell_progress(activity, 0, true);
}

static enum step settled(struct activity *activity)
{
	run_remember_verified(activity);
	if (activity->changed &&
	    run_record(activity->run, "settled",
		       json_pack("{s:I, s:s}", "intent", activity->intent, "state", state_name(activity->state))) != 0)
		return activity_end_failed(activity);
	if (activity->undoes)
		return activity_end_restored(activity, "restored");
	return activity_go_to(activity, PHASE_GIVE);
}

/* What it would wait for, and what that looks like now. */
static enum step plan_wait(struct activity *activity)
{
	const struct action *action = activity->action;
	int known = activity_poll_deadline(activity);
	json_t *fields, *shown = NULL;
	char *summary = NULL;
	enum step step;

	if (known == 0)
		return activity_wait(activity);
	if (known < 0)
		return activity_end_failed(activity);
	if (action->summary && !action->request) {
		if (!activity_observed(activity, NEED_DECIDE, &step))
			return step;
		summary = template_sentence(action->summary, activity->document);
	}
	/* A command may do anything: this machine is not asked by a plan. */
	if (!action_is_local(action) && !activity_observed(activity, NEED_SETTLE, &step)) {
		free(summary);
		return step;
	}
	if (action->progress.parsed)
		shown = located_search(&action->progress, activity->document, activity->document, NULL);
	fields = json_pack("{s:s, s:I, s:s, s:o}", "waits", state_name(activity->state), "at_most_ms",
			   (json_int_t)(activity->deadline_ms - activity->begun_ms), "summary",
			   summary ? summary : "", "shown", shown ? shown : json_null());
	free(summary);
	if (run_record(activity->run, "note", fields) != 0)
		return activity_end_failed(activity);
	return activity_go_to(activity, PHASE_GIVE);
}

/* What is seen may be of a time before our own newest change: of this process, or of one that is gone. */
static bool changed_lately(const struct run *run)
{
	if (run->last_mutation_ms)
		return run_now_ms(run) < run->last_mutation_ms + SHOWN_AFTER_MS;
	return run_hidden_ms(run->environment.clock, run->history.ledger.changed_ms) > 0;
}

enum step phase_settle(struct activity *activity)
{
	const struct action *action = activity->action;
	const struct action_condition *which;
	struct error err = ERROR_INIT;
	enum step step;
	int holds;

	if (!action->settled.parsed || activity->run->mode == RUN_ADOPT)
		return activity_go_to(activity, PHASE_GIVE);
	if (activity->run->mode == RUN_PLAN)
		return plan_wait(activity);
	if (!activity_observed(activity, NEED_SETTLE, &step))
		return step;
	if (activity->seen_unsettled)
		return activity_poll_on(activity, PHASE_SETTLE);
	holds = activity_condition_holds(activity, &action->failed, &which, &err);
	if (holds == 1 && changed_lately(activity->run))
		return activity_poll_again(activity, PHASE_SETTLE);
	if (holds == 1) {
		tell_last(activity);
		return activity_fail_settling(activity, which, NULL);
	}
	if (holds == 0)
		holds = located_is_true(&action->settled, activity->document, 1, &err);
	if (holds < 0)
		return activity_fail_settling(activity, NULL, &err);
	if (holds)
		tell_last(activity);
	activity->seen_unsettled = !holds;
	return holds ? settled(activity) : activity_poll_on(activity, PHASE_SETTLE);
}

enum step phase_give(struct activity *activity)
{
	struct error err = ERROR_INIT;
	enum step step;

	if (!activity_observed(activity, NEED_GIVE, &step))
		return step;
	activity->gave = json_object();
	for (size_t i = 0; i < activity->action->give.count; i++) {
		const struct named_expression *row = &activity->action->give.rows[i];
		json_t *value = located_search(&row->expression, activity->document, activity->document, &err);

		if (!value)
			return activity_expression_failed(activity, &err);
		json_put(activity->gave, row->key->text, value);
	}
	return activity_go_to(activity, PHASE_DONE);
}
