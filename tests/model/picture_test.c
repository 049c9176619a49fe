#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "model/machine_file.h"
#include "model/picture.h"

static const char small[] =
	"#!/usr/bin/env tidegate\n"
	"tidegate: 1\n"
	"machine: small\n"
	"subject: \"${input.instance}\"\n"
	"input: {instance: {type: string}}\n"
	"hooks:\n"
	"  BeforeInstall: {until: [OUT]}\n"
	"  ApplicationStart: {until: [IN]}\n"
	"start_at: FIT\n"
	"catch: [{errors: [any], next: UNDO}]\n"
	"states:\n"
	"  FIT:\n"
	"    choose:\n"
	"      - {when: \"input.instance == '<\\\"&\\\\u0061>' && starts_with(input.instance, 'i-')\", next: LEAVE}\n"
	"    otherwise: FAILED\n"
	"  LEAVE:\n"
	"    action: elb.deregister\n"
	"    with: {instance: \"${input.instance}\", balancer: web}\n"
	"    catch: [{errors: [conflict, timeout], next: REST, at_most: 2}]\n"
	"    next: OUT\n"
	"  REST: {wait: 1m30s, next: LEAVE}\n"
	"  OUT: {pause: {expires: 2h, on_expire: BACK}, next: BACK}\n"
	"  BACK: {restore: [LEAVE], next: SEEN}\n"
	"  SEEN:\n"
	"    action: elb.wait_healthy\n"
	"    with: {instance: \"${input.instance}\", balancer: web}\n"
	"    when: states.LEAVE.changed\n"
	"    next: IN\n"
	"  IN: {end: succeeded}\n"
	"  UNDO: {restore: all, next: FAILED}\n"
	"  FAILED: {end: failed}\n";

static const char head[] =
	"digraph \"small\" {\n"
	"\tgraph [fontname=\"Helvetica\", fontsize=11, labelloc=t, labeljust=l, newrank=true, nodesep=0.35, "
	"ranksep=0.35, style=\"rounded,filled\"]\n"
	"\tnode [fontname=\"Helvetica\", fontsize=10, shape=box, style=\"rounded,filled\", color=\"#5b6770\", "
	"fillcolor=white, height=0.35, margin=\"0.12,0.05\"]\n"
	"\tedge [fontname=\"Helvetica\", fontsize=8, color=\"#5b6770\", fontcolor=\"#5b6770\", arrowsize=0.7]\n";

struct fixture {
	struct arena *arena;
	struct diagnostics diagnostics;
	struct reader reader;
	const struct machine *machine;
	struct buffer dot;
};

static int set_up(void **state)
{
	struct fixture *fixture = memory_new(1, sizeof(*fixture));
	struct buffer faults = BUFFER_INIT;
	struct source *source;

	fixture->arena = arena_new();
	fixture->reader = (struct reader){ .arena = fixture->arena, .diagnostics = &fixture->diagnostics };
	source = ARENA_NEW(fixture->arena, struct source);
	*source = (struct source){ .name = "small.yaml", .text = small, .length = sizeof(small) - 1 };
	fixture->machine = machine_read_source(&fixture->reader, source, catalogue_load(&fixture->reader));
	if (!fixture->machine) {
		diagnostics_print(&fixture->diagnostics, &faults);
		fail_msg("%s", buffer_text(&faults));
	}
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	buffer_release(&fixture->dot);
	diagnostics_release(&fixture->diagnostics);
	arena_free(fixture->arena);
	free(fixture);
	return 0;
}

/* What stands behind the head, which is the same for all. */
static void expect_body(const struct fixture *fixture, const char *body)
{
	assert_int_equal(strncmp(buffer_text(&fixture->dot), head, sizeof(head) - 1), 0);
	assert_string_equal(buffer_text(&fixture->dot) + sizeof(head) - 1, body);
}

