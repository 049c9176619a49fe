/* What is of the simulation and not of AWS: that a run is a function of scenario and seed, faults and other actors by
 * the number of the request, a client that dies, and scenarios with their faults. */
#include "config.h"

#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/expected_world.h"
#include "model/shape.h"
#include "sim/scenario.h"

#define SUSPEND "{'AutoScalingGroupName': 'web-prod', 'ScalingProcesses': ['HealthCheck']}"
#define DESCRIBE "{'AutoScalingGroupNames': ['web-prod']}"
#define IS_SUSPENDED "contains(groups.\"web-prod\".suspended, 'HealthCheck')"

/* ---- a run is a function of scenario and seed */

static char *leave_and_dump(struct world_test *test, const struct sim *model, uint64_t seed)
{
	json_t *world;
	char *text;

	test->sim = sim_clone(model, seed);
	ask_done(test, "autoscaling:UpdateAutoScalingGroup", "{'AutoScalingGroupName': 'web-prod', 'MinSize': 2}");
	ask_done(test, "autoscaling:EnterStandby", STANDBY_INPUT);
	sim_advance(test->sim, 600 * 1000);
	ask_done(test, "autoscaling:ExitStandby", RETURN_INPUT);
	world = sim_world_json(test->sim);
	text = json_dumps(world, JSON_SORT_KEYS);
	json_decref(world);
	text = memory_resize(text, strlen(text) + 32, 1);
	sprintf(text + strlen(text), " %lld", (long long)sim_wall_ms(test->sim));
	sim_free(test->sim);
	return text;
}

static void the_same_seed_makes_the_same_world(void **state)
{
	struct world_test *test = *state;
	struct sim *model = test->sim;
	char *one = leave_and_dump(test, model, 7), *same = leave_and_dump(test, model, 7);
	char *other = leave_and_dump(test, model, 8);

	test->sim = model;
	assert_string_equal(one, same);
	assert_string_not_equal(one, other);
	free(one);
	free(same);
	free(other);
}

static void a_clone_leaves_its_model_alone(void **state)
{
	struct world_test *test = *state;
	struct sim *model = test->sim;

	free(leave_and_dump(test, model, 7));
	test->sim = model;
	assert_world(test, "groups.\"web-prod\".[minimum, desired]", "[3, 3]");
	assert_int_equal(sim_requests(model), 0);
}

static void tag(struct world_test *test, const char *value)
{
	char input[160];

	snprintf(input, sizeof(input), "{'Tags': [{'ResourceId': 'web-prod', 'Key': 'run', 'Value': '%s'}]}", value);
	ask_done(test, "autoscaling:CreateOrUpdateTags", input);
}

/* What is asked of a world in its midst, and all that it shows then. */
static char *go_on_and_dump(struct world_test *test)
{
	json_t *seen = json_array(), *world;
	char *text;

	ask_done(test, "autoscaling:DescribeAutoScalingGroups", "{}");
	json_array_append(seen, test->last.output);
	sim_advance(test->sim, 600 * 1000);
	tag(test, "2");
	ask_done(test, "autoscaling:DescribeTags", "{}");
	json_array_append(seen, test->last.output);
	ask_done(test, "autoscaling:ExitStandby", RETURN_INPUT);
	world = sim_world_json(test->sim);
	json_array_append_new(seen, world);
	json_array_append_new(seen, json_integer((json_int_t)sim_log_count(test->sim)));
	json_array_append_new(seen, json_integer(sim_requests(test->sim)));
	json_array_append_new(seen, json_integer(sim_still_since_ms(test->sim)));
	text = json_dumps(seen, JSON_SORT_KEYS);
	json_decref(seen);
	return text;
}

