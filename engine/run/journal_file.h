/* What the parts of the journal share: journal.c writes, journal_read.c and journal_parse.c read. Not for others. */
#ifndef TIDEGATE_RUN_JOURNAL_FILE_H
#define TIDEGATE_RUN_JOURNAL_FILE_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/digest.h"
#include "run/journal.h"

#define JOURNAL_SUFFIX ".journal"

/* How every line ends: BEGIN, 64 hexadecimal digits, END. What is in front of BEGIN is what the hash is of. */
#define JOURNAL_HASH_BEGIN ",\"sha256\":\""
#define JOURNAL_HASH_END "\"}"

struct journal {
	struct storage *storage;
	struct clock *clock;       /* NULL when only reading */
	struct storage_file *file; /* the same */
	char run[JOURNAL_RUN_BYTES];
	char name[JOURNAL_RUN_BYTES + sizeof(JOURNAL_SUFFIX)];
	json_t **records;
	size_t count;
	size_t size;
	size_t durable;
	size_t length;               /* bytes of whole lines in the file */
	bool unsynced;               /* not all of those are known to be on the disk */
	const struct journal_expected *expected; /* or NULL */
	struct buffer read;          /* those, and what the file held behind them; empty where it is not being read */
	struct buffer pending;       /* lines that are in no file yet */
	char hash[DIGEST_HEX_BYTES]; /* of the last line; "" in front of the first */
	struct error failure;        /* .kind is ERROR_NONE while all is well */
};

struct journal *journal_new(struct storage *storage, const char *run);
void journal_add_record(struct journal *journal, json_t *record); /* takes it over */
int journal_run_check(const char *run, struct error *err);        /* 0 for "r-" and 4 to 8 hexadecimal digits */

/* The record of a line, owned; NULL where it is none. `expected` may be NULL (journal.h). */
json_t *journal_parse(const char *line, size_t length, const struct journal_expected *expected);

/* `hex` may be `before`. */
void journal_line_hash(const char *before, const char *line, size_t length, char hex[DIGEST_HEX_BYTES]);

#endif
