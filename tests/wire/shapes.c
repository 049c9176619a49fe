/* The operation is static data like a loaded catalogue; the generator is a small random walk over its shapes. */
#include "config.h"

#include "wire/shapes.h"

#include "base/memory.h"

static const struct shape string_shape = { .kind = SHAPE_STRING };
static const struct shape integer_shape = { .kind = SHAPE_INTEGER };
static const struct shape float_shape = { .kind = SHAPE_FLOAT };
static const struct shape boolean_shape = { .kind = SHAPE_BOOLEAN };
static const struct shape time_shape = { .kind = SHAPE_TIMESTAMP, .timestamp_format = TIMESTAMP_ISO8601 };
static const struct shape unix_shape = { .kind = SHAPE_TIMESTAMP, .timestamp_format = TIMESTAMP_UNIX };
static const struct shape date_shape = { .kind = SHAPE_TIMESTAMP, .timestamp_format = TIMESTAMP_RFC822 };
static const struct shape blob_shape = { .kind = SHAPE_BLOB };
static const struct shape names_shape = { .kind = SHAPE_LIST, .element = &string_shape, .element_name = "member" };
static const struct shape lists_shape = { .kind = SHAPE_LIST, .element = &names_shape, .element_name = "item" };
static const struct shape flat_shape = {
	.kind = SHAPE_LIST, .element = &integer_shape, .element_name = "member", .flattened = true,
};
static const struct shape map_shape = {
	.kind = SHAPE_MAP, .key = &string_shape, .element = &integer_shape, .key_name = "key", .element_name = "value",
};
static const struct shape flat_map_shape = {
	.kind = SHAPE_MAP, .key = &string_shape, .element = &names_shape, .key_name = "K", .element_name = "V",
	.flattened = true,
};
static const struct shape put_shape;
static const struct shape self_shape = { .kind = SHAPE_LIST, .element = &put_shape, .element_name = "member" };

static const struct shape_member put_members[] = {
	{ .name = "Kind", .wire_name = "kind", .shape = &string_shape, .attribute = true },
	{ .name = "Name", .wire_name = "Name", .shape = &string_shape, .required = true },
	{ .name = "Count", .wire_name = "Count", .shape = &integer_shape },
	{ .name = "Ratio", .wire_name = "Ratio", .shape = &float_shape },
	{ .name = "On", .wire_name = "On", .shape = &boolean_shape },
	{ .name = "Time", .wire_name = "Time", .shape = &time_shape },
	{ .name = "UnixTime", .wire_name = "unixTime", .shape = &unix_shape },
	{ .name = "Date", .wire_name = "Date", .shape = &date_shape },
	{ .name = "Blob", .wire_name = "Blob", .shape = &blob_shape },
	{ .name = "Names", .wire_name = "Names", .shape = &names_shape },
	{ .name = "Lists", .wire_name = "Lists", .shape = &lists_shape },
	{ .name = "Flat", .wire_name = "flat", .shape = &flat_shape },
	{ .name = "Map", .wire_name = "Map", .shape = &map_shape },
	{ .name = "FlatMap", .wire_name = "flatMap", .shape = &flat_map_shape },
	{ .name = "Self", .wire_name = "Self", .shape = &self_shape },
};

static const struct shape put_shape = {
	.kind = SHAPE_STRUCTURE, .members = put_members, .n_members = ARRAY_LENGTH(put_members),
};

const struct operation *shapes_operation(enum protocol protocol)
{
	static const struct service services[] = {
		[PROTOCOL_QUERY] = { .api_version = "2020-01-08", .endpoint_prefix = "example",
				     .protocol = PROTOCOL_QUERY },
		[PROTOCOL_EC2] = { .api_version = "2020-01-08", .endpoint_prefix = "ec2", .protocol = PROTOCOL_EC2 },
	};
	static const struct operation operations[] = {
		[PROTOCOL_QUERY] = { .name = "Put", .service = &services[PROTOCOL_QUERY], .input = &put_shape,
				     .output = &put_shape, .result_wrapper = "PutResult" },
		[PROTOCOL_EC2] = { .name = "Put", .service = &services[PROTOCOL_EC2], .input = &put_shape,
				   .output = &put_shape },
	};

	return &operations[protocol];
}

