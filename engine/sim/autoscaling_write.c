/* What the simulated Auto Scaling does when it is asked to change something, and with which words it refuses. */
#include "config.h"

#include "sim/request.h"

#include <stdlib.h>
#include <string.h>

#include "sim/autoscaling.h"
#include "text/json.h"

enum { STANDBY_MOST = 20, TAGS_MOST = 50, GROUP_SIZE_MOST = 10 * 1000 };

/* The group that the input names, where it may be changed; else NULL, refused. */
static struct group *group_to_change(struct request *request, size_t *index)
{
	const char *name = input_text(request, "AutoScalingGroupName");

	*index = world_group(&request->sim->world, name);
	if (*index == ROW_NONE)
		refuse(request, "ValidationError", "AutoScalingGroup name not found - AutoScalingGroup '%s' not found",
		       name);
	else if (group_at(&request->sim->world, *index)->status == GROUP_DELETING)
		refuse(request, "ValidationError", "AutoScalingGroup '%s' is pending delete", name);
	else
		return group_at(&request->sim->world, *index);
	return NULL;
}

/* ---- processes */

static int set_processes(struct request *request, const char *reason)
{
	const json_t *processes = input_list(request, "ScalingProcesses");
	size_t index, i;
	struct group *group = group_to_change(request, &index);
	json_t *process;

	if (!group)
		return -1;
	json_array_foreach (processes, i, process)
		if (process_by_name(json_string_value(process)) == PROCESS_COUNT)
			return refuse(request, "ValidationError", "'%s' is not a valid scaling process",
				      json_string_value(process));
	/* Without a list, and with an empty one, all nine are meant. */
	for (enum process meant = 0; meant < PROCESS_COUNT; meant++)
		if (list_names(processes, process_names[meant]) && (!reason || !group->suspended[meant]))
			group_suspend(request->sim, index, meant, reason);
	group_adjust(request->sim, index);
	return 0;
}

static int suspend_processes(struct request *request)
{
	return set_processes(request, "User suspended");
}

static int resume_processes(struct request *request)
{
	return set_processes(request, NULL);
}

/* ---- sizes */

static int check_sizes(struct request *request, int64_t minimum, int64_t desired, int64_t maximum)
{
	if (minimum < 0 || maximum < 0 || maximum > GROUP_SIZE_MOST)
		return refuse(request, "ValidationError", "The sizes of a group must be between 0 and %d",
			      GROUP_SIZE_MOST);
	if (minimum > maximum)
		return refuse(request, "ValidationError",
			      "Max bound, %lld, must be greater than or equal to min bound, %lld", (long long)maximum,
			      (long long)minimum);
	if (json_object_get(request->input, "DesiredCapacity") && (desired < minimum || desired > maximum))
		return refuse(request, "ValidationError",
			      "Desired capacity:%lld must be between the specified min size:%lld and max size:%lld",
			      (long long)desired, (long long)minimum, (long long)maximum);
	return 0;
}

static int update_group(struct request *request)
{
	size_t index;
	struct group *group = group_to_change(request, &index);
	const char *health = input_text(request, "HealthCheckType");
	int64_t minimum, desired, maximum;

	if (!group)
		return -1;
	minimum = input_integer(request, "MinSize", group->minimum);
	maximum = input_integer(request, "MaxSize", group->maximum);
	desired = input_integer(request, "DesiredCapacity", group->desired);
	if (check_sizes(request, minimum, desired, maximum))
		return -1;
	group->cooldown_s = input_integer(request, "DefaultCooldown", group->cooldown_s);
	group->grace_s = input_integer(request, "HealthCheckGracePeriod", group->grace_s);
	if (health)
		group->elb_health = strcmp(health, "ELB") == 0;
	if (json_object_get(request->input, "NewInstancesProtectedFromScaleIn"))
		group->protects_new = input_true(request, "NewInstancesProtectedFromScaleIn");
	group_resize(request->sim, index, minimum, desired, maximum);
	return 0;
}

