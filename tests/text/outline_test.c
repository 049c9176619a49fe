#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "text/outline.h"

static const char text[] = "# A file.\n"
			   "service: x\n"
			   "types:\n"
			   "  T: {A: string}\n"
			   "\n"
			   "operations:\n"
			   "  # The first.\n"
			   "  One:\n"
			   "    comment: >-\n"
			   "      two\n"
			   "\n"
			   "      lines\n"
			   "  # The second.\n"
			   "  Two: {a: b}   # here\n"
			   "others:\n"
			   "  Three: {}\n"
			   "actions:\n"
			   "  x.y: c";

static const struct {
	const char *section, *name, *json;
	unsigned line;
} rows[] = {
	{ "operations", "One", "{\"One\":{\"comment\":\"two\\nlines\"}}", 8 },
	{ "operations", "Two", "{\"Two\":{\"a\":\"b\"}}", 14 },
	{ "actions", "x.y", "{\"x.y\":\"c\"}", 18 },
};

static void assert_says(const struct node *node, const char *expected)
{
	json_t *json = node_to_json(node);
	char *shown = json_dumps(json, JSON_COMPACT);

	assert_string_equal(shown, expected);
	free(shown);
	json_decref(json);
}

static void entries_are_found_by_their_indentation_and_keep_their_place(void **state)
{
	static const char *const sections[] = { "operations", "actions", NULL };
	const struct source source = { .name = "f.yaml", .text = text, .length = sizeof(text) - 1 };
	struct diagnostics diagnostics = DIAGNOSTICS_INIT;
	struct arena *arena = arena_new();
	struct outline outline = outline_of(arena, &source, sections);

	(void)state;
	assert_says(yaml_parse_part(arena, &source, &outline.head, &diagnostics),
		    "{\"service\":\"x\",\"types\":{\"T\":{\"A\":\"string\"}}}");
	assert_int_equal(outline.count, ARRAY_LENGTH(rows));
	for (size_t i = 0; i < outline.count; i++) {
		const struct outline_entry *entry = &outline.entries[i];
		const struct node *node = yaml_parse_part(arena, &source, &entry->part, &diagnostics);

		assert_string_equal(entry->section, rows[i].section);
		assert_string_equal(entry->name, rows[i].name);
		assert_says(node, rows[i].json);
		assert_int_equal(node->keys[0]->position.line, rows[i].line);
		assert_int_equal(node->keys[0]->position.column, 3);
	}
	arena_free(arena);
}

static void a_part_s_faults_are_told_in_their_line(void **state)
{
	static const char faulty[] = "operations:\n  One: {a: b}\n  Two: {a: b, a: c}\n";
	const struct source source = { .name = "f.yaml", .text = faulty, .length = sizeof(faulty) - 1 };
	static const char *const sections[] = { "operations", NULL };
	struct diagnostics diagnostics = DIAGNOSTICS_INIT;
	struct arena *arena = arena_new();
	struct outline outline = outline_of(arena, &source, sections);
	struct buffer shown = BUFFER_INIT;

	(void)state;
	assert_int_equal(outline.count, 2);
	assert_non_null(yaml_parse_part(arena, &source, &outline.entries[0].part, &diagnostics));
	assert_null(yaml_parse_part(arena, &source, &outline.entries[1].part, &diagnostics));
	diagnostics_print(&diagnostics, &shown);
	assert_string_equal(buffer_text(&shown), "f.yaml:3:15: error: duplicate key 'a', first in line 3\n"
						 "    3 |   Two: {a: b, a: c}\n"
						 "      |               ^\n1 error\n");
	buffer_release(&shown);
	diagnostics_release(&diagnostics);
	arena_free(arena);
}

static void a_text_without_sections_is_all_head(void **state)
{
	static const char *const sections[] = { "operations", NULL };
	const struct source rest[] = { { "f.yaml", "", 0 }, { "f.yaml", "a: b\nc:\n  d: e\n", 15 } };
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rest); i++) {
		struct outline outline = outline_of(arena, &rest[i], sections);

		assert_int_equal(outline.count, 0);
		assert_int_equal(outline.head.length, rest[i].length);
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_found_by_their_indentation_and_keep_their_place),
		cmocka_unit_test(a_part_s_faults_are_told_in_their_line),
		cmocka_unit_test(a_text_without_sections_is_all_head),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
