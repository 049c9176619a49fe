/* Where a play stands between two hooks, kept for those that go as it does until then. No process lives at such a
 * moment: all that there is is the two worlds, the disk and the stage's own notes, so that a play is gone back to by
 * copying them. (A process forked off in the midst of a hook would save more of it, and costs more than it saves.) */
#include "config.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "cli/rehearsal/stage.h"
#include "text/json.h"

struct checkpoint {
	struct course course;
	struct progress_mark at;
	struct stage stage; /* as it was; of what it points to only `records` and `noted` are its own */
	struct sim *sim, *alone;
	struct storage_memory *memory;
};

/* Of a play that has gone wrong nothing is kept: what counts as wrong hangs on all of its mishaps. */
void checkpoint_take(struct stage *stage, const struct course *course)
{
	struct profile *profile = stage->profile;
	struct checkpoint *point;

	if (!profile || stage->n_legs == 0 || stage->violation.invariant)
		return;
	profile->points = memory_resize(profile->points, profile->n_points + 1, sizeof(*profile->points));
	point = &profile->points[profile->n_points++];
	*point = (struct checkpoint){
		.course = *course,
		.at = stage_progress(stage),
		.stage = *stage,
		.sim = sim_new(0),
		.alone = sim_new(0),
		.memory = storage_memory_new(),
	};
	point->stage.records = json_made(json_copy(stage->records));
	point->stage.noted = json_made(json_copy(stage->noted));
	sim_copy(point->sim, stage->sim);
	sim_copy(point->alone, stage->alone);
	storage_memory_copy(point->memory, stage->memory);
}

struct course checkpoint_restore(struct stage *stage, const struct checkpoint *point)
{
	struct arena *arena = stage->arena;
	struct profile *profile = stage->profile;
	struct endings *endings = stage->endings;
	json_t *records = stage->records, *noted = stage->noted;

	memcpy(stage, &point->stage, offsetof(struct stage, legs) + point->stage.n_legs * sizeof(*stage->legs));
	stage->arena = arena;
	stage->profile = profile;
	stage->endings = endings;
	stage->n_passed = 0; /* with other mishaps */
	stage->records = records;
	stage->noted = noted;
	stage->wire = NULL;
	stage->torn_bytes = 0; /* of where no other mishap follows */
	if (json_array_extend(stage->records, point->stage.records) ||
	    json_array_extend(stage->noted, point->stage.noted))
		memory_exhausted();
	sim_copy(stage->sim, point->sim);
	sim_copy(stage->alone, point->alone);
	storage_memory_copy(stage->memory, point->memory);
	return point->course;
}

/* There is one place for a signal that is to come: the second takes that of the first, which never comes then. */
static bool takes_place(const struct stage *stage, const struct mishap *mishap)
{
	for (size_t i = 0; i < stage->n_armed; i++)
		if (mishap->kind == MISHAP_STOPPED && stage->mishaps[i].kind == MISHAP_STOPPED)
			return true;
	return false;
}

/* None of those that are to come is there yet: neither of those that would be armed by then, nor of those that wait for
 * the process to die, and are counted from the next one on. */
static bool serves(const struct checkpoint *point, const struct mishap *mishaps, size_t count)
{
	const struct stage *stage = &point->stage;
	struct progress_mark from = stage->struck;
	bool dies = stage->doomed;

	for (size_t i = stage->n_armed; i < count; i++) {
		if (!mishap_is_later(&mishaps[i], dies ? point->at : from, point->at) ||
		    takes_place(stage, &mishaps[i]))
			return false;
		from = stage_behind(stage->scene, &mishaps[i], from);
		dies |= mishap_dies(&mishaps[i]);
	}
	return true;
}

const struct checkpoint *checkpoint_before(const struct profile *profile, const struct mishap *mishaps, size_t count)
{
	for (size_t i = profile->n_points; i-- > 0;)
		if (serves(&profile->points[i], mishaps, count))
			return &profile->points[i];
	return NULL;
}

void checkpoints_release(struct profile *profile)
{
	for (size_t i = 0; i < profile->n_points; i++) {
		struct checkpoint *point = &profile->points[i];

		json_decref(point->stage.records);
		json_decref(point->stage.noted);
		sim_free(point->sim);
		sim_free(point->alone);
		storage_memory_free(point->memory);
	}
	free(profile->points);
}
