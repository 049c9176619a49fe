#include "config.h"

#include "cli/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* A signal handler has no arguments of its own: these four are what it may touch, and nothing else is global. */
static volatile sig_atomic_t stop, resumed;
static int stop_reader = -1;
static int stop_writer = -1;

/* A file opened later must not become "standard output": the agent may start us with any of them closed. */
static void open_missing_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* Who starts us may ignore SIGCHLD, and the kernel then tells nobody how a child ended; or block what stops us. */
static void forget_inherited_signals(void)
{
	const struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t none;

	sigaction(SIGCHLD, &action, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void process_harden(void)
{
	const struct rlimit none = { 0, 0 };
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	open_missing_streams();
	forget_inherited_signals();
#ifndef __SANITIZE_ADDRESS__ /* it looks for leaks by tracing itself, which this forbids */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
	setrlimit(RLIMIT_CORE, &none);
	/* A write that fails is told by its result, and a leg then still has its verdict to say. */
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGXFSZ, &ignore, NULL);
}

static void ask_stop(int signal)
{
	int number = errno;

	(void)signal;
	stop = 1;
	/* A full pipe is readable already; there is nothing else that could be done here. */
	if (write(stop_writer, "", 1) < 0)
		errno = number;
	errno = number;
}

static void note_resumed(int signal)
{
	(void)signal;
	resumed = 1;
}

/* nohup wants a hang-up ignored, and a shell without job control an interrupt for what it starts in the background. */
static bool is_ignored(int signal)
{
	struct sigaction action;

	return sigaction(signal, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

void process_catch_stops(void)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
	const struct sigaction action = { .sa_handler = ask_stop };
	const struct sigaction note = { .sa_handler = note_resumed, .sa_flags = SA_RESTART };
	int ends[2];

	if (stop_reader >= 0 || pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return;
	stop_reader = ends[0];
	stop_writer = ends[1];
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (signals[i] == SIGTERM || !is_ignored(signals[i]))
			sigaction(signals[i], &action, NULL);
	sigaction(SIGCONT, &note, NULL);
}

const volatile sig_atomic_t *process_stop(void)
{
	return &stop;
}

const int *process_stop_descriptor(void)
{
	return &stop_reader;
}

volatile sig_atomic_t *process_resumed(void)
{
	return &resumed;
}

bool process_reader_has_gone(int wait_ms)
{
	/* Asked for or not, poll tells of a pipe without a reader and of a terminal that was closed. */
	struct pollfd output = { .fd = STDOUT_FILENO };

	return poll(&output, 1, wait_ms) > 0;
}

size_t process_write(int fd, const char *bytes, size_t length, int wait_ms)
{
	struct pollfd output = { .fd = fd, .events = POLLOUT };
	size_t done = 0;
	ssize_t written = 1;

	while (done < length && written > 0 && poll(&output, 1, wait_ms) > 0) {
		/* A pipe that is ready has room for so much. */
		written = write(fd, bytes + done, length - done < PIPE_BUF ? length - done : PIPE_BUF);
		done += written > 0 ? (size_t)written : 0;
	}
	return done;
}

void process_join_streams(void)
{
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (nothing >= 0) {
		dup2(nothing, STDIN_FILENO);
		close(nothing);
	}
	fflush(stdout);
	setvbuf(stdout, NULL, _IOLBF, 0);
	dup2(STDOUT_FILENO, STDERR_FILENO);
}