/* Whatever is under way, planned or remembered: a request that is late, an answer from an older world, a tag. */
static void a_copy_goes_on_as_that_which_it_is_of_and_by_itself(void **state)
{
	struct world_test *test = *state;
	struct sim *model = test->sim, *copy = sim_new(0);
	char *one, *same;

	test->sim = sim_clone(model, 7);
	sim_fault(test->sim, 4, SIM_FAULT_LATE, 240 * 1000);
	sim_fault(test->sim, 5, SIM_FAULT_STALE, 30 * 1000);
	sim_act_before(test->sim, 6, &(struct sim_act){ .kind = SIM_ACT_TERMINATE, .instance = SECOND });
	tag(test, "1");
	ask_done(test, "autoscaling:UpdateAutoScalingGroup", "{'AutoScalingGroupName': 'web-prod', 'MinSize': 2}");
	ask_done(test, "autoscaling:EnterStandby", STANDBY_INPUT);
	assert_null(ask(test, "autoscaling:SuspendProcesses", "{'AutoScalingGroupName': 'web-prod', "
							     "'ScalingProcesses': ['HealthCheck']}"));
	sim_copy(copy, test->sim);
	one = go_on_and_dump(test);
	sim_free(test->sim);
	test->sim = copy;
	same = go_on_and_dump(test);
	assert_string_equal(one, same);
	assert_non_null(strstr(one, "HealthCheck"));
	sim_free(test->sim);
	test->sim = model;
	free(one);
	free(same);
}

/* ---- faults */

static const struct fault_case {
	enum sim_fault_kind kind;
	enum failure failure;
	bool in_doubt, effect;
	const char *code;
} fault_cases[] = {
	{ SIM_FAULT_NONE, FAILURE_NONE, false, true, "" },
	{ SIM_FAULT_THROTTLED, FAILURE_THROTTLED, false, false, "Throttling" },
	{ SIM_FAULT_ACCESS_DENIED, FAILURE_ACCESS_DENIED, false, false, "AccessDenied" },
	{ SIM_FAULT_EXPIRED_CREDENTIALS, FAILURE_EXPIRED_CREDENTIALS, false, false, "ExpiredToken" },
	{ SIM_FAULT_CONTENTION, FAILURE_UNAVAILABLE, false, false, "ResourceContention" },
	{ SIM_FAULT_ACTIVITY, FAILURE_CONFLICT, false, false, "ScalingActivityInProgress" },
	{ SIM_FAULT_UNAVAILABLE_BEFORE, FAILURE_UNAVAILABLE, true, false, "ServiceUnavailable" },
	{ SIM_FAULT_UNAVAILABLE_AFTER, FAILURE_UNAVAILABLE, true, true, "InternalFailure" },
	{ SIM_FAULT_LOST_BEFORE, FAILURE_UNREACHABLE, true, false, "NoAnswer" },
	{ SIM_FAULT_LOST_AFTER, FAILURE_UNREACHABLE, true, true, "NoAnswer" },
	{ SIM_FAULT_GARBAGE, FAILURE_UNAVAILABLE, true, true, "UnreadableAnswer" },
	{ SIM_FAULT_TRUNCATED, FAILURE_UNAVAILABLE, true, true, "UnreadableAnswer" },
};

static void each_fault_has_its_effect_and_leaves_its_doubt(void **state)
{
	struct world_test *test = *state;

	for (size_t i = 0; i < sizeof(fault_cases) / sizeof(fault_cases[0]); i++) {
		const struct fault_case *row = &fault_cases[i];

		world_take(test, "group-of-three");
		sim_fault(test->sim, 2, row->kind, 0);
		ask_done(test, "autoscaling:DescribeAutoScalingGroups", DESCRIBE);
		ask(test, "autoscaling:SuspendProcesses", SUSPEND);
		assert_string_equal(test->last.code, row->code);
		assert_int_equal(test->last.failure, row->failure);
		assert_int_equal(test->last.in_doubt, row->in_doubt);
		assert_world(test, IS_SUSPENDED, row->effect ? "true" : "false");
		assert_int_equal(sim_log_at(test->sim, 1)->effect, row->effect);
		assert_int_equal(sim_log_at(test->sim, 1)->fault, row->kind);
	}
}

