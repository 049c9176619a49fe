/* The journal on a disk that fails: whatever happens to it, what is read back is a beginning of what was written that
 * holds all that a sync had promised, or a refusal. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/memory.h"
#include "disk.h"
#include "run/journal.h"

#define RUN "r-7f3a"
#define FILE_NAME "r-7f3a.journal"

static int64_t fixed_wall_ms(struct clock *clock)
{
	(void)clock;
	return 1795378058000;
}

static struct clock fixed = { .wall_ms = fixed_wall_ms };

static json_t *padding(size_t number, size_t length)
{
	char *text = memory_new(length + 1, 1);
	json_t *fields = json_object();

	memset(text, 'a' + (char)(number % 26), length);
	json_object_set_new(fields, "text", json_string(text));
	free(text);
	return fields;
}

static struct journal *create(struct disk *disk)
{
	struct error err = ERROR_INIT;
	struct journal *journal = journal_create(disk_storage(disk), &fixed, RUN, "run", padding(0, 20), &err);

	assert_string_equal(err.message, "");
	assert_non_null(journal);
	return journal;
}

static struct journal *reopen(struct disk *disk)
{
	struct journal_tail tail;
	struct error err = ERROR_INIT;
	struct journal *journal = journal_open(disk_storage(disk), &fixed, RUN, &tail, &err);

	assert_string_equal(err.message, "");
	return journal;
}

/* `count` records in all, each synced on its own. */
static struct journal *create_with(struct disk *disk, size_t count)
{
	struct journal *journal = create(disk);

	for (size_t i = 1; i < count; i++) {
		assert_int_equal(journal_append(journal, "intent", padding(i, 20), NULL), 0);
		assert_int_equal(journal_sync(journal, NULL), 0);
	}
	return journal;
}

/* Record `i` is the one that create_with made. */
static void assert_record(const struct journal *journal, size_t i)
{
	json_t *made = padding(i, 20);

	assert_string_equal(journal_type(journal, i), i ? "intent" : "run");
	assert_string_equal(json_string_value(json_object_get(journal_get(journal, i), "text")),
			    json_string_value(json_object_get(made, "text")));
	json_decref(made);
}

static void assert_is_prefix(const struct journal *journal, size_t at_least, size_t at_most)
{
	assert_in_range(journal_count(journal), at_least, at_most);
	for (size_t i = 0; i < journal_count(journal); i++)
		assert_record(journal, i);
}

static char *copy_platter(struct disk *disk, size_t *length)
{
	const struct buffer *platter = disk_platter(disk, FILE_NAME);
	char *copy = memory_new(platter->length + 1, 1);

	*length = platter->length;
	memcpy(copy, platter->bytes, platter->length);
	return copy;
}

/* Puts `bytes` on a disk and opens: how many records there are, or 0 where it was refused (as damage). */
static size_t count_in(const char *bytes, size_t length, size_t whole)
{
	struct disk *disk = disk_new();
	struct journal_tail tail;
	struct error err = ERROR_INIT;
	struct journal *journal;
	size_t count = 0;

	disk_put(disk, FILE_NAME, bytes, length);
	journal = journal_open(disk_storage(disk), &fixed, RUN, &tail, &err);
	if (journal) {
		assert_is_prefix(journal, 1, whole);
		assert_int_equal(tail.line, tail.bytes ? journal_count(journal) + 1 : 0);
		count = journal_count(journal);
	} else {
		assert_int_equal(err.kind, ERROR_DAMAGE);
	}
	journal_close(journal);
	disk_free(disk);
	return count;
}

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

