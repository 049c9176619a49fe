/* The shape of what an action gives: by the answers of its observations and by its inputs. */
#ifndef TIDEGATE_MODEL_GIVEN_SHAPE_H
#define TIDEGATE_MODEL_GIVEN_SHAPE_H

#include "model/action.h"
#include "model/jmespath_shapes.h"

/* Of the row of `give` with this name, as far as it can be followed. */
struct known_shape given_shape(struct arena *arena, const struct action *action, const char *name);

/* The same as a shape that can be a member of another. NULL: not known. */
const struct shape *shape_kept(struct arena *arena, struct known_shape of);

/* Of an input's values; NULL: they may be anything. */
const struct shape *input_shape(const struct input *input);

#endif
