/* A machine file that names a shipped machine in place of states of its own: `use: asg-standby@1`, `with: {...}`. What
 * it says is laid over the shipped file, and the outcome is a machine like any other: everything else, the journal's
 * definition too, sees only that. */
#ifndef TIDEGATE_MODEL_MACHINE_USE_H
#define TIDEGATE_MODEL_MACHINE_USE_H

#include "text/record.h"

struct machine_use {
	const char *name;         /* as it was written: "asg-standby@1" */
	const struct node *given; /* a map: input -> value; NULL: none */
	const struct node *whole; /* the shipped machine with what was said laid over it */
};

extern const struct record machine_use_record;

bool machine_uses(const struct node *node);

/* NULL with at least one error in the reader's diagnostics, placed in the file that uses; where only a name in `with`
 * is unknown the error is made and the rest is there, so that a person sees all faults at once. Lives in the reader's
 * arena. */
const struct machine_use *machine_use_read(struct reader *reader, const struct node *node);

#endif
