/* What sends traffic: targets of target groups and members of classic load balancers as they are registered, checked,
 * drained and forgotten. */
#include "config.h"

#include "sim/agenda.h"

#include <string.h>

/* A network load balancer drains for so long whatever its delay says. */
enum { NETWORK_DRAIN_MS = 120 * 1000 };

/* A state that ends with what is done to it, and not by itself. A scenario may have the others end at once: 0 ms. */
enum { FOR_EVER = -1 };

const struct health_row target_health[TARGET_STATE_COUNT] = {
	[TARGET_ABSENT] = { "unused", "Target.NotRegistered", "Target is not registered to the target group" },
	[TARGET_REGISTERING] = { "initial", "Elb.RegistrationInProgress", "Target registration is in progress" },
	[TARGET_CHECKING] = { "initial", "Elb.InitialHealthChecking", "Initial health checks in progress" },
	[TARGET_HEALTHY] = { "healthy" },
	[TARGET_FAILING] = { "unhealthy", "Target.FailedHealthChecks", "Health checks failed" },
	[TARGET_NOT_USED] = { "unused", "Target.NotInUse",
			      "Target group is not configured to receive traffic from the load balancer" },
	[TARGET_ZONE_OFF] = { "unused", "Target.NotInUse",
			      "Target is in an Availability Zone that is not enabled for the load balancer" },
	[TARGET_DRAINING] = { "draining", "Target.DeregistrationInProgress",
			      "Target deregistration is in progress" },
	[TARGET_FAILING_DRAINING] = { "unhealthy.draining", "Target.FailedHealthChecks", "Health checks failed" },
	[TARGET_UNCHECKED] = { "unavailable", "Target.HealthCheckDisabled",
			       "Health checks are not enabled for this target" },
};

const struct health_row member_health[MEMBER_STATE_COUNT] = {
	[MEMBER_ABSENT] = { "OutOfService", "Instance",
			    "Instance is not currently registered with the LoadBalancer." },
	[MEMBER_REGISTERING] = { "OutOfService", "ELB", "Instance registration is still in progress." },
	[MEMBER_IN_SERVICE] = { "InService", "N/A", "N/A" },
	[MEMBER_FAILING] = { "OutOfService", "Instance",
			     "Instance has failed at least the UnhealthyThreshold number of health checks "
			     "consecutively." },
	[MEMBER_DRAINING] = { "InService", "N/A", "Instance deregistration currently in progress." },
};

/* ---- targets */

size_t target_find(const struct world *world, size_t group, size_t instance, int64_t port)
{
	for (size_t i = 0; i < world->targets.count; i++) {
		const struct target *target = target_at(world, i);

		if (target->group == group && target->instance == instance && target->port == port)
			return i;
	}
	return ROW_NONE;
}

static void target_enter(struct sim *sim, size_t index, enum target_state state, int64_t lasts_ms)
{
	struct target *target = target_at(&sim->world, index);

	target->state = state;
	target->generation++;
	target->due_ms = sim->world.now_ms + lasts_ms;
	if (lasts_ms != FOR_EVER)
		agenda_add(sim, target->due_ms, EVENT_TARGET, index, target->generation);
}

static bool zone_is_enabled(const struct target_group *group, const char *zone)
{
	for (size_t i = 0; i < group->n_zones; i++)
		if (strcmp(group->zones[i], zone) == 0)
			return true;
	return group->n_zones == 0;
}

enum target_state target_state_registered(const struct world *world, const struct target *target)
{
	const struct target_group *group = target_group_at(world, target->group);

	if (group->unused)
		return TARGET_NOT_USED;
	if (!zone_is_enabled(group, instance_at(world, target->instance)->zone))
		return TARGET_ZONE_OFF;
	return group->unchecked ? TARGET_UNCHECKED : TARGET_CHECKING;
}

static void target_check(struct sim *sim, size_t index)
{
	const struct target *target = target_at(&sim->world, index);
	const struct target_group *group = target_group_at(&sim->world, target->group);
	enum target_state state = target_state_registered(&sim->world, target);

	target_enter(sim, index, state,
		     state == TARGET_CHECKING ? group->interval_ms * group->healthy_after : FOR_EVER);
}

