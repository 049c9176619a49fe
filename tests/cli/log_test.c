#include "config.h"

#include "quoted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "cli/log.h"
#include "cli/trace.h"
#include "cli/verdict.h"
#include "text/json.h"

/* What is printed, which is freed with the next call. */
static void assert_printed(json_t *object, const char *expected)
{
	char *printed = log_text(object);

	for (char *c = printed; *c; c++)
		if (*c == '"')
			*c = '\'';
	assert_string_equal(printed, expected);
	free(printed);
}

static void a_line_leaves_out_what_is_not_there(void **state)
{
	const struct log_line whole = {
		.wall_ms = 75000,
		.run = "r-7f3a",
		.subject = "i-1",
		.leg = "leave",
		.state = "ENTER",
		.event = "outcome",
		.message = "gr\xc3\xbcn\n",
	};
	const struct log_line bare = { .event = "note", .message = "\xff" };

	(void)state;
	assert_printed(log_object(&whole, quoted_json("{'exit':0}")),
		       "{'time':'1970-01-01T00:01:15Z','run':'r-7f3a','subject':'i-1','leg':'leave','state':'ENTER',"
		       "'event':'outcome','message':'gr\\u00FCn\\n','fields':{'exit':0}}\n");
	assert_printed(log_object(&bare, json_object()), "{'time':'1970-01-01T00:00:00Z','event':'note'}\n");
}

