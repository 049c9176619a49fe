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
	json_t *before;           /* every registration and its health, and the groups */
};

/* Of no group: on one or two ports or balancers of each kind, with drains and checks of seconds. */
extern const char quick_classic[], quick_targets[];

int play_load(void **state); /* machines/asg-standby.yaml in quick_world */
int play_load_machine(void **state, const char *machine, const char *scenario);
int play_unload(void **state);
int play_begin(void **state);
int play_end(void **state);
void play_open(struct play *play); /* in its stock's world; the rest is made anew */
void play_close(struct play *play);
void play_take(struct play *play, const char *scenario); /* another world: see trial_take */
#define PLAY(test) cmocka_unit_test_setup_teardown(test, play_begin, play_end)

/* One hook of the deployment group "dg-1", or of another one, that ends so. */
void leg(struct play *play, const char *event, enum exit_status status);
void leg_of(struct play *play, const char *event, const char *group, enum exit_status status);
/* quick_world's group as it was, and no run open. */
void expect_as_before(struct rig *rig);
/* Whatever world it is: as it was when the play began, and no run open. */
void expect_nothing_moved(struct play *play);

#endif
