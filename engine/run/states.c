/* Each kind of state has one function that passes it: it acts, says what it gave, and records where the run goes on.
 * The one that acts has a file of its own, states_action.c. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "run/internal.h"

static void fetch_metadata(void *argument, const char *const *names, size_t count, const struct reference_place *place)
{
	struct run *run = argument;
	struct executor *executor = run->environment.executor;
	json_t *metadata = json_object_get(run->document, "metadata"), *value;

	(void)place;
	if (count < 2 || strcmp(names[0], "metadata") != 0 || json_object_get(metadata, names[1]))
		return;
	value = executor->metadata(executor, names[1], NULL);
	json_object_set_new(metadata, names[1], value ? value : json_null());
}

/* The document as this state's expressions see it; metadata is asked only for what they name. */
json_t *run_state_document(struct run *run, const struct state *state, json_t *item)
{
	json_t *document;

	template_references(state->with, fetch_metadata, run);
	template_references(state->because, fetch_metadata, run);
	located_references(&state->when, fetch_metadata, run);
	located_references(&state->for_each, fetch_metadata, run);
	for (size_t i = 0; i < state->choose.count; i++)
		located_references(&((const struct choice_rule *)state->choose.records)[i].when, fetch_metadata, run);
	json_object_set(run->document, "states", run->history.states);
	document = json_copy(run->document);
	if (item)
		json_object_set(document, "item", item);
	return document;
}

int run_fail_state(struct run *run, const struct state *state, const struct action_result *result)
{
	run->failed = *result;
	printable_copy(run->failed_state, sizeof(run->failed_state), state_name(state));
	return -1;
}

int run_fail_expression(struct run *run, const struct state *state, const struct error *err)
{
	struct action_result result = { .failure = FAILURE_INVALID };

	snprintf(result.message, sizeof(result.message), "%s", err->message);
	return run_fail_state(run, state, &result);
}

int64_t run_state_deadline(const struct run *run, const struct state *state)
{
	return state->timeout_ms ? run_now_ms(run) + state->timeout_ms : INT64_MAX;
}

enum passage run_leave_state(struct run *run, const struct state *state, json_t *gave, bool skipped)
{
	bool changed = ledger_has_state(&run->history.ledger, state_name(state));
	json_t *fields = json_pack("{s:s, s:s, s:b}", "state", state_name(state), "next",
				   state_name(state->next.state), "changed", changed);

	if (gave && json_object_size(gave) > 0)
		json_object_set(fields, "gave", gave);
	if (skipped)
		json_object_set_new(fields, "skipped", json_true());
	json_decref(gave);
	return run_record(run, "left", fields) == 0 ? PASSAGE_ON : PASSAGE_STOPPED;
}

/* ---- choose, wait, pause, end ---- */

static enum passage pass_choose(struct run *run, const struct state *state)
{
	json_t *document = run_state_document(run, state, NULL);
	const struct choice_rule *rule = state->choose.records;
	const struct state *next = state->otherwise.state;
	struct error err = ERROR_INIT;
	int holds = 0;

	for (size_t i = 0; i < state->choose.count && holds == 0; i++, rule++) {
		holds = located_is_true(&rule->when, document, 0, &err);
		if (holds == 1)
			next = rule->next.state;
	}
	json_decref(document);
	if (holds < 0) {
		run_fail_expression(run, state, &err);
		return PASSAGE_FAILED;
	}
	return run_record(run, "left",
			  json_pack("{s:s, s:s, s:b}", "state", state_name(state), "next", state_name(next), "changed",
				    0)) == 0
		       ? PASSAGE_ON
		       : PASSAGE_STOPPED;
}

static enum passage pass_wait(struct run *run, const struct state *state)
{
	if (run->mode == RUN_REAL && run_wait_until(run, run_now_ms(run) + state->wait_ms) != 0)
		return PASSAGE_STOPPED;
	return run_leave_state(run, state, NULL, false);
}

static enum passage pass_pause(struct run *run, const struct state *state)
{
	struct clock *clock = run->environment.clock;
	json_t *fields = json_pack("{s:s, s:s}", "state", state_name(state), "next", state_name(state->next.state));

	if (state->pause->expires_ms)
		json_object_set_new(fields, "expires_ms",
				    json_integer(clock->wall_ms(clock) + state->pause->expires_ms));
	return run_record(run, "pause", fields) == 0 ? PASSAGE_PAUSED : PASSAGE_STOPPED;
}

static enum passage pass_end(struct run *run, const struct state *state)
{
	json_t *document = run_state_document(run, state, NULL);
	json_t *fields = json_pack("{s:s, s:s}", "state", state_name(state), "status",
				   state->end == END_SUCCEEDED ? "succeeded" : "failed");
	char *because = state->because ? template_sentence(state->because, document) : NULL;

