/* Finds operations by name. A service's file is parsed when the first of its operations is asked for: a hook needs two
 * or three of them, and reading all would cost more than all else that happens before the first request. */
#include "config.h"

#include "model/services.h"

#include <stdlib.h>
#include <string.h>

#include "model/definition.h"
#include "model/embedded.h"
#include "model/service_build.h"
#include "text/yaml.h"

#define DIRECTORY "schemas/operations/"
#define SUFFIX ".yaml"
#define COMMON "common"

struct entry {
	const char *name;
	const struct embedded_file *file; /* to be read; NULL once it was, and for others' services */
	struct service_builder *builder;  /* NULL while it is to be read */
	struct entry *next;
};

struct services {
	struct arena *arena;
	struct entry *first;
	const struct node *common_node; /* NULL while it is to be read */
	struct error_rows common;
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
	services->common = error_rows_of(services->arena, &file.errors);
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
	if (service_builder_add(builder, reader, file, &services->common) < 0)
		return -1;
	entry->builder = builder;
	return 0;
}

static int need_entry(struct services *services, struct reader *reader, struct entry *entry)
{
	const struct embedded_file *embedded = entry->file;
	const struct node *node;
	struct service_file file;

	if (entry->builder)
		return 0;
	if (need_common(services, reader) < 0)
		return -1;
	node = embedded_parse(reader, embedded);
	if (!node || service_file_read(reader, node, &file) < 0)
		return -1;
	return take_file(services, reader, entry, &file);
}

/* ---- asking */

static int first_fault(const struct diagnostics *diagnostics, struct error *err)
{
	return error_set(err, ERROR_MACHINE, diagnostics->rows[0].position, "%s", diagnostics->rows[0].message);
}

static int load_entry(struct services *services, struct entry *entry, struct error *err)
{
	struct diagnostics diagnostics = DIAGNOSTICS_INIT;
	struct reader reader = { .arena = services->arena, .diagnostics = &diagnostics };
	int result = need_entry(services, &reader, entry);

	if (result < 0)
		first_fault(&diagnostics, err);
	diagnostics_release(&diagnostics);
	return result;
}

const struct service *services_service(struct services *services, const char *name, struct error *err)
{
	struct entry *entry = find_entry(services, name);
	const char *near;

	if (entry)
		return load_entry(services, entry, err) < 0 ? NULL : &entry->builder->service;
	near = nearest_word(name, services_name_at, services);
	error_set(err, ERROR_MACHINE, NOWHERE,
		  near ? "unknown service '%s', did you mean '%s'?" : "unknown service '%s'", name, near);
	return NULL;
}

static const struct operation *find_operation(const struct service *service, const char *name)
{
	for (size_t i = 0; i < service->n_operations; i++)
		if (strcmp(service->operations[i].name, name) == 0)
			return &service->operations[i];
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
	const char *prefix = service_part(services, name);
	const struct operation *operation;
	const struct service *service;

	if (!prefix) {
		error_set(err, ERROR_MACHINE, NOWHERE, "'%s' names no service, write it as 'SERVICE:OPERATION'", name);
		return NULL;
	}
	if (!find_entry(services, prefix)) {
		refuse_operation(services, name, err);
		return NULL;
	}
	service = services_service(services, prefix, err);
	if (!service)
		return NULL;
	operation = find_operation(service, strchr(name, ':') + 1);
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
		return need_entry(services, reader, entry) < 0 ? -1 : take_file(services, reader, entry, &file);
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

json_t *services_definition(const struct services *services, const struct operation *const *used, size_t n_used)
{
	return definition_to_json(services->common_node, used, n_used);
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
