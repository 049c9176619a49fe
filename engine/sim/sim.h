/* The simulated AWS: a world of Auto Scaling groups, instances, load balancers and target groups with the rules of AWS,
 * in which time is a number and hours pass in microseconds. What happens is a function of how it was built
 * (sim/scenario.h), its seed and the requests; nothing here reads a disk, a network or a clock.
 *
 * A test takes a world, runs something against its executor and its clock, and looks at what became of it:
 *
 *	struct sim *sim = scenario_builtin("group-of-three", seed, &err);
 *	sim_fault(sim, 3, SIM_FAULT_LOST_AFTER, 0);             the third request takes effect, its answer is lost
 *	sim_act_before(sim, 5, &(struct sim_act){ .kind = SIM_ACT_TERMINATE, .instance = "i-0a1b2c3d4e5f60718" });
 *	... run with sim_executor(sim) and sim_clock(sim) ...
 *	json_t *world = sim_world_json(sim);
 *	sim_free(sim);
 *
 * Requests count from 1, in the order in which they begin; reads count, further pages do not. */
#ifndef TIDEGATE_SIM_SIM_H
#define TIDEGATE_SIM_SIM_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "model/executor.h"

struct sim;

struct sim *sim_new(uint64_t seed); /* an empty world */
void sim_free(struct sim *sim);     /* NULL is allowed */

/* A world like this one, with its faults and acts to come, but with nothing in flight and an empty log. It borrows the
 * names of its template, which must live longer. sim_reset makes an old clone like its template again, and is the
 * cheapest way to begin a run. */
struct sim *sim_clone(const struct sim *model, uint64_t seed);
void sim_reset(struct sim *sim, const struct sim *model, uint64_t seed);

/* As it is at this moment, with what is in flight and its log, and apart from it from then on; the names of a template
 * are borrowed by both. Nobody must be waiting for an answer of `from`. */
void sim_copy(struct sim *sim, const struct sim *from);

/* Both live as long as the world. The executor refuses what it is asked for while the world's client is dead. Its poll
 * lets time pass up to the next answer; with nothing in flight and no end of waiting it is an error. */
struct clock *sim_clock(struct sim *sim);
struct executor *sim_executor(struct sim *sim);

/* Lets time pass without a client: between two legs. */
void sim_advance(struct sim *sim, int64_t ms);
int64_t sim_wall_ms(const struct sim *sim); /* AWS's own time */
/* Between these two (monotonic, as the client's clock has it) a read that nothing goes wrong with is always answered
 * the same, as long as nothing but such reads is asked for: when something was last otherwise, and when time alone
 * will next make it so (INT64_MAX: never). */
int64_t sim_still_since_ms(const struct sim *sim);
int64_t sim_still_until_ms(const struct sim *sim);
/* By how much the client's clock is ahead of AWS's. */
void sim_skew(struct sim *sim, int64_t ms);
/* The machine with the client starts again: another boot, its monotonic time from zero, what was in flight is lost to
 * it (but not to AWS). */
void sim_reboot(struct sim *sim);

/* Who the client is: the instance on which it runs. false where there is none of that ID. */
bool sim_set_self(struct sim *sim, const char *instance);
const char *sim_self(const struct sim *sim); /* NULL: it runs outside */
const char *sim_region(const struct sim *sim);
const char *sim_account(const struct sim *sim);

/* ---- faults of calls */

enum sim_fault_kind {
	SIM_FAULT_NONE,
	SIM_FAULT_THROTTLED,
	SIM_FAULT_ACCESS_DENIED,
	SIM_FAULT_EXPIRED_CREDENTIALS,
	SIM_FAULT_CONTENTION,         /* ResourceContention, a 500 that did nothing */
	SIM_FAULT_ACTIVITY,           /* ScalingActivityInProgress */
	SIM_FAULT_UNAVAILABLE_BEFORE, /* 503, nothing was done */
	SIM_FAULT_UNAVAILABLE_AFTER,  /* 500, it was done */
	SIM_FAULT_LOST_BEFORE,        /* the connection broke, nothing was done */
	SIM_FAULT_LOST_AFTER,         /* the connection broke, it was done */
	SIM_FAULT_LATE,               /* the connection broke, it takes effect `ms` later */
	SIM_FAULT_GARBAGE,            /* done, and answered with what is no XML */
	SIM_FAULT_TRUNCATED,          /* done, and the answer was cut short */
	SIM_FAULT_STALE,              /* a read answers with the world of `ms` ago (30 s at most) */
	SIM_FAULT_CRASH_BEFORE,       /* the client dies, nothing was done */
	SIM_FAULT_CRASH_AFTER,        /* the client dies, it was done */
	SIM_FAULT_COUNT
};

const char *sim_fault_name(enum sim_fault_kind kind); /* "lost_after" */

/* From now on it is kept how things were, for stale answers; one that is planned sees to it from then on. */
void sim_keep_past(struct sim *sim);

/* The k-th request meets this fault. `ms` only for LATE and STALE. */
void sim_fault(struct sim *sim, unsigned k, enum sim_fault_kind kind, int64_t ms);

/* The client died (SIM_FAULT_CRASH_*, sim_kill): its executor answers nothing, poll is -1. Revived it is a new process
 * that knows nothing of what was in flight. */
