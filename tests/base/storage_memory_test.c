/* The storage that is only memory, as far as a copy of it goes: what it forgets and when is what the tests of run/ and
 * every rehearsal rest on. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/storage_memory.h"

static void append(struct storage_memory *memory, const char *name, const char *text, int due)
{
	struct storage *storage = storage_memory_storage(memory);
	struct buffer bytes = BUFFER_INIT;
	struct storage_file *file = NULL;

	assert_int_equal(storage->read(storage, name, SIZE_MAX, &bytes, NULL), 0);
	assert_int_equal(storage->open(storage, name, NULL, bytes.length, 0, &file, NULL), 0);
	assert_int_equal(storage->append(storage, file, text, strlen(text), NULL), due);
	storage->close(storage, file);
	buffer_release(&bytes);
}

static void make(struct storage_memory *memory, const char *name, const char *text)
{
	struct storage *storage = storage_memory_storage(memory);
	struct storage_file *file = NULL;

	assert_int_equal(storage->create(storage, name, text, strlen(text), 0, &file, NULL), 0);
	storage->close(storage, file);
}

static void assert_holds(struct storage_memory *memory, const char *name, const char *text)
{
	struct storage *storage = storage_memory_storage(memory);
	struct buffer bytes = BUFFER_INIT;

	assert_int_equal(storage->read(storage, name, SIZE_MAX, &bytes, NULL), 0);
	assert_string_equal(buffer_text(&bytes), text);
	buffer_release(&bytes);
}

static void a_copy_has_the_files_and_goes_its_own_way(void **state)
{
	struct storage_memory *one = storage_memory_new(), *other = storage_memory_new();

	(void)state;
	make(other, "old", "gone\n");
	make(one, "b", "first\n");
	make(one, "a", "second\n");
	append(one, "b", "unsynced\n", 0);
	storage_memory_copy(other, one);
	append(one, "a", "later\n", 0);
	assert_int_equal(storage_memory_steps(other), 4);
	assert_int_equal(storage_memory_step_bytes(other, 4), strlen("unsynced\n"));
	assert_int_equal(storage_memory_storage(other)->read(storage_memory_storage(other), "old", 1, NULL, NULL), -1);
	storage_memory_free(one);
	assert_holds(other, "a", "second\n");
	assert_holds(other, "b", "first\nunsynced\n");
	for (unsigned i = 0; i < 40; i++)
		append(other, "a", ".", 0);
	assert_int_equal(storage_memory_step_bytes(other, 84), 1);
	storage_memory_restart(other);
	assert_holds(other, "b", "first\n");
	storage_memory_free(other);
}

static void note(void *argument)
{
	++*(unsigned *)argument;
}

static void a_crash_that_is_to_come_comes_in_the_copy_too(void **state)
{
	struct storage_memory *one = storage_memory_new(), *other = storage_memory_new();
	unsigned died = 0;

	(void)state;
	make(one, "a", "first\n");
	storage_memory_crash_at(one, 3, 2, note, &died);
	storage_memory_copy(other, one);
	append(other, "a", "second\n", -1);
	assert_int_equal(died, 1);
	storage_memory_restart(other);
	assert_holds(other, "a", "first\nse");
	assert_holds(one, "a", "first\n");
	storage_memory_free(one);
	storage_memory_free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_has_the_files_and_goes_its_own_way),
		cmocka_unit_test(a_crash_that_is_to_come_comes_in_the_copy_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
