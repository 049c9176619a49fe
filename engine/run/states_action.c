/* A state that acts: on each element of its list side by side, again where it is to be retried; and before the first
 * change of a leg it is asked what lies ahead. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "run/internal.h"

static int begin_activity(struct run *run, const struct state *state, json_t *item, struct activity *activity)
{
	struct error err = ERROR_INIT;
	json_t *document = run_state_document(run, state, item), *given, *input;

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
	document = run_state_document(run, state, NULL);
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
	error_set(&err, ERROR_EXPRESSION, located_position(&state->for_each), "'for_each' gives no list");
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
			error_set(&err, ERROR_EXPRESSION, located_position(&state->for_each),
				  "two elements of 'for_each' change %s", last);
			return run_fail_expression(run, state, &err);
		}
	return 0;
}

static enum passage act_on(struct run *run, const struct state *state, json_t *items, json_t **gave)
{
	size_t count = json_array_size(items), begun = 0, at_once = (size_t)state->max_concurrency;
	struct activity *activities = memory_new(count, sizeof(*activities));
	enum passage passage = PASSAGE_FAILED;
	const struct action_result *failure;

	while (begun < count) {
		json_t *item = json_array_get(items, begun);

		if (begin_activity(run, state, json_is_null(item) ? NULL : item, &activities[begun++]) != 0 ||
		    refuse_same_resource(run, state, activities, begun) != 0)
			goto out;
	}
	if (run_activities(run, activities, count, at_once, run_state_deadline(run, state)) != 0) {
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

/* ---- before the first change of a leg ---- */

struct known_names {
	const struct run *run;
	bool known;
};

static void name_is_known(void *argument, const char *const *names, size_t count, const struct reference_place *place)
{
	struct known_names *known = argument;

	(void)place;
	if (count >= 2 && strcmp(names[0], "states") == 0 && !json_object_get(known->run->history.states, names[1]))
		known->known = false;
}

static bool names_are_known(const struct run *run, const struct state *state)
{
	struct known_names known = { .run = run, .known = true };

	template_references(state->with, name_is_known, &known);
	return known.known;
}

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

/* Every refusal ahead that can be known already, along the way that is certain: no choice, no catch, not beyond a
 * pause. 0, or -1 with run->failed. */
static int preflight(struct run *run, const struct state *from)
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

/* ---- passing ---- */

enum passage run_pass_action(struct run *run, const struct state *state)
{
	enum passage passage;
	json_t *gave = NULL;

	if (state->action->request && !run->preflighted) {
		run->preflighted = true;
		if (preflight(run, state) != 0)
			return run_must_stop(run) ? PASSAGE_STOPPED : PASSAGE_FAILED;
	}
	passage = act(run, state, &gave);
	return passage == PASSAGE_ON ? run_leave_state(run, state, gave, false) : passage;
}
