/* The rules of Auto Scaling, each as AWS states or shows it, with its exact words. */
#include "config.h"

#include "fixture.h"

#define GROUP "'AutoScalingGroupName': 'web-prod'"
#define ALL_NINE "['AZRebalance', 'AddToLoadBalancer', 'AlarmNotification', 'HealthCheck', 'InstanceRefresh', " \
		 "'Launch', 'ReplaceUnhealthy', 'ScheduledActions', 'Terminate']"
#define SUSPENDED "groups.\"web-prod\".suspended"
#define SIZES "groups.\"web-prod\".[minimum, desired, maximum]"
#define STATE_OF(id) "groups.\"web-prod\".instances.\"" id "\".state"

enum { MINUTE_MS = 60 * 1000 };

static void suspending_adds_to_what_is_suspended(void **state)
{
	ask_done(*state, "autoscaling:SuspendProcesses", "{" GROUP ", 'ScalingProcesses': ['AlarmNotification']}");
	assert_world(*state, SUSPENDED, "['AZRebalance', 'AlarmNotification']");
	ask_done(*state, "autoscaling:SuspendProcesses", "{" GROUP ", 'ScalingProcesses': ['AlarmNotification']}");
	assert_world(*state, SUSPENDED, "['AZRebalance', 'AlarmNotification']");
}

static void resuming_takes_from_what_is_suspended(void **state)
{
	ask_done(*state, "autoscaling:ResumeProcesses", "{" GROUP ", 'ScalingProcesses': ['Launch', 'AZRebalance']}");
	assert_world(*state, SUSPENDED, "[]");
}

static void no_list_means_all_nine_and_so_does_an_empty_one(void **state)
{
	ask_done(*state, "autoscaling:SuspendProcesses", "{" GROUP "}");
	assert_world(*state, SUSPENDED, ALL_NINE);
	ask_done(*state, "autoscaling:ResumeProcesses", "{" GROUP "}");
	assert_world(*state, SUSPENDED, "[]");
	ask_done(*state, "autoscaling:SuspendProcesses", "{" GROUP ", 'ScalingProcesses': []}");
	assert_world(*state, SUSPENDED, ALL_NINE);
	ask_done(*state, "autoscaling:ResumeProcesses", "{" GROUP ", 'ScalingProcesses': []}");
	assert_world(*state, SUSPENDED, "[]");
}

static void a_group_that_is_not_there_is_refused(void **state)
{
	struct world_test *test = *state;

	ask_refused(test, "autoscaling:SuspendProcesses", "{'AutoScalingGroupName': 'no'}",
		    "ValidationError: AutoScalingGroup name not found - AutoScalingGroup 'no' not found");
	assert_int_equal(test->last.failure, FAILURE_NOT_FOUND);
	assert_int_equal(test->last.http_status, 400);
	assert_false(test->last.in_doubt);
}

static void a_group_that_is_being_deleted_refuses_changes(void **state)
{
	struct world_test *test = *state;

	sim_act(test->sim, &(struct sim_act){ .kind = SIM_ACT_DELETE_GROUP, .group = "web-prod" });
	ask_refused(test, "autoscaling:ResumeProcesses", "{" GROUP "}",
		    "ValidationError: AutoScalingGroup 'web-prod' is pending delete");
	sim_advance(test->sim, 10 * MINUTE_MS);
	assert_world(test, "groups", "{}");
}

static void what_is_required_has_to_be_there(void **state)
{
	ask_refused(*state, "autoscaling:EnterStandby", "{" GROUP "}",
		    "ValidationError: 1 validation error detected: Value null at 'shouldDecrementDesiredCapacity' "
		    "failed to satisfy constraint: Member must not be null");
}

/* ---- Standby */

static void the_minimum_keeps_an_instance_from_standby(void **state)
{
	struct world_test *test = *state;

	ask_refused(test, "autoscaling:EnterStandby", STANDBY_INPUT,
		    "ValidationError: AutoScalingGroup web-prod has min-size=3, max-size=6, and desired-size=3. To "
		    "place into standby 1 instance, please update the AutoScalingGroup sizes appropriately.");
	assert_int_equal(test->last.failure, FAILURE_CONFLICT);
	assert_world(test, STATE_OF(SELF), "'InService'");
}

