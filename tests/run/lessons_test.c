/* What the scripts get wrong, a test a row, played against the simulated AWS: the world, how the process ends, what is
 * left in the ledger, how many requests and how much time it took. What needs a process (S2, S3, instance metadata of
 * L20) is played in tests/interop. */
#include "config.h"

#include "play.h"

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

/* The number of the nth request of that operation, in a cycle that nothing disturbs. */
static unsigned number_of(const struct play *lesson, const char *operation, unsigned nth)
{
	struct trial trial;
	unsigned number = 0;

	trial_begin(&trial, lesson->stock);
	assert_int_equal(rig_exit(&trial.rig, LEAVE, "dg-1"), EXIT_REACHED);
	assert_int_equal(rig_exit(&trial.rig, RETURN, "dg-1"), EXIT_REACHED);
	for (size_t i = 0; i < sim_log_count(trial.sim) && number == 0; i++)
		if (strcmp(sim_log_at(trial.sim, i)->operation, operation) == 0 && --nth == 0)
			number = sim_log_at(trial.sim, i)->number;
	trial_end(&trial);
	assert_true(number > 0);
	return number;
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
	rig_expect(rig, GROUP ".minimum == `2` && length(" GROUP ".suspended) == `4`");
	leg(lesson, RETURN, EXIT_REACHED);
	expect_as_before(&lesson->trial.rig);
	assert_int_equal(rig_requests(rig, "SuspendProcesses"), 1);
	assert_int_equal(rig_requests(rig, "ResumeProcesses"), 1);
	assert_int_equal(rig_requests(rig, "UpdateAutoScalingGroup"), 2);
	assert_int_equal(rig_requests(rig, "EnterStandby"), 1);
	assert_int_equal(rig_requests(rig, "ExitStandby"), 1);
}

static void l2_a_rollback_after_a_failed_deployment_leaves_the_instance_in_its_balancers(void **state)
{
	struct play *lesson = *state;
	struct rig *rig = &lesson->trial.rig;

	leg(lesson, LEAVE, EXIT_REACHED);
	rig->deployment = "d-2";
	leg(lesson, RETURN, EXIT_REACHED);
	rig_expect(rig, "length(target_groups.\"web-http\".targets[?state == 'healthy']) == `3`");
	rig_expect(rig, "length(balancers.\"web-classic\".instances[?state == 'InService']) == `3`");
	expect_as_before(&lesson->trial.rig);
}

static void l3_access_denied_is_not_taken_for_not_in_a_group(void **state)
{
	struct play *lesson = *state;

	for (unsigned k = 1; k <= 2; k++) {
		sim_fault(lesson->trial.sim, sim_requests(lesson->trial.sim) + k, SIM_FAULT_ACCESS_DENIED, 0);
		leg(lesson, LEAVE, EXIT_FAILED);
		assert_int_equal(lesson->result.failure, FAILURE_ACCESS_DENIED);
		assert_string_equal(lesson->result.state, "LOOK");
		assert_int_equal(changes(lesson), 0);
		expect_as_before(&lesson->trial.rig);
	}
	assert_int_equal(sim_requests(lesson->trial.sim), 1 + 2);
}

static void l4_what_will_never_succeed_is_asked_once(void **state)
{
	static const char *const operations[] = { "SuspendProcesses", "UpdateAutoScalingGroup", "EnterStandby" };
	struct play *lesson = *state;

	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		struct play one = { .stock = lesson->stock };
		int64_t begun_ms;

		trial_begin(&one.trial, one.stock);
		begun_ms = sim_wall_ms(one.trial.sim);
		sim_fault(one.trial.sim, number_of(lesson, operations[i], 1), SIM_FAULT_ACCESS_DENIED, 0);
		leg(&one, LEAVE, EXIT_FAILED);
		assert_int_equal(one.result.failure, FAILURE_ACCESS_DENIED);
		/* The minimum's second one is what restores it. */
		assert_int_equal(rig_requests(&one.trial.rig, operations[i]), 1);
		assert_in_range(sim_wall_ms(one.trial.sim) - begun_ms, 0, 30000);
		expect_as_before(&one.trial.rig);
		trial_end(&one.trial);
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

	trial_take(&lesson->trial, lesson->stock, text);
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

	suspend(lesson, "AlarmNotification");
	suspend(lesson, "ScheduledActions");
	suspend(lesson, "ReplaceUnhealthy");
	leg(lesson, LEAVE, EXIT_REACHED);
	leg(lesson, RETURN, EXIT_REACHED);
	assert_int_equal(rig_requests(rig, "SuspendProcesses") + rig_requests(rig, "ResumeProcesses"), 0);
	rig_expect(rig, "length(" GROUP ".suspended) == `4` && " GROUP ".minimum == `3`");
}

