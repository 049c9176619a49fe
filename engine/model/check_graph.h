/* A machine as a graph, for what can be proved by walking it. A state is left in two ways: passed, or by a catch, and
 * then what it does was not done. Everything here takes time in proportion to states and edges. */
#ifndef TIDEGATE_MODEL_CHECK_GRAPH_H
#define TIDEGATE_MODEL_CHECK_GRAPH_H

#include "base/buffer.h"
#include "model/machine.h"

/* More catches a machine has no use for: each but the last names an error of the closed table. */
enum { MACHINE_CATCHES_MOST = 32 };

struct edge {
	size_t from, to;              /* indexes of states */
	const struct catcher *caught; /* NULL: the state was passed */
	struct position position;     /* of the name in the file */
};

struct graph {
	const struct machine *machine;
	size_t n_states;
	struct edge *edges; /* by `from`, in the order of the file */
	size_t n_edges;
	size_t *first;      /* of each state's edges; first[n_states] is n_edges */
	size_t *incoming;   /* indexes of edges, by `to` */
	size_t *first_in;   /* as `first`, of `incoming` */
	size_t start;
	bool *reached;      /* from start_at */
};

void graph_init(struct graph *graph, const struct machine *machine);
void graph_release(struct graph *graph);

/* Bits by enum failure; `any` is all of them. */
unsigned failure_list_bits(const struct failure_list *list);

/* Marks what is reached from the marked states by edges that `allows` (NULL: all of them); backwards: what reaches
 * them. */
typedef bool edge_filter(const void *argument, const struct edge *edge);
void graph_spread(const struct graph *graph, bool *marked, bool backwards, edge_filter *allows, const void *argument);

/* Adds a shortest path of such edges as "A -> B -> C" to `text`, a long one without its middle, and returns its last
 * edge; NULL and nothing added where there is no path or both are the same. */
const struct edge *graph_path(const struct graph *graph, size_t from, size_t to, edge_filter *allows,
			      const void *argument, struct buffer *text);

/* The names of states in a row, as above. */
void graph_add_names(const struct graph *graph, const size_t *states, size_t count, struct buffer *text);

/* Which states are passed on every path from start_at to another. */
struct dominators;
struct dominators *dominators_new(const struct graph *graph);
void dominators_free(struct dominators *dominators);
/* Whether `before` was passed whenever a run comes to `state`. Both are reached. */
bool dominators_passed(const struct dominators *dominators, size_t before, size_t state);

static inline const char *graph_name(const struct graph *graph, size_t i)
{
	return state_name(machine_state_at(graph->machine, i));
}

#endif