static void make_room(struct world_test *test)
{
	ask_done(test, "autoscaling:UpdateAutoScalingGroup", "{" GROUP ", 'MinSize': 2}");
}

static void entering_standby_lasts_as_long_as_the_slowest_drain(void **state)
{
	struct world_test *test = *state;

	make_room(test);
	ask_done(test, "autoscaling:EnterStandby", STANDBY_INPUT);
	assert_answer(test, "Activities[0].StatusCode", "'InProgress'");
	assert_world(test, SIZES, "[2, 2, 6]");
	sim_advance(test->sim, 5 * MINUTE_MS - 1000);
	assert_world(test, STATE_OF(SELF), "'EnteringStandby'");
	assert_world(test, "target_groups.\"web-http\".targets[?instance == '" SELF "'].state", "['draining']");
	sim_advance(test->sim, 1000);
	assert_world(test, STATE_OF(SELF), "'Standby'");
	assert_world(test, "target_groups.\"web-http\".targets[?instance == '" SELF "']", "[]");
	assert_world(test, "balancers.\"web-classic\".instances[?instance == '" SELF "']", "[]");
	assert_world(test, "launches", "0");
}

static void only_what_is_in_service_enters_standby(void **state)
{
	struct world_test *test = *state;
	const char refusal[] = "ValidationError: The instance " SELF " is not in InService.";

	make_room(test);
	ask_done(test, "autoscaling:EnterStandby", STANDBY_INPUT);
	ask_refused(test, "autoscaling:EnterStandby", STANDBY_INPUT, refusal);
	sim_advance(test->sim, 6 * MINUTE_MS);
	ask_refused(test, "autoscaling:EnterStandby", STANDBY_INPUT, refusal);
	ask_done(test, "autoscaling:ExitStandby", RETURN_INPUT);
	assert_world(test, STATE_OF(SELF), "'Pending'");
	ask_refused(test, "autoscaling:EnterStandby", STANDBY_INPUT, refusal);
}

static void an_instance_of_another_group_does_not_enter_standby(void **state)
{
	ask_refused(*state, "autoscaling:EnterStandby",
		    "{" GROUP ", 'InstanceIds': ['i-1'], 'ShouldDecrementDesiredCapacity': true}",
		    "ValidationError: The instance i-1 is not part of Auto Scaling group web-prod.");
}

static void one_that_does_not_fit_keeps_all_of_the_list_out(void **state)
{
	make_room(*state);
	ask_refused(*state, "autoscaling:EnterStandby",
		    "{" GROUP ", 'InstanceIds': ['" SELF "', 'i-1'], 'ShouldDecrementDesiredCapacity': true}",
		    "ValidationError: The instance i-1 is not part of Auto Scaling group web-prod.");
	assert_world(*state, STATE_OF(SELF), "'InService'");
}

static void without_decrement_a_replacement_is_launched(void **state)
{
	struct world_test *test = *state;

	ask_done(test, "autoscaling:EnterStandby",
		 "{" GROUP ", 'InstanceIds': ['" SELF "'], 'ShouldDecrementDesiredCapacity': false}");
	assert_world(test, SIZES, "[3, 3, 6]");
	assert_world(test, "launches", "1");
	sim_advance(test->sim, 2 * MINUTE_MS);
	assert_world(test, "length(values(groups.\"web-prod\".instances)[?state == 'InService'])", "3");
	assert_world(test, "length(target_groups.\"web-http\".targets[?state == 'healthy'])", "3");
}

