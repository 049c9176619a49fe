/* An action in flight is a small state machine: a table of phases, each a function that goes on to another phase,
 * waits, or ends it. Nothing here blocks; states.c drives many activities over the one place that waits. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/shape.h"
#include "run/internal.h"

enum step { STEP_ON, STEP_WAIT };

void activity_init(struct activity *activity, struct run *run, const struct state *state, const struct action *action,
		   json_t *document)
{
	*activity = (struct activity){
		.run = run, .state = state, .action = action, .document = document, .wake_ms = INT64_MAX
	};
	/* What changes nothing itself may ask for all that the run has changed. */
	json_object_set_new(document, "held", action->request ? json_null() : ledger_json(&run->history.ledger));
	json_object_set_new(document, "observed", json_object());
	json_object_set_new(document, "change", json_object());
	activity->since_ms = run_now_ms(run) - DECISION_FRESH_MS;
	if (activity->since_ms < run->last_mutation_ms)
		activity->since_ms = run->last_mutation_ms;
}

void activity_release(struct activity *activity)
{
	json_decref(activity->document);
	json_decref(activity->request);
	json_decref(activity->gave);
	free(activity->resource);
	free(activity->because);
}

static enum step go_to(struct activity *activity, enum phase phase)
{
	activity->phase = phase;
	return STEP_ON;
}

int activity_fail(struct activity *activity, enum failure failure, const char *format, ...)
{
	va_list arguments;

	activity->result = (struct action_result){ .failure = failure };
	va_start(arguments, format);
	vsnprintf(activity->result.message, sizeof(activity->result.message), format, arguments);
	va_end(arguments);
	return -1;
}

static enum step end_failed(struct activity *activity)
{
	return go_to(activity, PHASE_DONE);
}

static enum step expression_failed(struct activity *activity, const struct error *err)
{
	activity_fail(activity, FAILURE_INVALID, "%s", err->message);
	return end_failed(activity);
}

static enum step wait_for_calls(struct activity *activity)
{
	activity->wake_ms = INT64_MAX;
	return STEP_WAIT;
}

static struct ledger_entry *activity_entry(const struct activity *activity)
{
	return activity->resource ? ledger_find(&activity->run->history.ledger, activity->resource) : NULL;
}

/* Doubles, up to a bound, and differs by up to a fifth, so that a fleet does not ask in step. */
static int64_t poll_delay_ms(struct activity *activity)
{
	struct random *random = activity->run->environment.random;
	int64_t delay_ms = POLL_FIRST_MS << (activity->polls < 4 ? activity->polls : 4);

	activity->polls++;
	if (delay_ms > POLL_MOST_MS)
		delay_ms = POLL_MOST_MS;
	return delay_ms - (int64_t)((double)delay_ms * 0.2 * random->next(random));
}

static void poll_begin(struct activity *activity)
{
	activity->begun_ms = 0;
	activity->deadline_ms = 0;
	activity->polls = 0;
}

/* The deadline is evaluated only where there is something to wait for: what it needs may cost calls. 1: it is known. */
static int poll_deadline(struct activity *activity)
{
	const struct needs_list needs = { .expressions = { &activity->action->deadline } };
	struct error err = ERROR_INIT;
	json_t *seconds;
	int result;

	if (activity->begun_ms == 0)
		activity->begun_ms = run_now_ms(activity->run);
	if (activity->deadline_ms != 0)
		return 1;
	activity->deadline_ms = activity->begun_ms + DEFAULT_DEADLINE_MS;
	if (!activity->action->deadline.parsed)
		return 1;
	result = activity_observe(activity, &needs);
	activity->deadline_ms = 0;
	if (result != 1)
		return result;
	seconds = located_search(&activity->action->deadline, activity->document, activity->document, &err);
	if (!seconds || !json_is_number(seconds)) {
		json_decref(seconds);
		return activity_fail(activity, FAILURE_INVALID, "'deadline' of %s gives no number",
				     activity->action->name);
	}
	activity->deadline_ms = activity->begun_ms + (int64_t)(json_number_value(seconds) * 1000);
	json_decref(seconds);
	return 1;
}

