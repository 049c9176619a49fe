/* The three ways in which AWS writes a time (smithy.io/2.0/spec/protocol-traits.html#timestampformat-trait), as seconds
 * since 1970 with a fraction. */
#ifndef TIDEGATE_WIRE_TIMESTAMP_H
#define TIDEGATE_WIRE_TIMESTAMP_H

#include "base/buffer.h"
#include "model/operation.h"

/* Adds the text, milliseconds where there are any; -1 where the time is outside the years 1970 to 9999. */
int timestamp_format(enum timestamp_format format, double seconds, struct buffer *text);

/* -1 where the text is no time in that format. ISO 8601 may have a fraction, and an offset where Z would stand. */
int timestamp_parse(enum timestamp_format format, const char *text, double *seconds);

#endif
