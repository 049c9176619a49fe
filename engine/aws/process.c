#include "config.h"

#include "aws/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"

enum { EXIT_NOT_RUN = 127, REAP_POLL_MS = 10, FILES_MOST = 65536 };

/* An access key without its secret would be half a pair, which every AWS SDK refuses. */
static const char *const secret_variables[] = {
	"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN",
	"AWS_CREDENTIAL_EXPIRATION", "AWS_CONTAINER_AUTHORIZATION_TOKEN",
};

static bool is_secret(const char *row)
{
	for (size_t i = 0; i < ARRAY_LENGTH(secret_variables); i++) {
		size_t length = strlen(secret_variables[i]);

		if (strncmp(row, secret_variables[i], length) == 0 && row[length] == '=')
			return true;
	}
	return false;
}

/* A new array of borrowed rows. */
static char **child_environment(const struct environment *environment)
{
	size_t count = 0, kept = 0;
	char **rows;

	while (environment->rows[count])
		count++;
	rows = memory_new(count + 1, sizeof(*rows));
	for (size_t i = 0; i < count; i++)
		if (!is_secret(environment->rows[i]))
			memcpy(&rows[kept++], &environment->rows[i], sizeof(*rows));
	return rows;
}

static void close_files_from(int first)
{
	long most = sysconf(_SC_OPEN_MAX);

#ifdef SYS_close_range
	if (syscall(SYS_close_range, (unsigned)first, ~0U, 0) == 0)
		return;
#endif
	if (most < 0 || most > FILES_MOST)
		most = FILES_MOST;
	for (int file = first; file < most; file++)
		close(file);
}

static void default_signals(void)
{
	const struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t none;

	sigemptyset(&none);
	for (int number = 1; number < NSIG; number++)
		sigaction(number, &action, NULL);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Between fork and exec: only what is safe after a fork. Does not return. */
static void become(const struct process *process, char **environment, int output)
{
	int nowhere = open("/dev/null", O_RDWR);

	setpgid(0, 0);
	default_signals();
	if (nowhere < 0 || dup2(output, STDOUT_FILENO) < 0 || dup2(nowhere, STDIN_FILENO) < 0 ||
	    dup2(nowhere, STDERR_FILENO) < 0)
		_exit(EXIT_NOT_RUN);
	close_files_from(STDERR_FILENO + 1);
	execvpe(process->arguments[0], process->arguments, environment);
	_exit(EXIT_NOT_RUN);
}

static pid_t start(const struct process *process, int *output, struct error *err)
{
	char **environment = child_environment(process->environment);
	int ends[2];
	pid_t child = -1;

	if (pipe2(ends, O_CLOEXEC) == 0) {
		child = fork();
		if (child == 0)
			become(process, environment, ends[1]);
		if (child < 0)
			close(ends[0]);
		close(ends[1]);
		*output = ends[0];
	}
	free(environment);
	if (child < 0)
		return error_set(err, ERROR_STORAGE, NOWHERE, "cannot start a process: %s", strerror(errno));
	setpgid(child, child); /* as the child does: whoever comes first, a kill of the group finds it */
	return child;
}

static int64_t left_ms(const struct process *process, int64_t deadline_ms)
{
	int64_t left = deadline_ms - process->clock->monotonic_ms(process->clock);

	return left > 0 ? left : 0;
}

static int too_slow(const struct process *process, struct error *err)
{
	return error_set(err, ERROR_STORAGE, NOWHERE, "it did not end within %d ms", process->timeout_ms);
}

/* 1 at the end of the output, 0 where there may be more. */
static int read_some(const struct process *process, int file, struct buffer *output, struct error *err)
{
	char bytes[4096];
	ssize_t length = read(file, bytes, sizeof(bytes));

	if (length < 0 && errno == EINTR)
		return 0;
	if (length < 0)
		return error_set(err, ERROR_STORAGE, NOWHERE, "cannot read what it prints: %s", strerror(errno));
	if ((size_t)length > process->max_output_bytes - output->length)
		return error_set(err, ERROR_STORAGE, NOWHERE, "it prints more than %zu bytes",
				 process->max_output_bytes);
	buffer_add(output, bytes, (size_t)length);
	return length == 0;
}

static int read_output(const struct process *process, int file, int64_t deadline_ms, struct buffer *output,
		       struct error *err)
{
	struct pollfd waited = { .fd = file, .events = POLLIN };
	int result = 0;

	while (result == 0) {
		int left = (int)left_ms(process, deadline_ms);
		int ready = left ? poll(&waited, 1, left) : 0;

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return too_slow(process, err);
		result = read_some(process, file, output, err);
	}
	return result < 0 ? -1 : 0;
}

static int explain_exit(int status, struct error *err)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NOT_RUN)
		return error_set(err, ERROR_STORAGE, NOWHERE, "it cannot be run: no such program");
	if (WIFEXITED(status))
		return error_set(err, ERROR_STORAGE, NOWHERE, "it failed with exit status %d; run it by hand to see "
				 "why", WEXITSTATUS(status));
	return error_set(err, ERROR_STORAGE, NOWHERE, "it was ended by signal %d", WTERMSIG(status));
}

/* A program may close its output long before it ends. */
static int wait_for_exit(const struct process *process, pid_t child, int64_t deadline_ms, bool *ended,
			 struct error *err)
{
	int status = 0;
	pid_t found;

	while ((found = waitpid(child, &status, WNOHANG)) == 0) {
		if (left_ms(process, deadline_ms) == 0)
			return too_slow(process, err);
		poll(NULL, 0, REAP_POLL_MS);
	}
	*ended = true;
	if (found < 0)
		return error_set(err, ERROR_STORAGE, NOWHERE, "how it ended cannot be known: %s", strerror(errno));
	return explain_exit(status, err);
}

static void end(pid_t child)
{
	kill(-child, SIGKILL);
	kill(child, SIGKILL);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
}

int process_run(const struct process *process, struct buffer *output, struct error *err)
{
	int64_t deadline_ms = process->clock->monotonic_ms(process->clock) + process->timeout_ms;
	bool ended = false;
	int file = -1, result;
	pid_t child = start(process, &file, err);

	if (child < 0)
		return -1;
	result = read_output(process, file, deadline_ms, output, err);
	close(file);
	if (result == 0)
		result = wait_for_exit(process, child, deadline_ms, &ended, err);
	if (!ended)
		end(child);
	return result;
}
