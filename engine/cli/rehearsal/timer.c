/* What comes by itself: every five minutes, and when the host starts, a look at the runs that nobody drives. */
#include "config.h"

#include "cli/homeward.h"
#include "cli/rehearsal/stage.h"

enum { TIMER_MS = 5 * 60 * 1000 };

/* A leg that goes on has come back where it ended behind the last pause. One that only takes back ends in no state,
 * and waits for nobody's health. */
static bool is_back(const struct stage *stage, enum homeward homeward, const struct leg_result *result)
{
	const struct state *state = machine_state(stage->machine, result->state);

	return homeward == HOMEWARD_GO_ON && state && state->kind != STATE_PAUSE;
}

static void attend(struct stage *stage, const char *id)
{
	struct run_environment environment = stage_environment(stage);
	struct leg_result result = { 0 };
	struct locked_run locked;
	struct leg_played *leg;
	enum homeward homeward;

	if (start_locked(&environment, id, &locked, NULL) != 0) {
		stage_process_over(stage);
		return;
	}
	homeward = homeward_attend(&environment, stage->arena, locked.run, &result);
	start_unlock(&environment, &locked);
	if (homeward == HOMEWARD_NOTHING && !sim_dead(stage->sim))
		return;
	leg = stage_leg_new(stage, "timer", !is_back(stage, homeward, &result));
	leg->result = result;
	stage_leg_over(stage, leg);
}

static void look(struct stage *stage)
{
	struct history history = { 0 };
	char id[JOURNAL_RUN_BYTES];

	if (start_find_open(storage_memory_storage(stage->memory), stage->scene->inputs.subject, id, &history,
			    NULL) == 1)
		attend(stage, id);
	history_release(&history);
}

void stage_only_the_timer(struct stage *stage, int64_t ms)
{
	for (int64_t passed_ms = 0; passed_ms < ms; passed_ms += TIMER_MS) {
		sim_advance(stage->sim, TIMER_MS);
		look(stage);
	}
}

void stage_boot(struct stage *stage)
{
	sim_reboot(stage->sim);
	look(stage);
}
