/* What the compliance suite does not cover of JMESPath: the additions, the messages, the references, the bounds. The
 * suite itself is in jmespath_conformance_test.c. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "model/jmespath.h"

static const char document[] =
	"{\"name\": \"web\", \"minimum\": 2, \"big\": 9223372036854775807, \"half\": 0.5, \"tenth\": 0.1,"
	" \"none\": null,"
	" \"input\": {\"instance\": \"i-1\", \"names\": [\"a\", \"c\"]},"
	" \"names\": [\"c\", \"b\", \"a\", \"b\"], \"mixed\": [1, \"a\", {\"k\": 1.0}, null],"
	" \"instances\": [{\"id\": \"i-1\", \"n\": 1}, {\"id\": \"i-2\", \"n\": \"x\"}]}";

/* The result as compact JSON, or the message behind its column; the caller frees. */
static char *search(const char *text)
{
	json_t *root = json_loads(document, 0, NULL);
	struct arena *arena = arena_new();
	struct error err = ERROR_INIT;
	struct expression *expression = expression_parse(arena, text, &err);
	json_t *result = expression ? expression_search(expression, root, root, &err) : NULL;
	char *shown = result ? json_dumps(result, JSON_ENCODE_ANY | JSON_COMPACT) :
			       memory_format("%u: %s", err.position.column, err.message);

	if (!result) {
		assert_int_equal(err.position.line, 1);
		assert_null(err.position.source);
		assert_int_equal(err.kind, expression ? ERROR_EXPRESSION : ERROR_MACHINE);
	}
	json_decref(result);
	arena_free(arena);
	json_decref(root);
	return shown;
}

struct row {
	const char *text, *expected;
};

static void check_rows(const struct row *rows, size_t count)
{
	int wrong = 0;

	for (size_t i = 0; i < count; i++) {
		char *shown = search(rows[i].text);

		if (strcmp(shown, rows[i].expected) != 0) {
			print_error("%s\n  gives    %s\n  expected %s\n", rows[i].text, shown, rows[i].expected);
			wrong++;
		}
		free(shown);
	}
	assert_int_equal(wrong, 0);
}

static void a_dollar_is_the_root_wherever_it_stands(void **state)
{
	static const struct row rows[] = {
		{ "$.name", "\"web\"" },
		{ "input.[$.name, instance]", "[\"web\",\"i-1\"]" },
		{ "instances[?id == $.input.instance].n", "[1]" },
		{ "instances[*].{id: id, of: $.name}",
		  "[{\"id\":\"i-1\",\"of\":\"web\"},{\"id\":\"i-2\",\"of\":\"web\"}]" },
		{ "input | $ | name", "\"web\"" },
		{ "length(instances[?contains($.input.names, 'a')])", "2" },
		{ "map(&$.minimum, names)", "[2,2,2,2]" },
		{ "$['name']", "3: expected a number, ':', '*' or '?' in brackets before ''name''" },
		{ "$.instances[0].id", "\"i-1\"" },
	};

	(void)state;
	check_rows(rows, ARRAY_LENGTH(rows));
}

static void difference_and_minus_are_added(void **state)
{
	static const struct row rows[] = {
		{ "difference(names, input.names)", "[\"b\",\"b\"]" },
		{ "difference(mixed, `[1.0, null]`)", "[\"a\",{\"k\":1.0}]" },
		{ "difference(mixed, [`{\"k\": 1}`])", "[1,\"a\",null]" },
		{ "difference(names, `[]`)", "[\"c\",\"b\",\"a\",\"b\"]" },
		{ "difference(`[]`, names)", "[]" },
		{ "difference(absent, names)", "12: 'absent' is null, but difference() takes a list" },
		{ "difference(names, none)", "19: 'none' is null, but difference() takes a list" },
		{ "minus(minimum, `1`)", "1" },
		{ "minus(minimum, half)", "1.5" },
		{ "minus(half, half)", "0" },
		{ "minus(name, `1`)", "7: 'name' is a text, but minus() takes a number" },
	};

	(void)state;
	check_rows(rows, ARRAY_LENGTH(rows));
}

