/* Coming from the scripts, and going back to them (machines/coming-from-the-scripts.md): what their ApplicationStop
 * left is taken over by what they wrote down, and put back exactly. Here they are what they do to the group, step by
 * step as in their common_functions.sh; the file itself is read in tests/cli/flag_file_test.c. */
#include "config.h"

#include "rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define SELF "i-0a1b2c3d4e5f60718"
#define GROUP "groups.\"web-prod\""

static const char *const theirs[] = { "AZRebalance", "AlarmNotification", "ScheduledActions", "ReplaceUnhealthy" };

/* A group whose minimum does not, or does, stand in the way, with some processes suspended by an operator. */
static const struct world {
	const char *name;
	int minimum;
	bool handles; /* HANDLE_PROCS=true */
	const char *suspended;
} worlds[] = {
	{ "the minimum is in the way, nothing is suspended", 3, true, "[]" },
	{ "there is room, nothing is suspended: nothing is written down", 2, true, "[]" },
	{ "an operator had suspended one of theirs", 3, true, "[AZRebalance]" },
	{ "and one that is none of theirs", 3, true, "[AlarmNotification, HealthCheck]" },
	{ "an operator had suspended all four", 3, true,
	  "[AZRebalance, AlarmNotification, ScheduledActions, ReplaceUnhealthy]" },
	{ "they do not handle processes", 3, false, "[]" },
	{ "they do not, and an operator had suspended one", 2, false, "[ReplaceUnhealthy]" },
};

struct bench {
	struct stock stock;
	struct trial trial;
	char *scenario;
	struct leg_result result;
	json_t *before;
	const struct world *world;
};

static json_t *group_of(struct sim *sim)
{
	json_t *world = sim_world_json(sim);
	json_t *group = json_incref(json_object_get(json_object_get(world, "groups"), "web-prod"));

	json_decref(world);
	return group;
}

static void bench_init(struct bench *bench, const struct world *world)
{
	*bench = (struct bench){ .world = world };
	bench->scenario = memory_format(
		"scenario: scripts\n"
		"self: " SELF "\n"
		"target_groups: {web-http: {port: 8080, drain: 4s, interval: 5s, healthy_after: 1}}\n"
		"groups:\n"
		"  web-prod:\n"
		"    minimum: %d\n"
		"    desired: 3\n"
		"    maximum: 6\n"
		"    suspended: %s\n"
		"    target_groups: [web-http]\n"
		"    instances:\n"
		"      " SELF ": {zone: eu-west-1a}\n"
		"      i-0b1c2d3e4f5061728: {zone: eu-west-1b}\n"
		"      i-0c1d2e3f405162738: {zone: eu-west-1c}\n"
		"takes: {enter_standby: 2s, exit_standby: 2s}\n",
		world->minimum, world->suspended);
	stock_init(&bench->stock, "asg-standby", bench->scenario);
	trial_begin(&bench->trial, &bench->stock);
	bench->before = group_of(bench->trial.sim);
}

static void bench_release(struct bench *bench)
{
	json_decref(bench->before);
	json_decref(bench->trial.rig.heard);
	trial_end(&bench->trial);
	stock_release(&bench->stock);
	free(bench->scenario);
}

static void expect_as_before(struct bench *bench)
{
	json_t *now = group_of(bench->trial.sim);

	if (!json_equal(now, bench->before)) {
		print_message("%s\n", bench->world->name);
		rig_expect(&bench->trial.rig, "'not as before' == 'as before'");
	}
	json_decref(now);
	assert_int_equal(rig_open_runs(&bench->trial.rig), 0);
}

static void leg(struct bench *bench, const char *event, enum exit_status status)
{
	rig_hook(&bench->trial.rig, event, "dg-1", &bench->result);
	if (bench->result.status != status)
		rig_fail(&bench->trial.rig, "%s: %s: exit %d, not %d", bench->world->name, event,
			 (int)bench->result.status, (int)status);
}

/* ---- the scripts ---- */

static void act(struct bench *bench, struct sim_act act)
{
	act.group = "web-prod";
	act.instance = SELF;
	sim_act(bench->trial.sim, &act);
}

static json_int_t size_of(struct bench *bench, const char *name)
{
	json_t *group = group_of(bench->trial.sim);
	json_int_t size = json_integer_value(json_object_get(group, name));

	json_decref(group);
	return size;
}

/* deregister_from_elb.sh; what it writes into its flag file is in rig.heard. */
static void scripts_leave(struct bench *bench)
{
	json_t *group = group_of(bench->trial.sim), *told;
	json_int_t minimum = size_of(bench, "minimum"), desired = size_of(bench, "desired");

	told = json_pack("{s:b, s:o}", "lowered", minimum == desired, "suspended",
			 bench->world->handles ? json_incref(json_object_get(group, "suspended")) : json_array());
	json_decref(bench->trial.rig.heard);
	bench->trial.rig.heard = told;
	for (size_t i = 0; bench->world->handles && i < ARRAY_LENGTH(theirs); i++)
		act(bench, (struct sim_act){ .kind = SIM_ACT_SUSPEND, .process = theirs[i] });
	if (minimum == desired)
		act(bench, (struct sim_act){ .kind = SIM_ACT_MINIMUM, .value = minimum - 1 });
	act(bench, (struct sim_act){ .kind = SIM_ACT_STANDBY });
	sim_advance(bench->trial.sim, 60 * 1000);
	json_decref(group);
}

