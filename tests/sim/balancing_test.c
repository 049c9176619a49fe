/* The rules of target groups and of classic load balancers, each as AWS states or shows it. */
#include "config.h"

#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>

#define TARGET(id) "{'TargetGroupArn': '" WEB_HTTP "', 'Targets': [{'Id': '" id "'}]}"
#define TARGET_AT(id, port) "{'TargetGroupArn': '" WEB_HTTP "', 'Targets': [{'Id': '" id "', 'Port': " port "}]}"
#define CLASSIC(id) "{'LoadBalancerName': 'web-classic', 'Instances': [{'InstanceId': '" id "'}]}"
#define HEALTH "TargetHealthDescriptions[].TargetHealth.[State, Reason]"
#define STATES "InstanceStates[].[State, ReasonCode, Description]"

enum { SECOND_MS = 1000, MINUTE_MS = 60 * 1000 };

static void ask_health(struct world_test *test, const char *input, const char *health)
{
	ask_done(test, "elbv2:DescribeTargetHealth", input);
	assert_answer(test, HEALTH, health);
}

static void ask_state(struct world_test *test, const char *id_input, const char *states)
{
	ask_done(test, "elb:DescribeInstanceHealth", id_input);
	assert_answer(test, STATES, states);
}

/* ---- target groups */

static void a_target_drains_for_its_delay_and_is_unused_then(void **state)
{
	struct world_test *test = *state;

	ask_health(test, TARGET(SELF), "[['healthy', null]]");
	ask_done(test, "elbv2:DeregisterTargets", TARGET(SELF));
	ask_health(test, TARGET(SELF), "[['draining', 'Target.DeregistrationInProgress']]");
	sim_advance(test->sim, 5 * MINUTE_MS - SECOND_MS);
	ask_health(test, TARGET(SELF), "[['draining', 'Target.DeregistrationInProgress']]");
	sim_advance(test->sim, SECOND_MS);
	ask_health(test, TARGET(SELF), "[['unused', 'Target.NotRegistered']]");
}

static void without_a_list_only_what_is_registered_or_draining_is_told(void **state)
{
	struct world_test *test = *state;

	ask_done(test, "elbv2:DeregisterTargets", TARGET(SELF));
	ask_done(test, "elbv2:DescribeTargetHealth", "{'TargetGroupArn': '" WEB_HTTP "'}");
	assert_answer(test, "TargetHealthDescriptions[].TargetHealth.State", "['draining', 'healthy', 'healthy']");
	sim_advance(test->sim, 5 * MINUTE_MS);
	ask_done(test, "elbv2:DescribeTargetHealth", "{'TargetGroupArn': '" WEB_HTTP "'}");
	assert_answer(test, "TargetHealthDescriptions[].Target.Id", "['" SECOND "', '" THIRD "']");
}

static void a_target_that_was_never_there_is_deregistered_with_success(void **state)
{
	ask_done(*state, "elbv2:DeregisterTargets", TARGET("i-1"));
}

static void a_port_of_its_own_has_to_be_named(void **state)
{
	struct world_test *test = *state;

	ask_done(test, "elbv2:RegisterTargets", TARGET_AT(SELF, "9090"));
	sim_advance(test->sim, MINUTE_MS);
	ask_done(test, "elbv2:DeregisterTargets", TARGET(SELF));
	sim_advance(test->sim, 6 * MINUTE_MS);
	ask_health(test, TARGET(SELF), "[['unused', 'Target.NotRegistered']]");
	ask_health(test, TARGET_AT(SELF, "9090"), "[['healthy', null]]");
	ask_done(test, "elbv2:DeregisterTargets", TARGET_AT(SELF, "9090"));
	ask_health(test, TARGET_AT(SELF, "9090"), "[['draining', 'Target.DeregistrationInProgress']]");
}

static void a_new_target_is_initial_until_its_checks_have_passed(void **state)
{
	struct world_test *test = *state;

	ask_done(test, "elbv2:DeregisterTargets", TARGET(SELF));
	sim_advance(test->sim, 5 * MINUTE_MS);
	ask_done(test, "elbv2:RegisterTargets", TARGET(SELF));
	ask_health(test, TARGET(SELF), "[['initial', 'Elb.RegistrationInProgress']]");
	sim_advance(test->sim, 15 * SECOND_MS);
	ask_health(test, TARGET(SELF), "[['initial', 'Elb.InitialHealthChecking']]");
	sim_advance(test->sim, 10 * SECOND_MS);
	ask_health(test, TARGET(SELF), "[['healthy', null]]");
}

