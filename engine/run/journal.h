/* The journal of a run: one append-only file, one JSON object a line, each line chained to the one before by SHA-256.
 *
 *	{"n":3,"durable":2,"at":"2026-11-22T20:07:38Z","type":"intent",...the caller's fields...,"sha256":"<64 hex>"}
 *
 * `n` counts from 1 and is the number of the line; `durable` is how many records were known to be on the disk when this
 * one was made; `sha256` is over the hash of the line before (its 64 hexadecimal digits, nothing for the first line)
 * and the line's own bytes in front of `,"sha256":`. The first record also holds `journal` (the version of this format)
 * and `run`. What the records mean is for the rest of run/; nothing in here is ever written over.
 *
 * What a reader is promised: the records are the ones that were appended, in order, from the first one on, at least all
 * that a sync which returned 0 covered; or the journal is refused.
 *
 * When the run writes, and when it syncs. A record is written for the death of this process, which loses nothing that
 * was written, and synced for a power cut, which may lose all that was not:
 *
 *	a leg begins                          sync    whose it is: a timer goes on with it, or not
 *	before a request changes something    sync    its intent, and every record before it
 *	such a request was answered           write   its outcome, before anything rests on it
 *	before the run sleeps                 sync    a wait may last for minutes, and costs no more for it
 *	a leg ends                            sync    all of it, before an exit status says so
 *	a run is over                         sync    all of it, before the record that says so is made
 *	another is found to be over           sync    all of it, before a run is begun on the strength of it
 *
 * An outcome so shares its sync with what comes next: the intent behind it, the first sleep or the leg's end. Until
 * then nothing but Describe requests can be sent. A power cut in that moment leaves what one in the moment before the
 * answer leaves, an intent without an outcome, and the next process looks; what no look could tell apart is
 * decided by `in_doubt`, as ever. A request whose outcome was written is not sent twice by a process that finds it
 * written, nor by any process once the sync that covers it returned. What only observes (enter, left, restored) decides
 * nothing that the world would not tell again, and needs no sync of its own. */
#ifndef TIDEGATE_RUN_JOURNAL_H
#define TIDEGATE_RUN_JOURNAL_H

#include <jansson.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/storage.h"

enum {
	JOURNAL_FORMAT = 1, /* a journal that says more is refused: an older engine must not guess */
	/* Set aside before the first mutation, behind the first record. Two legs and a restore of a large machine write
	 * about 40 states x 4 records x 1 KB; half as much again lies over it for answers that are kept. A full disk
	 * then stops a run before it has changed anything, not between a change and its record. */
	JOURNAL_RESERVE_BYTES = 256 * 1024,
	/* Neither read nor written beyond: no input may take 64 MB, and small records take nine times as much in
	 * memory as on the disk. */
	JOURNAL_LIMIT_BYTES = 4 * 1024 * 1024,
	JOURNAL_RUN_BYTES = 12 /* "r-" and 4 to 8 hexadecimal digits, with the NUL and room */
};

struct journal;

/* What the disk held behind the last whole record. A power cut or a kill in mid-write leaves such a tail; it was never
 * synced, so nothing was done on the strength of it. To be said aloud by whoever opened the journal. */
struct journal_tail {
	size_t bytes; /* 0: the file ended with a whole record */
	size_t line;  /* where it began, counted from 1 */
};

/* What records are expected to hold, and is in memory already, in whatever form: where a line has these bytes, its
 * record gets this value rather than one that is made of them again; and a record that has it gets these bytes in its
 * line. */
struct journal_expected {
	const char *key;
	json_t *value;      /* NULL: nothing is expected */
	struct buffer text; /* `"KEY":` and a value, as json_write() writes it; without `value` empty */
};

/* Takes `value` over. `text` has the key then: the caller adds the bytes. */
void journal_expect(struct journal_expected *expected, const char *key, json_t *value);
const char *journal_expected_bytes(const struct journal_expected *expected, size_t *length); /* without the key */
void journal_expected_release(struct journal_expected *expected); /* one of all zeros is allowed */

/* Begins a journal with one record, which is durable when this returns; NULL with `err` set else, and then no mutation
 * may follow. `run` names it, or NULL: a name is made from random numbers, another where that one is taken.
 * Where a given `run` is taken: ERROR_BUSY. `fields` (an object, or NULL) is taken over, whatever is returned.
 * `storage` and `clock` outlive the journal. */
