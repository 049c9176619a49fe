/* Where in a file a byte of a scalar's value stands. Quotes, escapes, folded lines and indentation lie between the two,
 * and a message about the middle of an expression has to point at what the person wrote. */
#ifndef TIDEGATE_TEXT_SCALAR_H
#define TIDEGATE_TEXT_SCALAR_H

#include "text/node.h"

/* The place of byte `offset` of the scalar's text, which is its end or no blank, with this length. Where the node does
 * not come from a file it is the node's own. Takes time in proportion to `offset`. */
struct position scalar_place(const struct node *scalar, size_t offset, size_t length);

#endif
