/* What the scripts get wrong, a test a row, played against the simulated AWS: the world, how the process ends, what is
 * left in the ledger, how many requests and how much time it took. What needs a process (S2, S3, instance metadata of
 * L20) is played in tests/interop. */
#include "config.h"

#include "ways.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- set-up ---- */

static void says(const struct play *lesson, const char *part)
{
	if (!strstr(lesson->result.message, part))
		fail_msg("it says '%s', not '%s'", lesson->result.message, part);
}

static unsigned changes(const struct play *lesson)
{
	return lesson->trial.rig.mutations;
}

static void act(struct play *lesson, enum sim_act_kind kind, int64_t value)
{
	const struct sim_act done = { .kind = kind, .group = "web-prod", .instance = SELF, .value = value };

	sim_act(lesson->trial.sim, &done);
}

static void suspend(struct play *lesson, const char *process)
{
	sim_act(lesson->trial.sim,
		&(struct sim_act){ .kind = SIM_ACT_SUSPEND, .group = "web-prod", .process = process });
}

/* ---- wrong results ---- */

static void l1_a_rollback_with_a_new_deployment_finds_what_the_failed_one_left(void **state)
{
	struct play *lesson = *state;
	struct rig *rig = &lesson->trial.rig;

	leg(lesson, LEAVE, EXIT_REACHED);
	rig->deployment = "d-2"; /* the installation failed: CodeDeploy rolls back */
	sim_advance(lesson->trial.sim, 60000);
	leg(lesson, LEAVE, EXIT_REACHED);
	rig_expect(rig, way_of(lesson)->out);
	leg(lesson, RETURN, EXIT_REACHED);
	expect_back(lesson);
	expect_no_request_more(lesson);
}

static void l2_a_rollback_after_a_failed_deployment_leaves_the_instance_in_its_balancers(void **state)
{
	struct play *lesson = *state;

	leg(lesson, LEAVE, EXIT_REACHED);
	lesson->trial.rig.deployment = "d-2";
	leg(lesson, RETURN, EXIT_REACHED);
	expect_back(lesson);
}

static void l3_access_denied_is_not_taken_for_not_in_a_group(void **state)
{
	struct play *lesson = *state;
	unsigned looks = way_number(lesson, way_of(lesson)->leaves[0], 1) - 1;

	for (unsigned k = 1; k <= looks; k++) {
		unsigned before = sim_requests(lesson->trial.sim);

		sim_fault(lesson->trial.sim, before + k, SIM_FAULT_ACCESS_DENIED, 0);
		leg(lesson, LEAVE, EXIT_FAILED);
		assert_int_equal(lesson->result.failure, FAILURE_ACCESS_DENIED);
		assert_in_range(sim_requests(lesson->trial.sim) - before, k, looks);
		assert_int_equal(changes(lesson), 0);
		expect_nothing_moved(lesson);
	}
}

static void l4_what_will_never_succeed_is_asked_once(void **state)
{
	struct play *lesson = *state;
	const struct way *way = way_of(lesson);

	for (size_t i = 0; i < WAY_STEPS_MOST && way->leaves[i]; i++) {
		struct play one = { .stock = lesson->stock };
		int64_t begun_ms;

		play_open(&one);
		begun_ms = sim_wall_ms(one.trial.sim);
		sim_fault(one.trial.sim, way_number(lesson, way->leaves[i], 1), SIM_FAULT_ACCESS_DENIED, 0);
		leg(&one, LEAVE, EXIT_FAILED);
		assert_int_equal(one.result.failure, FAILURE_ACCESS_DENIED);
		/* Side by side with it others may be under way; and the minimum's second one is what restores it. */
		assert_in_range(rig_requests(&one.trial.rig, way->leaves[i]), 1, way_count(way, way->leaves[i]));
		assert_in_range(sim_wall_ms(one.trial.sim) - begun_ms, 0, 30000 + way->launch_ms);
		expect_back(&one);
		play_close(&one);
	}
}

