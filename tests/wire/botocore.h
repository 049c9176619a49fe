/* Shapes of botocore's service models (and of its protocol tests) as those of model/operation.h. */
#ifndef TIDEGATE_TESTS_WIRE_BOTOCORE_H
#define TIDEGATE_TESTS_WIRE_BOTOCORE_H

#include <jansson.h>

#include "base/memory.h"
#include "model/operation.h"

/* The suite's file from $CONFORMANCE_DIR/awsquery, or the test fails; the caller owns it. */
json_t *botocore_suite(const char *file);

/* The shape that `reference` ({"shape": NAME, ...}) names in `shapes`; an empty structure where it is NULL. */
const struct shape *botocore_shape(struct arena *arena, const json_t *shapes, const json_t *reference);

/* An operation of a service without a name, of version 2020-01-08, with everything but its shapes. */
struct operation *botocore_operation(struct arena *arena, const char *name, enum protocol protocol);

#endif
