/* What the journal writes, and reads again: its lines, its length, the names of runs. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/memory.h"
#include "journal_fixture.h"

static void a_line_is_what_its_header_says(void **state)
{
	static const char first[] = "{\"n\":1,\"durable\":0,\"at\":\"2026-11-22T20:07:38Z\",\"type\":\"run\","
				    "\"journal\":1,\"run\":\"r-7f3a\",\"text\":\"aaaaaaaaaaaaaaaaaaaa\"";
	static const char second[] = "{\"n\":2,\"durable\":1,\"at\":\"2026-11-22T20:07:38Z\",\"type\":\"intent\","
				     "\"text\":\"bbbbbbbbbbbbbbbbbbbb\"";
	char one[DIGEST_HEX_BYTES], two[DIGEST_HEX_BYTES], *due;
	unsigned char digest[DIGEST_BYTES];
	struct disk *disk = disk_new();

	(void)state;
	journal_close(create_with(disk, 2));
	digest_sha256("", 0, first, strlen(first), digest);
	digest_hex(digest, one);
	digest_sha256(one, strlen(one), second, strlen(second), digest);
	digest_hex(digest, two);
	due = memory_format("%s,\"sha256\":\"%s\"}\n%s,\"sha256\":\"%s\"}\n", first, one, second, two);
	assert_string_equal(disk_platter(disk, FILE_NAME)->bytes, due);
	free(due);
	disk_free(disk);
}

/* Of the bytes as they are: the last record's number, 0 where it cannot be told alone. */
static size_t last_in(const char *bytes, size_t length)
{
	struct disk *disk = disk_new();
	json_t *last;
	size_t number;

	disk_put(disk, FILE_NAME, bytes, length);
	last = journal_last(disk_storage(disk), RUN, "\"n\":");
	number = (size_t)json_integer_value(json_object_get(last, "n"));
	json_decref(last);
	disk_free(disk);
	return number;
}

static void the_last_record_is_told_alone_where_the_file_ends_with_it_whole(void **state)
{
	struct disk *disk = disk_new();
	size_t length, lines = 0;
	char *bytes;

	(void)state;
	assert_null(journal_last(disk_storage(disk), RUN, "\"n\":"));
	journal_close(create_with(disk, 3));
	assert_null(journal_last(disk_storage(disk), RUN, "\"closed\":true"));
	bytes = copy_platter(disk, &length);
	for (size_t cut = 0; cut <= length; cut++) {
		const bool whole = cut > 0 && bytes[cut - 1] == '\n';

		lines += whole;
		/* The first line has none in front to be chained to. */
		assert_int_equal(last_in(bytes, cut), whole && lines > 1 ? lines : 0);
	}
	for (size_t at = length - 1; at-- > 0 && bytes[at] != '\n';) {
		bytes[at] ^= 1;
		assert_int_equal(last_in(bytes, length), 0);
		bytes[at] ^= 1;
	}
	free(bytes);
	disk_free(disk);
}

/* As small and as many as those of a run that never ends. */
static json_t *small_fields(void)
{
	return json_pack("{s:s, s:{s:s, s:i, s:b}, s:[s, s], s:s}", "state", "WAIT_DRAIN", "gave", "state", "Standby",
			 "seconds", 300, "changed", 1, "processes", "AZRebalance", "AlarmNotification", "next",
			 "OUT_OF_SERVICE");
}

/* No input takes more than 64 MB of memory (X3), and a journal is one. */
static void a_journal_is_bounded_and_the_longest_is_read_in_bounded_memory(void **state)
{
	struct disk *disk = disk_new();
	struct journal *journal = create(disk);
	struct journal_tail tail;
	struct error err = ERROR_INIT;
	size_t before;

	(void)state;
	while (journal_append(journal, "left", small_fields(), &err) == 0)
		if (journal_count(journal) % 1024 == 0)
			assert_int_equal(journal_sync(journal, NULL), 0);
	assert_string_equal(err.message,
			    "'disk/r-7f3a.journal' would be longer than 4194304 bytes: too much for one run");
	assert_int_equal(journal_sync(journal, NULL), -1);
	journal_close(journal);
	assert_in_range(disk_platter(disk, FILE_NAME)->length, JOURNAL_LIMIT_BYTES - (1 << 20), JOURNAL_LIMIT_BYTES);
	before = mallinfo2().uordblks;
	journal = journal_read(disk_storage(disk), RUN, &tail, &err);
	assert_non_null(journal);
	/* The rest is the program, and the file's bytes while they are read. */
	assert_true(mallinfo2().uordblks - before < 40 * 1000 * 1000);
	journal_close(journal);
	disk_free(disk);
}

