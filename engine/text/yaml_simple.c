/* Lists and maps, by indentation and in brackets; scalars are read in yaml_simple_text.c. NULL is always: this is not
 * simple. */
#include "config.h"

#include "text/yaml_simple.h"

#include <string.h>

struct position simple_position(const struct simple_text *text, const char *start, size_t length)
{
	return (struct position){
		.source = text->source,
		.line = text->line,
		.column = (unsigned)(start - text->line_start) + 1,
		.length = (unsigned)length,
	};
}

static void skip_blanks(struct simple_text *text)
{
	while (text->at < text->end && *text->at == ' ')
		text->at++;
}

/* A comment begins a line, or stands behind a blank. */
static void skip_comment(struct simple_text *text)
{
	if (*text->at == '#' && (text->at == text->line_start || text->at[-1] == ' '))
		text->at = memchr(text->at, '\n', (size_t)(text->end - text->at));
}

bool simple_end_line(struct simple_text *text)
{
	skip_blanks(text);
	skip_comment(text);
	return *text->at == '\n';
}

/* Over blanks, comments and line ends; false where nothing else comes. */
static bool skip_to_more(struct simple_text *text)
{
	for (;;) {
		skip_blanks(text);
		if (text->at == text->end)
			return false;
		skip_comment(text);
		if (*text->at != '\n')
			return true;
		text->line_start = ++text->at;
		text->line++;
	}
}

static bool begins_item(const struct simple_text *text)
{
	return *text->at == '-' && (text->at[1] == ' ' || text->at[1] == '\n');
}

/* libyaml takes a longer text for no key, nor one of several lines. */
static bool is_key(const struct simple_text *text, const struct node *node)
{
	enum { MOST_BYTES = 1000 };
	const char *start = text->source->text + node->offset;

	return *text->at == ':' && (text->at[1] == ' ' || text->at[1] == '\n') && node->text[0] &&
	       node->position.line == text->line && text->at - start <= MOST_BYTES;
}

static const struct node *read_key(struct simple_text *text, bool in_brackets)
{
	const struct node *node = simple_scalar(text, in_brackets);

	return node && is_key(text, node) ? node : NULL;
}

static bool enter(struct simple_text *text)
{
	return text->nodes++ < YAML_MAX_NODES && text->depth++ < YAML_MAX_DEPTH;
}

static const struct node *end_list(struct simple_text *text, struct position position, size_t base)
{
	const size_t count = text->pending.count - base;

	text->depth--;
	text->pending.count = base;
	return node_new_list(text->arena, position, text->pending.nodes + base, count);
}

static const struct node *end_map(struct simple_text *text, struct position position, size_t base)
{
	const size_t count = (text->pending.count - base) / 2;
	const struct node *map = node_new_map(text->arena, position, text->pending.nodes + base, count);

	text->depth--;
	text->pending.count = base;
	for (size_t i = 0; i < count; i++)
		if (node_find(map, map->keys[i]->text) < i)
			return NULL;
	return map;
}

/* ---- in brackets */

static const struct node *read_brackets(struct simple_text *text);

static const struct node *read_in_brackets(struct simple_text *text)
{
	return *text->at == '{' || *text->at == '[' ? read_brackets(text) : simple_scalar(text, true);
}

static bool push_pair_in_brackets(struct simple_text *text)
{
	const struct node *key = read_key(text, true), *value;

	if (!key)
		return false;
	text->at++;
	value = skip_to_more(text) ? read_in_brackets(text) : NULL;
	node_stack_push(&text->pending, key);
	node_stack_push(&text->pending, value);
	return value;
}

static bool push_item_in_brackets(struct simple_text *text)
{
	const struct node *item = read_in_brackets(text);

	node_stack_push(&text->pending, item);
	return item;
}

/* What is in the brackets, up to the last; the first is behind. */
static bool push_all_in_brackets(struct simple_text *text, bool (*push)(struct simple_text *text), char closing)
{
	if (!skip_to_more(text))
		return false;
	if (*text->at == closing)
		return true;
	while (push(text) && skip_to_more(text)) {
		if (*text->at == closing)
			return true;
		if (*text->at++ != ',' || !skip_to_more(text))
			return false;
	}
	return false;
}