static void tell_waiting(struct activity *activity, json_t *shown, int64_t left_ms)
{
	struct reporter *reporter = activity->run->environment.reporter;

	reporter->waiting(reporter, &activity->run->history, state_name(activity->state), shown,
			  run_now_ms(activity->run) - activity->begun_ms, left_ms);
}

static void tell_progress(struct activity *activity, int64_t left_ms)
{
	const struct located_expression *progress = &activity->action->progress;
	json_t *shown = progress->parsed ? located_search(progress, activity->document, activity->document, NULL)
					 : NULL;

	if (!shown)
		shown = json_null();
	tell_waiting(activity, shown, left_ms);
	json_decref(shown);
}

static const char *waited_for(enum phase phase)
{
	return phase == PHASE_READY ? "could not begin" : "has not taken full effect";
}

/* Not yet: looks again later, in the phase given. */
static enum step poll_again(struct activity *activity, enum phase phase)
{
	int known = poll_deadline(activity);
	int64_t now_ms = run_now_ms(activity->run), deadline_ms;
	char waited[DURATION_TEXT_BYTES];

	if (known == 0)
		return wait_for_calls(activity);
	if (known < 0 && !failures[activity->result.failure].passing)
		return end_failed(activity);
	activity->result.failure = FAILURE_NONE;
	deadline_ms = known == 1 ? activity->deadline_ms : activity->begun_ms + DEFAULT_DEADLINE_MS;
	if (now_ms >= deadline_ms) {
		activity_fail(activity, FAILURE_TIMEOUT, "%s %s after %s", activity->action->name,
			      waited_for(activity->phase),
			      duration_format((now_ms - activity->begun_ms) / 1000 * 1000, waited));
		return end_failed(activity);
	}
	tell_progress(activity, deadline_ms - now_ms);
	activity->wake_ms = now_ms + poll_delay_ms(activity);
	if (activity->wake_ms > deadline_ms)
		activity->wake_ms = deadline_ms;
	activity->since_ms = activity->wake_ms;
	activity->phase = phase;
	return STEP_WAIT;
}

/* What passes by itself is no failure, but a reason to look again; the last one tells why, where time runs out. */
static enum step poll_failed(struct activity *activity)
{
	struct action_result failed = activity->result;
	enum step step;

	if (!failures[failed.failure].passing || activity->run->mode != RUN_REAL)
		return end_failed(activity);
	step = poll_again(activity, activity->phase);
	if (activity->phase == PHASE_DONE)
		activity->result = failed;
	return step;
}

/* Observes; where that is under way or has failed, *step says how to go on. */
static bool observed(struct activity *activity, const struct needs_list *needs, enum step *step)
{
	int result = activity_observe(activity, needs);

	if (result == 1)
		return true;
	*step = result == 0 ? wait_for_calls(activity) : poll_failed(activity);
	return false;
}

static void result_from_answer(struct activity *activity)
{
	const struct call_result *answer = &activity->answer;
	const struct operation *operation = activity->action->request->operation;

	activity_fail(activity, answer->failure, "%s", answer->message);
	snprintf(activity->result.code, sizeof(activity->result.code), "%s", answer->code);
	snprintf(activity->result.request_id, sizeof(activity->result.request_id), "%s", answer->request_id);
	activity->result.operation = operation->name;
	activity->result.service = operation->service->name;
}

/* ---- doubt: an intent without an outcome, of this process or of one that is gone ---- */

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
	json_object_set(judged.document, "input", json_object_get(doubt->record, "input"));
	json_object_set(judged.document, "change", json_object_get(doubt->record, "change"));
	took = activity_observe(&judged, &(struct needs_list){ .expressions = { took_of(judged.action) } });
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
	return took;
}

