#include "config.h"

#include "cli/rehearsal/ending.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "cli/rehearsal/mishaps.h"
#include "cli/rehearsal/rules.h"
#include "text/json.h"

enum { SECOND_MS = 1000 };
enum { FIRST_SIZE = 1024, ENDINGS_MOST = 1 << 17 }; /* then they are forgotten, and found again */

/* ---- what is on the disk */

/* The times of a journal that its run is gone on with by. */
static uint64_t hash_times(uint64_t hash, const struct history *history, int64_t now_ms)
{
	hash = hash_due(hash, history->ledger.changed_ms + SHOWN_AFTER_MS + SECOND_MS, now_ms);
	hash = hash_due(hash, history->ledger.undone_ms + SHOWN_AFTER_MS + SECOND_MS, now_ms);
	for (size_t i = 0; i < history->ledger.count; i++) {
		const struct ledger_entry *entry = &history->ledger.entries[i];

		hash = hash_due(hash, entry->held_since_ms + CONSISTENT_AFTER_MS, now_ms);
		for (size_t k = 0; k < entry->n_doubts; k++)
			hash = hash_due(hash, entry->doubts[k].late_until_ms, now_ms);
	}
	return hash;
}

/* A hook that opens begins the run again, wherever it stands. */
static uint64_t hash_run(uint64_t hash, const struct history *history, bool opens, int64_t now_ms)
{
	hash = hash_times(hash_text(hash, history->because), history, now_ms);
	if (opens)
		return hash_number(hash, outlook_begun_again(history));
	return hash_due(hash_number(hash, outlook_history(history)), history->expires_ms, now_ms);
}

static uint64_t hash_disk(uint64_t hash, struct stage *stage, bool opens)
{
	struct history history = { 0 };
	const bool open = stage_open_run(stage, &history);

	if (opens)
		hash = hash_number(hash, (uint64_t)runs_undone_hidden_ms(storage_memory_storage(stage->memory),
									 sim_clock(stage->sim),
									 stage->scene->inputs.subject, NULL));
	if (open)
		hash = hash_run(hash, &history, opens, sim_wall_ms(stage->sim));
	history_release(&history);
	return hash_number(hash_number(hash, open), stage->runs);
}

/* ---- where it stands */

void stage_come_to_hook(struct stage *stage)
{
	if (stage->n_legs == 0)
		return;
	sim_advance(stage->sim, SECOND_MS - 1 - (sim_wall_ms(stage->sim) + SECOND_MS - 1) % SECOND_MS);
	stage_bring_on_alone(stage);
	sim_draw_anew(stage->sim, hash_number(stage->seed, sim_standing(stage->sim)));
	sim_draw_anew(stage->alone, hash_number(stage->seed, sim_standing(stage->alone)));
	stage->looked = sim_requests(stage->sim);
}

static uint64_t hash_stage(uint64_t hash, const struct stage *stage)
{
	const bool flags[] = {
		stage->left,    stage->drifted,        stage->same_moment,         stage->given_up,
		stage->ignored, stage->n_mishaps == 0, only_lost_an_answer(stage),
	};

	for (size_t i = 0; i < ARRAY_LENGTH(flags); i++)
		hash = hash_number(hash, flags[i]);
	return hash_text(hash, stage->group);
}

static uint64_t hash_course(uint64_t hash, const struct course *course, unsigned cut_off)
{
	hash = hash_number(hash, (uint64_t)course->deployments - cut_off);
	hash = hash_text(hash, course->hook ? course->hook->key->text : NULL);
	return hash_number(hash, (uint64_t)course->opens | (uint64_t)course->begins << 1);
}

/* Never 0. */
static uint64_t standing_of(struct stage *stage, const struct course *course)
{
	uint64_t hash = hash_text(stage->seed, stage->scene->name);

	hash = hash_number(hash_number(hash, sim_standing(stage->sim)), sim_gone(stage->sim));
	hash = hash_number(hash_number(hash, sim_standing(stage->alone)), sim_gone(stage->alone));
	hash = hash_course(hash_stage(hash, stage), course, stage->cut_off);
	hash = sent_so_far(moments_so_far(hash, stage), stage);
	return hash_disk(hash, stage, course->opens) | 1;
}

/* ---- the table: open addressing, at most half full */

static struct ending *place_of(const struct endings *endings, uint64_t standing)
{
	size_t at = (standing >> 1) & (endings->size - 1);

	while (endings->rows[at].standing && endings->rows[at].standing != standing)
		at = (at + 1) & (endings->size - 1);
	return &endings->rows[at];
}

static void grow(struct endings *endings)
{
	const struct endings old = *endings;

	endings->size = old.size ? 2 * old.size : FIRST_SIZE;
	endings->rows = memory_new(endings->size, sizeof(*endings->rows));
	for (size_t i = 0; i < old.size; i++)
		if (old.rows[i].standing)
			*place_of(endings, old.rows[i].standing) = old.rows[i];
	free(old.rows);
}

static void add(struct endings *endings, const struct ending *ending)
{
	struct ending *place;

	if (endings->count == ENDINGS_MOST)
		endings_release(endings);
	if (2 * endings->count >= endings->size)
		grow(endings);
	place = place_of(endings, ending->standing);
	endings->count += !place->standing;
	*place = *ending;
}

void endings_release(struct endings *endings)
{
	free(endings->rows);
	*endings = (struct endings){ 0 };
}

/* ---- in a play */

static void end_as(struct stage *stage, const struct ending *ending)
{
	stage->rest = *ending;
	stage->violation.invariant = ending->violated;
	stage->left = ending->left;
	stage->drifted = ending->drifted;
	stage->same_moment = ending->same_moment;
}

bool ending_is_known(struct stage *stage, const struct course *course)
{
	struct endings *endings = stage->endings;
	const struct ending *known;
	uint64_t standing;

	if (!endings || stage->violation.invariant || !mishaps_are_over(stage) ||
	    !storage_memory_is_durable(stage->memory) || stage->n_passed == PASSED_MOST)
		return false;
	standing = standing_of(stage, course);
	known = endings->size ? place_of(endings, standing) : NULL;
	if (!stage->profile && known && known->standing) {
		end_as(stage, known);
		return true;
	}
	stage->passed[stage->n_passed++] = (struct passed){
		.standing = standing,
		.requests = sim_requests(stage->sim),
		.records = json_array_size(stage->records),
	};
	return false;
}

void ending_keep(struct stage *stage)
{
	for (size_t i = 0; stage->endings && i < stage->n_passed; i++) {
		const struct passed *passed = &stage->passed[i];

		add(stage->endings, &(struct ending){
					    .standing = passed->standing,
					    .violated = stage->violation.invariant,
					    .requests = stage_requests(stage) - passed->requests,
					    .records = stage_records(stage) - passed->records,
					    .left = stage->left,
					    .drifted = stage->drifted,
					    .same_moment = stage->same_moment,
				    });
	}
}
