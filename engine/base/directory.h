/* Opening a private directory without being led astray: see storage_open_directory, whose rules these are. */
#ifndef TIDEGATE_BASE_DIRECTORY_H
#define TIDEGATE_BASE_DIRECTORY_H

#include "base/error.h"

struct directory {
	int fd;     /* open for reading; -1 while not open */
	int parent; /* the directory that holds it, for its sync; -1 where we may not read that one */
};

/* Opens `path`, makes what is missing of it. -1: `err` says which component, why, and what to do. */
int directory_open(const char *path, struct directory *directory, struct error *err);
void directory_close(struct directory *directory);

/* fsync, until it is not a signal that ended it. -1 with errno set. */
int directory_sync(int fd);

/* "cannot DOING 'PATH/NAME': ERRNO'S TEXT; WHAT TO DO" as ERROR_STORAGE, from `number`. `name` may be NULL. */
int directory_fail(struct error *err, int number, const char *doing, const char *path, const char *name);

#endif
