#include "config.h"

#include "cli/appspec_form.h"

#include <string.h>

#include "model/facts.h"

struct appspec_file {
	const char *source, *destination;
};

struct appspec_permission {
	const char *object, *pattern, *owner, *group, *mode;
	const struct node *except, *acls, *context, *type;
};

struct appspec {
	const char *version;
	int os;
	int existing;
	struct record_list files;       /* struct appspec_file */
	struct record_list permissions; /* struct appspec_permission */
	const struct node *hooks;
};

static const struct field file_fields[] = {
	{ .name = "source", .type = &field_text, .offset = FIELD_OF(appspec_file, source), .required = true },
	{ .name = "destination", .type = &field_text, .offset = FIELD_OF(appspec_file, destination), .required = true },
	{ 0 },
};

static const struct record file_record = {
	.name = "a file",
	.size = sizeof(struct appspec_file),
	.fields = file_fields,
};

static const struct field permission_fields[] = {
	{ .name = "object", .type = &field_text, .offset = FIELD_OF(appspec_permission, object), .required = true },
	{ .name = "pattern", .type = &field_text, .offset = FIELD_OF(appspec_permission, pattern) },
	{ .name = "except", .type = &field_node, .offset = FIELD_OF(appspec_permission, except) },
	{ .name = "owner", .type = &field_text, .offset = FIELD_OF(appspec_permission, owner) },
	{ .name = "group", .type = &field_text, .offset = FIELD_OF(appspec_permission, group) },
	{ .name = "mode", .type = &field_text, .offset = FIELD_OF(appspec_permission, mode) },
	{ .name = "acls", .type = &field_node, .offset = FIELD_OF(appspec_permission, acls) },
	{ .name = "context", .type = &field_node, .offset = FIELD_OF(appspec_permission, context) },
	{ .name = "type", .type = &field_node, .offset = FIELD_OF(appspec_permission, type) },
	{ 0 },
};

/* A word that is no list stops the agent, as does one that it does not know. */
static int check_list(struct reader *reader, const struct node *list, const char *key, const char *const *known)
{
	int result = 0;

	if (list && list->kind != NODE_LIST)
		return diagnostics_error(reader->diagnostics, list->position, NULL, "'%s' must be a list, not %s", key,
					 node_kind_name(list));
	for (size_t i = 0; list && i < list->count; i++) {
		const struct node *item = list->items[i];

		if (item->kind != NODE_SCALAR)
			result = diagnostics_error(reader->diagnostics, item->position, NULL,
						   "'%s' must be a list of texts, not of %s", key,
						   node_kind_name(item));
		else if (known && strcmp(item->text, known[0]) != 0 && strcmp(item->text, known[1]) != 0)
			result = diagnostics_error(reader->diagnostics, item->position, NULL,
						   "'%s' must be %s or %s, not '%s'", key, known[0], known[1],
						   item->text);
	}
	return result;
}

static int check_mode(struct reader *reader, const struct node *mode)
{
	const size_t digits = mode ? strspn(mode->text, "01234567") : 0;

	if (!mode)
		return 0;
	if (digits == 0 || digits > 4 || mode->text[digits])
		return diagnostics_error(reader->diagnostics, mode->position, NULL,
					 "'mode' must be one to four octal digits, not '%s'", mode->text);
	/* Ruby's YAML takes 0644 for an octal number, 420, and the agent takes that for the mode. */
	if (mode->plain && mode->text[0] == '0' && digits > 1)
		diagnostics_warn(reader->diagnostics, mode->position, mode->text + strspn(mode->text, "0"),
				 "CodeDeploy sets another mode than %s where it begins with 0", mode->text);
	return 0;
}

static int check_context(struct reader *reader, const struct node *context)
{
	if (!context || (context->kind == NODE_MAP && node_get(context, "type")))
		return 0;
	return diagnostics_error(reader->diagnostics, context->position, NULL, "'context' must be a map with a 'type'");
}

static int finish_permission(struct reader *reader, const struct node *node, void *record)
{
	static const char *const types[] = { "file", "directory" };
	const struct appspec_permission *permission = record;
	int result = check_list(reader, permission->except, "except", NULL);

	result |= check_list(reader, permission->acls, "acls", NULL);
	result |= check_list(reader, permission->type, "type", types);
	result |= check_mode(reader, node_get(node, "mode"));
	return result | check_context(reader, permission->context);
}

static const struct record permission_record = {
	.name = "a permission",
	.size = sizeof(struct appspec_permission),
	.fields = permission_fields,
	.finish = finish_permission,
};

