/* A shape is made once for each name and each way of being referred to (botocore says at the reference, not at the
 * shape, that a list is flattened), so that recursive shapes come to an end. */
#include "config.h"

#include "wire/botocore.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct made {
	const char *name;
	bool flattened;
	struct shape *shape;
	struct made *next;
};

struct maker {
	struct arena *arena;
	const json_t *shapes;
	struct made *made;
};

json_t *botocore_suite(const char *file)
{
	char *path = memory_format("%s/awsquery/%s", getenv("CONFORMANCE_DIR"), file);
	json_error_t fault;
	json_t *suite = json_load_file(path, 0, &fault);

	if (!suite)
		fail_msg("%s: %s", path, fault.text);
	free(path);
	return suite;
}

static int row_value(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	fail_msg("botocore's '%s' is not known here", name);
	return -1;
}

static enum shape_kind kind_of(const char *type)
{
	static const char *const names[] = {
		[SHAPE_STRUCTURE] = "structure", [SHAPE_LIST] = "list",     [SHAPE_MAP] = "map",
		[SHAPE_STRING] = "string",       [SHAPE_INTEGER] = "integer", [SHAPE_FLOAT] = "float",
		[SHAPE_BOOLEAN] = "boolean",     [SHAPE_TIMESTAMP] = "timestamp", [SHAPE_BLOB] = "blob",
	};

	type = strcmp(type, "long") == 0 ? "integer" : strcmp(type, "double") == 0 ? "float" : type;
	return (enum shape_kind)row_value(type, names, ARRAY_LENGTH(names));
}

static enum timestamp_format format_of(const char *format)
{
	static const char *const names[] = {
		[TIMESTAMP_ISO8601] = "iso8601", [TIMESTAMP_UNIX] = "unixTimestamp", [TIMESTAMP_RFC822] = "rfc822",
	};

	return format ? (enum timestamp_format)row_value(format, names, ARRAY_LENGTH(names)) : TIMESTAMP_ISO8601;
}

static const char *text_of(const struct maker *maker, const json_t *object, const char *key, const char *otherwise)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? arena_copy_text(maker->arena, text) : otherwise;
}

static const struct shape *maker_shape(struct maker *maker, const json_t *reference);

static bool is_required(const json_t *shape, const char *name)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(shape, "required"), i, entry)
		if (strcmp(json_string_value(entry), name) == 0)
			return true;
	return false;
}

static void maker_members(struct maker *maker, const json_t *from, struct shape *shape)
{
	json_t *members = json_object_get(from, "members"), *reference;
	struct shape_member *made = ARENA_ARRAY(maker->arena, struct shape_member, json_object_size(members) + 1);
	const char *name;

	shape->members = made;
	json_object_foreach(members, name, reference) {
		struct shape_member *member = &made[shape->n_members++];

		member->name = arena_copy_text(maker->arena, name);
		member->wire_name = text_of(maker, reference, "locationName", member->name);
		member->required = is_required(from, name);
		member->attribute = json_is_true(json_object_get(reference, "xmlAttribute"));
		member->shape = maker_shape(maker, reference);
	}
}

static void maker_fill(struct maker *maker, const json_t *from, struct shape *shape)
{
	const json_t *element = json_object_get(from, shape->kind == SHAPE_MAP ? "value" : "member");
	const json_t *key = json_object_get(from, "key");

	shape->timestamp_format = format_of(json_string_value(json_object_get(from, "timestampFormat")));
	shape->element_name = text_of(maker, element, "locationName", shape->kind == SHAPE_MAP ? "value" : "member");
	shape->key_name = text_of(maker, key, "locationName", "key");
	if (element)
		shape->element = maker_shape(maker, element);
	if (key)
		shape->key = maker_shape(maker, key);
	maker_members(maker, from, shape);
}

static const struct shape *maker_shape(struct maker *maker, const json_t *reference)
{
	const char *name = json_string_value(json_object_get(reference, "shape"));
	const json_t *from = json_object_get(maker->shapes, name);
	bool flattened = json_is_true(json_object_get(reference, "flattened")) ||
			 json_is_true(json_object_get(from, "flattened"));
	struct made *made = maker->made;

	while (made && (strcmp(made->name, name) || made->flattened != flattened))
		made = made->next;
	if (made)
		return made->shape;
	made = ARENA_NEW(maker->arena, struct made);
	*made = (struct made){ name, flattened, ARENA_NEW(maker->arena, struct shape), maker->made };
	maker->made = made;
	made->shape->kind = kind_of(json_string_value(json_object_get(from, "type")));
	made->shape->flattened = flattened;
	maker_fill(maker, from, made->shape);
	return made->shape;
}

const struct shape *botocore_shape(struct arena *arena, const json_t *shapes, const json_t *reference)
{
	struct maker maker = { .arena = arena, .shapes = shapes };

	return reference ? maker_shape(&maker, reference) : ARENA_NEW(arena, struct shape);
}

struct operation *botocore_operation(struct arena *arena, const char *name, enum protocol protocol)
{
	struct operation *operation = ARENA_NEW(arena, struct operation);
	struct service *service = ARENA_NEW(arena, struct service);

	service->api_version = "2020-01-08";
	service->endpoint_prefix = "example";
	service->protocol = protocol;
	operation->name = arena_copy_text(arena, name);
	operation->service = service;
	return operation;
}
