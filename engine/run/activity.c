/* An action in flight is a small state machine: a table of phases, each a function that goes on to another phase,
 * waits, or ends it. Nothing here blocks; drive.c drives many activities over the one place that waits. The phases are
 * in the files activity_*.c, in the order in which an action passes them. */
#include "config.h"

#include "run/phases.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/printable.h"
#include "text/json.h"

void activity_aim(struct activity *activity, const struct action *action, json_t *document)
{
	const struct history *history = &activity->run->history;
	json_t *told = json_object_get(history->first, "told");

	/* What changes nothing itself may ask for all that the run has changed. */
	json_put(document, "held", action->request ? json_null() : ledger_json(&history->ledger));
	json_put(document, "recent", json_false());
	json_object_set(document, "told", told ? told : json_null());
	json_put(document, "observed", json_object());
	json_put(document, "change", json_object());
	activity_forget_sights(activity);
	json_decref(activity->document);
	activity->document = document;
	activity->action = action;
}

void activity_init(struct activity *activity, struct run *run, const struct state *state, const struct action *action,
		   json_t *document)
{
	*activity = (struct activity){ .run = run, .state = state, .wake_ms = INT64_MAX };
	activity_aim(activity, action, document);
	activity->since_ms = run_now_ms(run) - DECISION_FRESH_MS;
	if (activity->since_ms < run->last_mutation_ms)
		activity->since_ms = run->last_mutation_ms;
}

void activity_release(struct activity *activity)
{
	json_decref(activity->document);
	activity_forget_sights(activity);
	json_decref(activity->request);
	json_decref(activity->gave);
	free(activity->resource);
	free(activity->because);
}

enum step activity_go_to(struct activity *activity, enum phase phase)
{
	activity->phase = phase;
	return STEP_ON;
}

int activity_fail(struct activity *activity, enum failure failure, const char *format, ...)
{
	struct buffer text = BUFFER_INIT;
	va_list arguments;

	va_start(arguments, format);
	buffer_add_vformat(&text, format, arguments);
	va_end(arguments);
	activity->result = (struct action_result){ .failure = failure };
	/* It is journaled as JSON: half a character would be none. */
	printable_copy(activity->result.message, sizeof(activity->result.message), buffer_text(&text));
	buffer_release(&text);
	return -1;
}

enum step activity_end_failed(struct activity *activity)
{
	return activity_go_to(activity, PHASE_DONE);
}

enum step activity_expression_failed(struct activity *activity, const struct error *err)
{
	activity_fail(activity, FAILURE_INVALID, "%s", err->message);
	return activity_end_failed(activity);
}

enum step activity_wait(struct activity *activity)
{
	activity->wake_ms = INT64_MAX;
	activity->due_ms = 0;
	return STEP_WAIT;
}

struct ledger_entry *activity_entry(const struct activity *activity)
{
	return activity->resource ? ledger_find(&activity->run->history.ledger, activity->resource) : NULL;
}

enum step phase_done(struct activity *activity)
{
	(void)activity;
	return STEP_WAIT;
}

static enum step (*const phase_steps[PHASE_COUNT])(struct activity *activity) = {
	[PHASE_DOUBT] = phase_doubt,
	[PHASE_DRIFT] = phase_drift,
	[PHASE_REFUSE] = phase_refuse,
	[PHASE_DECIDE] = phase_decide,
	[PHASE_READY] = phase_ready,
	[PHASE_INTENT] = phase_intent,
	[PHASE_INTENT_SYNC] = phase_intent_sync,
	[PHASE_REQUEST] = phase_request,
	[PHASE_ANSWER] = phase_answer,
	[PHASE_OUTCOME_WRITE] = phase_outcome_write,
	[PHASE_SETTLE] = phase_settle,
	[PHASE_GIVE] = phase_give,
	[PHASE_DONE] = phase_done,
};

void activity_advance(struct activity *activity)
{
	/* Others wake it, too; before its time it would only ask for answers that are not old enough yet. */
	if (activity->wake_ms != INT64_MAX && run_now_ms(activity->run) < activity->wake_ms)
		return;
	activity->wake_ms = INT64_MAX;
	while (!activity_is_done(activity) && phase_steps[activity->phase](activity) == STEP_ON)
		;
}
