/* Makes the record of a line. Whether the line is the one that was written is journal_read.c's to say. */
#include "config.h"

#include <string.h>

#include "run/journal_file.h"
#include "text/json.h"

void journal_expect(struct journal_expected *expected, const char *key, json_t *value)
{
	*expected = (struct journal_expected){ .key = key, .value = json_made(value) };
	buffer_add_format(&expected->text, "\"%s\":", key);
}

const char *journal_expected_bytes(const struct journal_expected *expected, size_t *length)
{
	const size_t key = strlen(expected->key) + strlen("\"\":");

	*length = expected->text.length - key;
	return expected->text.bytes + key;
}

void journal_expected_release(struct journal_expected *expected)
{
	json_decref(expected->value);
	buffer_release(&expected->text);
	*expected = (struct journal_expected){ 0 };
}

static json_t *parse(const char *line, size_t length)
{
	json_t *record = json_loadb(line, length, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);

	if (json_is_object(record))
		return record;
	json_decref(record);
	return NULL;
}

/* With its quotes, which in a string would be escaped. */
static const char *find_key(const char *from, const char *end, const struct journal_expected *expected)
{
	return memmem(from, (size_t)(end - from), expected->text.bytes, strlen(expected->key) + strlen("\"\":"));
}

/* Where the line has it, and nothing else of that name; or NULL. */
static const char *expected_in(const char *line, size_t length, const struct journal_expected *expected)
{
	const struct buffer *text = &expected->text;
	const char *end = line + length, *at = find_key(line, end, expected);

	if (!at || (size_t)(end - at) < text->length || memcmp(at, text->bytes, text->length) != 0 ||
	    find_key(at + text->length, end, expected))
		return NULL;
	return at;
}

/* The line with null in its place, parsed. */
static json_t *parse_around(const char *line, size_t length, const char *at, const struct journal_expected *expected)
{
	const char *behind = at + expected->text.length;
	struct buffer around = BUFFER_INIT;
	json_t *record;

	buffer_add(&around, line, (size_t)(at - line));
	buffer_add_format(&around, "\"%s\":null", expected->key);
	buffer_add(&around, behind, (size_t)(line + length - behind));
	record = parse(around.bytes, around.length);
	buffer_release(&around);
	return record;
}

/* NULL where it does not hold what is expected, or holds it deeper. */
static json_t *parse_expecting(const char *line, size_t length, const struct journal_expected *expected)
{
	const char *at = expected_in(line, length, expected);
	json_t *record = at ? parse_around(line, length, at, expected) : NULL;

	if (json_is_null(json_object_get(record, expected->key)) &&
	    json_object_set(record, expected->key, expected->value) == 0)
		return record;
	json_decref(record);
	return NULL;
}

json_t *journal_parse(const char *line, size_t length, const struct journal_expected *expected)
{
	json_t *record = NULL;

	if (expected && expected->value && length > expected->text.length)
		record = parse_expecting(line, length, expected);
	return record ? record : parse(line, length);
}
