/* What others may do in a scene while we are at work: who and what there is in it decides which acts are possible. */
#include "config.h"

#include <assert.h>
#include <string.h>

#include "base/hash.h"
#include "cli/rehearsal/mishaps.h"

struct cast {
	struct arena *arena;
	const json_t *before;
	const char *self, *neighbour, *group, *target_group, *balancer, *suspended;
	int64_t minimum;
};

static const char *cast_text(const struct cast *cast, const char *text)
{
	return text ? arena_copy_text(cast->arena, text) : NULL;
}

static void find_group(struct cast *cast)
{
	const char *name, *id;
	json_t *group, *instances, *instance;

	json_object_foreach (json_object_get(cast->before, "groups"), name, group) {
		instances = json_object_get(group, "instances");
		if (!cast->self || !json_object_get(instances, cast->self))
			continue;
		cast->group = cast_text(cast, name);
		cast->minimum = json_integer_value(json_object_get(group, "minimum"));
		cast->suspended = cast_text(cast,
					    json_string_value(json_array_get(json_object_get(group, "suspended"), 0)));
		cast->target_group = cast_text(
			cast, json_string_value(json_array_get(json_object_get(group, "target_groups"), 0)));
		cast->balancer = cast_text(cast,
					   json_string_value(json_array_get(json_object_get(group, "balancers"), 0)));
		json_object_foreach (instances, id, instance)
			if (!cast->neighbour && strcmp(id, cast->self) != 0 &&
			    strcmp(json_string_value(json_object_get(instance, "state")), "InService") == 0)
				cast->neighbour = cast_text(cast, id);
	}
}

/* Those that this world lacks an actor or an object for are left out. */
static void list_acts(const struct cast *cast, struct acts *acts)
{
	const struct {
		bool possible;
		struct sim_act act;
	} rows[] = {
		{ cast->group, { SIM_ACT_SUSPEND, .group = cast->group, .process = "ReplaceUnhealthy" } },
		{ cast->group, { SIM_ACT_SUSPEND, .group = cast->group, .process = "HealthCheck" } },
		{ cast->group, { SIM_ACT_RESUME, .group = cast->group, .process = "AlarmNotification" } },
		{ cast->suspended, { SIM_ACT_RESUME, .group = cast->group, .process = cast->suspended } },
		{ cast->group && cast->minimum > 1,
		  { SIM_ACT_MINIMUM, .group = cast->group, .value = cast->minimum - 2 } },
		{ cast->group, { SIM_ACT_MINIMUM, .group = cast->group, .value = cast->minimum + 1 } },
		{ cast->self, { SIM_ACT_TERMINATE, .instance = cast->self } },
		{ cast->target_group,
		  { SIM_ACT_DEREGISTER, .instance = cast->self, .target_group = cast->target_group } },
		{ cast->balancer, { SIM_ACT_DEREGISTER, .instance = cast->self, .balancer = cast->balancer } },
		{ cast->group, { SIM_ACT_STANDBY, .instance = cast->self } },
		{ cast->self, { SIM_ACT_FAIL_HEALTH, .instance = cast->self } },
		{ cast->neighbour, { SIM_ACT_STANDBY, .instance = cast->neighbour } },
		{ cast->neighbour, { SIM_ACT_TERMINATE, .instance = cast->neighbour } },
	};

	static_assert(ARRAY_LENGTH(rows) <= ACTS_MOST, "each act has its place");
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (rows[i].possible)
			acts->rows[acts->count++] = rows[i].act;
}

void acts_find(struct acts *acts, const struct scene *scene, struct arena *arena)
{
	struct cast cast = { .arena = arena, .before = scene->before, .self = sim_self(scene->model) };

	*acts = (struct acts){ 0 };
	find_group(&cast);
	list_acts(&cast, acts);
}

uint64_t act_hash(uint64_t hash, const struct sim_act *act)
{
	hash = hash_text(hash_text(hash_number(hash, act->kind), act->group), act->instance);
	hash = hash_text(hash_text(hash_text(hash, act->process), act->target_group), act->balancer);
	return hash_number(hash, (uint64_t)act->value);
}

/* Of those that are but one service's: all others show in more than one. */
static const char *const shown_by[SIM_ACT_COUNT] = {
	[SIM_ACT_SUSPEND] = "autoscaling",
	[SIM_ACT_RESUME] = "autoscaling",
};

bool act_is_shown(const struct sim_act *act, const char *service)
{
	const char *by = act->kind == SIM_ACT_DEREGISTER ? act->balancer ? "elb" : "elbv2" : shown_by[act->kind];

	return !by || strcmp(by, service) == 0;
}
