/* States that ask the machine they run on, over the simulated application: what a leg makes of one that comes up late,
 * never, or falls over, and that a check is no change. */
#include "config.h"

#include "play.h"

#include <stdlib.h>
#include <string.h>

#define WORLD(application)                                                                                            \
	"scenario: one\nself: " SELF "\ninstances: {" SELF ": {zone: eu-west-1a}}\n"                                  \
	"application: {" application "}\n"
#define MACHINE(action, with)                                                                                         \
	"tidegate: 1\nmachine: check\nsubject: \"" SELF "\"\nstart_at: WAIT_APP\n"                                    \
	"states:\n  WAIT_APP: {action: " action ", with: {" with "}, next: UP}\n"                                     \
	"  UP: {end: succeeded}\n"
#define URL "url: \"http://127.0.0.1:8080/health\""

static int load(void **state)
{
	return play_load_machine(state, "asg-standby", WORLD("up_after: 20s"));
}

/* Another world and machine; the whole run. */
static void run(struct play *play, const char *world, const char *machine)
{
	play->stock->machine = stock_machine(play->stock, "check", machine);
	assert_non_null(play->stock->machine);
	trial_take(&play->trial, play->stock, world);
	rig_run(&play->trial.rig, NULL, &play->result);
}

static void a_check_waits_for_what_comes_up_late(void **state)
{
	static const struct {
		const char *machine, *operation;
	} rows[] = {
		{ MACHINE("local.http", URL ", within: 1m"), "Http" },
		{ MACHINE("local.command", "command: [/opt/web/check], within: 1m"), "Command" },
	};
	struct play *play = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		run(play, WORLD("up_after: 20s"), rows[i].machine);
		assert_int_equal(play->result.status, EXIT_REACHED);
		/* Every two seconds at most, and not once more at the end. */
		assert_in_range(rig_requests(&play->trial.rig, rows[i].operation), 11, 15);
		assert_int_equal(play->trial.rig.mutations, 0);
	}
}

static void a_check_that_never_holds_says_why(void **state)
{
	static const struct {
		const char *world, *machine, *message;
	} rows[] = {
		{ WORLD("never_up: true"), MACHINE("local.http", URL ", within: 1m"),
		  "local.http waited in vain for 1m: GET http://127.0.0.1:8080/health answered 503" },
		{ WORLD("never_up: true"), MACHINE("local.http", URL ", method: HEAD, within: 0s"),
		  "local.http waited in vain for 0s: HEAD http://127.0.0.1:8080/health answered 503" },
		{ WORLD("up_after: 2m"), MACHINE("local.command", "shell: \"curl x\", within: 10s"),
		  "local.command waited in vain for 10s: the line for the shell ended with status 1" },
	};
	struct play *play = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		run(play, rows[i].world, rows[i].machine);
		assert_int_equal(play->result.status, EXIT_FAILED);
		assert_int_equal(play->result.failure, FAILURE_TIMEOUT);
		assert_string_equal(play->result.message, rows[i].message);
	}
}

static void a_check_that_cannot_be_is_refused_before_it_is_made(void **state)
{
	static const struct {
		const char *machine, *message;
	} rows[] = {
		{ MACHINE("local.http", "url: localhost"), "'localhost' is no URL of http or https" },
		{ MACHINE("local.command", "within: 1m"), "it wants either 'command' or 'shell'" },
		{ MACHINE("local.command", "command: [a], shell: b"), "it wants either 'command' or 'shell'" },
	};
	struct play *play = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		run(play, WORLD("up_after: 0s"), rows[i].machine);
		assert_int_equal(play->result.failure, FAILURE_INVALID);
		assert_string_equal(play->result.message, rows[i].message);
		assert_int_equal(sim_requests(play->trial.sim), 0);
	}
}

static void an_application_falls_with_its_health(void **state)
{
	struct play *play = *state;

	run(play, "scenario: one\nself: " SELF "\ninstances: {" SELF ": {zone: eu-west-1a, failing: true}}\n",
	    MACHINE("local.http", URL ", within: 1m"));
	assert_int_equal(play->result.failure, FAILURE_TIMEOUT);
}

static void a_check_is_made_again_after_a_death(void **state)
{
	struct play *play = *state;
	struct rig *rig = &play->trial.rig;

	play->stock->machine = stock_machine(play->stock, "check", MACHINE("local.http", URL ", within: 1m"));
	trial_take(&play->trial, play->stock, WORLD("up_after: 20s"));
	sim_fault(play->trial.sim, 3, SIM_FAULT_CRASH_AFTER, 0);
	rig_run(rig, NULL, &play->result);
	assert_int_equal(sim_requests(play->trial.sim), 3);
	assert_int_equal(rig_open_runs(rig), 1);
	assert_true(rig_attend(rig, RIG_RESUME, &play->result));
	assert_int_equal(play->result.status, EXIT_REACHED);
}

/* The way back as machines/README.md tells of it. */
static const char returning[] =
	"tidegate: 1\nmachine: check\nsubject: \"" SELF "\"\nstart_at: OUT\n"
	"hooks:\n  BeforeInstall: {until: OUT}\n  ApplicationStart: {until: IN, at_most: 5m}\n"
	"states:\n  OUT: {pause: {}, next: WAIT_APP}\n"
	"  WAIT_APP: {action: local.http, with: {" URL ", within: 24h}, next: IN}\n"
	"  IN: {end: succeeded}\n";

static void a_check_with_more_time_than_its_leg_keeps_the_instance_out(void **state)
{
	struct play *play = *state;
	struct rig *rig = &play->trial.rig;

	play->stock->machine = stock_machine(play->stock, "check", returning);
	assert_non_null(play->stock->machine);
	trial_take(&play->trial, play->stock, WORLD("up_after: 8m"));
	assert_int_equal(rig_exit(rig, "BeforeInstall", "dg-1"), EXIT_REACHED);
	assert_int_equal(rig_exit(rig, "ApplicationStart", "dg-1"), EXIT_INTERRUPTED);
	assert_int_equal(rig_open_runs(rig), 1);
	assert_int_equal(rig_exit(rig, "ApplicationStart", "dg-1"), EXIT_REACHED);
	assert_int_equal(rig_open_runs(rig), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAY(a_check_waits_for_what_comes_up_late),
		PLAY(a_check_that_never_holds_says_why),
		PLAY(a_check_that_cannot_be_is_refused_before_it_is_made),
		PLAY(an_application_falls_with_its_health),
		PLAY(a_check_is_made_again_after_a_death),
		PLAY(a_check_with_more_time_than_its_leg_keeps_the_instance_out),
	};

	return cmocka_run_group_tests(tests, load, play_unload);
}
