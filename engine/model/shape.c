/* Makes rendered values into what an operation's shapes want. Each kind of shape has one function in one table; the
 * place in the value is a chain on the stack, written out only when something is refused. */
#include "config.h"

#include "model/shape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/number.h"
#include "text/diagnostics.h"
#include "text/json.h"

/* The value as a whole has no parent; an element of a list has no name. */
struct place {
	const struct place *parent;
	const char *name;
	size_t index;
};

typedef json_t *coerce(const struct shape *shape, json_t *value, const struct place *place, struct error *err);

static coerce coerce_value;

const struct shape_member *shape_member(const struct shape *shape, const char *name)
{
	for (size_t i = 0; i < shape->n_members; i++)
		if (strcmp(shape->members[i].name, name) == 0)
			return &shape->members[i];
	return NULL;
}

const char *shape_member_name_at(const void *shape, size_t i)
{
	const struct shape *structure = shape;

	return i < structure->n_members ? structure->members[i].name : NULL;
}

static void add_place(struct buffer *text, const struct place *place)
{
	if (!place->parent)
		return;
	add_place(text, place->parent);
	if (!place->name)
		buffer_add_format(text, "[%zu]", place->index);
	else
		buffer_add_format(text, "%s%s", text->length ? "." : "", place->name);
}

/* "PLACE FAULT", or "PLACE FAULT: 'value'" where the value is short and no container. Always NULL. */
static json_t *refuse(const struct place *place, const json_t *value, const char *fault, struct error *err)
{
	struct buffer text = BUFFER_INIT;
	char *shown = json_is_array(value) || json_is_object(value) ? NULL : json_text(value, JSON_ENCODE_ANY);

	add_place(&text, place);
	error_set(err, ERROR_MACHINE, NOWHERE, "%s %s%s%.80s", text.length ? text.bytes : "the input", fault,
		  shown ? ": " : "", shown ? shown : "");
	free(shown);
	buffer_release(&text);
	return NULL;
}

/* Text that is one JSON number and nothing else; NULL otherwise. */
static json_t *number_of_text(const char *text)
{
	size_t length = strlen(text);
	json_t *number;

	if (!length || !strchr("-0123456789", text[0]) || !strchr("0123456789", text[length - 1]))
		return NULL;
	number = json_loads(text, JSON_DECODE_ANY, NULL);
	if (json_is_number(number))
		return number;
	json_decref(number);
	return NULL;
}

static json_t *number_of(json_t *value)
{
	if (json_is_string(value))
		return number_of_text(json_string_value(value));
	return json_is_number(value) ? json_incref(value) : NULL;
}

/* JMESPath's sum() gives a double for integers. */
static json_t *whole_of(json_t *number)
{
	json_t *whole = NULL;
	int64_t exact;

	if (json_is_integer(number))
		return number;
	if (number && number_is_whole(json_real_value(number), &exact))
		whole = json_integer(exact);
	json_decref(number);
	return whole;
}

static json_t *coerce_integer(const struct shape *shape, json_t *value, const struct place *place, struct error *err)
{
	json_t *number = whole_of(number_of(value));

	(void)shape;
	return number ? number : refuse(place, value, "is no integer", err);
}

static json_t *coerce_float(const struct shape *shape, json_t *value, const struct place *place, struct error *err)
{
	json_t *number = number_of(value);

	(void)shape;
	return number ? number : refuse(place, value, "is no number", err);
}

static json_t *coerce_boolean(const struct shape *shape, json_t *value, const struct place *place, struct error *err)
{
	const char *text = json_string_value(value);

	(void)shape;
	if (json_is_boolean(value))
		return json_incref(value);
	if (text && strcmp(text, "true") == 0)
		return json_true();
	if (text && strcmp(text, "false") == 0)
		return json_false();
	return refuse(place, value, "is neither true nor false", err);
}

