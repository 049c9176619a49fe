/* A stage: one simulated world, one disk in memory and one machine, on which whole deployments are played as CodeDeploy
 * would drive them, with something going wrong. It plays and remembers; what must hold is cli/rehearsal/invariants.h's.
 *
 * A play is a function of the scene, the seed and the mishaps. A deployment is the opening hook (and, where that goes
 * on later, the next one), ten minutes of installing, and the closing hook; where a hook fails or its process dies
 * CodeDeploy skips the rest, and the next deployment begins again with the opening one.
 *
 * What two plays have in common until their mishaps part them is played once: a play is kept as it is between two
 * hooks, and others are played on from there (checkpoint.c). That changes nothing in what comes of them. What they have
 * in common again once their mishaps are over is played once, too: where one stands between two hooks as another one
 * stood, the rest of it is known (ending.h).
 *
 * What is left out: where a leg only waits and has seen all that there is since the world last changed, time goes on to
 * shortly before the world's next event or the leg's own next deadline (gate.c). Nothing is lost, since the looks in
 * between would be answered as the one before, and mishaps in the middle of such looks are not played anyway. */
#ifndef TIDEGATE_CLI_REHEARSAL_STAGE_H
#define TIDEGATE_CLI_REHEARSAL_STAGE_H

#include "base/storage_memory.h"
#include "cli/inputs.h"
#include "cli/rehearsal/ending.h"
#include "cli/rehearsal/outlook.h"
#include "cli/rehearsal/wire.h"
#include "run/start.h"
#include "sim/sim.h"

/* What can go wrong, by the way in which it is made to. */
enum mishap_kind {
	MISHAP_CRASH_WRITE,   /* the process dies at a step of the disk, `keep` bytes of which are written */
	MISHAP_CRASH_REQUEST, /* the process dies at a request: `fault` says whether it was done */
	MISHAP_FAULT,         /* a request meets `fault` */
	MISHAP_ACT,           /* somebody else acts just before a request */
	MISHAP_ABANDONED,     /* the deployment never comes back from the pause: only the timer does */
	MISHAP_GIVEN_UP,      /* as CRASH_REQUEST, and no deployment follows: only the timer comes */
	MISHAP_STOPPED,       /* SIGTERM comes while a request is under way */
	MISHAP_PLANNED,       /* a plan first */
	MISHAP_ADOPTED,       /* an operator has taken the instance out; who returns it adopts it */
	MISHAP_DISK,          /* a step of the disk fails: `row` is a disk_fault */
	MISHAP_LOOK,          /* a look at it does */
	MISHAP_DAMAGED,       /* the open run's journal is damaged when a hook has ended, at one of DAMAGE_PLACES: `row`
	                       * is a damage */
	MISHAP_BUSY,          /* another process has the subject for `ms` when the at-th hook comes */
	MISHAP_THEY_BEGIN,    /* another deployment group has begun before us; at a request its process dies */
	MISHAP_THEY_COME,     /* its hook comes while our run stands in its pause */
	MISHAP_IMAGE,         /* the host was made from the image of one with an open run */
	MISHAP_OFTEN,         /* so many deployments that old journals go */
	MISHAP_REBOOTED,      /* as CRASH_REQUEST: the host starts again */
	MISHAP_REVISED,       /* the same (or no death), each revision brings a file of its own: `row` is a revision */
	MISHAP_CLOCK,         /* at a request the host's clock jumps by `ms` */
	MISHAP_HELPED,        /* as CRASH_REQUEST, or at no request in the pause: somebody comes, `row` is a help */
	MISHAP_KIND_COUNT
};

struct mishap {
	enum mishap_kind kind;
	unsigned at; /* the request or the step, from 1, counted from the mishap before it or from the beginning */
	enum sim_fault_kind fault;
	size_t keep;
	struct sim_act act;
	int row;     /* of the kind's own */
	int64_t ms;
};

enum disk_fault {
	DISK_FULL, DISK_READ_ONLY, DISK_WRITE_ERROR, DISK_SYNC_ERROR, DISK_SYNC_LOST, DISK_LOOK_ERROR,
	DISK_NO_DESCRIPTORS, DISK_FAULT_COUNT
};

