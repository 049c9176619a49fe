/* What others do to the world: operators, AWS itself, neighbours. Each act is a row; one that the world does not allow
 * any more does nothing, for its actor would have been refused. */
#include "config.h"

#include "sim/agenda.h"

#include <assert.h>

/* What an act names, found: ROW_NONE where it names none, or none that exists. */
struct actor {
	size_t group, instance, target_group, balancer;
	enum process process;
	int64_t value;
};

static struct group *group_of(struct sim *sim, const struct actor *actor)
{
	return group_at(&sim->world, actor->group);
}

static const struct instance *instance_of(struct sim *sim, const struct actor *actor)
{
	return instance_at(&sim->world, actor->instance);
}

static void act_suspend(struct sim *sim, const struct actor *actor)
{
	struct group *group = group_of(sim, actor);

	if (actor->process != PROCESS_COUNT && !group->suspended[actor->process])
		group_suspend(sim, actor->group, actor->process, "User suspended");
}

static void act_resume(struct sim *sim, const struct actor *actor)
{
	if (actor->process != PROCESS_COUNT)
		group_suspend(sim, actor->group, actor->process, NULL);
	group_adjust(sim, actor->group);
}

static void act_minimum(struct sim *sim, const struct actor *actor)
{
	const struct group *group = group_of(sim, actor);

	if (actor->value <= group->maximum)
		group_resize(sim, actor->group, actor->value, group->desired, group->maximum);
}

static void act_maximum(struct sim *sim, const struct actor *actor)
{
	const struct group *group = group_of(sim, actor);

	if (actor->value >= group->minimum)
		group_resize(sim, actor->group, group->minimum, group->desired, actor->value);
}

static void act_desired(struct sim *sim, const struct actor *actor)
{
	const struct group *group = group_of(sim, actor);

	if (actor->value >= group->minimum && actor->value <= group->maximum)
		group_resize(sim, actor->group, group->minimum, actor->value, group->maximum);
}

static void act_terminate(struct sim *sim, const struct actor *actor)
{
	size_t group = instance_of(sim, actor)->group;

	instance_terminate(sim, actor->instance);
	if (group != ROW_NONE)
		group_adjust(sim, group);
}

static void act_standby(struct sim *sim, const struct actor *actor)
{
	const struct instance *instance = instance_of(sim, actor);

	if (instance->state != LIFECYCLE_IN_SERVICE || instance->group == ROW_NONE)
		return;
	if (group_at(&sim->world, instance->group)->desired > group_at(&sim->world, instance->group)->minimum)
		group_to_standby(sim, instance->group, actor->instance, true);
}

static void act_return(struct sim *sim, const struct actor *actor)
{
	const struct instance *instance = instance_of(sim, actor);

	if (instance->state == LIFECYCLE_STANDBY && instance->group != ROW_NONE &&
	    !group_at(&sim->world, instance->group)->suspended[PROCESS_LAUNCH])
		group_from_standby(sim, instance->group, actor->instance);
}

static void act_deregister(struct sim *sim, const struct actor *actor)
{
	if (actor->target_group != ROW_NONE)
		target_deregister(sim, actor->target_group, actor->instance,
				  target_group_at(&sim->world, actor->target_group)->port);
	if (actor->balancer != ROW_NONE)
		member_deregister(sim, actor->balancer, actor->instance);
}

static void act_register(struct sim *sim, const struct actor *actor)
{
	if (instance_of(sim, actor)->terminated)
		return;
	if (actor->target_group != ROW_NONE)
		target_register(sim, actor->target_group, actor->instance,
				target_group_at(&sim->world, actor->target_group)->port);
	if (actor->balancer != ROW_NONE)
		member_register(sim, actor->balancer, actor->instance);
}

