#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "cli/page.h"
#include "cli/verdict.h"
#include "text/json.h"

static void set_up(struct report *report)
{
	report_init(report, clock_system());
	report->ascii = true;
	report->deploys = true;
	strcpy(report->run, "r-7f3a");
	strcpy(report->leg, "leave");
	report->first = json_pack("{s:s, s:s, s:s}", "subject", "i-0a1b2c3d4e5f60718", "host", "i-0a1b2c3d4e5f60718",
				  "region", "eu-west-1");
}

static void add_left(struct report *report, const char *resource)
{
	json_t *call = json_pack("{s:s, s:{s:s, s:i}}", "operation", "autoscaling:UpdateAutoScalingGroup", "with",
				 "AutoScalingGroupName", "web-prod", "MinSize", 3);
	json_t *trouble = json_pack("{s:s, s:s, s:o}", "failure", "unavailable", "code", "InternalFailure", "call",
				    call);

	json_append(report->left, json_pack("{s:s, s:s, s:s, s:b, s:o}", "resource", resource, "state", "MAKE_ROOM",
					    "summary", "group minimum 3 -> 2", "doubtful", 0, "trouble", trouble));
}

/* What a state that waited saw last, at 00:01:15. */
static void see(struct report *report, const char *target_state)
{
	json_t *shown = json_pack("{s:[{s:s, s:i, s:s}]}", "targets", "group",
				  "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web-http/0123",
				  "port", 8080, "state", target_state);
	const struct waiting waiting = { .which = "", .shown = shown };

	setenv("TZ", "UTC", 1);
	watch_hear(&report->watch, &waiting, 75000, 75000);
	json_decref(shown);
}

static void what_is_left_is_listed_with_the_way_back(void **state)
{
	struct leg_result result = {
		.status = EXIT_LEFT,
		.failure = FAILURE_ACCESS_DENIED,
		.state = "ENTER_STANDBY",
		.message = "User is not authorized",
		.code = "AccessDenied",
		.request_id = "5c1f0e77",
		.operation = "autoscaling:EnterStandby",
	};
	struct buffer page = BUFFER_INIT;
	struct report report;

	(void)state;
	set_up(&report);
	json_append(report.restored, json_string("resume AZRebalance"));
	add_left(&report, "web-prod/minimum");
	see(&report, "healthy");
	verdict_write(&report, &result, &page);
	assert_string_equal(buffer_text(&page),
			    "tidegate: FAILED, exit 3: leave of i-0a1b2c3d4e5f60718, run r-7f3a, 1 change not\n"
			    "         restored\n"
			    "cause    ENTER_STANDBY: access_denied, autoscaling:EnterStandby: User is not\n"
			    "         authorized (AccessDenied, request 5c1f0e77)\n"
			    "restored resume AZRebalance\n"
			    "LEFT     web-prod/minimum: group minimum 3 -> 2; not taken back: unavailable,\n"
			    "         InternalFailure\n"
			    "traffic  still on: web-http:8080 healthy (seen 00:01:15)\n"
			    "next     give the role what it lacks ('tidegate policy MACHINE' shows it), then\n"
			    "         on i-0a1b2c3d4e5f60718: sudo tidegate restore r-7f3a\n"
			    "by hand  aws autoscaling update-auto-scaling-group --region eu-west-1 \\\n"
			    "           --auto-scaling-group-name web-prod \\\n"
			    "           --min-size 3\n");
	buffer_release(&page);
	report_release(&report);
}

/* Exit 0 without its goal: who goes on is said. */
static void a_leg_that_goes_on_later_says_where(void **state)
{
	struct leg_result result = {
		.status = EXIT_REACHED,
		.later = true,
		.state = "WAIT_DRAIN",
		.message = "BeforeInstall goes on with it",
	};
	struct buffer page = BUFFER_INIT;
	struct report report;

	(void)state;
	set_up(&report);
	report.begun_ms = report.clock->monotonic_ms(report.clock);
	verdict_write(&report, &result, &page);
	assert_string_equal(buffer_text(&page),
			    "tidegate: WAIT_DRAIN is not over: leave of i-0a1b2c3d4e5f60718, run r-7f3a,\n"
			    "         0.0s; BeforeInstall goes on with it\n");
	buffer_release(&page);
	report_release(&report);
}

/* The last lines are kept that are together shorter than 2048, each with what the agent puts before it. */
static void assert_fits_the_console(const struct buffer *page)
{
	size_t bytes = 0;

	for (const char *line = buffer_text(page); *line; line += strcspn(line, "\n") + 1)
		bytes += strlen("[stdout]") + strcspn(line, "\n") + 1;
	if (bytes >= 2048)
		fail_msg("%zu bytes:\n%s", bytes, buffer_text(page));
}

