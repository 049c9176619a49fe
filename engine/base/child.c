#include "config.h"

#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_NOT_RUN = 127, FILES_MOST = 65536, REAP_TRIES = 100, REAP_TRY_MS = 10 };

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

static void keep_no_file_from(int first)
{
	long most = sysconf(_SC_OPEN_MAX);

#ifdef SYS_close_range
	if (syscall(SYS_close_range, (unsigned)first, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
		return;
#endif
	if (most < 0 || most > FILES_MOST)
		most = FILES_MOST;
	for (int file = first; file < most; file++)
		fcntl(file, F_SETFD, FD_CLOEXEC);
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

static int place_streams(const struct child_plan *plan, int output)
{
	int nowhere = open("/dev/null", O_RDWR);

	if (nowhere < 0 || dup2(output, STDOUT_FILENO) < 0 || dup2(nowhere, STDIN_FILENO) < 0)
		return -1;
	return dup2(plan->takes_errors ? STDOUT_FILENO : nowhere, STDERR_FILENO);
}

/* Between fork and exec: only what is safe after a fork. Does not return. */
static void become(const struct child_plan *plan, pid_t parent, int output, int fault)
{
	int number;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent) /* it died before it could take us along */
		_exit(EXIT_NOT_RUN);
	default_signals();
	if (place_streams(plan, output) >= 0 && (!plan->directory || chdir(plan->directory) == 0)) {
		keep_no_file_from(STDERR_FILENO + 1);
		execvpe(plan->arguments[0], (char *const *)(uintptr_t)plan->arguments,
			(char *const *)(uintptr_t)plan->environment);
	}
	number = errno;
	while (write(fault, &number, sizeof(number)) < 0 && errno == EINTR)
		;
	_exit(EXIT_NOT_RUN);
}

static void close_pair(const int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

static int make_pipes(int output[2], int fault[2])
{
	if (pipe2(output, O_CLOEXEC) != 0)
		return -1;
	if (pipe2(fault, O_CLOEXEC) == 0)
		return 0;
	close_pair(output);
	return -1;
}

static int watch(pid_t pid)
{
#ifdef SYS_pidfd_open
	return (int)syscall(SYS_pidfd_open, pid, 0);
#else
	(void)pid;
	return -1;
#endif
}

int child_start(struct child *child, const struct child_plan *plan, struct error *err)
{
	pid_t parent = getpid();
	int output[2], fault[2];

	if (make_pipes(output, fault) != 0)
		return error_set(err, ERROR_STORAGE, NOWHERE, "cannot start a process: %s", strerror(errno));
	*child = (struct child){ .pid = fork(), .output = output[0], .ended = -1, .fault = fault[0] };
	if (child->pid == 0)
		become(plan, parent, output[1], fault[1]);
	if (child->pid < 0) {
		error_set(err, ERROR_STORAGE, NOWHERE, "cannot start a process: %s", strerror(errno));
		close_pair(output);
		close_pair(fault);
		return -1;
	}
	close(output[1]);
	close(fault[1]);
	setpgid(child->pid, child->pid); /* as the child does: whoever comes first, a kill of the group finds it */
	fcntl(child->output, F_SETFL, O_NONBLOCK);
	child->ended = watch(child->pid);
	return 0;
}

bool child_has_ended(const struct child *child)
{
	siginfo_t info = { 0 };

	/* It is not reaped yet, so that its group's number stays its own until that has been killed. */
	return waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0;
}

void child_signal(const struct child *child, int number)
{
	kill(-child->pid, number);
}

/* Of a child that was killed. Where SIGCHLD is ignored the kernel keeps no status: zero would say that it went well. */
static int wait_for_end(const struct child *child)
{
	struct pollfd ended = { .fd = child->ended, .events = POLLIN };
	int status = 0;
	pid_t reaped = 0;

	for (int i = 0; i < REAP_TRIES && (reaped = waitpid(child->pid, &status, WNOHANG)) == 0; i++)
		poll(&ended, 1, REAP_TRY_MS);
	return reaped == child->pid ? status : SIGKILL;
}

int child_reap(struct child *child, int *status)
{
	int number = 0;

	kill(-child->pid, SIGKILL);
	kill(child->pid, SIGKILL);
	*status = wait_for_end(child);
	if (fcntl(child->fault, F_SETFL, O_NONBLOCK) != 0 ||
	    read(child->fault, &number, sizeof(number)) != sizeof(number))
		number = 0;
	close(child->output);
	close(child->fault);
	if (child->ended >= 0)
		close(child->ended);
	*child = (struct child){ .output = -1, .ended = -1, .fault = -1 };
	return number;
}
