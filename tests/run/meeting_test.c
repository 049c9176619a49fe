/* How a leg meets the runs that are there, and how legs end: each row of the design's table of open runs, the exit
 * statuses, a pause that expires, a leg that was cut off, and a signal to stop at every record. An event that the
 * machine's hooks do not name, and what is said on the way out, is for the tests of cli/. */
#include "config.h"

#include "play.h"
#include "../plays.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATE_OF_SELF GROUP ".instances.\"" SELF "\".state"

/* Another definition of the same job: it suspends nothing, so that none of its actions knows how to take back what the
 * shipped machine suspended. */
#define PLAIN(because)												\
	"tidegate: 1\n"												\
	"machine: plain\n"											\
	"subject: \"${input.instance}\"\n"									\
	"input: {instance: {type: string, default: \"${metadata.instance_id}\"}}\n"				\
	"hooks:\n"												\
	"  BeforeInstall: {until: [OUT], at_most: 10m}\n"							\
	"  ApplicationStart: {until: [DONE], at_most: 10m}\n"							\
	"start_at: LOOK\n"											\
	"states:\n"												\
	"  LOOK: {action: autoscaling.look, with: {instance: \"${input.instance}\"}, next: ROOM}\n"		\
	"  ROOM:\n"												\
	"    action: autoscaling.make_room\n"									\
	"    with: {group: \"${states.LOOK.group}\", instance: \"${input.instance}\"}\n"			\
	"    next: LEAVE\n"											\
	"  LEAVE:\n"												\
	"    action: autoscaling.enter_standby\n"								\
	"    with: {group: \"${states.LOOK.group}\", instance: \"${input.instance}\"}\n"			\
	"    next: OUT\n"											\
	"  OUT: {pause: {}, next: BACK}\n"									\
	"  BACK: {restore: all, next: DONE}\n"									\
	"  DONE: {end: succeeded" because "}\n"
static const char plain_machine[] = PLAIN("");
static const char newer_machine[] = PLAIN(", because: the newer file says so");

static void ends_with(struct play *meeting, enum exit_status status)
{
	if (meeting->result.status != status)
		rig_fail(&meeting->trial.rig, "exit %s, not %s", exit_name(meeting->result.status), exit_name(status));
}

static void says(const struct play *meeting, const char *sentence)
{
	assert_string_equal(meeting->result.message, sentence);
}

static bool was_told(const struct play *meeting, const char *part)
{
	return strstr(buffer_text(&meeting->trial.rig.told), part) != NULL;
}

/* ---- no open run ---- */

static void none_is_open_and_a_leg_opens_a_run_starts(void **state)
{
	struct play *meeting = *state;

	leg(meeting, LEAVE, EXIT_REACHED);
	assert_string_equal(meeting->result.state, "OUT_OF_SERVICE");
	assert_int_equal(rig_open_runs(&meeting->trial.rig), 1);
	rig_expect(&meeting->trial.rig, STATE_OF_SELF " == 'Standby'");
}

static void none_is_open_and_a_leg_closes_in_service(void **state)
{
	struct play *meeting = *state;

	leg(meeting, RETURN, EXIT_REACHED);
	says(meeting, "i-0a1b2c3d4e5f60718 is in service and no run is open: nothing to put back");
	assert_int_equal(meeting->trial.rig.mutations, 0);
	expect_as_before(&meeting->trial.rig);
}

static void none_is_open_and_a_leg_closes_where_traffic_never_was(void **state)
{
	struct play *meeting = *state;

	trial_take(&meeting->trial, meeting->stock, "warm-pool");
	leg(meeting, RETURN, EXIT_REACHED);
	assert_non_null(strstr(meeting->result.message, "and has no traffic"));
	assert_int_equal(meeting->trial.rig.mutations, 0);
	assert_int_equal(rig_open_runs(&meeting->trial.rig), 0);
}

/* L21: what keeps it from leaving is no reason to fail a deployment that has left nothing. */
static void none_is_open_and_a_leg_closes_where_nobody_could_leave(void **state)
{
	struct play *meeting = *state;

	trial_take(&meeting->trial, meeting->stock, "launch-suspended");
	leg(meeting, RETURN, EXIT_REACHED);
	says(meeting, "no run is open: nothing to put back; i-0a1b2c3d4e5f60718 could not be taken out either: "
		      "Launch is suspended in 'web-prod': the instance could not come back");
	assert_int_equal(meeting->trial.rig.mutations, 0);
	assert_int_equal(rig_open_runs(&meeting->trial.rig), 0);
}

