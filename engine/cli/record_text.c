#include "config.h"

#include "cli/record_text.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "cli/page.h"
#include "text/record.h"

static const char *text_of(const json_t *record, const char *key)
{
	const char *text = json_string_value(json_object_get(record, key));

	return text ? text : "";
}

static void add_if(struct buffer *text, const char *before, const char *value)
{
	if (value[0])
		buffer_add_format(text, "%s%s", before, value);
}

static bool say_run(const struct record_context *context, const json_t *record, struct buffer *text)
{
	(void)context;
	buffer_add_format(text, "run %s: %s %s for %s", text_of(record, "run"), text_of(record, "machine"),
			  text_of(record, "fingerprint"), text_of(record, "subject"));
	add_if(text, ", by ", text_of(record, "use"));
	add_if(text, ", engine ", text_of(record, "engine"));
	return true;
}

static bool say_leg(const struct record_context *context, const json_t *record, struct buffer *text)
{
	const json_t *hook = json_object_get(record, "hook"), *goal = json_object_get(record, "goal");
	json_int_t at_most_ms = json_integer_value(json_object_get(record, "at_most_ms"));
	char duration[DURATION_TEXT_BYTES];
	size_t i;
	json_t *name;

	buffer_add_format(text, "%s of run %s", text_of(record, "leg"), history_text(context->history, "run"));
	add_if(text, ", deployment ", text_of(hook, "deployment_id"));
	json_array_foreach (goal, i, name)
		buffer_add_format(text, "%s%s", i == 0 ? ", until " : " or ", json_string_value(name));
	if (at_most_ms > 0)
		buffer_add_format(text, ", at most %s", duration_format(at_most_ms, duration));
	return true;
}

static bool say_definition(const struct record_context *context, const json_t *record, struct buffer *text)
{
	(void)context;
	(void)record;
	buffer_add_text(text, "goes by the machine of this revision from here on");
	return true;
}

static bool say_enter(const struct record_context *context, const json_t *record, struct buffer *text)
{
	(void)context;
	(void)record;
	(void)text;
	return false;
}

/* What a state is in the definition: it has the key. */
static bool state_has(const struct record_context *context, const char *state, const char *key)
{
	const json_t *machine = json_object_get(history_definition(context->history), "machine");

	return json_object_get(json_object_get(json_object_get(machine, "states"), state), key) != NULL;
}

static bool say_left(const struct record_context *context, const json_t *record, struct buffer *text)
{
	const char *state = text_of(record, "state");
	size_t before = text->length;

	if (json_is_true(json_object_get(record, "skipped"))) {
		buffer_add_text(text, "skipped: its 'when' does not hold");
	} else if (context->brief && context->spoke) {
		return false;
	} else if (context->spoke && context->waited_ms > 0 && !state_has(context, state, "restore")) {
		buffer_add_text(text, "done after ");
		page_elapsed(text, context->waited_ms);
	} else if (context->everything || !context->spoke) {
		if (state_has(context, state, "action"))
			page_value(text, json_object_get(record, "gave"));
		if (state_has(context, state, "action") && text->length == before)
			buffer_add_text(text, context->spoke ? "done" : "nothing to do, it is so already");
		else if (state_has(context, state, "restore"))
			buffer_add_text(text, context->spoke ? "done" : "nothing to restore");
		else if (context->everything && text->length == before)
			buffer_add_format(text, "next %s", text_of(record, "next"));
	}
	return text->length > before;
}

static bool say_intent(const struct record_context *context, const json_t *record, struct buffer *text)
{
	buffer_add_format(text, "%s: ", text_of(record, "operation"));
	page_names(text, text_of(record, "summary"));
	return context->everything;
}

static const char *intent_summary(const struct record_context *context, const json_t *record)
{
	char number[24];

	snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT,
		 json_integer_value(json_object_get(record, "intent")));
	return text_of(context->summaries, number);
}

static void add_answer(const json_t *record, struct buffer *text)
{
	const json_t *elapsed = json_object_get(record, "elapsed_ms");
	json_int_t attempts = json_integer_value(json_object_get(record, "attempts"));

	if (elapsed) {
		buffer_add_text(text, " (");
		page_elapsed(text, json_integer_value(elapsed));
		if (attempts > 1)
			buffer_add_format(text, ", %d attempts", (int)attempts);
		buffer_add_char(text, ')');
	}
}

static void add_failure(const json_t *record, struct buffer *text)
{
	buffer_add_text(text, text_of(record, "failure"));
	add_if(text, ", ", text_of(record, "code"));
	add_if(text, ": ", text_of(record, "message"));
	add_if(text, " (request ", text_of(record, "request_id"));
	if (text_of(record, "request_id")[0])
		buffer_add_char(text, ')');
}

