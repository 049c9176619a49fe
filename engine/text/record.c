#include "config.h"

#include "text/record.h"

#include <string.h>

#include "text/json.h"
#include "text/schema.h"

static void set_member(void *record, size_t member, const struct node *node)
{
	if (member)
		*(const struct node **)(void *)((char *)record + member - 1) = node;
}

static const char *field_name_at(const void *argument, size_t i)
{
	const struct record *record = argument;

	return record->fields[i].name;
}

static const struct field *field_find(const struct record *record, const char *name)
{
	for (const struct field *field = record->fields; field->name; field++)
		if (strcmp(field->name, name) == 0)
			return field;
	return NULL;
}

static int read_pair(struct reader *reader, const struct node *key, const struct node *value,
		     const struct record *record, void *into)
{
	const struct field *field = field_find(record, key->text);

	if (!field)
		return diagnostics_unknown(reader->diagnostics, key->position, key->text, field_name_at, record,
					   "unknown key '%s' in %s", key->text, record->name);
	return field->type->read(reader, value, field, (char *)into + field->offset);
}

static int check_required(struct reader *reader, const struct node *node, const struct record *record)
{
	int result = 0;

	for (const struct field *field = record->fields; field->name; field++)
		if (field->required && !node_get(node, field->name))
			result = diagnostics_error(reader->diagnostics, node->position, NULL, "%s lacks '%s'",
						   record->name, field->name);
	return result;
}

/* `key` is that under which the record stands in a map of records, else NULL. */
static int read_keyed(struct reader *reader, const struct node *key, const struct node *node,
		      const struct record *record, void *into)
{
	int result = 0;

	memset(into, 0, record->size);
	set_member(into, record->key_member, key);
	if (node->kind != NODE_MAP)
		return diagnostics_error(reader->diagnostics, node->position, NULL, "%s must be a map, not %s",
					 record->name, node_kind_name(node));
	set_member(into, record->node_member, node);
	for (size_t i = 0; i < node->count; i++)
		if (read_pair(reader, node->keys[i], node->items[i], record, into))
			result = -1;
	if (check_required(reader, node, record))
		result = -1;
	if (result == 0 && record->finish)
		result = record->finish(reader, node, into);
	return result;
}

int record_read(struct reader *reader, const struct node *node, const struct record *record, void *into)
{
	return read_keyed(reader, NULL, node, record, into);
}

static int want_kind(struct reader *reader, const struct node *node, const struct field *field, enum node_kind kind)
{
	if (node->kind == kind)
		return 0;
	return diagnostics_error(reader->diagnostics, node->position, NULL, "'%s' must be %s, not %s", field->name,
				 node_kind_name(&(struct node){ .kind = kind }), node_kind_name(node));
}

static int read_record(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	void *record;

	if (want_kind(reader, node, field, NODE_MAP))
		return -1;
	record = arena_alloc(reader->arena, 1, field->record->size);
	*(void **)into = record;
	return record_read(reader, node, field->record, record);
}

static json_t *record_schema(const struct field *field)
{
	return schema_reference(field->record);
}

/* Each item of a list, or value of a map, is a record. */
static int read_records(struct reader *reader, const struct node *node, const struct record *record,
			struct record_list *list)
{
	int result = 0;

	list->count = node->count;
	list->records = arena_alloc(reader->arena, node->count, record->size);
	for (size_t i = 0; i < node->count; i++) {
		const struct node *key = node->kind == NODE_MAP ? node->keys[i] : NULL;

		if (read_keyed(reader, key, node->items[i], record, (char *)list->records + i * record->size))
			result = -1;
	}
	return result;
}

static int read_record_list(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	if (want_kind(reader, node, field, NODE_LIST))
		return -1;
	if (node->count < (size_t)field->minimum)
		return diagnostics_error(reader->diagnostics, node->position, NULL, "'%s' is empty", field->name);
	return read_records(reader, node, field->record, into);
}

static json_t *record_list_schema(const struct field *field)
{
	json_t *schema = json_made(json_pack("{s:s, s:o}", "type", "array", "items", schema_reference(field->record)));

	if (field->minimum > 0)
		json_put(schema, "minItems", json_integer(field->minimum));
	return schema;
}

static int read_record_map(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	if (want_kind(reader, node, field, NODE_MAP))
		return -1;
	return read_records(reader, node, field->record, into);
}

static json_t *record_map_schema(const struct field *field)
{
	return json_made(json_pack("{s:s, s:o}", "type", "object", "additionalProperties",
				   schema_reference(field->record)));
}

const struct field_type field_record = { "a map", read_record, record_schema };
const struct field_type field_record_list = { "a list of maps", read_record_list, record_list_schema };
const struct field_type field_record_map = { "a map of maps", read_record_map, record_map_schema };
