/* One directory of small files that must survive a power cut: what the journal needs of a disk, and nothing else.
 * Passed in as a table of functions, so that tests can be a disk that fails, tears and forgets.
 *
 * All functions return 0, or -1 with `err` set: ERROR_STORAGE, or ERROR_BUSY where somebody else has the lock or the
 * name. Names are plain: not empty, without '/', not beginning with '.'. */
#ifndef TIDEGATE_BASE_STORAGE_H
#define TIDEGATE_BASE_STORAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"

struct storage_file; /* open for appending */
struct storage_lock;
struct journal_shelf;

struct storage {
	const char *path; /* as messages name the directory */
	struct journal_shelf *shelf; /* of who reads the same journals again and again; borrowed, may be NULL */
	/* Makes NAME with `bytes` in it, whole or not at all: temporary name, sync, rename, sync of the directory and,
	 * the first time, its parent. `reserve` bytes of space are set aside for what will be appended, without growing
	 * the file; no space is an error, a file system that cannot set aside is none. A file that is there already is
	 * ERROR_BUSY and is left alone. *file is open for appending. After another error the name may be there, whole
	 * if so. What processes that were killed in here left behind is removed, whatever its name was to be. */
	int (*create)(struct storage *storage, const char *name, const void *bytes, size_t length, size_t reserve,
		      struct storage_file **file, struct error *err);
	/* Opens for appending a file that was read as `bytes` and perhaps more: writes them again in place and cuts
	 * what is behind; the cut is synced, so that nothing new comes over it before. Written again because a sync
	 * that failed under an earlier process leaves pages that read well, count as clean, and are not on the disk:
	 * they and the file's name are durable with the first sync. Space is set aside as far as there is some. */
	int (*open)(struct storage *storage, const char *name, const void *bytes, size_t length, size_t reserve,
		    struct storage_file **file, struct error *err);
	/* After an error any part of `bytes` may have been written. */
	int (*append)(struct storage *storage, struct storage_file *file, const void *bytes, size_t length,
		      struct error *err);
	/* fdatasync: once this has returned 0, what was appended before outlives a power cut, and the file's name. */
	int (*sync)(struct storage *storage, struct storage_file *file, struct error *err);
	void (*close)(struct storage *storage, struct storage_file *file);
	/* Adds the whole file to `into`; at most `limit` bytes, more is an error. */
	int (*read)(struct storage *storage, const char *name, size_t limit, struct buffer *into, struct error *err);
	/* Calls `visit` for each file's name, in byte order; a visit that returns non-zero ends it. */
	int (*list)(struct storage *storage, int (*visit)(void *argument, const char *name), void *argument,
		    struct error *err);
	int (*remove)(struct storage *storage, const char *name, struct error *err);
	/* Takes an exclusive lock by name without waiting: ERROR_BUSY where another has it. It ends with unlock or with
	 * the process, whatever way that ends. Its file stays: to remove it would let two hold "the" lock. */
	int (*lock)(struct storage *storage, const char *name, struct storage_lock **lock, struct error *err);
	void (*unlock)(struct storage *storage, struct storage_lock *lock);
	/* Whether another has it just now; takes nothing, and what cannot be known is no. May be NULL. */
	bool (*is_locked)(struct storage *storage, const char *name);
};

/* A directory of this machine: made where it is missing (mode 0700, its files 0600), opened step by step from the root.
 *
 * It must be ours and closed to writing by others. Above it a link is followed, at most eight times, only where root
 * owns it and nobody else can write to the directory that holds it (/var/run -> /run is an administrator's wish, a link
 * in /tmp is anybody's), and a directory that everybody may write to must be sticky. The last component, and every
 * file, is never a link; a file is regular, ours and has one name. The caller closes it. */
struct storage *storage_open_directory(const char *path, struct error *err);
void storage_close_directory(struct storage *storage); /* NULL is allowed */

#endif
