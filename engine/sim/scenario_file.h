/* A scenario as it stands in its file: what the tables of sim/scenario_file.c fill in and sim/scenario.c makes a world
 * of. Names are not looked up yet. */
#ifndef TIDEGATE_SIM_SCENARIO_FILE_H
#define TIDEGATE_SIM_SCENARIO_FILE_H

#include "sim/world.h"
#include "text/record.h"

struct instance_row {
	const struct node *node, *key;
	const char *zone, *type, *state;
	bool is_unhealthy, failing, is_protected, stuck;
	struct name_list not_in; /* attached balancers that it was taken out of before */
};

struct extra_target_row {
	const struct node *node;
	const char *instance;
	int64_t port;
};

struct target_group_row {
	const struct node *node, *key;
	int64_t port, drain_ms, slow_start_ms, interval_ms, healthy_after;
	bool network, unused, unchecked;
	struct name_list zones;
	struct record_list targets; /* struct extra_target_row */
};

struct balancer_row {
	const struct node *node, *key;
	int64_t drain_ms, interval_ms, healthy_after;
	struct name_list instances;
};

struct hook_row {
	const char *name;
	int64_t timeout_ms;
	bool abandons;
};

struct group_row {
	const struct node *node, *key;
	int64_t minimum, desired, maximum, grace_ms;
	bool elb_health;
	struct name_list suspended, balancers, target_groups, zones;
	struct record_list instances; /* struct instance_row */
	struct hook_row *launching, *terminating;
};

struct act_file_row {
	const struct node *node;
	int64_t after_ms, before_request, value;
	const char *act, *group, *instance, *process, *target_group, *balancer;
};

struct fault_file_row {
	const struct node *node;
	int64_t request, ms;
	const char *fault;
};

struct takes_row {
	struct span spans[TIMING_COUNT];
	bool given[TIMING_COUNT];
};

struct application_row {
	int64_t up_after_ms;
	bool never_up;
};

struct scenario_row {
	const struct node *node;
	const char *name, *comment, *region, *account, *self;
	struct record_list groups, instances, target_groups, balancers, others, faults;
	struct takes_row *takes;
	struct application_row *application;
};

#endif
