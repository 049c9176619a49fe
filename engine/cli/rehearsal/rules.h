/* The rules of invariants.c, for the files that hold a play against them: invariants.c looks at what became of the
 * world, sent.c at what was sent and journaled. */
#ifndef TIDEGATE_CLI_REHEARSAL_RULES_H
#define TIDEGATE_CLI_REHEARSAL_RULES_H

#include "cli/rehearsal/invariants.h"

enum rule {
	RULE_W2,
	RULE_W3,
	RULE_W4,
	RULE_W5,
	RULE_W7,
	RULE_W8,
	RULE_W9,
	RULE_W10,
	RULE_PLAN,
	RULE_STOP,
	RULE_DRIFT,
	RULE_J2,
	RULE_J3,
	RULE_J4,
	RULE_J6,
	RULE_J7,
	RULE_J10,
	RULE_R6,
	RULE_EXIT_1,
	RULE_EXIT_3,
	RULE_LEFT,
	RULE_LOST,
	RULE_CALM,
	RULE_TRAFFIC,
	RULE_HOME,
	RULE_NOTHING,
	RULE_STATUS,
	RULE_KEPT,
	RULE_TOLD,
	RULE_EXPECT,
	RULE_COUNT
};

/* The first violation of a play is kept. */
void violate(struct stage *stage, enum rule rule, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* What others did, at our requests. */
bool act_done(const struct stage *stage, enum sim_act_kind kind);
bool anybody_acted(const struct stage *stage);

/* Nothing goes wrong but that AWS did something, or will have done it in a moment, and could not say so. */
bool only_lost_an_answer(const struct stage *stage);

/* moment.c: whether what others did leaves nothing by which anybody, we or this rehearsal, could tell whose the value
 * is that this fact has. */
bool nobody_can_tell(const struct stage *stage, enum fact fact);
/* All that a play has yet shown by which that is told. */
uint64_t moments_so_far(uint64_t hash, const struct stage *stage);

bool was_changed(const struct stage *stage); /* anything, by us */

/* facts.c: by actions that are there to have an instance launched, one each time. */
json_int_t launches_declared(const struct stage *stage);

/* sent.c */
bool is_unanswered(const struct sim_logged *logged); /* it was to change something */
void check_log(struct stage *stage);         /* what each request names, and what stands behind one in doubt */
/* `since` in words: no request behind this one was to change anything. */
void check_unchanged(struct stage *stage, unsigned request, enum rule rule, const char *since);
void check_intents(struct stage *stage);     /* each request that changes something has one */
void check_repetitions(struct stage *stage); /* what is done is not done again */
void check_groups(struct stage *stage);      /* a run is of one deployment group */
/* All that a play has yet shown by which these, and those that look at the world, judge what comes behind it. */
uint64_t sent_so_far(uint64_t hash, const struct stage *stage);

#endif
