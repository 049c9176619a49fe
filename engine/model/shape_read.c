/* Reads members as people write them (`string!`, `[Instance]`, `{list: Tag, required: true}`) into shapes. All types
 * are made before any is filled, so that their order is free and a type may hold itself. */
#include "config.h"

#include "model/shape_read.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* What AWS's protocols say where a member says nothing. `first_letter` is of names on the wire; one that a file gives
 * for an answer stays as it is. */
static const struct protocol_row {
	const char *element_name;
	int (*first_letter[2])(int letter);
} protocol_rows[] = {
	[PROTOCOL_QUERY] = { .element_name = "member" },
	[PROTOCOL_EC2] = { .element_name = "item",
			   .first_letter = { [DIRECTION_REQUEST] = toupper, [DIRECTION_ANSWER] = tolower } },
	[PROTOCOL_LOCAL] = { .element_name = "member" },
};

static const struct scalar {
	const char *name;
	struct shape shape;
} scalars[] = {
	{ "string", { .kind = SHAPE_STRING } },       { "integer", { .kind = SHAPE_INTEGER } },
	{ "float", { .kind = SHAPE_FLOAT } },         { "boolean", { .kind = SHAPE_BOOLEAN } },
	{ "timestamp", { .kind = SHAPE_TIMESTAMP } }, { "blob", { .kind = SHAPE_BLOB } },
};

struct shape_scope {
	struct reader *reader;
	const struct protocol_row *protocol;
	enum direction direction;
	const struct node *types; /* NULL: none */
	struct shape *shapes;     /* of each type, in their order */
};

/* A member written as a map. */
struct member_row {
	const char *type;
	const struct node *list, *map;
	bool required, flattened;
	const char *wire, *element, *key;
};

static int one_of_type_list_map(struct reader *reader, const struct node *node, void *record)
{
	const struct member_row *row = record;

	if (!!row->type + !!row->list + !!row->map == 1)
		return 0;
	return diagnostics_error(reader->diagnostics, node->position, NULL,
				 "a member has exactly one of 'type', 'list' and 'map'");
}

static const struct field member_fields[] = {
	{ "type", &field_text, FIELD_OF(member_row, type), .help = "a scalar, or one of `types`" },
	{ "list", &field_node, FIELD_OF(member_row, list), .help = "a list; of which members" },
	{ "map", &field_node, FIELD_OF(member_row, map), .help = "a map from text; to which members" },
	{ "required", &field_boolean, FIELD_OF(member_row, required), .help = "a request without it is refused" },
	{ "wire", &field_name, FIELD_OF(member_row, wire), .help = "its name in requests and answers" },
	{ "element", &field_name, FIELD_OF(member_row, element), .help = "the name of a list's or map's elements" },
	{ "key", &field_name, FIELD_OF(member_row, key), .help = "the name of a map's keys" },
	{ "flattened", &field_boolean, FIELD_OF(member_row, flattened), .help = "elements stand without a wrapper" },
	{ 0 },
};

static const struct record member_record = {
	.name = "a member",
	.size = sizeof(struct member_row),
	.fields = member_fields,
	.finish = one_of_type_list_map,
};

static const struct shape *read_element(struct shape_scope *scope, const struct node *node);

static const char *type_name_at(const void *argument, size_t i)
{
	const struct shape_scope *scope = argument;

	if (i < ARRAY_LENGTH(scalars))
		return scalars[i].name;
	i -= ARRAY_LENGTH(scalars);
	return scope->types && i < scope->types->count ? scope->types->keys[i]->text : NULL;
}

static const struct shape *find_type(const struct shape_scope *scope, const char *name)
{
	const size_t at = scope->types ? node_find(scope->types, name) : 0;

	for (size_t i = 0; i < ARRAY_LENGTH(scalars); i++)
		if (strcmp(scalars[i].name, name) == 0)
			return &scalars[i].shape;
	return scope->types && at < scope->types->count ? &scope->shapes[at] : NULL;
}

/* What takes the place of a faulty type: nothing is run after a fault, but the reading goes on to find others. */
static const struct shape *no_type(const struct shape_scope *scope, const struct node *node, const char *name)
{
	struct diagnostics *diagnostics = scope->reader->diagnostics;
	const bool kept = diagnostics->errors < DIAGNOSTICS_MOST;
	const char *near = kept ? nearest_word(name, type_name_at, scope) : NULL;
	char *hint = near ? memory_format("did you mean '%s'?", near) : NULL;

	diagnostics_error(diagnostics, node->position, hint, "unknown type '%s'", name);
	free(hint);
	return &scalars[0].shape;
}

static const struct shape *read_type(const struct shape_scope *scope, const struct node *node, const char *name)
{
	const struct shape *shape = find_type(scope, name);

	return shape ? shape : no_type(scope, node, name);
}

static const struct shape *new_list(struct shape_scope *scope, const struct node *element, const struct member_row *row)
{
	struct shape *shape = ARENA_NEW(scope->reader->arena, struct shape);

	shape->kind = SHAPE_LIST;
	shape->element = read_element(scope, element);
	shape->element_name = row->element ? row->element : scope->protocol->element_name;
	shape->flattened = row->flattened;
	return shape;
}