static void a_late_request_takes_effect_when_nobody_waits_for_it_any_more(void **state)
{
	struct world_test *test = *state;

	sim_fault(test->sim, 1, SIM_FAULT_LATE, 240 * 1000);
	assert_null(ask(test, "autoscaling:SuspendProcesses", SUSPEND));
	assert_true(test->last.in_doubt);
	sim_advance(test->sim, 239 * 1000);
	assert_world(test, IS_SUSPENDED, "false");
	sim_advance(test->sim, 1000);
	assert_world(test, IS_SUSPENDED, "true");
}

static void a_stale_answer_shows_the_world_as_it_was(void **state)
{
	struct world_test *test = *state;

	sim_fault(test->sim, 2, SIM_FAULT_STALE, 30 * 1000);
	ask_done(test, "autoscaling:SuspendProcesses", SUSPEND);
	sim_advance(test->sim, 10 * 1000);
	ask_done(test, "autoscaling:DescribeAutoScalingGroups", DESCRIBE);
	assert_answer(test, "AutoScalingGroups[0].SuspendedProcesses[].ProcessName", "['AZRebalance']");
	ask_done(test, "autoscaling:DescribeAutoScalingGroups", DESCRIBE);
	assert_answer(test, "AutoScalingGroups[0].SuspendedProcesses[].ProcessName", "['AZRebalance', 'HealthCheck']");
}

static void nothing_is_sent_after_its_time_to_be_signed(void **state)
{
	struct world_test *test = *state;
	json_t *input = json_object();
	struct error err = ERROR_INIT;
	const struct operation *operation = services_operation(test->services, "autoscaling:ResumeProcesses", &err);
	struct executor *executor = sim_executor(test->sim);
	const struct call call = {
		.operation = operation, .input = input, .sign_until_ms = sim_wall_ms(test->sim) - 1
	};

	executor->start(executor, &call, world_keep, test);
	assert_int_equal(executor->poll(executor, INT64_MAX, &err), 0);
	assert_string_equal(test->last.code, "SignUntil");
	assert_false(test->last.in_doubt);
	assert_int_equal(sim_log_count(test->sim), 0);
	json_decref(input);
}

/* ---- a client that dies */

static void crash(struct world_test *test, enum sim_fault_kind kind)
{
	struct error err = ERROR_INIT;
	const struct operation *operation = services_operation(test->services, "autoscaling:SuspendProcesses", &err);
	json_t *input = json_pack("{s:s, s:[s]}", "AutoScalingGroupName", "web-prod", "ScalingProcesses",
				  "HealthCheck");
	struct executor *executor = sim_executor(test->sim);
	const struct call call = { .operation = operation, .input = input };

	sim_fault(test->sim, sim_requests(test->sim) + 1, kind, 0);
	executor->start(executor, &call, world_keep, test);
	json_decref(input);
	assert_int_equal(executor->poll(executor, INT64_MAX, &err), -1);
	assert_true(sim_dead(test->sim));
}

static void a_client_that_died_before_its_request_has_changed_nothing(void **state)
{
	struct world_test *test = *state;

	crash(test, SIM_FAULT_CRASH_BEFORE);
	assert_world(test, IS_SUSPENDED, "false");
	sim_revive(test->sim);
	ask_done(test, "autoscaling:SuspendProcesses", SUSPEND);
	assert_world(test, IS_SUSPENDED, "true");
}

static void a_client_that_died_after_its_request_has_changed_the_world(void **state)
{
	struct world_test *test = *state;

	crash(test, SIM_FAULT_CRASH_AFTER);
	assert_world(test, IS_SUSPENDED, "true");
}

