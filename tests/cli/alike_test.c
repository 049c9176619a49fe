/* Of all pairs those are not played of which a play that went on alike has been: here they are played all the same, and
 * end as it did. What hangs on the hour alone may be otherwise in the world that they leave, but not often. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "../plays.h"
#include "bench.h"

struct outcome {
	uint64_t likeness, run;
	uint64_t world;
	const struct invariant *violated;
	enum exit_status status;
	bool left;
};

struct outcomes {
	struct outcome *rows;
	size_t count, size;
};

static void play(struct rehearsal *rehearsal, uint64_t run, uint64_t likeness, struct outcomes *outcomes)
{
	const struct stage *stage = &rehearsal->stage;

	assert_true(rehearsal_replay(rehearsal, run));
	if (outcomes->count == outcomes->size) {
		outcomes->size = 2 * outcomes->size + 1024;
		outcomes->rows = memory_resize(outcomes->rows, outcomes->size, sizeof(*outcomes->rows));
	}
	outcomes->rows[outcomes->count++] = (struct outcome){
		.likeness = likeness,
		.run = run,
		.world = sim_likeness(stage->sim),
		.violated = stage->violation.invariant,
		.status = stage->legs[stage->n_legs - 1].result.status,
		.left = stage->left,
	};
}

/* Behind one mishap out of `stride`, all that can come second. */
static void play_some(struct rehearsal *rehearsal, uint64_t stride, struct outcomes *outcomes)
{
	const struct mishaps *mishaps = &rehearsal->mishaps[0];

	for (uint64_t first = 1; first < mishaps->count; first += stride) {
		if (!mishaps_lead(mishaps, first))
			continue;
		rehearsal_replay(rehearsal, first * RUN_PAIRS + 1);
		for (uint64_t second = 1; second < rehearsal->seconds.ends[SECTION_HAND - 1]; second++) {
			uint64_t likeness = mishap_likeness(&rehearsal->seconds.rows[second], &rehearsal->behind);

			if (likeness)
				play(rehearsal, first * RUN_PAIRS + second, likeness, outcomes);
		}
	}
}

static int compare(const void *one, const void *other)
{
	const struct outcome *a = one, *b = other;

	if (a->likeness != b->likeness)
		return a->likeness < b->likeness ? -1 : 1;
	return a->run < b->run ? -1 : a->run > b->run;
}

/* How many leave another world. */
static size_t count_others(const struct outcomes *outcomes, size_t *alike)
{
	size_t others = 0;

	*alike = 0;
	for (size_t i = 1; i < outcomes->count; i++) {
		const struct outcome *one = &outcomes->rows[i - 1], *other = &outcomes->rows[i];

		if (one->likeness != other->likeness)
			continue;
		++*alike;
		if (one->violated != other->violated || one->status != other->status || one->left != other->left)
			fail_msg("runs %llu and %llu are said to be alike: exit %d and %d",
				 (unsigned long long)one->run, (unsigned long long)other->run, one->status,
				 other->status);
		others += one->world != other->world;
	}
	return others;
}

static void plays_that_are_said_to_be_alike_end_alike(void **state)
{
	static const struct {
		const char *machine, *scenario;
		uint64_t stride;
	} rows[] = {
		{ "machines/asg-standby.yaml", "no-balancer", 211 },
		{ "machines/asg-standby.yaml", "group-of-three", 1031 },
		{ "machines/classic-elb.yaml", "group-of-three", 211 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct outcomes outcomes = { 0 };
		struct bench bench;
		size_t alike, others;

		bench_begin(&bench, &(struct bench_files){ .machine = rows[i].machine });
		bench.rehearsal.stage.looks_out = true;
		bench_add_scene(&bench, rows[i].scenario);
		play_some(&bench.rehearsal, rows[i].stride * play_stride(), &outcomes);
		qsort(outcomes.rows, outcomes.count, sizeof(*outcomes.rows), compare);
		others = count_others(&outcomes, &alike);
		print_message("  %s, %s: %zu plays, %zu of them as another; %zu left another world\n", rows[i].machine,
			      rows[i].scenario, outcomes.count, alike, others);
		assert_true(alike > outcomes.count / 10);
		assert_true(others <= alike / 50);
		free(outcomes.rows);
		bench_end(&bench);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plays_that_are_said_to_be_alike_end_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
