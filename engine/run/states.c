/* Each kind of state has one function that passes it: it acts, says what it gave, and records where the run goes on. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "run/internal.h"

static void fetch_metadata(void *argument, const char *const *names, size_t count, struct position position)
{
	struct run *run = argument;
	struct executor *executor = run->environment.executor;
	json_t *metadata = json_object_get(run->document, "metadata"), *value;

	(void)position;
	if (count < 2 || strcmp(names[0], "metadata") != 0 || json_object_get(metadata, names[1]))
		return;
	value = executor->metadata(executor, names[1], NULL);
	json_object_set_new(metadata, names[1], value ? value : json_null());
}

/* The document as this state's expressions see it; metadata is asked only for what they name. */
static json_t *state_document(struct run *run, const struct state *state, json_t *item)
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

static int64_t state_deadline(const struct run *run, const struct state *state)
{
	return state->timeout_ms ? run_now_ms(run) + state->timeout_ms : INT64_MAX;
}

static enum passage leave(struct run *run, const struct state *state, json_t *gave, bool skipped)
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

/* ---- action ---- */

static int begin_activity(struct run *run, const struct state *state, json_t *item, struct activity *activity)
{
	struct error err = ERROR_INIT;
	json_t *document = state_document(run, state, item), *given, *input;

	given = state->with ? template_render(state->with, document, &err) : json_object();
	json_decref(document);
	if (!given)
		return run_fail_expression(run, state, &err);
	input = inputs_resolve(&state->action->inputs, state->action->name, given, json_null(), &err);
	json_decref(given);
	if (!input)
		return run_fail_expression(run, state, &err);
	document = json_pack("{s:o}", "input", input);
	if (item)
		json_object_set(document, "item", item);
	activity_init(activity, run, state, state->action, document);
	if (!state->action->resource)
		return 0;
	given = template_render(state->action->resource, document, &err);
	if (!json_is_string(given)) {
		json_decref(given);
		return run_fail_expression(run, state, &err);
	}
	activity->resource = memory_copy_text(json_string_value(given));
	json_decref(given);
	return 0;
}

/* What is named twice is one thing to act on. */
static json_t *each_once(const json_t *items)
{
	json_t *once = json_array(), *item, *earlier;
	size_t i, k;

	json_array_foreach (items, i, item) {
		json_array_foreach (once, k, earlier)
			if (json_equal(item, earlier))
				break;
		if (k == json_array_size(once))
			json_array_append(once, item);
	}
	return once;
}

/* The elements a state acts on: those of `for_each`, or one that is none. */
static json_t *state_items(struct run *run, const struct state *state)
{
	struct error err = ERROR_INIT;
	json_t *document, *items;

	if (!state->for_each.parsed)
		return json_pack("[n]");
	document = state_document(run, state, NULL);
	items = located_search(&state->for_each, document, document, &err);
	json_decref(document);
	if (!items) {
		run_fail_expression(run, state, &err);
		return NULL;
	}
	if (json_is_array(items)) {
		json_t *once = each_once(items);

		json_decref(items);
		return once;
	}
	json_decref(items);
	error_set(&err, ERROR_EXPRESSION, state->for_each.position, "'for_each' gives no list");
	run_fail_expression(run, state, &err);
	return NULL;
}

/* What each element gave becomes lists, in the order of the elements. */
static json_t *gather(const struct state *state, const struct activity *activities, size_t count)
{
	json_t *gave;

	if (!state->for_each.parsed)
		return json_incref(activities[0].gave);
	gave = json_object();
	for (size_t k = 0; k < state->action->give.count; k++) {
		const char *name = state->action->give.rows[k].key->text;
		json_t *list = json_array();

		for (size_t i = 0; i < count; i++)
			json_array_append(list, json_object_get(activities[i].gave, name));
		json_object_set_new(gave, name, list);
	}
	return gave;
}

static const struct action_result *first_failure(const struct activity *activities, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (activities[i].result.failure != FAILURE_NONE)
			return &activities[i].result;
	return NULL;
}

