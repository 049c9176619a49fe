#include "config.h"

#include "model/policy_ways.h"

#include <stdlib.h>
#include <string.h>

#include "model/check_graph.h"

enum truth { TRUTH_NO, TRUTH_YES, TRUTH_UNKNOWN };

struct ways {
	const struct machine *machine;
	json_t *document;
};

struct knowledge {
	const struct ways *ways;
	bool complete;
};

static enum truth truth_of(const struct ways *ways, const struct located_expression *expression);

/* An input that is given, or what a state gives that is always skipped: nothing. */
static bool is_known(const struct ways *ways, const char *kind, const char *name)
{
	const struct state *state = machine_state(ways->machine, name);

	if (strcmp(kind, "input") == 0)
		return json_object_get(json_object_get(ways->document, "input"), name);
	return strcmp(kind, "states") == 0 && state && truth_of(ways, &state->when) == TRUTH_NO;
}

static void note_reference(void *argument, const char *const *names, size_t count, const struct reference_place *place)
{
	struct knowledge *knowledge = argument;

	(void)place;
	if (count < 2 || !is_known(knowledge->ways, names[0], names[1]))
		knowledge->complete = false;
}

static enum truth truth_of(const struct ways *ways, const struct located_expression *expression)
{
	struct knowledge knowledge = { .ways = ways, .complete = true };
	int holds;

	located_references(expression, note_reference, &knowledge);
	if (!expression->parsed || !knowledge.complete)
		return TRUTH_UNKNOWN;
	holds = located_is_true(expression, ways->document, 0, NULL);
	return holds < 0 ? TRUTH_UNKNOWN : holds ? TRUTH_YES : TRUTH_NO;
}

static bool is_same_place(struct position left, struct position right)
{
	return left.line == right.line && left.column == right.column;
}

/* The first choice that is true counts: none behind one that always is. */
static bool may_be_taken(const void *argument, const struct edge *edge)
{
	const struct ways *ways = argument;
	const struct state *state = machine_state_at(ways->machine, edge->from);
	const struct choice_rule *rules = state->choose.records;

	for (size_t i = 0; !edge->caught && i < state->choose.count; i++) {
		enum truth truth = truth_of(ways, &rules[i].when);

		if (is_same_place(rules[i].next.position, edge->position))
			return truth != TRUTH_NO;
		if (truth == TRUTH_YES)
			return false;
	}
	return true;
}

bool *policy_ways(const struct machine *machine, json_t *document)
{
	const struct ways ways = { .machine = machine, .document = document };
	bool *open = memory_new(machine->states.count, sizeof(*open));
	struct graph graph;

	graph_init(&graph, machine);
	open[graph.start] = true;
	graph_spread(&graph, open, false, may_be_taken, &ways);
	for (size_t i = 0; i < machine->states.count; i++)
		if (truth_of(&ways, &machine_state_at(machine, i)->when) == TRUTH_NO)
			open[i] = false;
	graph_release(&graph);
	return open;
}
