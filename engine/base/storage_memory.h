/* A storage that is only memory and can lose its power: for rehearsals, where runs begin and end all the time.
 * What was synced outlives a crash; of what was not, as much as the crash was told to keep.
 *
 * Each thing that changes it (create, open, append, sync) is a step; steps count from 1, so that a crash can be put
 * before or after any of them. */
#ifndef TIDEGATE_BASE_STORAGE_MEMORY_H
#define TIDEGATE_BASE_STORAGE_MEMORY_H

#include "base/storage.h"

struct storage_memory;

struct storage_memory *storage_memory_new(void);
void storage_memory_free(struct storage_memory *memory); /* NULL is allowed */
struct storage *storage_memory_storage(struct storage_memory *memory);

/* Empty again, with no step counted and no crash to come. */
void storage_memory_reset(struct storage_memory *memory);

/* The files of another one, its steps and the crash that is to come; not its locks, and nothing that it has open. */
void storage_memory_copy(struct storage_memory *memory, const struct storage_memory *from);

/* At the `step`-th step the process dies: `keep` bytes of what it writes reach the disk (of a new file all or nothing),
 * SIZE_MAX: all, and the step is done. `died(argument)` is called then, once; from there on everything fails, until
 * storage_memory_restart. */
void storage_memory_crash_at(struct storage_memory *memory, unsigned step, size_t keep, void (*died)(void *argument),
			     void *argument);
/* What tells that the process died elsewhere: then, too, everything fails. Forgotten by a reset. */
void storage_memory_watch(struct storage_memory *memory, bool (*is_dead)(const void *process), const void *process);
/* The next process, behind a power cut: the locks of the one before are gone, and so is what was not synced. */
void storage_memory_restart(struct storage_memory *memory);
/* What was not synced is gone. */
void storage_memory_lose_unsynced(struct storage_memory *memory);

/* Other bytes in the place of a file's, as a disk that is damaged has them; a file that is not there is made. */
void storage_memory_put(struct storage_memory *memory, const char *name, const void *bytes, size_t length);

bool storage_memory_is_durable(const struct storage_memory *memory); /* a power cut would lose nothing */
unsigned storage_memory_steps(const struct storage_memory *memory);
/* How many bytes the step was to write: 0 for a sync. */
size_t storage_memory_step_bytes(const struct storage_memory *memory, unsigned step);

#endif
