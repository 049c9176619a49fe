#include "config.h"

#include "model/picture_legs.h"

#include <stdlib.h>

static const struct state *state_at(const struct graph *graph, size_t i)
{
	return machine_state_at(graph->machine, i);
}

static bool is_passed(const void *argument, const struct edge *edge)
{
	(void)argument;
	return !edge->caught;
}

static bool is_before_pauses(const void *argument, const struct edge *edge)
{
	return state_at(argument, edge->from)->kind != STATE_PAUSE;
}

static bool is_passed_before_pauses(const void *argument, const struct edge *edge)
{
	return !edge->caught && is_before_pauses(argument, edge);
}

static bool *reach(const struct graph *graph, edge_filter *allows)
{
	bool *marked = memory_new(graph->n_states, sizeof(*marked));

	marked[graph->start] = true;
	graph_spread(graph, marked, false, allows, graph);
	return marked;
}

/* What leads back to what is passed without an error. An end leads nowhere: that two ways share it joins them not. */
static bool *find_returning(const struct graph *graph, const bool *passed)
{
	bool *marked = memory_new(graph->n_states, sizeof(*marked));

	for (size_t i = 0; i < graph->n_states; i++)
		marked[i] = passed[i] && state_at(graph, i)->kind != STATE_END;
	graph_spread(graph, marked, true, is_passed, NULL);
	return marked;
}

enum picture_leg *picture_legs(const struct graph *graph)
{
	enum picture_leg *legs = memory_new(graph->n_states, sizeof(*legs));
	bool *opens = reach(graph, is_passed_before_pauses), *passed = reach(graph, is_passed);
	bool *before_pauses = reach(graph, is_before_pauses), *returning = find_returning(graph, passed);

	for (size_t i = 0; i < graph->n_states; i++) {
		if (!graph->reached[i])
			legs[i] = PICTURE_LEG_NONE;
		else if (!passed[i] && !returning[i])
			legs[i] = PICTURE_LEG_ERRORS;
		else if (opens[i] || (!passed[i] && before_pauses[i]))
			legs[i] = PICTURE_LEG_OPENS;
		else
			legs[i] = PICTURE_LEG_CLOSES;
	}
	free(opens);
	free(passed);
	free(before_pauses);
	free(returning);
	return legs;
}

static const struct state *first_way(const struct state *state)
{
	const struct choice_rule *rules = state->choose.records;

	return state->choose.count > 0 ? rules[0].next.state : state->next.state;
}

bool *picture_spine(const struct graph *graph)
{
	bool *marked = memory_new(graph->n_states, sizeof(*marked));

	for (const struct state *state = state_at(graph, graph->start); state; state = first_way(state)) {
		size_t i = machine_state_index(graph->machine, state);

		if (marked[i])
			break;
		marked[i] = true;
	}
	return marked;
}
