/* What a rehearsal plays: every run has a number, and that with the seed says all that goes wrong in it. First the
 * undisturbed plays, then one thing for each moment at which it can happen, then pairs: behind each of those all that
 * can happen in what follows it; then sequences by chance. Nothing is kept for a run but its number. */
#ifndef TIDEGATE_CLI_REHEARSAL_MISHAPS_H
#define TIDEGATE_CLI_REHEARSAL_MISHAPS_H

#include "cli/rehearsal/stage.h"

enum section {
	SECTION_CALM, SECTION_CRASH, SECTION_TORN, SECTION_STOPPED, SECTION_FAULT, SECTION_ACT, SECTION_ABANDONED,
	SECTION_HAND, SECTION_PAIRED, /* of those before, and of two in a row */
	SECTION_DISK = SECTION_PAIRED, SECTION_DAMAGE, SECTION_HOST, SECTION_HELPED, SECTION_SINGLES,
	SECTION_PAIR = SECTION_SINGLES, SECTION_RANDOM, SECTION_COUNT
};

extern const char *const section_names[SECTION_COUNT];  /* "crash before and after each" */
extern const char *const section_words[SECTION_COUNT];  /* "crash": for --json */

/* What others can do in one scene (others.c). */
enum { ACTS_MOST = 16 };

struct acts {
	struct sim_act rows[ACTS_MOST];
	size_t count;
};

void acts_find(struct acts *acts, const struct scene *scene, struct arena *arena); /* texts live in the arena */

/* How many lengths of a write that is cut short. Those that leave the same journal are played once (torn.c). */
enum torn { TORN_ONE, TORN_SOME, TORN_ALL };

/* All that can go wrong once where a play goes as the profile says, section by section. */
struct mishaps {
	struct mishap *rows;
	size_t count, size;
	size_t ends[SECTION_SINGLES]; /* where each section of singles ends */
};

/* Begins zeroed, and may be filled again. */
void mishaps_fill(struct mishaps *mishaps, const struct profile *profile, const struct acts *acts, enum torn torn);
void mishaps_release(struct mishaps *mishaps);

/* Whether pairs begin with the i-th. */
bool mishaps_lead(const struct mishaps *mishaps, size_t i);

/* alike.c: a number that all mishaps have which, at the moments that the profiles have of them, leave the same behind
 * them, so that one play stands for all; 0: it is like nothing else. */
uint64_t mishap_likeness(const struct mishap *mishap, const struct profile *profile);
/* Of the failures of a read that mean no more than that it is asked again one comes in turn. */
bool mishap_has_turn(const struct mishap *mishap, const struct profile *profile);
/* others.c */
uint64_t act_hash(uint64_t hash, const struct sim_act *act);
bool act_is_shown(const struct sim_act *act, const char *service); /* whether its answers may be others for it */

/* The sequence that a random number means; the count of `row` that it fills. */
size_t mishaps_sequence(const struct mishaps *mishaps, uint64_t seed, size_t most, struct mishap row[MISHAPS_MOST]);

uint64_t mishaps_random(uint64_t *state); /* splitmix64 */

void act_describe(const struct sim_act *act, char *text, size_t size); /* "standby i-0a1b2c3d4e5f60718" */
/* "request 12: lost_after" */
void mishap_describe(const struct mishap *mishap, char *text, size_t size);

#endif
