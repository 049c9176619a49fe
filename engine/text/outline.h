/* The entries of a compiled document's sections, of which a run needs a tenth: each is made into nodes alone.
 *
 *     service: sts             the head: what is in no section that is asked for
 *     operations:              a section
 *       AssumeRole:            an entry
 *         reads: true
 */
#ifndef TIDEGATE_TEXT_OUTLINE_H
#define TIDEGATE_TEXT_OUTLINE_H

#include "text/compiled.h"

struct outline_entry {
	const char *section; /* that of `sections` */
	struct compiled_pair pair;
};

struct outline {
	struct compiled document;
	const char *const *sections;
	struct outline_entry *entries; /* in the order of the text */
	size_t count;
};

/* `sections` are the names of those asked for, ended by NULL; they outlive it. The rest lives in the arena. */
struct outline outline_of(struct arena *arena, const struct compiled *document, const char *const *sections);
const struct node *outline_head(struct arena *arena, const struct outline *outline); /* a map */

#endif
