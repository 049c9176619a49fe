/* Whether two documents say the same, each word of it at the same place. */
#ifndef TIDEGATE_TESTS_NODES_H
#define TIDEGATE_TESTS_NODES_H

#include <string.h>

#include "text/node.h"

static inline bool same_position(const struct position *one, const struct position *other)
{
	return one->source->text == other->source->text && one->line == other->line && one->column == other->column &&
	       one->length == other->length;
}

static inline bool same_node(const struct node *one, const struct node *other)
{
	if (one->kind != other->kind || !same_position(&one->position, &other->position) ||
	    one->offset != other->offset || one->plain != other->plain || one->count != other->count)
		return false;
	if (one->kind == NODE_SCALAR)
		return strcmp(one->text, other->text) == 0;
	for (size_t i = 0; i < one->count; i++)
		if ((one->kind == NODE_MAP && !same_node(one->keys[i], other->keys[i])) ||
		    !same_node(one->items[i], other->items[i]))
			return false;
	return true;
}

#endif
