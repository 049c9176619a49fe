/* A simulated world and somebody who asks it one thing after the other. */
#ifndef TESTS_SIM_FIXTURE_H
#define TESTS_SIM_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>

#include "model/services.h"
#include "sim/sim.h"

#define SELF "i-0a1b2c3d4e5f60718"
#define SECOND "i-0b1c2d3e4f5061728"
#define THIRD "i-0c1d2e3f405162738"
#define WEB_HTTP "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web-http/0000000000000001"

struct world_test {
	struct arena *arena;
	struct services *services;
	struct sim *sim;
	struct call_result last; /* `output` is the test's own until the next question */
};

/* cmocka's set-up and tear-down: a world "group-of-three". */
int world_set_up(void **state);
int world_tear_down(void **state);
/* Another world in its place: a scenario compiled in, or the YAML text of one. */
void world_take(struct world_test *test, const char *scenario);
void world_take_text(struct world_test *test, const char *yaml);

/* For executor->start: what comes of the call goes into `last` of the test that is its argument. */
void world_keep(void *argument, const struct call_result *result);

/* Asks and waits for the answer; the input is JSON, with ' for ". Returns the output, or NULL. */
const json_t *ask(struct world_test *test, const char *operation, const char *input);
void ask_done(struct world_test *test, const char *operation, const char *input);
/* It is refused with exactly this: "ValidationError: The instance ...". */
void ask_refused(struct world_test *test, const char *operation, const char *input, const char *refusal);

/* What a JMESPath expression makes of the world, as compact JSON with ' for ". */
void assert_world(struct world_test *test, const char *expression, const char *json);
void assert_answer(struct world_test *test, const char *expression, const char *json);

#define STANDBY_INPUT "{'AutoScalingGroupName': 'web-prod', 'InstanceIds': ['" SELF "'], " \
		      "'ShouldDecrementDesiredCapacity': true}"
#define RETURN_INPUT "{'AutoScalingGroupName': 'web-prod', 'InstanceIds': ['" SELF "']}"

#endif
