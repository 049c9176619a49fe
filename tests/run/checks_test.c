/* States that ask the machine they run on, over the simulated application: what a leg makes of one that comes up late,
 * never, or falls over, and that a check is no change. */
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
#define WORLD(application)                                                                                            \
	"scenario: one\nself: " SELF "\ninstances: {" SELF ": {zone: eu-west-1a}}\n"                                  \
	"application: {" application "}\n"
#define MACHINE(action, with)                                                                                         \
	"tidegate: 1\nmachine: check\nsubject: \"" SELF "\"\nstart_at: WAIT_APP\n"                                    \
	"states:\n  WAIT_APP: {action: " action ", with: {" with "}, next: UP}\n"                                     \
	"  UP: {end: succeeded}\n"
#define URL "url: \"http://127.0.0.1:8080/health\""

struct bench {
	struct stock stock;
	struct trial trial;
	struct leg_result result;
};

static int begin(void **state)
{
	struct bench *bench = memory_new(1, sizeof(*bench));

	stock_init(&bench->stock, "asg-standby", WORLD("up_after: 20s"));
	trial_begin(&bench->trial, &bench->stock);
	*state = bench;
	return 0;
}

static int end(void **state)
{
	struct bench *bench = *state;

	trial_end(&bench->trial);
	stock_release(&bench->stock);
	free(bench);
	return 0;
}

/* Another world and machine; the whole run. */
static void run(struct bench *bench, const char *world, const char *machine)
{
	bench->stock.machine = stock_machine(&bench->stock, "check", machine);
	assert_non_null(bench->stock.machine);
	trial_take(&bench->trial, &bench->stock, world);
	rig_run(&bench->trial.rig, NULL, &bench->result);
}

static void a_check_waits_for_what_comes_up_late(void **state)
{
	static const struct {
		const char *machine, *operation;
	} rows[] = {
		{ MACHINE("local.http", URL ", within: 1m"), "Http" },
		{ MACHINE("local.command", "command: [/opt/web/check], within: 1m"), "Command" },
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		run(bench, WORLD("up_after: 20s"), rows[i].machine);
		assert_int_equal(bench->result.status, EXIT_REACHED);
		/* Every two seconds at most, and not once more at the end. */
		assert_in_range(rig_requests(&bench->trial.rig, rows[i].operation), 11, 15);
		assert_int_equal(bench->trial.rig.mutations, 0);
	}
}

static void a_check_that_never_holds_says_why(void **state)
{
	static const struct {
		const char *world, *machine, *message;
	} rows[] = {
		{ WORLD("never_up: true"), MACHINE("local.http", URL ", within: 1m"),
		  "local.http has not taken full effect after 1m: GET http://127.0.0.1:8080/health answered 503" },
		{ WORLD("never_up: true"), MACHINE("local.http", URL ", method: HEAD, within: 0s"),
		  "local.http has not taken full effect after 0s: HEAD http://127.0.0.1:8080/health answered 503" },
		{ WORLD("up_after: 2m"), MACHINE("local.command", "shell: \"curl x\", within: 10s"),
		  "local.command has not taken full effect after 10s: the line for the shell ended with status 1" },
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		run(bench, rows[i].world, rows[i].machine);
		assert_int_equal(bench->result.status, EXIT_FAILED);
		assert_int_equal(bench->result.failure, FAILURE_TIMEOUT);
		assert_string_equal(bench->result.message, rows[i].message);
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
	struct bench *bench = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		run(bench, WORLD("up_after: 0s"), rows[i].machine);
		assert_int_equal(bench->result.failure, FAILURE_INVALID);
		assert_string_equal(bench->result.message, rows[i].message);
		assert_int_equal(sim_requests(bench->trial.sim), 0);
	}
}

static void an_application_falls_with_its_health(void **state)
{
	struct bench *bench = *state;

	run(bench, "scenario: one\nself: " SELF "\ninstances: {" SELF ": {zone: eu-west-1a, failing: true}}\n",
	    MACHINE("local.http", URL ", within: 1m"));
	assert_int_equal(bench->result.failure, FAILURE_TIMEOUT);
}

static void a_check_is_made_again_after_a_death(void **state)
{
	struct bench *bench = *state;
	struct rig *rig = &bench->trial.rig;

	bench->stock.machine = stock_machine(&bench->stock, "check", MACHINE("local.http", URL ", within: 1m"));
	trial_take(&bench->trial, &bench->stock, WORLD("up_after: 20s"));
	sim_fault(bench->trial.sim, 3, SIM_FAULT_CRASH_AFTER, 0);
	rig_run(rig, NULL, &bench->result);
	assert_int_equal(sim_requests(bench->trial.sim), 3);
	assert_int_equal(rig_open_runs(rig), 1);
	assert_true(rig_attend(rig, RIG_RESUME, &bench->result));
	assert_int_equal(bench->result.status, EXIT_REACHED);
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
	struct bench *bench = *state;
	struct rig *rig = &bench->trial.rig;

	bench->stock.machine = stock_machine(&bench->stock, "check", returning);
	assert_non_null(bench->stock.machine);
	trial_take(&bench->trial, &bench->stock, WORLD("up_after: 8m"));
	assert_int_equal(rig_exit(rig, "BeforeInstall", "dg-1"), EXIT_REACHED);
	assert_int_equal(rig_exit(rig, "ApplicationStart", "dg-1"), EXIT_INTERRUPTED);
	assert_int_equal(rig_open_runs(rig), 1);
	assert_int_equal(rig_exit(rig, "ApplicationStart", "dg-1"), EXIT_REACHED);
	assert_int_equal(rig_open_runs(rig), 0);
}

#define BENCH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH(a_check_waits_for_what_comes_up_late),
		BENCH(a_check_that_never_holds_says_why),
		BENCH(a_check_that_cannot_be_is_refused_before_it_is_made),
		BENCH(an_application_falls_with_its_health),
		BENCH(a_check_is_made_again_after_a_death),
		BENCH(a_check_with_more_time_than_its_leg_keeps_the_instance_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
