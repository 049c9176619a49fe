/* The types of field that are one scalar or a list of them: how each is read and what JSON Schema says of it. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "text/json.h"
#include "text/record.h"

#define NAME_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"

int field_want_scalar(struct reader *reader, const struct node *node, const struct field *field)
{
	if (node->kind != NODE_SCALAR)
		return diagnostics_error(reader->diagnostics, node->position, NULL, "'%s' must be %s, not %s",
					 field->name, field->type->name, node_kind_name(node));
	if (node_is_empty(node))
		return diagnostics_error(reader->diagnostics, node->position, NULL, "'%s' has no value", field->name);
	return 0;
}

static int refuse(struct reader *reader, const struct node *node, const struct field *field, const char *wanted)
{
	return diagnostics_error(reader->diagnostics, node->position, NULL, "'%s' must be %s, not '%s'", field->name,
				 wanted, node->text);
}

static int read_text(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	if (field_want_scalar(reader, node, field))
		return -1;
	*(const char **)into = node->text;
	return 0;
}

json_t *field_text_schema(const struct field *field)
{
	(void)field;
	return json_made(json_pack("{s:[s,s,s]}", "type", "string", "number", "boolean"));
}

static int read_name(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	if (field_want_scalar(reader, node, field))
		return -1;
	if (!node->text[0] || node->text[strspn(node->text, NAME_CHARACTERS)])
		return refuse(reader, node, field, "a name of letters, digits and _ . -");
	*(const char **)into = node->text;
	return 0;
}

static json_t *name_schema(const struct field *field)
{
	json_t *schema = field_text_schema(field);

	json_put(schema, "pattern", json_string("^[A-Za-z0-9_.-]+$"));
	return schema;
}

static bool has_maximum(const struct field *field)
{
	return field->maximum > field->minimum || (field->maximum == field->minimum && field->maximum);
}

/* `show` writes a number as people write this type's values. */
static int check_range(struct reader *reader, const struct node *node, const struct field *field, int64_t value,
		       char *(*show)(int64_t value, char text[DURATION_TEXT_BYTES]))
{
	char least[DURATION_TEXT_BYTES], most[DURATION_TEXT_BYTES];

	if (value >= field->minimum && (value <= field->maximum || !has_maximum(field)))
		return 0;
	if (!has_maximum(field))
		return diagnostics_error(reader->diagnostics, node->position, NULL, "'%s' must be at least %s, not %s",
					 field->name, show(field->minimum, least), node->text);
	if (field->minimum == field->maximum)
		return diagnostics_error(reader->diagnostics, node->position, NULL, "'%s' must be %s, not %s",
					 field->name, show(field->minimum, least), node->text);
	return diagnostics_error(reader->diagnostics, node->position, NULL, "'%s' must be from %s to %s, not %s",
				 field->name, show(field->minimum, least), show(field->maximum, most), node->text);
}

static char *show_integer(int64_t value, char text[DURATION_TEXT_BYTES])
{
	snprintf(text, DURATION_TEXT_BYTES, "%lld", (long long)value);
	return text;
}

static int read_integer(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	int64_t value;

	if (field_want_scalar(reader, node, field))
		return -1;
	if (!node_integer(node, &value))
		return refuse(reader, node, field, node->plain ? "a whole number" : "a whole number without quotes");
	if (check_range(reader, node, field, value, show_integer))
		return -1;
	*(int64_t *)into = value;
	return 0;
}

static json_t *integer_schema(const struct field *field)
{
	json_t *schema = json_made(json_pack("{s:s}", "type", "integer"));

	json_put(schema, "minimum", json_integer(field->minimum));
	if (has_maximum(field))
		json_put(schema, "maximum", json_integer(field->maximum));
	return schema;
}

static int read_boolean(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	const bool is_true = node->kind == NODE_SCALAR && strcmp(node->text, "true") == 0;

	if (field_want_scalar(reader, node, field))
		return -1;
	if (!node->plain)
		return refuse(reader, node, field, "true or false without quotes");
	if (!is_true && strcmp(node->text, "false") != 0)
		return refuse(reader, node, field, "true or false");
	*(bool *)into = is_true;
	return 0;
}

