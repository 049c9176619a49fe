/* What the simulated world is made of, and how its things change; for the files of this layer only. Everything that a
 * request or an actor can do ends in one of these functions, which schedule what follows by themselves. */
#ifndef TIDEGATE_SIM_WORLD_H
#define TIDEGATE_SIM_WORLD_H

#include "base/memory.h"
#include "sim/rows.h"
#include "sim/sim.h"

/* ---- durations: each time something is waited for, one is drawn from the span */

enum timing {
	TIMING_ANSWER,        /* of a request */
	TIMING_ENTER_STANDBY, /* at least; the drain may be longer */
	TIMING_LAUNCH,        /* Pending of a new instance */
	TIMING_EXIT_STANDBY,  /* Pending of one that comes back */
	TIMING_PROCEED,       /* between a hook and what follows it */
	TIMING_TERMINATE,
	TIMING_DETACH,
	TIMING_REGISTER,      /* before the first health check */
	TIMING_COUNT
};

struct span {
	int64_t least_ms, most_ms;
};

/* ---- instances */

enum lifecycle {
	LIFECYCLE_PENDING, LIFECYCLE_PENDING_WAIT, LIFECYCLE_PENDING_PROCEED, LIFECYCLE_QUARANTINED,
	LIFECYCLE_IN_SERVICE,
	LIFECYCLE_TERMINATING, LIFECYCLE_TERMINATING_WAIT, LIFECYCLE_TERMINATING_PROCEED,
	LIFECYCLE_TERMINATING_RETAINED, LIFECYCLE_TERMINATED,
	LIFECYCLE_DETACHING, LIFECYCLE_DETACHED,
	LIFECYCLE_ENTERING_STANDBY, LIFECYCLE_STANDBY,
	LIFECYCLE_REPLACING_ROOT, LIFECYCLE_REPLACING_ROOT_WAIT, LIFECYCLE_REPLACING_ROOT_PROCEED,
	LIFECYCLE_ROOT_REPLACED,
	LIFECYCLE_WARMED_PENDING, LIFECYCLE_WARMED_PENDING_WAIT, LIFECYCLE_WARMED_PENDING_PROCEED,
	LIFECYCLE_WARMED_PENDING_RETAINED,
	LIFECYCLE_WARMED_TERMINATING, LIFECYCLE_WARMED_TERMINATING_WAIT, LIFECYCLE_WARMED_TERMINATING_PROCEED,
	LIFECYCLE_WARMED_TERMINATING_RETAINED, LIFECYCLE_WARMED_TERMINATED,
	LIFECYCLE_WARMED_STOPPED, LIFECYCLE_WARMED_RUNNING, LIFECYCLE_WARMED_HIBERNATED,
	LIFECYCLE_COUNT
};

enum { INSTANCE_ID_BYTES = 24, INSTANCES_MOST = 10 * 1000, TARGETS_MOST = 50 * 1000 };

struct instance {
	char id[INSTANCE_ID_BYTES];
	const char *zone;
	const char *type;
	size_t group; /* ROW_NONE: in none */
	enum lifecycle state;
	bool healthy;      /* as the group sees it */
	bool failing;      /* its health checks fail */
	bool is_protected; /* from scale-in */
	bool fresh;        /* never was in service: launch hooks are for it */
	bool stuck;
	bool terminated;
	int64_t terminated_ms;
	unsigned generation; /* counts changes of state: a step that was planned for an older one is void */
	int64_t launched_ms;
	int64_t waits_since_ms; /* at a hook */
};

/* ---- groups */

enum process {
	PROCESS_LAUNCH, PROCESS_TERMINATE, PROCESS_ADD_TO_LOAD_BALANCER, PROCESS_ALARM_NOTIFICATION,
	PROCESS_AZ_REBALANCE, PROCESS_HEALTH_CHECK, PROCESS_INSTANCE_REFRESH, PROCESS_REPLACE_UNHEALTHY,
	PROCESS_SCHEDULED_ACTIONS,
	PROCESS_COUNT
};

enum { ATTACHED_MOST = 16, ZONES_MOST = 8 };

enum hook { HOOK_LAUNCHING, HOOK_TERMINATING, HOOK_COUNT };

