/* A document that was read when the program was built (model/embed.c), by the reader that reads all YAML: its nodes as
 * bytes in the program, of which those that are needed are made into nodes again, at a fifteenth of what reading the
 * text would cost, and the texts of scalars stay where they are. What is written here is read by the same program and
 * by nothing else, so it has no version and is not doubted. */
#ifndef TIDEGATE_TEXT_COMPILED_H
#define TIDEGATE_TEXT_COMPILED_H

#include "base/buffer.h"
#include "text/node.h"

struct compiled {
	const struct source *source; /* the text, in which the nodes have their places */
	const unsigned char *bytes;
};

void compiled_write(struct buffer *bytes, const struct node *node);
const struct node *compiled_node(struct arena *arena, const struct compiled *compiled);

/* The pairs of a map, in their order; nothing is made of them. */
struct compiled_pair {
	const char *key;
	struct compiled both; /* key and value */
	struct compiled value;
};

struct compiled_pairs {
	struct compiled next;
	size_t left;
};

struct compiled_pairs compiled_pairs(const struct compiled *map);
bool compiled_next(struct compiled_pairs *pairs, struct compiled_pair *pair); /* false: there is none any more */
/* The pair's key and value, as a map of one. */
const struct node *compiled_pair_node(struct arena *arena, const struct compiled_pair *pair);

#endif