struct journal *journal_create(struct storage *storage, struct clock *clock, const char *run, const char *type,
			       json_t *fields, struct error *err);
/* The same, with fields among which is what is expected. */
struct journal *journal_create_expecting(struct storage *storage, struct clock *clock, const char *run,
					 const char *type, json_t *fields, const struct journal_expected *expected,
					 struct error *err);

/* Opens a journal to go on with it: reads and verifies it, cuts a torn tail (see *tail), and writes what was read once
 * more, since an earlier process may have died, or been lied to, between write and sync; the first sync covers it.
 * NULL: ERROR_DAMAGE with the file, the line and what to do; or ERROR_STORAGE. The caller holds the subject's lock. */
struct journal *journal_open(struct storage *storage, struct clock *clock, const char *run, struct journal_tail *tail,
			     struct error *err);

/* The same for looking only: changes nothing on the disk, needs no lock. A tail may be a record that another process is
 * writing just now. journal_append on it is an error, until journal_go_on. */
struct journal *journal_read(struct storage *storage, const char *run, struct journal_tail *tail, struct error *err);
/* The same, for who has some of it already; NULL is allowed. */
struct journal *journal_read_expecting(struct storage *storage, const char *run,
				       const struct journal_expected *expected, struct journal_tail *tail,
				       struct error *err);
/* The same, and of a damaged one what is whole, which is what people need then: *damage says the rest. */
struct journal *journal_read_whole(struct storage *storage, const char *run, struct journal_tail *tail,
				   struct error *damage, struct error *err);

/* Makes of a journal that was read for looking one that was opened, without reading it again: the caller has held the
 * subject's lock since before it was read. -1: it stays one for looking. */
int journal_go_on(struct journal *journal, struct clock *clock, struct error *err);

void journal_close(struct journal *journal); /* does not sync; NULL is allowed */

const char *journal_run(const struct journal *journal); /* "r-7f3a"; borrowed */

/* Records, the oldest first; whole, with `n`, `at`, `type` and `sha256`. Borrowed until journal_close. They are there
 * as soon as they are appended: what is to be relied on is journal_durable_count of them. */
size_t journal_count(const struct journal *journal);
size_t journal_durable_count(const struct journal *journal);
json_t *journal_get(const struct journal *journal, size_t index); /* may be kept by json_incref; never changed */
const char *journal_type(const struct journal *journal, size_t index);

/* Adds a record; it reaches the file with the next journal_write or journal_sync, together with the others since then.
 * `fields` (an object, or NULL) is taken over, whatever is returned; its keys are none of those named above. */
int journal_append(struct journal *journal, const char *type, json_t *fields, struct error *err);
/* The newest record, appended and handed to no file yet, cannot follow those before it: it is none. What is written
 * must be what can be read, or the run would be stuck for good. */
void journal_take_back(struct journal *journal);
/* From now on fields may be what is expected; NULL: no longer. Borrowed. */
void journal_expect_fields(struct journal *journal, const struct journal_expected *expected);

/* What was appended is handed to the file, and outlives this process, whatever ends it.
 *
 * The first failure of an append, a write or a sync is the last: all then fail for good, at once, with that first
 * reason. A kernel reports a failed write-back once and marks the pages clean; a second sync that succeeds says
 * nothing. */
int journal_write(struct journal *journal, struct error *err);

/* 0: every record appended so far outlives a power cut. Costs nothing where there is none that does not yet. */
int journal_sync(struct journal *journal, struct error *err);

/* The failure after which this journal takes nothing any more, or NULL. Borrowed. */
const struct error *journal_failure(const struct journal *journal);

/* The last record alone, where its line contains `with`; NULL where it does not, and where the file does not end with a
 * whole line that is chained to the one before. Nothing is said of the lines in front: they are to be read where that
 * record is not enough. The caller owns it. */
json_t *journal_last(struct storage *storage, const char *run, const char *with);

/* Calls `visit` for every run that has a journal here, by name; a visit that returns non-zero ends it. -1 with `err`
 * set where the directory cannot be read. Files that are no journals are passed over. */
int runs_list(struct storage *storage, int (*visit)(void *argument, const char *run), void *argument,
	      struct error *err);

#endif