static bool was_suspended(const struct bench *bench, const char *process)
{
	size_t i;
	json_t *name;

	json_array_foreach (json_object_get(bench->trial.rig.heard, "suspended"), i, name)
		if (strcmp(json_string_value(name), process) == 0)
			return true;
	return false;
}

/* register_with_elb.sh. */
static void scripts_return(struct bench *bench)
{
	act(bench, (struct sim_act){ .kind = SIM_ACT_RETURN });
	sim_advance(bench->trial.sim, 60 * 1000);
	if (json_is_true(json_object_get(bench->trial.rig.heard, "lowered")))
		act(bench, (struct sim_act){ .kind = SIM_ACT_MINIMUM, .value = size_of(bench, "minimum") + 1 });
	for (size_t i = 0; bench->world->handles && i < ARRAY_LENGTH(theirs); i++)
		if (!was_suspended(bench, theirs[i]))
			act(bench, (struct sim_act){ .kind = SIM_ACT_RESUME, .process = theirs[i] });
	sim_advance(bench->trial.sim, 60 * 1000);
}

static void adopt(struct bench *bench, enum exit_status status)
{
	unsigned mutations = bench->trial.rig.mutations;

	rig_adopt(&bench->trial.rig, &bench->result);
	if (bench->result.status != status)
		rig_fail(&bench->trial.rig, "%s: adopt: exit %d, not %d", bench->world->name,
			 (int)bench->result.status, (int)status);
	assert_int_equal(bench->trial.rig.mutations, mutations);
}

/* ---- the way over ---- */

static void what_the_scripts_did_is_taken_over_and_put_back_exactly(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(worlds); i++) {
		struct bench bench;

		bench_init(&bench, &worlds[i]);
		scripts_leave(&bench);
		leg(&bench, "ApplicationStart", EXIT_LEFT);
		adopt(&bench, EXIT_REACHED);
		leg(&bench, "ApplicationStart", EXIT_REACHED);
		sim_advance(bench.trial.sim, 60 * 1000);
		expect_as_before(&bench);
		bench_release(&bench);
	}
}

/* What makes the difference: an instance that is out is brought back, and nothing else. */
static void without_what_they_wrote_down_the_group_stays_as_they_left_it(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, &worlds[0]);
	scripts_leave(&bench);
	json_decref(bench.trial.rig.heard);
	bench.trial.rig.heard = NULL;
	adopt(&bench, EXIT_REACHED);
	leg(&bench, "ApplicationStart", EXIT_REACHED);
	rig_expect(&bench.trial.rig, GROUP ".minimum == `2` && length(" GROUP ".suspended) == `4`");
	bench_release(&bench);
}

/* An input says that they do not handle processes: what looks like their four is an operator's. */
static void processes_that_are_no_input_are_left_alone(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, &worlds[4]);
	bench.trial.rig.heard = json_pack("{s:b, s:[]}", "lowered", 0, "suspended");
	json_object_set_new(bench.trial.rig.given, "processes", json_array());
	act(&bench, (struct sim_act){ .kind = SIM_ACT_MINIMUM, .value = 2 });
	act(&bench, (struct sim_act){ .kind = SIM_ACT_STANDBY });
	sim_advance(bench.trial.sim, 60 * 1000);
	adopt(&bench, EXIT_REACHED);
	leg(&bench, "ApplicationStart", EXIT_REACHED);
	rig_expect(&bench.trial.rig, "length(" GROUP ".suspended) == `4`");
	bench_release(&bench);
}

/* One deployment of a revision whose BeforeInstall adopts, where there is something to, and whose predecessor's
 * ApplicationStop was theirs. */
static void deploy_both(struct bench *bench)
{
	scripts_leave(bench);
	adopt(bench, EXIT_REACHED);
	leg(bench, "BeforeInstall", EXIT_REACHED);
	leg(bench, "ApplicationStart", EXIT_REACHED);
}

static void deploy_alone(struct bench *bench)
{
	adopt(bench, EXIT_REACHED);
	assert_string_equal(bench->result.message, "i-0a1b2c3d4e5f60718 is in service: there is nothing to adopt");
	leg(bench, "BeforeInstall", EXIT_REACHED);
	leg(bench, "ApplicationStart", EXIT_REACHED);
}

static void deploy_scripts(struct bench *bench)
{
	scripts_leave(bench);
	scripts_return(bench);
}

static void from_the_scripts_and_back_to_them_no_instance_is_left_out(void **state)
{
	void (*const deployments[])(struct bench * bench) = { deploy_scripts, deploy_both, deploy_alone, deploy_alone,
							      deploy_scripts };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(worlds); i++) {
		struct bench bench;

		bench_init(&bench, &worlds[i]);
		for (size_t k = 0; k < ARRAY_LENGTH(deployments); k++) {
			deployments[k](&bench);
			sim_advance(bench.trial.sim, 60 * 1000);
			expect_as_before(&bench);
		}
		bench_release(&bench);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_scripts_did_is_taken_over_and_put_back_exactly),
		cmocka_unit_test(without_what_they_wrote_down_the_group_stays_as_they_left_it),
		cmocka_unit_test(processes_that_are_no_input_are_left_alone),
		cmocka_unit_test(from_the_scripts_and_back_to_them_no_instance_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
