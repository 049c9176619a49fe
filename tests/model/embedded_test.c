#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"
#include "model/embedded.h"

static void read_file(const char *path, struct buffer *bytes)
{
	char *whole = memory_format("%s/%s", getenv("TIDEGATE_SOURCE_DIR"), path);

	assert_int_equal(file_read(whole, 1 << 20, bytes, NULL), 0);
	free(whole);
}

static void every_embedded_file_is_its_file_byte_for_byte(void **state)
{
	(void)state;
	if (!getenv("TIDEGATE_SOURCE_DIR"))
		skip();
	for (const struct embedded_file *file = embedded_files; file->path; file++) {
		struct buffer bytes = BUFFER_INIT;

		read_file(file->path, &bytes);
		assert_int_equal(file->length, bytes.length);
		assert_memory_equal(file->text, bytes.bytes, bytes.length);
		buffer_release(&bytes);
	}
}

static void embedded_files_are_in_the_order_of_their_paths(void **state)
{
	(void)state;
	for (const struct embedded_file *file = embedded_files; file->path && file[1].path; file++)
		assert_true(strcmp(file->path, file[1].path) < 0);
}

static void a_file_is_found_by_its_path_and_only_by_that(void **state)
{
	(void)state;
	assert_non_null(embedded_find("schemas/operations/common.yaml"));
	assert_null(embedded_find("common.yaml"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_embedded_file_is_its_file_byte_for_byte),
		cmocka_unit_test(embedded_files_are_in_the_order_of_their_paths),
		cmocka_unit_test(a_file_is_found_by_its_path_and_only_by_that),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
