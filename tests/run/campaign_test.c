/* The campaign that the scripts were measured with: die before and after each request and at each record, come back as
 * the next hook, and go through the deployment to its end. The group is as it was. */
#include "config.h"

#include "play.h"
#include "../plays.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAVE "BeforeInstall"
#define RETURN "ApplicationStart"

static void expect_all_as_before(struct rig *rig)
{
	rig_expect(rig, "groups.\"web-prod\".minimum == `3` && groups.\"web-prod\".desired == `3`");
	rig_expect(rig, "groups.\"web-prod\".suspended == ['AZRebalance']");
	rig_expect(rig, "length(groups.\"web-prod\".instances.*.state | [?@ == 'InService']) == `3`");
	rig_expect(rig, "launches == `0` && terminations == `0`");
	rig_expect(rig, "length(target_groups.*.targets[] | [?state == 'healthy']) == `3`");
	assert_int_equal(rig_open_runs(rig), 0);
}

static void expect_out(struct rig *rig)
{
	rig_expect(rig, "groups.\"web-prod\".minimum == `2` && groups.\"web-prod\".desired == `2`");
	rig_expect(rig, "length(groups.\"web-prod\".suspended) == `4`");
	rig_expect(rig, "length(groups.\"web-prod\".instances.*.state | [?@ == 'Standby']) == `1`");
}

/* A hook, and once more where its process died. */
static void hook_to_its_end(struct rig *rig, const char *event, const char *group)
{
	unsigned deaths = 0;
	struct leg_result result;

	do {
		unsigned records = rig->records;

		rig_hook(rig, event, group, &result);
		if (result.status == EXIT_REACHED)
			return;
		assert_true(rig->records > records || result.status != EXIT_REACHED);
	} while (++deaths < 3);
	rig_fail(rig, "%s did not come to its end", event);
}

static void cycle(struct rig *rig)
{
	hook_to_its_end(rig, LEAVE, "dg-1");
	expect_out(rig);
	sim_advance(rig->sim, 10 * 60 * 1000); /* the deployment; also long enough for what is late */
	hook_to_its_end(rig, RETURN, "dg-1");
	sim_advance(rig->sim, 10 * 60 * 1000);
	expect_all_as_before(rig);
}

struct counts {
	unsigned requests, records;
};

static struct counts undisturbed(const struct stock *stock)
{
	struct counts counts;
	struct trial trial;

	trial_begin(&trial, stock);
	cycle(&trial.rig);
	counts = (struct counts){ .requests = sim_requests(trial.sim), .records = trial.rig.records };
	trial_end(&trial);
	return counts;
}

static void an_instance_leaves_and_everything_comes_back(void **state)
{
	struct counts counts = undisturbed(*state);

	print_message("%u requests, %u records\n", counts.requests, counts.records);
	assert_true(counts.requests > 10);
}

static void fault_at(const struct stock *stock, unsigned k, enum sim_fault_kind kind)
{
	struct trial trial;

	trial_begin(&trial, stock);
	sim_fault(trial.sim, k, kind, 20000);
	buffer_add_format(&trial.rig.told, "-- request %u: %s\n", k, sim_fault_name(kind));
	cycle(&trial.rig);
	trial_end(&trial);
}

static const enum sim_fault_kind passing_faults[] = {
	SIM_FAULT_THROTTLED,    SIM_FAULT_CONTENTION,   SIM_FAULT_UNAVAILABLE_BEFORE, SIM_FAULT_UNAVAILABLE_AFTER,
	SIM_FAULT_LOST_BEFORE,  SIM_FAULT_LOST_AFTER,   SIM_FAULT_LATE,               SIM_FAULT_GARBAGE,
	SIM_FAULT_TRUNCATED,    SIM_FAULT_STALE,        SIM_FAULT_CRASH_BEFORE,       SIM_FAULT_CRASH_AFTER,
	SIM_FAULT_ACTIVITY,
};

