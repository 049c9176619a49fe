/* What the simulated Auto Scaling answers when it is asked how things stand. Unknown names and IDs are passed over, and
 * a filter that is empty means everything. */
#include "config.h"

#include "sim/request.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/autoscaling.h"
#include "text/json.h"

static double seconds_of(int64_t now_ms)
{
	return (double)((WORLD_STARTS_MS + now_ms) / 1000);
}

/* ---- groups */

static json_t *instance_json(const struct instance *instance)
{
	return json_made(json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:s}", "InstanceId", instance->id, "InstanceType",
				   instance->type, "AvailabilityZone", instance->zone, "LifecycleState",
				   lifecycles[instance->state].name, "HealthStatus",
				   instance->healthy ? "Healthy" : "Unhealthy", "ProtectedFromScaleIn",
				   (int)instance->is_protected, "LaunchConfigurationName", "web"));
}

static bool tells_the_same(const struct instance *one, const struct instance *other)
{
	return one->state == other->state && one->healthy == other->healthy &&
	       one->is_protected == other->is_protected && one->zone == other->zone && one->type == other->type &&
	       strcmp(one->id, other->id) == 0;
}

static json_t *told_instance(struct sim *sim, const struct world *world, size_t index)
{
	const struct instance *instance = instance_at(world, index);
	struct told_instance *told;

	while (sim->told.count <= index)
		rows_add(&sim->told);
	told = rows_at(&sim->told, index);
	if (!told->json || !tells_the_same(&told->instance, instance)) {
		json_decref(told->json);
		*told = (struct told_instance){ *instance, instance_json(instance) };
	}
	return json_incref(told->json);
}

static json_t *group_instances(struct sim *sim, const struct world *world, size_t group)
{
	json_t *list = json_made(json_array());

	for (size_t i = 0; i < world->instances.count; i++)
		if (instance_at(world, i)->group == group)
			json_append(list, told_instance(sim, world, i));
	return list;
}

static json_t *group_suspended(const struct group *group)
{
	json_t *list = json_made(json_array());
	char time[TIME_TEXT_BYTES];

	for (int i = 0; i < PROCESS_COUNT; i++)
		if (group->suspended[i])
			json_append(list, json_pack("{s:s, s:o}", "ProcessName", process_names[i], "SuspensionReason",
						    json_sprintf("%s at %s", group->suspended[i],
								 time_format(WORLD_STARTS_MS + group->suspended_ms[i],
									     time))));
	return list;
}

static json_t *group_tags(const struct world *world, size_t group)
{
	json_t *list = json_made(json_array());

	for (size_t i = 0; i < world->tags.count; i++) {
		const struct tag *tag = rows_at(&world->tags, i);

		if (tag->group == group)
			json_append(list, json_pack("{s:s, s:s, s:s, s:s, s:b}", "ResourceId",
						    group_at(world, group)->name, "ResourceType", "auto-scaling-group",
						    "Key", tag->key, "Value", tag->value, "PropagateAtLaunch",
						    (int)tag->propagates));
	}
	return list;
}

static json_t *texts_json(const char *const *texts, size_t count)
{
	json_t *list = json_made(json_array());

	for (size_t i = 0; i < count; i++)
		json_append(list, json_string(texts[i]));
	return list;
}

static json_t *group_balancers(const struct world *world, const struct group *group)
{
	json_t *list = json_made(json_array());

	for (size_t i = 0; i < group->n_balancers; i++)
		json_append(list, json_string(balancer_at(world, group->balancers[i])->name));
	return list;
}

static json_t *group_target_groups(const struct world *world, const struct group *group)
{
	json_t *list = json_made(json_array());

	for (size_t i = 0; i < group->n_target_groups; i++)
		json_append(list, json_string(target_group_at(world, group->target_groups[i])->arn));
	return list;
}

/* Without its instances and tags. */
static json_t *group_json(const struct world *world, size_t index)
{
	const struct group *group = group_at(world, index);
	json_t *json = json_made(json_pack("{s:s, s:I, s:I, s:I, s:I, s:s, s:I, s:s}", "AutoScalingGroupName",
					   group->name, "MinSize", (json_int_t)group->minimum, "MaxSize",
					   (json_int_t)group->maximum, "DesiredCapacity", (json_int_t)group->desired,
					   "DefaultCooldown", (json_int_t)group->cooldown_s, "HealthCheckType",
					   group->elb_health ? "ELB" : "EC2", "HealthCheckGracePeriod",
					   (json_int_t)group->grace_s, "LaunchConfigurationName", "web"));
	char arn[512];

	snprintf(arn, sizeof(arn), "arn:aws:autoscaling:%s:%s:autoScalingGroup:%08zx-0000-4000-8000-000000000000:"
		 "autoScalingGroupName/%s", world->region, world->account, index, group->name);
	json_put(json, "AutoScalingGroupARN", json_string(arn));
	json_put(json, "AvailabilityZones", texts_json(group->zones, group->n_zones));
	json_put(json, "LoadBalancerNames", group_balancers(world, group));
	json_put(json, "TargetGroupARNs", group_target_groups(world, group));
	json_put(json, "Instances", json_array());
	json_put(json, "CreatedTime", json_real(seconds_of(-86400000)));
	json_put(json, "SuspendedProcesses", group_suspended(group));
	json_put(json, "Tags", json_array());
	json_put(json, "TerminationPolicies", json_pack("[s]", "Default"));
	json_put(json, "NewInstancesProtectedFromScaleIn", json_boolean(group->protects_new));
	if (group->status == GROUP_DELETING)
		json_put(json, "Status", json_string("Delete in progress"));
	return json;
}

