/* How a leg meets the runs that are there: one open run a subject, found and driven under the subject's lock. */
#ifndef TIDEGATE_RUN_START_H
#define TIDEGATE_RUN_START_H

#include "run/run.h"

/* What is to be done, by what is there. */
enum start_decision {
	START_NEW,   /* no open run, the leg opens: a run begins */
	START_LOOK,  /* no open run, the leg closes: is the subject in service, or out, and nobody knows why? */
	START_AGAIN, /* this deployment group's run, the leg opens: begun again at start_at, the ledger kept */
	START_GO_ON, /* this deployment group's run, the leg closes: goes on where it stands, as its journal says */
	START_WAIT   /* another deployment group's run: waits, up to the leg's time */
};

/* `open` is NULL where there is no open run. `group` is the DEPLOYMENT_GROUP_ID, "" by hand. */
enum start_decision start_decide(const struct history *open, const char *group, bool leg_opens);

struct start {
	const struct machine *machine; /* NULL: the file is faulty; a closing leg goes on by the journal */
	const char *subject;
	json_t *input;                 /* resolved; borrowed */
	json_t *about;                 /* for the first record: subject, host, account, region, file ...; borrowed */
	const char *group;
	bool opens;
	struct leg leg;                /* begins and leaves_paused are set by what is found */
};

/* Takes the lock, decides, drives the leg, lets go. Every end is in `result`. */
void start_leg(const struct run_environment *environment, const struct start *start, struct leg_result *result);

/* Takes over an instance that is out and that no run knows: a run that stands at its pause. Where it is in service
 * there is none, and the result says so. */
void start_adopt(const struct run_environment *environment, const struct start *start, struct leg_result *result);

struct locked_run {
	struct run *run;
	struct storage_lock *lock;
};

/* Opens a run by name under its subject's lock, for resume and restore: 0, and start_unlock lets go of both; -1 with
 * err, ERROR_BUSY where it is driven, and nothing is held. */
int start_locked(const struct run_environment *environment, const char *run_id, struct locked_run *locked,
		 struct error *err);
void start_unlock(const struct run_environment *environment, struct locked_run *locked);

/* Whether another process drives a run of this subject just now. */
bool start_is_driven(struct storage *storage, const char *subject);

/* The open run of a subject: 1 with its name and history (release it), 0 none, -1. */
int start_find_open(struct storage *storage, const char *subject, char id[JOURNAL_RUN_BYTES],
		    struct history *history, struct error *err);

#endif
