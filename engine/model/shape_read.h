/* The types of a catalogue file, and members in terms of them, as shapes. schemas/README.md shows the notation. */
#ifndef TIDEGATE_MODEL_SHAPE_READ_H
#define TIDEGATE_MODEL_SHAPE_READ_H

#include "model/operation.h"
#include "text/record.h"

struct shape_scope; /* the types of one file */

enum { TYPE_NAME_BYTES = 128 }; /* with the NUL */

/* EC2 names one member `InstanceId` in a request and `instanceId` in an answer: its types are read once for each. */
enum direction { DIRECTION_REQUEST, DIRECTION_ANSWER };

/* `types` may be NULL. Faults go to the reader's diagnostics; a scope comes in any case, for as long as the arena. */
struct shape_scope *shape_scope_new(struct reader *reader, const struct node *types, enum protocol protocol,
				    enum direction direction);

/* A structure of these members (a map; NULL for none). Never NULL; faults go to the reader's diagnostics. */
const struct shape *shape_read(struct reader *reader, struct shape_scope *scope, const struct node *members);

#endif
