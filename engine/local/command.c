/* A command of this machine that must end with an expected status. No shell reads it unless the input has a line for
 * one; of our environment it gets what stands in a list of harmless names. */
#include "config.h"

#include "local/check.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/printable.h"
#include "local/shown.h"
#include "text/json.h"
#include "text/record.h"

enum {
	ARGUMENTS_MOST = 256,
	NAME_BYTES = 200,
	GRACE_MS = 2000, /* between SIGTERM and SIGKILL */
	LOOK_MS = 20     /* where nothing tells that a child has ended */
};

/* What a program needs to find its files and its language, and what the deployment is. Never a credential. */
static const char *const harmless_variables[] = {
	"PATH",
	"HOME",
	"USER",
	"LOGNAME",
	"SHELL",
	"LANG",
	"LC_ALL",
	"LC_CTYPE",
	"TZ",
	"TMPDIR",
	"LIFECYCLE_EVENT",
	"DEPLOYMENT_ID",
	"DEPLOYMENT_GROUP_NAME",
	"DEPLOYMENT_GROUP_ID",
	"APPLICATION_NAME",
};

/* ---- the input */

static const json_t *words_of(const struct check *check)
{
	return json_object_get(check->input, "Command");
}

/* A new array of borrowed texts. */
static const char **arguments_of(const struct check *check)
{
	const json_t *words = words_of(check);
	size_t count = json_array_size(words);
	const char **arguments = memory_new(count + 4, sizeof(*arguments));

	for (size_t i = 0; i < count; i++)
		arguments[i] = json_string_value(json_array_get(words, i));
	if (count == 0) {
		arguments[0] = "/bin/sh";
		arguments[1] = "-c";
		arguments[2] = check_text(check, "Shell");
	}
	return arguments;
}

/* For messages: its arguments may be anything. */
static const char *program_name(const struct check *check, char name[NAME_BYTES])
{
	const char *program = json_string_value(json_array_get(words_of(check), 0));

	printable_copy(name, NAME_BYTES, program ? program : "the line for the shell");
	return name;
}

static int prepare(struct check *check)
{
	size_t count = json_array_size(words_of(check));
	const char *directory = check_text(check, "Directory");

	if (!count == !check_text(check, "Shell"))
		return check_refuse(check, FAILURE_INVALID, "it wants either a command or a line for the shell");
	if (count > ARGUMENTS_MOST)
		return check_refuse(check, FAILURE_INVALID, "a command has at most %d words, and this one has %zu",
				    (int)ARGUMENTS_MOST, count);
	if (directory && directory[0] != '/')
		return check_refuse(check, FAILURE_INVALID, "the directory '%.200s' does not begin with '/'",
				    directory);
	return 0;
}

/* ---- waiting for it */

static void watch(const struct check *check, int file)
{
	int *set = check->options->wake_descriptor;
	struct epoll_event event = { .events = EPOLLIN };

	if (*set < 0)
		*set = epoll_create1(EPOLL_CLOEXEC);
	if (file >= 0)
		epoll_ctl(*set, EPOLL_CTL_ADD, file, &event);
}

/* Closing would do, but for a sibling between fork and exec that has the file as well. */
static void unwatch(const struct check *check, int file)
{
	if (file >= 0)
		epoll_ctl(*check->options->wake_descriptor, EPOLL_CTL_DEL, file, NULL);
}

static int reap(struct check *check, int *status)
{
	unwatch(check, check->command.child.output);
	unwatch(check, check->command.child.ended);
	return child_reap(&check->command.child, status);
}

static void drop(struct check *check)
{
	int status;

	if (check->command.child.pid > 0)
		reap(check, &status);
	buffer_release(&check->command.output);
	check->command = (struct command_try){ 0 };
}

static void plan_look(struct check *check)
{
	const struct command_try *attempt = &check->command;
	bool told = attempt->child.ended >= 0 && *check->options->wake_descriptor >= 0;
	int64_t soon_ms = check_now_ms(check) + LOOK_MS;

	check->due_ms = told || attempt->deadline_ms < soon_ms ? attempt->deadline_ms : soon_ms;
}