static json_t *boolean_schema(const struct field *field)
{
	(void)field;
	return json_made(json_pack("{s:s}", "type", "boolean"));
}

static int read_duration(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	int64_t value;

	if (field_want_scalar(reader, node, field))
		return -1;
	value = duration_parse(node->text);
	if (value < 0)
		return refuse(reader, node, field, "a duration such as 90s, 5m or 1h30m");
	if (check_range(reader, node, field, value, duration_format))
		return -1;
	*(int64_t *)into = value;
	return 0;
}

static json_t *duration_schema(const struct field *field)
{
	(void)field;
	return json_made(json_pack("{s:s, s:s}", "type", "string", "pattern",
				   "^(?=[0-9])([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$"));
}

static const char *choice_name_at(const void *argument, size_t i)
{
	const struct choice *choices = argument;

	return choices[i].name;
}

static int refuse_choice(struct reader *reader, const struct node *node, const struct field *field)
{
	struct buffer names = BUFFER_INIT;

	for (const struct choice *choice = field->choices; choice->name; choice++)
		buffer_add_format(&names, "%s%s", choice == field->choices ? "" : !choice[1].name ? " or " : ", ",
				  choice->name);
	diagnostics_unknown(reader->diagnostics, node->position, node->text, choice_name_at, field->choices,
			    "'%s' must be %s, not '%s'", field->name, buffer_text(&names), node->text);
	buffer_release(&names);
	return -1;
}

static int read_choice(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	if (field_want_scalar(reader, node, field))
		return -1;
	for (const struct choice *choice = field->choices; choice->name; choice++) {
		if (strcmp(choice->name, node->text) == 0) {
			*(int *)into = choice->value;
			return 0;
		}
	}
	return refuse_choice(reader, node, field);
}

/* A choice that looks like a number or a truth value is one to an editor, unless it is quoted. */
static json_t *choice_schema(const struct field *field)
{
	json_t *schema = json_made(json_object()), *names = json_made(json_array());

	for (const struct choice *choice = field->choices; choice->name; choice++) {
		const struct node plain = { .kind = NODE_SCALAR, .plain = true, .text = choice->name };
		json_t *look = node_to_json(&plain);

		json_append(names, json_string(choice->name));
		if (json_is_string(look))
			json_decref(look);
		else
			json_append(names, look);
	}
	json_put(schema, "enum", names);
	return schema;
}

static int read_any(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	(void)reader;
	(void)field;
	*(const struct node **)into = node;
	return 0;
}

static json_t *any_schema(const struct field *field)
{
	(void)field;
	return json_made(json_object());
}

static int read_names(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	struct name_list *list = into;
	const bool is_list = node->kind == NODE_LIST;
	const size_t count = is_list ? node->count : 1;
	int result = 0;

	if (!is_list && field_want_scalar(reader, node, field))
		return -1;
	list->names = ARENA_ARRAY(reader->arena, const char *, count);
	list->nodes = ARENA_ARRAY(reader->arena, const struct node *, count);
	for (size_t i = 0; i < count; i++) {
		const struct node *item = is_list ? node->items[i] : node;

		list->nodes[list->count] = item;
		if (read_name(reader, item, field, &list->names[list->count]))
			result = -1;
		else
			list->count++;
	}
	return result;
}

static json_t *names_schema(const struct field *field)
{
	return json_made(json_pack("{s:[o, {s:s, s:o}]}", "anyOf", name_schema(field), "type", "array", "items",
				   name_schema(field)));
}

const struct field_type field_text = { "text", read_text, field_text_schema };
const struct field_type field_name = { "a name", read_name, name_schema };
const struct field_type field_integer = { "a whole number", read_integer, integer_schema };
const struct field_type field_boolean = { "true or false", read_boolean, boolean_schema };
const struct field_type field_duration = { "a duration", read_duration, duration_schema };
const struct field_type field_choice = { "one word", read_choice, choice_schema };
const struct field_type field_node = { "anything", read_any, any_schema };
const struct field_type field_names = { "a name or a list of names", read_names, names_schema };