static void exiting_standby_raises_desired_and_registers_again(void **state)
{
	struct world_test *test = *state;

	make_room(test);
	ask_done(test, "autoscaling:EnterStandby", STANDBY_INPUT);
	sim_advance(test->sim, 6 * MINUTE_MS);
	ask_done(test, "autoscaling:ExitStandby", RETURN_INPUT);
	assert_world(test, SIZES, "[2, 3, 6]");
	assert_world(test, STATE_OF(SELF), "'Pending'");
	sim_advance(test->sim, 15 * 1000);
	assert_world(test, STATE_OF(SELF), "'InService'");
	assert_world(test, "target_groups.\"web-http\".targets[?instance == '" SELF "'].state", "['initial']");
	sim_advance(test->sim, 25 * 1000);
	assert_world(test, "target_groups.\"web-http\".targets[?instance == '" SELF "'].state", "['healthy']");
	assert_world(test, "balancers.\"web-classic\".instances[?instance == '" SELF "'].state", "['InService']");
	assert_world(test, "launches", "0");
}

static void what_is_not_in_standby_does_not_exit_it(void **state)
{
	ask_refused(*state, "autoscaling:ExitStandby", RETURN_INPUT,
		    "ValidationError: The instance " SELF " is not in Standby.");
}

static void nothing_exits_standby_while_launch_is_suspended(void **state)
{
	world_take(*state, "already-standby");
	ask_done(*state, "autoscaling:SuspendProcesses", "{" GROUP ", 'ScalingProcesses': ['Launch']}");
	ask_refused(*state, "autoscaling:ExitStandby", RETURN_INPUT,
		    "ValidationError: ExitStandby is not possible while the Launch process is suspended.");
	assert_world(*state, STATE_OF(SELF), "'Standby'");
}

static void the_maximum_keeps_an_instance_in_standby(void **state)
{
	world_take(*state, "already-standby");
	ask_done(*state, "autoscaling:UpdateAutoScalingGroup", "{" GROUP ", 'MaxSize': 2}");
	ask_refused(*state, "autoscaling:ExitStandby", RETURN_INPUT,
		    "ValidationError: AutoScalingGroup web-prod has min-size=1, max-size=2, and desired-size=2. To "
		    "take out of standby 1 instance, please update the AutoScalingGroup sizes appropriately.");
}

static void health_is_not_checked_in_standby(void **state)
{
	struct world_test *test = *state;

	world_take(test, "already-standby");
	sim_act(test->sim, &(struct sim_act){ .kind = SIM_ACT_MARK_UNHEALTHY, .instance = SELF });
	assert_world(test, "terminations", "0");
	sim_act(test->sim, &(struct sim_act){ .kind = SIM_ACT_MARK_UNHEALTHY, .instance = SECOND });
	assert_world(test, "[terminations, launches]", "[1, 1]");
}

/* ---- sizes */

static void a_minimum_above_desired_launches(void **state)
{
	ask_done(*state, "autoscaling:UpdateAutoScalingGroup", "{" GROUP ", 'MinSize': 5}");
	assert_world(*state, SIZES, "[5, 5, 6]");
	assert_world(*state, "launches", "2");
}

static void while_launch_is_suspended_it_only_raises_desired(void **state)
{
	ask_done(*state, "autoscaling:SuspendProcesses", "{" GROUP ", 'ScalingProcesses': ['Launch']}");
	ask_done(*state, "autoscaling:UpdateAutoScalingGroup", "{" GROUP ", 'MinSize': 4}");
	assert_world(*state, SIZES, "[4, 4, 6]");
	assert_world(*state, "launches", "0");
	ask_done(*state, "autoscaling:ResumeProcesses", "{" GROUP ", 'ScalingProcesses': ['Launch']}");
	assert_world(*state, "launches", "1");
}

static void sizes_that_contradict_each_other_are_refused(void **state)
{
	ask_refused(*state, "autoscaling:UpdateAutoScalingGroup", "{" GROUP ", 'MinSize': 7}",
		    "ValidationError: Max bound, 6, must be greater than or equal to min bound, 7");
	ask_refused(*state, "autoscaling:UpdateAutoScalingGroup", "{" GROUP ", 'DesiredCapacity': 2}",
		    "ValidationError: Desired capacity:2 must be between the specified min size:3 and max size:6");
	ask_refused(*state, "autoscaling:SetDesiredCapacity", "{" GROUP ", 'DesiredCapacity': 7}",
		    "ValidationError: New SetDesiredCapacity value 7 is above max value 6 for the AutoScalingGroup.");
	ask_refused(*state, "autoscaling:SetDesiredCapacity", "{" GROUP ", 'DesiredCapacity': 2}",
		    "ValidationError: New SetDesiredCapacity value 2 is below min value 3 for the AutoScalingGroup.");
	assert_world(*state, SIZES, "[3, 3, 6]");
}

