/* How a function says what went wrong: it returns -1 (or NULL) and leaves a kind, a place and a sentence here.
 * Only cli/ prints an error and ends the program. Sentences are lower case, without a full stop, the fault first, its
 * subject quoted, and say what to do next where there is something. */
#ifndef TIDEGATE_BASE_ERROR_H
#define TIDEGATE_BASE_ERROR_H

#include <stdarg.h>

#include "base/source.h"

enum error_kind {
	ERROR_NONE,
	ERROR_USAGE,      /* an argument, an input or the environment */
	ERROR_MACHINE,    /* a faulty machine, catalogue or other text that a person wrote */
	ERROR_EXPRESSION, /* an expression that cannot be evaluated over this document */
	ERROR_STORAGE,    /* the disk or the operating system refused */
	ERROR_DAMAGE,     /* a journal that is not what was written */
	ERROR_BUSY,       /* another process has it */
	ERROR_NETWORK,    /* no answer, or one that is no HTTP */
	ERROR_PROTOCOL,   /* an answer that does not follow its protocol */
	ERROR_CREDENTIALS /* no credentials, or no region */
};

struct error {
	enum error_kind kind;
	struct position position;
	char message[1024];
};

#define ERROR_INIT { 0 }

/* Sets kind, place and sentence; a null `err` is allowed. Always returns -1. */
int error_set(struct error *err, enum error_kind kind, struct position position, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
int error_vset(struct error *err, enum error_kind kind, struct position position, const char *format, va_list arguments)
	__attribute__((format(printf, 4, 0)));

/* Puts what this level knows before the sentence: "CONTEXT: SENTENCE". Always returns -1. */
int error_prefix(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
