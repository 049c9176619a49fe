/* The machines that leave balancers by hand, over the simulated AWS: what leaves and comes back, with which requests
 * and in which time, and the rows of the scripts' faults that are about balancers. */
#include "config.h"

#include "balancers.h"

#include <stdlib.h>
#include <string.h>

#define ARN "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/"

static void says(const struct bench *bench, const char *sentence)
{
	assert_string_equal(bench->play.result.message, sentence);
}

/* ---- leaving and coming back ---- */

static void an_instance_leaves_and_comes_back(void **state)
{
	struct bench *bench = *state;

	for (enum kind kind = 0; kind < KINDS; kind++) {
		take(bench, kind, kinds[kind].rich);
		leg(&bench->play, LEAVE, EXIT_REACHED);
		assert_string_equal(bench->play.result.state, "OUT_OF_SERVICE");
		expect_out(bench);
		leg(&bench->play, RETURN, EXIT_REACHED);
		assert_string_equal(bench->play.result.state, "IN_SERVICE");
		expect_back(bench);
	}
}

static void l9_every_port_leaves_and_comes_back_and_groups_are_named_by_arn_too(void **state)
{
	struct bench *bench = *state;
	struct rig *rig = take(bench, TARGETS, "several-ports");

	name(bench, "web-admin," ARN "web-http/0000000000000001");
	rig_expect(rig, "target_groups.\"web-http\".targets[?instance == '" SELF "'].port == [`8080`, `9090`]");
	leg(&bench->play, LEAVE, EXIT_REACHED);
	rig_expect(rig, "!target_groups.\"web-http\".targets[?instance == '" SELF "']");
	rig_expect(rig, "!target_groups.\"web-admin\".targets[?instance == '" SELF "']");
	rig_expect(rig, "target_groups.\"web-network\".targets[].state == ['healthy']");
	assert_int_equal(rig_count(rig, "DeregisterTargets"), 2);
	leg(&bench->play, RETURN, EXIT_REACHED);
	expect_nothing_moved(&bench->play);
}

static void l9_every_port_by_hand_leaves_and_comes_back_beside_the_groups_own(void **state)
{
	struct bench *bench = *state;

	for (enum kind kind = STANDBY; kind < ALONE; kind++) {
		struct rig *rig = take(bench, kind, "by-hand");

		name(bench, ARN "web-admin/0000000000000002");
		leg(&bench->play, LEAVE, EXIT_REACHED);
		rig_expect(rig, "!(" OURS ")");
		leg(&bench->play, RETURN, EXIT_REACHED);
		assert_int_equal(rig_count(rig, "RegisterTargets"), kind == ATTACHED ? 2 : 1);
		rig_expect(rig, "target_groups.\"web-admin\".targets[].[port, state] == "
				"[[`8443`, 'healthy'], [`9443`, 'healthy']]");
		expect_back(bench);
	}
}