static void numbers_stay_whole_and_exact(void **state)
{
	static const struct row rows[] = {
		{ "sum([minimum, `1`])", "3" },
		{ "sum([half, half])", "1" },
		{ "avg([minimum, `4`])", "3" },
		{ "ceil(half)", "1" },
		{ "big", "9223372036854775807" },
		{ "big == `9223372036854775806`", "false" },
		{ "big > `9223372036854775806`", "true" },
		{ "big < `9223372036854775808.0`", "true" },
		{ "big > `1.5`", "true" },
		{ "minimum < `2.5`", "true" },
		{ "`-2.5` < `-2`", "true" },
		{ "sum([big, big])", "1.8446744073709552e19" },
		{ "minimum == `2.0`", "true" },
		{ "`{\"a\": [1]}` == `{\"a\": [1.0]}`", "true" },
		{ "to_string(tenth)", "\"0.1\"" },
		{ "to_number('12')", "12" },
		{ "to_number('99999999999999999999')", "1e20" },
		{ "to_number(' 12')", "null" },
		{ "to_number('1e999')", "null" },
		{ "to_number('0x10')", "null" },
		{ "sum([`1e308`, `1e308`])", "5: the result is too large for a number" },
	};

	(void)state;
	check_rows(rows, ARRAY_LENGTH(rows));
}

static void operators_bind_as_people_read_them(void **state)
{
	static const struct row rows[] = {
		{ "!input.absent", "true" },
		{ "!input.instance", "false" },
		{ "!instances[?n == `7`]", "true" },
		{ "!input.absent && name == 'web'", "true" },
		{ "absent || none || name", "\"web\"" },
		{ "name && none || minimum", "2" },
		{ "(name || none) && minimum", "2" },
		{ "`1` < `2` == `true`", "true" },
		{ "name < 'x'", "null" },
		{ "reverse('a\xc3\xa9')", "\"\xc3\xa9\x61\"" },
		{ "instances[*].id | [0]", "\"i-1\"" },
		{ "max_by(instances[:1], &n).id", "\"i-1\"" },
	};

	(void)state;
	check_rows(rows, ARRAY_LENGTH(rows));
}

static void a_faulty_expression_is_refused_with_what_to_do_and_where(void **state)
{
	static const struct row rows[] = {
		{ "", "1: expected an expression before the end" },
		{ "name == 'web", "9: a text in single quotes does not end" },
		{ "\"name", "1: a name in double quotes does not end" },
		{ "name == `1", "9: a literal in backquotes does not end" },
		{ "name = 'web'", "6: '=' alone is no operator: did you mean '=='?" },
		{ "name <> 'web'", "6: '<>' is no operator: did you mean '!='?" },
		{ "name & minimum", "6: '&' alone is no operator: did you mean '&&'?" },
		{ "(name & minimum)", "7: '&' alone is no operator: did you mean '&&'?" },
		{ "name and minimum", "6: 'and' is no operator: did you mean '&&'?" },
		{ "name or minimum", "6: 'or' is no operator: did you mean '||'?" },
		{ "name in names", "6: 'in' is no operator: write contains(list, element)" },
		{ "length(names) == 0", "18: 0 alone is no literal in JMESPath: write `0` in backquotes" },
		{ "half < -0.75 && name", "8: -0.75 alone is no literal in JMESPath: write `-0.75` in backquotes" },
		{ "minimum + `1`", "9: JMESPath has no '+': write sum([a, b])" },
		{ "minimum - `1`",
		  "9: JMESPath has no '-': write minus(a, b), and a name with a '-' in it in double quotes" },
		{ "length(names", "13: expected ')' before the end" },
		{ "[name, minimum", "15: expected ']' before the end" },
		{ "{a: name", "9: expected '}' before the end" },
		{ "{name}", "6: expected ':' before '}'" },
		{ "{`1`: name}", "2: expected a key before '`1`'" },
		{ "name ||", "8: expected an expression before the end" },
		{ "name || || none", "9: expected an expression before '||'" },
		{ "name none", "6: expected an operator before 'none'" },
		{ "input.", "7: expected a name before the end" },
		{ "input.1", "7: a name that is a number stands in double quotes: \"1\"" },
		{ "input[name]", "7: expected a number, ':', '*' or '?' in brackets before 'name'" },
		{ "names[0:4:0]", "11: the step of a slice cannot be 0" },
		{ "names[99999999999]", "7: the index 99999999999 is out of range" },
		{ "lenght(names)", "1: unknown function 'lenght()': did you mean 'length()'?" },
		{ "name || lenght(names)", "9: unknown function 'lenght()': did you mean 'length()'?" },
		{ "length()", "1: length() takes 1 argument, not 0" },
		{ "contains(names)", "1: contains() takes 2 arguments, not 1" },
		{ "not_null()", "1: not_null() takes at least 1 argument, not 0" },
		{ "sort_by(names, @)", "16: sort_by() evaluates its argument 2 for each element: write &@" },
		{ "length(&name)", "9: length() takes a value as its argument 1: write name without '&'" },
		{ "\"length\"(names)", "1: the name of a function stands without quotes" },
		{ "name == `web`", "9: `web` holds no JSON: a text is written in single quotes, as 'abc'" },
		{ "\"a\\x\"", "1: \"a\\x\" is no JSON string: look at what follows each backslash" },
		{ "name == \xe2\x80\x99web\xe2\x80\x99", "9: a typographic quote: write ' before and behind a text" },
		{ "name\x01", "5: unexpected control character 0x01" },
		{ "name == '\xff'", "9: a text in single quotes is no UTF-8" },
	};

	(void)state;
	check_rows(rows, ARRAY_LENGTH(rows));
}

