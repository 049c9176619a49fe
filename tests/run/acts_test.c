/* What else may happen in AWS's world before any request of a deployment, of what a rehearsal leaves out: each hook
 * ends in time and with a sentence, and once the world lets it, what is left is taken back. */
#include "config.h"

#include "play.h"
#include "../plays.h"

#include <string.h>

#include "base/memory.h"

enum { REQUESTS_MOST = 200, HEALED_AFTER_MS = 600000 };

struct act_row {
	struct sim_act act;
	struct sim_act healed; /* an operator lets it go on; SIM_ACT_COUNT: nothing is to be done */
};

static const struct act_row rows[] = {
	{ { .kind = SIM_ACT_ADMINISTRATIVE, .group = "web-prod" },
	  { .kind = SIM_ACT_RESUME, .group = "web-prod", .process = "Launch" } },
	{ { .kind = SIM_ACT_SUSPEND, .group = "web-prod", .process = "Launch" },
	  { .kind = SIM_ACT_RESUME, .group = "web-prod", .process = "Launch" } },
	{ { .kind = SIM_ACT_SUSPEND, .group = "web-prod", .process = "Terminate" },
	  { .kind = SIM_ACT_RESUME, .group = "web-prod", .process = "Terminate" } },
	{ { .kind = SIM_ACT_DELETE_GROUP, .group = "web-prod" }, { .kind = SIM_ACT_COUNT } },
	{ { .kind = SIM_ACT_MARK_UNHEALTHY, .instance = SELF }, { .kind = SIM_ACT_COUNT } },
	{ { .kind = SIM_ACT_REFRESH_STANDBY, .group = "web-prod" }, { .kind = SIM_ACT_COUNT } },
	{ { .kind = SIM_ACT_STICK, .instance = SELF }, { .kind = SIM_ACT_TERMINATE, .instance = SELF } },
	{ { .kind = SIM_ACT_MAXIMUM, .group = "web-prod", .value = 3 }, { .kind = SIM_ACT_COUNT } },
	{ { .kind = SIM_ACT_DESIRED, .group = "web-prod", .value = 4 }, { .kind = SIM_ACT_COUNT } },
	{ { .kind = SIM_ACT_DELETE_TARGET_GROUP, .target_group = "web-http" }, { .kind = SIM_ACT_COUNT } },
	{ { .kind = SIM_ACT_DELETE_BALANCER, .balancer = "web-classic" }, { .kind = SIM_ACT_COUNT } },
};

static void expect_a_sentence(struct play *play, const struct act_row *row, unsigned k, const char *event)
{
	const struct leg_result *result = &play->result;
	bool known = result->status == EXIT_REACHED || result->status == EXIT_FAILED || result->status == EXIT_LEFT ||
		     result->status == EXIT_INTERRUPTED;

	if (!known || (result->status != EXIT_REACHED && !result->message[0]))
		rig_fail(&play->trial.rig, "%s before request %u: %s ends with '%s', '%s'", sim_act_name(row->act.kind),
			 k, event, exit_name(result->status), result->message);
	if (result->status == EXIT_FAILED && rig_open_runs(&play->trial.rig) > 0)
		rig_fail(&play->trial.rig, "%s before request %u: %s says that all is restored, and a run is open",
			 sim_act_name(row->act.kind), k, event);
}

static void hook(struct play *play, const struct act_row *row, unsigned k, const char *event)
{
	const struct sim *sim = play->trial.sim;
	const int64_t begun_ms = sim_wall_ms(sim);

	rig_hook(&play->trial.rig, event, "dg-1", &play->result);
	expect_a_sentence(play, row, k, event);
	if (sim_wall_ms(sim) - begun_ms > 15 * 60 * 1000)
		rig_fail(&play->trial.rig, "%s before request %u: %s took longer than it may",
			 sim_act_name(row->act.kind), k, event);
}

static void heal(struct play *play, const struct act_row *row)
{
	if (row->healed.kind != SIM_ACT_COUNT)
		sim_act(play->trial.sim, &row->healed);
	sim_advance(play->trial.sim, HEALED_AFTER_MS);
}

/* A play in which the act came to pass is true. */
static bool play_with(struct play *play, const struct act_row *row, unsigned k)
{
	struct rig *rig = &play->trial.rig;

	trial_take(&play->trial, play->stock, quick_world);
	sim_act_before(play->trial.sim, k, &row->act);
	hook(play, row, k, LEAVE);
	if (play->result.status == EXIT_REACHED)
		hook(play, row, k, RETURN);
	if (sim_requests(play->trial.sim) < k)
		return false;
	heal(play, row);
	if (rig_open_runs(rig) > 0)
		rig_attend(rig, RIG_RESTORE, &play->result);
	if (rig_open_runs(rig) > 0)
		rig_fail(rig, "%s before request %u: something is left", sim_act_name(row->act.kind), k);
	rig_expect(rig, "!" GROUP " || " GROUP ".minimum == `3`");
	rig_expect(rig, "!" GROUP " || length(" GROUP ".suspended[?@ != 'AZRebalance' && @ != 'Terminate']) == `0`");
	return true;
}

static void whatever_happens_in_the_world_each_hook_ends_in_a_sentence(void **state)
{
	struct play *play = *state;
	const unsigned stride = play_stride();
	unsigned plays = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		for (unsigned k = 1; k < REQUESTS_MOST && play_with(play, &rows[i], k); k += stride)
			plays++;
	print_message("%u plays\n", plays);
	assert_true(plays * stride > 10 * ARRAY_LENGTH(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAY(whatever_happens_in_the_world_each_hook_ends_in_a_sentence),
	};

	return cmocka_run_group_tests(tests, play_load, play_unload);
}