static int record_outcome(struct activity *activity, json_int_t intent, const char *result)
{
	const struct call_result *answer = &activity->answer;
	json_t *fields = json_pack("{s:I, s:s, s:s}", "intent", intent, "state", state_name(activity->state), "result",
				   result);

	if (answer->http_status) {
		json_object_set_new(fields, "status", json_integer(answer->http_status));
		json_object_set_new(fields, "elapsed_ms", json_integer(answer->elapsed_ms));
		json_object_set_new(fields, "attempts", json_integer(answer->attempts));
	}
	if (answer->failure != FAILURE_NONE) {
		json_object_set_new(fields, "failure", json_string(failures[answer->failure].name));
		json_object_set_new(fields, "code", json_string(answer->code));
		json_object_set_new(fields, "message", json_string(answer->message));
	}
	if (answer->request_id[0])
		json_object_set_new(fields, "request_id", json_string(answer->request_id));
	return run_record(activity->run, "outcome", fields);
}

/* AWS tells its time with every answer: any will do. */
static enum step learn_aws_time(struct activity *activity)
{
	const struct located_expression *took = took_of(activity->action);
	int result = activity_observe(activity, &(struct needs_list){ .expressions = { took } });

	if (result == 0)
		return wait_for_calls(activity);
	if (result < 0)
		return poll_failed(activity);
	return poll_again(activity, PHASE_DOUBT);
}

static enum step doubt_over(struct activity *activity)
{
	poll_begin(activity);
	return go_to(activity, PHASE_DRIFT);
}

/* The opposite request waits until a late one cannot take effect any more, by AWS's own clock. */
static enum step wait_out_doubt(struct activity *activity, const struct doubt *doubt)
{
	int64_t aws_ms = readings_aws_time_ms(activity->run->readings);
	int64_t left_ms = doubt->late_until_ms - aws_ms;
	json_t *shown;

	if (aws_ms == 0)
		return learn_aws_time(activity);
	if (left_ms <= 0) {
		activity->answer = (struct call_result){ 0 };
		return record_outcome(activity, doubt->intent, "expired") == 0 ? STEP_ON : end_failed(activity);
	}
	if (activity->begun_ms == 0)
		activity->begun_ms = run_now_ms(activity->run);
	shown = json_pack("{s:s}", "waits", "an unanswered request can still take effect");
	tell_waiting(activity, shown, left_ms);
	json_decref(shown);
	activity->wake_ms = run_now_ms(activity->run) + (left_ms < POLL_MOST_MS ? left_ms : POLL_MOST_MS);
	activity->since_ms = activity->wake_ms;
	return STEP_WAIT;
}

/* Not visible: sent again as often as is sensible, or left to a person, as the operation says. */
static enum step doubt_again(struct activity *activity)
{
	const struct action_request *request = activity->action->request;

	if (activity->answered_no) {
		if (run_now_ms(activity->run) < activity->refused_ms + SHOWN_AFTER_MS)
			return poll_again(activity, PHASE_DOUBT);
		result_from_answer(activity);
		return end_failed(activity);
	}
	if (request->in_doubt == IN_DOUBT_AGAIN && activity->requests < DOUBT_ATTEMPTS)
		return doubt_over(activity);
	if (request->in_doubt == IN_DOUBT_SKIP && !activity->undoes)
		return go_to(activity, PHASE_GIVE);
	result_from_answer(activity);
	if (activity->result.failure == FAILURE_NONE)
		activity->result.failure = FAILURE_UNREACHABLE;
	activity->result.in_doubt = true;
	snprintf(activity->result.message, sizeof(activity->result.message),
		 "no answer to %s, and no sign that it took effect%s%s", request->operation->name,
		 activity->answer.message[0] ? ": " : "", activity->answer.message);
	return end_failed(activity);
}

static enum step doubt_seen(struct activity *activity, const struct doubt *doubt, bool ours)
{
	bool same_process = doubt->intent == activity->intent;