static void an_argument_of_a_wrong_type_is_named_as_it_is_written(void **state)
{
	static const struct row rows[] = {
		{ "length(input.absent)", "8: 'input.absent' is null, but length() takes a text, a list or a map" },
		{ "abs(names)", "5: 'names' is a list, but abs() takes a number" },
		{ "sum(mixed)", "5: 'mixed' is a list of other things, but sum() takes a list of numbers" },
		{ "max(mixed)",
		  "5: 'mixed' is a list of other things, but max() takes a list of numbers or a list of texts" },
		{ "join(',', input)", "11: 'input' is a map, but join() takes a list of texts" },
		{ "keys(!name)", "6: '!name' is true or false, but keys() takes a map" },
		{ "instances[*].abs(id)", "18: 'id' is a text, but abs() takes a number" },
		{ "sort_by(instances, &n)",
		  "21: 'n' is a text for an element: what orders a list is all numbers or all texts" },
		{ "min_by(instances, &absent)",
		  "20: 'absent' is null for an element: what orders a list is all numbers or all texts" },
	};

	(void)state;
	check_rows(rows, ARRAY_LENGTH(rows));
}

static void add_reference(void *argument, const char *const *names, const unsigned *columns, size_t count)
{
	struct buffer *found = argument;

	buffer_add_char(found, '{');
	for (size_t i = 0; i < count; i++)
		buffer_add_format(found, "%s%s:%u", i ? " " : "", names[i], columns[i]);
	buffer_add_char(found, '}');
}

