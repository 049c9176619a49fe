/* A journal whose bytes are not what was written: what is read of it is a beginning of what was, or it is refused. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/memory.h"
#include "journal_fixture.h"

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

/* The bytes of so many records, with a NUL behind; owned. */
static char *written(size_t count, size_t *length)
{
	struct disk *disk = disk_new();
	char *bytes;

	journal_close(create_with(disk, count));
	bytes = copy_platter(disk, length);
	disk_free(disk);
	return bytes;
}

/* J6 */
static void a_flipped_bit_anywhere_never_makes_another_record(void **state)
{
	size_t length, kept = 0;
	char *bytes = written(4, &length);

	(void)state;
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
}

static size_t lines_in(const char *bytes, size_t length)
{
	size_t lines = 0;

	for (size_t i = 0; i < length; i++)
		lines += bytes[i] == '\n';
	return lines;
}

static void any_length_of_a_torn_tail_is_cut_and_said(void **state)
{
	size_t length;
	char *bytes = written(4, &length);
	const size_t first = (size_t)(strchr(bytes, '\n') + 1 - bytes);

	(void)state;
	for (size_t keep = 0; keep <= length; keep++)
		assert_int_equal(count_in(bytes, keep, 4), keep < first ? 0 : lines_in(bytes, keep));
	free(bytes);
}

static void a_torn_tail_of_zeros_is_cut(void **state)
{
	size_t length;
	char *bytes = written(4, &length);
	const size_t first = (size_t)(strchr(bytes, '\n') + 1 - bytes);

	(void)state;
	for (size_t keep = length; keep-- > first;) {
		bytes[keep] = '\0';
		assert_int_equal(count_in(bytes, length, 4), lines_in(bytes, keep));
	}
	free(bytes);
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
	size_t length;
	char *bytes = written(24, &length);
	const size_t last = (length - 1) / 512;

	(void)state;
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
}

/* Each sector as it was when the file was any shorter: its beginning, then zeros. */
static void a_stale_sector_never_makes_another_record(void **state)
{
	size_t length;
	char *bytes = written(12, &length);

	(void)state;
	for (size_t from = 0; from < length; from++) {
		size_t end = (from / 512 + 1) * 512;
		char *stale = memory_new(length + 512, 1);

		memcpy(stale, bytes, length);
		memset(stale + from, 0, (end < length ? end : length) - from);
		count_in(stale, length, 11);
		free(stale);
	}
	free(bytes);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flipped_bit_anywhere_never_makes_another_record),
		cmocka_unit_test(any_length_of_a_torn_tail_is_cut_and_said),
		cmocka_unit_test(a_torn_tail_of_zeros_is_cut),
		cmocka_unit_test(the_tail_says_where_and_how_long_it_is),
		cmocka_unit_test(a_zeroed_sector_in_front_of_synced_records_is_damage),
		cmocka_unit_test(a_stale_sector_never_makes_another_record),
		cmocka_unit_test(a_stale_last_sector_is_the_journal_of_before),
		cmocka_unit_test(what_no_journal_of_ours_says_is_refused),
		cmocka_unit_test(of_a_damaged_journal_what_is_whole_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
