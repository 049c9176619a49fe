/* What people, CodeDeploy and the bash scripts leave on an instance. */
#include "config.h"

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "cli/appspec.h"
#include "cli/configuration.h"
#include "cli/flag_file.h"
#include "cli/options.h"
#include "text/yaml.h"

void read_appspec(const char *text, size_t length)
{
	struct desk desk;
	const struct catalogue *catalogue;
	const struct node *node;

	desk_begin(&desk, text, length);
	desk.source.name = "/nowhere/appspec.yml";
	catalogue = catalogue_load(&desk.reader);
	node = yaml_parse(desk.reader.arena, &desk.source, &desk.diagnostics);
	if (node && appspec_is(node))
		appspec_check(&desk.reader, node, catalogue);
	desk_end(&desk);
}

void read_configuration(const char *text, size_t length)
{
	struct desk desk;
	struct configuration configuration = { 0 };

	desk_begin(&desk, text, length);
	as_file("config.yaml", text, length);
	must((configuration_load(&configuration, &desk.reader, files_folder()) == 0) == (desk.diagnostics.errors == 0),
	     "no configuration, then an error");
	desk_end(&desk);
}

void read_flag_file(const char *text, size_t length)
{
	struct error err = ERROR_INIT;
	json_t *told = flag_file_read(as_file("flags", text, length), &err);

	must(told ? json_is_object(told) : err.kind == ERROR_USAGE, "a flag file tells, or an error says why not");
	json_decref(told);
}

/* An argument a line. */
void read_options(const char *text, size_t length)
{
	struct arena *arena = arena_new();
	char *copy = arena_copy(arena, text, length), *state = NULL;
	const char **arguments = ARENA_ARRAY(arena, const char *, length + 2);
	struct options options = { .n_operands = 0 };
	struct error err = ERROR_INIT;
	size_t count = 0;

	for (char *line = strtok_r(copy, "\n", &state); line; line = strtok_r(NULL, "\n", &state))
		arguments[count++] = line;
	must(options_parse(&options, arena, UINT64_MAX, arguments, &err) == 0 ? options.n_operands <= count
									      : err.kind == ERROR_USAGE,
	     "options are read, or an error says why not");
	arena_free(arena);
}
