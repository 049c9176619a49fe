/* What people do beside deployments: a plan, and taking over an instance that somebody else has taken out. */
#include "config.h"

#include "cli/rehearsal/invariants.h"

enum { DRAINED_MS = 20 * 60 * 1000 };

/* What a look planned was not done, and is no record of anybody's. */
static void forget_planned(struct stage *stage)
{
	json_array_clear(stage->records);
	for (size_t i = 0; i < stage->n_legs; i++)
		stage->legs[i].records = 0;
}

/* To the end, through the pauses. */
void stage_plan(struct stage *stage)
{
	struct run_environment environment = stage_environment(stage);
	struct start start = stage_start(stage, stage->opening, true);
	struct leg leg = { .name = "plan", .hook = start.leg.hook, .begins = true, .passes_pauses = true };
	struct leg_result result;
	struct run *run = run_new(&environment, RUN_PLAN, start.machine, json_incref(start.input),
				  json_incref(start.about), NULL);

	if (run)
		run_leg(run, &leg, &result);
	run_free(run);
	json_decref(start.leg.hook);
	forget_planned(stage);
	invariants_check_plan(stage);
}

static void adopt(struct stage *stage)
{
	struct run_environment environment = stage_environment(stage);
	struct start start = stage_start(stage, stage->opening, true);
	struct leg_result result = { 0 };

	start_adopt(&environment, &start, &result);
	json_decref(start.leg.hook);
	if (sim_dead(stage->sim))
		stage_restart(stage);
}

/* The returning hook; where no run is open it only looks. */
static bool comes_back(struct stage *stage)
{
	struct history history = { 0 };
	const bool looks = !stage_open_run(stage, &history);
	const bool back = stage_hook(stage, stage->closing, false);

	if (!back && looks)
		forget_planned(stage);
	history_release(&history);
	return back;
}

/* Who finds it out, and nobody knows why, is told so by the returning hook; then it is adopted and comes back. Where
 * that is cut off or refused, both are done again. */
void stage_adopt(struct stage *stage)
{
	bool back;

	if (stage->scene->stands_by) {
		sim_act(stage->sim, &(struct sim_act){ .kind = SIM_ACT_STANDBY, .instance = sim_self(stage->sim) });
		sim_advance(stage->sim, DRAINED_MS);
	}
	back = comes_back(stage);
	for (size_t i = 0; stage->scene->stands_by && !back && i <= stage->n_mishaps; i++) {
		adopt(stage);
		back = comes_back(stage);
	}
}