static int set_desired(struct request *request)
{
	size_t index;
	const struct group *group = group_to_change(request, &index);
	int64_t desired = input_integer(request, "DesiredCapacity", 0);

	if (!group)
		return -1;
	if (desired > group->maximum)
		return refuse(request, "ValidationError",
			      "New SetDesiredCapacity value %lld is above max value %lld for the AutoScalingGroup.",
			      (long long)desired, (long long)group->maximum);
	if (desired < group->minimum)
		return refuse(request, "ValidationError",
			      "New SetDesiredCapacity value %lld is below min value %lld for the AutoScalingGroup.",
			      (long long)desired, (long long)group->minimum);
	group_resize(request->sim, index, group->minimum, desired, group->maximum);
	return 0;
}

/* ---- instances of a group */

/* How an instance of the list may stand for what is asked. */
struct wanted_state {
	bool (*fits)(enum lifecycle state);
	const char *words; /* "is not in WORDS" */
};

static int check_instance(struct request *request, size_t group, const char *id, const struct wanted_state *wanted)
{
	const struct world *world = &request->sim->world;
	size_t index = world_instance(world, id);

	if (index == ROW_NONE || instance_at(world, index)->group != group)
		return refuse(request, "ValidationError", "The instance %s is not part of Auto Scaling group %s.", id,
			      group_at(world, group)->name);
	if (!wanted->fits(instance_at(world, index)->state))
		return refuse(request, "ValidationError", "The instance %s is not in %s.", id, wanted->words);
	return 0;
}

/* All or none: the first that does not fit refuses them all. */
static int check_instances(struct request *request, size_t group, const struct wanted_state *wanted)
{
	const json_t *ids = input_list(request, "InstanceIds");
	size_t i;
	json_t *id;

	if (json_array_size(ids) > STANDBY_MOST)
		return refuse(request, "ValidationError",
			      "1 validation error detected: Value at 'instanceIds' failed to satisfy constraint: "
			      "Member must have length less than or equal to %d", STANDBY_MOST);
	if (!ids)
		return refuse(request, "ValidationError", "Instance IDs must be specified");
	json_array_foreach (ids, i, id)
		if (check_instance(request, group, json_string_value(id), wanted))
			return -1;
	return 0;
}

static bool in_service(enum lifecycle state)
{
	return state == LIFECYCLE_IN_SERVICE;
}

static bool in_standby(enum lifecycle state)
{
	return state == LIFECYCLE_STANDBY;
}

static bool in_service_or_standby(enum lifecycle state)
{
	return in_service(state) || in_standby(state);
}

static int refuse_sizes(struct request *request, const struct group *group, const char *doing, size_t count)
{
	return refuse(request, "ValidationError",
		      "AutoScalingGroup %s has min-size=%lld, max-size=%lld, and desired-size=%lld. To %s %zu "
		      "instance%s, please update the AutoScalingGroup sizes appropriately.", group->name,
		      (long long)group->minimum, (long long)group->maximum, (long long)group->desired, doing, count,
		      count == 1 ? "" : "s");
}

static int check_room_below(struct request *request, const struct group *group, const char *doing)
{
	size_t count = json_array_size(json_object_get(request->input, "InstanceIds"));

	if (input_true(request, "ShouldDecrementDesiredCapacity") && group->desired - (int64_t)count < group->minimum)
		return refuse_sizes(request, group, doing, count);
	return 0;
}

static int check_room_above(struct request *request, const struct group *group, const char *doing)
{
	size_t count = json_array_size(json_object_get(request->input, "InstanceIds"));

	return group->desired + (int64_t)count > group->maximum ? refuse_sizes(request, group, doing, count) : 0;
}

static size_t listed_instance(const struct request *request, size_t i)
{
	const json_t *id = json_array_get(json_object_get(request->input, "InstanceIds"), i);

	return world_instance(&request->sim->world, json_string_value(id));
}

