/* One check of this machine under way: as many tries as must hold one after the other, with a pause between them. What
 * a try is, is its kind's affair (local/http.c, local/command.c); here is what all kinds share. */
#ifndef TIDEGATE_LOCAL_CHECK_H
#define TIDEGATE_LOCAL_CHECK_H

#include "base/child.h"
#include "local/executor.h"

enum { OUTPUT_MOST_BYTES = 1 << 20 };

struct check;

struct check_kind {
	const char *operation; /* NULL: every other */
	/* Looks at the input once. -1 after check_refuse, where it cannot be done at all. */
	int (*prepare)(struct check *check);
	void (*begin)(struct check *check);   /* one try; it ends in check_tried or check_refuse, perhaps at once */
	void (*advance)(struct check *check); /* looks at the try under way, without waiting; NULL: it is told */
	void (*drop)(struct check *check);    /* the try under way, and all that was made for it */
};

enum check_state { CHECK_PAUSING, CHECK_TRYING, CHECK_DONE };

struct command_try {
	struct child child;   /* pid 0: none runs */
	struct buffer output; /* as much of it as may be shown */
	size_t printed;
	bool silent;   /* it has closed its output */
	bool too_slow; /* it was asked to end */
	int64_t deadline_ms;
};

struct check {
	struct check *next;
	const struct local_executor_options *options;
	const struct check_kind *kind;
	const char *operation;
	json_t *input;
	call_done *done;
	void *argument;
	enum check_state state;
	int64_t started_ms, due_ms; /* when it goes on by itself; INT64_MAX: when something happens */
	int64_t timeout_ms, pause_ms, times, held;
	struct command_try command;
	struct call_result result;
};

extern const struct check_kind check_http, check_command, check_unknown;

struct check *check_new(const struct local_executor_options *options, const struct check_kind *kind,
			const struct call *call, call_done *done, void *argument);
void check_free(struct check *check);
/* Goes on with what is due. */
void check_advance(struct check *check);

/* ---- for the kinds */

int64_t check_now_ms(const struct check *check);
const char *check_text(const struct check *check, const char *name); /* NULL: not given */
bool check_true(const struct check *check, const char *name);
/* Ends it as failed: it can never hold. Always -1. */
int check_refuse(struct check *check, enum failure failure, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* A try is over. `reason` says what it found; it is taken over. `code` is a status of its kind, -1: none. */
void check_tried(struct check *check, bool holds, int code, struct buffer *reason);

#endif
