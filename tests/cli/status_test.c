#include "config.h"

#include "quoted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/runs.h"
#include "cli/status.h"
#include "text/json.h"

/* Out, with two changes, and paused until 02:00:00; the hook came at 00:00:00. */
static const char *const records[] = {
	"{'type':'run','run':'r-7f3a','machine':'asg-standby','subject':'i-0a1b2c3d4e5f60718','definition':{}}",
	"{'type':'leg','leg':'BeforeInstall','begins':true,'goal':['OUT'],'hook':{'deployment_id':'d-ABCDEF123',"
	"'application_name':'web','deployment_group_name':'prod'}}",
	"{'type':'enter','state':'MAKE_ROOM'}",
	"{'type':'intent','n':4,'state':'MAKE_ROOM','resource':'web-prod/minimum','action':'autoscaling.make_room',"
	"'operation':'autoscaling:UpdateAutoScalingGroup','summary':'group minimum 3 -> 2','input':{},'change':{},"
	"'request':{},'undo':{'action':'autoscaling.raise_minimum','with':{}},'restores':false,'definition':0,"
	"'sign_until_ms':1}",
	"{'type':'outcome','n':5,'intent':4,'state':'MAKE_ROOM','result':'done','status':200}",
	"{'type':'intent','n':6,'state':'ENTER','resource':'web-prod/i-0a1b2c3d4e5f60718','action':'x',"
	"'operation':'autoscaling:EnterStandby','summary':'InService -> Standby','input':{},'change':{},"
	"'request':{},'undo':{'action':'y','with':{}},'restores':false,'definition':0,'sign_until_ms':1}",
	"{'type':'outcome','n':7,'intent':6,'state':'ENTER','result':'done','status':200}",
	"{'type':'left','state':'MAKE_ROOM','next':'OUT','changed':true}",
	"{'type':'enter','state':'OUT'}",
	"{'type':'pause','state':'OUT','next':'BACK','expires_ms':7200000}",
	"{'type':'leg_end','exit':0,'state':'OUT','message':''}",
};

static void make_run_of(struct run_row *run, size_t count)
{
	struct error err = ERROR_INIT;

	*run = (struct run_row){ .id = "r-7f3a" };
	for (size_t i = 0; i < count; i++) {
		json_t *record = quoted_json(records[i]);

		if (!json_object_get(record, "n"))
			json_put(record, "n", json_integer((json_int_t)i + 1));
		json_put(record, "at", json_string("1970-01-01T00:00:00Z"));
		if (history_apply(&run->history, record, &err) != 0)
			fail_msg("record %zu: %s", i, err.message);
		json_decref(record);
	}
}

static void make_run(struct run_row *run)
{
	make_run_of(run, ARRAY_LENGTH(records));
}

static const struct report ours;

static void assert_status(const char *survey, const char *unknown, int64_t minutes, const char *expected)
{
	struct run_row run;
	struct status_row row = { .run = &run, .unknown = unknown };
	struct buffer page = BUFFER_INIT;

	make_run(&run);
	if (survey)
		row.survey = quoted_json(survey);
	status_text(&ours, &row, 1, minutes * 60000, &page);
	assert_string_equal(buffer_text(&page), expected);
	buffer_release(&page);
	json_decref(row.survey);
	history_release(&run.history);
}

#define HEAD "RUN     MACHINE        SUBJECT     STATE           SINCE  DEPLOYMENT   NEEDS\n"

static void what_is_held_stands_with_how_it_is_now(void **state)
{
	(void)state;
	assert_status("[{'resource':'web-prod/minimum','standing':'held','now':'2','because':''},"
		      "{'resource':'web-prod/i-0a1b2c3d4e5f60718','standing':'held','now':'Standby','because':''}]",
		      NULL, 112,
		      HEAD "r-7f3a  asg-standby    i-0a1b2c3d  OUT             1h52m  d-ABCDEF123  return\n"
			   "  subject    i-0a1b2c3d4e5f60718\n"
			   "  deployment d-ABCDEF123 of web, for prod\n"
			   "  pause      expires in 8m\n"
			   "  holds      web-prod/minimum: group minimum 3 -> 2 (now 2)\n"
			   "             web-prod/i-0a1b2c3d4e5f60718: InService -> Standby (now Standby)\n"
			   "  back       sudo tidegate resume r-7f3a (waits for health; restore does not)\n");
}

