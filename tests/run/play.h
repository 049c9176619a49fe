/* The fixture of tests that play a machine as CodeDeploy does: one stock for all tests of a group, a trial for each. */
#ifndef TIDEGATE_TESTS_RUN_PLAY_H
#define TIDEGATE_TESTS_RUN_PLAY_H

#include "rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* An instance, its neighbour and their group in quick_world and in most scenarios. */
#define SELF "i-0a1b2c3d4e5f60718"
#define SECOND "i-0b1c2d3e4f5061728"
#define GROUP "groups.\"web-prod\""
#define LEAVE "BeforeInstall"
#define RETURN "ApplicationStart"

struct play {
	struct stock *stock;
	struct trial trial;
	struct leg_result result; /* of the last leg */
};

int play_load(void **state); /* machines/asg-standby.yaml in quick_world */
int play_load_machine(void **state, const char *machine, const char *scenario);
int play_unload(void **state);
int play_begin(void **state);
int play_end(void **state);
#define PLAY(test) cmocka_unit_test_setup_teardown(test, play_begin, play_end)

/* One hook of the deployment group "dg-1", or of another one, that ends so. */
void leg(struct play *play, const char *event, enum exit_status status);
void leg_of(struct play *play, const char *event, const char *group, enum exit_status status);
/* quick_world's group as it was, and no run open. */
void expect_as_before(struct rig *rig);

#endif
