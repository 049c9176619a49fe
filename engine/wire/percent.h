/* Percent-encoding as AWS wants it (RFC 3986 section 2.1): everything but the unreserved letters, digits and -._~ is
 * written %XX with upper-case digits; a space is %20, never +. */
#ifndef TIDEGATE_WIRE_PERCENT_H
#define TIDEGATE_WIRE_PERCENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

/* Bytes of `keep` ("/" in paths, "" else) stay as they are. */
void percent_encode(struct buffer *into, const char *bytes, size_t length, const char *keep);

/* Adds the bytes that stand behind the encoding; with `form`, + is a space (HTML's form encoding). -1 where a % has no
 * two hexadecimal digits behind it; what stood before it has been added. */
int percent_decode(struct buffer *into, const char *text, size_t length, bool form);

#endif