static void what_was_in_flight_arrives_although_its_client_has_gone(void **state)
{
	struct world_test *test = *state;
	struct error err = ERROR_INIT;
	struct executor *executor = sim_executor(test->sim);
	json_t *input = json_pack("{s:s, s:[s]}", "AutoScalingGroupName", "web-prod", "ScalingProcesses",
				  "HealthCheck");
	const struct call call = {
		.operation = services_operation(test->services, "autoscaling:SuspendProcesses", &err), .input = input
	};

	executor->start(executor, &call, world_keep, test);
	executor->cancel(executor);
	json_decref(input);
	sim_advance(test->sim, 1000);
	assert_world(test, IS_SUSPENDED, "true");
}

static void another_boot_has_another_name_and_begins_at_zero(void **state)
{
	struct world_test *test = *state;
	struct clock *clock = sim_clock(test->sim);
	char first[40];

	snprintf(first, sizeof(first), "%s", clock->boot_id(clock));
	sim_advance(test->sim, 5000);
	sim_reboot(test->sim);
	assert_string_not_equal(clock->boot_id(clock), first);
	assert_int_equal(clock->monotonic_ms(clock), 0);
	assert_int_equal(clock->wall_ms(clock), sim_wall_ms(test->sim));
}

static void waiting_for_nothing_without_end_is_an_error(void **state)
{
	struct world_test *test = *state;
	struct executor *executor = sim_executor(test->sim);
	struct error err = ERROR_INIT;

	assert_int_equal(executor->poll(executor, INT64_MAX, &err), -1);
	assert_string_equal(err.message, "nothing is in flight, and there is no end of waiting");
	assert_int_equal(executor->poll(executor, 5000, &err), 0);
	assert_int_equal(sim_clock(test->sim)->monotonic_ms(sim_clock(test->sim)), 5000);
}

/* ---- others */

static void others_act_before_a_request_takes_effect(void **state)
{
	struct world_test *test = *state;

	sim_act_before(test->sim, 2, &(struct sim_act){ .kind = SIM_ACT_SUSPEND, .group = "web-prod",
							.process = "HealthCheck" });
	ask_done(test, "autoscaling:DescribeAutoScalingGroups", DESCRIBE);
	assert_world(test, IS_SUSPENDED, "false");
	ask_done(test, "autoscaling:DescribeAutoScalingGroups", DESCRIBE);
	assert_answer(test, "length(AutoScalingGroups[0].SuspendedProcesses)", "2");
}

static void others_act_at_their_time(void **state)
{
	struct world_test *test = *state;

	sim_act_after(test->sim, 5000, &(struct sim_act){ .kind = SIM_ACT_ADMINISTRATIVE, .group = "web-prod" });
	sim_advance(test->sim, 4999);
	assert_world(test, "groups.\"web-prod\".suspended", "['AZRebalance']");
	sim_advance(test->sim, 1);
	assert_world(test, "groups.\"web-prod\".suspended", "['AZRebalance', 'Launch']");
}

static void an_act_that_is_not_possible_any_more_does_nothing(void **state)
{
	struct world_test *test = *state;

	for (int kind = 0; kind < SIM_ACT_COUNT; kind++)
		sim_act(test->sim, &(struct sim_act){ .kind = (enum sim_act_kind)kind, .group = "no", .instance = "i-1",
						      .process = "no", .target_group = "no", .balancer = "no" });
	assert_world(test, "groups.\"web-prod\".[minimum, desired, suspended]", "[3, 3, ['AZRebalance']]");
}

static void every_act_has_a_name_and_plays_in_every_world(void **state)
{
	struct world_test *test = *state;
	const char *name;

	for (size_t i = 0; (name = scenario_builtin_name(NULL, i)) != NULL; i++) {
		char *plain = memory_format("%.*s", (int)(strlen(name) - strlen(".yaml")), name);

		for (int kind = 0; kind < SIM_ACT_COUNT; kind++) {
			world_take(test, plain);
			assert_non_null(sim_act_name((enum sim_act_kind)kind));
			sim_act(test->sim, &(struct sim_act){ .kind = (enum sim_act_kind)kind, .group = "web-prod",
							      .instance = SELF, .process = "Launch",
							      .target_group = "web-http", .balancer = "web-classic",
							      .value = 2 });
			sim_advance(test->sim, 4 * 3600 * 1000);
			json_decref(sim_world_json(test->sim));
		}
		free(plain);
	}
}

