/* What strangers printed, made fit for a message: a few hundred characters in one line. */
#ifndef TIDEGATE_LOCAL_SHOWN_H
#define TIDEGATE_LOCAL_SHOWN_H

#include <stddef.h>

#include "base/buffer.h"

enum { SHOWN_MOST_BYTES = 300 };

/* Adds the beginning of the text, at most so many bytes and "..." for the rest: what is no UTF-8 becomes '?', control
 * characters and runs of blanks one blank. */
void shown_add(struct buffer *into, const char *bytes, size_t length, size_t most);

/* The same with ": " before it, where there is anything but blanks. */
void shown_add_output(struct buffer *into, const char *bytes, size_t length);

#endif