	activity->answer = (struct call_result){ 0 };
	if (record_outcome(activity, doubt->intent, "observed") != 0)
		return end_failed(activity);
	activity->run->last_mutation_ms = activity->since_ms;
	if (!ours || !same_process)
		return STEP_ON; /* decided anew, by what is there */
	activity->changed = true;
	poll_begin(activity);
	return go_to(activity, PHASE_OUTCOME_SYNC);
}

/* What stands was sent after the doubtful request: that it is visible says nothing of the doubtful one. */
static bool doubt_is_masked(const struct ledger_entry *entry, const struct doubt *doubt)
{
	return entry->held && json_integer_value(json_object_get(entry->held, "n")) >= doubt->intent;
}

static enum step step_doubt(struct activity *activity)
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
		return wait_for_calls(activity);
	if (took < 0)
		return poll_failed(activity);
	if (took == 2)
		return doubt_seen(activity, doubt, ours);
	if (!ours)
		return wait_out_doubt(activity, doubt);
	return doubt_again(activity);
}

/* ---- deciding ---- */

static enum step end_restored(struct activity *activity, const char *how)
{
	activity->restored = how;
	return go_to(activity, PHASE_DONE);
}

/* The first condition of a list that holds: 1 with *which; 0 none; -1. */
static int condition_holds(struct activity *activity, const struct record_list *conditions,
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
 * our own undo was answered since. */
static bool write_is_recent(const struct activity *activity)
{
	const struct ledger_entry *entry = activity_entry(activity);
	struct clock *clock = activity->run->environment.clock;

	return entry && entry->held && !entry->undone && !activity->changed &&
	       clock->wall_ms(clock) - entry->held_since_ms < CONSISTENT_AFTER_MS;
}

/* The request was answered before; what is left is to see that it settled. */
static enum step go_on_settling(struct activity *activity, const json_t *intent)
{
	json_object_set(activity->document, "change", json_object_get(intent, "change"));
	activity->intent = json_integer_value(json_object_get(intent, "n"));
	activity->changed = true;
	poll_begin(activity);
	return go_to(activity, PHASE_SETTLE);
}

static enum step step_drift_back(struct activity *activity, const struct ledger_entry *entry)
{
	const struct action_condition *which;
	struct error err = ERROR_INIT;
	enum step step;
	int holds;

	if (!entry)
		return end_restored(activity, "already");
	if (entry->undone && !activity->changed)
		return go_on_settling(activity, entry->undone);
	if (!observed(activity, &(struct needs_list){ .conditions = &activity->action->drift }, &step))
		return step;
	holds = condition_holds(activity, &activity->action->drift, &which, &err);
	if (holds < 0)
		return expression_failed(activity, &err);
	if (holds == 0)
		return go_to(activity, PHASE_REFUSE);
	if (write_is_recent(activity))
		return poll_again(activity, PHASE_DRIFT);
	activity->because = condition_reason(activity, which);
	return end_restored(activity, "drifted");
}

static enum step step_drift(struct activity *activity)
{
	const struct ledger_entry *entry = activity_entry(activity);

	if (activity->undoes)
		return step_drift_back(activity, entry);
	if (entry && entry->held && activity->action->request && !activity->action->undo)
		return go_on_settling(activity, entry->held);
	return go_to(activity, PHASE_REFUSE);
}

static enum step fail_by_condition(struct activity *activity, const struct action_condition *which,
				   enum failure otherwise)
{
	char *reason = condition_reason(activity, which);

	activity_fail(activity, which->error != FAILURE_NONE ? (enum failure)which->error : otherwise, "%s", reason);
	free(reason);
	return end_failed(activity);
}

static enum step step_refuse(struct activity *activity)
{
	const struct action_condition *which;
	struct error err = ERROR_INIT;
	enum step step;
	int holds;

	if (activity->action->refuse.count > 0) {
		if (!observed(activity, &(struct needs_list){ .conditions = &activity->action->refuse }, &step))
			return step;
		holds = condition_holds(activity, &activity->action->refuse, &which, &err);
		if (holds < 0)
			return expression_failed(activity, &err);
		if (holds == 1)
			return fail_by_condition(activity, which, FAILURE_REFUSED);
	}
	if (activity->preflight)
		return go_to(activity, PHASE_DONE);
	return go_to(activity, activity->action->request ? PHASE_DECIDE : PHASE_SETTLE);
}

static int compute_change(struct activity *activity, struct error *err)
{
	const struct ledger_entry *entry = activity_entry(activity);
	const json_t *held = entry && !activity->undoes ? ledger_entry_intent(entry) : NULL;
	json_t *change = json_object();

	json_object_set_new(activity->document, "held",
			    held ? json_incref(json_object_get(held, "change")) : json_null());
	for (size_t i = 0; i < activity->action->change.count; i++) {
		const struct named_expression *row = &activity->action->change.rows[i];
		json_t *value = located_search(&row->expression, activity->document, activity->document, err);

		if (!value) {
			json_decref(change);
			return -1;
		}
		json_object_set_new(change, row->key->text, value);
	}
	json_object_set_new(activity->document, "change", change);
	return 0;
}

/* Our own write that AWS confirmed a moment ago may not be visible yet: it is not sent again for that. */
static bool contradicts_own_write(const struct activity *activity)
{
	const struct ledger_entry *entry = activity_entry(activity);
	const char *made_by;

	if (!write_is_recent(activity) || activity->undoes || entry->n_doubts > 0)
		return false;
	made_by = json_string_value(json_object_get(entry->held, "action"));
	return made_by && strcmp(made_by, activity->action->name) == 0 &&
	       json_equal(json_object_get(entry->held, "change"), json_object_get(activity->document, "change"));
}

static enum step decided_nothing_to_do(struct activity *activity)
{
	if (activity->undoes && write_is_recent(activity))
		return poll_again(activity, PHASE_DRIFT);
	if (activity->undoes)
		return end_restored(activity, "already");
	activity->run->found_out |= activity->action->leaves;
	if (activity->run->mode == RUN_ADOPT && activity->action->leaves)
		return go_to(activity, PHASE_INTENT);
	return go_to(activity, PHASE_GIVE);
}

static enum step step_decide(struct activity *activity)
{
	const struct action *action = activity->action;
	const struct needs_list needs = {
		.expressions = { &action->satisfied },
		.templates = { action->request->with, action->undo ? action->undo->with : action->request->with,
			       action->summary ? action->summary : action->request->with },
		.named = &action->change,
	};
	struct error err = ERROR_INIT;
	enum step step;
	int satisfied;

	if (!observed(activity, &needs, &step))
		return step;
	if (compute_change(activity, &err) != 0)
		return expression_failed(activity, &err);
	satisfied = located_is_true(&action->satisfied, activity->document, 0, &err);
	if (satisfied < 0)
		return expression_failed(activity, &err);
	if (satisfied)
		return decided_nothing_to_do(activity);
	if (activity->run->mode == RUN_ADOPT)
		return go_to(activity, PHASE_GIVE);
	if (contradicts_own_write(activity))
		return poll_again(activity, PHASE_DECIDE);
	return go_to(activity, activity->run->mode == RUN_PLAN ? PHASE_INTENT : PHASE_READY);
}

static enum step step_ready(struct activity *activity)
{
	struct error err = ERROR_INIT;
	enum step step;
	int ready;

	if (activity->action->ready.parsed) {
		if (!observed(activity, &(struct needs_list){ .expressions = { &activity->action->ready } }, &step))
			return step;
		ready = located_is_true(&activity->action->ready, activity->document, 1, &err);
		if (ready < 0)
			return expression_failed(activity, &err);
		/* The world moves while it waits: what would be written is decided anew each time. */
		if (!ready)
			return poll_again(activity, PHASE_DRIFT);
	}
	poll_begin(activity);
	return go_to(activity, PHASE_INTENT);
}

/* ---- changing ---- */

static json_t *intent_undo(struct activity *activity, struct error *err)
{
	const struct action_undo *undo = activity->action->undo;
	char *summary;
	json_t *with, *made;

	if (!undo || activity->undoes)
		return json_null();
	with = template_render(undo->with, activity->document, err);
	if (!with)
		return NULL;
	summary = undo->summary ? template_sentence(undo->summary, activity->document) : memory_copy_text("");
	made = json_pack("{s:s, s:o, s:s}", "action", undo->action->name, "with", with, "summary", summary);
	free(summary);
	return made;
}

static json_t *request_input(struct activity *activity, struct error *err)
{
	const struct action_request *request = activity->action->request;
	json_t *rendered = request->with ? template_render(request->with, activity->document, err) : json_object();
	json_t *input = rendered ? shape_coerce(request->operation->input, rendered, err) : NULL;

	json_decref(rendered);
	return input;
}

/* W3: an empty list can mean "all". No action of ours gets here with one; a user's own might. */
static bool has_empty_list(json_t *input)
{
	const char *key;
	json_t *value;

	json_object_foreach (input, key, value)
		if (json_is_array(value) && json_array_size(value) == 0)
			return true;
	return false;
}

static json_t *intent_fields(struct activity *activity, struct error *err)
{
	const struct action *action = activity->action;
	json_t *undo = intent_undo(activity, err);
	char *summary;
	json_t *fields;

	if (!undo)
		return NULL;
	summary = action->summary ? template_sentence(action->summary, activity->document)
				  : memory_copy_text(action->request->operation->name);
	fields = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:O, s:O, s:O, s:o, s:b, s:I}", "definition",
			   (int)json_array_size(activity->run->history.definitions) - 1, "state",
			   state_name(activity->state), "resource", activity->resource, "action", action->name,
			   "operation", action->request->operation_name->text, "summary", summary, "input",
			   json_object_get(activity->document, "input"), "change",
			   json_object_get(activity->document, "change"), "request", activity->request, "undo", undo,
			   "restores", activity->undoes != NULL, "sign_until_ms", (json_int_t)activity->sign_until_ms);
	free(summary);
	return fields;
}

