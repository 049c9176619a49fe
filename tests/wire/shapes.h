/* One operation with a member of every kind, and values for it: what the tests of the query protocols work on. */
#ifndef TIDEGATE_TESTS_WIRE_SHAPES_H
#define TIDEGATE_TESTS_WIRE_SHAPES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/operation.h"

/* "Put" of version 2020-01-08: input and output have the same members, lists of themselves among them. */
const struct operation *shapes_operation(enum protocol protocol);

/* The same seed gives the same values, on every machine. */
struct shapes_random {
	uint64_t seed;
};

/* Lists are empty only where `empty_lists`; maps never are, and no list that is flattened, since a wire cannot show
 * either. The caller owns the value. */
json_t *shapes_generate(struct shapes_random *random, const struct shape *shape, bool empty_lists);

#endif
