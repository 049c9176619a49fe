/* A shared library that is loaded when it is needed, not before main: a program that is linked with libcurl and
 * libmicrohttpd loads thirty-five others with them, which takes longer than all that a hook does before its first
 * request. The functions go into a struct of pointers, which its user makes from one list of names. */
#ifndef TIDEGATE_BASE_LIBRARY_H
#define TIDEGATE_BASE_LIBRARY_H

#include <stddef.h>

#include "base/error.h"

struct library {
	const char *name;         /* as a person knows it */
	const char *const *files; /* the names it may have, best first; NULL behind the last */
	const struct library_function {
		const char *name;
		size_t offset; /* of its pointer in the struct */
	} * functions;         /* the last one's name is NULL */
};

/* Fills in `functions`, the struct that the offsets are of. The library stays loaded until the process ends. -1: it is
 * not here, or lacks a function. */
int library_load(const struct library *library, void *functions, struct error *err);

#endif
