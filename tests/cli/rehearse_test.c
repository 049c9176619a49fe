/* A rehearsal finds what is broken: the shipped machine passes; machines and actions with one fault each are caught, by
 * the invariant that the fault is about. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/rehearsal/rehearsal.h"
#include "model/machine_file.h"
#include "sim/scenario.h"
#include "text/json.h"
#include "text/yaml.h"

struct bench {
	struct arena *arena;
	struct diagnostics diagnostics;
	struct reader reader;
	struct catalogue *catalogue;
	struct rehearsal rehearsal;
};

static const char *path_of(struct bench *bench, const char *file)
{
	const char *top = getenv("TIDEGATE_SOURCE_DIR");

	return arena_format(bench->arena, "%s/%s", top ? top : ".", file);
}

static void fail_diagnostics(struct bench *bench)
{
	struct buffer text = BUFFER_INIT;

	diagnostics_print(&bench->diagnostics, &text);
	fail_msg("%s", buffer_text(&text));
}

struct change {
	const char *from, *to; /* `from` stands there exactly once */
};

/* The file with its changes, as a source of its own. */
static const struct source *changed(struct bench *bench, const char *file, const struct change *changes)
{
	const struct source *source = source_read_file(&bench->reader, path_of(bench, file));
	struct source *made = ARENA_NEW(bench->arena, struct source);
	const char *text = source ? source->text : "";

	if (!source)
		fail_diagnostics(bench);
	for (; changes && changes->from; changes++) {
		const char *at = strstr(text, changes->from);

		if (!at || strstr(at + 1, changes->from))
			fail_msg("%s: not there exactly once: %s", file, changes->from);
		text = arena_format(bench->arena, "%.*s%s%s", (int)(at - text), text, changes->to,
				    at + strlen(changes->from));
	}
	*made = (struct source){ .name = file, .text = text, .length = strlen(text) };
	return made;
}

static const struct machine *load(struct bench *bench, const struct change *machine, const struct change *actions)
{
	const struct machine *made;

	bench->arena = arena_new();
	bench->diagnostics = (struct diagnostics)DIAGNOSTICS_INIT;
	bench->reader = (struct reader){ .arena = bench->arena, .diagnostics = &bench->diagnostics };
	bench->catalogue = catalogue_load(&bench->reader);
	if (bench->catalogue && actions)
		catalogue_add(bench->catalogue, &bench->reader,
			      yaml_parse(bench->arena, changed(bench, "schemas/actions/autoscaling.yaml", actions),
					 &bench->diagnostics));
	made = bench->catalogue ? machine_read_source(&bench->reader,
						      changed(bench, "machines/asg-standby.yaml", machine),
						      bench->catalogue)
				: NULL;
	if (!made)
		fail_diagnostics(bench);
	return made;
}

static json_t *sim_fact(void *argument, const char *name, struct error *err)
{
	struct executor *executor = sim_executor(argument);

	return executor->metadata(executor, name, err);
}

static void add_scene(struct bench *bench, const char *name)
{
	static const char *const no_rows[] = { NULL };
	struct error err = ERROR_INIT;
	struct sim *model = scenario_builtin(name, 1, &err);
	struct configuration configuration = { 0 };
	json_t *hook = json_made(json_object());
	const struct inputs_request request = {
		.machine = bench->rehearsal.machine, .environment = { no_rows }, .configuration = &configuration,
		.hook = hook, .metadata = sim_fact, .metadata_argument = model,
	};
	struct inputs inputs;

	if (!model || inputs_find(&inputs, &request, &err) != 0 ||
	    rehearsal_add(&bench->rehearsal, name, model, &inputs, &err) != 0)
		fail_msg("%s: %s", name, err.message);
	json_decref(hook);
}

static void begin(struct bench *bench, const struct change *machine, const struct change *actions)
{
	const struct machine *made = load(bench, machine, actions);

	rehearsal_init(&bench->rehearsal, made, bench->arena);
}

static void end(struct bench *bench)
{
	rehearsal_release(&bench->rehearsal);
	diagnostics_release(&bench->diagnostics);
	arena_free(bench->arena);
}