static void a_smaller_desired_size_terminates(void **state)
{
	struct world_test *test = *state;

	world_take(test, "room-to-spare");
	ask_done(test, "autoscaling:SetInstanceProtection",
		 "{" GROUP ", 'InstanceIds': ['" SELF "'], 'ProtectedFromScaleIn': true}");
	ask_done(test, "autoscaling:SetDesiredCapacity", "{" GROUP ", 'DesiredCapacity': 2}");
	assert_world(test, STATE_OF(SELF), "'InService'");
	assert_world(test, STATE_OF(SECOND), "'Terminating'");
	sim_advance(test->sim, 2 * MINUTE_MS);
	assert_world(test, "length(keys(groups.\"web-prod\".instances))", "2");
}

/* ---- reading */

static void unknown_names_are_passed_over(void **state)
{
	ask_done(*state, "autoscaling:DescribeAutoScalingGroups", "{'AutoScalingGroupNames': ['no', 'web-prod']}");
	assert_answer(*state, "AutoScalingGroups[].AutoScalingGroupName", "['web-prod']");
	ask_done(*state, "autoscaling:DescribeAutoScalingInstances", "{'InstanceIds': ['i-1']}");
	assert_answer(*state, "AutoScalingInstances", "[]");
}

static void an_empty_filter_means_everything(void **state)
{
	ask_done(*state, "autoscaling:DescribeAutoScalingGroups", "{'AutoScalingGroupNames': []}");
	assert_answer(*state, "length(AutoScalingGroups)", "1");
	ask_done(*state, "autoscaling:DescribeAutoScalingInstances", "{'InstanceIds': []}");
	assert_answer(*state, "length(AutoScalingInstances)", "3");
}

static void health_is_in_capitals_only_among_instances(void **state)
{
	ask_done(*state, "autoscaling:DescribeAutoScalingInstances", "{'InstanceIds': ['" SELF "']}");
	assert_answer(*state, "AutoScalingInstances[0].[AutoScalingGroupName, LifecycleState, HealthStatus]",
		      "['web-prod', 'InService', 'HEALTHY']");
	ask_done(*state, "autoscaling:DescribeAutoScalingGroups", "{'AutoScalingGroupNames': ['web-prod']}");
	assert_answer(*state, "AutoScalingGroups[0].Instances[0].[LifecycleState, HealthStatus]",
		      "['InService', 'Healthy']");
	assert_answer(*state, "AutoScalingGroups[0].SuspendedProcesses",
		      "[{'ProcessName': 'AZRebalance', 'SuspensionReason': 'User suspended at 2026-11-22T20:07:38Z'}]");
}

