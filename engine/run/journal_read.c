/* Reads a journal back: takes line after line as long as each is the one that was written, then decides what the rest
 * is. A tail that no sync can have covered is what a power cut leaves, and is cut; anything else is damage, refused. */
#include "config.h"

#include "run/journal.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "run/journal_file.h"
#include "run/journal_shelf.h"

enum {
	SECTOR_BYTES = 512, /* the smallest piece that a disk writes, or loses, as a whole */
	HASH_DIGITS = DIGEST_HEX_BYTES - 1,
	HASH_SUFFIX_BYTES = sizeof(JOURNAL_HASH_BEGIN) - 1 + HASH_DIGITS + sizeof(JOURNAL_HASH_END) - 1
};

int journal_run_check(const char *run, struct error *err)
{
	if (strncmp(run, "r-", 2) == 0) {
		size_t digits = strspn(run + 2, "0123456789abcdef");

		if (digits >= 4 && digits <= 8 && run[2 + digits] == '\0')
			return 0;
	}
	return error_set(err, ERROR_USAGE, NOWHERE, "'%s' is not the name of a run, which is like 'r-7f3a'", run);
}

/* What is left to look at. */
struct rest {
	const char *bytes;
	size_t length;
};

/* The next line without its newline; false where there is no whole one. */
static bool rest_line(const struct rest *rest, struct rest *line)
{
	const char *end = rest->length ? memchr(rest->bytes, '\n', rest->length) : NULL;

	if (!end)
		return false;
	*line = (struct rest){ rest->bytes, (size_t)(end - rest->bytes) };
	return true;
}

static void rest_skip(struct rest *rest, const struct rest *line)
{
	rest->bytes += line->length + 1;
	rest->length -= line->length + 1;
}

static json_t *line_parse(const struct rest *line)
{
	return journal_parse(line->bytes, line->length, NULL);
}

static json_int_t integer_of(const json_t *record, const char *key)
{
	const json_t *value = json_object_get(record, key);

	return json_is_integer(value) ? json_integer_value(value) : -1;
}

static bool line_is_hashed(const struct rest *line, const char *before, char hex[DIGEST_HEX_BYTES])
{
	const char *suffix, *digits;

	if (line->length < HASH_SUFFIX_BYTES)
		return false;
	suffix = line->bytes + line->length - HASH_SUFFIX_BYTES;
	digits = suffix + sizeof(JOURNAL_HASH_BEGIN) - 1;
	if (memcmp(suffix, JOURNAL_HASH_BEGIN, sizeof(JOURNAL_HASH_BEGIN) - 1) != 0 ||
	    memcmp(digits + HASH_DIGITS, JOURNAL_HASH_END, sizeof(JOURNAL_HASH_END) - 1) != 0)
		return false;
	journal_line_hash(before, line->bytes, line->length - HASH_SUFFIX_BYTES, hex);
	return memcmp(digits, hex, HASH_DIGITS) == 0;
}

/* Where a line that is whole has it. */
static bool hash_of_line(const struct rest *line, char hash[DIGEST_HEX_BYTES])
{
	const size_t tail = HASH_DIGITS + sizeof(JOURNAL_HASH_END) - 1;

	if (line->length < tail)
		return false;
	memcpy(hash, line->bytes + line->length - tail, HASH_DIGITS);
	hash[HASH_DIGITS] = '\0';
	return true;
}

static json_t *line_checked(const struct rest *line, const char *before)
{
	char hex[DIGEST_HEX_BYTES];

	return line_is_hashed(line, before, hex) ? line_parse(line) : NULL;
}

static json_t *last_record(const struct journal_shelf *shelf, const struct rest *rest, const char *with)
{
	const char *end = rest->length ? rest->bytes + rest->length - 1 : NULL, *newline;
	char before[DIGEST_HEX_BYTES];
	struct rest line;
	json_t *known;

	newline = end && *end == '\n' ? memrchr(rest->bytes, '\n', rest->length - 1) : NULL;
	if (!newline || !hash_of_line(&(struct rest){ rest->bytes, (size_t)(newline - rest->bytes) }, before))
		return NULL;
	line = (struct rest){ newline + 1, (size_t)(end - newline) - 1 };
	if (!memmem(line.bytes, line.length, with, strlen(with)))
		return NULL;
	known = journal_shelf_find(shelf, before, line.bytes, line.length);
	return known ? json_incref(known) : line_checked(&line, before);
}

json_t *journal_last(struct storage *storage, const char *run, const char *with)
{
	char name[JOURNAL_RUN_BYTES + sizeof(JOURNAL_SUFFIX)];
	struct buffer bytes = BUFFER_INIT;
	json_t *record = NULL;

	snprintf(name, sizeof(name), "%s%s", run, JOURNAL_SUFFIX);
	if (storage->read(storage, name, JOURNAL_LIMIT_BYTES, &bytes, NULL) == 0)
		record = last_record(storage->shelf, &(struct rest){ bytes.bytes, bytes.length }, with);
	buffer_release(&bytes);
	return record;
}