static void of_the_named_ones_only_those_are_joined_again_that_were_left(void **state)
{
	struct bench *bench = *state;

	static const struct {
		enum kind kind;
		const char *names;
		size_t left;
	} rows[] = {
		{ CLASSIC, "web-classic,web-reports", 1 },
		{ CLASSIC, "web-reports", 0 },
		{ TARGETS, "web-reports,web-admin", 1 },
		{ TARGETS, ARN "web-reports/0000000000000007", 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		take(bench, rows[i].kind, kinds[rows[i].kind].rich);
		name(bench, rows[i].names);
		leg(&bench->play, LEAVE, EXIT_REACHED);
		leg(&bench->play, RETURN, EXIT_REACHED);
		assert_int_equal(rig_count(&bench->play.trial.rig, bench->kind->leaves), rows[i].left);
		assert_int_equal(rig_count(&bench->play.trial.rig, bench->kind->returns), rows[i].left);
		expect_nothing_moved(&bench->play);
	}
}

static void what_is_named_twice_is_left_once(void **state)
{
	static const char *const names[] = {
		"web-classic,web-internal,web-classic",
		"web-http," ARN "web-admin/0000000000000002," ARN "web-admin/0000000000000002,web-http",
	};
	struct bench *bench = *state;

	for (enum kind kind = 0; kind < NAMED; kind++) {
		take(bench, kind, NULL);
		name(bench, names[kind]);
		leg(&bench->play, LEAVE, EXIT_REACHED);
		leg(&bench->play, RETURN, EXIT_REACHED);
		assert_int_equal(bench->play.trial.rig.mutations, 4);
		expect_nothing_moved(&bench->play);
	}
}

/* As a machine of one's own might: one name and one ARN, of the same target group. */
static void two_elements_that_change_one_resource_are_refused(void **state)
{
	static const char text[] = "tidegate: 1\n"
				   "machine: twice\n"
				   "subject: \"${input.instance}\"\n"
				   "input: {instance: {type: string, default: \"${metadata.instance_id}\"}}\n"
				   "hooks: {BeforeInstall: {until: OUT}, ApplicationStart: {until: BACK}}\n"
				   "start_at: LEAVE\n"
				   "catch: [{errors: [any], next: UNDO}]\n"
				   "states:\n"
				   "  LEAVE:\n"
				   "    action: elb.deregister\n"
				   "    for_each: \"[{a: 'web-classic'}, {b: 'web-classic'}]\"\n"
				   "    with: {instance: \"${input.instance}\", balancer: \"${item.a || item.b}\"}\n"
				   "    next: OUT\n"
				   "  OUT: {pause: {}, next: RETURN}\n"
				   "  RETURN: {restore: all, next: BACK}\n"
				   "  BACK: {end: succeeded}\n"
				   "  UNDO: {restore: all, next: FAILED}\n"
				   "  FAILED: {end: failed}\n";
	struct bench *bench = *state;
	struct rig *rig = take(bench, CLASSIC, NULL);

	rig->machine = stock_machine(&bench->stocks[CLASSIC], "twice.yaml", text);
	leg(&bench->play, LEAVE, EXIT_FAILED);
	says(bench, "two elements of 'for_each' change web-classic/" SELF);
	assert_int_equal(rig->mutations, 0);
}

static void any_is_content_with_none_and_all_is_not(void **state)
{
	static const char *const sentences[] = {
		SELF " is registered with no classic load balancer; where that may be so, say 'any' instead of 'all'",
		SELF " is registered in no target group; where that may be so, say 'any' instead of 'all'",
	};
	struct bench *bench = *state;

	for (enum kind kind = 0; kind < NAMED; kind++) {
		take(bench, kind, "in-none");
		name(bench, "any");
		leg(&bench->play, LEAVE, EXIT_REACHED);
		leg(&bench->play, RETURN, EXIT_REACHED);
		take(bench, kind, "in-none");
		leg(&bench->play, LEAVE, EXIT_FAILED);
		says(bench, sentences[kind]);
		assert_int_equal(bench->play.trial.rig.mutations, 0);
		expect_nothing_moved(&bench->play);
	}
}

/* ---- what the scripts get wrong ---- */

static void l2_a_rollback_puts_back_what_the_failed_deployment_took_out(void **state)
{
	static const char *const inputs[] = { "all", "any" };
	struct bench *bench = *state;

	for (enum kind kind = 0; kind < NAMED; kind++)
		for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
			take(bench, kind, kinds[kind].rich);
			name(bench, inputs[i]);
			bench->play.trial.rig.deployment = "d-failed";
			leg(&bench->play, LEAVE, EXIT_REACHED);
			bench->play.trial.rig.deployment = "d-rollback";
			leg(&bench->play, LEAVE, EXIT_REACHED);
			expect_out(bench);
			leg(&bench->play, RETURN, EXIT_REACHED);
			expect_nothing_moved(&bench->play);
		}
}