/* Words of so many letters. */
static void fill(char *text, size_t size, size_t word)
{
	for (size_t i = 0; i + 1 < size; i++)
		text[i] = (i + 1) % (word + 1) ? 'w' : ' ';
	text[size - 1] = '\0';
}

static void write_the_worst(size_t word, enum exit_status status, struct buffer *page)
{
	struct leg_result result = { .status = status, .failure = FAILURE_INVALID };
	struct report report;
	char text[1200];

	set_up(&report);
	fill(text, sizeof(text), word);
	for (size_t i = 0; i < 40; i++) {
		json_append(report.restored, json_string(text));
		add_left(&report, text);
	}
	json_object_set_new(report.first, "subject", json_string(text));
	fill(result.message, sizeof(result.message), word);
	fill(result.state, sizeof(result.state), word);
	fill(result.code, sizeof(result.code), word);
	fill(result.request_id, sizeof(result.request_id), word);
	fill(result.operation, sizeof(result.operation), word);
	see(&report, "draining");
	report.changed_since = true;
	report.begun_ms = report.clock->monotonic_ms(report.clock);
	verdict_write(&report, &result, page);
	report_release(&report);
}

static void the_worst_verdict_fits_the_console(void **state)
{
	static const size_t words[] = { 1, 3, 36, 40, 75, 79, 2000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
		struct buffer page = BUFFER_INIT;

		write_the_worst(words[i], EXIT_LEFT, &page);
		assert_fits_the_console(&page);
		assert_non_null(strstr(buffer_text(&page), "tidegate: FAILED, exit 3: "));
		assert_non_null(strstr(buffer_text(&page), "sudo tidegate restore r-7f3a"));
		page.length = 0;
		write_the_worst(words[i], EXIT_REACHED, &page);
		assert_fits_the_console(&page);
		buffer_release(&page);
	}
}

static size_t count_commands(size_t left)
{
	struct leg_result result = { .status = EXIT_LEFT, .failure = FAILURE_ACCESS_DENIED };
	struct buffer page = BUFFER_INIT;
	struct report report;
	size_t count = 0;

	set_up(&report);
	for (size_t i = 0; i < left; i++)
		add_left(&report, "web-prod/minimum");
	verdict_write(&report, &result, &page);
	assert_fits_the_console(&page);
	for (const char *at = buffer_text(&page); (at = strstr(at, "           --min-size 3\n")); at++)
		count++;
	buffer_release(&page);
	report_release(&report);
	return count;
}

static void as_many_commands_are_told_as_there_is_room_for(void **state)
{
	(void)state;
	assert_int_equal(count_commands(1), 1);
	assert_int_equal(count_commands(5), 5);
	assert_in_range(count_commands(24), 5, 23);
}

static void every_failing_end_says_what_to_do(void **state)
{
	static const struct {
		enum exit_status status;
		const char *expected;
		bool rests;
	} rows[] = {
		{ .status = EXIT_FAILED, .expected = "mend the cause, then deploy again" },
		{ .status = EXIT_LEFT, .expected = "sudo tidegate restore r-7f3a" },
		{ .status = EXIT_LEFT,
		  .expected =
			  "deploy again, or mend the cause and on i-0a1b2c3d4e5f60718: sudo tidegate resume r-7f3a",
		  .rests = true },
		{ .status = EXIT_SUBJECT_BUSY, .expected = "tidegate status" },
		{ .status = EXIT_IN_DOUBT, .expected = "sudo tidegate resume r-7f3a" },
		{ .status = EXIT_INTERRUPTED, .expected = "sudo tidegate resume r-7f3a" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct leg_result result = { .status = rows[i].status,
					     .failure = FAILURE_TIMEOUT,
					     .rests = rows[i].rests };
		struct buffer page = BUFFER_INIT;
		struct report report;

		set_up(&report);
		verdict_write(&report, &result, &page);
		/* Where a line folds is not the point here. */
		for (char *at = page.bytes; (at = strstr(at, "\n         "));)
			memmove(at + 1, at + 10, strlen(at + 9)), *at = ' ';
		assert_non_null(strstr(buffer_text(&page), rows[i].expected));
		buffer_release(&page);
		report_release(&report);
	}
}

/* The row `next`, unfolded. */
static void assert_next(const struct report *report, const struct leg_result *result, const char *expected)
{
	struct buffer page = BUFFER_INIT;
	char *next;

	verdict_write(report, result, &page);
	next = strstr(buffer_text(&page), "next     ");
	assert_non_null(next);
	for (char *at = next; (at = strstr(at, "\n         "));)
		memmove(at + 1, at + 10, strlen(at + 9)), *at = ' ';
	next[strcspn(next, "\n")] = '\0';
	assert_string_equal(next + 9, expected);
	buffer_release(&page);
}

static void what_to_do_follows_from_what_failed(void **state)
{
	static const struct {
		enum failure failure;
		const char *code, *expected;
	} rows[] = {
		{ FAILURE_ACCESS_DENIED, "AccessDenied",
		  "give the role what it lacks ('tidegate policy MACHINE' shows it), then deploy again" },
		{ FAILURE_ACCESS_DENIED, "NoCredentials",
		  "give the instance a role, or name a profile or keys, then deploy again" },
		{ FAILURE_ACCESS_DENIED, "InvalidClientTokenId",
		  "mend the credentials: AWS does not know them, then deploy again" },
		{ FAILURE_ACCESS_DENIED, "SignatureDoesNotMatch",
		  "mend the credentials: the secret key is another ID's, then deploy again" },
		{ FAILURE_EXPIRED_CREDENTIALS, "ExpiredToken", "get new credentials, then deploy again" },
		{ FAILURE_UNREACHABLE, "",
		  "look at the region (eu-west-1), at DNS and at the way to AWS, then deploy again" },
		{ FAILURE_NOT_FOUND, "", "mend the cause (was eu-west-1 the right region?), then deploy again" },
		{ FAILURE_TIMEOUT, "", "mend the cause, then deploy again" },
	};
	struct report report;

	(void)state;
	set_up(&report);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct leg_result result = { .status = EXIT_FAILED, .failure = rows[i].failure };

		strcpy(result.code, rows[i].code);
		assert_next(&report, &result, rows[i].expected);
	}
	json_object_del(report.first, "region");
	assert_next(&report, &(struct leg_result){ .status = EXIT_FAILED, .failure = FAILURE_UNREACHABLE },
		    "mend the cause, then deploy again");
	report_release(&report);
}

