/* The format of schemas/operations/SERVICE.yaml as tables of fields. What goes beyond a single map (types that exist,
 * pages that name members) is left to who builds services from it. */
#include "config.h"

#include "model/service_file.h"

#include <stdlib.h>

#include "text/json.h"

static int read_map(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	if (node->kind != NODE_MAP)
		return diagnostics_error(reader->diagnostics, node->position, NULL, "'%s' is a map, not %s",
					 field->name, node_kind_name(node));
	*(const struct node **)into = node;
	return 0;
}

static json_t *map_schema(const struct field *field)
{
	(void)field;
	return json_made(json_pack("{s:s}", "type", "object"));
}

static const struct field_type field_map = { .name = "map", .read = read_map, .schema = map_schema };

/* A map of types or members: what is in it is read by model/shape_read.h, which knows all types of the file. */
static const struct field_type field_members = { .name = "members", .read = read_map, .schema = map_schema };

/* Only what AWS itself can answer; the engine's own failures have no codes. */
static bool is_of_aws(enum failure failure)
{
	return failure > FAILURE_TIMEOUT && failure < FAILURE_REFUSED && failure != FAILURE_UNREACHABLE;
}

static int read_failure(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	enum failure failure = node->kind == NODE_SCALAR ? failure_by_name(node->text) : FAILURE_COUNT;
	const char *near;
	char *hint;

	(void)field;
	if (is_of_aws(failure)) {
		*(int *)into = (int)failure;
		return 0;
	}
	near = node->kind == NODE_SCALAR ? nearest_word(node->text, failure_name_at, NULL) : NULL;
	hint = near && failure == FAILURE_COUNT ? memory_format("did you mean '%s'?", near) : NULL;
	diagnostics_error(reader->diagnostics, node->position, hint, "'%s' is no failure that AWS answers with",
			  node->kind == NODE_SCALAR ? node->text : node_kind_name(node));
	free(hint);
	return -1;
}

static json_t *failure_schema(const struct field *field)
{
	json_t *names = json_made(json_array());

	(void)field;
	for (int i = 0; i < FAILURE_COUNT; i++)
		if (is_of_aws((enum failure)i))
			json_append(names, json_made(json_string(failures[i].name)));
	return json_made(json_pack("{s:o}", "enum", names));
}

static const struct field_type field_failure = {
	.name = "failure", .read = read_failure, .schema = failure_schema
};

static const struct field error_fields[] = {
	{ "code", &field_names, FIELD_OF(error_row, codes), .required = true,
	  .help = "AWS's error code, or a list of codes" },
	{ "contains", &field_text, FIELD_OF(error_row, contains), .help = "what the error's text must contain" },
	{ "name", &field_failure, FIELD_OF(error_row, failure), .required = true,
	  .help = "the failure that machines catch" },
	{ "retry", &field_boolean, FIELD_OF(error_row, retry),
	  .help = "nothing was done: the client may send the request again, even one that changes things" },
	{ 0 },
};

static const struct record error_record = {
	.name = "an error row", .size = sizeof(struct error_row), .fields = error_fields
};

static const struct field pages_fields[] = {
	{ "input", &field_name, FIELD_OF(pages_row, input), .required = true,
	  .help = "the input's member that takes the token of the next page" },
	{ "output", &field_name, FIELD_OF(pages_row, output), .required = true,
	  .help = "the output's member that gives it" },
	{ "items", &field_name, FIELD_OF(pages_row, items), .required = true,
	  .help = "the output's list that is put together from all pages" },
	{ "size", &field_name, FIELD_OF(pages_row, size), .help = "the input's member that bounds a page" },
	{ "most", &field_integer, FIELD_OF(pages_row, most), .help = "the largest page that AWS gives" },
	{ 0 },
};

static const struct record pages_record = {
	.name = "pages",
	.size = sizeof(struct pages_row),
	.fields = pages_fields,
	.node_member = MEMBER_OF(pages_row, node),
};

static const struct field iam_fields[] = {
	{ "action", &field_text, FIELD_OF(iam_row, action), .help = "where it is not SIGNING_NAME:OPERATION" },
	{ "resource", &field_text, FIELD_OF(iam_row, resource),
	  .help = "an ARN, or its part behind the account; ${Member} is a member of the input" },
	{ "any", &field_text, FIELD_OF(iam_row, any),
	  .help = "what stands for the resource while such a member is not known" },
	{ 0 },
};

static const struct record iam_record = { .name = "iam", .size = sizeof(struct iam_row), .fields = iam_fields };

static const struct choice in_doubt_choices[] = {
	{ "again", IN_DOUBT_AGAIN, "send it again: it is idempotent, or its state guards it" },
	{ "skip", IN_DOUBT_SKIP, "go on without" },
	{ "stop", IN_DOUBT_STOP, "leave it to a person" },
	{ 0 },
};

static int reads_or_in_doubt(struct reader *reader, const struct node *node, void *record)
{
	const struct operation_row *row = record;
	const struct node *in_doubt = node_get(node, "in_doubt");

	if (row->reads && in_doubt)
		return diagnostics_error(reader->diagnostics, in_doubt->position, NULL,
					 "an operation that only reads is never in doubt");
	if (row->reads || in_doubt)
		return 0;
	return diagnostics_error(reader->diagnostics, row->key->position, NULL,
				 "operation '%s' says neither 'reads: true' nor what to do 'in_doubt'", row->key->text);
}

