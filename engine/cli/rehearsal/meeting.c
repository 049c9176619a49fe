/* Who else is on this host: another deployment group with hooks of its own, runs that another host left in the image
 * from which this one was made, and a long row of deployments. */
#include "config.h"

#include <string.h>

#include "cli/rehearsal/rules.h"

enum {
	THEIR_INSTALLS_MS = 10 * 60 * 1000,
	MANY_DEPLOYMENTS = 21, /* more than closed runs are kept */
	RUNS_MOST = 21         /* those, and the one at hand */
};

static const char neighbour[] = "neighbour", elsewhere[] = "i-0fedcba9876543210";

static bool their_hook(struct stage *stage, const struct hook *hook, bool opens)
{
	const char *ours = stage->group;
	bool reached;

	stage->group = neighbour;
	reached = stage_hook(stage, hook, opens);
	stage->group = ours;
	return reached;
}

static void their_deployment(struct stage *stage)
{
	if (!their_hook(stage, stage->opening, true))
		return;
	sim_advance(stage->sim, THEIR_INSTALLS_MS);
	their_hook(stage, stage->closing, false);
}

/* Where the first of theirs dies, nobody comes to close its run but the timer. */
void stage_they_begin(struct stage *stage, const struct mishap *mishap)
{
	bool stands = their_hook(stage, stage->opening, true);

	if (mishap->at > 0 && !stands)
		return;
	stage_hook(stage, stage->opening, true);
	sim_advance(stage->sim, THEIR_INSTALLS_MS);
	if (stands)
		their_hook(stage, stage->closing, false);
}

void stage_they_come(struct stage *stage, const struct mishap *mishap)
{
	(void)mishap;
	their_hook(stage, stage->opening, true);
}

void stage_they_deploy(struct stage *stage, const struct mishap *mishap)
{
	(void)mishap;
	their_deployment(stage);
}

/* A run that was open when the image was made. */
void stage_lay_image(struct stage *stage, const struct mishap *mishap)
{
	struct run_environment environment = stage_environment(stage);
	struct start start = stage_start(stage, stage->opening, true);
	json_t *about = json_copy(stage->scene->about);
	struct run *run;

	(void)mishap;
	json_object_set_new(about, "host", json_string(elsewhere));
	json_object_set_new(about, "subject", json_string(elsewhere));
	run = run_new(&environment, RUN_REAL, stage->machine, json_incref(start.input), about, NULL);
	run_free(run);
	json_decref(start.leg.hook);
	json_array_clear(stage->records);
	json_array_clear(stage->noted);
}

void stage_check_image(struct stage *stage, const struct mishap *mishap)
{
	struct history history = { 0 };

	(void)mishap;
	if (run_look(storage_memory_storage(stage->memory), "r-0001", &history, NULL) != 0 || history.leg)
		violate(stage, RULE_J10, "a run of %s was touched", elsewhere);
	if (sim_self(stage->sim) && !stage->ignored)
		violate(stage, RULE_J10, "a run of %s is ignored, and nobody is told", elsewhere);
	history_release(&history);
}

static int count_run(void *argument, const char *run)
{
	(void)run;
	++*(unsigned *)argument;
	return 0;
}

void stage_deploy_often(struct stage *stage, const struct mishap *mishap)
{
	(void)mishap;
	for (unsigned i = 0; i < MANY_DEPLOYMENTS && !stage->violation.invariant; i++)
		stage_deployment(stage);
}

void stage_check_kept(struct stage *stage, const struct mishap *mishap)
{
	unsigned count = 0;

	(void)mishap;
	runs_list(storage_memory_storage(stage->memory), count_run, &count, NULL);
	if (count > RUNS_MOST)
		violate(stage, RULE_KEPT, "%u journals are there", count);
}