/* The group looks only at what is in service, and only where it goes by its balancers' health. */
static void set_failing(struct sim *sim, const struct actor *actor, bool failing)
{
	const struct instance *instance = instance_of(sim, actor);
	const struct group *group = instance->group == ROW_NONE ? NULL : group_at(&sim->world, instance->group);

	instance_at(&sim->world, actor->instance)->failing = failing;
	traffic_health(sim, actor->instance);
	if (failing && group && group->elb_health && !group->suspended[PROCESS_HEALTH_CHECK] &&
	    instance->state == LIFECYCLE_IN_SERVICE)
		instance_mark(sim, actor->instance, false);
}

static void act_fail_health(struct sim *sim, const struct actor *actor)
{
	set_failing(sim, actor, true);
}

static void act_pass_health(struct sim *sim, const struct actor *actor)
{
	set_failing(sim, actor, false);
}

static void act_mark_unhealthy(struct sim *sim, const struct actor *actor)
{
	if (instance_of(sim, actor)->state == LIFECYCLE_IN_SERVICE)
		instance_mark(sim, actor->instance, false);
}

static void act_administrative(struct sim *sim, const struct actor *actor)
{
	group_suspend(sim, actor->group, PROCESS_LAUNCH, "administrative suspension");
}

static void act_delete_group(struct sim *sim, const struct actor *actor)
{
	group_delete(sim, actor->group);
}

static void act_delete_target_group(struct sim *sim, const struct actor *actor)
{
	target_group_at(&sim->world, actor->target_group)->deleted = true;
}

static void act_delete_balancer(struct sim *sim, const struct actor *actor)
{
	balancer_at(&sim->world, actor->balancer)->deleted = true;
}

/* Zones are made even by an instance more in one of them and one less in another: the first of the group goes. */
static void act_rebalance(struct sim *sim, const struct actor *actor)
{
	const struct group *group = group_of(sim, actor);

	if (group->suspended[PROCESS_AZ_REBALANCE] || group->suspended[PROCESS_LAUNCH] ||
	    group->suspended[PROCESS_TERMINATE])
		return;
	for (size_t i = 0; i < sim->world.instances.count; i++)
		if (instance_at(&sim->world, i)->group == actor->group &&
		    instance_at(&sim->world, i)->state == LIFECYCLE_IN_SERVICE) {
			instance_terminate(sim, i);
			break;
		}
	group_adjust(sim, actor->group);
}

static void act_alarm(struct sim *sim, const struct actor *actor)
{
	const struct group *group = group_of(sim, actor);
	int64_t desired = group->desired + actor->value;

	if (group->suspended[PROCESS_ALARM_NOTIFICATION] || desired < group->minimum || desired > group->maximum)
		return;
	group_resize(sim, actor->group, group->minimum, desired, group->maximum);
}

static void act_schedule(struct sim *sim, const struct actor *actor)
{
	if (!group_of(sim, actor)->suspended[PROCESS_SCHEDULED_ACTIONS])
		act_desired(sim, actor);
}

static void act_refresh_standby(struct sim *sim, const struct actor *actor)
{
	if (group_of(sim, actor)->suspended[PROCESS_INSTANCE_REFRESH])
		return;
	for (size_t i = 0; i < sim->world.instances.count; i++)
		if (instance_at(&sim->world, i)->group == actor->group &&
		    instance_at(&sim->world, i)->state == LIFECYCLE_STANDBY)
			instance_terminate(sim, i);
	group_adjust(sim, actor->group);
}

static void act_stick(struct sim *sim, const struct actor *actor)
{
	instance_at(&sim->world, actor->instance)->stuck = true;
}

enum { NEEDS_GROUP = 1, NEEDS_INSTANCE = 2, NEEDS_TARGET_GROUP = 4, NEEDS_BALANCER = 8 };

