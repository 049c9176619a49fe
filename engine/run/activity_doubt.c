/* The phase of doubt: a request without an outcome, of this process or of one that is gone. It is looked for before
 * anything else is done to its resource, and its opposite waits until it can no longer take effect. */
#include "config.h"

#include "run/phases.h"

#include <stdio.h>
#include <string.h>

static const struct located_expression *took_of(const struct action *action)
{
	return action->took.parsed ? &action->took : &action->settled;
}

static const struct action *doubted_action(const struct activity *activity, const struct doubt *doubt)
{
	const char *name = json_string_value(json_object_get(doubt->record, "action"));

	/* `action: call` is known to its state alone. */
	if (name && strcmp(name, activity->action->name) == 0)
		return activity->action;
	return name ? run_action(activity->run, doubt->record, name) : NULL;
}

/* Whether the doubted request is visible: judged as itself, by its own action, input and change. */
static int doubt_took(struct activity *activity, const struct doubt *doubt)
{
	struct activity judged = *activity;
	struct error err = ERROR_INIT;
	int took;

	judged.action = doubted_action(activity, doubt);
	if (!judged.action)
		return activity_fail(activity, FAILURE_INVALID, "the journal does not hold the action of its intent");
	judged.document = json_copy(activity->document);
	judged.sights = NULL;
	judged.seen = NULL;
	json_object_set(judged.document, "input", json_object_get(doubt->record, "input"));
	json_object_set(judged.document, "change", json_object_get(doubt->record, "change"));
	took = activity_observe(&judged, NEED_TOOK);
	if (took == 1) {
		took = located_is_true(took_of(judged.action), judged.document, 0, &err);
		if (took < 0)
			activity_fail(activity, FAILURE_INVALID, "%s", err.message);
		else
			took += 1; /* 1 not visible, 2 visible */
	} else if (took < 0) {
		activity->result = judged.result;
	}
	json_decref(judged.document);
	activity_forget_sights(&judged);
	return took;
}

/* AWS tells its time with every answer: any will do. */
static enum step learn_aws_time(struct activity *activity)
{
	int result = activity_observe(activity, NEED_TOOK);

	if (result == 0)
		return activity_wait(activity);
	if (result < 0)
		return activity_poll_failed(activity);
	return activity_poll_again(activity, PHASE_DOUBT);
}

static enum step doubt_over(struct activity *activity)
{
	activity_poll_begin(activity);
	return activity_go_to(activity, PHASE_DRIFT);
}

/* The opposite request, and the verdict that what is seen is others', wait until a late one cannot take effect any
 * more, by AWS's own clock. */
static enum step wait_out_doubt(struct activity *activity, const struct doubt *doubt)
{
	int64_t aws_ms = readings_aws_time_ms(activity->run->readings);
	int64_t left_ms = doubt->late_until_ms - aws_ms;
	json_t *shown;

	if (aws_ms == 0)
		return learn_aws_time(activity);
	if (left_ms <= 0) {
		activity->answer = (struct call_result){ 0 };
		return activity_record_outcome(activity, doubt->intent, "expired") == 0
			       ? STEP_ON
			       : activity_end_failed(activity);
	}
	if (activity->begun_ms == 0)
		activity->begun_ms = run_now_ms(activity->run);
	shown = json_pack("{s:s}", "waits", "an unanswered request can still take effect");
	activity_tell_waiting(activity, shown, left_ms, false);
	json_decref(shown);
	activity->wake_ms = run_now_ms(activity->run) + (left_ms < POLL_MOST_MS ? left_ms : POLL_MOST_MS);
	activity->looked_ms = activity->since_ms;
	activity->since_ms = activity->wake_ms;
	activity->due_ms = run_now_ms(activity->run) + left_ms;
	return STEP_WAIT;
}

/* Not visible: sent again as often as is sensible, or left to a person, as the operation says. */
static enum step doubt_again(struct activity *activity)
{
	const struct action_request *request = activity->action->request;

