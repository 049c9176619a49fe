/* Builds struct service and struct operation from the rows of a file. Here is what no single map of the file can know:
 * that a type exists, that pages name members, what a second file of a service may leave out. */
#include "config.h"

#include "model/service_build.h"

#include <stdlib.h>
#include <string.h>

#include "model/shape.h"

/* Returns how many there are. */
static size_t add_codes(struct operation_error *errors, const struct error_row *row)
{
	for (size_t i = 0; i < row->codes.count; i++)
		errors[i] = (struct operation_error){
			.code = row->codes.names[i],
			.contains = row->contains,
			.failure = row->failure,
			.retry = row->retry,
		};
	return row->codes.count;
}

struct operation_errors errors_of(struct arena *arena, const struct record_list *list,
				  const struct operation_errors *next)
{
	const struct error_row *rows = list->records;
	struct operation_error *errors;
	size_t count = 0, at = 0;

	for (size_t i = 0; i < list->count; i++)
		count += rows[i].codes.count;
	errors = ARENA_ARRAY(arena, struct operation_error, count);
	for (size_t i = 0; i < list->count; i++)
		at += add_codes(errors + at, &rows[i]);
	return (struct operation_errors){ .rows = errors, .count = count, .next = next };
}

static int missing(struct reader *reader, const struct service_file *file, const char *key)
{
	return diagnostics_error(reader->diagnostics, file->node->position, NULL,
				 "'%s' is missing: service '%s' is not known yet", key, file->service);
}

static int describe_service(struct reader *reader, const struct service_file *file, struct service *service)
{
	bool is_sent = file->protocol != PROTOCOL_LOCAL;

	if (is_sent && !file->api_version)
		return missing(reader, file, "api_version");
	if (is_sent && !file->endpoint_prefix)
		return missing(reader, file, "endpoint_prefix");
	if (!node_get(file->node, "protocol"))
		return missing(reader, file, "protocol");
	service->name = file->service;
	service->comment = file->comment ? file->comment : "";
	service->api_version = file->api_version;
	service->protocol = file->protocol;
	service->endpoint_prefix = file->endpoint_prefix;
	service->signing_name = file->signing_name      ? file->signing_name
				: file->endpoint_prefix ? file->endpoint_prefix
							: file->service;
	service->environment_name = file->environment_name;
	service->global_endpoint = file->global_endpoint;
	return 0;
}

/* What a service is cannot be changed by adding to it: the operations that are there already rely on it. */
static int refuse_description(struct reader *reader, const struct service_file *file)
{
	static const char *const keys[] = { "comment",      "api_version",      "protocol",       "endpoint_prefix",
					    "signing_name", "environment_name", "global_endpoint" };
	int result = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
		const struct node *value = node_get(file->node, keys[i]);

		if (value)
			result = diagnostics_error(reader->diagnostics, value->position, NULL,
						   "service '%s' is known already: leave '%s' out", file->service,
						   keys[i]);
	}
	return result;
}

static void check_page_member(struct reader *reader, const struct node *name, const struct shape *shape,
			      const char *shape_name)
{
	const char *near;
	char *hint;

	if (!name || shape_member(shape, name->text))
		return;
	near = nearest_word(name->text, shape_member_name_at, shape);
	hint = near ? memory_format("did you mean '%s'?", near) : NULL;
	diagnostics_error(reader->diagnostics, name->position, hint, "'%s' is no member of the %s", name->text,
			  shape_name);
	free(hint);
}

static void check_pages(struct reader *reader, const struct node *pages, const struct operation *operation)
{
	const struct node *items = node_get(pages, "items");
	const struct shape_member *list = shape_member(operation->output, items->text);

	check_page_member(reader, node_get(pages, "input"), operation->input, "input");
	check_page_member(reader, node_get(pages, "size"), operation->input, "input");
	check_page_member(reader, node_get(pages, "output"), operation->output, "output");
	check_page_member(reader, items, operation->output, "output");
	if (list && list->shape->kind != SHAPE_LIST)
		diagnostics_error(reader->diagnostics, items->position, NULL, "'%s' is no list", items->text);
}

static void build_pages(struct reader *reader, const struct pages_row *pages, struct operation *operation)
{
	if (!pages)
		return;
	operation->pages.input_token = pages->input;
	operation->pages.output_token = pages->output;
	operation->pages.items = pages->items;
	operation->pages.page_size = pages->size;
	operation->pages.most = pages->size ? pages->most : 0;
	check_pages(reader, pages->node, operation);
}

