/* Why a call or an action failed: one closed table of names, used by the operation catalogue (which AWS code means
 * what), by `catch` and `retry` in machines, and in messages. The AWS code and request ID are kept beside. */
#ifndef TIDEGATE_MODEL_FAILURE_H
#define TIDEGATE_MODEL_FAILURE_H

#include <stdbool.h>
#include <stddef.h>

enum failure {
	FAILURE_NONE,
	FAILURE_TIMEOUT,             /* an effect, a wait or a state took longer than it may */
	FAILURE_THROTTLED,           /* AWS asks for patience; the client has already been patient */
	FAILURE_ACCESS_DENIED,
	FAILURE_NOT_FOUND,
	FAILURE_CONFLICT,            /* the thing is in a state in which this cannot be done */
	FAILURE_INVALID,             /* AWS does not take the request */
	FAILURE_UNAVAILABLE,         /* 5xx */
	FAILURE_UNREACHABLE,         /* no answer at all */
	FAILURE_EXPIRED_CREDENTIALS,
	FAILURE_REFUSED,             /* a `refuse` condition of an action held: nothing was changed */
	FAILURE_INTERRUPTED,
	FAILURE_ANY,                 /* only in `errors:` lists: all of the above */
	FAILURE_COUNT
};

struct failure_row {
	const char *name;
	bool passing;       /* while polling it means "next poll" */
	bool client_retries; /* the client has its own patience: `retry` may not name it */
	const char *help;
};

extern const struct failure_row failures[FAILURE_COUNT];

/* FAILURE_COUNT where the name is unknown. */
enum failure failure_by_name(const char *name);
const char *failure_name_at(const void *unused, size_t i); /* for nearest_word */

#endif