/* What was begun for the request: every operation on instances answers with its activities. */
static int answer_activities(struct request *request, size_t count)
{
	const struct world *world = &request->sim->world;
	size_t first = world->activities.count - count;

	json_put(request->output, "Activities", activities_of(world, first, count));
	return 0;
}

static int enter_standby(struct request *request)
{
	static const struct wanted_state wanted = { in_service, "InService" };
	size_t group, instance, i;
	const struct group *row = group_to_change(request, &group);
	bool decrement = input_true(request, "ShouldDecrementDesiredCapacity");

	if (!row || check_instances(request, group, &wanted) || check_room_below(request, row, "place into standby"))
		return -1;
	for (i = 0; (instance = listed_instance(request, i)) != ROW_NONE; i++)
		group_to_standby(request->sim, group, instance, decrement);
	answer_activities(request, i);
	group_adjust(request->sim, group);
	return 0;
}

static int exit_standby(struct request *request)
{
	static const struct wanted_state wanted = { in_standby, "Standby" };
	size_t group, instance, i;
	const struct group *row = group_to_change(request, &group);

	if (!row || check_instances(request, group, &wanted))
		return -1;
	if (row->suspended[PROCESS_LAUNCH])
		return refuse(request, "ValidationError",
			      "ExitStandby is not possible while the Launch process is suspended.");
	if (check_room_above(request, row, "take out of standby"))
		return -1;
	for (i = 0; (instance = listed_instance(request, i)) != ROW_NONE; i++)
		group_from_standby(request->sim, group, instance);
	return answer_activities(request, i);
}

static int detach_instances(struct request *request)
{
	static const struct wanted_state wanted = { in_service_or_standby, "InService or Standby" };
	size_t group, instance, i;
	const struct group *row = group_to_change(request, &group);

	if (!row || check_instances(request, group, &wanted) || check_room_below(request, row, "detach"))
		return -1;
	for (i = 0; (instance = listed_instance(request, i)) != ROW_NONE; i++)
		/* One in Standby had left the desired size before. */
		group_detach(request->sim, group, instance,
			     input_true(request, "ShouldDecrementDesiredCapacity") &&
			     instance_at(&request->sim->world, instance)->state == LIFECYCLE_IN_SERVICE);
	answer_activities(request, i);
	group_adjust(request->sim, group);
	return 0;
}

static int check_attachable(struct request *request, const char *id)
{
	const struct world *world = &request->sim->world;
	size_t index = world_instance(world, id);

	if (index == ROW_NONE || instance_at(world, index)->terminated)
		return refuse(request, "ValidationError",
			      "Invalid Instance ID(s): [%s]. Instance(s) could not be found.", id);
	if (instance_at(world, index)->group != ROW_NONE)
		return refuse(request, "ValidationError", "Instance %s is already part of AutoScalingGroup:%s", id,
			      group_at(world, instance_at(world, index)->group)->name);
	return 0;
}

static int attach_instances(struct request *request)
{
	const json_t *ids = input_list(request, "InstanceIds");
	size_t group, instance, i;
	const struct group *row = group_to_change(request, &group);
	json_t *id;

	if (!row)
		return -1;
	json_array_foreach (ids, i, id)
		if (check_attachable(request, json_string_value(id)))
			return -1;
	if (check_room_above(request, row, "attach"))
		return -1;
	for (i = 0; (instance = listed_instance(request, i)) != ROW_NONE; i++)
		group_attach(request->sim, group, instance);
	return 0;
}

static int protect_instances(struct request *request)
{
	static const struct wanted_state wanted = { in_service_or_standby, "InService or Standby" };
	size_t group, instance;

	if (!group_to_change(request, &group) || check_instances(request, group, &wanted))
		return -1;
	for (size_t i = 0; (instance = listed_instance(request, i)) != ROW_NONE; i++)
		instance_at(&request->sim->world, instance)->is_protected = input_true(request, "ProtectedFromScaleIn");
	return 0;
}