static bool suspends_the_same(const struct group *one, const struct group *other)
{
	return memcmp(one->suspended, other->suspended, sizeof(one->suspended)) == 0 &&
	       memcmp(one->suspended_ms, other->suspended_ms, sizeof(one->suspended_ms)) == 0;
}

/* But for its sizes and what is suspended, which change all the time. */
static bool lasts_the_same(const struct group *one, const struct group *other)
{
	struct group like = *other;

	like.minimum = one->minimum;
	like.desired = one->desired;
	like.maximum = one->maximum;
	memcpy(like.suspended, one->suspended, sizeof(like.suspended));
	memcpy(like.suspended_ms, one->suspended_ms, sizeof(like.suspended_ms));
	return memcmp(one, &like, sizeof(like)) == 0;
}

static void tell_changes(json_t *json, const struct group *before, const struct group *group)
{
	if (before->minimum != group->minimum)
		json_put(json, "MinSize", json_integer(group->minimum));
	if (before->maximum != group->maximum)
		json_put(json, "MaxSize", json_integer(group->maximum));
	if (before->desired != group->desired)
		json_put(json, "DesiredCapacity", json_integer(group->desired));
	if (!suspends_the_same(before, group))
		json_put(json, "SuspendedProcesses", group_suspended(group));
}

static const json_t *told_group(struct sim *sim, const struct world *world, size_t index)
{
	const struct group *group = group_at(world, index);
	struct told_group *told;

	while (sim->told_groups.count <= index)
		rows_add(&sim->told_groups);
	told = rows_at(&sim->told_groups, index);
	if (told->json && lasts_the_same(&told->group, group)) {
		tell_changes(told->json, &told->group, group);
	} else {
		json_decref(told->json);
		told->json = group_json(world, index);
	}
	told->group = *group;
	return told->json;
}

static json_t *group_now(struct sim *sim, const struct world *world, size_t index, bool instances)
{
	json_t *json = json_made(json_copy((json_t *)(uintptr_t)told_group(sim, world, index)));

	if (instances)
		json_put(json, "Instances", group_instances(sim, world, index));
	json_put(json, "Tags", group_tags(world, index));
	return json;
}

static int describe_groups(struct request *request)
{
	const struct world *world = request->world;
	const json_t *names = input_list(request, "AutoScalingGroupNames");
	bool instances = !json_is_false(json_object_get(request->input, "IncludeInstances"));
	json_t *list = json_made(json_array());

	for (size_t i = 0; i < world->groups.count; i++)
		if (group_at(world, i)->status != GROUP_GONE && list_names(names, group_at(world, i)->name))
			json_append(list, group_now(request->sim, world, i, instances));
	json_put(request->output, "AutoScalingGroups", list);
	return 0;
}

static int describe_instances(struct request *request)
{
	const struct world *world = request->world;
	const json_t *ids = input_list(request, "InstanceIds");
	json_t *list = json_made(json_array());

	json_put(request->output, "AutoScalingInstances", list);
	if (json_array_size(ids) > 50)
		return refuse(request, "ValidationError", "The number of instance IDs must not exceed 50");
	for (size_t i = 0; i < world->instances.count; i++) {
		const struct instance *instance = instance_at(world, i);
		json_t *json;

		if (instance->group == ROW_NONE || !list_names(ids, instance->id))
			continue;
		json = instance_json(instance);
		json_put(json, "AutoScalingGroupName", json_string(group_at(world, instance->group)->name));
		json_put(json, "HealthStatus", json_string(instance->healthy ? "HEALTHY" : "UNHEALTHY"));
		json_append(list, json);
	}
	return 0;
}

/* ---- activities */

