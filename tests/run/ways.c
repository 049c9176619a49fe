#include "config.h"

#include "ways.h"

#include <string.h>

#define IN_STANDBY GROUP ".instances.\"" SELF "\".state == 'Standby'"
#define IN_NO_TARGET_GROUP "!(target_groups.*.targets[] | [?instance == '" SELF "'])"
#define WITH_NO_BALANCER "!(balancers.*.instances[] | [?instance == '" SELF "' && state != 'OutOfService'])"
#define THEIR_PROCESSES "['AZRebalance', 'AlarmNotification', 'ReplaceUnhealthy', 'ScheduledActions']"
#define ALL_PROCESSES "['AZRebalance', 'AlarmNotification', 'HealthCheck', 'ReplaceUnhealthy', 'ScheduledActions']"

#define LOAD(function, kind)                                                                                          \
	static int function(void **state)                                                                             \
	{                                                                                                             \
		return play_load_machine(state, ways[kind].machine, ways[kind].quick);                                \
	}
LOAD(load_standby, BY_STANDBY)
LOAD(load_out_of_service, BY_WHAT_IT_IS)
LOAD(load_surge, BY_SURGE)
LOAD(load_balancers, BY_BALANCERS)
LOAD(load_classic, OF_CLASSIC)
LOAD(load_target_groups, OF_TARGET_GROUPS)

#define STANDBY(name, loader)                                                                                         \
	{                                                                                                             \
		.machine = name, .load = loader, .quick = quick_world, .slow = "group-of-three",                      \
		.leaves = { "SuspendProcesses", "UpdateAutoScalingGroup", "EnterStandby" },                           \
		.leaves_by = "ENTER_STANDBY",                                                                         \
		.returns = { "ExitStandby", "UpdateAutoScalingGroup", "ResumeProcesses" },                            \
		.out = GROUP ".[minimum, desired] == [`2`, `2`] && " IN_STANDBY, .processes = THEIR_PROCESSES,        \
		.forgotten = { "UpdateAutoScalingGroup", 2, "RESTORE" },                                              \
		.comes_back = { { .kind = SIM_ACT_RETURN, .group = "web-prod", .instance = SELF } },                  \
	}

const struct way ways[WAYS] = {
	[BY_STANDBY] = STANDBY("asg-standby", load_standby),
	[BY_WHAT_IT_IS] = STANDBY("out-of-service", load_out_of_service),
	[BY_SURGE] = {
		.machine = "asg-surge",
		.load = load_surge,
		.quick = quick_world,
		.slow = "group-of-three",
		.leaves = { "SuspendProcesses", "SetDesiredCapacity", "SetInstanceProtection", "EnterStandby" },
		.leaves_by = "ENTER_STANDBY",
		.returns = { "ExitStandby", "TerminateInstanceInAutoScalingGroup", "ResumeProcesses" },
		.out = GROUP ".[minimum, desired] == [`3`, `3`] && " IN_STANDBY,
		.processes = THEIR_PROCESSES,
		.forgotten = { "TerminateInstanceInAutoScalingGroup", 1, "RESTORE" },
		.comes_back = { { .kind = SIM_ACT_RETURN, .group = "web-prod", .instance = SELF } },
		.launches = 1,
		.launch_ms = 2 * 60 * 1000,
	},
	[BY_BALANCERS] = {
		.machine = "asg-balancers",
		.load = load_balancers,
		.quick = quick_world,
		.slow = "group-of-three",
		.leaves = { "SuspendProcesses", "DeregisterTargets", "DeregisterInstancesFromLoadBalancer" },
		.leaves_by = "LEAVE_BALANCERS",
		.returns = { "RegisterInstancesWithLoadBalancer", "RegisterTargets", "ResumeProcesses" },
		.out = GROUP ".[minimum, desired] == [`3`, `3`] && " IN_NO_TARGET_GROUP " && " WITH_NO_BALANCER,
		.processes = ALL_PROCESSES,
		.forgotten = { "ResumeProcesses", 1, "RESTORE" },
		.comes_back = { { .kind = SIM_ACT_REGISTER, .instance = SELF, .target_group = "web-http" },
				{ .kind = SIM_ACT_REGISTER, .instance = SELF, .balancer = "web-classic" } },
	},
	[OF_CLASSIC] = {
		.machine = "classic-elb",
		.load = load_classic,
		.quick = quick_classic,
		.slow = "classic-pair",
		.leaves = { "DeregisterInstancesFromLoadBalancer", "DeregisterInstancesFromLoadBalancer" },
		.leaves_by = "DEREGISTER",
		.returns = { "RegisterInstancesWithLoadBalancer", "RegisterInstancesWithLoadBalancer" },
		.out = WITH_NO_BALANCER,
		.forgotten = { "RegisterInstancesWithLoadBalancer", 2, "REGISTER" },
	},
	[OF_TARGET_GROUPS] = {
		.machine = "target-groups",
		.load = load_target_groups,
		.quick = quick_targets,
		.slow = "several-ports",
		.leaves = { "DeregisterTargets", "DeregisterTargets" },
		.leaves_by = "DEREGISTER",
		.returns = { "RegisterTargets", "RegisterTargets" },
		.out = IN_NO_TARGET_GROUP,
		.forgotten = { "RegisterTargets", 2, "REGISTER" },
	},
};

const struct way *way_of(const struct play *play)
{
	for (size_t i = 0; i < WAYS; i++)
		if (strcmp(ways[i].machine, play->stock->machine->name) == 0)
			return &ways[i];
	fail_msg("%s has no row", play->stock->machine->name);
	return NULL;
}

size_t way_count(const struct way *way, const char *operation)
{
	size_t count = 0;

	for (size_t i = 0; i < WAY_STEPS_MOST; i++) {
		count += way->leaves[i] && strcmp(way->leaves[i], operation) == 0;
		count += way->returns[i] && strcmp(way->returns[i], operation) == 0;
	}
	return count;
}

unsigned way_number(const struct play *play, const char *operation, unsigned nth)
{
	struct trial trial;
	unsigned number = 0;

	trial_begin(&trial, play->stock);
	assert_int_equal(rig_exit(&trial.rig, LEAVE, "dg-1"), EXIT_REACHED);
	assert_int_equal(rig_exit(&trial.rig, RETURN, "dg-1"), EXIT_REACHED);
	for (size_t i = 0; i < sim_log_count(trial.sim) && number == 0; i++)
		if (strcmp(sim_log_at(trial.sim, i)->operation, operation) == 0 && --nth == 0)
			number = sim_log_at(trial.sim, i)->number;
	trial_end(&trial);
	assert_true(number > 0);
	return number;
}

void expect_back(struct play *play)
{
	const struct way *way = way_of(play);

	sim_advance(play->trial.sim, 5 * 60 * 1000); /* who was launched and ended drains, too */
	expect_nothing_moved(play);
	rig_expect(&play->trial.rig,
		   way->launches ? "launches == terminations" : "launches == `0` && terminations == `0`");
}

void expect_no_request_more(struct play *play)
{
	const struct way *way = way_of(play);
	unsigned due = 0;

	for (size_t i = 0; i < 2 * WAY_STEPS_MOST; i++) {
		const char *operation = i < WAY_STEPS_MOST ? way->leaves[i] : way->returns[i - WAY_STEPS_MOST];

		if (!operation)
			continue;
		assert_int_equal(rig_requests(&play->trial.rig, operation), way_count(way, operation));
		due++;
	}
	assert_int_equal(play->trial.rig.mutations, due);
}