static int terminate_instance(struct request *request)
{
	const char *id = input_text(request, "InstanceId");
	size_t index = world_instance(&request->sim->world, id), group;
	const struct instance *instance = index == ROW_NONE ? NULL : instance_at(&request->sim->world, index);
	const bool decrement = input_true(request, "ShouldDecrementDesiredCapacity");
	struct group *row;
	json_t *activities;

	if (!instance || instance->group == ROW_NONE || lifecycles[instance->state].leaving)
		return refuse(request, "ValidationError",
			      "Instance Id not found - No managed instance found for instance ID: %s", id);
	group = instance->group;
	row = group_at(&request->sim->world, group);
	if (decrement && row->desired <= row->minimum)
		return refuse(request, "ValidationError",
			      "Currently, desiredSize equals minSize (%lld). Terminating instance without replacement "
			      "will violate group's min size constraint. Either set shouldDecrementDesiredCapacity "
			      "flag to false or lower group's min size.", (long long)row->minimum);
	row->desired -= decrement;
	instance_terminate(request->sim, index);
	activities = activities_of(&request->sim->world, request->sim->world.activities.count - 1, 1);
	json_put(request->output, "Activity", json_incref(json_array_get(activities, 0)));
	json_decref(activities);
	group_adjust(request->sim, group);
	return 0;
}

static int set_health(struct request *request)
{
	const char *id = input_text(request, "InstanceId"), *status = input_text(request, "HealthStatus");
	size_t index = world_instance(&request->sim->world, id);

	if (index == ROW_NONE || instance_at(&request->sim->world, index)->group == ROW_NONE)
		return refuse(request, "ValidationError",
			      "Instance Id not found - No managed instance found for instance ID: %s", id);
	if (strcmp(status, "Healthy") && strcmp(status, "Unhealthy"))
		return refuse(request, "ValidationError", "Health status must be Healthy or Unhealthy, not '%s'",
			      status);
	instance_mark(request->sim, index, strcmp(status, "Healthy") == 0);
	return 0;
}

/* ---- lifecycle hooks */

/* The instance that waits at the hook named; ROW_NONE, refused. */
static size_t instance_at_hook(struct request *request)
{
	const char *id = input_text(request, "InstanceId"), *hook = input_text(request, "LifecycleHookName");
	size_t group, index = world_instance(&request->sim->world, id);
	const struct instance *instance = index == ROW_NONE ? NULL : instance_at(&request->sim->world, index);
	const struct group *row = group_to_change(request, &group);
	enum hook kind;

	if (!row)
		return ROW_NONE;
	if (instance && instance->group == group) {
		kind = instance->state == LIFECYCLE_PENDING_WAIT ? HOOK_LAUNCHING : HOOK_TERMINATING;
		if ((kind == HOOK_LAUNCHING || instance->state == LIFECYCLE_TERMINATING_WAIT) &&
		    row->hooks[kind].name && strcmp(row->hooks[kind].name, hook) == 0)
			return index;
	}
	refuse(request, "ValidationError", "No active Lifecycle Action found with instance ID %s", id ? id : "null");
	return ROW_NONE;
}

static int complete_lifecycle(struct request *request)
{
	const char *result = input_text(request, "LifecycleActionResult");
	size_t index;

	if (strcmp(result, "ABANDON") && strcmp(result, "CONTINUE"))
		return refuse(request, "ValidationError",
			      "Lifecycle action result '%s' is neither CONTINUE nor ABANDON", result);
	index = instance_at_hook(request);
	if (index == ROW_NONE)
		return -1;
	instance_proceed(request->sim, index, strcmp(result, "ABANDON") == 0);
	return 0;
}

static int record_heartbeat(struct request *request)
{
	size_t index = instance_at_hook(request);

	if (index == ROW_NONE)
		return -1;
	instance_enter(request->sim, index, instance_at(&request->sim->world, index)->state);
	return 0;
}