/* Two minutes of "0:00 of 2:00" tell nobody that AWS does not answer. */
static void what_keeps_it_from_being_seen_is_shown_while_it_lasts(void **state)
{
	struct play *meeting = *state;

	sim_fault(meeting->trial.sim, 1, SIM_FAULT_LOST_BEFORE, 0);
	leg(meeting, LEAVE, EXIT_REACHED);
	assert_non_null(strstr(buffer_text(&meeting->trial.rig.shown), "LOOK {\"unreachable\":\""));
	meeting->trial.rig.shown.length = 0;
	leg(meeting, RETURN, EXIT_REACHED);
	assert_null(strstr(buffer_text(&meeting->trial.rig.shown), "unreachable"));
}

static void none_is_open_and_a_leg_closes_in_standby_a_person_is_needed(void **state)
{
	struct play *meeting = *state;

	trial_take(&meeting->trial, meeting->stock, "already-standby");
	leg(meeting, RETURN, EXIT_LEFT);
	says(meeting, "i-0a1b2c3d4e5f60718 is out of service, and no run here knows who took it out");
	assert_true(meeting->result.nobodys);
	assert_int_equal(meeting->trial.rig.mutations, 0);
	assert_int_equal(rig_open_runs(&meeting->trial.rig), 0);
}

static void what_is_out_is_adopted_and_then_brought_back(void **state)
{
	struct play *meeting = *state;
	struct rig *rig = &meeting->trial.rig;

	trial_take(&meeting->trial, meeting->stock, "already-standby");
	rig_adopt(rig, &meeting->result);
	ends_with(meeting, EXIT_REACHED);
	assert_string_equal(meeting->result.state, "OUT_OF_SERVICE");
	assert_int_equal(rig->mutations, 0);
	rig_adopt(rig, &meeting->result);
	ends_with(meeting, EXIT_SUBJECT_BUSY);
	says(meeting, "a run is open for i-0a1b2c3d4e5f60718 already");
	assert_true(rig_attend(rig, RIG_RESUME, &meeting->result));
	ends_with(meeting, EXIT_REACHED);
	rig_expect(rig, STATE_OF_SELF " == 'InService' && " GROUP ".desired == `3`");
	assert_int_equal(rig_open_runs(rig), 0);
}

/* Driven forward by the next hook, it would end in service, with exit 0, while the instance is out. */
static void an_adoption_that_was_cut_off_is_done_anew(void **state)
{
	struct play *meeting = *state;
	struct rig *rig = &meeting->trial.rig;
	unsigned cut = 0;

	for (unsigned record = 1; record <= 40; record++) {
		trial_take(&meeting->trial, meeting->stock, "already-standby");
		rig->die_at_record = record;
		rig_adopt(rig, &meeting->result);
		cut += meeting->result.status != EXIT_REACHED;
		rig_hook(rig, RETURN, "dg-1", &meeting->result);
		if (meeting->result.status != EXIT_REACHED) {
			ends_with(meeting, EXIT_LEFT);
			rig_expect(rig, STATE_OF_SELF " == 'Standby'");
			rig_adopt(rig, &meeting->result);
			ends_with(meeting, EXIT_REACHED);
			leg(meeting, RETURN, EXIT_REACHED);
		}
		rig_expect(rig, STATE_OF_SELF " == 'InService' && " GROUP ".desired == `3`");
		assert_int_equal(rig_open_runs(rig), 0);
	}
	assert_true(cut > 5);
}

static void what_is_in_service_is_not_adopted(void **state)
{
	struct play *meeting = *state;

	rig_adopt(&meeting->trial.rig, &meeting->result);
	ends_with(meeting, EXIT_REACHED);
	says(meeting, "i-0a1b2c3d4e5f60718 is in service: there is nothing to adopt");
	expect_as_before(&meeting->trial.rig);
}

/* ---- one of this deployment group ---- */

static void of_this_group_and_a_leg_opens_it_is_begun_again_by_the_new_definition(void **state)
{
	struct play *meeting = *state;
	struct rig *rig = &meeting->trial.rig;

	leg(meeting, LEAVE, EXIT_REACHED);
	rig->machine = stock_machine(meeting->stock, "plain", plain_machine);
	leg(meeting, LEAVE, EXIT_REACHED);
	assert_string_equal(meeting->result.state, "OUT");
	assert_true(was_told(meeting, "\"type\":\"definition\""));
	assert_int_equal(rig->mutations, 3);
	assert_int_equal(rig_open_runs(rig), 1);
	/* What the old definition changed is taken back by the old one's actions, which the new one does not have. */
	leg(meeting, RETURN, EXIT_REACHED);
	assert_string_equal(meeting->result.state, "DONE");
	assert_int_equal(rig->mutations, 6);
	expect_as_before(rig);
}

