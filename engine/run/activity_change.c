/* The phases of changing: the intent, the one request, its answer. The intent is on the disk before the request, and
 * the outcome before anything is called done. */
#include "config.h"

#include "run/phases.h"

#include <stdio.h>
#include <stdlib.h>

#include "model/shape.h"

void activity_take_answer(struct activity *activity)
{
	const struct call_result *answer = &activity->answer;
	const struct operation *operation = activity->action->request->operation;

	activity_fail(activity, answer->failure, "%s", answer->message);
	snprintf(activity->result.code, sizeof(activity->result.code), "%s", answer->code);
	snprintf(activity->result.request_id, sizeof(activity->result.request_id), "%s", answer->request_id);
	activity->result.operation = operation->name;
	activity->result.service = operation->service->name;
}

int activity_record_outcome(struct activity *activity, json_int_t intent, const char *result)
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

/* What others did is seen from its end: how it was before them is known from what takes it back. */
static char *intent_summary(struct activity *activity, const json_t *undo)
{
	const struct action *action = activity->action;
	const char *back = json_string_value(json_object_get(undo, "summary"));

	if (activity->run->mode == RUN_ADOPT && back)
		return memory_format("taken over; back: %s", back);
	return action->summary ? template_sentence(action->summary, activity->document)
			       : memory_copy_text(action->request->operation->name);
}

static json_t *intent_fields(struct activity *activity, struct error *err)
{
	const struct action *action = activity->action;
	json_t *undo = intent_undo(activity, err);
	char *summary;
	json_t *fields;

	if (!undo)
		return NULL;
	summary = intent_summary(activity, undo);
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
	if (activity_record_outcome(activity, activity->intent, "done") != 0)
		return activity_end_failed(activity);
	activity->changed = true;
	return activity_go_to(activity, PHASE_GIVE);
}

enum step phase_intent(struct activity *activity)
{
	struct run *run = activity->run;
	struct clock *clock = run->environment.clock;
	struct error err = ERROR_INIT;
	json_t *fields;

	if (run->mode == RUN_REAL && run_must_stop(run))
		return activity_wait(activity);
	json_decref(activity->request);
	activity->request = request_input(activity, &err);
	if (!activity->request)
		return activity_expression_failed(activity, &err);
	if (has_empty_list(activity->request)) {
		activity_fail(activity, FAILURE_REFUSED, "%s with an empty list may mean everything: not sent",
			      activity->action->request->operation->name);
		return activity_end_failed(activity);
	}
	activity->sign_until_ms = clock->wall_ms(clock) + SIGN_WITHIN_MS;
	fields = intent_fields(activity, &err);
	if (!fields)
		return activity_expression_failed(activity, &err);
	if (run_record(run, "intent", fields) != 0)
		return activity_end_failed(activity);
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
	activity_record_outcome(activity, activity->intent, "expired");
	activity->phase = PHASE_REQUEST;
	return activity_wait(activity);
}

enum step phase_intent_sync(struct activity *activity)
{
	struct executor *executor = activity->run->environment.executor;
	struct call call = {
		.operation = activity->action->request->operation,
		.input = activity->request,
		.sign_until_ms = activity->sign_until_ms,
		.stop = activity->run->environment.stop,
	};

	if (run_sync(activity->run) != 0)
		return activity_end_failed(activity);
	if (run_must_stop(activity->run))
		return not_sent(activity);
	activity->requests++;
	activity->in_flight = true;
	activity->phase = PHASE_REQUEST;
	executor->start(executor, &call, request_done, activity);
	return activity_wait(activity);
}

enum step phase_request(struct activity *activity)
{
	return activity_wait(activity);
}

/* A moment later, in another phase. Unlike activity_poll_again this never stays in the one at hand: its answer was
 * taken. */
static enum step look_again(struct activity *activity, enum phase phase)
{
	activity->wake_ms = run_now_ms(activity->run) + activity_poll_delay_ms(activity);
	activity->since_ms = activity->wake_ms;
	activity->due_ms = 0;
	activity->phase = phase;
	return STEP_WAIT;
}

static enum step answer_in_doubt(struct activity *activity)
{
	json_t *fields = json_pack("{s:I, s:s, s:s, s:i, s:s, s:s}", "intent", activity->intent, "state",
				   state_name(activity->state), "failure", failures[activity->answer.failure].name,
				   "status", activity->answer.http_status, "code", activity->answer.code, "message",
				   activity->answer.message);

	if (run_record(activity->run, "unanswered", fields) != 0)
		return activity_end_failed(activity);
	/* The world may need a moment to show it. */
	return look_again(activity, PHASE_DOUBT);
}

/* "Not in InService" after an unanswered EnterStandby may well be our own doing. */
static enum step doubt_the_one_before(struct activity *activity, const struct ledger_entry *entry)
{
	activity->intent = entry->doubts[entry->n_doubts - 1].intent;
	activity->answered_no = true;
	activity->refused_ms = activity->since_ms;
	return activity_go_to(activity, PHASE_DOUBT);
}

static enum step answer_failed(struct activity *activity)
{
	const enum failure failure = activity->answer.failure;
	struct clock *clock = activity->run->environment.clock;
	const struct ledger_entry *entry;
	bool doubted_before;

	if (activity_record_outcome(activity, activity->intent, "failed") != 0)
		return activity_end_failed(activity);
	entry = activity_entry(activity);
	doubted_before = entry && entry->n_doubts > 0;
	/* What was believed of the world was not so: whoever decides next looks anew. */
	activity->since_ms = run_now_ms(activity->run);
	activity->run->last_mutation_ms = activity->since_ms;
	if (failure == FAILURE_CONFLICT)
		activity->run->conflict_ms = clock->wall_ms(clock);
	if (doubted_before && (failure == FAILURE_CONFLICT || failure == FAILURE_INVALID))
		return doubt_the_one_before(activity, entry);
	/* What an undo wants may be so already, or be so in a moment; what it is for may be gone, or seem so. */
	if (activity->undoes && activity->requests < DOUBT_ATTEMPTS &&
	    (failure == FAILURE_CONFLICT || failure == FAILURE_NOT_FOUND))
		return look_again(activity, PHASE_DRIFT);
	if (activity->undoes && failure == FAILURE_NOT_FOUND)
		return doubted_before ? doubt_the_one_before(activity, entry) : activity_end_gone(activity);
	activity_take_answer(activity);
	return activity_end_failed(activity);
}

enum step phase_answer(struct activity *activity)
{
	if (activity->answer.failure != FAILURE_NONE && activity->answer.in_doubt)
		return answer_in_doubt(activity);
	if (activity->answer.failure != FAILURE_NONE)
		return answer_failed(activity);
	if (activity_record_outcome(activity, activity->intent, "done") != 0)
		return activity_end_failed(activity);
	activity->since_ms = run_now_ms(activity->run);
	activity->run->last_mutation_ms = activity->since_ms;
	activity->changed = true;
	activity_poll_begin(activity);
	activity->phase = PHASE_OUTCOME_WRITE;
	return STEP_WAIT;
}

enum step phase_outcome_write(struct activity *activity)
{
	if (run_write(activity->run) != 0)
		return activity_end_failed(activity);
	return activity_go_to(activity, PHASE_SETTLE);
}
