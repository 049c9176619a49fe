/* health_url: what each machine makes of an application that is up, comes up late or never. Until it answers nothing
 * comes onto it, and nothing is forgotten; where a leg fails that was to take it out, neither. */
#include "config.h"

#include "ways.h"

#include <stdlib.h>
#include <string.h>

#define URL "http://127.0.0.1:8080/health"

enum { MINUTE_MS = 60 * 1000 };

/* Its quick world, with an application that comes up so. */
static void take(struct play *play, const char *application)
{
	char *world = memory_format("%sapplication: {%s}\n", way_of(play)->quick, application);

	play_take(play, world);
	json_object_set_new(play->trial.rig.given, "health_url", json_string(URL));
	free(world);
}

static void fails_and_stays_out(struct play *play, const char *message)
{
	unsigned mutations = play->trial.rig.mutations;

	leg(play, RETURN, EXIT_LEFT);
	assert_string_equal(play->result.state, "WAIT_APP");
	assert_string_equal(play->result.message, message);
	assert_int_equal(play->trial.rig.mutations, mutations);
	assert_int_equal(rig_open_runs(&play->trial.rig), 1);
	rig_expect(&play->trial.rig, way_of(play)->out);
}

static void without_it_nobody_is_asked(void **state)
{
	struct play *play = *state;

	leg(play, LEAVE, EXIT_REACHED);
	leg(play, RETURN, EXIT_REACHED);
	assert_int_equal(rig_requests(&play->trial.rig, "Http"), 0);
	expect_back(play);
}

static void one_that_answers_costs_one_question(void **state)
{
	struct play *play = *state;

	take(play, "up_after: 0s");
	leg(play, LEAVE, EXIT_REACHED);
	assert_int_equal(rig_requests(&play->trial.rig, "Http"), 0);
	leg(play, RETURN, EXIT_REACHED);
	assert_int_equal(rig_requests(&play->trial.rig, "Http"), 1);
	expect_back(play);
	expect_no_request_more(play);
}

static void one_that_comes_up_late_is_waited_for(void **state)
{
	struct play *play = *state;
	const struct way *way = way_of(play);
	size_t asked = 0, brought = 0;

	take(play, "up_after: 40s");
	leg(play, LEAVE, EXIT_REACHED);
	leg(play, RETURN, EXIT_REACHED);
	for (size_t i = 0; i < sim_log_count(play->trial.sim); i++) {
		asked = strcmp(sim_log_at(play->trial.sim, i)->operation, "Http") == 0 ? i : asked;
		if (brought == 0 && strcmp(sim_log_at(play->trial.sim, i)->operation, way->returns[0]) == 0)
			brought = i;
	}
	assert_in_range(rig_requests(&play->trial.rig, "Http"), 10, 50);
	assert_in_range(asked, 1, brought - 1);
	expect_back(play);
	expect_no_request_more(play);
}

static void one_that_does_not_come_up_keeps_the_instance_out_for_the_next_deployment(void **state)
{
	struct play *play = *state;

	take(play, "up_after: 5m");
	leg(play, LEAVE, EXIT_REACHED);
	fails_and_stays_out(play, "local.http waited in vain for 3m: GET " URL " answered 503");
	play->trial.rig.deployment = "d-rollback";
	leg(play, LEAVE, EXIT_REACHED);
	rig_expect(&play->trial.rig, way_of(play)->out);
	leg(play, RETURN, EXIT_REACHED);
	expect_back(play);
	expect_no_request_more(play);
}

static void the_same_hook_may_try_again(void **state)
{
	struct play *play = *state;

	take(play, "up_after: 5m");
	leg(play, LEAVE, EXIT_REACHED);
	leg(play, RETURN, EXIT_LEFT);
	leg(play, RETURN, EXIT_REACHED);
	expect_back(play);
}

