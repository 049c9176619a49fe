/* The live view at work: it stands between a run and its executor, since that is where a run waits, and draws once a
 * second meanwhile. */
#ifndef TIDEGATE_CLI_LIVE_H
#define TIDEGATE_CLI_LIVE_H

#include <signal.h>

#include "cli/screen.h"

struct live;

/* `watch` is borrowed, and is to be told of what waits before live_touch; `resumed` as in cli/process.h. */
struct live *live_new(int fd, bool color, const struct watch *watch, struct clock *clock,
		      volatile sig_atomic_t *resumed);
void live_free(struct live *live);

/* What the run is to be driven with in the place of `inner`. */
struct executor *live_executor(struct live *live, struct executor *inner);

/* As view_record. */
void live_record(struct live *live, const struct history *history, const json_t *record, const char *sentence,
		 const char *leg);
/* Something is to be seen that was not: it is drawn when the run waits next. */
void live_touch(struct live *live);
/* Makes room for text that is to stand above the view. */
void live_clear(struct live *live);
/* Draws it as it is now, and leaves it standing. */
void live_leave(struct live *live);

#endif