/* ---- scenarios */

static const struct { const char *yaml, *fault; } faulty[] = {
	{ "scenario: a\ngroups:\n  g: {minimum: 2, desired: 1, maximum: 3}\n",
	  "s.yaml:3:6: error: group 'g' wants minimum <= desired <= maximum" },
	{ "scenario: a\ngroups:\n  g: {minimum: 0, desired: 0, maximum: 3, suspended: [Lunch]}\n",
	  "s.yaml:3:55: error: unknown process 'Lunch'" },
	{ "scenario: a\nself: i-1\n", "s.yaml:2:7: error: unknown self 'i-1'" },
	{ "scenario: a\ninstances:\n  i-1: {state: Pendng}\n", "s.yaml:3:16: error: unknown state 'Pendng'" },
	{ "scenario: a\ntakes: {launch: [9s, 2s]}\n", "s.yaml:2:17: error: 'launch' is shortest at its longest" },
	{ "scenario: a\nothers:\n  - {act: suspend}\n",
	  "s.yaml:3:5: error: 'suspend' is done either 'after' a time or 'before_request'" },
	{ "scenario: a\nfaults:\n  - {request: 1, fault: throtled}\n", "s.yaml:3:25: error: unknown fault 'throtled'" },
};

static void a_faulty_scenario_is_refused_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(faulty) / sizeof(faulty[0]); i++) {
		struct source source = { "s.yaml", faulty[i].yaml, strlen(faulty[i].yaml) };
		struct diagnostics diagnostics = DIAGNOSTICS_INIT;
		struct buffer text = BUFFER_INIT;

		assert_null(scenario_sim(&source, 1, &diagnostics));
		diagnostics_print(&diagnostics, &text);
		*strchr(text.bytes, '\n') = '\0';
		assert_string_equal(text.bytes, faulty[i].fault);
		diagnostics_release(&diagnostics);
		buffer_release(&text);
	}
}

static void a_scenario_says_more_than_groups(void **state)
{
	struct world_test *test = *state;

	world_take_text(test, "scenario: more\n"
			      "self: " SELF "\n"
			      "target_groups: {t: {targets: [{instance: " SELF ", port: 81}]}}\n"
			      "balancers: {b: {instances: [" SELF "]}}\n"
			      "groups:\n"
			      "  g:\n"
			      "    {minimum: 0, desired: 1, maximum: 1, target_groups: [t],\n"
			      "     instances: {" SECOND ": {not_in: [t]}}}\n"
			      "instances: {" SELF ": {zone: eu-west-1b}}\n"
			      "takes: {answer: 1s}\n"
			      "others: [{after: 5s, act: terminate, instance: " SELF "}]\n"
			      "faults: [{request: 1, fault: throttled}]\n");
	assert_world(test, "target_groups.t.targets[].[instance, port]", "[['" SELF "', 81]]");
	assert_world(test, "balancers.b.instances[].instance", "['" SELF "']");
	assert_null(ask(test, "sts:GetCallerIdentity", "{}"));
	assert_int_equal(test->last.elapsed_ms, 1000);
	sim_advance(test->sim, 4000);
	assert_world(test, "terminations", "1");
}

/* ---- what `expect` is checked against is what there is */

static void assert_of_shape(const json_t *value, const struct shape *shape);

static void assert_has_members(const json_t *value, const struct shape *shape)
{
	assert_int_equal(json_object_size(value), shape->n_members);
	for (size_t i = 0; i < shape->n_members; i++)
		assert_of_shape(json_object_get(value, shape->members[i].name), shape->members[i].shape);
}

