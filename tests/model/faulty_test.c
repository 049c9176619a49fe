/* Faulty machine files, each with what a person must read about it: tests/model/faulty/KIND/NAME.yaml. The answer
 * stands at the end of the question, in lines that begin with "#= "; they are cut off before the machine is loaded.
 * What is in `structure` breaks the schema, too (tests/interop/test_schemas.py). To accept what is said now, and then
 * to read the differences: TIDEGATE_SOURCE_DIR=. tests/model/faulty_test --update */
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

#include "base/file.h"
#include "model/machine_file.h"

enum { CASES_MOST = 400, CASES_LEAST = 50 };

static const char mark[] = "#= ";

struct fault_case {
	char *path;
	char *name; /* as messages call the file */
	const struct catalogue *catalogue;
	bool update;
};

struct suite {
	struct arena *arena;
	struct CMUnitTest tests[CASES_MOST];
	size_t count;
};

/* Where the answer begins, or the end. */
static size_t find_answer(const char *text)
{
	const char *at = strncmp(text, mark, strlen(mark)) == 0 ? text : strstr(text, "\n#= ");

	if (!at)
		return strlen(text);
	return (size_t)(at - text) + (*at == '\n');
}

static void add_answer(struct buffer *file, const char *answer)
{
	while (*answer) {
		const size_t length = strcspn(answer, "\n");

		buffer_add_format(file, "%s%.*s\n", mark, (int)length, answer);
		answer += length + (answer[length] == '\n');
	}
}

static char *diagnose(const struct fault_case *fault, const char *text, size_t length)
{
	struct diagnostics diagnostics = DIAGNOSTICS_INIT;
	struct reader reader = { .arena = arena_new(), .diagnostics = &diagnostics };
	const struct source source = { .name = fault->name, .text = text, .length = length };
	struct buffer said = BUFFER_INIT;

	machine_read_source(&reader, &source, fault->catalogue);
	diagnostics_print(&diagnostics, &said);
	diagnostics_release(&diagnostics);
	arena_free(reader.arena);
	return buffer_take(&said);
}

static void write_file(const char *path, const struct buffer *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text->bytes, 1, text->length, file), text->length);
	assert_int_equal(fclose(file), 0);
}

static void a_faulty_file_is_answered_as_written(void **state)
{
	const struct fault_case *fault = *state;
	struct buffer file = BUFFER_INIT, expected = BUFFER_INIT;
	struct error err = ERROR_INIT;
	size_t length;
	char *said;

	assert_int_equal(file_read(fault->path, 1 << 20, &file, &err), 0);
	length = find_answer(file.bytes);
	said = diagnose(fault, file.bytes, length);
	buffer_add(&expected, file.bytes, length);
	add_answer(&expected, said);
	if (fault->update)
		write_file(fault->path, &expected);
	else
		assert_string_equal(file.bytes + length, expected.bytes + length);
	assert_true(*said);
	free(said);
	buffer_release(&file);
	buffer_release(&expected);
}

static void there_are_enough_faulty_files(void **state)
{
	const struct suite *suite = *state;

	assert_true(suite->count > CASES_LEAST);
}

static void add_case(struct suite *suite, const char *folder, const char *name, const struct fault_case *pattern)
{
	struct fault_case *fault = ARENA_NEW(suite->arena, struct fault_case);

	assert_true(suite->count < CASES_MOST);
	*fault = *pattern;
	fault->path = arena_format(suite->arena, "%s/%s", folder, name);
	fault->name = arena_copy_text(suite->arena, name);
	suite->tests[suite->count++] = (struct CMUnitTest){
		.name = fault->name,
		.test_func = a_faulty_file_is_answered_as_written,
		.initial_state = fault,
	};
}

static void add_folder(struct suite *suite, const char *folder, const struct fault_case *pattern)
{
	struct dirent **entries;
	const int count = scandir(folder, &entries, NULL, alphasort);

	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		const size_t length = strlen(name);

		if (length > 5 && strcmp(name + length - 5, ".yaml") == 0)
			add_case(suite, folder, name, pattern);
		else if (name[0] != '.' && !strchr(name, '.'))
			add_folder(suite, arena_format(suite->arena, "%s/%s", folder, name), pattern);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

static const struct catalogue *load_catalogue(struct arena *arena)
{
	struct diagnostics diagnostics = DIAGNOSTICS_INIT;
	struct reader reader = { .arena = arena, .diagnostics = &diagnostics };
	struct catalogue *catalogue = catalogue_load(&reader);
	struct buffer said = BUFFER_INIT;

	if (!catalogue || catalogue_use_all(catalogue, &reader) != 0) {
		diagnostics_print(&diagnostics, &said);
		fputs(buffer_text(&said), stderr);
		exit(1);
	}
	diagnostics_release(&diagnostics);
	return catalogue;
}

int main(int count, char **arguments)
{
	static struct suite suite;
	const char *source = getenv("TIDEGATE_SOURCE_DIR");
	struct fault_case pattern = { .update = count > 1 && strcmp(arguments[1], "--update") == 0 };
	int result;

	suite.arena = arena_new();
	pattern.catalogue = load_catalogue(suite.arena);
	suite.tests[suite.count++] =
		(struct CMUnitTest)cmocka_unit_test_prestate(there_are_enough_faulty_files, &suite);
	add_folder(&suite, arena_format(suite.arena, "%s/tests/model/faulty", source ? source : "."), &pattern);
	result = _cmocka_run_group_tests("faulty machine files", suite.tests, suite.count, NULL, NULL);
	arena_free(suite.arena);
	return result;
}
