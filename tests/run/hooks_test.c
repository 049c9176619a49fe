/* The machine for launch hooks that machines/README.md shows, over the simulated AWS: what comes up goes into service,
 * what does not is given up, and the hook's time is begun anew meanwhile, also where a request or the process is
 * lost. */
#include "config.h"

#include "play.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"

#define STATE "groups.web.instances.\"" SELF "\".state"
#define WORLD(state, application)                                                                                     \
	"scenario: hook\nself: " SELF "\napplication: {" application "}\n"                                            \
	"target_groups: {web-http: {port: 8080, interval: 5s, healthy_after: 1}}\n"                                   \
	"groups:\n  web:\n    {minimum: 1, desired: 1, maximum: 2, target_groups: [web-http],\n"                      \
	"     launching: {name: app-is-up, timeout: 6m, abandons: true},\n"                                           \
	"     instances: {" SELF ": {state: \"" state "\"}}}\n"

/* From the line after the one that begins the block. */
static const char *machine_of_readme(struct arena *arena)
{
	const char *folder = getenv("TIDEGATE_SOURCE_DIR");
	struct buffer text = BUFFER_INIT;
	const char *begin, *end, *machine;

	assert_int_equal(
		file_read(arena_format(arena, "%s/machines/README.md", folder ? folder : "."), 1 << 20, &text, NULL),
		0);
	begin = strstr(buffer_text(&text), "tidegate: 1\nmachine: launch-hook\n");
	assert_non_null(begin);
	end = strstr(begin, "```");
	assert_non_null(end);
	machine = arena_copy(arena, begin, (size_t)(end - begin));
	buffer_release(&text);
	return machine;
}

static int load(void **state)
{
	struct stock *stock;

	play_load_machine(state, "asg-standby", WORLD("Pending:Wait", "up_after: 0s"));
	stock = *state;
	stock->machine = stock_machine(stock, "launch-hook", machine_of_readme(stock->arena));
	assert_non_null(stock->machine);
	return 0;
}

static void run(struct play *play, const char *world, enum exit_status status)
{
	trial_take(&play->trial, play->stock, world);
	rig_run(&play->trial.rig, NULL, &play->result);
	if (play->result.status != status)
		rig_fail(&play->trial.rig, "exit %d, not %d: %s", (int)play->result.status, (int)status,
			 play->result.message);
	assert_int_equal(rig_open_runs(&play->trial.rig), 0);
}

static void expect_sent(struct play *play, size_t completions, size_t heartbeats)
{
	assert_int_equal(rig_count(&play->trial.rig, "CompleteLifecycleAction"), completions);
	assert_int_equal(rig_count(&play->trial.rig, "RecordLifecycleActionHeartbeat"), heartbeats);
}

static void a_new_instance_goes_into_service_once_its_application_is_up(void **state)
{
	struct play *play = *state;

	run(play, WORLD("Pending:Wait", "up_after: 20s"), EXIT_REACHED);
	rig_expect(&play->trial.rig, STATE " == 'InService'");
	expect_sent(play, 1, 0);
}

static void a_long_wait_begins_the_hook_s_time_anew(void **state)
{
	struct play *play = *state;

	run(play, WORLD("Pending:Wait", "up_after: 17m"), EXIT_REACHED);
	rig_expect(&play->trial.rig, STATE " == 'InService'");
	expect_sent(play, 1, 3);
}

static void what_does_not_come_up_is_given_up(void **state)
{
	struct play *play = *state;

	run(play, WORLD("Pending:Wait", "never_up: true"), EXIT_FAILED);
	assert_string_equal(play->result.message, "local.http waited in vain for 5m: "
						  "GET http://127.0.0.1:8080/health answered 503");
	rig_expect(&play->trial.rig, "!(" STATE ") || " STATE " == 'Terminating'");
	expect_sent(play, 1, 5);
}

static void an_instance_that_waits_at_no_hook_is_left_alone(void **state)
{
	struct play *play = *state;

	run(play, WORLD("InService", "never_up: true"), EXIT_REACHED);
	rig_expect(&play->trial.rig, STATE " == 'InService'");
	expect_sent(play, 0, 0);
	assert_int_equal(rig_requests(&play->trial.rig, "DescribeLifecycleHooks"), 0);
}