static const char coloured_machine[] =
	"#!/usr/bin/env tidegate\n"
	"tidegate: 1\n"
	"machine: coloured\n"
	"subject: \"${input.instance}\"\n"
	"input: {instance: {type: string, default: \"${metadata.instance_id}\"}}\n"
	"env: COLOUR\n"
	"hooks:\n"
	"  BeforeInstall: {until: [OUT], at_most: 10m}\n"
	"  ApplicationStart: {until: [DONE], at_most: 10m}\n"
	"start_at: OUT\n"
	"states:\n"
	"  OUT: {pause: {}, next: DONE}\n"
	"  DONE: {end: succeeded, because: \"it is ${env.COLOUR}\"}\n";

static void begun_again_the_environment_is_that_of_now(void **state)
{
	struct play *meeting = *state;
	struct rig *rig = &meeting->trial.rig;

	rig->machine = stock_machine(meeting->stock, "coloured", coloured_machine);
	rig->colour = "blue";
	leg(meeting, LEAVE, EXIT_REACHED);
	rig->colour = "green";
	leg(meeting, LEAVE, EXIT_REACHED);
	rig->colour = "red";
	leg(meeting, RETURN, EXIT_REACHED);
	says(meeting, "it is green");
}

static void begun_again_in_mid_leg_the_ledger_is_kept(void **state)
{
	struct play *meeting = *state;
	struct rig *rig = &meeting->trial.rig;

	for (unsigned record = 3; record <= 26; record++) {
		trial_take(&meeting->trial, meeting->stock, quick_world);
		rig->die_at_record = record;
		rig_exit(rig, LEAVE, "dg-1");
		rig->machine = stock_machine(meeting->stock, "plain", plain_machine);
		leg(meeting, LEAVE, EXIT_REACHED);
		leg(meeting, RETURN, EXIT_REACHED);
		expect_as_before(rig);
	}
}

static void of_this_group_and_a_leg_closes_it_goes_on_by_the_journals_definition(void **state)
{
	struct play *meeting = *state;
	struct rig *rig = &meeting->trial.rig;

	leg(meeting, LEAVE, EXIT_REACHED);
	rig->faulty = true;
	leg(meeting, RETURN, EXIT_REACHED);
	assert_string_equal(meeting->result.state, "IN_SERVICE");
	expect_as_before(rig);
}

static void of_this_group_and_a_leg_closes_it_with_another_file_it_goes_on_by_the_journals_definition(void **state)
{
	struct play *meeting = *state;
	struct rig *rig = &meeting->trial.rig;

	rig->machine = stock_machine(meeting->stock, "plain", plain_machine);
	leg(meeting, LEAVE, EXIT_REACHED);
	rig->machine = stock_machine(meeting->stock, "newer", newer_machine);
	leg(meeting, RETURN, EXIT_REACHED);
	assert_false(was_told(meeting, "the newer file says so"));
	expect_as_before(rig);
}

/* Where the file at hand would end says nothing to a run that goes on by another. */
static void goals_of_another_file_are_not_looked_for_in_the_journals_definition(void **state)
{
	static const char elsewhere[] = "#!/usr/bin/env tidegate\n"
					"tidegate: 1\n"
					"machine: elsewhere\n"
					"subject: \"${input.instance}\"\n"
					"input: {instance: {type: string, default: \"${metadata.instance_id}\"}}\n"
					"hooks:\n"
					"  BeforeInstall: {until: [AWAY], at_most: 10m}\n"
					"  ApplicationStart: {until: [HOME], at_most: 10m}\n"
					"  ValidateService: {until: [HOME], at_most: 10m}\n"
					"start_at: AWAY\n"
					"states:\n"
					"  AWAY: {pause: {}, next: HOME}\n"
					"  HOME: {end: succeeded}\n";
	static const char *const events[] = { RETURN, "ValidateService" };
	struct play *meeting = *state;
	struct rig *rig = &meeting->trial.rig;

	for (size_t i = 0; i < ARRAY_LENGTH(events); i++) {
		trial_take(&meeting->trial, meeting->stock, quick_world);
		leg(meeting, LEAVE, EXIT_REACHED);
		rig->machine = stock_machine(meeting->stock, "elsewhere", elsewhere);
		leg(meeting, events[i], EXIT_REACHED);
		assert_string_equal(meeting->result.state, "IN_SERVICE");
		expect_as_before(rig);
	}
}