/* splitmix64: three lines, and good enough to visit every branch. */
static uint64_t random_next(struct shapes_random *random, uint64_t below)
{
	uint64_t value = random->seed += 0x9e3779b97f4a7c15;

	value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
	value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
	return (value ^ (value >> 31)) % below;
}

static json_t *generate_scalar(struct shapes_random *random, const struct shape *shape)
{
	static const char *const strings[] = { "", " ", "a", "<&>\"'", "\t\r\n x ",
					       "=&+%20;.", "\xe1\x88\xb4", "\xf0\x9f\x8c\x8a" };
	static const char *const blobs[] = { "", "dg==", "dmE=", "dmFs", "+/+/" };
	static const double floats[] = { 0.5, -10.8, 1e300, 1.0 / 3 };
	static const char *const words[] = { "NaN", "Infinity", "-Infinity" };
	double fraction = (double)random_next(random, 2) / 2;

	switch (shape->kind) {
	case SHAPE_INTEGER:
		return json_integer((json_int_t)(random_next(random, UINT64_MAX) >> random_next(random, 64)));
	case SHAPE_FLOAT:
		return random_next(random, 4) ? json_real(floats[random_next(random, 4)]) :
						json_string(words[random_next(random, 3)]);
	case SHAPE_BOOLEAN:
		return json_boolean(random_next(random, 2));
	case SHAPE_TIMESTAMP:
		if (fraction > 0 && shape->timestamp_format != TIMESTAMP_RFC822)
			return json_real((double)random_next(random, 253402300800) + fraction);
		return json_integer((json_int_t)random_next(random, 253402300800));
	case SHAPE_BLOB:
		return json_string(blobs[random_next(random, ARRAY_LENGTH(blobs))]);
	default:
		return json_string(strings[random_next(random, ARRAY_LENGTH(strings))]);
	}
}

static json_t *generate(struct shapes_random *random, const struct shape *shape, bool empty_lists, int depth);

static json_t *generate_structure(struct shapes_random *random, const struct shape *shape, bool empty_lists, int depth)
{
	json_t *object = json_object();

	for (size_t i = 0; i < shape->n_members; i++) {
		const struct shape_member *member = &shape->members[i];

		/* An attribute of the root would have no element to stand on in EC2's answers. */
		if (member->required ||
		    (random_next(random, 3) == 0 && depth < 4 && !(member->attribute && depth == 0)))
			json_object_set_new(object, member->name,
					    generate(random, member->shape, empty_lists, depth + 1));
	}
	return object;
}

static json_t *generate(struct shapes_random *random, const struct shape *shape, bool empty_lists, int depth)
{
	size_t least = shape->kind == SHAPE_MAP || shape->flattened || !empty_lists;
	size_t count = least + random_next(random, 3);
	json_t *items;

	if (shape->kind == SHAPE_STRUCTURE)
		return generate_structure(random, shape, empty_lists, depth);
	if (shape->kind != SHAPE_LIST && shape->kind != SHAPE_MAP)
		return generate_scalar(random, shape);
	items = shape->kind == SHAPE_LIST ? json_array() : json_object();
	for (size_t i = 0; i < count; i++) {
		json_t *item = generate(random, shape->element, empty_lists, depth + 1);

		if (shape->kind == SHAPE_LIST)
			json_array_append_new(items, item);
		else
			json_object_set_new(items, (const char *const[]){ "a", "b.c", "\xe1\x88\xb4" }[i % 3], item);
	}
	return items;
}

json_t *shapes_generate(struct shapes_random *random, const struct shape *shape, bool empty_lists)
{
	return generate(random, shape, empty_lists, 0);
}
