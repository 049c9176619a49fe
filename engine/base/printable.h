/* Text of strangers (an answer's message, a header) made fit for a terminal and a log line. */
#ifndef TIDEGATE_BASE_PRINTABLE_H
#define TIDEGATE_BASE_PRINTABLE_H

#include <stddef.h>

/* Copies `text` into `size` bytes: control characters (C0, DEL and, in UTF-8, C1) become blanks, and what does not fit
 * is cut off between two characters, never within one. */
void printable_copy(char *into, size_t size, const char *text);

#endif