static void a_faulty_machine_without_an_open_run_does_nothing(void **state)
{
	static const char *const events[] = { LEAVE, RETURN };
	struct play *meeting = *state;

	meeting->trial.rig.faulty = true;
	for (size_t i = 0; i < 2; i++) {
		leg(meeting, events[i], EXIT_USAGE);
		says(meeting, "the machine is faulty, and no run is open that could go on without it");
	}
	assert_int_equal(sim_requests(meeting->trial.sim), 0);
	assert_int_equal(rig_open_runs(&meeting->trial.rig), 0);
}

static void a_faulty_machine_does_not_begin_again(void **state)
{
	struct play *meeting = *state;

	leg(meeting, LEAVE, EXIT_REACHED);
	meeting->trial.rig.faulty = true;
	leg(meeting, LEAVE, EXIT_USAGE);
	leg(meeting, RETURN, EXIT_REACHED);
	expect_as_before(&meeting->trial.rig);
}

/* ---- one of others ---- */

static void of_another_group_it_is_waited_for_and_then_busy(void **state)
{
	struct play *meeting = *state;
	struct rig *rig = &meeting->trial.rig;
	int64_t begun_ms;
	unsigned requests;

	leg(meeting, LEAVE, EXIT_REACHED);
	begun_ms = sim_wall_ms(meeting->trial.sim);
	requests = sim_requests(meeting->trial.sim);
	leg_of(meeting, LEAVE, "dg-2", EXIT_SUBJECT_BUSY);
	says(meeting, "another run or process has i-0a1b2c3d4e5f60718");
	/* 14 minutes, and not so long that a leg begun then would be killed. */
	assert_in_range(sim_wall_ms(meeting->trial.sim) - begun_ms, 13 * 60000, 14 * 60000);
	leg_of(meeting, RETURN, "dg-2", EXIT_SUBJECT_BUSY);
	assert_int_equal(sim_requests(meeting->trial.sim), requests);
	assert_non_null(strstr(buffer_text(&rig->notes),
			       "another run or process has i-0a1b2c3d4e5f60718: waiting for it"));
	leg(meeting, RETURN, EXIT_REACHED);
	leg_of(meeting, LEAVE, "dg-2", EXIT_REACHED);
	leg_of(meeting, RETURN, "dg-2", EXIT_REACHED);
	expect_as_before(rig);
}

static void by_hand_nobody_waits_for_a_deployment(void **state)
{
	struct play *meeting = *state;
	int64_t begun_ms;

	leg(meeting, LEAVE, EXIT_REACHED);
	begun_ms = sim_wall_ms(meeting->trial.sim);
	rig_run(&meeting->trial.rig, NULL, &meeting->result);
	ends_with(meeting, EXIT_SUBJECT_BUSY);
	assert_in_range(sim_wall_ms(meeting->trial.sim) - begun_ms, 0, 1000);
}

static void driven_by_another_process_it_is_waited_for_and_then_busy(void **state)
{
	struct play *meeting = *state;
	struct storage *storage = disk_storage(meeting->trial.disk);
	struct storage_lock *lock;
	int64_t begun_ms = sim_wall_ms(meeting->trial.sim);

	assert_int_equal(storage->lock(storage, SELF ".lock", &lock, NULL), 0);
	leg(meeting, LEAVE, EXIT_SUBJECT_BUSY);
	leg(meeting, RETURN, EXIT_SUBJECT_BUSY);
	assert_in_range(sim_wall_ms(meeting->trial.sim) - begun_ms, 2 * 13 * 60000, 2 * 14 * 60000);
	assert_int_equal(sim_requests(meeting->trial.sim), 0);
	storage->unlock(storage, lock);
	leg(meeting, LEAVE, EXIT_REACHED);
}

static void a_journal_of_another_instance_is_not_resumed(void **state)
{
	struct play *meeting = *state;
	struct rig *rig = &meeting->trial.rig;

	leg(meeting, LEAVE, EXIT_REACHED);
	/* The disk of the first one is now in the second one: an image baked from a running host. */
	assert_true(sim_set_self(meeting->trial.sim, SECOND));
	leg(meeting, RETURN, EXIT_REACHED);
	says(meeting, SECOND " is in service and no run is open: nothing to put back");
	assert_int_equal(rig->mutations, 3);
	leg(meeting, LEAVE, EXIT_REACHED);
	assert_int_equal(rig_open_runs(rig), 2);
	rig_expect(rig, STATE_OF_SELF " == 'Standby'");
	leg(meeting, RETURN, EXIT_REACHED);
	rig_expect(rig, STATE_OF_SELF " == 'Standby'");
	assert_true(sim_set_self(meeting->trial.sim, SELF));
	leg(meeting, RETURN, EXIT_REACHED);
	expect_as_before(rig);
}

