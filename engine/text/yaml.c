#include "config.h"

#include "text/yaml.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "text/yaml_syntax.h"
#include "text/yaml_text.h"

/* Nodes whose list or map is still being read: an item each, or a key and its value. */
struct pending {
	const struct node **nodes;
	size_t count;
	size_t size;
};

struct yaml_reader {
	yaml_parser_t parser;
	yaml_event_t event; /* the one to be looked at */
	struct arena *arena;
	struct diagnostics *diagnostics;
	struct yaml_cursor cursor;
	struct yaml_syntax syntax;
	struct pending pending;
	unsigned nodes;
	unsigned depth;
	unsigned depth_in_brackets;
};

static void pending_push(struct pending *pending, const struct node *node)
{
	if (pending->count == pending->size) {
		pending->size = pending->size ? 2 * pending->size : 64;
		pending->nodes = memory_resize(pending->nodes, pending->size, sizeof(*pending->nodes));
	}
	pending->nodes[pending->count++] = node;
}

/* 0, or -1 where the text is no YAML. */
static int next_event(struct yaml_reader *reader)
{
	yaml_event_delete(&reader->event);
	if (yaml_parser_parse(&reader->parser, &reader->event))
		return 0;
	reader->syntax.in_brackets = reader->depth_in_brackets;
	return yaml_syntax_failed(&reader->syntax, &reader->parser);
}

static struct position event_position(struct yaml_reader *reader, size_t length)
{
	yaml_cursor_seek(&reader->cursor, &reader->event.start_mark);
	return yaml_cursor_position(&reader->cursor, length);
}

/* The scalar's place, with the length of what of it is on its first line. */
static struct position scalar_position(struct yaml_reader *reader, size_t *offset)
{
	const yaml_event_t *event = &reader->event;
	const size_t start = yaml_cursor_seek(&reader->cursor, &event->start_mark);
	struct position position;

	*offset = start;
	/* Not always to the line's end: a whole file may be one line. */
	if (event->end_mark.line != event->start_mark.line)
		return yaml_cursor_position(&reader->cursor, SIZE_MAX);
	position = yaml_cursor_position(&reader->cursor, 0);
	position.length = (unsigned)(yaml_cursor_seek(&reader->cursor, &event->end_mark) - start);
	return position;
}

static const yaml_char_t *event_anchor(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return event->data.scalar.anchor;
	case YAML_SEQUENCE_START_EVENT:
		return event->data.sequence_start.anchor;
	case YAML_MAPPING_START_EVENT:
		return event->data.mapping_start.anchor;
	default:
		return NULL;
	}
}

static const yaml_char_t *event_tag(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return event->data.scalar.tag;
	case YAML_SEQUENCE_START_EVENT:
		return event->data.sequence_start.tag;
	case YAML_MAPPING_START_EVENT:
		return event->data.mapping_start.tag;
	default:
		return NULL;
	}
}

static void refuse_sigil(struct yaml_reader *reader)
{
	reader->syntax.in_brackets = reader->depth_in_brackets;
	yaml_syntax_sigil(&reader->syntax, &reader->event.start_mark);
}

static const struct node *read_node(struct yaml_reader *reader);

static const struct node *read_scalar(struct yaml_reader *reader)
{
	const char *text = (const char *)reader->event.data.scalar.value;
	const size_t length = reader->event.data.scalar.length;
	size_t offset;
	const struct position position = scalar_position(reader, &offset);
	struct node *node = node_new_scalar(reader->arena, position, text, length);

	if (memchr(text, '\0', length))
		diagnostics_error(reader->diagnostics, position, NULL, "a NUL character in a text");
	node->plain = reader->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	node->offset = offset;
	return next_event(reader) ? NULL : node;
}

/* An error was made; what stands for the alias only lets the rest be read. */
static const struct node *read_alias(struct yaml_reader *reader)
{
	const struct position position = event_position(reader, 1);

	refuse_sigil(reader);
	return next_event(reader) ? NULL : node_new_scalar(reader->arena, position, "", 0);
}

/* Items up to the list's end, on the pending stack. */
static int read_items(struct yaml_reader *reader)
{
	while (reader->event.type != YAML_SEQUENCE_END_EVENT) {
		const struct node *item = read_node(reader);

		if (!item)
			return -1;
		pending_push(&reader->pending, item);
	}
	return 0;
}