/* The instance is in the group: the group's own balancers are another machine's, those by hand are this one's. */
static void l8_an_instance_of_a_group_leaves_what_it_was_registered_with_by_hand(void **state)
{
	static const char world[] = "scenario: by-hand\n"
				    "self: " SELF "\n"
				    "balancers: {by-hand: {drain: 1m, instances: [" SELF "]}, attached: {drain: 1m}}\n"
				    "groups: {web: {minimum: 1, desired: 1, maximum: 2, balancers: [attached], "
				    "instances: {" SELF ": {zone: eu-west-1a}}}}\n";
	struct bench *bench = *state;
	struct rig *rig = take(bench, CLASSIC, world);

	name(bench, "by-hand");
	leg(&bench->play, LEAVE, EXIT_REACHED);
	rig_expect(rig, "balancers.\"attached\".instances[0].state == 'InService'");
	assert_int_equal(rig_count(rig, "DeregisterInstancesFromLoadBalancer"), 1);
	leg(&bench->play, RETURN, EXIT_REACHED);
	expect_nothing_moved(&bench->play);
}

static void l8_by_default_what_is_joined_by_hand_is_not_looked_for(void **state)
{
	static const char *const searches[] = { "DescribeTargetGroups", "DescribeLoadBalancers", "DeregisterTargets" };
	struct bench *bench = *state;
	struct rig *rig = take(bench, STANDBY, NULL);

	json_object_clear(rig->given);
	leg(&bench->play, LEAVE, EXIT_REACHED);
	rig_expect(rig,
		   "target_groups.\"web-admin\".targets[?instance == '" SELF "'].state == ['healthy', 'healthy']");
	leg(&bench->play, RETURN, EXIT_REACHED);
	for (size_t i = 0; i < ARRAY_LENGTH(searches); i++)
		assert_int_equal(rig_requests(rig, searches[i]), 0);
	expect_nothing_moved(&bench->play);
}

static void l8_what_is_attached_to_the_group_leaves_by_standby_even_where_it_is_named(void **state)
{
	struct bench *bench = *state;
	struct rig *rig = take(bench, STANDBY, NULL);

	json_object_clear(rig->given);
	json_object_set_new(rig->given, "target_groups", json_pack("[s, s]", "web-http", "web-admin"));
	json_object_set_new(rig->given, "load_balancers", json_pack("[s]", "web-classic"));
	leg(&bench->play, LEAVE, EXIT_REACHED);
	rig_expect(rig, "!(" OURS ")");
	leg(&bench->play, RETURN, EXIT_REACHED);
	assert_int_equal(rig_count(rig, "DeregisterTargets"), 1);
	assert_int_equal(rig_count(rig, "DeregisterInstancesFromLoadBalancer"), 0);
	expect_nothing_moved(&bench->play);
}

static void l10_what_never_will_be_healthy_is_not_waited_for(void **state)
{
	struct bench *bench = *state;
	int64_t begun_ms;

	take(bench, TARGETS, "several-ports");
	name(bench, "web-unused,web-unchecked,web-zone");
	leg(&bench->play, LEAVE, EXIT_REACHED);
	begun_ms = sim_wall_ms(bench->play.trial.sim);
	leg(&bench->play, RETURN, EXIT_REACHED);
	assert_in_range(sim_wall_ms(bench->play.trial.sim) - begun_ms, 0, MINUTE_MS);
	expect_nothing_moved(&bench->play);
	rig_expect(&bench->play.trial.rig, "target_groups.\"web-zone\".targets[0].[state, reason] == "
					   "['unused', 'Target.NotInUse']");
}

static void l10_what_is_unhealthy_is_waited_for_and_fails(void **state)
{
	struct bench *bench = *state;

	for (enum kind kind = 0; kind < NAMED; kind++) {
		take(bench, kind, NULL);
		leg(&bench->play, LEAVE, EXIT_REACHED);
		sim_act(bench->play.trial.sim, &(struct sim_act){ .kind = SIM_ACT_FAIL_HEALTH, .instance = SELF });
		leg(&bench->play, RETURN, EXIT_FAILED);
		assert_int_equal(bench->play.result.failure, FAILURE_TIMEOUT);
		assert_int_equal(rig_open_runs(&bench->play.trial.rig), 0);
	}
}

