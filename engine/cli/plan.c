#include "config.h"

#include "cli/plan.h"

#include <string.h>

#include "text/json.h"

static const char *text_of(const json_t *record, const char *key)
{
	const char *text = json_string_value(json_object_get(record, key));

	return text ? text : "";
}

static void copy(json_t *into, const json_t *from, const char *key)
{
	json_t *value = json_object_get(from, key);

	if (value)
		json_object_set(into, key, value);
}

/* ---- records -> steps ---- */

static json_t *step_new(const struct machine *machine, const char *name)
{
	const struct state *state = machine_state(machine, name);
	json_t *step = json_made(json_pack("{s:s, s:s, s:[], s:[]}", "state", name, "kind",
					   state ? state_kind_names[state->kind] : "action", "changes", "restores"));

	if (state && state->kind == STATE_WAIT)
		json_put(step, "at_most_ms", json_integer(state->wait_ms));
	return step;
}

static void add_change(json_t *step, const json_t *record)
{
	static const char *const keys[] = { "summary", "operation", "request", "resource" };
	json_t *change = json_made(json_object());

	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++)
		copy(change, record, keys[i]);
	json_append(json_object_get(step, "changes"), change);
}

static void add_restore(json_t *step, const json_t *record)
{
	json_t *restore = json_made(json_object());

	copy(restore, record, "resource");
	copy(restore, json_object_get(record, "undo"), "summary");
	copy(restore, json_object_get(record, "undo"), "action");
	json_append(json_object_get(step, "restores"), restore);
}

/* Those of a `for_each` wait side by side. */
static void add_wait(json_t *step, const json_t *record)
{
	json_t *waits = json_object_get(step, "waits"), *wait = json_made(json_object());
	json_int_t at_most_ms = json_integer_value(json_object_get(record, "at_most_ms"));

	copy(wait, record, "at_most_ms");
	copy(wait, record, "summary");
	copy(wait, record, "shown");
	if (!waits)
		json_put(step, "waits", waits = json_array());
	json_append(waits, wait);
	if (at_most_ms > json_integer_value(json_object_get(step, "at_most_ms")))
		copy(step, record, "at_most_ms");
}

static void add_left(json_t *step, const json_t *record)
{
	json_put(step, "skipped", json_boolean(json_is_true(json_object_get(record, "skipped"))));
	copy(step, record, "gave");
	copy(step, record, "next");
}

static void add_pause(json_t *step, const json_t *record)
{
	copy(step, record, "next");
	copy(step, record, "expires_ms");
}

static void add_end(json_t *step, const json_t *record)
{
	copy(step, record, "status");
	copy(step, record, "because");
}

static void add_failure(json_t *step, const json_t *record)
{
	copy(step, record, "failure");
	copy(step, record, "message");
	copy(step, record, "next");
}

static const struct {
	const char *type;
	void (*add)(json_t *step, const json_t *record);
} rows[] = {
	{ "intent", add_change }, { "restored", add_restore }, { "note", add_wait },     { "left", add_left },
	{ "pause", add_pause },   { "end", add_end },          { "caught", add_failure },
};

static void add_record(json_t *step, const json_t *record)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (strcmp(rows[i].type, text_of(record, "type")) == 0)
			rows[i].add(step, record);
}

/* What it may wait in all, as far as that can be known. */
static json_int_t waits_ms(const json_t *leg)
{
	json_int_t sum_ms = 0;
	size_t i;
	json_t *step;

	json_array_foreach(json_object_get(leg, "steps"), i, step)
		if (!json_is_true(json_object_get(step, "skipped")))
			sum_ms += json_integer_value(json_object_get(step, "at_most_ms"));
	return sum_ms;
}

/* A return that fails may lead back to the pause: that is no leg of who takes the instance out. */
static json_t *hooks_of(const struct machine *machine, const char *end, bool returns)
{
	const struct hook *hooks = machine->hooks.records;
	json_t *names = json_made(json_array());

	for (size_t i = 0; i < machine->hooks.count; i++) {
		const struct state_list *goal = &hooks[i].until;

		if (machine_goal_names(goal, end) && !(returns && machine_goal_opens(machine, goal)))
			json_append(names, json_string(hooks[i].key->text));
	}
	return names;
}

json_t *plan_leg(const struct machine *machine, const json_t *records, size_t from, size_t to)
{
	json_t *leg = json_made(json_pack("{s:s, s:[]}", "name", from == 0 ? "leave" : "return", "steps"));
	json_t *steps = json_object_get(leg, "steps"), *step = NULL;

	for (size_t i = from; i < to; i++) {
		const json_t *record = json_array_get(records, i);

		if (strcmp(text_of(record, "type"), "enter") == 0) {
			step = step_new(machine, text_of(record, "state"));
			json_append(steps, step);
		} else if (step) {
			add_record(step, record);
		}
	}
	json_put(leg, "hooks", hooks_of(machine, text_of(step, "state"), from > 0));
	json_put(leg, "waits_ms", json_integer(waits_ms(leg)));
	return leg;
}

static size_t count(const json_t *plan, const char *what)
{
	size_t i, k, counted = 0;
	json_t *leg, *step;

	json_array_foreach(json_object_get(plan, "legs"), i, leg)
		json_array_foreach(json_object_get(leg, "steps"), k, step)
			counted += json_array_size(json_object_get(step, what));
	return counted;
}

size_t plan_changes(const json_t *plan)
{
	return count(plan, "changes");
}

size_t plan_restores(const json_t *plan)
{
	return count(plan, "restores");
}