/* ---- tags */

static struct tag *tag_find(struct world *world, size_t group, const char *key, size_t *at)
{
	for (*at = 0; *at < world->tags.count; (*at)++) {
		struct tag *tag = rows_at(&world->tags, *at);

		if (tag->group == group && strcmp(tag->key, key) == 0)
			return tag;
	}
	return NULL;
}

static size_t tagged_group(struct request *request, const json_t *tag)
{
	const char *name = json_string_value(json_object_get(tag, "ResourceId"));
	size_t group = world_group(&request->sim->world, name);

	if (group == ROW_NONE)
		refuse(request, "ValidationError", "AutoScalingGroup name not found - AutoScalingGroup '%s' not found",
		       name ? name : "null");
	return group;
}

static int put_tag(struct request *request, const json_t *given)
{
	struct sim *sim = request->sim;
	const char *key = json_string_value(json_object_get(given, "Key"));
	const char *value = json_string_value(json_object_get(given, "Value"));
	size_t group = tagged_group(request, given), at;
	struct tag *tag;

	if (group == ROW_NONE)
		return -1;
	tag = tag_find(&sim->world, group, key, &at);
	if (!tag && sim->world.tags.count >= TAGS_MOST * sim->world.groups.count)
		return refuse(request, "LimitExceeded", "A group has %d tags at most", TAGS_MOST);
	key = tag ? tag->key : sim_keep_text(sim, key);
	value = sim_keep_text(sim, value ? value : "");
	if (!key || !value)
		return refuse(request, "LimitExceeded", "The simulation keeps no more texts");
	if (!tag)
		tag = rows_add(&sim->world.tags);
	tag->group = group;
	tag->key = key;
	tag->value = value;
	tag->propagates = json_is_true(json_object_get(given, "PropagateAtLaunch"));
	return 0;
}

static int drop_tag(struct request *request, const json_t *given)
{
	struct rows *tags = &request->sim->world.tags;
	size_t group = tagged_group(request, given), at;

	if (group == ROW_NONE)
		return -1;
	if (tag_find(&request->sim->world, group, json_string_value(json_object_get(given, "Key")), &at)) {
		*(struct tag *)rows_at(tags, at) = *(struct tag *)rows_at(tags, tags->count - 1);
		tags->count--;
	}
	return 0;
}

static int each_tag(struct request *request, int (*change)(struct request *request, const json_t *tag))
{
	const json_t *tags = input_list(request, "Tags");
	size_t i;
	json_t *tag;

	json_array_foreach (tags, i, tag)
		if (change(request, tag))
			return -1;
	return 0;
}

static int create_tags(struct request *request)
{
	return each_tag(request, put_tag);
}

static int delete_tags(struct request *request)
{
	return each_tag(request, drop_tag);
}

#define WRITE(name, handler) { "autoscaling", name, false, handler, { 0 } }

const struct sim_operation autoscaling_writes[] = {
	WRITE("SuspendProcesses", suspend_processes),
	WRITE("ResumeProcesses", resume_processes),
	WRITE("UpdateAutoScalingGroup", update_group),
	WRITE("SetDesiredCapacity", set_desired),
	WRITE("EnterStandby", enter_standby),
	WRITE("ExitStandby", exit_standby),
	WRITE("DetachInstances", detach_instances),
	WRITE("AttachInstances", attach_instances),
	WRITE("SetInstanceProtection", protect_instances),
	WRITE("SetInstanceHealth", set_health),
	WRITE("TerminateInstanceInAutoScalingGroup", terminate_instance),
	WRITE("CompleteLifecycleAction", complete_lifecycle),
	WRITE("RecordLifecycleActionHeartbeat", record_heartbeat),
	WRITE("CreateOrUpdateTags", create_tags),
	WRITE("DeleteTags", delete_tags),
	{ 0 },
};
