/* The world's things by name and by number, and chance: what happens to them is in sim/group.c and sim/traffic.c. */
#include "config.h"

#include "sim/world.h"

#include <assert.h>
#include <string.h>

const struct lifecycle_row lifecycles[LIFECYCLE_COUNT] = {
	[LIFECYCLE_PENDING] = { "Pending", .counts = true },
	[LIFECYCLE_PENDING_WAIT] = { "Pending:Wait", .counts = true },
	[LIFECYCLE_PENDING_PROCEED] = { "Pending:Proceed", .counts = true },
	[LIFECYCLE_QUARANTINED] = { "Quarantined" },
	[LIFECYCLE_IN_SERVICE] = { "InService", .counts = true },
	[LIFECYCLE_TERMINATING] = { "Terminating", .leaving = true },
	[LIFECYCLE_TERMINATING_WAIT] = { "Terminating:Wait", .leaving = true },
	[LIFECYCLE_TERMINATING_PROCEED] = { "Terminating:Proceed", .leaving = true },
	[LIFECYCLE_TERMINATING_RETAINED] = { "Terminating:Retained", .leaving = true },
	[LIFECYCLE_TERMINATED] = { "Terminated", .leaving = true },
	[LIFECYCLE_DETACHING] = { "Detaching", .leaving = true },
	[LIFECYCLE_DETACHED] = { "Detached", .leaving = true },
	[LIFECYCLE_ENTERING_STANDBY] = { "EnteringStandby" },
	[LIFECYCLE_STANDBY] = { "Standby" },
	[LIFECYCLE_REPLACING_ROOT] = { "ReplacingRootVolume", .counts = true },
	[LIFECYCLE_REPLACING_ROOT_WAIT] = { "ReplacingRootVolume:Wait", .counts = true },
	[LIFECYCLE_REPLACING_ROOT_PROCEED] = { "ReplacingRootVolume:Proceed", .counts = true },
	[LIFECYCLE_ROOT_REPLACED] = { "RootVolumeReplaced", .counts = true },
	[LIFECYCLE_WARMED_PENDING] = { "Warmed:Pending" },
	[LIFECYCLE_WARMED_PENDING_WAIT] = { "Warmed:Pending:Wait" },
	[LIFECYCLE_WARMED_PENDING_PROCEED] = { "Warmed:Pending:Proceed" },
	[LIFECYCLE_WARMED_PENDING_RETAINED] = { "Warmed:Pending:Retained" },
	[LIFECYCLE_WARMED_TERMINATING] = { "Warmed:Terminating", .leaving = true },
	[LIFECYCLE_WARMED_TERMINATING_WAIT] = { "Warmed:Terminating:Wait", .leaving = true },
	[LIFECYCLE_WARMED_TERMINATING_PROCEED] = { "Warmed:Terminating:Proceed", .leaving = true },
	[LIFECYCLE_WARMED_TERMINATING_RETAINED] = { "Warmed:Terminating:Retained", .leaving = true },
	[LIFECYCLE_WARMED_TERMINATED] = { "Warmed:Terminated", .leaving = true },
	[LIFECYCLE_WARMED_STOPPED] = { "Warmed:Stopped" },
	[LIFECYCLE_WARMED_RUNNING] = { "Warmed:Running" },
	[LIFECYCLE_WARMED_HIBERNATED] = { "Warmed:Hibernated" },
};

const char *const process_names[PROCESS_COUNT] = {
	[PROCESS_LAUNCH] = "Launch",
	[PROCESS_TERMINATE] = "Terminate",
	[PROCESS_ADD_TO_LOAD_BALANCER] = "AddToLoadBalancer",
	[PROCESS_ALARM_NOTIFICATION] = "AlarmNotification",
	[PROCESS_AZ_REBALANCE] = "AZRebalance",
	[PROCESS_HEALTH_CHECK] = "HealthCheck",
	[PROCESS_INSTANCE_REFRESH] = "InstanceRefresh",
	[PROCESS_REPLACE_UNHEALTHY] = "ReplaceUnhealthy",
	[PROCESS_SCHEDULED_ACTIONS] = "ScheduledActions",
};

const char *const timing_names[TIMING_COUNT] = {
	[TIMING_ANSWER] = "answer",
	[TIMING_ENTER_STANDBY] = "enter_standby",
	[TIMING_LAUNCH] = "launch",
	[TIMING_EXIT_STANDBY] = "exit_standby",
	[TIMING_PROCEED] = "proceed",
	[TIMING_TERMINATE] = "terminate",
	[TIMING_DETACH] = "detach",
	[TIMING_REGISTER] = "register",
};

