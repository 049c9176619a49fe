/* A document as a person wrote it: scalars, lists and maps, each with its place. What a scalar means is decided by who
 * reads it, never by its look: `123` and `no` are text until a field wants a number or a truth value.
 *
 * Nodes come from YAML (text/yaml.h) or from JSON (a journal keeps definitions as JSON); they live in an arena. */
#ifndef TIDEGATE_TEXT_NODE_H
#define TIDEGATE_TEXT_NODE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/source.h"

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

/* A hook has some four thousand: what only some kinds have lies in the same place. */
struct node {
	struct position position;
	enum node_kind kind : 8;
	bool plain : 1;            /* scalar: written without quotes, and not as a block */
	unsigned count;            /* list: items; map: pairs; scalar: 0 */
	union {
		const char *text;          /* scalar: with a NUL behind, and none inside */
		const struct node **items; /* list: the items; map: the values */
	};
	union {
		size_t offset;                 /* scalar of a file: where in its source it begins, quotes included */
		const struct node_key *sorted; /* map of many pairs: its keys in byte order; else NULL */
	};
	const struct node **keys; /* map: scalars, in the order of the text, all different */
};

/* A key and which pair it belongs to. */
struct node_key {
	const char *text;
	size_t at;
};

/* Each copies what it is given (keys and items only as pointers). A map may still hold a key twice. */
struct node *node_new_scalar(struct arena *arena, struct position position, const char *text, size_t length);
struct node *node_new_borrowed(struct arena *arena, struct position position, const char *text); /* but the text */
struct node *node_new_list(struct arena *arena, struct position position, const struct node *const *items,
			   size_t count);
/* `pairs`: key, value, key, value; `count` is that of pairs. */
struct node *node_new_map(struct arena *arena, struct position position, const struct node *const *pairs,
			  size_t count);

/* Which pair of a map has this key (the first, where there are more); the map's count where none has. */
size_t node_find(const struct node *map, const char *key);
/* The value of a map's key, or NULL; NULL also where `map` is no map, or NULL itself. */
const struct node *node_get(const struct node *map, const char *key);
/* "a list", "a map", "text": for messages. */
const char *node_kind_name(const struct node *node); /* "a map"; "nothing" where it is empty */
bool node_is_empty(const struct node *node); /* `key:` with nothing behind it */

/* Whether it is a plain scalar that is an integer in its shortest form ("7", "-1", not "007", "+1" or "-0"). */
bool node_integer(const struct node *node, int64_t *value);

/* The document as JSON and back without loss: a plain true, false, null or integer in its shortest form becomes that
 * JSON value, every other scalar a string. The caller owns the JSON. Nodes from JSON stand NOWHERE but for `source`;
 * what is missing (NULL) is null. */
json_t *node_to_json(const struct node *node);
void node_write(struct buffer *text, const struct node *node); /* as json_write() writes that */
const struct node *node_from_json(struct arena *arena, const struct source *source, const json_t *json);

#endif