static void what_takes_no_time_is_over_at_once(void **state)
{
	struct world_test *test = *state;

	world_take_text(test, "scenario: at-once\n"
			      "comment: Nothing takes time.\n"
			      "target_groups: {web-http: {port: 8080, drain: 0s, interval: 0s}}\n"
			      "groups: {web-prod: {minimum: 1, desired: 1, maximum: 2, target_groups: [web-http],\n"
			      "                    instances: {" SELF ": {}}}}\n"
			      "takes: {register: 0s}\n");
	ask_done(test, "elbv2:DeregisterTargets", TARGET(SELF));
	ask_health(test, TARGET(SELF), "[['unused', 'Target.NotRegistered']]");
	ask_done(test, "elbv2:RegisterTargets", TARGET(SELF));
	sim_advance(test->sim, 1);
	ask_health(test, TARGET(SELF), "[['healthy', null]]");
}

static void a_target_whose_checks_fail_is_unhealthy(void **state)
{
	struct world_test *test = *state;

	sim_act(test->sim, &(struct sim_act){ .kind = SIM_ACT_FAIL_HEALTH, .instance = SELF });
	ask_health(test, TARGET(SELF), "[['unhealthy', 'Target.FailedHealthChecks']]");
	sim_act(test->sim, &(struct sim_act){ .kind = SIM_ACT_PASS_HEALTH, .instance = SELF });
	ask_health(test, TARGET(SELF), "[['healthy', null]]");
}

/* What becomes of it is not the same each time: about half of them are dropped when the drain ends. */
static void registering_while_draining_is_a_trap(void **state)
{
	struct world_test *test = *state;
	struct sim *model = test->sim;
	int dropped = 0;

	for (uint64_t seed = 1; seed <= 100; seed++) {
		test->sim = sim_clone(model, seed);
		ask_done(test, "elbv2:DeregisterTargets", TARGET(SELF));
		ask_done(test, "elbv2:RegisterTargets", TARGET(SELF));
		sim_advance(test->sim, 6 * MINUTE_MS);
		ask_done(test, "elbv2:DescribeTargetHealth", "{'TargetGroupArn': '" WEB_HTTP "'}");
		dropped += json_array_size(json_object_get(test->last.output, "TargetHealthDescriptions")) == 2;
		sim_free(test->sim);
	}
	test->sim = model;
	assert_in_range(dropped, 30, 70);
}

static void each_target_group_drains_in_its_own_way(void **state)
{
	static const struct { const char *arn, *at_first, *after_two_minutes, *at_last; } rows[] = {
		{ "web-slow/0000000000000001", "['draining']", "['draining']", "['unused']" },
		{ "web-network/0000000000000002", "['draining']", "['unused']", "['unused']" },
		{ "web-unused/0000000000000003", "['unused']", "['unused']", "['unused']" },
		{ "web-unchecked/0000000000000004", "['draining']", "['unused']", "['unused']" },
	};
	struct world_test *test = *state;
	const char states[] = "TargetHealthDescriptions[].TargetHealth.State";

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *input = memory_format("{'TargetGroupArn': 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:"
					    "targetgroup/%s', 'Targets': [{'Id': '" SELF "'}]}", rows[i].arn);

		world_take(test, "slow-drain");
		ask_done(test, "elbv2:DeregisterTargets", input);
		ask_done(test, "elbv2:DescribeTargetHealth", input);
		assert_answer(test, states, rows[i].at_first);
		sim_advance(test->sim, 2 * MINUTE_MS);
		ask_done(test, "elbv2:DescribeTargetHealth", input);
		assert_answer(test, states, rows[i].after_two_minutes);
		sim_advance(test->sim, 11 * MINUTE_MS);
		ask_done(test, "elbv2:DescribeTargetHealth", input);
		assert_answer(test, states, rows[i].at_last);
		free(input);
	}
}

