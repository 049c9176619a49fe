#include "config.h"

#include "text/node.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/json.h"

/* A map of more pairs is searched by halves, so that the states of a large machine are found fast. */
enum { PAIRS_SEARCHED_ONE_BY_ONE = 16 };

static struct node *node_new(struct arena *arena, enum node_kind kind, struct position position)
{
	struct node *node = ARENA_NEW(arena, struct node);

	node->kind = kind;
	node->position = position;
	return node;
}

struct node *node_new_scalar(struct arena *arena, struct position position, const char *text, size_t length)
{
	struct node *node = node_new(arena, NODE_SCALAR, position);

	node->text = arena_copy(arena, text, length);
	return node;
}

struct node *node_new_borrowed(struct arena *arena, struct position position, const char *text)
{
	struct node *node = node_new(arena, NODE_SCALAR, position);

	node->text = text;
	return node;
}

struct node *node_new_list(struct arena *arena, struct position position, const struct node *const *items, size_t count)
{
	struct node *node = node_new(arena, NODE_LIST, position);

	node->count = (unsigned)count;
	node->items = ARENA_ARRAY(arena, const struct node *, count);
	for (size_t i = 0; i < count; i++)
		node->items[i] = items[i];
	return node;
}

static int key_compare(const void *left, const void *right)
{
	const struct node_key *a = left, *b = right;
	const int order = strcmp(a->text, b->text);

	return order ? order : (a->at > b->at) - (a->at < b->at);
}

static const struct node_key *sort_keys(struct arena *arena, const struct node *map)
{
	struct node_key *sorted = ARENA_ARRAY(arena, struct node_key, map->count);

	for (size_t i = 0; i < map->count; i++)
		sorted[i] = (struct node_key){ .text = map->keys[i]->text, .at = i };
	qsort(sorted, map->count, sizeof(*sorted), key_compare);
	return sorted;
}

struct node *node_new_map(struct arena *arena, struct position position, const struct node *const *pairs, size_t count)
{
	struct node *node = node_new(arena, NODE_MAP, position);

	node->count = (unsigned)count;
	node->keys = ARENA_ARRAY(arena, const struct node *, count);
	node->items = ARENA_ARRAY(arena, const struct node *, count);
	for (size_t i = 0; i < count; i++) {
		node->keys[i] = pairs[2 * i];
		node->items[i] = pairs[2 * i + 1];
	}
	if (count > PAIRS_SEARCHED_ONE_BY_ONE)
		node->sorted = sort_keys(arena, node);
	return node;
}