static bool say_outcome(const struct record_context *context, const json_t *record, struct buffer *text)
{
	const char *result = text_of(record, "result");

	page_names(text, intent_summary(context, record));
	if (strcmp(result, "failed") == 0) {
		buffer_add_text(text, text->length > 0 ? ": " : "");
		add_failure(record, text);
	} else if (strcmp(result, "observed") == 0) {
		buffer_add_text(text, ": no answer came, but it took effect");
	} else if (strcmp(result, "expired") == 0) {
		buffer_add_text(text, ": never took effect, and cannot any more");
	} else if (!context->brief) {
		add_answer(record, text);
	}
	if (context->everything)
		add_if(text, ", request ", text_of(record, "request_id"));
	return true;
}

static bool say_unanswered(const struct record_context *context, const json_t *record, struct buffer *text)
{
	(void)context;
	buffer_add_text(text, "no answer, looking whether it took effect: ");
	add_failure(record, text);
	return true;
}

static bool say_settled(const struct record_context *context, const json_t *record, struct buffer *text)
{
	(void)context;
	(void)record;
	(void)text;
	return false;
}

static bool say_retry(const struct record_context *context, const json_t *record, struct buffer *text)
{
	(void)context;
	add_failure(record, text);
	buffer_add_text(text, "; again in ");
	page_elapsed(text, json_integer_value(json_object_get(record, "delay_ms")));
	return true;
}

static bool say_caught(const struct record_context *context, const json_t *record, struct buffer *text)
{
	if (context->told)
		buffer_add_text(text, "failed");
	else
		add_failure(record, text);
	add_if(text, "; goes to ", text_of(record, "next"));
	return true;
}

static bool say_restored(const struct record_context *context, const json_t *record, struct buffer *text)
{
	const char *how = text_of(record, "how"), *resource = text_of(record, "resource");

	page_names(text, resource);
	if (strcmp(how, "already") == 0)
		buffer_add_text(text, " is as it was already");
	else if (strcmp(how, "drifted") == 0)
		buffer_add_text(text, " was changed by others, left alone");
	else if (strcmp(how, "final") == 0)
		buffer_add_text(text, " stays as it is");
	else
		buffer_add_text(text, " restored");
	add_if(text, ": ", text_of(record, "because"));
	/* What was restored by a request has been said when that was answered. */
	return context->everything || strcmp(how, "restored") != 0;
}

static bool say_not_restored(const struct record_context *context, const json_t *record, struct buffer *text)
{
	buffer_add_text(text, "NOT restored: ");
	page_names(text, text_of(record, "resource"));
	if (context->told)
		return true;
	buffer_add_text(text, ": ");
	add_failure(record, text);
	return true;
}

static bool say_pause(const struct record_context *context, const json_t *record, struct buffer *text)
{
	const json_t *expires = json_object_get(record, "expires_ms");
	char time[PAGE_TIME_BYTES];

	(void)context;
	buffer_add_text(text, "paused");
	if (expires) {
		page_time(time, json_integer_value(expires));
		buffer_add_format(text, ", expires %.5s", time);
	}
	return true;
}

static bool say_goes_on(const struct record_context *context, const json_t *record, struct buffer *text)
{
	bool expired = json_is_true(json_object_get(record, "expired"));

	buffer_add_format(text, "%s %s", expired ? "nobody came back: goes on at" : "goes on at",
			  text_of(record, "next"));
	return context->everything || expired;
}

static bool say_end(const struct record_context *context, const json_t *record, struct buffer *text)
{
	(void)context;
	buffer_add_format(text, "ended: %s", text_of(record, "status"));
	add_if(text, ", ", text_of(record, "because"));
	return true;
}

static bool say_leg_end(const struct record_context *context, const json_t *record, struct buffer *text)
{
	buffer_add_format(text, "exit %d, %s", (int)json_integer_value(json_object_get(record, "exit")),
			  text_of(record, "result"));
	add_if(text, ": ", text_of(record, "message"));
	/* The verdict says it, and more. */
	return context->everything;
}

static bool say_note(const struct record_context *context, const json_t *record, struct buffer *text)
{
	add_if(text, "", text_of(record, "sentence"));
	return context->everything;
}

static const struct {
	const char *type;
	bool (*say)(const struct record_context *context, const json_t *record, struct buffer *text);
} rows[] = {
	{ "run", say_run },
	{ "leg", say_leg },
	{ "definition", say_definition },
	{ "enter", say_enter },
	{ "left", say_left },
	{ "intent", say_intent },
	{ "outcome", say_outcome },
	{ "unanswered", say_unanswered },
	{ "settled", say_settled },
	{ "retry", say_retry },
	{ "caught", say_caught },
	{ "restored", say_restored },
	{ "not_restored", say_not_restored },
	{ "pause", say_pause },
	{ "goes_on", say_goes_on },
	{ "end", say_end },
	{ "leg_end", say_leg_end },
	{ "note", say_note },
};

bool record_text(const struct record_context *context, const json_t *record, struct buffer *text)
{
	const char *type = text_of(record, "type");
	size_t before = text->length;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (strcmp(rows[i].type, type) == 0)
			return rows[i].say(context, record, text) && text->length > before;
	return false;
}