enum damage {
	DAMAGE_FLIPPED, DAMAGE_DOUBLED, DAMAGE_DROPPED, DAMAGE_ZEROED, DAMAGE_NEWER, DAMAGE_COPIED, DAMAGE_COUNT
};

enum { DAMAGE_PLACES = 5 }; /* from the first line to the last but one */

/* What is wrong with the next file: nothing; that of a closing hook is faulty, or that of the first hook of all. */
enum revision { REVISION_GOOD, REVISION_CLOSES_FAULTY, REVISION_OPENS_FAULTY, REVISION_COUNT };

enum help { HELP_RESTORE, HELP_RESUME, HELP_COUNT };

/* Between two records a look is like the one before: the first and the last requests stand for all (mishaps.c). */
enum { LOOKS_FIRST = 5, LOOKS_LAST = 3 };

enum { MISHAPS_MOST = 8, STAGE_LEGS_MOST = 48 };

/* How far the disk was when so many requests had begun. */
struct progress_mark {
	unsigned requests, steps;
};

/* Which hook comes next. */
struct course {
	unsigned deployments; /* that have begun, with the one that this hook is of */
	const struct hook *hook;
	bool opens;
	bool begins; /* it is the first of its deployment */
	bool over;   /* the instance is back, or nobody will come again */
};

/* Where something can go wrong in a play: its requests and the steps of its disk, with a mark for each record; and from
 * where other plays can be played on. */
struct profile {
	struct progress_mark *marks;
	size_t n_marks;
	unsigned requests, steps, looks;
	size_t *step_bytes; /* of each step, from 1 */
	struct asked {
		bool reads, scales; /* scales: it is one of Auto Scaling's */
	} *asked;           /* what each request was, from 1 */
	struct outlooks at_requests, at_steps;
	struct checkpoint *points;
	size_t n_points;
};

/* A scenario, ready to be played again and again. */
struct scene {
	const char *name;
	struct sim *model;
	json_t *before;          /* the world at its start */
	struct inputs inputs;
	json_t *about;
	struct profile calm;     /* of the undisturbed play */
	bool succeeds;           /* that one, in all its legs */
	bool stands_by;          /* by Standby the instance leaves, as an operator would have it leave */
};

struct leg_played {
	const char *hook;      /* the event, or "timer" */
	bool opens;
	bool died, by_hand;
	struct leg_result result;
	size_t records;        /* of the play when it ended */
	unsigned requests;     /* that there were when it began */
};

struct violation {
	const struct invariant *invariant; /* NULL: none */
	char why[512];
};

/* The disk that the engine sees (disk.c): the memory's storage, and what is to go wrong with it. */
struct stage_disk {
	struct storage storage;
	enum disk_fault fault;
	unsigned at_step, at_look; /* that fails; 0: none */
	unsigned looks;            /* files read, names listed, locks taken */
	bool failed;               /* under the process at hand */
	bool wrote;                /* and it was a step */
	int64_t busy_until_ms;     /* AWS's time: until then another process holds every lock */
};

/* The journal that is not what was written (damage.c). */
struct stage_damage {
	const struct mishap *mishap; /* NULL: none is */
	char run[JOURNAL_RUN_BYTES], name[JOURNAL_RUN_BYTES + sizeof(".journal")];
	struct buffer whole;         /* as it was */
	unsigned refused;            /* hooks that have met it */
	bool over;                   /* it has been put right */
};