	if (activity->answered_no) {
		if (run_now_ms(activity->run) < activity->refused_ms + SHOWN_AFTER_MS)
			return activity_poll_again(activity, PHASE_DOUBT);
		activity_take_answer(activity);
		return activity_end_failed(activity);
	}
	if (request->in_doubt == IN_DOUBT_AGAIN && activity->requests < DOUBT_ATTEMPTS)
		return doubt_over(activity);
	if (request->in_doubt == IN_DOUBT_SKIP && !activity->undoes)
		return activity_go_to(activity, PHASE_GIVE);
	activity_take_answer(activity);
	if (activity->result.failure == FAILURE_NONE)
		activity->result.failure = FAILURE_UNREACHABLE;
	/* An answer, if only that AWS failed, and no sign of an effect: that is a failure, not a doubt. */
	activity->result.in_doubt = activity->answer.http_status == 0;
	snprintf(activity->result.message, sizeof(activity->result.message),
		 "no answer to %s, and no sign that it took effect%s%s", request->operation->name,
		 activity->answer.message[0] ? ": " : "", activity->answer.message);
	return activity_end_failed(activity);
}

/* What is taken back is the newest change that was made: one more has come to be known. */
static int aim_anew(struct activity *activity)
{
	const struct ledger_entry *entry = activity_entry(activity);

	return entry && entry->held ? activity_aim_undo(activity, entry) : 0;
}

/* What is visible was perhaps given back a moment ago: the next answer may be of before that, when it was as it is
 * wanted now. */
static enum step wait_for_sight(struct activity *activity)
{
	const struct run *run = activity->run;

	activity->wake_ms = run_now_ms(run) + run_hidden_ms(run->environment.clock, run->history.ledger.undone_ms);
	activity->since_ms = activity->wake_ms;
	activity->due_ms = 0;
	return STEP_WAIT;
}

static enum step doubt_seen(struct activity *activity, const struct doubt *doubt, bool ours)
{
	bool same_process = doubt->intent == activity->intent, of_change = activity->undoes && !doubt->undo;
	bool given_back = !activity->undoes && doubt->undo;

	activity->answer = (struct call_result){ 0 };
	if (activity_record_outcome(activity, doubt->intent, "observed") != 0 ||
	    (of_change && aim_anew(activity) != 0))
		return activity_end_failed(activity);
	activity->run->last_mutation_ms = activity->since_ms;
	if (given_back)
		return wait_for_sight(activity);
	if (!ours || !same_process)
		return STEP_ON; /* decided anew, by what is there */
	activity->changed = true;
	activity_poll_begin(activity);
	return activity_go_to(activity, PHASE_OUTCOME_WRITE);
}

/* What stands was sent after the doubtful request: that it is visible says nothing of the doubtful one. */
static bool doubt_is_masked(const struct ledger_entry *entry, const struct doubt *doubt)
{
	return entry->held && json_integer_value(json_object_get(entry->held, "n")) >= doubt->intent;
}

enum step phase_doubt(struct activity *activity)
{
	struct ledger_entry *entry = activity_entry(activity);
	const struct doubt *doubt;
	bool ours;
	int took;

	if (!entry || entry->n_doubts == 0 || activity->preflight || activity->run->mode != RUN_REAL)
		return doubt_over(activity);
	doubt = &entry->doubts[entry->n_doubts - 1];
	ours = doubt->undo == (activity->undoes != NULL);
	if (doubt_is_masked(entry, doubt) && !doubt->undo)
		return ours ? doubt_over(activity) : wait_out_doubt(activity, doubt);
	took = doubt_took(activity, doubt);
	if (took == 0)
		return activity_wait(activity);
	if (took < 0)
		return activity_poll_failed(activity);
	if (took == 2)
		return doubt_seen(activity, doubt, ours);
	if (!ours || activity->drifts)
		return wait_out_doubt(activity, doubt);
	return doubt_again(activity);
}
