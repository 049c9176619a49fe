/* Checks of this machine as a run makes them: the real executor over the real transport, in front of one that knows
 * nothing. Every secret of the environment has HIDDEN in it. */
#ifndef TIDEGATE_TESTS_LOCAL_FIXTURE_H
#define TIDEGATE_TESTS_LOCAL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/memory.h"
#include "local/executor.h"
#include "model/services.h"

enum { CHECKS_MOST = 4, LATE_MS = 20 * 1000 };

/* What came of one. */
struct found {
	bool done;
	struct call_result result; /* its output is the fixture's until the next check */
};

struct fixture {
	struct arena *arena;
	struct services *services;
	struct transport *transport;
	struct executor others;
	int children;
	struct local_executor *local;
	struct found found[CHECKS_MOST];
	json_t *inputs[CHECKS_MOST];
	size_t count;
	char folder[64];
};

int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Begins one; the input is JSON, with ' for " and ~ for the fixture's folder. */
struct found *fixture_begin(struct fixture *fixture, const char *operation, const char *input);
void fixture_wait(struct fixture *fixture); /* until all are done */
/* The only one, to its end. */
const struct found *fixture_check(struct fixture *fixture, const char *operation, const char *input);

/* It holds, or does not, for exactly this reason ("*" at its end stands for the rest). */
void assert_found(const struct found *found, bool holds, const char *reason);
void assert_failed(const struct found *found, enum failure failure, const char *message);

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

#endif
