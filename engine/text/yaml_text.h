/* What must hold of a file's bytes before YAML is read from them, and where in them libyaml's marks stand. */
#ifndef TIDEGATE_TEXT_YAML_TEXT_H
#define TIDEGATE_TEXT_YAML_TEXT_H

#include <yaml.h>

#include "text/diagnostics.h"
#include "text/yaml.h"

/* 0, or -1 where libyaml could not read on. A byte order mark and CRLF line ends are errors that do not hinder it. */
int yaml_check_text(const struct source *source, struct diagnostics *diagnostics);

/* Where the text begins behind its byte order mark. */
size_t yaml_begin(const struct source *source);

/* libyaml counts characters, we count bytes. Its marks come in the order of the text, but for those of a last error, so
 * that stepping from one to the next walks over the text once. */
struct yaml_cursor {
	const struct source *source;
	size_t index; /* as libyaml counts */
	size_t offset;
	size_t line_start;
	unsigned line;
};

/* Marks count from where the text begins. */
void yaml_cursor_init(struct yaml_cursor *cursor, const struct source *source);
size_t yaml_cursor_seek(struct yaml_cursor *cursor, const yaml_mark_t *mark); /* the byte's offset */
/* Where the cursor stands; the `length` is cut to the line. */
struct position yaml_cursor_position(const struct yaml_cursor *cursor, size_t length);

/* Behind the last byte of the line, its line end not counted, or `most` bytes on where that is less. */
size_t yaml_line_end(const struct source *source, size_t offset, size_t most);

#endif
