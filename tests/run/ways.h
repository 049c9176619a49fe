/* How each shipped machine takes an instance out and puts it back, for tests that all of them have to pass. */
#ifndef TIDEGATE_TESTS_RUN_WAYS_H
#define TIDEGATE_TESTS_RUN_WAYS_H

#include "play.h"

enum { WAY_STEPS_MOST = 4 };

struct way {
	const char *machine;
	int (*load)(void **state);           /* it, in its quick world: for a group of tests */
	const char *quick;                   /* drains and checks of seconds */
	const char *slow;                    /* one that drains for five minutes */
	const char *leaves[WAY_STEPS_MOST];  /* the requests that change something in the quick one, in order */
	const char *leaves_by;               /* the state that sends the last one */
	const char *returns[WAY_STEPS_MOST];
	const char *out;                     /* of the quick one, while the instance is out */
	const char *processes;               /* what the group must not do meanwhile, as JMESPath */
	struct {
		const char *operation;
		unsigned nth;
		const char *state;
	} forgotten;                         /* what the scripts forget where it fails on the way back */
	struct sim_act comes_back[2];        /* an operator puts it back by hand */
	unsigned launches;                   /* instances, each of which is ended again */
	int64_t launch_ms;                   /* at most, until one of them serves */
};

enum way_kind { BY_STANDBY, BY_WHAT_IT_IS, BY_SURGE, BY_BALANCERS, OF_CLASSIC, OF_TARGET_GROUPS, WAYS };
extern const struct way ways[WAYS];

/* A table of tests, on this way; how many failed. */
#define WAY_RUN(way, tests) cmocka_run_group_tests_name((way)->machine, tests, (way)->load, play_unload)

const struct way *way_of(const struct play *play);
/* How often that request is due in a quick cycle. */
size_t way_count(const struct way *way, const char *operation);
/* The number of the nth request of that operation, in a quick cycle that nothing disturbs. */
unsigned way_number(const struct play *play, const char *operation, unsigned nth);

/* Every registration, its health and the groups as they were, whoever was launched is gone, and no run is open. */
void expect_back(struct play *play);
/* Each request that changes something was sent as often as in a cycle that nothing disturbs. */
void expect_no_request_more(struct play *play);

#endif
