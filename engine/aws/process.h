/* A helper program run without a shell, for what it prints. It gets nothing that it does not need: no stdin, no open
 * file of ours, no stderr (what it says there may hold secrets, and a hook's output must not be held open), none of our
 * secrets in its environment. It, and what it started, ends with the time it was given. */
#ifndef TIDEGATE_AWS_PROCESS_H
#define TIDEGATE_AWS_PROCESS_H

#include "base/buffer.h"
#include "base/clock.h"
#include "base/environment.h"
#include "base/error.h"

struct process {
	char *const *arguments; /* the program first, looked for in PATH; NULL behind the last */
	const struct environment *environment;
	struct clock *clock;
	int timeout_ms;
	const int *stop_descriptor; /* readable once it is to end before its time; NULL, or -1 in it: never */
	size_t max_output_bytes;
};

/* Adds its stdout to `output`. -1 (ERROR_STORAGE) where it cannot be run, does not end in time, prints too much or does
 * not exit with 0. No message shows its arguments or what it printed. */
int process_run(const struct process *process, struct buffer *output, struct error *err);

#endif
