/* Two at once: a neighbour that leaves or returns meanwhile, what the group does by itself meanwhile, and another
 * deployment on the same host. The rows R of what the scripts get wrong, for each machine that can meet them. */
#include "config.h"

#include "ways.h"

#include <stdlib.h>
#include <string.h>

/* Of the requests that name this operation; the test's world has `count` of them. */
static int64_t span_of(struct play *lesson, const char *operation, size_t count)
{
	int64_t first_ms = 0, last_ms = 0;
	size_t found = 0;

	for (size_t i = 0; i < sim_log_count(lesson->trial.sim); i++) {
		const struct sim_logged *logged = sim_log_at(lesson->trial.sim, i);

		if (strcmp(logged->operation, operation) != 0)
			continue;
		last_ms = logged->at_ms;
		first_ms = found++ == 0 ? last_ms : first_ms;
	}
	assert_int_equal(found, count);
	return last_ms - first_ms;
}

static void r1_a_neighbour_that_takes_the_room_is_made_room_for_again(void **state)
{
	static const struct sim_act taken = { .kind = SIM_ACT_MINIMUM, .group = "web-prod", .value = 3 };
	struct play *lesson = *state;

	sim_act_before(lesson->trial.sim, way_number(lesson, "EnterStandby", 1), &taken);
	leg(lesson, LEAVE, EXIT_REACHED);
	/* The refusal itself tells that the minimum is not what we wrote: nothing is waited for but BREATHE. */
	assert_in_range(span_of(lesson, "EnterStandby", 2), 3000, 10000);
	leg(lesson, RETURN, EXIT_REACHED);
	expect_back(lesson);
}

struct pair {
	struct trial *first;
	struct rig second;
	struct disk *disk;
};

static void pair_begin(struct pair *pair, struct play *lesson)
{
	pair->first = &lesson->trial;
	pair->disk = disk_new();
	rig_init(&pair->second, lesson->stock, lesson->trial.sim, pair->disk);
}

static void pair_end(struct pair *pair)
{
	rig_release(&pair->second);
	disk_free(pair->disk);
}

static void pair_leg(struct pair *pair, bool first, const char *event)
{
	assert_true(sim_set_self(pair->first->sim, first ? SELF : SECOND));
	if (rig_exit(first ? &pair->first->rig : &pair->second, event, "dg-1") != EXIT_REACHED)
		rig_fail(first ? &pair->first->rig : &pair->second, "%s did not come to its goal", event);
}

static void r1_where_no_minimum_is_lowered_there_is_no_room_to_take(void **state)
{
	struct play *lesson = *state;
	struct pair pair;

	pair_begin(&pair, lesson);
	pair_leg(&pair, true, LEAVE);
	pair_leg(&pair, false, LEAVE);
	rig_expect(&lesson->trial.rig, GROUP ".[minimum, desired] == [`3`, `3`]");
	assert_int_equal(rig_requests(&lesson->trial.rig, "UpdateAutoScalingGroup"), 0);
	pair_leg(&pair, true, RETURN);
	pair_leg(&pair, false, RETURN);
	expect_back(lesson);
	pair_end(&pair);
}

static void r2_a_neighbour_that_leaves_meanwhile_takes_no_suspension_for_its_own(void **state)
{
	struct play *lesson = *state;
	char *question = memory_format("sort(" GROUP ".suspended) == sort(%s)", way_of(lesson)->processes);
	struct pair pair;

	pair_begin(&pair, lesson);
	pair_leg(&pair, true, LEAVE);
	pair_leg(&pair, false, LEAVE);
	rig_expect(&lesson->trial.rig, question);
	pair_leg(&pair, true, RETURN);
	pair_leg(&pair, false, RETURN);
	expect_back(lesson);
	assert_int_equal(rig_count(&lesson->trial.rig, "SuspendProcesses"), 1);
	assert_int_equal(rig_count(&lesson->trial.rig, "ResumeProcesses"), 1);
	pair_end(&pair);
	free(question);
}

