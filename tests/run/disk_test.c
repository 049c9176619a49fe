/* The campaign of disks: every fault of the double at each step of each leg, and a power cut before and after each step
 * with every way in which unsynced bytes can be lost. The world ends as it began, or the exit says that a person is
 * needed and the ledger is whole. That no request goes out before its intent is on the platter (J2), and none after a
 * failed sync (J7), the rig asserts at every request. */
#include "config.h"

#include "play.h"
#include "../plays.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOBODY_KNOWS \
	"i-0a1b2c3d4e5f60718 is out of service, and no run here knows who took it out"

static const char *const events[] = { "BeforeInstall", "ApplicationStart" };

static void expect_group_untouched(struct rig *rig)
{
	rig_expect(rig, GROUP ".[minimum, desired, suspended] == [`3`, `3`, ['AZRebalance']]");
	rig_expect(rig, "length(" GROUP ".instances.*.state | [?@ == 'InService']) == `3`");
	rig_expect(rig, "launches == `0` && terminations == `0`");
}

static void expect_all_as_before(struct rig *rig)
{
	expect_group_untouched(rig);
	rig_expect(rig, "length(target_groups.*.targets[] | [?state == 'healthy']) == `3`");
	assert_int_equal(rig_open_runs(rig), 0);
}

static void reaches(struct rig *rig, const char *event)
{
	struct leg_result result;

	rig_hook(rig, event, "dg-1", &result);
	if (result.status != EXIT_REACHED)
		rig_fail(rig, "%s does not go on after a restart of a good disk", event);
}

/* What may be said by a process whose disk has failed, and what must then be so. */
static void judge(struct rig *rig, const struct leg_result *result, unsigned mutations_before)
{
	switch ((int)result->status) {
	case EXIT_REACHED:
	case EXIT_LEFT:
	case EXIT_INTERRUPTED:
		return;
	case EXIT_FAILED:
		/* Failed, and everything is restored: nothing may be out, and a group may not be changed. */
		expect_group_untouched(rig);
		assert_int_equal(rig->mutations, mutations_before);
		return;
	default:
		rig_fail(rig, "exit %s", exit_name(result->status));
	}
}

struct accident {
	unsigned leg;   /* in which of the two */
	enum disk_fault fault;
	unsigned nth;   /* step */
	bool cuts;      /* the power, at the nth step, instead of the fault */
	bool after;
	enum disk_crash crash; /* what the process leaves, and then the machine */
};

static void describe(struct rig *rig, const struct accident *accident)
{
	buffer_add_format(&rig->told, "-- %s: %s at step %u, then %s\n", events[accident->leg],
			  !accident->cuts   ? disk_fault_name(accident->fault)
			  : accident->after ? "power cut after"
					    : "power cut before",
			  accident->nth, disk_crash_name(accident->crash));
}

/* The leg with the accident in it. Whether it happened. */
static bool unlucky_leg(struct trial *trial, const struct accident *accident, struct leg_result *result)
{
	struct rig *rig = &trial->rig;
	unsigned mutations = rig->mutations;
	bool happened;

	describe(rig, accident);
	if (accident->cuts)
		disk_cut_power(trial->disk, accident->nth, accident->after);
	else
		disk_inject(trial->disk, accident->fault, accident->nth);
	rig_hook(rig, events[accident->leg], "dg-1", result);
	happened = accident->cuts ? disk_is_off(trial->disk) : disk_faulted(trial->disk);
	judge(rig, result, mutations);
	disk_crash(trial->disk, accident->crash, accident->nth);
	if (accident->crash != DISK_KILLED)
		sim_reboot(trial->sim);
	return happened;
}

/* A disk that lied about a name has lost the whole record: then it is said that nobody knows. */
static bool record_is_lost(struct trial *trial, const struct accident *accident)
{
	struct leg_result result;

	if (accident->fault != DISK_RENAME_NOT_DURABLE || accident->crash == DISK_KILLED || accident->leg != 0 ||
	    rig_open_runs(&trial->rig) > 0)
		return false;
	rig_hook(&trial->rig, events[1], "dg-1", &result);
	assert_int_equal(result.status, EXIT_LEFT);
	assert_string_equal(result.message, NOBODY_KNOWS);
	return true;
}

static bool suffer(const struct stock *stock, const struct accident *accident)
{
	struct leg_result result;
	struct trial trial;
	bool happened;

	trial_begin(&trial, stock);
	if (accident->leg == 1)
		reaches(&trial.rig, events[0]);
	happened = unlucky_leg(&trial, accident, &result);
	if (accident->cuts || !record_is_lost(&trial, accident)) {
		if (result.status != EXIT_REACHED || accident->crash != DISK_KILLED)
			reaches(&trial.rig, events[accident->leg]);
		if (accident->leg == 0)
			reaches(&trial.rig, events[1]);
		sim_advance(trial.sim, 600000);
		expect_all_as_before(&trial.rig);
	}
	trial_end(&trial);
	return happened;
}

static void every_fault_at_every_step_ends_as_if_there_had_been_none(void **state)
{
	unsigned runs = 0;

	for (int fault = 0; fault < DISK_FAULTS; fault++)
		for (unsigned leg = 0; leg < 2; leg++)
			for (unsigned nth = 1;; nth += play_stride(), runs++) {
				const struct accident accident = { .leg = leg,
								   .fault = (enum disk_fault)fault,
								   .nth = nth,
								   .crash = nth % 2 ? DISK_KILLED : DISK_LOST };

				if (!suffer(*state, &accident))
					break;
			}
	print_message("%u runs\n", runs);
	assert_true(runs * play_stride() > 100);
}

static void a_power_cut_at_every_step_ends_as_if_there_had_been_none(void **state)
{
	unsigned runs = 0;

	for (unsigned leg = 0; leg < 2; leg++)
		for (unsigned nth = 1;; nth += play_stride()) {
			struct accident accident = { .leg = leg, .nth = nth, .cuts = true };
			bool happened = false;

			for (int crash = 0; crash < DISK_CRASHES; crash++, runs++) {
				accident.crash = (enum disk_crash)crash;
				accident.after = (nth + (unsigned)crash) % 2;
				happened |= suffer(*state, &accident);
			}
			if (!happened)
				break;
		}
	print_message("%u runs\n", runs);
	assert_true(runs * play_stride() > 100);
}

static void a_disk_that_takes_nothing_changes_nothing(void **state)
{
	static const enum disk_fault faults[] = { DISK_ENOSPC, DISK_EDQUOT, DISK_EROFS, DISK_EMFILE,
						  DISK_EACCES, DISK_RESERVE_ENOSPC };

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct leg_result result;
		struct trial trial;

		trial_begin(&trial, *state);
		disk_inject(trial.disk, faults[i], 1);
		rig_hook(&trial.rig, events[0], "dg-1", &result);
		assert_true(disk_faulted(trial.disk));
		assert_int_equal(result.status, EXIT_FAILED);
		assert_int_equal(trial.rig.mutations, 0);
		expect_all_as_before(&trial.rig);
		trial_end(&trial);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_disk_that_takes_nothing_changes_nothing),
		cmocka_unit_test(every_fault_at_every_step_ends_as_if_there_had_been_none),
		cmocka_unit_test(a_power_cut_at_every_step_ends_as_if_there_had_been_none),
	};

	return cmocka_run_group_tests(tests, play_load, play_unload);
}