/* Planning and adopting end here: the outcome is taken for granted. */
static enum step intent_without_request(struct activity *activity)
{
	activity->answer = (struct call_result){ 0 };
	if (record_outcome(activity, activity->intent, "done") != 0)
		return end_failed(activity);
	activity->changed = true;
	return go_to(activity, PHASE_GIVE);
}

static enum step step_intent(struct activity *activity)
{
	struct run *run = activity->run;
	struct clock *clock = run->environment.clock;
	struct error err = ERROR_INIT;
	json_t *fields;

	if (run->mode == RUN_REAL && run_must_stop(run))
		return wait_for_calls(activity);
	json_decref(activity->request);
	activity->request = request_input(activity, &err);
	if (!activity->request)
		return expression_failed(activity, &err);
	if (has_empty_list(activity->request)) {
		activity_fail(activity, FAILURE_REFUSED, "%s with an empty list may mean everything: not sent",
			      activity->action->request->operation->name);
		return end_failed(activity);
	}
	activity->sign_until_ms = clock->wall_ms(clock) + SIGN_WITHIN_MS;
	fields = intent_fields(activity, &err);
	if (!fields)
		return expression_failed(activity, &err);
	if (run_record(run, "intent", fields) != 0)
		return end_failed(activity);
	activity->intent = run->last_record;
	if (run->mode != RUN_REAL)
		return intent_without_request(activity);
	activity->phase = PHASE_INTENT_SYNC;
	return STEP_WAIT;
}

