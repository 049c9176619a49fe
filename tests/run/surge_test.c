/* What asg-surge promises, over the simulated AWS: one instance more is there before this one leaves, at no moment do
 * fewer serve than before, and exactly the one that was launched is ended. Also where a process dies anywhere. */
#include "config.h"

#include "play.h"
#include "../plays.h"

#include <stdlib.h>
#include <string.h>

#define NOBODY_IS_GONE "length(" GROUP ".instances.*.state | [?@ == 'InService']) >= `3`"

struct bench {
	struct play play;
	void (*record)(struct reporter *reporter, const struct history *history, const json_t *record);
	void (*waiting)(struct reporter *reporter, const struct history *history, const struct waiting *waiting);
	unsigned looks;
};

static int load(void **state)
{
	return play_load_machine(state, "asg-surge", quick_world);
}

static struct bench *bench_of(struct reporter *reporter)
{
	return (struct bench *)((char *)reporter - offsetof(struct bench, play.trial.rig.reporter));
}

static void look_and_record(struct reporter *reporter, const struct history *history, const json_t *record)
{
	struct bench *bench = bench_of(reporter);

	bench->looks++;
	rig_expect(&bench->play.trial.rig, NOBODY_IS_GONE);
	bench->record(reporter, history, record);
}

static void look_and_wait(struct reporter *reporter, const struct history *history, const struct waiting *waiting)
{
	struct bench *bench = bench_of(reporter);

	bench->looks++;
	rig_expect(&bench->play.trial.rig, NOBODY_IS_GONE);
	bench->waiting(reporter, history, waiting);
}

/* From now on the group is looked at whenever anything is told. */
static void watch(struct bench *bench)
{
	struct reporter *reporter = &bench->play.trial.rig.reporter;

	bench->record = reporter->record;
	bench->waiting = reporter->waiting;
	reporter->record = look_and_record;
	reporter->waiting = look_and_wait;
}

static int begin(void **state)
{
	struct bench *bench = memory_new(1, sizeof(*bench));

	bench->play.stock = *state;
	play_open(&bench->play);
	watch(bench);
	*state = bench;
	return 0;
}

static int end(void **state)
{
	struct bench *bench = *state;

	play_close(&bench->play);
	free(bench);
	return 0;
}

static struct rig *take(struct bench *bench, const char *world)
{
	play_take(&bench->play, world);
	watch(bench);
	return &bench->play.trial.rig;
}

/* The input of the only request of that operation. */
static const json_t *input_of(const struct bench *bench, const char *operation)
{
	const struct sim *sim = bench->play.trial.sim;
	const json_t *input = NULL;

	for (size_t i = 0; i < sim_log_count(sim); i++)
		if (strcmp(sim_log_at(sim, i)->operation, operation) == 0) {
			assert_null(input);
			input = sim_log_at(sim, i)->input;
		}
	assert_non_null(input);
	return input;
}

static const char *text_of(const json_t *input, const char *member)
{
	return json_string_value(json_object_get(input, member));
}

static void expect_back(struct bench *bench)
{
	sim_advance(bench->play.trial.sim, 10 * 60 * 1000);
	expect_nothing_moved(&bench->play);
	rig_expect(&bench->play.trial.rig, "launches == terminations");
}

static void expect_changes(const struct bench *bench, const char *const due[], size_t n_due)
{
	const struct sim *sim = bench->play.trial.sim;
	size_t n = 0;

	for (size_t i = 0; i < sim_log_count(sim); i++)
		if (!sim_log_at(sim, i)->reads) {
			assert_true(n < n_due);
			assert_string_equal(sim_log_at(sim, i)->operation, due[n++]);
		}
	assert_int_equal(n, n_due);
}

/* ---- what it does ---- */

static void desired_is_raised_first_and_at_no_moment_fewer_serve(void **state)
{
	static const char *const due[] = { "SuspendProcesses",      "SetDesiredCapacity",
					   "SetInstanceProtection", "EnterStandby",
					   "ExitStandby",           "TerminateInstanceInAutoScalingGroup",
					   "ResumeProcesses" };
	struct bench *bench = *state;

	leg(&bench->play, LEAVE, EXIT_REACHED);
	rig_expect(&bench->play.trial.rig, GROUP ".[minimum, desired] == [`3`, `3`] && launches == `1`");
	rig_expect(&bench->play.trial.rig, GROUP ".instances.\"" SELF "\".state == 'Standby'");
	leg(&bench->play, RETURN, EXIT_REACHED);
	expect_back(bench);
	expect_changes(bench, due, ARRAY_LENGTH(due));
	assert_true(bench->looks > 30);
}

