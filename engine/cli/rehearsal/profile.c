/* How a play went: what was asked and written in it, from where its first mishap had struck. */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "cli/rehearsal/stage.h"

/* What lies before `from` is nobody's business. */
static void count_from(struct profile *profile, struct progress_mark from)
{
	size_t count = 0;

	for (size_t i = 0; i < profile->n_marks; i++) {
		const struct progress_mark *mark = &profile->marks[i];

		if (mark->requests >= from.requests && mark->steps >= from.steps)
			profile->marks[count++] = (struct progress_mark){ mark->requests - from.requests,
									  mark->steps - from.steps };
	}
	profile->n_marks = count;
}

static void keep_asked(struct profile *profile, const struct sim *sim, unsigned before)
{
	profile->asked = memory_new((size_t)profile->requests + 1, sizeof(*profile->asked));
	for (size_t i = 0; i < sim_log_count(sim); i++) {
		const struct sim_logged *logged = sim_log_at(sim, i);

		if (logged->number > before && logged->number <= before + profile->requests)
			profile->asked[logged->number - before] = (struct asked){
				.reads = logged->reads, .scales = strcmp(logged->service, "autoscaling") == 0
			};
	}
}

void stage_profile(struct stage *stage, struct scene *scene, const struct mishap *mishap, uint64_t seed,
		   struct profile *profile)
{
	struct progress_mark from, end;

	*profile = (struct profile){ 0 };
	stage->profile = profile;
	stage->knows = (struct knowledge){ 0 };
	stage_play_from(stage, scene, mishap ? checkpoint_before(&scene->calm, mishap, 1) : NULL, mishap,
			mishap ? 1 : 0, seed);
	stage->profile = NULL;
	from = stage->struck;
	end = stage_progress(stage);
	assert(end.requests >= from.requests && end.steps >= from.steps);
	count_from(profile, from);
	profile->requests = end.requests - from.requests;
	profile->steps = end.steps - from.steps;
	profile->looks = stage->disk.looks;
	keep_asked(profile, stage->sim, from.requests);
	outlooks_drop(&profile->at_requests, from.requests);
	outlooks_drop(&profile->at_steps, from.steps);
	profile->step_bytes = memory_new((size_t)profile->steps + 1, sizeof(*profile->step_bytes));
	for (unsigned step = 1; step <= profile->steps; step++)
		profile->step_bytes[step] = storage_memory_step_bytes(stage->memory, from.steps + step);
}

void profile_release(struct profile *profile)
{
	free(profile->marks);
	free(profile->step_bytes);
	free(profile->asked);
	outlooks_release(&profile->at_requests);
	outlooks_release(&profile->at_steps);
	checkpoints_release(profile);
	*profile = (struct profile){ 0 };
}
