/* A leg of a run: what it begins with, how it is driven to its goal or to rest, and how it says that it ended. The
 * states it passes are in states.c. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "run/internal.h"
#include "text/json.h"

/* Where no goal is named, a pause is one for whom no error has led there. */
static bool is_goal(const struct run *run, const struct leg *leg, const struct state *state)
{
	if (!leg->goal)
		return (state->kind == STATE_PAUSE && !leg->passes_pauses && !run->after_error) ||
		       (state->kind == STATE_END && state->end == END_SUCCEEDED);
	return machine_goal_names(leg->goal, state_name(state));
}

/* Where restoring failed, what had made it necessary is the cause that people ask for. */
static void result_from_failed(struct run *run, struct leg_result *result)
{
	const struct state *state = machine_state(run->machine, run->failed_state);
	bool restoring = state && state->kind == STATE_RESTORE && run->cause.failure != FAILURE_NONE;
	const struct action_result *failed = restoring ? &run->cause : &run->failed;

	result->failure = failed->failure;
	snprintf(result->state, sizeof(result->state), "%s", restoring ? run->cause_state : run->failed_state);
	snprintf(result->message, sizeof(result->message), "%s", failed->message);
	snprintf(result->code, sizeof(result->code), "%s", failed->code);
	snprintf(result->request_id, sizeof(result->request_id), "%s", failed->request_id);
	if (failed->operation)
		snprintf(result->operation, sizeof(result->operation), "%s:%s", failed->service, failed->operation);
}

static enum exit_status failure_status(const struct run *run)
{
	if (run->failed.in_doubt)
		return EXIT_IN_DOUBT;
	return run->history.ledger.count > 0 ? EXIT_LEFT : EXIT_FAILED;
}

/* What was done and could not be written down is not known to the next process, and so not over. */
static enum exit_status status_without_journal(const struct run *run)
{
	return run->history.ledger.count > 0 || run->last_mutation_ms != 0 ? EXIT_LEFT : EXIT_FAILED;
}

static bool any_doubt(const struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->count; i++)
		if (ledger->entries[i].n_doubts > 0)
			return true;
	return false;
}

/* Only on the way to its goal, and only where another process finds nothing begun: never on a way back, which would be
 * a failure that nobody hears of. */
static bool may_go_on_later(const struct run *run, const struct leg *leg)
{
	const struct state *state = run->history.position ? machine_state(run->machine, run->history.position) : NULL;

	return leg->goes_on_at && leg->goal && !run_is_signalled(&run->environment) && run->only_waits && state &&
	       !any_doubt(&run->history.ledger) && machine_goal_ahead(run->machine, state, leg->goal);
}

static void end_stopped(struct run *run, const struct leg *leg, struct leg_result *result)
{
	printable_copy(result->state, sizeof(result->state), run->history.position ? run->history.position : "");
	if (run->fatal.kind == ERROR_NONE && may_go_on_later(run, leg)) {
		result->status = EXIT_REACHED;
		result->later = true;
		snprintf(result->message, sizeof(result->message), "%s goes on with it", leg->goes_on_at);
		return;
	}
	result->failure = FAILURE_INTERRUPTED;
	if (run->fatal.kind != ERROR_NONE) {
		result->status = status_without_journal(run);
		snprintf(result->message, sizeof(result->message), "%s", run->fatal.message);
		return;
	}
	result->status = EXIT_INTERRUPTED;
	result->out_of_time = run_now_ms(run) >= run->leg_deadline_ms;
	snprintf(result->message, sizeof(result->message), "%s",
		 result->out_of_time ? "the leg's time is over" : "stopped by a signal");
}

static void add_earlier(const struct run *run, struct leg_result *result)
{
	char *message = memory_format("%s; before that %s", result->message, run->earlier);

	printable_copy(result->message, sizeof(result->message), message);
	free(message);
}