static void what_is_attached_is_in_service_only_to_a_group_that_heeds_its_health(void **state)
{
	static const char *const operations[][2] = {
		{ "autoscaling:DescribeLoadBalancers", "LoadBalancers[].State" },
		{ "autoscaling:DescribeLoadBalancerTargetGroups", "LoadBalancerTargetGroups[].State" },
		{ "autoscaling:DescribeTrafficSources", "TrafficSources[?Type == 'elb'].State" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(operations); i++) {
		ask_done(*state, operations[i][0], "{" GROUP "}");
		assert_answer(*state, operations[i][1], "['Added']");
	}
	ask_done(*state, "autoscaling:UpdateAutoScalingGroup", "{" GROUP ", 'HealthCheckType': 'ELB'}");
	for (size_t i = 0; i < ARRAY_LENGTH(operations); i++) {
		ask_done(*state, operations[i][0], "{" GROUP "}");
		assert_answer(*state, operations[i][1], "['InService']");
	}
}

/* Whatever of it was told before. */
static void each_change_of_a_group_is_told(void **state)
{
	static const struct {
		const char *operation, *input, *shown, *as;
	} rows[] = {
		{ "autoscaling:UpdateAutoScalingGroup", "{" GROUP ", 'MinSize': 2}", "MinSize", "2" },
		{ "autoscaling:UpdateAutoScalingGroup", "{" GROUP ", 'MaxSize': 7}", "MaxSize", "7" },
		{ "autoscaling:UpdateAutoScalingGroup", "{" GROUP ", 'DesiredCapacity': 4}",
		  "[DesiredCapacity, length(Instances)]", "[4, 4]" },
		{ "autoscaling:UpdateAutoScalingGroup", "{" GROUP ", 'DefaultCooldown': 5}", "DefaultCooldown", "5" },
		{ "autoscaling:UpdateAutoScalingGroup", "{" GROUP ", 'HealthCheckType': 'ELB'}", "HealthCheckType",
		  "'ELB'" },
		{ "autoscaling:SuspendProcesses", "{" GROUP ", 'ScalingProcesses': ['Launch']}",
		  "SuspendedProcesses[].ProcessName", "['Launch', 'AZRebalance']" },
		{ "autoscaling:ResumeProcesses", "{" GROUP "}", "SuspendedProcesses", "[]" },
		{ "autoscaling:DescribeAutoScalingGroups", "{'IncludeInstances': false}",
		  "[MinSize, MaxSize, DesiredCapacity, DefaultCooldown]", "[2, 7, 4, 5]" },
	};
	struct world_test *test = *state;
	char shown[128];

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		ask_done(test, rows[i].operation, rows[i].input);
		ask_done(test, "autoscaling:DescribeAutoScalingGroups", "{}");
		snprintf(shown, sizeof(shown), "AutoScalingGroups[0].%s", rows[i].shown);
		assert_answer(test, shown, rows[i].as);
	}
}

static void pages_are_put_together(void **state)
{
	ask_done(*state, "autoscaling:DescribeAutoScalingInstances", "{'MaxRecords': 1}");
	assert_answer(*state, "AutoScalingInstances[].InstanceId", "['" SELF "', '" SECOND "', '" THIRD "']");
	assert_answer(*state, "NextToken", "null");
	ask_refused(*state, "autoscaling:DescribeAutoScalingInstances", "{'MaxRecords': 51}",
		    "ValidationError: MaxRecords must be between 1 and 50");
	ask_refused(*state, "autoscaling:DescribeAutoScalingInstances", "{'NextToken': 'x'}",
		    "InvalidNextToken: The token 'x' is not valid.");
}

static void what_is_attached_is_told(void **state)
{
	ask_done(*state, "autoscaling:DescribeLoadBalancers", "{" GROUP "}");
	assert_answer(*state, "LoadBalancers", "[{'LoadBalancerName': 'web-classic', 'State': 'Added'}]");
	ask_done(*state, "autoscaling:DescribeLoadBalancerTargetGroups", "{" GROUP "}");
	assert_answer(*state, "LoadBalancerTargetGroups[].LoadBalancerTargetGroupARN", "['" WEB_HTTP "']");
	ask_done(*state, "autoscaling:DescribeTrafficSources", "{" GROUP ", 'TrafficSourceType': 'elbv2'}");
	assert_answer(*state, "TrafficSources[].Identifier", "['" WEB_HTTP "']");
}

static void tags_are_put_and_found_and_taken(void **state)
{
	ask_done(*state, "autoscaling:CreateOrUpdateTags",
		 "{'Tags': [{'ResourceId': 'web-prod', 'Key': 'a', 'Value': '1'}]}");
	ask_done(*state, "autoscaling:CreateOrUpdateTags",
		 "{'Tags': [{'ResourceId': 'web-prod', 'Key': 'a', 'Value': '2'}]}");
	ask_done(*state, "autoscaling:DescribeTags",
		 "{'Filters': [{'Name': 'auto-scaling-group', 'Values': ['web-prod']}]}");
	assert_answer(*state, "Tags[].[Key, Value]", "[['a', '2']]");
	ask_done(*state, "autoscaling:DeleteTags",
		 "{'Tags': [{'ResourceId': 'web-prod', 'ResourceType': 'auto-scaling-group', 'Key': 'a'}]}");
	assert_world(*state, "groups.\"web-prod\".tags", "{}");
}

