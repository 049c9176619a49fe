#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/storage_memory.h"
#include "run/journal.h"
#include "run/journal_shelf.h"

#define DIGITS "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHERS "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define LINE "{\"n\":2,\"type\":\"left\",\"sha256\":\"" DIGITS "\"}"

static const struct {
	const char *before, *line;
	bool known;
} lines[] = {
	{ DIGITS, LINE, true },
	{ OTHERS, LINE, false },
	{ "", LINE, false },
	{ DIGITS, "{\"n\":3,\"type\":\"left\",\"sha256\":\"" DIGITS "\"}", false },
	{ DIGITS, "{\"n\":2,\"type\":\"left\",\"sha256\":\"" OTHERS "\"}", false },
	{ DIGITS, "{\"n\":2,\"type\":\"le", false },
	{ DIGITS, "", false },
};

static void a_line_is_known_by_every_byte_and_by_what_was_before_it(void **state)
{
	struct journal_shelf *shelf = journal_shelf_new();
	json_t *record = json_object();

	(void)state;
	journal_shelf_keep(shelf, DIGITS, LINE, strlen(LINE), record);
	for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
		json_t *found = journal_shelf_find(shelf, lines[i].before, lines[i].line, strlen(lines[i].line));

		assert_ptr_equal(found, lines[i].known ? record : NULL);
	}
	assert_null(journal_shelf_find(NULL, DIGITS, LINE, strlen(LINE)));
	json_decref(record);
	journal_shelf_free(shelf);
}

static void a_line_is_kept_once(void **state)
{
	struct journal_shelf *shelf = journal_shelf_new();
	json_t *record = json_object();

	(void)state;
	journal_shelf_keep(shelf, DIGITS, LINE, strlen(LINE), record);
	journal_shelf_keep(shelf, DIGITS, LINE, strlen(LINE), record);
	assert_int_equal(record->refcount, 2);
	journal_shelf_free(shelf);
	json_decref(record);
}

/* Far more lines than it keeps, each with a hash of its own. */
static void a_full_shelf_is_emptied(void **state)
{
	struct journal_shelf *shelf = journal_shelf_new();
	json_t *record = json_object();
	char line[] = LINE;
	char *digits = line + sizeof(LINE) - sizeof("12345678\"}");

	(void)state;
	journal_shelf_keep(shelf, DIGITS, LINE, strlen(LINE), record);
	for (unsigned i = 0; i < 40 * 1000; i++) {
		snprintf(digits, 9, "%08x", i);
		digits[8] = '"';
		journal_shelf_keep(shelf, DIGITS, line, strlen(line), record);
	}
	assert_null(journal_shelf_find(shelf, DIGITS, LINE, strlen(LINE)));
	assert_ptr_equal(journal_shelf_find(shelf, DIGITS, line, strlen(line)), record);
	journal_shelf_free(shelf);
	assert_int_equal(record->refcount, 1);
	json_decref(record);
}

/* Whatever is read in a play, however long, is written in it. */
static void many_lines_are_let_go_of_where_a_journal_begins(void **state)
{
	static const struct {
		unsigned lines;
		bool kept;
	} rows[] = { { 1000, true }, { 4000, false } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct journal_shelf *shelf = journal_shelf_new();
		json_t *record = json_object();
		char before[16];

		for (unsigned line = 0; line < rows[i].lines; line++) {
			snprintf(before, sizeof(before), "%u", line);
			journal_shelf_keep(shelf, before, LINE, strlen(LINE), record);
		}
		assert_ptr_equal(journal_shelf_find(shelf, "0", LINE, strlen(LINE)), record);
		journal_shelf_begin(shelf);
		assert_ptr_equal(journal_shelf_find(shelf, "0", LINE, strlen(LINE)), rows[i].kept ? record : NULL);
		journal_shelf_free(shelf);
		json_decref(record);
	}
	journal_shelf_begin(NULL);
}

static int64_t fixed_wall_ms(struct clock *clock)
{
	(void)clock;
	return INT64_C(1795378058000);
}

static json_t *first_record(struct storage *storage, const char *run, struct error *err)
{
	struct journal_tail tail = { 0 };
	struct journal *journal = journal_read(storage, run, &tail, err);
	json_t *record = journal ? json_incref(journal_get(journal, 0)) : NULL;

	journal_close(journal);
	return record;
}

