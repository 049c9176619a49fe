/* A write that was cut short leaves a tail that is no record, which the next process cuts off: however long it is, the
 * journal is the same from there on, and so is the play. Here that is looked at for each length, so that one of those
 * that are alike is played to its end and the others need not be. */
#include "config.h"

#include <stdio.h>

#include "cli/rehearsal/stage.h"
#include "run/journal.h"

static bool tears(const struct mishap *mishap)
{
	return mishap->kind == MISHAP_CRASH_WRITE && mishap->keep > 0 && mishap->keep != SIZE_MAX;
}

/* How many records a journal has that ends with a tail; 0 where it has no tail, or is not to be read. */
static size_t records_before_tail(struct storage *storage, const char *run)
{
	struct journal_tail tail = { 0 };
	struct journal *journal = journal_read(storage, run, &tail, NULL);
	size_t count = journal && tail.bytes > 0 ? journal_count(journal) : 0;

	journal_close(journal);
	return count;
}

static int visit_run(void *argument, const char *run)
{
	struct stage *stage = argument;
	struct storage *storage = storage_memory_storage(stage->memory);
	struct torn_journal *torn = &stage->torn;

	torn->records = records_before_tail(storage, run);
	if (torn->records == 0)
		return 0;
	snprintf(torn->run, sizeof(torn->run), "%s", run);
	snprintf(torn->name, sizeof(torn->name), "%s.journal", run);
	return storage->read(storage, torn->name, SIZE_MAX, &torn->bytes, NULL) == 0;
}

void stage_keep_torn(struct stage *stage)
{
	buffer_clear(&stage->torn.bytes);
	if (stage->n_mishaps == 1 && tears(&stage->mishaps[0]))
		runs_list(storage_memory_storage(stage->memory), visit_run, stage, NULL);
}

/* A disk on which the write had been cut off `shorter` bytes earlier. */
static bool reads_the_same(const struct stage *stage, size_t shorter)
{
	const struct torn_journal *torn = &stage->torn;
	struct storage_memory *memory = storage_memory_new();
	struct storage *storage = storage_memory_storage(memory);
	struct storage_file *file = NULL;
	bool same;

	storage->shelf = stage->shelf;
	same = storage->create(storage, torn->name, torn->bytes.bytes, torn->bytes.length - shorter, 0, &file, NULL) ==
		       0 &&
	       records_before_tail(storage, torn->run) == torn->records;
	if (file)
		storage->close(storage, file);
	storage_memory_free(memory);
	return same;
}

bool stage_torn_alike(const struct stage *stage, const struct scene *scene, const struct mishap *mishap)
{
	const struct mishap *played = &stage->mishaps[0];

	if (stage->scene != scene || stage->n_mishaps != 1 || stage->torn.records == 0 || stage->violation.invariant ||
	    !tears(mishap) || mishap->at != played->at || mishap->keep > played->keep)
		return false;
	return reads_the_same(stage, played->keep - mishap->keep);
}
