/* The executor by which a run meets the simulated AWS without a wire between them: input and output are JSON. Further
 * pages are fetched within the same request. There are no retries here; what passes is the caller's to see. */
#ifndef TIDEGATE_SIM_EXECUTOR_H
#define TIDEGATE_SIM_EXECUTOR_H

#include "model/executor.h"

extern const struct executor executor_of_sim; /* to be the member of a struct sim */

#endif
