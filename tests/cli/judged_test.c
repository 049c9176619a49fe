/* Plays of two and more mishaps that were judged wrongly before: what went wrong, or nobody can tell, or is well. Every
 * pair of every world finds more of these, in half an hour. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench.h"

#define LEAVES(its_group) { .kind = SIM_ACT_STANDBY, .group = (its_group), .instance = "i-0b1c2d3e4f5061728" }

struct row {
	const char *machine; /* NULL: asg-standby */
	const char *scenario;
	struct mishap mishaps[3];
	size_t count;
	bool same_moment; /* else all is well */
};

static const struct row rows[] = {
	/* A neighbour has left before our own write to the minimum, and an answer from before both is no neighbour that
	 * came back. */
	{ NULL, "neighbours",
	  { { .kind = MISHAP_FAULT, .at = 7, .fault = SIM_FAULT_THROTTLED },
	    { .kind = MISHAP_FAULT, .at = 1, .fault = SIM_FAULT_STALE } },
	  2, false },
	/* It leaves while the minimum waits for us to be back; the last answer before the write is from before that. */
	{ NULL, "no-balancer",
	  { { .kind = MISHAP_ACT, .at = 18, .act = LEAVES("workers") },
	    { .kind = MISHAP_FAULT, .at = 4, .fault = SIM_FAULT_STALE } },
	  2, true },
	/* The minimum was perhaps given back; a look says no, which may yet change; then a neighbour leaves. */
	{ NULL, "neighbours",
	  { { .kind = MISHAP_CRASH_REQUEST, .at = 37, .fault = SIM_FAULT_CRASH_BEFORE },
	    { .kind = MISHAP_ACT, .at = 3, .act = LEAVES("web-prod") } },
	  2, true },
	/* Adopted by a process that dies, and then by another: two runs that know of one Standby. */
	{ NULL, "by-hand",
	  { { .kind = MISHAP_CRASH_WRITE, .at = 4, .keep = 2356 },
	    { .kind = MISHAP_ADOPTED },
	    { .kind = MISHAP_FAULT, .at = 30, .fault = SIM_FAULT_ACCESS_DENIED } },
	  3, false },
	/* While it waits whether an unanswered EnterStandby takes effect yet, AWS is unavailable once. */
	{ "machines/asg-surge.yaml", "no-balancer",
	  { { .kind = MISHAP_ACT, .at = 12, .act = LEAVES("workers") },
	    { .kind = MISHAP_CRASH_WRITE, .at = 7, .keep = 366 },
	    { .kind = MISHAP_FAULT, .at = 12, .fault = SIM_FAULT_UNAVAILABLE_BEFORE } },
	  3, false },
	/* Who comes by timer dies, and the next one, too. */
	{ "machines/out-of-service.yaml", "already-standby",
	  { { .kind = MISHAP_GIVEN_UP, .at = 5, .fault = SIM_FAULT_CRASH_AFTER },
	    { .kind = MISHAP_CRASH_WRITE, .at = 4, .keep = 508 },
	    { .kind = MISHAP_CRASH_WRITE, .at = 4, .keep = 397 } },
	  3, false },
};

static void play(const struct row *row)
{
	struct bench bench;
	struct stage *stage = &bench.rehearsal.stage;

	bench_begin(&bench, &(struct bench_files){ .machine = row->machine });
	bench_add_scene(&bench, row->scenario);
	stage_play(stage, &bench.rehearsal.scenes[0], row->mishaps, row->count, bench.rehearsal.seed);
	if (stage->violation.invariant)
		fail_msg("%s: %s: %s", row->scenario, stage->violation.invariant->name, stage->violation.why);
	assert_int_equal(stage->same_moment, row->same_moment);
	bench_end(&bench);
}

static void plays_are_judged_as_they_went(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		play(&rows[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plays_are_judged_as_they_went),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
