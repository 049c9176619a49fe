/* Making the observations of an action: only those that the expression at hand needs, each from the newest reading that
 * is fresh enough, with as many calls side by side as there are questions. While a run polls, nearly every answer is
 * the one before: what an observation saw stands until an answer is another, or one before it saw something else. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "model/shape.h"
#include "run/internal.h"
#include "text/json.h"

/* An empty filter means everything, and null is no name: such a question is not asked. */
static bool parameters_lack_values(json_t *value)
{
	const char *key;
	json_t *item;
	size_t i;

	if (json_is_null(value) || (json_is_array(value) && json_array_size(value) == 0))
		return true;
	json_array_foreach (value, i, item)
		if (parameters_lack_values(item))
			return true;
	json_object_foreach (value, key, item)
		if (parameters_lack_values(item))
			return true;
	return false;
}

enum observed { OBSERVED_VALUES, OBSERVED_NOTHING, OBSERVED_LATER, OBSERVED_FAILURE };

static enum observed observation_fault(struct activity *activity, const struct error *err)
{
	activity_fail(activity, FAILURE_INVALID, "%s", err->message);
	return OBSERVED_FAILURE;
}

static enum observed observation_failed(struct activity *activity, const struct observation *observation,
					const struct call_result *result, json_t **values, struct error *err)
{
	for (size_t i = 0; i < observation->errors.count; i++)
		if (observation->errors.rows[i].failure == (int)result->failure) {
			*values = template_render(observation->errors.rows[i].values, activity->document, err);
			return *values ? OBSERVED_VALUES : observation_fault(activity, err);
		}
	activity_fail(activity, result->failure, "%s", result->message);
	activity->result.operation = observation->operation->name;
	activity->result.service = observation->operation->service->name;
	snprintf(activity->result.code, sizeof(activity->result.code), "%s", result->code);
	snprintf(activity->result.request_id, sizeof(activity->result.request_id), "%s", result->request_id);
	return OBSERVED_FAILURE;
}

/* What nobody reads is not taken: of a group that is most of it. */
static const struct named_expressions *taken_of(const struct activity *activity, const struct sight *sight)
{
	return &activity->action->taken[sight - activity->sights];
}

static json_t *take_values(const struct named_expressions *taken, json_t *answer, json_t *document, struct error *err)
{
	json_t *values = json_object();

	for (size_t i = 0; i < taken->count; i++) {
		const struct named_expression *row = &taken->rows[i];
		json_t *value = located_search(&row->expression, answer, document, err);

		if (!value) {
			json_decref(values);
			return NULL;
		}
		json_put(values, row->key->text, value);
	}
	return values;
}

static void sight_add(struct sight *sight, const struct reading *reading)
{
	sight->answers = memory_resize(sight->answers, sight->n_answers + 1, sizeof(*sight->answers));
	sight->answers[sight->n_answers++] = (struct sight_answer){ reading, json_incref(reading->result.output) };
}

static void sight_clear(struct sight *sight)
{
	while (sight->n_answers > 0)
		json_decref(sight->answers[--sight->n_answers].output);
}

void activity_forget_sights(struct activity *activity)
{
	for (size_t i = 0; activity->sights && i < activity->action->n_observations; i++) {
		sight_clear(&activity->sights[i]);
		free(activity->sights[i].answers);
		json_decref(activity->sights[i].values);
	}
	free(activity->sights);
	activity->sights = NULL;
	json_decref(activity->seen);
	activity->seen = NULL;
}

static int64_t since_ms(const struct activity *activity, const struct observation *observation)
{
	return observation->once ? 0 : activity->since_ms;
}

/* One call's worth of an observation, for the `item` that the document holds. */
static enum observed observe_once(struct activity *activity, const struct observation *observation,
				  struct sight *sight, json_t **values)
{
	struct error err = ERROR_INIT;
	json_t *rendered = observation->with ? template_render(observation->with, activity->document, &err)
					     : json_object();
	const struct reading *reading;
	json_t *input;
	enum reading_status status;

	if (!rendered)
		return observation_fault(activity, &err);
	if (parameters_lack_values(rendered)) {
		json_decref(rendered);
		return OBSERVED_NOTHING;
	}
	input = shape_coerce(observation->operation->input, rendered, &err);
	json_decref(rendered);
	if (!input)
		return observation_fault(activity, &err);
	status = readings_get(activity->run->readings, observation->operation, input, since_ms(activity, observation),
			      &reading);
	json_decref(input);
	if (status == READING_UNDER_WAY)
		return OBSERVED_LATER;
	if (reading->result.failure != FAILURE_NONE) {
		sight->stands = false;
		return observation_failed(activity, observation, &reading->result, values, &err);
	}
	sight_add(sight, reading);
	*values = take_values(taken_of(activity, sight), reading->result.output, activity->document, &err);
	return *values ? OBSERVED_VALUES : observation_fault(activity, &err);
}

static void keep_values(const struct named_expressions *taken, json_t *observed, json_t *values, bool as_elements)
{
	for (size_t i = 0; i < taken->count; i++) {
		const char *name = taken->rows[i].key->text;
		json_t *value = json_incref(json_object_get(values, name));

		if (!value)
			value = json_null();
		if (!as_elements) {
			json_put(observed, name, value);
			continue;
		}
		if (!json_object_get(observed, name))
			json_put(observed, name, json_array());
		json_array_append_new(json_object_get(observed, name), value);
	}
	/* What stands for a failed call may have names of its own: {not_found: {gone: true}}. */
	if (!as_elements && values)
		json_object_update_missing(observed, values);
}

