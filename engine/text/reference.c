#include "config.h"

#include "text/reference.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

/* Records are few, and each is told once. */
enum { RECORDS_MOST = 32 };

struct telling {
	const struct record *records[RECORDS_MOST];
	size_t count;
};

static void tell(struct telling *telling, const struct record *record)
{
	for (size_t i = 0; i < telling->count; i++)
		if (telling->records[i] == record)
			return;
	if (telling->count < RECORDS_MOST)
		telling->records[telling->count++] = record;
}

static void add_number(struct buffer *text, const struct field *field, int64_t number)
{
	char duration[DURATION_TEXT_BYTES];

	if (field->type == &field_duration)
		buffer_add_text(text, duration_format(number, duration));
	else
		buffer_add_format(text, "%" PRId64, number);
}

static void add_bounds(struct buffer *text, const struct field *field)
{
	const bool is_number = field->type == &field_duration || field->type == &field_integer;

	if (!is_number || field->maximum <= 0)
		return;
	if (field->minimum == field->maximum)
		buffer_add_text(text, ", ");
	else
		buffer_add_text(text, ", from ");
	add_number(text, field, field->minimum);
	if (field->minimum == field->maximum)
		return;
	buffer_add_text(text, " to ");
	add_number(text, field, field->maximum);
}

static void add_choices(struct buffer *text, const struct field *field)
{
	for (const struct choice *choice = field->choices; choice->name; choice++)
		buffer_add_format(text, "%s`%s`", choice == field->choices ? "" : ", ", choice->name);
}

static void add_value(struct buffer *text, const struct field *field)
{
	if (field->choices)
		add_choices(text, field);
	else if (field->type == &field_record)
		buffer_add_text(text, field->record->name);
	else if (field->type == &field_record_list)
		buffer_add_format(text, "a list, each %s", field->record->name);
	else if (field->type == &field_record_map)
		buffer_add_format(text, "a map, each value %s", field->record->name);
	else
		buffer_add_text(text, field->type->name);
	add_bounds(text, field);
}

static void add_field(struct buffer *text, const struct field *field)
{
	const char *bold = field->required ? "**" : "";

	buffer_add_format(text, "| %s`%s`%s | ", bold, field->name, bold);
	add_value(text, field);
	buffer_add_format(text, " | %s |\n", field->help ? field->help : "");
}

void reference_add(const struct record *record, struct buffer *text)
{
	buffer_add_format(text, "### %c%s\n\n| key | value | |\n|---|---|---|\n", record->name[0] - 'a' + 'A',
			  record->name + 1);
	for (const struct field *field = record->fields; field->name; field++)
		add_field(text, field);
	buffer_add_char(text, '\n');
}

void reference_of(const struct record *record, struct buffer *text)
{
	struct telling telling = { 0 };

	tell(&telling, record);
	for (size_t i = 0; i < telling.count; i++) {
		reference_add(telling.records[i], text);
		for (const struct field *field = telling.records[i]->fields; field->name; field++)
			if (field->record)
				tell(&telling, field->record);
	}
}