static const char *first_record_fault(const struct journal *journal, const json_t *record)
{
	const char *run = json_string_value(json_object_get(record, "run"));

	if (integer_of(record, "journal") != JOURNAL_FORMAT)
		return "it says no version of the journal's format";
	if (!run || strcmp(run, journal->run) != 0)
		return "it is the journal of another run under this one's name";
	return NULL;
}

/* NULL where `record` is what was written as the next one; *hash is then its own. */
static const char *record_fault(struct journal *journal, const struct rest *line, const json_t *record,
				char hash[DIGEST_HEX_BYTES])
{
	if (!record)
		return "it is not JSON";
	if (integer_of(record, "n") != (json_int_t)journal->count + 1)
		return "it does not hold the record that is due there";
	if (!line_is_hashed(line, journal->hash, hash))
		return "its hash is wrong";
	if (!json_is_string(json_object_get(record, "type")))
		return "it has no type";
	return journal->count ? NULL : first_record_fault(journal, record);
}

static void journal_add_read(struct journal *journal, const struct rest *line, json_t *record, const char *hash)
{
	memcpy(journal->hash, hash, DIGEST_HEX_BYTES);
	journal_add_record(journal, record);
	journal->length += line->length + 1;
}

/* Where all lines before it are those of then, so is what was found of it then; but for the name that the file has. */
static bool journal_take_known(struct journal *journal, const struct rest *line)
{
	json_t *record = journal_shelf_find(journal->storage->shelf, journal->hash, line->bytes, line->length);
	char hash[DIGEST_HEX_BYTES];

	if (!record || (journal->count == 0 && first_record_fault(journal, record)))
		return false;
	hash_of_line(line, hash);
	journal_add_read(journal, line, json_incref(record), hash);
	return true;
}

/* Takes the line as the next record. NULL, or what is wrong with it. */
static const char *journal_take(struct journal *journal, const struct rest *line)
{
	char hash[DIGEST_HEX_BYTES] = "";
	const char *fault;
	json_t *record;

	if (journal_take_known(journal, line))
		return NULL;
	record = journal_parse(line->bytes, line->length, journal->expected);
	fault = record_fault(journal, line, record, hash);
	if (fault) {
		json_decref(record);
		return fault;
	}
	journal_shelf_keep(journal->storage->shelf, journal->hash, line->bytes, line->length, record);
	journal_add_read(journal, line, record, hash);
	return NULL;
}

/* Whether a later line says that a sync had covered what is broken here. Its hash cannot be checked, but no broken
 * line says so by chance, and being wrong here only means to refuse. */
static bool was_durable(const struct journal *journal, struct rest rest)
{
	bool durable = false;

	for (struct rest line; !durable && rest_line(&rest, &line); rest_skip(&rest, &line)) {
		json_t *record = line_parse(&line);

		durable = integer_of(record, "durable") > (json_int_t)journal->count;
		json_decref(record);
	}
	return durable;
}

/* Zeros up to the end of a sector, or of the file: blocks that were given to the file and never written. Text of ours
 * holds no zero byte. */
static bool has_hole(const struct rest *line, size_t offset, size_t end)
{
	const char *hole = memchr(line->bytes, '\0', line->length), *behind = hole;
	size_t hole_end;

	if (!hole)
		return false;
	while (behind < line->bytes + line->length && !*behind)
		behind++;
	hole_end = offset + (size_t)(behind - line->bytes);
	return hole_end == end || hole_end % SECTOR_BYTES == 0;
}

/* Several records share one sync, and a power cut keeps any of their sectors: whole lines may stand behind a hole. */
static bool is_torn(const struct journal *journal, const struct rest *rest)
{
	struct rest line;

	if (!rest_line(rest, &line))
		return true;
	return has_hole(&line, journal->length, journal->length + rest->length) && !was_durable(journal, *rest);
}

/* A later format may chain its lines otherwise: then its first one is what was not taken. */
static json_t *first_record(const struct journal *journal, const struct rest *rest)
{
	struct rest line = { 0 };

	if (journal->count > 0)
		return json_incref(journal->records[0]);
	return rest_line(rest, &line) ? line_parse(&line) : NULL;
}

static int refuse_newer(const struct journal *journal, const struct rest *rest, struct error *err)
{
	json_t *record = first_record(journal, rest);
	json_int_t format = integer_of(record, "journal");

	json_decref(record);
	if (format <= JOURNAL_FORMAT)
		return 0;
	return error_set(err, ERROR_DAMAGE, NOWHERE,
			 "'%s/%s' was made by a newer tidegate (format %lld, this one knows %d): go on with that one",
			 journal->storage->path, journal->name, (long long)format, JOURNAL_FORMAT);
}

