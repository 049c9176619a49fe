/* The simulated target groups, with as much of a load balancer in front of them as machines ask for. */
#include "config.h"

#include "sim/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/json.h"

enum { ARN_BYTES = 256 };

/* One load balancer is enough for what machines ask: it stands in front of every target group that has a listener. */
static const char *balancer_arn(const struct world *world, char arn[ARN_BYTES])
{
	snprintf(arn, ARN_BYTES, "arn:aws:elasticloadbalancing:%s:%s:loadbalancer/app/web/50dc6c495c0c9188",
		 world->region, world->account);
	return arn;
}

static size_t target_group_asked(struct request *request)
{
	const char *arn = input_text(request, "TargetGroupArn");
	size_t index = world_target_group(request->world, arn);

	if (index != ROW_NONE && strcmp(target_group_at(request->world, index)->arn, arn) == 0)
		return index;
	refuse(request, "TargetGroupNotFound", "One or more target groups not found");
	return ROW_NONE;
}

static json_t *target_group_json(const struct world *world, const struct target_group *group)
{
	const char *protocol = group->network ? "TCP" : "HTTP";
	json_t *balancers = json_made(json_array());
	char arn[ARN_BYTES];

	if (!group->unused)
		json_append(balancers, json_string(balancer_arn(world, arn)));
	return json_made(json_pack("{s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:b, s:I, s:i, s:I, s:i, s:o, s:s}",
				   "TargetGroupArn", group->arn, "TargetGroupName", group->name, "Protocol", protocol,
				   "Port", (json_int_t)group->port, "VpcId", "vpc-0a1b2c3d", "HealthCheckProtocol",
				   protocol, "HealthCheckPort", "traffic-port", "HealthCheckEnabled",
				   (int)!group->unchecked, "HealthCheckIntervalSeconds",
				   (json_int_t)(group->interval_ms / 1000), "HealthCheckTimeoutSeconds", 5,
				   "HealthyThresholdCount", (json_int_t)group->healthy_after,
				   "UnhealthyThresholdCount", 2, "LoadBalancerArns", balancers, "TargetType",
				   "instance"));
}

static int describe_target_groups(struct request *request)
{
	const struct world *world = request->world;
	const json_t *arns = input_list(request, "TargetGroupArns"), *names = input_list(request, "Names");
	const json_t *asked = arns ? arns : names;
	json_t *list = json_made(json_array()), *one;
	size_t i;

	json_put(request->output, "TargetGroups", list);
	json_array_foreach (asked, i, one)
		if (world_target_group(world, json_string_value(one)) == ROW_NONE)
			return refuse(request, "TargetGroupNotFound", "One or more target groups not found");
	for (i = 0; i < world->target_groups.count; i++) {
		const struct target_group *group = target_group_at(world, i);

		if (!group->deleted && list_names(arns, group->arn) && list_names(names, group->name))
			json_append(list, target_group_json(world, group));
	}
	return 0;
}

static void add_attribute(json_t *list, const char *key, int64_t seconds)
{
	json_append(list, json_pack("{s:s, s:o}", "Key", key, "Value", json_sprintf("%lld", (long long)seconds)));
}

static int describe_target_group_attributes(struct request *request)
{
	size_t index = target_group_asked(request);
	json_t *list = json_made(json_array());

	json_put(request->output, "Attributes", list);
	if (index == ROW_NONE)
		return -1;
	add_attribute(list, "deregistration_delay.timeout_seconds",
		      target_group_at(request->world, index)->drain_ms / 1000);
	if (!target_group_at(request->world, index)->network)
		add_attribute(list, "slow_start.duration_seconds",
			      target_group_at(request->world, index)->slow_start_ms / 1000);
	return 0;
}

static json_t *target_json(const char *id, int64_t port, enum target_state state)
{
	const struct health_row *row = &target_health[state];
	json_t *health = json_made(json_pack("{s:s}", "State", row->state));

	if (row->reason) {
		json_put(health, "Reason", json_string(row->reason));
		json_put(health, "Description", json_string(row->description));
	}
	return json_made(json_pack("{s:{s:s, s:I}, s:o, s:o}", "Target", "Id", id, "Port", (json_int_t)port,
				   "HealthCheckPort", json_sprintf("%lld", (long long)port), "TargetHealth", health));
}

/* Of a target that is as it was last told of, what was told. */
static json_t *told_target(struct sim *sim, const struct world *world, size_t index)
{
	const struct target *target = target_at(world, index);
	struct told_target *told;

	while (sim->told_targets.count <= index)
		rows_add(&sim->told_targets);
	told = rows_at(&sim->told_targets, index);
	if (!told->json || told->state != target->state || told->instance != target->instance ||
	    told->port != target->port) {
		json_decref(told->json);
		*told = (struct told_target){ target->state, target->instance, target->port,
					      target_json(instance_at(world, target->instance)->id, target->port,
							  target->state) };
	}
	return json_incref(told->json);
}

static void add_target_asked(struct sim *sim, const struct world *world, json_t *list, size_t group,
			     const json_t *asked)
{
	const char *id = json_string_value(json_object_get(asked, "Id"));
	const json_t *port_asked = json_object_get(asked, "Port");
	int64_t port = port_asked ? json_integer_value(port_asked) : target_group_at(world, group)->port;
	size_t instance = world_instance(world, id), index;

	index = instance == ROW_NONE ? ROW_NONE : target_find(world, group, instance, port);
	json_append(list, index == ROW_NONE ? target_json(id, port, TARGET_ABSENT) : told_target(sim, world, index));
}