static void the_paths_that_an_expression_reads_are_found(void **state)
{
	static const struct row rows[] = {
		{ "$.states.LOOK.group || input.a[0].b", "{states:3 LOOK:10 group:15}{input:24 a:30}" },
		{ "a.b", "{a:1 b:3}" },
		{ "a | b", "{a:1 b:5}" },
		{ "(a).b", "{a:2 b:5}" },
		{ "\"a\".\"b c\"", "{a:1 b c:5}" },
		{ "@", "{}" },
		{ "$", "{}" },
		{ "@.a", "{a:3}" },
		{ "'text'", "" },
		{ "a | 'text'", "{a:1}" },
		{ "a[0].b", "{a:1}" },
		{ "a[*].b", "{a:1}" },
		{ "a[].b[].c", "{a:1}" },
		{ "a[1:].b", "{a:1}" },
		{ "a.*.b", "{a:1}" },
		{ "*.a", "{}" },
		{ "[0].a", "{}" },
		{ "[?a == $.b]", "{}{b:10}" },
		{ "a[?b == $.c].d", "{a:1}{c:11}" },
		{ "a[*].[b, $.c]", "{a:1}{c:12}" },
		{ "[a, b.c]", "{a:2}{b:5 c:7}" },
		{ "[a, b.c] | [0]", "{a:2}{b:5 c:7}" },
		{ "{x: a, y: b.c}", "{a:5}{b:11 c:13}" },
		{ "a.[b, c]", "{a:1}" },
		{ "a | [b, $.c]", "{a:1}{c:11}" },
		{ "a | {x: b}", "{a:1}" },
		{ "(a || b).c", "{a:2}{b:7}" },
		{ "!a && b == c", "{a:2}{b:7}{c:12}" },
		{ "length(a.b)", "{a:8 b:10}" },
		{ "length(@)", "{}" },
		{ "contains(a, b) | c", "{a:10}{b:13}" },
		{ "a | length(@)", "{a:1}" },
		{ "a.length(b)", "{a:1}" },
		{ "sort_by(a, &b.c)[0].d", "{a:9}" },
		{ "map(&[$.b, c], a)", "{b:9}{a:16}" },
		{ "difference(a.b, $.c)[0]", "{a:12 b:14}{c:19}" },
		{ "a | $", "{a:1}{}" },
		{ "a | $.b", "{a:1}{b:7}" },
		{ "a | @ | b", "{a:1 b:9}" },
		{ "`{\"a\": 1}`.a", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct arena *arena = arena_new();
		struct buffer found = BUFFER_INIT;
		struct expression *expression = expression_parse(arena, rows[i].text, NULL);

		assert_non_null(expression);
		assert_string_equal(expression_text(expression), rows[i].text);
		expression_references(expression, add_reference, &found);
		if (strcmp(buffer_text(&found), rows[i].expected) != 0)
			fail_msg("%s reads %s, not %s", rows[i].text, buffer_text(&found), rows[i].expected);
		buffer_release(&found);
		arena_free(arena);
	}
}

/* `piece` many times over, then `middle`, then `closing` as often. */
static char *repeat(const char *piece, const char *middle, const char *closing, size_t times)
{
	struct buffer text = BUFFER_INIT;

	for (size_t i = 0; i < times; i++)
		buffer_add_text(&text, piece);
	buffer_add_text(&text, middle);
	for (size_t i = 0; i < times; i++)
		buffer_add_text(&text, closing);
	return buffer_take(&text);
}

static void an_expression_that_asks_too_much_is_refused(void **state)
{
	static const struct {
		const char *piece, *middle, *closing;
		size_t times;
		const char *expected;
	} rows[] = {
		{ "(", "name", ")", 64, "\"web\"" },
		{ "(", "name", ")", 65, "66: nested more than 64 deep: split the expression with '|'" },
		{ "!", "name", "", 65, "66: nested more than 64 deep: split the expression with '|'" },
		{ "not_null(", "name", ")", 65, "586: nested more than 64 deep: split the expression with '|'" },
		{ "[*]", "", "", 128, "null" },
		{ "[*]", "", "", 129, "388: more than 128 projections in one another" },
		{ "(", "", "", 30000, "66: nested more than 64 deep: split the expression with '|'" },
		{ "a.", "b", "", 32767, "null" },
		{ "absent||", "name", "", 8000, "\"web\"" },
		{ "name=='x'==", "name", "", 5000, "false" },
		{ "name&&", "name", "", 10000, "\"web\"" },
		{ "a.", "b", "", 32768, "1: an expression has at most 65536 bytes" },
		{ "[@]|", "@", "", 257, "1025: more than 256 lists and maps in one expression" },
		{ "[@,@][]|", "@", "", 200, NULL },
		{ "[@,@]|", "to_string(@)", "", 200, NULL },
		{ "[@,@]|", "@ == `[1, 2]`", "", 200, "false" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		char *text = repeat(rows[i].piece, rows[i].middle, rows[i].closing, rows[i].times);
		char *shown = search(text);

		if (rows[i].expected)
			assert_string_equal(shown, rows[i].expected);
		else
			assert_non_null(strstr(shown, "takes more than 4000000 steps over this document"));
		free(shown);
		free(text);
	}
}

static void search_and_drop(const char *text)
{
	free(search(text));
}

/* Each beginning of the text, and the text without each byte. */
static void search_mutations(const char *text)
{
	size_t length = strlen(text);
	/* As long as the text, so that a read behind its end is seen. */
	char *mutation;

	for (size_t i = 0; i < length; i++) {
		mutation = memory_format("%.*s", (int)i, text);
		search_and_drop(mutation);
		free(mutation);
		mutation = memory_format("%.*s%s", (int)i, text, text + i + 1);
		search_and_drop(mutation);
		free(mutation);
	}
}

static void no_mutation_of_an_expression_does_harm(void **state)
{
	static const char *const texts[] = {
		"name", "input.instance", "\"input\".\"names\"", "names[0]", "names[-1]", "names[1:3]", "names[::-1]",
		"names[:-1:2]", "names[*]", "instances[*].id", "instances[?n == `1`].id", "instances[].id", "*.id",
		"input.*", "[name, minimum]", "{a: name, \"b\": minimum}", "input.{a: instance, b: names[0]}",
		"input.[instance, names]", "name || none", "name && none", "!name", "!(name && none) || half",
		"minimum == `2`", "minimum != `2.5`", "minimum < `3` && minimum >= `1`", "half <= `1e3`",
		"@", "$", "$.input.instance", "instances[?id == $.input.instance] | [0].n", "'it\\'s'", "'a\\\\b'",
		"`\"a\\`b\"`", "`{\"a\": [1, null, true]}`.a[0]", "`[1, 2.5, -3]`", "\"\\u00e9\\n\\\"\"", "abs(`-1`)",
		"avg(`[1, 2]`)", "contains(names, 'a')", "ceil(half) || floor(half)", "difference(names, input.names)",
		"ends_with(name, 'b') && starts_with(name, 'w')", "join(', ', names)", "keys(@) | length(@)",
		"map(&id, instances)", "max(names)", "max_by(instances[:1], &n)", "merge(input, `{\"x\": 1}`)",
		"min([minimum, half])", "min_by(instances, &id).id", "minus(minimum, `1`)", "not_null(none, name)",
		"reverse(names)", "reverse('a\xc3\xa9\xe2\x82\xac')", "sort(names)", "sort_by(instances, &id)[*].n",
		"sum([minimum, half, `1`])", "to_array(name)", "to_number('12.5')", "to_string(mixed)", "type(none)",
		"values(input)[]", "names | [?@ != 'a'] | sort(@) | [0]",
		"instances[*].{id: id, up: contains($.names, id)}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		search_and_drop(texts[i]);
		search_mutations(texts[i]);
	}
}

static void the_names_of_all_functions_are_listed(void **state)
{
	size_t count = 0;

	(void)state;
	for (const char *name; (name = expression_function_name(NULL, count)); count++)
		if (count)
			assert_true(strcmp(expression_function_name(NULL, count - 1), name) < 0);
	assert_int_equal(count, 28);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dollar_is_the_root_wherever_it_stands),
		cmocka_unit_test(difference_and_minus_are_added),
		cmocka_unit_test(numbers_stay_whole_and_exact),
		cmocka_unit_test(operators_bind_as_people_read_them),
		cmocka_unit_test(a_faulty_expression_is_refused_with_what_to_do_and_where),
		cmocka_unit_test(an_argument_of_a_wrong_type_is_named_as_it_is_written),
		cmocka_unit_test(the_paths_that_an_expression_reads_are_found),
		cmocka_unit_test(an_expression_that_asks_too_much_is_refused),
		cmocka_unit_test(no_mutation_of_an_expression_does_harm),
		cmocka_unit_test(the_names_of_all_functions_are_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
