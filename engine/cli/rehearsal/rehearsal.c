#include "config.h"

#include "cli/rehearsal/rehearsal.h"

#include <assert.h>
#include <stdint.h>

#include "base/hash.h"

void rehearsal_init(struct rehearsal *rehearsal, const struct machine *machine, struct arena *arena)
{
	*rehearsal = (struct rehearsal){
		.machine = machine, .arena = arena, .seed = 1, .faults = 3, .runs = 2000, .workers = 1
	};
	stage_init(&rehearsal->stage, machine);
}

void rehearsal_release(struct rehearsal *rehearsal)
{
	stage_release(&rehearsal->stage);
	mishaps_release(&rehearsal->seconds);
	profile_release(&rehearsal->behind);
	hash_set_release(&rehearsal->met);
	endings_release(&rehearsal->endings);
	for (size_t i = 0; i < rehearsal->n_scenes; i++) {
		mishaps_release(&rehearsal->mishaps[i]);
		scene_release(&rehearsal->scenes[i]);
	}
}

int rehearsal_add(struct rehearsal *rehearsal, const char *scenario, struct sim *model, struct inputs *inputs,
		  struct error *err)
{
	size_t i = rehearsal->n_scenes;
	struct mishaps *mishaps = &rehearsal->mishaps[i];
	struct scene *scene = &rehearsal->scenes[i];

	if (i == SCENES_MOST)
		return error_set(err, ERROR_USAGE, NOWHERE, "more than %d scenarios", SCENES_MOST);
	rehearsal->n_scenes++;
	rehearsal->stage.looks_out |= rehearsal->all;
	if (scene_init(scene, &rehearsal->stage, scenario, model, inputs, rehearsal->seed, err) != 0)
		return -1;
	acts_find(&rehearsal->acts[i], scene, rehearsal->arena);
	mishaps_fill(mishaps, &scene->calm, &rehearsal->acts[i], rehearsal->all ? TORN_ALL : TORN_SOME);
	rehearsal->singles += mishaps->count;
	for (size_t n = 0; n < mishaps->count; n++)
		rehearsal->leads += mishaps_lead(mishaps, n);
	return 0;
}

/* ---- what a number means ---- */

struct program {
	size_t scene;
	enum section section;
	struct mishap mishaps[MISHAPS_MOST];
	size_t count;
	bool leads; /* to pairs */
};

static bool program_single(const struct rehearsal *rehearsal, uint64_t n, struct program *program)
{
	const struct mishaps *mishaps;

	*program = (struct program){ 0 };
	if (n >= rehearsal->singles)
		return false;
	while (n >= rehearsal->mishaps[program->scene].count)
		n -= rehearsal->mishaps[program->scene++].count;
	mishaps = &rehearsal->mishaps[program->scene];
	while (n >= mishaps->ends[program->section])
		program->section++;
	program->mishaps[0] = mishaps->rows[n];
	program->count = program->section == SECTION_CALM ? 0 : 1;
	program->leads = mishaps_lead(mishaps, n);
	return true;
}

/* What can happen behind a first mishap is seen from how the play with that one alone goes on. */
static void find_seconds(struct rehearsal *rehearsal, uint64_t first, const struct program *program)
{
	if (rehearsal->seconds.count > 0 && rehearsal->seconds_of == first)
		return;
	profile_release(&rehearsal->behind);
	stage_profile(&rehearsal->stage, &rehearsal->scenes[program->scene], program->mishaps, rehearsal->seed,
		      &rehearsal->behind);
	mishaps_fill(&rehearsal->seconds, &rehearsal->behind, &rehearsal->acts[program->scene], TORN_ONE);
	rehearsal->seconds_of = first;
	assert(rehearsal->seconds.count < RUN_PAIRS);
}

/* What is done by hand before a play begins cannot come second. */
static size_t seconds_end(const struct mishaps *seconds)
{
	return seconds->ends[SECTION_HAND - 1];
}

static bool program_pair(struct rehearsal *rehearsal, uint64_t first, uint64_t second, struct program *program)
{
	if (!program_single(rehearsal, first, program) || program->count == 0)
		return false;
	find_seconds(rehearsal, first, program);
	if (second < rehearsal->seconds.ends[SECTION_CALM] || second >= seconds_end(&rehearsal->seconds))
		return false;
	program->section = SECTION_PAIR;
	program->leads = false;
	program->mishaps[1] = rehearsal->seconds.rows[second];
	program->count = 2;
	return true;
}

