#include "config.h"

#include "cli/configuration.h"

#include <unistd.h>

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

int configuration_load(struct configuration *configuration, struct reader *reader, const char *directory)
{
	const char *path = arena_format(reader->arena, "%s/config.yaml", directory);
	const struct source *source;
	const struct node *node;

	*configuration = (struct configuration){ 0 };
	if (access(path, F_OK) != 0)
		return 0;
	source = source_read_file(reader, path);
	node = source ? yaml_parse(reader->arena, source, reader->diagnostics) : NULL;
	if (!node || record_read(reader, node, &configuration_record, configuration) != 0)
		return -1;
	configuration->path = path;
	return need_maps(reader, configuration->inputs);
}
