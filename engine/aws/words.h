/* A line split into words as Python's shlex.split does it, which is how botocore reads a credential_process and the
 * name in a section's header. Nothing is expanded: no variables, no globs, no ~. */
#ifndef TIDEGATE_AWS_WORDS_H
#define TIDEGATE_AWS_WORDS_H

#include "base/error.h"
#include "base/memory.h"

struct words {
	char **rows; /* NULL behind the last, as execve wants it */
	size_t count;
};

/* Into the arena. -1 (ERROR_USAGE) where a quotation or an escape is not finished; the message does not show the line:
 * people put passwords there. */
int words_split(struct arena *arena, const char *line, struct words *words, struct error *err);

#endif
