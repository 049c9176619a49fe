#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "run/history.h"
#include "run/start.h"

/* Records in short: the journal adds n and at. */
static struct history *history_of(const char *const *records, size_t count)
{
	struct history *history = memory_new(1, sizeof(*history));
	struct error err = ERROR_INIT;

	for (size_t i = 0; i < count; i++) {
		json_t *record = json_loads(records[i], 0, NULL);

		assert_non_null(record);
		json_object_set_new(record, "n", json_integer((json_int_t)i + 1));
		json_object_set_new(record, "at", json_string("2026-11-22T20:00:00Z"));
		if (history_apply(history, record, &err) != 0)
			fail_msg("record %zu: %s", i + 1, err.message);
		json_decref(record);
	}
	return history;
}

static void history_end(struct history *history)
{
	history_release(history);
	free(history);
}

#define RUN "{\"type\":\"run\",\"definition\":{},\"subject\":\"i-1\"}"
#define INTENT(resource, undo)                                                                                        \
	"{\"type\":\"intent\",\"state\":\"S\",\"resource\":\"" resource "\",\"restores\":" undo                       \
	",\"sign_until_ms\":1000}"
#define OUTCOME(intent, result) "{\"type\":\"outcome\",\"intent\":" intent ",\"result\":\"" result "\"}"
#define RESTORED(resource) "{\"type\":\"restored\",\"resource\":\"" resource "\",\"how\":\"restored\"}"

static const struct {
	const char *sentence;
	const char *records[8];
	const char *ledger; /* "resource held|doubtful doubts;" for each entry */
} rows[] = {
	{ "nothing was changed yet", { RUN }, "" },
	{ "an intent alone is a doubt", { RUN, INTENT("g/min", "false") }, "g/min doubtful 1;" },
	{ "an answered request is held", { RUN, INTENT("g/min", "false"), OUTCOME("2", "done") }, "g/min held 0;" },
	{ "an observed effect is held", { RUN, INTENT("g/min", "false"), OUTCOME("2", "observed") }, "g/min held 0;" },
	{ "a refused request leaves nothing", { RUN, INTENT("g/min", "false"), OUTCOME("2", "failed") }, "" },
	{ "a request that can no longer take effect leaves nothing",
	  { RUN, INTENT("g/min", "false"), OUTCOME("2", "expired") },
	  "" },
	{ "a second refused request keeps the first",
	  { RUN, INTENT("g/min", "false"), OUTCOME("2", "done"), INTENT("g/min", "false"), OUTCOME("4", "failed") },
	  "g/min held 0;" },
	{ "a request that was answered after an unanswered one leaves that in doubt",
	  { RUN, INTENT("g/min", "false"), INTENT("g/min", "false"), OUTCOME("3", "done") },
	  "g/min held 1;" },
	{ "of two unanswered requests one was seen to take effect: the other may still come",
	  { RUN, INTENT("g/min", "false"), INTENT("g/min", "false"), OUTCOME("3", "observed") },
	  "g/min held 1;" },
	{ "an undo that is sent is a doubt beside what is held",
	  { RUN, INTENT("g/min", "false"), OUTCOME("2", "done"), INTENT("g/min", "true") },
	  "g/min held 1;" },
	{ "an undo that is answered is not restored before it settled",
	  { RUN, INTENT("g/min", "false"), OUTCOME("2", "done"), INTENT("g/min", "true"), OUTCOME("4", "done") },
	  "g/min held 0;" },
	{ "what is restored leaves the ledger",
	  { RUN, INTENT("g/min", "false"), OUTCOME("2", "done"), INTENT("g/min", "true"), OUTCOME("4", "done"),
	    RESTORED("g/min") },
	  "" },
	{ "entries stay in the order of their making",
	  { RUN, INTENT("g/a", "false"), OUTCOME("2", "done"), INTENT("g/b", "false"), OUTCOME("4", "done"),
	    INTENT("g/a", "false"), OUTCOME("6", "done") },
	  "g/a held 0;g/b held 0;" },
};

