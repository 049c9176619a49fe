#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/live.h"
#include "cli/page.h"
#include "cli/screen.h"
#include "cli/view.h"
#include "text/json.h"

static json_t *parse(const char *text)
{
	char *quoted = memory_copy_text(text);
	json_t *value;

	for (char *c = quoted; *c; c++)
		if (*c == '\'')
			*c = '"';
	value = json_loads(quoted, JSON_DECODE_ANY, NULL);
	free(quoted);
	assert_non_null(value);
	return value;
}

/* A run as its reporter hears it, at times in seconds. */
struct stage {
	struct history history;
	struct view view;
	struct watch watch;
};

static void hear(struct stage *stage, int64_t second, const char *text, const char *sentence)
{
	json_t *record = parse(text);
	char at[TIME_TEXT_BYTES];
	struct error err = ERROR_INIT;

	json_put(record, "at", json_string(time_format(second * 1000, at)));
	assert_int_equal(history_apply(&stage->history, record, &err), 0);
	if (strstr(text, "'enter'"))
		watch_pass(&stage->watch);
	view_record(&stage->view, &stage->history, record, sentence, "leave", second * 1000);
	json_decref(record);
}

static void wait_for(struct stage *stage, int64_t second, const char *which, const char *shown, int64_t waited,
		     int64_t left)
{
	json_t *value = parse(shown);
	const struct waiting waiting = {
		.state = "WAIT_DRAIN",
		.which = which,
		.shown = value,
		.waited_ms = waited * 1000,
		.left_ms = left * 1000,
		.over = left == 0,
	};

	watch_hear(&stage->watch, &waiting, second * 1000, second * 1000);
	json_decref(value);
}

#define HTTP "'group':'arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web-http/0123456789abcdef'"
#define ADMIN "'group':'arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web-admin/0123456789abcdef'"

static void begin(struct stage *stage)
{
	*stage = (struct stage){ 0 };
	hear(stage, 0,
	     "{'type':'run','run':'r-7f3a','machine':'asg-standby','subject':'i-0a1b2c3d4e5f60718',"
	     "'definition':{'machine':{'states':{'SUSPEND_PROCS':{'action':'a','next':'WAIT_DRAIN'},"
	     "'PICK':{'choose':[]},'WAIT_DRAIN':{'action':'b','next':'OUT_OF_SERVICE'},"
	     "'OUT_OF_SERVICE':{'pause':{}}}}}}",
	     "");
	hear(stage, 0, "{'type':'leg','leg':'BeforeInstall','begins':true,'at_most_ms':370000}",
	     "leave of run r-7f3a");
	hear(stage, 0, "{'type':'enter','state':'SUSPEND_PROCS'}", "");
}

static void go_to_wait(struct stage *stage)
{
	begin(stage);
	hear(stage, 1, "{'type':'left','state':'SUSPEND_PROCS','next':'PICK','changed':true}",
	     "suspend AlarmNotification");
	hear(stage, 1, "{'type':'enter','state':'PICK'}", "");
	hear(stage, 1, "{'type':'left','state':'PICK','next':'WAIT_DRAIN','changed':false}", "");
	hear(stage, 10, "{'type':'enter','state':'WAIT_DRAIN'}", "");
	wait_for(stage, 11, "",
		 "{'state':'EnteringStandby','targets':[{" HTTP ",'port':8080,'state':'draining',"
		 "'reason':'Target.DeregistrationInProgress'},{" ADMIN
		 ",'port':9090,'state':'draining','reason':null}]}",
		 0, 300);
	wait_for(stage, 73, "",
		 "{'state':'EnteringStandby','targets':[{" HTTP ",'port':8080,'state':'draining',"
		 "'reason':'Target.DeregistrationInProgress'}]}",
		 62, 238);
}

static void release(struct stage *stage)
{
	view_release(&stage->view);
	watch_release(&stage->watch);
	history_release(&stage->history);
}

static void assert_lines(struct stage *stage, int64_t second, size_t columns, size_t lines, const char *expected)
{
	struct view_lines made = view_lines(&stage->view, &stage->watch, second * 1000, columns, lines);
	struct buffer text = BUFFER_INIT;

	assert_true(made.count <= lines);
	for (size_t i = 0; i < made.count; i++) {
		assert_true(strlen(made.rows[i].text) <= columns);
		buffer_add_format(&text, "%s\n", made.rows[i].text);
	}
	assert_string_equal(buffer_text(&text), expected);
	buffer_release(&text);
	view_lines_release(&made);
}

