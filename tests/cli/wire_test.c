/* Rehearsals over the wire, beside those in which calls are handed over: what happens is the same, but for what the
 * client does by itself. */
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

struct both {
	struct bench handed, wired;
};

static void begin_wired(struct bench *bench, const char *machine, const char *scenario)
{
	bench_begin(bench, &(struct bench_files){ .machine = machine });
	bench->rehearsal.stage.services = catalogue_services(bench->catalogue);
	bench_add_scene(bench, scenario);
}

static void begin_both(struct both *both, const char *machine, const char *scenario)
{
	bench_begin(&both->handed, &(struct bench_files){ .machine = machine });
	bench_add_scene(&both->handed, scenario);
	begin_wired(&both->wired, machine, scenario);
}

static void end_both(struct both *both)
{
	bench_end(&both->handed);
	bench_end(&both->wired);
}

static char *trace_of(struct bench *bench, uint64_t run)
{
	struct buffer text = BUFFER_INIT;

	assert_true(rehearsal_replay(&bench->rehearsal, run));
	rehearsal_trace(&bench->rehearsal, &text);
	return text.bytes;
}

static void assert_same(struct both *both, uint64_t run)
{
	char *handed = trace_of(&both->handed, run), *wired = trace_of(&both->wired, run);

	if (strcmp(handed, wired) != 0)
		fail_msg("run %llu, handed over:\n%s\nover the wire:\n%s", (unsigned long long)run, handed, wired);
	free(handed);
	free(wired);
}

/* What the client meets it may try again, and is compared apart. */
static bool is_compared(const struct mishaps *mishaps, uint64_t run)
{
	return run < mishaps->ends[SECTION_STOPPED] || run >= mishaps->ends[SECTION_FAULT];
}

static void what_goes_over_the_wire_ends_as_what_is_handed_over(void **state)
{
	static const struct {
		const char *machine, *scenario;
		uint64_t stride;
	} rows[] = {
		{ "machines/asg-standby.yaml", "group-of-three", 29 },
		{ "machines/asg-surge.yaml", "surge", 97 },
		{ "machines/classic-elb.yaml", "group-of-three", 17 },
	};
	struct both both;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		begin_both(&both, rows[i].machine, rows[i].scenario);
		assert_int_equal(both.handed.rehearsal.singles, both.wired.rehearsal.singles);
		for (uint64_t run = 0; run < both.handed.rehearsal.singles; run += rows[i].stride * play_stride())
			if (is_compared(&both.handed.rehearsal.mishaps[0], run))
				assert_same(&both, run);
		end_both(&both);
	}
}

/* The first single of the section that is this fault, at a request that changes something. */
static uint64_t find_fault(const struct rehearsal *rehearsal, enum sim_fault_kind fault)
{
	const struct mishaps *mishaps = &rehearsal->mishaps[0];
	const struct asked *asked = rehearsal->scenes[0].calm.asked;

	for (uint64_t run = mishaps->ends[SECTION_STOPPED]; run < mishaps->ends[SECTION_FAULT]; run++)
		if (mishaps->rows[run].fault == fault && !asked[mishaps->rows[run].at].reads)
			return run;
	fail_msg("no change meets %s", sim_fault_name(fault));
	return 0;
}

static size_t count_changes(const struct sim *sim)
{
	size_t count = 0;

	for (size_t i = 0; i < sim_log_count(sim); i++)
		count += !sim_log_at(sim, i)->reads;
	return count;
}

static size_t count_intents(const struct stage *stage)
{
	size_t i, count = 0;
	json_t *record;

	json_array_foreach (stage->records, i, record)
		count += strcmp(json_string_value(json_object_get(record, "type")), "intent") == 0;
	return count;
}

/* One intent for each change that a careful client sends, and more requests than these where it sends one again. */
static void what_did_nothing_is_sent_again_within_one_intent(void **state)
{
	static const struct {
		enum sim_fault_kind fault;
		size_t again;
	} rows[] = {
		{ SIM_FAULT_THROTTLED, 1 },
		{ SIM_FAULT_EXPIRED_CREDENTIALS, 1 },
		{ SIM_FAULT_ACCESS_DENIED, 0 },
		{ SIM_FAULT_LOST_AFTER, 0 },
	};
	const struct stage *stage;
	struct bench bench;

	(void)state;
	begin_wired(&bench, NULL, "group-of-three");
	stage = &bench.rehearsal.stage;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		assert_true(rehearsal_replay(&bench.rehearsal, find_fault(&bench.rehearsal, rows[i].fault)));
		assert_null(stage->violation.invariant);
		assert_int_equal(count_changes(stage->sim), count_intents(stage) + rows[i].again);
	}
	bench_end(&bench);
}

static void over_the_wire_nothing_that_goes_wrong_once_stays(void **state)
{
	struct bench bench;

	(void)state;
	begin_wired(&bench, NULL, "no-balancer");
	for (uint64_t run = 0; run < bench.rehearsal.singles; run += 7 * play_stride()) {
		rehearsal_replay(&bench.rehearsal, run);
		if (bench.rehearsal.stage.violation.invariant)
			fail_msg("run %llu: %s", (unsigned long long)run, bench.rehearsal.stage.violation.why);
	}
	bench_end(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_goes_over_the_wire_ends_as_what_is_handed_over),
		cmocka_unit_test(what_did_nothing_is_sent_again_within_one_intent),
		cmocka_unit_test(over_the_wire_nothing_that_goes_wrong_once_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