static void a_machine_is_drawn_by_legs(void **state)
{
	struct fixture *fixture = *state;

	picture_add_dot(&fixture->dot, fixture->machine, NULL);
	expect_body(fixture,
		"\tlabel=\"small\\l\"\n"
		"\tsubgraph \"cluster opens\" {\n"
		"\t\tlabel=\"opens: BeforeInstall\"\n"
		"\t\tlabelloc=t\n"
		"\t\tcolor=\"#e8f1fa\"\n"
		"\t\t\"start at\" [shape=circle, label=\"\", width=0.15, height=0.15, fixedsize=true, "
		"fillcolor=\"#5b6770\"]\n"
		"\t\t\"FIT\" [label=<<b>FIT</b>>, shape=diamond, style=filled, margin=\"0.02\"]\n"
		"\t\t\"LEAVE\" [label=<<b>LEAVE</b><br/><font point-size=\"8\">elb.deregister</font>>]\n"
		"\t\t\"REST\" [label=<<b>REST</b><br/><font point-size=\"8\">wait 1m30s</font>>, style=filled]\n"
		"\t\t\"OUT\" [label=<<b>OUT</b><br/><font point-size=\"8\">pause</font>>, shape=octagon, "
		"style=filled, margin=\"0.02\"]\n"
		"\t\t\"FAILED\" [label=<<b>FAILED</b><br/><font point-size=\"8\">failed</font>>, peripheries=2]\n"
		"\t}\n"
		"\tsubgraph \"cluster closes\" {\n"
		"\t\tlabel=\"closes: ApplicationStart\"\n"
		"\t\tlabelloc=b\n"
		"\t\tcolor=\"#eaf5ea\"\n"
		"\t\t\"BACK\" [label=<<b>BACK</b><br/><font point-size=\"8\">&lt; LEAVE</font>>]\n"
		"\t\t\"SEEN\" [label=<<b>SEEN</b><br/><font point-size=\"8\">elb.wait_healthy</font><br/><font "
		"point-size=\"8\">only when it applies</font>>, tooltip=\"states.LEAVE.changed\"]\n"
		"\t\t\"IN\" [label=<<b>IN</b><br/><font point-size=\"8\">succeeded</font>>, peripheries=2]\n"
		"\t}\n"
		"\tsubgraph \"cluster after an error\" {\n"
		"\t\tlabel=\"after an error\"\n"
		"\t\tlabelloc=t\n"
		"\t\tcolor=\"#faf0ee\"\n"
		"\t\t\"UNDO\" [label=<<b>UNDO</b><br/><font point-size=\"8\">&lt; all</font>>]\n"
		"\t\t\"any state 0\" [label=\"any state\", shape=plaintext, style=\"\", fontcolor=\"#8a949c\"]\n"
		"\t}\n"
		"\t\"start at\" -> \"FIT\" [weight=12]\n"
		"\t\"FIT\" -> \"LEAVE\" [label=\"input.instance == '<\\\"&\\\\u0061>'\\l&& "
		"starts_with(input.instance,\\l'i-')\\l\", tooltip=\"input.instance == '<\\\"&\\\\u0061>' && "
		"starts_with(input.instance, 'i-')\"] [weight=12]\n"
		"\t\"FIT\" -> \"FAILED\" [label=\" otherwise\"]\n"
		"\t\"LEAVE\" -> \"OUT\" [weight=12]\n"
		"\t\"LEAVE\" -> \"REST\" [style=dashed, color=\"#a3adb5\", fontcolor=\"#8a949c\", label=\" "
		"conflict, timeout\\nat most 2 times\"]\n"
		"\t\"REST\" -> \"LEAVE\"\n"
		"\t\"OUT\" -> \"BACK\" [weight=12]\n"
		"\t\"OUT\" -> \"BACK\" [label=\" after 2h\"]\n"
		"\t\"BACK\" -> \"SEEN\" [weight=12]\n"
		"\t\"SEEN\" -> \"IN\" [weight=12]\n"
		"\t\"UNDO\" -> \"FAILED\"\n"
		"\t\"any state 0\" -> \"UNDO\" [style=dashed, color=\"#a3adb5\", fontcolor=\"#8a949c\", label=\" "
		"any error\"]\n"
		"}\n");
}

