/* What a group does: it keeps as many instances as it is asked for, replaces what is unhealthy, and moves instances
 * into and out of Standby; and the activities by which it tells of that. */
#include "config.h"

#include "sim/agenda.h"

#include <assert.h>
#include <stdio.h>

enum { ACTIVITIES_MOST = 2000 };

/* ---- activities */

struct activity *activity_begin(struct sim *sim, enum activity_kind kind, size_t group, size_t instance, int64_t from,
				int64_t to)
{
	struct activity *activity;

	if (sim->world.activities.count >= ACTIVITIES_MOST)
		rows_drop_first(&sim->world.activities, ACTIVITIES_MOST / 2);
	activity = rows_add(&sim->world.activities);
	*activity = (struct activity){
		.number = ++sim->world.made_activities, .kind = kind, .group = group, .instance = instance,
		.from = from, .to = to, .start_ms = sim->world.now_ms,
	};
	return activity;
}

void activity_end(struct sim *sim, size_t instance)
{
	for (size_t i = sim->world.activities.count; i-- > 0;) {
		struct activity *activity = rows_at(&sim->world.activities, i);

		if (activity->instance != instance)
			continue;
		if (activity->end_ms == 0)
			activity->end_ms = sim->world.now_ms;
		return;
	}
}

/* ---- as many as are desired */

static int64_t group_counted(const struct world *world, size_t group)
{
	int64_t counted = 0;

	for (size_t i = 0; i < world->instances.count; i++) {
		const struct instance *instance = instance_at(world, i);

		counted += instance->group == group && lifecycles[instance->state].counts;
	}
	return counted;
}

static void group_launch(struct sim *sim, size_t group)
{
	const struct group *row = group_at(&sim->world, group);
	size_t index = sim->world.instances.count;
	struct instance *instance;

	if (index >= INSTANCES_MOST)
		return;
	instance = rows_add(&sim->world.instances);
	*instance = (struct instance){
		.zone = row->n_zones ? row->zones[sim->world.made_instances % row->n_zones] : "eu-west-1a",
		.type = "m5.large", .group = group, .healthy = true, .is_protected = row->protects_new, .fresh = true,
		.launched_ms = sim->world.now_ms,
	};
	snprintf(instance->id, sizeof(instance->id), "i-0fee1000%09x", ++sim->world.made_instances);
	sim->world.launches++;
	activity_begin(sim, ACTIVITY_LAUNCH, group, index, row->desired - 1, row->desired);
	instance_enter(sim, index, LIFECYCLE_PENDING);
}

void instance_terminate(struct sim *sim, size_t index)
{
	const struct instance *instance = instance_at(&sim->world, index);
	size_t group = instance->group;
	int64_t desired;

	if (instance->terminated || (lifecycles[instance->state].leaving && group != ROW_NONE))
		return;
	sim->world.terminations++;
	if (group == ROW_NONE) {
		instance_at(&sim->world, index)->terminated = true;
		instance_at(&sim->world, index)->terminated_ms = sim->world.now_ms;
		traffic_forget(sim, index);
		return;
	}
	desired = group_at(&sim->world, group)->desired;
	activity_begin(sim, ACTIVITY_TERMINATE, group, index, desired, desired);
	instance_enter(sim, index, LIFECYCLE_TERMINATING);
}

static bool may_be_scaled_in(const struct instance *instance, size_t group)
{
	return instance->group == group && instance->state == LIFECYCLE_IN_SERVICE && !instance->is_protected;
}

static void group_scale_in(struct sim *sim, size_t group, int64_t surplus)
{
	for (size_t i = 0; i < sim->world.instances.count && surplus > 0; i++)
		if (may_be_scaled_in(instance_at(&sim->world, i), group)) {
			instance_terminate(sim, i);
			surplus--;
		}
}

static void group_replace_unhealthy(struct sim *sim, size_t group)
{
	const char *const *suspended = group_at(&sim->world, group)->suspended;

	if (suspended[PROCESS_REPLACE_UNHEALTHY] || suspended[PROCESS_TERMINATE])
		return;
	for (size_t i = 0; i < sim->world.instances.count; i++) {
		const struct instance *instance = instance_at(&sim->world, i);

		if (instance->group == group && !instance->healthy && instance->state == LIFECYCLE_IN_SERVICE)
			instance_terminate(sim, i);
	}
}