static void what_is_done_what_is_now_and_what_is_next(void **state)
{
	struct stage stage;

	(void)state;
	go_to_wait(&stage);
	assert_lines(&stage, 161, 80, 23,
		     "asg-standby  i-0a1b2c3d4e5f60718  r-7f3a  leave                    2:41 of 6m10s\n"
		     "  done  SUSPEND_PROCS      1.0s  suspend AlarmNotification\n"
		     "  now   WAIT_DRAIN         2:31  [##############..............] left 2:30\n"
		     "          state           EnteringStandby for 2:30\n"
		     "          web-http:8080   draining Target.DeregistrationInProgress for 2:30\n"
		     "          web-admin:9090  gone for 1:28\n"
		     "  next  OUT_OF_SERVICE     Ctrl-C stops safely; tidegate resume r-7f3a\n");
	release(&stage);
}

static void a_narrow_terminal_cuts_each_line(void **state)
{
	struct stage stage;

	(void)state;
	go_to_wait(&stage);
	assert_lines(&stage, 161, 44, 23,
		     "asg-standby  i-0a1b2c3d4e5f60718  r-7f3a ...\n"
		     "  done  SUSPEND_PROCS      1.0s  suspend ...\n"
		     "  now   WAIT_DRAIN         2:31  left 2:30\n"
		     "          state           EnteringStandby...\n"
		     "          web-http:8080   draining Target...\n"
		     "          web-admin:9090  gone for 1:28\n"
		     "  next  OUT_OF_SERVICE     Ctrl-C stops s...\n");
	release(&stage);
}

static void a_short_terminal_keeps_what_is_now(void **state)
{
	struct stage stage;

	(void)state;
	go_to_wait(&stage);
	assert_lines(&stage, 161, 80, 6,
		     "asg-standby  i-0a1b2c3d4e5f60718  r-7f3a  leave                    2:41 of 6m10s\n"
		     "  now   WAIT_DRAIN         2:31  [##############..............] left 2:30\n"
		     "          state           EnteringStandby for 2:30\n"
		     "          web-http:8080   draining Target.DeregistrationInProgress for 2:30\n"
		     "          web-admin:9090  gone for 1:28\n"
		     "  next  OUT_OF_SERVICE     Ctrl-C stops safely; tidegate resume r-7f3a\n");
	assert_lines(&stage, 161, 80, 4,
		     "asg-standby  i-0a1b2c3d4e5f60718  r-7f3a  leave                    2:41 of 6m10s\n"
		     "  now   WAIT_DRAIN         2:31  [##############..............] left 2:30\n"
		     "          and 3 more\n"
		     "  next  OUT_OF_SERVICE     Ctrl-C stops safely; tidegate resume r-7f3a\n");
	release(&stage);
}

