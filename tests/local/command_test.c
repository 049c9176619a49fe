/* Commands as checks: how they end, what they see of us, and what is left of them. */
#include "config.h"

#include "fixture.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text/json.h"

static void a_command_holds_where_it_ends_as_expected(void **state)
{
	static const struct {
		const char *input, *reason;
		bool holds;
	} rows[] = {
		{ "{'Command': ['true']}", "true ended with status 0", true },
		{ "{'Command': ['false']}", "false ended with status 1", false },
		{ "{'Command': ['false'], 'ExitStatuses': [0, 1]}", "false ended with status 1", true },
		{ "{'Command': ['true'], 'ExitStatuses': [1]}", "true ended with status 0", false },
		{ "{'Shell': 'test $((1 + 1)) = 2'}", "the line for the shell ended with status 0", true },
		{ "{'Command': ['echo', '$HOME; *', '`id`'], 'ExitStatuses': [1]}",
		  "echo ended with status 0: $HOME; * `id`", false },
		{ "{'Command': ['pwd'], 'Directory': '/usr', 'ExitStatuses': [1]}", "pwd ended with status 0: /usr",
		  false },
		{ "{'Command': ['pwd'], 'ExitStatuses': [1]}", "pwd ended with status 0: /", false },
		{ "{'Shell': 'echo out; echo err >&2; exit 4'}", "the line for the shell ended with status 4: out err",
		  false },
		{ "{'Shell': 'printf \\\\\\\\033\\\\\\\\377x; exit 4'}",
		  "the line for the shell ended with status 4: ?x", false },
		{ "{'Command': ['sh', '-c', 'kill -9 $$']}", "sh was ended by signal 9", false },
		{ "{'Command': ['sh', '-c', 'kill -TERM $$']}", "sh was ended by signal 15", false },
		{ "{'Command': ['sleep', '100'], 'TimeoutSeconds': 0.2}", "sleep did not end within 200ms", false },
		{ "{'Shell': 'echo on; exec >&- 2>&-; exec sleep 100', 'TimeoutSeconds': 0.2}",
		  "the line for the shell did not end within 200ms: on", false },
		{ "{'Shell': 'trap \\\"exit 0\\\" TERM; while :; do sleep 0.01; done', 'TimeoutSeconds': 0.2}",
		  "the line for the shell did not end within 200ms*", false },
		{ "{'Command': ['yes']}", "yes printed more than 1048576 bytes: y y y y*", false },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		assert_found(fixture_check(*state, "Command", rows[i].input), rows[i].holds, rows[i].reason);
}

static void a_command_that_does_not_heed_sigterm_is_killed(void **state)
{
	static const char input[] =
		"{'Shell': 'trap \\\"\\\" TERM; while :; do read x </dev/zero; done', 'TimeoutSeconds': 0.1}";

	assert_found(fixture_check(*state, "Command", input), false,
		     "the line for the shell did not end within 100ms");
}

static void a_command_that_cannot_be_run_fails_at_once(void **state)
{
	static const struct {
		const char *input, *message;
		enum failure failure;
	} rows[] = {
		{ "{'Command': ['/no/such']}", "/no/such cannot be run in '/': No such file or directory",
		  FAILURE_NOT_FOUND },
		{ "{'Command': ['no-such-program']}",
		  "no-such-program cannot be run in '/': No such file or directory", FAILURE_NOT_FOUND },
		{ "{'Command': ['true'], 'Directory': '/no/such'}",
		  "true cannot be run in '/no/such': No such file or directory", FAILURE_NOT_FOUND },
		{ "{'Command': ['/etc/passwd']}", "/etc/passwd cannot be run in '/': Permission denied",
		  FAILURE_ACCESS_DENIED },
		{ "{'Command': ['true'], 'Directory': 'etc'}", "the directory 'etc' does not begin with '/'",
		  FAILURE_INVALID },
		{ "{}", "it wants either a command or a line for the shell", FAILURE_INVALID },
		{ "{'Command': ['true'], 'Shell': 'true'}", "it wants either a command or a line for the shell",
		  FAILURE_INVALID },
		{ "{'Command': ['true'], 'TimeoutSeconds': 0}",
		  "TimeoutSeconds is 0 s, which is not from 0.01 s to 1 h", FAILURE_INVALID },
		{ "{'Command': ['true'], 'Times': 0}", "Times is 0, which is not from 1 to 100", FAILURE_INVALID },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		assert_failed(fixture_check(*state, "Command", rows[i].input), rows[i].failure, rows[i].message);
}

static void a_command_gets_no_secret_no_file_and_nothing_to_read(void **state)
{
	assert_found(fixture_check(*state, "Command", "{'Command': ['sh', '-c', 'env | sort; exit 1']}"), false,
		     "sh ended with status 1: DEPLOYMENT_ID=d-1 PATH=/usr/local/bin:/usr/bin:/bin PWD=/");
	/* The 3 is the folder that ls reads. */
	assert_found(fixture_check(*state, "Command", "{'Shell': 'cat; ls /proc/self/fd; exit 1'}"), false,
		     "the line for the shell ended with status 1: 0 1 2 3");
}

/* The grandchild holds our pipe and a lock; once the lock is free, it is gone. */
static void what_a_command_leaves_behind_ends_with_it(void **state)
{
	static const char *const leaving[] = {
		"{'Shell': 'flock ~/lock sleep 100 & until ! flock -n ~/lock true; do :; done; exit 0'}",
		"{'Shell': 'flock ~/lock sleep 100', 'TimeoutSeconds': 0.3}",
	};

	for (size_t i = 0; i < ARRAY_LENGTH(leaving); i++) {
		const struct found *found = fixture_check(*state, "Command", leaving[i]);

		assert_int_equal(found->result.failure, FAILURE_NONE);
		assert_true(found->result.elapsed_ms < LATE_MS);
		assert_found(fixture_check(*state, "Command", "{'Command': ['flock', '~/lock', 'true']}"), true,
			     "flock ended with status 0");
	}
}

static void a_cancelled_command_is_killed(void **state)
{
	struct fixture *fixture = *state;
	struct executor *executor = local_executor_executor(fixture->local);
	const struct found *found = fixture_begin(fixture, "Command", "{'Shell': 'echo >~/ready; exec sleep 100'}");
	char *ready = memory_format("%s/ready", fixture->folder);
	struct stat seen;

	while (stat(ready, &seen) != 0)
		assert_int_equal(executor->poll(executor, 0, NULL), 0);
	executor->cancel(executor);
	assert_false(found->done);
	fixture->count = 0;
	json_decref(fixture->inputs[0]);
	free(ready);
}

/* So it is where SIGCHLD is ignored: the kernel throws the status away. */
static void a_command_of_whose_end_nobody_can_tell_does_not_hold(void **state)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction before;

	sigaction(SIGCHLD, &ignore, &before);
	assert_found(fixture_check(*state, "Command", "{'Command': ['false']}"), false, "false was ended by signal 9");
	sigaction(SIGCHLD, &before, NULL);
}

static void as_many_tries_as_asked_must_hold_in_a_row(void **state)
{
	const struct found *found = fixture_check(*state, "Command",
						  "{'Shell': 'echo >>~/tries', 'Times': 3, 'PauseSeconds': 0.01}");

	assert_found(found, true, "the line for the shell ended with status 0");
	assert_int_equal(found->result.attempts, 3);
	/* The fourth one fails: the check ends there. */
	found = fixture_check(*state, "Command",
			      "{'Shell': 'echo >>~/tries; test $(wc -l <~/tries) -lt 4', 'Times': 3}");
	assert_found(found, false, "the line for the shell ended with status 1");
	assert_int_equal(found->result.attempts, 1);
}

/* Each waits for the other: one after the other they would never end. */
static void commands_run_side_by_side(void **state)
{
	struct fixture *fixture = *state;
	char *pipe = memory_format("%s/pipe", fixture->folder);
	const struct found *reader, *writer;

	assert_int_equal(mkfifo(pipe, 0600), 0);
	reader = fixture_begin(fixture, "Command", "{'Shell': 'read word <~/pipe; test $word = hello'}");
	writer = fixture_begin(fixture, "Command", "{'Shell': 'echo hello >~/pipe'}");
	fixture_wait(fixture);
	assert_found(reader, true, "the line for the shell ended with status 0");
	assert_found(writer, true, "the line for the shell ended with status 0");
	free(pipe);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(a_command_holds_where_it_ends_as_expected),
		WITH_FIXTURE(a_command_that_does_not_heed_sigterm_is_killed),
		WITH_FIXTURE(a_command_that_cannot_be_run_fails_at_once),
		WITH_FIXTURE(a_command_gets_no_secret_no_file_and_nothing_to_read),
		WITH_FIXTURE(what_a_command_leaves_behind_ends_with_it),
		WITH_FIXTURE(a_cancelled_command_is_killed),
		WITH_FIXTURE(a_command_of_whose_end_nobody_can_tell_does_not_hold),
		WITH_FIXTURE(as_many_tries_as_asked_must_hold_in_a_row),
		WITH_FIXTURE(commands_run_side_by_side),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