static void expect_line(const struct fixture *fixture, const char *line)
{
	char *whole = memory_format("\n%s\n", line);

	if (!strstr(buffer_text(&fixture->dot), whole))
		fail_msg("no line %s in\n%s", line, buffer_text(&fixture->dot));
	free(whole);
}

static void put(struct picture_state *states, const struct machine *machine, const char *name,
		struct picture_state stands)
{
	states[machine_state_index(machine, machine_state(machine, name))] = stands;
}

static struct picture_step step(const struct machine *machine, const char *from, const char *to)
{
	return (struct picture_step){
		.from = machine_state_index(machine, machine_state(machine, from)),
		.to = machine_state_index(machine, machine_state(machine, to)),
	};
}

static void a_run_shows_what_was_passed_failed_and_skipped_and_where_it_stands(void **state)
{
	struct fixture *fixture = *state;
	const struct machine *machine = fixture->machine;
	struct picture_state states[16] = { 0 };
	const struct picture_step steps[] = { step(machine, "FIT", "LEAVE"), step(machine, "LEAVE", "UNDO") };
	const struct picture_run run = { .title = "run r-1", .states = states, .steps = steps, .n_steps = 2 };

	put(states, machine, "FIT", (struct picture_state){ .mark = PICTURE_PASSED });
	put(states, machine, "LEAVE", (struct picture_state){ .mark = PICTURE_FAILED, .note = "5.1s" });
	put(states, machine, "SEEN", (struct picture_state){ .mark = PICTURE_SKIPPED });
	put(states, machine, "UNDO", (struct picture_state){ .here = true, .note = "1.0s so far" });
	picture_add_dot(&fixture->dot, machine, &run);
	expect_line(fixture, "\tlabel=\"small\\lrun r-1\\l\"");
	expect_line(fixture, "\t\t\"LEAVE\" [label=<<b>LEAVE</b><br/><font point-size=\"8\">elb.deregister</font><br/>"
			     "<font point-size=\"8\">5.1s</font>>, color=\"#b3261e\", fillcolor=\"#f9d8d5\"]");
	expect_line(fixture, "\t\t\"IN\" [label=<<b>IN</b><br/><font point-size=\"8\">succeeded</font>>, "
			     "peripheries=2, color=\"#b8c0c6\", fontcolor=\"#8a949c\"]");
	expect_line(fixture, "\t\t\"UNDO\" [label=<<b>UNDO</b><br/><font point-size=\"8\">&lt; all</font><br/>"
			     "<font point-size=\"8\">1.0s so far</font>>, color=\"#b26a00\", fillcolor=\"#ffe7a3\", "
			     "penwidth=3]");
	expect_line(fixture, "\t\"LEAVE\" -> \"UNDO\" [style=dashed, color=\"#a3adb5\", fontcolor=\"#8a949c\", "
			     "label=\" any error\"] [color=\"#b3261e\", penwidth=2]");
	assert_non_null(strstr(buffer_text(&fixture->dot), "fillcolor=\"#eceff1\", fontcolor=\"#5b6770\", "
							   "style=\"rounded,filled,dashed\""));
	/* The way that was not taken is drawn as ever; of the machine's own catch only what was taken is an arrow. */
	expect_line(fixture, "\t\"OUT\" -> \"BACK\" [weight=12]");
	assert_null(strstr(buffer_text(&fixture->dot), "\"SEEN\" -> \"UNDO\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_machine_is_drawn_by_legs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_run_shows_what_was_passed_failed_and_skipped_and_where_it_stands,
						set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
