#include "config.h"

#include "text/schema.h"

#include <stdlib.h>
#include <string.h>

#include "text/json.h"

/* "a retry rule" is "retry_rule" among the definitions. The caller frees it. */
static char *slug_of(const struct record *record)
{
	const char *name = record->name;
	char *slug;

	if (strncmp(name, "a ", 2) == 0 || strncmp(name, "an ", 3) == 0)
		name = strchr(name, ' ') + 1;
	slug = memory_copy_text(name);
	for (char *at = slug; (at = strpbrk(at, " '/~")); at++)
		*at = '_';
	return slug;
}

json_t *schema_reference(const struct record *record)
{
	char *slug = slug_of(record);
	char *path = memory_format("#/$defs/%s", slug);
	json_t *reference = json_made(json_pack("{s:s}", "$ref", path));

	free(path);
	free(slug);
	return reference;
}

static json_t *field_schema(const struct field *field)
{
	json_t *schema = field->type->schema(field);

	if (field->help)
		json_put(schema, "description", json_string(field->help));
	return schema;
}

static json_t *properties_of(const struct record *record)
{
	json_t *properties = json_made(json_object());

	for (const struct field *field = record->fields; field->name; field++)
		json_put(properties, field->name, field_schema(field));
	return properties;
}

static json_t *required_of(const struct record *record)
{
	json_t *required = json_made(json_array());

	for (const struct field *field = record->fields; field->name; field++)
		if (field->required)
			json_append(required, json_string(field->name));
	return required;
}

static json_t *definition_of(const struct record *record)
{
	json_t *definition = json_made(json_pack("{s:s, s:b, s:o, s:o}", "type", "object", "additionalProperties", 0,
						 "required", required_of(record), "properties",
						 properties_of(record)));

	if (record->constrain)
		record->constrain(definition);
	return definition;
}

/* The record and those it reaches, each once; a record may hold itself. */
static void define(json_t *definitions, const struct record *record)
{
	char *slug = slug_of(record);
	const bool known = json_object_get(definitions, slug);

	if (!known)
		json_put(definitions, slug, definition_of(record));
	free(slug);
	if (known)
		return;
	for (const struct field *field = record->fields; field->name; field++)
		if (field->record)
			define(definitions, field->record);
}

json_t *schema_of(const struct record *record, const char *title, const char *id)
{
	json_t *schema = schema_reference(record), *definitions = json_made(json_object());

	json_put(schema, "$schema", json_string("https://json-schema.org/draft/2020-12/schema"));
	json_put(schema, "$id", json_string(id));
	json_put(schema, "title", json_string(title));
	define(definitions, record);
	json_put(schema, "$defs", definitions);
	return schema;
}

void schema_add_text(struct buffer *text, json_t *schema)
{
	char *dumped = json_text(schema, JSON_INDENT(2));

	if (!dumped)
		memory_exhausted();
	buffer_add_format(text, "%s\n", dumped);
	free(dumped);
	json_decref(schema);
}