static int describe_target_health(struct request *request)
{
	const struct world *world = request->world;
	const json_t *targets = input_list(request, "Targets");
	json_t *list = json_made(json_array()), *asked;
	size_t group = target_group_asked(request), i;

	json_put(request->output, "TargetHealthDescriptions", list);
	if (group == ROW_NONE)
		return -1;
	json_array_foreach (targets, i, asked)
		add_target_asked(request->sim, world, list, group, asked);
	for (i = 0; !targets && i < world->targets.count; i++) {
		const struct target *target = target_at(world, i);

		if (target->group == group && target->state != TARGET_ABSENT)
			json_append(list, told_target(request->sim, world, i));
	}
	return 0;
}

enum { TERMINATED_IS_KNOWN_MS = 60 * 60 * 1000 };

/* EC2 knows of a terminated instance for about an hour. */
static bool is_unknown(const struct world *world, size_t instance)
{
	return instance == ROW_NONE ||
	       (instance_at(world, instance)->terminated &&
		world->now_ms - instance_at(world, instance)->terminated_ms > TERMINATED_IS_KNOWN_MS);
}

static int check_targets(struct request *request, bool joins)
{
	const struct world *world = &request->sim->world;
	json_t *asked;
	size_t i;

	json_array_foreach (input_list(request, "Targets"), i, asked) {
		const char *id = json_string_value(json_object_get(asked, "Id"));
		size_t instance = world_instance(world, id);

		if (!id || (joins && is_unknown(world, instance)))
			return refuse(request, "InvalidTarget", "The following instances do not exist: '%s'",
				      id ? id : "null");
		if (joins && instance_at(world, instance)->terminated)
			return refuse(request, "InvalidTarget",
				      "The following targets are not in a running state and cannot be registered: '%s'",
				      id);
	}
	return 0;
}

static int change_targets(struct request *request, bool joins)
{
	size_t group = target_group_asked(request), i;
	json_t *asked;

	if (group == ROW_NONE || check_targets(request, joins))
		return -1;
	if (joins && request->sim->world.targets.count >= TARGETS_MOST)
		return refuse(request, "TooManyTargets", "You have reached the maximum number of targets");
	json_array_foreach (input_list(request, "Targets"), i, asked) {
		const json_t *port = json_object_get(asked, "Port");
		size_t instance = world_instance(&request->sim->world, json_string_value(json_object_get(asked, "Id")));

		/* Deregistering what was never there succeeds. */
		if (instance != ROW_NONE)
			(joins ? target_register : target_deregister)(
				request->sim, group, instance,
				port ? json_integer_value(port) : target_group_at(&request->sim->world, group)->port);
	}
	return 0;
}

static int register_targets(struct request *request)
{
	return change_targets(request, true);
}

static int deregister_targets(struct request *request)
{
	return change_targets(request, false);
}

static int describe_balancers(struct request *request)
{
	json_t *list = json_made(json_array());
	char arn[ARN_BYTES];

	json_put(request->output, "LoadBalancers", list);
	balancer_arn(request->world, arn);
	if (!list_names(input_list(request, "LoadBalancerArns"), arn) ||
	    !list_names(input_list(request, "Names"), "web"))
		return refuse(request, "LoadBalancerNotFound", "One or more load balancers not found");
	json_append(list, json_pack("{s:s, s:s, s:s, s:s, s:{s:s}, s:s}", "LoadBalancerArn", arn, "LoadBalancerName",
				    "web", "DNSName", "web.example.com", "Scheme", "internet-facing", "State", "Code",
				    "active", "Type", "application"));
	return 0;
}

static int describe_listeners(struct request *request)
{
	const struct world *world = request->world;
	json_t *list = json_made(json_array());
	char arn[ARN_BYTES];

	json_put(request->output, "Listeners", list);
	balancer_arn(world, arn);
	for (size_t i = 0; i < world->target_groups.count; i++) {
		const struct target_group *group = target_group_at(world, i);

		if (!group->deleted && !group->unused)
			json_append(list, json_pack("{s:o, s:s, s:I, s:s, s:[{s:s, s:s}]}", "ListenerArn",
						    json_sprintf("%s/listener-%zu", arn, i), "LoadBalancerArn", arn,
						    "Port", (json_int_t)(80 + i), "Protocol", "HTTP", "DefaultActions",
						    "Type", "forward", "TargetGroupArn", group->arn));
	}
	return 0;
}

static int describe_target_group_tags(struct request *request)
{
	json_t *list = json_made(json_array()), *arn;
	size_t i;

	json_array_foreach (input_list(request, "ResourceArns"), i, arn)
		json_append(list, json_pack("{s:O, s:[]}", "ResourceArn", arn, "Tags"));
	json_put(request->output, "TagDescriptions", list);
	return 0;
}

#define MARKER "Marker", "NextMarker", 400, 400

const struct sim_operation elbv2_operations[] = {
	{ "elbv2", "DescribeLoadBalancers", true, describe_balancers, { "LoadBalancers", "PageSize", MARKER } },
	{ "elbv2", "DescribeTargetGroups", true, describe_target_groups, { "TargetGroups", "PageSize", MARKER } },
	{ "elbv2", "DescribeTargetGroupAttributes", true, describe_target_group_attributes, { 0 } },
	{ "elbv2", "DescribeTargetHealth", true, describe_target_health, { 0 } },
	{ "elbv2", "DescribeListeners", true, describe_listeners, { "Listeners", "PageSize", MARKER } },
	{ "elbv2", "DescribeTags", true, describe_target_group_tags, { 0 } },
	{ "elbv2", "RegisterTargets", false, register_targets, { 0 } },
	{ "elbv2", "DeregisterTargets", false, deregister_targets, { 0 } },
	{ 0 },
};
