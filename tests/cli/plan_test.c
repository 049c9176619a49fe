#include "config.h"

#include "quoted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/appspec.h"
#include "cli/plan.h"
#include "model/machine_file.h"
#include "text/json.h"

static const char machine_text[] =
	"#!/usr/bin/env tidegate\n"
	"tidegate: 1\n"
	"machine: small\n"
	"subject: \"${input.instance}\"\n"
	"input: {instance: {type: string}}\n"
	"hooks: {BeforeInstall: {until: OUT, at_most: 2m}}\n"
	"start_at: LOOK\n"
	"states:\n"
	"  LOOK: {wait: 1s, next: DRAIN}\n"
	"  DRAIN: {wait: 90s, next: OUT}\n"
	"  OUT: {pause: {}, next: IN}\n"
	"  IN: {end: succeeded}\n";

#define ARN "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/"

static void assert_text(const char *legs, const char *result, const char *warnings, const char *expected)
{
	json_t *plan = quoted_json("{'machine':'small','fingerprint':'9c41e07b','subject':'i-1','region':'eu-west-1',"
			     "'account':null,'inputs':{'group':{'value':null,'from':'not given'}}}");
	struct buffer page = BUFFER_INIT;

	json_put(plan, "legs", quoted_json(legs));
	json_put(plan, "result", quoted_json(result));
	json_put(plan, "warnings", quoted_json(warnings));
	plan_text(plan, &page);
	assert_string_equal(buffer_text(&page), expected);
	buffer_release(&page);
	json_decref(plan);
}

static void how_things_are_stands_before_what_would_be_done(void **state)
{
	(void)state;
	assert_text(
		"[{'name':'leave','hooks':['BeforeInstall'],'waits_ms':360000,'steps':["
		"{'state':'LOOK','kind':'action','changes':[],'gave':{'group':'web-prod','state':'InService',"
		"'zone':'eu-west-1a','minimum':3,'desired':3,'maximum':6,'suspended':['AZRebalance'],"
		"'target_groups':['" ARN "web-http/01'],'in_service':3}},"
		"{'state':'MAKE_ROOM','kind':'action','changes':[{'summary':'group minimum 3 -> 2',"
		"'operation':'autoscaling:UpdateAutoScalingGroup','request':{'MinSize':2},'resource':'r'}],'restores':"
		"[]},"
		"{'state':'WAIT_DRAIN','kind':'action','changes':[],'at_most_ms':360000,'waits':[{'at_most_ms':360000,"
		"'summary':'" ARN "web-http/01 up to 300 s, " ARN
		"web-admin/02 up to 60 s','shown':{'state':'InService',"
		"'targets':[{'group':'" ARN "web-http/01','port':8080,'state':'healthy','reason':null},"
		"{'group':'" ARN "web-admin/02','port':9090,'state':'unused','reason':'Target.NotInUse'}]}}]}]},"
		"{'name':'return','hooks':[],'waits_ms':0,'steps':[{'state':'RESTORE','kind':'restore','changes':[],"
		"'restores':[{'resource':'r','summary':'group minimum 2 -> 3'}]}]}]",
		"{'reached':true,'message':''}",
		"['appspec.yml:6:16: BeforeInstall has timeout 300, this leg may wait for 360']",
		"small 9c41e07b   i-1 in eu-west-1\n"
		"  group             (not given)\n"
		"Now\n"
		"  group             web-prod, min 3, desired 3, max 6, suspended by others:\n"
		"                    AZRebalance\n"
		"  instance          InService, eu-west-1a\n"
		"  targets           web-http:8080 healthy, web-admin:9090 unused Target.NotInUse\n"
		"Leave, at BeforeInstall                                   waits up to 6m\n"
		"  ~ MAKE_ROOM       group minimum 3 -> 2\n"
		"                    autoscaling:UpdateAutoScalingGroup MinSize=2\n"
		"  . WAIT_DRAIN      web-http up to 300 s, web-admin up to 60 s, side by side; 6m\n"
		"                    at most\n"
		"Return\n"
		"  < RESTORE         group minimum 2 -> 3\n"
		"Plan: 1 change, all restored. 2 of 3 in service stay.\n"
		"Not known yet: how long health takes; what others change until then.\n"
		"warning: appspec.yml:6:16: BeforeInstall has timeout 300, this leg may wait for\n"
		"         360\n");
}

static void a_look_that_fails_is_not_nothing_to_do(void **state)
{
	(void)state;
	assert_text("[{'name':'leave','hooks':[],'waits_ms':0,'steps':[{'state':'LOOK','kind':'action','changes':[],"
		    "'failure':'not_found','message':'i-1 is in no Auto Scaling group'}]}]",
		    "{'reached':false,'message':'i-1 is in no Auto Scaling group'}", "[]",
		    "small 9c41e07b   i-1 in eu-west-1\n"
		    "  group             (not given)\n"
		    "Leave\n"
		    "  ! LOOK            would fail: not_found: i-1 is in no Auto Scaling group\n"
		    "Plan: nothing to change. It would fail: i-1 is in no Auto Scaling group.\n");
}

