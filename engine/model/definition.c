/* Cuts catalogue files down to some of their operations and the types those reach. It works on the text's nodes, not on
 * shapes: what is kept is what was written, and reading it again goes the one way that there is. */
#include "config.h"

#include "model/definition.h"

#include <string.h>

#include "text/json.h"

struct usage {
	const struct operation *const *operations;
	size_t n_operations;
};

static void reach_node(const struct node *types, const struct node *node, json_t *reached);

/* Adds the type to `reached`, and those it is made of, where `text` is a type's name with or without "!". A name that
 * is something else as well (an element of a list called like a type) at most keeps a type too much. */
static void reach_type(const struct node *types, const char *text, json_t *reached)
{
	char name[128];
	const struct node *type;
	const size_t length = strcspn(text, "!");

	if (length >= sizeof(name))
		return;
	memcpy(name, text, length);
	name[length] = '\0';
	type = node_get(types, name);
	if (!type || json_object_get(reached, name))
		return;
	json_put(reached, name, node_to_json(type));
	reach_node(types, type, reached);
}

static void reach_node(const struct node *types, const struct node *node, json_t *reached)
{
	if (!node)
		return;
	if (node->kind == NODE_SCALAR)
		reach_type(types, node->text, reached);
	else
		for (size_t i = 0; i < node->count; i++)
			reach_node(types, node->items[i], reached);
}

static json_t *types_json(const struct usage *usage, const struct node *file)
{
	const struct node *types = node_get(file, "types");
	json_t *reached = json_made(json_object());

	for (size_t i = 0; types && i < usage->n_operations; i++)
		if (usage->operations[i]->file == file) {
			reach_node(types, node_get(usage->operations[i]->node, "input"), reached);
			reach_node(types, node_get(usage->operations[i]->node, "output"), reached);
		}
	return reached;
}

static json_t *operations_json(const struct usage *usage, const struct node *file)
{
	json_t *kept = json_made(json_object());

	for (size_t i = 0; i < usage->n_operations; i++)
		if (usage->operations[i]->file == file)
			json_put(kept, usage->operations[i]->name, node_to_json(usage->operations[i]->node));
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
