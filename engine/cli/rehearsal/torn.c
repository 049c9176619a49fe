/* A write that was cut short leaves a tail that is no record, which the next process cuts off: however long it is, the
 * journal is the same from there on, and so is the play. Here that is looked at for the longest tail and the shortest,
 * so that the longest is played to its end and the others need not be. */
#include "config.h"

#include <stdint.h>
#include <stdio.h>

#include "cli/rehearsal/stage.h"
#include "run/journal.h"

static bool tears(const struct mishap *mishap)
{
	return mishap->kind == MISHAP_CRASH_WRITE && mishap->keep > 0 && mishap->keep != SIZE_MAX;
}

/* The tail's length and how many records stand before it; false where there is no tail, or the journal is damaged. */
static bool read_tail(struct storage *storage, const char *run, size_t *bytes, size_t *records)
{
	struct journal_tail tail = { 0 };
	struct journal *journal = journal_read(storage, run, &tail, NULL);

	*bytes = tail.bytes;
	*records = journal ? journal_count(journal) : 0;
	journal_close(journal);
	return *records > 0 && *bytes > 0;
}

/* A disk on which the write had been cut off but one byte behind the whole records. */
static bool shortest_reads_the_same(struct storage *storage, const char *run, size_t tail, size_t records)
{
	struct storage_memory *memory = storage_memory_new();
	struct storage *other = storage_memory_storage(memory);
	struct buffer bytes = BUFFER_INIT;
	struct storage_file *file = NULL;
	size_t other_tail, other_records;
	char name[32];
	bool same;

	other->shelf = storage->shelf;
	snprintf(name, sizeof(name), "%s.journal", run);
	same = storage->read(storage, name, SIZE_MAX, &bytes, NULL) == 0 &&
	       other->create(other, name, bytes.bytes, bytes.length - tail + 1, 0, &file, NULL) == 0 &&
	       read_tail(other, run, &other_tail, &other_records) && other_tail == 1 && other_records == records;
	if (file)
		other->close(other, file);
	buffer_release(&bytes);
	storage_memory_free(memory);
	return same;
}

static int visit_run(void *argument, const char *run)
{
	struct stage *stage = argument;
	struct storage *storage = storage_memory_storage(stage->memory);
	size_t tail, records;

	if (!read_tail(storage, run, &tail, &records))
		return 0;
	stage->torn_bytes = shortest_reads_the_same(storage, run, tail, records) ? tail : 0;
	return 1;
}

void stage_keep_torn(struct stage *stage)
{
	if (stage->n_mishaps == 1 && tears(&stage->mishaps[0]))
		runs_list(storage_memory_storage(stage->memory), visit_run, stage, NULL);
}

/* The records that are whole can only be fewer where a write is cut off earlier: between two lengths that read the same
 * all do. */
bool stage_torn_alike(const struct stage *stage, const struct scene *scene, const struct mishap *mishap)
{
	const struct mishap *played = &stage->mishaps[0];

	return stage->scene == scene && stage->n_mishaps == 1 && !stage->violation.invariant && tears(mishap) &&
	       mishap->at == played->at && mishap->keep <= played->keep &&
	       played->keep - mishap->keep < stage->torn_bytes;
}
