#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "model/check.h"
#include "model/check_graph.h"
#include "model/machine_file.h"

static const char head[] =
	"tidegate: 1\n"
	"machine: made\n"
	"subject: \"${input.instance}\"\n"
	"input: {instance: {type: string, default: \"${metadata.instance_id}\"}}\n";

struct fixture {
	struct arena *arena;
	struct diagnostics diagnostics;
	struct reader reader;
	struct catalogue *catalogue;
};

static void fixture_init(struct fixture *fixture)
{
	*fixture = (struct fixture){ .arena = arena_new() };
	fixture->reader = (struct reader){ .arena = fixture->arena, .diagnostics = &fixture->diagnostics };
	fixture->catalogue = catalogue_load(&fixture->reader);
	assert_non_null(fixture->catalogue);
}

static void fixture_release(struct fixture *fixture)
{
	diagnostics_release(&fixture->diagnostics);
	arena_free(fixture->arena);
}

static const struct machine *load(struct fixture *fixture, const char *text)
{
	struct source *source = ARENA_NEW(fixture->arena, struct source);

	*source = (struct source){
		.name = "made.yaml", .text = arena_copy_text(fixture->arena, text), .length = strlen(text),
	};
	return machine_read_source(&fixture->reader, source, fixture->catalogue);
}

static void expect_no_word(const struct fixture *fixture)
{
	struct buffer said = BUFFER_INIT;

	diagnostics_print(&fixture->diagnostics, &said);
	assert_string_equal(buffer_text(&said), "");
	buffer_release(&said);
}

static void what_is_shipped_has_no_fault(void **state)
{
	const char *folder = getenv("TIDEGATE_SOURCE_DIR");
	char *path = memory_format("%s/machines/asg-standby.yaml", folder ? folder : ".");
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	machine_read_file(&fixture.reader, path, fixture.catalogue);
	expect_no_word(&fixture);
	fixture_release(&fixture);
	free(path);
}

/* What a README shows between the first ```yaml and the next ```. */
static char *first_example(const char *path)
{
	static const char begins[] = "```yaml\n";
	struct buffer text = BUFFER_INIT;
	char *begin, *end, *example;

	assert_int_equal(file_read(path, 1 << 20, &text, NULL), 0);
	begin = strstr(text.bytes, begins);
	assert_non_null(begin);
	begin += strlen(begins);
	end = strstr(begin, "```");
	assert_non_null(end);
	*end = '\0';
	example = memory_copy_text(begin);
	buffer_release(&text);
	return example;
}

static void the_example_of_the_readme_has_no_fault(void **state)
{
	const char *folder = getenv("TIDEGATE_SOURCE_DIR");
	char *path = memory_format("%s/machines/README.md", folder ? folder : ".");
	char *example = first_example(path);
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	load(&fixture, example);
	expect_no_word(&fixture);
	fixture_release(&fixture);
	free(example);
	free(path);
}

static void a_file_that_is_not_there_is_said(void **state)
{
	struct buffer said = BUFFER_INIT;
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	assert_null(machine_read_file(&fixture.reader, "/nonexistent/a.yaml", fixture.catalogue));
	diagnostics_print(&fixture.diagnostics, &said);
	assert_string_equal(buffer_text(&said),
			    "error: cannot open '/nonexistent/a.yaml': No such file or directory\n1 error\n");
	buffer_release(&said);
	fixture_release(&fixture);
}

/* ---- dominators against what they mean ---- */

enum { RANDOM_STATES = 24, RANDOM_MACHINES = 60 };

static unsigned next_random(unsigned *seed, unsigned below)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 16) % below;
}

/* Ways back lead to states that wait, and catches count, so that no circle is a fault. */
static unsigned any_way(unsigned *seed, unsigned from)
{
	const unsigned to = next_random(seed, RANDOM_STATES);

	return to > from ? to : to / 3 * 3;
}

