#include "config.h"

#include "model/reference.h"

#include <stdlib.h>

#include "model/facts.h"
#include "model/machine.h"
#include "text/json.h"
#include "text/reference.h"
#include "text/schema.h"

static const char schema_id[] = "https://tidegate.invalid/schemas/machine.schema.json";

/* A file has states of its own, or uses another machine: which of the two tables holds it hangs on `use`. */
static json_t *machine_schema(void)
{
	json_t *schema = schema_of(&machine_record, "tidegate machine", schema_id);
	json_t *use = schema_of(&machine_use_record, "", "");

	json_object_update_missing(json_object_get(schema, "$defs"), json_object_get(use, "$defs"));
	json_decref(use);
	json_object_del(schema, "$ref");
	json_put(schema, "if", json_made(json_pack("{s:[s]}", "required", "use")));
	json_put(schema, "then", schema_reference(&machine_use_record));
	json_put(schema, "else", schema_reference(&machine_record));
	return schema;
}

void machine_add_schema(struct buffer *text)
{
	schema_add_text(text, machine_schema());
}

static void add_heading(struct buffer *text, const char *heading)
{
	buffer_add_format(text, "### %s\n\n| | |\n|---|---|\n", heading);
}

static void add_facts(struct buffer *text, const char *root, const struct fact *facts)
{
	for (; facts->name; facts++)
		buffer_add_format(text, "| `%s.%s` | %s |\n", root, facts->name, facts->help);
}

static void add_failures(struct buffer *text)
{
	add_heading(text, "Errors, for `catch` and `retry`");
	for (enum failure failure = FAILURE_TIMEOUT; failure < FAILURE_COUNT; failure++)
		buffer_add_format(text, "| `%s` | %s |\n", failures[failure].name, failures[failure].help);
}

void machine_add_reference(struct buffer *text)
{
	reference_of(&machine_record, text);
	reference_add(&machine_use_record, text);
	add_heading(text, "Facts, in expressions");
	add_facts(text, "metadata", metadata_facts);
	add_facts(text, "hook", hook_facts);
	buffer_add_char(text, '\n');
	add_failures(text);
}

void action_add_reference(struct buffer *text)
{
	reference_of(&action_record, text);
	reference_of(&observation_record, text);
}