static void by_hand_it_is_asked_again_and_what_is_restored_is_not_asked_for(void **state)
{
	struct play *play = *state;

	take(play, "never_up: true");
	leg(play, LEAVE, EXIT_REACHED);
	leg(play, RETURN, EXIT_LEFT);
	assert_true(rig_attend(&play->trial.rig, RIG_RESUME, &play->result));
	assert_int_equal(play->result.status, EXIT_LEFT);
	rig_expect(&play->trial.rig, way_of(play)->out);
	assert_true(rig_attend(&play->trial.rig, RIG_RESTORE, &play->result));
	assert_int_equal(play->result.status, EXIT_REACHED);
	expect_back(play);
}

static void what_can_never_be_asked_is_said_at_once(void **state)
{
	struct play *play = *state;
	int64_t begun_ms;

	take(play, "up_after: 0s");
	json_object_set_new(play->trial.rig.given, "health_url", json_string("localhost:8080"));
	leg(play, LEAVE, EXIT_REACHED);
	begun_ms = sim_wall_ms(play->trial.sim);
	fails_and_stays_out(play, "'localhost:8080' is no URL of http or https");
	assert_in_range(sim_wall_ms(play->trial.sim) - begun_ms, 0, 5000);
	json_object_set_new(play->trial.rig.given, "health_url", json_string(URL));
	leg(play, LEAVE, EXIT_REACHED);
	leg(play, RETURN, EXIT_REACHED);
	expect_back(play);
}

static void a_death_while_it_is_asked_forgets_nothing(void **state)
{
	struct play *play = *state;

	for (unsigned k = 0; k < 12; k++) {
		take(play, "up_after: 20s");
		leg(play, LEAVE, EXIT_REACHED);
		play->trial.rig.die_at_record = play->trial.rig.records + 1 + k;
		rig_hook(&play->trial.rig, RETURN, "dg-1", &play->result);
		sim_advance(play->trial.sim, 10 * MINUTE_MS);
		leg(play, RETURN, EXIT_REACHED);
		expect_back(play);
	}
}

/* ---- a leg that leaves fails ---- */

#define STAYS_OUT "balancers.may_return waited in vain for 3m: GET " URL " answered 503; before that "
#define DENIED                                                                                                        \
	": access_denied: User: arn:aws:sts::111122223333:assumed-role/web-instance/i is not authorized to perform "  \
	"this action because no identity-based policy allows it"

/* The request that comes so many behind the last one. */
static void deny(struct play *play, unsigned later)
{
	sim_fault(play->trial.sim, sim_requests(play->trial.sim) + later, SIM_FAULT_ACCESS_DENIED, 0);
}

static void deny_what_a_restore_does_not_ask(struct play *play)
{
	deny(play, way_of(play) == &ways[OF_CLASSIC] ? 2 : 1);
}

/* An earlier deployment failed half-way: the instance is out, and half an installation lies there. */
static void leave_half_installed(struct play *play)
{
	leg(play, LEAVE, EXIT_REACHED);
	play->trial.rig.deployment = "d-rollback";
}

static void expect_kept_out(struct play *play, const char *failed)
{
	char *message = memory_format(STAYS_OUT "%s" DENIED, failed);

	assert_int_equal(play->result.status, EXIT_LEFT);
	assert_true(play->result.rests);
	assert_string_equal(play->result.state, "ASK_APP");
	assert_string_equal(play->result.message, message);
	assert_int_equal(rig_open_runs(&play->trial.rig), 1);
	rig_expect(&play->trial.rig, way_of(play)->out);
	free(message);
}

static void expect_given_back(struct play *play, unsigned questions)
{
	leg(play, LEAVE, EXIT_FAILED);
	assert_int_equal(play->result.failure, FAILURE_ACCESS_DENIED);
	assert_int_equal(rig_requests(&play->trial.rig, "Http"), questions);
	expect_back(play);
}

