/* What a play comes to is known where another one stood between two hooks as it does: here the rest is played all the
 * same, and is, to the last request and the last record, what it was said to be. */
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

struct row {
	const char *machine, *scenario;
	uint64_t singles, leads,
		seconds; /* strides: of singles, and of pairs, those that lead and those that come second */
	bool wire;
	struct change changes[2];
};

struct counts {
	uint64_t plays, known, violated;
};

static void describe(const struct stage *stage, struct buffer *text)
{
	const struct invariant *violated = stage->violation.invariant;

	buffer_clear(text);
	buffer_add_format(text, "%s, left %d, drifted %d, same moment %d, %u requests, %zu records",
			  violated ? violated->name : "well", stage->left, stage->drifted, stage->same_moment,
			  stage_requests(stage), stage_records(stage));
}

/* As a rehearsal plays it. */
static void play_short(struct rehearsal *rehearsal)
{
	struct stage *stage = &rehearsal->stage;
	struct mishap mishaps[MISHAPS_MOST];
	const size_t count = stage->n_mishaps;

	memcpy(mishaps, stage->mishaps, sizeof(mishaps));
	stage->endings = &rehearsal->endings;
	stage_play_from(stage, stage->scene, checkpoint_before(&stage->scene->calm, mishaps, count), mishaps, count,
			rehearsal->seed);
	stage->endings = NULL;
}

static bool play_both(struct rehearsal *rehearsal, uint64_t run, struct counts *counts)
{
	struct buffer whole = BUFFER_INIT, known = BUFFER_INIT;

	if (!rehearsal_replay(rehearsal, run))
		return false;
	counts->plays++;
	counts->violated += rehearsal->stage.violation.invariant != NULL;
	describe(&rehearsal->stage, &whole);
	play_short(rehearsal);
	counts->known += rehearsal->stage.rest.standing != 0;
	describe(&rehearsal->stage, &known);
	if (strcmp(buffer_text(&whole), buffer_text(&known)) != 0)
		print_message("run %llu\n", (unsigned long long)run);
	assert_string_equal(buffer_text(&known), buffer_text(&whole));
	buffer_release(&whole);
	buffer_release(&known);
	return true;
}

static void play_pairs(struct rehearsal *rehearsal, const struct row *row, struct counts *counts)
{
	const struct mishaps *mishaps = &rehearsal->mishaps[0];

	for (uint64_t first = 1; first < mishaps->count; first += row->leads * play_stride())
		for (uint64_t second = 1 + first % row->seconds;
		     mishaps_lead(mishaps, first) && play_both(rehearsal, first * RUN_PAIRS + second, counts);
		     second += row->seconds)
			;
}

static void play_row(const struct row *row, struct counts *all)
{
	const uint64_t stride = play_stride();
	struct counts singles = { 0 }, others = { 0 };
	struct bench bench;

	bench_begin(&bench, &(struct bench_files){ .machine = row->machine, .machine_changes = row->changes });
	if (row->wire)
		bench.rehearsal.stage.services = catalogue_services(bench.catalogue);
	bench_add_scene(&bench, row->scenario);
	for (uint64_t run = 0; play_both(&bench.rehearsal, run, &singles); run += row->singles * stride)
		;
	play_pairs(&bench.rehearsal, row, &others);
	for (uint64_t n = 0; n < 400; n += stride)
		play_both(&bench.rehearsal, RUN_SEQUENCES + n, &others);
	print_message("  %s, %s%s: of %llu singles the rest of %llu was known, of %llu others that of %llu; %llu went "
		      "wrong\n",
		      row->machine, row->scenario, row->wire ? ", over the wire" : "",
		      (unsigned long long)singles.plays, (unsigned long long)singles.known,
		      (unsigned long long)others.plays, (unsigned long long)others.known,
		      (unsigned long long)(singles.violated + others.violated));
	/* Of a share of one row's plays none may stand as another one of that share; of all rows' some do. */
	assert_true(stride > 1 || singles.known > singles.plays / 5);
	all->plays += singles.plays;
	all->known += singles.known;
	assert_true(row->changes[0].from ? singles.violated > 0 : singles.violated == 0);
	bench_end(&bench);
}

static void what_is_known_of_a_play_is_what_comes_of_it(void **state)
{
	static const struct row rows[] = {
		{ "machines/asg-standby.yaml", "group-of-three", 1, 83, 89, false, { { NULL } } },
		{ "machines/asg-standby.yaml", "no-balancer", 2, 97, 211, true, { { NULL } } },
		{ "machines/classic-elb.yaml", "group-of-three", 1, 11, 43, false, { { NULL } } },
		{ "machines/asg-surge.yaml", "group-of-three", 3, 211, 307, false, { { NULL } } },
		{ "machines/asg-standby.yaml",
		  "room-to-spare",
		  2,
		  83,
		  89,
		  false,
		  { { "    restore: all # what is left", "    restore: [MAKE_ROOM] # what is left" } } },
		{ "machines/asg-standby.yaml",
		  "group-of-three",
		  2,
		  83,
		  89,
		  false,
		  { { "UNDO: {restore: all,", "UNDO: {restore: [SUSPEND_PROCS]," } } },
	};

	struct counts all = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		play_row(&rows[i], &all);
	assert_true(all.known > all.plays / (5 * play_stride()));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_known_of_a_play_is_what_comes_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
