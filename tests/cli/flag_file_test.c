/* The file that the scripts leave is data: what they write is understood, anything else is refused, and nothing of it
 * is ever evaluated (S2). */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/flag_file.h"

#define WHAT_NEXT ": look at what is in it, copy what is right into a file of your own, and name that"

struct folder {
	char path[64];
	char *file;
};

static int begin(void **state)
{
	struct folder *folder = memory_new(1, sizeof(*folder));

	strcpy(folder->path, "/tmp/tidegate-test-XXXXXX");
	assert_non_null(mkdtemp(folder->path));
	folder->file = memory_format("%s/asg_codedeploy_flags-dg-d", folder->path);
	*state = folder;
	return 0;
}

static int end(void **state)
{
	struct folder *folder = *state;
	char *other = memory_format("%s/other", folder->path);

	unlink(folder->file);
	unlink(other);
	rmdir(folder->path);
	free(other);
	free(folder->file);
	free(folder);
	return 0;
}

static void write_file(const char *path, const char *text, size_t length)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0644), 0);
}

static void expect_told(const struct folder *folder, const char *text, const char *expected)
{
	json_t *told, *wanted = json_loads(expected, 0, NULL);
	struct error err = ERROR_INIT;

	assert_non_null(wanted);
	write_file(folder->file, text, strlen(text));
	told = flag_file_read(folder->file, &err);
	if (!told)
		fail_msg("%s", err.message);
	assert_string_equal(json_string_value(json_object_get(told, "file")), folder->file);
	json_object_del(told, "file");
	if (!json_equal(told, wanted))
		fail_msg("%s is told as %s, not %s", text, json_dumps(told, 0), expected);
	json_decref(wanted);
	json_decref(told);
}

/* A line of it, or the file. */
static void expect_refused(const struct folder *folder, const char *sentence)
{
	struct error err = ERROR_INIT;
	char *expected = sentence[0] == ':' ? memory_format("%s%s", folder->file, sentence)
					    : memory_format("'%s' %s", folder->file, sentence);

	assert_null(flag_file_read(folder->file, &err));
	assert_int_equal(err.kind, ERROR_USAGE);
	assert_string_equal(err.message, expected);
	free(expected);
}

static void what_the_scripts_write_is_understood(void **state)
{
	static const struct {
		const char *text, *told;
	} rows[] = {
		{ "", "{\"missing\": false, \"lowered\": false, \"suspended\": [], \"balancers\": []}" },
		/* elb and elb-v2, in a group whose minimum was in the way. */
		{ "asgmindecremented=true\n",
		  "{\"missing\": false, \"lowered\": true, \"suspended\": [], \"balancers\": []}" },
		/* elb, where there was room. */
		{ "AZRebalance=true\nHealthCheck=true\nasgmindecremented=false\n",
		  "{\"missing\": false, \"lowered\": false, \"suspended\": [\"AZRebalance\", \"HealthCheck\"], "
		  "\"balancers\": []}" },
		/* elb outside a group; the last line of a name counts. */
		{ "dereg=true\nELBs=one\nELBs= web-1 web-2 \n",
		  "{\"missing\": false, \"lowered\": false, \"suspended\": [], \"balancers\": [\"web-1\", "
		  "\"web-2\"]}" },
		{ "dereg=true\nELBs=",
		  "{\"missing\": false, \"lowered\": false, \"suspended\": [], \"balancers\": []}" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		expect_told(*state, rows[i].text, rows[i].told);
}

static void where_there_is_no_file_they_had_nothing_to_write_down(void **state)
{
	const struct folder *folder = *state;
	json_t *told = flag_file_read(folder->file, NULL);

	assert_true(json_is_true(json_object_get(told, "missing")));
	assert_false(json_is_true(json_object_get(told, "lowered")));
	assert_int_equal(json_array_size(json_object_get(told, "suspended")), 0);
	json_decref(told);
}

static void anything_else_is_refused(void **state)
{
	static const struct {
		const char *text, *sentence;
	} rows[] = {
		{ "asgmindecremented=true\nrm -rf /\n",
		  ":2: no value in 'rm -rf /': not a file that the scripts write" },
		{ "asgmindecremented=$(reboot)\n",
		  ":1: neither true nor false but '$(reboot)': not a file that the scripts write" },
		{ "PATH=/tmp\n", ":1: unknown flag 'PATH': not a file that the scripts write" },
		{ "Lunch=true\n", ":1: unknown flag 'Lunch': not a file that the scripts write" },
		{ "ELBs=web `id`\n", ":1: no name of a load balancer '`id`': not a file that the scripts write" },
		{ "\033]0;x\007=1\n", ":1: unknown flag ' ]0;x ': not a file that the scripts write" },
	};
	const struct folder *folder = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		write_file(folder->file, rows[i].text, strlen(rows[i].text));
		expect_refused(folder, rows[i].sentence);
	}
	write_file(folder->file, "AZRebalance=true\n\0x", 19);
	expect_refused(folder, ":0: bytes of no text behind 'AZRebalance=true ': not a file that the scripts write");
}

static void a_link_is_refused(void **state)
{
	const struct folder *folder = *state;
	char *other = memory_format("%s/other", folder->path);

	write_file(other, "asgmindecremented=true\n", 23);
	assert_int_equal(symlink(other, folder->file), 0);
	expect_refused(folder, "is a link" WHAT_NEXT);
	unlink(folder->file);
	assert_int_equal(link(other, folder->file), 0);
	expect_refused(folder, "has a second name (a hard link)" WHAT_NEXT);
	free(other);
}

static void a_file_that_others_may_write_is_refused(void **state)
{
	const struct folder *folder = *state;

	write_file(folder->file, "asgmindecremented=true\n", 23);
	assert_int_equal(chmod(folder->file, 0666), 0);
	expect_refused(folder, "may be written by others" WHAT_NEXT);
	assert_int_equal(chmod(folder->file, 0664), 0);
	expect_refused(folder, "may be written by others" WHAT_NEXT);
}

static void a_file_of_somebody_else_is_refused(void **state)
{
	const struct folder *folder = *state;

	write_file(folder->file, "asgmindecremented=true\n", 23);
	/* Only root can give a file away. */
	if (chown(folder->file, 12345, 12345) != 0)
		skip();
	expect_refused(folder, "belongs to another user" WHAT_NEXT);
}

static void a_pipe_is_refused_and_not_waited_for(void **state)
{
	const struct folder *folder = *state;

	assert_int_equal(mkfifo(folder->file, 0600), 0);
	expect_refused(folder, "is no regular file" WHAT_NEXT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_the_scripts_write_is_understood),
		TEST(where_there_is_no_file_they_had_nothing_to_write_down),
		TEST(anything_else_is_refused),
		TEST(a_link_is_refused),
		TEST(a_file_that_others_may_write_is_refused),
		TEST(a_file_of_somebody_else_is_refused),
		TEST(a_pipe_is_refused_and_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
