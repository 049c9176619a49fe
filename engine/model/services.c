/* Finds operations by name. Of a file that is compiled in no more is read than was asked for: what the service is and
 * its types with its first operation, and each operation when it is named. */
#include "config.h"

#include "model/services.h"

#include <stdlib.h>
#include <string.h>

#include "model/definition.h"
#include "model/embedded.h"
#include "model/service_build.h"
#include "text/outline.h"
#include "text/yaml.h"

#define DIRECTORY "schemas/operations/"
#define SUFFIX ".yaml"
#define COMMON "common"
#define OPERATIONS "operations"

struct entry {
	const char *name;
	const struct embedded_file *file; /* NULL for others' services */
	struct outline outline;           /* of the file's operations, once it was asked for */
	struct service_builder *builder;  /* NULL while nobody asked */
	struct entry *next;
};

struct services {
	struct arena *arena;
	struct entry *first;
	const struct node *common_node; /* NULL while it is to be read */
	struct operation_errors common;
};

/* ---- entries */

/* "schemas/operations/elb.yaml" is "elb"; other files are none of ours. NULL for those. */
static const char *service_of_path(struct arena *arena, const char *path)
{
	const size_t head = strlen(DIRECTORY), tail = strlen(SUFFIX), length = strlen(path);

	if (length <= head + tail || strncmp(path, DIRECTORY, head) != 0 || strcmp(path + length - tail, SUFFIX) != 0)
		return NULL;
	return arena_copy(arena, path + head, length - head - tail);
}

static struct entry *find_entry(const struct services *services, const char *name)
{
	for (struct entry *entry = services->first; entry; entry = entry->next)
		if (strcmp(entry->name, name) == 0)
			return entry;
	return NULL;
}

static struct entry *new_entry(struct services *services, const char *name)
{
	struct entry *entry = ARENA_NEW(services->arena, struct entry);

	entry->name = name;
	return entry;
}

static void add_entry(struct services *services, struct entry *entry)
{
	entry->next = services->first;
	services->first = entry;
}

static struct services *services_empty(struct arena *arena)
{
	struct services *services = ARENA_NEW(arena, struct services);

	services->arena = arena;
	return services;
}

struct services *services_new(struct arena *arena)
{
	struct services *services = services_empty(arena);

	for (const struct embedded_file *file = embedded_files; file->path; file++) {
		const char *name = service_of_path(arena, file->path);
		struct entry *entry;

		if (!name || strcmp(name, COMMON) == 0)
			continue;
		entry = new_entry(services, name);
		entry->file = file;
		add_entry(services, entry);
	}
	return services;
}

const char *services_name_at(const void *argument, size_t i)
{
	const struct services *services = argument;
	const struct entry *entry = services->first;

	while (entry && i--)
		entry = entry->next;
	return entry ? entry->name : NULL;
}

/* ---- reading what is compiled in */

static int take_common(struct services *services, struct reader *reader, const struct node *node)
{
	struct service_file file;

	if (!node || common_file_read(reader, node, &file) < 0)
		return -1;
	services->common_node = node;
	services->common = errors_of(services->arena, &file.errors, NULL);
	return 0;
}

static int need_common(struct services *services, struct reader *reader)
{
	if (services->common_node)
		return 0;
	return take_common(services, reader, embedded_parse(reader, embedded_find(DIRECTORY COMMON SUFFIX)));
}

/* A faulty file leaves the entry as it was: what it would have added is only in the new builder. */
static int take_file(struct services *services, struct reader *reader, struct entry *entry,
		     const struct service_file *file)
{
	struct service_builder *builder = ARENA_NEW(services->arena, struct service_builder);

	if (entry->builder)
		*builder = *entry->builder;
	if (service_builder_add(builder, reader, file, &services->common, entry->outline.count) < 0)
		return -1;
	entry->builder = builder;
	return 0;
}

/* The file as if none of its operations were in it. */
static const struct node *read_head(struct reader *reader, const struct outline *outline)
{
	const struct node *head = outline_head(reader->arena, outline);
	const struct node **pairs, *map;

	pairs = memory_new(head->count + 1, 2 * sizeof(*pairs));
	for (size_t i = 0; i < head->count; i++) {
		pairs[2 * i] = head->keys[i];
		pairs[2 * i + 1] = head->items[i];
	}
	pairs[2 * head->count] = node_new_scalar(reader->arena, head->position, OPERATIONS, strlen(OPERATIONS));
	pairs[2 * head->count + 1] = node_new_map(reader->arena, head->position, NULL, 0);
	map = node_new_map(reader->arena, head->position, pairs, head->count + 1);
	free(pairs);
	return map;
}

static int need_entry(struct services *services, struct reader *reader, struct entry *entry)
{
	static const char *const sections[] = { OPERATIONS, NULL };
	struct compiled document;
	struct service_file file;

	if (entry->builder)
		return 0;
	if (need_common(services, reader) < 0)
		return -1;
	document = embedded_document(services->arena, entry->file);
	entry->outline = outline_of(services->arena, &document, sections);
	if (service_file_read(reader, read_head(reader, &entry->outline), &file) < 0)
		return -1;
	return take_file(services, reader, entry, &file);
}

static const struct operation *find_operation(const struct service *service, const char *name)
{
	for (size_t i = 0; i < service->n_operations; i++)
		if (strcmp(service->operations[i].name, name) == 0)
			return &service->operations[i];
	return NULL;
}