static void a_record_gives_what_collectors_can_use(void **state)
{
	static const struct {
		const char *record, *expected;
	} rows[] = {
		{ "{'n':5,'at':'x','type':'outcome','intent':4,'result':'done','status':200,'elapsed_ms':214,"
		  "'attempts':1,'request_id':'8e02','sha256':'aa'}",
		  "{'intent':4,'result':'done','http_status':200,'attempts':1,'elapsed_ms':214,'request_id':'8e02'}"
		  "\n" },
		{ "{'type':'end','state':'FAILED','status':'failed','because':''}", "{'status':'failed'}\n" },
		{ "{'type':'run','machine':'m','fingerprint':'f','definition':{'a':1},'input':{'secret':1}}",
		  "{'machine':'m','fingerprint':'f'}\n" },
		{ "{'type':'intent','operation':'elb:X','resource':'r','summary':'s','undo':null,'request':{}}",
		  "{'operation':'elb:X','resource':'r','summary':'s'}\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		json_t *record = quoted_json(rows[i].record);

		assert_printed(log_record_fields(record), rows[i].expected);
		json_decref(record);
	}
}

static void what_waits_is_told_with_its_times(void **state)
{
	json_t *shown = quoted_json("{'state':'Standby'}");
	const struct waiting waiting = { .which = "r", .shown = shown, .waited_ms = 5, .left_ms = 7 };
	const struct waiting plain = { .which = "", .shown = NULL };

	(void)state;
	assert_printed(log_waiting_fields(&waiting),
		       "{'waited_ms':5,'left_ms':7,'which':'r','shown':{'state':'Standby'}}\n");
	assert_printed(log_waiting_fields(&plain), "{'waited_ms':0,'left_ms':0}\n");
	json_decref(shown);
}

static void a_verdict_has_all_that_its_text_has(void **state)
{
	const struct leg_result result = {
		.status = EXIT_LEFT,
		.failure = FAILURE_ACCESS_DENIED,
		.message = "no",
		.code = "AccessDenied",
		.operation = "autoscaling:EnterStandby",
	};
	struct report report;

	(void)state;
	report_init(&report, clock_system());
	strcpy(report.run, "r-1");
	report.first = quoted_json("{'subject':'i-1','host':'i-1','region':'eu-west-1'}");
	json_append(report.restored, json_string("resume A"));
	json_append(
		report.left,
		quoted_json("{'resource':'g/minimum','state':'ROOM','summary':'minimum 3 -> 2','doubtful':false,"
		      "'trouble':{'failure':'unavailable','code':'','call':{'operation':'elb:X','with':{'N':1}}}}"));
	assert_printed(verdict_fields(&report, &result),
		       "{'exit':3,'result':'left','failure':'access_denied','cause':'no',"
		       "'operation':'autoscaling:EnterStandby','code':'AccessDenied','restored':['resume A'],"
		       "'left':[{'resource':'g/minimum','state':'ROOM','summary':'minimum 3 -> 2','doubtful':false,"
		       "'trouble':{'failure':'unavailable','code':'','call':{'operation':'elb:X','with':{'N':1}}}}],"
		       "'by_hand':['aws elb x --region eu-west-1 \\\\\\n  --n 1\\n'],"
		       "'next':'give the role what it lacks ('tidegate policy MACHINE' shows it), then on i-1: sudo "
		       "tidegate restore r-1'}\n");
	report_release(&report);
}

static void formats_go_by_name(void **state)
{
	(void)state;
	assert_int_equal(log_format_named("text"), LOG_TEXT);
	assert_int_equal(log_format_named("json"), LOG_JSON);
	assert_int_equal(log_format_named("xml"), LOG_FORMAT_COUNT);
}

/* ---- --debug ---- */

/* It keeps one call, and answers it when it is polled. */
struct answering {
	struct executor executor;
	const struct call_result *result;
	call_done *done;
	void *argument;
};

static void answering_start(struct executor *executor, const struct call *call, call_done *done, void *argument)
{
	struct answering *answering = (struct answering *)executor;

	(void)call;
	answering->done = done;
	answering->argument = argument;
}

static int answering_poll(struct executor *executor, int64_t until_ms, struct error *err)
{
	struct answering *answering = (struct answering *)executor;

	(void)until_ms;
	(void)err;
	answering->done(answering->argument, answering->result);
	return 0;
}

static void answering_cancel(struct executor *executor)
{
	(void)executor;
}

static void count_answer(void *argument, const struct call_result *result)
{
	(void)result;
	++*(int *)argument;
}

static void a_call_is_told_when_it_is_answered(void **state)
{
	static const struct {
		struct call_result result;
		const char *expected;
	} rows[] = {
		{ { .http_status = 200, .attempts = 1, .elapsed_ms = 214, .request_id = "8e02" },
		  "debug: elb:RegisterInstances 200 in 214 ms, request 8e02\n" },
		{ { .http_status = 400,
		    .failure = FAILURE_THROTTLED,
		    .attempts = 3,
		    .code = "Throttling",
		    .message = "not told",
		    .elapsed_ms = 5 },
		  "debug: elb:RegisterInstances 400 throttled, Throttling in 5 ms, 3 attempts\n" },
		{ { .failure = FAILURE_UNREACHABLE, .attempts = 1 },
		  "debug: elb:RegisterInstances no answer unreachable in 0 ms\n" },
	};
	static const struct service service = { .name = "elb" };
	static const struct operation operation = { .name = "RegisterInstances", .service = &service };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct answering inner = {
			{ .start = answering_start, .poll = answering_poll, .cancel = answering_cancel },
			&rows[i].result, NULL, NULL
		};
		char *printed = NULL;
		size_t size;
		FILE *stream = open_memstream(&printed, &size);
		struct trace *trace = trace_new(&inner.executor, stream);
		struct executor *executor = trace_executor(trace);
		int answers = 0;

		executor->start(executor, &(struct call){ .operation = &operation }, count_answer, &answers);
		assert_int_equal(executor->poll(executor, 0, NULL), 0);
		assert_int_equal(answers, 1);
		/* One that is dropped is not told, and nothing of it is left. */
		executor->start(executor, &(struct call){ .operation = &operation }, count_answer, &answers);
		executor->cancel(executor);
		trace_free(trace);
		fclose(stream);
		assert_string_equal(printed, rows[i].expected);
		free(printed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_leaves_out_what_is_not_there),
		cmocka_unit_test(a_record_gives_what_collectors_can_use),
		cmocka_unit_test(what_waits_is_told_with_its_times),
		cmocka_unit_test(a_verdict_has_all_that_its_text_has),
		cmocka_unit_test(formats_go_by_name),
		cmocka_unit_test(a_call_is_told_when_it_is_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