static void l8_what_is_joined_by_hand_is_left_last_and_nobody_stands_in_there(void **state)
{
	static const char *const due[] = { "SuspendProcesses",
					   "SetDesiredCapacity",
					   "SetInstanceProtection",
					   "DeregisterTargets",
					   "DeregisterInstancesFromLoadBalancer",
					   "EnterStandby",
					   "ExitStandby",
					   "RegisterInstancesWithLoadBalancer",
					   "RegisterTargets",
					   "TerminateInstanceInAutoScalingGroup",
					   "ResumeProcesses" };
	struct bench *bench = *state;
	struct rig *rig = take(bench, "by-hand");

	json_decref(rig->given);
	rig->given = json_pack("{s:[s], s:[s]}", "target_groups", "any", "load_balancers", "any");
	leg(&bench->play, LEAVE, EXIT_REACHED);
	rig_expect(rig, "!target_groups.\"web-admin\".targets && !balancers.\"web-internal\".instances");
	leg(&bench->play, RETURN, EXIT_REACHED);
	expect_back(bench);
	expect_changes(bench, due, ARRAY_LENGTH(due));
}

static void it_leaves_only_when_the_other_one_is_healthy(void **state)
{
	struct bench *bench = *state;
	unsigned number;

	leg(&bench->play, LEAVE, EXIT_REACHED);
	number = rig_number(&bench->play.trial.rig, "EnterStandby");
	take(bench, quick_world);
	sim_fault(bench->play.trial.sim, number, SIM_FAULT_CRASH_BEFORE, 0);
	rig_hook(&bench->play.trial.rig, LEAVE, "dg-1", &bench->play.result);
	rig_expect(&bench->play.trial.rig, "length(target_groups.\"web-http\".targets[?state == 'healthy']) == `4`");
	rig_expect(&bench->play.trial.rig,
		   "length(balancers.\"web-classic\".instances[?state == 'InService']) == `4`");
}

static void who_was_launched_is_ended_by_its_id_and_nobody_else(void **state)
{
	struct bench *bench = *state;
	const json_t *ended;

	leg(&bench->play, LEAVE, EXIT_REACHED);
	leg(&bench->play, RETURN, EXIT_REACHED);
	assert_int_equal(rig_requests(&bench->play.trial.rig, "SetDesiredCapacity"), 1);
	assert_int_equal(json_integer_value(json_object_get(input_of(bench, "SetDesiredCapacity"), "DesiredCapacity")),
			 4);
	ended = input_of(bench, "TerminateInstanceInAutoScalingGroup");
	assert_string_equal(text_of(ended, "InstanceId"),
			    json_string_value(json_array_get(
				    json_object_get(input_of(bench, "SetInstanceProtection"), "InstanceIds"), 0)));
	assert_true(json_is_true(json_object_get(ended, "ShouldDecrementDesiredCapacity")));
	assert_non_null(strstr(buffer_text(&bench->play.trial.rig.told),
			       "\"end i-0fee1000000000001, group desired 4 -> 3\""));
	/* Neither this one nor a neighbour: those are there still. */
	expect_back(bench);
}

static const char full[] = "scenario: full\n"
			   "self: " SELF "\n"
			   "groups:\n"
			   "  web-prod:\n"
			   "    minimum: 2\n"
			   "    desired: 3\n"
			   "    maximum: 3\n"
			   "    instances: {" SELF ": {}, " SECOND ": {}, i-0c1d2e3f405162738: {}}\n";

/* It has traffic still, so the deployment must not go on: exit 1. */
static void at_its_maximum_nothing_is_launched_and_nothing_changed(void **state)
{
	struct bench *bench = *state;
	struct rig *rig = take(bench, full);

	leg(&bench->play, LEAVE, EXIT_FAILED);
	assert_string_equal(bench->play.result.message, "web-prod is at its maximum, 3: no instance can be added");
	assert_int_equal(rig->mutations, 0);
	expect_nothing_moved(&bench->play);
}

static void l21_a_first_deployment_at_the_maximum_has_nothing_to_put_back(void **state)
{
	struct bench *bench = *state;
	struct rig *rig = take(bench, full);

	leg(&bench->play, RETURN, EXIT_REACHED);
	assert_string_equal(bench->play.result.message,
			    "no run is open: nothing to put back; " SELF " could not be taken out either: "
			    "web-prod is at its maximum, 3: no instance can be added");
	assert_int_equal(rig->mutations, 0);
	expect_nothing_moved(&bench->play);
}

static void who_is_not_launched_in_time_is_called_off(void **state)
{
	static const struct sim_act no_launch = { .kind = SIM_ACT_SUSPEND, .group = "web-prod", .process = "Launch" };
	static const struct sim_act launch = { .kind = SIM_ACT_RESUME, .group = "web-prod", .process = "Launch" };
	struct bench *bench = *state;

	for (unsigned request = 3; request <= 14; request++) {
		struct rig *rig = take(bench, quick_world);

		sim_act_before(rig->sim, request, &no_launch);
		rig_hook(rig, LEAVE, "dg-1", &bench->play.result);
		rig->deployment = "d-2";
		sim_act(rig->sim, &launch);
		leg(&bench->play, LEAVE, EXIT_REACHED);
		leg(&bench->play, RETURN, EXIT_REACHED);
		expect_back(bench);
	}
}

/* The group has its size with the other one, which took this one's place: to end it would make the group smaller, and
 * at the minimum AWS refuses that for good. */
