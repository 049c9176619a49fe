/* The journal on a disk that fails: whatever happens to it, what is read back is a beginning of what was written that
 * holds all that a sync had promised, or a refusal. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"
#include "journal_fixture.h"

static struct journal *opened_again(struct disk *disk, struct journal *journal)
{
	struct journal_tail tail;

	journal_close(journal);
	return journal_open(disk_storage(disk), &fixed, RUN, &tail, NULL);
}

/* J1, with several records to a sync and to a write, and by two processes, over every crash, every step of the disk,
 * before and after it. */
static size_t write_until_off(struct disk *disk, size_t *appended)
{
	struct journal *journal = journal_create(disk_storage(disk), &fixed, RUN, "run", padding(0, 20), NULL);
	size_t durable = journal ? 1 : 0;

	*appended = 1;
	while (journal && !journal_failure(journal) && *appended < 40) {
		for (size_t i = 0; i < 5; i++, ++*appended) {
			journal_append(journal, "intent", padding(*appended, 20), NULL);
			if (i % 2)
				journal_write(journal, NULL);
		}
		if (journal_sync(journal, NULL) == 0)
			durable = journal_durable_count(journal);
		if (*appended == 21)
			journal = opened_again(disk, journal);
	}
	journal_close(journal);
	return durable;
}

static void check_crash(enum disk_crash mode, unsigned step, bool after, unsigned seed)
{
	struct disk *disk = disk_new();
	struct journal_tail tail = { 0 };
	struct error err = ERROR_INIT;
	size_t appended, durable;
	struct journal *journal;

	disk_cut_power(disk, step, after);
	durable = write_until_off(disk, &appended);
	disk_crash(disk, mode, seed);
	journal = journal_open(disk_storage(disk), &fixed, RUN, &tail, &err);
	if (journal)
		assert_is_prefix(journal, durable, appended);
	else if (durable)
		fail_msg("%s at step %u, seed %u: %s", disk_crash_name(mode), step, seed, err.message);
	journal_close(journal);
	disk_free(disk);
}

static void a_power_cut_at_any_step_leaves_all_that_was_synced(void **state)
{
	(void)state;
	for (int mode = 0; mode < DISK_CRASHES; mode++)
		for (unsigned step = 1; step <= 42; step++)
			for (unsigned seed = 0; seed < 20; seed++)
				check_crash((enum disk_crash)mode, step, seed & 1, seed);
}

/* J7, J8: whatever the disk does, a sync that returned 0 is kept, and nothing is taken after a failure. */
static void check_fault(enum disk_fault fault, unsigned nth, enum disk_crash mode)
{
	struct disk *disk = disk_new();
	struct journal_tail tail;
	struct error err = ERROR_INIT;
	size_t appended, durable;
	struct journal *journal;

	disk_inject(disk, fault, nth);
	durable = write_until_off(disk, &appended);
	disk_crash(disk, mode, nth);
	journal = journal_open(disk_storage(disk), &fixed, RUN, &tail, &err);
	if (journal)
		assert_is_prefix(journal, durable, appended);
	else if (durable && fault != DISK_RENAME_NOT_DURABLE)
		fail_msg("%s no. %u, then %s: %s", disk_fault_name(fault), nth, disk_crash_name(mode), err.message);
	journal_close(journal);
	disk_free(disk);
}

static void every_fault_of_the_disk_leaves_all_that_was_synced(void **state)
{
	(void)state;
	for (int fault = 0; fault < DISK_FAULTS; fault++)
		for (unsigned nth = 1; nth <= 9; nth++)
			for (int mode = 0; mode < DISK_CRASHES; mode++)
				check_fault((enum disk_fault)fault, nth, (enum disk_crash)mode);
}

struct refusal {
	enum disk_fault fault;
	const char *message;
};

