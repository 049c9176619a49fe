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
	json_t *reached;
	const struct node **pending; /* room for all types */
	size_t n_pending;
};

/* Adds the type where `text` is its name, with or without "!". A name that is something else as well (an element of a
 * list called like a type) at most keeps a type too much. */
static void reach_type(struct reach *reach, const char *text)
{
	char name[TYPE_NAME_BYTES];
	const struct node *type;
	const size_t length = strcspn(text, "!");

	if (length >= sizeof(name))
		return;
	memcpy(name, text, length);
	name[length] = '\0';
	type = node_get(reach->types, name);
	if (!type || json_object_get(reach->reached, name))
		return;
	json_put(reach->reached, name, node_to_json(type));
	reach->pending[reach->n_pending++] = type;
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

static json_t *types_json(const struct usage *usage, const struct node *file)
{
	struct reach reach = { .types = node_get(file, "types"), .reached = json_made(json_object()) };

	if (!reach.types)
		return reach.reached;
	reach.pending = memory_new(reach.types->count, sizeof(*reach.pending));
	for (size_t i = 0; i < usage->n_operations; i++)
		if (usage->operations[i]->file == file) {
			reach_node(&reach, node_get(usage->operations[i]->node, "input"));
			reach_node(&reach, node_get(usage->operations[i]->node, "output"));
		}
	while (reach.n_pending)
		reach_node(&reach, reach.pending[--reach.n_pending]);
	free(reach.pending);
	return reach.reached;
}

/* Its example is its test: no run reads it. */
static json_t *operation_json(const struct operation *operation)
{
	json_t *json = node_to_json(operation->node);

	json_object_del(json, "example");
	return json;
}

static json_t *operations_json(const struct usage *usage, const struct node *file)
{
	json_t *kept = json_made(json_object());

	for (size_t i = 0; i < usage->n_operations; i++)
		if (usage->operations[i]->file == file)
			json_put(kept, usage->operations[i]->name, operation_json(usage->operations[i]));
	return kept;
}

static json_t *file_json(const struct usage *usage, const struct node *file)
{
	json_t *json = json_made(json_object());

	for (size_t i = 0; i < file->count; i++)
		if (strcmp(file->keys[i]->text, "types") != 0 && strcmp(file->keys[i]->text, "operations") != 0)
			json_put(json, file->keys[i]->text, node_to_json(file->items[i]));
	json_put(json, "types", types_json(usage, file));
	json_put(json, "operations", operations_json(usage, file));
	return json;
}

/* All files of the service, also those of which no operation is used: the first says what the service is, and the
 * error rows of each hold for the files behind it. */
static void add_service(const struct usage *usage, const struct service *service, json_t *files)
{
	for (size_t i = 0; i < service->n_files; i++)
		json_append(files, file_json(usage, service->files[i]));
}

static bool service_seen(const struct usage *usage, size_t before)
{
	for (size_t i = 0; i < before; i++)
		if (usage->operations[i]->service == usage->operations[before]->service)
			return true;
	return false;
}

json_t *definition_to_json(const struct node *common, const struct operation *const *used, size_t n_used)
{
	const struct usage usage = { .operations = used, .n_operations = n_used };
	json_t *definition = json_made(json_object()), *files = json_made(json_array());

	for (size_t i = 0; i < n_used; i++)
		if (!service_seen(&usage, i))
			add_service(&usage, used[i]->service, files);
	json_put(definition, "common", common ? node_to_json(common) : json_made(json_pack("{s:[]}", "errors")));
	json_put(definition, "services", files);
	return definition;
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
