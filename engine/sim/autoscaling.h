/* What the two halves of the simulated Auto Scaling share. */
#ifndef TIDEGATE_SIM_AUTOSCALING_H
#define TIDEGATE_SIM_AUTOSCALING_H

#include <jansson.h>

#include "sim/world.h"

/* So many activities from the first on, as AWS answers them. */
json_t *activities_of(const struct world *world, size_t first, size_t count);

#endif
