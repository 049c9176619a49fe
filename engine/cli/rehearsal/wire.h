/* A rehearsed process that asks over the wire, with all that the AWS client does: what the engine itself is when it is
 * no rehearsal, but for the network. Slower than the world's own executor, which takes and gives JSON. */
#ifndef TIDEGATE_CLI_REHEARSAL_WIRE_H
#define TIDEGATE_CLI_REHEARSAL_WIRE_H

#include "base/memory.h"
#include "model/services.h"
#include "sim/sim.h"

struct stage_wire;

/* Of one process. All are borrowed; the arena takes what lives as long as its calls. */
struct stage_wire *stage_wire_new(struct sim *sim, struct services *services, struct arena *arena);
/* What was sent still reaches AWS. NULL is allowed. */
void stage_wire_free(struct stage_wire *wire);

/* Calls that have begun and are not answered. */
unsigned stage_wire_under_way(const struct stage_wire *wire);
struct executor *stage_wire_executor(struct stage_wire *wire);
/* The world's, its wall time corrected as the client has learned. */
struct clock *stage_wire_clock(struct stage_wire *wire);

#endif
