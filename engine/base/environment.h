/* The environment, passed in as an argument: the rows as execve gives them. Only cli/ asks for the process's own. */
#ifndef TIDEGATE_BASE_ENVIRONMENT_H
#define TIDEGATE_BASE_ENVIRONMENT_H

struct environment {
	const char *const *rows; /* "NAME=value", NULL behind the last */
};

struct environment environment_of_process(void); /* borrows `environ` */

/* NULL where the variable is not set, and where it is empty: hooks and unit files set what they do not know to "". */
const char *environment_get(const struct environment *environment, const char *name);

#endif
