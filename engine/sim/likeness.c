/* Whether two worlds are alike: in all that is there and all that is going to happen, but for the hour; and, more
 * strictly, but for the hour alone: in how long it is going to happen. */
#include "config.h"

#include <stdlib.h>

#include "base/hash.h"
#include "sim/agenda.h"
#include "sim/request.h"
#include "text/json.h"

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

/* ---- but for the hour alone */

/* How long it has been so; 0: it is not. */
static uint64_t hash_since(uint64_t hash, const struct world *world, int64_t at_ms)
{
	return hash_number(hash, at_ms ? (uint64_t)(world->now_ms - at_ms) + 1 : 0);
}

static bool is_void(const struct world *world, const struct event *event)
{
	switch (event->kind) {
	case EVENT_INSTANCE:
		return instance_at(world, event->index)->generation != event->generation;
	case EVENT_TARGET:
		return target_at(world, event->index)->generation != event->generation;
	case EVENT_MEMBER:
		return member_at(world, event->index)->generation != event->generation;
	default:
		return false;
	}
}

static uint64_t hash_flight(uint64_t hash, const struct sim *sim, const struct flight *flight)
{
	char *input = json_text(flight->input, JSON_COMPACT | JSON_SORT_KEYS);

	hash = hash_text(hash_text(hash, flight->row ? flight->row->name : NULL), input);
	free(input);
	hash = hash_number(hash_number(hash, flight->fault.kind), (uint64_t)flight->fault.ms);
	hash = hash_since(hash, &sim->world, flight->started_ms);
	return hash_number(hash, (uint64_t)flight->too_late | (uint64_t)(flight->number == 0) << 1);
}

static uint64_t hash_times(uint64_t hash, const struct sim *sim)
{
	const struct world *world = &sim->world;

	for (size_t i = 0; i < world->instances.count; i++) {
		const struct instance *instance = instance_at(world, i);

		if (instance_waits(sim, i))
			hash = hash_since(hash, world, instance->waits_since_ms);
	}
	for (size_t i = 0; i < world->targets.count; i++)
		hash = hash_due(hash, target_at(world, i)->due_ms, world->now_ms);
	for (size_t i = 0; i < world->members.count; i++)
		hash = hash_due(hash, member_at(world, i)->due_ms, world->now_ms);
	return world->application.asked
		       ? hash_due(hash, world->application.asked_ms + world->application.up_after_ms, world->now_ms)
		       : hash;
}

uint64_t sim_standing(const struct sim *sim)
{
	const struct world *world = &sim->world;
	uint64_t hash = hash_times(sim_likeness(sim), sim);

	for (size_t i = 0; i < sim->events.count; i++) {
		const struct event *event = rows_at(&sim->events, i);

		hash = hash_due(hash_number(hash, event->kind), event->at_ms, world->now_ms);
		hash = hash_number(hash_number(hash, event->index), is_void(world, event));
		if (event->kind == EVENT_REQUEST || event->kind == EVENT_LATE)
			hash = hash_flight(hash, sim, rows_at(&sim->flights, event->index));
	}
	hash = hash_number(hash_number(hash, world->launches), world->terminations);
	hash = hash_number(hash_number(hash, world->made_instances), world->made_activities);
	return hash_number(hash_number(hash, sim->boots), sim->dead);
}

/* AWS forgets what is gone some time, and nobody asks again by then: it is no matter when exactly. */
enum { FORGOTTEN_MS = 10 * 60 * 1000 };

uint64_t sim_gone(const struct sim *sim)
{
	const struct world *world = &sim->world;
	uint64_t hash = 0;

	for (size_t i = 0; i < world->instances.count; i++) {
		const struct instance *instance = instance_at(world, i);

		if (instance->terminated)
			hash = hash_number(hash, (uint64_t)(world->now_ms - instance->terminated_ms) / FORGOTTEN_MS);
	}
	return hash;
}

void sim_draw_anew(struct sim *sim, uint64_t seed)
{
	sim->world.random = seed;
}
