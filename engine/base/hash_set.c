/* Open addressing, at most half full. A slot with 0 is empty; the hash 0 goes as 1. */
#include "config.h"

#include "base/hash_set.h"

#include <stdlib.h>

#include "base/memory.h"

enum { FIRST_SIZE = 1024 };

static size_t place_of(const struct hash_set *set, uint64_t hash)
{
	size_t at = hash & (set->size - 1);

	while (set->slots[at] && set->slots[at] != hash)
		at = (at + 1) & (set->size - 1);
	return at;
}

static void grow(struct hash_set *set)
{
	const struct hash_set old = *set;

	set->size = old.size ? 2 * old.size : FIRST_SIZE;
	set->slots = memory_new(set->size, sizeof(*set->slots));
	for (size_t i = 0; i < old.size; i++)
		if (old.slots[i])
			set->slots[place_of(set, old.slots[i])] = old.slots[i];
	free(old.slots);
}

bool hash_set_add(struct hash_set *set, uint64_t hash)
{
	size_t at;

	if (2 * set->count >= set->size)
		grow(set);
	hash += hash == 0;
	at = place_of(set, hash);
	if (set->slots[at])
		return false;
	set->slots[at] = hash;
	set->count++;
	return true;
}

void hash_set_release(struct hash_set *set)
{
	free(set->slots);
	*set = (struct hash_set){ 0 };
}