static void request_done(void *argument, const struct call_result *result)
{
	struct activity *activity = argument;

	activity->in_flight = false;
	activity->answer = *result;
	activity->answer.output = NULL;
	readings_note_date(activity->run->readings, result->date_ms);
	activity->phase = PHASE_ANSWER;
}

/* The disk took so long that the run must stop: what was intended provably did not happen. */
static enum step not_sent(struct activity *activity)
{
	activity->answer = (struct call_result){ 0 };
	record_outcome(activity, activity->intent, "expired");
	activity->phase = PHASE_REQUEST;
	return wait_for_calls(activity);
}

static enum step step_intent_sync(struct activity *activity)
{
	struct executor *executor = activity->run->environment.executor;
	struct call call = {
		.operation = activity->action->request->operation,
		.input = activity->request,
		.sign_until_ms = activity->sign_until_ms,
	};

	if (run_sync(activity->run) != 0)
		return end_failed(activity);
	if (run_must_stop(activity->run))
		return not_sent(activity);
	activity->requests++;
	activity->in_flight = true;
	activity->phase = PHASE_REQUEST;
	executor->start(executor, &call, request_done, activity);
	return wait_for_calls(activity);
}

static enum step step_request(struct activity *activity)
{
	return wait_for_calls(activity);
}

