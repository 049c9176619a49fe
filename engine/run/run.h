/* A run: one execution of a machine for one subject, leg by leg. Knows no AWS and no network: calls go through the
 * executor, time through the clock, the disk through the storage. */
#ifndef TIDEGATE_RUN_RUN_H
#define TIDEGATE_RUN_RUN_H

#include <signal.h>

#include "base/clock.h"
#include "base/storage.h"
#include "model/executor.h"
#include "model/machine.h"
#include "run/exit.h"
#include "run/history.h"
#include "run/journal.h"

/* What waits, each time that it has looked. Borrowed during the call. */
struct waiting {
	const char *state;
	const char *which;    /* of those that wait side by side; "" where one waits alone */
	const json_t *shown;  /* what the action's `progress` gives; or null */
	int64_t waited_ms, left_ms;
	bool over; /* it waits no more: this is what it saw last */
};

/* Who hears what happens, while it happens. Everything that is journaled comes as the record it is. */
struct reporter {
	void (*record)(struct reporter *reporter, const struct history *history, const json_t *record);
	/* May be NULL. */
	void (*waiting)(struct reporter *reporter, const struct history *history, const struct waiting *waiting);
	void (*note)(struct reporter *reporter, const char *sentence); /* one sentence for people */
};

struct random {
	double (*next)(struct random *random); /* in [0, 1) */
};

struct run_environment {
	struct storage *storage;
	struct clock *clock;
	struct executor *executor;
	struct random *random;
	struct reporter *reporter;
	const volatile sig_atomic_t *stop; /* set by SIGTERM, SIGINT: no mutation any more */
	const char *engine_version;
	/* A machine that is there whenever a journal is opened: journals name it in place of holding its definition.
	 * For rehearsals, which make and read journals all the time; NULL: each journal is whole. */
	const struct machine *known;
	/* Counts the runs that were made, and so names them: for rehearsals, in which all is as it was when they are
	 * played again. NULL: they are named by chance. */
	unsigned *made;
};

enum run_mode {
	RUN_REAL,
	RUN_PLAN,  /* sends reads only, and takes every request for done */
	RUN_ADOPT  /* changes nothing; what someone else did is taken into the ledger */
};

/* What drives a leg. */
struct leg {
	const char *name;         /* the lifecycle event, or "run", "resume", "restore" */
	json_t *hook;             /* event, deployment_id, ...: what expressions read; may be an empty object */
	const struct state_list *goal; /* NULL: any pause that no error leads to, or an end that succeeded */
	int64_t at_most_ms;       /* 0: no bound */
	bool begins;              /* at start_at, with what the ledger holds */
	bool leaves_paused;       /* goes on from the pause at which the run stands */
	bool leaves_expired;      /* likewise at on_expire, where that pause has expired */
	bool passes_pauses;       /* and through every pause that is not its goal, but for one that an error leads to */
	bool restores;            /* it only takes back (run_restore sets it) */
	/* The event that goes on with this leg where its time is over while it only waits for effects: then it ends
	 * with exit 0. NULL: it is interrupted, whatever it does. */
	const char *goes_on_at;
};

/* What a hook says of its leg; `most_ms` where it gives no time, and at most. `hook` is left to the caller. */
struct leg leg_of_hook(const struct machine *machine, const struct hook *hook, int64_t most_ms);

/* Texts are cut between characters: they become JSON. */
struct leg_result {
	enum exit_status status;
	bool later;            /* EXIT_REACHED, but not at its goal: the next event goes on */
	bool nobodys;          /* EXIT_LEFT, out of service, and no run here took it out */
	bool rests;            /* EXIT_LEFT, at a pause that an error led to: another leg goes on from there */
	enum failure failure;  /* why it failed; FAILURE_NONE where it did not */
	bool out_of_time;      /* EXIT_INTERRUPTED, by `at_most` */
	char state[128];       /* where it ended, or what failed */
	char message[1024];    /* why; "" where there is nothing to say */
	char code[96];
	char request_id[80];
	char operation[160];   /* "autoscaling:EnterStandby", or "" */
};

struct run;

/* A new run with its journal (RUN_PLAN: without). `input` is resolved, `about` is an object with what else the first
 * record holds (subject, host, ...); both are taken over. NULL with err: nothing has happened then. */
struct run *run_new(const struct run_environment *environment, enum run_mode mode, const struct machine *machine,
		    json_t *input, json_t *about, struct error *err);

/* An open run from its journal, to go on with it. The caller holds the subject's lock. ERROR_DAMAGE, too, where the
 * executor is of another region or account than the run's. */
struct run *run_open(const struct run_environment *environment, const char *run_id, struct error *err);
void run_free(struct run *run);

/* Records that from now on the run goes by this definition, these inputs, and these variables of the environment
 * (borrowed; NULL: by those it had). */
int run_redefine(struct run *run, const struct machine *machine, json_t *input, json_t *env, struct error *err);

/* Drives one leg to its end; never fails otherwise than by what the result says. */
void run_leg(struct run *run, const struct leg *leg, struct leg_result *result);

/* Takes back all that the ledger holds, and ends the run. */
void run_restore(struct run *run, const struct leg *leg, struct leg_result *result);

/* Whether the pause at which the run stands has lasted for as long as it may. */
bool run_expired(const struct run *run);
/* An opening leg was cut off and nobody came back: its state fails as interrupted. Whether a catch took that, and says
 * where the run goes on; else there is nothing but to restore. */
bool run_interrupt(struct run *run, struct leg_result *result);

/* After a leg in RUN_PLAN or RUN_ADOPT: whether what takes the subject out of traffic was found done already. */
bool run_found_out(const struct run *run);
/* Ends a run that has changed nothing; what it took over is let go of. */
void run_abandon(struct run *run);

const struct history *run_history(const struct run *run);
const struct machine *run_machine(const struct run *run);
const char *run_id(const struct run *run);

/* Reads a run's journal without touching it. 0 or -1; release the history. */
int run_look(struct storage *storage, const char *run_id, struct history *history, struct error *err);

/* For how long yet AWS may answer with how things were before a run of this subject, open or closed, gave something
 * back; 0: not. What the run `but` (or NULL) did is not looked at. */
int64_t runs_undone_hidden_ms(struct storage *storage, struct clock *clock, const char *subject, const char *but);

#endif
