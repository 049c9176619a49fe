/* A child process that gets nothing it does not need: no shell, nothing to read, no open file of ours, no terminal of
 * ours held open, every signal as it is by default, and only the environment it is given. It leads a process group of
 * its own, which ends with it: what it started is killed when it is reaped. It dies with us, too. */
#ifndef TIDEGATE_BASE_CHILD_H
#define TIDEGATE_BASE_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

struct child_plan {
	const char *const *arguments;   /* the program first, looked for in our PATH; NULL behind the last */
	const char *const *environment; /* "NAME=value" rows, NULL behind the last */
	const char *directory;          /* where it begins; NULL: where we are */
	bool takes_errors;              /* its standard error goes where its output goes; else nowhere */
};

struct child {
	pid_t pid;
	int output; /* what it prints, to be read without blocking */
	int ended;  /* readable once it has ended; -1 where the kernel has no such thing: ask child_has_ended */
	int fault;  /* ours alone: whether it could be run at all */
};

/* -1 (ERROR_STORAGE) where no process can be made. A program that cannot be run is a child that ends at once, and
 * child_reap says why. */
int child_start(struct child *child, const struct child_plan *plan, struct error *err);

bool child_has_ended(const struct child *child);
void child_signal(const struct child *child, int number); /* to its whole group */

/* Kills what is left of its group, the child too where it has not ended, and closes the files. One that the kernel does
 * not let go within a second (it hangs in a file system) is left behind. *status is as waitpid gives it, or that of one
 * killed where nobody can tell; the answer is 0, or the errno for which it could not be run. */
int child_reap(struct child *child, int *status);

#endif
