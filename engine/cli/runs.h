/* The runs that have a journal here, as the commands about runs see them. */
#ifndef TIDEGATE_CLI_RUNS_H
#define TIDEGATE_CLI_RUNS_H

#include "cli/session.h"

struct run_row {
	char id[JOURNAL_RUN_BYTES];
	struct history history;
	bool perhaps_elsewhere; /* it is of a host, and which one this is cannot be known */
};

struct run_rows {
	struct run_row *rows; /* the oldest first */
	size_t count;
	size_t damaged;   /* said already, each with its reason */
	char damaged_run[JOURNAL_RUN_BYTES]; /* one of them */
	size_t elsewhere; /* of another host, whose image this one was made of: said already, and not among the rows */
};

/* All of them, open ones only where so wanted. -1 with err where the directory cannot be read. */
int runs_load(struct session *session, bool open_only, struct run_rows *runs, struct error *err);
void runs_release(struct run_rows *runs);

/* The run that the operand names, or the only open one where there is none; borrowed. NULL with ERROR_USAGE. */
const struct run_row *runs_choose(struct session *session, const struct run_rows *runs, struct error *err);

/* From here on AWS is asked in the run's region, whatever the environment says; a flag counts all the same. */
void run_row_choose_region(const struct run_row *row, struct session *session);

#endif
