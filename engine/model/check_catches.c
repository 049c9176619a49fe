/* Rows that can never do anything: a catch or a retry all of whose errors an earlier row takes, and keys that need
 * another one beside them. */
#include "config.h"

#include "model/check_internal.h"

/* The errors of row i of a list of catches or retries, and whether it takes them for good. */
typedef unsigned row_errors(const void *rows, size_t i, bool *for_good);

static unsigned catcher_errors(const void *rows, size_t i, bool *for_good)
{
	const struct catcher *catcher = (const struct catcher *)rows + i;

	*for_good = catcher->at_most == 0;
	return failure_list_bits(&catcher->errors);
}

static unsigned retrier_errors(const void *rows, size_t i, bool *for_good)
{
	*for_good = true;
	return failure_list_bits(&((const struct retrier *)rows + i)->errors);
}

/* `node` is the list as written: row i of the file is record i. */
static void warn_covered(const struct check *check, const struct record_list *list, const struct node *node,
			 row_errors *errors_of)
{
	unsigned taken = 0;

	for (size_t i = 0; i < list->count; i++) {
		bool for_good;
		const unsigned errors = errors_of(list->records, i, &for_good);
		const struct node *row = node->kind == NODE_LIST ? node->items[i] : node;
		const struct node *names = node_get(row, "errors");

		if ((errors & ~taken) == 0)
			diagnostics_warn(check->reader->diagnostics, names ? names->position : row->position, NULL,
					 "never asked: the rows before it take all of its errors");
		if (for_good)
			taken |= errors;
	}
}

static void check_state(const struct check *check, const struct state *state)
{
	struct diagnostics *diagnostics = check->reader->diagnostics;
	const struct node *at_most = node_get(state->node, "max_concurrency");

	if (state->catches.count)
		warn_covered(check, &state->catches, node_get(state->node, "catch"), catcher_errors);
	if (state->retries.count)
		warn_covered(check, &state->retries, node_get(state->node, "retry"), retrier_errors);
	if (at_most && !state->for_each.parsed)
		diagnostics_warn(diagnostics, at_most->position, NULL,
				 "'max_concurrency' does nothing without 'for_each'");
}

void check_catches(struct check *check)
{
	const struct machine *machine = check->machine;
	const struct node *catches = node_get(machine->node, "catch");

	if (machine->catches.count > MACHINE_CATCHES_MOST)
		diagnostics_error(check->reader->diagnostics, catches->position, NULL,
				  "more than %d catches of a machine", MACHINE_CATCHES_MOST);
	if (machine->catches.count)
		warn_covered(check, &machine->catches, catches, catcher_errors);
	for (size_t i = 0; i < machine->states.count; i++)
		check_state(check, machine_state_at(machine, i));
}
