#include "config.h"

#include "fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "aws/process.h"
#include "base/buffer.h"
#include "base/memory.h"

enum { OUTPUT_MOST = 1024, SOON_MS = 200, LATE_MS = 10000 };

static int run_until(const char *const *arguments, int timeout_ms, const int *stop, struct buffer *output,
		     struct error *err)
{
	const struct environment environment = { .rows = (const char *const[]){
		"PATH=/usr/bin:/bin", "AWS_ACCESS_KEY_ID=HIDDEN", "AWS_SECRET_ACCESS_KEY=HIDDEN",
		"AWS_SESSION_TOKEN=HIDDEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN=HIDDEN", "AWS_PROFILE=p", NULL
	} };
	char *copies[8] = { NULL };
	struct process process = {
		.arguments = copies, .environment = &environment, .clock = clock_system(), .timeout_ms = timeout_ms,
		.max_output_bytes = OUTPUT_MOST, .stop_descriptor = stop,
	};

	for (size_t i = 0; arguments[i]; i++)
		memcpy(&copies[i], &arguments[i], sizeof(copies[i]));
	return process_run(&process, output, err);
}

static int run(const char *const *arguments, int timeout_ms, struct buffer *output, struct error *err)
{
	return run_until(arguments, timeout_ms, NULL, output, err);
}

static int shell(const char *script, int timeout_ms, struct buffer *output, struct error *err)
{
	return run((const char *const[]){ "sh", "-c", script, NULL }, timeout_ms, output, err);
}

static void a_process_gives_what_it_prints(void **state)
{
	struct buffer output = BUFFER_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(run((const char *const[]){ "printf", "%s", "a b", NULL }, LATE_MS, &output, &err), 0);
	assert_string_equal(buffer_text(&output), "a b");
	buffer_release(&output);
}

static void a_process_inherits_no_secret_no_file_and_no_input(void **state)
{
	int mine = open("/dev/null", O_RDONLY); /* without O_CLOEXEC, as a careless parent leaves them */
	struct buffer output = BUFFER_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	assert_true(mine > 2);
	assert_int_equal(shell("env | grep -c -e HIDDEN -e AWS_ACCESS; echo $AWS_PROFILE; cat; exec ls /proc/self/fd",
			       LATE_MS, &output, &err), 0);
	close(mine);
	assert_string_equal(buffer_text(&output), "0\np\n0\n1\n2\n3\n"); /* the 3 is the folder that ls reads */
	buffer_release(&output);
}

static void a_process_that_fails_is_refused(void **state)
{
	static const struct {
		const char *script, *message;
		int timeout_ms;
	} rows[] = {
		{ "echo HIDDEN >&2; exit 3", "it failed with exit status 3; run it by hand to see why", LATE_MS },
		{ "kill -9 $$", "it was ended by signal 9", LATE_MS },
		{ "exec sleep 100", "it did not end within 200 ms", SOON_MS },
		{ "exec >&-; exec sleep 100", "it did not end within 200 ms", SOON_MS },
		{ "trap '' TERM; while :; do echo; done", "it prints more than 1024 bytes", LATE_MS },
		{ "head -c 10000000 /dev/zero | tr '\\0' S", "it prints more than 1024 bytes", LATE_MS },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct buffer output = BUFFER_INIT;
		struct error err = ERROR_INIT;

		assert_int_equal(shell(rows[i].script, rows[i].timeout_ms, &output, &err), -1);
		fixture_expect_error(*state, &err, rows[i].message);
		buffer_release(&output);
	}
}

static void a_process_has_ended_although_what_it_started_holds_its_output(void **state)
{
	struct buffer output = BUFFER_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(shell("sleep 100 & printf 'a b'", LATE_MS, &output, &err), 0);
	assert_string_equal(buffer_text(&output), "a b");
	assert_int_equal(shell("sleep 100 & exit 3", LATE_MS, &output, &err), -1);
	buffer_release(&output);
}

static void a_program_that_is_not_there_is_refused(void **state)
{
	struct buffer output = BUFFER_INIT;
	struct error err = ERROR_INIT;

	assert_int_equal(run((const char *const[]){ "no-such-HIDDEN", NULL }, LATE_MS, &output, &err), -1);
	fixture_expect_error(*state, &err, "it cannot be run: No such file or directory");
	buffer_release(&output);
}

static void what_a_process_started_ends_with_it(void **state)
{
	struct fixture *fixture = *state;
	struct buffer output = BUFFER_INIT;
	struct error err = ERROR_INIT;
	char script[160], path[100];
	char *end;

	/* The grandchild holds a lock; once that is free, it is gone. */
	snprintf(path, sizeof(path), "%s/lock", fixture->home);
	snprintf(script, sizeof(script), "flock %s sleep 100", path);
	assert_int_equal(shell(script, SOON_MS, &output, &err), -1);
	buffer_clear(&output);
	snprintf(script, sizeof(script), "flock %s echo free", path);
	assert_int_equal(shell(script, LATE_MS, &output, &err), 0);
	end = output.bytes + strcspn(output.bytes, "\n");
	*end = '\0';
	assert_string_equal(output.bytes, "free");
	buffer_release(&output);
}

static void a_process_ends_where_a_stop_is_asked_for(void **state)
{
	static const char *const scripts[] = { "exec sleep 100", "exec >&-; exec sleep 100" };
	struct clock *clock = clock_system();
	const int64_t begun_ms = clock->monotonic_ms(clock);
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(write(ends[1], "!", 1), 1);
	for (size_t i = 0; i < ARRAY_LENGTH(scripts); i++) {
		const char *const arguments[] = { "sh", "-c", scripts[i], NULL };
		struct buffer output = BUFFER_INIT;
		struct error err = ERROR_INIT;

		assert_int_equal(run_until(arguments, LATE_MS, &ends[0], &output, &err), -1);
		fixture_expect_error(*state, &err, "it was stopped by a signal");
		buffer_release(&output);
	}
	assert_in_range(clock->monotonic_ms(clock) - begun_ms, 0, LATE_MS - 1);
	close(ends[0]);
	close(ends[1]);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(a_process_gives_what_it_prints),
		WITH_FIXTURE(a_process_inherits_no_secret_no_file_and_no_input),
		WITH_FIXTURE(a_process_that_fails_is_refused),
		cmocka_unit_test(a_process_has_ended_although_what_it_started_holds_its_output),
		WITH_FIXTURE(a_program_that_is_not_there_is_refused),
		WITH_FIXTURE(what_a_process_started_ends_with_it),
		WITH_FIXTURE(a_process_ends_where_a_stop_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
