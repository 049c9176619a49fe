/* Dominators (Lengauer and Tarjan, "A fast algorithm for finding dominators in a flowgraph", 1979, the simple version).
 * Each state is two nodes, come to and passed: a catch leaves from the first, every other way from the second. So X was
 * passed whenever a run comes to Y if and only if "passed X" dominates "come to Y". No step is a recursion: a machine
 * may be a chain of any length. */
#include "config.h"

#include "model/check_graph.h"

#include <stdint.h>
#include <stdlib.h>

#define NONE SIZE_MAX

/* A node that is reached, in the order of a depth-first search; what it refers to are such vertices, too. */
struct vertex {
	size_t node;
	size_t parent;   /* in the search's tree */
	size_t semi;     /* its semidominator */
	size_t ancestor; /* in the forest of what was looked at */
	size_t label;    /* on the way there the vertex with the least semidominator */
	size_t bucket;   /* the first of those whose semidominator this is */
	size_t next_in_bucket;
	size_t above;    /* its immediate dominator */
	size_t size;     /* how many it dominates, itself included */
	size_t enter;    /* they are numbered from here on */
	size_t cursor;   /* while something goes through what is below */
};

struct dominators {
	const struct graph *graph;
	struct vertex *vertices;
	size_t count;
	size_t *number; /* of a node's vertex; NONE: not reached */
	size_t *path;
};

static size_t come_to(size_t state)
{
	return 2 * state;
}

static size_t passed(size_t state)
{
	return 2 * state + 1;
}

static size_t tail_of(const struct edge *edge)
{
	return edge->caught ? come_to(edge->from) : passed(edge->from);
}

/* The successors one by one; NONE behind the last. */
static size_t next_successor(const struct graph *graph, size_t node, size_t *cursor)
{
	const size_t state = node / 2, first = graph->first[state], end = graph->first[state + 1];

	if (node == come_to(state) && *cursor == 0) {
		*cursor = 1;
		return passed(state);
	}
	for (size_t e = first + (*cursor ? *cursor - 1 : 0); e < end; e++) {
		*cursor = e - first + 2;
		if (tail_of(&graph->edges[e]) == node)
			return come_to(graph->edges[e].to);
	}
	*cursor = end - first + 1;
	return NONE;
}

static size_t discover(struct dominators *dominators, size_t node, size_t parent)
{
	const size_t v = dominators->count++;

	dominators->number[node] = v;
	dominators->vertices[v] = (struct vertex){
		.node = node, .parent = parent, .semi = v, .ancestor = NONE, .label = v, .bucket = NONE, .size = 1,
	};
	return v;
}

static void search(struct dominators *dominators)
{
	size_t v = discover(dominators, come_to(dominators->graph->start), NONE);

	while (v != NONE) {
		struct vertex *at = &dominators->vertices[v];
		const size_t next = next_successor(dominators->graph, at->node, &at->cursor);

		if (next == NONE)
			v = at->parent;
		else if (dominators->number[next] == NONE)
			v = discover(dominators, next, v);
	}
}

static size_t semi_of_label(const struct dominators *dominators, size_t v)
{
	return dominators->vertices[dominators->vertices[v].label].semi;
}

/* Brings v and all on its way directly under the root of their tree. */
static void compress(struct dominators *dominators, size_t v)
{
	struct vertex *vertices = dominators->vertices;
	size_t count = 0;

	for (; vertices[vertices[v].ancestor].ancestor != NONE; v = vertices[v].ancestor)
		dominators->path[count++] = v;
	while (count > 0) {
		struct vertex *at = &vertices[dominators->path[--count]];

		if (semi_of_label(dominators, at->ancestor) < vertices[at->label].semi)
			at->label = vertices[at->ancestor].label;
		at->ancestor = vertices[at->ancestor].ancestor;
	}
}