static const struct act_row {
	const char *name;
	void (*play)(struct sim *sim, const struct actor *actor);
	int needs;
} act_rows[SIM_ACT_COUNT] = {
	[SIM_ACT_SUSPEND] = { "suspend", act_suspend, NEEDS_GROUP },
	[SIM_ACT_RESUME] = { "resume", act_resume, NEEDS_GROUP },
	[SIM_ACT_MINIMUM] = { "minimum", act_minimum, NEEDS_GROUP },
	[SIM_ACT_MAXIMUM] = { "maximum", act_maximum, NEEDS_GROUP },
	[SIM_ACT_DESIRED] = { "desired", act_desired, NEEDS_GROUP },
	[SIM_ACT_TERMINATE] = { "terminate", act_terminate, NEEDS_INSTANCE },
	[SIM_ACT_STANDBY] = { "standby", act_standby, NEEDS_INSTANCE },
	[SIM_ACT_RETURN] = { "return", act_return, NEEDS_INSTANCE },
	[SIM_ACT_DEREGISTER] = { "deregister", act_deregister, NEEDS_INSTANCE },
	[SIM_ACT_REGISTER] = { "register", act_register, NEEDS_INSTANCE },
	[SIM_ACT_FAIL_HEALTH] = { "fail_health", act_fail_health, NEEDS_INSTANCE },
	[SIM_ACT_PASS_HEALTH] = { "pass_health", act_pass_health, NEEDS_INSTANCE },
	[SIM_ACT_MARK_UNHEALTHY] = { "mark_unhealthy", act_mark_unhealthy, NEEDS_INSTANCE },
	[SIM_ACT_ADMINISTRATIVE] = { "administrative", act_administrative, NEEDS_GROUP },
	[SIM_ACT_DELETE_GROUP] = { "delete_group", act_delete_group, NEEDS_GROUP },
	[SIM_ACT_DELETE_TARGET_GROUP] = { "delete_target_group", act_delete_target_group, NEEDS_TARGET_GROUP },
	[SIM_ACT_DELETE_BALANCER] = { "delete_balancer", act_delete_balancer, NEEDS_BALANCER },
	[SIM_ACT_REBALANCE] = { "rebalance", act_rebalance, NEEDS_GROUP },
	[SIM_ACT_ALARM] = { "alarm", act_alarm, NEEDS_GROUP },
	[SIM_ACT_SCHEDULE] = { "schedule", act_schedule, NEEDS_GROUP },
	[SIM_ACT_REFRESH_STANDBY] = { "refresh_standby", act_refresh_standby, NEEDS_GROUP },
	[SIM_ACT_STICK] = { "stick", act_stick, NEEDS_INSTANCE },
};

const char *sim_act_name(enum sim_act_kind kind)
{
	return act_rows[kind].name;
}

static bool actor_lacks(const struct actor *actor, int needs)
{
	return ((needs & NEEDS_GROUP) && actor->group == ROW_NONE) ||
	       ((needs & NEEDS_INSTANCE) && actor->instance == ROW_NONE) ||
	       ((needs & NEEDS_TARGET_GROUP) && actor->target_group == ROW_NONE) ||
	       ((needs & NEEDS_BALANCER) && actor->balancer == ROW_NONE);
}

void sim_act(struct sim *sim, const struct sim_act *act)
{
	struct actor actor = {
		.group = world_group(&sim->world, act->group), .instance = world_instance(&sim->world, act->instance),
		.target_group = world_target_group(&sim->world, act->target_group),
		.balancer = world_balancer(&sim->world, act->balancer), .process = process_by_name(act->process),
		.value = act->value,
	};

	sim_changed(sim);
	if (!actor_lacks(&actor, act_rows[act->kind].needs))
		act_rows[act->kind].play(sim, &actor);
}

void sim_act_before(struct sim *sim, unsigned k, const struct sim_act *act)
{
	*(struct planned_act *)rows_add(&sim->acts) = (struct planned_act){ .request = k, .act = *act };
}

void sim_act_after(struct sim *sim, int64_t ms, const struct sim_act *act)
{
	size_t index = sim->acts.count;

	sim_act_before(sim, 0, act);
	agenda_add(sim, sim->world.now_ms + ms, EVENT_ACT, index, 0);
}

void act_event(struct sim *sim, size_t index, unsigned unused)
{
	struct sim_act act = ((const struct planned_act *)rows_at(&sim->acts, index))->act;

	(void)unused;
	sim_act(sim, &act);
}