static void l19_a_name_that_does_not_exist_ends_the_run_before_anything_is_changed(void **state)
{
	static const struct {
		enum kind kind;
		const char *names, *says;
	} rows[] = {
		{ CLASSIC, "web-classic,web-clasic", "there is no classic load balancer web-clasic" },
		{ TARGETS, "web-admin,web-htp,web-amin", "there is no target group web-htp, web-amin" },
		{ TARGETS, "web-admin," ARN "web-http/1", "there is no target group " ARN "web-http/1" },
		{ STANDBY, "web-admin,web-amin", "there is no target group web-amin" },
		{ ATTACHED, "web-amin,web-admin", "there is no target group web-amin" },
		{ ANYTHING, ARN "web-admin/1", "there is no target group " ARN "web-admin/1" },
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		take(bench, rows[i].kind, kinds[rows[i].kind].rich);
		name(bench, rows[i].names);
		leg(&bench->play, LEAVE, EXIT_FAILED);
		assert_int_equal(bench->play.result.failure, FAILURE_NOT_FOUND);
		says(bench, rows[i].says);
		assert_int_equal(bench->play.trial.rig.mutations, 0);
		expect_nothing_moved(&bench->play);
	}
}

static void l21_a_first_deployment_has_nothing_to_put_back(void **state)
{
	static const char *const inputs[] = { "all", "any" };
	struct bench *bench = *state;

	for (enum kind kind = 0; kind < NAMED; kind++)
		for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
			take(bench, kind, i ? "in-none" : kinds[kind].rich);
			name(bench, inputs[i]);
			leg(&bench->play, RETURN, EXIT_REACHED);
			says(bench, "i-0a1b2c3d4e5f60718 is in service and no run is open: nothing to put back");
			assert_int_equal(bench->play.trial.rig.mutations, 0);
			expect_nothing_moved(&bench->play);
		}
}

/* Nobody knows who took it out of a balancer that is named; adopted, it is put back into it. */
static void who_is_out_of_a_named_one_and_has_no_run_is_adopted(void **state)
{
	static const char *const names[] = { "web-reports", ARN "web-reports/0000000000000007" };
	struct bench *bench = *state;
	struct rig *rig;

	for (enum kind kind = 0; kind < NAMED; kind++) {
		rig = take(bench, kind, kinds[kind].rich);
		name(bench, names[kind]);
		leg(&bench->play, RETURN, EXIT_LEFT);
		rig_adopt(rig, &bench->play.result);
		if (bench->play.result.status != EXIT_REACHED)
			rig_fail(rig, "exit %d", (int)bench->play.result.status);
		rig_run(rig, "IN_SERVICE", &bench->play.result);
		assert_int_equal(bench->play.result.status, EXIT_REACHED);
		assert_int_equal(rig->mutations, 1);
		rig_expect(rig, kind == CLASSIC ? "balancers.\"web-reports\".instances[?instance == '" SELF
						  "'].state == ['InService']"
						: "target_groups.\"web-reports\".targets[?instance == '" SELF
						  "'].[port, state] == [[`8081`, 'healthy']]");
	}
}

/* ---- what others do ---- */

static void a_balancer_that_is_gone_keeps_no_other_waiting(void **state)
{
	static const struct sim_act acts[] = {
		[CLASSIC] = { .kind = SIM_ACT_DELETE_BALANCER, .balancer = "web-internal" },
		[TARGETS] = { .kind = SIM_ACT_DELETE_TARGET_GROUP, .target_group = "web-admin" },
	};
	struct bench *bench = *state;
	struct rig *rig;

	for (enum kind kind = 0; kind < NAMED; kind++) {
		rig = take(bench, kind, NULL);
		leg(&bench->play, LEAVE, EXIT_REACHED);
		sim_act(bench->play.trial.sim, &acts[kind]);
		leg(&bench->play, RETURN, EXIT_REACHED);
		assert_int_equal(rig_count(rig, bench->kind->returns), 1);
		assert_int_equal(rig_open_runs(rig), 0);
	}
}

static void what_an_operator_put_back_already_is_not_put_back_twice(void **state)
{
	static const struct sim_act acts[] = {
		[CLASSIC] = { .kind = SIM_ACT_REGISTER, .instance = SELF, .balancer = "web-internal" },
		[TARGETS] = { .kind = SIM_ACT_REGISTER, .instance = SELF, .target_group = "web-admin" },
	};
	struct bench *bench = *state;

	for (enum kind kind = 0; kind < NAMED; kind++) {
		take(bench, kind, NULL);
		leg(&bench->play, LEAVE, EXIT_REACHED);
		sim_act(bench->play.trial.sim, &acts[kind]);
		sim_advance(bench->play.trial.sim, MINUTE_MS);
		leg(&bench->play, RETURN, EXIT_REACHED);
		assert_int_equal(rig_count(&bench->play.trial.rig, bench->kind->returns), 1);
		expect_nothing_moved(&bench->play);
	}
}

