/* What a run needs that nobody drives: at boot and by timer runs only go home, and by hand they go on from where they
 * stand. */
#ifndef TIDEGATE_CLI_HOMEWARD_H
#define TIDEGATE_CLI_HOMEWARD_H

#include "cli/goal.h"
#include "run/run.h"

enum homeward {
	HOMEWARD_NOTHING,   /* a deployment is under way, or a person is needed */
	HOMEWARD_EXPIRE,    /* its pause has expired: on_expire */
	HOMEWARD_INTERRUPT, /* an opening leg was cut off and nobody came back: its state fails as interrupted */
	HOMEWARD_LET_GO,    /* an adoption was cut off: what others had taken out before is theirs again, as it was */
	HOMEWARD_GO_ON      /* a closing leg was cut off: it goes on */
};

enum {
	HOMEWARD_PATIENCE_MS = 15 * 60 * 1000,
	/* Of a leg that goes on later: the agent may take so long for what is between two events, a bundle's download
	 * above all. An hour is CodeDeploy's own bound of an event. */
	HOMEWARD_LATER_MS = 60 * 60 * 1000
};

/* Pure. `opens`: the newest leg's goal is reached without passing a pause (homeward_opens). `booted_ms`: wall time. */
enum homeward homeward_decide(const struct history *history, bool opens, int64_t now_ms, int64_t booted_ms);
bool homeward_opens(const struct history *history, const struct machine *machine, const struct state_list *goal);

/* From a pause to the end; what was cut off to the goal that it had. */
void homeward_go_on(struct arena *arena, struct run *run, struct leg_result *result);
/* What is due for a run that is locked, at boot and by timer; says what it was. */
enum homeward homeward_attend(const struct run_environment *environment, struct arena *arena, struct run *run,
			      struct leg_result *result);

#endif