static void add_random_state(struct buffer *text, unsigned i, unsigned *seed)
{
	const unsigned one = any_way(seed, i);

	if (i == RANDOM_STATES - 1)
		buffer_add_format(text, "  S%u: {end: succeeded}\n", i);
	else if (i % 3 == 0)
		buffer_add_format(text, "  S%u: {wait: 1s, next: S%u}\n", i, i + 1);
	else if (i % 3 == 1)
		buffer_add_format(text,
				  "  S%u: {choose: [{when: input.instance, next: S%u}, "
				  "{when: input.instance, next: S%u}], otherwise: S%u}\n",
				  i, one, any_way(seed, i), i + 1 + next_random(seed, RANDOM_STATES - 1 - i));
	else
		buffer_add_format(text,
				  "  S%u: {action: autoscaling.look, with: {instance: \"${input.instance}\"}, "
				  "catch: [{errors: [any], next: S%u, at_most: 2}], next: S%u}\n",
				  i, one, i + 1);
}

struct without {
	size_t state; /* which is not to be passed */
};

static bool leads_past(const void *argument, const struct edge *edge)
{
	const struct without *without = argument;

	return edge->from != without->state || edge->caught;
}

static void compare_dominators(const struct graph *graph)
{
	struct dominators *dominators = dominators_new(graph);

	for (size_t x = 0; x < graph->n_states; x++) {
		bool *around = memory_new(graph->n_states, sizeof(*around));

		around[graph->start] = true;
		graph_spread(graph, around, false, leads_past, &(struct without){ x });
		for (size_t y = 0; y < graph->n_states; y++)
			if (graph->reached[x] && graph->reached[y])
				assert_int_equal(dominators_passed(dominators, x, y), !around[y]);
		free(around);
	}
	dominators_free(dominators);
}

static void what_every_path_has_passed_is_what_no_path_leads_past(void **state)
{
	struct fixture fixture;
	unsigned seed = 1;

	(void)state;
	fixture_init(&fixture);
	for (unsigned k = 0; k < RANDOM_MACHINES; k++) {
		struct buffer text = BUFFER_INIT;
		const struct machine *machine;
		struct graph graph;

		buffer_add_format(&text, "%sstart_at: S0\nstates:\n", head);
		for (unsigned i = 0; i < RANDOM_STATES; i++)
			add_random_state(&text, i, &seed);
		machine = load(&fixture, text.bytes);
		if (!machine)
			expect_no_word(&fixture);
		graph_init(&graph, machine);
		compare_dominators(&graph);
		graph_release(&graph);
		buffer_release(&text);
	}
	fixture_release(&fixture);
}

/* ---- time ---- */

/* A long machine of one shape: how one of its rows of states is written. */
struct shape_row {
	const char *name;
	const char *top; /* what the machine has besides states */
	unsigned states; /* a row has so many */
	void (*add)(struct buffer *text, unsigned i);
};

static void add_chain(struct buffer *text, unsigned i)
{
	buffer_add_format(text,
			  "  A%u: {action: autoscaling.look, with: {instance: \"${input.instance}\", "
			  "group: \"${states.FIRST.group}\"}, next: B%u}\n"
			  "  B%u: {choose: [{when: \"states.A%u.state == 'InService'\", next: A%u}], otherwise: A%u}\n",
			  i, i, i, i, i + 1, i + 1);
}

/* Each state is left by its own catches, and each is restored by its own name. */
static void add_changes(struct buffer *text, unsigned i)
{
	buffer_add_format(text,
			  "  A%u: {action: autoscaling.enter_standby, with: {group: g, instance: i-1}, "
			  "catch: [{errors: [conflict], next: A%u, at_most: 3}, {errors: [any], next: R%u}], "
			  "next: R%u}\n"
			  "  R%u: {restore: [A%u], next: A%u}\n",
			  i, i, i, i, i, i, i + 1);
}

