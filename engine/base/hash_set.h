/* A set of hashes that only grows. */
#ifndef TIDEGATE_BASE_HASH_SET_H
#define TIDEGATE_BASE_HASH_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash_set {
	uint64_t *slots;
	size_t count, size;
};

/* Begins zeroed. false: it was in there. */
bool hash_set_add(struct hash_set *set, uint64_t hash);
void hash_set_release(struct hash_set *set);

#endif