static const struct activity_row {
	const char *description; /* the instance's ID behind it */
	const char *cause;       /* likewise between the two */
	const char *consequence;
	const char *status; /* until it has ended; NULL: InProgress, half done */
	int progress;
} activity_rows[] = {
	[ACTIVITY_STANDBY] = { "Moving EC2 instance to Standby: ", "instance ",
			       " was moved to standby in response to a user request" },
	[ACTIVITY_RETURN] = { "Moving EC2 instance out of Standby: ", "instance ",
			      " was moved out of standby in response to a user request", "PreInService", 30 },
	[ACTIVITY_LAUNCH] = { "Launching a new EC2 instance: ", "an instance was started: ",
			      " in response to a difference between desired and actual capacity" },
	[ACTIVITY_TERMINATE] = { "Terminating EC2 instance: ", "instance ", " was taken out of service" },
	[ACTIVITY_ATTACH] = { "Attaching an existing EC2 instance: ", "instance ",
			      " was attached in response to a user request" },
	[ACTIVITY_DETACH] = { "Detaching EC2 instance: ", "instance ",
			      " was detached in response to a user request" },
};

static json_t *activity_cause(const struct world *world, const struct activity *activity)
{
	const struct activity_row *row = &activity_rows[activity->kind];
	char time[TIME_TEXT_BYTES], change[96] = "";

	time_format(WORLD_STARTS_MS + activity->start_ms, time);
	if (activity->from != activity->to)
		snprintf(change, sizeof(change), ", %s the capacity from %lld to %lld",
			 activity->to < activity->from ? "shrinking" : "increasing", (long long)activity->from,
			 (long long)activity->to);
	return json_made(json_sprintf("At %s %s%s%s%s.", time, row->cause, instance_at(world, activity->instance)->id,
				      row->consequence, change));
}

/* A text that is JSON again. A group without subnets, like these, names the zone alone. */
static json_t *activity_details(const struct world *world, const struct activity *activity)
{
	json_t *details = json_made(
		json_pack("{s:s}", "Availability Zone", instance_at(world, activity->instance)->zone));
	char *text = json_text(details, JSON_COMPACT);
	json_t *made = json_string(text);

	free(text);
	json_decref(details);
	return made;
}

static json_t *activity_json(const struct world *world, const struct activity *activity)
{
	const struct activity_row *row = &activity_rows[activity->kind];
	const char *status = row->status ? row->status : "InProgress";
	json_t *json = json_made(json_object());

	json_put(json, "ActivityId", json_sprintf("%08x-0000-4000-8000-ac7000000000", activity->number));
	json_put(json, "AutoScalingGroupName", json_string(group_at(world, activity->group)->name));
	json_put(json, "Description", json_sprintf("%s%s", row->description,
						   instance_at(world, activity->instance)->id));
	json_put(json, "Cause", activity_cause(world, activity));
	json_put(json, "StartTime", json_real(seconds_of(activity->start_ms)));
	if (activity->end_ms)
		json_put(json, "EndTime", json_real(seconds_of(activity->end_ms)));
	json_put(json, "StatusCode", json_string(activity->end_ms ? "Successful" : status));
	json_put(json, "Progress", json_integer(activity->end_ms ? 100 : row->status ? row->progress : 50));
	json_put(json, "Details", activity_details(world, activity));
	return json;
}

json_t *activities_of(const struct world *world, size_t first, size_t count)
{
	json_t *list = json_made(json_array());

	for (size_t i = first; i < first + count; i++)
		json_append(list, activity_json(world, rows_at(&world->activities, i)));
	return list;
}

static int describe_activities(struct request *request)
{
	const struct world *world = request->world;
	const char *name = input_text(request, "AutoScalingGroupName");
	const json_t *ids = input_list(request, "ActivityIds");
	json_t *list = json_made(json_array());

	json_put(request->output, "Activities", list);
	for (size_t i = world->activities.count; i-- > 0;) {
		const struct activity *activity = rows_at(&world->activities, i);
		json_t *json;

		if (name && strcmp(group_at(world, activity->group)->name, name))
			continue;
		json = activity_json(world, activity);
		if (list_names(ids, json_string_value(json_object_get(json, "ActivityId"))))
			json_append(list, json);
		else
			json_decref(json);
	}
	return 0;
}

/* ---- what belongs to one group */

static const struct group *group_asked(struct request *request, size_t *index)
{
	const char *name = input_text(request, "AutoScalingGroupName");

	*index = world_group(request->world, name);
	if (*index != ROW_NONE)
		return group_at(request->world, *index);
	refuse(request, "ValidationError", "AutoScalingGroup name not found - AutoScalingGroup '%s' not found", name);
	return NULL;
}

static const char *const hook_transitions[HOOK_COUNT] = {
	[HOOK_LAUNCHING] = "autoscaling:EC2_INSTANCE_LAUNCHING",
	[HOOK_TERMINATING] = "autoscaling:EC2_INSTANCE_TERMINATING",
};

