/* What is played on from a checkpoint is what is played from the beginning: the same to the last record and to the last
 * thing in the world. A finding's number would replay another play else. */
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
#include "text/json.h"

struct row {
	const char *machine, *scenario;
	uint64_t stride, seconds; /* of singles, and of those that come second */
	bool wire;
};

struct counts {
	uint64_t plays, played_on;
};

static void add_json(struct buffer *text, json_t *document)
{
	char *written = json_text(document, JSON_INDENT(1));

	buffer_add_format(text, "%s\n", written);
	free(written);
	json_decref(document);
}

static void add_log(struct buffer *text, const struct sim *sim)
{
	for (size_t i = 0; i < sim_log_count(sim); i++) {
		const struct sim_logged *logged = sim_log_at(sim, i);

		buffer_add_format(text, "%u %s at %lld, %s, %s\n", logged->number, logged->operation,
				  (long long)logged->at_ms, sim_fault_name(logged->fault), logged->code);
	}
}

/* All that came of the newest play. */
static void describe(struct rehearsal *rehearsal, struct buffer *text)
{
	struct stage *stage = &rehearsal->stage;

	buffer_clear(text);
	rehearsal_trace(rehearsal, text);
	for (size_t i = 0; i < stage->n_legs; i++)
		buffer_add_format(text, "%s began at request %u\n", stage->legs[i].hook, stage->legs[i].requests);
	buffer_add_format(text, "left %d, drifted %d, same moment %d, cut off %u, torn %zu\n", stage->left,
			  stage->drifted, stage->same_moment, stage->cut_off, stage->torn_bytes);
	buffer_add_format(text, "steps %u, looks %u, runs %u\n", storage_memory_steps(stage->memory),
			  stage->disk.looks, stage->runs);
	add_log(text, stage->sim);
	add_json(text, json_incref(stage->records));
	add_json(text, sim_world_json(stage->sim));
	add_json(text, stage_alone_json(stage));
}

static const struct checkpoint *checkpoint_of(const struct rehearsal *rehearsal, size_t count)
{
	const struct stage *stage = &rehearsal->stage;
	const struct checkpoint *point = NULL;

	if (count == 2)
		point = checkpoint_before(&rehearsal->behind, stage->mishaps, count);
	return point ? point : checkpoint_before(&stage->scene->calm, stage->mishaps, count);
}

static bool play_both(struct rehearsal *rehearsal, uint64_t run, struct counts *counts)
{
	struct buffer whole = BUFFER_INIT, rest = BUFFER_INIT;
	struct mishap mishaps[MISHAPS_MOST];
	const struct checkpoint *point;
	size_t count;

	if (!rehearsal_replay(rehearsal, run))
		return false;
	counts->plays++;
	count = rehearsal->stage.n_mishaps;
	memcpy(mishaps, rehearsal->stage.mishaps, sizeof(mishaps));
	point = checkpoint_of(rehearsal, count);
	if (!point)
		return true;
	counts->played_on++;
	describe(rehearsal, &whole);
	stage_play_on(&rehearsal->stage, point, mishaps, count);
	describe(rehearsal, &rest);
	if (strcmp(buffer_text(&whole), buffer_text(&rest)) != 0)
		print_message("run %llu\n", (unsigned long long)run);
	assert_string_equal(buffer_text(&whole), buffer_text(&rest));
	buffer_release(&whole);
	buffer_release(&rest);
	return true;
}

static void play_pairs(struct rehearsal *rehearsal, const struct row *row, struct counts *counts)
{
	const struct mishaps *mishaps = &rehearsal->mishaps[0];

	for (uint64_t first = 1; first < mishaps->count; first += row->stride)
		for (uint64_t second = 1 + first % row->seconds;
		     mishaps_lead(mishaps, first) && play_both(rehearsal, first * RUN_PAIRS + second, counts);
		     second += row->seconds)
			;
}

