/* What follows from the shape of a machine alone: states that no run comes to, states from which no run comes to an
 * end, and circles in which nothing waits and nothing counts. */
#include "config.h"

#include <stdlib.h>

#include "model/check_internal.h"

static void warn_unreached(const struct check *check)
{
	for (size_t i = 0; i < check->graph.n_states; i++)
		if (!check->graph.reached[i])
			diagnostics_warn(check->reader->diagnostics,
					 machine_state_at(check->machine, i)->key->position, NULL,
					 "state '%s' is never reached", graph_name(&check->graph, i));
}

/* Of states that lead to one another only the first is named. */
static bool *refuse_endless(const struct check *check)
{
	const struct graph *graph = &check->graph;
	bool *ends = memory_new(graph->n_states, sizeof(*ends)), *told = memory_new(graph->n_states, sizeof(*told));

	for (size_t i = 0; i < graph->n_states; i++) {
		const struct state *state = machine_state_at(check->machine, i);

		ends[i] = state->kind == STATE_END || state->kind == STATE_PAUSE;
	}
	graph_spread(graph, ends, true, NULL, NULL);
	for (size_t i = 0; i < graph->n_states && check_has_room(check); i++) {
		if (ends[i] || told[i] || !graph->reached[i])
			continue;
		diagnostics_error(check->reader->diagnostics, machine_state_at(check->machine, i)->key->position, NULL,
				  "from '%s' no end and no pause can be reached", graph_name(graph, i));
		told[i] = true;
		graph_spread(graph, told, false, NULL, NULL);
	}
	free(told);
	return ends;
}

/* A search in depth; a way back to a state that it still stands in closes a circle. */
enum mark { MARK_NEW, MARK_OPEN, MARK_DONE };

struct circling {
	const struct check *check;
	const bool *ends;
	unsigned char *marks; /* enum mark */
	bool *told;           /* of the state at which a circle closes */
	size_t *stack;
	size_t *next;         /* of each state on the stack: its next edge */
	size_t depth;
};

/* Time that passes, a person, or a catch that counts keeps a circle from running hot. */
static bool is_free(const struct check *check, const struct edge *edge)
{
	const enum state_kind kind = machine_state_at(check->machine, edge->to)->kind;

	return kind != STATE_WAIT && kind != STATE_PAUSE && (!edge->caught || edge->caught->at_most == 0);
}

/* The catch by which the circle that begins at stack[from] and closes with `closing` goes, or NULL. */
static const struct edge *caught_in(const struct circling *circling, size_t from, const struct edge *closing)
{
	const struct graph *graph = &circling->check->graph;

	if (closing->caught)
		return closing;
	for (size_t i = from; i + 1 < circling->depth; i++) {
		const struct edge *edge = &graph->edges[circling->next[circling->stack[i]] - 1];

		if (edge->caught)
			return edge;
	}
	return NULL;
}

static bool has_action(const struct circling *circling, size_t from)
{
	for (size_t i = from; i < circling->depth; i++)
		if (machine_state_at(circling->check->machine, circling->stack[i])->kind == STATE_ACTION)
			return true;
	return false;
}

/* A catch that leads back repeats what fails as fast as it fails; without any action nothing can ever differ. What an
 * action sees may differ the next time, so that such a circle is only likely to be a fault. */
static void tell_circle(struct circling *circling, const struct edge *closing)
{
	const struct graph *graph = &circling->check->graph;
	struct diagnostics *diagnostics = circling->check->reader->diagnostics;
	const struct edge *caught;
	struct buffer path = BUFFER_INIT;
	size_t from = circling->depth - 1;

	while (circling->stack[from] != closing->to)
		from--;
	caught = caught_in(circling, from, closing);
	graph_add_names(graph, circling->stack + from, circling->depth - from, &path);
	buffer_add_format(&path, " -> %s", graph_name(graph, closing->to));
	if (caught)
		diagnostics_error(diagnostics, caught->position, "give the catch an at_most",
				  "a circle that nothing ends: %s", buffer_text(&path));
	else if (!has_action(circling, from))
		diagnostics_error(diagnostics, closing->position, NULL, "a circle in which nothing can change: %s",
				  buffer_text(&path));
	else
		diagnostics_warn(diagnostics, closing->position, "put a wait into it",
				 "a circle in which nothing waits: %s", buffer_text(&path));
	buffer_release(&path);
}

static void follow(struct circling *circling, const struct edge *edge)
{
	const bool is_open = circling->marks[edge->to] == MARK_OPEN;

	if (!is_free(circling->check, edge) || !circling->ends[edge->to])
		return;
	if (is_open && !circling->told[edge->to] && check_has_room(circling->check)) {
		circling->told[edge->to] = true;
		tell_circle(circling, edge);
	}
	if (circling->marks[edge->to] != MARK_NEW)
		return;
	circling->marks[edge->to] = MARK_OPEN;
	circling->next[edge->to] = circling->check->graph.first[edge->to];
	circling->stack[circling->depth++] = edge->to;
}

static void search_from(struct circling *circling, size_t state)
{
	const struct graph *graph = &circling->check->graph;

	circling->marks[state] = MARK_OPEN;
	circling->next[state] = graph->first[state];
	circling->stack[circling->depth++] = state;
	while (circling->depth > 0) {
		const size_t at = circling->stack[circling->depth - 1];

		if (circling->next[at] < graph->first[at + 1]) {
			follow(circling, &graph->edges[circling->next[at]++]);
			continue;
		}
		circling->marks[at] = MARK_DONE;
		circling->depth--;
	}
}

static void find_circles(const struct check *check, const bool *ends)
{
	const struct graph *graph = &check->graph;
	struct circling circling = {
		.check = check,
		.ends = ends,
		.marks = memory_new(graph->n_states, sizeof(*circling.marks)),
		.told = memory_new(graph->n_states, sizeof(*circling.told)),
		.stack = memory_new(graph->n_states, sizeof(*circling.stack)),
		.next = memory_new(graph->n_states, sizeof(*circling.next)),
	};

	for (size_t i = 0; i < graph->n_states; i++)
		if (graph->reached[i] && ends[i] && circling.marks[i] == MARK_NEW)
			search_from(&circling, i);
	free(circling.marks);
	free(circling.told);
	free(circling.stack);
	free(circling.next);
}

void check_paths(struct check *check)
{
	bool *ends;

	warn_unreached(check);
	ends = refuse_endless(check);
	find_circles(check, ends);
	free(ends);
}
