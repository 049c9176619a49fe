/* The part of YAML that nearly every file is written in: lists and maps by indentation or in brackets, scalars that
 * are plain, quoted or a block. It is read here in a tenth of what libyaml takes, which matters most for what is
 * compiled in, at each start. Whatever it does not know, and whatever is a fault, makes it give up without a word: the
 * text is then read by libyaml (text/yaml_full.h), which decides and words it. So it may give up where it likes, but
 * must not take what libyaml refuses, nor read it otherwise; tests/text/yaml_simple_test.c holds them against each
 * other. */
#ifndef TIDEGATE_TEXT_YAML_SIMPLE_H
#define TIDEGATE_TEXT_YAML_SIMPLE_H

#include "base/buffer.h"
#include "text/yaml.h"

/* The document, as text/yaml.h makes it; NULL where the text is not simple. It passed yaml_check_text(). */
const struct node *yaml_simple_parse(struct arena *arena, const struct source *source, const struct yaml_part *part);

/* ---- between the two files of it */

struct simple_text {
	const struct source *source;
	struct arena *arena;
	const char *at;         /* the next byte */
	const char *end;        /* behind the last line's end; every line has one */
	const char *line_start;
	unsigned line;
	unsigned depth, nodes;
	struct node_stack pending; /* of lists and maps that are still being read */
	struct buffer scalar;
};

static inline int simple_column(const struct simple_text *text)
{
	return (int)(text->at - text->line_start);
}

/* What begins at `start`, in the line at hand. */
struct position simple_position(const struct simple_text *text, const char *start, size_t length);
/* Over blanks and a comment; false where more stands in the line. */
bool simple_end_line(struct simple_text *text);

/* Each returns NULL where the text is not simple. A scalar in one line: */
struct node *simple_scalar(struct simple_text *text, bool in_brackets);
/* All of it, and that nothing else stands in its last line. Where it is plain, lines below go on with it that are
 * indented deeper than `column`, that of the map or list it is in. */
const struct node *simple_scalar_end(struct simple_text *text, struct node *node, int column);
/* `>-` and the like. */
const struct node *simple_block(struct simple_text *text, int column);

#endif