static enum step answer_in_doubt(struct activity *activity)
{
	json_t *fields = json_pack("{s:I, s:s, s:s, s:i, s:s, s:s}", "intent", activity->intent, "state",
				   state_name(activity->state), "failure", failures[activity->answer.failure].name,
				   "status", activity->answer.http_status, "code", activity->answer.code, "message",
				   activity->answer.message);

	if (run_record(activity->run, "unanswered", fields) != 0)
		return end_failed(activity);
	/* The world may need a moment to show it. */
	activity->wake_ms = run_now_ms(activity->run) + poll_delay_ms(activity);
	activity->since_ms = activity->wake_ms;
	activity->phase = PHASE_DOUBT;
	return STEP_WAIT;
}

static enum step answer_failed(struct activity *activity)
{
	bool doubted_before;
	struct ledger_entry *entry;

	if (record_outcome(activity, activity->intent, "failed") != 0)
		return end_failed(activity);
	entry = activity_entry(activity);
	doubted_before = entry && entry->n_doubts > 0;
	/* What was believed of the world was not so: whoever decides next looks anew. */
	activity->since_ms = run_now_ms(activity->run);
	activity->run->last_mutation_ms = activity->since_ms;
	/* "Not in InService" after an unanswered EnterStandby may well be our own doing. */
	if (doubted_before &&
	    (activity->answer.failure == FAILURE_CONFLICT || activity->answer.failure == FAILURE_INVALID)) {
		activity->intent = entry->doubts[entry->n_doubts - 1].intent;
		activity->answered_no = true;
		activity->refused_ms = activity->since_ms;
		return go_to(activity, PHASE_DOUBT);
	}
	/* What an undo wants may be so already, or be so in a moment. */
	if (activity->undoes && activity->answer.failure == FAILURE_CONFLICT && activity->requests < DOUBT_ATTEMPTS)
		return poll_again(activity, PHASE_DRIFT);
	result_from_answer(activity);
	return end_failed(activity);
}

static enum step step_answer(struct activity *activity)
{
	if (activity->answer.failure != FAILURE_NONE && activity->answer.in_doubt)
		return answer_in_doubt(activity);
	if (activity->answer.failure != FAILURE_NONE)
		return answer_failed(activity);
	if (record_outcome(activity, activity->intent, "done") != 0)
		return end_failed(activity);
	activity->since_ms = run_now_ms(activity->run);
	activity->run->last_mutation_ms = activity->since_ms;
	activity->changed = true;
	poll_begin(activity);
	activity->phase = PHASE_OUTCOME_SYNC;
	return STEP_WAIT;
}

static enum step step_outcome_sync(struct activity *activity)
{
	if (run_sync(activity->run) != 0)
		return end_failed(activity);
	return go_to(activity, PHASE_SETTLE);
}

/* ---- settling ---- */

