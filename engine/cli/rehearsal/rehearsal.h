/* A rehearsal: one machine through the plays of mishaps.h on a set of scenes, what came of them counted, and the
 * shortest violation kept. Knows no terminal and no options. */
#ifndef TIDEGATE_CLI_REHEARSAL_REHEARSAL_H
#define TIDEGATE_CLI_REHEARSAL_REHEARSAL_H

#include "base/hash_set.h"
#include "cli/rehearsal/invariants.h"
#include "cli/rehearsal/mishaps.h"

struct section_counts {
	uint64_t runs;
	uint64_t played;      /* of them, at least up to where the rest is known (ending.h); torn.c, alike.c */
	uint64_t left;        /* ended with exit 3: a person is needed, and is told what for */
	uint64_t drifted;     /* reported that others had changed what was ours */
	uint64_t same_moment; /* another wrote between our reading and our writing: nobody can tell */
	uint64_t violations;
	uint64_t requests;
};

/* Of the plays that violate one invariant, the one that takes the fewest mishaps and records to show. */
struct finding {
	const struct invariant *invariant;
	uint64_t count;
	uint64_t run;
	size_t mishaps, records;
	enum section section; /* of the first that violates it, section by section */
	uint64_t first;
};

enum { SCENES_MOST = 32, FINDINGS_MOST = 32, WORKERS_MOST = 64 };

/* What came of a rehearsal, or of one worker's share of it. */
struct tally {
	struct section_counts counts[SECTION_COUNT];
	struct finding findings[FINDINGS_MOST]; /* one for each invariant that was violated, by their firsts */
	size_t n_findings;
	uint64_t pairs;     /* that there are behind those firsts that were looked at */
	uint64_t leads;     /* so many */
	/* How far it is: the section at hand. */
	enum section section;
	uint64_t done, due; /* `due` of pairs is a guess until the end */
};

/* Run numbers: a single's own; FIRST * RUN_PAIRS + SECOND; RUN_SEQUENCES + n. */
#define RUN_PAIRS UINT64_C(1000000)
#define RUN_SEQUENCES UINT64_C(1000000000000)

struct rehearsal {
	const struct machine *machine;
	struct arena *arena;
	struct stage stage;
	struct scene scenes[SCENES_MOST];
	struct acts acts[SCENES_MOST];
	struct mishaps mishaps[SCENES_MOST];
	size_t n_scenes;
	uint64_t seed;
	unsigned faults;  /* 1: singles; 2: and pairs; more: and sequences of so many */
	bool all;         /* every pair, and a torn record of every length; else `runs` pairs, and some lengths */
	uint64_t runs;    /* about so many pairs, and so many sequences */
	unsigned workers; /* processes */
	uint64_t singles, leads;
	/* Behind the first mishap of the newest pair: what else can go wrong. */
	struct mishaps seconds;
	struct profile behind;
	uint64_t seconds_of;
	struct endings endings; /* of the plays of this process */
	struct hash_set met; /* what plays are alike to that this process has played, or need not */
	struct tally tally;
	/* Called now and then; false ends the rehearsal. May be NULL. */
	bool (*tick)(void *argument, const struct rehearsal *rehearsal, const struct tally *tally);
	void *argument;
	unsigned worker;  /* which of them this process is */
};

void rehearsal_init(struct rehearsal *rehearsal, const struct machine *machine, struct arena *arena);
void rehearsal_release(struct rehearsal *rehearsal);
/* Once the seed and `all` are set. Takes over model and inputs. -1 with err: the machine cannot even begin there. */
int rehearsal_add(struct rehearsal *rehearsal, const char *scenario, struct sim *model, struct inputs *inputs,
		  struct error *err);

/* All of them, by as many processes as there are workers; which does not change what is played. -1 with err: a worker
 * could not be made, or came to a bad end. */
int rehearsal_perform(struct rehearsal *rehearsal, struct error *err);
/* In this process: what falls to `rehearsal->worker`. Section by section; but pairs that the seed chooses come right
 * behind the single that leads them, whose play shows what can come second and is where theirs begin. */
void rehearsal_perform_share(struct rehearsal *rehearsal);
/* One, by its number; false where there is none. rehearsal->stage holds what became of it. */
bool rehearsal_replay(struct rehearsal *rehearsal, uint64_t run);

/* tally.c: of the newest play; of another's share */
void tally_count(struct tally *tally, enum section section, const struct stage *stage, uint64_t run);
void tally_add(struct tally *tally, const struct tally *share);
uint64_t tally_runs(const struct tally *tally);
uint64_t tally_violations(const struct tally *tally);

/* trace.c: what happened in the newest play, leg by leg, with why it is wrong. */
void rehearsal_trace(const struct rehearsal *rehearsal, struct buffer *text);
/* Every request of it in a line, with the acts of others in between. */
void rehearsal_requests(const struct rehearsal *rehearsal, struct buffer *text);

#endif