static void r3_of_two_returns_each_gives_its_own_part_back(void **state)
{
	struct play *lesson = *state;
	struct pair pair;

	pair_begin(&pair, lesson);
	pair_leg(&pair, true, LEAVE);
	pair_leg(&pair, false, LEAVE);
	pair_leg(&pair, false, RETURN);
	rig_expect(&lesson->trial.rig, way_of(lesson)->out);
	pair_leg(&pair, true, RETURN);
	expect_back(lesson);
	pair_end(&pair);
}

/* Describe may answer with how things were half a minute ago: then the neighbour that has left seems to be back. */
static void r3_an_answer_from_before_our_own_write_is_no_neighbour_that_came_back(void **state)
{
	static const struct sim_act room = { .kind = SIM_ACT_MINIMUM, .group = "web-prod", .value = 2 };
	static const struct sim_act leaves = { .kind = SIM_ACT_STANDBY, .group = "web-prod", .instance = SECOND };
	struct play *lesson = *state;
	struct sim *sim = lesson->trial.sim;
	const unsigned refused = way_number(lesson, "EnterStandby", 1);

	sim_act(sim, &room);
	sim_fault(sim, refused, SIM_FAULT_ACCESS_DENIED, 0);
	sim_fault(sim, refused + 1, SIM_FAULT_STALE, 20000);
	sim_act_before(sim, way_number(lesson, "UpdateAutoScalingGroup", 1) - 1, &leaves);
	leg(lesson, LEAVE, EXIT_FAILED);
	rig_expect(&lesson->trial.rig, GROUP ".[minimum, desired] == [`2`, `2`]");
	assert_int_equal(rig_requests(&lesson->trial.rig, "UpdateAutoScalingGroup"), 2);
}

static void r4_nothing_else_is_launched_while_an_instance_is_out(void **state)
{
	static const struct sim_act acts[] = {
		{ .kind = SIM_ACT_REBALANCE, .group = "web-prod" },
		{ .kind = SIM_ACT_ALARM, .group = "web-prod", .value = 1 },
		{ .kind = SIM_ACT_SCHEDULE, .group = "web-prod", .value = 3 },
	};
	struct play *lesson = *state;
	char *question = memory_format("launches == `%u` && terminations == `0`", way_of(lesson)->launches);

	leg(lesson, LEAVE, EXIT_REACHED);
	for (size_t i = 0; i < ARRAY_LENGTH(acts); i++)
		sim_act(lesson->trial.sim, &acts[i]);
	sim_advance(lesson->trial.sim, 600000);
	rig_expect(&lesson->trial.rig, question);
	leg(lesson, RETURN, EXIT_REACHED);
	expect_back(lesson);
	free(question);
}

static void r6_another_deployment_group_waits_its_turn(void **state)
{
	struct play *lesson = *state;
	struct rig *rig = &lesson->trial.rig;
	unsigned requests;
	int64_t begun_ms;

	leg(lesson, LEAVE, EXIT_REACHED);
	requests = sim_requests(lesson->trial.sim);
	begun_ms = sim_wall_ms(lesson->trial.sim);
	rig->at_most_ms = 60000;
	assert_int_equal(rig_exit(rig, LEAVE, "dg-2"), EXIT_SUBJECT_BUSY);
	assert_int_equal(rig_exit(rig, RETURN, "dg-2"), EXIT_SUBJECT_BUSY);
	assert_in_range(sim_wall_ms(lesson->trial.sim) - begun_ms, 2 * 25000, 2 * 45000);
	assert_int_equal(sim_requests(lesson->trial.sim), requests);
	rig->at_most_ms = 0;
	leg(lesson, RETURN, EXIT_REACHED);
	expect_back(lesson);
}

/* ---- many at once ---- */

static double never(struct random *random)
{
	(void)random;
	return 0;
}

static double nearly_one(struct random *random)
{
	(void)random;
	return 0.99;
}

static bool asks_about_health(const struct sim_logged *logged)
{
	return strcmp(logged->operation, "DescribeTargetHealth") == 0 ||
	       strcmp(logged->operation, "DescribeInstanceHealth") == 0;
}

enum { ROUNDS_MOST = 200 };

/* When balancers were asked in a leave that drains for five minutes, from its beginning; those of all of them at once
 * are one. */
