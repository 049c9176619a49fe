#include "config.h"

#include "cli/log.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "text/json.h"

static const char *const format_names[LOG_FORMAT_COUNT] = { [LOG_TEXT] = "text", [LOG_JSON] = "json" };

enum log_format log_format_named(const char *name)
{
	size_t i = 0;

	while (i < LOG_FORMAT_COUNT && strcmp(format_names[i], name) != 0)
		i++;
	return (enum log_format)i;
}

static void put_text(json_t *object, const char *key, const char *text)
{
	json_t *value = text && text[0] ? json_string(text) : NULL;

	/* Text of strangers that is no UTF-8 is left out rather than the line. */
	if (value)
		json_put(object, key, value);
}

json_t *log_object(const struct log_line *line, json_t *fields)
{
	char time[TIME_TEXT_BYTES];
	json_t *object = json_made(json_object());

	put_text(object, "time", time_format(line->wall_ms, time));
	put_text(object, "run", line->run);
	put_text(object, "subject", line->subject);
	put_text(object, "leg", line->leg);
	put_text(object, "state", line->state);
	put_text(object, "event", line->event);
	put_text(object, "message", line->message);
	if (fields && json_object_size(fields) > 0)
		json_put(object, "fields", json_incref(fields));
	json_decref(fields);
	return object;
}

/* A collector wants one kind of value under one name: an outcome's status is HTTP's, that of an end is a word. */
static const char *name_of(const char *key, const json_t *value)
{
	return strcmp(key, "status") == 0 && json_is_integer(value) ? "http_status" : key;
}

/* A journal's records hold more, to go on with a run: definitions, inputs, hashes. */
json_t *log_record_fields(const json_t *record)
{
	static const char *const keys[] = {
		"machine",    "use",      "fingerprint", "engine",     "hook",   "goal",
		"at_most_ms", "next",     "skipped",     "changed",    "gave",   "action",
		"operation",  "resource", "summary",     "restores",   "intent", "result",
		"status",     "attempts", "elapsed_ms",  "failure",    "code",   "request_id",
		"delay_ms",   "how",      "because",     "expires_ms", "exit",
	};
	json_t *fields = json_made(json_object()), *value;

	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
		value = json_object_get(record, keys[i]);
		if (value && !json_is_null(value) && !(json_is_string(value) && json_string_length(value) == 0))
			json_put(fields, name_of(keys[i], value), json_incref(value));
	}
	return fields;
}

json_t *log_waiting_fields(const struct waiting *waiting)
{
	json_t *fields = json_made(json_pack("{s:I, s:I}", "waited_ms", (json_int_t)waiting->waited_ms, "left_ms",
					     (json_int_t)waiting->left_ms));

	put_text(fields, "which", waiting->which);
	if (waiting->shown && !json_is_null(waiting->shown))
		json_put(fields, "shown", json_deep_copy(waiting->shown));
	return fields;
}

char *log_text(json_t *object)
{
	char *text = json_text(object, JSON_COMPACT | JSON_ENSURE_ASCII), *line;

	if (!text)
		memory_exhausted();
	line = memory_format("%s\n", text);
	free(text);
	json_decref(object);
	return line;
}
