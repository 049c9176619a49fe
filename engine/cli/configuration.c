#include "config.h"

#include "cli/configuration.h"

#include <unistd.h>

#include "cli/log.h"
#include "model/check_values.h"
#include "model/machine_file.h"
#include "text/yaml.h"

static const struct field configuration_fields[] = {
	{ .name = "state_dir", .type = &field_text, .offset = FIELD_OF(configuration, state_dir),
	  .help = "where the journals of the runs are kept" },
	{ .name = "log_format", .type = &field_text, .offset = FIELD_OF(configuration, log_format),
	  .help = "how a run is told: text, or json for log collectors" },
	{ .name = "inputs", .type = &field_node, .offset = FIELD_OF(configuration, inputs),
	  .help = "for a machine by its name, or for `any`: inputs and their values" },
	{ 0 },
};

const struct record configuration_record = {
	.name = "the configuration",
	.size = sizeof(struct configuration),
	.fields = configuration_fields,
};

static int need_maps(struct reader *reader, const struct node *inputs)
{
	int result = 0;

	if (inputs && inputs->kind != NODE_MAP)
		return diagnostics_error(reader->diagnostics, inputs->position, NULL, "'inputs' must be a map, not %s",
					 node_kind_name(inputs));
	for (size_t i = 0; inputs && i < inputs->count; i++)
		if (inputs->items[i]->kind != NODE_MAP)
			result = diagnostics_error(reader->diagnostics, inputs->items[i]->position, NULL,
						   "inputs of '%s' must be a map, not %s", inputs->keys[i]->text,
						   node_kind_name(inputs->items[i]));
	return result;
}

/* A hook runs in another folder than the next one. */
static int check_texts(struct reader *reader, const struct node *node, const struct configuration *configuration)
{
	const char *format = configuration->log_format, *state_dir = configuration->state_dir;
	int result = 0;

	if (format && log_format_named(format) == LOG_FORMAT_COUNT)
		result = diagnostics_error(reader->diagnostics, node_get(node, "log_format")->position, NULL,
					   "'log_format' must be text or json, not '%s'", format);
	if (state_dir && state_dir[0] != '/')
		result = diagnostics_error(reader->diagnostics, node_get(node, "state_dir")->position, NULL,
					   "'state_dir' must begin with a '/'");
	return result;
}

int configuration_load(struct configuration *configuration, struct reader *reader, const char *directory)
{
	const char *path = arena_format(reader->arena, "%s/config.yaml", directory);
	const struct source *source;
	const struct node *node;

	*configuration = (struct configuration){ 0 };
	if (access(path, F_OK) != 0)
		return 0;
	source = source_read_file(reader, path);
	/* All of it may be commented out. */
	if (source && yaml_is_blank(source))
		return 0;
	node = source ? yaml_parse(reader->arena, source, reader->diagnostics) : NULL;
	if (!node || record_read(reader, node, &configuration_record, configuration) != 0)
		return -1;
	configuration->path = path;
	return need_maps(reader, configuration->inputs) | check_texts(reader, node, configuration);
}

int configuration_check(const struct configuration *configuration, const struct reader *reader,
			const struct machine *machine)
{
	const size_t errors = reader->diagnostics->errors;
	const struct node *own = node_get(configuration->inputs, machine->name);
	const struct node *any = node_get(configuration->inputs, "any");

	if (own)
		values_check_inputs(reader, own, &machine->inputs, machine->name);
	if (own)
		values_warn_expressions(reader, own);
	/* What is said for any machine need not fit each of them. */
	for (size_t i = 0; any && i < any->count; i++) {
		const struct input *input = input_find(&machine->inputs, any->keys[i]->text);

		if (input)
			values_check_input(reader, any->items[i], input);
	}
	return reader->diagnostics->errors == errors ? 0 : -1;
}
