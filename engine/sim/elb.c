/* The simulated classic load balancers: they know instances, remember those that left, and refuse a whole list for one
 * that never was there. */
#include "config.h"

#include "sim/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/json.h"

static size_t balancer_asked(struct request *request)
{
	const char *name = input_text(request, "LoadBalancerName");
	size_t index = world_balancer(request->world, name);

	if (index == ROW_NONE)
		refuse(request, "LoadBalancerNotFound", "There is no ACTIVE Load Balancer named '%s'", name);
	return index;
}

static bool is_member(const struct member *member, size_t balancer)
{
	return member->balancer == balancer && member->state != MEMBER_ABSENT && member->state != MEMBER_DRAINING;
}

static json_t *members_json(const struct world *world, size_t balancer)
{
	json_t *list = json_made(json_array());

	for (size_t i = 0; i < world->members.count; i++)
		if (is_member(member_at(world, i), balancer))
			json_append(list, json_pack("{s:s}", "InstanceId",
						    instance_at(world, member_at(world, i)->instance)->id));
	return list;
}

static json_t *balancer_json(const struct world *world, size_t index)
{
	const struct balancer *balancer = balancer_at(world, index);

	return json_made(json_pack("{s:s, s:s, s:[{s:{s:s, s:i, s:s, s:i}}], s:o, s:{s:s, s:I, s:i, s:i, s:I}, s:f, "
				   "s:s}", "LoadBalancerName", balancer->name, "DNSName", "classic.example.com",
				   "ListenerDescriptions", "Listener", "Protocol", "HTTP", "LoadBalancerPort", 80,
				   "InstanceProtocol", "HTTP", "InstancePort", 8080, "Instances",
				   members_json(world, index), "HealthCheck", "Target", "HTTP:8080/", "Interval",
				   (json_int_t)(balancer->interval_ms / 1000), "Timeout", 5, "UnhealthyThreshold", 2,
				   "HealthyThreshold", (json_int_t)balancer->healthy_after, "CreatedTime",
				   (double)(WORLD_STARTS_MS / 1000 - 86400), "Scheme", "internet-facing"));
}

/* Names that do not exist are faults here, unlike in Auto Scaling. */
static int describe_classic(struct request *request)
{
	const struct world *world = request->world;
	const json_t *names = input_list(request, "LoadBalancerNames");
	json_t *list = json_made(json_array()), *name;
	size_t i;

	json_put(request->output, "LoadBalancerDescriptions", list);
	json_array_foreach (names, i, name)
		if (world_balancer(world, json_string_value(name)) == ROW_NONE)
			return refuse(request, "LoadBalancerNotFound", "There is no ACTIVE Load Balancer named '%s'",
				      json_string_value(name));
	for (i = 0; i < world->balancers.count; i++)
		if (!balancer_at(world, i)->deleted && list_names(names, balancer_at(world, i)->name))
			json_append(list, balancer_json(world, i));
	return 0;
}

static int describe_classic_attributes(struct request *request)
{
	size_t index = balancer_asked(request);
	int64_t drain_ms;

	if (index == ROW_NONE)
		return -1;
	drain_ms = balancer_at(request->world, index)->drain_ms;
	json_put(request->output, "LoadBalancerAttributes",
		 json_pack("{s:{s:b}, s:{s:b}, s:{s:b, s:I}, s:{s:i}}", "CrossZoneLoadBalancing", "Enabled", 0,
			   "AccessLog", "Enabled", 0, "ConnectionDraining", "Enabled", drain_ms > 0, "Timeout",
			   (json_int_t)(drain_ms ? drain_ms / 1000 : 300), "ConnectionSettings", "IdleTimeout", 60));
	return 0;
}

static const char *listed_id(const json_t *instances, size_t i)
{
	return json_string_value(json_object_get(json_array_get(instances, i), "InstanceId"));
}

static json_t *member_health_json(const char *id, enum member_state state)
{
	return json_made(json_pack("{s:s, s:s, s:s, s:s}", "InstanceId", id, "State", member_health[state].state,
				   "ReasonCode", member_health[state].reason, "Description",
				   member_health[state].description));
}

