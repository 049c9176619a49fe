/* What became of each state of a machine in one run: passed, skipped, failed, and how long each took. A function of the
 * journal's records, for the picture of a run. */
#ifndef TIDEGATE_CLI_PASSAGES_H
#define TIDEGATE_CLI_PASSAGES_H

#include "model/picture.h"
#include "run/history.h"

struct passages;

struct passages *passages_new(const struct machine *machine);
void passages_free(struct passages *passages);

/* One record, the oldest first. Where a run was begun again only what came then counts. */
void passages_apply(struct passages *passages, const json_t *record);

/* Borrowed, until the passages are freed. `now_ms`: what a state in which the run still stands is measured by. */
const struct picture_run *passages_picture(struct passages *passages, const struct history *history, int64_t now_ms);

#endif
