#include "config.h"

#include "cli/plan.h"

#include <string.h>

#include "cli/page.h"
#include "text/json.h"

enum { STATE_COLUMNS = 16, TEXT_INDENT = 4 + STATE_COLUMNS };

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

	return json_made(json_pack("{s:s, s:s, s:[], s:[]}", "state", name, "kind",
				   state ? state_kind_names[state->kind] : "action", "changes", "restores"));
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

static void add_wait(json_t *step, const json_t *record)
{
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

static json_t *hooks_of(const struct machine *machine, const char *end)
{
	const struct hook *hooks = machine->hooks.records;
	json_t *names = json_made(json_array());

	for (size_t i = 0; i < machine->hooks.count; i++)
		for (size_t k = 0; k < hooks[i].until.count; k++)
			if (strcmp(hooks[i].until.rows[k].name, end) == 0)
				json_append(names, json_string(hooks[i].key->text));
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
	json_put(leg, "hooks", hooks_of(machine, text_of(step, "state")));
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

/* ---- steps -> text ---- */

static void start_step(struct buffer *page, char mark, const char *state)
{
	buffer_add_format(page, "  %c %-*s", mark, STATE_COLUMNS - 1, state);
	buffer_add_char(page, ' ');
}

static void add_folded(struct buffer *page, char mark, const char *state, struct buffer *text)
{
	start_step(page, mark, state);
	page_fold(page, TEXT_INDENT, TEXT_INDENT, buffer_text(text));
	buffer_release(text);
}

/* Numbers and truth values; whom it concerns is said by the lines around it. */
static void add_plain_members(struct buffer *text, const json_t *request)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)request, name, value) {
		if (json_is_integer(value))
			buffer_add_format(text, " %s=%" JSON_INTEGER_FORMAT, name, json_integer_value(value));
		else if (json_is_boolean(value))
			buffer_add_format(text, " %s=%s", name, json_is_true(value) ? "true" : "false");
	}
}

static void write_changes(struct buffer *page, const json_t *step)
{
	size_t i;
	json_t *change;

	json_array_foreach(json_object_get(step, "changes"), i, change) {
		struct buffer text = BUFFER_INIT;

		page_names(&text, text_of(change, "summary"));
		add_folded(page, '~', text_of(step, "state"), &text);
		buffer_add_text(&text, text_of(change, "operation"));
		add_plain_members(&text, json_object_get(change, "request"));
		add_folded(page, ' ', "", &text);
	}
}

static void write_restores(struct buffer *page, const json_t *step)
{
	size_t i;
	json_t *restore;

	json_array_foreach(json_object_get(step, "restores"), i, restore) {
		struct buffer text = BUFFER_INIT;

		page_names(&text, text_of(restore, text_of(restore, "summary")[0] ? "summary" : "resource"));
		add_folded(page, '<', i == 0 ? text_of(step, "state") : "", &text);
	}
}

static void add_at_most(struct buffer *text, const json_t *step)
{
	char duration[DURATION_TEXT_BYTES];
	json_int_t at_most_ms = json_integer_value(json_object_get(step, "at_most_ms"));

	if (at_most_ms > 0)
		buffer_add_format(text, "waits at most %s", duration_format(at_most_ms, duration));
}

static void write_action(struct buffer *page, const json_t *step)
{
	struct buffer text = BUFFER_INIT;
	const json_t *gave = json_object_get(step, "gave");
	bool waits = json_object_get(step, "at_most_ms") != NULL;

	if (json_array_size(json_object_get(step, "changes")) > 0) {
		write_changes(page, step);
		return;
	}
	if (json_is_true(json_object_get(step, "skipped")))
		buffer_add_text(&text, "skipped: its 'when' does not hold");
	else if (waits)
		add_at_most(&text, step);
	else
		page_value(&text, gave);
	if (text.length == 0)
		buffer_add_text(&text, "nothing to do, it is so already");
	add_folded(page, waits ? '.' : '=', text_of(step, "state"), &text);
}

static void write_pause(struct buffer *page, const json_t *step)
{
	struct buffer text = BUFFER_INIT;
	const json_t *expires = json_object_get(step, "expires_ms");
	char time[PAGE_TIME_BYTES];

	buffer_add_text(&text, "pause for the deployment");
	if (expires) {
		page_time(time, json_integer_value(expires));
		buffer_add_format(&text, "; begun now it would expire at %.5s", time);
	}
	add_folded(page, ' ', text_of(step, "state"), &text);
}