/* J6 */
static void a_flipped_bit_anywhere_never_makes_another_record(void **state)
{
	struct disk *disk = disk_new();
	size_t length, kept = 0;
	char *bytes;

	(void)state;
	journal_close(create_with(disk, 4));
	bytes = copy_platter(disk, &length);
	for (size_t i = 0; i < length * 8; i++) {
		size_t count;

		bytes[i / 8] = (char)(bytes[i / 8] ^ (1 << i % 8));
		count = count_in(bytes, length, 3);
		bytes[i / 8] = (char)(bytes[i / 8] ^ (1 << i % 8));
		kept += count != 0;
		assert_true(count == 0 || count == 3);
	}
	/* What is taken for a torn tail: the last newline in any of its bits; nothing else. */
	assert_int_equal(kept, 8);
	free(bytes);
	disk_free(disk);
}

static void any_length_of_a_torn_tail_is_cut_and_said(void **state)
{
	struct disk *disk = disk_new();
	size_t length, first;
	char *bytes;

	(void)state;
	journal_close(create_with(disk, 4));
	bytes = copy_platter(disk, &length);
	first = (size_t)(strchr(bytes, '\n') + 1 - bytes);
	for (size_t keep = 0; keep <= length; keep++) {
		size_t lines = 0;

		for (size_t i = 0; i < keep; i++)
			lines += bytes[i] == '\n';
		assert_int_equal(count_in(bytes, keep, 4), keep < first ? 0 : lines);
	}
	free(bytes);
	disk_free(disk);
}

static void a_torn_tail_of_zeros_is_cut(void **state)
{
	struct disk *disk = disk_new();
	size_t length, first;
	char *bytes;

	(void)state;
	journal_close(create_with(disk, 4));
	bytes = copy_platter(disk, &length);
	first = (size_t)(strchr(bytes, '\n') + 1 - bytes);
	for (size_t keep = length; keep-- > first;) {
		size_t lines = 0;

		bytes[keep] = '\0';
		for (size_t i = 0; i < keep; i++)
			lines += bytes[i] == '\n';
		assert_int_equal(count_in(bytes, length, 4), lines);
	}
	free(bytes);
	disk_free(disk);
}

static void the_tail_says_where_and_how_long_it_is(void **state)
{
	struct disk *disk = disk_new();
	struct journal_tail tail;
	struct journal *journal;
	size_t length;
	char *bytes;

	(void)state;
	journal_close(create_with(disk, 3));
	bytes = copy_platter(disk, &length);
	disk_put(disk, FILE_NAME, bytes, length - 7);
	journal = journal_read(disk_storage(disk), RUN, &tail, NULL);
	assert_int_equal(tail.line, 3);
	journal_close(journal);
	assert_int_equal(disk_platter(disk, FILE_NAME)->length, length - 7);
	journal = journal_open(disk_storage(disk), &fixed, RUN, &tail, NULL);
	assert_int_equal(tail.line, 3);
	assert_int_equal(disk_platter(disk, FILE_NAME)->length, length - 7 - tail.bytes);
	assert_int_equal(journal_sync(journal, NULL), 0);
	assert_int_equal(journal_append(journal, "intent", padding(2, 20), NULL), 0);
	assert_int_equal(journal_sync(journal, NULL), 0);
	assert_string_equal(disk_platter(disk, FILE_NAME)->bytes, bytes);
	journal_close(journal);
	free(bytes);
	disk_free(disk);
}

/* J6 for sectors, in a journal of many, each record synced alone: a hole is damage wherever a later record says that it
 * was durable. */
static void a_zeroed_sector_in_front_of_synced_records_is_damage(void **state)
{
	struct disk *disk = disk_new();
	size_t length, last;
	char *bytes;

	(void)state;
	journal_close(create_with(disk, 24));
	bytes = copy_platter(disk, &length);
	last = (length - 1) / 512;
	for (size_t sector = 0; sector <= last; sector++) {
		size_t begin = sector * 512, size = length - begin < 512 ? length - begin : 512, count;
		char *saved = memory_new(size, 1);

		memcpy(saved, bytes + begin, size);
		memset(bytes + begin, 0, size);
		count = count_in(bytes, length, 24);
		assert_true(sector + 2 > last ? count != 24 : count == 0);
		memcpy(bytes + begin, saved, size);
		free(saved);
	}
	free(bytes);
	disk_free(disk);
}

