/* Whether two worlds are alike: in all that is there and all that is going to happen, but for the hour. */
#include "config.h"

#include "base/hash.h"
#include "sim/agenda.h"
#include "sim/request.h"

static uint64_t hash_instance(uint64_t hash, const struct instance *instance)
{
	hash = hash_text(hash, instance->id);
	hash = hash_number(hash, instance->group);
	hash = hash_number(hash, instance->state);
	return hash_number(hash, (uint64_t)instance->healthy | (uint64_t)instance->failing << 1 |
					 (uint64_t)instance->is_protected << 2 | (uint64_t)instance->fresh << 3 |
					 (uint64_t)instance->stuck << 4 | (uint64_t)instance->terminated << 5 |
					 (uint64_t)(instance->waits_since_ms != 0) << 6);
}

static uint64_t hash_group(uint64_t hash, const struct group *group)
{
	hash = hash_number(hash, (uint64_t)group->minimum);
	hash = hash_number(hash, (uint64_t)group->desired);
	hash = hash_number(hash, (uint64_t)group->maximum);
	hash = hash_number(hash, group->status);
	for (int i = 0; i < PROCESS_COUNT; i++)
		hash = hash_text(hash, group->suspended[i]);
	return hash;
}

static uint64_t hash_activity(uint64_t hash, const struct activity *activity)
{
	hash = hash_number(hash, activity->kind);
	hash = hash_number(hash, activity->instance);
	return hash_number(hash, (uint64_t)(activity->end_ms != 0) | (uint64_t)activity->cancelled << 1);
}

static uint64_t hash_target(uint64_t hash, const struct target *target)
{
	hash = hash_number(hash, target->group);
	hash = hash_number(hash, target->instance);
	hash = hash_number(hash, (uint64_t)target->port);
	return hash_number(hash, target->state);
}

static uint64_t hash_member(uint64_t hash, const struct member *member)
{
	hash = hash_number(hash, member->balancer);
	hash = hash_number(hash, member->instance);
	return hash_number(hash, member->state);
}

static uint64_t hash_tag(uint64_t hash, const struct tag *tag)
{
	return hash_text(hash_text(hash_number(hash, tag->group), tag->key), tag->value);
}

static uint64_t hash_world(uint64_t hash, const struct world *world)
{
	for (size_t i = 0; i < world->groups.count; i++)
		hash = hash_group(hash, group_at(world, i));
	for (size_t i = 0; i < world->instances.count; i++)
		hash = hash_instance(hash, instance_at(world, i));
	for (size_t i = 0; i < world->activities.count; i++)
		hash = hash_activity(hash, rows_at(&world->activities, i));
	for (size_t i = 0; i < world->tags.count; i++)
		hash = hash_tag(hash, rows_at(&world->tags, i));
	for (size_t i = 0; i < world->target_groups.count; i++)
		hash = hash_number(hash, target_group_at(world, i)->deleted);
	for (size_t i = 0; i < world->targets.count; i++)
		hash = hash_target(hash, target_at(world, i));
	for (size_t i = 0; i < world->balancers.count; i++)
		hash = hash_number(hash, balancer_at(world, i)->deleted);
	for (size_t i = 0; i < world->members.count; i++)
		hash = hash_member(hash, member_at(world, i));
	hash = hash_number(hash, world->self);
	return hash_number(hash, world->application.asked);
}

/* What is under way, and who will yet act. What an instance or a target becomes by itself follows from what it is. */
static uint64_t hash_events(uint64_t hash, const struct sim *sim)
{
	for (size_t i = 0; i < sim->events.count; i++) {
		const struct event *event = rows_at(&sim->events, i);
		const struct flight *flight;

		if (event->kind == EVENT_ACT)
			hash = hash_number(hash, event->index);
		if (event->kind != EVENT_REQUEST && event->kind != EVENT_LATE)
			continue;
		flight = rows_at(&sim->flights, event->index);
		hash = hash_text(hash_number(hash, event->kind), flight->row ? flight->row->name : NULL);
	}
	return hash;
}

uint64_t sim_likeness(const struct sim *sim)
{
	uint64_t hash = hash_events(hash_world(0, &sim->world), sim);

	return hash_number(hash, (uint64_t)sim->skew_ms);
}
