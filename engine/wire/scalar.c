/* One row for each kind of shape: what messages call it, and, where it is a single value, how it is written and read.
 * Dates have a table of their own, wire/timestamp.h. */
#include "config.h"

#include "wire/scalar.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "wire/timestamp.h"

static int string_write(const struct shape *shape, const json_t *value, struct buffer *text)
{
	(void)shape;
	if (!json_is_string(value))
		return -1;
	buffer_add(text, json_string_value(value), json_string_length(value));
	return 0;
}

static json_t *string_read(const struct shape *shape, const char *text, size_t length)
{
	(void)shape;
	return json_stringn(text, length);
}

static int integer_write(const struct shape *shape, const json_t *value, struct buffer *text)
{
	int64_t whole = json_integer_value(value);

	(void)shape;
	if (!json_is_integer(value) && !(json_is_real(value) && number_is_whole(json_real_value(value), &whole)))
		return -1;
	buffer_add_format(text, "%" PRId64, whole);
	return 0;
}

static json_t *integer_read(const struct shape *shape, const char *text, size_t length)
{
	size_t sign = length && text[0] == '-';
	long long value;

	(void)shape;
	if (length == sign || length > 20 || strspn(text + sign, "0123456789") != length - sign)
		return NULL;
	errno = 0;
	value = strtoll(text, NULL, 10);
	return errno ? NULL : json_integer(value);
}

static const char *const float_words[] = { "NaN", "Infinity", "-Infinity" };

static bool is_float_word(const char *text)
{
	for (size_t i = 0; i < ARRAY_LENGTH(float_words); i++)
		if (strcmp(text, float_words[i]) == 0)
			return true;
	return false;
}

static int float_write(const struct shape *shape, const json_t *value, struct buffer *text)
{
	char digits[40];

	(void)shape;
	if (json_is_string(value) && is_float_word(json_string_value(value))) {
		buffer_add_text(text, json_string_value(value));
		return 0;
	}
	if (!json_is_number(value))
		return -1;
	snprintf(digits, sizeof(digits), "%.15g", json_number_value(value));
	if (strtod(digits, NULL) != json_number_value(value))
		snprintf(digits, sizeof(digits), "%.17g", json_number_value(value));
	buffer_add_text(text, digits);
	return 0;
}

static json_t *float_read(const struct shape *shape, const char *text, size_t length)
{
	char *end;
	double value;

	(void)shape;
	if (is_float_word(text) && strlen(text) == length)
		return json_stringn(text, length);
	if (length == 0 || strspn(text, "+-.0123456789eE") != length)
		return NULL;
	value = strtod(text, &end);
	return end == text + length ? json_real(value) : NULL;
}

static int boolean_write(const struct shape *shape, const json_t *value, struct buffer *text)
{
	(void)shape;
	if (!json_is_boolean(value))
		return -1;
	buffer_add_text(text, json_is_true(value) ? "true" : "false");
	return 0;
}

static json_t *boolean_read(const struct shape *shape, const char *text, size_t length)
{
	(void)shape;
	if (length == 4 && memcmp(text, "true", 4) == 0)
		return json_true();
	if (length == 5 && memcmp(text, "false", 5) == 0)
		return json_false();
	return NULL;
}

static bool is_base64(const char *text, size_t length)
{
	size_t digits = 0;

	while (digits < length && (isalnum((unsigned char)text[digits]) || text[digits] == '+' || text[digits] == '/'))
		digits++;
	for (size_t i = digits; i < length; i++)
		if (text[i] != '=')
			return false;
	return length % 4 == 0 && length - digits <= 2;
}

static int blob_write(const struct shape *shape, const json_t *value, struct buffer *text)
{
	if (!json_is_string(value) || !is_base64(json_string_value(value), json_string_length(value)))
		return -1;
	return string_write(shape, value, text);
}

static json_t *blob_read(const struct shape *shape, const char *text, size_t length)
{
	return is_base64(text, length) ? string_read(shape, text, length) : NULL;
}

static int timestamp_write(const struct shape *shape, const json_t *value, struct buffer *text)
{
	if (!json_is_number(value))
		return -1;
	return timestamp_format(shape->timestamp_format, json_number_value(value), text);
}

static json_t *timestamp_read(const struct shape *shape, const char *text, size_t length)
{
	double seconds;
	int64_t whole;

	if (strlen(text) != length || timestamp_parse(shape->timestamp_format, text, &seconds))
		return NULL;
	return number_is_whole(seconds, &whole) ? json_integer(whole) : json_real(seconds);
}

static const struct shape_row {
	const char *noun;
	int (*write)(const struct shape *shape, const json_t *value, struct buffer *text);
	json_t *(*read)(const struct shape *shape, const char *text, size_t length);
} rows[] = {
	[SHAPE_STRUCTURE] = { "a structure", NULL, NULL },
	[SHAPE_LIST] = { "a list", NULL, NULL },
	[SHAPE_MAP] = { "a map", NULL, NULL },
	[SHAPE_STRING] = { "a string", string_write, string_read },
	[SHAPE_INTEGER] = { "an integer", integer_write, integer_read },
	[SHAPE_FLOAT] = { "a number", float_write, float_read },
	[SHAPE_BOOLEAN] = { "a boolean", boolean_write, boolean_read },
	[SHAPE_TIMESTAMP] = { "a timestamp", timestamp_write, timestamp_read },
	[SHAPE_BLOB] = { "base64", blob_write, blob_read },
};

bool shape_is_scalar(const struct shape *shape)
{
	return rows[shape->kind].write;
}

const char *shape_noun(const struct shape *shape)
{
	return rows[shape->kind].noun;
}

int scalar_write(const struct shape *shape, const json_t *value, struct buffer *text)
{
	return rows[shape->kind].write(shape, value, text);
}

json_t *scalar_read(const struct shape *shape, const char *text, size_t length)
{
	return rows[shape->kind].read(shape, text, length);
}
