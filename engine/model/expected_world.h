/* The world of a rehearsal as `expect` reads it: what is there, and of which kind. The simulated AWS writes it
 * (sim/snapshot.c), and a test holds the two together. */
#ifndef TIDEGATE_MODEL_EXPECTED_WORLD_H
#define TIDEGATE_MODEL_EXPECTED_WORLD_H

#include "model/operation.h"

extern const struct shape world_shape;

#endif
