/* `then: go_on_later`: an hour's drain over two lifecycle events, and everything that must not be taken for one. */
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

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

static const char group_world[] = "scenario: an-hour\n"
				  "self: " SELF "\n"
				  "target_groups: {web-network: {port: 8443, drain: 1h, network: true}}\n"
				  "groups:\n"
				  "  web-prod:\n"
				  "    minimum: 2\n"
				  "    desired: 2\n"
				  "    maximum: 4\n"
				  "    target_groups: [web-network]\n"
				  "    instances:\n"
				  "      " SELF ": {zone: eu-west-1a}\n"
				  "      i-0b1c2d3e4f5061728: {zone: eu-west-1b}\n";
static const char targets_world[] = "scenario: an-hour\n"
				    "self: " SELF "\n"
				    "target_groups:\n"
				    "  web-network: {port: 8443, drain: 1h, network: true, targets: [{instance: " SELF
				    "}]}\n"
				    "instances: {" SELF ": {zone: eu-west-1a}}\n";

#define HOOKS                                                                                                         \
	"hooks:\n"                                                                                                    \
	"  ApplicationStop: {at_most: 50m, then: go_on_later}\n"                                                      \
	"  BeforeInstall: {at_most: 30m}\n"

static const struct kind {
	const char *shipped, *world, *text, *leaves;
} kinds[] = {
	{ "asg-standby", group_world, "tidegate: 1\nuse: asg-standby@1\n" HOOKS, "EnterStandby" },
	{ "target-groups", targets_world, "tidegate: 1\nuse: target-groups@1\n" HOOKS, "DeregisterTargets" },
};

struct bench {
	struct stock stock;
	struct trial trial;
	struct leg_result result;
	json_t *before;
};

static void bench_init(struct bench *bench, const struct kind *kind, const char *text)
{
	stock_init(&bench->stock, kind->shipped, kind->world);
	bench->stock.machine = stock_machine(&bench->stock, "slow", text);
	trial_begin(&bench->trial, &bench->stock);
	bench->before = sim_world_json(bench->trial.sim);
}

static void bench_release(struct bench *bench)
{
	json_decref(bench->before);
	trial_end(&bench->trial);
	stock_release(&bench->stock);
}

static void leg(struct bench *bench, const char *event, enum exit_status status)
{
	rig_hook(&bench->trial.rig, event, "dg-1", &bench->result);
	if (bench->result.status != status)
		rig_fail(&bench->trial.rig, "%s: exit %d, not %d", event, (int)bench->result.status, (int)status);
}

static int64_t now_ms(struct bench *bench)
{
	return sim_clock(bench->trial.sim)->monotonic_ms(sim_clock(bench->trial.sim));
}

static void expect_part_as_before(struct bench *bench, const char *part)
{
	json_t *world = sim_world_json(bench->trial.sim);

	if (!json_equal(json_object_get(world, part), json_object_get(bench->before, part)))
		rig_fail(&bench->trial.rig, "%s are not as before", part);
	json_decref(world);
}

static void an_hours_drain_goes_on_over_two_events(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
		struct bench bench;
		int64_t begun_ms;

		bench_init(&bench, &kinds[i], kinds[i].text);
		begun_ms = now_ms(&bench);
		leg(&bench, "ApplicationStop", EXIT_REACHED);
		assert_true(bench.result.later);
		assert_string_equal(bench.result.state, "WAIT_DRAIN");
		assert_string_equal(bench.result.message, "BeforeInstall goes on with it");
		assert_true(now_ms(&bench) - begun_ms < 50 * MINUTE_MS);
		assert_int_equal(rig_open_runs(&bench.trial.rig), 1);
		sim_advance(bench.trial.sim, MINUTE_MS);
		leg(&bench, "BeforeInstall", EXIT_REACHED);
		assert_false(bench.result.later);
		assert_string_equal(bench.result.state, "OUT_OF_SERVICE");
		assert_true(now_ms(&bench) - begun_ms >= HOUR_MS);
		assert_int_equal(rig_count(&bench.trial.rig, kinds[i].leaves), 1);
		leg(&bench, "ApplicationStart", EXIT_REACHED);
		assert_int_equal(rig_open_runs(&bench.trial.rig), 0);
		expect_part_as_before(&bench, "target_groups");
		expect_part_as_before(&bench, "groups");
		bench_release(&bench);
	}
}