void group_adjust(struct sim *sim, size_t group)
{
	const struct group *row = group_at(&sim->world, group);
	int64_t missing;

	if (row->status != GROUP_ACTIVE)
		return;
	group_replace_unhealthy(sim, group);
	missing = row->desired - group_counted(&sim->world, group);
	if (missing < 0 && !row->suspended[PROCESS_TERMINATE])
		group_scale_in(sim, group, -missing);
	if (!row->suspended[PROCESS_LAUNCH])
		for (; missing > 0 && sim->world.instances.count < INSTANCES_MOST; missing--)
			group_launch(sim, group);
}

void instance_mark(struct sim *sim, size_t index, bool healthy)
{
	struct instance *instance = instance_at(&sim->world, index);

	instance->healthy = healthy;
	if (!healthy && instance->group != ROW_NONE)
		group_adjust(sim, instance->group);
}

void group_resize(struct sim *sim, size_t group, int64_t minimum, int64_t desired, int64_t maximum)
{
	struct group *row = group_at(&sim->world, group);

	row->minimum = minimum;
	row->maximum = maximum;
	/* A bound that moves past the desired size takes it along, and that launches or terminates. */
	row->desired = desired < minimum ? minimum : desired > maximum ? maximum : desired;
	group_adjust(sim, group);
}

/* ---- Standby, and membership */

void group_to_standby(struct sim *sim, size_t group, size_t instance, bool decrement)
{
	struct group *row = group_at(&sim->world, group);

	activity_begin(sim, ACTIVITY_STANDBY, group, instance, row->desired, row->desired - decrement);
	row->desired -= decrement;
	instance_enter(sim, instance, LIFECYCLE_ENTERING_STANDBY);
}

void group_from_standby(struct sim *sim, size_t group, size_t instance)
{
	struct group *row = group_at(&sim->world, group);

	activity_begin(sim, ACTIVITY_RETURN, group, instance, row->desired, row->desired + 1);
	row->desired++;
	instance_at(&sim->world, instance)->fresh = false;
	/* Its health was not looked at, and what it was before does not count. */
	instance_at(&sim->world, instance)->healthy = true;
	instance_enter(sim, instance, LIFECYCLE_PENDING);
}

void group_attach(struct sim *sim, size_t group, size_t instance)
{
	struct group *row = group_at(&sim->world, group);

	activity_begin(sim, ACTIVITY_ATTACH, group, instance, row->desired, row->desired + 1);
	row->desired++;
	instance_at(&sim->world, instance)->group = group;
	instance_at(&sim->world, instance)->fresh = false;
	instance_enter(sim, instance, LIFECYCLE_PENDING);
}

void group_detach(struct sim *sim, size_t group, size_t instance, bool decrement)
{
	struct group *row = group_at(&sim->world, group);

	activity_begin(sim, ACTIVITY_DETACH, group, instance, row->desired, row->desired - decrement);
	row->desired -= decrement;
	instance_enter(sim, instance, LIFECYCLE_DETACHING);
}

void group_suspend(struct sim *sim, size_t group, enum process process, const char *reason)
{
	group_at(&sim->world, group)->suspended[process] = reason;
	group_at(&sim->world, group)->suspended_ms[process] = sim->world.now_ms;
}

void group_delete(struct sim *sim, size_t group)
{
	struct group *row = group_at(&sim->world, group);

	row->status = GROUP_DELETING;
	row->minimum = row->desired = row->maximum = 0;
	for (size_t i = 0; i < sim->world.instances.count; i++)
		if (instance_at(&sim->world, i)->group == group)
			instance_terminate(sim, i);
}

/* A group that is being deleted is gone with the last of its instances. */
void group_lose(struct sim *sim, size_t instance)
{
	size_t group = instance_at(&sim->world, instance)->group;

	instance_at(&sim->world, instance)->group = ROW_NONE;
	if (group_at(&sim->world, group)->status != GROUP_DELETING)
		return;
	for (size_t i = 0; i < sim->world.instances.count; i++)
		if (instance_at(&sim->world, i)->group == group)
			return;
	group_at(&sim->world, group)->status = GROUP_GONE;
}
