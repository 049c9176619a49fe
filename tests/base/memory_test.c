#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/memory.h"

static void an_arena_gives_zeroed_memory_of_any_size(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (size_t size = 1; size < 100000; size = size * 3 + 1) {
		unsigned char *bytes = arena_alloc(arena, size, 1);

		assert_int_equal(bytes[0], 0);
		assert_int_equal(bytes[size - 1], 0);
		memset(bytes, 0xff, size);
	}
	arena_free(arena);
}

static void what_an_arena_gives_is_aligned_and_does_not_overlap(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (int i = 0; i < 10000; i++) {
		char *text = arena_copy(arena, "abcdefgh", (size_t)i % 9);
		uint64_t *number = ARENA_NEW(arena, uint64_t);
		char *any = arena_alloc(arena, 3, 1);

		assert_int_equal((uintptr_t)number % _Alignof(uint64_t), 0);
		assert_int_equal((uintptr_t)any % _Alignof(max_align_t), 0);
		*number = UINT64_MAX;
		memset(any, 0xff, 3);
		assert_int_equal(strlen(text), i % 9);
	}
	arena_free(arena);
}

static void add_to_order(void *thing)
{
	static int calls;

	*(int *)thing = ++calls;
}

static void an_arena_releases_what_is_attached_newest_first(void **state)
{
	struct arena *arena = arena_new();
	int older = 0, newer = 0;

	(void)state;
	arena_attach(arena, add_to_order, &older);
	arena_attach(arena, add_to_order, &newer);
	arena_free(arena);
	assert_int_equal(newer, 1);
	assert_int_equal(older, 2);
}

static void a_buffer_grows_and_is_always_a_string(void **state)
{
	struct buffer buffer = BUFFER_INIT;
	char *taken;

	(void)state;
	assert_string_equal(buffer_text(&buffer), "");
	for (int i = 0; i < 1000; i++)
		buffer_add_format(&buffer, "%d,", i % 10);
	assert_int_equal(buffer.length, 2000);
	taken = buffer_take(&buffer);
	assert_int_equal(strlen(taken), 2000);
	assert_null(buffer.bytes);
	free(taken);
}

static void a_time_is_the_same_after_format_and_parse(void **state)
{
	char text[TIME_TEXT_BYTES];

	(void)state;
	assert_string_equal(time_format(1795378058000, text), "2026-11-22T20:07:38Z");
	assert_int_equal(time_parse(text), 1795378058000);
	assert_int_equal(time_parse("2026-11-22T20:07:38.123Z"), 1795378058000);
	assert_int_equal(time_parse("2026-11-22T21:07:38+01:00"), 1795378058000);
	assert_int_equal(time_parse("2026-11-22T14:37:38.5-05:30"), 1795378058000);
	assert_int_equal(time_parse("2026-11-22T20:07:38+01"), -1);
	assert_int_equal(time_parse("2026-11-22T20:07:38+01:00Z"), -1);
	assert_int_equal(time_parse("2026-11-22T20:07:38"), -1);
	assert_int_equal(time_parse("yesterday"), -1);
	assert_int_equal(time_parse("1970-01-01T00:00:00Z"), 0);
	assert_int_equal(time_parse("2000-02-29T00:00:00Z"), 951782400000);
	assert_int_equal(time_parse("2100-03-01T00:00:00Z"), 4107542400000);
	assert_int_equal(time_parse("2026-00-01T00:00:00Z"), -1);
	assert_int_equal(time_parse("2026-1-01T00:00:00Z"), -1);
}

static void the_days_of_five_centuries_are_named_as_the_c_library_names_them(void **state)
{
	const int64_t day_seconds = 86400;

	(void)state;
	for (int64_t day = 0; day < 500 * 366; day++) {
		const time_t seconds = (time_t)(day * day_seconds + day * 7919 % day_seconds);
		char text[TIME_TEXT_BYTES], expected[TIME_TEXT_BYTES];
		struct tm parts;

		gmtime_r(&seconds, &parts);
		strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%SZ", &parts);
		assert_string_equal(time_format((int64_t)seconds * 1000, text), expected);
		assert_int_equal(time_parse(text), (int64_t)seconds * 1000);
	}
}

static void a_time_without_four_digits_of_a_year_is_not_told(void **state)
{
	char text[TIME_TEXT_BYTES];

	(void)state;
	assert_string_equal(time_format(INT64_C(253402300799) * 1000, text), "9999-12-31T23:59:59Z");
	assert_string_equal(time_format(INT64_C(253402300800) * 1000, text), "?");
	assert_string_equal(time_format(-1000, text), "?");
	assert_string_equal(time_format(INT64_MAX, text), "?");
}

/* The journal makes that harmless: it is a death like any other, and those are rehearsed at every record. */
static void where_there_is_no_memory_the_program_ends(void **state)
{
	pid_t child;
	int status;

	(void)state;
	child = fork();
	if (child == 0) {
		int nowhere = open("/dev/null", O_WRONLY);

		dup2(nowhere, STDERR_FILENO);
		free(memory_resize(NULL, SIZE_MAX / 2, 4));
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_not_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_arena_gives_zeroed_memory_of_any_size),
		cmocka_unit_test(what_an_arena_gives_is_aligned_and_does_not_overlap),
		cmocka_unit_test(an_arena_releases_what_is_attached_newest_first),
		cmocka_unit_test(a_buffer_grows_and_is_always_a_string),
		cmocka_unit_test(where_there_is_no_memory_the_program_ends),
		cmocka_unit_test(a_time_is_the_same_after_format_and_parse),
		cmocka_unit_test(the_days_of_five_centuries_are_named_as_the_c_library_names_them),
		cmocka_unit_test(a_time_without_four_digits_of_a_year_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
