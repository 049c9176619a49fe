/* What is changed is restored: no run ends with something in its ledger unless a person is told, and what a restore
 * names can be taken back. Which changes may still be there where is found for 64 states at a time. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "model/check_internal.h"

/* What no restore names by itself is restored with all the rest or not at all: beyond some such states, which are
 * followed by name, they are followed as one. */
enum { BATCH = 64, NAMES_SHOWN = 3, ALIKE_MOST = 16 };

struct ledger_check {
	const struct check *check;
	size_t *changers; /* states whose changes can be taken back */
	size_t count;
	size_t *followed; /* of what each rank stands for: one of them, or SIZE_MAX for those that are alike */
	size_t n_followed;
	size_t *rank;     /* of each state among them; SIZE_MAX: none of them */
	uint64_t *held;   /* what may be in the ledger when a run comes to a state, of the batch at hand */
	size_t base;      /* the batch begins with this rank */
	struct buffer *names; /* of each state: whose changes; of ends and of states that a catch leaves */
	unsigned char *named; /* how many that are */
	size_t *doomed;   /* the failed end that is reached past every restore; SIZE_MAX: none */
	bool *blamed;     /* of each edge: its catch leaves something behind */
};

static const struct state *state_at(const struct ledger_check *ledger, size_t i)
{
	return machine_state_at(ledger->check->machine, i);
}

static uint64_t bit_of(const struct ledger_check *ledger, size_t state)
{
	const size_t rank = ledger->rank[state];

	return rank != SIZE_MAX && rank >= ledger->base && rank < ledger->base + BATCH
		       ? UINT64_C(1) << (rank - ledger->base)
		       : 0;
}

static uint64_t restored_by(const struct ledger_check *ledger, const struct restore *restore)
{
	uint64_t bits = 0;

	if (restore->all)
		return UINT64_MAX;
	for (size_t i = 0; i < restore->count; i++)
		bits |= bit_of(ledger, machine_state_index(ledger->check->machine, restore->states[i].state));
	return bits;
}

/* A restore that failed keeps what it could not take back. An action that failed may have changed something, unless it
 * was refused before it did. */
static uint64_t held_after(const struct ledger_check *ledger, const struct edge *edge)
{
	const struct state *state = state_at(ledger, edge->from);
	const uint64_t bits = ledger->held[edge->from];

	if (state->kind == STATE_RESTORE)
		return edge->caught ? bits : bits & ~restored_by(ledger, state->restore);
	if (edge->caught && failure_list_bits(&edge->caught->errors) == 1u << FAILURE_REFUSED)
		return bits;
	return bits | bit_of(ledger, edge->from);
}

struct queue {
	size_t *states;
	bool *has;
	size_t first, count, size; /* a ring: each state is in it once at most */
};

static void queue_add(struct queue *queue, size_t state)
{
	if (queue->has[state])
		return;
	queue->has[state] = true;
	queue->states[(queue->first + queue->count++) % queue->size] = state;
}

static size_t queue_take(struct queue *queue)
{
	const size_t state = queue->states[queue->first];

	queue->first = (queue->first + 1) % queue->size;
	queue->count--;
	queue->has[state] = false;
	return state;
}

static void spread_batch(struct ledger_check *ledger, struct queue *queue)
{
	const struct graph *graph = &ledger->check->graph;

	for (size_t i = 0; i < graph->n_states; i++)
		ledger->held[i] = 0;
	for (size_t i = 0; i < ledger->count; i++)
		if (bit_of(ledger, ledger->changers[i]))
			queue_add(queue, ledger->changers[i]);
	while (queue->count > 0) {
		const size_t from = queue_take(queue);

		for (size_t k = graph->first[from]; k < graph->first[from + 1]; k++) {
			const struct edge *edge = &graph->edges[k];
			const uint64_t bits = held_after(ledger, edge);

			if ((bits & ~ledger->held[edge->to]) == 0)
				continue;
			ledger->held[edge->to] |= bits;
			queue_add(queue, edge->to);
		}
	}
}

static const char *followed_name(const struct ledger_check *ledger, size_t rank)
{
	const size_t state = ledger->followed[rank];

	return state == SIZE_MAX ? "other states" : graph_name(&ledger->check->graph, state);
}

