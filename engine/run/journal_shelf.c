#include "config.h"

#include "run/journal_shelf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "run/journal_file.h"

enum {
	SHELF_BUCKETS = 1 << 12,
	SHELF_LINES_MOST = 4 * SHELF_BUCKETS /* then it is emptied */
};

struct shelved {
	struct shelved *next;
	const char *before, *line;
	size_t length;
	json_t *record;
};

struct journal_shelf {
	struct arena *arena;
	struct shelved *buckets[SHELF_BUCKETS];
	size_t count;
};

struct journal_shelf *journal_shelf_new(void)
{
	struct journal_shelf *shelf = memory_new(1, sizeof(*shelf));

	shelf->arena = arena_new();
	return shelf;
}

static void shelf_clear(struct journal_shelf *shelf)
{
	for (size_t i = 0; i < SHELF_BUCKETS; i++) {
		for (struct shelved *at = shelf->buckets[i]; at; at = at->next)
			json_decref(at->record);
		shelf->buckets[i] = NULL;
	}
	arena_free(shelf->arena);
	shelf->arena = arena_new();
	shelf->count = 0;
}

void journal_shelf_free(struct journal_shelf *shelf)
{
	if (!shelf)
		return;
	shelf_clear(shelf);
	arena_free(shelf->arena);
	free(shelf);
}

/* By the last of its hash's digits, which are as good as random. */
static size_t bucket_of(const char *line, size_t length)
{
	const size_t end = sizeof(JOURNAL_HASH_END) - 1;
	uint64_t digits = 0;

	if (length < end + sizeof(digits))
		return 0;
	memcpy(&digits, line + length - end - sizeof(digits), sizeof(digits));
	return (size_t)((digits * UINT64_C(0x9e3779b97f4a7c15)) >> 32) % SHELF_BUCKETS;
}

json_t *journal_shelf_find(const struct journal_shelf *shelf, const char *before, const char *line, size_t length)
{
	const struct shelved *at = shelf ? shelf->buckets[bucket_of(line, length)] : NULL;

	while (at && (at->length != length || memcmp(at->line, line, length) != 0 || strcmp(at->before, before) != 0))
		at = at->next;
	return at ? at->record : NULL;
}

void journal_shelf_keep(struct journal_shelf *shelf, const char *before, const char *line, size_t length,
			json_t *record)
{
	struct shelved **bucket, *made;

	if (!shelf || journal_shelf_find(shelf, before, line, length))
		return;
	if (shelf->count == SHELF_LINES_MOST)
		shelf_clear(shelf);
	bucket = &shelf->buckets[bucket_of(line, length)];
	made = ARENA_NEW(shelf->arena, struct shelved);
	*made = (struct shelved){
		.next = *bucket, .before = arena_copy_text(shelf->arena, before),
		.line = arena_copy(shelf->arena, line, length), .length = length, .record = json_incref(record),
	};
	*bucket = made;
	shelf->count++;
}