static void begin(struct check *check)
{
	const char **arguments = arguments_of(check);
	const char **environment = environment_rows(&check->options->environment, harmless_variables,
						       ARRAY_LENGTH(harmless_variables), true);
	const char *directory = check_text(check, "Directory");
	const struct child_plan plan = {
		.arguments = arguments,
		.environment = environment,
		.directory = directory ? directory : "/",
		.takes_errors = true,
	};
	struct error err = ERROR_INIT;

	check->command = (struct command_try){ .deadline_ms = check_now_ms(check) + check->timeout_ms };
	if (child_start(&check->command.child, &plan, &err) != 0) {
		check->command.child.pid = 0;
		check_refuse(check, FAILURE_UNAVAILABLE, "%s", err.message);
	} else {
		watch(check, check->command.child.output);
		watch(check, check->command.child.ended);
		plan_look(check);
	}
	free(environment);
	free(arguments);
}

/* ---- what it printed */

static void keep(struct command_try *attempt, const char *bytes, size_t length)
{
	size_t room = SHOWN_MOST_BYTES + 1 - attempt->output.length;

	attempt->printed += length;
	buffer_add(&attempt->output, bytes, length < room ? length : room);
}

/* All that is there, up to the bound: who prints without end must not keep us from the others. */
static void read_output(struct check *check)
{
	struct command_try *attempt = &check->command;
	char bytes[16 << 10];
	ssize_t length;

	while (!attempt->silent && attempt->printed <= OUTPUT_MOST_BYTES) {
		length = read(attempt->child.output, bytes, sizeof(bytes));
		if (length < 0)
			return;
		if (length > 0)
			keep(attempt, bytes, (size_t)length);
		else
			attempt->silent = true;
	}
	if (attempt->silent)
		unwatch(check, attempt->child.output);
}

/* ---- how it ended */

static bool fits(const struct check *check, int status)
{
	const json_t *wanted = json_object_get(check->input, "ExitStatuses");
	size_t i;
	json_t *one;

	json_array_foreach (wanted, i, one)
		if (json_integer_value(one) == status)
			return true;
	return json_array_size(wanted) == 0 && status == 0;
}

static void explain(const struct check *check, int status, struct buffer *reason)
{
	const struct command_try *attempt = &check->command;
	char name[NAME_BYTES], waited[DURATION_TEXT_BYTES];

	buffer_add_text(reason, program_name(check, name));
	if (attempt->printed > OUTPUT_MOST_BYTES)
		buffer_add_format(reason, " printed more than %d bytes", (int)OUTPUT_MOST_BYTES);
	else if (attempt->too_slow)
		buffer_add_format(reason, " did not end within %s", duration_format(check->timeout_ms, waited));
	else if (WIFSIGNALED(status))
		buffer_add_format(reason, " was ended by signal %d", WTERMSIG(status));
	else
		buffer_add_format(reason, " ended with status %d", WEXITSTATUS(status));
	shown_add_output(reason, buffer_text(&attempt->output), attempt->output.length);
}

static int cannot_run(struct check *check, int number)
{
	static const struct {
		int number;
		enum failure failure;
	} rows[] = { { ENOENT, FAILURE_NOT_FOUND },
		     { EACCES, FAILURE_ACCESS_DENIED },
		     { EPERM, FAILURE_ACCESS_DENIED } };
	const char *directory = check_text(check, "Directory");
	enum failure failure = FAILURE_INVALID;
	char name[NAME_BYTES];

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (rows[i].number == number)
			failure = rows[i].failure;
	return check_refuse(check, failure, "%s cannot be run in '%.200s': %s", program_name(check, name),
			    directory ? directory : "/", strerror(number));
}

static void judge(struct check *check)
{
	struct command_try *attempt = &check->command;
	struct buffer reason = BUFFER_INIT;
	int status, number = reap(check, &status);
	bool ended = WIFEXITED(status) && !attempt->too_slow && attempt->printed <= OUTPUT_MOST_BYTES;

	if (number != 0) {
		cannot_run(check, number);
		return;
	}
	explain(check, status, &reason);
	check_tried(check, ended && fits(check, WEXITSTATUS(status)), ended ? WEXITSTATUS(status) : -1, &reason);
}

static void advance(struct check *check)
{
	struct command_try *attempt = &check->command;
	bool ended = child_has_ended(&attempt->child);

	/* Asked before reading: what it printed last is there, then. */
	read_output(check);
	if (ended || attempt->printed > OUTPUT_MOST_BYTES) {
		judge(check);
		return;
	}
	if (attempt->deadline_ms <= check_now_ms(check)) {
		if (attempt->too_slow) {
			judge(check);
			return;
		}
		attempt->too_slow = true;
		attempt->deadline_ms = check_now_ms(check) + GRACE_MS;
		child_signal(&attempt->child, SIGTERM);
	}
	plan_look(check);
}

const struct check_kind check_command = {
	.operation = "Command", .prepare = prepare, .begin = begin, .advance = advance, .drop = drop
};
