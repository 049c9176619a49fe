/* A rehearsal: one machine through the plays of mishaps.h on a set of scenes, what came of them counted, and the
 * shortest violation kept. Knows no terminal and no options. */
#ifndef TIDEGATE_CLI_REHEARSAL_REHEARSAL_H
#define TIDEGATE_CLI_REHEARSAL_REHEARSAL_H

#include "cli/rehearsal/invariants.h"
#include "cli/rehearsal/mishaps.h"

struct section_counts {
	uint64_t runs;
	uint64_t left;        /* ended with exit 3: a person is needed, and is told what for */
	uint64_t drifted;     /* reported that others had changed what was ours */
	uint64_t same_moment; /* another wrote between our reading and our writing (DESIGN 12): nobody can tell */
	uint64_t violations;
	uint64_t requests;
};

/* Of the plays that violate one invariant, the one that takes the fewest mishaps and records to show. */
struct finding {
	const struct invariant *invariant;
	uint64_t count;
	uint64_t run;
	size_t mishaps, records;
};

enum { SCENES_MOST = 32, FINDINGS_MOST = 32 };

struct rehearsal {
	const struct machine *machine;
	struct arena *arena;
	struct stage stage;
	struct scene scenes[SCENES_MOST];
	struct mishaps mishaps[SCENES_MOST];
	size_t n_scenes;
	uint64_t seed;
	unsigned faults;   /* 1: singles; 2: and pairs; more: and sequences of so many */
	uint64_t runs;     /* at most so many pairs, and so many sequences */
	uint64_t singles;  /* runs 0 ... are singles, then pairs, then sequences */
	uint64_t pairs;
	struct section_counts counts[SECTION_COUNT];
	struct finding findings[FINDINGS_MOST]; /* one for each invariant that was violated, the first found first */
	size_t n_findings;
	/* Called before each run; false ends the rehearsal. May be NULL. */
	bool (*tick)(void *argument, const struct rehearsal *rehearsal, enum section section, uint64_t done,
		     uint64_t due);
	void *argument;
};

void rehearsal_init(struct rehearsal *rehearsal, const struct machine *machine, struct arena *arena);
void rehearsal_release(struct rehearsal *rehearsal);
/* Takes over model and inputs. -1 with err: the machine cannot even begin there. */
int rehearsal_add(struct rehearsal *rehearsal, const char *scenario, struct sim *model, struct inputs *inputs,
		  struct error *err);

/* All of them. */
void rehearsal_perform(struct rehearsal *rehearsal);
/* One, by its number; false where there is none. rehearsal->stage holds what became of it. */
bool rehearsal_replay(struct rehearsal *rehearsal, uint64_t run);

uint64_t rehearsal_count(const struct rehearsal *rehearsal); /* runs made */
uint64_t rehearsal_violations(const struct rehearsal *rehearsal);

/* trace.c: what happened in the newest play, leg by leg, with why it is wrong. */
void rehearsal_trace(const struct rehearsal *rehearsal, struct buffer *text);

#endif
