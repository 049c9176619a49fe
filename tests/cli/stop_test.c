/* SIGTERM ends the program within a second and leaves a run that can go on, whatever it waits for: a read, a change
 * that is sent and not answered, credentials, or a reader of what it says, for whom it never waits long. The program
 * itself, and an AWS that answers up to a point. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/memory.h"

/* A program that looks for leaks when it ends takes its time for that. */
#ifdef __SANITIZE_ADDRESS__
enum { STOPS_WITHIN_MS = 20000 };
#else
enum { STOPS_WITHIN_MS = 1000 };
#endif

static const char machine[] = "tidegate: 1\n"
			      "machine: small\n"
			      "subject: \"${input.instance}\"\n"
			      "input: {instance: {type: string, default: i-1}}\n"
			      "start_at: SUSPEND\n"
			      "states:\n"
			      "  SUSPEND:\n"
			      "    action: autoscaling.suspend_processes\n"
			      "    with: {group: g, processes: [AZRebalance]}\n"
			      "    next: OUT\n"
			      "  OUT: {pause: {}, next: BACK}\n"
			      "  BACK: {restore: all, next: IN}\n"
			      "  IN: {end: succeeded}\n";

static const char hook_machine[] = "#!/usr/bin/env tidegate\n"
				   "tidegate: 1\n"
				   "machine: small\n"
				   "subject: \"${input.instance}\"\n"
				   "input: {instance: {type: string, default: \"${metadata.instance_id}\"}}\n"
				   "hooks: {BeforeInstall: {until: OUT}, ApplicationStart: {until: IN}}\n"
				   "start_at: OUT\n"
				   "states:\n"
				   "  OUT: {pause: {}, next: IN}\n"
				   "  IN: {end: succeeded}\n";

/* The hooks of those whose output nobody reads: one needs no AWS, one does. */
#define UNREAD_HOOK                                                                                                    \
	"#!/usr/bin/env tidegate\n"                                                                                    \
	"tidegate: 1\n"                                                                                                \
	"machine: small\n"                                                                                             \
	"subject: \"${input.instance}\"\n"                                                                             \
	"input: {instance: {type: string, default: i-1}}\n"                                                            \
	"hooks: {BeforeInstall: {until: OUT}, ApplicationStart: {until: IN}}\n"                                        \
	"start_at: BEGIN\n"                                                                                            \
	"states:\n"                                                                                                    \
	"  OUT: {pause: {}, next: BACK}\n"                                                                             \
	"  BACK: {restore: all, next: IN}\n"                                                                           \
	"  IN: {end: succeeded}\n"

static const char pausing_machine[] = UNREAD_HOOK "  BEGIN: {wait: 1ms, next: OUT}\n";
static const char suspending_machine[] = UNREAD_HOOK "  BEGIN:\n"
						     "    action: autoscaling.suspend_processes\n"
						     "    with: {group: g, processes: [AZRebalance]}\n"
						     "    next: OUT\n";

static const char group[] =
	"<DescribeAutoScalingGroupsResponse xmlns=\"http://autoscaling.amazonaws.com/doc/2011-01-01/\">"
	"<DescribeAutoScalingGroupsResult><AutoScalingGroups><member>"
	"<AutoScalingGroupName>g</AutoScalingGroupName><MinSize>1</MinSize><MaxSize>1</MaxSize>"
	"<DesiredCapacity>1</DesiredCapacity><DefaultCooldown>300</DefaultCooldown><AvailabilityZones/>"
	"<HealthCheckType>EC2</HealthCheckType><CreatedTime>2026-11-22T20:07:38Z</CreatedTime>"
	"<SuspendedProcesses/><Instances/>"
	"</member></AutoScalingGroups></DescribeAutoScalingGroupsResult>"
	"<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></DescribeAutoScalingGroupsResponse>";

/* ---- AWS ---- */

static void answer(int connection)
{
	char head[160];

	snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: %zu\r\n\r\n",
		 sizeof(group) - 1);
	if (write(connection, head, strlen(head)) < 0 || write(connection, group, sizeof(group) - 1) < 0)
		_exit(1);
}

