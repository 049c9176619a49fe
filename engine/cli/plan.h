/* A plan as data: what the records of a walk without changes say, leg by leg and step by step. From it come the text
 * that people read and `plan --json` (schemas/plan.schema.json). Pure. */
#ifndef TIDEGATE_CLI_PLAN_H
#define TIDEGATE_CLI_PLAN_H

#include <jansson.h>

#include "base/buffer.h"
#include "model/machine.h"

/* One leg's records, in their order, as they were made. {name, hooks, steps}; the caller owns it. */
json_t *plan_leg(const struct machine *machine, const json_t *records, size_t from, size_t to);

/* How many changes the plan makes, and takes back. */
size_t plan_changes(const json_t *plan);
size_t plan_restores(const json_t *plan);

/* The whole plan for people. */
void plan_text(const json_t *plan, struct buffer *page);

#endif