static void what_was_read_once_is_the_same_record_again_but_under_its_own_name_only(void **state)
{
	struct clock clock = { .wall_ms = fixed_wall_ms };
	struct storage_memory *memory = storage_memory_new();
	struct storage *storage = storage_memory_storage(memory);
	struct error err = ERROR_INIT;
	struct buffer bytes = BUFFER_INIT;
	struct storage_file *file;
	json_t *once, *again;

	(void)state;
	storage->shelf = journal_shelf_new();
	journal_close(journal_create(storage, &clock, "r-0001", "run", NULL, &err));
	once = first_record(storage, "r-0001", &err);
	again = first_record(storage, "r-0001", &err);
	assert_non_null(once);
	assert_ptr_equal(once, again);
	assert_int_equal(storage->read(storage, "r-0001.journal", 1 << 20, &bytes, &err), 0);
	assert_int_equal(storage->create(storage, "r-0002.journal", bytes.bytes, bytes.length, 0, &file, &err), 0);
	storage->close(storage, file);
	assert_null(first_record(storage, "r-0002", &err));
	assert_int_equal(err.kind, ERROR_DAMAGE);
	assert_non_null(strstr(err.message, "it is the journal of another run under this one's name"));
	json_decref(once);
	json_decref(again);
	buffer_release(&bytes);
	journal_shelf_free(storage->shelf);
	storage_memory_free(memory);
}

/* Everything of which writing and reading might make something else. */
static void what_was_written_is_what_would_be_read(void **state)
{
	static const char odd[] =
		"{\"a\":1.0,\"b\":-0.0,\"c\":1e300,\"d\":0.1,\"e\":-9223372036854775808,\"f\":[[],{},null,true,false],"
		"\"g\":\"\\u0000\\u001f\\\"\\\\/\\u00e4\\ud83d\\ude00\",\"\":{\"z\":\"\",\"y\":\"\"},"
		"\"h i\":123456789.123456789}";
	struct clock clock = { .wall_ms = fixed_wall_ms };
	struct storage_memory *memory = storage_memory_new();
	struct storage *storage = storage_memory_storage(memory);
	struct journal_shelf *shelf = journal_shelf_new();
	struct error err = ERROR_INIT;
	json_t *odds = json_loads(odd, JSON_ALLOW_NUL, NULL), *written, *known, *parsed;
	struct journal *journal;

	(void)state;
	assert_non_null(odds);
	storage->shelf = shelf;
	journal = journal_create(storage, &clock, "r-0001", "run", odds, &err);
	assert_non_null(journal);
	written = json_incref(journal_get(journal, 0));
	journal_close(journal);
	known = first_record(storage, "r-0001", &err);
	assert_ptr_equal(known, written);
	storage->shelf = NULL;
	parsed = first_record(storage, "r-0001", &err);
	assert_true(parsed != written && json_equal(parsed, written));
	assert_true(json_is_real(json_object_get(parsed, "a")));
	json_decref(known);
	json_decref(parsed);
	json_decref(written);
	journal_shelf_free(shelf);
	storage_memory_free(memory);
}

static void the_last_record_is_known_too(void **state)
{
	struct clock clock = { .wall_ms = fixed_wall_ms };
	struct storage_memory *memory = storage_memory_new();
	struct storage *storage = storage_memory_storage(memory);
	struct error err = ERROR_INIT;
	struct journal *journal;
	json_t *last;

	(void)state;
	storage->shelf = journal_shelf_new();
	journal = journal_create(storage, &clock, "r-0001", "run", NULL, &err);
	assert_int_equal(journal_append(journal, "leg_end", json_pack("{s:b}", "closed", 1), &err), 0);
	assert_int_equal(journal_sync(journal, &err), 0);
	last = journal_last(storage, "r-0001", "\"closed\":true");
	assert_ptr_equal(last, journal_get(journal, 1));
	assert_null(journal_last(storage, "r-0001", "\"closed\":false"));
	json_decref(last);
	journal_close(journal);
	journal_shelf_free(storage->shelf);
	storage_memory_free(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_known_by_every_byte_and_by_what_was_before_it),
		cmocka_unit_test(a_line_is_kept_once),
		cmocka_unit_test(a_full_shelf_is_emptied),
		cmocka_unit_test(many_lines_are_let_go_of_where_a_journal_begins),
		cmocka_unit_test(what_was_written_is_what_would_be_read),
		cmocka_unit_test(the_last_record_is_known_too),
		cmocka_unit_test(what_was_read_once_is_the_same_record_again_but_under_its_own_name_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