static size_t rounds_of(struct stock *stock, double (*next)(struct random *random), int64_t at_ms[ROUNDS_MOST])
{
	struct play one = { .stock = stock };
	size_t count = 0;
	int64_t begun_ms;

	play_open(&one);
	play_take(&one, way_of(&one)->slow);
	one.trial.rig.random.next = next;
	begun_ms = sim_wall_ms(one.trial.sim);
	leg(&one, LEAVE, EXIT_REACHED);
	for (size_t i = 0; i < sim_log_count(one.trial.sim); i++) {
		const struct sim_logged *logged = sim_log_at(one.trial.sim, i);
		int64_t since_ms = logged->at_ms - begun_ms;

		if (!asks_about_health(logged) || (count > 0 && since_ms - at_ms[count - 1] < 1000))
			continue;
		assert_true(count < ROUNDS_MOST);
		at_ms[count++] = since_ms;
	}
	play_close(&one);
	return count;
}

/* The scripts ask every three seconds, all of them in step: a hundred times in five minutes. */
static void r5_a_wait_asks_less_and_less_often_and_not_in_step(void **state)
{
	struct play *lesson = *state;
	int64_t one_ms[ROUNDS_MOST], other_ms[ROUNDS_MOST];
	size_t one = rounds_of(lesson->stock, never, one_ms);
	size_t other = rounds_of(lesson->stock, nearly_one, other_ms), met = 0;

	print_message("%s: %zu and %zu rounds\n", way_of(lesson)->machine, one, other);
	assert_in_range(one, 5, 100 / 2);
	assert_in_range(other, 5, 100 / 2);
	assert_true(one_ms[one - 1] - one_ms[one - 2] > 3 * (one_ms[2] - one_ms[1]));
	for (size_t i = 0, k = 0; i < one && k < other;) {
		met += llabs(one_ms[i] - other_ms[k]) < 100;
		if (one_ms[i] < other_ms[k])
			i++;
		else
			k++;
	}
	assert_in_range(met, 0, 3);
}

static void r5_who_is_asked_to_be_patient_asks_later(void **state)
{
	struct play *lesson = *state;
	size_t asked = 0, i = 0;

	play_take(lesson, way_of(lesson)->slow);
	leg(lesson, LEAVE, EXIT_REACHED);
	for (; i < sim_log_count(lesson->trial.sim) && asked < 12; i++)
		asked += asks_about_health(sim_log_at(lesson->trial.sim, i));
	play_take(lesson, way_of(lesson)->slow);
	for (unsigned k = 0; k < 3; k++)
		sim_fault(lesson->trial.sim, (unsigned)i + k, SIM_FAULT_THROTTLED, 0);
	leg(lesson, LEAVE, EXIT_REACHED);
	leg(lesson, RETURN, EXIT_REACHED);
	expect_back(lesson);
}

/* ---- which machine has to meet what ---- */

static const struct CMUnitTest every_machine[] = {
	PLAY(r5_a_wait_asks_less_and_less_often_and_not_in_step),
	PLAY(r5_who_is_asked_to_be_patient_asks_later),
	PLAY(r6_another_deployment_group_waits_its_turn),
};

static const struct CMUnitTest of_a_group[] = {
	PLAY(r2_a_neighbour_that_leaves_meanwhile_takes_no_suspension_for_its_own),
	PLAY(r3_of_two_returns_each_gives_its_own_part_back),
	PLAY(r4_nothing_else_is_launched_while_an_instance_is_out),
};

static const struct CMUnitTest where_the_minimum_is_lowered[] = {
	PLAY(r1_a_neighbour_that_takes_the_room_is_made_room_for_again),
	PLAY(r3_an_answer_from_before_our_own_write_is_no_neighbour_that_came_back),
};

static const struct CMUnitTest where_it_is_not[] = {
	PLAY(r1_where_no_minimum_is_lowered_there_is_no_room_to_take),
};

int main(void)
{
	int failed = 0;

	for (const struct way *way = ways; way < ways + WAYS; way++) {
		failed += WAY_RUN(way, every_machine);
		if (!way->processes)
			continue;
		failed += WAY_RUN(way, of_a_group);
		if (way_count(way, "UpdateAutoScalingGroup") > 0)
			failed += WAY_RUN(way, where_the_minimum_is_lowered);
		else
			failed += WAY_RUN(way, where_it_is_not);
	}
	return failed;
}