static void what_is_not_there_or_does_not_run_is_refused(void **state)
{
	struct world_test *test = *state;

	ask_refused(test, "elbv2:DescribeTargetHealth", "{'TargetGroupArn': 'arn:no'}",
		    "TargetGroupNotFound: One or more target groups not found");
	ask_refused(test, "elbv2:DescribeTargetGroups", "{'Names': ['no']}",
		    "TargetGroupNotFound: One or more target groups not found");
	ask_refused(test, "elbv2:RegisterTargets", TARGET("i-1"),
		    "InvalidTarget: The following instances do not exist: 'i-1'");
	sim_act(test->sim, &(struct sim_act){ .kind = SIM_ACT_TERMINATE, .instance = THIRD });
	sim_advance(test->sim, 10 * MINUTE_MS);
	ask_refused(test, "elbv2:RegisterTargets", TARGET(THIRD),
		    "InvalidTarget: The following targets are not in a running state and cannot be registered: '" THIRD
		    "'");
}

static void attributes_are_texts(void **state)
{
	ask_done(*state, "elbv2:DescribeTargetGroupAttributes", "{'TargetGroupArn': '" WEB_HTTP "'}");
	assert_answer(*state, "Attributes[].[Key, Value]",
		      "[['deregistration_delay.timeout_seconds', '300'], ['slow_start.duration_seconds', '30']]");
}

/* ---- classic load balancers */

static void a_member_drains_in_service_and_is_out_of_service_then(void **state)
{
	struct world_test *test = *state;

	ask_state(test, CLASSIC(SELF), "[['InService', 'N/A', 'N/A']]");
	ask_done(test, "elb:DeregisterInstancesFromLoadBalancer", CLASSIC(SELF));
	assert_answer(test, "Instances[].InstanceId", "['" SECOND "', '" THIRD "']");
	ask_state(test, CLASSIC(SELF), "[['InService', 'N/A', 'Instance deregistration currently in progress.']]");
	sim_advance(test->sim, MINUTE_MS);
	ask_state(test, CLASSIC(SELF),
		  "[['OutOfService', 'Instance', 'Instance is not currently registered with the LoadBalancer.']]");
}

static void a_member_that_left_before_leaves_again_with_success(void **state)
{
	struct world_test *test = *state;

	ask_done(test, "elb:DeregisterInstancesFromLoadBalancer", CLASSIC(SELF));
	sim_advance(test->sim, 2 * MINUTE_MS);
	ask_done(test, "elb:DeregisterInstancesFromLoadBalancer", CLASSIC(SELF));
}

static void one_that_never_was_there_keeps_the_others_of_the_list_in(void **state)
{
	struct world_test *test = *state;

	ask_refused(test, "elb:DeregisterInstancesFromLoadBalancer",
		    "{'LoadBalancerName': 'web-classic', "
		    "'Instances': [{'InstanceId': '" SELF "'}, {'InstanceId': 'i-1'}]}",
		    "InvalidInstance: Could not find EC2 instance i-1.");
	ask_state(test, CLASSIC(SELF), "[['InService', 'N/A', 'N/A']]");
	ask_refused(test, "elb:DescribeInstanceHealth", CLASSIC("i-1"),
		    "InvalidInstance: Could not find EC2 instance i-1.");
}

static void a_new_member_is_out_of_service_until_its_checks_have_passed(void **state)
{
	struct world_test *test = *state;

	ask_done(test, "elb:DeregisterInstancesFromLoadBalancer", CLASSIC(SELF));
	sim_advance(test->sim, MINUTE_MS);
	ask_done(test, "elb:RegisterInstancesWithLoadBalancer", CLASSIC(SELF));
	ask_state(test, CLASSIC(SELF), "[['OutOfService', 'ELB', 'Instance registration is still in progress.']]");
	sim_advance(test->sim, 25 * SECOND_MS);
	ask_state(test, CLASSIC(SELF), "[['InService', 'N/A', 'N/A']]");
}

static void a_balancer_that_is_not_there_is_refused(void **state)
{
	ask_refused(*state, "elb:DescribeLoadBalancerAttributes", "{'LoadBalancerName': 'no'}",
		    "LoadBalancerNotFound: There is no ACTIVE Load Balancer named 'no'");
	ask_refused(*state, "elb:DescribeLoadBalancers", "{'LoadBalancerNames': ['no']}",
		    "LoadBalancerNotFound: There is no ACTIVE Load Balancer named 'no'");
}

static void draining_is_an_attribute(void **state)
{
	ask_done(*state, "elb:DescribeLoadBalancerAttributes", "{'LoadBalancerName': 'web-classic'}");
	assert_answer(*state, "LoadBalancerAttributes.ConnectionDraining", "{'Enabled': true, 'Timeout': 60}");
}