static const char world_of_state[] = "scenario: %s\n"
				     "self: " SELF "\n"
				     "groups:\n"
				     "  web-prod:\n"
				     "    minimum: 1\n"
				     "    desired: 2\n"
				     "    maximum: 4\n"
				     "    instances: {" SELF ": {state: '%s', stuck: true}, " SECOND ": {}}\n";

static void in_state(struct play *lesson, const char *lifecycle)
{
	char *text = memory_format(world_of_state, "one-state", lifecycle);

	play_take(lesson, text);
	free(text);
}

static void nothing_was_done(struct play *lesson)
{
	assert_int_equal(changes(lesson), 0);
	assert_int_equal(rig_open_runs(&lesson->trial.rig), 0);
	rig_expect(&lesson->trial.rig, GROUP ".minimum == `1` && length(" GROUP ".suspended) == `0`");
	assert_in_range(sim_requests(lesson->trial.sim), 1, 4);
	assert_in_range(lesson->trial.rig.waits, 0, 0);
}

static void l5_an_instance_in_any_other_state_fails_at_once_and_changes_nothing(void **state)
{
	static const struct {
		const char *state, *says;
	} rows[] = {
		{ "Pending", "Pending: it comes into service by itself in a moment" },
		{ "Pending:Proceed", "Pending:Proceed: it comes into service by itself in a moment" },
		{ "Terminating", "Terminating: its group ends it, as at a scale-in or a spot interruption" },
		{ "Detaching", "Detaching: it is leaving its group" },
		{ "Quarantined", "Quarantined: its group has set it apart" },
		{ "ReplacingRootVolume:Wait", "ReplacingRootVolume:Wait: its root volume is being replaced" },
	};
	struct play *lesson = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t begun_ms;

		in_state(lesson, rows[i].state);
		begun_ms = sim_wall_ms(lesson->trial.sim);
		leg(lesson, LEAVE, EXIT_FAILED);
		says(lesson, rows[i].says);
		nothing_was_done(lesson);
		assert_in_range(sim_wall_ms(lesson->trial.sim) - begun_ms, 0, 5000);
	}
}

/* One that is in no group any more has no traffic by it; a machine that fits any instance is content with that. */
static void l5_a_detached_instance_is_in_no_group(void **state)
{
	struct play *lesson = *state;
	const bool fits_any = strcmp(lesson->stock->machine->name, "out-of-service") == 0;

	in_state(lesson, "Detached");
	leg(lesson, LEAVE, fits_any ? EXIT_REACHED : EXIT_FAILED);
	if (!fits_any)
		says(lesson, SELF " is in no Auto Scaling group");
	assert_int_equal(changes(lesson), 0);
}

static void l5_and_l21_an_instance_without_traffic_is_left_alone(void **state)
{
	static const struct {
		const char *state, *says;
	} rows[] = {
		{ "Pending:Wait", "Pending:Wait: it waits at a launch hook, and has no traffic" },
		{ "Terminating:Wait", "Terminating:Wait: it is being terminated, and has no traffic" },
		{ "Terminating:Proceed", "Terminating:Proceed: it is being terminated, and has no traffic" },
		{ "Terminating:Retained", "Terminating:Retained: it is being terminated, and has no traffic" },
		{ "Warmed:Stopped", "Warmed:Stopped: it is in the warm pool, and has no traffic" },
		{ "Warmed:Pending:Wait", "Warmed:Pending:Wait: it is in the warm pool, and has no traffic" },
		{ "Warmed:Running", "Warmed:Running: it is in the warm pool, and has no traffic" },
	};
	struct play *lesson = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		in_state(lesson, rows[i].state);
		leg(lesson, LEAVE, EXIT_REACHED);
		says(lesson, rows[i].says);
		nothing_was_done(lesson);
		leg(lesson, RETURN, EXIT_REACHED);
		assert_int_equal(changes(lesson), 0);
	}
}

