/* What an expression reads of values whose shape is known before there are any: members that they never have, which
 * would be null for ever, and the shape of what comes out. */
#ifndef TIDEGATE_MODEL_JMESPATH_SHAPES_H
#define TIDEGATE_MODEL_JMESPATH_SHAPES_H

#include "model/jmespath.h"
#include "model/operation.h"

/* A value's shape as far as it is known, in so many lists: what `[*]` makes of a list is a list of its own. */
struct known_shape {
	const struct shape *shape; /* NULL: not known */
	unsigned lists;
};

/* Called for each name that the value before it never has; `column` is its byte of the text, from 1. */
typedef void expression_missing(void *argument, struct known_shape of, const char *name, unsigned column);

/* `current` is what @ means, `root` what $ means; `visit` may be NULL. */
struct known_shape expression_shape(const struct expression *expression, const struct shape *current,
				      const struct shape *root, expression_missing *visit, void *argument);

/* What it gives whatever it is asked of: a literal that stands alone. Borrowed; NULL: it is none. */
json_t *expression_literal(const struct expression *expression);

#endif
