/* Files of the tree that are made of the program's tables: each is what the program would make of it now. To accept
 * what it makes: TIDEGATE_SOURCE_DIR=. tests/model/made_files_test --update */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "model/reference.h"
#include "sim/scenario.h"

static const char part_begins[] = "<!-- made by tests/model/made_files_test --update: -->\n";
static const char part_ends[] = "<!-- up to here -->\n";

/* A file, or the part of it between two marks. */
struct made_file {
	const char *path;
	bool is_part;
	void (*make)(struct buffer *text);
};

static const struct made_file files[] = {
	{ "schemas/machine.schema.json", false, machine_add_schema },
	{ "schemas/scenario.schema.json", false, scenario_add_schema },
	{ "machines/README.md", true, machine_add_reference },
	{ "schemas/README.md", true, action_add_reference },
};

static char *path_of(const struct made_file *file)
{
	const char *folder = getenv("TIDEGATE_SOURCE_DIR");

	return memory_format("%s/%s", folder ? folder : ".", file->path);
}

/* What the file should be, given what it is. */
static void make(const struct made_file *file, const struct buffer *is, struct buffer *should_be)
{
	const char *begin = file->is_part && is->bytes ? strstr(is->bytes, part_begins) : NULL;
	const char *end = begin ? strstr(begin, part_ends) : NULL;

	if (!file->is_part) {
		file->make(should_be);
		return;
	}
	if (!end)
		fail_msg("%s lacks its marks", file->path);
	begin += strlen(part_begins);
	buffer_add(should_be, is->bytes, (size_t)(begin - is->bytes));
	buffer_add_char(should_be, '\n');
	file->make(should_be);
	buffer_add_text(should_be, end);
}

static void write_file(const char *path, const struct buffer *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text->bytes, 1, text->length, file), text->length);
	assert_int_equal(fclose(file), 0);
}

static void each_file_is_as_it_would_be_made(bool update)
{
	for (size_t i = 0; i < ARRAY_LENGTH(files); i++) {
		struct buffer is = BUFFER_INIT, should_be = BUFFER_INIT;
		char *path = path_of(&files[i]);

		file_read(path, 1 << 20, &is, NULL);
		make(&files[i], &is, &should_be);
		if (update)
			write_file(path, &should_be);
		else
			assert_string_equal(buffer_text(&is), buffer_text(&should_be));
		buffer_release(&is);
		buffer_release(&should_be);
		free(path);
	}
}

static void schema_and_references_are_as_the_tables_say(void **state)
{
	each_file_is_as_it_would_be_made(*(bool *)*state);
}

int main(int count, char **arguments)
{
	bool update = count > 1 && strcmp(arguments[1], "--update") == 0;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(schema_and_references_are_as_the_tables_say, &update),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
