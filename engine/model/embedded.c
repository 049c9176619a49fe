/* Finds a file among those compiled in; the files themselves are in embedded_files.c, which the build makes. */
#include "config.h"

#include "model/embedded.h"

#include <string.h>

#include "text/yaml.h"

const struct embedded_file *embedded_find(const char *path)
{
	for (const struct embedded_file *file = embedded_files; file->path; file++)
		if (strcmp(file->path, path) == 0)
			return file;
	return NULL;
}

const struct source *embedded_source(struct arena *arena, const struct embedded_file *file)
{
	struct source *source = ARENA_NEW(arena, struct source);

	*source = (struct source){ .name = file->path, .text = file->text, .length = file->length };
	return source;
}

struct compiled embedded_document(struct arena *arena, const struct embedded_file *file)
{
	return (struct compiled){ .source = embedded_source(arena, file), .bytes = file->document };
}

const struct node *embedded_parse(struct reader *reader, const struct embedded_file *file)
{
	const struct compiled document = embedded_document(reader->arena, file);

	if (document.bytes)
		return compiled_node(reader->arena, &document);
	return yaml_parse(reader->arena, document.source, reader->diagnostics);
}