static void note_names(struct ledger_check *ledger, size_t at, uint64_t bits)
{
	for (size_t i = 0; i < BATCH && bits; i++, bits >>= 1) {
		if (!(bits & 1) || ledger->named[at] > NAMES_SHOWN)
			continue;
		if (ledger->named[at]++ == NAMES_SHOWN)
			buffer_add_text(&ledger->names[at], ", ...");
		else
			buffer_add_format(&ledger->names[at], "%s%s", ledger->names[at].length ? ", " : "",
					  followed_name(ledger, ledger->base + i));
	}
}

/* What catches of this state leave behind on the way to a failed end. */
static uint64_t left_behind(struct ledger_check *ledger, size_t state)
{
	const struct graph *graph = &ledger->check->graph;
	uint64_t left = 0;

	for (size_t e = graph->first[state]; e < graph->first[state + 1]; e++) {
		const struct edge *edge = &graph->edges[e];
		const bool is_doomed = edge->caught && ledger->doomed[edge->to] != SIZE_MAX;
		const uint64_t bits = is_doomed ? held_after(ledger, edge) : 0;

		ledger->blamed[e] = ledger->blamed[e] || bits;
		left |= bits;
	}
	return left;
}

static void note_batch(struct ledger_check *ledger)
{
	for (size_t i = 0; i < ledger->check->graph.n_states; i++)
		note_names(ledger, i,
			   state_at(ledger, i)->kind == STATE_END ? ledger->held[i] : left_behind(ledger, i));
}

/* From which states a failed end is reached without passing any restore, and which end. */
static void find_doomed(struct ledger_check *ledger)
{
	const struct graph *graph = &ledger->check->graph;
	size_t *queue = memory_new(graph->n_states, sizeof(*queue)), count = 0;

	for (size_t i = 0; i < graph->n_states; i++) {
		ledger->doomed[i] = state_at(ledger, i)->end == END_FAILED ? i : SIZE_MAX;
		if (ledger->doomed[i] != SIZE_MAX)
			queue[count++] = i;
	}
	for (size_t done = 0; done < count; done++)
		for (size_t k = graph->first_in[queue[done]]; k < graph->first_in[queue[done] + 1]; k++) {
			const struct edge *edge = &graph->edges[graph->incoming[k]];

			if (edge->caught || ledger->doomed[edge->from] != SIZE_MAX ||
			    state_at(ledger, edge->from)->kind == STATE_RESTORE)
				continue;
			ledger->doomed[edge->from] = ledger->doomed[edge->to];
			queue[count++] = edge->from;
		}
	free(queue);
}

/* A catch of the machine is many edges; what it leaves behind is said once. */
static bool is_told(const struct ledger_check *ledger, bool *told, const struct catcher *catcher)
{
	const struct record_list *catches = &ledger->check->machine->catches;
	const struct catcher *first = catches->records;
	bool was_told;

	if (!first || catcher < first || catcher >= first + catches->count)
		return false;
	was_told = told[catcher - first];
	told[catcher - first] = true;
	return was_told;
}

static void warn_catches(const struct ledger_check *ledger, bool *end_is_blamed)
{
	const struct graph *graph = &ledger->check->graph;
	bool told[MACHINE_CATCHES_MOST] = { false };

	for (size_t e = 0; e < graph->n_edges; e++) {
		const struct edge *edge = &graph->edges[e];

		if (!ledger->blamed[e] || !graph->reached[edge->from])
			continue;
		end_is_blamed[ledger->doomed[edge->to]] = true;
		if (is_told(ledger, told, edge->caught))
			continue;
		diagnostics_warn(ledger->check->reader->diagnostics, edge->position,
				 arena_format(ledger->check->reader->arena, "from %s, with changes of %s",
					      graph_name(graph, edge->from), buffer_text(&ledger->names[edge->from])),
				 "catch leads to %s past every restore", graph_name(graph, ledger->doomed[edge->to]));
	}
}

static void warn_ends(const struct ledger_check *ledger, const bool *is_blamed)
{
	const struct graph *graph = &ledger->check->graph;

	for (size_t i = 0; i < graph->n_states; i++)
		if (ledger->names[i].length && state_at(ledger, i)->kind == STATE_END && !is_blamed[i])
			diagnostics_warn(ledger->check->reader->diagnostics, state_at(ledger, i)->key->position,
					 "a state with 'restore: all' before it takes them back",
					 "%s can be reached with changes of %s not restored", graph_name(graph, i),
					 buffer_text(&ledger->names[i]));
}