static json_t *coerce_string(const struct shape *shape, json_t *value, const struct place *place, struct error *err)
{
	char *text;
	json_t *string;

	(void)shape;
	if (json_is_string(value))
		return json_incref(value);
	if (!json_is_number(value) && !json_is_boolean(value))
		return refuse(place, value, "is no text", err);
	text = json_text(value, JSON_ENCODE_ANY);
	string = json_string(text);
	free(text);
	return string;
}

static json_t *coerce_timestamp(const struct shape *shape, json_t *value, const struct place *place, struct error *err)
{
	json_t *number = number_of(value);
	int64_t wall_ms = number || !json_is_string(value) ? -1 : time_parse(json_string_value(value));

	(void)shape;
	if (number)
		return number;
	return wall_ms < 0 ? refuse(place, value, "is no time", err) : json_integer(wall_ms / 1000);
}

static json_t *coerce_list(const struct shape *shape, json_t *value, const struct place *place, struct error *err)
{
	json_t *list, *item;
	size_t i;

	if (!json_is_array(value))
		return refuse(place, value, "is no list", err);
	list = json_array();
	json_array_foreach(value, i, item) {
		struct place here = { .parent = place, .index = i };

		if (json_array_append_new(list, coerce_value(shape->element, item, &here, err)) < 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *coerce_map(const struct shape *shape, json_t *value, const struct place *place, struct error *err)
{
	json_t *map, *item;
	const char *key;

	if (!json_is_object(value))
		return refuse(place, value, "is no map", err);
	map = json_object();
	json_object_foreach(value, key, item) {
		struct place here = { .parent = place, .name = key };

		if (json_object_set_new(map, key, coerce_value(shape->element, item, &here, err)) < 0) {
			json_decref(map);
			return NULL;
		}
	}
	return map;
}

static json_t *refuse_member(const struct shape *shape, const struct place *place, struct error *err)
{
	const char *near = nearest_word(place->name, shape_member_name_at, shape);

	refuse(place, NULL, "is no member of this operation", err);
	if (near && err) {
		size_t length = strlen(err->message);

		snprintf(err->message + length, sizeof(err->message) - length, ", did you mean '%s'?", near);
	}
	return NULL;
}

static int coerce_member(const struct shape *shape, json_t *value, const struct place *place, json_t *into,
			 struct error *err)
{
	const struct shape_member *member = shape_member(shape, place->name);
	json_t *coerced;

	if (json_is_null(value) && member)
		return 0;
	coerced = member ? coerce_value(member->shape, value, place, err) : refuse_member(shape, place, err);
	if (!coerced)
		return -1;
	json_put(into, place->name, coerced);
	return 0;
}

static json_t *coerce_structure(const struct shape *shape, json_t *value, const struct place *place, struct error *err)
{
	json_t *structure, *item;
	const char *key;

	if (!json_is_object(value))
		return refuse(place, value, "is no map", err);
	structure = json_object();
	json_object_foreach(value, key, item) {
		struct place here = { .parent = place, .name = key };

		if (coerce_member(shape, item, &here, structure, err) < 0) {
			json_decref(structure);
			return NULL;
		}
	}
	return structure;
}

static coerce *const coerce_kind[] = {
	[SHAPE_STRUCTURE] = coerce_structure, [SHAPE_LIST] = coerce_list,       [SHAPE_MAP] = coerce_map,
	[SHAPE_STRING] = coerce_string,       [SHAPE_INTEGER] = coerce_integer, [SHAPE_FLOAT] = coerce_float,
	[SHAPE_BOOLEAN] = coerce_boolean,     [SHAPE_TIMESTAMP] = coerce_timestamp, [SHAPE_BLOB] = coerce_string,
};

static json_t *coerce_value(const struct shape *shape, json_t *value, const struct place *place, struct error *err)
{
	return coerce_kind[shape->kind](shape, value, place, err);
}

json_t *shape_coerce(const struct shape *shape, json_t *value, struct error *err)
{
	struct place top = { 0 };

	return coerce_value(shape, value, &top, err);
}