/* Where the run came to rest: an end or a pause, sought or not. */
static void end_at(struct run *run, const struct leg *leg, const struct state *state, struct leg_result *result)
{
	bool goal = is_goal(run, leg, state);

	if (goal && !(state->kind == STATE_END && run->history.ledger.count > 0)) {
		result->status = EXIT_REACHED;
		printable_copy(result->state, sizeof(result->state), state_name(state));
		printable_copy(result->message, sizeof(result->message),
			       run->history.because ? run->history.because : "");
		return;
	}
	if (run->failed.failure != FAILURE_NONE)
		result_from_failed(run, result);
	else
		printable_copy(result->state, sizeof(result->state), state_name(state));
	if (!result->message[0])
		printable_copy(result->message, sizeof(result->message),
			       run->history.because ? run->history.because : "ended elsewhere than at its goal");
	if (result->failure == FAILURE_NONE)
		result->failure = FAILURE_REFUSED;
	result->status = run->history.ledger.count > 0 ? EXIT_LEFT : EXIT_FAILED;
	result->rests = result->status == EXIT_LEFT && state->kind == STATE_PAUSE;
	if (result->rests && run->earlier[0])
		add_earlier(run, result);
}

static const struct state *standing_state(struct run *run)
{
	const struct history *history = &run->history;
	const char *name = history->standing == STANDING_PAUSED ? history->next : history->position;

	if (history->standing == STANDING_NEW || !name)
		return run->machine->start_at.state;
	return machine_state(run->machine, name);
}

/* A goal that is neither pause nor end: the leg rests before it, and the next one goes on with it. */
static enum passage rest_before(struct run *run, const struct state *state)
{
	return run_record(run, "pause",
			  json_pack("{s:s, s:s}", "state", state_name(state), "next", state_name(state))) == 0
		       ? PASSAGE_PAUSED
		       : PASSAGE_STOPPED;
}

static enum passage pass(struct run *run, const struct leg *leg, const struct state *state)
{
	if (run_must_stop(run))
		return PASSAGE_STOPPED;
	if (leg->goal && is_goal(run, leg, state) && state->kind != STATE_PAUSE && state->kind != STATE_END)
		return rest_before(run, state);
	if (is_goal(run, leg, state) && run->mode == RUN_REAL && run_verify(run) != 0)
		return run_must_stop(run) ? PASSAGE_STOPPED : run_catch(run, state);
	return run_pass_state(run, state);
}

static int leave_pause(struct run *run)
{
	return run_record(run, "goes_on", json_pack("{s:s}", "next", run->history.next));
}

/* Nobody came. */
static int leave_expired(struct run *run)
{
	const struct state *state = machine_state(run->machine, run->history.position);

	return run_record(run, "goes_on",
			  json_pack("{s:s, s:b}", "next", state_name(state->pause->on_expire.state), "expired", 1));
}

static void drive_leg(struct run *run, const struct leg *leg, struct leg_result *result)
{
	for (;;) {
		const struct state *state = standing_state(run);
		enum passage passage;

		run->after_error = run->caught;
		run->caught = false;
		passage = state ? pass(run, leg, state) : PASSAGE_STOPPED;
		if (!state)
			error_set(&run->fatal, ERROR_DAMAGE, NOWHERE, "the machine has no state '%s'",
				  run->history.position);
		if (passage == PASSAGE_ON)
			continue;
		/* An error that leads back to a pause is to be waited out there, not to be met again at once. */
		if (passage == PASSAGE_PAUSED && leg->passes_pauses && !run->after_error &&
		    !is_goal(run, leg, state) && leave_pause(run) == 0)
			continue;
		if (passage == PASSAGE_STOPPED) {
			end_stopped(run, leg, result);
		} else if (passage == PASSAGE_FAILED) {
			result_from_failed(run, result);
			result->status = failure_status(run);
		} else {
			end_at(run, leg, state, result);
		}
		return;
	}
}

struct leg leg_of_hook(const struct machine *machine, const struct hook *hook, int64_t most_ms)
{
	const struct hook *later = hook->then == HOOK_GOES_ON_LATER ? machine_hook_later(machine, hook) : NULL;

	return (struct leg){
		.name = hook->key->text,
		.goal = &hook->until,
		.at_most_ms = hook->at_most_ms > 0 && hook->at_most_ms < most_ms ? hook->at_most_ms : most_ms,
		.goes_on_at = later ? later->key->text : NULL,
	};
}

