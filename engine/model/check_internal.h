/* What the parts of a machine's check share. For check*.c only. */
#ifndef TIDEGATE_MODEL_CHECK_INTERNAL_H
#define TIDEGATE_MODEL_CHECK_INTERNAL_H

#include "model/check_graph.h"

struct check {
	struct reader *reader;
	const struct machine *machine;
	struct graph graph;
	struct dominators *dominators;
};

void check_paths(struct check *check);      /* what is reached, what never ends, what runs in circles */
void check_catches(struct check *check);    /* what a catch or a retry can never take */
void check_references(struct check *check); /* what expressions read */
void check_types(struct check *check);      /* what expressions give, where its type is known */
void check_inputs(struct check *check);     /* what states, defaults and environments give */
void check_ledger(struct check *check);     /* what is changed is restored */
void check_hooks(struct check *check);      /* what deployments run */

/* Whether one more diagnostic would be kept: explaining it may cost more than finding it. */
static inline bool check_has_room(const struct check *check)
{
	return check->reader->diagnostics->count < DIAGNOSTICS_MOST;
}

#endif
