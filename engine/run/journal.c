/* Writes the journal: makes records into chained lines, hands them to the disk, and believes no disk that has failed
 * once. Reading it back, and telling a torn tail from damage, is journal_read.c's. */
#include "config.h"

#include "run/journal.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/digest.h"
#include "base/memory.h"
#include "run/journal_file.h"
#include "run/journal_shelf.h"
#include "text/json.h"

void journal_line_hash(const char *before, const char *line, size_t length, char hex[DIGEST_HEX_BYTES])
{
	unsigned char digest[DIGEST_BYTES];

	digest_sha256(before, strlen(before), line, length, digest);
	digest_hex(digest, hex);
}

void journal_add_record(struct journal *journal, json_t *record)
{
	if (journal->count == journal->size) {
		journal->size = journal->size ? 2 * journal->size : 64;
		journal->records = memory_resize(journal->records, journal->size, sizeof(json_t *));
	}
	journal->records[journal->count++] = record;
}

struct journal *journal_new(struct storage *storage, const char *run)
{
	struct journal *journal = memory_new(1, sizeof(*journal));

	journal->storage = storage;
	snprintf(journal->run, sizeof(journal->run), "%s", run);
	snprintf(journal->name, sizeof(journal->name), "%s%s", run, JOURNAL_SUFFIX);
	return journal;
}

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	if (journal->file)
		journal->storage->close(journal->storage, journal->file);
	for (size_t i = 0; i < journal->count; i++)
		json_decref(journal->records[i]);
	free(journal->records);
	buffer_release(&journal->pending);
	buffer_release(&journal->read);
	free(journal);
}

/* What is known of the record but for its hash; the order of the keys is the order in the file. */
static json_t *record_new(const struct journal *journal, const char *type, json_t *fields)
{
	char at[TIME_TEXT_BYTES];
	json_t *record = json_made(json_object());

	json_put(record, "n", json_integer((json_int_t)journal->count + 1));
	json_put(record, "durable", json_integer((json_int_t)journal->durable));
	json_put(record, "at", json_string_nocheck(time_format(journal->clock->wall_ms(journal->clock), at)));
	json_put(record, "type", json_string_nocheck(type));
	if (journal->count == 0) {
		json_put(record, "journal", json_integer(JOURNAL_FORMAT));
		json_put(record, "run", json_string(journal->run));
	}
	if (fields && json_object_update_missing(record, fields))
		memory_exhausted();
	assert(!json_object_get(record, "sha256"));
	return record;
}

static void write_field(struct buffer *text, const struct journal_expected *expected, const char *key,
			const json_t *value)
{
	const char *bytes;
	size_t length;

	json_write_key(text, key);
	if (!expected || expected->value != value) {
		json_write(text, value);
		return;
	}
	bytes = journal_expected_bytes(expected, &length);
	/* What is expected is long, and what is behind it in its line is short. */
	buffer_reserve(text, length + 1024);
	buffer_add(text, bytes, length);
}

/* But for the brace behind it. */
static void write_record(struct buffer *text, const struct journal_expected *expected, json_t *record)
{
	const char *key;
	json_t *value;

	buffer_add_char(text, '{');
	json_object_foreach (record, key, value)
		write_field(text, expected, key, value);
}

/* Adds the record to `pending` as a line, and to the records; the next line is chained to it. */
static void journal_add_line(struct journal *journal, json_t *record)
{
	struct buffer *pending = &journal->pending;
	const size_t begin = pending->length;
	char before[DIGEST_HEX_BYTES];

	memcpy(before, journal->hash, sizeof(before));
	write_record(pending, journal->expected, record);
	journal_line_hash(before, pending->bytes + begin, pending->length - begin, journal->hash);
	json_put(record, "sha256", json_string_nocheck(journal->hash)); /* digits */
	buffer_add_text(pending, JOURNAL_HASH_BEGIN);
	buffer_add_text(pending, journal->hash);
	buffer_add_text(pending, JOURNAL_HASH_END);
	journal_shelf_keep(journal->storage->shelf, before, pending->bytes + begin, pending->length - begin, record);
	buffer_add_char(pending, '\n');
	journal_add_record(journal, record);
}

static void journal_is_written(struct journal *journal)
{
	journal->length += journal->pending.length;
	journal->unsynced = true;
	buffer_clear(&journal->pending);
}

static void journal_is_durable(struct journal *journal)
{
	journal->durable = journal->count;
	journal->unsynced = false;
}

static int journal_begin(struct journal *journal, const char *type, json_t *fields, struct error *err)
{
	struct storage *storage = journal->storage;

	journal_shelf_begin(storage->shelf);
	journal_add_line(journal, record_new(journal, type, fields));
	if (storage->create(storage, journal->name, journal->pending.bytes, journal->pending.length,
			    JOURNAL_RESERVE_BYTES, &journal->file, err))
		return -1;
	journal_is_written(journal);
	journal_is_durable(journal);
	/* No other line is as long: this one holds the machine. */
	buffer_release(&journal->pending);
	return 0;
}

static struct journal *create_named(struct storage *storage, struct clock *clock, const char *run, const char *type,
				    json_t *fields, const struct journal_expected *expected, struct error *err)
{
	struct journal *journal = journal_new(storage, run);

	journal->clock = clock;
	journal->expected = expected;
	if (journal_begin(journal, type, fields, err) == 0) {
		journal->expected = NULL;
		return journal;
	}
	journal_close(journal);
	return NULL;
}