/* ---- EC2, STS */

#define WESTERN "arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/web/50dc6c495c0c9188"

static void ec2_knows_what_has_been_terminated(void **state)
{
	struct world_test *test = *state;

	sim_act(test->sim, &(struct sim_act){ .kind = SIM_ACT_TERMINATE, .instance = THIRD });
	sim_advance(test->sim, 10 * MINUTE_MS);
	ask_done(test, "ec2:DescribeInstances", "{'InstanceIds': ['" SELF "', '" THIRD "']}");
	assert_answer(test, "Reservations[].Instances[].State.Name", "['running', 'terminated']");
	ask_refused(test, "ec2:DescribeInstances", "{'InstanceIds': ['i-1']}",
		    "InvalidInstanceID.NotFound: The instance ID 'i-1' does not exist");
}

static void tags_of_instances_are_chosen_by_filters(void **state)
{
	struct world_test *test = *state;

	ask_done(test, "ec2:DescribeTags",
		 "{'Filters': [{'Name': 'resource-id', 'Values': ['" SELF "', 'i-1']}, {'Name': 'key', 'Values': "
		 "['aws:autoscaling:groupName']}]}");
	assert_answer(test, "Tags[].[ResourceId, ResourceType, Key, Value]",
		      "[['" SELF "', 'instance', 'aws:autoscaling:groupName', 'web-prod']]");
	ask_done(test, "ec2:DescribeTags", "{}");
	assert_answer(test, "length(Tags)", "3");
	ask_done(test, "ec2:DescribeTags", "{'Filters': [{'Name': 'value', 'Values': ['web']}]}");
	assert_answer(test, "Tags", "[]");
	ask_refused(test, "ec2:DescribeTags", "{'Filters': [{'Name': 'colour', 'Values': ['red']}]}",
		    "InvalidParameterValue: The filter 'colour' is invalid");
}

static void a_load_balancer_is_of_its_world_s_region_and_account(void **state)
{
	struct world_test *test = *state;

	world_take_text(test, "scenario: elsewhere\nregion: us-west-2\naccount: '111122223333'\n"
			      "target_groups: {web-http: {}}\n");
	ask_done(test, "elbv2:DescribeTargetGroups", "{}");
	assert_answer(test, "TargetGroups[].LoadBalancerArns[]", "['" WESTERN "']");
	ask_done(test, "elbv2:DescribeLoadBalancers", "{'LoadBalancerArns': ['" WESTERN "']}");
	ask_done(test, "elbv2:DescribeListeners", "{'LoadBalancerArn': '" WESTERN "'}");
	assert_answer(test, "Listeners[].LoadBalancerArn", "['" WESTERN "']");
}

static void the_caller_is_the_role_of_its_instance(void **state)
{
	ask_done(*state, "sts:GetCallerIdentity", "{}");
	assert_answer(*state, "[Account, Arn]",
		      "['111122223333', 'arn:aws:sts::111122223333:assumed-role/web-instance/" SELF "']");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_target_drains_for_its_delay_and_is_unused_then),
		TEST(without_a_list_only_what_is_registered_or_draining_is_told),
		TEST(a_target_that_was_never_there_is_deregistered_with_success),
		TEST(a_port_of_its_own_has_to_be_named),
		TEST(a_new_target_is_initial_until_its_checks_have_passed),
		TEST(what_takes_no_time_is_over_at_once),
		TEST(a_target_whose_checks_fail_is_unhealthy),
		TEST(registering_while_draining_is_a_trap),
		TEST(each_target_group_drains_in_its_own_way),
		TEST(what_is_not_there_or_does_not_run_is_refused),
		TEST(attributes_are_texts),
		TEST(a_member_drains_in_service_and_is_out_of_service_then),
		TEST(a_member_that_left_before_leaves_again_with_success),
		TEST(one_that_never_was_there_keeps_the_others_of_the_list_in),
		TEST(a_new_member_is_out_of_service_until_its_checks_have_passed),
		TEST(a_balancer_that_is_not_there_is_refused),
		TEST(draining_is_an_attribute),
		TEST(ec2_knows_what_has_been_terminated),
		TEST(tags_of_instances_are_chosen_by_filters),
		TEST(a_load_balancer_is_of_its_world_s_region_and_account),
		TEST(the_caller_is_the_role_of_its_instance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