static void add_changes_restored_late(struct buffer *text, unsigned i)
{
	buffer_add_format(text,
			  "  A%u: {action: autoscaling.enter_standby, with: {group: g, instance: i-1}, next: A%u}\n",
			  i, i + 1);
}

/* Ways back to the very beginning from everywhere. */
static void add_ways_back(struct buffer *text, unsigned i)
{
	buffer_add_format(text,
			  "  A%u: {wait: 1s, next: B%u}\n"
			  "  B%u: {choose: [{when: input.instance, next: A0}, {when: states.FIRST.group, next: A%u}], "
			  "otherwise: A%u}\n",
			  i, i, i, i / 2, i + 1);
}

static const struct shape_row shapes[] = {
	{ "a chain of actions and choices", "catch: [{errors: [any], next: UNDO}]\n", 2, add_chain },
	{ "changes, each restored by its name", "catch: [{errors: [any], next: UNDO}]\n", 2, add_changes },
	{ "changes, all restored at the end", "catch: [{errors: [any], next: UNDO}]\n", 1, add_changes_restored_late },
	{ "ways back from everywhere", "catch: [{errors: [any], next: UNDO}]\n", 2, add_ways_back },
};

static char *make_machine(const struct shape_row *shape, unsigned states)
{
	const unsigned rows = states / shape->states;
	struct buffer text = BUFFER_INIT;

	buffer_add_format(&text,
			  "%s%sstart_at: FIRST\nstates:\n"
			  "  FIRST: {action: autoscaling.look, with: {instance: \"${input.instance}\"}, next: A0}\n",
			  head, shape->top);
	for (unsigned i = 0; i < rows; i++)
		shape->add(&text, i);
	buffer_add_format(&text,
			  "  A%u: {restore: all, next: DONE}\n  DONE: {end: succeeded}\n"
			  "  UNDO: {restore: all, next: FAILED}\n  FAILED: {end: failed}\n",
			  rows);
	return buffer_take(&text);
}

static double cpu_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* The best of three, in ms: reading and checking, or checking alone. */
static double time_of(const struct shape_row *shape, unsigned states, double *check_ms)
{
	char *text = make_machine(shape, states);
	double best_ms = 1e9;

	*check_ms = 1e9;
	for (int k = 0; k < 3; k++) {
		struct fixture fixture;
		const struct machine *machine;
		double begun, loaded, checked;

		fixture_init(&fixture);
		begun = cpu_ms();
		machine = load(&fixture, text);
		loaded = cpu_ms();
		if (machine)
			machine_check(&fixture.reader, machine);
		checked = cpu_ms();
		expect_no_word(&fixture);
		fixture_release(&fixture);
		best_ms = loaded - begun < best_ms ? loaded - begun : best_ms;
		*check_ms = checked - loaded < *check_ms ? checked - loaded : *check_ms;
	}
	free(text);
	return best_ms;
}

/* By ratio, for the machine it runs on is anybody's; a check whose time grew with the square would take sixteen times
 * as long. The budget of 500 ms is for people to look at. */
static void four_times_the_states_take_less_than_eight_times_the_time(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(shapes); i++) {
		double small_check_ms, large_check_ms;
		const double small_ms = time_of(&shapes[i], 2500, &small_check_ms);
		const double large_ms = time_of(&shapes[i], 10000, &large_check_ms);

		print_message("%s: 2,500 states %.0f ms, 10,000 states %.0f ms of 500; checks alone %.0f, %.0f ms\n",
			      shapes[i].name, small_ms, large_ms, small_check_ms, large_check_ms);
		assert_true(large_ms < 8 * small_ms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_shipped_has_no_fault),
		cmocka_unit_test(the_example_of_the_readme_has_no_fault),
		cmocka_unit_test(a_file_that_is_not_there_is_said),
		cmocka_unit_test(what_every_path_has_passed_is_what_no_path_leads_past),
		cmocka_unit_test(four_times_the_states_take_less_than_eight_times_the_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
