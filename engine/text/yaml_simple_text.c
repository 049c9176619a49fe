/* Scalars of simple YAML: plain, in either quotes, and as a block. */
#include "config.h"

#include "text/yaml_simple.h"

#include <ctype.h>
#include <string.h>

static struct node *new_scalar(struct simple_text *text, struct position position, const char *start,
			       const char *bytes, size_t length)
{
	struct node *node;

	if (text->nodes++ == YAML_MAX_NODES)
		return NULL;
	node = node_new_scalar(text->arena, position, bytes, length);
	node->offset = (size_t)(start - text->source->text);
	return node;
}

/* At the left edge `---` and `...` divide documents. */
static bool begins_plain(const struct simple_text *text)
{
	const unsigned char first = (unsigned char)*text->at, next = (unsigned char)text->at[1];

	if (isalnum(first) || first >= 0x80)
		return true;
	if (first == '-' || first == '.')
		return (isalnum(next) || next == '-') && text->at > text->line_start;
	return first && strchr("_/$(~<=^+;)", first);
}

/* Behind the plain text that begins here, and with what stops it; NULL where versions of YAML read it in two ways. */
static const char *plain_end(const struct simple_text *text, bool in_brackets)
{
	const char *const stops = in_brackets ? "\n\t\r#:,[]{}?" : "\n\t\r#:";
	const char *at = text->at + strcspn(text->at, stops);

	for (; *at == '#' || *at == ':'; at += 1 + strcspn(at + 1, stops)) {
		if (*at == '#' && at[-1] == ' ')
			break;
		if (*at == ':' && (at[1] == ' ' || at[1] == '\n'))
			break;
		if (*at == ':' && in_brackets)
			return NULL;
	}
	if (*at == '\t' || *at == '\r' || *at == '?')
		return NULL;
	while (at[-1] == ' ')
		at--;
	return at;
}

static struct node *read_plain(struct simple_text *text, bool in_brackets)
{
	const char *start = text->at, *end = begins_plain(text) ? plain_end(text, in_brackets) : NULL;
	struct node *node;

	if (!end)
		return NULL;
	node = new_scalar(text, simple_position(text, start, (size_t)(end - start)), start, start,
			  (size_t)(end - start));
	if (!node)
		return NULL;
	node->plain = true;
	text->at = end;
	return node;
}

/* How far the line below is indented; -1 where it is blank, or there is none. */
static int next_indentation(const struct simple_text *text)
{
	const char *next = text->at + 1;
	int blanks;

	if (next == text->end)
		return -1;
	blanks = (int)strspn(next, " ");
	return next[blanks] == '\n' ? -1 : blanks;
}

/* From a line's end to the first byte of the next line that is no blank. */
static void step_into_next(struct simple_text *text)
{
	const int indentation = next_indentation(text);

	text->line_start = text->at + 1;
	text->line++;
	text->at = text->line_start + indentation;
}

/* The byte that is meant by the two at `at`: '' in single quotes, a few of those with a backslash in double ones; or
 * NUL. */
static char escaped(const char *at)
{
	if (at[0] == '\'')
		return at[1] == '\'' ? '\'' : '\0';
	if (at[0] != '\\')
		return '\0';
	return at[1] == '"' || at[1] == '\\' ? at[1] : at[1] == 'n' ? '\n' : '\0';
}

static bool ends_with_backslash(const struct simple_text *text)
{
	return text->at[0] == '\\' && text->at[1] == '\n';
}

/* What goes on in the next line, where a backslash ends this one: both and the blanks between are not of the text. */
static bool step_over_backslash(struct simple_text *text)
{
	text->at++;
	if (next_indentation(text) <= 0)
		return false;
	step_into_next(text);
	return true;
}

/* What is in the quotes, up to the last, which is not what stops it where the text is not simple. */
static void add_quoted(struct simple_text *text, const char *stops)
{
	for (;;) {
		const size_t length = strcspn(text->at, stops);
		char byte;

		buffer_add(&text->scalar, text->at, length);
		text->at += length;
		if (ends_with_backslash(text)) {
			if (!step_over_backslash(text))
				return;
			continue;
		}
		byte = escaped(text->at);
		if (!byte)
			return;
		buffer_add_char(&text->scalar, byte);
		text->at += 2;
	}
}