/* By chance also what is there from the beginning, behind what is not. */
static void play_sequences(struct rehearsal *rehearsal, const struct row *row, struct counts *counts)
{
	for (uint64_t n = 0; n < 10000; n += row->stride)
		play_both(rehearsal, RUN_SEQUENCES + n, counts);
}

static const struct row rows[] = {
	{ "machines/classic-elb.yaml", "group-of-three", 11, 43, false },
	{ "machines/asg-standby.yaml", "group-of-three", 83, 89, false },
	{ "machines/asg-surge.yaml", "group-of-three", 211, 307, false },
	{ "machines/asg-standby.yaml", "no-balancer", 97, 211, true },
};

static void what_is_played_on_from_a_checkpoint_is_the_play_from_the_beginning(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct counts singles = { 0 }, pairs = { 0 }, sequences = { 0 };
		struct row row = rows[i];
		struct bench bench;

		row.stride *= play_stride();
		bench_begin(&bench, &(struct bench_files){ .machine = row.machine });
		if (row.wire)
			bench.rehearsal.stage.services = catalogue_services(bench.catalogue);
		bench_add_scene(&bench, row.scenario);
		for (uint64_t run = 0; play_both(&bench.rehearsal, run, &singles); run += row.stride)
			;
		play_pairs(&bench.rehearsal, &row, &pairs);
		play_sequences(&bench.rehearsal, &row, &sequences);
		print_message("  %s, %s%s: of %llu singles %llu were played on, of %llu pairs %llu, of %llu sequences "
			      "%llu\n",
			      row.machine, row.scenario, row.wire ? ", over the wire" : "",
			      (unsigned long long)singles.plays, (unsigned long long)singles.played_on,
			      (unsigned long long)pairs.plays, (unsigned long long)pairs.played_on,
			      (unsigned long long)sequences.plays, (unsigned long long)sequences.played_on);
		assert_true(pairs.played_on > pairs.plays / 2);
		bench_end(&bench);
	}
}

/* A checkpoint is one of a play that has gone well so far, with no mishap in it that another play has not. */
static void what_is_there_from_the_beginning_is_played_from_the_beginning(void **state)
{
	static const struct mishap mishaps[] = {
		{ .kind = MISHAP_ABANDONED },
		{ .kind = MISHAP_CRASH_REQUEST, .at = 1, .fault = SIM_FAULT_CRASH_BEFORE },
		{ .kind = MISHAP_CRASH_WRITE, .at = 1 },
		{ .kind = MISHAP_REVISED, .at = 1000, .fault = SIM_FAULT_CRASH_AFTER },
		{ .kind = MISHAP_FAULT, .at = 1000, .fault = SIM_FAULT_STALE },
	};
	static const struct mishap behind_a_death[][2] = {
		{ { .kind = MISHAP_CRASH_REQUEST, .at = 1000 }, { .kind = MISHAP_ABANDONED } },
		{ { .kind = MISHAP_GIVEN_UP, .at = 1000 }, { .kind = MISHAP_PLANNED } },
	};
	struct bench bench;
	const struct profile *calm;

	(void)state;
	bench_begin(&bench, &(struct bench_files){ 0 });
	bench_add_scene(&bench, "no-balancer");
	calm = &bench.rehearsal.scenes[0].calm;
	assert_int_equal(calm->n_points, 1);
	assert_non_null(checkpoint_before(calm, &(struct mishap){ .kind = MISHAP_ACT, .at = 1000 }, 1));
	for (size_t i = 0; i < ARRAY_LENGTH(mishaps); i++)
		assert_null(checkpoint_before(calm, &mishaps[i], 1));
	for (size_t i = 0; i < ARRAY_LENGTH(behind_a_death); i++)
		assert_null(checkpoint_before(calm, behind_a_death[i], 2));
	bench_end(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_played_on_from_a_checkpoint_is_the_play_from_the_beginning),
		cmocka_unit_test(what_is_there_from_the_beginning_is_played_from_the_beginning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