static void a_journal_goes_on_where_it_was_closed(void **state)
{
	struct disk *disk = disk_new();
	struct journal *journal = create_with(disk, 3);

	(void)state;
	journal_close(journal);
	journal = reopen(disk);
	assert_is_prefix(journal, 3, 3);
	assert_int_equal(journal_append(journal, "intent", padding(3, 20), NULL), 0);
	/* What its last record knew when it was made. */
	assert_int_equal(journal_durable_count(journal), 2);
	assert_int_equal(journal_sync(journal, NULL), 0);
	assert_int_equal(journal_durable_count(journal), 4);
	assert_string_equal(journal_run(journal), RUN);
	journal_close(journal);
	disk_crash(disk, DISK_LOST, 1);
	journal = reopen(disk);
	assert_is_prefix(journal, 4, 4);
	journal_close(journal);
	disk_free(disk);
}

/* J3 for the death of a process, and no more than that: a power cut may take it. */
static void what_is_written_outlives_the_process_and_what_is_synced_the_power(void **state)
{
	static const struct {
		enum disk_crash crash;
		size_t records;
	} rows[] = { { DISK_KILLED, 2 }, { DISK_LOST, 1 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct disk *disk = disk_new();
		struct journal *journal = create(disk);

		assert_int_equal(journal_append(journal, "intent", padding(1, 20), NULL), 0);
		assert_int_equal(journal_write(journal, NULL), 0);
		assert_int_equal(journal_append(journal, "intent", padding(2, 20), NULL), 0);
		assert_int_equal(journal_durable_count(journal), 1);
		journal_close(journal);
		disk_crash(disk, rows[i].crash, 1);
		journal = reopen(disk);
		assert_is_prefix(journal, rows[i].records, rows[i].records);
		journal_close(journal);
		disk_free(disk);
	}
}

static void several_records_share_one_sync(void **state)
{
	struct disk *disk = disk_new();
	struct journal *journal = create(disk);
	unsigned before = disk_steps(disk);

	(void)state;
	for (size_t i = 1; i <= 20; i++)
		assert_int_equal(journal_append(journal, "intent", padding(i, 20), NULL), 0);
	assert_int_equal(disk_steps(disk) - before, 0);
	assert_int_equal(journal_sync(journal, NULL), 0);
	assert_int_equal(disk_steps(disk) - before, 2);
	assert_int_equal(journal_sync(journal, NULL), 0);
	assert_int_equal(journal_write(journal, NULL), 0);
	assert_int_equal(disk_steps(disk) - before, 2);
	assert_int_equal(journal_durable_count(journal), 21);
	journal_close(journal);
	disk_free(disk);
}

/* Whether it is the only one that no file has yet, or others stand in front of it. */
static void what_is_taken_back_was_never_there(void **state)
{
	(void)state;
	for (size_t before = 1; before <= 3; before++) {
		struct disk *disk = disk_new();
		struct journal *journal = create(disk);

		for (size_t i = 1; i < before; i++)
			assert_int_equal(journal_append(journal, "intent", padding(i, 20), NULL), 0);
		assert_int_equal(journal_append(journal, "not_restored", NULL, NULL), 0);
		journal_take_back(journal);
		assert_int_equal(journal_count(journal), before);
		assert_int_equal(journal_append(journal, "intent", padding(before, 20), NULL), 0);
		assert_int_equal(journal_sync(journal, NULL), 0);
		journal_close(journal);
		journal = reopen(disk);
		assert_is_prefix(journal, before + 1, before + 1);
		journal_close(journal);
		disk_free(disk);
	}
}

static void a_journal_opened_for_looking_takes_nothing(void **state)
{
	struct disk *disk = disk_new();
	struct journal_tail tail;
	struct error err = ERROR_INIT;
	struct journal *journal;

	(void)state;
	journal_close(create_with(disk, 2));
	journal = journal_read(disk_storage(disk), RUN, &tail, &err);
	assert_is_prefix(journal, 2, 2);
	assert_int_equal(journal_append(journal, "intent", NULL, &err), -1);
	assert_string_equal(err.message, "'disk/r-7f3a.journal' was opened only for looking");
	journal_close(journal);
	disk_free(disk);
}

static void a_journal_opened_for_looking_is_gone_on_with_without_another_reading(void **state)
{
	struct disk *disk = disk_new();
	struct journal_tail tail;
	struct error err = ERROR_INIT;
	struct journal *journal;

	(void)state;
	journal_close(create_with(disk, 2));
	journal = journal_read(disk_storage(disk), RUN, &tail, &err);
	disk_inject(disk, DISK_EMFILE, 1);
	assert_int_equal(journal_go_on(journal, &fixed, &err), -1);
	assert_int_equal(err.kind, ERROR_STORAGE);
	assert_int_equal(journal_append(journal, "intent", NULL, &err), -1);
	assert_string_equal(err.message, "'disk/r-7f3a.journal' was opened only for looking");
	disk_inject(disk, DISK_READ_EIO, 1);
	assert_int_equal(journal_go_on(journal, &fixed, &err), 0);
	assert_int_equal(journal_append(journal, "intent", padding(2, 20), &err), 0);
	assert_int_equal(journal_sync(journal, &err), 0);
	disk_heal(disk);
	journal_close(journal);
	disk_crash(disk, DISK_LOST, 0);
	journal = reopen(disk);
	assert_is_prefix(journal, 3, 3);
	journal_close(journal);
	disk_free(disk);
}

static int collect(void *argument, const char *run)
{
	buffer_add_format(argument, "%s ", run);
	return 0;
}

static int stop_at_first(void *argument, const char *run)
{
	collect(argument, run);
	return 1;
}

static void runs_are_listed_by_name_and_other_files_passed_over(void **state)
{
	static const char *const names[] = { "r-7f3a.journal", "r-0001.journal", "r-12345678.journal", "i-0abc.lock",
					     "r-7f3.journal", "r-123456789.journal", "r-7F3A.journal", ".journal",
					     "r-7f3a.journal.bak", "x-7f3a.journal" };
	struct buffer found = BUFFER_INIT;
	struct disk *disk = disk_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		disk_put(disk, names[i], "", 0);
	assert_int_equal(runs_list(disk_storage(disk), collect, &found, NULL), 0);
	assert_string_equal(found.bytes, "r-0001 r-12345678 r-7f3a ");
	buffer_clear(&found);
	assert_int_equal(runs_list(disk_storage(disk), stop_at_first, &found, NULL), 0);
	assert_string_equal(found.bytes, "r-0001 ");
	buffer_release(&found);
	disk_free(disk);
}

static void a_run_without_a_name_gets_one_that_is_free(void **state)
{
	struct disk *disk = disk_new();
	struct buffer found = BUFFER_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < 2000; i++) {
		struct journal *journal = journal_create(disk_storage(disk), &fixed, NULL, "run", NULL, &err);

		assert_non_null(journal);
		journal_close(journal);
	}
	assert_int_equal(runs_list(disk_storage(disk), collect, &found, NULL), 0);
	assert_true(found.length >= 2000 * strlen("r-7f3a "));
	buffer_release(&found);
	disk_free(disk);
}

