/* Finding members of a structure, and what is missing in a value: for all four directions of wire/query.h. */
#ifndef TIDEGATE_WIRE_SHAPE_H
#define TIDEGATE_WIRE_SHAPE_H

#include <jansson.h>

#include "model/operation.h"

/* NULL where the structure has none of that name. */
const struct shape_member *shape_member_by_wire_name(const struct shape *structure, const char *wire_name);

/* The first required member that the object lacks (null is lacking), or NULL. */
const struct shape_member *shape_member_missing(const struct shape *structure, const json_t *object);

/* The first name in the object that is no member, or NULL. */
const char *shape_member_unknown(const struct shape *structure, const json_t *object);

#endif