static void a_second_one_brings_nothing_onto_half_an_installation(void **state)
{
	struct play *play = *state;
	unsigned mutations;

	take(play, "never_up: true");
	leave_half_installed(play);
	deny(play, 1);
	mutations = play->trial.rig.mutations;
	leg(play, LEAVE, EXIT_LEFT);
	expect_kept_out(play, "LOOK");
	assert_int_equal(play->trial.rig.mutations, mutations);
	leg(play, LEAVE, EXIT_REACHED);
	leg(play, RETURN, EXIT_LEFT);
	rig_expect(&play->trial.rig, way_of(play)->out);
	assert_true(rig_attend(&play->trial.rig, RIG_RESTORE, &play->result));
	expect_back(play);
}

static void a_second_one_gives_back_what_answers(void **state)
{
	struct play *play = *state;

	take(play, "up_after: 0s");
	leave_half_installed(play);
	deny_what_a_restore_does_not_ask(play);
	expect_given_back(play, 1);
	expect_no_request_more(play);
}

static void without_it_a_second_one_gives_back_and_asks_nobody(void **state)
{
	struct play *play = *state;

	leave_half_installed(play);
	deny_what_a_restore_does_not_ask(play);
	expect_given_back(play, 0);
	expect_no_request_more(play);
}

static void what_a_first_one_had_taken_out_is_asked_for_too(void **state)
{
	struct play *play = *state;
	const struct way *way = way_of(play);
	const char *last = NULL;

	for (size_t i = 0; i < WAY_STEPS_MOST && way->leaves[i]; i++)
		last = way->leaves[i];
	take(play, "never_up: true");
	sim_fault(play->trial.sim, way_number(play, last, (unsigned)way_count(way, last)) + 1,
		  SIM_FAULT_ACCESS_DENIED, 0);
	leg(play, LEAVE, EXIT_LEFT);
	expect_kept_out(play, way->leaves_by);
}

/* What stands in the ledger by then is the group's alone. */
static void where_nothing_was_taken_out_nobody_is_asked(void **state)
{
	struct play *play = *state;
	const struct way *way = way_of(play);
	unsigned number = way->processes ? way_number(play, way->leaves[1], 1) : 1;

	take(play, "never_up: true");
	sim_fault(play->trial.sim, number, SIM_FAULT_ACCESS_DENIED, 0);
	expect_given_back(play, 0);
}

static void who_was_kept_out_comes_back_when_it_answers(void **state)
{
	struct play *play = *state;

	take(play, "up_after: 5m");
	leave_half_installed(play);
	deny(play, 1);
	leg(play, LEAVE, EXIT_LEFT);
	sim_advance(play->trial.sim, 5 * MINUTE_MS);
	assert_true(rig_attend(&play->trial.rig, RIG_RESUME, &play->result));
	assert_int_equal(play->result.status, EXIT_REACHED);
	assert_string_equal(play->result.state, "IN_SERVICE");
	expect_back(play);
}

/* CodeDeploy may be told to go on where ApplicationStop fails. */
static void a_leg_that_returns_goes_on_from_there(void **state)
{
	struct play *play = *state;

	take(play, "up_after: 5m");
	leave_half_installed(play);
	deny(play, 1);
	leg(play, LEAVE, EXIT_LEFT);
	leg(play, RETURN, EXIT_REACHED);
	expect_back(play);
}

static void by_hand_it_is_no_success_either(void **state)
{
	struct play *play = *state;

	take(play, "never_up: true");
	rig_run(&play->trial.rig, NULL, &play->result);
	assert_int_equal(play->result.status, EXIT_REACHED);
	deny(play, 1);
	rig_run(&play->trial.rig, NULL, &play->result);
	expect_kept_out(play, "LOOK");
}

