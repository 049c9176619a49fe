/* The last lines of a run: what came of it, why, what is left and what to do. CodeDeploy's console shows only the last
 * whole lines of together less than 2048 bytes, with the mark that its agent puts before each of them (ScriptLog of its
 * hook_executor.rb, 1.8.1), so all of it stays below that. */
#ifndef TIDEGATE_CLI_VERDICT_H
#define TIDEGATE_CLI_VERDICT_H

#include "cli/report.h"

#define VERDICT_LINE_MARK "[stdout]"
enum { VERDICT_MOST_BYTES = 2048 };

/* Adds the verdict to `page`. `report` has heard the run's records, if there was a run. */
void verdict_write(const struct report *report, const struct leg_result *result, struct buffer *page);

/* The same for programs: what schemas/README.md lists for the event `verdict`. The caller owns it. */
json_t *verdict_fields(const struct report *report, const struct leg_result *result);

/* Adds what mends such a failure; false where nothing is known that would. */
bool verdict_advise(enum failure failure, const char *code, const char *region, struct buffer *text);

/* Writes it to standard output; returns the exit status. */
int verdict_print(struct report *report, const struct leg_result *result);

#endif
