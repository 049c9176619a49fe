/* A rehearsal finds what is broken: the shipped machine passes; machines and actions with one fault each are caught, by
 * the invariant that the fault is about. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "../plays.h"
#include "bench.h"

static void print_counts(const struct rehearsal *rehearsal)
{
	for (enum section section = 0; section < SECTION_COUNT; section++)
		if (rehearsal->tally.counts[section].runs)
			print_message("  %-28s %6llu runs, %llu exit 3, %llu drifted, %llu in the same moment\n",
				      section_names[section],
				      (unsigned long long)rehearsal->tally.counts[section].runs,
				      (unsigned long long)rehearsal->tally.counts[section].left,
				      (unsigned long long)rehearsal->tally.counts[section].drifted,
				      (unsigned long long)rehearsal->tally.counts[section].same_moment);
}

static void expect_none(struct rehearsal *rehearsal)
{
	struct buffer text = BUFFER_INIT;

	print_counts(rehearsal);
	if (rehearsal->tally.n_findings == 0)
		return;
	for (size_t i = 0; i < rehearsal->tally.n_findings; i++) {
		const struct finding *finding = &rehearsal->tally.findings[i];

		rehearsal_replay(rehearsal, finding->run);
		rehearsal_trace(rehearsal, &text);
		buffer_add_format(&text, "run %llu, %llu in all\n", (unsigned long long)finding->run,
				  (unsigned long long)finding->count);
	}
	fail_msg("%s", buffer_text(&text));
}

static void whatever_goes_wrong_once_the_shipped_machine_restores(void **state)
{
	struct bench bench;

	(void)state;
	bench_begin(&bench, &(struct bench_files){ 0 });
	bench_add_scene(&bench, "group-of-three");
	bench.rehearsal.faults = 1;
	bench.rehearsal.workers = play_stride(); /* of whom this process is the first */
	rehearsal_perform_share(&bench.rehearsal);
	expect_none(&bench.rehearsal);
	bench_end(&bench);
}

/* ApplicationStop has two of the drain's minutes, and BeforeInstall the others. */
static void wherever_it_dies_a_drain_that_goes_on_later_is_restored(void **state)
{
	static const struct change goes_on_later[] = {
		{ "ApplicationStop: {until: [OUT_OF_SERVICE, LEFT_ALONE], at_most: 14m}",
		  "ApplicationStop: {until: [OUT_OF_SERVICE, LEFT_ALONE], at_most: 2m, then: go_on_later}" },
		{ 0 },
	};
	struct bench bench;

	(void)state;
	bench_begin(&bench, &(struct bench_files){ .machine_changes = goes_on_later });
	bench_add_scene(&bench, "group-of-three");
	rehearsal_replay(&bench.rehearsal, 0);
	assert_true(bench.rehearsal.stage.legs[0].result.later);
	for (uint64_t run = 0; run < bench.rehearsal.mishaps[0].ends[SECTION_TORN]; run += play_stride()) {
		rehearsal_replay(&bench.rehearsal, run);
		if (bench.rehearsal.stage.violation.invariant)
			fail_msg("run %llu: %s", (unsigned long long)run, bench.rehearsal.stage.violation.why);
	}
	bench_end(&bench);
}

/* Its pause has expired, and behind it lies another one, at which the instance stays out. */
static void a_timer_that_dies_on_its_way_home_gives_no_traffic_to_what_is_not_finished(void **state)
{
	struct bench bench;
	struct rehearsal *rehearsal = &bench.rehearsal;
	uint64_t pair, plays = 0;

	(void)state;
	bench_begin(&bench, &(struct bench_files){ 0 });
	bench_add_scene(&bench, "no-balancer");
	pair = bench_first(&bench, SECTION_ABANDONED) * RUN_PAIRS;
	for (uint64_t second = 1; rehearsal_replay(rehearsal, pair + second) &&
				  second < rehearsal->seconds.ends[SECTION_TORN]; second++) {
		if (rehearsal->stage.violation.invariant)
			fail_msg("run %llu: %s", (unsigned long long)(pair + second), rehearsal->stage.violation.why);
		plays++;
	}
	assert_int_equal(plays + 1, rehearsal->seconds.ends[SECTION_TORN]);
	bench_end(&bench);
}

/* The process dies behind the second change of one resource, and a person restores: what comes to be known only then
 * to have been done is what is to be taken back, by an undo that knows of it. */
