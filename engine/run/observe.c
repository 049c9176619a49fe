/* Making the observations of an action: only those that the expression at hand needs, each from the newest reading that
 * is fresh enough, with as many calls side by side as there are questions. */
#include "config.h"

#include <string.h>

#include "model/shape.h"
#include "run/internal.h"

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

static json_t *take_values(const struct observation *observation, json_t *answer, json_t *document, struct error *err)
{
	json_t *values = json_object();

	for (size_t i = 0; i < observation->take.count; i++) {
		const struct named_expression *row = &observation->take.rows[i];
		json_t *value = located_search(&row->expression, answer, document, err);

		if (!value) {
			json_decref(values);
			return NULL;
		}
		json_object_set_new(values, row->key->text, value);
	}
	return values;
}

/* One call's worth of an observation, for the `item` that the document holds. */
static enum observed observe_once(struct activity *activity, const struct observation *observation, json_t **values)
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
	status = readings_get(activity->run->readings, observation->operation, input,
			      observation->once ? 0 : activity->since_ms, &reading);
	json_decref(input);
	if (status == READING_UNDER_WAY)
		return OBSERVED_LATER;
	if (reading->result.failure != FAILURE_NONE)
		return observation_failed(activity, observation, &reading->result, values, &err);
	*values = take_values(observation, reading->result.output, activity->document, &err);
	return *values ? OBSERVED_VALUES : observation_fault(activity, &err);
}

static void keep_values(const struct observation *observation, json_t *observed, json_t *values, bool as_elements)
{
	for (size_t i = 0; i < observation->take.count; i++) {
		const char *name = observation->take.rows[i].key->text;
		json_t *value = json_incref(json_object_get(values, name));

		if (!value)
			value = json_null();
		if (!as_elements) {
			json_object_set_new(observed, name, value);
			continue;
		}
		if (!json_object_get(observed, name))
			json_object_set_new(observed, name, json_array());
		json_array_append_new(json_object_get(observed, name), value);
	}
	/* What stands for a failed call may have names of its own: {not_found: {gone: true}}. */
	if (!as_elements && values)
		json_object_update_missing(observed, values);
}

static int observe_single(struct activity *activity, const struct observation *observation, json_t *observed)
{
	json_t *values = NULL;
	enum observed outcome = observe_once(activity, observation, &values);

	if (outcome == OBSERVED_FAILURE)
		return -1;
	if (outcome == OBSERVED_LATER)
		return 0;
	keep_values(observation, observed, values, false);
	json_decref(values);
	return 1;
}

static void start_lists(const struct observation *observation, json_t *observed)
{
	for (size_t i = 0; i < observation->take.count; i++)
		json_object_set_new(observed, observation->take.rows[i].key->text, json_array());
}

/* All elements are asked about before any answer is waited for. */
static int observe_each(struct activity *activity, const struct observation *observation, json_t *observed)
{
	struct error err = ERROR_INIT;
	json_t *items = located_search(&observation->for_each, activity->document, activity->document, &err), *item;
	bool later = false, failed = false;
	size_t i;

	if (!items) {
		observation_fault(activity, &err);
		return -1;
	}
	start_lists(observation, observed);
	json_array_foreach (items, i, item) {
		json_t *values = NULL;
		enum observed outcome;

		json_object_set(activity->document, "item", item);
		outcome = observe_once(activity, observation, &values);
		later |= outcome == OBSERVED_LATER;
		failed |= outcome == OBSERVED_FAILURE;
		if (outcome == OBSERVED_VALUES || outcome == OBSERVED_NOTHING)
			keep_values(observation, observed, values, true);
		json_decref(values);
	}
	json_decref(items);
	if (failed)
		return -1;
	return later ? 0 : 1;
}

int activity_observe(struct activity *activity, enum action_need need)
{
	json_t *observed = json_object(), *item = json_incref(json_object_get(activity->document, "item"));
	const struct action *action = activity->action;
	int result = 1;

	json_object_set_new(activity->document, "observed", observed);
	for (size_t i = 0; i < action->n_observations && result == 1; i++) {
		const struct observation *observation = action->observations[i];

		if (!(action->needs[need] & UINT64_C(1) << i))
			continue;
		result = observation->for_each.parsed ? observe_each(activity, observation, observed)
						      : observe_single(activity, observation, observed);
	}
	if (item)
		json_object_set_new(activity->document, "item", item);
	else
		json_object_del(activity->document, "item");
	return result;
}