static void refuse_restores(const struct check *check)
{
	for (size_t i = 0; i < check->graph.n_states; i++) {
		const struct restore *restore = machine_state_at(check->machine, i)->restore;

		for (size_t k = 0; restore && k < restore->count; k++) {
			const struct state *state = restore->states[k].state;

			if (state->kind != STATE_ACTION || !state->action->undo)
				diagnostics_error(check->reader->diagnostics, restore->states[k].position, NULL,
						  "'%s' changes nothing that can be taken back", state_name(state));
		}
	}
}

static bool *find_listed(const struct check *check)
{
	bool *listed = memory_new(check->graph.n_states, sizeof(*listed));

	for (size_t i = 0; i < check->graph.n_states; i++) {
		const struct restore *restore = machine_state_at(check->machine, i)->restore;

		for (size_t k = 0; restore && k < restore->count; k++)
			listed[machine_state_index(check->machine, restore->states[k].state)] = true;
	}
	return listed;
}

static size_t follow(struct ledger_check *ledger, size_t state)
{
	ledger->followed[ledger->n_followed] = state;
	return ledger->n_followed++;
}

static void find_changers(struct ledger_check *ledger)
{
	const struct graph *graph = &ledger->check->graph;
	bool *listed = find_listed(ledger->check);
	size_t n_alike = 0, rank_alike = 0;

	for (size_t i = 0; i < graph->n_states; i++) {
		const struct state *state = state_at(ledger, i);

		ledger->rank[i] = SIZE_MAX;
		if (!graph->reached[i] || state->kind != STATE_ACTION || !state->action->undo)
			continue;
		ledger->changers[ledger->count++] = i;
		if (!listed[i] && ++n_alike == ALIKE_MOST)
			rank_alike = follow(ledger, SIZE_MAX);
		ledger->rank[i] = n_alike < ALIKE_MOST || listed[i] ? follow(ledger, i) : rank_alike;
	}
	free(listed);
}

static void find_held(struct ledger_check *ledger)
{
	const size_t n = ledger->check->graph.n_states;
	struct queue queue = {
		.states = memory_new(n, sizeof(*queue.states)), .has = memory_new(n, sizeof(*queue.has)), .size = n,
	};

	for (ledger->base = 0; ledger->base < ledger->n_followed; ledger->base += BATCH) {
		spread_batch(ledger, &queue);
		note_batch(ledger);
	}
	free(queue.states);
	free(queue.has);
}

static void ledger_init(struct ledger_check *ledger, const struct check *check)
{
	const size_t n = check->graph.n_states;

	*ledger = (struct ledger_check){
		.check = check,
		.changers = memory_new(n, sizeof(*ledger->changers)),
		.followed = memory_new(n + 1, sizeof(*ledger->followed)),
		.rank = memory_new(n, sizeof(*ledger->rank)),
		.held = memory_new(n, sizeof(*ledger->held)),
		.names = memory_new(n, sizeof(*ledger->names)),
		.named = memory_new(n, sizeof(*ledger->named)),
		.doomed = memory_new(n, sizeof(*ledger->doomed)),
		.blamed = memory_new(check->graph.n_edges, sizeof(*ledger->blamed)),
	};
}

static void ledger_release(struct ledger_check *ledger)
{
	for (size_t i = 0; i < ledger->check->graph.n_states; i++)
		buffer_release(&ledger->names[i]);
	free(ledger->changers);
	free(ledger->followed);
	free(ledger->rank);
	free(ledger->held);
	free(ledger->names);
	free(ledger->named);
	free(ledger->doomed);
	free(ledger->blamed);
}

void check_ledger(struct check *check)
{
	bool *end_is_blamed = memory_new(check->graph.n_states, sizeof(*end_is_blamed));
	struct ledger_check ledger;

	refuse_restores(check);
	ledger_init(&ledger, check);
	find_changers(&ledger);
	find_doomed(&ledger);
	find_held(&ledger);
	warn_catches(&ledger, end_is_blamed);
	warn_ends(&ledger, end_is_blamed);
	ledger_release(&ledger);
	free(end_is_blamed);
}