static void a_disk_that_refuses_begins_no_journal(void **state)
{
	static const struct refusal rows[] = {
		{ DISK_ENOSPC, "cannot write 'disk/r-7f3a.journal': No space left on device" },
		{ DISK_EDQUOT, "cannot write 'disk/r-7f3a.journal': Disk quota exceeded" },
		{ DISK_EROFS, "cannot write 'disk/r-7f3a.journal': Read-only file system" },
		{ DISK_RESERVE_ENOSPC, "cannot set aside 'disk/r-7f3a.journal': No space left on device" },
		{ DISK_EMFILE, "cannot make 'disk/r-7f3a.journal': Too many open files" },
		{ DISK_EACCES, "cannot make 'disk/r-7f3a.journal': Permission denied" },
		{ DISK_WRITE_EIO, "cannot write 'disk/r-7f3a.journal': Input/output error" },
		{ DISK_WRITE_SHORT, "cannot write 'disk/r-7f3a.journal': Input/output error" },
		{ DISK_SYNC_EIO, "cannot make durable 'disk/r-7f3a.journal': Input/output error" },
		{ DISK_SYNC_DIRECTORY_EIO, "cannot make durable the names in 'disk/': Input/output error" },
		{ DISK_RENAME_EIO, "cannot make 'disk/r-7f3a.journal': Input/output error" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct disk *disk = disk_new();
		struct error err = ERROR_INIT;

		disk_inject(disk, rows[i].fault, 1);
		assert_null(journal_create(disk_storage(disk), &fixed, RUN, "run", NULL, &err));
		assert_string_equal(err.message, rows[i].message);
		assert_int_equal(err.kind, ERROR_STORAGE);
		disk_free(disk);
	}
}

/* With the same message each time, and without asking the disk again. */
static void assert_takes_nothing(struct disk *disk, struct journal *journal, const char *message)
{
	const unsigned steps = disk_steps(disk);
	struct error append = ERROR_INIT, sync = ERROR_INIT;

	assert_int_equal(journal_append(journal, "outcome", padding(2, 20), &append), -1);
	assert_string_equal(append.message, message);
	assert_int_equal(journal_sync(journal, &sync), -1);
	assert_string_equal(sync.message, message);
	assert_string_equal(journal_failure(journal)->message, message);
	assert_int_equal(disk_steps(disk), steps);
	assert_int_equal(journal_durable_count(journal), 1);
}

static void after_one_failure_a_journal_takes_nothing_for_good(void **state)
{
	static const struct refusal rows[] = {
		{ DISK_ENOSPC, "cannot write 'disk/r-7f3a.journal': No space left on device" },
		{ DISK_EDQUOT, "cannot write 'disk/r-7f3a.journal': Disk quota exceeded" },
		{ DISK_EROFS, "cannot write 'disk/r-7f3a.journal': Read-only file system" },
		{ DISK_WRITE_EIO, "cannot write 'disk/r-7f3a.journal': Input/output error" },
		{ DISK_WRITE_SHORT, "cannot write 'disk/r-7f3a.journal': Input/output error" },
		{ DISK_SYNC_EIO, "cannot make durable 'disk/r-7f3a.journal': Input/output error" },
		{ DISK_SYNC_EIO_ONCE, "cannot make durable 'disk/r-7f3a.journal': Input/output error" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct disk *disk = disk_new();
		struct journal *journal = create(disk);
		struct error err = ERROR_INIT;

		disk_inject(disk, rows[i].fault, 1);
		assert_int_equal(journal_append(journal, "intent", padding(1, 20), NULL), 0);
		assert_int_equal(journal_sync(journal, &err), -1);
		assert_string_equal(err.message, rows[i].message);
		disk_heal(disk);
		assert_takes_nothing(disk, journal, rows[i].message);
		journal_close(journal);
		disk_free(disk);
	}
}

/* The process whose sync failed dies; the next one reads from the page cache what is not on the disk. */
static void what_the_next_process_reads_is_durable_before_it_acts(void **state)
{
	struct disk *disk = disk_new();
	struct journal *journal = create(disk);

	(void)state;
	disk_inject(disk, DISK_SYNC_EIO_ONCE, 1);
	journal_append(journal, "intent", padding(1, 20), NULL);
	assert_int_equal(journal_sync(journal, NULL), -1);
	journal_close(journal);
	disk_crash(disk, DISK_KILLED, 0);
	journal = reopen(disk);
	assert_is_prefix(journal, 2, 2);
	assert_int_equal(journal_durable_count(journal), 1);
	assert_int_equal(journal_sync(journal, NULL), 0);
	assert_int_equal(journal_durable_count(journal), 2);
	journal_close(journal);
	disk_crash(disk, DISK_LOST, 0);
	journal = reopen(disk);
	assert_is_prefix(journal, 2, 2);
	journal_close(journal);
	disk_free(disk);
}

/* J5: a crash inside the opening, three deep. */
static void a_crash_while_opening_changes_nothing(void **state)
{
	(void)state;
	for (unsigned seed = 0; seed < 600; seed++) {
		struct disk *disk = disk_new();
		struct journal_tail tail;
		struct journal *journal;
		size_t length;
		char *bytes;

		journal_close(create_with(disk, 3));
		bytes = copy_platter(disk, &length);
		disk_put(disk, FILE_NAME, bytes, length - 9);
		free(bytes);
		for (unsigned depth = 0; depth < 3; depth++) {
			disk_cut_power(disk, 1 + (seed >> depth) % 6, seed & 1);
			journal_close(journal_open(disk_storage(disk), &fixed, RUN, &tail, NULL));
			disk_crash(disk, (enum disk_crash)((seed + depth) % DISK_CRASHES), seed);
		}
		journal = reopen(disk);
		assert_is_prefix(journal, 2, 2);
		journal_close(journal);
		disk_free(disk);
	}
}

static void a_disk_that_does_not_read_opens_no_journal(void **state)
{
	static const enum disk_fault rows[] = { DISK_READ_EIO, DISK_READ_SHORT, DISK_EMFILE, DISK_EACCES };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct disk *disk = disk_new();
		struct journal_tail tail;
		struct error err = ERROR_INIT;

		journal_close(create_with(disk, 2));
		disk_inject(disk, rows[i], 1);
		assert_null(journal_open(disk_storage(disk), &fixed, RUN, &tail, &err));
		assert_int_equal(err.kind, ERROR_STORAGE);
		assert_true(disk_faulted(disk));
		disk_free(disk);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_power_cut_at_any_step_leaves_all_that_was_synced),
		cmocka_unit_test(every_fault_of_the_disk_leaves_all_that_was_synced),
		cmocka_unit_test(a_disk_that_refuses_begins_no_journal),
		cmocka_unit_test(after_one_failure_a_journal_takes_nothing_for_good),
		cmocka_unit_test(what_the_next_process_reads_is_durable_before_it_acts),
		cmocka_unit_test(a_crash_while_opening_changes_nothing),
		cmocka_unit_test(a_disk_that_does_not_read_opens_no_journal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