static void remember_verified(struct activity *activity)
{
	struct run *run = activity->run;
	struct verified *made;

	/* A minimum that we lowered may rightly have moved; that the instance is out, or healthy, must not have. */
	if (activity->verifying || activity->undoes || (activity->action->request && !activity->action->leaves))
		return;
	made = memory_new(1, sizeof(*made));
	made->action = activity->action;
	made->document = json_copy(activity->document);
	made->state = memory_copy_text(state_name(activity->state));
	made->next = run->verified;
	run->verified = made;
}

static enum step settled(struct activity *activity)
{
	remember_verified(activity);
	if (activity->changed &&
	    run_record(activity->run, "settled",
		       json_pack("{s:I, s:s}", "intent", activity->intent, "state", state_name(activity->state))) != 0)
		return end_failed(activity);
	if (activity->undoes)
		return end_restored(activity, "restored");
	return go_to(activity, PHASE_GIVE);
}

static enum step plan_wait(struct activity *activity)
{
	int known = poll_deadline(activity);
	json_t *fields;

	if (known == 0)
		return wait_for_calls(activity);
	if (known < 0)
		return end_failed(activity);
	fields = json_pack("{s:s, s:I}", "waits", state_name(activity->state), "at_most_ms",
			   (json_int_t)(activity->deadline_ms - activity->begun_ms));
	if (run_record(activity->run, "note", fields) != 0)
		return end_failed(activity);
	return go_to(activity, PHASE_GIVE);
}

static enum step step_settle(struct activity *activity)
{
	const struct action *action = activity->action;
	const struct action_condition *which;
	struct error err = ERROR_INIT;
	enum step step;
	int holds;

	if (!action->settled.parsed || activity->run->mode == RUN_ADOPT)
		return go_to(activity, PHASE_GIVE);
	if (activity->run->mode == RUN_PLAN)
		return plan_wait(activity);
	if (!observed(activity,
		      &(struct needs_list){ .expressions = { &action->settled, &action->progress },
					    .conditions = &action->failed },
		      &step))
		return step;
	holds = condition_holds(activity, &action->failed, &which, &err);
	if (holds == 1 && activity->run->last_mutation_ms &&
	    run_now_ms(activity->run) < activity->run->last_mutation_ms + SHOWN_AFTER_MS)
		return poll_again(activity, PHASE_SETTLE);
	if (holds == 1)
		return fail_by_condition(activity, which, FAILURE_CONFLICT);
	if (holds == 0)
		holds = located_is_true(&action->settled, activity->document, 1, &err);
	if (holds < 0)
		return expression_failed(activity, &err);
	return holds ? settled(activity) : poll_again(activity, PHASE_SETTLE);
}

static enum step step_give(struct activity *activity)
{
	struct error err = ERROR_INIT;
	enum step step;

	if (!observed(activity, &(struct needs_list){ .named = &activity->action->give }, &step))
		return step;
	activity->gave = json_object();
	for (size_t i = 0; i < activity->action->give.count; i++) {
		const struct named_expression *row = &activity->action->give.rows[i];
		json_t *value = located_search(&row->expression, activity->document, activity->document, &err);

		if (!value)
			return expression_failed(activity, &err);
		json_object_set_new(activity->gave, row->key->text, value);
	}
	return go_to(activity, PHASE_DONE);
}

static enum step step_done(struct activity *activity)
{
	(void)activity;
	return STEP_WAIT;
}

static enum step (*const phase_steps[PHASE_COUNT])(struct activity *activity) = {
	[PHASE_DOUBT] = step_doubt,
	[PHASE_DRIFT] = step_drift,
	[PHASE_REFUSE] = step_refuse,
	[PHASE_DECIDE] = step_decide,
	[PHASE_READY] = step_ready,
	[PHASE_INTENT] = step_intent,
	[PHASE_INTENT_SYNC] = step_intent_sync,
	[PHASE_REQUEST] = step_request,
	[PHASE_ANSWER] = step_answer,
	[PHASE_OUTCOME_SYNC] = step_outcome_sync,
	[PHASE_SETTLE] = step_settle,
	[PHASE_GIVE] = step_give,
	[PHASE_DONE] = step_done,
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