void sim_kill(struct sim *sim);
bool sim_dead(const struct sim *sim);
void sim_revive(struct sim *sim);

/* ---- what others do */

enum sim_act_kind {
	SIM_ACT_SUSPEND,          /* group, process */
	SIM_ACT_RESUME,           /* group, process */
	SIM_ACT_MINIMUM,          /* group, value */
	SIM_ACT_MAXIMUM,          /* group, value */
	SIM_ACT_DESIRED,          /* group, value */
	SIM_ACT_TERMINATE,        /* instance */
	SIM_ACT_STANDBY,          /* instance: an operator moves it into Standby, the desired size falls */
	SIM_ACT_RETURN,           /* instance: and out of it */
	SIM_ACT_DEREGISTER,       /* instance, target_group or balancer */
	SIM_ACT_REGISTER,         /* instance, target_group or balancer */
	SIM_ACT_FAIL_HEALTH,      /* instance: its health checks fail from now on */
	SIM_ACT_PASS_HEALTH,      /* instance: they pass again */
	SIM_ACT_MARK_UNHEALTHY,   /* instance: the group takes it for unhealthy */
	SIM_ACT_ADMINISTRATIVE,   /* group: AWS suspends Launch by itself */
	SIM_ACT_DELETE_GROUP,     /* group */
	SIM_ACT_DELETE_TARGET_GROUP, /* target_group */
	SIM_ACT_DELETE_BALANCER,  /* balancer */
	SIM_ACT_REBALANCE,        /* group: zones are rebalanced, unless AZRebalance is suspended */
	SIM_ACT_ALARM,            /* group, value: an alarm adds so many, unless AlarmNotification is suspended */
	SIM_ACT_SCHEDULE,         /* group, value: a scheduled action sets the desired size, unless suspended */
	SIM_ACT_REFRESH_STANDBY,  /* group: an instance refresh that terminates what is in Standby */
	SIM_ACT_STICK,            /* instance: it stays in the state it is in */
	SIM_ACT_COUNT
};

/* Texts are borrowed and must outlive the world; NULL where the kind does not need them. */
struct sim_act {
	enum sim_act_kind kind;
	const char *group, *instance, *process, *target_group, *balancer;
	int64_t value;
};

const char *sim_act_name(enum sim_act_kind kind); /* "mark_unhealthy" */

/* After `ms` from now; just before the k-th request takes effect; now. An act that the world no longer allows (the
 * instance is gone, the desired size would leave its bounds) does nothing. */
void sim_act_after(struct sim *sim, int64_t ms, const struct sim_act *act);
void sim_act_before(struct sim *sim, unsigned k, const struct sim_act *act);
void sim_act(struct sim *sim, const struct sim_act *act);

/* What became of the i-th act that was planned (those of the scenario first); false where there are not so many. */
struct sim_done {
	struct sim_act act;
	unsigned request; /* just before which it was done; 0: not, or not yet, or by time alone */
	int64_t at_ms;    /* AWS's wall time of it; 0: not, or not yet */
};

bool sim_act_done(const struct sim *sim, size_t i, struct sim_done *done);

/* ---- what happened */

struct sim_logged {
	unsigned number;
	const char *service, *operation;
	const json_t *input;
	bool reads;
	bool effect;            /* it reached AWS and was done */
	int64_t at_ms;          /* AWS's wall time of its effect, its failure, or what a stale answer shows */
	enum sim_fault_kind fault;
	int status;             /* HTTP, as AWS answered it, even if the answer was lost */
	char code[96];          /* AWS's error code, "" where it was done */
};

/* The first of them; what is beyond SIM_LOG_MOST is only counted. Borrowed until the next request. */
enum { SIM_LOG_MOST = 100 * 1000 };
size_t sim_log_count(const struct sim *sim);
const struct sim_logged *sim_log_at(const struct sim *sim, size_t i);
void sim_log_forget(struct sim *sim);
unsigned sim_requests(const struct sim *sim);

/* The whole world as a new document, parts of which others may hold, too, for invariants and for `expect:` (JMESPath):
 *   {time, region, account, self, launches, terminations,
 *    groups: {NAME: {minimum, desired, maximum, suspended: [..], status, balancers: [..], target_groups: [..],
 *                    instances: {ID: {state, health, zone, protected}}, tags: {..}}},
 *    target_groups: {NAME: {targets: [{instance, port, state, reason}]}},
 *    balancers: {NAME: {instances: [{instance, state}]}}}
 * Suspended processes and instances are in the order of their names; a group that is gone is absent. */
json_t *sim_world_json(struct sim *sim);

/* A number that is the same for two copies of one world that differ in nothing but the hour: all that is there, all
 * that is under way and who will yet act. */
uint64_t sim_likeness(const struct sim *sim);
/* More strictly: what time has yet to bring, it brings both after as long. Where chance begins anew in both (what it
 * draws from now on follows from `seed`) and they are asked the same, they go on as one, some hours apart. */
uint64_t sim_standing(const struct sim *sim);
/* For how long what is terminated has been gone, by tens of minutes: nothing is drawn by it. */
uint64_t sim_gone(const struct sim *sim);
void sim_draw_anew(struct sim *sim, uint64_t seed);

#endif