static void a_change_whose_answer_a_crash_took_is_taken_back_by_its_own_undo(void **state)
{
	const struct rehearsal *rehearsal;
	struct bench bench;

	(void)state;
	bench_begin(&bench, &(struct bench_files){ .machine = "machines/asg-surge.yaml" });
	bench_add_scene(&bench, "by-hand");
	rehearsal = &bench.rehearsal;
	for (uint64_t run = bench_first(&bench, SECTION_HELPED); run < rehearsal->singles; run += play_stride()) {
		rehearsal_replay(&bench.rehearsal, run);
		if (rehearsal->stage.violation.invariant)
			fail_msg("run %llu: %s", (unsigned long long)run, rehearsal->stage.violation.why);
	}
	bench_end(&bench);
}

static void a_run_is_the_same_when_it_is_played_again(void **state)
{
	struct buffer texts[2] = { BUFFER_INIT, BUFFER_INIT };
	struct bench bench;

	(void)state;
	bench_begin(&bench, &(struct bench_files){ 0 });
	bench_add_scene(&bench, "room-to-spare");
	for (size_t i = 0; i < 2; i++) {
		assert_true(rehearsal_replay(&bench.rehearsal, 100 * RUN_PAIRS + 123));
		rehearsal_trace(&bench.rehearsal, &texts[i]);
		rehearsal_replay(&bench.rehearsal, 7);
	}
	assert_string_equal(buffer_text(&texts[0]), buffer_text(&texts[1]));
	buffer_release(&texts[0]);
	buffer_release(&texts[1]);
	bench_end(&bench);
}

static void assert_comes_next(const char **text, const char *line)
{
	const char *found = strstr(*text, line);

	if (!found)
		fail_msg("'%s' is not in:\n%s", line, *text);
	*text = found + strlen(line);
}

static void who_replays_a_run_sees_what_was_asked_and_who_else_acted(void **state)
{
	static const struct mishap mishaps[] = {
		{ .kind = MISHAP_ACT, .at = 4, .act = { .kind = SIM_ACT_SUSPEND, .group = "workers",
							.process = "HealthCheck" } },
		{ .kind = MISHAP_FAULT, .at = 3, .fault = SIM_FAULT_THROTTLED },
	};
	static const char *const lines[] = {
		"     0.063 s   1 DescribeAutoScalingInstances\n",
		"     0.281 s     somebody else: suspend HealthCheck\n",
		"     0.281 s   4 DescribeAutoScalingGroups\n",
		" UpdateAutoScalingGroup {\"AutoScalingGroupName\":\"workers\",\"MinSize\":1}\n",
		"DescribeAutoScalingGroups throttled Throttling\n",
	};
	struct buffer text = BUFFER_INIT;
	const char *rest;
	struct bench bench;

	(void)state;
	bench_begin(&bench, &(struct bench_files){ 0 });
	bench_add_scene(&bench, "no-balancer");
	stage_play(&bench.rehearsal.stage, &bench.rehearsal.scenes[0], mishaps, ARRAY_LENGTH(mishaps), 1);
	rehearsal_requests(&bench.rehearsal, &text);
	rest = buffer_text(&text);
	for (size_t i = 0; i < ARRAY_LENGTH(lines); i++)
		assert_comes_next(&rest, lines[i]);
	buffer_release(&text);
	bench_end(&bench);
}

/* Of each leg what was recorded of it and how it ended; not at which request it went wrong, for the same look has
 * another number where others before it were left out. */
static const char *played_legs(struct bench *bench, uint64_t run, struct buffer *text)
{
	const char *legs;

	rehearsal_replay(&bench->rehearsal, run);
	buffer_clear(text);
	rehearsal_trace(&bench->rehearsal, text);
	legs = strstr(buffer_text(text), "\n  1 ");
	if (bench->rehearsal.stage.violation.invariant || !legs)
		fail_msg("run %llu: %s", (unsigned long long)run, buffer_text(text));
	return legs;
}

