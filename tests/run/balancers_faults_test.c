/* The machines that leave balancers by hand, where something goes wrong: a death or a fault anywhere, an instance that
 * is gone, and answers that are of before what was given back a moment ago. */
#include "config.h"

#include "balancers.h"
#include "../plays.h"

#include <string.h>

/* A hook, and once more where its process died. */
static void hook_to_its_end(struct bench *bench, const char *event)
{
	struct rig *rig = &bench->play.trial.rig;

	for (unsigned deaths = 0; deaths < 3; deaths++) {
		rig_hook(rig, event, "dg-1", &bench->play.result);
		if (bench->play.result.status == EXIT_REACHED)
			return;
	}
	rig_fail(rig, "%s did not come to its end", event);
}

static void cycle(struct bench *bench)
{
	hook_to_its_end(bench, LEAVE);
	expect_out(bench);
	sim_advance(bench->play.trial.sim, 10 * MINUTE_MS); /* the deployment; also long enough for what is late */
	hook_to_its_end(bench, RETURN);
	expect_back(bench);
}

/* For an hour AWS says of a terminated instance what it says of a stopped one, which may yet be started. */
static void the_run_of_an_instance_that_is_gone_for_good_is_closed(void **state)
{
	static const struct sim_act ends = { .kind = SIM_ACT_TERMINATE, .group = "web-prod", .instance = SELF },
				    deletes = { .kind = SIM_ACT_DELETE_GROUP, .group = "web-prod" };
	static const enum kind rows[] = { TARGETS, ATTACHED };
	struct bench *bench = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct rig *rig = take(bench, rows[i], NULL);

		leg(&bench->play, LEAVE, EXIT_REACHED);
		sim_act(rig->sim, &ends);
		sim_act(rig->sim, &deletes);
		sim_advance(rig->sim, 5 * MINUTE_MS);
		leg(&bench->play, RETURN, EXIT_LEFT);
		assert_non_null(strstr(bench->play.result.message, "not in a running state"));
		sim_advance(rig->sim, 61 * MINUTE_MS);
		assert_true(rig_attend(rig, RIG_RESTORE, &bench->play.result));
		assert_int_equal(bench->play.result.status, EXIT_REACHED);
		assert_non_null(strstr(buffer_text(&rig->told), "\"how\":\"drifted\",\"because\":\"The following "
								"instances do not exist: '" SELF "'\""));
		assert_int_equal(rig_open_runs(rig), 0);
	}
}

static void a_death_at_every_record_ends_as_if_there_had_been_none(void **state)
{
	struct bench *bench = *state;

	for (enum kind kind = 0; kind < KINDS; kind++) {
		unsigned records;

		take(bench, kind, NULL);
		cycle(bench);
		records = bench->play.trial.rig.records;
		for (unsigned k = 1; k <= records; k += play_stride()) {
			take(bench, kind, NULL)->die_at_record = k;
			cycle(bench);
		}
		print_message("%s: %u runs\n", kinds[kind].machine, records / play_stride());
	}
}

/* From the k-th request to come on, every answer is of nearly half a minute ago. */
static void answer_late(struct rig *rig, unsigned from)
{
	for (unsigned k = from; k < from + 16; k++)
		sim_fault(rig->sim, sim_requests(rig->sim) + k, SIM_FAULT_STALE, 28000);
}

/* Dies on its way back, and every answer to the next process's first questions is of before that, when it was out.
 * False where it came back before it could die. */
static bool dies_returning(struct bench *bench, enum kind kind, unsigned record)
{
	struct play *play = &bench->play;
	struct rig *rig = take(bench, kind, NULL);

	name(bench, "any");
	sim_keep_past(rig->sim);
	leg(play, LEAVE, EXIT_REACHED);
	sim_advance(rig->sim, 10 * MINUTE_MS);
	rig->die_at_record = rig->records + record;
	rig_hook(rig, RETURN, "dg-1", &play->result);
	answer_late(rig, 1);
	return rig_open_runs(rig) > 0;
}

/* What comes at once behind each of its deaths is a whole deployment, or the return alone. */
static void come_at_once(struct bench *bench, bool leaves)
{
	static const enum kind some[] = { CLASSIC, TARGETS, ATTACHED };

	for (size_t i = 0; i < ARRAY_LENGTH(some); i++)
		for (unsigned record = 1; dies_returning(bench, some[i], record); record++) {
			if (leaves) {
				leg(&bench->play, LEAVE, EXIT_REACHED);
				expect_out(bench);
			}
			leg(&bench->play, RETURN, EXIT_REACHED);
			expect_back(bench);
		}
}

static void begun_again_at_once_nothing_is_out_that_was_just_given_back(void **state)
{
	come_at_once(*state, true);
}

static void gone_on_with_at_once_what_was_just_given_back_is_not_missed(void **state)
{
	come_at_once(*state, false);
}

static bool is_told_to_wait(const struct rig *rig)
{
	return strstr(buffer_text(&rig->notes), "AWS may not show yet what was given back a moment ago") != NULL;
}

