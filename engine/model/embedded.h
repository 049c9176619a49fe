/* Text files of the source tree that are compiled in (schemas/local.mk lists them, model/embed.c makes the C). */
#ifndef TIDEGATE_MODEL_EMBEDDED_H
#define TIDEGATE_MODEL_EMBEDDED_H

#include <stddef.h>

#include "text/compiled.h"
#include "text/record.h"

struct embedded_file {
	const char *path; /* from the top of the source tree: "schemas/operations/sts.yaml" */
	const char *text; /* with a NUL behind */
	size_t length;
	const unsigned char *document; /* of a catalogue: as it was read (text/compiled.h); else NULL */
};

/* In the order of their paths; the last one's path is NULL. */
extern const struct embedded_file embedded_files[];

/* NULL where there is none of that path. */
const struct embedded_file *embedded_find(const char *path);

/* The file as positions name it, in the arena. */
const struct source *embedded_source(struct arena *arena, const struct embedded_file *file);
/* The document of a catalogue's file. */
struct compiled embedded_document(struct arena *arena, const struct embedded_file *file);
/* The file's document, in the reader's arena, or NULL with at least one error in the reader's diagnostics. */
const struct node *embedded_parse(struct reader *reader, const struct embedded_file *file);

#endif
