/* The environment, passed in as an argument: the rows as execve gives them. Only cli/ asks for the process's own. */
#ifndef TIDEGATE_BASE_ENVIRONMENT_H
#define TIDEGATE_BASE_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

struct environment {
	const char *const *rows; /* "NAME=value", NULL behind the last */
};

struct environment environment_of_process(void); /* borrows `environ` */

/* NULL where the variable is not set, and where it is empty: hooks and unit files set what they do not know to "". */
const char *environment_get(const struct environment *environment, const char *name);

/* A new array, to be freed, of the rows whose variable is among `names` (`listed`), or is not. The rows are borrowed;
 * NULL is behind the last. */
const char **environment_rows(const struct environment *environment, const char *const *names, size_t n_names,
			      bool listed);

#endif