static void what_others_changed_is_named(void **state)
{
	(void)state;
	assert_status(
		"[{'resource':'web-prod/minimum','standing':'drifted','now':'5',"
		"'because':'the minimum is 5, this run left 2'},"
		"{'resource':'web-prod/i-0a1b2c3d4e5f60718','standing':'restored','now':'InService','because':''}]",
		NULL, 150,
		HEAD "r-7f3a  asg-standby    i-0a1b2c3d  OUT             2h30m  d-ABCDEF123  attention\n"
		     "  subject    i-0a1b2c3d4e5f60718\n"
		     "  deployment d-ABCDEF123 of web, for prod\n"
		     "  pause      expired 30m ago: tidegate resume --all sees to it\n"
		     "  holds      web-prod/minimum: group minimum 3 -> 2 (now 5)\n"
		     "             web-prod/i-0a1b2c3d4e5f60718: InService -> Standby (now InService:\n"
		     "             as it was before)\n"
		     "  drift      web-prod/minimum: the minimum is 5, this run left 2; others changed\n"
		     "             it, it will be left alone\n"
		     "  back       sudo tidegate resume r-7f3a (waits for health; restore does not)\n");
}

static void what_cannot_be_known_is_said_once(void **state)
{
	static const char expected[] = HEAD
		"r-7f3a  asg-standby    i-0a1b2c3d  OUT             0s     d-ABCDEF123  return\n"
		"  subject    i-0a1b2c3d4e5f60718\n"
		"  deployment d-ABCDEF123 of web, for prod\n"
		"  pause      expires in 2h\n"
		"  holds      web-prod/minimum: group minimum 3 -> 2\n"
		"             web-prod/i-0a1b2c3d4e5f60718: InService -> Standby\n"
		"  now        unknown: no credentials\n"
		"  back       sudo tidegate resume r-7f3a (waits for health; restore does not)\n";

	(void)state;
	assert_status(NULL, "no credentials", 0, expected);
	assert_status("[{'resource':'web-prod/minimum','standing':'unknown','now':'','because':'no credentials'},"
		      "{'resource':'web-prod/i-0a1b2c3d4e5f60718','standing':'unknown','now':'',"
		      "'because':'no credentials'}]",
		      NULL, 0, expected);
}

/* Its leg has no end: somebody drives it, or it was killed. */
static void a_leg_in_the_middle_is_driven_or_cut_off(void **state)
{
	static const char driven[] = HEAD
		"r-7f3a  asg-standby    i-0a1b2c3d  MAKE_ROOM       0s     d-ABCDEF123\n"
		"  subject    i-0a1b2c3d4e5f60718\n"
		"  deployment d-ABCDEF123 of web, for prod\n"
		"  holds      web-prod/minimum: group minimum 3 -> 2\n"
		"  driven     by another process now: tidegate log r-7f3a --follow\n";
	static const char cut_off[] = HEAD
		"r-7f3a  asg-standby    i-0a1b2c3d  MAKE_ROOM       0s     d-ABCDEF123  resume\n"
		"  subject    i-0a1b2c3d4e5f60718\n"
		"  deployment d-ABCDEF123 of web, for prod\n"
		"  holds      web-prod/minimum: group minimum 3 -> 2 (could not be restored:\n"
		"             access_denied, AccessDenied)\n"
		"  go on      tidegate resume r-7f3a --state-dir /srv/state (to OUT)\n"
		"  back       tidegate restore r-7f3a --state-dir /srv/state (does not wait for\n"
		"             health)\n";
	const struct report theirs = { .own = true, .state_dir = "/srv/state" };
	struct run_row run;
	struct status_row row = { .run = &run, .driven = true };
	struct buffer page = BUFFER_INIT;

	(void)state;
	make_run_of(&run, 5);
	status_text(&ours, &row, 1, 0, &page);
	assert_string_equal(buffer_text(&page), driven);
	page.length = 0;
	row.driven = false;
	run.history.ledger.entries[0].trouble = quoted_json("{'failure':'access_denied','code':'AccessDenied'}");
	status_text(&theirs, &row, 1, 0, &page);
	assert_string_equal(buffer_text(&page), cut_off);
	/* What takes back already is gone on with to that end. */
	json_put(run.history.leg, "restores", json_true());
	page.length = 0;
	status_text(&theirs, &row, 1, 0, &page);
	assert_null(strstr(buffer_text(&page), "  go on"));
	assert_non_null(strstr(buffer_text(&page), "  back       tidegate resume r-7f3a"));
	buffer_release(&page);
	history_release(&run.history);
}