/* Of the order that people see; a scenario says its own. */
static const struct span usual_spans[TIMING_COUNT] = {
	[TIMING_ANSWER] = { 30, 90 },
	[TIMING_ENTER_STANDBY] = { 2000, 8000 },
	[TIMING_LAUNCH] = { 30000, 60000 },
	[TIMING_EXIT_STANDBY] = { 5000, 15000 },
	[TIMING_PROCEED] = { 1000, 5000 },
	[TIMING_TERMINATE] = { 10000, 40000 },
	[TIMING_DETACH] = { 2000, 8000 },
	[TIMING_REGISTER] = { 1000, 5000 },
};

/* The tables a world is made of: their place, and the width of a row. */
static const struct world_table {
	size_t offset, width;
} world_tables[] = {
	{ offsetof(struct world, groups), sizeof(struct group) },
	{ offsetof(struct world, instances), sizeof(struct instance) },
	{ offsetof(struct world, activities), sizeof(struct activity) },
	{ offsetof(struct world, tags), sizeof(struct tag) },
	{ offsetof(struct world, target_groups), sizeof(struct target_group) },
	{ offsetof(struct world, targets), sizeof(struct target) },
	{ offsetof(struct world, balancers), sizeof(struct balancer) },
	{ offsetof(struct world, members), sizeof(struct member) },
};

static struct rows *table_of(struct world *world, size_t i)
{
	return (struct rows *)(void *)((char *)world + world_tables[i].offset);
}

static const struct rows *table_in(const struct world *world, size_t i)
{
	return (const struct rows *)(const void *)((const char *)world + world_tables[i].offset);
}

void world_init(struct world *world, uint64_t seed)
{
	*world = (struct world){
		.region = "eu-west-1", .account = "111122223333", .self = ROW_NONE, .random = seed
	};
	memcpy(world->spans, usual_spans, sizeof(usual_spans));
	for (size_t i = 0; i < ARRAY_LENGTH(world_tables); i++)
		table_of(world, i)->width = world_tables[i].width;
}

void world_release(struct world *world)
{
	for (size_t i = 0; i < ARRAY_LENGTH(world_tables); i++)
		rows_release(table_of(world, i));
}

void world_copy(struct world *into, const struct world *from)
{
	struct rows kept[ARRAY_LENGTH(world_tables)];

	for (size_t i = 0; i < ARRAY_LENGTH(world_tables); i++)
		kept[i] = *table_of(into, i);
	*into = *from;
	for (size_t i = 0; i < ARRAY_LENGTH(world_tables); i++) {
		*table_of(into, i) = kept[i];
		rows_copy(table_of(into, i), table_in(from, i));
	}
}

/* splitmix64 (Steele, Lea, Flood 2014): one word of state, and any seed is a good one. */
static uint64_t world_bits(struct world *world)
{
	uint64_t bits = world->random += UINT64_C(0x9e3779b97f4a7c15);

	bits = (bits ^ (bits >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	bits = (bits ^ (bits >> 27)) * UINT64_C(0x94d049bb133111eb);
	return bits ^ (bits >> 31);
}

double world_fraction(struct world *world)
{
	return (double)(world_bits(world) >> 11) / (double)(UINT64_C(1) << 53);
}

int64_t world_draw(struct world *world, enum timing timing)
{
	const struct span *span = &world->spans[timing];

	return span->least_ms + (int64_t)(world_fraction(world) * (double)(span->most_ms - span->least_ms));
}

int64_t world_wall_ms(const struct world *world)
{
	return WORLD_STARTS_MS + world->now_ms;
}

size_t world_group(const struct world *world, const char *name)
{
	for (size_t i = 0; name && i < world->groups.count; i++)
		if (group_at(world, i)->status != GROUP_GONE && strcmp(group_at(world, i)->name, name) == 0)
			return i;
	return ROW_NONE;
}

size_t world_instance(const struct world *world, const char *id)
{
	for (size_t i = 0; id && i < world->instances.count; i++)
		if (strcmp(instance_at(world, i)->id, id) == 0)
			return i;
	return ROW_NONE;
}

size_t world_target_group(const struct world *world, const char *name_or_arn)
{
	for (size_t i = 0; name_or_arn && i < world->target_groups.count; i++) {
		const struct target_group *group = target_group_at(world, i);

		if (!group->deleted && (!strcmp(group->arn, name_or_arn) || !strcmp(group->name, name_or_arn)))
			return i;
	}
	return ROW_NONE;
}

size_t world_balancer(const struct world *world, const char *name)
{
	for (size_t i = 0; name && i < world->balancers.count; i++)
		if (!balancer_at(world, i)->deleted && strcmp(balancer_at(world, i)->name, name) == 0)
			return i;
	return ROW_NONE;
}

enum process process_by_name(const char *name)
{
	int i = 0;

	while (i < PROCESS_COUNT && (!name || strcmp(process_names[i], name)))
		i++;
	return (enum process)i;
}