static int refuse_damage(const struct journal *journal, const char *fault, struct error *err)
{
	const char *path = journal->storage->path, *name = journal->name;
	const size_t whole = journal->count;

	if (whole == 0)
		return error_set(err, ERROR_DAMAGE, NOWHERE,
				 "'%s/%s' line 1 is damaged: %s; look by hand at what '%s' may have changed, then move "
				 "the file away", path, name, fault, journal->run);
	return error_set(err, ERROR_DAMAGE, NOWHERE,
			 "'%s/%s' line %zu is damaged: %s; put back by hand what lines 1 to %zu, which are whole "
			 "('tidegate log %s'), say was changed, and look at what later ones may have changed, then "
			 "move the file away",
			 path, name, whole + 1, fault, whole, journal->run);
}

static int journal_load(struct journal *journal, struct journal_tail *tail, struct error *err)
{
	struct rest rest = { journal->read.bytes, journal->read.length };
	const char *fault = NULL;

	for (struct rest line; rest_line(&rest, &line); rest_skip(&rest, &line)) {
		fault = journal_take(journal, &line);
		if (fault)
			break;
	}
	if (refuse_newer(journal, &rest, err))
		return -1;
	/* The first line came with the file's name: there is none without it, and no cut leaves half of it. */
	if (journal->count == 0)
		return refuse_damage(journal, fault ? fault : "it is not whole", err);
	if (rest.length && !is_torn(journal, &rest))
		return refuse_damage(journal, fault, err);
	*tail = (struct journal_tail){ .bytes = rest.length, .line = rest.length ? journal->count + 1 : 0 };
	journal->durable = journal->count;
	return 0;
}

static struct journal *read_expecting(struct storage *storage, const char *run,
				      const struct journal_expected *expected, struct journal_tail *tail,
				      struct error *damage, struct error *err)
{
	struct error fault = ERROR_INIT;
	struct journal *journal;
	int result;

	if (journal_run_check(run, err))
		return NULL;
	journal = journal_new(storage, run);
	error_set(&journal->failure, ERROR_STORAGE, NOWHERE, "'%s/%s' was opened only for looking", storage->path,
		  journal->name);
	journal->expected = expected;
	result = storage->read(storage, journal->name, JOURNAL_LIMIT_BYTES, &journal->read, &fault);
	if (result == 0)
		result = journal_load(journal, tail, &fault);
	journal->expected = NULL;
	if (result == 0)
		return journal;
	if (damage && fault.kind == ERROR_DAMAGE && journal->count > 0) {
		*damage = fault;
		return journal;
	}
	if (err)
		*err = fault;
	journal_close(journal);
	return NULL;
}

struct journal *journal_read_whole(struct storage *storage, const char *run, struct journal_tail *tail,
				   struct error *damage, struct error *err)
{
	return read_expecting(storage, run, NULL, tail, damage, err);
}

struct journal *journal_read_expecting(struct storage *storage, const char *run,
				       const struct journal_expected *expected, struct journal_tail *tail,
				       struct error *err)
{
	return read_expecting(storage, run, expected, tail, NULL, err);
}

struct journal *journal_read(struct storage *storage, const char *run, struct journal_tail *tail, struct error *err)
{
	return read_expecting(storage, run, NULL, tail, NULL, err);
}

/* As far as those who wrote it could tell. */
static size_t known_durable(const struct journal *journal)
{
	json_int_t known = integer_of(journal->records[journal->count - 1], "durable");

	return known > 0 && known < (json_int_t)journal->count ? (size_t)known : 0;
}

int journal_go_on(struct journal *journal, struct clock *clock, struct error *err)
{
	struct storage *storage = journal->storage;

	if (storage->open(storage, journal->name, journal->read.bytes, journal->length, JOURNAL_RESERVE_BYTES,
			  &journal->file, err))
		return -1;
	buffer_release(&journal->read);
	journal->failure = (struct error)ERROR_INIT;
	journal->clock = clock;
	journal->durable = known_durable(journal);
	journal->unsynced = true;
	return 0;
}

struct journal *journal_open(struct storage *storage, struct clock *clock, const char *run, struct journal_tail *tail,
			     struct error *err)
{
	struct journal *journal = journal_read(storage, run, tail, err);

	if (!journal || journal_go_on(journal, clock, err) == 0)
		return journal;
	journal_close(journal);
	return NULL;
}

struct run_visit {
	int (*visit)(void *argument, const char *run);
	void *argument;
};

static int visit_file(void *argument, const char *name)
{
	const struct run_visit *runs = argument;
	const size_t length = strlen(name), suffix = sizeof(JOURNAL_SUFFIX) - 1;
	char run[JOURNAL_RUN_BYTES];

	if (length <= suffix || length - suffix >= sizeof(run) || strcmp(name + length - suffix, JOURNAL_SUFFIX) != 0)
		return 0;
	snprintf(run, sizeof(run), "%.*s", (int)(length - suffix), name);
	return journal_run_check(run, NULL) ? 0 : runs->visit(runs->argument, run);
}

int runs_list(struct storage *storage, int (*visit)(void *argument, const char *run), void *argument,
	      struct error *err)
{
	struct run_visit runs = { .visit = visit, .argument = argument };

	return storage->list(storage, visit_file, &runs, err);
}
