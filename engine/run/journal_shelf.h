/* Lines of journals that this process has written, or read and found whole, for when it reads them again. A line is
 * known by its hash, which stands for all lines before it, and its bytes are compared: what the disk holds now is what
 * counts, and its record is what reading it would make (the text is that of the value, byte for byte). */
#ifndef TIDEGATE_RUN_JOURNAL_SHELF_H
#define TIDEGATE_RUN_JOURNAL_SHELF_H

#include <jansson.h>

#include "base/digest.h"

struct journal_shelf;

struct journal_shelf *journal_shelf_new(void);
void journal_shelf_free(struct journal_shelf *shelf); /* NULL is allowed */

/* The record of a line that ends with its hash and stands behind one with the hash `before` (DIGEST_HEX_BYTES with its
 * NUL, or ""); borrowed until the next journal_shelf_keep. NULL: not known. `shelf` may be NULL. */
json_t *journal_shelf_find(const struct journal_shelf *shelf, const char *before, const char *line, size_t length);
/* What is known already is not kept twice. */
void journal_shelf_keep(struct journal_shelf *shelf, const char *before, const char *line, size_t length,
			json_t *record);

#endif