/* Most resources differ only behind the account. */
static const char *whole_arn(struct arena *arena, const struct service *service, const char *resource)
{
	if (strncmp(resource, "arn:", 4) == 0 || resource[0] == '$' || strcmp(resource, "*") == 0)
		return resource;
	return arena_format(arena, "arn:${Partition}:%s:${Region}:${Account}:%s", service->signing_name, resource);
}

static void build_iam(struct arena *arena, const struct operation_row *row, struct operation *operation)
{
	const struct iam_row none = { 0 }, *iam = row->iam ? row->iam : &none;

	operation->iam_action = iam->action ? iam->action
					    : arena_format(arena, "%s:%s", operation->service->signing_name,
							   operation->name);
	operation->iam_resource = whole_arn(arena, operation->service, iam->resource ? iam->resource : "*");
	operation->iam_any = iam->any ? whole_arn(arena, operation->service, iam->any) : NULL;
}

static void read_types(struct reader *reader, const struct node *types, enum protocol protocol,
		       struct file_context *context)
{
	const size_t faults = reader->diagnostics->errors;

	context->request = shape_scope_new(reader, types, protocol, DIRECTION_REQUEST);
	context->answer = context->request;
	/* A fault is told once. */
	if (protocol == PROTOCOL_EC2 && reader->diagnostics->errors == faults)
		context->answer = shape_scope_new(reader, types, protocol, DIRECTION_ANSWER);
}

static struct operation build_operation(const struct service_builder *builder, struct reader *reader,
					const struct operation_row *row)
{
	const struct file_context *context = &builder->newest;
	struct operation operation = {
		.name = row->key->text,
		.service = &builder->service,
		.comment = row->comment ? row->comment : "",
		.reads = row->reads,
		.anonymous = row->anonymous,
		.in_doubt = row->in_doubt,
		.input = shape_read(reader, context->request, row->input),
		.output = shape_read(reader, context->answer, row->output),
		.result_wrapper = row->wrapper,
		.errors = errors_of(reader->arena, &row->errors, context->errors),
		.example = row->example,
		.node = row->node,
		.file = context->file,
	};

	build_iam(reader->arena, row, &operation);
	build_pages(reader, row->pages, &operation);
	return operation;
}

static struct operation *place_for(struct operation *operations, size_t *count, const char *name)
{
	for (size_t i = 0; i < *count; i++)
		if (strcmp(operations[i].name, name) == 0)
			return &operations[i];
	return &operations[(*count)++];
}

static void add_operations(struct service_builder *builder, struct reader *reader,
			   const struct record_list *operations)
{
	const struct operation_row *rows = operations->records;
	size_t count = builder->service.n_operations;

	for (size_t i = 0; i < operations->count; i++) {
		const struct operation built = build_operation(builder, reader, &rows[i]);

		*place_for(builder->operations, &count, built.name) = built;
	}
	builder->service.n_operations = count;
}

static void make_room(struct service_builder *builder, struct arena *arena, size_t more)
{
	struct service *service = &builder->service;
	struct operation *all = ARENA_ARRAY(arena, struct operation, service->n_operations + more);

	for (size_t i = 0; i < service->n_operations; i++) {
		all[i] = service->operations[i];
		all[i].service = service;
	}
	service->operations = builder->operations = all;
}

static void append_file(struct arena *arena, struct service *service, const struct node *node)
{
	const struct node **files = ARENA_ARRAY(arena, const struct node *, service->n_files + 1);

	for (size_t i = 0; i < service->n_files; i++)
		files[i] = service->files[i];
	files[service->n_files++] = node;
	service->files = files;
}

int service_builder_add(struct service_builder *builder, struct reader *reader, const struct service_file *file,
			const struct operation_errors *common, size_t more)
{
	const size_t faults = reader->diagnostics->errors;
	const bool known = builder->service.n_files > 0;
	struct operation_errors *errors = ARENA_NEW(reader->arena, struct operation_errors);

	if ((known ? refuse_description(reader, file) : describe_service(reader, file, &builder->service)) < 0)
		return -1;
	append_file(reader->arena, &builder->service, file->node);
	*errors = errors_of(reader->arena, &file->errors, known ? builder->newest.errors : common);
	builder->newest.file = file->node;
	builder->newest.errors = errors;
	read_types(reader, file->types, (enum protocol)builder->service.protocol, &builder->newest);
	make_room(builder, reader->arena, file->operations.count + more);
	add_operations(builder, reader, &file->operations);
	return reader->diagnostics->errors == faults ? 0 : -1;
}

int service_builder_add_more(struct service_builder *builder, struct reader *reader,
			     const struct record_list *operations)
{
	const size_t faults = reader->diagnostics->errors;

	add_operations(builder, reader, operations);
	return reader->diagnostics->errors == faults ? 0 : -1;
}