/* ---- how legs end ---- */

static void every_exit_status_has_its_word(void **state)
{
	static const struct {
		int status;
		const char *name;
	} rows[] = { { 0, "reached" },	{ 1, "failed" }, { 2, "usage" },	{ 3, "left" },
		     { 4, "busy" },	{ 5, "in_doubt" }, { 6, "interrupted" }, { 10, "changes" } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(exit_rows[i].status, rows[i].status);
		assert_string_equal(exit_name((enum exit_status)rows[i].status), rows[i].name);
	}
	assert_null(exit_rows[sizeof(rows) / sizeof(rows[0])].name);
}

static unsigned newest_request(const struct trial *trial, const char *operation, unsigned after)
{
	for (size_t i = 0; i < sim_log_count(trial->sim); i++) {
		const struct sim_logged *logged = sim_log_at(trial->sim, i);

		if (logged->number > after && strcmp(logged->operation, operation) == 0)
			return logged->number;
	}
	return 0;
}

/* Every ExitStandby is lost on its way: what comes later in a run is only known once what comes before it is lost. */
static void a_request_that_is_never_answered_ends_in_doubt_and_is_found_out_later(void **state)
{
	struct play *meeting = *state;
	struct rig *rig = &meeting->trial.rig;
	unsigned lost[8], count = 0, next = 0;

	do {
		trial_take(&meeting->trial, meeting->stock, quick_world);
		for (unsigned i = 0; i < count; i++)
			sim_fault(meeting->trial.sim, lost[i], SIM_FAULT_LOST_BEFORE, 0);
		leg(meeting, LEAVE, EXIT_REACHED);
		rig_hook(rig, RETURN, "dg-1", &meeting->result);
		next = newest_request(&meeting->trial, "ExitStandby", next);
		if (next)
			lost[count++] = next;
	} while (meeting->result.status == EXIT_REACHED && count < 8);
	ends_with(meeting, EXIT_IN_DOUBT);
	assert_int_equal(rig_count(rig, "ExitStandby"), 0);
	assert_int_equal(rig_open_runs(rig), 1);
	leg(meeting, RETURN, EXIT_REACHED);
	expect_as_before(rig);
}

static void what_others_undo_before_the_end_is_no_success(void **state)
{
	static const struct sim_act undone = {
		.kind = SIM_ACT_DEREGISTER, .instance = SELF, .target_group = "web-http"
	};
	struct play *meeting = *state;
	unsigned last;

	leg(meeting, LEAVE, EXIT_REACHED);
	leg(meeting, RETURN, EXIT_REACHED);
	last = newest_request(&meeting->trial, "ResumeProcesses", 0);
	/* Healthy when it was waited for, and gone from the target group when the last change is made (W9). */
	trial_take(&meeting->trial, meeting->stock, quick_world);
	sim_act_before(meeting->trial.sim, last, &undone);
	leg(meeting, LEAVE, EXIT_REACHED);
	leg(meeting, RETURN, EXIT_FAILED);
	assert_string_equal(meeting->result.state, "WAIT_HEALTHY");
	expect_as_before(&meeting->trial.rig);
}

/* Somebody wrote the minimum just before our own write of it, which has no answer: it is theirs where ours was lost,
 * and that it is theirs is not said while ours may yet come over it. */
static void what_others_wrote_is_called_theirs_once_our_own_cannot_come_over_it(void **state)
{
	static const struct sim_act minimum = { .kind = SIM_ACT_MINIMUM, .group = "web-prod", .value = 1 };
	static const struct {
		enum sim_fault_kind fault;
		const char *minimum;
		bool theirs;
	} rows[] = {
		{ SIM_FAULT_LATE, GROUP ".minimum == `3`", false },
		{ SIM_FAULT_LOST_BEFORE, GROUP ".minimum == `1`", true },
	};
	struct play *meeting = *state;
	unsigned request;

	leg(meeting, LEAVE, EXIT_REACHED);
	leg(meeting, RETURN, EXIT_REACHED);
	request = newest_request(&meeting->trial, "UpdateAutoScalingGroup", 0);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		trial_take(&meeting->trial, meeting->stock, quick_world);
		sim_act_before(meeting->trial.sim, request, &minimum);
		sim_fault(meeting->trial.sim, request, rows[i].fault, 20000);
		leg(meeting, LEAVE, EXIT_REACHED);
		leg(meeting, RETURN, EXIT_REACHED);
		rig_expect(&meeting->trial.rig, rows[i].minimum);
		assert_int_equal(was_told(meeting, "drifted"), rows[i].theirs);
	}
}

