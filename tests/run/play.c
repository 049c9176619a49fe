#include "config.h"

#include "play.h"

#include <stdlib.h>

int play_load_machine(void **state, const char *machine, const char *scenario)
{
	*state = memory_new(1, sizeof(struct stock));
	stock_init(*state, machine, scenario);
	return 0;
}

int play_load(void **state)
{
	return play_load_machine(state, "asg-standby", quick_world);
}

int play_unload(void **state)
{
	stock_release(*state);
	free(*state);
	return 0;
}

int play_begin(void **state)
{
	struct play *play = memory_new(1, sizeof(*play));

	play->stock = *state;
	trial_begin(&play->trial, play->stock);
	*state = play;
	return 0;
}

int play_end(void **state)
{
	struct play *play = *state;

	trial_end(&play->trial);
	free(play);
	return 0;
}

void leg_of(struct play *play, const char *event, const char *group, enum exit_status status)
{
	rig_hook(&play->trial.rig, event, group, &play->result);
	if (play->result.status != status)
		rig_fail(&play->trial.rig, "%s: exit %s, not %s", event, exit_name(play->result.status),
			 exit_name(status));
}

void leg(struct play *play, const char *event, enum exit_status status)
{
	leg_of(play, event, "dg-1", status);
}

void expect_as_before(struct rig *rig)
{
	rig_expect(rig, GROUP ".[minimum, desired, suspended] == [`3`, `3`, ['AZRebalance']]");
	rig_expect(rig, "length(" GROUP ".instances.*.state | [?@ == 'InService']) == `3`");
	rig_expect(rig, "launches == `0` && terminations == `0`");
	assert_int_equal(rig_open_runs(rig), 0);
}
