/* Reads a machine file and holds it to the one rule that its text alone must keep: CodeDeploy's agent runs what hooks
 * name, and without a '#!' line the shell would run the YAML as a script. CRLF and a byte order mark, which hide that
 * line from the kernel, are refused in every YAML file (text/yaml.h). */
#include "config.h"

#include "model/machine_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "text/yaml.h"

static const char program_name[] = "tidegate";

const struct source *source_read_file(struct reader *reader, const char *path)
{
	struct source *source = ARENA_NEW(reader->arena, struct source);
	struct buffer bytes = BUFFER_INIT;
	struct error err = ERROR_INIT;
	const int result = file_read(path, YAML_MAX_BYTES, &bytes, &err);
	char *text;

	source->name = arena_copy_text(reader->arena, path);
	source->length = bytes.length;
	source->text = text = buffer_take(&bytes);
	arena_attach(reader->arena, free, text);
	if (result != 0)
		diagnostics_error(reader->diagnostics, NOWHERE, NULL, "%s", err.message);
	return result == 0 ? source : NULL;
}

static const char *line_find(const char *line, size_t length, const char *word)
{
	const size_t word_length = strlen(word);

	for (size_t i = 0; i + word_length <= length; i++)
		if (memcmp(line + i, word, word_length) == 0)
			return line + i;
	return NULL;
}

static void check_first_line(struct reader *reader, const struct source *source)
{
	const char *end = memchr(source->text, '\n', source->length);
	const size_t length = end ? (size_t)(end - source->text) : source->length;
	const struct position position = { .source = source, .line = 1, .column = 1, .length = (unsigned)length };

	if (length < 2 || memcmp(source->text, "#!", 2) != 0)
		diagnostics_error(reader->diagnostics, position, "the first line must be #!/usr/bin/env tidegate",
				  "no '#!' line, but hooks: the shell would run this file as a script");
	else if (!line_find(source->text, length, program_name))
		diagnostics_error(reader->diagnostics, position, "write #!/usr/bin/env tidegate",
				  "the '#!' line names another program than %s", program_name);
}

const struct machine *machine_read_source(struct reader *reader, const struct source *source,
					  const struct catalogue *catalogue)
{
	const size_t errors = reader->diagnostics->errors;
	const struct node *node = yaml_parse(reader->arena, source, reader->diagnostics);
	const struct machine *machine;

	if (!node)
		return NULL;
	if (node_get(node, "hooks") || machine_uses(node))
		check_first_line(reader, source);
	machine = machine_load(reader, node, catalogue);
	return reader->diagnostics->errors == errors ? machine : NULL;
}

const struct machine *machine_read_file(struct reader *reader, const char *path, const struct catalogue *catalogue)
{
	const struct source *source = source_read_file(reader, path);

	return source ? machine_read_source(reader, source, catalogue) : NULL;
}
