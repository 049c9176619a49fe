/* What can be proved of a machine before it runs, beyond names and types: see check.c for the list. */
#ifndef TIDEGATE_MODEL_CHECK_H
#define TIDEGATE_MODEL_CHECK_H

#include "model/machine.h"

/* Makes a diagnostic for each fault and each thing that is likely one. 0, or -1 where there was an error. */
int machine_check(struct reader *reader, const struct machine *machine);

#endif