static const struct shape *new_map(struct shape_scope *scope, const struct node *element, const struct member_row *row)
{
	struct shape *shape = ARENA_NEW(scope->reader->arena, struct shape);

	shape->kind = SHAPE_MAP;
	shape->element = read_element(scope, element);
	shape->element_name = row->element ? row->element : "value";
	shape->key = &scalars[0].shape;
	shape->key_name = row->key ? row->key : "key";
	shape->flattened = row->flattened;
	return shape;
}

static const char *wire_name(const struct shape_scope *scope, const char *name, const char *given)
{
	int (*first_letter)(int) = scope->protocol->first_letter[scope->direction];
	char *wire;

	if (!first_letter || (given && scope->direction == DIRECTION_ANSWER))
		return given ? given : name;
	wire = arena_copy_text(scope->reader->arena, given ? given : name);
	wire[0] = (char)first_letter((unsigned char)wire[0]);
	return wire;
}

static void read_member_text(struct shape_scope *scope, const struct node *node, struct shape_member *member)
{
	size_t length = strlen(node->text);

	member->required = length && node->text[length - 1] == '!';
	member->shape = read_type(scope, node,
				  arena_copy(scope->reader->arena, node->text, length - member->required));
}

static void read_member_list(struct shape_scope *scope, const struct node *node, struct shape_member *member)
{
	static const struct member_row plain;

	if (node->count != 1)
		diagnostics_error(scope->reader->diagnostics, node->position, NULL,
				  "a list as a type has one item, the type of its elements, as in [string]");
	member->shape = node->count ? new_list(scope, node->items[0], &plain) : &scalars[0].shape;
}

static void read_member_map(struct shape_scope *scope, const struct node *node, struct shape_member *member)
{
	struct member_row row;

	member->shape = &scalars[0].shape;
	if (record_read(scope->reader, node, &member_record, &row) < 0)
		return;
	member->wire_name = wire_name(scope, member->name, row.wire);
	member->required = row.required;
	member->shape = row.list ? new_list(scope, row.list, &row)
			: row.map ? new_map(scope, row.map, &row)
				  : read_type(scope, node_get(node, "type"), row.type);
}

static void read_member(struct shape_scope *scope, const struct node *node, struct shape_member *member)
{
	static void (*const read[])(struct shape_scope *, const struct node *, struct shape_member *) = {
		[NODE_SCALAR] = read_member_text,
		[NODE_LIST] = read_member_list,
		[NODE_MAP] = read_member_map,
	};

	read[node->kind](scope, node, member);
}

/* An element is a member without a name; that one is required says nothing. */
static const struct shape *read_element(struct shape_scope *scope, const struct node *node)
{
	struct shape_member member = { .name = "" };

	read_member(scope, node, &member);
	return member.shape;
}

static void fill_structure(struct shape_scope *scope, const struct node *node, struct shape *shape)
{
	struct shape_member *members;

	shape->kind = SHAPE_STRUCTURE;
	if (node->kind != NODE_MAP) {
		diagnostics_error(scope->reader->diagnostics, node->position, NULL, "members are a map, not %s",
				  node_kind_name(node));
		return;
	}
	members = ARENA_ARRAY(scope->reader->arena, struct shape_member, node->count);
	for (size_t i = 0; i < node->count; i++) {
		members[i].name = node->keys[i]->text;
		members[i].wire_name = wire_name(scope, members[i].name, NULL);
		read_member(scope, node->items[i], &members[i]);
	}
	shape->members = members;
	shape->n_members = node->count;
}

static void check_type_name(struct shape_scope *scope, const struct node *key)
{
	if (strlen(key->text) >= TYPE_NAME_BYTES)
		diagnostics_error(scope->reader->diagnostics, key->position, NULL,
				  "a type's name has less than %d bytes", TYPE_NAME_BYTES);
	for (size_t i = 0; i < ARRAY_LENGTH(scalars); i++)
		if (strcmp(scalars[i].name, key->text) == 0)
			diagnostics_error(scope->reader->diagnostics, key->position, NULL, "'%s' is a type already",
					  key->text);
}

struct shape_scope *shape_scope_new(struct reader *reader, const struct node *types, enum protocol protocol,
				    enum direction direction)
{
	struct shape_scope *scope = ARENA_NEW(reader->arena, struct shape_scope);

	scope->reader = reader;
	scope->protocol = &protocol_rows[protocol];
	scope->direction = direction;
	scope->types = types;
	if (!types)
		return scope;
	scope->shapes = ARENA_ARRAY(reader->arena, struct shape, types->count);
	for (size_t i = 0; i < types->count; i++) {
		check_type_name(scope, types->keys[i]);
		fill_structure(scope, types->items[i], &scope->shapes[i]);
	}
	return scope;
}

const struct shape *shape_read(struct reader *reader, struct shape_scope *scope, const struct node *members)
{
	struct shape *shape = ARENA_NEW(reader->arena, struct shape);

	scope->reader = reader;
	if (members)
		fill_structure(scope, members, shape);
	return shape;
}