static const struct node *read_brackets(struct simple_text *text)
{
	const struct position position = simple_position(text, text->at, 1);
	const size_t base = text->pending.count;
	const bool is_map = *text->at++ == '{';
	const bool is_whole = enter(text) &&
			      push_all_in_brackets(text, is_map ? push_pair_in_brackets : push_item_in_brackets,
						   is_map ? '}' : ']');

	if (!is_whole)
		return NULL;
	text->at++;
	return is_map ? end_map(text, position, base) : end_list(text, position, base);
}

/* ---- by indentation */

static const struct node *read_below(struct simple_text *text, int column);
static const struct node *read_list(struct simple_text *text);

static const struct node *read_brackets_alone(struct simple_text *text)
{
	const struct node *node = read_brackets(text);

	return node && simple_end_line(text) ? node : NULL;
}

/* What stands in the line of its key, which is that of a map at `column`. */
static const struct node *read_in_line(struct simple_text *text, int column)
{
	struct node *node;

	if (*text->at == '{' || *text->at == '[')
		return read_brackets_alone(text);
	if (*text->at == '>' || *text->at == '|')
		return simple_block(text, column);
	node = simple_scalar(text, false);
	return node ? simple_scalar_end(text, node, column) : NULL;
}

/* Behind the colon. A list may stand at its key's column. */
static const struct node *read_value(struct simple_text *text, int column)
{
	text->at++;
	if (!simple_end_line(text))
		return read_in_line(text, column);
	if (!skip_to_more(text))
		return NULL;
	if (simple_column(text) > column)
		return read_below(text, column);
	return simple_column(text) == column && begins_item(text) ? read_list(text) : NULL;
}

static const struct node *read_map(struct simple_text *text, const struct node *key)
{
	const size_t base = text->pending.count;
	const int column = (int)key->position.column - 1;
	struct position position = key->position;

	position.length = 1;
	if (!enter(text))
		return NULL;
	while (key) {
		const struct node *value = read_value(text, column);

		if (!value)
			return NULL;
		node_stack_push(&text->pending, key);
		node_stack_push(&text->pending, value);
		if (!skip_to_more(text) || simple_column(text) < column)
			return end_map(text, position, base);
		key = simple_column(text) == column ? read_key(text, false) : NULL;
	}
	return NULL;
}

/* Behind the `-`. */
static const struct node *read_item(struct simple_text *text, int column)
{
	if (simple_end_line(text) && (!skip_to_more(text) || simple_column(text) <= column))
		return NULL;
	return read_below(text, column);
}

static const struct node *read_list(struct simple_text *text)
{
	const struct position position = simple_position(text, text->at, 1);
	const size_t base = text->pending.count;
	const int column = simple_column(text);

	if (!enter(text))
		return NULL;
	do {
		const struct node *item;

		text->at++;
		item = read_item(text, column);
		if (!item)
			return NULL;
		node_stack_push(&text->pending, item);
	} while (skip_to_more(text) && simple_column(text) == column && begins_item(text));
	return end_list(text, position, base);
}

/* What begins a line, or stands behind a `-`, in a map or list at `column`. */
static const struct node *read_below(struct simple_text *text, int column)
{
	struct node *node;

	if (begins_item(text))
		return read_list(text);
	if (strchr("{[>|", *text->at))
		return read_in_line(text, column);
	node = simple_scalar(text, false);
	if (!node)
		return NULL;
	return is_key(text, node) ? read_map(text, node) : simple_scalar_end(text, node, column);
}

static const struct node *read_document(struct simple_text *text)
{
	const struct node *root = skip_to_more(text) ? read_below(text, -1) : NULL;

	return root && root->kind != NODE_SCALAR && !skip_to_more(text) ? root : NULL;
}

const struct node *yaml_simple_parse(struct arena *arena, const struct source *source, const struct yaml_part *part)
{
	struct simple_text text = {
		.source = source,
		.arena = arena,
		.at = source->text + part->offset,
		.end = source->text + part->offset + part->length,
		.line_start = source->text + part->offset,
		.line = part->line,
	};
	const struct node *root;

	if (!part->length || text.end[-1] != '\n')
		return NULL;
	root = read_document(&text);
	node_stack_release(&text.pending);
	buffer_release(&text.scalar);
	return root;
}
