/* A request as a form body: Action, Version, and one pair for each single value, named by its path through lists, maps
 * and structures. Members go in their shapes' order, so that equal inputs make equal bodies. */
#include "config.h"

#include "wire/query.h"

#include <stdint.h>
#include <string.h>

#include "wire/percent.h"
#include "wire/scalar.h"
#include "wire/shape.h"

struct encoder {
	const struct operation *operation;
	struct buffer *body;
	struct buffer path; /* "Tags.member.1.Key", grown and cut back on the way */
	struct error *err;
};

static int encode_value(struct encoder *encoder, const struct shape *shape, const json_t *value, int depth);

static int encode_fail(struct encoder *encoder, const char *fault)
{
	return error_set(encoder->err, ERROR_PROTOCOL, NOWHERE, "'%s' of %s %s", buffer_text(&encoder->path),
			 encoder->operation->name, fault);
}

static int encode_fail_type(struct encoder *encoder, const struct shape *shape)
{
	return error_set(encoder->err, ERROR_PROTOCOL, NOWHERE, "'%s' of %s is not %s", buffer_text(&encoder->path),
			 encoder->operation->name, shape_noun(shape));
}

static size_t encode_enter(struct encoder *encoder, const char *name)
{
	size_t before = encoder->path.length;

	if (before)
		buffer_add_char(&encoder->path, '.');
	buffer_add_text(&encoder->path, name);
	return before;
}

static size_t encode_enter_item(struct encoder *encoder, size_t index)
{
	size_t before = encoder->path.length;

	buffer_add_format(&encoder->path, ".%zu", index);
	return before;
}

static void encode_leave(struct encoder *encoder, size_t before)
{
	encoder->path.length = before;
	encoder->path.bytes[before] = '\0';
}

static void encode_pair(struct buffer *body, const char *name, const char *value, size_t length)
{
	if (body->length)
		buffer_add_char(body, '&');
	percent_encode(body, name, strlen(name), "");
	buffer_add_char(body, '=');
	percent_encode(body, value, length, "");
}

static int encode_scalar(struct encoder *encoder, const struct shape *shape, const json_t *value)
{
	struct buffer text = BUFFER_INIT;
	int status = scalar_write(shape, value, &text);

	if (status == 0)
		encode_pair(encoder->body, buffer_text(&encoder->path), buffer_text(&text), text.length);
	else
		encode_fail_type(encoder, shape);
	buffer_release(&text);
	return status;
}

static int encode_structure(struct encoder *encoder, const struct shape *shape, const json_t *object, int depth)
{
	const struct shape_member *missing = shape_member_missing(shape, object);
	const char *unknown = shape_member_unknown(shape, object);

	if (missing || unknown) {
		encode_enter(encoder, missing ? missing->name : unknown);
		return encode_fail(encoder, missing ? "is required and missing" : "is unknown");
	}
	for (size_t i = 0; i < shape->n_members; i++) {
		const json_t *member = json_object_get(object, shape->members[i].name);
		size_t before;

		if (!member || json_is_null(member))
			continue;
		before = encode_enter(encoder, shape->members[i].wire_name);
		if (encode_value(encoder, shape->members[i].shape, member, depth))
			return -1;
		encode_leave(encoder, before);
	}
	return 0;
}

/* Where a list or map has a wrapping name between its own name and the numbers. EC2 never has. */
static bool encode_is_wrapped(const struct encoder *encoder, const struct shape *shape)
{
	return !shape->flattened && encoder->operation->service->protocol == PROTOCOL_QUERY;
}

static int encode_list(struct encoder *encoder, const struct shape *shape, const json_t *list, int depth)
{
	if (json_array_size(list) == 0) {
		if (encoder->operation->service->protocol == PROTOCOL_QUERY)
			encode_pair(encoder->body, buffer_text(&encoder->path), "", 0);
		return 0;
	}
	if (encode_is_wrapped(encoder, shape))
		encode_enter(encoder, shape->element_name);
	for (size_t i = 0; i < json_array_size(list); i++) {
		size_t before = encode_enter_item(encoder, i + 1);

		if (encode_value(encoder, shape->element, json_array_get(list, i), depth))
			return -1;
		encode_leave(encoder, before);
	}
	return 0;
}

static int encode_entry(struct encoder *encoder, const struct shape *shape, const char *key, const json_t *value,
			int depth)
{
	size_t before = encode_enter(encoder, shape->key_name);

	encode_pair(encoder->body, buffer_text(&encoder->path), key, strlen(key));
	encode_leave(encoder, before);
	before = encode_enter(encoder, shape->element_name);
	if (encode_value(encoder, shape->element, value, depth))
		return -1;
	encode_leave(encoder, before);
	return 0;
}

static int encode_map(struct encoder *encoder, const struct shape *shape, const json_t *map, int depth)
{
	/* jansson's iterators take no const object, and change nothing. */
	json_t *walked = (json_t *)(uintptr_t)map;
	size_t index = 0;

	if (encode_is_wrapped(encoder, shape))
		encode_enter(encoder, "entry");
	for (void *at = json_object_iter(walked); at; at = json_object_iter_next(walked, at)) {
		size_t before = encode_enter_item(encoder, ++index);

		if (encode_entry(encoder, shape, json_object_iter_key(at), json_object_iter_value(at), depth))
			return -1;
		encode_leave(encoder, before);
	}
	return 0;
}

/* After a failure the path stays where it is: it is in the message already, and nobody goes on. */
static int encode_value(struct encoder *encoder, const struct shape *shape, const json_t *value, int depth)
{
	static const struct {
		json_type type;
		int (*encode)(struct encoder *encoder, const struct shape *shape, const json_t *value, int depth);
	} rows[] = {
		[SHAPE_STRUCTURE] = { JSON_OBJECT, encode_structure },
		[SHAPE_LIST] = { JSON_ARRAY, encode_list },
		[SHAPE_MAP] = { JSON_OBJECT, encode_map },
	};
	size_t before = encoder->path.length;

	if (shape_is_scalar(shape))
		return encode_scalar(encoder, shape, value);
	if (json_typeof(value) != rows[shape->kind].type)
		return encode_fail_type(encoder, shape);
	if (depth >= QUERY_MAX_DEPTH)
		return encode_fail(encoder, "is nested too deep");
	if (rows[shape->kind].encode(encoder, shape, value, depth + 1))
		return -1;
	if (encoder->path.bytes)
		encode_leave(encoder, before);
	return 0;
}

int query_encode_request(const struct operation *operation, const json_t *input, struct buffer *body,
			 struct error *err)
{
	struct encoder encoder = { .operation = operation, .body = body, .err = err };
	int status;

	encode_pair(body, "Action", operation->name, strlen(operation->name));
	encode_pair(body, "Version", operation->service->api_version, strlen(operation->service->api_version));
	status = encode_value(&encoder, operation->input, input, 0);
	buffer_release(&encoder.path);
	return status;
}