struct stage {
	const struct machine *machine;
	const struct hook *opening, *closing; /* NULL: the machine has none, and is driven as by hand */
	struct scene *scene;
	struct sim *sim;
	struct sim *alone; /* the same world and the same other actors, without us */
	struct storage_memory *memory;
	struct stage_disk disk;
	struct reporter reporter;
	struct executor gate;      /* the world's executor, with what else comes at a request */
	struct services *services; /* that processes ask over the wire; NULL: they ask the world itself */
	struct stage_wire *wire;   /* of the process at hand; NULL: it asks the world itself */
	struct random random;
	struct arena *arena;       /* of one play */
	struct journal_shelf *shelf;
	/* Of the newest play. */
	struct mishap mishaps[MISHAPS_MOST];
	size_t n_mishaps, n_armed;
	json_t *records;           /* all that was journaled, whatever became of it */
	json_t *noted;             /* of these, what a rule looks at: runs, legs, intents and outcomes */
	size_t n_legs;
	unsigned runs;             /* that were made */
	unsigned cut_off;          /* hooks that died, or were stopped */
	volatile sig_atomic_t stop;
	unsigned stop_at, stopped_at; /* the request at which SIGTERM comes, came; 0: none */
	bool given_up;             /* nobody will deploy again */
	const char *group;         /* the deployment group whose hooks come */
	size_t busy_leg;           /* at which another process has the subject, and how long */
	int64_t busy_ms;
	unsigned jumps_at;         /* the request at which the clock jumps, and how far */
	int64_t jumps_ms;
	bool ignored;              /* it was said that another host's run is */
	struct stage_damage damage;
	struct progress_mark struck; /* how far it was when the first mishap had struck */
	bool doomed;               /* the process at hand will die of the mishap that was armed last */
	unsigned recorded, looked; /* how many requests there were at the newest record, and at the last waiting */
	struct knowledge knows;    /* while a profile is filled */
	bool looks_out;            /* the profile has outlooks, which cost more the longer the machine is */
	struct profile *profile;   /* filled while it plays; NULL: nobody asks */
	size_t torn_bytes;         /* of the tail that a write cut short has left; 0: none, or one like no other */
	uint64_t seed;
	struct progress_mark due;  /* there nothing of the mishaps is yet to come that have been armed */
	struct endings *endings;   /* of other plays; NULL: this one is played to its end */
	struct passed passed[PASSED_MOST];
	size_t n_passed;
	struct ending rest;        /* that was not played, for it is known; else zeros */
	struct violation violation;
	bool same_moment;          /* another wrote between our reading and our writing: counted apart */
	bool drifted;
	bool left;                 /* the last hook ended with exit 3 */
	/* Long, and last: of a checkpoint only those that were played are copied. */
	struct leg_played legs[STAGE_LEGS_MOST];
};

/* kinds.c: what each kind of mishap does, when it is due and at each moment of a play. */
enum moment {
	MOMENT_BEGINS,
	MOMENT_LEG_OVER, /* also by death, or of the timer */
	MOMENT_PAUSED,   /* while what was deployed is installed */
	MOMENT_CUT_OFF,  /* a deployment has failed */
	MOMENT_ENDS,
	MOMENT_COUNT
};

void mishap_arm(struct stage *stage, const struct mishap *mishap, struct progress_mark from);
bool mishap_dies(const struct mishap *mishap);
/* Whether nothing of it has been there yet when a play was so far; its `at` is counted from `from`. */
bool mishap_is_later(const struct mishap *mishap, struct progress_mark from, struct progress_mark now);
bool mishap_lasts(const struct mishap *mishap);
/* Nothing of the play's mishaps is yet to come, or to be seen but in what came of it. */
bool mishaps_are_over(const struct stage *stage);
void stage_moment(struct stage *stage, enum moment moment);

/* hand.c: what people do beside deployments. */
void stage_plan(struct stage *stage, const struct mishap *mishap);
void stage_adopt(struct stage *stage);
void stage_help(struct stage *stage, const struct mishap *mishap);
const char *help_sentence(enum help help);

/* meeting.c: who else is on this host. */
void stage_they_begin(struct stage *stage, const struct mishap *mishap);
void stage_they_come(struct stage *stage, const struct mishap *mishap);
void stage_they_deploy(struct stage *stage, const struct mishap *mishap);
void stage_lay_image(struct stage *stage, const struct mishap *mishap);
void stage_check_image(struct stage *stage, const struct mishap *mishap);
void stage_deploy_often(struct stage *stage, const struct mishap *mishap);
void stage_check_kept(struct stage *stage, const struct mishap *mishap);

/* damage.c */
void stage_damage(struct stage *stage, const struct mishap *mishap); /* what is damaged is put right some time */
void stage_damage_check(struct stage *stage, const struct leg_played *leg); /* that has met it */
void stage_damage_clear(struct stage *stage);
const char *damage_sentence(enum damage damage);

/* timer.c: so long nobody comes but it; or it does because the host starts. */
void stage_only_the_timer(struct stage *stage, int64_t ms);
void stage_boot(struct stage *stage);

/* disk.c: whole; and again, since another process comes, and makes room where there was none. */
struct stage_disk stage_disk(struct journal_shelf *shelf);
void stage_disk_mend(struct stage *stage);
const char *disk_fault_name(enum disk_fault fault);

