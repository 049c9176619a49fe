/* The whole world as one document: what invariants are held against, and what `expect:` is asked of. */
#include "config.h"

#include "base/hash.h"
#include "sim/agenda.h"

#include <stdlib.h>
#include <string.h>

#include "text/json.h"

static int compare_texts(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

static json_t *suspended_json(const struct group *group)
{
	const char *names[PROCESS_COUNT];
	size_t count = 0;
	json_t *list = json_made(json_array());

	for (int i = 0; i < PROCESS_COUNT; i++)
		if (group->suspended[i])
			names[count++] = process_names[i];
	qsort(names, count, sizeof(*names), compare_texts);
	for (size_t i = 0; i < count; i++)
		json_append(list, json_string(names[i]));
	return list;
}

static json_t *attached_json(const struct world *world, const struct group *group, bool classic)
{
	json_t *list = json_made(json_array());

	for (size_t i = 0; i < (classic ? group->n_balancers : group->n_target_groups); i++)
		json_append(list, json_string(classic ? balancer_at(world, group->balancers[i])->name
						      : target_group_at(world, group->target_groups[i])->name));
	return list;
}

static json_t *group_json(const struct world *world, size_t index)
{
	const struct group *group = group_at(world, index);

	return json_made(json_pack("{s:I, s:I, s:I, s:o, s:s, s:o, s:o, s:{}, s:{}}", "minimum",
				   (json_int_t)group->minimum, "desired", (json_int_t)group->desired, "maximum",
				   (json_int_t)group->maximum, "suspended", suspended_json(group), "status",
				   group->status == GROUP_DELETING ? "deleting" : "active", "balancers",
				   attached_json(world, group, true), "target_groups",
				   attached_json(world, group, false), "instances", "tags"));
}

static json_t *groups_json(const struct world *world)
{
	json_t *groups = json_made(json_object());

	for (size_t i = 0; i < world->groups.count; i++)
		if (group_at(world, i)->status != GROUP_GONE)
			json_put(groups, group_at(world, i)->name, group_json(world, i));
	return groups;
}

static json_t *part_of_group(const json_t *groups, const struct world *world, size_t group, const char *part)
{
	return group == ROW_NONE ? NULL
				 : json_object_get(json_object_get(groups, group_at(world, group)->name), part);
}

/* One walk over all instances, whatever number of groups they are in. */
static void add_instances(json_t *groups, const struct world *world)
{
	for (size_t i = 0; i < world->instances.count; i++) {
		const struct instance *instance = instance_at(world, i);
		json_t *instances = part_of_group(groups, world, instance->group, "instances");

		if (instances)
			json_put(instances, instance->id,
				 json_pack("{s:s, s:s, s:s, s:b}", "state", lifecycles[instance->state].name, "health",
					   instance->healthy ? "Healthy" : "Unhealthy", "zone", instance->zone,
					   "protected", (int)instance->is_protected));
	}
}

static void add_tags(json_t *groups, const struct world *world)
{
	for (size_t i = 0; i < world->tags.count; i++) {
		const struct tag *tag = rows_at(&world->tags, i);
		json_t *tags = part_of_group(groups, world, tag->group, "tags");

		if (tags)
			json_put(tags, tag->key, json_string(tag->value));
	}
}

static json_t *target_groups_json(const struct world *world)
{
	json_t *groups = json_made(json_object());

	for (size_t i = 0; i < world->target_groups.count; i++)
		if (!target_group_at(world, i)->deleted)
			json_put(groups, target_group_at(world, i)->name, json_pack("{s:[]}", "targets"));
	for (size_t i = 0; i < world->targets.count; i++) {
		const struct target *target = target_at(world, i);
		json_t *group = json_object_get(groups, target_group_at(world, target->group)->name);

		if (group && target->state != TARGET_ABSENT)
			json_append(json_object_get(group, "targets"),
				    json_pack("{s:s, s:I, s:s, s:s?}", "instance",
					      instance_at(world, target->instance)->id, "port",
					      (json_int_t)target->port, "state", target_health[target->state].state,
					      "reason", target_health[target->state].reason));
	}
	return groups;
}

/* A draining one is still InService to AWS; here it says what it is. */
static json_t *balancers_json(const struct world *world)
{
	json_t *balancers = json_made(json_object());

	for (size_t i = 0; i < world->balancers.count; i++)
		if (!balancer_at(world, i)->deleted)
			json_put(balancers, balancer_at(world, i)->name, json_pack("{s:[]}", "instances"));
	for (size_t i = 0; i < world->members.count; i++) {
		const struct member *member = member_at(world, i);
		json_t *balancer = json_object_get(balancers, balancer_at(world, member->balancer)->name);

		if (balancer && member->state != MEMBER_ABSENT)
			json_append(json_object_get(balancer, "instances"),
				    json_pack("{s:s, s:s}", "instance", instance_at(world, member->instance)->id,
					      "state", member->state == MEMBER_DRAINING
							       ? "draining" : member_health[member->state].state));
	}
	return balancers;
}

static json_t *world_json(const struct sim *sim)
{
	const struct world *world = &sim->world;
	json_t *groups = groups_json(world);

	add_instances(groups, world);
	add_tags(groups, world);
	return json_made(json_pack("{s:n, s:s, s:s, s:s?, s:i, s:i, s:o, s:o, s:o}", "time", "region", world->region,
				   "account", world->account, "self", sim_self(sim), "launches",
				   (int)world->launches, "terminations", (int)world->terminations, "groups", groups,
				   "target_groups", target_groups_json(world), "balancers", balancers_json(world)));
}

/* As long as that is the same, so is all that is told of it but the time. */
static uint64_t likeness_of(const struct sim *sim)
{
	return hash_number(hash_number(sim_likeness(sim), sim->world.launches), sim->world.terminations);
}

json_t *sim_world_json(struct sim *sim)
{
	const uint64_t likeness = likeness_of(sim);
	char time[TIME_TEXT_BYTES];
	json_t *json;

	if (sim->told_world && sim->told_likeness != likeness) {
		json_decref(sim->told_world);
		sim->told_world = NULL;
	}
	if (!sim->told_world)
		sim->told_world = world_json(sim);
	sim->told_likeness = likeness;
	json = json_made(json_copy(sim->told_world));
	json_put(json, "time", json_string(time_format(world_wall_ms(&sim->world), time)));
	return json;
}
