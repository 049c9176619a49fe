#include "config.h"

#include "aws/process.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aws/exchange.h"
#include "base/child.h"
#include "base/memory.h"

enum { REAP_POLL_MS = 10 };

/* An access key without its secret would be half a pair, which every AWS SDK refuses. */
static const char *const secret_variables[] = {
	"AWS_ACCESS_KEY_ID",  "AWS_SECRET_ACCESS_KEY",     "AWS_SESSION_TOKEN",
	"AWS_SECURITY_TOKEN", "AWS_CREDENTIAL_EXPIRATION", "AWS_CONTAINER_AUTHORIZATION_TOKEN",
};

static int start(const struct process *process, struct child *child, struct error *err)
{
	const char **environment = environment_rows(process->environment, secret_variables,
						    ARRAY_LENGTH(secret_variables), false);
	const struct child_plan plan = { .arguments = (const char *const *)process->arguments,
					 .environment = environment };
	int result = child_start(child, &plan, err);

	free(environment);
	return result;
}

static int64_t left_ms(const struct process *process, int64_t deadline_ms)
{
	int64_t left = deadline_ms - process->clock->monotonic_ms(process->clock);

	return left > 0 && !exchange_is_stopped(process->stop_descriptor) ? left : 0;
}

static int too_slow(const struct process *process, struct error *err)
{
	if (exchange_is_stopped(process->stop_descriptor))
		return error_set(err, ERROR_STORAGE, NOWHERE, "it was stopped by a signal");
	return error_set(err, ERROR_STORAGE, NOWHERE, "it did not end within %d ms", process->timeout_ms);
}

/* 1 at the end of the output, 0 where there may be more. */
static int read_some(const struct process *process, int file, struct buffer *output, struct error *err)
{
	char bytes[4096];
	ssize_t length;

	while ((length = read(file, bytes, sizeof(bytes))) > 0) {
		if ((size_t)length > process->max_output_bytes - output->length)
			return error_set(err, ERROR_STORAGE, NOWHERE, "it prints more than %zu bytes",
					 process->max_output_bytes);
		buffer_add(output, bytes, (size_t)length);
	}
	if (length < 0 && errno != EINTR && errno != EAGAIN)
		return error_set(err, ERROR_STORAGE, NOWHERE, "cannot read what it prints: %s", strerror(errno));
	return length == 0;
}

/* Until something is printed, it ends, or we are stopped. */
static void wait_for_news(const struct process *process, const struct child *child, int64_t most_ms)
{
	struct pollfd waited[] = {
		{ .fd = child->output, .events = POLLIN },
		{ .fd = process->stop_descriptor ? *process->stop_descriptor : -1, .events = POLLIN },
		{ .fd = child->ended, .events = POLLIN },
	};

	if (child->ended < 0 && most_ms > REAP_POLL_MS)
		most_ms = REAP_POLL_MS;
	poll(waited, ARRAY_LENGTH(waited), (int)most_ms);
}

/* What it has started may hold its output open for longer than it lives: that is not waited for. */
static int read_output(const struct process *process, const struct child *child, int64_t deadline_ms,
		       struct buffer *output, struct error *err)
{
	for (;;) {
		/* Asked before reading: what it printed last is there, then. */
		bool ended = child_has_ended(child);
		int result = read_some(process, child->output, output, err);
		int64_t left;

		if (result != 0 || ended)
			return result < 0 ? -1 : 0;
		left = left_ms(process, deadline_ms);
		if (left == 0)
			return too_slow(process, err);
		wait_for_news(process, child, left);
	}
}

static int explain_exit(int status, struct error *err)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status))
		return error_set(err, ERROR_STORAGE, NOWHERE,
				 "it failed with exit status %d; run it by hand to see "
				 "why",
				 WEXITSTATUS(status));
	return error_set(err, ERROR_STORAGE, NOWHERE, "it was ended by signal %d", WTERMSIG(status));
}

/* A program may close its output long before it ends. */
static int wait_for_exit(const struct process *process, const struct child *child, int64_t deadline_ms,
			 struct error *err)
{
	while (!child_has_ended(child)) {
		if (left_ms(process, deadline_ms) == 0)
			return too_slow(process, err);
		poll(NULL, 0, REAP_POLL_MS);
	}
	return 0;
}

int process_run(const struct process *process, struct buffer *output, struct error *err)
{
	int64_t deadline_ms = process->clock->monotonic_ms(process->clock) + process->timeout_ms;
	struct child child;
	int result, status, number;

	if (start(process, &child, err) != 0)
		return -1;
	result = read_output(process, &child, deadline_ms, output, err);
	if (result == 0)
		result = wait_for_exit(process, &child, deadline_ms, err);
	number = child_reap(&child, &status);
	if (number != 0)
		return error_set(err, ERROR_STORAGE, NOWHERE, "it cannot be run: %s", strerror(number));
	return result == 0 ? explain_exit(status, err) : -1;
}