static void the_end_stays_as_it_was(void **state)
{
	static const struct {
		const char *record, *expected;
	} rows[] = {
		{ "{'type':'leg_end','exit':6,'state':'WAIT_DRAIN'}", "  stop  WAIT_DRAIN         2:00\n" },
		{ "{'type':'leg_end','exit':3,'state':'WAIT_DRAIN'}", "  FAIL  WAIT_DRAIN         2:00\n" },
		{ "{'type':'caught','state':'WAIT_DRAIN','catch':'/0','next':'OUT_OF_SERVICE'}",
		  "  FAIL  WAIT_DRAIN         2:00\n" },
		{ "{'type':'left','state':'WAIT_DRAIN','next':'OUT_OF_SERVICE','changed':false}",
		  "  done  WAIT_DRAIN         2:00\n" },
		{ "{'type':'left','state':'WAIT_DRAIN','next':'OUT_OF_SERVICE','changed':false,'skipped':true}",
		  "  skip  WAIT_DRAIN\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct buffer expected = BUFFER_INIT;
		struct stage stage;

		go_to_wait(&stage);
		hear(&stage, 130, rows[i].record, "");
		buffer_add_format(&expected,
				  "asg-standby  i-0a1b2c3d4e5f60718  r-7f3a  leave                    2:41 of 6m10s\n"
				  "  done  SUSPEND_PROCS      1.0s  suspend AlarmNotification\n%s",
				  rows[i].expected);
		assert_lines(&stage, 161, 80, 23, buffer_text(&expected));
		buffer_release(&expected);
		release(&stage);
	}
}

static void a_restore_by_hand_has_a_row_though_it_enters_no_state(void **state)
{
	struct stage stage;

	(void)state;
	go_to_wait(&stage);
	hear(&stage, 130, "{'type':'leg_end','exit':6,'state':'WAIT_DRAIN'}", "");
	hear(&stage, 200, "{'type':'leg','leg':'restore'}", "");
	watch_pass(&stage.watch);
	assert_lines(&stage, 205, 80, 23,
		     "asg-standby  i-0a1b2c3d4e5f60718  r-7f3a  leave                             0:05\n"
		     "  now   restore            5.0s\n"
		     "  next                     Ctrl-C stops safely; tidegate resume r-7f3a\n");
	release(&stage);
}

static void nothing_is_drawn_before_a_leg_begins(void **state)
{
	struct stage stage = { 0 };

	(void)state;
	assert_lines(&stage, 0, 80, 24, "");
}

static void side_by_side_the_slowest_has_the_bar(void **state)
{
	struct stage stage;

	(void)state;
	begin(&stage);
	wait_for(&stage, 1, "one", "{'targets':[{" HTTP ",'port':8080,'state':'draining'}]}", 1, 99);
	wait_for(&stage, 1, "two", "{'targets':[{" ADMIN ",'port':9090,'state':'draining'}]}", 1, 199);
	assert_lines(&stage, 50, 80, 23,
		     "asg-standby  i-0a1b2c3d4e5f60718  r-7f3a  leave                    0:50 of 6m10s\n"
		     "  now   SUSPEND_PROCS      0:50  [#######.....................] left 2:30\n"
		     "          web-http:8080   draining for 0:49\n"
		     "          web-admin:9090  draining for 0:49\n"
		     "  next  WAIT_DRAIN         Ctrl-C stops safely; tidegate resume r-7f3a\n");
	wait_for(&stage, 60, "two", "{'targets':[]}", 60, 0);
	assert_lines(&stage, 60, 80, 23,
		     "asg-standby  i-0a1b2c3d4e5f60718  r-7f3a  leave                    1:00 of 6m10s\n"
		     "  now   SUSPEND_PROCS      1:00  [################............] left 0:40\n"
		     "          web-http:8080   draining for 0:59\n"
		     "          web-admin:9090  gone for 0:00\n"
		     "  next  WAIT_DRAIN         Ctrl-C stops safely; tidegate resume r-7f3a\n");
	release(&stage);
}

static void news_are_told_once(void **state)
{
	struct buffer text = BUFFER_INIT;
	struct stage stage;

	(void)state;
	go_to_wait(&stage);
	assert_true(watch_has_news(&stage.watch));
	watch_tell(&stage.watch, false, &text);
	assert_string_equal(buffer_text(&text), "state EnteringStandby, web-http:8080 draining "
						"Target.DeregistrationInProgress, web-admin:9090 gone");
	assert_false(watch_has_news(&stage.watch));
	buffer_clear(&text);
	watch_tell(&stage.watch, false, &text);
	assert_string_equal(buffer_text(&text), "");
	watch_tell(&stage.watch, true, &text);
	assert_string_equal(buffer_text(&text),
			    "state EnteringStandby, web-http:8080 draining Target.DeregistrationInProgress");
	buffer_release(&text);
	release(&stage);
}

/* ---- traffic ---- */

static void traffic_is_told_from_what_was_seen_last(void **state)
{
	static const struct {
		const char *shown, *before, *expected;
	} rows[] = {
		{ "{'state':'InService'}", "", "still on: its group (InService) (seen 00:01:15)" },
		{ "{'state':'InService'}", "the newest change",
		  "still on: its group (InService) (seen 00:01:15, before the newest change)" },
		{ "{'state':'EnteringStandby','targets':[{" HTTP
		  ",'port':8080,'state':'healthy','reason':null},{" ADMIN
		  ",'port':9090,'state':'unused','reason':'Target.NotInUse'}]}",
		  "", "still on: web-http:8080 healthy (seen 00:01:15)" },
		{ "{'state':'EnteringStandby','classic':['OutOfService','InService']}", "",
		  "still on: classic OutOfService, InService (seen 00:01:15)" },
		{ "{'state':'Standby','targets':[],'classic':['OutOfService']}", "", "none since 00:01:15" },
		{ "{'state':'Pending','suspended':['Launch']}", "", "" },
	};

	(void)state;
	setenv("TZ", "UTC", 1);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct buffer text = BUFFER_INIT;
		struct stage stage = { 0 };

		wait_for(&stage, 75, "", rows[i].shown, 0, 10);
		watch_traffic(&stage.watch, rows[i].before, &text);
		assert_string_equal(buffer_text(&text), rows[i].expected);
		buffer_release(&text);
		release(&stage);
	}
}

static void traffic_is_gone_since_the_last_target_was(void **state)
{
	struct buffer text = BUFFER_INIT;
	struct stage stage;

	(void)state;
	setenv("TZ", "UTC", 1);
	go_to_wait(&stage);
	wait_for(&stage, 75, "", "{'state':'Standby','targets':[]}", 64, 0);
	wait_for(&stage, 90, "", "{'state':'Standby','targets':[]}", 64, 0);
	watch_traffic(&stage.watch, "", &text);
	assert_string_equal(buffer_text(&text), "none since 00:01:15");
	buffer_release(&text);
	release(&stage);
}

/* ---- the screen ---- */

static struct view_lines two_lines(const char *second)
{
	struct view_lines lines = { .rows = memory_new(2, sizeof(*lines.rows)), .count = 2 };

