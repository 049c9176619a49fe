#include "config.h"

#include "model/machine_use.h"

#include <stdlib.h>
#include <string.h>

#include "model/embedded.h"
#include "model/machine_fields.h"
#include "text/json.h"
#include "text/schema.h"

static const char directory[] = "machines/", suffix[] = ".yaml";

/* Levels of maps in which single keys are laid over: the machine, its hooks or inputs, one of them. */
enum { LEVELS = 3 };

struct use_file {
	int64_t version;
	const char *name;
	const char *comment;
	const char *use;
	const struct node *given;
	struct record_list environments;
	const struct node *hooks;
};

/* A hook here may leave out what the used machine says already: its table is asked when all is laid together. */
static int read_map(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	*(const struct node **)into = node;
	if (node->kind == NODE_MAP)
		return 0;
	return diagnostics_error(reader->diagnostics, node->position, NULL, "'%s' must be a map, not %s", field->name,
				 node_kind_name(node));
}

static json_t *values_schema(const struct field *field)
{
	(void)field;
	return json_made(json_pack("{s:s}", "type", "object"));
}

static const struct field_type field_values = {
	.name = "a map of values",
	.read = read_map,
	.schema = values_schema,
};

static json_t *hooks_schema(const struct field *field)
{
	return json_made(
		json_pack("{s:s, s:o}", "type", "object", "additionalProperties", schema_reference(field->record)));
}

static const struct field_type field_hooks = {
	.name = "a map, each value a hook",
	.read = read_map,
	.schema = hooks_schema,
};

static const struct field use_fields[] = {
	{ .name = "tidegate",
	  .type = &field_integer,
	  .offset = FIELD_OF(use_file, version),
	  .required = true,
	  .minimum = MACHINE_LANGUAGE_VERSION,
	  .maximum = MACHINE_LANGUAGE_VERSION,
	  .help = "the version of this language: 1" },
	{ .name = "machine",
	  .type = &field_name,
	  .offset = FIELD_OF(use_file, name),
	  .help = "its name (that of the machine it uses)" },
	{ .name = "comment", .type = &field_text, .offset = FIELD_OF(use_file, comment), .help = "for people" },
	{ .name = "use",
	  .type = &field_text,
	  .offset = FIELD_OF(use_file, use),
	  .required = true,
	  .help = "a machine that comes with tidegate, and which version of it: asg-standby@1" },
	{ .name = "with",
	  .type = &field_values,
	  .offset = FIELD_OF(use_file, given),
	  .help = "its inputs and their values, in place of its defaults" },
	{ .name = "environments",
	  .type = &field_environments,
	  .offset = FIELD_OF(use_file, environments),
	  .help = "inputs by deployment group: a map from a glob over DEPLOYMENT_GROUP_NAME to inputs" },
	{ .name = "hooks",
	  .type = &field_hooks,
	  .offset = FIELD_OF(use_file, hooks),
	  .record = &hook_record,
	  .help = "laid over its hooks, event by event and key by key" },
	{ 0 },
};

static void constrain_use(json_t *definition)
{
	json_t *use = json_object_get(json_object_get(definition, "properties"), "use");

	json_put(use, "pattern", json_string("^[A-Za-z0-9_.-]+@[1-9][0-9]*$"));
}

const struct record machine_use_record = {
	.name = "a machine that uses another",
	.size = sizeof(struct use_file),
	.fields = use_fields,
	.constrain = constrain_use,
};

bool machine_uses(const struct node *node)
{
	return node_get(node, "use") != NULL;
}

/* ---- the shipped machines */

struct shipped {
	const char **names;
	size_t count;
};

/* The part of "machines/NAME.yaml" that is the name, or 0; what lies in folders below is no machine. */
static size_t name_length(const char *path)
{
	const size_t begin = sizeof(directory) - 1, end = sizeof(suffix) - 1, length = strlen(path);

	if (length <= begin + end || strncmp(path, directory, begin) != 0 ||
	    strcmp(path + length - end, suffix) != 0 || strchr(path + begin, '/'))
		return 0;
	return length - begin - end;
}

static struct shipped list_shipped(struct arena *arena)
{
	struct shipped shipped = { 0 };

	for (const struct embedded_file *file = embedded_files; file->path; file++)
		shipped.count += name_length(file->path) ? 1 : 0;
	shipped.names = ARENA_ARRAY(arena, const char *, shipped.count);
	shipped.count = 0;
	for (const struct embedded_file *file = embedded_files; file->path; file++)
		if (name_length(file->path))
			shipped.names[shipped.count++] = arena_copy(arena, file->path + sizeof(directory) - 1,
								    name_length(file->path));
	return shipped;
}

static const char *shipped_name_at(const void *argument, size_t i)
{
	const struct shipped *shipped = argument;

	return i < shipped->count ? shipped->names[i] : NULL;
}

static const struct node *find_shipped(struct reader *reader, const char *name)
{
	const struct embedded_file *file;

	file = embedded_find(arena_format(reader->arena, "%s%s%s", directory, name, suffix));
	return file && !strchr(name, '/') ? embedded_parse(reader, file) : NULL;
}

static const char *version_of(struct reader *reader, const char *name)
{
	const struct node *version = node_get(find_shipped(reader, name), "version");

	return version ? version->text : "1";
}