static void a_leg_without_time_left_says_where_to_give_it_more(void **state)
{
	struct leg_result result = { .status = EXIT_INTERRUPTED, .failure = FAILURE_INTERRUPTED, .out_of_time = true };
	struct report report;

	(void)state;
	set_up(&report);
	assert_next(&report, &result,
		    "on i-0a1b2c3d4e5f60718: sudo tidegate resume r-7f3a goes on, as the next hook does; restore in "
		    "place of resume takes all back; the next time give the hook more: 'at_most' in the machine file, "
		    "'timeout' in appspec.yml");
	result.out_of_time = false;
	assert_next(&report, &result,
		    "on i-0a1b2c3d4e5f60718: sudo tidegate resume r-7f3a goes on, as the next hook does; restore in "
		    "place of resume takes all back");
	strcpy(report.leg, "return");
	assert_next(&report, &result,
		    "on i-0a1b2c3d4e5f60718: sudo tidegate resume r-7f3a goes on, as the next hook does");
	report_release(&report);
}

/* Through sudo the variable that named the directory is lost. */
static void a_command_finds_the_run_where_it_is(void **state)
{
	struct leg_result result = { .status = EXIT_LEFT, .failure = FAILURE_TIMEOUT };
	struct report report;

	(void)state;
	set_up(&report);
	report.state_dir = "/srv/state";
	assert_next(&report, &result,
		    "on i-0a1b2c3d4e5f60718: sudo tidegate restore r-7f3a --state-dir /srv/state");
	report.own = true;
	assert_next(&report, &result, "on i-0a1b2c3d4e5f60718: tidegate restore r-7f3a --state-dir /srv/state");
	report_release(&report);
}

/* Only what no run took out can be adopted; of another region, of a damaged journal there is a run. */
static void without_a_run_the_way_back_hangs_on_whether_one_is_known(void **state)
{
	struct leg_result result = { .status = EXIT_LEFT, .failure = FAILURE_REFUSED };
	struct report report;

	(void)state;
	set_up(&report);
	report.run[0] = '\0';
	assert_next(&report, &result,
		    "mend the cause; on i-0a1b2c3d4e5f60718: sudo tidegate status shows which run is open and how it "
		    "goes on");
	result.nobodys = true;
	assert_next(&report, &result,
		    "find out why; to bring it back: sudo tidegate adopt MACHINE, then sudo tidegate resume");
	result.status = EXIT_INTERRUPTED;
	assert_next(&report, &result, "deploy again; sudo tidegate status shows whether a run is open");
	report_release(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_left_is_listed_with_the_way_back),
		cmocka_unit_test(a_leg_that_goes_on_later_says_where),
		cmocka_unit_test(the_worst_verdict_fits_the_console),
		cmocka_unit_test(as_many_commands_are_told_as_there_is_room_for),
		cmocka_unit_test(every_failing_end_says_what_to_do),
		cmocka_unit_test(what_to_do_follows_from_what_failed),
		cmocka_unit_test(a_leg_without_time_left_says_where_to_give_it_more),
		cmocka_unit_test(without_a_run_the_way_back_hangs_on_whether_one_is_known),
		cmocka_unit_test(a_command_finds_the_run_where_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