static size_t find_sorted(const struct node *map, const char *key)
{
	size_t low = 0, high = map->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (strcmp(map->sorted[middle].text, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < map->count && strcmp(map->sorted[low].text, key) == 0 ? map->sorted[low].at : map->count;
}

size_t node_find(const struct node *map, const char *key)
{
	if (map->sorted)
		return find_sorted(map, key);
	for (size_t i = 0; i < map->count; i++)
		if (strcmp(map->keys[i]->text, key) == 0)
			return i;
	return map->count;
}

const struct node *node_get(const struct node *map, const char *key)
{
	size_t at;

	if (!map || map->kind != NODE_MAP)
		return NULL;
	at = node_find(map, key);
	return at < map->count ? map->items[at] : NULL;
}

bool node_is_empty(const struct node *node)
{
	return node->kind == NODE_SCALAR && node->plain && node->text && !node->text[0];
}

const char *node_kind_name(const struct node *node)
{
	static const char *const names[] = {
		[NODE_SCALAR] = "text",
		[NODE_LIST] = "a list",
		[NODE_MAP] = "a map",
	};

	return node_is_empty(node) ? "nothing" : names[node->kind];
}

bool node_integer(const struct node *node, int64_t *value)
{
	char shortest[24];
	long long parsed;

	if (node->kind != NODE_SCALAR || !node->plain || !strchr("-0123456789", node->text[0]))
		return false;
	errno = 0;
	parsed = strtoll(node->text, NULL, 10);
	snprintf(shortest, sizeof(shortest), "%lld", parsed);
	if (errno || strcmp(shortest, node->text) != 0)
		return false;
	*value = parsed;
	return true;
}

/* Plain ones that mean the same in JSON. */
static bool is_json(const struct node *scalar)
{
	static const char *const words[] = { "true", "false", "null" };
	int64_t integer;

	for (size_t i = 0; scalar->plain && i < ARRAY_LENGTH(words); i++)
		if (strcmp(scalar->text, words[i]) == 0)
			return true;
	return node_integer(scalar, &integer);
}

static void write_list(struct buffer *text, const struct node *list)
{
	buffer_add_char(text, '[');
	for (size_t i = 0; i < list->count; i++) {
		if (i)
			buffer_add_char(text, ',');
		node_write(text, list->items[i]);
	}
	buffer_add_char(text, ']');
}

static void write_map(struct buffer *text, const struct node *map)
{
	buffer_add_char(text, '{');
	for (size_t i = 0; i < map->count; i++) {
		json_write_key(text, map->keys[i]->text);
		node_write(text, map->items[i]);
	}
	buffer_add_char(text, '}');
}

void node_write(struct buffer *text, const struct node *node)
{
	if (node->kind == NODE_LIST)
		write_list(text, node);
	else if (node->kind == NODE_MAP)
		write_map(text, node);
	else if (is_json(node))
		buffer_add_text(text, node->text);
	else
		json_write_text(text, node->text);
}

static json_t *scalar_to_json(const struct node *node)
{
	int64_t integer;

	if (node_integer(node, &integer))
		return json_made(json_integer(integer));
	if (node->plain && strcmp(node->text, "true") == 0)
		return json_true();
	if (node->plain && strcmp(node->text, "false") == 0)
		return json_false();
	if (node->plain && strcmp(node->text, "null") == 0)
		return json_null();
	return json_made(json_string(node->text));
}

json_t *node_to_json(const struct node *node)
{
	json_t *json;

	if (node->kind == NODE_SCALAR)
		return scalar_to_json(node);
	json = json_made(node->kind == NODE_LIST ? json_array() : json_object());
	for (size_t i = 0; i < node->count; i++) {
		if (node->kind == NODE_LIST)
			json_append(json, node_to_json(node->items[i]));
		else
			json_put(json, node->keys[i]->text, node_to_json(node->items[i]));
	}
	return json;
}

static struct node *plain_from_json(struct arena *arena, struct position position, const char *text)
{
	struct node *node = node_new_scalar(arena, position, text, strlen(text));

	node->plain = true;
	return node;
}

static const struct node *number_from_json(struct arena *arena, struct position position, const json_t *json)
{
	char text[40];

	if (json_is_integer(json))
		snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, json_integer_value(json));
	else
		snprintf(text, sizeof(text), "%.17g", json_real_value(json));
	return plain_from_json(arena, position, text);
}

static const struct node *list_from_json(struct arena *arena, const struct source *source, const json_t *json)
{
	const size_t count = json_array_size(json);
	const struct node **items = memory_new(count, sizeof(*items));
	const struct node *list;

	for (size_t i = 0; i < count; i++)
		items[i] = node_from_json(arena, source, json_array_get(json, i));
	list = node_new_list(arena, (struct position){ .source = source }, items, count);
	free(items);
	return list;
}

static const struct node *map_from_json(struct arena *arena, const struct source *source, json_t *json)
{
	const struct position position = { .source = source };
	const struct node **pairs = memory_new(json_object_size(json), 2 * sizeof(*pairs));
	const struct node *map;
	const char *key;
	json_t *value;
	size_t count = 0;

	json_object_foreach(json, key, value) {
		pairs[2 * count] = node_new_scalar(arena, position, key, strlen(key));
		pairs[2 * count + 1] = node_from_json(arena, source, value);
		count++;
	}
	map = node_new_map(arena, position, pairs, count);
	free(pairs);
	return map;
}

const struct node *node_from_json(struct arena *arena, const struct source *source, const json_t *json)
{
	const struct position position = { .source = source };

	if (!json)
		return plain_from_json(arena, position, "null");
	switch (json_typeof(json)) {
	case JSON_OBJECT:
		/* jansson iterates only over what is not const; nothing is changed. */
		return map_from_json(arena, source, (json_t *)(uintptr_t)json);
	case JSON_ARRAY:
		return list_from_json(arena, source, json);
	case JSON_STRING:
		return node_new_scalar(arena, position, json_string_value(json), strlen(json_string_value(json)));
	case JSON_INTEGER:
	case JSON_REAL:
		return number_from_json(arena, position, json);
	case JSON_TRUE:
		return plain_from_json(arena, position, "true");
	case JSON_FALSE:
		return plain_from_json(arena, position, "false");
	case JSON_NULL:
		break;
	}
	return plain_from_json(arena, position, "null");
}