/* ---- lifecycle hooks, and what a group does by itself */

static void an_instance_waits_at_its_hook_until_it_is_told_to_go_on(void **state)
{
	struct world_test *test = *state;

	world_take(test, "warm-pool");
	sim_advance(test->sim, 30 * MINUTE_MS);
	assert_world(test, STATE_OF(SELF), "'Pending:Wait'");
	ask_done(test, "autoscaling:CompleteLifecycleAction",
		 "{" GROUP ", 'LifecycleHookName': 'codedeploy', 'LifecycleActionResult': 'CONTINUE', 'InstanceId': '"
		 SELF "'}");
	sim_advance(test->sim, 10 * 1000);
	assert_world(test, STATE_OF(SELF), "'InService'");
	ask_refused(test, "autoscaling:CompleteLifecycleAction",
		    "{" GROUP ", 'LifecycleHookName': 'codedeploy', 'LifecycleActionResult': 'CONTINUE', "
		    "'InstanceId': '" SELF "'}",
		    "ValidationError: No active Lifecycle Action found with instance ID " SELF);
	ask_refused(test, "autoscaling:CompleteLifecycleAction",
		    "{" GROUP ", 'LifecycleHookName': 'codedeploy', 'LifecycleActionResult': 'continue', "
		    "'InstanceId': '" SELF "'}",
		    "ValidationError: Lifecycle action result 'continue' is neither CONTINUE nor ABANDON");
}

static void an_instance_that_is_abandoned_ends(void **state)
{
	struct world_test *test = *state;

	world_take(test, "warm-pool");
	ask_done(test, "autoscaling:CompleteLifecycleAction",
		 "{" GROUP ", 'LifecycleHookName': 'codedeploy', 'LifecycleActionResult': 'ABANDON', 'InstanceId': '"
		 SELF "'}");
	assert_world(test, STATE_OF(SELF), "'Terminating'");
}

static void heartbeats_do_not_hold_an_instance_for_ever(void **state)
{
	struct world_test *test = *state;
	int hours = 0;

	world_take(test, "warm-pool");
	for (; hours < 100 && ask(test, "autoscaling:RecordLifecycleActionHeartbeat",
				  "{" GROUP ", 'LifecycleHookName': 'codedeploy', 'InstanceId': '" SELF "'}"); hours++)
		sim_advance(test->sim, 59 * MINUTE_MS);
	assert_in_range(hours, 48, 49);
	assert_string_equal(test->last.message, "No active Lifecycle Action found with instance ID " SELF);
}

static void a_heartbeat_begins_the_wait_anew(void **state)
{
	struct world_test *test = *state;

	world_take(test, "warm-pool");
	sim_advance(test->sim, 50 * MINUTE_MS);
	ask_done(test, "autoscaling:RecordLifecycleActionHeartbeat",
		 "{" GROUP ", 'LifecycleHookName': 'codedeploy', 'InstanceId': '" SELF "'}");
	sim_advance(test->sim, 50 * MINUTE_MS);
	assert_world(test, STATE_OF(SELF), "'Pending:Wait'");
	sim_advance(test->sim, 10 * MINUTE_MS);
	assert_world(test, STATE_OF(SELF), "'Terminating'");
}

