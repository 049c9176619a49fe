/* How a leg can end, and what the process then exits with: one table for the runner, the commands, the man page. */
#ifndef TIDEGATE_RUN_EXIT_H
#define TIDEGATE_RUN_EXIT_H

enum exit_status {
	EXIT_REACHED = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_LEFT = 3,
	EXIT_SUBJECT_BUSY = 4,
	EXIT_IN_DOUBT = 5,
	EXIT_INTERRUPTED = 6,
	EXIT_CHANGES = 10
};

struct exit_row {
	enum exit_status status;
	const char *name; /* one word, for messages and JSON */
	const char *help;
};

extern const struct exit_row exit_rows[]; /* ended by a NULL name */
const char *exit_name(enum exit_status status);
/* The same where a run holds something, or may: "failed, and everything is restored" is not said of it. */
enum exit_status exit_held(enum exit_status status);

#endif