static void nobody_came_and_the_pause_expires(void **state)
{
	struct play *meeting = *state;
	struct rig *rig = &meeting->trial.rig;

	leg(meeting, LEAVE, EXIT_REACHED);
	sim_advance(meeting->trial.sim, 2 * 3600000 - 60000);
	assert_false(rig_attend(rig, RIG_EXPIRE, &meeting->result));
	rig_expect(rig, "length(" GROUP ".suspended) == `4`");
	sim_advance(meeting->trial.sim, 60001);
	assert_true(rig_attend(rig, RIG_EXPIRE, &meeting->result));
	ends_with(meeting, EXIT_REACHED);
	assert_string_equal(meeting->result.state, "STILL_OUT");
	/* No stale suspension, and no traffic onto half an installation. */
	rig_expect(rig, GROUP ".suspended == ['AZRebalance'] && " GROUP ".minimum == `2`");
	rig_expect(rig, STATE_OF_SELF " == 'Standby'");
	assert_false(rig_attend(rig, RIG_EXPIRE, &meeting->result));
	leg(meeting, RETURN, EXIT_REACHED);
	expect_as_before(rig);
}

static void a_leg_that_was_cut_off_and_that_nobody_came_back_to_is_taken_back(void **state)
{
	struct play *meeting = *state;
	struct rig *rig = &meeting->trial.rig;

	for (unsigned record = 3; record <= 26; record++) {
		trial_take(&meeting->trial, meeting->stock, quick_world);
		rig->die_at_record = record;
		rig_exit(rig, LEAVE, "dg-1");
		sim_advance(meeting->trial.sim, 15 * 60000);
		assert_true(rig_attend(rig, RIG_INTERRUPT, &meeting->result));
		ends_with(meeting, EXIT_FAILED);
		assert_int_equal(meeting->result.failure, FAILURE_INTERRUPTED);
		says(meeting, "the leg was cut off, and nobody came back");
		expect_as_before(rig);
	}
}

static void a_run_is_restored_by_hand(void **state)
{
	struct play *meeting = *state;

	leg(meeting, LEAVE, EXIT_REACHED);
	assert_true(rig_attend(&meeting->trial.rig, RIG_RESTORE, &meeting->result));
	ends_with(meeting, EXIT_REACHED);
	expect_as_before(&meeting->trial.rig);
}

/* W9: the goal is seen, or it is not reached. */
static void what_an_answer_lacks_is_not_taken_for_seen(void **state)
{
	static const char *const members[] = { "InstanceStates", "TargetHealthDescriptions", "AutoScalingGroups" };
	struct play *meeting = *state;
	struct rig *rig = &meeting->trial.rig;

	for (size_t i = 0; i < ARRAY_LENGTH(members); i++) {
		trial_take(&meeting->trial, meeting->stock, quick_world);
		leg(meeting, LEAVE, EXIT_REACHED);
		rig->lacks = members[i];
		rig_hook(rig, RETURN, "dg-1", &meeting->result);
		assert_int_not_equal(meeting->result.status, EXIT_REACHED);
	}
	trial_take(&meeting->trial, meeting->stock, quick_world);
	rig->lacks = "InstanceStates";
	rig_hook(rig, LEAVE, "dg-1", &meeting->result);
	assert_int_not_equal(meeting->result.status, EXIT_REACHED);
}

/* That the group is gone is not believed for one answer that knows of none: what it has to take back would be lost. */
static void what_one_answer_does_not_know_of_is_not_gone(void **state)
{
	struct play *meeting = *state;
	struct rig *rig = &meeting->trial.rig;
	unsigned answers = 1;

	for (unsigned nth = 1; nth <= answers; nth++) {
		trial_take(&meeting->trial, meeting->stock, quick_world);
		leg(meeting, LEAVE, EXIT_REACHED);
		sim_advance(rig->sim, 5 * 60 * 1000);
		rig->lacks = "AutoScalingGroups";
		rig->lacks_nth = nth;
		leg(meeting, RETURN, EXIT_REACHED);
		expect_as_before(rig);
		answers = rig->lacks_seen;
	}
	assert_true(answers > 5);
}

