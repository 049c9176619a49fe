/* Holds JMESPath against the public compliance suite, and its benchmarks against growth that is worse than linear:
 * counted in tokens and steps, since time on a shared machine says nothing. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buffer.h"
#include "model/jmespath_internal.h"

enum { CASES_KNOWN = 892, BENCHMARKS_KNOWN = 16 };


static int load_suite(void **state)
{
	char *folder = memory_format("%s/jmespath", getenv("CONFORMANCE_DIR"));
	DIR *directory = opendir(folder);
	json_t *files = json_object();

	assert_non_null(directory);
	for (struct dirent *entry; (entry = readdir(directory));) {
		char *path = memory_format("%s/%s", folder, entry->d_name);

		if (strstr(entry->d_name, ".json"))
			json_object_set_new(files, entry->d_name, json_load_file(path, 0, NULL));
		free(path);
	}
	closedir(directory);
	free(folder);
	*state = files;
	return 0;
}

static int release_suite(void **state)
{
	json_decref(*state);
	return 0;
}

static json_t *search(const char *text, json_t *given, struct error *err)
{
	struct arena *arena = arena_new();
	struct expression *expression = expression_parse(arena, text, err);
	json_t *result = expression ? expression_search(expression, given, given, err) : NULL;

	/* Literals in the result are references of their own. */
	arena_free(arena);
	return result;
}

static bool equal(json_t *left, json_t *right)
{
	struct evaluation ev = { 0 };

	return value_equal(&ev, left, right);
}

static bool check_case(const char *file, json_t *given, json_t *row)
{
	const char *text = json_string_value(json_object_get(row, "expression"));
	json_t *expected = json_object_get(row, "result");
	struct error err = ERROR_INIT;
	json_t *result = search(text, given, &err);
	bool fine = expected ? result && equal(result, expected) : !result && err.kind && err.message[0];

	if (!fine)
		print_error("%s: %s: %s\n", file, text, err.message);
	json_decref(result);
	return fine;
}

static void every_case_of_the_suite_gives_its_result_or_an_error(void **state)
{
	int passed = 0, failed = 0;
	const char *file;
	json_t *groups, *group, *row;
	size_t i, j;

	json_object_foreach((json_t *)*state, file, groups) {
		if (strcmp(file, "benchmarks.json") == 0)
			continue;
		json_array_foreach(groups, i, group)
			json_array_foreach(json_object_get(group, "cases"), j, row)
				*(check_case(file, json_object_get(group, "given"), row) ? &passed : &failed) += 1;
	}
	print_message("%d of %d compliance cases\n", passed, passed + failed);
	assert_int_equal(failed, 0);
	assert_int_equal(passed, CASES_KNOWN);
}

static size_t work_over_copies(const char *text, json_t *given, size_t copies)
{
	char *each = memory_format("[*].[%s]", text);
	struct arena *arena = arena_new();
	struct error err = ERROR_INIT;
	struct expression *expression = expression_parse(arena, each, &err);
	json_t *documents = json_array(), *result;
	size_t work = 0;

	assert_non_null(expression);
	for (size_t i = 0; i < copies; i++)
		json_array_append(documents, given);
	result = expression_search_counted(expression, documents, documents, &work, &err);
	assert_int_equal(json_array_size(result), copies);
	json_decref(result);
	json_decref(documents);
	arena_free(arena);
	free(each);
	return work;
}

static size_t tokens_of_copies(const char *text, size_t copies)
{
	struct arena *arena = arena_new();
	struct buffer repeated = BUFFER_INIT;
	struct expression *expression;
	size_t count;

	for (size_t i = 0; i < copies; i++)
		buffer_add_format(&repeated, "%s%s", i ? " | " : "", text);
	expression = expression_parse(arena, buffer_text(&repeated), NULL);
	assert_non_null(expression);
	count = expression->token_count;
	buffer_release(&repeated);
	arena_free(arena);
	return count;
}

static void check_benchmark(json_t *given, json_t *row)
{
	const char *text = json_string_value(json_object_get(row, "expression"));
	const char *comment = json_string_value(json_object_get(row, "comment"));
	clock_t start = clock();
	size_t work = work_over_copies(text, given, 64);
	double ms = (double)(clock() - start) * 1000 / CLOCKS_PER_SEC;

	assert_true(work_over_copies(text, given, 128) <= 2 * work);
	assert_true(tokens_of_copies(text, 8) <= 2 * (tokens_of_copies(text, 4) + 1));
	print_message("%8.3f ms, %6zu steps for 64: %s\n", ms, work, comment);
}

static void twice_the_input_takes_twice_the_work(void **state)
{
	json_t *group, *row;
	size_t i, j;
	int count = 0;

	json_array_foreach(json_object_get(*state, "benchmarks.json"), i, group)
		json_array_foreach(json_object_get(group, "cases"), j, row) {
			check_benchmark(json_object_get(group, "given"), row);
			count++;
		}
	assert_int_equal(count, BENCHMARKS_KNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case_of_the_suite_gives_its_result_or_an_error),
		cmocka_unit_test(twice_the_input_takes_twice_the_work),
	};
	const char *folder = getenv("CONFORMANCE_DIR");

	if (!folder || !*folder) {
		puts("CONFORMANCE_DIR is not set: JMESPath is not held against its compliance suite");
		return 77;
	}
	return cmocka_run_group_tests(tests, load_suite, release_suite);
}
