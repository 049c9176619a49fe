#include "config.h"

#include "model/check_graph.h"

#include <stdlib.h>

/* Of a longer path the middle is left out. */
enum { PATH_SHOWN = 7, PATH_ENDS = 3 };

unsigned failure_list_bits(const struct failure_list *list)
{
	unsigned bits = 0;

	for (size_t i = 0; i < list->count; i++)
		bits |= list->rows[i] == FAILURE_ANY ? (1u << FAILURE_ANY) - 1 : 1u << list->rows[i];
	return bits & ~(1u << FAILURE_NONE);
}

static bool machine_catches(const struct state *state)
{
	return state->kind == STATE_ACTION || state->kind == STATE_CHOOSE || state->kind == STATE_WAIT;
}

struct building {
	struct graph *graph;
	size_t size;
};

static void edge_add(struct building *building, size_t from, const struct state_reference *to,
		     const struct catcher *caught)
{
	struct graph *graph = building->graph;

	if (!to->state)
		return;
	if (graph->n_edges == building->size) {
		building->size = building->size ? 2 * building->size : 64;
		graph->edges = memory_resize(graph->edges, building->size, sizeof(*graph->edges));
	}
	graph->edges[graph->n_edges++] = (struct edge){
		.from = from,
		.to = machine_state_index(graph->machine, to->state),
		.caught = caught,
		.position = to->position,
	};
}

/* An edge for each catch that can take one of `errors` still; returns those that none takes. */
static unsigned add_catches(struct building *building, size_t from, const struct record_list *catches, unsigned errors)
{
	const struct catcher *catcher = catches->records;

	for (size_t i = 0; i < catches->count; i++) {
		const unsigned bits = failure_list_bits(&catcher[i].errors);

		if (bits & errors)
			edge_add(building, from, &catcher[i].next, &catcher[i]);
		if (catcher[i].at_most == 0)
			errors &= ~bits;
	}
	return errors;
}

static void add_edges(struct building *building, size_t i)
{
	const struct machine *machine = building->graph->machine;
	const struct state *state = machine_state_at(machine, i);
	const struct choice_rule *rules = state->choose.records;
	const struct failure_list any = { .rows = (enum failure[]){ FAILURE_ANY }, .count = 1 };
	unsigned errors = failure_list_bits(&any);

	for (size_t k = 0; k < state->choose.count; k++)
		edge_add(building, i, &rules[k].next, NULL);
	edge_add(building, i, &state->otherwise, NULL);
	edge_add(building, i, &state->next, NULL);
	if (state->pause)
		edge_add(building, i, &state->pause->on_expire, NULL);
	errors = add_catches(building, i, &state->catches, errors);
	if (machine_catches(state) && machine->catches.count <= MACHINE_CATCHES_MOST)
		add_catches(building, i, &machine->catches, errors);
}

static void index_incoming(struct graph *graph)
{
	size_t *next = memory_new(graph->n_states + 1, sizeof(*next));

	graph->incoming = memory_new(graph->n_edges, sizeof(*graph->incoming));
	graph->first_in = memory_new(graph->n_states + 1, sizeof(*graph->first_in));
	for (size_t e = 0; e < graph->n_edges; e++)
		graph->first_in[graph->edges[e].to + 1]++;
	for (size_t i = 0; i < graph->n_states; i++)
		graph->first_in[i + 1] += graph->first_in[i];
	for (size_t i = 0; i < graph->n_states; i++)
		next[i] = graph->first_in[i];
	for (size_t e = 0; e < graph->n_edges; e++)
		graph->incoming[next[graph->edges[e].to]++] = e;
	free(next);
}

void graph_init(struct graph *graph, const struct machine *machine)
{
	struct building building = { .graph = graph };

	*graph = (struct graph){ .machine = machine, .n_states = machine->states.count };
	graph->first = memory_new(graph->n_states + 1, sizeof(*graph->first));
	for (size_t i = 0; i < graph->n_states; i++) {
		graph->first[i] = graph->n_edges;
		add_edges(&building, i);
	}
	graph->first[graph->n_states] = graph->n_edges;
	index_incoming(graph);
	graph->start = machine_state_index(machine, machine->start_at.state);
	graph->reached = memory_new(graph->n_states, sizeof(bool));
	graph->reached[graph->start] = true;
	graph_spread(graph, graph->reached, false, NULL, NULL);
}

void graph_release(struct graph *graph)
{
	free(graph->edges);
	free(graph->first);
	free(graph->incoming);
	free(graph->first_in);
	free(graph->reached);
}

void graph_spread(const struct graph *graph, bool *marked, bool backwards, edge_filter *allows, const void *argument)
{
	const size_t *first = backwards ? graph->first_in : graph->first;
	size_t *queue = memory_new(graph->n_states, sizeof(*queue)), count = 0;

	for (size_t i = 0; i < graph->n_states; i++)
		if (marked[i])
			queue[count++] = i;
	for (size_t done = 0; done < count; done++)
		for (size_t k = first[queue[done]]; k < first[queue[done] + 1]; k++) {
			const struct edge *edge = &graph->edges[backwards ? graph->incoming[k] : k];
			const size_t next = backwards ? edge->from : edge->to;

			if (marked[next] || (allows && !allows(argument, edge)))
				continue;
			marked[next] = true;
			queue[count++] = next;
		}
	free(queue);
}

void graph_add_names(const struct graph *graph, const size_t *states, size_t count, struct buffer *text)
{
	const bool is_long = count > PATH_SHOWN;

	for (size_t i = 0; i < count; i++) {
		if (is_long && i == PATH_ENDS) {
			buffer_add_text(text, " -> ...");
			i = count - PATH_ENDS;
		}
		buffer_add_format(text, "%s%s", i ? " -> " : "", graph_name(graph, states[i]));
	}
}

/* By which edge each state was reached first, SIZE_MAX where it was not. */
static size_t *search(const struct graph *graph, size_t from, size_t to, edge_filter *allows, const void *argument)
{
	size_t *came_by = memory_new(graph->n_states, sizeof(*came_by));
	size_t *queue = memory_new(graph->n_states, sizeof(*queue)), count = 0;

	for (size_t i = 0; i < graph->n_states; i++)
		came_by[i] = SIZE_MAX;
	queue[count++] = from;
	for (size_t done = 0; done < count && came_by[to] == SIZE_MAX; done++)
		for (size_t k = graph->first[queue[done]]; k < graph->first[queue[done] + 1]; k++) {
			const struct edge *edge = &graph->edges[k];

			if (edge->to == from || came_by[edge->to] != SIZE_MAX || (allows && !allows(argument, edge)))
				continue;
			came_by[edge->to] = k;
			queue[count++] = edge->to;
		}
	free(queue);
	return came_by;
}

const struct edge *graph_path(const struct graph *graph, size_t from, size_t to, edge_filter *allows,
			      const void *argument, struct buffer *text)
{
	size_t *came_by = search(graph, from, to, allows, argument);
	size_t *states = memory_new(graph->n_states, sizeof(*states)), count = 0;
	const struct edge *last = came_by[to] == SIZE_MAX ? NULL : &graph->edges[came_by[to]];

	if (last) {
		for (size_t at = to; at != from; at = graph->edges[came_by[at]].from)
			count++;
		states[0] = from;
		for (size_t at = to, i = count; i > 0; at = graph->edges[came_by[at]].from)
			states[i--] = at;
		graph_add_names(graph, states, count + 1, text);
	}
	free(states);
	free(came_by);
	return last;
}
