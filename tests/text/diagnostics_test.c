#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "text/diagnostics.h"

static void assert_printed(struct diagnostics *diagnostics, const char *expected)
{
	struct buffer text = BUFFER_INIT;

	diagnostics_print(diagnostics, &text);
	assert_string_equal(buffer_text(&text), expected);
	buffer_release(&text);
	diagnostics_release(diagnostics);
}

static struct position place(const struct source *source, unsigned line, unsigned column, unsigned length)
{
	return (struct position){ .source = source, .line = line, .column = column, .length = length };
}

static void faults_are_shown_in_the_order_of_the_text(void **state)
{
	static const char text[] = "one\n\taction: enter_stanby\n\xc3\xa4\xc3\xb6: \xc3\xbc\xc3\xbc\n";
	const struct source second = { "b.yaml", text, sizeof(text) - 1 }, first = { "a.yaml", text, sizeof(text) - 1 };
	struct diagnostics diagnostics = DIAGNOSTICS_INIT;

	(void)state;
	diagnostics_error(&diagnostics, place(&second, 3, 7, 4), NULL, "no '%s'", "x");
	diagnostics_warn(&diagnostics, place(&first, 1, 1, 99), NULL, "odd");
	diagnostics_error(&diagnostics, place(&second, 2, 10, 12), "did you mean 'enter_standby'?", "unknown action");
	diagnostics_error(&diagnostics, place(&second, 0, 0, 0), NULL, "no '#!' line");
	diagnostics_error(&diagnostics, place(&second, 9, 4, 3), NULL, "behind the end");
	diagnostics_error(&diagnostics, NOWHERE, "look there", "nothing to do");
	assert_printed(&diagnostics, "b.yaml: error: no '#!' line\n"
				     "b.yaml:2:10: error: unknown action\n"
				     "    2 |  action: enter_stanby\n"
				     "      |          ^~~~~~~~~~~~ did you mean 'enter_standby'?\n"
				     "b.yaml:3:7: error: no 'x'\n"
				     "    3 | \xc3\xa4\xc3\xb6: \xc3\xbc\xc3\xbc\n"
				     "      |     ^~\n"
				     "b.yaml:9:4: error: behind the end\n"
				     "    9 | \n"
				     "      | ^\n"
				     "a.yaml:1:1: warning: odd\n"
				     "    1 | one\n"
				     "      | ^~~\n"
				     "error: nothing to do; look there\n"
				     "5 errors, 1 warning\n");
}

static void nothing_is_printed_where_nothing_is_wrong(void **state)
{
	struct diagnostics diagnostics = DIAGNOSTICS_INIT;

	(void)state;
	assert_printed(&diagnostics, "");
	diagnostics_warn(&diagnostics, NOWHERE, NULL, "odd");
	assert_printed(&diagnostics, "warning: odd\n1 warning\n");
}

static void what_would_command_the_terminal_is_not_shown(void **state)
{
	static const char text[] = "a\x1b[31m\xe2\x80\xae\xff\x9b" "1m";
	const struct source source = { "a\x1b.yaml", text, sizeof(text) - 1 };
	struct diagnostics diagnostics = DIAGNOSTICS_INIT;

	(void)state;
	diagnostics_error(&diagnostics, place(&source, 1, 2, 1), "no\n", "unknown key '%s'", "\xc2\x9b" "1m\r\n");
	assert_printed(&diagnostics, "a .yaml:1:2: error: unknown key ' 1m  '\n"
				     "    1 | a [31m ??1m\n"
				     "      |  ^ no \n"
				     "1 error\n");
}

static void a_long_line_is_cut_around_its_marker(void **state)
{
	char text[1000], *expected;
	const struct source source = { "a", text, sizeof(text) };
	struct diagnostics diagnostics = DIAGNOSTICS_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "0123456789"[i % 10];
	diagnostics_error(&diagnostics, place(&source, 1, 501, 300), NULL, "far");
	expected = memory_format("a:1:501: error: far\n"
				 "    1 | %.120s\n"
				 "      | %60s^%.59s\n"
				 "1 error\n",
				 text, "", "~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~");
	assert_printed(&diagnostics, expected);
	free(expected);
}

static void only_so_many_are_kept_but_all_are_counted(void **state)
{
	struct diagnostics diagnostics = DIAGNOSTICS_INIT;
	struct buffer text = BUFFER_INIT;

	(void)state;
	for (int i = 0; i < DIAGNOSTICS_MOST + 7; i++)
		diagnostics_error(&diagnostics, NOWHERE, NULL, "%1000d", i);
	assert_int_equal(diagnostics.count, DIAGNOSTICS_MOST);
	diagnostics_print(&diagnostics, &text);
	assert_non_null(strstr(text.bytes, "\n107 errors (7 not shown)\n"));
	buffer_release(&text);
	diagnostics_release(&diagnostics);
}

static const char *word_at(const void *argument, size_t i)
{
	const char *const *words = argument;

	return words[i];
}

static void the_nearest_word_is_one_that_was_meant(void **state)
{
	static const char *const words[] = { "next", "enter_standby", "exit_standby", "end", "timeout", "catch", NULL };
	static const char *const rows[][2] = {
		{ "nxt", "next" },	  { "enxt", "next" },	 { "enter_stanby", "enter_standby" },
		{ "Timeout", "timeout" }, { "cathc", "catch" },	 { "timeuot", "timeout" },
		{ "exitstandby", "exit_standby" },		 { "ed", NULL },
		{ "start", NULL },	  { "", NULL },		 { "x", NULL },
		{ "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const char *nearest = nearest_word(rows[i][0], word_at, words);

		assert_string_equal(nearest ? nearest : "(none)", rows[i][1] ? rows[i][1] : "(none)");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_are_shown_in_the_order_of_the_text),
		cmocka_unit_test(nothing_is_printed_where_nothing_is_wrong),
		cmocka_unit_test(what_would_command_the_terminal_is_not_shown),
		cmocka_unit_test(a_long_line_is_cut_around_its_marker),
		cmocka_unit_test(only_so_many_are_kept_but_all_are_counted),
		cmocka_unit_test(the_nearest_word_is_one_that_was_meant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