static void a_name_that_is_taken_or_none_is_refused(void **state)
{
	static const char *const names[] = { "", "r-", "r-7f3", "r-7f3a9c0d1", "7f3a", "r-7f3g", "r-../a", "r-7f3a/" };
	struct disk *disk = disk_new();
	struct error err = ERROR_INIT;

	(void)state;
	journal_close(create(disk));
	assert_null(journal_create(disk_storage(disk), &fixed, RUN, "run", NULL, &err));
	assert_int_equal(err.kind, ERROR_BUSY);
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		assert_null(journal_create(disk_storage(disk), &fixed, names[i], "run", NULL, &err));
		assert_int_equal(err.kind, ERROR_USAGE);
	}
	disk_free(disk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_what_its_header_says),
		cmocka_unit_test(the_last_record_is_told_alone_where_the_file_ends_with_it_whole),
		cmocka_unit_test(a_journal_is_bounded_and_the_longest_is_read_in_bounded_memory),
		cmocka_unit_test(a_journal_goes_on_where_it_was_closed),
		cmocka_unit_test(what_is_written_outlives_the_process_and_what_is_synced_the_power),
		cmocka_unit_test(several_records_share_one_sync),
		cmocka_unit_test(what_is_taken_back_was_never_there),
		cmocka_unit_test(a_journal_opened_for_looking_takes_nothing),
		cmocka_unit_test(a_journal_opened_for_looking_is_gone_on_with_without_another_reading),
		cmocka_unit_test(runs_are_listed_by_name_and_other_files_passed_over),
		cmocka_unit_test(a_run_without_a_name_gets_one_that_is_free),
		cmocka_unit_test(a_name_that_is_taken_or_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