/* At each record before that of the pause; then the timer. */
static void a_death_before_it_rests_brings_nothing_onto_it(void **state)
{
	struct play *play = *state;
	unsigned records = 3;

	for (unsigned k = 0; k + 2 < records; k++) {
		unsigned begun;

		take(play, "never_up: true");
		leave_half_installed(play);
		deny(play, 1);
		begun = play->trial.rig.records;
		play->trial.rig.die_at_record = k ? begun + k : 0;
		rig_hook(&play->trial.rig, LEAVE, "dg-1", &play->result);
		records = k ? records : play->trial.rig.records - begun;
		play->trial.rig.die_at_record = 0;
		if (k)
			rig_attend(&play->trial.rig, RIG_INTERRUPT, &play->result);
		rig_expect(&play->trial.rig, way_of(play)->out);
		assert_int_equal(rig_open_runs(&play->trial.rig), 1);
	}
	assert_in_range(records, 8, 12);
}

static void where_nobody_comes_any_more_the_group_has_its_own_ways_again(void **state)
{
	struct play *play = *state;

	take(play, "never_up: true");
	leg(play, LEAVE, EXIT_REACHED);
	leg(play, RETURN, EXIT_LEFT);
	sim_advance(play->trial.sim, 130 * MINUTE_MS);
	assert_true(rig_attend(&play->trial.rig, RIG_EXPIRE, &play->result));
	rig_expect(&play->trial.rig, GROUP ".suspended == ['AZRebalance']");
	rig_expect(&play->trial.rig, way_of(play)->out);
	leg(play, RETURN, EXIT_LEFT);
	assert_string_equal(play->result.state, "WAIT_APP");
	rig_expect(&play->trial.rig, way_of(play)->out);
}

static void so_it_has_where_a_leg_that_leaves_has_failed(void **state)
{
	struct play *play = *state;

	take(play, "up_after: 3h");
	leave_half_installed(play);
	deny(play, 1);
	leg(play, LEAVE, EXIT_LEFT);
	sim_advance(play->trial.sim, 130 * MINUTE_MS);
	assert_true(rig_attend(&play->trial.rig, RIG_EXPIRE, &play->result));
	assert_int_equal(play->result.status, EXIT_REACHED);
	rig_expect(&play->trial.rig, GROUP ".suspended == ['AZRebalance']");
	rig_expect(&play->trial.rig, way_of(play)->out);
	sim_advance(play->trial.sim, 60 * MINUTE_MS);
	leg(play, RETURN, EXIT_REACHED);
	expect_back(play);
}

static const struct CMUnitTest every_machine[] = {
	PLAY(without_it_nobody_is_asked),
	PLAY(one_that_answers_costs_one_question),
	PLAY(one_that_comes_up_late_is_waited_for),
	PLAY(one_that_does_not_come_up_keeps_the_instance_out_for_the_next_deployment),
	PLAY(the_same_hook_may_try_again),
	PLAY(by_hand_it_is_asked_again_and_what_is_restored_is_not_asked_for),
	PLAY(what_can_never_be_asked_is_said_at_once),
	PLAY(a_death_while_it_is_asked_forgets_nothing),
	PLAY(a_second_one_brings_nothing_onto_half_an_installation),
	PLAY(a_second_one_gives_back_what_answers),
	PLAY(without_it_a_second_one_gives_back_and_asks_nobody),
	PLAY(what_a_first_one_had_taken_out_is_asked_for_too),
	PLAY(where_nothing_was_taken_out_nobody_is_asked),
	PLAY(who_was_kept_out_comes_back_when_it_answers),
	PLAY(a_leg_that_returns_goes_on_from_there),
	PLAY(by_hand_it_is_no_success_either),
	PLAY(a_death_before_it_rests_brings_nothing_onto_it),
};

static const struct CMUnitTest of_a_group[] = {
	PLAY(where_nobody_comes_any_more_the_group_has_its_own_ways_again),
	PLAY(so_it_has_where_a_leg_that_leaves_has_failed),
};

int main(void)
{
	int failed = 0;

	for (const struct way *way = ways; way < ways + WAYS; way++) {
		failed += WAY_RUN(way, every_machine);
		if (way->processes)
			failed += WAY_RUN(way, of_a_group);
	}
	return failed;
}