static void l5_an_instance_on_its_way_into_standby_is_waited_for(void **state)
{
	struct play *lesson = *state;

	act(lesson, SIM_ACT_MINIMUM, 2);
	act(lesson, SIM_ACT_STANDBY, 0);
	rig_expect(&lesson->trial.rig, GROUP ".instances.\"" SELF "\".state == 'EnteringStandby'");
	leg(lesson, LEAVE, EXIT_REACHED);
	rig_expect(&lesson->trial.rig, GROUP ".instances.\"" SELF "\".state == 'Standby'");
	assert_int_equal(rig_requests(&lesson->trial.rig, "EnterStandby"), 0);
}

static void l6_processes_that_were_all_suspended_stay_so_and_no_empty_list_is_sent(void **state)
{
	struct play *lesson = *state;
	struct rig *rig = &lesson->trial.rig;
	char *question = memory_format("sort(" GROUP ".suspended) == sort(%s)", way_of(lesson)->processes);

	suspend(lesson, "AlarmNotification");
	suspend(lesson, "ScheduledActions");
	suspend(lesson, "ReplaceUnhealthy");
	if (strstr(question, "HealthCheck"))
		suspend(lesson, "HealthCheck");
	leg(lesson, LEAVE, EXIT_REACHED);
	leg(lesson, RETURN, EXIT_REACHED);
	assert_int_equal(rig_requests(rig, "SuspendProcesses") + rig_requests(rig, "ResumeProcesses"), 0);
	rig_expect(rig, question);
	free(question);
}

static void l7_the_return_waits_for_the_balancers_health(void **state)
{
	struct play *lesson = *state;

	leg(lesson, LEAVE, EXIT_REACHED);
	leg(lesson, RETURN, EXIT_REACHED);
	rig_expect(&lesson->trial.rig,
		   "!(target_groups.*.targets[] | [?instance == '" SELF "' && state != 'healthy'])");
	rig_expect(&lesson->trial.rig,
		   "!(balancers.*.instances[] | [?instance == '" SELF "' && state != 'InService'])");
	expect_back(lesson);
}

static void l7_an_instance_that_does_not_become_healthy_is_no_success(void **state)
{
	struct play *lesson = *state;

	leg(lesson, LEAVE, EXIT_REACHED);
	act(lesson, SIM_ACT_FAIL_HEALTH, 0);
	leg(lesson, RETURN, EXIT_FAILED);
	assert_int_equal(lesson->result.failure, FAILURE_TIMEOUT);
	assert_string_equal(lesson->result.state, "WAIT_HEALTHY");
	rig_expect(&lesson->trial.rig,
		   "!groups || " GROUP ".[minimum, desired, suspended] == [`3`, `3`, ['AZRebalance']]");
	assert_int_equal(rig_open_runs(&lesson->trial.rig), 0);
}

static void l10_a_target_group_that_never_says_healthy_does_not_end_the_wait(void **state)
{
	struct play *lesson = *state;

	/* One without a listener, one whose health checks are off, and drains beyond the waiters' patience (L18). */
	play_take(lesson, "slow-drain");
	lesson->trial.rig.at_most_ms = 3600000;
	leg(lesson, LEAVE, EXIT_REACHED);
	leg(lesson, RETURN, EXIT_REACHED);
	rig_expect(&lesson->trial.rig, GROUP ".minimum == `2` && " GROUP ".desired == `2`");
	rig_expect(&lesson->trial.rig,
		   "target_groups.\"web-slow\".targets[?instance == '" SELF "'].state | [0] == 'healthy'");
}