/* What came is one request, of which the action is all that matters. */
static bool is_request_of(int connection, const char *action, bool *whole)
{
	char request[8192], *body;
	size_t length = 0;

	*whole = false;
	for (;;) {
		ssize_t count = read(connection, request + length, sizeof(request) - 1 - length);

		if (count <= 0)
			return false;
		length += (size_t)count;
		request[length] = '\0';
		body = strstr(request, "\r\n\r\n");
		if (body && strstr(body, "Action="))
			break;
	}
	*whole = true;
	return strstr(body, action) != NULL;
}

/* Answers until it is asked for this action; then it says so, and falls silent. */
static void serve(int listener, const char *silent_at, int said)
{
	for (;;) {
		int connection = accept(listener, NULL, NULL);
		bool silent, whole = true;

		while (connection >= 0 && whole) {
			silent = is_request_of(connection, silent_at, &whole);
			if (silent && write(said, "!", 1) == 1)
				pause();
			if (whole)
				answer(connection);
		}
		if (connection >= 0)
			close(connection);
	}
}

struct aws {
	pid_t server;
	int said;
	unsigned port;
};

static int listen_here(unsigned *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(listener, 4), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	*port = ntohs(address.sin_port);
	return listener;
}

static void start_aws(struct aws *aws, const char *silent_at)
{
	int listener = listen_here(&aws->port), ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	aws->server = fork();
	assert_true(aws->server >= 0);
	if (aws->server == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* where the test fails, nobody else ends it */
		serve(listener, silent_at, ends[1]);
	}
	close(listener);
	close(ends[1]);
	aws->said = ends[0];
}

static void end_aws(struct aws *aws)
{
	kill(aws->server, SIGKILL);
	waitpid(aws->server, NULL, 0);
	close(aws->said);
}

/* ---- the program ---- */

/* What differs in its environment: without keys credentials are those of the profile's process. */
static const char *const with_keys[] = { "AWS_EC2_METADATA_DISABLED=true", "AWS_ACCESS_KEY_ID=AKIDEXAMPLE",
					 "AWS_SECRET_ACCESS_KEY=example", NULL };
static const char *const without_keys[] = { "AWS_EC2_METADATA_DISABLED=true", NULL };

enum { ALWAYS = 6, MORE_MOST = 4, KEPT_OPEN = 9, ENDS_WITHIN_MS = 20000 };