	lines.rows[0] = (struct view_line){ VIEW_PLAIN, memory_copy_text("title of twenty bytes") };
	lines.rows[1] = (struct view_line){ VIEW_DONE, memory_copy_text(second) };
	return lines;
}

static void assert_composed(struct screen *screen, const char *second, const char *expected)
{
	struct view_lines lines = two_lines(second);
	struct buffer bytes = BUFFER_INIT;

	screen_compose(screen, &lines, &bytes);
	assert_string_equal(buffer_text(&bytes), expected);
	buffer_release(&bytes);
	view_lines_release(&lines);
}

#define AWAY "\033[?25l"
#define BACK "\033[J\033[?25h"

static void lines_are_drawn_in_the_place_of_the_last_ones(void **state)
{
	struct screen screen;

	(void)state;
	screen_init(&screen, -1, false);
	assert_composed(&screen, "  done  A", AWAY "\033[2Ktitle of twenty bytes\n\033[2K  done  A\n" BACK);
	assert_composed(&screen, "  done  B", AWAY "\r\033[2A\033[2Ktitle of twenty bytes\n\033[2K  done  B\n" BACK);
	/* Narrower than the first line: it stands on two rows. */
	screen.columns = 20;
	assert_composed(&screen, "  done  C", AWAY "\r\033[3A\033[2Ktitle of twenty bytes\n\033[2K  done  C\n" BACK);
	screen_leave(&screen);
	assert_composed(&screen, "  done  D", AWAY "\033[2Ktitle of twenty bytes\n\033[2K  done  D\n" BACK);
	screen_release(&screen);
}

static void only_the_mark_is_coloured(void **state)
{
	struct screen screen;

	(void)state;
	screen_init(&screen, -1, true);
	assert_composed(&screen, "  done  A",
			AWAY "\033[2Ktitle of twenty bytes\n\033[2K  \033[1;32mdone\033[0m  A\n" BACK);
	screen_release(&screen);
}

/* ---- the view at work ---- */

static int no_poll(struct executor *executor, int64_t until_ms, struct error *err)
{
	(void)executor;
	(void)until_ms;
	(void)err;
	return 0;
}

/* What is drawn, up to 4 KiB, when the run waits next. */
static void draw(struct live *live, struct executor *executor, int from, char drawn[4096])
{
	ssize_t length;

	live_touch(live);
	assert_int_equal(executor->poll(executor, 0, NULL), 0);
	length = read(from, drawn, 4095);
	assert_true(length > 0);
	drawn[length] = '\0';
}

static void after_ctrl_z_and_fg_the_shells_lines_stay(void **state)
{
	struct executor inner = { .poll = no_poll };
	volatile sig_atomic_t resumed = 0;
	struct executor *executor;
	struct stage stage;
	struct live *live;
	char drawn[4096];
	json_t *leg;
	int ends[2];

	(void)state;
	begin(&stage);
	assert_int_equal(pipe(ends), 0);
	live = live_new(ends[1], false, &stage.watch, clock_system(), &resumed);
	executor = live_executor(live, &inner);
	leg = parse(
		"{'type':'leg','leg':'BeforeInstall','begins':true,'at_most_ms':370000,'at':'1970-01-01T00:00:00Z'}");
	live_record(live, &stage.history, leg, "leave of run r-7f3a", "leave");
	draw(live, executor, ends[0], drawn);
	draw(live, executor, ends[0], drawn);
	assert_non_null(strstr(drawn, "\r\033["));
	resumed = 1;
	draw(live, executor, ends[0], drawn);
	assert_null(strstr(drawn, "\r\033["));
	draw(live, executor, ends[0], drawn);
	assert_non_null(strstr(drawn, "\r\033["));
	json_decref(leg);
	live_free(live);
	close(ends[0]);
	close(ends[1]);
	release(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_done_what_is_now_and_what_is_next),
		cmocka_unit_test(a_narrow_terminal_cuts_each_line),
		cmocka_unit_test(a_short_terminal_keeps_what_is_now),
		cmocka_unit_test(the_end_stays_as_it_was),
		cmocka_unit_test(a_restore_by_hand_has_a_row_though_it_enters_no_state),
		cmocka_unit_test(nothing_is_drawn_before_a_leg_begins),
		cmocka_unit_test(side_by_side_the_slowest_has_the_bar),
		cmocka_unit_test(news_are_told_once),
		cmocka_unit_test(traffic_is_told_from_what_was_seen_last),
		cmocka_unit_test(traffic_is_gone_since_the_last_target_was),
		cmocka_unit_test(lines_are_drawn_in_the_place_of_the_last_ones),
		cmocka_unit_test(only_the_mark_is_coloured),
		cmocka_unit_test(after_ctrl_z_and_fg_the_shells_lines_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
