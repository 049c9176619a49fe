/* The states at which a leg is to end, from names that were typed or journaled. */
#ifndef TIDEGATE_CLI_GOAL_H
#define TIDEGATE_CLI_GOAL_H

#include "cli/options.h"
#include "model/machine.h"

/* Of --until: -1 with ERROR_USAGE and what may have been meant where the machine has no such state. */
int goal_from_names(struct state_list *goal, struct arena *arena, const struct machine *machine,
		    const struct option_values *names, struct error *err);

/* Of a leg's record; names that the machine lacks are left out. Nothing of the record is kept: the next leg's takes its
 * place. */
void goal_from_record(struct state_list *goal, struct arena *arena, const struct machine *machine,
		      const json_t *names);

#endif