/* A machine may say more than a result has room for, in any language. */
static void what_is_too_long_for_a_result_is_cut_between_characters(void **state)
{
	static const char letters[] = "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9";
	struct play *meeting = *state;
	struct buffer text = BUFFER_INIT, name = BUFFER_INIT;

	buffer_add_text(&name, "EE");
	while (name.length < 200)
		buffer_add_text(&name, letters);
	buffer_add_format(&text, "#!/usr/bin/env tidegate\ntidegate: 1\nmachine: long\nsubject: i-1\nstart_at: A\n"
			  "hooks: {" LEAVE ": {until: [DONE], at_most: 10m}}\nstates:\n"
			  "  A: {choose: [{when: \"`true`\", next: %s}], otherwise: DONE}\n"
			  "  DONE: {end: succeeded}\n"
			  "  %s: {end: failed, because: \"xx", buffer_text(&name), buffer_text(&name));
	while (text.length < 2000)
		buffer_add_text(&text, letters);
	buffer_add_text(&text, "\"}\n");
	meeting->trial.rig.machine = stock_machine(meeting->stock, "long", buffer_text(&text));
	leg(meeting, LEAVE, EXIT_FAILED);
	assert_int_equal(strlen(meeting->result.message), sizeof(meeting->result.message) - 2);
	assert_int_equal(strlen(meeting->result.state), sizeof(meeting->result.state) - 2);
	buffer_release(&text);
	buffer_release(&name);
}

/* ---- a clock that is put right ---- */

/* An operator brought it back: what we wrote does not show, and not because it is too early. */
static void what_was_written_before_the_clock_was_put_back_is_not_new(void **state)
{
	static const struct sim_act back = { .kind = SIM_ACT_RETURN, .group = "web-prod", .instance = SELF };
	static const int64_t steps_ms[] = { -3600 * 1000, -10 * 60 * 1000, 10 * 60 * 1000, 3600 * 1000 };
	struct play *meeting = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(steps_ms); i++) {
		trial_take(&meeting->trial, meeting->stock, quick_world);
		sim_skew(meeting->trial.sim, -steps_ms[i]);
		leg(meeting, LEAVE, EXIT_REACHED);
		sim_act(meeting->trial.sim, &back);
		sim_advance(meeting->trial.sim, 120000);
		sim_skew(meeting->trial.sim, 0);
		leg(meeting, RETURN, EXIT_REACHED);
		expect_as_before(&meeting->trial.rig);
	}
}

/* ---- an image of a running host ---- */

/* J10. The image was made while the instance was out; what it holds is the other instance's to put back. */
static void a_journal_of_another_host_is_ignored_and_said(void **state)
{
	struct play *meeting = *state;
	struct rig *rig = &meeting->trial.rig;
	struct leg_result result;

	leg(meeting, LEAVE, EXIT_REACHED);
	sim_set_self(meeting->trial.sim, SECOND);
	rig_hook(rig, LEAVE, "dg-1", &result);
	assert_int_equal(result.status, EXIT_REACHED);
	assert_int_equal(rig_open_runs(rig), 2);
	assert_non_null(strstr(buffer_text(&rig->notes),
			       "is ignored: it is of host " SELF ", this is " SECOND " (an image of a running host?)"));
	rig_expect(rig, STATE_OF_SELF " == 'Standby'");
}

/* J10. Its group would seem to be gone, and its changes with it. */
static void a_journal_of_another_region_or_account_is_not_gone_on_with(void **state)
{
	static const struct {
		const char *region, *account, *what;
	} rows[] = {
		{ "us-east-1", NULL,
		  " made its changes in region us-east-1, and this is eu-west-1: set AWS_REGION to the former" },
		{ "eu-west-1", "444455556666",
		  " made its changes in account 444455556666, and this is 111122223333: an image of a running "
		  "host? go on with it there" },
		{ "eu-west-1", "111122223333", NULL },
	};
	struct play *meeting = *state;
	struct rig *rig = &meeting->trial.rig;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		trial_take(&meeting->trial, meeting->stock, quick_world);
		rig->region = rows[i].region;
		rig->account = rows[i].account;
		leg(meeting, LEAVE, EXIT_REACHED);
		leg(meeting, RETURN, rows[i].what ? EXIT_LEFT : EXIT_REACHED);
		if (!rows[i].what)
			continue;
		assert_non_null(strstr(meeting->result.message, rows[i].what));
		rig_expect(rig, STATE_OF_SELF " == 'Standby'");
	}
}

/* ---- a signal ---- */