/* The run before it is closed; a minute later that is nobody's concern. */
static void a_new_run_takes_nothing_for_out_that_the_one_before_gave_back(void **state)
{
	static const enum kind some[] = { CLASSIC, TARGETS, ALONE };
	static const int64_t passed_ms[] = { 1000, MINUTE_MS };
	struct bench *bench = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(passed_ms); i++)
		for (size_t k = 0; k < ARRAY_LENGTH(some); k++) {
			struct rig *rig = take(bench, some[k], some[k] == ALONE ? quick_classic : NULL);

			if (some[k] != ALONE)
				name(bench, "any");
			sim_keep_past(rig->sim);
			leg(&bench->play, LEAVE, EXIT_REACHED);
			sim_advance(rig->sim, 10 * MINUTE_MS);
			assert_true(rig_attend(rig, RIG_RESTORE, &bench->play.result));
			assert_int_equal(rig_open_runs(rig), 0);
			sim_advance(rig->sim, passed_ms[i]);
			answer_late(rig, 1);
			leg(&bench->play, LEAVE, EXIT_REACHED);
			expect_out(bench);
			assert_int_equal(is_told_to_wait(rig), passed_ms[i] < MINUTE_MS);
			leg(&bench->play, RETURN, EXIT_REACHED);
			expect_back(bench);
		}
}

/* Out of service is also who is being registered, as an answer of half a minute ago may show it. */
static void what_was_being_registered_has_not_drained(void **state)
{
	struct bench *bench = *state;

	for (unsigned from = 1; from <= 12; from++) {
		struct rig *rig = take(bench, ALONE, quick_classic);

		sim_keep_past(rig->sim);
		leg(&bench->play, LEAVE, EXIT_REACHED);
		sim_advance(rig->sim, 10 * MINUTE_MS);
		assert_true(rig_attend(rig, RIG_RESTORE, &bench->play.result));
		for (unsigned k = 0; k < 2; k++) /* of both balancers */
			sim_fault(rig->sim, sim_requests(rig->sim) + from + k, SIM_FAULT_STALE, 28000);
		leg(&bench->play, LEAVE, EXIT_REACHED);
		expect_out(bench);
		leg(&bench->play, RETURN, EXIT_REACHED);
		expect_back(bench);
	}
}

/* It dies where it has asked for that with this request; 0: nowhere. */
static struct rig *come_back_until(struct bench *bench, unsigned number)
{
	struct rig *rig = take(bench, TARGETS, NULL);

	name(bench, "web-http");
	sim_keep_past(rig->sim);
	leg(&bench->play, LEAVE, EXIT_REACHED);
	sim_advance(rig->sim, 10 * MINUTE_MS);
	if (number)
		sim_fault(rig->sim, number, SIM_FAULT_CRASH_AFTER, 0);
	rig_hook(rig, RETURN, "dg-1", &bench->play.result);
	return rig;
}

/* It had been asked for, and no answer had come: begun again, the run sees that it was done, and takes it out once
 * more. That it has drained already is said by answers of before. */
static void what_is_seen_to_be_given_back_is_waited_for(void **state)
{
	struct bench *bench = *state;
	unsigned number = rig_number(come_back_until(bench, 0), "RegisterTargets");

	for (unsigned from = 1; from <= 8; from++) {
		struct rig *rig = come_back_until(bench, number);

		sim_advance(rig->sim, 8000); /* it has traffic */
		answer_late(rig, from);
		leg(&bench->play, LEAVE, EXIT_REACHED);
		rig_expect(rig, "!(target_groups.\"web-http\".targets[?instance == '" SELF "'])");
		leg(&bench->play, RETURN, EXIT_REACHED);
		expect_back(bench);
	}
}

static const enum sim_fault_kind passing_faults[] = {
	SIM_FAULT_THROTTLED,    SIM_FAULT_UNAVAILABLE_BEFORE, SIM_FAULT_UNAVAILABLE_AFTER,
	SIM_FAULT_LOST_BEFORE,  SIM_FAULT_LOST_AFTER,         SIM_FAULT_LATE,
	SIM_FAULT_GARBAGE,      SIM_FAULT_TRUNCATED,          SIM_FAULT_STALE,
	SIM_FAULT_CRASH_BEFORE, SIM_FAULT_CRASH_AFTER,
};

static void every_fault_at_every_request_ends_as_if_there_had_been_none(void **state)
{
	const size_t n_faults = sizeof(passing_faults) / sizeof(passing_faults[0]);
	struct bench *bench = *state;

	for (enum kind kind = 0; kind < KINDS; kind++) {
		/* The others are rehearsed, too. */
		const size_t step = (kind < NAMED ? 1 : n_faults + 4) * play_stride();
		unsigned requests;

		take(bench, kind, NULL);
		cycle(bench);
		requests = sim_requests(bench->play.trial.sim);
		for (size_t i = 0; i < n_faults * requests; i += step) {
			struct rig *rig = take(bench, kind, NULL);
			unsigned k = (unsigned)(i / n_faults) + 1;

			sim_fault(rig->sim, k, passing_faults[i % n_faults], 20000);
			buffer_add_format(&rig->told, "-- request %u: %s\n", k,
					  sim_fault_name(passing_faults[i % n_faults]));
			cycle(bench);
		}
		print_message("%s: %zu runs\n", kinds[kind].machine, n_faults * requests / step);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_run_of_an_instance_that_is_gone_for_good_is_closed),
		TEST(a_death_at_every_record_ends_as_if_there_had_been_none),
		TEST(begun_again_at_once_nothing_is_out_that_was_just_given_back),
		TEST(gone_on_with_at_once_what_was_just_given_back_is_not_missed),
		TEST(a_new_run_takes_nothing_for_out_that_the_one_before_gave_back),
		TEST(what_was_being_registered_has_not_drained),
		TEST(what_is_seen_to_be_given_back_is_waited_for),
		TEST(every_fault_at_every_request_ends_as_if_there_had_been_none),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