/* The ledger has one entry a resource: two elements that change the same one would each take it for their own. */
static int refuse_same_resource(struct run *run, const struct state *state, const struct activity *activities,
				size_t count)
{
	const char *last = activities[count - 1].resource;
	struct error err = ERROR_INIT;

	for (size_t i = 0; last && i + 1 < count; i++)
		if (strcmp(activities[i].resource, last) == 0) {
			error_set(&err, ERROR_EXPRESSION, state->for_each.position,
				  "two elements of 'for_each' change %s", last);
			return run_fail_expression(run, state, &err);
		}
	return 0;
}

static enum passage act_on(struct run *run, const struct state *state, json_t *items, json_t **gave)
{
	size_t count = json_array_size(items), begun = 0;
	struct activity *activities = memory_new(count, sizeof(*activities));
	enum passage passage = PASSAGE_FAILED;
	const struct action_result *failure;

	while (begun < count) {
		json_t *item = json_array_get(items, begun);

		if (begin_activity(run, state, json_is_null(item) ? NULL : item, &activities[begun++]) != 0 ||
		    refuse_same_resource(run, state, activities, begun) != 0)
			goto out;
	}
	if (run_activities(run, activities, count, (size_t)state->max_concurrency, state_deadline(run, state)) != 0) {
		passage = PASSAGE_STOPPED;
		goto out;
	}
	failure = first_failure(activities, count);
	if (failure) {
		run_fail_state(run, state, failure);
		goto out;
	}
	*gave = count > 0 ? gather(state, activities, count) : json_object();
	passage = PASSAGE_ON;
out:
	for (size_t i = 0; i < begun; i++)
		activity_release(&activities[i]);
	free(activities);
	return passage;
}

static const struct retrier *find_retrier(const struct state *state, enum failure failure)
{
	const struct retrier *retrier = state->retries.records;

	for (size_t i = 0; i < state->retries.count; i++, retrier++)
		if (failure_list_has(&retrier->errors, failure))
			return retrier;
	return NULL;
}

/* How long until attempt number `attempt` + 1; -1 where there is none. */
static int64_t retry_delay_ms(struct run *run, const struct retrier *retrier, unsigned attempt)
{
	double delay_ms;

	if (!retrier || attempt >= retrier->max_attempts)
		return -1;
	delay_ms = (double)retrier->interval_ms;
	for (unsigned i = 1; i < attempt && delay_ms < 86400000; i++)
		delay_ms *= retrier->backoff_rate;
	if (retrier->max_delay_ms && delay_ms > (double)retrier->max_delay_ms)
		delay_ms = (double)retrier->max_delay_ms;
	if (retrier->jitter)
		delay_ms *= run->environment.random->next(run->environment.random);
	return (int64_t)delay_ms;
}

static enum passage act(struct run *run, const struct state *state, json_t **gave)
{
	json_t *items = state_items(run, state);
	enum passage passage;
	int64_t delay_ms;

	if (!items)
		return PASSAGE_FAILED;
	for (unsigned attempt = 1;; attempt++) {
		passage = act_on(run, state, items, gave);
		if (passage != PASSAGE_FAILED)
			break;
		delay_ms = retry_delay_ms(run, find_retrier(state, run->failed.failure), attempt);
		if (delay_ms < 0)
			break;
		if (run_record(run, "retry",
			       json_pack("{s:s, s:s, s:s, s:I}", "state", state_name(state), "failure",
					 failures[run->failed.failure].name, "message", run->failed.message,
					 "delay_ms", (json_int_t)delay_ms)) != 0 ||
		    run_wait_until(run, run_now_ms(run) + delay_ms) != 0) {
			passage = PASSAGE_STOPPED;
			break;
		}
	}
	json_decref(items);
	return passage;
}

static enum passage pass_action(struct run *run, const struct state *state)
{
	enum passage passage;
	json_t *gave = NULL;

	if (state->action->request && !run->preflighted) {
		run->preflighted = true;
		if (run_preflight(run, state) != 0)
			return run_must_stop(run) ? PASSAGE_STOPPED : PASSAGE_FAILED;
	}
	passage = act(run, state, &gave);
	return passage == PASSAGE_ON ? leave(run, state, gave, false) : passage;
}

static bool names_are_known(const struct run *run, const struct state *state);