static bool program_sequence(const struct rehearsal *rehearsal, uint64_t n, struct program *program)
{
	uint64_t state = rehearsal->seed + (n << 20);

	*program = (struct program){ .section = SECTION_RANDOM };
	program->scene = mishaps_random(&state) % rehearsal->n_scenes;
	program->count = mishaps_sequence(&rehearsal->mishaps[program->scene], state, rehearsal->faults,
					  program->mishaps);
	return true;
}

static bool program_of(struct rehearsal *rehearsal, uint64_t run, struct program *program)
{
	if (run >= RUN_SEQUENCES)
		return program_sequence(rehearsal, run - RUN_SEQUENCES, program);
	if (run >= RUN_PAIRS)
		return program_pair(rehearsal, run / RUN_PAIRS, run % RUN_PAIRS, program);
	return program_single(rehearsal, run, program);
}

/* ---- playing ---- */

bool rehearsal_replay(struct rehearsal *rehearsal, uint64_t run)
{
	struct program program;

	if (rehearsal->n_scenes == 0 || !program_of(rehearsal, run, &program))
		return false;
	stage_play(&rehearsal->stage, &rehearsal->scenes[program.scene], program.mishaps, program.count,
		   rehearsal->seed);
	return true;
}

/* How many pairs that begin with this mishap are chosen: each mishap leads as many, as far as that comes out even.
 * `state` chooses which. */
static uint64_t share_of(const struct rehearsal *rehearsal, uint64_t first, uint64_t *state)
{
	*state = rehearsal->seed ^ (first << 20);
	return rehearsal->runs / rehearsal->leads +
	       (mishaps_random(state) % rehearsal->leads < rehearsal->runs % rehearsal->leads);
}

/* Whether pairs that are chosen follow on this single. */
static bool leads_some(const struct rehearsal *rehearsal, uint64_t run, const struct program *program)
{
	uint64_t state;

	return rehearsal->faults >= 2 && !rehearsal->all && program->leads && share_of(rehearsal, run, &state) > 0;
}

static const struct checkpoint *find_checkpoint(const struct rehearsal *rehearsal, const struct program *program)
{
	const struct profile *calm = &rehearsal->scenes[program->scene].calm;
	const struct checkpoint *point = NULL;

	if (program->section == SECTION_PAIR)
		point = checkpoint_before(&rehearsal->behind, program->mishaps, program->count);
	return point ? point : checkpoint_before(calm, program->mishaps, program->count);
}

/* What is about to lead pairs is looked at for them at the same time. */
static void play(struct rehearsal *rehearsal, uint64_t run, const struct program *program)
{
	rehearsal->stage.endings = &rehearsal->endings;
	if (leads_some(rehearsal, run, program))
		find_seconds(rehearsal, run, program);
	else
		stage_play_from(&rehearsal->stage, &rehearsal->scenes[program->scene],
				find_checkpoint(rehearsal, program), program->mishaps, program->count,
				rehearsal->seed);
	rehearsal->stage.endings = NULL;
}

/* The newest play is this one, too: another length of a torn record, and the same journal. */
static bool is_played(const struct rehearsal *rehearsal, const struct program *program)
{
	return program->section == SECTION_TORN &&
	       stage_torn_alike(&rehearsal->stage, &rehearsal->scenes[program->scene], &program->mishaps[0]);
}

static bool perform(struct rehearsal *rehearsal, uint64_t run)
{
	struct tally *tally = &rehearsal->tally;
	struct program program;

	if (!program_of(rehearsal, run, &program))
		return true;
	if (!is_played(rehearsal, &program)) {
		play(rehearsal, run, &program);
		tally->counts[program.section].played++;
	}
	tally_count(tally, program.section, &rehearsal->stage, run);
	tally->done += program.section == tally->section;
	return !rehearsal->tick || rehearsal->tick(rehearsal->argument, rehearsal, tally);
}

static bool is_mine(const struct rehearsal *rehearsal, uint64_t n)
{
	return n % rehearsal->workers == rehearsal->worker;
}

static void begin_section(struct rehearsal *rehearsal, enum section section, uint64_t due)
{
	rehearsal->tally.section = section;
	rehearsal->tally.done = 0;
	rehearsal->tally.due = due / rehearsal->workers;
}

/* The pairs that the seed chooses, while what leads them is the newest play. */
static bool perform_some_behind(struct rehearsal *rehearsal, uint64_t first, const struct program *program)
{
	uint64_t state, share = share_of(rehearsal, first, &state), begins, count;
	struct tally *tally = &rehearsal->tally;

	find_seconds(rehearsal, first, program);
	begins = rehearsal->seconds.ends[SECTION_CALM];
	count = seconds_end(&rehearsal->seconds) - begins;
	tally->leads++;
	tally->pairs += count;
	for (uint64_t n = 0; n < count && n < share; n++) {
		uint64_t second = begins + (share < count ? mishaps_random(&state) % count : n);

		if (!perform(rehearsal, first * RUN_PAIRS + second))
			return false;
	}
	return true;
}