void target_register(struct sim *sim, size_t group, size_t instance, int64_t port)
{
	size_t index = target_find(&sim->world, group, instance, port);
	struct target *target;

	if (index == ROW_NONE) {
		index = sim->world.targets.count;
		target = rows_add(&sim->world.targets);
		*target = (struct target){ .group = group, .instance = instance, .port = port };
	}
	target = target_at(&sim->world, index);
	if (target->state == TARGET_DRAINING || target->state == TARGET_FAILING_DRAINING) {
		/* The trap: AWS takes it, and may drop it when the drain ends. */
		if (world_fraction(&sim->world) < 0.5)
			return;
	} else if (target->state != TARGET_ABSENT) {
		return;
	}
	if (target_state_registered(&sim->world, target) == TARGET_CHECKING)
		target_enter(sim, index, TARGET_REGISTERING, world_draw(&sim->world, TIMING_REGISTER));
	else
		target_check(sim, index);
}

static bool target_gets_traffic(const struct target *target)
{
	return target->state == TARGET_HEALTHY || target->state == TARGET_FAILING ||
	       target->state == TARGET_CHECKING || target->state == TARGET_UNCHECKED;
}

void target_deregister(struct sim *sim, size_t group, size_t instance, int64_t port)
{
	size_t index = target_find(&sim->world, group, instance, port);
	const struct target_group *row = target_group_at(&sim->world, group);
	int64_t drain_ms = row->network && row->drain_ms < NETWORK_DRAIN_MS ? NETWORK_DRAIN_MS : row->drain_ms;
	const struct target *target;

	if (index == ROW_NONE)
		return;
	target = target_at(&sim->world, index);
	if (target->state == TARGET_DRAINING || target->state == TARGET_FAILING_DRAINING)
		return;
	if (!target_gets_traffic(target) || drain_ms == 0)
		target_enter(sim, index, TARGET_ABSENT, FOR_EVER);
	else
		target_enter(sim, index, TARGET_DRAINING, drain_ms);
}

void target_step(struct sim *sim, size_t index, unsigned generation)
{
	const struct target *target = target_at(&sim->world, index);
	bool failing = instance_at(&sim->world, target->instance)->failing;

	if (target->generation != generation)
		return;
	if (target->state == TARGET_REGISTERING)
		target_check(sim, index);
	else if (target->state == TARGET_CHECKING)
		target_enter(sim, index, failing ? TARGET_FAILING : TARGET_HEALTHY, FOR_EVER);
	else
		target_enter(sim, index, TARGET_ABSENT, FOR_EVER);
}

/* ---- members of classic load balancers */

size_t member_find(const struct world *world, size_t balancer, size_t instance)
{
	for (size_t i = 0; i < world->members.count; i++)
		if (member_at(world, i)->balancer == balancer && member_at(world, i)->instance == instance)
			return i;
	return ROW_NONE;
}

static void member_enter(struct sim *sim, size_t index, enum member_state state, int64_t lasts_ms)
{
	struct member *member = member_at(&sim->world, index);

	member->state = state;
	member->generation++;
	member->due_ms = sim->world.now_ms + lasts_ms;
	if (lasts_ms != FOR_EVER)
		agenda_add(sim, member->due_ms, EVENT_MEMBER, index, member->generation);
}

void member_register(struct sim *sim, size_t balancer, size_t instance)
{
	const struct balancer *row = balancer_at(&sim->world, balancer);
	size_t index = member_find(&sim->world, balancer, instance);
	int64_t lasts_ms = world_draw(&sim->world, TIMING_REGISTER) + row->interval_ms * row->healthy_after;
	enum member_state state;

	if (index == ROW_NONE) {
		index = sim->world.members.count;
		*(struct member *)rows_add(&sim->world.members) =
			(struct member){ .balancer = balancer, .instance = instance };
	}
	state = member_at(&sim->world, index)->state;
	if (state == MEMBER_ABSENT || state == MEMBER_DRAINING)
		member_enter(sim, index, MEMBER_REGISTERING, lasts_ms);
}

