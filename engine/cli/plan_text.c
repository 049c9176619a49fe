/* A plan as people read it: what there is, leg by leg what would be done to it, and what of that is not known. */
#include "config.h"

#include "cli/plan.h"

#include <string.h>

#include "cli/page.h"
#include "cli/verdict.h"
#include "text/json.h"

enum { STATE_COLUMNS = 16, TEXT_INDENT = 4 + STATE_COLUMNS };

static const char *text_of(const json_t *record, const char *key)
{
	const char *text = json_string_value(json_object_get(record, key));

	return text ? text : "";
}

static void add_labelled(struct buffer *page, const char *label, struct buffer *text)
{
	buffer_add_format(page, "  %-*s", TEXT_INDENT - 2, label);
	page_fold(page, TEXT_INDENT, TEXT_INDENT, buffer_text(text));
	buffer_release(text);
}

/* ---- how things are ---- */

/* What states that only look give, under the names that actions use for it. */
static const struct {
	const char *label;
	struct {
		const char *key, *word;
	} facts[5];
} fact_rows[] = {
	{ "group",
	  { { "group", "" },
	    { "minimum", "min" },
	    { "desired", "desired" },
	    { "maximum", "max" },
	    { "suspended", "suspended by others:" } } },
	{ "instance", { { "state", "" }, { "zone", "" } } },
};

/* These are told by the targets in them, are counted in the last line, or say what the state says. */
static const char *const facts_told_elsewhere[] = { "target_groups", "balancers", "in_service", "phase", "means" };

static bool is_fact(const char *key)
{
	for (size_t i = 0; i < ARRAY_LENGTH(fact_rows); i++)
		for (size_t k = 0; k < ARRAY_LENGTH(fact_rows[i].facts) && fact_rows[i].facts[k].key; k++)
			if (strcmp(fact_rows[i].facts[k].key, key) == 0)
				return true;
	for (size_t i = 0; i < ARRAY_LENGTH(facts_told_elsewhere); i++)
		if (strcmp(facts_told_elsewhere[i], key) == 0)
			return true;
	return false;
}

/* It looked at nothing but what stands in the head already. */
static bool is_in_head(const json_t *step)
{
	json_t *gave = json_object_get(step, "gave"), *value;
	const char *name;

	if (json_object_size(gave) == 0 || json_array_size(json_object_get(step, "changes")) > 0 ||
	    json_object_get(step, "waits"))
		return false;
	json_object_foreach (gave, name, value)
		if (!is_fact(name))
			return false;
	return true;
}

/* The caller owns it. */
static json_t *collect_facts(const json_t *plan)
{
	json_t *facts = json_made(json_object()), *step;
	size_t i;

	json_array_foreach (json_object_get(json_array_get(json_object_get(plan, "legs"), 0), "steps"), i, step)
		if (is_in_head(step))
			json_object_update_missing(facts, json_object_get(step, "gave"));
	return facts;
}

static void write_facts(struct buffer *page, const json_t *facts)
{
	for (size_t i = 0; i < ARRAY_LENGTH(fact_rows); i++) {
		struct buffer text = BUFFER_INIT;

		for (size_t k = 0; k < ARRAY_LENGTH(fact_rows[i].facts) && fact_rows[i].facts[k].key; k++) {
			const char *word = fact_rows[i].facts[k].word;
			struct buffer value = BUFFER_INIT;

			page_words(&value, json_object_get(facts, fact_rows[i].facts[k].key));
			if (value.length > 0)
				buffer_add_format(&text, "%s%s%s%s", text.length > 0 ? ", " : "", word,
						  word[0] ? " " : "", buffer_text(&value));
			buffer_release(&value);
		}
		if (text.length > 0)
			add_labelled(page, fact_rows[i].label, &text);
		buffer_release(&text);
	}
}

static void add_targets(struct buffer *text, const json_t *shown)
{
	const char *name;
	json_t *list, *element;
	size_t i;

	json_object_foreach ((json_t *)(uintptr_t)shown, name, list)
		json_array_foreach (list, i, element) {
			struct buffer label = BUFFER_INIT, state = BUFFER_INIT;

			page_element(&label, &state, element);
			if (label.length > 0)
				buffer_add_format(text, "%s%s %s", text->length > 0 ? ", " : "", buffer_text(&label),
						  buffer_text(&state));
			buffer_release(&label);
			buffer_release(&state);
		}
}

