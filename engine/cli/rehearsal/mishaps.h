/* What a rehearsal plays: every run has a number, and that with the seed says all that goes wrong in it. First the
 * undisturbed plays, then one thing for each moment at which it can happen, then all pairs of those, then sequences by
 * chance. Nothing is kept for a run but its number. */
#ifndef TIDEGATE_CLI_REHEARSAL_MISHAPS_H
#define TIDEGATE_CLI_REHEARSAL_MISHAPS_H

#include "cli/rehearsal/stage.h"

enum section {
	SECTION_CALM, SECTION_CRASH, SECTION_TORN, SECTION_FAULT, SECTION_ACT, SECTION_ABANDONED, SECTION_SINGLES,
	SECTION_PAIR = SECTION_SINGLES, SECTION_RANDOM, SECTION_COUNT
};

extern const char *const section_names[SECTION_COUNT];  /* "crash before and after each" */
extern const char *const section_words[SECTION_COUNT];  /* "crash": for --json */

/* All that can go wrong once in one scene, section by section. */
struct mishaps {
	struct mishap *rows;
	size_t count, size;
	size_t ends[SECTION_SINGLES]; /* where each section of singles ends */
};

void mishaps_init(struct mishaps *mishaps, const struct scene *scene, struct arena *arena);
void mishaps_release(struct mishaps *mishaps);

/* How many pairs there are: any one after any other, counted from where that has struck. */
static inline uint64_t mishaps_pairs(const struct mishaps *mishaps)
{
	uint64_t count = mishaps->count - mishaps->ends[SECTION_CALM];

	return count * count;
}

/* The n-th pair, and the sequence that a random number means; the count of `row` that they fill. */
size_t mishaps_pair(const struct mishaps *mishaps, uint64_t n, struct mishap row[MISHAPS_MOST]);
size_t mishaps_sequence(const struct mishaps *mishaps, uint64_t seed, size_t most, struct mishap row[MISHAPS_MOST]);

uint64_t mishaps_random(uint64_t *state); /* splitmix64 */

/* "request 12: lost_after" */
void mishap_describe(const struct mishap *mishap, char *text, size_t size);

#endif
