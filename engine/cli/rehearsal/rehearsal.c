#include "config.h"

#include "cli/rehearsal/rehearsal.h"

#include <assert.h>
#include <stdint.h>

void rehearsal_init(struct rehearsal *rehearsal, const struct machine *machine, struct arena *arena)
{
	*rehearsal = (struct rehearsal){
		.machine = machine, .arena = arena, .seed = 1, .faults = 3, .runs = 2000
	};
	stage_init(&rehearsal->stage, machine);
}

void rehearsal_release(struct rehearsal *rehearsal)
{
	stage_release(&rehearsal->stage);
	for (size_t i = 0; i < rehearsal->n_scenes; i++) {
		mishaps_release(&rehearsal->mishaps[i]);
		scene_release(&rehearsal->scenes[i]);
	}
}

int rehearsal_add(struct rehearsal *rehearsal, const char *scenario, struct sim *model, struct inputs *inputs,
		  struct error *err)
{
	size_t i = rehearsal->n_scenes;

	if (i == SCENES_MOST)
		return error_set(err, ERROR_USAGE, NOWHERE, "more than %d scenarios", SCENES_MOST);
	rehearsal->n_scenes++;
	if (scene_init(&rehearsal->scenes[i], &rehearsal->stage, scenario, model, inputs, err) != 0)
		return -1;
	mishaps_init(&rehearsal->mishaps[i], &rehearsal->scenes[i], rehearsal->arena);
	rehearsal->singles += rehearsal->mishaps[i].count;
	rehearsal->pairs += mishaps_pairs(&rehearsal->mishaps[i]);
	return 0;
}

/* ---- what a number means ---- */

struct program {
	size_t scene;
	enum section section;
	struct mishap mishaps[MISHAPS_MOST];
	size_t count;
};

static void program_single(const struct rehearsal *rehearsal, uint64_t n, struct program *program)
{
	const struct mishaps *mishaps;

	while (n >= rehearsal->mishaps[program->scene].count)
		n -= rehearsal->mishaps[program->scene++].count;
	mishaps = &rehearsal->mishaps[program->scene];
	while (n >= mishaps->ends[program->section])
		program->section++;
	program->mishaps[0] = mishaps->rows[n];
	program->count = program->section == SECTION_CALM ? 0 : 1;
}

static void program_pair(const struct rehearsal *rehearsal, uint64_t n, struct program *program)
{
	program->section = SECTION_PAIR;
	while (n >= mishaps_pairs(&rehearsal->mishaps[program->scene]))
		n -= mishaps_pairs(&rehearsal->mishaps[program->scene++]);
	program->count = mishaps_pair(&rehearsal->mishaps[program->scene], n, program->mishaps);
}

static void program_sequence(const struct rehearsal *rehearsal, uint64_t n, struct program *program)
{
	uint64_t state = rehearsal->seed + (n << 20);

	program->section = SECTION_RANDOM;
	program->scene = mishaps_random(&state) % rehearsal->n_scenes;
	program->count = mishaps_sequence(&rehearsal->mishaps[program->scene], state, rehearsal->faults,
					  program->mishaps);
}

static void program_of(const struct rehearsal *rehearsal, uint64_t run, struct program *program)
{
	*program = (struct program){ 0 };
	if (run < rehearsal->singles)
		program_single(rehearsal, run, program);
	else if (run < rehearsal->singles + rehearsal->pairs)
		program_pair(rehearsal, run - rehearsal->singles, program);
	else
		program_sequence(rehearsal, run - rehearsal->singles - rehearsal->pairs, program);
}

/* ---- playing ---- */

static void play(struct rehearsal *rehearsal, const struct program *program)
{
	stage_play(&rehearsal->stage, &rehearsal->scenes[program->scene], program->mishaps, program->count,
		   rehearsal->seed);
}

static struct finding *finding_of(struct rehearsal *rehearsal, const struct invariant *invariant)
{
	struct finding *finding = rehearsal->findings;

	while (finding->invariant && finding->invariant != invariant)
		finding++;
	if (!finding->invariant) {
		assert(rehearsal->n_findings < FINDINGS_MOST - 1);
		rehearsal->n_findings++;
		*finding = (struct finding){ .invariant = invariant, .mishaps = SIZE_MAX };
	}
	return finding;
}

