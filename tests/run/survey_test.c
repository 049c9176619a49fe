/* How a run's changes stand now, asked without touching the run. */
#include "config.h"

#include "rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SELF "i-0a1b2c3d4e5f60718"

struct survey {
	struct stock stock;
	struct trial trial;
};

static int begin(void **state)
{
	struct survey *survey = memory_new(1, sizeof(*survey));
	struct leg_result result;

	stock_init(&survey->stock, "asg-standby", quick_world);
	trial_begin(&survey->trial, &survey->stock);
	rig_hook(&survey->trial.rig, "BeforeInstall", "dg-1", &result);
	assert_int_equal(result.status, EXIT_REACHED);
	*state = survey;
	return 0;
}

static int end(void **state)
{
	struct survey *survey = *state;

	trial_end(&survey->trial);
	stock_release(&survey->stock);
	free(survey);
	return 0;
}

static void assert_survey(struct survey *survey, const char *expected)
{
	unsigned before = survey->trial.rig.mutations;
	json_t *rows = rig_survey(&survey->trial.rig), *row;
	struct buffer text = BUFFER_INIT;
	size_t i;

	json_array_foreach (rows, i, row)
		buffer_add_format(&text, "%s %s '%s' '%s'\n", json_string_value(json_object_get(row, "resource")),
				  json_string_value(json_object_get(row, "standing")),
				  json_string_value(json_object_get(row, "now")),
				  json_string_value(json_object_get(row, "because")));
	assert_string_equal(buffer_text(&text), expected);
	/* It only looked, and the run still holds what it held. */
	assert_int_equal(survey->trial.rig.mutations, before);
	assert_int_equal(rig_open_runs(&survey->trial.rig), 1);
	buffer_release(&text);
	json_decref(rows);
}

static void act(struct survey *survey, struct sim_act done)
{
	done.group = "web-prod";
	sim_act(survey->trial.sim, &done);
}

static void what_nobody_touched_is_held(void **state)
{
	assert_survey(*state,
		      "web-prod/processes held 'AlarmNotification, ScheduledActions, ReplaceUnhealthy suspended' ''\n"
		      "web-prod/minimum held '2' ''\n"
		      "web-prod/" SELF " held 'Standby' ''\n");
}

static void what_others_changed_is_told(void **state)
{
	act(*state, (struct sim_act){ .kind = SIM_ACT_MINIMUM, .value = 1 });
	act(*state, (struct sim_act){ .kind = SIM_ACT_RESUME, .process = "AlarmNotification" });
	act(*state, (struct sim_act){ .kind = SIM_ACT_RESUME, .process = "ScheduledActions" });
	act(*state, (struct sim_act){ .kind = SIM_ACT_RESUME, .process = "ReplaceUnhealthy" });
	act(*state, (struct sim_act){ .kind = SIM_ACT_TERMINATE, .instance = SELF });
	assert_survey(*state,
		      "web-prod/processes restored 'none of them suspended' ''\n"
		      "web-prod/minimum drifted '1' 'the minimum is 1, this run left 2'\n"
		      "web-prod/" SELF " drifted 'Terminating' '" SELF " is Terminating: nothing to bring back'\n");
}

#define DENIED                                                                                                        \
	"User: arn:aws:sts::111122223333:assumed-role/web-instance/i is not authorized to perform this action "       \
	"because "                                                                                                    \
	"no identity-based policy allows it"

static void what_cannot_be_asked_is_unknown(void **state)
{
	struct survey *survey = *state;
	unsigned next = sim_requests(survey->trial.sim) + 1;

	for (unsigned k = next; k < next + 20; k++)
		sim_fault(survey->trial.sim, k, SIM_FAULT_ACCESS_DENIED, 0);
	assert_survey(survey, "web-prod/processes unknown '' '" DENIED "'\n"
			      "web-prod/minimum unknown '' '" DENIED "'\n"
			      "web-prod/" SELF " unknown '' '" DENIED "'\n");
}

static int note_run(void *argument, const char *run)
{
	snprintf(argument, JOURNAL_RUN_BYTES, "%s", run);
	return 1;
}

/* The same run, its journal written anew without what the first record says of this. */
static void write_without(struct rig *rig, const char *key)
{
	static const char *const made[] = { "n", "durable", "at", "type", "journal", "run", "sha256" };
	char run[JOURNAL_RUN_BYTES], name[JOURNAL_RUN_BYTES + sizeof(".journal")];
	struct journal *before, *after = NULL;
	struct journal_tail tail;

	assert_int_equal(runs_list(&rig->storage, note_run, run, NULL), 0);
	snprintf(name, sizeof(name), "%s.journal", run);
	before = journal_read(&rig->storage, run, &tail, NULL);
	assert_int_equal(rig->storage.remove(&rig->storage, name, NULL), 0);
	for (size_t i = 0; i < journal_count(before); i++) {
		json_t *fields = json_copy(journal_get(before, i));

		for (size_t k = 0; k < ARRAY_LENGTH(made); k++)
			json_object_del(fields, made[k]);
		if (i == 0)
			assert_int_equal(json_object_del(fields, key), 0);
		if (after)
			journal_append(after, journal_type(before, i), fields, NULL);
		else
			after = journal_create(&rig->storage, sim_clock(rig->sim), run, "run", fields, NULL);
	}
	assert_int_equal(journal_sync(after, NULL), 0);
	journal_close(before);
	journal_close(after);
}

/* What takes a change back stands in its intent, so that it can be seen and restored all the same. */
static void what_the_first_record_lacks_is_null(void **state)
{
	static const char *const keys[] = { "input", "env" };
	struct survey *survey = *state;
	struct leg_result result;

	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++)
		write_without(&survey->trial.rig, keys[i]);
	what_nobody_touched_is_held(state);
	assert_true(rig_attend(&survey->trial.rig, RIG_RESTORE, &result));
	assert_int_equal(result.status, EXIT_REACHED);
	assert_int_equal(rig_open_runs(&survey->trial.rig), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_nobody_touched_is_held),
		TEST(what_others_changed_is_told),
		TEST(what_cannot_be_asked_is_unknown),
		TEST(what_the_first_record_lacks_is_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