static struct node *read_quoted(struct simple_text *text)
{
	const char *const start = text->at;
	struct position position = simple_position(text, start, strcspn(start, "\n"));

	text->at++;
	buffer_clear(&text->scalar);
	add_quoted(text, *start == '"' ? "\"\\\n\t\r" : "'\n\t\r");
	if (*text->at != *start)
		return NULL;
	text->at++;
	if (text->line == position.line)
		position.length = (unsigned)(text->at - start);
	return new_scalar(text, position, start, buffer_text(&text->scalar), text->scalar.length);
}

struct node *simple_scalar(struct simple_text *text, bool in_brackets)
{
	return *text->at == '"' || *text->at == '\'' ? read_quoted(text) : read_plain(text, in_brackets);
}

/* ---- of several lines */

/* Comments are not looked for: whatever stands behind one, and is indented deeper, is not simple. */
static bool goes_on_below(const struct simple_text *text, int column)
{
	const int indentation = next_indentation(text);

	return indentation > column && text->at[1 + indentation] != '#';
}

static bool add_plain_line(struct simple_text *text)
{
	const char *end = begins_plain(text) ? plain_end(text, false) : NULL;

	if (!end)
		return false;
	buffer_add_char(&text->scalar, ' ');
	buffer_add(&text->scalar, text->at, (size_t)(end - text->at));
	text->at = end + strspn(end, " ");
	return *text->at == '\n';
}

static const struct node *fold_plain(struct simple_text *text, struct node *node, int column)
{
	buffer_clear(&text->scalar);
	buffer_add_text(&text->scalar, node->text);
	while (goes_on_below(text, column)) {
		step_into_next(text);
		if (!add_plain_line(text))
			return NULL;
	}
	node->text = arena_copy(text->arena, buffer_text(&text->scalar), text->scalar.length);
	node->position.length = (unsigned)strcspn(text->source->text + node->offset, "\n");
	return node;
}

const struct node *simple_scalar_end(struct simple_text *text, struct node *node, int column)
{
	const char *end = text->at + strspn(text->at, " ");

	if (!simple_end_line(text))
		return NULL;
	/* A comment ends a plain text. */
	if (!node->plain || text->at != end || !goes_on_below(text, column))
		return node;
	return fold_plain(text, node, column);
}

static bool add_block_line(struct simple_text *text, char joint)
{
	const size_t length = strcspn(text->at, "\n\t\r");

	buffer_add(&text->scalar, text->at, length);
	buffer_add_char(&text->scalar, joint);
	text->at += length;
	return *text->at == '\n';
}

/* Lines without a single byte may follow a block; within it they would be part of the text. */
static bool is_block_end(const struct simple_text *text, int indentation)
{
	const char *next = text->at + 1;
	size_t blanks;

	while (next < text->end && *next == '\n')
		next++;
	if (next == text->end)
		return true;
	blanks = strspn(next, " ");
	return (int)blanks < indentation && next[blanks] != '\n';
}

const struct node *simple_block(struct simple_text *text, int column)
{
	const char *const start = text->at;
	const bool is_folded = start[0] == '>', is_stripped = start[1] == '-';
	const struct position position = simple_position(text, start, is_stripped ? 2 : 1);
	int indentation;

	text->at += position.length;
	indentation = next_indentation(text);
	if (*text->at != '\n' || indentation <= column)
		return NULL;
	buffer_clear(&text->scalar);
	while (next_indentation(text) == indentation) {
		step_into_next(text);
		if (!add_block_line(text, is_folded ? ' ' : '\n'))
			return NULL;
	}
	if (!is_block_end(text, indentation))
		return NULL;
	buffer_cut(&text->scalar, text->scalar.length - 1);
	if (!is_stripped)
		buffer_add_char(&text->scalar, '\n');
	return new_scalar(text, position, start, buffer_text(&text->scalar), text->scalar.length);
}