static void print_counts(const struct rehearsal *rehearsal)
{
	for (enum section section = 0; section < SECTION_COUNT; section++)
		if (rehearsal->tally.counts[section].runs)
			print_message("  %-28s %6llu runs, %llu exit 3, %llu drifted, %llu in the same moment\n",
				      section_names[section],
				      (unsigned long long)rehearsal->tally.counts[section].runs,
				      (unsigned long long)rehearsal->tally.counts[section].left,
				      (unsigned long long)rehearsal->tally.counts[section].drifted,
				      (unsigned long long)rehearsal->tally.counts[section].same_moment);
}

static void expect_none(struct rehearsal *rehearsal)
{
	struct buffer text = BUFFER_INIT;

	print_counts(rehearsal);
	if (rehearsal->tally.n_findings == 0)
		return;
	for (size_t i = 0; i < rehearsal->tally.n_findings; i++) {
		const struct finding *finding = &rehearsal->tally.findings[i];

		rehearsal_replay(rehearsal, finding->run);
		rehearsal_trace(rehearsal, &text);
		buffer_add_format(&text, "run %llu, %llu in all\n", (unsigned long long)finding->run,
				  (unsigned long long)finding->count);
	}
	fail_msg("%s", buffer_text(&text));
}

static void whatever_goes_wrong_once_the_shipped_machine_restores(void **state)
{
	struct bench bench;

	(void)state;
	begin(&bench, NULL, NULL);
	add_scene(&bench, "group-of-three");
	bench.rehearsal.faults = 1;
	rehearsal_perform_share(&bench.rehearsal);
	expect_none(&bench.rehearsal);
	end(&bench);
}

/* ApplicationStop has two of the drain's minutes, and BeforeInstall the others. */
static void wherever_it_dies_a_drain_that_goes_on_later_is_restored(void **state)
{
	static const struct change goes_on_later[] = {
		{ "ApplicationStop: {until: [OUT_OF_SERVICE, LEFT_ALONE], at_most: 14m}",
		  "ApplicationStop: {until: [OUT_OF_SERVICE, LEFT_ALONE], at_most: 2m, then: go_on_later}" },
		{ 0 },
	};
	struct bench bench;

	(void)state;
	begin(&bench, goes_on_later, NULL);
	add_scene(&bench, "group-of-three");
	rehearsal_replay(&bench.rehearsal, 0);
	assert_true(bench.rehearsal.stage.legs[0].result.later);
	for (uint64_t run = 0; run < bench.rehearsal.mishaps[0].ends[SECTION_TORN]; run++) {
		rehearsal_replay(&bench.rehearsal, run);
		if (bench.rehearsal.stage.violation.invariant)
			fail_msg("run %llu: %s", (unsigned long long)run, bench.rehearsal.stage.violation.why);
	}
	end(&bench);
}

static void a_run_is_the_same_when_it_is_played_again(void **state)
{
	struct buffer texts[2] = { BUFFER_INIT, BUFFER_INIT };
	struct bench bench;

	(void)state;
	begin(&bench, NULL, NULL);
	add_scene(&bench, "room-to-spare");
	for (size_t i = 0; i < 2; i++) {
		assert_true(rehearsal_replay(&bench.rehearsal, 100 * RUN_PAIRS + 123));
		rehearsal_trace(&bench.rehearsal, &texts[i]);
		rehearsal_replay(&bench.rehearsal, 7);
	}
	assert_string_equal(buffer_text(&texts[0]), buffer_text(&texts[1]));
	buffer_release(&texts[0]);
	buffer_release(&texts[1]);
	end(&bench);
}

/* ---- mutants ---- */

struct mutant {
	const char *name;
	struct change machine[4], actions[4];
	const char *scenario;  /* NULL: group-of-three */
	enum section section; /* where it shows */
};

