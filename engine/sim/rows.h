/* An array that grows, of things without pointers into each other: a world made of such arrays is copied by copying
 * bytes, which is what lets thousands of runs begin from one template. Things point at each other by index. */
#ifndef TIDEGATE_SIM_ROWS_H
#define TIDEGATE_SIM_ROWS_H

#include <stddef.h>

struct rows {
	void *rows;
	size_t count;
	size_t room;
	size_t width; /* bytes of a row */
};

#define ROWS_OF(type) ((struct rows){ .width = sizeof(type) })
#define ROW_NONE ((size_t)-1)

void rows_release(struct rows *rows);
void *rows_add(struct rows *rows); /* a new last row, zeroed; the others may have moved */
void *rows_at(const struct rows *rows, size_t index);
void rows_insert(struct rows *rows, size_t index, const void *row);
void rows_drop_first(struct rows *rows, size_t count);
void rows_copy(struct rows *into, const struct rows *from); /* uses the memory that is there */

#endif