	if (because)
		json_object_set_new(fields, "because", json_string(because));
	free(because);
	json_decref(document);
	return run_record(run, "end", fields) == 0 ? PASSAGE_ENDED : PASSAGE_STOPPED;
}

/* ---- restore ---- */

static enum passage pass_restore(struct run *run, const struct state *state)
{
	int left = run_restore_entries(run, state, state->restore, run_state_deadline(run, state));

	if (left < 0)
		return PASSAGE_STOPPED;
	return left > 0 ? PASSAGE_FAILED : run_leave_state(run, state, NULL, false);
}

/* ---- passing ---- */

static enum passage (*const passages[STATE_KIND_COUNT])(struct run *run, const struct state *state) = {
	[STATE_ACTION] = run_pass_action, [STATE_CHOOSE] = pass_choose,   [STATE_WAIT] = pass_wait,
	[STATE_PAUSE] = pass_pause,   [STATE_RESTORE] = pass_restore, [STATE_END] = pass_end,
};

/* A catch is counted under the state that holds it ("" for the machine's own) and its place there. */
static void catcher_key(const struct run *run, const struct state *state, const struct catcher *catcher, char *key,
			size_t size)
{
	const struct catcher *own = state->catches.records, *shared = run->machine->catches.records;

	if (own && catcher >= own && catcher < own + state->catches.count)
		snprintf(key, size, "%s/%zu", state_name(state), (size_t)(catcher - own));
	else
		snprintf(key, size, "/%zu", (size_t)(catcher - shared));
}

struct catch_uses {
	const struct run *run;
	const struct state *state;
};

static int64_t catch_uses(void *argument, const struct catcher *catcher)
{
	const struct catch_uses *uses = argument;
	char key[192];

	catcher_key(uses->run, uses->state, catcher, key, sizeof(key));
	return json_integer_value(json_object_get(uses->run->history.catches, key));
}

/* Where one failure follows another, the newest tells where the run is led, and the one before it why it came there. */
static void take_for_cause(struct run *run)
{
	char *before = run->cause.failure != FAILURE_NONE
			       ? memory_format("%s: %s: %s", run->cause_state, failures[run->cause.failure].name,
					       run->cause.message)
			       : memory_copy_text("");

	printable_copy(run->earlier, sizeof(run->earlier), before);
	free(before);
	run->cause = run->failed;
	snprintf(run->cause_state, sizeof(run->cause_state), "%s", run->failed_state);
}

enum passage run_catch(struct run *run, const struct state *state)
{
	struct catch_uses uses = { .run = run, .state = state };
	const struct catcher *catcher = run->failed.in_doubt ? NULL
							     : machine_catcher(run->machine, state,
									       run->failed.failure, catch_uses, &uses);
	char key[192];

	if (!catcher)
		return PASSAGE_FAILED;
	run->caught = true;
	take_for_cause(run);
	catcher_key(run, state, catcher, key, sizeof(key));
	return run_record(run, "caught",
			  json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "state", state_name(state), "catch", key,
				    "next", state_name(catcher->next.state), "failure",
				    failures[run->failed.failure].name, "code", run->failed.code, "message",
				    run->failed.message, "failed_state", run->failed_state)) == 0
		       ? PASSAGE_ON
		       : PASSAGE_STOPPED;
}

static int is_skipped(struct run *run, const struct state *state, bool *skipped)
{
	json_t *document;
	struct error err = ERROR_INIT;
	int holds;

	*skipped = false;
	if (!state->when.parsed)
		return 0;
	document = run_state_document(run, state, NULL);
	holds = located_is_true(&state->when, document, 1, &err);
	json_decref(document);
	if (holds < 0)
		return run_fail_expression(run, state, &err);
	*skipped = holds == 0;
	return 0;
}

/* What was asked may have been cut short by the signal: whoever goes on asks it again. */
static enum passage pass_failure(struct run *run, const struct state *state)
{
	return run_is_signalled(&run->environment) ? PASSAGE_STOPPED : run_catch(run, state);
}

enum passage run_pass_state(struct run *run, const struct state *state)
{
	enum passage passage;
	bool skipped;

	if (run_record(run, "enter", json_pack("{s:s}", "state", state_name(state))) != 0)
		return PASSAGE_STOPPED;
	if (is_skipped(run, state, &skipped) != 0)
		passage = PASSAGE_FAILED;
	else if (skipped && state->next.state)
		return run_leave_state(run, state, NULL, true);
	else
		passage = passages[state->kind](run, state);
	return passage == PASSAGE_FAILED ? pass_failure(run, state) : passage;
}