static void l7_the_return_waits_for_the_balancers_health(void **state)
{
	struct play *lesson = *state;
	struct rig *rig = &lesson->trial.rig;

	leg(lesson, LEAVE, EXIT_REACHED);
	leg(lesson, RETURN, EXIT_REACHED);
	rig_expect(rig, "length(target_groups.\"web-http\".targets[?state == 'healthy']) == `3`");
	rig_expect(rig, "length(balancers.\"web-classic\".instances[?state == 'InService']) == `3`");
}

static void l7_an_instance_that_does_not_become_healthy_is_no_success(void **state)
{
	struct play *lesson = *state;

	leg(lesson, LEAVE, EXIT_REACHED);
	act(lesson, SIM_ACT_FAIL_HEALTH, 0);
	leg(lesson, RETURN, EXIT_FAILED);
	assert_int_equal(lesson->result.failure, FAILURE_TIMEOUT);
	assert_string_equal(lesson->result.state, "WAIT_HEALTHY");
	rig_expect(&lesson->trial.rig, GROUP ".minimum == `3` && " GROUP ".suspended == ['AZRebalance']");
	assert_int_equal(rig_open_runs(&lesson->trial.rig), 0);
}

static void l10_a_target_group_that_never_says_healthy_does_not_end_the_wait(void **state)
{
	struct play *lesson = *state;

	/* One without a listener, one whose health checks are off, and drains beyond the waiters' patience (L18). */
	trial_take(&lesson->trial, lesson->stock, "slow-drain");
	lesson->trial.rig.at_most_ms = 3600000;
	leg(lesson, LEAVE, EXIT_REACHED);
	leg(lesson, RETURN, EXIT_REACHED);
	rig_expect(&lesson->trial.rig, GROUP ".minimum == `2` && " GROUP ".desired == `2`");
	rig_expect(&lesson->trial.rig,
		   "target_groups.\"web-slow\".targets[?instance == '" SELF "'].state | [0] == 'healthy'");
}

static void l11_a_lost_answer_is_looked_up_and_not_taken_for_a_failure(void **state)
{
	static const char *const operations[] = { "SuspendProcesses", "UpdateAutoScalingGroup", "EnterStandby",
						  "ExitStandby", "ResumeProcesses" };
	static const enum sim_fault_kind faults[] = { SIM_FAULT_LOST_AFTER, SIM_FAULT_UNAVAILABLE_AFTER,
						      SIM_FAULT_GARBAGE, SIM_FAULT_TRUNCATED };
	struct play *lesson = *state;

	for (size_t i = 0; i < 5 * 4; i++) {
		struct play one = { .stock = lesson->stock };

		trial_begin(&one.trial, one.stock);
		sim_fault(one.trial.sim, number_of(lesson, operations[i % 5], 1), faults[i / 5], 0);
		leg(&one, LEAVE, EXIT_REACHED);
		leg(&one, RETURN, EXIT_REACHED);
		assert_int_equal(rig_requests(&one.trial.rig, operations[i % 5]), i % 5 == 1 ? 2 : 1);
		expect_as_before(&one.trial.rig);
		trial_end(&one.trial);
	}
}

static void l12_a_refused_standby_gives_the_minimum_back(void **state)
{
	struct play *lesson = *state;

	sim_fault(lesson->trial.sim, number_of(lesson, "EnterStandby", 1), SIM_FAULT_ACCESS_DENIED, 0);
	leg(lesson, LEAVE, EXIT_FAILED);
	assert_string_equal(lesson->result.state, "ENTER_STANDBY");
	assert_string_equal(lesson->result.operation, "autoscaling:EnterStandby");
	assert_int_equal(rig_count(&lesson->trial.rig, "UpdateAutoScalingGroup"), 2);
	expect_as_before(&lesson->trial.rig);
}