/* But for those few in which a third party's act is seen at its beginning here and at its end there. */
static void looks_that_see_nothing_new_can_be_left_out(void **state)
{
	enum { STRIDE = 7 };
	struct buffer texts[2] = { BUFFER_INIT, BUFFER_INIT };
	unsigned requests[2] = { 0, 0 }, played = 0, others = 0;
	struct bench benches[2];

	(void)state;
	for (size_t i = 0; i < 2; i++)
		bench_begin(&benches[i], &(struct bench_files){ 0 });
	benches[1].rehearsal.stage.gate.next_look_ms = NULL;
	for (size_t i = 0; i < 2; i++)
		bench_add_scene(&benches[i], "group-of-three");
	assert_int_equal(benches[0].rehearsal.singles, benches[1].rehearsal.singles);
	for (uint64_t run = 0; run < benches[0].rehearsal.singles; run += STRIDE * play_stride()) {
		const char *legs[2];

		for (size_t i = 0; i < 2; i++) {
			legs[i] = played_legs(&benches[i], run, &texts[i]);
			requests[i] += sim_requests(benches[i].rehearsal.stage.sim);
		}
		played++;
		others += strcmp(legs[0], legs[1]) != 0;
	}
	print_message("  %u requests, with all looks %u; %u of %u plays are others\n", requests[0], requests[1],
		      others, played);
	assert_in_range(others, 0, 1 + played / 100);
	assert_true(3 * requests[0] < 2 * requests[1]);
	for (size_t i = 0; i < 2; i++) {
		buffer_release(&texts[i]);
		bench_end(&benches[i]);
	}
}

static void a_torn_record_that_reads_the_same_is_played_the_same(void **state)
{
	struct buffer texts[2] = { BUFFER_INIT, BUFFER_INIT };
	const char *legs[2] = { "", "" };
	uint64_t run, end, alike = 0;
	struct bench bench;

	(void)state;
	bench_begin(&bench, &(struct bench_files){ 0 });
	bench_add_scene(&bench, "group-of-three");
	run = bench_first(&bench, SECTION_TORN);
	end = bench.rehearsal.mishaps[0].ends[SECTION_TORN];
	for (size_t i = 0; run < end; run++, i ^= 1) {
		bool same = stage_torn_alike(&bench.rehearsal.stage, &bench.rehearsal.scenes[0],
					     &bench.rehearsal.mishaps[0].rows[run]);

		legs[i] = played_legs(&bench, run, &texts[i]);
		if (same)
			assert_string_equal(legs[i], legs[i ^ 1]);
		alike += same;
	}
	assert_true(3 * alike > 2 * (end - bench_first(&bench, SECTION_TORN)));
	bench_end(&bench);
	buffer_release(&texts[0]);
	buffer_release(&texts[1]);
}

/* ---- mutants ---- */

struct mutant {
	const char *name;
	const char *invariant; /* that it is reported by */
	struct change machine[4], actions[4];
	int (*sync)(struct storage *storage, struct storage_file *file, struct error *err); /* NULL: as it is */
	enum section section; /* where it shows */
};

/* A disk that says it has written what a power cut takes away. */
static int sync_nothing(struct storage *storage, struct storage_file *file, struct error *err)
{
	(void)storage;
	(void)file;
	(void)err;
	return 0;
}

#define OUT_OF_SERVICE "OUT_OF_SERVICE:\n    pause: {expires: 2h, on_expire: "

