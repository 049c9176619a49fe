/* The order of the checks. Each file beside this one proves one kind of thing, over the machine's tables and its graph;
 * this one knows nothing of what they look at. */
#include "config.h"

#include "model/check.h"

#include "model/check_internal.h"

static void (*const checks[])(struct check *check) = {
	check_paths, check_catches, check_references, check_types, check_inputs, check_ledger, check_hooks,
};

int machine_check(struct reader *reader, const struct machine *machine)
{
	const size_t errors = reader->diagnostics->errors;
	struct check check = { .reader = reader, .machine = machine };

	graph_init(&check.graph, machine);
	check.dominators = dominators_new(&check.graph);
	for (size_t i = 0; i < ARRAY_LENGTH(checks); i++)
		checks[i](&check);
	dominators_free(check.dominators);
	graph_release(&check.graph);
	return reader->diagnostics->errors == errors ? 0 : -1;
}
