/* Cuts catalogue files down to some of their operations and the types those reach. It works on the text's nodes, not on
 * shapes: what is kept is what was written, and reading it again goes the one way that there is. */
#include "config.h"

#include "model/definition.h"

#include <stdlib.h>
#include <string.h>

#include "model/shape_read.h"
#include "text/json.h"

struct usage {
	const struct operation *const *operations;
	size_t n_operations;
};

/* Types reached and yet to be looked into are a list, so that no chain of types is too long for the stack. */
struct reach {
	const struct node *types;
	bool *reached;               /* of each type */
	const struct node **pending; /* room for all types */
	size_t n_pending;
	struct buffer *text;
};

/* Writes the type where `text` is its name, with or without "!". A name that is something else as well (an element of a
 * list called like a type) at most keeps a type too much. */
static void reach_type(struct reach *reach, const char *text)
{
	char name[TYPE_NAME_BYTES];
	const size_t length = strcspn(text, "!");
	size_t at;

	if (length >= sizeof(name))
		return;
	memcpy(name, text, length);
	name[length] = '\0';
	at = node_find(reach->types, name);
	if (at == reach->types->count || reach->reached[at])
		return;
	reach->reached[at] = true;
	json_write_key(reach->text, name);
	node_write(reach->text, reach->types->items[at]);
	reach->pending[reach->n_pending++] = reach->types->items[at];
}

static void reach_node(struct reach *reach, const struct node *node)
{
	if (!node)
		return;
	if (node->kind == NODE_SCALAR)
		reach_type(reach, node->text);
	else
		for (size_t i = 0; i < node->count; i++)
			reach_node(reach, node->items[i]);
}

static void write_reached(struct reach *reach, const struct usage *usage, const struct node *file)
{
	reach->reached = memory_new(reach->types->count, sizeof(*reach->reached));
	reach->pending = memory_new(reach->types->count, sizeof(*reach->pending));
	for (size_t i = 0; i < usage->n_operations; i++)
		if (usage->operations[i]->file == file) {
			reach_node(reach, node_get(usage->operations[i]->node, "input"));
			reach_node(reach, node_get(usage->operations[i]->node, "output"));
		}
	while (reach->n_pending)
		reach_node(reach, reach->pending[--reach->n_pending]);
	free(reach->reached);
	free(reach->pending);
}

static void write_types(struct buffer *text, const struct usage *usage, const struct node *file)
{
	struct reach reach = { .types = node_get(file, "types"), .text = text };

	buffer_add_char(text, '{');
	if (reach.types)
		write_reached(&reach, usage, file);
	buffer_add_char(text, '}');
}

/* Of a map, what is none of these. */
static void write_others(struct buffer *text, const struct node *map, const char *one, const char *other)
{
	for (size_t i = 0; i < map->count; i++) {
		const char *key = map->keys[i]->text;

		if (strcmp(key, one) == 0 || strcmp(key, other) == 0)
			continue;
		json_write_key(text, key);
		node_write(text, map->items[i]);
	}
}

/* Its example is its test: no run reads it. */
static void write_operation(struct buffer *text, const struct operation *operation)
{
	json_write_key(text, operation->name);
	buffer_add_char(text, '{');
	write_others(text, operation->node, "example", "example");
	buffer_add_char(text, '}');
}

static void write_file(struct buffer *text, const struct usage *usage, const struct node *file)
{
	buffer_add_char(text, '{');
	write_others(text, file, "types", "operations");
	json_write_key(text, "types");
	write_types(text, usage, file);
	json_write_key(text, "operations");
	buffer_add_char(text, '{');
	for (size_t i = 0; i < usage->n_operations; i++)
		if (usage->operations[i]->file == file)
			write_operation(text, usage->operations[i]);
	buffer_add_text(text, "}}");
}

/* All files of the service, also those of which no operation is used: the first says what the service is, and the
 * error rows of each hold for the files behind it. */
static void write_service(struct buffer *text, const struct usage *usage, const struct service *service)
{
	for (size_t i = 0; i < service->n_files; i++) {
		if (text->bytes[text->length - 1] != '[')
			buffer_add_char(text, ',');
		write_file(text, usage, service->files[i]);
	}
}

static bool service_seen(const struct usage *usage, size_t before)
{
	for (size_t i = 0; i < before; i++)
		if (usage->operations[i]->service == usage->operations[before]->service)
			return true;
	return false;
}

void definition_write(struct buffer *text, const struct node *common, const struct operation *const *used,
		      size_t n_used)
{
	const struct usage usage = { .operations = used, .n_operations = n_used };

	buffer_add_text(text, "{\"common\":");
	if (common)
		node_write(text, common);
	else
		buffer_add_text(text, "{\"errors\":[]}");
	buffer_add_text(text, ",\"services\":[");
	for (size_t i = 0; i < n_used; i++)
		if (!service_seen(&usage, i))
			write_service(text, &usage, used[i]->service);
	buffer_add_text(text, "]}");
}

int definition_parts(struct reader *reader, const struct node *definition, const struct node **common,
		     const struct node **files)
{
	*common = node_get(definition, "common");
	*files = node_get(definition, "services");
	if (*common && *files && (*files)->kind == NODE_LIST)
		return 0;
	return diagnostics_error(reader->diagnostics, definition->position, NULL,
				 "a definition of operations has 'common' and a list of 'services'");
}