/* An instance that was here once is OutOfService; one that never was is a fault. */
static int add_health(struct request *request, json_t *list, size_t balancer, const char *id)
{
	const struct world *world = request->world;
	size_t instance = world_instance(world, id), index;

	index = instance == ROW_NONE ? ROW_NONE : member_find(world, balancer, instance);
	if (index == ROW_NONE)
		return refuse(request, "InvalidInstance", "Could not find EC2 instance %s.", id ? id : "null");
	json_append(list, member_health_json(id, member_at(world, index)->state));
	return 0;
}

static int describe_instance_health(struct request *request)
{
	const struct world *world = request->world;
	const json_t *instances = input_list(request, "Instances");
	json_t *list = json_made(json_array());
	size_t balancer = balancer_asked(request), i;

	json_put(request->output, "InstanceStates", list);
	if (balancer == ROW_NONE)
		return -1;
	for (i = 0; i < json_array_size(instances); i++)
		if (add_health(request, list, balancer, listed_id(instances, i)))
			return -1;
	for (i = 0; !instances && i < world->members.count; i++)
		if (is_member(member_at(world, i), balancer))
			json_append(list, member_health_json(instance_at(world, member_at(world, i)->instance)->id,
							     member_at(world, i)->state));
	return 0;
}

static bool may_change(const struct world *world, size_t balancer, size_t instance, bool joins)
{
	if (instance == ROW_NONE)
		return false;
	return joins ? !instance_at(world, instance)->terminated : member_find(world, balancer, instance) != ROW_NONE;
}

/* Where one of the list may not be changed, none of them is. */
static int check_members(struct request *request, size_t balancer, bool joins)
{
	const struct world *world = &request->sim->world;
	const json_t *instances = input_list(request, "Instances");

	for (size_t i = 0; i < json_array_size(instances); i++) {
		const char *id = listed_id(instances, i);

		if (!may_change(world, balancer, world_instance(world, id), joins))
			return refuse(request, "InvalidInstance", "Could not find EC2 instance %s.", id ? id : "null");
	}
	return 0;
}

static int change_members(struct request *request, bool joins)
{
	struct sim *sim = request->sim;
	const json_t *instances = input_list(request, "Instances");
	size_t balancer = balancer_asked(request);

	if (balancer == ROW_NONE || check_members(request, balancer, joins))
		return -1;
	for (size_t i = 0; i < json_array_size(instances); i++) {
		size_t instance = world_instance(&sim->world, listed_id(instances, i));

		(joins ? member_register : member_deregister)(sim, balancer, instance);
	}
	json_put(request->output, "Instances", members_json(&sim->world, balancer));
	return 0;
}

static int register_members(struct request *request)
{
	return change_members(request, true);
}

static int deregister_members(struct request *request)
{
	return change_members(request, false);
}

static int describe_classic_tags(struct request *request)
{
	const json_t *names = input_list(request, "LoadBalancerNames");
	json_t *list = json_made(json_array()), *name;
	size_t i;

	json_put(request->output, "TagDescriptions", list);
	json_array_foreach (names, i, name) {
		if (world_balancer(request->world, json_string_value(name)) == ROW_NONE)
			return refuse(request, "LoadBalancerNotFound", "There is no ACTIVE Load Balancer named '%s'",
				      json_string_value(name));
		json_append(list, json_pack("{s:O, s:[]}", "LoadBalancerName", name, "Tags"));
	}
	return 0;
}

const struct sim_operation elb_operations[] = {
	{ "elb", "DescribeLoadBalancers", true, describe_classic,
	  { "LoadBalancerDescriptions", "PageSize", "Marker", "NextMarker", 400, 400 } },
	{ "elb", "DescribeLoadBalancerAttributes", true, describe_classic_attributes, { 0 } },
	{ "elb", "DescribeInstanceHealth", true, describe_instance_health, { 0 } },
	{ "elb", "DescribeTags", true, describe_classic_tags, { 0 } },
	{ "elb", "RegisterInstancesWithLoadBalancer", false, register_members, { 0 } },
	{ "elb", "DeregisterInstancesFromLoadBalancer", false, deregister_members, { 0 } },
	{ 0 },
};