/* `? key`: the mark is only to be seen in the text. */
static bool is_explicit_key(struct yaml_reader *reader, yaml_mark_t *mark)
{
	const char *text = reader->cursor.source->text;
	size_t offset;

	*mark = reader->event.start_mark;
	offset = yaml_cursor_seek(&reader->cursor, mark);
	while (offset && (text[offset - 1] == ' ' || text[offset - 1] == '\t') && mark->index) {
		offset--;
		mark->index--;
	}
	if (!offset || text[offset - 1] != '?' || !mark->index)
		return false;
	mark->index--;
	return true;
}

/* The key where it can be one. -1 where the text is no YAML; *key is NULL where the pair is to be left out. */
static int read_key(struct yaml_reader *reader, const struct node **key)
{
	const bool is_scalar = reader->event.type == YAML_SCALAR_EVENT;
	const struct position position = event_position(reader, 1);
	const struct node *node;
	yaml_mark_t mark;

	*key = NULL;
	if (is_explicit_key(reader, &mark))
		yaml_syntax_sigil(&reader->syntax, &mark);
	else if (!is_scalar && reader->event.type != YAML_ALIAS_EVENT)
		diagnostics_error(reader->diagnostics, position, NULL, "a key must be text, not a list or a map");
	node = read_node(reader);
	if (!node)
		return -1;
	if (is_scalar && !node->text[0])
		return diagnostics_error(reader->diagnostics, node->position, NULL, "an empty key"), 0;
	if (is_scalar)
		*key = node;
	return 0;
}

/* Pairs up to the map's end, on the pending stack. */
static int read_pairs(struct yaml_reader *reader)
{
	while (reader->event.type != YAML_MAPPING_END_EVENT) {
		const struct node *key, *value;

		if (read_key(reader, &key))
			return -1;
		value = read_node(reader);
		if (!value)
			return -1;
		if (!key)
			continue;
		pending_push(&reader->pending, key);
		pending_push(&reader->pending, value);
	}
	return 0;
}

static void refuse_duplicates(struct yaml_reader *reader, const struct node *map)
{
	for (size_t i = 0; i < map->count; i++) {
		const size_t first = node_find(map, map->keys[i]->text);

		if (first < i)
			diagnostics_error(reader->diagnostics, map->keys[i]->position, NULL,
					  "duplicate key '%s', first in line %u", map->keys[i]->text,
					  map->keys[first]->position.line);
	}
}

static const struct node *end_list(struct yaml_reader *reader, struct position position, size_t base)
{
	return node_new_list(reader->arena, position, reader->pending.nodes + base, reader->pending.count - base);
}

static const struct node *end_map(struct yaml_reader *reader, struct position position, size_t base)
{
	const struct node *map = node_new_map(reader->arena, position, reader->pending.nodes + base,
					      (reader->pending.count - base) / 2);

	refuse_duplicates(reader, map);
	return map;
}

/* Lists and maps differ in what stands in them and in what is made of it. */
static const struct collection {
	int (*read_inside)(struct yaml_reader *reader);
	const struct node *(*end)(struct yaml_reader *reader, struct position position, size_t base);
} list_collection = { read_items, end_list }, map_collection = { read_pairs, end_map };

static const struct node *read_collection(struct yaml_reader *reader, const struct collection *collection,
					  bool in_brackets)
{
	const struct position position = event_position(reader, 1);
	const yaml_mark_t opened = reader->event.start_mark;
	/* A pair that stands alone in a list, `[a: b]`, is a map without any. */
	const bool has_brackets = in_brackets && reader->event.end_mark.index > opened.index;
	const size_t base = reader->pending.count;
	const struct node *node;

	if (reader->depth == YAML_MAX_DEPTH) {
		diagnostics_error(reader->diagnostics, position, NULL, "lists and maps deeper than %d levels",
				  YAML_MAX_DEPTH);
		return NULL;
	}
	reader->depth++;
	reader->depth_in_brackets += in_brackets;
	if (next_event(reader) || collection->read_inside(reader))
		return NULL;
	node = collection->end(reader, position, base);
	reader->pending.count = base;
	reader->depth--;
	reader->depth_in_brackets -= in_brackets;
	if (has_brackets) {
		reader->syntax.opened = opened;
		reader->syntax.closed = reader->event.end_mark;
	}
	return next_event(reader) ? NULL : node;
}

