#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "text/scalar.h"
#include "text/yaml.h"

/* In what a scalar means, `word` is looked for; it must be found where it stands in what was written. */
static void expect_place(const char *text, const char *word, unsigned line, unsigned column)
{
	const struct source source = { .name = "s.yaml", .text = text, .length = strlen(text) };
	struct diagnostics diagnostics = DIAGNOSTICS_INIT;
	struct arena *arena = arena_new();
	const struct node *root = yaml_parse(arena, &source, &diagnostics);
	const struct node *scalar = root ? node_get(root, "a") : NULL;
	const char *at;
	struct position place;

	if (!scalar)
		fail_msg("no YAML: %s", text);
	at = word[0] ? strstr(scalar->text, word) : scalar->text + strlen(scalar->text);
	if (!at)
		fail_msg("no '%s' in '%s'", word, scalar->text);
	place = scalar_place(scalar, (size_t)(at - scalar->text), strlen(word));
	if (place.line != line || place.column != column)
		fail_msg("%s\n'%s' is at %u:%u", text, word, place.line, place.column);
	assert_int_equal(place.length, strlen(word));
	diagnostics_release(&diagnostics);
	arena_free(arena);
}

static void a_place_in_a_scalar_is_where_it_was_written(void **state)
{
	static const struct {
		const char *text, *word;
		unsigned line, column;
	} rows[] = {
		{ "a: one two\n", "one", 1, 4 },
		{ "a: one two\n", "two", 1, 8 },
		{ "a: one two\n", "", 1, 11 },
		{ "a: one two  # three\n", "", 1, 11 },
		{ "a: one\n  two\n\n  three\n", "two", 2, 3 },
		{ "a: one\n  two\n\n  three\n", "three", 4, 3 },
		{ "a: \"one two\"\n", "two", 1, 9 },
		{ "a: \"\\\"one\\\" \\t two\"\n", "two", 1, 16 },
		{ "a: \"\\u00e4\\x41\\n two\"\n", "two", 1, 18 },
		{ "a: \"one \\\n   two\"\n", "two", 2, 4 },
		{ "a: \"\xc3\xa4 two\"\n", "two", 1, 8 },
		{ "a: 'it''s two'\n", "two", 1, 11 },
		{ "a: 'one\n  two'\n", "two", 2, 3 },
		{ "a: >- # why\n  one\n  two\n\n  three\n", "two", 3, 3 },
		{ "a: >- # why\n  one\n  two\n\n  three\n", "three", 5, 3 },
		{ "a: |\n  one\n    two\n", "two", 3, 5 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		expect_place(rows[i].text, rows[i].word, rows[i].line, rows[i].column);
}

static void a_scalar_of_no_file_has_the_place_of_its_document(void **state)
{
	static const struct source source = { .name = "journal", .text = "", .length = 0 };
	struct arena *arena = arena_new();
	json_t *json = json_string("one two");
	const struct node *scalar = node_from_json(arena, &source, json);
	const struct position place = scalar_place(scalar, 4, 3);

	(void)state;
	assert_ptr_equal(place.source, &source);
	assert_int_equal(place.line, 0);
	json_decref(json);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_place_in_a_scalar_is_where_it_was_written),
		cmocka_unit_test(a_scalar_of_no_file_has_the_place_of_its_document),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