static void write_end(struct buffer *page, const json_t *step)
{
	struct buffer text = BUFFER_INIT;

	buffer_add_format(&text, "ends: %s", text_of(step, "status"));
	if (text_of(step, "because")[0])
		buffer_add_format(&text, ", %s", text_of(step, "because"));
	add_folded(page, ' ', text_of(step, "state"), &text);
}

static void write_wait(struct buffer *page, const json_t *step)
{
	struct buffer text = BUFFER_INIT;

	buffer_add_text(&text, "waits");
	add_folded(page, '.', text_of(step, "state"), &text);
}

static const struct {
	const char *kind;
	void (*write)(struct buffer *page, const json_t *step);
} step_writers[] = {
	{ "action", write_action }, { "restore", write_restores }, { "pause", write_pause },
	{ "end", write_end },       { "wait", write_wait },
};

static void write_step(struct buffer *page, const json_t *step)
{
	struct buffer text = BUFFER_INIT;

	for (size_t i = 0; i < ARRAY_LENGTH(step_writers); i++)
		if (strcmp(step_writers[i].kind, text_of(step, "kind")) == 0)
			step_writers[i].write(page, step);
	if (!json_object_get(step, "failure"))
		return;
	buffer_add_format(&text, "would fail: %s: %s", text_of(step, "failure"), text_of(step, "message"));
	add_folded(page, '!', "", &text);
}

static void write_hooks(struct buffer *page, const json_t *leg)
{
	size_t i;
	json_t *name;

	buffer_add_text(page, strcmp(text_of(leg, "name"), "leave") == 0 ? "Leave" : "Return");
	json_array_foreach(json_object_get(leg, "hooks"), i, name)
		buffer_add_format(page, "%s%s", i == 0 ? ", at " : " or ", json_string_value(name));
	buffer_add_char(page, '\n');
}

static void write_inputs(struct buffer *page, const json_t *plan)
{
	const char *name;
	json_t *input;

	json_object_foreach(json_object_get(plan, "inputs"), name, input) {
		struct buffer text = BUFFER_INIT;

		page_value(&text, json_object_get(input, "value"));
		buffer_add_format(&text, "%s(%s)", text.length > 0 ? "  " : "", text_of(input, "from"));
		buffer_add_format(page, "  %-*s", TEXT_INDENT - 2, name);
		page_fold(page, TEXT_INDENT, TEXT_INDENT, buffer_text(&text));
		buffer_release(&text);
	}
}

static void write_head(struct buffer *page, const json_t *plan)
{
	buffer_add_format(page, "%s %s   %s", text_of(plan, "machine"), text_of(plan, "fingerprint"),
			  text_of(plan, "subject"));
	if (text_of(plan, "region")[0])
		buffer_add_format(page, " in %s", text_of(plan, "region"));
	if (text_of(plan, "account")[0])
		buffer_add_format(page, ", %s", text_of(plan, "account"));
	buffer_add_char(page, '\n');
	write_inputs(page, plan);
}

static void write_summary(struct buffer *page, const json_t *plan)
{
	const json_t *result = json_object_get(plan, "result");
	size_t changes = plan_changes(plan), restores = plan_restores(plan);
	struct buffer text = BUFFER_INIT;

	if (changes == 0)
		buffer_add_text(&text, "Plan: nothing to change.");
	else
		buffer_add_format(&text, "Plan: %zu change%s, %s restored.", changes, changes == 1 ? "" : "s",
				  restores == changes ? "all" : restores == 0 ? "none" : "some");
	if (text_of(result, "message")[0])
		buffer_add_format(&text, " It %s: %s.", json_is_true(json_object_get(result, "reached")) ? "ends"
													: "would fail",
				  text_of(result, "message"));
	page_fold(page, 0, 6, buffer_text(&text));
	buffer_release(&text);
	if (changes > 0)
		buffer_add_text(page, "Not known yet: how long health takes; what others change until then.\n");
}

void plan_text(const json_t *plan, struct buffer *page)
{
	size_t i, k;
	json_t *leg, *step;

	write_head(page, plan);
	json_array_foreach(json_object_get(plan, "legs"), i, leg) {
		write_hooks(page, leg);
		json_array_foreach(json_object_get(leg, "steps"), k, step)
			write_step(page, step);
	}
	write_summary(page, plan);
}