static int need_operation(struct reader *reader, struct entry *entry, const struct outline_entry *part)
{
	struct record_list rows;

	if (find_operation(&entry->builder->service, part->pair.key))
		return 0;
	if (operations_read(reader, compiled_pair_node(reader->arena, &part->pair), &rows) < 0)
		return -1;
	return service_builder_add_more(entry->builder, reader, &rows);
}

/* The operation of that name, where the file has it; all of them where the name is NULL. */
static int need_operations(struct services *services, struct reader *reader, struct entry *entry, const char *name)
{
	int result = need_entry(services, reader, entry);

	for (size_t i = 0; i < entry->outline.count && result == 0; i++)
		if (!name || strcmp(entry->outline.entries[i].pair.key, name) == 0)
			result = need_operation(reader, entry, &entry->outline.entries[i]);
	return result;
}

/* ---- asking */

static int first_fault(const struct diagnostics *diagnostics, struct error *err)
{
	return error_set(err, ERROR_MACHINE, diagnostics->rows[0].position, "%s", diagnostics->rows[0].message);
}

static const struct service *load(struct services *services, struct entry *entry, const char *operation,
				  struct error *err)
{
	struct diagnostics diagnostics = DIAGNOSTICS_INIT;
	struct reader reader = { .arena = services->arena, .diagnostics = &diagnostics };
	int result = need_operations(services, &reader, entry, operation);

	if (result < 0)
		first_fault(&diagnostics, err);
	diagnostics_release(&diagnostics);
	return result < 0 ? NULL : &entry->builder->service;
}

const struct service *services_service(struct services *services, const char *name, struct error *err)
{
	struct entry *entry = find_entry(services, name);
	const char *near;

	if (entry)
		return load(services, entry, NULL, err);
	near = nearest_word(name, services_name_at, services);
	error_set(err, ERROR_MACHINE, NOWHERE,
		  near ? "unknown service '%s', did you mean '%s'?" : "unknown service '%s'", name, near);
	return NULL;
}

static const char *operation_name_at(const void *argument, size_t i)
{
	const struct service *service = argument;

	return i < service->n_operations ? service->operations[i].name : NULL;
}

static const char *service_part(struct services *services, const char *name)
{
	const char *colon = strchr(name, ':');

	return colon ? arena_copy(services->arena, name, (size_t)(colon - name)) : NULL;
}

/* The nearest service first, then the nearest of its operations: two mistakes in one name are still understood. */
const char *services_nearest(struct services *services, const char *name)
{
	const char *prefix = service_part(services, name), *operation;
	const struct service *service;

	if (prefix && !find_entry(services, prefix))
		prefix = nearest_word(prefix, services_name_at, services);
	service = prefix ? services_service(services, prefix, NULL) : NULL;
	if (!service)
		return NULL;
	operation = nearest_word(strchr(name, ':') + 1, operation_name_at, service);
	return operation ? arena_format(services->arena, "%s:%s", prefix, operation) : NULL;
}

static void refuse_operation(struct services *services, const char *name, struct error *err)
{
	const char *near = services_nearest(services, name);

	error_set(err, ERROR_MACHINE, NOWHERE,
		  near ? "unknown operation '%s', did you mean '%s'?" : "unknown operation '%s'", name, near);
}

const struct operation *services_operation(struct services *services, const char *name, struct error *err)
{
	const char *prefix = service_part(services, name), *own;
	const struct operation *operation;
	const struct service *service;
	struct entry *entry;

	if (!prefix) {
		error_set(err, ERROR_MACHINE, NOWHERE, "'%s' names no service, write it as 'SERVICE:OPERATION'", name);
		return NULL;
	}
	entry = find_entry(services, prefix);
	if (!entry) {
		refuse_operation(services, name, err);
		return NULL;
	}
	own = strchr(name, ':') + 1;
	service = load(services, entry, own, err);
	if (!service)
		return NULL;
	operation = find_operation(service, own);
	if (!operation)
		refuse_operation(services, name, err);
	return operation;
}

/* ---- files and definitions */

static int add_node(struct services *services, struct reader *reader, const struct node *node)
{
	struct service_file file;
	struct entry *entry;

	if (service_file_read(reader, node, &file) < 0)
		return -1;
	entry = find_entry(services, file.service);
	if (entry)
		return need_operations(services, reader, entry, NULL) < 0 ? -1
									  : take_file(services, reader, entry, &file);
	entry = new_entry(services, file.service);
	if (take_file(services, reader, entry, &file) < 0)
		return -1;
	add_entry(services, entry);
	return 0;
}

int services_add_file(struct services *services, const struct source *source, struct diagnostics *diagnostics)
{
	struct reader reader = { .arena = services->arena, .diagnostics = diagnostics };
	const struct node *node = yaml_parse(services->arena, source, diagnostics);

	if (!node || need_common(services, &reader) < 0)
		return -1;
	return add_node(services, &reader, node);
}

void services_definition(const struct services *services, const struct operation *const *used, size_t n_used,
			 struct buffer *text)
{
	definition_write(text, services->common_node, used, n_used);
}

struct services *services_from_json(struct arena *arena, const struct source *source, const json_t *json,
				    struct diagnostics *diagnostics)
{
	struct reader reader = { .arena = arena, .diagnostics = diagnostics };
	struct services *services = services_empty(arena);
	const struct node *common, *files;

	if (definition_parts(&reader, node_from_json(arena, source, json), &common, &files) < 0)
		return NULL;
	if (take_common(services, &reader, common) < 0)
		return NULL;
	for (size_t i = 0; i < files->count; i++)
		if (add_node(services, &reader, files->items[i]) < 0)
			return NULL;
	return services;
}