/* A state's refusals, where its input can be told already. */
static int preflight_state(struct run *run, const struct state *state)
{
	struct activity activity = { 0 };
	struct action_result result;
	int stopped;

	if (!state->action->refuse.count || state->for_each.parsed || state->when.parsed ||
	    !names_are_known(run, state))
		return 0;
	if (begin_activity(run, state, NULL, &activity) != 0) {
		activity_release(&activity);
		return -1;
	}
	activity.preflight = true;
	stopped = run_activities(run, &activity, 1, 1, INT64_MAX);
	result = activity.result;
	activity_release(&activity);
	if (stopped != 0)
		return -1;
	return result.failure == FAILURE_NONE ? 0 : run_fail_state(run, state, &result);
}

struct known_names {
	const struct run *run;
	bool known;
};

static void name_is_known(void *argument, const char *const *names, size_t count, struct position position)
{
	struct known_names *known = argument;

	(void)position;
	if (count >= 2 && strcmp(names[0], "states") == 0 && !json_object_get(known->run->history.states, names[1]))
		known->known = false;
}

static bool names_are_known(const struct run *run, const struct state *state)
{
	struct known_names known = { .run = run, .known = true };

	template_references(state->with, name_is_known, &known);
	return known.known;
}

/* Along the way that is certain: no choice, no catch, not beyond a pause. */
int run_preflight(struct run *run, const struct state *from)
{
	size_t bound = run->machine->states.count;

	if (run->mode != RUN_REAL)
		return 0;
	for (const struct state *state = from; state && bound-- > 0; state = state->next.state) {
		if (state->kind == STATE_PAUSE)
			return 0;
		if (state->kind == STATE_ACTION && preflight_state(run, state) != 0)
			return -1;
	}
	return 0;
}

/* ---- choose, wait, pause, end ---- */

static enum passage pass_choose(struct run *run, const struct state *state)
{
	json_t *document = state_document(run, state, NULL);
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
	return leave(run, state, NULL, false);
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
	json_t *document = state_document(run, state, NULL);
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
	int left = run_restore_entries(run, state, state->restore, state_deadline(run, state));

	if (left < 0)
		return PASSAGE_STOPPED;
	return left > 0 ? PASSAGE_FAILED : leave(run, state, NULL, false);
}

/* ---- passing ---- */

static enum passage (*const passages[STATE_KIND_COUNT])(struct run *run, const struct state *state) = {
	[STATE_ACTION] = pass_action, [STATE_CHOOSE] = pass_choose,   [STATE_WAIT] = pass_wait,
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
	run->cause = run->failed;
	snprintf(run->cause_state, sizeof(run->cause_state), "%s", run->failed_state);
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
	document = state_document(run, state, NULL);
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
		return leave(run, state, NULL, true);
	else
		passage = passages[state->kind](run, state);
	return passage == PASSAGE_FAILED ? pass_failure(run, state) : passage;
}

/* What a settled action of this leg needs to be looked at once more. */
static void begin_verifying(struct run *run, const struct verified *verified, struct activity *activity)
{
	const struct state *state = machine_state(run->machine, verified->state);

	activity_init(activity, run, state, verified->action, json_copy(verified->document));
	json_object_set(activity->document, "change", json_object_get(verified->document, "change"));
	activity->since_ms = run->last_mutation_ms;
	activity->verifying = true;
	activity->phase = PHASE_SETTLE;
	activity->begun_ms = run_now_ms(run);
	activity->deadline_ms = activity->begun_ms + CONSISTENT_AFTER_MS;
}

static size_t count_verified(const struct run *run)
{
	size_t count = 0;

	for (const struct verified *at = run->verified; at; at = at->next)
		count++;
	return count;
}

int run_verify(struct run *run)
{
	size_t count = count_verified(run), begun = 0;
	struct activity *activities = memory_new(count, sizeof(*activities));
	int result;

	for (const struct verified *at = run->verified; at; at = at->next)
		begin_verifying(run, at, &activities[begun++]);
	result = run_activities(run, activities, count, 0, INT64_MAX);
	for (size_t i = 0; i < count; i++) {
		if (result == 0 && activities[i].result.failure != FAILURE_NONE)
			result = run_fail_state(run, activities[i].state, &activities[i].result);
		activity_release(&activities[i]);
	}
	free(activities);
	return result;
}