static const struct mutant mutants[] = {
	{ .name = "a machine without RESTORE", .invariant = "L1",
	  .machine = { { "next: RESTORE\n", "next: IN_SERVICE\n" } } },
	{ .name = "restore of one state only", .invariant = "L1",
	  .machine = { { "    restore: all # what is left", "    restore: [MAKE_ROOM] # what is left" } } },
	{ .name = "catch leads past every restore", .invariant = "L1",
	  .section = SECTION_FAULT,
	  .machine = { { "catch: [{errors: [any], next: ASK_APP}]", "catch: [{errors: [any], next: FAILED}]" } } },
	{ .name = "what fails is not restored but for one", .invariant = "L1",
	  .section = SECTION_FAULT,
	  .machine = { { "UNDO: {restore: all,", "UNDO: {restore: [SUSPEND_PROCS]," } } },
	{ .name = "on_expire gives traffic to half an installation", .invariant = "traffic",
	  .section = SECTION_ABANDONED,
	  .machine = { { OUT_OF_SERVICE "FREE_PROCS", OUT_OF_SERVICE "LEFT" } } },
	{ .name = "on_expire frees nothing", .invariant = "home",
	  .section = SECTION_ABANDONED,
	  .machine = { { OUT_OF_SERVICE "FREE_PROCS", OUT_OF_SERVICE "STILL_OUT" } } },
	{ .name = "an instance that is unhealthy is said to be in service", .invariant = "W8",
	  .machine = { { "    next: WAIT_HEALTHY\n", "    next: RESTORE\n" } } },
	{ .name = "the machine expects what is not so", .invariant = "expect",
	  .machine = { { "start_at: LOOK\n",
			 "expect: [{at: OUT_OF_SERVICE, holds: \"groups.*.minimum == [`3`]\"}]\nstart_at: LOOK\n" } } },
	{ .name = "the instance is never brought back", .invariant = "calm",
	  .machine = { { "restore: [ENTER_STANDBY]", "restore: [SUSPEND_PROCS]" },
		       { "    restore: all # what is left", "    restore: [MAKE_ROOM] # what is left" } } },
	{ .name = "undo resumes the whole list", .invariant = "W2",
	  .actions = { { "with: {group: \"${input.group}\", processes: \"${change.owned}\"}",
			 "with: {group: \"${input.group}\", processes: \"${input.processes}\"}" } } },
	{ .name = "what has nothing to change sends it all the same", .invariant = "J3",
	  .actions = { { "    satisfied: \"length(difference(change.processes, observed.suspended)) == `0`\"\n",
			 "    satisfied: \"`false`\"\n" } } },
	{ .name = "the minimum is restored as an absolute value", .invariant = "W10",
	  .actions = { { "{to: \"sum([observed.minimum, minus(input.before, input.written)])\", out: observed.out}",
			 "{to: \"input.before\", out: observed.out}" },
		       { "observed.minimum < minus(input.written, length(difference(observed.out, input.out)))\n",
			 "`false` && (`false`\n" },
		       { "|| observed.minimum > sum([input.written, length(difference(input.out, observed.out))])\n",
			 "|| `false`)\n" } },
	  .section = SECTION_ACT },
	{ .name = "EnterStandby launches a replacement", .invariant = "W5",
	  .actions = { { "        ShouldDecrementDesiredCapacity: true",
			 "        ShouldDecrementDesiredCapacity: false" } } },
	{ .name = "a drain that is not waited for", .invariant = "W9",
	  .actions = { { "    settled: >-\n"
			 "      (!input.group || observed.state == 'Standby') "
			 "&& length(observed.targets[] | [?state != 'unused']) == `0`\n"
			 "      && length(observed.classic[?@ != 'OutOfService']) == `0`\n",
			 "    settled: \"`true`\"\n" } } },
	{ .name = "health that is not waited for", .invariant = "W8",
	  .actions = { { "      (!input.group || observed.state == 'InService' && observed.health == 'Healthy')\n",
			 "      `true` || `true`\n" } } },
	{ .name = "a journal that does not sync", .invariant = "exit 3",
	  .section = SECTION_CRASH, .sync = sync_nothing },
	{ .name = "undo does not raise the minimum", .invariant = "W4",
	  .actions = { { "before: \"${change.before}\"\n        written:",
			 "before: \"${change.written}\"\n        written:" } } },
};

static bool is_caught(const struct mutant *mutant)
{
	struct bench bench;
	const struct violation *violation = &bench.rehearsal.stage.violation;
	const struct bench_files files = {
		.machine_changes = mutant->machine, .action_changes = mutant->actions[0].from ? mutant->actions : NULL
	};
	uint64_t run;
	bool caught;

	bench_begin(&bench, &files);
	if (mutant->sync)
		storage_memory_storage(bench.rehearsal.stage.memory)->sync = mutant->sync;
	bench_add_scene(&bench, "group-of-three");
	run = bench_first(&bench, mutant->section);
	caught = bench_hunt(&bench, NULL, &run);
	print_message("  %-56s %s, run %llu: %s\n", mutant->name, caught ? violation->invariant->name : "MISSED",
		      (unsigned long long)run, violation->why);
	caught = caught && strcmp(violation->invariant->name, mutant->invariant) == 0;
	bench_end(&bench);
	return caught;
}

static void each_mutant_is_caught_by_its_invariant(void **state)
{
	unsigned missed = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(mutants); i++)
		if (!is_caught(&mutants[i])) {
			print_message("  ^ to be reported: %s\n", mutants[i].invariant);
			missed++;
		}
	assert_int_equal(missed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_change_whose_answer_a_crash_took_is_taken_back_by_its_own_undo),
		cmocka_unit_test(a_run_is_the_same_when_it_is_played_again),
		cmocka_unit_test(who_replays_a_run_sees_what_was_asked_and_who_else_acted),
		cmocka_unit_test(looks_that_see_nothing_new_can_be_left_out),
		cmocka_unit_test(a_torn_record_that_reads_the_same_is_played_the_same),
		cmocka_unit_test(each_mutant_is_caught_by_its_invariant),
		cmocka_unit_test(whatever_goes_wrong_once_the_shipped_machine_restores),
		cmocka_unit_test(a_timer_that_dies_on_its_way_home_gives_no_traffic_to_what_is_not_finished),
		cmocka_unit_test(wherever_it_dies_a_drain_that_goes_on_later_is_restored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
