/* A whole tidegate without process, network or time: the real runner over the simulated AWS and a disk in memory.
 * rig_hook is what CodeDeploy's agent does; where the client dies in it, the next rig_hook is the next process. */
#ifndef TIDEGATE_TESTS_RUN_RIG_H
#define TIDEGATE_TESTS_RUN_RIG_H

#include "base/buffer.h"
#include "disk.h"
#include "run/start.h"
#include "sim/sim.h"

/* What no run changes, loaded once for all of them: the catalogue, a machine, and the world in which runs begin. */
struct stock {
	struct arena *arena;
	struct diagnostics diagnostics;
	struct reader reader;
	struct catalogue *catalogue;
	const struct machine *machine;
	struct sim *world;
};

/* The group of three with balancers that drain in seconds: fewer polls, so that a campaign is short. */
extern const char quick_world[];

/* A machine of machines/ by name, or a file by path, and a scenario that is compiled in, or the text of one. */
void stock_init(struct stock *stock, const char *machine, const char *scenario);
void stock_release(struct stock *stock);
/* Another machine of the same catalogue: `text` is the file's, which must outlive the stock. */
const struct machine *stock_machine(struct stock *stock, const char *name, const char *text);
char *stock_machine_text(const char *machine); /* the file's, to be changed; the caller's */

struct lacking; /* a call whose answer will lack something */

struct rig {
	const struct machine *machine; /* NULL: the file is faulty */
	struct sim *sim;
	struct disk *disk;
	struct storage storage; /* the disk's, for a process that can die */
	struct executor executor; /* the world's; asserts that intents are on the platter before requests (J2, J7) */
	struct reporter reporter;
	struct random random;
	volatile sig_atomic_t stop;
	struct buffer told; /* a line a record, for messages of failed tests */
	struct buffer notes;
	struct buffer shown; /* a line for each time that something was waited for */
	unsigned records;
	unsigned waits;
	unsigned die_at_record; /* 0: never */
	unsigned stall_at_record; /* the process stands still there for so long; 0: never */
	int64_t stall_ms;
	unsigned stop_at_record, stop_at_wait; /* SIGTERM then; 0: never. No change may follow it */
	int64_t stopped_ms;     /* when it came; 0: it did not */
	unsigned mutations;     /* calls that change something, as they were begun */
	unsigned mutations_at_stop;
	json_t *intents;        /* of this process: what the platter has to hold */
	json_t *given;          /* inputs, as with -i */
	const char *lacks;      /* a member that is in no answer; NULL: all are whole */
	unsigned lacks_nth;     /* only in this one of those that would have it; 0: in each */
	unsigned lacks_seen;    /* of those */
	struct lacking *lacking;
	const char *twice;      /* the operation whose requests arrive twice, the second answered; NULL: none */
	const char *colour;     /* the environment variable COLOUR */
	const char *deployment; /* its ID; NULL: "d-1" */
	json_t *heard;          /* for rig_adopt: what others wrote down; the test's. NULL: nothing */
	int64_t at_most_ms;     /* of a hook's leg, instead of what the machine says */
	const char *region, *account; /* where a run that begins says that it is; NULL: it does not */
	bool faulty;            /* the machine file is: only journals say how to go on */
};

/* All stay the caller's and outlive it. */
void rig_init(struct rig *rig, const struct stock *stock, struct sim *sim, struct disk *disk);
void rig_release(struct rig *rig);

/* A rig with a world and a disk of its own. */
struct trial {
	struct rig rig;
	struct sim *sim;
	struct disk *disk;
};
void trial_begin(struct trial *trial, const struct stock *stock);
void trial_end(struct trial *trial);
/* Another world in its place (a scenario compiled in, or the text of one), and a new rig and disk. */
void trial_take(struct trial *trial, const struct stock *stock, const char *scenario);

/* One hook of a deployment group, in a process of its own. */
void rig_hook(struct rig *rig, const char *event, const char *group, struct leg_result *result);
/* By hand, until a state or (NULL) to the end or a pause. */
void rig_run(struct rig *rig, const char *until, struct leg_result *result);
void rig_adopt(struct rig *rig, struct leg_result *result);
/* The one open run, by hand (resume, restore) or by timer: false where there is nothing for the timer to do. */
enum rig_way { RIG_RESUME, RIG_RESTORE, RIG_EXPIRE, RIG_INTERRUPT };
bool rig_attend(struct rig *rig, enum rig_way way, struct leg_result *result);
/* How the changes of the one open run stand: see run/survey.h. The caller's. */
json_t *rig_survey(struct rig *rig);
/* A test that asserts nothing else about the result. */
enum exit_status rig_exit(struct rig *rig, const char *event, const char *group);

/* Fails the test with a sentence; all that was told goes to standard error, since cmocka cuts long messages. */
void rig_fail(struct rig *rig, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Fails the test, with the world and what was told, where the expression is not true of sim_world_json. */
void rig_expect(struct rig *rig, const char *expression);
size_t rig_count(const struct rig *rig, const char *operation); /* effects of it in the log */
size_t rig_requests(const struct rig *rig, const char *operation); /* sent, whatever came of them */
unsigned rig_number(const struct rig *rig, const char *operation); /* of the first of it that was sent: one was */
size_t rig_open_runs(struct rig *rig);

#endif