static int random_run(unsigned digits, char run[JOURNAL_RUN_BYTES], struct error *err)
{
	unsigned number;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return error_set(err, ERROR_STORAGE, NOWHERE, "no random numbers to name a run with: %s",
				 strerror(errno));
	snprintf(run, JOURNAL_RUN_BYTES, "r-%0*x", (int)digits, number >> (32 - 4 * digits));
	return 0;
}

/* Short names are for people; longer ones come when the short ones are used up. */
static struct journal *create_unnamed(struct storage *storage, struct clock *clock, const char *type, json_t *fields,
				      const struct journal_expected *expected, struct error *err)
{
	static const unsigned digits[] = { 4, 4, 4, 4, 6, 6, 8, 8, 8 };
	struct journal *journal = NULL;
	char run[JOURNAL_RUN_BYTES];

	for (size_t i = 0; i < ARRAY_LENGTH(digits) && !journal; i++) {
		if (random_run(digits[i], run, err))
			return NULL;
		journal = create_named(storage, clock, run, type, fields, expected, err);
		if (!journal && err->kind != ERROR_BUSY)
			return NULL;
	}
	return journal;
}

struct journal *journal_create_expecting(struct storage *storage, struct clock *clock, const char *run,
					 const char *type, json_t *fields, const struct journal_expected *expected,
					 struct error *err)
{
	struct error fallback = ERROR_INIT;
	struct journal *journal = NULL;

	if (!err)
		err = &fallback;
	if (!run)
		journal = create_unnamed(storage, clock, type, fields, expected, err);
	else if (journal_run_check(run, err) == 0)
		journal = create_named(storage, clock, run, type, fields, expected, err);
	json_decref(fields);
	return journal;
}

struct journal *journal_create(struct storage *storage, struct clock *clock, const char *run, const char *type,
			       json_t *fields, struct error *err)
{
	return journal_create_expecting(storage, clock, run, type, fields, NULL, err);
}

void journal_expect_fields(struct journal *journal, const struct journal_expected *expected)
{
	journal->expected = expected;
}

/* For good: what a disk that has failed once says later is not to be believed. */
static int journal_poison(struct journal *journal, const struct error *reason, struct error *err)
{
	journal->failure = *reason;
	if (err)
		*err = *reason;
	return -1;
}

static int journal_refuse(const struct journal *journal, struct error *err)
{
	if (err)
		*err = journal->failure;
	return -1;
}

void journal_take_back(struct journal *journal)
{
	struct buffer *pending = &journal->pending;
	const char *newline;

	assert(pending->length > 0 && journal->count > 1);
	newline = memrchr(pending->bytes, '\n', pending->length - 1);
	buffer_cut(pending, newline ? (size_t)(newline + 1 - pending->bytes) : 0);
	json_decref(journal->records[--journal->count]);
	snprintf(journal->hash, sizeof(journal->hash), "%s",
		 record_string(journal->records[journal->count - 1], "sha256"));
}

int journal_append(struct journal *journal, const char *type, json_t *fields, struct error *err)
{
	struct error full = ERROR_INIT;

	if (!journal->failure.kind)
		journal_add_line(journal, record_new(journal, type, fields));
	json_decref(fields);
	if (journal->failure.kind)
		return journal_refuse(journal, err);
	if (journal->length + journal->pending.length <= JOURNAL_LIMIT_BYTES)
		return 0;
	error_set(&full, ERROR_STORAGE, NOWHERE, "'%s/%s' would be longer than %d bytes: too much for one run",
		  journal->storage->path, journal->name, JOURNAL_LIMIT_BYTES);
	return journal_poison(journal, &full, err);
}

int journal_write(struct journal *journal, struct error *err)
{
	struct storage *storage = journal->storage;
	struct error reason = ERROR_INIT;

	if (journal->failure.kind)
		return journal_refuse(journal, err);
	if (journal->pending.length == 0)
		return 0;
	if (storage->append(storage, journal->file, journal->pending.bytes, journal->pending.length, &reason))
		return journal_poison(journal, &reason, err);
	journal_is_written(journal);
	return 0;
}

int journal_sync(struct journal *journal, struct error *err)
{
	struct storage *storage = journal->storage;
	struct error reason = ERROR_INIT;

	if (journal_write(journal, err))
		return -1;
	if (!journal->unsynced)
		return 0;
	if (storage->sync(storage, journal->file, &reason))
		return journal_poison(journal, &reason, err);
	journal_is_durable(journal);
	return 0;
}

const struct error *journal_failure(const struct journal *journal)
{
	return journal->failure.kind ? &journal->failure : NULL;
}

const char *journal_run(const struct journal *journal)
{
	return journal->run;
}

size_t journal_count(const struct journal *journal)
{
	return journal->count;
}

size_t journal_durable_count(const struct journal *journal)
{
	return journal->durable;
}

json_t *journal_get(const struct journal *journal, size_t index)
{
	assert(index < journal->count);
	return journal->records[index];
}

const char *journal_type(const struct journal *journal, size_t index)
{
	return json_string_value(json_object_get(journal_get(journal, index), "type"));
}