/* ---- how many calls, and how long ---- */

static unsigned requests_of(struct bench *bench, const char *event)
{
	unsigned before = sim_requests(bench->play.trial.sim);

	leg(&bench->play, event, EXIT_REACHED);
	return sim_requests(bench->play.trial.sim) - before;
}

/* Where nothing drains and one check makes healthy: a leave of 11 and 13 calls with the scripts, a return of 11. */
static void two_balancers_cost_about_half_of_the_scripts_calls(void **state)
{
	static const char world[] = "scenario: two\n"
				    "self: " SELF "\n"
				    "target_groups:\n"
				    "  a: {drain: 0s, unchecked: true, targets: [{instance: " SELF "}]}\n"
				    "  b: {drain: 0s, unchecked: true, targets: [{instance: " SELF "}]}\n"
				    "balancers:\n"
				    "  a: {interval: 500ms, healthy_after: 1, instances: [" SELF "]}\n"
				    "  b: {interval: 500ms, healthy_after: 1, instances: [" SELF "]}\n"
				    "instances: {" SELF ": {zone: eu-west-1a}}\n"
				    "takes: {register: 1ms, answer: 10ms}\n";
	static const unsigned most[NAMED][2] = { [CLASSIC] = { 6, 8 }, [TARGETS] = { 7, 6 } };
	struct bench *bench = *state;

	for (enum kind kind = 0; kind < NAMED; kind++) {
		unsigned left, returned;

		take(bench, kind, world);
		name(bench, "a,b");
		left = requests_of(bench, LEAVE);
		returned = requests_of(bench, RETURN);
		print_message("%s: %u + %u calls\n", kinds[kind].machine, left, returned);
		assert_true(left <= most[kind][0] && returned <= most[kind][1]);
	}
}

static char *world_of(enum kind kind, unsigned count)
{
	struct buffer text = BUFFER_INIT;
	char *world;

	buffer_add_format(&text,
			  "scenario: many\nself: " SELF "\ninstances: {" SELF ": {zone: eu-west-1a}}\n"
			  "takes: {answer: 50ms, register: 10s}\n%s:\n",
			  kind == CLASSIC ? "balancers" : "target_groups");
	for (unsigned i = 1; i <= count; i++)
		buffer_add_format(&text, "  web-%u: {drain: %us, interval: 10s, %s}\n", i, 60 - (i - 1) % 10,
				  kind == CLASSIC ? "instances: [" SELF "]" : "targets: [{instance: " SELF "}]");
	world = memory_copy_text(buffer_text(&text));
	buffer_release(&text);
	return world;
}

static int64_t time_of(struct bench *bench, const char *event)
{
	int64_t before_ms = sim_wall_ms(bench->play.trial.sim);

	leg(&bench->play, event, EXIT_REACHED);
	return sim_wall_ms(bench->play.trial.sim) - before_ms;
}

static void many_leave_and_return_in_the_time_of_the_slowest(void **state)
{
	static const unsigned counts[] = { 1, 10, 100 };
	struct bench *bench = *state;

	for (enum kind kind = 0; kind < NAMED; kind++) {
		int64_t left_ms[3], returned_ms[3];

		for (size_t i = 0; i < 3; i++) {
			char *world = world_of(kind, counts[i]);

			take(bench, kind, world);
			left_ms[i] = time_of(bench, LEAVE);
			returned_ms[i] = time_of(bench, RETURN);
			expect_nothing_moved(&bench->play);
			print_message("%s: %u: %lld + %lld ms, %u calls\n", kinds[kind].machine, counts[i],
				      (long long)left_ms[i], (long long)returned_ms[i],
				      sim_requests(bench->play.trial.sim));
			assert_true(left_ms[i] * 10 <= left_ms[0] * 12);
			assert_true(returned_ms[i] * 10 <= returned_ms[0] * 12);
			free(world);
		}
	}
}