/* Each sector as it was when the file was any shorter: its beginning, then zeros. */
static void a_stale_sector_never_makes_another_record(void **state)
{
	struct disk *disk = disk_new();
	size_t length;
	char *bytes;

	(void)state;
	journal_close(create_with(disk, 12));
	bytes = copy_platter(disk, &length);
	for (size_t from = 0; from < length; from++) {
		size_t end = (from / 512 + 1) * 512;
		char *stale = memory_new(length + 512, 1);

		memcpy(stale, bytes, length);
		memset(stale + from, 0, (end < length ? end : length) - from);
		count_in(stale, length, 11);
		free(stale);
	}
	free(bytes);
	disk_free(disk);
}

static void a_stale_last_sector_is_the_journal_of_before(void **state)
{
	struct disk *disk = disk_new();
	struct journal *journal;
	size_t length;

	(void)state;
	journal_close(create_with(disk, 4));
	length = disk_platter(disk, FILE_NAME)->length;
	disk_stale_sector(disk, FILE_NAME, (length - 1) / 512);
	journal = reopen(disk);
	assert_is_prefix(journal, 3, 3);
	journal_close(journal);
	disk_free(disk);
}

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

/* `lines` with a right hash each, as `RUN`'s journal. */
static void put_lines(struct disk *disk, const char *const *lines, size_t count)
{
	struct buffer file = BUFFER_INIT;
	char hex[DIGEST_HEX_BYTES] = "";
	unsigned char digest[DIGEST_BYTES];

	for (size_t i = 0; i < count; i++) {
		digest_sha256(hex, strlen(hex), lines[i], strlen(lines[i]), digest);
		digest_hex(digest, hex);
		buffer_add_format(&file, "%s,\"sha256\":\"%s\"}\n", lines[i], hex);
	}
	disk_put(disk, FILE_NAME, file.bytes, file.length);
	buffer_release(&file);
}

#define FIRST "{\"n\":1,\"durable\":0,\"type\":\"run\",\"journal\":1,\"run\":\"r-7f3a\""
#define BY_HAND                                                                                                        \
	"; put back by hand what lines 1 to 1, which are whole ('tidegate log r-7f3a'), say was changed, and look at " \
	"what later ones may have changed, then move the file away"
#define NEWER(format)                                                                                                  \
	"'disk/r-7f3a.journal' was made by a newer tidegate (format " format ", this one knows 1): go on with that one"
#define LINE_1 "; look by hand at what 'r-7f3a' may have changed, then move the file away"

