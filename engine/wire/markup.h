/* Text as XML: what the simulated AWS writes. */
#ifndef TIDEGATE_WIRE_MARKUP_H
#define TIDEGATE_WIRE_MARKUP_H

#include <stddef.h>

#include "base/buffer.h"

/* Adds the text with its markup escaped; right for attributes too, and a carriage return survives. -1 where XML 1.0
 * has no way to write a character (most control characters); those are left out. */
int markup_add(struct buffer *into, const char *text, size_t length);

#endif