static void resuming_replaces_at_once_what_became_unhealthy_meanwhile(void **state)
{
	struct world_test *test = *state;

	ask_done(test, "autoscaling:SuspendProcesses", "{" GROUP ", 'ScalingProcesses': ['ReplaceUnhealthy']}");
	ask_done(test, "autoscaling:SetInstanceHealth", "{'InstanceId': '" THIRD "', 'HealthStatus': 'Unhealthy'}");
	assert_world(test, STATE_OF(THIRD), "'InService'");
	ask_done(test, "autoscaling:ResumeProcesses", "{" GROUP ", 'ScalingProcesses': ['ReplaceUnhealthy']}");
	assert_world(test, STATE_OF(THIRD), "'Terminating'");
	assert_world(test, "[launches, terminations]", "[1, 1]");
}

static void a_group_rebalances_its_zones_unless_that_is_suspended(void **state)
{
	struct world_test *test = *state;
	const struct sim_act rebalance = { .kind = SIM_ACT_REBALANCE, .group = "web-prod" };

	sim_act(test->sim, &rebalance);
	assert_world(test, "terminations", "0");
	ask_done(test, "autoscaling:ResumeProcesses", "{" GROUP ", 'ScalingProcesses': ['AZRebalance']}");
	sim_act(test->sim, &rebalance);
	assert_world(test, "terminations", "1");
}

static void activities_are_told_newest_first(void **state)
{
	struct world_test *test = *state;

	make_room(test);
	ask_done(test, "autoscaling:EnterStandby", STANDBY_INPUT);
	sim_advance(test->sim, 6 * MINUTE_MS);
	ask_done(test, "autoscaling:ExitStandby", RETURN_INPUT);
	ask_done(test, "autoscaling:DescribeScalingActivities", "{" GROUP "}");
	assert_answer(test, "Activities[].[Description, StatusCode]",
		      "[['Moving EC2 instance out of Standby: " SELF "', 'PreInService'], "
		      "['Moving EC2 instance to Standby: " SELF "', 'Successful']]");
	assert_answer(test, "[contains(Activities[0].Details, 'Availability Zone'), contains(Activities[0].Details, "
			    "'eu-west-1a')]", "[true, true]");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(suspending_adds_to_what_is_suspended),
		TEST(resuming_takes_from_what_is_suspended),
		TEST(no_list_means_all_nine_and_so_does_an_empty_one),
		TEST(a_group_that_is_not_there_is_refused),
		TEST(a_group_that_is_being_deleted_refuses_changes),
		TEST(what_is_required_has_to_be_there),
		TEST(the_minimum_keeps_an_instance_from_standby),
		TEST(entering_standby_lasts_as_long_as_the_slowest_drain),
		TEST(only_what_is_in_service_enters_standby),
		TEST(an_instance_of_another_group_does_not_enter_standby),
		TEST(one_that_does_not_fit_keeps_all_of_the_list_out),
		TEST(without_decrement_a_replacement_is_launched),
		TEST(exiting_standby_raises_desired_and_registers_again),
		TEST(what_is_not_in_standby_does_not_exit_it),
		TEST(nothing_exits_standby_while_launch_is_suspended),
		TEST(the_maximum_keeps_an_instance_in_standby),
		TEST(health_is_not_checked_in_standby),
		TEST(a_minimum_above_desired_launches),
		TEST(while_launch_is_suspended_it_only_raises_desired),
		TEST(sizes_that_contradict_each_other_are_refused),
		TEST(a_smaller_desired_size_terminates),
		TEST(unknown_names_are_passed_over),
		TEST(an_empty_filter_means_everything),
		TEST(health_is_in_capitals_only_among_instances),
		TEST(what_is_attached_is_in_service_only_to_a_group_that_heeds_its_health),
		TEST(each_change_of_a_group_is_told),
		TEST(pages_are_put_together),
		TEST(what_is_attached_is_told),
		TEST(tags_are_put_and_found_and_taken),
		TEST(an_instance_waits_at_its_hook_until_it_is_told_to_go_on),
		TEST(an_instance_that_is_abandoned_ends),
		TEST(heartbeats_do_not_hold_an_instance_for_ever),
		TEST(a_heartbeat_begins_the_wait_anew),
		TEST(resuming_replaces_at_once_what_became_unhealthy_meanwhile),
		TEST(a_group_rebalances_its_zones_unless_that_is_suspended),
		TEST(activities_are_told_newest_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