/* tidegate runs on Linux, and the agent there knows nothing else. */
static const struct choice systems[] = { { .name = "linux" }, { 0 } };
static const struct choice existing_choices[] = {
	{ .name = "DISALLOW" },
	{ .name = "OVERWRITE", .value = 1 },
	{ .name = "RETAIN", .value = 2 },
	{ 0 },
};

static const struct field appspec_fields[] = {
	{ .name = "version", .type = &field_text, .offset = FIELD_OF(appspec, version), .required = true },
	{ .name = "os", .type = &field_choice, .offset = FIELD_OF(appspec, os), .choices = systems, .required = true },
	{ .name = "files", .type = &field_record_list, .offset = FIELD_OF(appspec, files), .record = &file_record },
	{ .name = "file_exists_behavior", .type = &field_choice, .offset = FIELD_OF(appspec, existing),
	  .choices = existing_choices },
	{ .name = "permissions", .type = &field_record_list, .offset = FIELD_OF(appspec, permissions),
	  .record = &permission_record },
	{ .name = "hooks", .type = &field_node, .offset = FIELD_OF(appspec, hooks) },
	{ 0 },
};

static const struct record appspec_record = {
	.name = "an appspec.yml",
	.size = sizeof(struct appspec),
	.fields = appspec_fields,
};

static const struct field script_fields[] = {
	{ .name = "location", .type = &field_text, .offset = FIELD_OF(appspec_script, location), .required = true },
	{ .name = "timeout", .type = &field_integer, .offset = FIELD_OF(appspec_script, timeout), .minimum = 1,
	  .maximum = APPSPEC_EVENT_SECONDS },
	{ .name = "runas", .type = &field_text, .offset = FIELD_OF(appspec_script, runas) },
	{ .name = "sudo", .type = &field_boolean, .offset = FIELD_OF(appspec_script, sudo) },
	{ 0 },
};

static const struct record script_record = {
	.name = "a script",
	.size = sizeof(struct appspec_script),
	.fields = script_fields,
};

const struct node *appspec_said(struct arena *arena, const struct node *node)
{
	const struct node **nodes;
	size_t count = 0;

	if (node->kind == NODE_SCALAR)
		return node;
	nodes = ARENA_ARRAY(arena, const struct node *, 2 * node->count);
	for (size_t i = 0; i < node->count; i++) {
		if (node->kind == NODE_MAP && node_is_empty(node->items[i]))
			continue;
		if (node->kind == NODE_MAP)
			nodes[count++] = node->keys[i];
		nodes[count++] = appspec_said(arena, node->items[i]);
	}
	return node->kind == NODE_MAP ? node_new_map(arena, node->position, nodes, count / 2)
				      : node_new_list(arena, node->position, nodes, count);
}

int appspec_read_script(struct reader *reader, const struct node *node, struct appspec_script *script)
{
	return record_read(reader, node, &script_record, script);
}

/* The agent passes over an event that it does not know, and runs nothing. */
static int check_event(struct reader *reader, const struct node *key, const struct node *scripts)
{
	const struct lifecycle_event *event = lifecycle_event_find(key->text);

	if (!event)
		return diagnostics_unknown(reader->diagnostics, key->position, key->text, lifecycle_event_name_at, NULL,
					   "CodeDeploy has no lifecycle event '%s'", key->text);
	if (!event->scripted)
		return diagnostics_error(reader->diagnostics, key->position, NULL, "CodeDeploy runs no script at %s",
					 key->text);
	if (scripts->kind == NODE_LIST)
		return 0;
	return diagnostics_error(reader->diagnostics, scripts->position, NULL, "'%s' must be a list of scripts, not %s",
				 key->text, node_kind_name(scripts));
}

static int check_version(struct reader *reader, const struct node *version)
{
	if (!version || version->kind != NODE_SCALAR)
		return 0;
	if (strcmp(version->text, "0.0") != 0)
		return diagnostics_error(reader->diagnostics, version->position, NULL,
					 "CodeDeploy knows no version but 0.0 of this file");
	if (version->plain)
		return 0;
	return diagnostics_error(reader->diagnostics, version->position, "0.0",
				 "CodeDeploy takes no version in quotes");
}

int appspec_check_form(struct reader *reader, const struct node *node)
{
	struct appspec appspec;
	int result = record_read(reader, node, &appspec_record, &appspec);
	const struct node *hooks = node_get(node, "hooks");

	result |= check_version(reader, node_get(node, "version"));
	if (hooks && hooks->kind != NODE_MAP)
		return diagnostics_error(reader->diagnostics, hooks->position, NULL, "'hooks' must be a map, not %s",
					 node_kind_name(hooks));
	for (size_t i = 0; hooks && i < hooks->count; i++)
		result |= check_event(reader, hooks->keys[i], hooks->items[i]);
	return result;
}