static json_t *goal_names(const struct leg *leg)
{
	json_t *names = json_array();

	for (size_t i = 0; leg->goal && i < leg->goal->count; i++)
		json_array_append_new(names, json_string(leg->goal->rows[i].name));
	return names;
}

/* By hand or by timer a run goes on for the deployment that it was begun for. */
static json_t *leg_hook(const struct run *run, const struct leg *leg)
{
	json_t *before = json_object_get(run->history.leg, "hook");

	return before && json_object_size(leg->hook) == 0 ? before : leg->hook;
}

static json_t *leg_fields(const struct leg *leg, json_t *hook)
{
	json_t *fields = json_pack("{s:s, s:O, s:o, s:b, s:I}", "leg", leg->name, "hook", hook, "goal",
				   goal_names(leg), "begins", leg->begins, "at_most_ms",
				   (json_int_t)leg->at_most_ms);

	/* Without a goal, only these tell where it was on its way to. */
	if (leg->passes_pauses)
		json_put(fields, "passes_pauses", json_true());
	if (leg->restores)
		json_put(fields, "restores", json_true());
	return fields;
}

static void note_sight(const struct run *run, int64_t hidden_ms)
{
	struct reporter *reporter = run->environment.reporter;
	char duration[DURATION_TEXT_BYTES];
	char *sentence = memory_format("AWS may not show yet what was given back a moment ago: waiting for %s",
				       duration_format((hidden_ms + 999) / 1000 * 1000, duration));

	reporter->note(reporter, sentence);
	free(sentence);
}

/* By this run, as it is known here, or by those before it. */
static int64_t undone_hidden_ms(const struct run *run)
{
	const struct run_environment *environment = &run->environment;
	const int64_t own_ms = run_hidden_ms(environment->clock, run->history.ledger.undone_ms);
	const int64_t others_ms = runs_undone_hidden_ms(environment->storage, environment->clock,
							history_text(&run->history, "subject"), run_id(run));

	return own_ms > others_ms ? own_ms : others_ms;
}

/* Begun at once behind what was given back, a run would take the subject for out of traffic already, and leave it where
 * it is. */
static int wait_for_sight(struct run *run)
{
	const int64_t hidden_ms = run->mode == RUN_REAL ? undone_hidden_ms(run) : 0;

	if (hidden_ms == 0)
		return 0;
	note_sight(run, hidden_ms);
	return run_wait_until(run, run_now_ms(run) + hidden_ms);
}

static int begin_leg(struct run *run, const struct leg *leg)
{
	json_t *hook = leg_hook(run, leg);
	int result;

	run->leg_deadline_ms = leg->at_most_ms ? run_now_ms(run) + leg->at_most_ms - LEG_RESERVE_MS : INT64_MAX;
	run->preflighted = false;
	run_forget_verified(run);
	json_incref(hook);
	result = run_record(run, "leg", leg_fields(leg, hook));
	if (result == 0)
		run_make_document(run, hook);
	json_decref(hook);
	/* Whose leg this is must be known to the next process, whatever happens to this one. */
	if (result != 0 || run_sync(run) != 0)
		return -1;
	if (leg->begins)
		return wait_for_sight(run);
	if (run->history.standing != STANDING_PAUSED)
		return 0;
	if (leg->leaves_expired && run_expired(run))
		return leave_expired(run);
	return leg->leaves_paused ? leave_pause(run) : 0;
}

/* What ended with an empty ledger and will not go on is ended in the journal too, so that the run is closed. */
static void close_if_over(struct run *run, const struct leg_result *result)
{
	if (result->status == EXIT_FAILED && run->history.standing != STANDING_ENDED && run->history.ledger.count == 0)
		run_record(run, "end",
			   json_pack("{s:s, s:s, s:s}", "state", run->history.position ? run->history.position : "",
				     "status", "failed", "because", result->message));
}

/* The next start need not read what came before; so that it can believe this, all of that is on the disk by then. */
static void tell_closed(struct run *run, json_t *fields)
{
	if (!history_is_open(&run->history) && run_sync(run) == 0)
		json_put(fields, "closed", json_true());
}