/* A region and a group that fill several pages of every list. */
static char *crowd(void)
{
	struct buffer text = BUFFER_INIT;
	char *world;

	buffer_add_format(&text, "scenario: crowd\nself: " SELF "\ntakes: {answer: 20ms}\ntarget_groups:\n");
	for (unsigned i = 1; i <= 450; i++)
		buffer_add_format(&text, "  web-%u: {drain: 5s, interval: 5s%s}\n", i,
				  i == 1 || i % 200 ? "" : ", targets: [{instance: " SELF "}]");
	buffer_add_format(&text, "balancers:\n");
	for (unsigned i = 1; i <= 450; i++)
		buffer_add_format(&text, "  classic-%u: {drain: 5s, interval: 5s%s}\n", i,
				  i == 1 || i % 200 ? "" : ", instances: [" SELF "]");
	buffer_add_format(&text, "groups:\n  web-prod:\n    minimum: 1000\n    desired: 1000\n    maximum: 1000\n"
				 "    target_groups: [web-1]\n    balancers: [classic-1]\n    instances:\n"
				 "      " SELF ": {zone: eu-west-1a}\n");
	for (unsigned i = 1; i < 1000; i++)
		buffer_add_format(&text, "      i-%017x: {zone: eu-west-1b}\n", i);
	world = memory_copy_text(buffer_text(&text));
	buffer_release(&text);
	return world;
}

static void one_of_a_thousand_leaves_and_comes_back_in_a_region_of_many_pages(void **state)
{
	struct bench *bench = *state;
	struct rig *rig = &bench->play.trial.rig;
	char *world = crowd();

	take(bench, STANDBY, world);
	leg(&bench->play, LEAVE, EXIT_REACHED);
	expect_out(bench);
	assert_int_equal(rig_count(rig, "DeregisterTargets"), 2);
	assert_int_equal(rig_count(rig, "DeregisterInstancesFromLoadBalancer"), 2);
	leg(&bench->play, RETURN, EXIT_REACHED);
	expect_nothing_moved(&bench->play);
	print_message("%u calls\n", sim_requests(bench->play.trial.sim));
	/* Each target group is asked about once, as AWS has no list by instance; then the cycle and its waits. */
	assert_true(sim_requests(bench->play.trial.sim) <= 450 + 150);
	free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_instance_leaves_and_comes_back),
		TEST(l9_every_port_leaves_and_comes_back_and_groups_are_named_by_arn_too),
		TEST(l9_every_port_by_hand_leaves_and_comes_back_beside_the_groups_own),
		TEST(of_the_named_ones_only_those_are_joined_again_that_were_left),
		TEST(what_is_named_twice_is_left_once),
		TEST(two_elements_that_change_one_resource_are_refused),
		TEST(any_is_content_with_none_and_all_is_not),
		TEST(l2_a_rollback_puts_back_what_the_failed_deployment_took_out),
		TEST(l8_an_instance_of_a_group_leaves_what_it_was_registered_with_by_hand),
		TEST(l8_by_default_what_is_joined_by_hand_is_not_looked_for),
		TEST(l8_what_is_attached_to_the_group_leaves_by_standby_even_where_it_is_named),
		TEST(l10_what_never_will_be_healthy_is_not_waited_for),
		TEST(l10_what_is_unhealthy_is_waited_for_and_fails),
		TEST(l19_a_name_that_does_not_exist_ends_the_run_before_anything_is_changed),
		TEST(l21_a_first_deployment_has_nothing_to_put_back),
		TEST(who_is_out_of_a_named_one_and_has_no_run_is_adopted),
		TEST(a_balancer_that_is_gone_keeps_no_other_waiting),
		TEST(what_an_operator_put_back_already_is_not_put_back_twice),
		TEST(two_balancers_cost_about_half_of_the_scripts_calls),
		TEST(many_leave_and_return_in_the_time_of_the_slowest),
		TEST(one_of_a_thousand_leaves_and_comes_back_in_a_region_of_many_pages),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
