/* Faults that are nobody's in particular, for each machine: a process that stands still, by SIGSTOP or while its host
 * hibernates, a request that some box in between delivers twice, a group that is on its way out. */
#include "config.h"

#include "ways.h"

#include <string.h>

enum { MINUTE_MS = 60 * 1000, STALL_MS = 8 * MINUTE_MS }; /* longer than anything that was signed holds */

static void cycle(struct play *play)
{
	static const char *const events[] = { LEAVE, RETURN };

	/* What was not sent in time ends the leg, in the worst case; the next deployment goes on. */
	for (size_t i = 0; i < ARRAY_LENGTH(events); i++) {
		rig_hook(&play->trial.rig, events[i], "dg-1", &play->result);
		if (play->result.status != EXIT_REACHED)
			rig_hook(&play->trial.rig, events[i], "dg-1", &play->result);
		if (play->result.status != EXIT_REACHED)
			rig_fail(&play->trial.rig, "%s: %s", play->result.state, play->result.message);
	}
	expect_back(play);
}

static void a_process_that_stands_still_anywhere_sends_nothing_that_is_too_old(void **state)
{
	struct play *play = *state;
	unsigned records;

	cycle(play);
	records = play->trial.rig.records;
	for (unsigned k = 1; k <= records; k++) {
		play_take(play, way_of(play)->quick);
		play->trial.rig.stall_at_record = k;
		play->trial.rig.stall_ms = STALL_MS;
		cycle(play);
	}
	print_message("%u stalls\n", records);
}

/* EnterStandby is not among them: that its twin was refused cannot be told from an operator's own EnterStandby. */
static void what_is_delivered_twice_is_done_once(void **state)
{
	struct play *play = *state;
	const struct way *way = way_of(play);

	for (size_t i = 0; i < 2 * WAY_STEPS_MOST; i++) {
		const char *operation = i < WAY_STEPS_MOST ? way->leaves[i] : way->returns[i - WAY_STEPS_MOST];

		if (!operation || strcmp(operation, "EnterStandby") == 0)
			continue;
		play_take(play, way->quick);
		play->trial.rig.twice = operation;
		cycle(play);
	}
}

static void what_a_group_that_is_pending_delete_held_is_not_held_for_ever(void **state)
{
	static const struct sim_act deletes = { .kind = SIM_ACT_DELETE_GROUP, .group = "web-prod" };
	struct play *play = *state;

	leg(play, LEAVE, EXIT_REACHED);
	sim_act(play->trial.sim, &deletes);
	leg(play, RETURN, EXIT_FAILED);
	assert_string_not_equal(play->result.message, "");
	assert_int_equal(rig_open_runs(&play->trial.rig), 0);
}

/* Attached to the group it still is, and every question for its attributes is answered with not_found. */
static void a_balancer_that_was_deleted_meanwhile_keeps_nobody_out(void **state)
{
	static const struct sim_act deletes[] = {
		{ .kind = SIM_ACT_DELETE_TARGET_GROUP, .target_group = "web-http" },
		{ .kind = SIM_ACT_DELETE_BALANCER, .balancer = "web-classic" },
	};
	struct play *play = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(deletes); i++) {
		play_take(play, way_of(play)->quick);
		leg(play, LEAVE, EXIT_REACHED);
		sim_act(play->trial.sim, &deletes[i]);
		leg(play, RETURN, EXIT_REACHED);
		assert_int_equal(rig_open_runs(&play->trial.rig), 0);
		rig_expect(&play->trial.rig, GROUP ".instances.\"" SELF "\".state == 'InService'");
	}
}

static const struct CMUnitTest every_machine[] = {
	PLAY(a_process_that_stands_still_anywhere_sends_nothing_that_is_too_old),
	PLAY(what_is_delivered_twice_is_done_once),
};

static const struct CMUnitTest of_a_group[] = {
	PLAY(what_a_group_that_is_pending_delete_held_is_not_held_for_ever),
	PLAY(a_balancer_that_was_deleted_meanwhile_keeps_nobody_out),
};

int main(void)
{
	int failed = 0;

	for (const struct way *way = ways; way < ways + WAYS; way++) {
		failed += WAY_RUN(way, every_machine);
		if (way->processes)
			failed += WAY_RUN(way, of_a_group);
	}
	return failed;
}