static int refuse_name(struct reader *reader, const struct node *use, const char *name)
{
	const struct shipped shipped = list_shipped(reader->arena);
	const char *all = "", *near = nearest_word(name, shipped_name_at, &shipped), *hint;

	for (size_t i = 0; i < shipped.count; i++)
		all = arena_format(reader->arena, "%s%s%s", all, i ? ", " : "", shipped.names[i]);
	hint = near ? arena_format(reader->arena, "did you mean '%s@%s'?", near, version_of(reader, near))
		    : arena_format(reader->arena, "there are %s", all);
	return diagnostics_error(reader->diagnostics, use->position, hint, "no machine '%s' comes with tidegate",
				 name);
}

/* Versions are whole: another one takes other inputs, or means something else by them. */
static int check_version(struct reader *reader, const struct node *use, const char *name, const char *version,
			 const struct node *shipped)
{
	const struct node *has = node_get(shipped, "version");
	const char *right = arena_format(reader->arena, "write '%s@%s'", name, version_of(reader, name));

	if (version && has && strcmp(version, has->text) == 0)
		return 0;
	if (!version)
		return diagnostics_error(reader->diagnostics, use->position, right, "'use' lacks a version");
	return diagnostics_error(reader->diagnostics, use->position, right, "this tidegate has no version '%s' of %s",
				 version, name);
}

/* The shipped file's text, or NULL. */
static const struct node *resolve(struct reader *reader, const struct node *use)
{
	const char *at = strchr(use->text, '@');
	const char *name = arena_copy(reader->arena, use->text, at ? (size_t)(at - use->text) : strlen(use->text));
	const struct node *shipped = find_shipped(reader, name);

	if (!shipped) {
		refuse_name(reader, use, name);
		return NULL;
	}
	return check_version(reader, use, name, at ? at + 1 : NULL, shipped) == 0 ? shipped : NULL;
}

/* ---- laying over */

/* `base` with what `over` says in place of its own: key by key so many levels down, then whole. Where `over` adds
 * something, or something is missing in the outcome, is its place. */
static const struct node *lay_over(struct arena *arena, const struct node *base, const struct node *over, int levels)
{
	const struct node **pairs;
	size_t count = 0;

	if (!base || !over)
		return over ? over : base;
	if (levels == 0 || base->kind != NODE_MAP || over->kind != NODE_MAP)
		return over;
	pairs = ARENA_ARRAY(arena, const struct node *, 2 * (base->count + over->count));
	for (size_t i = 0; i < base->count; i++) {
		pairs[count++] = base->keys[i];
		pairs[count++] = lay_over(arena, base->items[i], node_get(over, base->keys[i]->text), levels - 1);
	}
	for (size_t i = 0; i < over->count; i++) {
		if (node_get(base, over->keys[i]->text))
			continue;
		pairs[count++] = over->keys[i];
		pairs[count++] = over->items[i];
	}
	return node_new_map(arena, over->position, pairs, count / 2);
}

static const struct node *pair_alone(struct arena *arena, const char *key, const struct node *value)
{
	const struct node *pair[] = { node_new_scalar(arena, value->position, key, strlen(key)), value };

	return node_new_map(arena, value->position, pair, 1);
}

static const char *key_at(const void *argument, size_t i)
{
	const struct node *map = argument;

	return map && i < map->count ? map->keys[i]->text : NULL;
}

/* What `with` gives, in the form in which a machine file declares it: each value is a default. What no input is called
 * is refused and left out. */
static const struct node *as_defaults(struct reader *reader, const struct node *given, const struct node *declared,
				      const char *use)
{
	const struct node **pairs = ARENA_ARRAY(reader->arena, const struct node *, 2 * given->count);
	size_t count = 0;

	for (size_t i = 0; i < given->count; i++) {
		if (!node_get(declared, given->keys[i]->text)) {
			diagnostics_unknown(reader->diagnostics, given->keys[i]->position, given->keys[i]->text,
					    key_at, declared, "%s has no input '%s'", use, given->keys[i]->text);
			continue;
		}
		pairs[count++] = given->keys[i];
		pairs[count++] = pair_alone(reader->arena, "default", given->items[i]);
	}
	return node_new_map(reader->arena, given->position, pairs, count / 2);
}

/* The keys of the file that a machine has, too. */
static const struct node *own_keys(struct arena *arena, const struct node *node)
{
	const struct node **pairs = ARENA_ARRAY(arena, const struct node *, 2 * node->count);
	size_t count = 0;

	for (size_t i = 0; i < node->count; i++) {
		if (strcmp(node->keys[i]->text, "use") == 0 || strcmp(node->keys[i]->text, "with") == 0)
			continue;
		pairs[count++] = node->keys[i];
		pairs[count++] = node->items[i];
	}
	return node_new_map(arena, node->position, pairs, count / 2);
}

const struct machine_use *machine_use_read(struct reader *reader, const struct node *node)
{
	struct machine_use *use = ARENA_NEW(reader->arena, struct machine_use);
	const struct node *shipped, *defaults;
	struct use_file file;

	if (record_read(reader, node, &machine_use_record, &file) != 0)
		return NULL;
	shipped = resolve(reader, node_get(node, "use"));
	if (!shipped)
		return NULL;
	*use = (struct machine_use){ .name = file.use, .given = file.given };
	use->whole = lay_over(reader->arena, shipped, own_keys(reader->arena, node), LEVELS);
	if (!file.given)
		return use;
	defaults = as_defaults(reader, file.given, node_get(shipped, "input"), file.use);
	use->whole = lay_over(reader->arena, use->whole, pair_alone(reader->arena, "input", defaults), LEVELS);
	return use;
}
