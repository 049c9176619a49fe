/* A small file that a person or a service wrote, read whole. What must survive a power cut is in base/storage.h. */
#ifndef TIDEGATE_BASE_FILE_H
#define TIDEGATE_BASE_FILE_H

#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"

enum { FILE_MISSING = 1 };

/* Adds the whole file to `into`. 0; FILE_MISSING with `err` set where there is none; -1 (ERROR_STORAGE) where it cannot
 * be read, is more than `limit` bytes, or is no regular file (a FIFO would wait for ever). Links are followed: what is
 * mounted into a container is full of them. */
int file_read(const char *path, size_t limit, struct buffer *into, struct error *err);

/* The same of a file in a folder where anybody may put one, /tmp: a link, one with a second name, one that belongs to
 * somebody else than this user and root, or that others may write, is refused. */
int file_read_guarded(const char *path, size_t limit, struct buffer *into, struct error *err);

#endif