static void every_fault_at_every_request_ends_as_if_there_had_been_none(void **state)
{
	const struct counts counts = undisturbed(*state);
	const size_t runs = ARRAY_LENGTH(passing_faults) * counts.requests;

	for (size_t i = 0; i < runs; i += play_stride())
		fault_at(*state, (unsigned)(i % counts.requests) + 1, passing_faults[i / counts.requests]);
	print_message("%zu runs\n", runs / play_stride());
}

static void a_death_at_every_record_ends_as_if_there_had_been_none(void **state)
{
	struct counts counts = undisturbed(*state);

	for (unsigned k = 1; k <= counts.records; k += play_stride()) {
		struct trial trial;

		trial_begin(&trial, *state);
		trial.rig.die_at_record = k;
		cycle(&trial.rig);
		trial_end(&trial);
	}
	print_message("%u runs\n", counts.records / play_stride());
}

static unsigned number_of(const struct stock *stock, const char *operation)
{
	struct trial trial;
	unsigned number;

	trial_begin(&trial, stock);
	hook_to_its_end(&trial.rig, LEAVE, "dg-1");
	number = rig_number(&trial.rig, operation);
	trial_end(&trial);
	return number;
}

/* The deployment takes no time: what comes late comes while its opposite is due. */
static void late_and_back_at_once(const struct stock *stock, unsigned request, int64_t late_ms, bool fails)
{
	struct trial trial;

	trial_begin(&trial, stock);
	sim_fault(trial.sim, request, SIM_FAULT_LATE, late_ms);
	if (fails)
		sim_fault(trial.sim, request + 4, SIM_FAULT_ACCESS_DENIED, 0);
	rig_exit(&trial.rig, LEAVE, "dg-1");
	hook_to_its_end(&trial.rig, RETURN, "dg-1");
	sim_advance(trial.sim, 10 * 60 * 1000);
	expect_all_as_before(&trial.rig);
	trial_end(&trial);
}

static void a_request_that_comes_late_does_not_undo_its_opposite(void **state)
{
	static const char *const operations[] = { "SuspendProcesses", "UpdateAutoScalingGroup", "EnterStandby" };
	static const int64_t late_ms[] = { 2000, 20000, 120000, 320000 };

	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		for (size_t j = 0; j < 2 * sizeof(late_ms) / sizeof(late_ms[0]); j++)
			late_and_back_at_once(*state, number_of(*state, operations[i]), late_ms[j / 2], j % 2);
}

static void deaths_in_a_row(struct rig *rig, const char *event, unsigned first)
{
	for (unsigned depth = 0; depth < 3; depth++) {
		rig->die_at_record = rig->records + 1 + (first >> depth) % (depth ? 5 : 32);
		if (rig_exit(rig, event, "dg-1") == EXIT_REACHED)
			break;
	}
	rig->die_at_record = 0;
}

static void deaths_three_deep_in_recoveries_end_as_if_there_had_been_none(void **state)
{
	for (unsigned first = 0; first < 32; first += play_stride()) {
		struct trial trial;

		trial_begin(&trial, *state);
		deaths_in_a_row(&trial.rig, LEAVE, first);
		hook_to_its_end(&trial.rig, LEAVE, "dg-1");
		expect_out(&trial.rig);
		deaths_in_a_row(&trial.rig, RETURN, first);
		hook_to_its_end(&trial.rig, RETURN, "dg-1");
		expect_all_as_before(&trial.rig);
		trial_end(&trial);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_instance_leaves_and_everything_comes_back),
		cmocka_unit_test(a_death_at_every_record_ends_as_if_there_had_been_none),
		cmocka_unit_test(deaths_three_deep_in_recoveries_end_as_if_there_had_been_none),
		cmocka_unit_test(a_request_that_comes_late_does_not_undo_its_opposite),
		cmocka_unit_test(every_fault_at_every_request_ends_as_if_there_had_been_none),
	};

	return cmocka_run_group_tests(tests, play_load, play_unload);
}
