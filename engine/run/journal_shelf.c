#include "config.h"

#include "run/journal_shelf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "run/journal_file.h"

enum {
	SHELF_BUCKETS = 1 << 12,
	SHELF_LINES_MANY = 2048, /* of many plays; more of them lie too far apart in memory to be worth it */
	SHELF_LINES_MOST = 8 * SHELF_BUCKETS, /* then it is emptied in any case */
	SHELF_MACHINES = 4, /* the first ones */
	SHELF_HISTORIES = 16 /* what one play reads again, and the beginnings that it shares with the next ones */
};

struct shelved {
	struct shelved *next;
	const char *before, *line;
	size_t length;
	json_t *record;
};

struct shelved_history {
	char hash[DIGEST_HEX_BYTES];
	size_t count; /* of the records in it; 0: there is none here */
	struct history history;
};

struct shelved_machine {
	json_t *definition; /* NULL: there is none here */
	const struct machine *machine;
	struct arena *arena;
};

struct journal_shelf {
	struct arena *arena;
	struct shelved_machine machines[SHELF_MACHINES];
	size_t n_machines;
	struct shelved_history histories[SHELF_HISTORIES]; /* the one that was used last comes first */
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
	for (size_t i = 0; i < SHELF_HISTORIES; i++)
		history_release(&shelf->histories[i].history);
	for (size_t i = 0; i < shelf->n_machines; i++) {
		json_decref(shelf->machines[i].definition);
		arena_free(shelf->machines[i].arena);
	}
	free(shelf);
}

const struct machine *journal_shelf_machine(const struct journal_shelf *shelf, const json_t *definition)
{
	for (size_t i = 0; shelf && i < shelf->n_machines; i++)
		if (json_equal(shelf->machines[i].definition, definition))
			return shelf->machines[i].machine;
	return NULL;
}

bool journal_shelf_keep_machine(struct journal_shelf *shelf, json_t *definition, const struct machine *machine,
				struct arena *arena)
{
	if (!shelf || shelf->n_machines == SHELF_MACHINES)
		return false;
	shelf->machines[shelf->n_machines++] = (struct shelved_machine){ json_incref(definition), machine, arena };
	return true;
}

void journal_shelf_begin(struct journal_shelf *shelf)
{
	if (shelf && shelf->count > SHELF_LINES_MANY)
		shelf_clear(shelf);
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

static bool leads_to(const struct journal *journal, const struct shelved_history *known)
{
	return known->count > 0 && known->count <= journal_count(journal) &&
	       strcmp(known->hash, record_string(journal_get(journal, known->count - 1), "sha256")) == 0;
}

static struct shelved_history *first_in_row(struct journal_shelf *shelf, size_t i)
{
	const struct shelved_history used = shelf->histories[i];

	memmove(&shelf->histories[1], &shelf->histories[0], i * sizeof(used));
	shelf->histories[0] = used;
	return &shelf->histories[0];
}

size_t journal_shelf_history(struct journal_shelf *shelf, const struct journal *journal, struct history *history)
{
	size_t best = SHELF_HISTORIES;

	for (size_t i = 0; shelf && i < SHELF_HISTORIES; i++)
		if (leads_to(journal, &shelf->histories[i]) &&
		    (best == SHELF_HISTORIES || shelf->histories[i].count > shelf->histories[best].count))
			best = i;
	if (best == SHELF_HISTORIES)
		return 0;
	history_copy(history, &first_in_row(shelf, best)->history);
	return shelf->histories[0].count;
}

void journal_shelf_keep_history(struct journal_shelf *shelf, const struct journal *journal, struct history *history)
{
	const size_t count = journal_count(journal);
	struct shelved_history *kept;

	if (!shelf || count == 0)
		return;
	kept = first_in_row(shelf, SHELF_HISTORIES - 1);
	history_release(&kept->history);
	snprintf(kept->hash, sizeof(kept->hash), "%s", record_string(journal_get(journal, count - 1), "sha256"));
	kept->count = count;
	history_copy(&kept->history, history);
}
