/* Where a thing stands in a text that a person wrote: file, line and column. */
#ifndef TIDEGATE_BASE_SOURCE_H
#define TIDEGATE_BASE_SOURCE_H

#include <stddef.h>

/* A text with the name under which messages speak of it. Both outlive all positions in it. */
struct source {
	const char *name;
	const char *text;
	size_t length;
};

/* Lines and columns count from 1, columns in bytes; line 0 means "the file as a whole", a null source "nowhere".
 * `length` is how many bytes of that line the fault covers, 0 where only its start is known. */
struct position {
	const struct source *source;
	unsigned line;
	unsigned column;
	unsigned length;
};

#define NOWHERE ((struct position){ 0 })

#endif
