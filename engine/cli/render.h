/* DOT made into a picture by Graphviz's own program, where that is installed. */
#ifndef TIDEGATE_CLI_RENDER_H
#define TIDEGATE_CLI_RENDER_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/environment.h"
#include "base/error.h"

enum render_format { RENDER_DOT, RENDER_SVG, RENDER_PNG, RENDER_FORMAT_COUNT };

struct render_row {
	const char *name; /* as --format takes it, and as a file's name ends */
	bool binary;      /* nothing for a terminal */
};

extern const struct render_row render_formats[RENDER_FORMAT_COUNT];

/* RENDER_FORMAT_COUNT where there is none of that name. */
enum render_format render_format_named(const char *name);

/* Adds the picture to `output`; DOT as it is. -1 (ERROR_USAGE) where `dot` is not to be found, or fails. */
int render(const struct buffer *dot, enum render_format format, const struct environment *environment,
	   struct buffer *output, struct error *err);

#endif