static void l11_a_lost_answer_is_looked_up_and_not_taken_for_a_failure(void **state)
{
	static const enum sim_fault_kind faults[] = { SIM_FAULT_LOST_AFTER, SIM_FAULT_UNAVAILABLE_AFTER,
						      SIM_FAULT_GARBAGE, SIM_FAULT_TRUNCATED };
	struct play *lesson = *state;
	const struct way *way = way_of(lesson);

	for (size_t i = 0; i < 2 * WAY_STEPS_MOST * ARRAY_LENGTH(faults); i++) {
		size_t step = i / ARRAY_LENGTH(faults);
		const char *operation = step < WAY_STEPS_MOST ? way->leaves[step]
							      : way->returns[step - WAY_STEPS_MOST];
		struct play one = { .stock = lesson->stock };

		if (!operation)
			continue;
		play_open(&one);
		sim_fault(one.trial.sim, way_number(lesson, operation, 1), faults[i % ARRAY_LENGTH(faults)], 0);
		leg(&one, LEAVE, EXIT_REACHED);
		leg(&one, RETURN, EXIT_REACHED);
		expect_back(&one);
		expect_no_request_more(&one);
		play_close(&one);
	}
}

static void l12_where_the_last_step_out_is_refused_those_before_it_are_taken_back(void **state)
{
	struct play *lesson = *state;
	const struct way *way = way_of(lesson);
	const char *refused = NULL;
	unsigned nth = 0;

	for (size_t i = 0; i < WAY_STEPS_MOST && way->leaves[i]; i++) {
		nth = refused && strcmp(refused, way->leaves[i]) == 0 ? nth + 1 : 1;
		refused = way->leaves[i];
	}
	sim_fault(lesson->trial.sim, way_number(lesson, refused, nth), SIM_FAULT_ACCESS_DENIED, 0);
	leg(lesson, LEAVE, EXIT_FAILED);
	assert_non_null(strstr(lesson->result.operation, refused));
	expect_back(lesson);
}

static void l13_what_could_not_be_put_back_is_not_forgotten(void **state)
{
	struct play *lesson = *state;
	const struct way *way = way_of(lesson);
	unsigned number = way_number(lesson, way->forgotten.operation, way->forgotten.nth);

	sim_fault(lesson->trial.sim, number, SIM_FAULT_ACCESS_DENIED, 0);
	leg(lesson, LEAVE, EXIT_REACHED);
	leg(lesson, RETURN, EXIT_LEFT);
	assert_string_equal(lesson->result.state, way->forgotten.state);
	assert_int_equal(lesson->result.failure, FAILURE_ACCESS_DENIED);
	assert_int_equal(rig_open_runs(&lesson->trial.rig), 1);
	leg(lesson, RETURN, EXIT_REACHED);
	expect_back(lesson);
}

static void l14_an_instance_that_is_back_already_still_gets_its_group_put_right(void **state)
{
	struct play *lesson = *state;
	const struct way *way = way_of(lesson);

	leg(lesson, LEAVE, EXIT_REACHED);
	for (size_t i = 0; i < ARRAY_LENGTH(way->comes_back) && way->comes_back[i].instance; i++)
		sim_act(lesson->trial.sim, &way->comes_back[i]);
	sim_advance(lesson->trial.sim, 120000);
	leg(lesson, RETURN, EXIT_REACHED);
	assert_int_equal(rig_requests(&lesson->trial.rig, way->returns[0]), 0);
	expect_back(lesson);
}

static void l15_an_instance_that_an_operator_put_into_standby_stays_there(void **state)
{
	struct play *lesson = *state;
	struct rig *rig = &lesson->trial.rig;

	play_take(lesson, "already-standby");
	leg(lesson, LEAVE, EXIT_REACHED);
	leg(lesson, RETURN, EXIT_REACHED);
	rig_expect(rig, GROUP ".instances.\"" SELF "\".state == 'Standby'");
	rig_expect(rig, GROUP ".minimum == `1` && " GROUP ".desired == `2` && length(" GROUP ".suspended) == `0`");
	assert_int_equal(rig_requests(rig, "EnterStandby") + rig_requests(rig, "ExitStandby"), 0);
	assert_int_equal(rig_open_runs(rig), 0);
}