static void keep_violation(struct rehearsal *rehearsal, const struct program *program, uint64_t run)
{
	struct finding *finding = finding_of(rehearsal, rehearsal->stage.violation.invariant);
	size_t records = json_array_size(rehearsal->stage.records);

	finding->count++;
	if (program->count > finding->mishaps || (program->count == finding->mishaps && records >= finding->records))
		return;
	finding->run = run;
	finding->mishaps = program->count;
	finding->records = records;
}

static void perform(struct rehearsal *rehearsal, uint64_t run)
{
	const struct stage *stage = &rehearsal->stage;
	struct section_counts *counts;
	struct program program;

	program_of(rehearsal, run, &program);
	play(rehearsal, &program);
	counts = &rehearsal->counts[program.section];
	counts->runs++;
	counts->left += stage->left;
	counts->drifted += stage->drifted;
	counts->same_moment += stage->same_moment;
	counts->violations += stage->violation.invariant != NULL;
	counts->requests += sim_requests(stage->sim);
	if (stage->violation.invariant)
		keep_violation(rehearsal, &program, run);
}

static bool tick(const struct rehearsal *rehearsal, enum section section, uint64_t done, uint64_t due)
{
	return !rehearsal->tick || rehearsal->tick(rehearsal->argument, rehearsal, section, done, due);
}

/* Section by section, whatever scene they are of: that is how they are counted. */
static bool perform_singles(struct rehearsal *rehearsal, enum section section)
{
	uint64_t before = 0, done = 0, due = 0;

	for (size_t i = 0; i < rehearsal->n_scenes; i++)
		due += rehearsal->mishaps[i].ends[section] -
		       (section ? rehearsal->mishaps[i].ends[section - 1] : 0);
	for (size_t i = 0; i < rehearsal->n_scenes; i++) {
		const struct mishaps *mishaps = &rehearsal->mishaps[i];

		for (size_t n = section ? mishaps->ends[section - 1] : 0; n < mishaps->ends[section]; n++) {
			if (!tick(rehearsal, section, done++, due))
				return false;
			perform(rehearsal, before + n);
		}
		before += mishaps->count;
	}
	return true;
}

/* All where they are few enough, else as many by chance. */
static bool perform_pairs(struct rehearsal *rehearsal)
{
	bool all = rehearsal->pairs <= rehearsal->runs;
	uint64_t due = all ? rehearsal->pairs : rehearsal->runs, state = rehearsal->seed;

	for (uint64_t n = 0; n < due; n++) {
		if (!tick(rehearsal, SECTION_PAIR, n, due))
			return false;
		perform(rehearsal, rehearsal->singles + (all ? n : mishaps_random(&state) % rehearsal->pairs));
	}
	return true;
}

static void perform_sequences(struct rehearsal *rehearsal)
{
	for (uint64_t n = 0; n < rehearsal->runs && tick(rehearsal, SECTION_RANDOM, n, rehearsal->runs); n++)
		perform(rehearsal, rehearsal->singles + rehearsal->pairs + n);
}

void rehearsal_perform(struct rehearsal *rehearsal)
{
	for (enum section section = 0; section < SECTION_SINGLES; section++)
		if (!perform_singles(rehearsal, section))
			return;
	if (rehearsal->faults >= 2 && !perform_pairs(rehearsal))
		return;
	if (rehearsal->faults >= 3)
		perform_sequences(rehearsal);
}

bool rehearsal_replay(struct rehearsal *rehearsal, uint64_t run)
{
	struct program program;

	if (rehearsal->n_scenes == 0)
		return false;
	program_of(rehearsal, run, &program);
	play(rehearsal, &program);
	return true;
}

uint64_t rehearsal_count(const struct rehearsal *rehearsal)
{
	uint64_t count = 0;

	for (size_t i = 0; i < SECTION_COUNT; i++)
		count += rehearsal->counts[i].runs;
	return count;
}

uint64_t rehearsal_violations(const struct rehearsal *rehearsal)
{
	uint64_t count = 0;

	for (size_t i = 0; i < SECTION_COUNT; i++)
		count += rehearsal->counts[i].violations;
	return count;
}
