/* Arrays of the simulated world. */
#include "config.h"

#include "sim/rows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void rows_release(struct rows *rows)
{
	free(rows->rows);
	*rows = (struct rows){ .width = rows->width };
}

static void rows_reserve(struct rows *rows, size_t count)
{
	if (count <= rows->room)
		return;
	rows->room = count < 8 ? 8 : count * 2;
	rows->rows = memory_resize(rows->rows, rows->room, rows->width);
}

void *rows_at(const struct rows *rows, size_t index)
{
	assert(index < rows->count);
	return (char *)rows->rows + index * rows->width;
}

void *rows_add(struct rows *rows)
{
	rows_reserve(rows, rows->count + 1);
	rows->count++;
	return memset(rows_at(rows, rows->count - 1), 0, rows->width);
}

void rows_insert(struct rows *rows, size_t index, const void *row)
{
	char *at;

	assert(index <= rows->count);
	rows_reserve(rows, rows->count + 1);
	rows->count++;
	at = rows_at(rows, index);
	memmove(at + rows->width, at, (rows->count - 1 - index) * rows->width);
	memcpy(at, row, rows->width);
}

void rows_drop_first(struct rows *rows, size_t count)
{
	assert(count <= rows->count);
	rows->count -= count;
	memmove(rows->rows, (char *)rows->rows + count * rows->width, rows->count * rows->width);
}

void rows_copy(struct rows *into, const struct rows *from)
{
	into->width = from->width;
	rows_reserve(into, from->count);
	into->count = from->count;
	if (from->count)
		memcpy(into->rows, from->rows, from->count * from->width);
}