static void what_no_journal_of_ours_says_is_refused(void **state)
{
	static const struct {
		const char *lines[2];
		const char *message;
	} rows[] = {
		{ { "{\"n\":1,\"durable\":0,\"type\":\"run\",\"journal\":2,\"run\":\"r-7f3a\"" }, NEWER("2") },
		{ { "{\"n\":1,\"journal\":99,\"other\":{}" }, NEWER("99") },
		{ { "{\"n\":1,\"durable\":0,\"type\":\"run\",\"journal\":0,\"run\":\"r-7f3a\"" },
		  "'disk/r-7f3a.journal' line 1 is damaged: it says no version of the journal's format" LINE_1 },
		{ { "{\"n\":1,\"durable\":0,\"type\":\"run\",\"journal\":1,\"run\":\"r-7f3b\"" },
		  "'disk/r-7f3a.journal' line 1 is damaged: it is the journal of another run under this one's name"
		  LINE_1 },
		{ { "{\"n\":2,\"durable\":0,\"type\":\"run\",\"journal\":1,\"run\":\"r-7f3a\"" },
		  "'disk/r-7f3a.journal' line 1 is damaged: it does not hold the record that is due there" LINE_1 },
		{ { FIRST, "{\"n\":3,\"durable\":1,\"type\":\"intent\"" },
		  "'disk/r-7f3a.journal' line 2 is damaged: it does not hold the record that is due there" BY_HAND },
		{ { FIRST, "{\"n\":2,\"durable\":1,\"type\":7" },
		  "'disk/r-7f3a.journal' line 2 is damaged: it has no type" BY_HAND },
		{ { FIRST, "{\"n\":2,\"durable\":1,\"n\":2,\"type\":\"intent\"" },
		  "'disk/r-7f3a.journal' line 2 is damaged: it is not JSON" BY_HAND },
		{ { FIRST, "[\"n\",2" }, "'disk/r-7f3a.journal' line 2 is damaged: it is not JSON" BY_HAND },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct disk *disk = disk_new();
		struct journal_tail tail;
		struct error err = ERROR_INIT;

		put_lines(disk, rows[i].lines, rows[i].lines[1] ? 2 : 1);
		assert_null(journal_open(disk_storage(disk), &fixed, RUN, &tail, &err));
		assert_string_equal(err.message, rows[i].message);
		assert_int_equal(err.kind, ERROR_DAMAGE);
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

static void of_a_damaged_journal_what_is_whole_can_be_read(void **state)
{
	static const char *const lines[] = { FIRST, "{\"n\":3,\"durable\":1,\"type\":\"intent\"" };
	struct disk *disk = disk_new();
	struct journal_tail tail;
	struct error err = ERROR_INIT, damage = ERROR_INIT;
	struct journal *journal;

	(void)state;
	put_lines(disk, lines, 2);
	journal = journal_read_whole(disk_storage(disk), RUN, &tail, &damage, &err);
	assert_non_null(journal);
	assert_int_equal(journal_count(journal), 1);
	assert_int_equal(damage.kind, ERROR_DAMAGE);
	assert_int_equal(err.kind, ERROR_NONE);
	journal_close(journal);
	/* Without a first line there is nothing to be read. */
	put_lines(disk, lines + 1, 1);
	assert_null(journal_read_whole(disk_storage(disk), RUN, &tail, &damage, &err));
	assert_int_equal(err.kind, ERROR_DAMAGE);
	disk_free(disk);
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
		cmocka_unit_test(a_flipped_bit_anywhere_never_makes_another_record),
		cmocka_unit_test(any_length_of_a_torn_tail_is_cut_and_said),
		cmocka_unit_test(a_torn_tail_of_zeros_is_cut),
		cmocka_unit_test(the_tail_says_where_and_how_long_it_is),
		cmocka_unit_test(a_zeroed_sector_in_front_of_synced_records_is_damage),
		cmocka_unit_test(a_stale_sector_never_makes_another_record),
		cmocka_unit_test(a_stale_last_sector_is_the_journal_of_before),
		cmocka_unit_test(a_power_cut_at_any_step_leaves_all_that_was_synced),
		cmocka_unit_test(every_fault_of_the_disk_leaves_all_that_was_synced),
		cmocka_unit_test(a_disk_that_refuses_begins_no_journal),
		cmocka_unit_test(after_one_failure_a_journal_takes_nothing_for_good),
		cmocka_unit_test(what_the_next_process_reads_is_durable_before_it_acts),
		cmocka_unit_test(a_crash_while_opening_changes_nothing),
		cmocka_unit_test(what_no_journal_of_ours_says_is_refused),
		cmocka_unit_test(a_journal_opened_for_looking_takes_nothing),
		cmocka_unit_test(a_journal_opened_for_looking_is_gone_on_with_without_another_reading),
		cmocka_unit_test(of_a_damaged_journal_what_is_whole_can_be_read),
		cmocka_unit_test(a_disk_that_does_not_read_opens_no_journal),
		cmocka_unit_test(runs_are_listed_by_name_and_other_files_passed_over),
		cmocka_unit_test(a_run_without_a_name_gets_one_that_is_free),
		cmocka_unit_test(a_name_that_is_taken_or_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
