/* Which states a run can come to, as far as the inputs tell: a choice that rests on inputs alone goes one way. */
#ifndef TIDEGATE_MODEL_POLICY_WAYS_H
#define TIDEGATE_MODEL_POLICY_WAYS_H

#include "model/machine.h"

/* By state: whether a run may do there what the state says. `document` is {input}, with the inputs that are known.
 * The caller frees it. */
bool *policy_ways(const struct machine *machine, json_t *document);

#endif