/* A misspelt region is a name that does not resolve. */
static void what_mends_a_failure_is_said(void **state)
{
	(void)state;
	assert_text("[{'name':'leave','hooks':[],'waits_ms':0,'steps':[{'state':'LOOK','kind':'action','changes':[],"
		    "'failure':'unreachable','message':'Could not resolve host'}]}]",
		    "{'reached':false,'message':'Could not resolve host','failure':'unreachable','code':'NotSent'}",
		    "[]",
		    "small 9c41e07b   i-1 in eu-west-1\n"
		    "  group             (not given)\n"
		    "Leave\n"
		    "  ! LOOK            would fail: unreachable: Could not resolve host\n"
		    "Plan: nothing to change. It would fail: Could not resolve host. Next: look at\n"
		    "      the region (eu-west-1), at DNS and at the way to AWS.\n");
}

static void what_was_to_be_changed_before_it_fails_is_said_too(void **state)
{
	(void)state;
	assert_text("[{'name':'leave','hooks':[],'waits_ms':0,'steps':[{'state':'EACH','kind':'action','restores':[],"
		    "'changes':[{'summary':'leave a','operation':'elb:X','request':{},'resource':'r'}],"
		    "'failure':'access_denied','message':'no'}]}]",
		    "{'reached':false,'message':'no.'}", "[]",
		    "small 9c41e07b   i-1 in eu-west-1\n"
		    "  group             (not given)\n"
		    "Leave\n"
		    "  ~ EACH            leave a\n"
		    "                    elb:X\n"
		    "  !                 would fail: access_denied: no\n"
		    "Plan: 1 change, none restored. It would fail: no.\n"
		    "Not known yet: how long health takes; what others change until then.\n");
}

static void the_waits_of_a_leg_are_added_up(void **state)
{
	struct diagnostics diagnostics = DIAGNOSTICS_INIT;
	struct arena *arena = arena_new();
	struct reader reader = { .arena = arena, .diagnostics = &diagnostics };
	const struct source source = { "small.yaml", machine_text, sizeof(machine_text) - 1 };
	const struct machine *machine = machine_read_source(&reader, &source, catalogue_load(&reader));
	json_t *records = quoted_json("[{'type':'enter','state':'LOOK'},"
				"{'type':'note','at_most_ms':60000,'summary':'a','shown':null},"
				"{'type':'note','at_most_ms':30000,'summary':'b','shown':null},"
				"{'type':'enter','state':'DRAIN'},{'type':'enter','state':'OUT'},"
				"{'type':'pause','state':'OUT','next':'IN'}]");
	json_t *leg;

	(void)state;
	assert_non_null(machine);
	leg = plan_leg(machine, records, 0, json_array_size(records));
	/* Side by side the longest counts, and a state that waits has its own time. */
	assert_int_equal(json_integer_value(json_object_get(leg, "waits_ms")), 150000);
	assert_string_equal(json_string_value(json_array_get(json_object_get(leg, "hooks"), 0)), "BeforeInstall");
	json_decref(leg);
	/* What fails on the way back and leads to the pause again is not planned for who takes the instance out. */
	leg = plan_leg(machine, records, 4, json_array_size(records));
	assert_string_equal(json_string_value(json_object_get(leg, "name")), "return");
	assert_int_equal(json_array_size(json_object_get(leg, "hooks")), 0);
	json_decref(leg);
	json_decref(records);
	diagnostics_release(&diagnostics);
	arena_free(arena);
}

/* ---- appspec.yml ---- */

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void note_script(void *argument, const char *event, int64_t seconds, struct position position)
{
	buffer_add_format(argument, "%u %s %d\n", position.line, event, (int)seconds);
}

static void the_time_that_an_appspec_gives_a_machine_is_found(void **state)
{
	char folder[] = "/tmp/tidegate-plan.XXXXXX", machine[64], appspec[64];
	struct buffer found = BUFFER_INIT;
	struct arena *arena = arena_new();

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(machine, sizeof(machine), "%s/small.yaml", folder);
	snprintf(appspec, sizeof(appspec), "%s/appspec.yml", folder);
	appspec_find(arena, machine, note_script, &found);
	assert_string_equal(buffer_text(&found), "");
	write_file(machine, machine_text);
	write_file(appspec, "version: 0.0\n"
			    "hooks:\n"
			    "  BeforeInstall:\n"
			    "    - {location: other.sh, timeout: 5}\n"
			    "    - {location: small.yaml, timeout: 300}\n"
			    "  ApplicationStart:\n"
			    "    - location: ./small.yaml\n");
	appspec_find(arena, machine, note_script, &found);
	assert_string_equal(buffer_text(&found), "5 BeforeInstall 300\n7 ApplicationStart 3600\n");
	buffer_release(&found);
	arena_free(arena);
	unlink(machine);
	unlink(appspec);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(how_things_are_stands_before_what_would_be_done),
		cmocka_unit_test(a_look_that_fails_is_not_nothing_to_do),
		cmocka_unit_test(what_mends_a_failure_is_said),
		cmocka_unit_test(what_was_to_be_changed_before_it_fails_is_said_too),
		cmocka_unit_test(the_waits_of_a_leg_are_added_up),
		cmocka_unit_test(the_time_that_an_appspec_gives_a_machine_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