static void l16_and_s1_a_groups_name_is_only_ever_a_name(void **state)
{
	static const char *const names[] = { "web prod", "$(touch /tmp/owned)", "`id`; x", "a&MinSize=0", "\"${x}" };
	struct play *lesson = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		json_t *name = json_string(names[i]);
		char *quoted = json_dumps(name, JSON_ENCODE_ANY), *text, *question;

		text = memory_format("scenario: named\nself: " SELF
				     "\ngroups:\n  %s:\n    minimum: 2\n    desired: 2\n"
				     "    maximum: 4\n    instances: {" SELF ": {}, " SECOND ": {}}\n",
				     quoted);
		question = memory_format("groups.%s.[minimum, desired, length(suspended)] == [`2`, `2`, `0`]", quoted);
		play_take(lesson, text);
		leg(lesson, LEAVE, EXIT_REACHED);
		leg(lesson, RETURN, EXIT_REACHED);
		rig_expect(&lesson->trial.rig, question);
		assert_int_equal(rig_count(&lesson->trial.rig, "SuspendProcesses"), 1);
		assert_int_equal(rig_count(&lesson->trial.rig, "ResumeProcesses"), 1);
		free(text);
		free(question);
		free(quoted);
		json_decref(name);
	}
}

static void s1_a_group_that_is_named_and_is_none_is_said_by_its_name(void **state)
{
	struct play *lesson = *state;

	json_object_set_new(lesson->trial.rig.given, "group", json_string("$(touch /tmp/owned)"));
	leg(lesson, LEAVE, EXIT_FAILED);
	assert_string_equal(lesson->result.message, "there is no group '$(touch /tmp/owned)'");
	assert_int_equal(changes(lesson), 0);
}

/* How many changes a cycle in the slow world costs that nothing disturbs. */
static unsigned due_changes(const struct play *lesson)
{
	struct play one = { .stock = lesson->stock };
	unsigned due;

	play_open(&one);
	play_take(&one, way_of(lesson)->slow);
	leg(&one, LEAVE, EXIT_REACHED);
	leg(&one, RETURN, EXIT_REACHED);
	due = one.trial.rig.mutations;
	play_close(&one);
	return due;
}

static void l17_a_hook_that_is_ended_in_a_wait_goes_on_later(void **state)
{
	struct play *lesson = *state;

	play_take(lesson, way_of(lesson)->slow);
	lesson->trial.rig.stop_at_wait = 4;
	leg(lesson, LEAVE, EXIT_INTERRUPTED);
	assert_string_equal(lesson->result.message, "stopped by a signal");
	assert_in_range(sim_wall_ms(lesson->trial.sim) - lesson->trial.rig.stopped_ms, 0, 5000);
	leg(lesson, LEAVE, EXIT_REACHED);
	leg(lesson, RETURN, EXIT_REACHED);
	expect_back(lesson);
	assert_int_equal(changes(lesson), due_changes(lesson));
}

static void l17_a_leg_shorter_than_the_drain_stops_itself_and_goes_on_later(void **state)
{
	struct play *lesson = *state;
	int64_t begun_ms;

	play_take(lesson, way_of(lesson)->slow);
	begun_ms = sim_wall_ms(lesson->trial.sim);
	lesson->trial.rig.at_most_ms = 180000;
	leg(lesson, LEAVE, EXIT_INTERRUPTED);
	assert_string_equal(lesson->result.message, "the leg's time is over");
	assert_in_range(sim_wall_ms(lesson->trial.sim) - begun_ms, 150000, 175000);
	lesson->trial.rig.at_most_ms = 0;
	leg(lesson, LEAVE, EXIT_REACHED);
	leg(lesson, RETURN, EXIT_REACHED);
	expect_back(lesson);
}