/* What was taken of an answer is all that is seen, and all its names are there. */
static int observe_single(struct activity *activity, const struct observation *observation, struct sight *sight,
			  json_t **observed)
{
	json_t *values = NULL;
	enum observed outcome = observe_once(activity, observation, sight, &values);

	if (outcome == OBSERVED_FAILURE)
		return -1;
	if (outcome == OBSERVED_LATER)
		return 0;
	if (sight->n_answers > 0) {
		json_decref(*observed);
		*observed = values;
		return 1;
	}
	keep_values(taken_of(activity, sight), *observed, values, false);
	json_decref(values);
	return 1;
}

static void start_lists(const struct named_expressions *taken, json_t *observed)
{
	for (size_t i = 0; i < taken->count; i++)
		json_put(observed, taken->rows[i].key->text, json_array());
}

/* All elements are asked about before any answer is waited for. */
static int observe_each(struct activity *activity, const struct observation *observation, struct sight *sight,
			json_t *observed)
{
	struct error err = ERROR_INIT;
	json_t *items = located_search(&observation->for_each, activity->document, activity->document, &err), *item;
	bool later = false, failed = false;
	size_t i;

	if (!items) {
		observation_fault(activity, &err);
		return -1;
	}
	start_lists(taken_of(activity, sight), observed);
	json_array_foreach (items, i, item) {
		json_t *values = NULL;
		enum observed outcome;

		json_object_set(activity->document, "item", item);
		outcome = observe_once(activity, observation, sight, &values);
		later |= outcome == OBSERVED_LATER;
		failed |= outcome == OBSERVED_FAILURE;
		if (outcome == OBSERVED_VALUES || outcome == OBSERVED_NOTHING)
			keep_values(taken_of(activity, sight), observed, values, true);
		json_decref(values);
	}
	json_decref(items);
	if (failed)
		return -1;
	return later ? 0 : 1;
}

static bool is_needed(const struct activity *activity, enum action_need need, size_t i)
{
	return activity->action->needs[need] & UINT64_C(1) << i;
}

/* What is observed for one need, made as far as somebody asks for it. */
struct view {
	enum action_need need;
	json_t *observed; /* NULL: nothing was asked for yet */
	size_t count;     /* of the observations that are in it */
};

static void view_extend(struct view *view, const struct activity *activity, size_t count)
{
	if (!view->observed)
		view->observed = json_object();
	for (; view->count < count; view->count++) {
		const struct named_expressions *taken = &activity->action->taken[view->count];
		json_t *values = activity->sights[view->count].values;

		if (!is_needed(activity, view->need, view->count))
			continue;
		if (json_object_size(values) == taken->count)
			json_object_update(view->observed, values);
		else
			keep_values(taken, view->observed, values, false);
	}
}

/* ---- what stands ---- */

/* It rests on what those before it saw. */
static bool sight_stands(const struct activity *activity, enum action_need need, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (is_needed(activity, need, k) && activity->sights[k].glance > activity->sights[i].glance)
			return false;
	return activity->sights[i].stands;
}

/* Asks the same again: 1 the same answers, 0 they are under way, -1 others, and it has to be made anew. */
static int sight_again(const struct activity *activity, size_t i)
{
	const struct sight *sight = &activity->sights[i];
	bool later = false, other = false;

	for (size_t k = 0; k < sight->n_answers; k++) {
		const struct reading *reading = sight->answers[k].reading;

		if (readings_again(reading, since_ms(activity, activity->action->observations[i])) == READING_UNDER_WAY)
			later = true;
		else
			other |= reading->result.output != sight->answers[k].output;
	}
	return other ? -1 : !later;
}

static void sight_keep(struct activity *activity, struct sight *sight, json_t *values)
{
	if (sight->values && json_equal(sight->values, values)) {
		json_decref(values);
		return;
	}
	json_decref(sight->values);
	sight->values = values;
	sight->glance = ++activity->glances;
}

static int sight_make(struct activity *activity, struct view *view, size_t i)
{
	const struct observation *observation = activity->action->observations[i];
	struct sight *sight = &activity->sights[i];
	json_t *values = json_object(), *item = json_incref(json_object_get(activity->document, "item"));
	int result;

	view_extend(view, activity, i);
	json_object_set(activity->document, "observed", view->observed);
	sight_clear(sight);
	sight->stands = true;
	if (observation->for_each.parsed)
		result = observe_each(activity, observation, sight, values);
	else
		result = observe_single(activity, observation, sight, &values);
	sight->stands &= result == 1;
	if (result == 1)
		sight_keep(activity, sight, values);
	else
		json_decref(values);
	if (item)
		json_put(activity->document, "item", item);
	else
		json_object_del(activity->document, "item");
	return result;
}

/* What shows the same as before is the same value, so that who looked at it then need not look again. */
static void show(struct activity *activity, struct view *view)
{
	if (!activity->seen || activity->seen_need != view->need || activity->seen_glance != activity->glances) {
		view_extend(view, activity, activity->action->n_observations);
		if (!activity->seen || !json_equal(activity->seen, view->observed)) {
			json_decref(activity->seen);
			activity->seen = json_incref(view->observed);
			activity->seen_unsettled = false;
		}
		activity->seen_need = view->need;
		activity->seen_glance = activity->glances;
	}
	json_object_set(activity->document, "observed", activity->seen);
}

int activity_observe(struct activity *activity, enum action_need need)
{
	const size_t count = activity->action->n_observations;
	struct view view = { .need = need };
	int result = 1;

	if (!activity->sights)
		activity->sights = memory_new(count, sizeof(*activity->sights));
	for (size_t i = 0; i < count && result == 1; i++) {
		if (!is_needed(activity, need, i))
			continue;
		result = sight_stands(activity, need, i) ? sight_again(activity, i) : -1;
		if (result < 0)
			result = sight_make(activity, &view, i);
	}
	if (result == 1)
		show(activity, &view);
	json_decref(view.observed);
	return result;
}