struct executor stage_gate(void);                                   /* gate.c */
struct progress_mark stage_progress(const struct stage *stage);
/* Of the whole play, with the rest of it that was not played. */
unsigned stage_requests(const struct stage *stage);
size_t stage_records(const struct stage *stage);
/* Whether outlooks of this play are taken. */
static inline bool stage_looks_out(const struct stage *stage)
{
	return stage->profile && stage->looks_out;
}

/* One hook; whether its leg reached its goal. */
bool stage_hook(struct stage *stage, const struct hook *hook, bool opens);
/* All hooks of one deployment: whether it is over, the instance back, or nobody will come again. */
bool stage_deployment(struct stage *stage);
/* What else than a hook drives a leg, and how it ended. */
struct leg_played *stage_leg_new(struct stage *stage, const char *hook, bool opens);
void stage_leg_over(struct stage *stage, struct leg_played *leg);
void stage_process_over(struct stage *stage); /* whatever it did: the next one, with what comes then */
struct run_environment stage_environment(struct stage *stage);
/* What a leg of this hook begins with; release its `leg.hook`. */
struct start stage_start(struct stage *stage, const struct hook *hook, bool opens);

/* Borrowed by the stage: machine, scene. */
void stage_init(struct stage *stage, const struct machine *machine);
void stage_release(struct stage *stage);

/* `scene` takes over `model` and `inputs`; plays it once to see how long it is: with the seed of the plays to come,
 * whose times and therefore requests are others with another. -1 with err where even that cannot be played. */
int scene_init(struct scene *scene, struct stage *stage, const char *name, struct sim *model, struct inputs *inputs,
	       uint64_t seed, struct error *err);
void scene_release(struct scene *scene);

/* One play; stage->violation says what came of it. */
void stage_play(struct stage *stage, struct scene *scene, const struct mishap *mishaps, size_t count, uint64_t seed);
/* The same from a checkpoint, of a play that begins with some of these mishaps: none of the others is there by then. */
void stage_play_on(struct stage *stage, const struct checkpoint *point, const struct mishap *mishaps, size_t count);
/* From the one of these that there is: a checkpoint, or NULL, and the beginning. */
void stage_play_from(struct stage *stage, struct scene *scene, const struct checkpoint *point,
		     const struct mishap *mishaps, size_t count, uint64_t seed);
/* From where the mishap behind this one is counted, which is counted from `from` and lets the process live. */
struct progress_mark stage_behind(const struct scene *scene, const struct mishap *mishap, struct progress_mark from);

/* checkpoint.c: what a play is between two hooks. Most of what goes wrong does so behind the first hook, and up to
 * there the play is that of the profile.
 *
 * Adds one to the profile that is filled, if one is, and if there is something before this hook. */
void checkpoint_take(struct stage *stage, const struct course *course);
/* The last from which these mishaps can be played on; NULL: there is none, play them from the beginning. */
const struct checkpoint *checkpoint_before(const struct profile *profile, const struct mishap *mishaps, size_t count);
/* The play at hand, which was cleared, is where that one was. */
struct course checkpoint_restore(struct stage *stage, const struct checkpoint *point);
void checkpoints_release(struct profile *profile);

/* torn.c: the disk is now as a write that was cut short has left it. And whether the newest play is that of this mishap
 * as well: the same write is cut off earlier, and the next process reads the same all the same. */
void stage_keep_torn(struct stage *stage);
bool stage_torn_alike(const struct stage *stage, const struct scene *scene, const struct mishap *mishap);

/* The same with one mishap, or with none where it is NULL, and how it went from where that has struck, counted from
 * there: a second mishap falls somewhere in it. With one it is played on from the calm play's last checkpoint before
 * it. Release the profile. */
void stage_profile(struct stage *stage, struct scene *scene, const struct mishap *mishap, uint64_t seed,
		   struct profile *profile);
void profile_release(struct profile *profile);

/* alone.c: lets the world without us come to the same time, with the same acts of others. A new document. */
void stage_bring_on_alone(struct stage *stage);
json_t *stage_alone_json(struct stage *stage);
/* The ledger of the open run of the subject; false where there is none. Release the history. */
bool stage_open_run(struct stage *stage, struct history *history);

#endif