/* Stopped or through: and where it was stopped, at once, and the next hook goes on. */
static void stopped_leg(struct play *meeting, const char *event)
{
	struct rig *rig = &meeting->trial.rig;

	rig_hook(rig, event, "dg-1", &meeting->result);
	if (rig->stopped_ms)
		assert_in_range(sim_wall_ms(meeting->trial.sim) - rig->stopped_ms, 0, 5000);
	if (meeting->result.status == EXIT_REACHED)
		return;
	ends_with(meeting, EXIT_INTERRUPTED);
	says(meeting, "stopped by a signal");
	assert_true(rig->stopped_ms > 0);
	leg(meeting, event, EXIT_REACHED);
}

/* How many of them came through before the signal. */
static unsigned stopped_cycles(struct play *meeting, unsigned last, bool at_record)
{
	struct rig *rig = &meeting->trial.rig;
	unsigned through = 0;

	for (unsigned k = 1; k <= last; k += play_stride()) {
		trial_take(&meeting->trial, meeting->stock, quick_world);
		rig->stop_at_record = at_record ? k : 0;
		rig->stop_at_wait = at_record ? 0 : k;
		stopped_leg(meeting, LEAVE);
		rig_expect(rig, STATE_OF_SELF " == 'Standby'");
		stopped_leg(meeting, RETURN);
		expect_as_before(rig);
		through += was_told(meeting, "-- exit 6") ? 0 : 1;
	}
	return through;
}

static void a_signal_at_every_record_and_wait_stops_the_run_resumable(void **state)
{
	struct play *meeting = *state;
	unsigned records, waits, through;

	leg(meeting, LEAVE, EXIT_REACHED);
	leg(meeting, RETURN, EXIT_REACHED);
	records = meeting->trial.rig.records;
	waits = meeting->trial.rig.waits;
	through = stopped_cycles(meeting, records, true);
	print_message("%u records, %u of them followed by no interrupted leg\n", records, through);
	assert_in_range(through, 0, 8);
	assert_int_equal(stopped_cycles(meeting, waits, false), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAY(none_is_open_and_a_leg_opens_a_run_starts),
		PLAY(none_is_open_and_a_leg_closes_in_service),
		PLAY(none_is_open_and_a_leg_closes_where_traffic_never_was),
		PLAY(none_is_open_and_a_leg_closes_where_nobody_could_leave),
		PLAY(what_keeps_it_from_being_seen_is_shown_while_it_lasts),
		PLAY(none_is_open_and_a_leg_closes_in_standby_a_person_is_needed),
		PLAY(what_is_out_is_adopted_and_then_brought_back),
		PLAY(an_adoption_that_was_cut_off_is_done_anew),
		PLAY(what_is_in_service_is_not_adopted),
		PLAY(of_this_group_and_a_leg_opens_it_is_begun_again_by_the_new_definition),
		PLAY(begun_again_the_environment_is_that_of_now),
		PLAY(begun_again_in_mid_leg_the_ledger_is_kept),
		PLAY(of_this_group_and_a_leg_closes_it_goes_on_by_the_journals_definition),
		PLAY(of_this_group_and_a_leg_closes_it_with_another_file_it_goes_on_by_the_journals_definition),
		PLAY(goals_of_another_file_are_not_looked_for_in_the_journals_definition),
		PLAY(a_faulty_machine_without_an_open_run_does_nothing),
		PLAY(a_faulty_machine_does_not_begin_again),
		PLAY(of_another_group_it_is_waited_for_and_then_busy),
		PLAY(by_hand_nobody_waits_for_a_deployment),
		PLAY(driven_by_another_process_it_is_waited_for_and_then_busy),
		PLAY(a_journal_of_another_instance_is_not_resumed),
		PLAY(a_journal_of_another_region_or_account_is_not_gone_on_with),
		PLAY(every_exit_status_has_its_word),
		PLAY(a_request_that_is_never_answered_ends_in_doubt_and_is_found_out_later),
		PLAY(what_others_undo_before_the_end_is_no_success),
		PLAY(what_others_wrote_is_called_theirs_once_our_own_cannot_come_over_it),
		PLAY(nobody_came_and_the_pause_expires),
		PLAY(a_leg_that_was_cut_off_and_that_nobody_came_back_to_is_taken_back),
		PLAY(a_run_is_restored_by_hand),
		PLAY(what_an_answer_lacks_is_not_taken_for_seen),
		PLAY(what_one_answer_does_not_know_of_is_not_gone),
		PLAY(what_is_too_long_for_a_result_is_cut_between_characters),
		PLAY(what_was_written_before_the_clock_was_put_back_is_not_new),
		PLAY(a_journal_of_another_host_is_ignored_and_said),
		PLAY(a_signal_at_every_record_and_wait_stops_the_run_resumable),
	};

	return cmocka_run_group_tests(tests, play_load, play_unload);
}