static const struct field operation_fields[] = {
	{ "comment", &field_text, FIELD_OF(operation_row, comment), .help = "what it does, and what surprises" },
	{ "reads", &field_boolean, FIELD_OF(operation_row, reads), .help = "it changes nothing" },
	{ "anonymous", &field_boolean, FIELD_OF(operation_row, anonymous), .help = "it is sent unsigned" },
	{ "in_doubt", &field_choice, FIELD_OF(operation_row, in_doubt), .choices = in_doubt_choices,
	  .help = "what to do when no answer came and the effect cannot be seen" },
	{ "input", &field_members, FIELD_OF(operation_row, input), .help = "the request's members" },
	{ "output", &field_members, FIELD_OF(operation_row, output), .help = "the answer's members" },
	{ "wrapper", &field_name, FIELD_OF(operation_row, wrapper), .help = "the element around the answer" },
	{ "pages", &field_record, FIELD_OF(operation_row, pages), .record = &pages_record,
	  .help = "how its answer goes on" },
	{ "errors", &field_record_list, FIELD_OF(operation_row, errors), .record = &error_record,
	  .help = "what its errors mean, before those of the service" },
	{ "iam", &field_record, FIELD_OF(operation_row, iam), .record = &iam_record,
	  .help = "the permission it needs" },
	{ "example", &field_map, FIELD_OF(operation_row, example),
	  .help = "an input, and the body of the request that it makes" },
	{ 0 },
};

static const struct record operation_record = {
	.name = "an operation",
	.size = sizeof(struct operation_row),
	.fields = operation_fields,
	.node_member = MEMBER_OF(operation_row, node),
	.key_member = MEMBER_OF(operation_row, key),
	.finish = reads_or_in_doubt,
};

static const struct choice protocol_choices[] = {
	{ "query", PROTOCOL_QUERY, "awsQuery" },
	{ "ec2", PROTOCOL_EC2, "ec2Query" },
	{ "local", PROTOCOL_LOCAL, "none: it is done on this machine" },
	{ 0 },
};

/* Each operation with errors of its own holds those of its service too: without bounds a file of four megabytes would
 * fill the memory. AWS's largest service has 800 operations. */
enum { MOST_OPERATIONS = 2000, MOST_TYPES = 4000, MOST_CODES = 500 };

static size_t count_codes(const struct record_list *errors)
{
	const struct error_row *rows = errors->records;
	size_t count = 0;

	for (size_t i = 0; i < errors->count; i++)
		count += rows[i].codes.count;
	return count;
}

static int within_bounds(struct reader *reader, const struct node *node, void *record)
{
	const struct service_file *file = record;
	const struct {
		const char *what;
		size_t count, most;
	} bounds[] = {
		{ "operations", file->operations.count, MOST_OPERATIONS },
		{ "types", file->types ? file->types->count : 0, MOST_TYPES },
		{ "error codes", count_codes(&file->errors), MOST_CODES },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(bounds); i++)
		if (bounds[i].count > bounds[i].most)
			return diagnostics_error(reader->diagnostics, node->position, NULL,
						 "a file has at most %zu %s, and this one has %zu", bounds[i].most,
						 bounds[i].what, bounds[i].count);
	return 0;
}

static const struct field service_fields[] = {
	{ "service", &field_name, FIELD_OF(service_file, service), .required = true,
	  .help = "as machines write it before the colon" },
	{ "comment", &field_text, FIELD_OF(service_file, comment), .help = "its name in full" },
	{ "api_version", &field_name, FIELD_OF(service_file, api_version), .help = "a date" },
	{ "protocol", &field_choice, FIELD_OF(service_file, protocol), .choices = protocol_choices,
	  .help = "how a request is written" },
	{ "endpoint_prefix", &field_name, FIELD_OF(service_file, endpoint_prefix),
	  .help = "the first part of its host names" },
	{ "signing_name", &field_name, FIELD_OF(service_file, signing_name),
	  .help = "its name in signatures and permissions, where it is not the endpoint's prefix" },
	{ "environment_name", &field_name, FIELD_OF(service_file, environment_name),
	  .help = "AWS_ENDPOINT_URL_<this> overrides its endpoint" },
	{ "global_endpoint", &field_boolean, FIELD_OF(service_file, global_endpoint),
	  .help = "it has an endpoint without a region, too" },
	{ "errors", &field_record_list, FIELD_OF(service_file, errors), .record = &error_record,
	  .help = "what its errors mean" },
	{ "types", &field_members, FIELD_OF(service_file, types), .help = "structures, by name" },
	{ "operations", &field_record_map, FIELD_OF(service_file, operations), .record = &operation_record,
	  .required = true, .help = "operations, by name" },
	{ 0 },
};

static const struct record service_record = {
	.name = "an operation catalogue",
	.size = sizeof(struct service_file),
	.fields = service_fields,
	.node_member = MEMBER_OF(service_file, node),
	.finish = within_bounds,
};

static const struct field common_fields[] = {
	{ "errors", &field_record_list, FIELD_OF(service_file, errors), .record = &error_record,
	  .required = true, .help = "what errors mean wherever they come from" },
	{ 0 },
};

static const struct record common_record = {
	.name = "the common errors",
	.size = sizeof(struct service_file),
	.fields = common_fields,
	.node_member = MEMBER_OF(service_file, node),
};

int service_file_read(struct reader *reader, const struct node *node, struct service_file *file)
{
	return record_read(reader, node, &service_record, file);
}

int common_file_read(struct reader *reader, const struct node *node, struct service_file *file)
{
	return record_read(reader, node, &common_record, file);
}

int operations_read(struct reader *reader, const struct node *node, struct record_list *operations)
{
	static const struct field field = { "operations", &field_record_map, 0, .record = &operation_record };

	return field.type->read(reader, node, &field, operations);
}
