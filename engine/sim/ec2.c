/* As much of the simulated EC2 and STS as machines ask for. */
#include "config.h"

#include "sim/request.h"

#include <string.h>

#include "text/json.h"

static json_t *state_json(const struct instance *instance)
{
	return instance->terminated ? json_pack("{s:i, s:s}", "Code", 48, "Name", "terminated")
				    : json_pack("{s:i, s:s}", "Code", 16, "Name", "running");
}

/* Unlike in Auto Scaling an ID that does not exist is a fault. */
static int check_ids(struct request *request)
{
	json_t *id;
	size_t i;

	json_array_foreach (input_list(request, "InstanceIds"), i, id)
		if (world_instance(request->world, json_string_value(id)) == ROW_NONE)
			return refuse(request, "InvalidInstanceID.NotFound", "The instance ID '%s' does not exist",
				      json_string_value(id));
	return 0;
}

/* Auto Scaling marks what it has launched. */
static json_t *tags_json(const struct world *world, const struct instance *instance)
{
	if (instance->group == ROW_NONE)
		return json_array();
	return json_pack("[{s:s, s:s}]", "Key", "aws:autoscaling:groupName", "Value",
			 group_at(world, instance->group)->name);
}

static json_t *reservation_json(const struct world *world, const struct instance *instance)
{
	json_t *described = json_pack("{s:s, s:s, s:s, s:o, s:f, s:{s:s}, s:o}", "InstanceId", instance->id, "ImageId",
				      "ami-0a1b2c3d4e5f60718", "InstanceType", instance->type, "State",
				      state_json(instance), "LaunchTime",
				      (double)((WORLD_STARTS_MS + instance->launched_ms) / 1000), "Placement",
				      "AvailabilityZone", instance->zone, "Tags", tags_json(world, instance));

	return json_pack("{s:o, s:s, s:[o]}", "ReservationId",
			 json_sprintf("r-%s", instance->id + strlen("i-")), "OwnerId", world->account, "Instances",
			 json_made(described));
}

static int describe_instances(struct request *request)
{
	const struct world *world = request->world;
	const json_t *ids = input_list(request, "InstanceIds");
	json_t *list = json_made(json_array());

	json_put(request->output, "Reservations", list);
	if (check_ids(request))
		return -1;
	for (size_t i = 0; i < world->instances.count; i++)
		if (list_names(ids, instance_at(world, i)->id))
			json_append(list, reservation_json(world, instance_at(world, i)));
	return 0;
}

static json_t *status_json(const struct instance *instance)
{
	const char *status = instance->failing ? "impaired" : "ok";

	return json_pack("{s:s, s:s, s:o, s:{s:s}, s:{s:s}}", "InstanceId", instance->id, "AvailabilityZone",
			 instance->zone, "InstanceState", state_json(instance), "InstanceStatus", "Status", status,
			 "SystemStatus", "Status", "ok");
}

static int describe_status(struct request *request)
{
	const struct world *world = request->world;
	const json_t *ids = input_list(request, "InstanceIds");
	bool all = input_true(request, "IncludeAllInstances");
	json_t *list = json_made(json_array());

	json_put(request->output, "InstanceStatuses", list);
	if (check_ids(request))
		return -1;
	for (size_t i = 0; i < world->instances.count; i++)
		if (list_names(ids, instance_at(world, i)->id) && (all || !instance_at(world, i)->terminated))
			json_append(list, status_json(instance_at(world, i)));
	return 0;
}

static int check_filters(struct request *request, const json_t *filters)
{
	static const char *const known[] = { "resource-id", "resource-type", "key", "value" };
	json_t *filter;
	size_t i;

	json_array_foreach (filters, i, filter) {
		const char *name = json_string_value(json_object_get(filter, "Name"));
		bool found = false;

		for (size_t k = 0; k < ARRAY_LENGTH(known); k++)
			found |= name && strcmp(name, known[k]) == 0;
		if (!found)
			return refuse(request, "InvalidParameterValue", "The filter '%s' is invalid",
				      name ? name : "null");
	}
	return 0;
}

static bool tag_passes(const json_t *filters, const struct instance *instance, const json_t *tag)
{
	return filters_pass(filters, "resource-id", instance->id) &&
	       filters_pass(filters, "resource-type", "instance") &&
	       filters_pass(filters, "key", json_string_value(json_object_get(tag, "Key"))) &&
	       filters_pass(filters, "value", json_string_value(json_object_get(tag, "Value")));
}

static int describe_tags(struct request *request)
{
	const struct world *world = request->world;
	const json_t *filters = input_list(request, "Filters");
	json_t *list = json_made(json_array());

	json_put(request->output, "Tags", list);
	if (check_filters(request, filters))
		return -1;
	for (size_t i = 0; i < world->instances.count; i++) {
		const struct instance *instance = instance_at(world, i);
		json_t *tags = json_made(tags_json(world, instance)), *tag;
		size_t k;

		json_array_foreach (tags, k, tag)
			if (tag_passes(filters, instance, tag))
				json_append(list, json_pack("{s:s, s:s, s:O, s:O}", "ResourceId", instance->id,
							    "ResourceType", "instance", "Key",
							    json_object_get(tag, "Key"), "Value",
							    json_object_get(tag, "Value")));
		json_decref(tags);
	}
	return 0;
}

const struct sim_operation ec2_operations[] = {
	{ "ec2", "DescribeInstances", true, describe_instances,
	  { "Reservations", "MaxResults", "NextToken", "NextToken", 1000, 1000 } },
	{ "ec2", "DescribeInstanceStatus", true, describe_status,
	  { "InstanceStatuses", "MaxResults", "NextToken", "NextToken", 1000, 1000 } },
	{ "ec2", "DescribeTags", true, describe_tags, { "Tags", "MaxResults", "NextToken", "NextToken", 1000, 1000 } },
	{ 0 },
};

static int get_caller_identity(struct request *request)
{
	const struct world *world = request->world;
	const char *who = world->self == ROW_NONE ? "operator" : instance_at(world, world->self)->id;

	json_put(request->output, "UserId", json_sprintf("AROAEXAMPLE:%s", who));
	json_put(request->output, "Account", json_string(world->account));
	json_put(request->output, "Arn",
		 json_sprintf("arn:aws:sts::%s:assumed-role/web-instance/%s", world->account, who));
	return 0;
}

const struct sim_operation sts_operations[] = {
	{ "sts", "GetCallerIdentity", true, get_caller_identity, { 0 } },
	{ 0 },
};