/* The first state that would wait for targets shows them as they are now. */
static void write_targets(struct buffer *page, const json_t *plan)
{
	const json_t *steps = json_object_get(json_array_get(json_object_get(plan, "legs"), 0), "steps");
	struct buffer text = BUFFER_INIT;
	size_t i, k;
	json_t *step, *wait;

	json_array_foreach (steps, i, step) {
		json_array_foreach (json_object_get(step, "waits"), k, wait)
			add_targets(&text, json_object_get(wait, "shown"));
		if (text.length > 0)
			break;
	}
	if (text.length > 0)
		add_labelled(page, "targets", &text);
	buffer_release(&text);
}

static void write_now(struct buffer *page, const json_t *plan)
{
	json_t *facts = collect_facts(plan);
	struct buffer rows = BUFFER_INIT;

	write_facts(&rows, facts);
	write_targets(&rows, plan);
	if (rows.length > 0)
		buffer_add_format(page, "Now\n%s", buffer_text(&rows));
	buffer_release(&rows);
	json_decref(facts);
}

/* ---- steps ---- */

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

	json_object_foreach ((json_t *)(uintptr_t)request, name, value) {
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

	json_array_foreach (json_object_get(step, "changes"), i, change) {
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

	json_array_foreach (json_object_get(step, "restores"), i, restore) {
		struct buffer text = BUFFER_INIT;

		page_names(&text, text_of(restore, text_of(restore, "summary")[0] ? "summary" : "resource"));
		add_folded(page, '<', i == 0 ? text_of(step, "state") : "", &text);
	}
}

/* "web-http up to 300 s, web-admin up to 60 s, side by side; 6m at most" */
static void add_waits(struct buffer *text, const json_t *step)
{
	char duration[DURATION_TEXT_BYTES];
	json_int_t at_most_ms = json_integer_value(json_object_get(step, "at_most_ms"));
	size_t i;
	json_t *wait;

	json_array_foreach (json_object_get(step, "waits"), i, wait) {
		if (!text_of(wait, "summary")[0])
			continue;
		buffer_add_text(text, text->length > 0 ? ", " : "");
		page_names(text, text_of(wait, "summary"));
	}
	if (strchr(buffer_text(text), ','))
		buffer_add_text(text, ", side by side");
	if (at_most_ms > 0)
		buffer_add_format(text, "%s%s at most", text->length > 0 ? "; " : "waits ",
				  duration_format(at_most_ms, duration));
}

static void add_failure(struct buffer *text, const json_t *step)
{
	buffer_add_format(text, "would fail: %s: %s", text_of(step, "failure"), text_of(step, "message"));
}

/* Whether nothing else is to be said of it than that it would fail. */
static bool only_fails(const json_t *step)
{
	return json_object_get(step, "failure") && strcmp(text_of(step, "kind"), "action") == 0 &&
	       json_array_size(json_object_get(step, "changes")) == 0 && !json_object_get(step, "at_most_ms");
}

static void write_action(struct buffer *page, const json_t *step)
{
	struct buffer text = BUFFER_INIT;
	const json_t *gave = json_object_get(step, "gave");
	bool waits = json_object_get(step, "waits") != NULL, failed = json_object_get(step, "failure") != NULL;

	if (json_array_size(json_object_get(step, "changes")) > 0) {
		write_changes(page, step);
		return;
	}
	if (json_is_true(json_object_get(step, "skipped")))
		buffer_add_text(&text, "skipped: its 'when' does not hold");
	else if (waits)
		add_waits(&text, step);
	else if (failed)
		add_failure(&text, step);
	else
		page_value(&text, gave);
	if (text.length == 0)
		buffer_add_text(&text, "nothing to do, it is so already");
	add_folded(page, waits ? '.' : failed ? '!' : '=', text_of(step, "state"), &text);
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

	add_waits(&text, step);
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
	if (!json_object_get(step, "failure") || only_fails(step))
		return;
	add_failure(&text, step);
	add_folded(page, '!', "", &text);
}

/* "Leave, at BeforeInstall                                             waits up to 6m" */
static void write_hooks(struct buffer *page, const json_t *leg)
{
	json_int_t waits_ms = json_integer_value(json_object_get(leg, "waits_ms"));
	char duration[DURATION_TEXT_BYTES];
	struct buffer line = BUFFER_INIT;
	size_t i;
	json_t *name;

	buffer_add_text(&line, strcmp(text_of(leg, "name"), "leave") == 0 ? "Leave" : "Return");
	json_array_foreach (json_object_get(leg, "hooks"), i, name)
		buffer_add_format(&line, "%s%s", i == 0 ? ", at " : " or ", json_string_value(name));
	buffer_add_text(page, buffer_text(&line));
	if (waits_ms > 0)
		buffer_add_format(page, "  %*s%s", PAGE_COLUMNS - 12 - (int)line.length, "waits up to ",
				  duration_format(waits_ms, duration));
	buffer_add_char(page, '\n');
	buffer_release(&line);
}

static void write_inputs(struct buffer *page, const json_t *plan)
{
	const char *name;
	json_t *input;

	json_object_foreach (json_object_get(plan, "inputs"), name, input) {
		struct buffer text = BUFFER_INIT;

		page_value(&text, json_object_get(input, "value"));
		/* A list that was given empty says something, too. */
		if (text.length == 0 && json_is_array(json_object_get(input, "value")))
			buffer_add_text(&text, "none");
		buffer_add_format(&text, "%s(%s)", text.length > 0 ? "  " : "", text_of(input, "from"));
		add_labelled(page, name, &text);
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
	write_now(page, plan);
}

/* Of how many that serve now how many go on while this one is out. */
static void add_staying(struct buffer *text, const json_t *plan)
{
	json_t *facts = collect_facts(plan);
	json_int_t in_service = json_integer_value(json_object_get(facts, "in_service"));

	if (in_service > 0 && strcmp(text_of(facts, "state"), "InService") == 0)
		buffer_add_format(text, " %d of %d in service stay.", (int)in_service - 1, (int)in_service);
	json_decref(facts);
}

/* AWS ends its sentences with a full stop, we end ours. */
static void add_end(struct buffer *text, const json_t *result, const char *region)
{
	const char *message = text_of(result, "message");
	struct buffer advice = BUFFER_INIT;
	size_t length = strlen(message);

	if (length > 0 && message[length - 1] == '.')
		length--;
	if (length > 0)
		buffer_add_format(text, " It %s: %.*s.",
				  json_is_true(json_object_get(result, "reached")) ? "ends" : "would fail", (int)length,
				  message);
	if (verdict_advise(failure_by_name(text_of(result, "failure")), text_of(result, "code"), region, &advice))
		buffer_add_format(text, " Next: %s.", buffer_text(&advice));
	buffer_release(&advice);
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
				  restores == changes ? "all"
				  : restores == 0     ? "none"
						      : "some");
	if (changes > 0)
		add_staying(&text, plan);
	add_end(&text, result, text_of(plan, "region"));
	page_fold(page, 0, 6, buffer_text(&text));
	buffer_release(&text);
	if (changes > 0)
		buffer_add_text(page, "Not known yet: how long health takes; what others change until then.\n");
}

static void write_warnings(struct buffer *page, const json_t *plan)
{
	size_t i;
	json_t *sentence;

	json_array_foreach (json_object_get(plan, "warnings"), i, sentence) {
		buffer_add_text(page, "warning: ");
		page_fold(page, 9, 9, json_string_value(sentence));
	}
}

void plan_text(const json_t *plan, struct buffer *page)
{
	size_t i, k;
	json_t *leg, *step;

	write_head(page, plan);
	json_array_foreach (json_object_get(plan, "legs"), i, leg) {
		write_hooks(page, leg);
		json_array_foreach (json_object_get(leg, "steps"), k, step)
			if (!is_in_head(step))
				write_step(page, step);
	}
	write_summary(page, plan);
	write_warnings(page, plan);
}