static const struct mutant mutants[] = {
	{ .name = "a machine without RESTORE",
	  .machine = { { "next: RESTORE\n", "next: IN_SERVICE\n" } } },
	{ .name = "restore of one state only",
	  .machine = { { "    restore: all # what is left", "    restore: [MAKE_ROOM] # what is left" } } },
	{ .name = "catch leads past every restore",
	  .section = SECTION_FAULT,
	  .machine = { { "catch: [{errors: [any], next: UNDO}]", "catch: [{errors: [any], next: FAILED}]" } } },
	{ .name = "what fails is not restored but for one",
	  .section = SECTION_FAULT,
	  .machine = { { "UNDO: {restore: all,", "UNDO: {restore: [SUSPEND_PROCS]," } } },
	{ .name = "on_expire gives traffic to half an installation",
	  .section = SECTION_ABANDONED,
	  .machine = { { "on_expire: FREE_PROCS", "on_expire: EXIT_STANDBY" } } },
	{ .name = "on_expire frees nothing",
	  .section = SECTION_ABANDONED,
	  .machine = { { "on_expire: FREE_PROCS", "on_expire: STILL_OUT" } } },
	{ .name = "an instance that is unhealthy is said to be in service",
	  .machine = { { "    next: WAIT_HEALTHY\n", "    next: RESTORE\n" } } },
	{ .name = "the machine expects what is not so",
	  .machine = { { "start_at: LOOK\n",
			 "expect: [{at: OUT_OF_SERVICE, holds: \"groups.*.minimum == [`3`]\"}]\nstart_at: LOOK\n" } } },
	{ .name = "the instance is never brought back",
	  .machine = { { "restore: [ENTER_STANDBY]", "restore: [SUSPEND_PROCS]" },
		       { "    restore: all # what is left", "    restore: [MAKE_ROOM] # what is left" } } },
	{ .name = "undo resumes the whole list",
	  .actions = { { "with: {group: \"${input.group}\", processes: \"${change.owned}\"}",
			 "with: {group: \"${input.group}\", processes: \"${input.processes}\"}" } } },
	{ .name = "a list that is empty is sent",
	  .actions = { { "    satisfied: \"length(difference(change.processes, observed.suspended)) == `0`\"\n",
			 "    satisfied: \"`false`\"\n" } } },
	{ .name = "the minimum is restored as an absolute value",
	  .actions = { { "{to: \"sum([observed.minimum, minus(input.before, input.written)])\", out: observed.out}",
			 "{to: \"input.before\", out: observed.out}" },
		       { "observed.minimum < minus(input.written, length(difference(observed.out, input.out)))\n",
			 "`false` && (`false`\n" },
		       { "|| observed.minimum > sum([input.written, length(difference(input.out, observed.out))])\n",
			 "|| `false`)\n" } },
	  .section = SECTION_ACT },
	{ .name = "EnterStandby launches a replacement",
	  .actions = { { "ShouldDecrementDesiredCapacity: true", "ShouldDecrementDesiredCapacity: false" } } },
	{ .name = "undo does not raise the minimum",
	  .actions = { { "before: \"${change.before}\"\n", "before: \"${change.written}\"\n" } } },
};

/* From the section on in which it is to be found. */
static bool is_caught(const struct mutant *mutant)
{
	struct bench bench;
	uint64_t run;
	bool caught = false;

	begin(&bench, mutant->machine, mutant->actions);
	add_scene(&bench, mutant->scenario ? mutant->scenario : "group-of-three");
	run = mutant->section ? bench.rehearsal.mishaps[0].ends[mutant->section - 1] : 0;
	for (; run < bench.rehearsal.singles && !caught; run++) {
		rehearsal_replay(&bench.rehearsal, run);
		caught = bench.rehearsal.stage.violation.invariant != NULL;
	}
	if (caught)
		print_message("  %-56s %s, run %llu: %s\n", mutant->name,
			      bench.rehearsal.stage.violation.invariant->name, (unsigned long long)run - 1,
			      bench.rehearsal.stage.violation.why);
	end(&bench);
	return caught;
}

static void each_mutant_of_machine_and_actions_is_caught(void **state)
{
	unsigned missed = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(mutants); i++)
		if (!is_caught(&mutants[i])) {
			print_message("  MISSED: %s\n", mutants[i].name);
			missed++;
		}
	assert_int_equal(missed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_is_the_same_when_it_is_played_again),
		cmocka_unit_test(each_mutant_of_machine_and_actions_is_caught),
		cmocka_unit_test(whatever_goes_wrong_once_the_shipped_machine_restores),
		cmocka_unit_test(wherever_it_dies_a_drain_that_goes_on_later_is_restored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