static void a_run_that_is_only_begun_stands_there_since_then(void **state)
{
	static const char expected[] = HEAD
		"r-7f3a  asg-standby    i-0a1b2c3d  -               2m     -            resume\n"
		"  subject    i-0a1b2c3d4e5f60718\n"
		"  go on      sudo tidegate resume r-7f3a\n"
		"  back       sudo tidegate restore r-7f3a (does not wait for health)\n";
	struct run_row run = { .id = "r-7f3a" };
	struct status_row row = { .run = &run };
	struct buffer page = BUFFER_INIT;
	json_t *record = quoted_json(records[0]);

	(void)state;
	json_put(record, "at", json_string("1970-01-01T01:00:00Z"));
	assert_int_equal(history_apply(&run.history, record, NULL), 0);
	status_text(&ours, &row, 1, 62 * 60000, &page);
	assert_string_equal(buffer_text(&page), expected);
	buffer_release(&page);
	json_decref(record);
	history_release(&run.history);
}

static void programs_read_the_same(void **state)
{
	struct run_row run;
	struct status_row row = { .run = &run };
	json_t *all, *holds, *expected;

	(void)state;
	make_run(&run);
	row.survey = quoted_json("[{'resource':'web-prod/minimum','standing':'drifted','now':'5','because':'others'}]");
	all = status_json(&row, 1, 0);
	holds = json_object_get(json_array_get(all, 0), "holds");
	expected = quoted_json("{'resource':'web-prod/minimum','state':'MAKE_ROOM','summary':'group minimum 3 -> 2',"
			 "'in_doubt':false,'failed_to_restore':false,'standing':'drifted','now':'5',"
			       "'because':'others'}");
	assert_true(json_equal(json_array_get(holds, 0), expected));
	json_decref(expected);
	expected = quoted_json("{'resource':'web-prod/i-0a1b2c3d4e5f60718','state':'ENTER',"
			       "'summary':'InService -> Standby','in_doubt':false,'failed_to_restore':false,"
			       "'standing':'unknown','now':null,'because':null}");
	assert_true(json_equal(json_array_get(holds, 1), expected));
	json_decref(expected);
	json_decref(all);
	json_decref(row.survey);
	history_release(&run.history);
}

/* Who types the command that a message names, and leaves out sudo, looks in a directory of his own. */
static void who_looks_among_his_own_runs_is_told_of_those_of_hooks(void **state)
{
	struct storage storage = { .path = "/home/me/.local/state/tidegate" };
	struct session session = { .storage = &storage };
	const struct run_rows none = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_null(runs_choose(&session, &none, &err));
	assert_string_equal(err.message, "no run is open in '/home/me/.local/state/tidegate'");
	session.report.own = true;
	assert_null(runs_choose(&session, &none, &err));
	assert_string_equal(err.message, "no run is open in '/home/me/.local/state/tidegate': 'sudo tidegate status' "
					 "shows those of root and of hooks");
	session.report.state_dir = storage.path;
	assert_null(runs_choose(&session, &none, &err));
	assert_string_equal(err.message, "no run is open in '/home/me/.local/state/tidegate'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_held_stands_with_how_it_is_now),
		cmocka_unit_test(what_others_changed_is_named),
		cmocka_unit_test(what_cannot_be_known_is_said_once),
		cmocka_unit_test(a_leg_in_the_middle_is_driven_or_cut_off),
		cmocka_unit_test(a_run_that_is_only_begun_stands_there_since_then),
		cmocka_unit_test(programs_read_the_same),
		cmocka_unit_test(who_looks_among_his_own_runs_is_told_of_those_of_hooks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
