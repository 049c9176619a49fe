/* What this process knows of journals that it reads again and again, as a rehearsal does.
 *
 * Lines that it has written, or read and found whole. A line is known by its hash, which stands for all lines before
 * it, and its bytes are compared: what the disk holds now is what counts, and its record is what reading it would make
 * (the text is that of the value, byte for byte).
 *
 * Machines that it has made of what journals hold of them, by that.
 *
 * Histories that it has replayed, by the hash of the last line that is in them. They are asked for with journals whose
 * lines have all been read, known or not: so a line that is damaged is found by reading, before any of this. */
#ifndef TIDEGATE_RUN_JOURNAL_SHELF_H
#define TIDEGATE_RUN_JOURNAL_SHELF_H

#include <jansson.h>

#include "base/digest.h"
#include "base/memory.h"
#include "model/machine.h"
#include "run/history.h"
#include "run/journal.h"

struct journal_shelf;

/* A new journal begins: where there are many lines, they are let go of. Never in between, for it will be read again. */
void journal_shelf_begin(struct journal_shelf *shelf); /* may be NULL */

struct journal_shelf *journal_shelf_new(void);
void journal_shelf_free(struct journal_shelf *shelf); /* NULL is allowed */

/* The record of a line that ends with its hash and stands behind one with the hash `before` (DIGEST_HEX_BYTES with its
 * NUL, or ""); borrowed until the next journal_shelf_keep. NULL: not known. `shelf` may be NULL. */
json_t *journal_shelf_find(const struct journal_shelf *shelf, const char *before, const char *line, size_t length);
/* What is known already is not kept twice. */
void journal_shelf_keep(struct journal_shelf *shelf, const char *before, const char *line, size_t length,
			json_t *record);

/* The machine that was made of an equal definition; it lives as long as the shelf. NULL: none was. Here, too, `shelf`
 * may be NULL. */
const struct machine *journal_shelf_machine(const struct journal_shelf *shelf, const json_t *definition);
/* Whether there is room for it: then the arena in which it lives is taken over. */
bool journal_shelf_keep_machine(struct journal_shelf *shelf, json_t *definition, const struct machine *machine,
				struct arena *arena);

/* A copy, in *history (one of all zeros), of where the first records of `journal` lead: how many those are, as many as
 * are known. 0: none, and *history is left alone. `shelf` may be NULL. */
size_t journal_shelf_history(struct journal_shelf *shelf, const struct journal *journal, struct history *history);
/* Where all of its records lead, by history_apply() from the first one on. */
void journal_shelf_keep_history(struct journal_shelf *shelf, const struct journal *journal, struct history *history);

#endif
