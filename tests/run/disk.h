/* A disk in memory that fails, tears and forgets: struct storage with a durable state (the platter) and a volatile one
 * (the page cache), made of the same steps as the real one. For tests of whatever has to survive a power cut. */
#ifndef TIDEGATE_TESTS_RUN_DISK_H
#define TIDEGATE_TESTS_RUN_DISK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/storage.h"

struct disk;

struct disk *disk_new(void);
void disk_free(struct disk *disk);
struct storage *disk_storage(struct disk *disk); /* the disk's own */

/* What one storage function does to the machine, in order; each is one call, and calls are counted from 1. */
enum disk_step {
	DISK_OPEN,           /* also of a file that is made */
	DISK_RESERVE,
	DISK_WRITE,
	DISK_SYNC,
	DISK_RENAME,
	DISK_SYNC_DIRECTORY,
	DISK_READ,
	DISK_LIST,
	DISK_REMOVE,
	DISK_LOCK
};

enum disk_fault {
	DISK_WRITE_EIO,
	DISK_WRITE_SHORT, /* half is written, then EIO */
	DISK_ENOSPC,      /* half is written */
	DISK_EDQUOT,
	DISK_EROFS,
	DISK_RESERVE_ENOSPC,
	DISK_SYNC_EIO_ONCE, /* and the pages are marked clean: later syncs succeed, the bytes are not on the platter */
	DISK_SYNC_EIO,      /* for good */
	DISK_SYNC_DIRECTORY_EIO,
	DISK_RENAME_EIO,
	DISK_RENAME_NOT_DURABLE, /* the directory's sync says 0 and does nothing */
	DISK_EMFILE,
	DISK_EACCES,
	DISK_READ_EIO,
	DISK_READ_SHORT,
	DISK_FAULTS
};

const char *disk_fault_name(enum disk_fault fault);

/* The `nth` step (from 1, from now on) of the kind that the fault is about fails so. Replaces the fault before it. */
void disk_inject(struct disk *disk, enum disk_fault fault, unsigned nth);
void disk_heal(struct disk *disk);
bool disk_faulted(const struct disk *disk); /* the injected fault has happened */

/* How many steps were done; and to lose power at the `nth` from now on, before or after it took effect: it and all
 * after it fail, until disk_crash. */
unsigned disk_steps(const struct disk *disk);
void disk_cut_power(struct disk *disk, unsigned nth, bool after);
bool disk_is_off(const struct disk *disk);

/* What a crash leaves of bytes that were written and not synced, and of names whose directory was not. */
enum disk_crash {
	DISK_KILLED,    /* the process only: the page cache is kept whole */
	DISK_LOST,      /* nothing of it */
	DISK_REORDERED, /* any of its sectors, whatever their order; zeros for the others */
	DISK_TORN_1,    /* its beginning, cut anywhere */
	DISK_TORN_512,  /* cut at a sector */
	DISK_TORN_4096, /* cut at a page */
	DISK_ZEROED,    /* its length, with zeros */
	DISK_CRASHES
};

const char *disk_crash_name(enum disk_crash crash);

/* Ends the process that used the disk (its locks and open files are gone: what it held is not to be used any more) and,
 * but for DISK_KILLED, the power; then the disk is healed and on again. `seed` chooses what mode leaves open. */
void disk_crash(struct disk *disk, enum disk_crash mode, unsigned seed);

/* The bytes on the platter, and other ones in their place (for bit flips, zeroed and stale sectors); a file that is not
 * there is made. NULL where there is none. */
const struct buffer *disk_platter(struct disk *disk, const char *name);
void disk_put(struct disk *disk, const char *name, const void *bytes, size_t length);
/* The sector as it was before the last sync that succeeded. */
void disk_stale_sector(struct disk *disk, const char *name, size_t sector);

#endif