static bool perform_single(struct rehearsal *rehearsal, uint64_t run)
{
	struct program program;

	program_single(rehearsal, run, &program);
	return perform(rehearsal, run) &&
	       (!leads_some(rehearsal, run, &program) || perform_some_behind(rehearsal, run, &program));
}

/* Section by section, whatever scene they are of: that is how they are counted. */
static bool perform_singles(struct rehearsal *rehearsal, enum section section)
{
	uint64_t before = 0, due = 0;

	for (size_t i = 0; i < rehearsal->n_scenes; i++)
		due += rehearsal->mishaps[i].ends[section] - (section ? rehearsal->mishaps[i].ends[section - 1] : 0);
	begin_section(rehearsal, section, due);
	for (size_t i = 0; i < rehearsal->n_scenes; i++) {
		const struct mishaps *mishaps = &rehearsal->mishaps[i];

		for (size_t n = section ? mishaps->ends[section - 1] : 0; n < mishaps->ends[section]; n++)
			if (is_mine(rehearsal, before + n) && !perform_single(rehearsal, before + n))
				return false;
		before += mishaps->count;
	}
	return true;
}

/* ---- all pairs ---- */

static uint64_t likeness_of(size_t scene, const struct mishap *mishap, const struct profile *profile)
{
	uint64_t likeness = mishap_likeness(mishap, profile);

	return likeness ? hash_number(likeness, scene) : 0;
}

/* A single goes as any pair whose first mishap has left nothing behind. */
static void meet_singles(struct rehearsal *rehearsal, size_t scene)
{
	const struct mishaps *mishaps = &rehearsal->mishaps[scene];

	for (size_t i = mishaps->ends[SECTION_CALM]; i < seconds_end(mishaps); i++) {
		uint64_t likeness = likeness_of(scene, &mishaps->rows[i], &rehearsal->scenes[scene].calm);

		if (likeness)
			hash_set_add(&rehearsal->met, likeness);
	}
}

static bool perform_one_behind(struct rehearsal *rehearsal, uint64_t first, size_t scene, size_t second)
{
	const struct mishap *mishap = &rehearsal->seconds.rows[second];
	uint64_t likeness = likeness_of(scene, mishap, &rehearsal->behind);
	struct tally *tally = &rehearsal->tally;

	if (!is_mine(rehearsal, likeness ? likeness : first))
		return true;
	if (mishap_has_turn(mishap, &rehearsal->behind) && (!likeness || hash_set_add(&rehearsal->met, likeness)))
		return perform(rehearsal, first * RUN_PAIRS + second);
	tally->counts[SECTION_PAIR].runs++;
	tally->done++;
	return true;
}

/* Every process looks at all of them, to find those that are its own: which those are must not hang on how many there
 * are. */
static bool perform_all_behind(struct rehearsal *rehearsal, uint64_t first, const struct program *program)
{
	struct tally *tally = &rehearsal->tally;

	find_seconds(rehearsal, first, program);
	for (size_t n = rehearsal->seconds.ends[SECTION_CALM]; n < seconds_end(&rehearsal->seconds); n++)
		if (!perform_one_behind(rehearsal, first, program->scene, n))
			return false;
	tally->leads++;
	tally->due = tally->done * rehearsal->leads / tally->leads;
	return true;
}

static bool perform_pairs(struct rehearsal *rehearsal)
{
	struct program program;

	begin_section(rehearsal, SECTION_PAIR, rehearsal->runs);
	for (size_t scene = 0; scene < rehearsal->n_scenes; scene++)
		meet_singles(rehearsal, scene);
	for (uint64_t first = 0; program_single(rehearsal, first, &program); first++)
		if (program.leads && !perform_all_behind(rehearsal, first, &program))
			return false;
	return true;
}

static void perform_sequences(struct rehearsal *rehearsal)
{
	begin_section(rehearsal, SECTION_RANDOM, rehearsal->runs);
	for (uint64_t n = 0; n < rehearsal->runs; n++)
		if (is_mine(rehearsal, n) && !perform(rehearsal, RUN_SEQUENCES + n))
			return;
}

void rehearsal_perform_share(struct rehearsal *rehearsal)
{
	for (enum section section = 0; section < SECTION_SINGLES; section++)
		if (!perform_singles(rehearsal, section))
			return;
	if (rehearsal->faults >= 2 && rehearsal->all && !perform_pairs(rehearsal))
		return;
	if (rehearsal->faults >= 3)
		perform_sequences(rehearsal);
}