struct lifecycle_hook {
	const char *name; /* NULL: there is none */
	int64_t timeout_ms;
	bool abandons;
};

enum group_status { GROUP_ACTIVE, GROUP_DELETING, GROUP_GONE };

struct group {
	const char *name;
	int64_t minimum, desired, maximum, cooldown_s, grace_s;
	bool elb_health; /* a target that fails makes the instance unhealthy */
	bool protects_new;
	const char *suspended[PROCESS_COUNT]; /* the reason; NULL: it runs */
	int64_t suspended_ms[PROCESS_COUNT];  /* when */
	size_t balancers[ATTACHED_MOST], target_groups[ATTACHED_MOST];
	size_t n_balancers, n_target_groups;
	const char *zones[ZONES_MOST];
	size_t n_zones;
	struct lifecycle_hook hooks[HOOK_COUNT];
	enum group_status status;
};

enum activity_kind {
	ACTIVITY_STANDBY, ACTIVITY_RETURN, ACTIVITY_LAUNCH, ACTIVITY_TERMINATE, ACTIVITY_ATTACH, ACTIVITY_DETACH
};

struct activity {
	unsigned number;
	enum activity_kind kind;
	size_t group, instance;
	int64_t from, to; /* the desired size before and after */
	int64_t start_ms, end_ms; /* 0: not yet */
	bool cancelled;
};

struct tag {
	size_t group;
	const char *key, *value;
	bool propagates;
};

/* ---- what sends traffic */

enum target_state {
	TARGET_ABSENT, TARGET_REGISTERING, TARGET_CHECKING, TARGET_HEALTHY, TARGET_FAILING, TARGET_NOT_USED,
	TARGET_ZONE_OFF, TARGET_DRAINING, TARGET_FAILING_DRAINING, TARGET_UNCHECKED, TARGET_STATE_COUNT
};

struct target_group {
	const char *name, *arn;
	int64_t port, drain_ms, slow_start_ms, interval_ms, healthy_after;
	bool network;   /* of a network balancer: it drains for two minutes at least */
	bool unused;    /* it has no listener */
	bool unchecked; /* health checks are off */
	const char *zones[ZONES_MOST];
	size_t n_zones; /* 0: all are enabled */
	bool deleted;
};

struct target {
	size_t group, instance;
	int64_t port;
	enum target_state state;
	int64_t due_ms;
	unsigned generation;
};

enum member_state { MEMBER_ABSENT, MEMBER_REGISTERING, MEMBER_IN_SERVICE, MEMBER_FAILING, MEMBER_DRAINING,
		    MEMBER_STATE_COUNT };

struct balancer {
	const char *name;
	int64_t drain_ms; /* 0: connections are cut at once */
	int64_t interval_ms, healthy_after;
	bool deleted;
};

struct member {
	size_t balancer, instance;
	enum member_state state; /* ABSENT: it was there once, which AWS remembers */
	int64_t due_ms;
	unsigned generation;
};

/* ---- what the deployment installs, on the machine that the client runs on */

struct application {
	int64_t up_after_ms; /* from when it is first asked */
	bool never_up;
	bool asked;
	int64_t asked_ms; /* first */
};

/* ---- the world: what a copy of it is made of */

struct world {
	struct rows groups, instances, activities, tags, target_groups, targets, balancers, members;
	struct span spans[TIMING_COUNT];
	const char *region, *account;
	size_t self; /* ROW_NONE: the client runs outside */
	struct application application;
	int64_t now_ms; /* since the world began */
	uint64_t random;
	unsigned made_instances, made_activities;
	unsigned launches, terminations;
};

#define WORLD_STARTS_MS INT64_C(1795378058000) /* 2026-11-22T20:07:38Z */

static inline struct group *group_at(const struct world *world, size_t i)
{
	return rows_at(&world->groups, i);
}
static inline struct instance *instance_at(const struct world *world, size_t i)
{
	return rows_at(&world->instances, i);
}
static inline struct target_group *target_group_at(const struct world *world, size_t i)
{
	return rows_at(&world->target_groups, i);
}
static inline struct target *target_at(const struct world *world, size_t i)
{
	return rows_at(&world->targets, i);
}
static inline struct balancer *balancer_at(const struct world *world, size_t i)
{
	return rows_at(&world->balancers, i);
}
static inline struct member *member_at(const struct world *world, size_t i)
{
	return rows_at(&world->members, i);
}

