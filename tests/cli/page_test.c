#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/memory.h"
#include "cli/page.h"

static void assert_page(struct buffer *page, const char *expected)
{
	assert_string_equal(buffer_text(page), expected);
	buffer_release(page);
}

static void calls_become_commands_of_the_aws_cli(void **state)
{
	static const struct {
		const char *call, *expected;
	} rows[] = {
		{ "{\"operation\": \"autoscaling:UpdateAutoScalingGroup\", \"with\": {"
		  "\"AutoScalingGroupName\": \"web prod\", \"MinSize\": 3}}",
		  "aws autoscaling update-auto-scaling-group --region eu-west-1 \\\n"
		  "  --auto-scaling-group-name 'web prod' \\\n"
		  "  --min-size 3\n" },
		{ "{\"operation\": \"autoscaling:ExitStandby\", \"with\": {\"InstanceIds\": [\"i-1\", \"it's\"]}}",
		  "aws autoscaling exit-standby --region eu-west-1 \\\n"
		  "  --instance-ids i-1 'it'\\''s'\n" },
		{ "{\"operation\": \"elbv2:X\", \"with\": {\"TargetGroupARNs\": [\"$(id)\"], "
		  "\"Yes\": true, \"No\": false, \"Targets\": [{\"Id\": \"i-1\"}]}}",
		  "aws elbv2 x --region eu-west-1 \\\n"
		  "  --target-group-arns '$(id)' \\\n"
		  "  --yes \\\n"
		  "  --no-no \\\n"
		  "  --targets '[{\"Id\":\"i-1\"}]'\n" },
		{ "{\"operation\": \"elb:X\", \"with\": {\"Name\": \"-gr\u00fcn's\\\\\", \"List\": [\"\\u0007\"], "
		  "\"Map\": {\"N\": \"\u00fc\"}}}",
		  "aws elb x --region eu-west-1 \\\n"
		  "  --name=$'-gr\\303\\274n\\'s\\\\' \\\n"
		  "  --list $'\\007' \\\n"
		  "  --map '{\"N\":\"\\u00FC\"}'\n" },
		{ "null", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct buffer page = BUFFER_INIT;
		json_t *call = json_loads(rows[i].call, JSON_DECODE_ANY, NULL);

		page_aws_command(&page, 0, call, "eu-west-1");
		json_decref(call);
		assert_page(&page, rows[i].expected);
	}
}

static void values_are_said_in_few_words(void **state)
{
	static const struct {
		const char *value, *expected;
	} rows[] = {
		{ "{\"state\": \"Standby\", \"targets\": [{\"group\": \"arn:aws:elasticloadbalancing:eu-west-1:"
		  "111122223333:targetgroup/web-http/0123456789abcdef\", \"port\": 8080, \"state\": \"draining\", "
		  "\"reason\": null}], \"classic\": []}",
		  "state Standby, targets web-http 8080 draining" },
		{ "[\"a\", \"b\"]", "a, b" },
		{ "true", "yes" },
		{ "null", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct buffer page = BUFFER_INIT;
		json_t *value = json_loads(rows[i].value, JSON_DECODE_ANY, NULL);

		page_value(&page, value);
		json_decref(value);
		assert_page(&page, rows[i].expected);
	}
}

static void lines_fold_before_column_80(void **state)
{
	struct buffer page = BUFFER_INIT;

	(void)state;
	for (int i = 0; i < 30; i++)
		buffer_add_text(&page, "word ");
	page_fold(&page, 70, 4, "one two three");
	assert_string_equal(buffer_text(&page) + 150, "one two\n    three\n");
	buffer_release(&page);
	page_fold(&page, 0, 2, "");
	assert_page(&page, "\n");
}

static void what_is_too_long_ends_with_a_whole_word(void **state)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{ "it all fits in here", "it all fits in here" },
		{ "this is longer than it may be", "this is longer ..." },
		{ "this is longer th it may be", "this is longer ..." },
		{ "onewordthatislongerthanall", "onewordthatislon ..." },
	};
	char cut[21];

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		page_cut(cut, sizeof(cut), rows[i].text);
		assert_string_equal(cut, rows[i].expected);
	}
}

static void arns_are_shown_by_the_name_in_them(void **state)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{ "leave arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web-http/0123456789abcdef"
		  " on 80",
		  "leave web-http on 80" },
		{ "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web-http/0123456789abcdef/i-0123: x",
		  "web-http/i-0123: x" },
		{ "arn:aws:iam::111122223333:role/web", "role/web" },
		{ "arn:aws and barn:a:b:c:d:e", "arn:aws and barn:a:b:c:d:e" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct buffer page = BUFFER_INIT;

		page_names(&page, rows[i].text);
		assert_page(&page, rows[i].expected);
	}
}

static void strangers_text_cannot_steer_the_terminal(void **state)
{
	char text[] = "a\033[2Jb\r\xc3\xa4\n";

	(void)state;
	page_clean(text, true);
	assert_string_equal(text, "a [2Jb ??\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_become_commands_of_the_aws_cli),
		cmocka_unit_test(values_are_said_in_few_words),
		cmocka_unit_test(lines_fold_before_column_80),
		cmocka_unit_test(what_is_too_long_ends_with_a_whole_word),
		cmocka_unit_test(arns_are_shown_by_the_name_in_them),
		cmocka_unit_test(strangers_text_cannot_steer_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