static void assert_has_elements(const json_t *value, const struct shape *shape)
{
	const char *key;
	json_t *element;
	size_t i;

	assert_true(json_array_size(value) + json_object_size(value) > 0);
	json_array_foreach (value, i, element)
		assert_of_shape(element, shape->element);
	json_object_foreach ((json_t *)(uintptr_t)value, key, element)
		assert_of_shape(element, shape->element);
}

static void assert_of_shape(const json_t *value, const struct shape *shape)
{
	static const int types[] = {
		[SHAPE_STRUCTURE] = JSON_OBJECT, [SHAPE_MAP] = JSON_OBJECT,      [SHAPE_LIST] = JSON_ARRAY,
		[SHAPE_STRING] = JSON_STRING,    [SHAPE_INTEGER] = JSON_INTEGER, [SHAPE_BOOLEAN] = JSON_FALSE,
	};

	assert_non_null(value);
	if (json_is_null(value)) /* a reason that there is none of */
		return;
	assert_int_equal(json_is_true(value) ? JSON_FALSE : json_typeof(value), types[shape->kind]);
	if (shape->kind == SHAPE_STRUCTURE)
		assert_has_members(value, shape);
	else if (shape->element)
		assert_has_elements(value, shape);
}

static void the_world_has_the_shape_that_checks_know(void **state)
{
	struct world_test *test = *state;
	json_t *world;

	world_take_text(test, "scenario: all\n"
			      "self: " SELF "\n"
			      "target_groups: {t: {}}\n"
			      "balancers: {b: {}}\n"
			      "groups:\n"
			      "  g: {minimum: 0, desired: 1, maximum: 1, suspended: [Launch], target_groups: [t],\n"
			      "      balancers: [b], instances: {" SELF ": {}}}\n");
	ask_done(test, "autoscaling:CreateOrUpdateTags",
		 "{'Tags': [{'ResourceId': 'g', 'ResourceType': 'auto-scaling-group', 'Key': 'k', 'Value': 'v', "
		 "'PropagateAtLaunch': false}]}");
	world = sim_world_json(test->sim);
	assert_of_shape(world, &world_shape);
	json_decref(world);
}

static void a_scenario_that_is_not_there_is_an_error(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_null(scenario_builtin("no", 1, &err));
	assert_string_equal(err.message, "there is no scenario 'no'");
	assert_null(scenario_builtin("group-of-tree", 1, &err));
	assert_string_equal(err.message, "there is no scenario 'group-of-tree': did you mean 'group-of-three'?");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_same_seed_makes_the_same_world),
		TEST(a_clone_leaves_its_model_alone),
		TEST(a_copy_goes_on_as_that_which_it_is_of_and_by_itself),
		TEST(each_fault_has_its_effect_and_leaves_its_doubt),
		TEST(a_late_request_takes_effect_when_nobody_waits_for_it_any_more),
		TEST(a_stale_answer_shows_the_world_as_it_was),
		TEST(nothing_is_sent_after_its_time_to_be_signed),
		TEST(a_client_that_died_before_its_request_has_changed_nothing),
		TEST(a_client_that_died_after_its_request_has_changed_the_world),
		TEST(what_was_in_flight_arrives_although_its_client_has_gone),
		TEST(another_boot_has_another_name_and_begins_at_zero),
		TEST(waiting_for_nothing_without_end_is_an_error),
		TEST(others_act_before_a_request_takes_effect),
		TEST(others_act_at_their_time),
		TEST(an_act_that_is_not_possible_any_more_does_nothing),
		TEST(every_act_has_a_name_and_plays_in_every_world),
		TEST(a_faulty_scenario_is_refused_with_its_place),
		TEST(a_scenario_says_more_than_groups),
		TEST(the_world_has_the_shape_that_checks_know),
		TEST(a_scenario_that_is_not_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
