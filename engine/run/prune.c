/* Old runs are kept for `tidegate log`, but not for ever: each start looks at them all. Nothing that is open, and
 * nothing that cannot be read, is ever removed. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "run/internal.h"

enum { CLOSED_RUNS_KEPT = 20 };

struct closed_run {
	char id[JOURNAL_RUN_BYTES];
	int64_t latest_ms;
};

struct closed_runs {
	struct storage *storage;
	struct closed_run *rows;
	size_t count;
};

/* By all its records: its last leg may have died between the run's end and its own. */
static bool is_closed(struct storage *storage, const char *id, int64_t *at_ms)
{
	struct history history = { 0 };
	bool closed = run_look(storage, id, &history, NULL) == 0 && !history_is_open(&history);

	*at_ms = history.latest_ms;
	history_release(&history);
	return closed;
}

static int visit_closed(void *argument, const char *id)
{
	struct closed_runs *closed = argument;
	struct closed_run row = { 0 };

	if (!run_was_closed(closed->storage, id, &row.latest_ms) && !is_closed(closed->storage, id, &row.latest_ms))
		return 0;
	snprintf(row.id, sizeof(row.id), "%s", id);
	closed->rows = memory_resize(closed->rows, closed->count + 1, sizeof(*closed->rows));
	closed->rows[closed->count++] = row;
	return 0;
}

static int newest_first(const void *left, const void *right)
{
	const struct closed_run *a = left, *b = right;

	return (a->latest_ms < b->latest_ms) - (a->latest_ms > b->latest_ms);
}

static int count_run(void *argument, const char *id)
{
	(void)id;
	++*(size_t *)argument;
	return 0;
}

void runs_prune(struct storage *storage)
{
	struct closed_runs closed = { .storage = storage };
	char name[JOURNAL_RUN_BYTES + 16];
	size_t count = 0;

	if (runs_list(storage, count_run, &count, NULL) != 0 || count <= CLOSED_RUNS_KEPT)
		return;
	if (runs_list(storage, visit_closed, &closed, NULL) == 0 && closed.count > CLOSED_RUNS_KEPT) {
		qsort(closed.rows, closed.count, sizeof(*closed.rows), newest_first);
		for (size_t i = CLOSED_RUNS_KEPT; i < closed.count; i++) {
			snprintf(name, sizeof(name), "%s.journal", closed.rows[i].id);
			storage->remove(storage, name, NULL);
		}
	}
	free(closed.rows);
}
