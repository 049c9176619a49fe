#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "cli/options.h"

enum { ARGUMENTS_MOST = 8 };

static const option_set allowed = OPTION_BIT(OPTION_INPUT) | OPTION_BIT(OPTION_YES) | OPTION_BIT(OPTION_REGION) |
				  OPTION_BIT(OPTION_FOLLOW);

/* One line a case: what came of it, or the error. */
static void show(const char *const *arguments, char *text, size_t size)
{
	struct arena *arena = arena_new();
	struct error err = ERROR_INIT;
	struct options options;
	size_t length = 0;

	text[0] = '\0';
	if (options_parse(&options, arena, allowed, arguments, &err) != 0)
		snprintf(text, size, "%s", err.message);
	for (size_t i = 0; err.kind == ERROR_NONE && i < OPTION_COUNT; i++)
		for (size_t k = 0; k < options.of[i].count; k++)
			length += (size_t)snprintf(text + length, size - length, "%s=%s ", option_rows[i].name,
						   options.of[i].rows[k]);
	for (size_t i = 0; err.kind == ERROR_NONE && i < options.n_operands; i++)
		length += (size_t)snprintf(text + length, size - length, "[%s] ", options.operands[i]);
	arena_free(arena);
}

static void command_lines_are_read_by_the_table(void **state)
{
	static const struct {
		const char *arguments[ARGUMENTS_MOST];
		const char *expected;
	} rows[] = {
		{ { NULL }, "" },
		{ { "m.yaml" }, "[m.yaml] " },
		{ { "-i", "a=1", "m.yaml", "--input", "b=2" }, "input=a=1 input=b=2 [m.yaml] " },
		{ { "-ia=1", "--input=b=2=3" }, "input=a=1 input=b=2=3 " },
		{ { "--region", "eu-west-1", "--region=eu-west-2" }, "region=eu-west-1 region=eu-west-2 " },
		{ { "--region=" }, "region= " },
		{ { "--yes", "-y", "-f" }, "follow= yes= yes= " },
		{ { "--", "--yes", "-" }, "[--yes] [-] " },
		{ { "-" }, "[-] " },
		{ { "--region" }, "option '--region' lacks its value: NAME" },
		{ { "-i" }, "option '--input' lacks its value: NAME=VALUE" },
		{ { "--yes=no" }, "option '--yes' takes no value" },
		{ { "-yf" }, "option '--yes' takes no value" },
		{ { "--regin", "x" }, "unknown option '--regin': did you mean '--region'?" },
		{ { "--regin=x" }, "unknown option '--regin': did you mean '--region'?" },
		{ { "--json" }, "unknown option '--json'" },
		{ { "-q" }, "unknown option '-q'" },
	};
	char text[1100];

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		show(rows[i].arguments, text, sizeof(text));
		assert_string_equal(text, rows[i].expected);
	}
}

static void the_last_value_counts(void **state)
{
	const char *const arguments[] = { "--region", "a", "--region", "b", NULL };
	struct arena *arena = arena_new();
	struct options options;

	(void)state;
	assert_int_equal(options_parse(&options, arena, allowed, arguments, NULL), 0);
	assert_string_equal(options_get(&options, OPTION_REGION), "b");
	assert_null(options_get(&options, OPTION_YES));
	arena_free(arena);
}

static void no_two_options_share_a_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		assert_non_null(option_rows[i].name);
		assert_true(option_rows[i].help && option_rows[i].help[0]);
		for (size_t k = 0; k < i; k++) {
			assert_string_not_equal(option_rows[i].name, option_rows[k].name);
			assert_true(!option_rows[i].letter || option_rows[i].letter != option_rows[k].letter);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(command_lines_are_read_by_the_table),
		cmocka_unit_test(the_last_value_counts),
		cmocka_unit_test(no_two_options_share_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
