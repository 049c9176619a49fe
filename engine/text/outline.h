/* Where the entries of a file's sections stand, found without reading it as YAML: a run needs a tenth of the
 * catalogues, and reading all of them would cost more than all else of ours before its first request.
 *
 *     service: sts             the head: what comes before the first section that is asked for
 *     operations:              a section
 *       AssumeRole:            an entry
 *         reads: true
 *
 * It is for the files that are compiled in, which are written so: sections at the left edge, the head before those that
 * are asked for, entries indented by two, as plain words. A test holds it against what the whole file says. */
#ifndef TIDEGATE_TEXT_OUTLINE_H
#define TIDEGATE_TEXT_OUTLINE_H

#include "base/memory.h"
#include "text/yaml.h"

struct outline_entry {
	const char *section; /* that of `sections` */
	const char *name;
	struct yaml_part part; /* a document of one pair: {NAME: VALUE} */
};

struct outline {
	const struct source *source;
	struct yaml_part head;
	struct outline_entry *entries; /* in the order of the text */
	size_t count;
};

/* `sections` are the names of those asked for, ended by NULL. All lives in the arena but the source's text, which must
 * outlive it. */
struct outline outline_of(struct arena *arena, const struct source *source, const char *const *sections);

#endif