static int describe_hooks(struct request *request)
{
	const json_t *names = input_list(request, "LifecycleHookNames");
	json_t *list = json_made(json_array());
	size_t index;
	const struct group *group = group_asked(request, &index);

	json_put(request->output, "LifecycleHooks", list);
	for (int i = 0; group && i < HOOK_COUNT; i++)
		if (group->hooks[i].name && list_names(names, group->hooks[i].name))
			json_append(list, json_pack("{s:s, s:s, s:s, s:I, s:s}", "LifecycleHookName",
						    group->hooks[i].name, "AutoScalingGroupName", group->name,
						    "LifecycleTransition", hook_transitions[i], "HeartbeatTimeout",
						    (json_int_t)(group->hooks[i].timeout_ms / 1000), "DefaultResult",
						    group->hooks[i].abandons ? "ABANDON" : "CONTINUE"));
	return group ? 0 : -1;
}

/* What is attached is InService only to a group that heeds its health checks. */
static const char *attachment_state(const struct group *group)
{
	return group->elb_health ? "InService" : "Added";
}

static int describe_balancers(struct request *request)
{
	json_t *list = json_made(json_array());
	size_t index;
	const struct group *group = group_asked(request, &index);

	json_put(request->output, "LoadBalancers", list);
	for (size_t i = 0; group && i < group->n_balancers; i++)
		json_append(list, json_pack("{s:s, s:s}", "LoadBalancerName",
					    balancer_at(request->world, group->balancers[i])->name, "State",
					    attachment_state(group)));
	return group ? 0 : -1;
}

static int describe_target_groups(struct request *request)
{
	json_t *list = json_made(json_array());
	size_t index;
	const struct group *group = group_asked(request, &index);

	json_put(request->output, "LoadBalancerTargetGroups", list);
	for (size_t i = 0; group && i < group->n_target_groups; i++)
		json_append(list, json_pack("{s:s, s:s}", "LoadBalancerTargetGroupARN",
					    target_group_at(request->world, group->target_groups[i])->arn, "State",
					    attachment_state(group)));
	return group ? 0 : -1;
}

static void add_source(json_t *list, const struct group *group, const char *wanted, const char *type,
		       const char *identifier)
{
	if (!wanted || strcmp(wanted, type) == 0)
		json_append(list, json_pack("{s:s, s:s, s:s}", "Identifier", identifier, "Type", type, "State",
					    attachment_state(group)));
}

static int describe_sources(struct request *request)
{
	const char *type = input_text(request, "TrafficSourceType");
	json_t *list = json_made(json_array());
	size_t index;
	const struct group *group = group_asked(request, &index);

	json_put(request->output, "TrafficSources", list);
	for (size_t i = 0; group && i < group->n_balancers; i++)
		add_source(list, group, type, "elb", balancer_at(request->world, group->balancers[i])->name);
	for (size_t i = 0; group && i < group->n_target_groups; i++)
		add_source(list, group, type, "elbv2",
			   target_group_at(request->world, group->target_groups[i])->arn);
	return group ? 0 : -1;
}

/* ---- tags */

static int describe_tags(struct request *request)
{
	const struct world *world = request->world;
	const json_t *filters = input_list(request, "Filters");
	json_t *list = json_made(json_array());

	for (size_t i = 0; i < world->groups.count; i++) {
		json_t *tags = group_tags(world, i), *tag;
		size_t j;

		json_array_foreach (tags, j, tag)
			if (filters_pass(filters, "auto-scaling-group", group_at(world, i)->name) &&
			    filters_pass(filters, "key", json_string_value(json_object_get(tag, "Key"))) &&
			    filters_pass(filters, "value", json_string_value(json_object_get(tag, "Value"))))
				json_append(list, json_incref(tag));
		json_decref(tags);
	}
	json_put(request->output, "Tags", list);
	return 0;
}

#define READ(name, handler, list, usual_size, most_size) \
	{ "autoscaling", name, true, handler, { list, "MaxRecords", "NextToken", "NextToken", usual_size, most_size } }

const struct sim_operation autoscaling_reads[] = {
	READ("DescribeAutoScalingGroups", describe_groups, "AutoScalingGroups", 50, 100),
	READ("DescribeAutoScalingInstances", describe_instances, "AutoScalingInstances", 50, 50),
	READ("DescribeScalingActivities", describe_activities, "Activities", 100, 100),
	READ("DescribeLoadBalancers", describe_balancers, "LoadBalancers", 100, 100),
	READ("DescribeLoadBalancerTargetGroups", describe_target_groups, "LoadBalancerTargetGroups", 100, 100),
	READ("DescribeTrafficSources", describe_sources, "TrafficSources", 50, 50),
	READ("DescribeTags", describe_tags, "Tags", 50, 100),
	{ "autoscaling", "DescribeLifecycleHooks", true, describe_hooks, { 0 } },
	{ 0 },
};