static void l13_a_minimum_that_could_not_be_raised_is_not_forgotten(void **state)
{
	struct play *lesson = *state;
	struct rig *rig = &lesson->trial.rig;

	sim_fault(lesson->trial.sim, number_of(lesson, "UpdateAutoScalingGroup", 2), SIM_FAULT_ACCESS_DENIED, 0);
	leg(lesson, LEAVE, EXIT_REACHED);
	leg(lesson, RETURN, EXIT_LEFT);
	assert_string_equal(lesson->result.state, "RESTORE");
	assert_int_equal(lesson->result.failure, FAILURE_ACCESS_DENIED);
	rig_expect(rig, GROUP ".minimum == `2` && " GROUP ".suspended == ['AZRebalance']");
	assert_int_equal(rig_open_runs(rig), 1);
	leg(lesson, RETURN, EXIT_REACHED);
	expect_as_before(&lesson->trial.rig);
	assert_int_equal(rig_requests(rig, "ResumeProcesses"), 1);
}

static void l14_an_instance_that_is_back_already_still_gets_its_group_put_right(void **state)
{
	struct play *lesson = *state;

	leg(lesson, LEAVE, EXIT_REACHED);
	act(lesson, SIM_ACT_RETURN, 0);
	sim_advance(lesson->trial.sim, 120000);
	leg(lesson, RETURN, EXIT_REACHED);
	assert_int_equal(rig_requests(&lesson->trial.rig, "ExitStandby"), 0);
	expect_as_before(&lesson->trial.rig);
}

