/* A node is its kind, whether it is plain, its line, column and length; then a scalar's offset, the length of its text,
 * the text and a NUL; or how many items or pairs there are, how many bytes they take, and they themselves. Numbers are
 * written seven bits a byte, the low ones first. */
#include "config.h"

#include "text/compiled.h"

#include <stdlib.h>
#include <string.h>

enum { PLAIN = 1 << 2 }; /* beside the kind, in the first byte */

/* ---- written */

static void write_number(struct buffer *bytes, size_t number)
{
	for (; number > 0x7f; number >>= 7)
		buffer_add_char(bytes, (char)(0x80 | (number & 0x7f)));
	buffer_add_char(bytes, (char)number);
}

static void write_scalar(struct buffer *bytes, const struct node *scalar)
{
	const size_t length = strlen(scalar->text);

	write_number(bytes, scalar->offset);
	write_number(bytes, length);
	buffer_add(bytes, scalar->text, length + 1);
}

static void write_collection(struct buffer *bytes, const struct node *node)
{
	struct buffer inside = BUFFER_INIT;

	for (size_t i = 0; i < node->count; i++) {
		if (node->kind == NODE_MAP)
			compiled_write(&inside, node->keys[i]);
		compiled_write(&inside, node->items[i]);
	}
	write_number(bytes, node->count);
	write_number(bytes, inside.length);
	buffer_add(bytes, buffer_text(&inside), inside.length);
	buffer_release(&inside);
}

void compiled_write(struct buffer *bytes, const struct node *node)
{
	buffer_add_char(bytes, (char)(node->kind | (node->plain ? PLAIN : 0)));
	write_number(bytes, node->position.line);
	write_number(bytes, node->position.column);
	write_number(bytes, node->position.length);
	if (node->kind == NODE_SCALAR)
		write_scalar(bytes, node);
	else
		write_collection(bytes, node);
}

/* ---- read; `at` goes on */

static size_t read_number(const unsigned char **at)
{
	size_t number = 0;
	unsigned shift = 0;

	for (; **at & 0x80; shift += 7)
		number |= (size_t)(*(*at)++ & 0x7f) << shift;
	return number | (size_t) * (*at)++ << shift;
}

struct head {
	enum node_kind kind;
	bool plain;
	struct position position;
	size_t first, second; /* offset and length, or count and bytes */
};

static struct head read_head(const struct source *source, const unsigned char **at)
{
	const unsigned char first = *(*at)++;
	struct head head = { .kind = (enum node_kind)(first & (PLAIN - 1)), .plain = first & PLAIN };

	head.position.source = source;
	head.position.line = (unsigned)read_number(at);
	head.position.column = (unsigned)read_number(at);
	head.position.length = (unsigned)read_number(at);
	head.first = read_number(at);
	head.second = read_number(at);
	return head;
}

static const struct node *read_scalar(struct arena *arena, const struct head *head, const unsigned char **at)
{
	struct node *node = node_new_borrowed(arena, head->position, (const char *)*at);

	node->plain = head->plain;
	node->offset = head->first;
	*at += head->second + 1;
	return node;
}

static const struct node *read_node(struct arena *arena, const struct source *source, const unsigned char **at)
{
	const struct head head = read_head(source, at);
	const size_t count = head.kind == NODE_MAP ? 2 * head.first : head.first;
	const struct node **nodes, *node;

	if (head.kind == NODE_SCALAR)
		return read_scalar(arena, &head, at);
	nodes = memory_new(count, sizeof(*nodes));
	for (size_t i = 0; i < count; i++)
		nodes[i] = read_node(arena, source, at);
	node = head.kind == NODE_MAP ? node_new_map(arena, head.position, nodes, head.first)
				     : node_new_list(arena, head.position, nodes, head.first);
	free(nodes);
	return node;
}

const struct node *compiled_node(struct arena *arena, const struct compiled *compiled)
{
	const unsigned char *at = compiled->bytes;

	return read_node(arena, compiled->source, &at);
}

/* ---- pairs */

struct compiled_pairs compiled_pairs(const struct compiled *map)
{
	struct compiled_pairs pairs = { .next = *map };
	const struct head head = read_head(map->source, &pairs.next.bytes);

	pairs.left = head.kind == NODE_MAP ? head.first : 0;
	return pairs;
}

/* Returns a scalar's text. */
static const char *skip_node(struct compiled *next)
{
	const struct head head = read_head(next->source, &next->bytes);
	const char *text = (const char *)next->bytes;

	next->bytes += head.second + (head.kind == NODE_SCALAR ? 1 : 0);
	return text;
}

bool compiled_next(struct compiled_pairs *pairs, struct compiled_pair *pair)
{
	if (pairs->left == 0)
		return false;
	pairs->left--;
	pair->both = pairs->next;
	pair->key = skip_node(&pairs->next);
	pair->value = pairs->next;
	skip_node(&pairs->next);
	return true;
}

const struct node *compiled_pair_node(struct arena *arena, const struct compiled_pair *pair)
{
	const unsigned char *at = pair->both.bytes;
	const struct node *key = read_node(arena, pair->both.source, &at);
	const struct node *value = read_node(arena, pair->both.source, &at);
	struct position position = key->position;

	position.length = 1;
	return node_new_map(arena, position, (const struct node *const[]){ key, value }, 1);
}
