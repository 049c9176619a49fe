#include "config.h"

#include "play.h"

#include <stdlib.h>

const char quick_classic[] = "scenario: quick-classic\n"
			     "self: " SELF "\n"
			     "balancers:\n"
			     "  web-classic:\n"
			     "    {drain: 4s, interval: 5s, healthy_after: 1, instances: [" SELF "]}\n"
			     "  web-internal:\n"
			     "    {drain: 2s, interval: 5s, healthy_after: 1, instances: [" SELF "]}\n"
			     "instances: {" SELF ": {zone: eu-west-1a}}\n";
const char quick_targets[] = "scenario: quick-targets\n"
			     "self: " SELF "\n"
			     "target_groups:\n"
			     "  web-http:\n"
			     "    {port: 8080, drain: 4s, interval: 5s, healthy_after: 1,\n"
			     "     targets: [{instance: " SELF "}, {instance: " SELF ", port: 9090}]}\n"
			     "  web-admin:\n"
			     "    {port: 8443, drain: 2s, interval: 5s, healthy_after: 1,\n"
			     "     targets: [{instance: " SELF "}]}\n"
			     "instances: {" SELF ": {zone: eu-west-1a}}\n";

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

static json_t *registrations(struct sim *sim)
{
	json_t *world = sim_world_json(sim);
	json_t *registrations = json_pack("[O, O, O]", json_object_get(world, "target_groups"),
					  json_object_get(world, "balancers"), json_object_get(world, "groups"));

	json_decref(world);
	return registrations;
}

void play_open(struct play *play)
{
	trial_begin(&play->trial, play->stock);
	play->before = registrations(play->trial.sim);
}

void play_close(struct play *play)
{
	trial_end(&play->trial);
	json_decref(play->before);
}

void play_take(struct play *play, const char *scenario)
{
	trial_take(&play->trial, play->stock, scenario);
	json_decref(play->before);
	play->before = registrations(play->trial.sim);
}

int play_begin(void **state)
{
	struct play *play = memory_new(1, sizeof(*play));

	play->stock = *state;
	play_open(play);
	*state = play;
	return 0;
}

int play_end(void **state)
{
	struct play *play = *state;

	play_close(play);
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

void expect_nothing_moved(struct play *play)
{
	json_t *now = registrations(play->trial.sim);

	if (!json_equal(now, play->before))
		rig_expect(&play->trial.rig, "'not as before' == 'as before'");
	json_decref(now);
	assert_int_equal(rig_open_runs(&play->trial.rig), 0);
}