static void l15_an_instance_that_an_operator_put_into_standby_stays_there(void **state)
{
	struct play *lesson = *state;
	struct rig *rig = &lesson->trial.rig;

	trial_take(&lesson->trial, lesson->stock, "already-standby");
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
		trial_take(&lesson->trial, lesson->stock, text);
		leg(lesson, LEAVE, EXIT_REACHED);
		leg(lesson, RETURN, EXIT_REACHED);
		rig_expect(&lesson->trial.rig, question);
		assert_int_equal(rig_count(&lesson->trial.rig, "UpdateAutoScalingGroup"), 2);
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

static void l17_a_hook_that_is_ended_in_a_wait_goes_on_later(void **state)
{
	struct play *lesson = *state;

	trial_take(&lesson->trial, lesson->stock, "group-of-three");
	lesson->trial.rig.stop_at_wait = 4;
	leg(lesson, LEAVE, EXIT_INTERRUPTED);
	assert_string_equal(lesson->result.message, "stopped by a signal");
	assert_in_range(sim_wall_ms(lesson->trial.sim) - lesson->trial.rig.stopped_ms, 0, 5000);
	leg(lesson, LEAVE, EXIT_REACHED);
	leg(lesson, RETURN, EXIT_REACHED);
	expect_as_before(&lesson->trial.rig);
	assert_int_equal(changes(lesson), 6);
}

static void l17_a_leg_shorter_than_the_drain_stops_itself_and_goes_on_later(void **state)
{
	struct play *lesson = *state;
	int64_t begun_ms;

	trial_take(&lesson->trial, lesson->stock, "group-of-three");
	begun_ms = sim_wall_ms(lesson->trial.sim);
	lesson->trial.rig.at_most_ms = 180000;
	leg(lesson, LEAVE, EXIT_INTERRUPTED);
	assert_string_equal(lesson->result.message, "the leg's time is over");
	assert_in_range(sim_wall_ms(lesson->trial.sim) - begun_ms, 150000, 175000);
	leg(lesson, LEAVE, EXIT_REACHED);
	leg(lesson, RETURN, EXIT_REACHED);
	expect_as_before(&lesson->trial.rig);
}

static void l18_waits_are_as_long_as_the_slowest_balancer_and_no_sum(void **state)
{
	struct play *lesson = *state;
	int64_t begun_ms;

	trial_take(&lesson->trial, lesson->stock, "group-of-three"); /* five minutes and one */
	begun_ms = sim_wall_ms(lesson->trial.sim);
	leg(lesson, LEAVE, EXIT_REACHED);
	assert_in_range(sim_wall_ms(lesson->trial.sim) - begun_ms, 300000, 300000 + 45000);
	rig_expect(&lesson->trial.rig, "length(target_groups.\"web-http\".targets[?instance == '" SELF "']) == `0`");
}

static void l20_the_instance_comes_from_metadata_and_an_unknown_one_changes_nothing(void **state)
{
	struct play *lesson = *state;

	json_object_set_new(lesson->trial.rig.given, "instance", json_string("<html>401 - Unauthorized</html>"));
	rig_hook(&lesson->trial.rig, LEAVE, "dg-1", &lesson->result);
	assert_int_equal(lesson->result.status, EXIT_FAILED);
	assert_int_equal(changes(lesson), 0);
	expect_as_before(&lesson->trial.rig);
}

static void l21_a_first_deployment_has_nothing_to_put_back(void **state)
{
	struct play *lesson = *state;

	leg(lesson, RETURN, EXIT_REACHED);
	assert_string_equal(lesson->result.message, "it is in service and no run is open: nothing to put back");
	assert_int_equal(changes(lesson), 0);
	expect_as_before(&lesson->trial.rig);
}

/* ---- races ---- */

/* Of the requests that name this operation; the test's world has `count` of them. */
static int64_t span_of(struct play *lesson, const char *operation, size_t count)
{
	int64_t first_ms = 0, last_ms = 0;
	size_t found = 0;

	for (size_t i = 0; i < sim_log_count(lesson->trial.sim); i++) {
		const struct sim_logged *logged = sim_log_at(lesson->trial.sim, i);

		if (strcmp(logged->operation, operation) != 0)
			continue;
		last_ms = logged->at_ms;
		first_ms = found++ == 0 ? last_ms : first_ms;
	}
	assert_int_equal(found, count);
	return last_ms - first_ms;
}

static void r1_a_neighbour_that_takes_the_room_is_made_room_for_again(void **state)
{
	static const struct sim_act taken = { .kind = SIM_ACT_MINIMUM, .group = "web-prod", .value = 3 };
	struct play *lesson = *state;

	sim_act_before(lesson->trial.sim, number_of(lesson, "EnterStandby", 1), &taken);
	leg(lesson, LEAVE, EXIT_REACHED);
	/* The refusal itself tells that the minimum is not what we wrote: nothing is waited for but BREATHE. */
	assert_in_range(span_of(lesson, "EnterStandby", 2), 3000, 10000);
	leg(lesson, RETURN, EXIT_REACHED);
	expect_as_before(&lesson->trial.rig);
}

struct pair {
	struct trial *first;
	struct rig second;
	struct disk *disk;
};

static void pair_begin(struct pair *pair, struct play *lesson)
{
	pair->first = &lesson->trial;
	pair->disk = disk_new();
	rig_init(&pair->second, lesson->stock, lesson->trial.sim, pair->disk);
}

static void pair_end(struct pair *pair)
{
	rig_release(&pair->second);
	disk_free(pair->disk);
}

static void pair_leg(struct pair *pair, bool first, const char *event)
{
	assert_true(sim_set_self(pair->first->sim, first ? SELF : SECOND));
	if (rig_exit(first ? &pair->first->rig : &pair->second, event, "dg-1") != EXIT_REACHED)
		rig_fail(first ? &pair->first->rig : &pair->second, "%s did not come to its goal", event);
}

static void r2_a_neighbour_that_leaves_meanwhile_takes_no_suspension_for_its_own(void **state)
{
	struct play *lesson = *state;
	struct pair pair;

	pair_begin(&pair, lesson);
	pair_leg(&pair, true, LEAVE);
	pair_leg(&pair, false, LEAVE);
	rig_expect(&lesson->trial.rig, GROUP ".minimum == `1` && length(" GROUP ".suspended) == `4`");
	pair_leg(&pair, true, RETURN);
	pair_leg(&pair, false, RETURN);
	expect_as_before(&lesson->trial.rig);
	assert_int_equal(rig_count(&lesson->trial.rig, "SuspendProcesses"), 1);
	assert_int_equal(rig_count(&lesson->trial.rig, "ResumeProcesses"), 1);
	pair_end(&pair);
}

static void r3_of_two_returns_each_gives_its_part_of_the_minimum_back(void **state)
{
	struct play *lesson = *state;
	struct pair pair;

	pair_begin(&pair, lesson);
	pair_leg(&pair, true, LEAVE);
	pair_leg(&pair, false, LEAVE);
	pair_leg(&pair, false, RETURN);
	rig_expect(&lesson->trial.rig, GROUP ".minimum == `2`");
	pair_leg(&pair, true, RETURN);
	expect_as_before(&lesson->trial.rig);
	pair_end(&pair);
}

static void r4_nothing_is_launched_while_an_instance_is_out(void **state)
{
	static const enum sim_act_kind kinds[] = { SIM_ACT_REBALANCE, SIM_ACT_ALARM, SIM_ACT_SCHEDULE };
	struct play *lesson = *state;

	leg(lesson, LEAVE, EXIT_REACHED);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		act(lesson, kinds[i], kinds[i] == SIM_ACT_SCHEDULE ? 3 : 1);
	sim_advance(lesson->trial.sim, 600000);
	rig_expect(&lesson->trial.rig, "launches == `0` && terminations == `0`");
	leg(lesson, RETURN, EXIT_REACHED);
	expect_as_before(&lesson->trial.rig);
}

static void r6_another_deployment_group_waits_its_turn(void **state)
{
	struct play *lesson = *state;
	struct rig *rig = &lesson->trial.rig;
	unsigned requests;
	int64_t begun_ms;

	leg(lesson, LEAVE, EXIT_REACHED);
	requests = sim_requests(lesson->trial.sim);
	begun_ms = sim_wall_ms(lesson->trial.sim);
	rig->at_most_ms = 60000;
	assert_int_equal(rig_exit(rig, LEAVE, "dg-2"), EXIT_SUBJECT_BUSY);
	assert_int_equal(rig_exit(rig, RETURN, "dg-2"), EXIT_SUBJECT_BUSY);
	assert_in_range(sim_wall_ms(lesson->trial.sim) - begun_ms, 2 * 25000, 2 * 45000);
	assert_int_equal(sim_requests(lesson->trial.sim), requests);
	rig->at_most_ms = 0;
	leg(lesson, RETURN, EXIT_REACHED);
	expect_as_before(&lesson->trial.rig);
}

/* It takes an instance of a group out as asg-standby does. */
static int load_out_of_service(void **state)
{
	return play_load_machine(state, "out-of-service", quick_world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAY(l1_a_rollback_with_a_new_deployment_finds_what_the_failed_one_left),
		PLAY(l2_a_rollback_after_a_failed_deployment_leaves_the_instance_in_its_balancers),
		PLAY(l3_access_denied_is_not_taken_for_not_in_a_group),
		PLAY(l4_what_will_never_succeed_is_asked_once),
		PLAY(l5_an_instance_in_any_other_state_fails_at_once_and_changes_nothing),
		PLAY(l5_a_detached_instance_is_in_no_group),
		PLAY(l5_and_l21_an_instance_without_traffic_is_left_alone),
		PLAY(l5_an_instance_on_its_way_into_standby_is_waited_for),
		PLAY(l6_processes_that_were_all_suspended_stay_so_and_no_empty_list_is_sent),
		PLAY(l7_the_return_waits_for_the_balancers_health),
		PLAY(l7_an_instance_that_does_not_become_healthy_is_no_success),
		PLAY(l10_a_target_group_that_never_says_healthy_does_not_end_the_wait),
		PLAY(l11_a_lost_answer_is_looked_up_and_not_taken_for_a_failure),
		PLAY(l12_a_refused_standby_gives_the_minimum_back),
		PLAY(l13_a_minimum_that_could_not_be_raised_is_not_forgotten),
		PLAY(l14_an_instance_that_is_back_already_still_gets_its_group_put_right),
		PLAY(l15_an_instance_that_an_operator_put_into_standby_stays_there),
		PLAY(l16_and_s1_a_groups_name_is_only_ever_a_name),
		PLAY(s1_a_group_that_is_named_and_is_none_is_said_by_its_name),
		PLAY(l17_a_hook_that_is_ended_in_a_wait_goes_on_later),
		PLAY(l17_a_leg_shorter_than_the_drain_stops_itself_and_goes_on_later),
		PLAY(l18_waits_are_as_long_as_the_slowest_balancer_and_no_sum),
		PLAY(l20_the_instance_comes_from_metadata_and_an_unknown_one_changes_nothing),
		PLAY(l21_a_first_deployment_has_nothing_to_put_back),
		PLAY(r1_a_neighbour_that_takes_the_room_is_made_room_for_again),
		PLAY(r2_a_neighbour_that_leaves_meanwhile_takes_no_suspension_for_its_own),
		PLAY(r3_of_two_returns_each_gives_its_part_of_the_minimum_back),
		PLAY(r4_nothing_is_launched_while_an_instance_is_out),
		PLAY(r6_another_deployment_group_waits_its_turn),
	};

	return cmocka_run_group_tests_name("asg-standby", tests, play_load, play_unload) +
	       cmocka_run_group_tests_name("out-of-service", tests, load_out_of_service, play_unload);
}
