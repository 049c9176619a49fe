/* A stage: one simulated world, one disk in memory and one machine, on which whole deployments are played as CodeDeploy
 * would drive them, with something going wrong. It plays and remembers; what must hold is cli/rehearsal/invariants.h's.
 *
 * A play is a function of the scene, the seed and the mishaps. A deployment is the opening hook (and, where that goes
 * on later, the next one), ten minutes of installing, and the closing hook; where a hook fails or its process dies
 * CodeDeploy skips the rest, and the next deployment begins again with the opening one.
 *
 * What is left out: where a leg only waits and everything has been still for as long as it takes to look at all of it,
 * time goes on to shortly before the world's next event or the leg's own next deadline (gate.c). Nothing is lost, since
 * the looks in between would be answered as the one before, and mishaps in the middle of such looks are not played
 * anyway (mishaps.c). */
#ifndef TIDEGATE_CLI_REHEARSAL_STAGE_H
#define TIDEGATE_CLI_REHEARSAL_STAGE_H

#include "base/storage_memory.h"
#include "cli/inputs.h"
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
	MISHAP_ADOPTED        /* an operator has taken the instance out; who returns it adopts it */
};

struct mishap {
	enum mishap_kind kind;
	unsigned at; /* the request or the step, from 1, counted from the mishap before it or from the beginning */
	enum sim_fault_kind fault;
	size_t keep;
	struct sim_act act;
};

enum { MISHAPS_MOST = 8, STAGE_LEGS_MOST = 48 };

/* How far the disk was when so many requests had begun. */
struct progress_mark {
	unsigned requests, steps;
};

/* Where something can go wrong in a play: its requests and the steps of its disk, with a mark for each record. */
struct profile {
	struct progress_mark *marks;
	size_t n_marks;
	unsigned requests, steps;
	size_t *step_bytes; /* of each step, from 1 */
	struct asked {
		bool reads, scales; /* scales: it is one of Auto Scaling's */
	} *asked;           /* what each request was, from 1 */
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
	bool died;
	struct leg_result result;
	size_t records;        /* of the play when it ended */
};

struct violation {
	const struct invariant *invariant; /* NULL: none */
	char why[512];
};

struct stage {
	const struct machine *machine;
	const struct hook *opening, *closing; /* NULL: the machine has none, and is driven as by hand */
	struct scene *scene;
	struct sim *sim;
	struct sim *alone; /* the same world and the same other actors, without us */
	struct storage_memory *memory;
	struct reporter reporter;
	struct executor gate;      /* the world's executor, and SIGTERM at a request */
	struct random random;
	struct arena *arena;       /* of one play */
	struct journal_shelf *shelf;
	/* Of the newest play. */
	struct mishap mishaps[MISHAPS_MOST];
	size_t n_mishaps, n_armed;
	json_t *records;           /* all that was journaled, whatever became of it */
	struct leg_played legs[STAGE_LEGS_MOST];
	size_t n_legs;
	unsigned runs;             /* that were made */
	unsigned cut_off;          /* hooks that died, or were stopped */
	volatile sig_atomic_t stop;
	unsigned stop_at, stopped_at; /* the request at which SIGTERM comes, came; 0: none */
	bool given_up;             /* nobody will deploy again */
	struct progress_mark struck; /* how far it was when the first mishap had struck */
	int64_t recorded_ms;       /* when the newest record was made (monotonic) */
	struct profile *profile;   /* filled while it plays; NULL: nobody asks */
	size_t torn_bytes;         /* of the tail that a write cut short has left; 0: none, or one like no other */
	struct violation violation;
	bool same_moment;          /* another wrote between our reading and our writing: counted apart */
	bool drifted;
	bool left;                 /* the last hook ended with exit 3 */
};

/* hand.c: what people do beside deployments. */
void stage_plan(struct stage *stage);
void stage_adopt(struct stage *stage);

struct executor stage_gate(void);                                   /* gate.c */
struct progress_mark stage_progress(const struct stage *stage);

void stage_restart(struct stage *stage); /* the process has died: the next one, with what comes then */

/* One hook; whether its leg reached its goal. */
bool stage_hook(struct stage *stage, const struct hook *hook, bool opens);
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

/* torn.c: the disk is now as a write that was cut short has left it. And whether the newest play is that of this mishap
 * as well: the same write is cut off earlier, and the next process reads the same all the same. */
void stage_keep_torn(struct stage *stage);
bool stage_torn_alike(const struct stage *stage, const struct scene *scene, const struct mishap *mishap);

/* The same with one mishap, or with none where it is NULL, and how it went from where that has struck, counted from
 * there: a second mishap falls somewhere in it. Release the profile. */
void stage_profile(struct stage *stage, struct scene *scene, const struct mishap *mishap, uint64_t seed,
		   struct profile *profile);
void profile_release(struct profile *profile);

/* Lets the world without us come to the same time, with the same acts of others. A new document; and ours. */
json_t *stage_alone_json(struct stage *stage);
/* The ledger of the open run of the subject; false where there is none. Release the history. */
bool stage_open_run(struct stage *stage, struct history *history);

#endif