static const struct node *refuse_more(struct yaml_reader *reader)
{
	diagnostics_error(reader->diagnostics, event_position(reader, 1), NULL, "more than %d texts, lists and maps",
			  YAML_MAX_NODES);
	return NULL;
}

static const struct node *read_node(struct yaml_reader *reader)
{
	const yaml_event_t *event = &reader->event;

	if (++reader->nodes > YAML_MAX_NODES)
		return refuse_more(reader);
	if (event_anchor(event) || event_tag(event))
		refuse_sigil(reader);
	if (event->type == YAML_ALIAS_EVENT)
		return read_alias(reader);
	if (event->type == YAML_SEQUENCE_START_EVENT)
		return read_collection(reader, &list_collection,
				       event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE);
	if (event->type == YAML_MAPPING_START_EVENT)
		return read_collection(reader, &map_collection,
				       event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE);
	assert(event->type == YAML_SCALAR_EVENT);
	return read_scalar(reader);
}

static bool has_directives(const yaml_event_t *event)
{
	return event->data.document_start.version_directive ||
	       event->data.document_start.tag_directives.start != event->data.document_start.tag_directives.end;
}

static const struct node *refuse_empty(struct yaml_reader *reader)
{
	const struct position file = { .source = reader->cursor.source };

	diagnostics_error(reader->diagnostics, file, NULL, "an empty document");
	return NULL;
}

static const struct node *read_document(struct yaml_reader *reader)
{
	const struct node *root;

	/* The first event is the stream's start. */
	if (next_event(reader) || next_event(reader))
		return NULL;
	if (reader->event.type == YAML_STREAM_END_EVENT)
		return refuse_empty(reader);
	if (has_directives(&reader->event))
		diagnostics_error(reader->diagnostics, event_position(reader, SIZE_MAX), NULL,
				  "a YAML directive, which is not allowed; leave the line out");
	if (next_event(reader))
		return NULL;
	root = read_node(reader);
	if (!root || next_event(reader))
		return NULL;
	if (reader->event.type == YAML_DOCUMENT_START_EVENT)
		diagnostics_error(reader->diagnostics, event_position(reader, SIZE_MAX), NULL,
				  "a second document; a file holds one");
	if (root->kind == NODE_SCALAR && root->plain && !root->text[0])
		return refuse_empty(reader);
	return root;
}

static void reader_init(struct yaml_reader *reader, struct arena *arena, const struct source *source,
			struct diagnostics *diagnostics)
{
	const size_t begin = yaml_begin(source);

	reader->arena = arena;
	reader->diagnostics = diagnostics;
	yaml_cursor_init(&reader->cursor, source);
	reader->syntax.cursor = &reader->cursor;
	reader->syntax.diagnostics = diagnostics;
	if (!yaml_parser_initialize(&reader->parser))
		memory_exhausted();
	yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reader->parser, (const unsigned char *)source->text + begin,
				     source->length - begin);
}

static void reader_release(struct yaml_reader *reader)
{
	yaml_event_delete(&reader->event);
	yaml_parser_delete(&reader->parser);
	free(reader->pending.nodes);
}

bool yaml_is_blank(const struct source *source)
{
	const char *at = source->text, *end = source->text + source->length;

	while (at < end) {
		const char *next = memchr(at, '\n', (size_t)(end - at));
		const size_t length = (size_t)((next ? next : end) - at), blanks = strspn(at, " ");

		if (blanks < length && at[blanks] != '#')
			return false;
		at += length + 1;
	}
	return true;
}

const struct node *yaml_parse(struct arena *arena, const struct source *source, struct diagnostics *diagnostics)
{
	const size_t errors_before = diagnostics->errors;
	struct yaml_reader reader = { 0 };
	const struct node *root;

	if (yaml_check_text(source, diagnostics))
		return NULL;
	reader_init(&reader, arena, source, diagnostics);
	root = read_document(&reader);
	reader_release(&reader);
	return diagnostics->errors == errors_before ? root : NULL;
}