static void end_leg(struct run *run, struct leg_result *result)
{
	json_t *fields;

	close_if_over(run, result);
	fields = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "exit", (int)result->status, "result",
			   exit_name(result->status), "state", result->state, "failure",
			   failures[result->failure].name, "message", result->message, "operation", result->operation,
			   "code", result->code, "request_id", result->request_id);
	if (result->later)
		json_put(fields, "later", json_true());
	tell_closed(run, fields);
	if (run_record(run, "leg_end", fields) == 0 && run_sync(run) == 0)
		return;
	/* Not written, not said: exit 0 with a journal that cannot tell it would be a lie. */
	if (result->status == EXIT_REACHED)
		result->status = EXIT_LEFT;
	else if (result->status == EXIT_FAILED)
		result->status = status_without_journal(run);
	snprintf(result->message, sizeof(result->message), "%s", run->fatal.message);
}

void run_leg(struct run *run, const struct leg *leg, struct leg_result *result)
{
	*result = (struct leg_result){ .status = EXIT_FAILED };
	if (begin_leg(run, leg) != 0)
		end_stopped(run, leg, result);
	else
		drive_leg(run, leg, result);
	end_leg(run, result);
}

void run_restore(struct run *run, const struct leg *leg, struct leg_result *result)
{
	struct leg back = *leg;
	const struct state *state;
	int left;

	*result = (struct leg_result){ .status = EXIT_FAILED };
	back.restores = true;
	left = begin_leg(run, &back);
	state = standing_state(run);
	if (left == 0)
		left = run_restore_entries(run, state ? state : run->machine->start_at.state, NULL, INT64_MAX);
	if (left < 0) {
		end_stopped(run, leg, result);
	} else if (left > 0) {
		result_from_failed(run, result);
		result->status = failure_status(run);
	} else if (run_record(run, "end",
			      json_pack("{s:s, s:s, s:s}", "state", state ? state_name(state) : "", "status",
					"restored", "because", "restored by hand")) == 0) {
		result->status = EXIT_REACHED;
	}
	end_leg(run, result);
}

bool run_expired(const struct run *run)
{
	const struct history *history = &run->history;
	const struct state *state = history->position ? machine_state(run->machine, history->position) : NULL;
	struct clock *clock = run->environment.clock;

	return history->standing == STANDING_PAUSED && history->expires_ms &&
	       clock->wall_ms(clock) >= history->expires_ms && state && state->pause;
}

bool run_found_out(const struct run *run)
{
	return run->found_out;
}

/* What was taken over on somebody's word, and is not ours to put back after all. */
static int let_go(struct run *run)
{
	while (run->history.ledger.count > 0) {
		const struct ledger_entry *entry = &run->history.ledger.entries[run->history.ledger.count - 1];

		if (run_record(run, "restored",
			       json_pack("{s:s, s:s, s:s}", "state", entry->state, "resource", entry->resource, "how",
					 "already")) != 0)
			return -1;
	}
	return 0;
}

void run_abandon(struct run *run)
{
	if (let_go(run) == 0 && run_record(run, "end",
		       json_pack("{s:s, s:s, s:s}", "state", "", "status", "failed", "because",
				 "nothing was changed")) == 0)
		run_sync(run);
}

static int64_t no_uses(void *argument, const struct catcher *catcher)
{
	(void)argument;
	(void)catcher;
	return 0;
}

bool run_interrupt(struct run *run, struct leg_result *result)
{
	const struct state *state = standing_state(run);
	const struct catcher *catcher =
		state ? machine_catcher(run->machine, state, FAILURE_INTERRUPTED, no_uses, NULL) : NULL;

	run->failed = (struct action_result){ .failure = FAILURE_INTERRUPTED };
	snprintf(run->failed.message, sizeof(run->failed.message), "the leg was cut off, and nobody came back");
	printable_copy(run->failed_state, sizeof(run->failed_state), state ? state_name(state) : "");
	/* The leg that takes this back tells why it did. */
	run->cause = run->failed;
	snprintf(run->cause_state, sizeof(run->cause_state), "%s", run->failed_state);
	result_from_failed(run, result);
	return catcher &&
	       run_record(run, "caught",
			  json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "state", state_name(state), "catch", "",
				    "next", state_name(catcher->next.state), "failure", "interrupted", "code", "",
				    "message", run->failed.message, "failed_state", state_name(state))) == 0;
}
