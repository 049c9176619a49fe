#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/memory.h"
#include "base/storage_memory.h"
#include "run/journal_file.h"

#define VALUE "{\"machine\":{\"a\":\"\\\"b\"},\"catalogue\":[]}"
#define EXPECTED "\"definition\":" VALUE

static const struct {
	const char *line;
	bool parsed, shared;
} rows[] = {
	{ "{\"n\":1," EXPECTED "}", true, true },
	{ "{\"n\":1," EXPECTED ",\"type\":\"run\"}", true, true },
	{ "{" EXPECTED "}", true, true },
	/* Other values of that name. */
	{ "{\"n\":1,\"definition\":{\"machine\":{\"a\":\"\\\"c\"},\"catalogue\":[]},\"type\":\"run\"}", true, false },
	{ "{\"n\":4,\"type\":\"intent\",\"definition\":0,\"input\":\"which is longer than what is expected\"}", true,
	  false },
	{ "{\"n\":4,\"type\":\"intent\",\"input\":\"which is longer than all that is expected here\"}", true, false },
	{ "{\"n\":1}", true, false },
	/* Not the record's own. */
	{ "{\"about\":{" EXPECTED "},\"definition\":null}", true, false },
	{ "{\"definition\":null,\"about\":{" EXPECTED "}}", true, false },
	{ "{\"about\":[{" EXPECTED "}]}", true, false },
	{ "{\"text\":\""
	  "\\\"definition\\\":{\\\"machine\\\":{\\\"a\\\":"
	  "\"}",
	  true, false },
	/* No records. */
	{ "{" EXPECTED "," EXPECTED "}", false, false },
	{ "{" EXPECTED ",\"definition\":1}", false, false },
	{ "{" EXPECTED "1}", false, false },
	{ "{\"n\":1," EXPECTED, false, false },
	{ "{\"n\":1," EXPECTED "}}", false, false },
	{ "[1," EXPECTED "]", false, false },
	{ "{\"n\":1,\"definition\":"
	  "{\"machine\":{\"a\":\"\\\"b\"},\"catalogue\":[}}",
	  false, false },
};

static void what_is_expected_is_taken_where_the_line_has_its_bytes_and_the_record_is_the_same(void **state)
{
	struct journal_expected expected;

	(void)state;
	journal_expect(&expected, "definition", json_loads(VALUE, 0, NULL));
	buffer_add_text(&expected.text, VALUE);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		json_t *plain = journal_parse(rows[i].line, strlen(rows[i].line), NULL);
		json_t *record = journal_parse(rows[i].line, strlen(rows[i].line), &expected);

		assert_int_equal(plain != NULL, rows[i].parsed);
		if (!json_equal(plain, record) != !plain)
			fail_msg("row %zu is another record", i);
		assert_int_equal(record && json_object_get(record, "definition") == expected.value, rows[i].shared);
		json_decref(plain);
		json_decref(record);
	}
	assert_int_equal(expected.value->refcount, 1);
	journal_expected_release(&expected);
}

static int64_t fixed_wall_ms(struct clock *clock)
{
	(void)clock;
	return INT64_C(1795378058000);
}

/* Every byte of the file, made another one. */
static void damage_to_what_is_expected_is_damage_all_the_same(void **state)
{
	struct clock clock = { .wall_ms = fixed_wall_ms };
	struct storage_memory *memory = storage_memory_new();
	struct storage *storage = storage_memory_storage(memory);
	struct journal_tail tail = { 0 };
	struct journal_expected expected;
	struct buffer bytes = BUFFER_INIT;
	json_t *fields = json_loads("{" EXPECTED "}", 0, NULL);

	(void)state;
	journal_expect(&expected, "definition", json_loads(VALUE, 0, NULL));
	buffer_add_text(&expected.text, VALUE);
	journal_close(journal_create(storage, &clock, "r-0001", "run", fields, NULL));
	assert_int_equal(storage->read(storage, "r-0001.journal", SIZE_MAX, &bytes, NULL), 0);
	for (size_t i = 0; i < bytes.length; i++) {
		struct error due = ERROR_INIT, err = ERROR_INIT;
		struct storage_file *file;

		bytes.bytes[i] ^= 1;
		assert_int_equal(storage->remove(storage, "r-0001.journal", NULL), 0);
		assert_int_equal(storage->create(storage, "r-0001.journal", bytes.bytes, bytes.length, 0, &file, NULL),
				 0);
		storage->close(storage, file);
		bytes.bytes[i] ^= 1;
		assert_null(journal_read(storage, "r-0001", &tail, &due));
		assert_null(journal_read_expecting(storage, "r-0001", &expected, &tail, &err));
		assert_int_equal(err.kind, ERROR_DAMAGE);
		assert_string_equal(err.message, due.message);
	}
	buffer_release(&bytes);
	journal_expected_release(&expected);
	storage_memory_free(memory);
}

/* A record that holds less than its line says. */
static void what_is_expected_is_written_for_the_value_that_stands_for_it(void **state)
{
	struct clock clock = { .wall_ms = fixed_wall_ms };
	struct storage_memory *memory = storage_memory_new();
	struct storage *storage = storage_memory_storage(memory);
	struct journal_tail tail = { 0 };
	struct journal_expected expected;
	struct journal *journal;
	json_t *whole = json_loads(VALUE, 0, NULL), *fields;

	(void)state;
	journal_expect(&expected, "definition", json_string("all of it"));
	buffer_add_text(&expected.text, VALUE);
	fields = json_pack("{s:O}", "definition", expected.value);
	journal = journal_create_expecting(storage, &clock, "r-0001", "run", json_incref(fields), &expected, NULL);
	assert_ptr_equal(json_object_get(journal_get(journal, 0), "definition"), expected.value);
	assert_int_equal(journal_append(journal, "definition", json_incref(fields), NULL), 0);
	journal_expect_fields(journal, &expected);
	assert_int_equal(journal_append(journal, "definition", fields, NULL), 0);
	journal_expect_fields(journal, NULL);
	assert_int_equal(journal_sync(journal, NULL), 0);
	journal_close(journal);
	journal = journal_read(storage, "r-0001", &tail, NULL);
	assert_true(json_equal(json_object_get(journal_get(journal, 0), "definition"), whole));
	assert_true(json_equal(json_object_get(journal_get(journal, 1), "definition"), expected.value));
	assert_true(json_equal(json_object_get(journal_get(journal, 2), "definition"), whole));
	journal_close(journal);
	journal = journal_read_expecting(storage, "r-0001", &expected, &tail, NULL);
	assert_ptr_equal(json_object_get(journal_get(journal, 0), "definition"), expected.value);
	assert_ptr_equal(json_object_get(journal_get(journal, 2), "definition"), expected.value);
	journal_close(journal);
	json_decref(whole);
	journal_expected_release(&expected);
	storage_memory_free(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_expected_is_taken_where_the_line_has_its_bytes_and_the_record_is_the_same),
		cmocka_unit_test(what_is_expected_is_written_for_the_value_that_stands_for_it),
		cmocka_unit_test(damage_to_what_is_expected_is_damage_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
