/* JSON as text, of the shape that jansson writes with JSON_COMPACT, byte for byte, straight into a buffer: a run's
 * journal is written line after line, and a rehearsal writes thousands of journals. */
#include "config.h"

#include "text/json.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void write_integer(struct buffer *text, json_int_t value)
{
	char digits[24], *at = digits + sizeof(digits);
	unsigned long long left = value < 0 ? 0ULL - (unsigned long long)value : (unsigned long long)value;

	do
		*--at = (char)('0' + left % 10);
	while ((left /= 10) > 0);
	if (value < 0)
		*--at = '-';
	buffer_add(text, at, (size_t)(digits + sizeof(digits) - at));
}

static void write_escaped(struct buffer *text, char byte)
{
	static const char bytes[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *known = byte ? strchr(bytes, byte) : NULL;

	if (known)
		buffer_add(text, (const char[]){ '\\', letters[known - bytes] }, 2);
	else
		buffer_add_format(text, "\\u%04X", (unsigned)byte);
}

static bool is_plain(char byte)
{
	return (unsigned char)byte >= ' ' && byte != '"' && byte != '\\';
}

static size_t plain_length(const char *bytes, size_t length)
{
	size_t plain = 0;

	while (plain < length && is_plain(bytes[plain]))
		plain++;
	return plain;
}

static void write_string(struct buffer *text, const char *bytes, size_t length)
{
	size_t plain = plain_length(bytes, length);
	char *into = buffer_extend(text, 1 + plain);

	*into = '"';
	memcpy(into + 1, bytes, plain);
	while (plain < length) {
		size_t begin = plain + 1;

		write_escaped(text, bytes[plain]);
		plain = begin + plain_length(bytes + begin, length - begin);
		buffer_add(text, bytes + begin, plain - begin);
	}
	buffer_add_char(text, '"');
}

void json_write_text(struct buffer *text, const char *written)
{
	write_string(text, written, strlen(written));
}

void json_write_key(struct buffer *text, const char *key)
{
	if (text->bytes[text->length - 1] != '{')
		buffer_add_char(text, ',');
	json_write_text(text, key);
	buffer_add_char(text, ':');
}

static void write_array(struct buffer *text, const json_t *array)
{
	for (size_t i = 0; i < json_array_size(array); i++) {
		buffer_add_char(text, i ? ',' : '[');
		json_write(text, json_array_get(array, i));
	}
	buffer_add_text(text, json_array_size(array) ? "]" : "[]");
}

static void write_object(struct buffer *text, json_t *object)
{
	const char *key;
	json_t *value;

	buffer_add_char(text, '{');
	json_object_foreach (object, key, value) {
		json_write_key(text, key);
		json_write(text, value);
	}
	buffer_add_char(text, '}');
}

/* How a real number is said is jansson's affair; there are few. */
static void write_real(struct buffer *text, const json_t *value)
{
	char *dumped = json_text(value, JSON_COMPACT | JSON_ENCODE_ANY);

	if (!dumped)
		memory_exhausted();
	buffer_add_text(text, dumped);
	free(dumped);
}

void json_write(struct buffer *text, const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		write_object(text, (json_t *)(uintptr_t)value);
		return;
	case JSON_ARRAY:
		write_array(text, value);
		return;
	case JSON_STRING:
		write_string(text, json_string_value(value), json_string_length(value));
		return;
	case JSON_INTEGER:
		write_integer(text, json_integer_value(value));
		return;
	case JSON_REAL:
		write_real(text, value);
		return;
	case JSON_TRUE:
		buffer_add_text(text, "true");
		return;
	case JSON_FALSE:
		buffer_add_text(text, "false");
		return;
	case JSON_NULL:
		buffer_add_text(text, "null");
		return;
	}
}

static int take_text(const char *bytes, size_t length, void *text)
{
	buffer_add(text, bytes, length);
	return 0;
}

char *json_text(const json_t *value, size_t flags)
{
	struct buffer text = BUFFER_INIT;

	if (json_dump_callback(value, take_text, &text, flags) == 0)
		return buffer_take(&text);
	buffer_release(&text);
	return NULL;
}
