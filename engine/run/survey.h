/* What has become of a run's changes, as the world shows it now: for who must decide what to do about an open run. */
#ifndef TIDEGATE_RUN_SURVEY_H
#define TIDEGATE_RUN_SURVEY_H

#include "run/run.h"

/* A list with a row for each entry of the run's ledger, oldest first: {resource, standing, now, because}. `standing` is
 * "held" (restore would take it back), "restored" (it is as it was already), "drifted" (others changed it: restore
 * leaves it alone) or "unknown"; `now` is how it stands in a few words, or ""; `because` why it drifted or is unknown,
 * or "". Sends reads only, until `until_ms` (monotonic); neither needs the subject's lock nor touches the journal. NULL
 * with err where the journal cannot be read. The caller owns it. */
json_t *run_survey(const struct run_environment *environment, const char *run_id, int64_t until_ms, struct error *err);

#endif