/* Each request in turn meets each of these: the instance is in service at the end all the same. */
static void a_lost_answer_or_a_death_keeps_no_instance_waiting(void **state)
{
	static const enum sim_fault_kind kinds[] = { SIM_FAULT_LOST_BEFORE, SIM_FAULT_LOST_AFTER,
						     SIM_FAULT_UNAVAILABLE_AFTER, SIM_FAULT_CRASH_BEFORE,
						     SIM_FAULT_CRASH_AFTER };
	struct play *play = *state;
	struct rig *rig = &play->trial.rig;

	for (unsigned k = 1; k <= 12; k++)
		for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
			trial_take(&play->trial, play->stock, WORLD("Pending:Wait", "up_after: 2s"));
			sim_fault(play->trial.sim, k, kinds[i], 0);
			rig_run(rig, NULL, &play->result);
			for (int lives = 0; lives < 2 && rig_open_runs(rig) > 0; lives++)
				rig_attend(rig, RIG_RESUME, &play->result);
			if (play->result.status != EXIT_REACHED)
				rig_fail(rig, "%s at request %u: exit %d", sim_fault_name(kinds[i]), k,
					 (int)play->result.status);
			rig_expect(rig, STATE " == 'InService'");
			assert_in_range(rig_count(rig, "CompleteLifecycleAction"), 1, 1);
		}
}

/* Its answer came, or none, and AWS cannot be asked what became of it: the leg fails. Nothing takes a completed wait
 * back, and who restores by hand need not wait for it, either. */
static void what_nothing_takes_back_keeps_no_run_open(void **state)
{
	static const enum sim_fault_kind kinds[] = { SIM_FAULT_ACCESS_DENIED, SIM_FAULT_LOST_BEFORE };
	struct play *play = *state;
	struct rig *rig = &play->trial.rig;

	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
		trial_take(&play->trial, play->stock, WORLD("Pending:Wait", "up_after: 0s"));
		for (unsigned k = 6; k <= 60; k++)
			sim_fault(play->trial.sim, k, kinds[i], 0);
		rig_run(rig, NULL, &play->result);
		assert_int_equal(play->result.status, EXIT_LEFT);
		assert_int_equal(rig_open_runs(rig), 1);
		rig_attend(rig, RIG_RESTORE, &play->result);
		if (play->result.status != EXIT_REACHED)
			rig_fail(rig, "exit %d: %s", (int)play->result.status, play->result.message);
		assert_int_equal(rig_open_runs(rig), 0);
	}
}

/* A heartbeat is perhaps lost, and is not sent again: by then the hook's time is over. */
static void a_lost_heartbeat_keeps_no_run_open(void **state)
{
	static const char world[] = "scenario: hook\nself: " SELF "\napplication: {up_after: 6m}\n"
				    "groups:\n  web:\n    {minimum: 1, desired: 1, maximum: 2,\n"
				    "     launching: {name: app-is-up, timeout: 301s},\n"
				    "     instances: {" SELF ": {state: \"Pending:Wait\"}}}\n";
	struct play *play = *state;
	struct rig *rig = &play->trial.rig;
	unsigned k;

	run(play, world, EXIT_REACHED);
	k = rig_number(rig, "RecordLifecycleActionHeartbeat");
	trial_take(&play->trial, play->stock, world);
	sim_fault(play->trial.sim, k, SIM_FAULT_LOST_BEFORE, 0);
	rig_run(rig, NULL, &play->result);
	expect_sent(play, 0, 0);
	rig_expect(rig, STATE " == 'InService'");
	if (play->result.status != EXIT_REACHED)
		rig_fail(rig, "exit %d: %s", (int)play->result.status, play->result.message);
	assert_int_equal(rig_open_runs(rig), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAY(a_new_instance_goes_into_service_once_its_application_is_up),
		PLAY(a_long_wait_begins_the_hook_s_time_anew),
		PLAY(what_does_not_come_up_is_given_up),
		PLAY(an_instance_that_waits_at_no_hook_is_left_alone),
		PLAY(a_lost_answer_or_a_death_keeps_no_instance_waiting),
		PLAY(what_nothing_takes_back_keeps_no_run_open),
		PLAY(a_lost_heartbeat_keeps_no_run_open),
	};

	return cmocka_run_group_tests(tests, load, play_unload);
}
