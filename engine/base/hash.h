/* A hash of 64 bits, for telling things apart within one process. What others may choose is none of its business: it
 * is no defence. */
#ifndef TIDEGATE_BASE_HASH_H
#define TIDEGATE_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The hash of what was hashed so far with this behind it: the mixing of splitmix64. */
static inline uint64_t hash_number(uint64_t hash, uint64_t number)
{
	uint64_t bits = (hash ^ number) + UINT64_C(0x9e3779b97f4a7c15);

	bits = (bits ^ (bits >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	bits = (bits ^ (bits >> 27)) * UINT64_C(0x94d049bb133111eb);
	return bits ^ (bits >> 31);
}

static inline uint64_t hash_byte(uint64_t hash, char byte)
{
	return (hash ^ (unsigned char)byte) * UINT64_C(0x100000001b3); /* FNV-1a: for many in a row, then a number */
}

/* NULL is another text than "". */
static inline uint64_t hash_text(uint64_t hash, const char *text)
{
	const bool there = text != NULL;

	while (there && *text)
		hash = hash_byte(hash, *text++);
	return hash_number(hash, there);
}

/* How far off a time is; what is over is over, however long. */
static inline uint64_t hash_due(uint64_t hash, int64_t at_ms, int64_t now_ms)
{
	return hash_number(hash, at_ms > now_ms ? (uint64_t)(at_ms - now_ms) : 0);
}

#endif
