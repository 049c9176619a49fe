/* Whatever whoever started us had done with its signals: how children end can be told, and what is to stop us does.
 * Each case is a process of its own, which leaves the signals of this one alone. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/process.h"

static void set(int number, void (*handler)(int))
{
	const struct sigaction action = { .sa_handler = handler };

	sigaction(number, &action, NULL);
}

static bool is_stopped_by(int number)
{
	raise(number);
	return *process_stop() != 0;
}

static bool child_ends_with_7(void)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0)
		_exit(7);
	return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 7;
}

static bool tells_how_children_end(void)
{
	set(SIGCHLD, SIG_IGN);
	process_harden();
	return child_ends_with_7();
}

static bool heeds_what_was_blocked(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	process_harden();
	process_catch_stops();
	return is_stopped_by(SIGTERM);
}

static bool heeds_a_hang_up(void)
{
	set(SIGHUP, SIG_DFL); /* the tests themselves may run under nohup */
	process_harden();
	process_catch_stops();
	return is_stopped_by(SIGHUP);
}

static bool outlives_a_hang_up_under_nohup(void)
{
	set(SIGHUP, SIG_IGN);
	process_harden();
	process_catch_stops();
	return !is_stopped_by(SIGHUP) && is_stopped_by(SIGTERM);
}

static bool is_ended_where_it_was_to_be_let_be(void)
{
	set(SIGTERM, SIG_IGN);
	process_harden();
	process_catch_stops();
	return is_stopped_by(SIGTERM);
}

static bool notes_that_it_went_on(void)
{
	process_harden();
	process_catch_stops();
	raise(SIGCONT);
	return *process_resumed() != 0 && *process_stop() == 0;
}

static bool outlives_whoever_reads_what_it_says(void)
{
	int ends[2];

	process_harden();
	return pipe(ends) == 0 && close(ends[0]) == 0 && write(ends[1], "!", 1) < 0;
}

static bool outlives_the_limit_of_a_file(void)
{
	const struct rlimit none = { 0, 0 };
	FILE *file = tmpfile();

	set(SIGXFSZ, SIG_DFL);
	process_harden();
	return file && setrlimit(RLIMIT_FSIZE, &none) == 0 && write(fileno(file), "!", 1) < 0 && errno == EFBIG;
}

static void a_process_minds_its_own_signals(void **state)
{
	static bool (*const rows[])(void) = {
		tells_how_children_end,         heeds_what_was_blocked,
		heeds_a_hang_up,                outlives_a_hang_up_under_nohup,
		is_ended_where_it_was_to_be_let_be, outlives_whoever_reads_what_it_says,
		notes_that_it_went_on,          outlives_the_limit_of_a_file,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		pid_t process = fork();
		int status;

		if (process == 0)
			_exit(rows[i]() ? 0 : 1);
		assert_int_equal(waitpid(process, &status, 0), process);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
			fail_msg("case %zu", i + 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process_minds_its_own_signals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
