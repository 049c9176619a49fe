/* How plays end, by where they stand between two hooks. No process lives then: what comes follows from the world, the
 * disk, what was sent and journaled so far, and from what has yet to go wrong. Where that is nothing, and another play
 * stood in all this as this one does but for the hour, they end alike, and the rest need not be played again.
 *
 * Alike is strictly meant here: what time has yet to bring it brings after as long, the hook comes on the whole second,
 * and chance begins anew with it, from what it then was drawn from. So the rest of both plays is the same, request by
 * request; a test plays them all. */
#ifndef TIDEGATE_CLI_REHEARSAL_ENDING_H
#define TIDEGATE_CLI_REHEARSAL_ENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct course;
struct invariant;
struct stage;

/* What comes of a play behind a place where it stood. */
struct ending {
	uint64_t standing; /* 0: none */
	const struct invariant *violated;
	unsigned requests;
	size_t records;
	bool left, drifted, same_moment;
};

/* Begins zeroed. */
struct endings {
	struct ending *rows;
	size_t count, size;
};

/* Where the play at hand has stood, and how much had been sent and journaled by then. */
enum { PASSED_MOST = 16 };

struct passed {
	uint64_t standing;
	unsigned requests;
	size_t records;
};

/* The next hook is about to come: on the whole second, and with chances that hang on where the worlds are. */
void stage_come_to_hook(struct stage *stage);
/* Then: whether the rest of the play is known. stage->rest holds it then. */
bool ending_is_known(struct stage *stage, const struct course *course);
/* The play is over: how it ended is known from now on, from wherever it stood. */
void ending_keep(struct stage *stage);
void endings_release(struct endings *endings);

#endif