static void the_ledger_is_a_function_of_the_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct buffer text = BUFFER_INIT;
		struct history *history;
		size_t count = 0;

		while (count < ARRAY_LENGTH(rows[i].records) && rows[i].records[count])
			count++;
		history = history_of(rows[i].records, count);
		for (size_t k = 0; k < history->ledger.count; k++)
			buffer_add_format(&text, "%s %s %zu;", history->ledger.entries[k].resource,
					  history->ledger.entries[k].held ? "held" : "doubtful",
					  history->ledger.entries[k].n_doubts);
		if (strcmp(buffer_text(&text), rows[i].ledger) != 0)
			fail_msg("%s: '%s', not '%s'", rows[i].sentence, buffer_text(&text), rows[i].ledger);
		buffer_release(&text);
		history_end(history);
	}
}

static const char *const impossible[] = {
	INTENT("g/min", "true"),                              /* nothing is there to take back */
	OUTCOME("7", "done"),                                 /* of no intent */
	RESTORED("g/min"),                                    /* of no entry */
	"{\"type\":\"left\",\"state\":\"S\",\"next\":\"T\"}", /* never entered */
	"{\"type\":\"left\",\"state\":\"S\",\"next\":\"T\",\"gave\":{\"group\":\"g\"}}",
	"{\"type\":\"enter\"}",                               /* which? */
	"{\"type\":\"a later version's\"}",
	RUN,
};

static void a_record_that_cannot_follow_is_damage(void **state)
{
	const char *const first[] = { RUN };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(impossible); i++) {
		struct history *history = history_of(first, 1);
		json_t *record = json_loads(impossible[i], 0, NULL);
		struct error err = ERROR_INIT;

		assert_int_equal(history_apply(history, record, &err), -1);
		assert_int_equal(err.kind, ERROR_DAMAGE);
		json_decref(record);
		history_end(history);
	}
}

#define LEG(group) "{\"type\":\"leg\",\"leg\":\"BeforeInstall\",\"hook\":{\"deployment_group_id\":\"" group "\"}}"
#define ENTER(state) "{\"type\":\"enter\",\"state\":\"" state "\"}"
#define END "{\"type\":\"end\",\"state\":\"E\",\"status\":\"succeeded\"}"

static const struct {
	const char *sentence;
	const char *records[6];
	bool open;
} openness[] = {
	{ "a run that has only begun is open", { RUN, LEG("g") }, true },
	{ "a run in a state is open", { RUN, LEG("g"), ENTER("S") }, true },
	{ "a run that ended with an empty ledger is closed", { RUN, LEG("g"), END }, false },
	{ "a run that ended with something in its ledger is open",
	  { RUN, LEG("g"), INTENT("g/min", "false"), END },
	  true },
};

static void a_run_is_open_until_its_ledger_is_empty_and_it_has_ended(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(openness); i++) {
		struct history *history;
		size_t count = 0;

		while (count < ARRAY_LENGTH(openness[i].records) && openness[i].records[count])
			count++;
		history = history_of(openness[i].records, count);
		if (history_is_open(history) != openness[i].open)
			fail_msg("not so: %s", openness[i].sentence);
		history_end(history);
	}
}

static const struct {
	const char *open; /* the deployment group of the open run; NULL: there is none */
	const char *group;
	bool opens;
	enum start_decision decision;
} decisions[] = {
	{ NULL, "mine", true, START_NEW },     { NULL, "mine", false, START_LOOK },
	{ "mine", "mine", true, START_AGAIN }, { "mine", "mine", false, START_GO_ON },
	{ "other", "mine", true, START_WAIT }, { "other", "mine", false, START_WAIT },
	{ NULL, "", true, START_NEW },         { "", "", true, START_AGAIN },
	{ "other", "", true, START_WAIT },     { "", "mine", false, START_WAIT },
};

static void a_leg_meets_the_open_run_as_the_design_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(decisions); i++) {
		char *leg = decisions[i].open ? memory_format(LEG("%s"), decisions[i].open) : NULL;
		const char *const records[] = { RUN, leg, ENTER("S") };
		struct history *history = leg ? history_of(records, 3) : NULL;

		assert_int_equal(start_decide(history, decisions[i].group, decisions[i].opens), decisions[i].decision);
		if (history)
			history_end(history);
		free(leg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_ledger_is_a_function_of_the_records),
		cmocka_unit_test(a_record_that_cannot_follow_is_damage),
		cmocka_unit_test(a_run_is_open_until_its_ledger_is_empty_and_it_has_ended),
		cmocka_unit_test(a_leg_meets_the_open_run_as_the_design_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
