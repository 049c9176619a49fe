/* What people do beside deployments: a plan; taking over an instance that somebody else has taken out; a look at what
 * an open run holds, and going on with it or taking it back. */
#include "config.h"

#include <string.h>

#include "cli/homeward.h"
#include "cli/rehearsal/rules.h"
#include "run/survey.h"
#include "text/json.h"

enum { DRAINED_MS = 20 * 60 * 1000, LOOKS_MS = 5000, TAKES_MS = 3 * 60 * 1000 };

/* To the end, through the pauses. */
void stage_plan(struct stage *stage, const struct mishap *mishap)
{
	struct run_environment environment = stage_environment(stage);
	struct start start = stage_start(stage, stage->opening, true);
	struct leg leg = { .name = "plan", .hook = start.leg.hook, .begins = true, .passes_pauses = true };
	struct leg_result result;
	struct run *run = run_new(&environment, RUN_PLAN, start.machine, json_incref(start.input),
				  json_incref(start.about), NULL);

	(void)mishap;
	if (run)
		run_leg(run, &leg, &result);
	run_free(run);
	json_decref(start.leg.hook);
	invariants_check_plan(stage);
}

static void adopt(struct stage *stage)
{
	struct run_environment environment = stage_environment(stage);
	struct start start = stage_start(stage, stage->opening, true);
	struct leg_result result = { 0 };

	start_adopt(&environment, &start, &result);
	json_decref(start.leg.hook);
	stage_process_over(stage);
}

/* The group that the instance is of, as it was. */
static json_t *group_of_self(const struct stage *stage, const char **name)
{
	json_t *group;

	json_object_foreach (json_object_get(stage->scene->before, "groups"), *name, group)
		if (json_object_get(json_object_get(group, "instances"), sim_self(stage->sim)))
			return group;
	return NULL;
}

/* No run of ours has a part in it: without us it is the same. */
static void set_minimum(struct stage *stage, const char *group, json_int_t minimum)
{
	const struct sim_act act = { .kind = SIM_ACT_MINIMUM, .group = group, .value = minimum };

	sim_act(stage->sim, &act);
	sim_act(stage->alone, &act);
}

/* Where the group has no room, the operator makes some first, and leaves it so. */
static void take_out(struct stage *stage)
{
	const char *name = NULL;
	const json_t *group = group_of_self(stage, &name);
	json_int_t minimum = json_integer_value(json_object_get(group, "minimum"));

	if (minimum > 0 && minimum == json_integer_value(json_object_get(group, "desired")))
		set_minimum(stage, name, minimum - 1);
	sim_act(stage->sim, &(struct sim_act){ .kind = SIM_ACT_STANDBY, .instance = sim_self(stage->sim) });
	sim_advance(stage->sim, DRAINED_MS);
}

/* Who finds it out, and nobody knows why, is told so by the returning hook; then it is adopted and comes back. Where
 * that is cut off or refused, both are done again. */
void stage_adopt(struct stage *stage)
{
	bool back;

	if (stage->scene->stands_by)
		take_out(stage);
	back = stage_hook(stage, stage->closing, false);
	for (size_t i = 0; stage->scene->stands_by && !back && i <= stage->n_mishaps; i++) {
		sim_advance(stage->sim, TAKES_MS);
		adopt(stage);
		back = stage_hook(stage, stage->closing, false);
	}
}

/* ---- an open run, by hand ---- */

/* Nobody else has been there: what the run changed stands as it left it. */
static void check_survey(struct stage *stage, const json_t *rows)
{
	size_t i;
	json_t *row;

	json_array_foreach (rows, i, row)
		if (strcmp(record_string(row, "standing"), "held") != 0)
			violate(stage, RULE_STATUS, "%s is said to be %s: %s", record_string(row, "resource"),
				record_string(row, "standing"), record_string(row, "because"));
}

/* tidegate status */
static void look(struct stage *stage, const char *id, bool paused)
{
	struct run_environment environment = stage_environment(stage);
	const unsigned requests = sim_requests(stage->sim);
	json_t *rows = run_survey(&environment, id, environment.clock->monotonic_ms(environment.clock) + LOOKS_MS,
				  NULL);

	if (!rows)
		violate(stage, RULE_STATUS, "what run %s holds cannot be told", id);
	if (paused)
		check_survey(stage, rows);
	check_unchanged(stage, requests, RULE_STATUS, "status");
	json_decref(rows);
}

/* tidegate restore */
static void restore(struct stage *stage, struct run *run, struct leg_result *result)
{
	struct leg leg = { .name = "restore", .hook = json_made(json_object()) };

	(void)stage;
	run_restore(run, &leg, result);
	json_decref(leg.hook);
}

/* tidegate resume */
static void resume(struct stage *stage, struct run *run, struct leg_result *result)
{
	if (run_history(run)->standing != STANDING_ENDED)
		homeward_go_on(stage->arena, run, result);
}

static const struct {
	const char *name, *sentence;
	void (*act)(struct stage *stage, struct run *run, struct leg_result *result);
} helps[HELP_COUNT] = {
	[HELP_RESTORE] = { "restore", "somebody looks at the run and restores it by hand", restore },
	[HELP_RESUME] = { "resume", "somebody looks at the run and resumes it by hand", resume },
};

const char *help_sentence(enum help help)
{
	return helps[help].sentence;
}

static void help(struct stage *stage, enum help help, const char *id)
{
	struct run_environment environment = stage_environment(stage);
	struct leg_result result = { .status = EXIT_USAGE };
	struct leg_played *leg = stage_leg_new(stage, helps[help].name, true);
	struct locked_run locked;

	if (start_locked(&environment, id, &locked, NULL) != 0) {
		violate(stage, RULE_STATUS, "run %s is open, and cannot be opened by hand", id);
		return;
	}
	helps[help].act(stage, locked.run, &result);
	start_unlock(&environment, &locked);
	leg->result = result;
	leg->by_hand = true;
	stage_leg_over(stage, leg);
}

void stage_help(struct stage *stage, const struct mishap *mishap)
{
	struct history history = { 0 };
	char id[JOURNAL_RUN_BYTES];

	sim_advance(stage->sim, TAKES_MS);
	if (start_find_open(storage_memory_storage(stage->memory), stage->scene->inputs.subject, id, &history,
			    NULL) == 1) {
		look(stage, id, mishap->at == 0);
		help(stage, (enum help)mishap->row, id);
		sim_advance(stage->sim, TAKES_MS);
	}
	history_release(&history);
}