static size_t evaluate(struct dominators *dominators, size_t v)
{
	if (dominators->vertices[v].ancestor == NONE)
		return v;
	compress(dominators, v);
	return dominators->vertices[v].label;
}

static void take_predecessor(struct dominators *dominators, size_t w, size_t node)
{
	const size_t v = dominators->number[node];
	size_t semi;

	if (v == NONE)
		return;
	semi = dominators->vertices[evaluate(dominators, v)].semi;
	if (semi < dominators->vertices[w].semi)
		dominators->vertices[w].semi = semi;
}

static void find_semidominator(struct dominators *dominators, size_t w)
{
	const struct graph *graph = dominators->graph;
	const size_t node = dominators->vertices[w].node, state = node / 2;

	if (node == passed(state)) {
		take_predecessor(dominators, w, come_to(state));
		return;
	}
	for (size_t k = graph->first_in[state]; k < graph->first_in[state + 1]; k++)
		take_predecessor(dominators, w, tail_of(&graph->edges[graph->incoming[k]]));
}

static void empty_bucket(struct dominators *dominators, size_t parent)
{
	struct vertex *vertices = dominators->vertices;

	for (size_t v = vertices[parent].bucket; v != NONE; v = vertices[v].next_in_bucket) {
		const size_t u = evaluate(dominators, v);

		vertices[v].above = vertices[u].semi < vertices[v].semi ? u : parent;
	}
	vertices[parent].bucket = NONE;
}

static void find_dominators(struct dominators *dominators)
{
	struct vertex *vertices = dominators->vertices;

	for (size_t w = dominators->count - 1; w > 0; w--) {
		const size_t parent = vertices[w].parent;
		struct vertex *semi;

		find_semidominator(dominators, w);
		semi = &vertices[vertices[w].semi];
		vertices[w].next_in_bucket = semi->bucket;
		semi->bucket = w;
		vertices[w].ancestor = parent;
		empty_bucket(dominators, parent);
	}
	for (size_t w = 1; w < dominators->count; w++)
		if (vertices[w].above != vertices[w].semi)
			vertices[w].above = vertices[vertices[w].above].above;
}

/* What is above has the smaller number, so that two plain loops go through the tree, up and down. */
static void number_tree(struct dominators *dominators)
{
	struct vertex *vertices = dominators->vertices;

	for (size_t w = dominators->count - 1; w > 0; w--)
		vertices[vertices[w].above].size += vertices[w].size;
	vertices[0].cursor = 1;
	for (size_t w = 1; w < dominators->count; w++) {
		struct vertex *above = &vertices[vertices[w].above];

		vertices[w].enter = above->cursor;
		vertices[w].cursor = above->cursor + 1;
		above->cursor += vertices[w].size;
	}
}

struct dominators *dominators_new(const struct graph *graph)
{
	struct dominators *dominators = memory_new(1, sizeof(*dominators));
	const size_t n_nodes = 2 * graph->n_states;

	dominators->graph = graph;
	dominators->vertices = memory_new(n_nodes, sizeof(*dominators->vertices));
	dominators->number = memory_new(n_nodes, sizeof(*dominators->number));
	dominators->path = memory_new(n_nodes, sizeof(*dominators->path));
	for (size_t i = 0; i < n_nodes; i++)
		dominators->number[i] = NONE;
	search(dominators);
	find_dominators(dominators);
	number_tree(dominators);
	return dominators;
}

void dominators_free(struct dominators *dominators)
{
	free(dominators->vertices);
	free(dominators->number);
	free(dominators->path);
	free(dominators);
}

bool dominators_passed(const struct dominators *dominators, size_t before, size_t state)
{
	const size_t a = dominators->number[passed(before)], b = dominators->number[come_to(state)];
	const struct vertex *above, *below;

	if (a == NONE || b == NONE)
		return false;
	above = &dominators->vertices[a];
	below = &dominators->vertices[b];
	return above->enter <= below->enter && below->enter < above->enter + above->size;
}
