/* Changes within JSON, which changes of bytes nearly always break: a value becomes another one, of the same document or
 * of another type, or goes. What is fuzzed so is one document, or one a line without its braces, as in a journal. */
#include "config.h"

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "text/json.h"

/* Counted down over a document's values, parents first: at 0 it is the one. */
struct place {
	size_t left;
	json_t *found; /* what holds it */
	const char *key;
	size_t index;
};

static void find(struct place *place, json_t *value)
{
	const char *key;
	json_t *member;
	size_t i;

	json_object_foreach(value, key, member) {
		if (!place->found && place->left-- == 0)
			*place = (struct place){ .found = value, .key = key };
		if (!place->found)
			find(place, member);
	}
	json_array_foreach (value, i, member) {
		if (!place->found && place->left-- == 0)
			*place = (struct place){ .found = value, .index = i };
		if (!place->found)
			find(place, member);
	}
}

static size_t count(const json_t *value)
{
	const char *key;
	json_t *member;
	size_t i, sum = 1;

	json_object_foreach((json_t *)(uintptr_t)value, key, member)
		sum += count(member);
	json_array_foreach (value, i, member)
		sum += count(member);
	return sum;
}

static struct place choose(json_t *document)
{
	struct place place = { .left = (size_t)rand() % count(document) };

	find(&place, document);
	return place;
}

static json_t *held(const struct place *place)
{
	return place->key ? json_object_get(place->found, place->key) : json_array_get(place->found, place->index);
}

static json_t *other_value(json_t *document)
{
	static const char *const texts[] = {
		"null", "true", "0", "-1", "9223372036854775807", "-9223372036854775808", "1e300", "\"\"", "\"a b\"",
		"[]", "{}", "[null]", "{\"\":[]}", "[[]]",
	};
	const struct place place = choose(document);

	if (place.found && rand() % 3 == 0)
		return json_deep_copy(held(&place));
	return json_loads(texts[(size_t)rand() % ARRAY_LENGTH(texts)], JSON_DECODE_ANY, NULL);
}

static void change(json_t *document)
{
	json_t *value = other_value(document);
	const struct place place = choose(document);

	if (place.found && place.key && rand() % 4 == 0)
		json_object_del(place.found, place.key);
	else if (place.found && place.key)
		json_object_set(place.found, place.key, value);
	else if (place.found && rand() % 4 == 0)
		json_array_remove(place.found, place.index);
	else if (place.found)
		json_array_set(place.found, place.index, value);
	json_decref(value);
}

/* The line's document with a change; false where it holds none. */
static bool change_line(const char *line, size_t length, struct buffer *into)
{
	const bool bare = length > 0 && line[0] == '"';
	struct buffer whole = BUFFER_INIT, text = BUFFER_INIT;
	json_t *document;

	buffer_add_format(&whole, "%s%.*s%s", bare ? "{" : "", (int)length, line, bare ? "}" : "");
	document = json_loadb(whole.bytes, whole.length, 0, NULL);
	if (document) {
		change(document);
		json_write(&text, document);
		buffer_add(into, text.bytes + bare, text.length - 2 * bare);
	}
	buffer_release(&whole);
	buffer_release(&text);
	json_decref(document);
	return document != NULL;
}

size_t mutate_json(char *bytes, size_t length, size_t most, unsigned seed)
{
	const char *line = bytes, *end = bytes + length, *next;
	struct buffer changed = BUFFER_INIT;
	size_t made = 0, lines = 1;

	for (const char *at = bytes; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++)
		lines++;
	srand(seed);
	for (size_t skip = (size_t)rand() % lines; skip > 0; skip--)
		line = (const char *)memchr(line, '\n', (size_t)(end - line)) + 1;
	next = memchr(line, '\n', (size_t)(end - line));
	next = next ? next : end;
	buffer_add(&changed, bytes, (size_t)(line - bytes));
	if (change_line(line, (size_t)(next - line), &changed)) {
		buffer_add(&changed, next, (size_t)(end - next));
		made = changed.length <= most ? changed.length : 0;
	}
	memcpy(bytes, buffer_text(&changed), made);
	buffer_release(&changed);
	return made;
}