void world_init(struct world *world, uint64_t seed);
void world_release(struct world *world);
void world_copy(struct world *into, const struct world *from);

int64_t world_draw(struct world *world, enum timing timing); /* a duration in ms */
double world_fraction(struct world *world);                  /* [0, 1) */
int64_t world_wall_ms(const struct world *world);

/* The index, or ROW_NONE; what is gone or deleted is not found, a terminated instance is. NULL is not found. */
size_t world_group(const struct world *world, const char *name);
size_t world_instance(const struct world *world, const char *id);
size_t world_target_group(const struct world *world, const char *name_or_arn);
size_t world_balancer(const struct world *world, const char *name);

struct lifecycle_row {
	const char *name;
	bool counts; /* towards the desired size */
	bool leaving;
};
extern const struct lifecycle_row lifecycles[LIFECYCLE_COUNT];
extern const char *const process_names[PROCESS_COUNT];
extern const char *const timing_names[TIMING_COUNT];

enum process process_by_name(const char *name); /* PROCESS_COUNT: none */

/* As AWS answers: `reason` and `description` are NULL where there is nothing to say. */
struct health_row {
	const char *state, *reason, *description;
};
extern const struct health_row target_health[TARGET_STATE_COUNT];
extern const struct health_row member_health[MEMBER_STATE_COUNT];

/* ---- how it changes. All of these are told about by sim/agenda.h when their time comes. */

void instance_enter(struct sim *sim, size_t instance, enum lifecycle state);
void instance_step(struct sim *sim, size_t instance, unsigned generation);
void instance_terminate(struct sim *sim, size_t instance);
void instance_mark(struct sim *sim, size_t instance, bool healthy);
bool instance_waits(const struct sim *sim, size_t instance); /* at a lifecycle hook */
/* At a lifecycle hook: goes on, or, abandoned, ends. false where it waits at none. */
bool instance_proceed(struct sim *sim, size_t instance, bool abandon);

/* Launches and terminates what the desired size asks for, unless suspended; replaces what is unhealthy. */
void group_adjust(struct sim *sim, size_t group);
void group_to_standby(struct sim *sim, size_t group, size_t instance, bool decrement);
void group_from_standby(struct sim *sim, size_t group, size_t instance);
void group_attach(struct sim *sim, size_t group, size_t instance);
void group_detach(struct sim *sim, size_t group, size_t instance, bool decrement);
void group_resize(struct sim *sim, size_t group, int64_t minimum, int64_t desired, int64_t maximum);
void group_suspend(struct sim *sim, size_t group, enum process process, const char *reason); /* NULL: it runs again */
void group_delete(struct sim *sim, size_t group);
void group_lose(struct sim *sim, size_t instance); /* it is no member any more */

struct activity *activity_begin(struct sim *sim, enum activity_kind kind, size_t group, size_t instance, int64_t from,
				int64_t to);
void activity_end(struct sim *sim, size_t instance);

/* All balancers attached to the instance's group. */
void traffic_join(struct sim *sim, size_t instance);
void traffic_leave(struct sim *sim, size_t instance);
/* An instance that ends leaves every target group and balancer, attached or not. */
void traffic_forget(struct sim *sim, size_t instance);
void traffic_health(struct sim *sim, size_t instance); /* its `failing` has changed */
int64_t traffic_drained_ms(const struct world *world, size_t instance); /* when; the past where it is */

size_t target_find(const struct world *world, size_t group, size_t instance, int64_t port);
/* What a target is once it is registered: where nothing checks it, that is for ever. */
enum target_state target_state_registered(const struct world *world, const struct target *target);
void target_register(struct sim *sim, size_t group, size_t instance, int64_t port);
void target_deregister(struct sim *sim, size_t group, size_t instance, int64_t port);
void target_step(struct sim *sim, size_t target, unsigned generation);
size_t member_find(const struct world *world, size_t balancer, size_t instance);
void member_register(struct sim *sim, size_t balancer, size_t instance);
void member_deregister(struct sim *sim, size_t balancer, size_t instance);
void member_step(struct sim *sim, size_t member, unsigned generation);

#endif
