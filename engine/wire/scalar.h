/* Single values between JSON and the text that goes over the wire, by the kind of their shape. Both forms of the query
 * protocol, requests and answers, use the same text. */
#ifndef TIDEGATE_WIRE_SCALAR_H
#define TIDEGATE_WIRE_SCALAR_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buffer.h"
#include "model/operation.h"

/* Floats that JSON has no number for are the strings "NaN", "Infinity" and "-Infinity"; a timestamp is a number, a
 * real one only where it has a fraction; a whole real is taken for an integer. */

bool shape_is_scalar(const struct shape *shape);

/* What messages call a kind: "an integer", "a list". */
const char *shape_noun(const struct shape *shape);

/* Adds the text; -1 where the value is of another type. Only for scalar shapes. */
int scalar_write(const struct shape *shape, const json_t *value, struct buffer *text);

/* A new value, or NULL where the text is none of that kind. Only for scalar shapes; a NUL stands behind the text. */
json_t *scalar_read(const struct shape *shape, const char *text, size_t length);

#endif