static void run_program(const char *folder, unsigned port, const char *const *more, const char *const *arguments,
			int output)
{
	const char *build = getenv("TIDEGATE_BUILD_DIR");
	char *program = memory_format("%s/tidegate", build ? build : ".");
	char *environment[] = {
		memory_format("HOME=%s", folder),
		memory_format("TIDEGATE_STATE_DIR=%s/state", folder),
		memory_format("TIDEGATE_CONFIG_DIR=%s/etc", folder),
		memory_format("AWS_ENDPOINT_URL=http://127.0.0.1:%u", port),
		memory_copy_text("AWS_REGION=eu-west-1"),
		memory_copy_text("PATH=/usr/bin:/bin"),
		[ALWAYS + MORE_MOST] = NULL,
	};

	for (size_t i = 0; more[i]; i++)
		environment[ALWAYS + i] = memory_copy_text(more[i]);
	dup2(open("/dev/null", O_RDWR), STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	execve(program, (char *const *)(uintptr_t)arguments, environment);
	_exit(127);
}

/* What it says comes through *output, which ends when it does. */
static pid_t start_program(const char *folder, unsigned port, const char *const *more, const char *const *arguments,
			   int *output)
{
	int ends[2];
	pid_t program;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	program = fork();
	assert_true(program >= 0);
	if (program == 0)
		run_program(folder, port, more, arguments, ends[1]);
	close(ends[1]);
	*output = ends[0];
	return program;
}

/* A program that ends before it comes to that is no reason to wait for ever. */
static void await_request(int said, int output)
{
	struct pollfd ends[] = { { .fd = said, .events = POLLIN }, { .fd = output } };
	char words[4096] = "", byte;

	if (poll(ends, 2, ENDS_WITHIN_MS) == 0)
		fail_msg("it neither sends its request nor ends");
	if (!ends[0].revents && read(output, words, sizeof(words) - 1) >= 0)
		fail_msg("it ended before its request: %s", words);
	assert_int_equal(read(said, &byte, 1), 1);
}

static int exit_of(pid_t program)
{
	int status;

	assert_int_equal(waitpid(program, &status, 0), program);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void remove_folder(const char *folder)
{
	char *command = memory_format("rm -rf '%s'", folder);

	assert_int_equal(system(command), 0);
	free(command);
}

static void write_file(const char *folder, const char *name, const char *text)
{
	char *path = memory_format("%s/%s", folder, name);
	FILE *stream = fopen(path, "w");

	assert_non_null(stream);
	fputs(text, stream);
	fclose(stream);
	free(path);
}

static void assert_stops(const char *folder, unsigned port, const char *const *more, int said)
{
	struct clock *clock = clock_system();
	char *file = memory_format("%s/small.yaml", folder);
	int64_t begun_ms;
	pid_t program;
	int output;

	program = start_program(folder, port, more, (const char *const[]){ "tidegate", "run", file, NULL }, &output);
	await_request(said, output);
	begun_ms = clock->monotonic_ms(clock);
	kill(program, SIGTERM);
	assert_int_equal(exit_of(program), 6);
	assert_in_range(clock->monotonic_ms(clock) - begun_ms, 0, STOPS_WITHIN_MS);
	close(output);
	/* It is there to go on with. */
	program = start_program(folder, port, more,
				(const char *const[]){ "tidegate", "status", "--offline", "--exit-code", NULL },
				&output);
	assert_int_equal(exit_of(program), 10);
	close(output);
	free(file);
}

static void assert_stops_at(const char *silent_at)
{
	char folder[] = "/tmp/tidegate-stop.XXXXXX";
	struct aws aws;

	assert_non_null(mkdtemp(folder));
	write_file(folder, "small.yaml", machine);
	start_aws(&aws, silent_at);
	assert_stops(folder, aws.port, with_keys, aws.said);
	end_aws(&aws);
	remove_folder(folder);
}

static void a_read_that_is_not_answered_is_let_be(void **state)
{
	(void)state;
	assert_stops_at("Action=DescribeAutoScalingGroups");
}

static void a_change_that_is_not_answered_stays_in_doubt(void **state)
{
	(void)state;
	assert_stops_at("Action=SuspendProcesses");
}

static void credentials_that_do_not_come_are_let_be(void **state)
{
	char folder[] = "/tmp/tidegate-stop.XXXXXX";
	char *path, *text;
	int said;

	(void)state;
	assert_non_null(mkdtemp(folder));
	path = memory_format("%s/said", folder);
	text = memory_format("[default]\ncredential_process = sh -c 'echo >%s; exec sleep 100'\n", path);
	assert_int_equal(mkfifo(path, 0600), 0);
	said = open(path, O_RDWR | O_CLOEXEC);
	free(path);
	path = memory_format("%s/.aws", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	write_file(path, "config", text);
	write_file(folder, "small.yaml", machine);
	assert_stops(folder, 1, without_keys, said);
	close(said);
	remove_folder(folder);
	free(path);
	free(text);
}

static void read_to_its_end(int output, char *words, size_t size)
{
	size_t length = 0;
	ssize_t count;

	while ((count = read(output, words + length, size - 1 - length)) > 0)
		length += (size_t)count;
	words[length] = '\0';
}

/* Metadata is silent: neither the instance nor its run is known yet. */
static void a_hook_that_has_not_begun_was_interrupted_too(void **state)
{
	char folder[] = "/tmp/tidegate-stop.XXXXXX", words[4096];
	char *path, *endpoint;
	unsigned port;
	int listener = listen_here(&port), output, connection;
	pid_t program;

	(void)state;
	assert_non_null(mkdtemp(folder));
	write_file(folder, "small.yaml", hook_machine);
	path = memory_format("%s/small.yaml", folder);
	endpoint = memory_format("AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:%u", port);
	program = start_program(folder, port, (const char *const[]){ endpoint, "LIFECYCLE_EVENT=BeforeInstall", NULL },
				(const char *const[]){ "tidegate", path, NULL }, &output);
	connection = accept(listener, NULL, NULL);
	kill(program, SIGTERM);
	read_to_its_end(output, words, sizeof(words));
	/* Behind that stands the folder, whose name is another one each time. */
	words[strcspn(words, ";")] = '\0';
	assert_string_equal(words, "tidegate: INTERRUPTED, exit 6: nothing was begun\n"
				   "cause    stopped by a signal\n"
				   "next     deploy again");
	assert_int_equal(exit_of(program), 6);
	close(connection);
	close(listener);
	close(output);
	remove_folder(folder);
	free(endpoint);
	free(path);
}

/* ---- a reader that does not read ---- */

enum { FULL_BYTES = 4096 };

/* Its least size, and nothing more fits in. */
static void make_full_pipe(int ends[2])
{
	static const char bytes[FULL_BYTES];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(fcntl(ends[1], F_SETPIPE_SZ, FULL_BYTES), FULL_BYTES);
	assert_int_equal(write(ends[1], bytes, FULL_BYTES), FULL_BYTES);
}

static void empty_pipe(const int ends[2])
{
	char bytes[FULL_BYTES];

	assert_int_equal(read(ends[0], bytes, FULL_BYTES), FULL_BYTES);
}

/* A program that writes to `output`. *ended ends when it does. */
static pid_t start_hook(const char *folder, unsigned port, int output, int *ended)
{
	char *path = memory_format("%s/small.yaml", folder);
	const char *more[] = { with_keys[0], with_keys[1], with_keys[2], "LIFECYCLE_EVENT=BeforeInstall", NULL };
	int ends[2];
	pid_t hook;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	hook = fork();
	assert_true(hook >= 0);
	if (hook == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(ends[1], KEPT_OPEN);
		run_program(folder, port, more, (const char *const[]){ "tidegate", path, NULL }, output);
	}
	close(ends[1]);
	*ended = ends[0];
	free(path);
	return hook;
}

static int exit_in_time(pid_t hook, int ended)
{
	struct pollfd end = { .fd = ended };

	if (poll(&end, 1, ENDS_WITHIN_MS) != 1)
		fail_msg("it waits for its reader");
	close(ended);
	return exit_of(hook);
}

static void a_reader_that_does_not_read_is_not_waited_for(void **state)
{
	char folder[] = "/tmp/tidegate-stop.XXXXXX";
	int output[2], ended;
	pid_t hook;

	(void)state;
	assert_non_null(mkdtemp(folder));
	write_file(folder, "small.yaml", pausing_machine);
	make_full_pipe(output);
	hook = start_hook(folder, 1, output[1], &ended);
	assert_int_equal(exit_in_time(hook, ended), 0);
	close(output[0]);
	close(output[1]);
	remove_folder(folder);
}

/* It has lost what it said at its beginning, and asks AWS. */
static void stop_unread_hook(bool reads_at_last, char *words, size_t size)
{
	char folder[] = "/tmp/tidegate-stop.XXXXXX";
	struct aws aws;
	int output[2], ended;
	pid_t hook;

	assert_non_null(mkdtemp(folder));
	write_file(folder, "small.yaml", suspending_machine);
	start_aws(&aws, "Action=SuspendProcesses");
	make_full_pipe(output);
	hook = start_hook(folder, aws.port, output[1], &ended);
	await_request(aws.said, ended);
	if (reads_at_last)
		empty_pipe(output);
	kill(hook, SIGTERM);
	assert_int_equal(exit_in_time(hook, ended), 6);
	close(output[1]);
	if (!reads_at_last)
		empty_pipe(output);
	read_to_its_end(output[0], words, size);
	close(output[0]);
	end_aws(&aws);
	remove_folder(folder);
}

static void it_is_stopped_although_nobody_reads(void **state)
{
	char words[4096];

	(void)state;
	stop_unread_hook(false, words, sizeof(words));
	assert_string_equal(words, "");
}

static void what_nobody_read_is_told_of_when_somebody_does(void **state)
{
	static const char first[] =
		"tidegate: lines lost, as nobody read them in time: 2; the whole: sudo tidegate log r-";
	char words[4096];

	(void)state;
	stop_unread_hook(true, words, sizeof(words));
	assert_memory_equal(words, first, sizeof(first) - 1);
	assert_non_null(strstr(words, "\ntidegate: INTERRUPTED, exit 6: leave of i-1, run r-"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_read_that_is_not_answered_is_let_be),
		cmocka_unit_test(a_change_that_is_not_answered_stays_in_doubt),
		cmocka_unit_test(credentials_that_do_not_come_are_let_be),
		cmocka_unit_test(a_hook_that_has_not_begun_was_interrupted_too),
		cmocka_unit_test(a_reader_that_does_not_read_is_not_waited_for),
		cmocka_unit_test(it_is_stopped_although_nobody_reads),
		cmocka_unit_test(what_nobody_read_is_told_of_when_somebody_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