void member_deregister(struct sim *sim, size_t balancer, size_t instance)
{
	size_t index = member_find(&sim->world, balancer, instance);
	int64_t drain_ms = balancer_at(&sim->world, balancer)->drain_ms;
	enum member_state state = index == ROW_NONE ? MEMBER_ABSENT : member_at(&sim->world, index)->state;

	if (state == MEMBER_ABSENT || state == MEMBER_DRAINING)
		return;
	if (drain_ms == 0 || state == MEMBER_REGISTERING)
		member_enter(sim, index, MEMBER_ABSENT, FOR_EVER);
	else
		member_enter(sim, index, MEMBER_DRAINING, drain_ms);
}

void member_step(struct sim *sim, size_t index, unsigned generation)
{
	const struct member *member = member_at(&sim->world, index);
	bool failing = instance_at(&sim->world, member->instance)->failing;

	if (member->generation != generation)
		return;
	if (member->state == MEMBER_DRAINING)
		member_enter(sim, index, MEMBER_ABSENT, FOR_EVER);
	else
		member_enter(sim, index, failing ? MEMBER_FAILING : MEMBER_IN_SERVICE, FOR_EVER);
}

/* ---- all that is attached to an instance's group */

void traffic_join(struct sim *sim, size_t instance)
{
	const struct group *group = group_at(&sim->world, instance_at(&sim->world, instance)->group);

	for (size_t i = 0; i < group->n_target_groups; i++) {
		const struct target_group *row = target_group_at(&sim->world, group->target_groups[i]);

		if (!row->deleted)
			target_register(sim, group->target_groups[i], instance, row->port);
	}
	for (size_t i = 0; i < group->n_balancers; i++)
		if (!balancer_at(&sim->world, group->balancers[i])->deleted)
			member_register(sim, group->balancers[i], instance);
}

/* The group knows only its target groups' own ports: a target that somebody registered with another one stays. */
void traffic_leave(struct sim *sim, size_t instance)
{
	const struct group *group = group_at(&sim->world, instance_at(&sim->world, instance)->group);

	for (size_t i = 0; i < group->n_target_groups; i++)
		target_deregister(sim, group->target_groups[i], instance,
				  target_group_at(&sim->world, group->target_groups[i])->port);
	for (size_t i = 0; i < group->n_balancers; i++)
		member_deregister(sim, group->balancers[i], instance);
}

void traffic_forget(struct sim *sim, size_t instance)
{
	for (size_t i = 0; i < sim->world.targets.count; i++)
		if (target_at(&sim->world, i)->instance == instance)
			target_enter(sim, i, TARGET_ABSENT, FOR_EVER);
	for (size_t i = 0; i < sim->world.members.count; i++)
		if (member_at(&sim->world, i)->instance == instance)
			member_enter(sim, i, MEMBER_ABSENT, FOR_EVER);
}

void traffic_health(struct sim *sim, size_t instance)
{
	bool failing = instance_at(&sim->world, instance)->failing;

	for (size_t i = 0; i < sim->world.targets.count; i++) {
		const struct target *target = target_at(&sim->world, i);

		if (target->instance == instance && target->state == (failing ? TARGET_HEALTHY : TARGET_FAILING))
			target_enter(sim, i, failing ? TARGET_FAILING : TARGET_HEALTHY, FOR_EVER);
	}
	for (size_t i = 0; i < sim->world.members.count; i++) {
		const struct member *member = member_at(&sim->world, i);

		if (member->instance == instance &&
		    member->state == (failing ? MEMBER_IN_SERVICE : MEMBER_FAILING))
			member_enter(sim, i, failing ? MEMBER_FAILING : MEMBER_IN_SERVICE, FOR_EVER);
	}
}

int64_t traffic_drained_ms(const struct world *world, size_t instance)
{
	int64_t drained_ms = 0;

	for (size_t i = 0; i < world->targets.count; i++) {
		const struct target *target = target_at(world, i);

		if (target->instance == instance && target->due_ms > drained_ms &&
		    (target->state == TARGET_DRAINING || target->state == TARGET_FAILING_DRAINING))
			drained_ms = target->due_ms;
	}
	for (size_t i = 0; i < world->members.count; i++) {
		const struct member *member = member_at(world, i);

		if (member->instance == instance && member->due_ms > drained_ms && member->state == MEMBER_DRAINING)
			drained_ms = member->due_ms;
	}
	return drained_ms;
}
