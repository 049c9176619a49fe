/* What must hold of every play on a stage: a table, by the names that the project's invariants have. Others' own acts
 * are subtracted: the same world is played without us, with their acts at the same moments, and ours is held against
 * that one. What an act makes impossible to tell or to give back is a row of its own. */
#ifndef TIDEGATE_CLI_REHEARSAL_INVARIANTS_H
#define TIDEGATE_CLI_REHEARSAL_INVARIANTS_H

#include "cli/rehearsal/stage.h"

struct invariant {
	const char *name;
	const char *sentence;
};

/* Each leaves the first violation in stage->violation. */
void invariants_check_leg(struct stage *stage, const struct leg_played *leg);
void invariants_check_plan(struct stage *stage);  /* a plan was made, and nothing else happened yet */
void invariants_check_crash(struct stage *stage); /* the disk, as the next process finds it */
void invariants_check_abandoned(struct stage *stage); /* only the timer has come, for longer than any pause lasts */
void invariants_check_end(struct stage *stage);

/* facts.c: the parts of a world that are compared. */
enum fact { FACT_SUSPENDED, FACT_MINIMUM, FACT_DESIRED, FACT_STATE, FACT_MEMBERS, FACT_LAUNCHES, FACT_COUNT };

#define FACT_BIT(fact) (1u << (fact))
enum { FACTS_ALL = (1 << FACT_COUNT) - 1 };

struct comparison {
	const struct stage *stage;
	json_t *alone, *world;
};

/* Whether the fact is the same in both; else `why` says what it is and what it was to be. */
bool fact_same(const struct comparison *comparison, enum fact fact, char *why, size_t size);
/* Facts that cannot be held against us, for what others did. */
unsigned facts_excused(const struct stage *stage);
/* Whether the ledger lists what changes this fact. */
bool fact_in_ledger(const struct ledger *ledger, enum fact fact);

#endif