static void l18_waits_are_as_long_as_the_slowest_balancer_and_no_sum(void **state)
{
	struct play *lesson = *state;
	int64_t begun_ms;

	play_take(lesson, way_of(lesson)->slow);
	begun_ms = sim_wall_ms(lesson->trial.sim);
	leg(lesson, LEAVE, EXIT_REACHED);
	assert_in_range(sim_wall_ms(lesson->trial.sim) - begun_ms, 300000, 300000 + 45000 + way_of(lesson)->launch_ms);
}

static void l20_the_instance_comes_from_metadata_and_an_unknown_one_changes_nothing(void **state)
{
	struct play *lesson = *state;

	json_object_set_new(lesson->trial.rig.given, "instance", json_string("<html>401 - Unauthorized</html>"));
	rig_hook(&lesson->trial.rig, LEAVE, "dg-1", &lesson->result);
	assert_int_equal(lesson->result.status, EXIT_FAILED);
	assert_int_equal(changes(lesson), 0);
	expect_back(lesson);
}

static void l21_a_first_deployment_has_nothing_to_put_back(void **state)
{
	struct play *lesson = *state;

	leg(lesson, RETURN, EXIT_REACHED);
	assert_string_equal(lesson->result.message,
			    "i-0a1b2c3d4e5f60718 is in service and no run is open: nothing to put back");
	assert_int_equal(changes(lesson), 0);
	expect_back(lesson);
}

/* ---- which machine has to meet what ---- */

static const struct CMUnitTest every_machine[] = {
	PLAY(l1_a_rollback_with_a_new_deployment_finds_what_the_failed_one_left),
	PLAY(l2_a_rollback_after_a_failed_deployment_leaves_the_instance_in_its_balancers),
	PLAY(l3_access_denied_is_not_taken_for_not_in_a_group),
	PLAY(l4_what_will_never_succeed_is_asked_once),
	PLAY(l7_the_return_waits_for_the_balancers_health),
	PLAY(l7_an_instance_that_does_not_become_healthy_is_no_success),
	PLAY(l11_a_lost_answer_is_looked_up_and_not_taken_for_a_failure),
	PLAY(l12_where_the_last_step_out_is_refused_those_before_it_are_taken_back),
	PLAY(l13_what_could_not_be_put_back_is_not_forgotten),
	PLAY(l17_a_hook_that_is_ended_in_a_wait_goes_on_later),
	PLAY(l17_a_leg_shorter_than_the_drain_stops_itself_and_goes_on_later),
	PLAY(l18_waits_are_as_long_as_the_slowest_balancer_and_no_sum),
	PLAY(l20_the_instance_comes_from_metadata_and_an_unknown_one_changes_nothing),
	PLAY(l21_a_first_deployment_has_nothing_to_put_back),
};

/* Of those that know a group. */
static const struct CMUnitTest of_a_group[] = {
	PLAY(l5_an_instance_in_any_other_state_fails_at_once_and_changes_nothing),
	PLAY(l5_a_detached_instance_is_in_no_group),
	PLAY(l5_and_l21_an_instance_without_traffic_is_left_alone),
	PLAY(l5_an_instance_on_its_way_into_standby_is_waited_for),
	PLAY(l6_processes_that_were_all_suspended_stay_so_and_no_empty_list_is_sent),
	PLAY(l10_a_target_group_that_never_says_healthy_does_not_end_the_wait),
	PLAY(l14_an_instance_that_is_back_already_still_gets_its_group_put_right),
	PLAY(l15_an_instance_that_an_operator_put_into_standby_stays_there),
	PLAY(l16_and_s1_a_groups_name_is_only_ever_a_name),
	PLAY(s1_a_group_that_is_named_and_is_none_is_said_by_its_name),
};

int main(void)
{
	int failed = 0;

	for (size_t i = 0; i < WAYS; i++) {
		failed += WAY_RUN(&ways[i], every_machine);
		if (ways[i].processes)
			failed += WAY_RUN(&ways[i], of_a_group);
	}
	return failed;
}
