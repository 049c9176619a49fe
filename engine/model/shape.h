/* Values against the shapes of an operation. */
#ifndef TIDEGATE_MODEL_SHAPE_H
#define TIDEGATE_MODEL_SHAPE_H

#include <jansson.h>

#include "base/error.h"
#include "model/operation.h"

/* A value as rendered from a machine or an action, where most things are text, made into what the shape wants: "100"
 * becomes 100 for an integer, "true" a truth value, 8080 text for a string, a date seconds since 1970. Members of a
 * structure that are null are dropped; unknown ones are refused by name. Whether required ones are there is left to
 * who encodes. A new reference, or NULL (ERROR_MACHINE) with the place first: "Targets[1].Port is no integer". */
json_t *shape_coerce(const struct shape *shape, json_t *value, struct error *err);

/* The member of a structure by its name, or NULL. */
const struct shape_member *shape_member(const struct shape *shape, const char *name);
const char *shape_member_name_at(const void *shape, size_t i); /* for nearest_word */

#endif