/* The last event before the installation cannot be put off. */
static void the_event_that_is_to_go_on_is_interrupted_where_its_time_is_over_too(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, &kinds[0], kinds[0].text);
	bench.trial.rig.at_most_ms = 5 * MINUTE_MS;
	leg(&bench, "ApplicationStop", EXIT_REACHED);
	leg(&bench, "BeforeInstall", EXIT_INTERRUPTED);
	assert_string_equal(bench.result.message, "the leg's time is over");
	bench_release(&bench);
}

static void an_event_without_it_is_interrupted(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, &kinds[0], "tidegate: 1\nuse: asg-standby@1\n");
	leg(&bench, "ApplicationStop", EXIT_INTERRUPTED);
	assert_false(bench.result.later);
	bench_release(&bench);
}

static void a_signal_in_a_wait_is_an_interruption(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, &kinds[0], kinds[0].text);
	bench.trial.rig.stop_at_wait = 3;
	leg(&bench, "ApplicationStop", EXIT_INTERRUPTED);
	assert_string_equal(bench.result.message, "stopped by a signal");
	bench_release(&bench);
}

/* Whatever could not be asked for is not waited for: here AWS answers nothing that would take it out of traffic. */
static void a_request_that_is_still_to_be_made_does_not_go_on_later(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, &kinds[0], kinds[0].text);
	for (unsigned i = 1; i < 400; i++)
		sim_fault(bench.trial.sim, i, SIM_FAULT_UNAVAILABLE_BEFORE, 0);
	bench.trial.rig.at_most_ms = MINUTE_MS;
	rig_hook(&bench.trial.rig, "ApplicationStop", "dg-1", &bench.result);
	assert_int_not_equal(bench.result.status, EXIT_REACHED);
	bench_release(&bench);
}

/* The drain fails, and what takes the change back waits until the old registration has drained: exit 0 would let the
 * deployment go on with an instance that is coming back. */
static void a_way_back_does_not_go_on_later(void **state)
{
	char *shipped = stock_machine_text("target-groups"), *at = strstr(shipped, "  WAIT_DRAIN:\n"), *text;
	char *hooks = strstr(shipped, "hooks:"), *start = strstr(shipped, "start_at:");
	struct bench bench;

	(void)state;
	assert_non_null(at);
	text = memory_format("%.*s"
			     "hooks:\n"
			     "  ApplicationStop: {until: OUT_OF_SERVICE, at_most: 10m, then: go_on_later}\n"
			     "  BeforeInstall: {until: OUT_OF_SERVICE, at_most: 30m}\n"
			     "  ApplicationStart: {until: IN_SERVICE, at_most: 14m}\n"
			     "%.*s  WAIT_DRAIN:\n    timeout: 2m\n%s",
			     (int)(hooks - shipped), shipped, (int)(at - start), start,
			     at + strlen("  WAIT_DRAIN:\n"));
	bench_init(&bench, &kinds[1], text);
	leg(&bench, "ApplicationStop", EXIT_INTERRUPTED);
	assert_string_equal(bench.result.state, "UNDO");
	bench_release(&bench);
	free(text);
	free(shipped);
}

/* It dies before the end of its leg is written: the next event finds the run all the same. */
static void where_its_end_was_not_written_the_next_event_goes_on(void **state)
{
	struct bench bench;
	unsigned records;

	(void)state;
	bench_init(&bench, &kinds[0], kinds[0].text);
	leg(&bench, "ApplicationStop", EXIT_REACHED);
	records = bench.trial.rig.records;
	trial_take(&bench.trial, &bench.stock, group_world);
	bench.trial.rig.die_at_record = records;
	rig_hook(&bench.trial.rig, "ApplicationStop", "dg-1", &bench.result);
	bench.trial.rig.die_at_record = 0;
	sim_advance(bench.trial.sim, MINUTE_MS);
	leg(&bench, "BeforeInstall", EXIT_REACHED);
	assert_int_equal(rig_count(&bench.trial.rig, "EnterStandby"), 1);
	bench_release(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_hours_drain_goes_on_over_two_events),
		cmocka_unit_test(the_event_that_is_to_go_on_is_interrupted_where_its_time_is_over_too),
		cmocka_unit_test(an_event_without_it_is_interrupted),
		cmocka_unit_test(a_signal_in_a_wait_is_an_interruption),
		cmocka_unit_test(a_request_that_is_still_to_be_made_does_not_go_on_later),
		cmocka_unit_test(a_way_back_does_not_go_on_later),
		cmocka_unit_test(where_its_end_was_not_written_the_next_event_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