static void who_stands_in_for_one_that_is_ended_stays_in_its_place(void **state)
{
	static const struct sim_act ends = { .kind = SIM_ACT_TERMINATE, .group = "web-prod", .instance = SELF };
	static const int minimums[] = { 3, 2 };
	struct bench *bench = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(minimums); i++) {
		const struct sim_act minimum = {
			.kind = SIM_ACT_MINIMUM, .group = "web-prod", .value = minimums[i]
		};
		struct rig *rig = take(bench, quick_world);

		sim_act(rig->sim, &minimum);
		leg(&bench->play, LEAVE, EXIT_REACHED);
		sim_act(rig->sim, &ends);
		leg(&bench->play, RETURN, EXIT_FAILED);
		assert_int_equal(rig_open_runs(rig), 0);
		rig_expect(rig, GROUP ".desired == `3` && length(" GROUP ".suspended) == `1`");
		rig_expect(rig, "length(" GROUP ".instances.*.state | [?@ == 'InService']) == `3`");
		assert_non_null(strstr(buffer_text(&rig->told),
				       SELF " is absent, and i-0fee1000000000001 stays in its place, protected "
					    "from scale-in"));
	}
}

/* ---- a death anywhere ---- */

static void cycle(struct bench *bench)
{
	static const char *const events[] = { LEAVE, RETURN };

	for (size_t i = 0; i < ARRAY_LENGTH(events); i++) {
		for (unsigned deaths = 0; deaths < 2; deaths++) {
			rig_hook(&bench->play.trial.rig, events[i], "dg-1", &bench->play.result);
			if (bench->play.result.status == EXIT_REACHED)
				break;
		}
		assert_int_equal(bench->play.result.status, EXIT_REACHED);
		sim_advance(bench->play.trial.sim, 10 * 60 * 1000);
	}
	expect_back(bench);
	rig_expect(&bench->play.trial.rig, "launches == `1`");
}

static void a_death_at_every_record_of_either_leg_launches_and_ends_one(void **state)
{
	struct bench *bench = *state;
	unsigned records;

	cycle(bench);
	records = bench->play.trial.rig.records;
	for (unsigned k = 1; k <= records; k += play_stride()) {
		take(bench, quick_world)->die_at_record = k;
		cycle(bench);
	}
	print_message("%u deaths\n", records / play_stride());
}

static void a_death_at_every_request_of_either_leg_launches_and_ends_one(void **state)
{
	static const enum sim_fault_kind sides[] = { SIM_FAULT_CRASH_BEFORE, SIM_FAULT_CRASH_AFTER };
	struct bench *bench = *state;
	unsigned requests;

	cycle(bench);
	requests = sim_requests(bench->play.trial.sim);
	for (unsigned i = 0; i < 2 * requests; i += play_stride()) {
		struct rig *rig = take(bench, quick_world);

		sim_fault(rig->sim, i / 2 + 1, sides[i % 2], 0);
		cycle(bench);
	}
	print_message("%u deaths\n", 2 * requests / play_stride());
}

/* On its way back, and every answer to the next process's questions is of before that. False where it came back before
 * it could die. */
static bool dies_returning(struct bench *bench, unsigned record)
{
	struct rig *rig = take(bench, quick_world);

	sim_keep_past(rig->sim);
	leg(&bench->play, LEAVE, EXIT_REACHED);
	sim_advance(rig->sim, 10 * 60 * 1000);
	rig->die_at_record = rig->records + record;
	rig_hook(rig, RETURN, "dg-1", &bench->play.result);
	for (unsigned k = 1; k <= 32; k++)
		sim_fault(rig->sim, sim_requests(rig->sim) + k, SIM_FAULT_STALE, 20000);
	return rig_open_runs(rig) > 0;
}

static void gone_on_with_at_once_who_was_ended_just_now_is_not_missed(void **state)
{
	struct bench *bench = *state;
	unsigned record = 1;

	while (dies_returning(bench, record)) {
		leg(&bench->play, RETURN, EXIT_REACHED);
		expect_back(bench);
		rig_expect(&bench->play.trial.rig, "launches == `1`");
		record++;
	}
	assert_true(record > 10);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(desired_is_raised_first_and_at_no_moment_fewer_serve),
		TEST(l8_what_is_joined_by_hand_is_left_last_and_nobody_stands_in_there),
		TEST(it_leaves_only_when_the_other_one_is_healthy),
		TEST(who_was_launched_is_ended_by_its_id_and_nobody_else),
		TEST(at_its_maximum_nothing_is_launched_and_nothing_changed),
		TEST(l21_a_first_deployment_at_the_maximum_has_nothing_to_put_back),
		TEST(who_is_not_launched_in_time_is_called_off),
		TEST(who_stands_in_for_one_that_is_ended_stays_in_its_place),
		TEST(a_death_at_every_record_of_either_leg_launches_and_ends_one),
		TEST(a_death_at_every_request_of_either_leg_launches_and_ends_one),
		TEST(gone_on_with_at_once_who_was_ended_just_now_is_not_missed),
	};

	return cmocka_run_group_tests(tests, load, play_unload);
}
