/* The machines that leave balancers by hand, each in a world of its own where a leave and a return take seconds: loaded
 * once for a group of tests, and played again and again. */
#ifndef TIDEGATE_TESTS_RUN_BALANCERS_H
#define TIDEGATE_TESTS_RUN_BALANCERS_H

#include "play.h"

#define OURS "target_groups.*.targets[] | [?instance == '" SELF "']"
#define OURS_CLASSIC "balancers.*.instances[] | [?instance == '" SELF "' && state != 'OutOfService']"

enum { MINUTE_MS = 60 * 1000 };

/* Those before NAMED leave what `input` names, and nothing else. */
enum kind { CLASSIC, TARGETS, NAMED, STANDBY = NAMED, SURGE, ATTACHED, ANYTHING, ALONE, KINDS };

struct kind_row {
	const char *machine, *quick, *input, *leaves, *returns, *rich, *given;
};
extern const struct kind_row kinds[KINDS];

struct bench {
	struct stock *stocks;
	struct play play;
	const struct kind_row *kind;
};

/* Of a group of tests, and of each of them. */
int load(void **state);
int unload(void **state);
int begin(void **state);
int end(void **state);
#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

/* Another machine, in another world; a scenario of NULL is the quick one. */
struct rig *take(struct bench *bench, enum kind kind, const char *scenario);
/* With -i balancers=A,B or -i target_groups=A,B. */
void name(struct bench *bench, const char *names);
/* The instance is in no balancer; and it is where it was, with all that was there before. */
void expect_out(struct bench *bench);
void expect_back(struct bench *bench);

#endif
