#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "text/yaml.h"

struct parsed {
	struct source source;
	struct arena *arena;
	struct diagnostics diagnostics;
	const struct node *root;
};

static void parsed_init(struct parsed *parsed, const char *text, size_t length)
{
	*parsed = (struct parsed){ .source = { .name = "m.yaml", .text = text, .length = length } };
	parsed->arena = arena_new();
	parsed->root = yaml_parse(parsed->arena, &parsed->source, &parsed->diagnostics);
}

static void parsed_release(struct parsed *parsed)
{
	diagnostics_release(&parsed->diagnostics);
	arena_free(parsed->arena);
}

struct row {
	const char *text;
	const char *shown;
};

static void assert_refused(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct parsed parsed;
		struct buffer shown = BUFFER_INIT;

		parsed_init(&parsed, rows[i].text, strlen(rows[i].text));
		diagnostics_print(&parsed.diagnostics, &shown);
		assert_string_equal(buffer_text(&shown), rows[i].shown);
		assert_null(parsed.root);
		buffer_release(&shown);
		parsed_release(&parsed);
	}
}

static void assert_json(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct parsed parsed;
		json_t *json;
		char *text;

		parsed_init(&parsed, rows[i].text, strlen(rows[i].text));
		assert_non_null(parsed.root);
		json = node_to_json(parsed.root);
		text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
		assert_string_equal(text, rows[i].shown);
		free(text);
		json_decref(json);
		parsed_release(&parsed);
	}
}

static void what_a_person_writes_is_read(void **state)
{
	static const struct row rows[] = {
		{ "a: b", "{\"a\":\"b\"}" },
		{ "a: no\nb: 1.10\nc: 007\nd: 7\ne: true\nf: null\ng:\nh: ~",
		  "{\"a\":\"no\",\"b\":\"1.10\",\"c\":\"007\",\"d\":7,\"e\":true,\"f\":null,\"g\":\"\",\"h\":\"~\"}" },
		{ "- 'true'\n- \"7\"\n- -3\n- -0\n- +1\n- 99999999999999999999",
		  "[\"true\",\"7\",-3,\"-0\",\"+1\",\"99999999999999999999\"]" },
		{ "#!/usr/bin/env tidegate\n# x\na: {b: [c, d], e: {}}\n", "{\"a\":{\"b\":[\"c\",\"d\"],\"e\":{}}}" },
		{ "a: |\n  x\n  y\nb: >-\n  x\n  y\n", "{\"a\":\"x\\ny\\n\",\"b\":\"x y\"}" },
		{ "a: ${x.y} and {z}\nb: states[?x]", "{\"a\":\"${x.y} and {z}\",\"b\":\"states[?x]\"}" },
		{ "a: x? \nb: y ?\nc: d", "{\"a\":\"x?\",\"b\":\"y ?\",\"c\":\"d\"}" },
		{ "a: '!x'\nb: \"@\"", "{\"a\":\"!x\",\"b\":\"@\"}" },
		{ "---\na: b\n...\n", "{\"a\":\"b\"}" },
		{ "just text", "\"just text\"" },
	};

	(void)state;
	assert_json(rows, ARRAY_LENGTH(rows));
}

static void an_expression_without_quotes_is_said_to_be_one(void **state)
{
	static const struct row rows[] = {
		{ "when: !contains(x, 'y')",
		  "m.yaml:1:7: error: not an expression: YAML reads '!' as a tag\n"
		  "    1 | when: !contains(x, 'y')\n"
		  "      |       ^ quote it: \"!contains(x, 'y')\"\n"
		  "1 error\n" },
		{ "when: !contains(x)",
		  "m.yaml:1:7: error: not an expression: YAML reads '!' as a tag\n"
		  "    1 | when: !contains(x)\n"
		  "      |       ^ quote it: \"!contains(x)\"\n"
		  "1 error\n" },
		{ "choose:\n  - {when: !starts_with(a, \"b\"), next: S}",
		  "m.yaml:2:12: error: not an expression: YAML reads '!' as a tag\n"
		  "    2 |   - {when: !starts_with(a, \"b\"), next: S}\n"
		  "      |            ^ quote it: '!starts_with(a, \"b\")'\n"
		  "1 error\n" },
		{ "when: !contains(states.LOOK.some_long_name, 'value') # x",
		  "m.yaml:1:7: error: not an expression: YAML reads '!' as a tag\n"
		  "    1 | when: !contains(states.LOOK.some_long_name, 'value') # x\n"
		  "      |       ^ quote it: \"!contains(states.LOOK.some_long_name, 'v...\"\n"
		  "1 error\n" },
		{ "when: @", "m.yaml:1:7: error: not an expression: YAML reads '@' as a character of its own\n"
			     "    1 | when: @\n"
			     "      |       ^ quote it: \"@\"\n"
			     "1 error\n" },
		{ "when: `1` == x",
		  "m.yaml:1:7: error: not an expression: YAML reads '`' as a character of its own\n"
		  "    1 | when: `1` == x\n"
		  "      |       ^ quote it: \"`1` == x\"\n"
		  "1 error\n" },
		{ "a: *b", "m.yaml:1:4: error: YAML reads '*' as an alias, which is not allowed\n"
			   "    1 | a: *b\n"
			   "      |    ^ quote it: \"*b\"\n"
			   "1 error\n" },
		{ "a: *.b", "m.yaml:1:4: error: not an expression: YAML reads '*' as an alias\n"
			    "    1 | a: *.b\n"
			    "      |    ^ quote it: \"*.b\"\n"
			    "1 error\n" },
		{ "when: [?x]", "m.yaml:1:7: error: not an expression: YAML reads '[' as a list\n"
				"    1 | when: [?x]\n"
				"      |       ^ quote it: \"[?x]\"\n"
				"1 error\n" },
		{ "when: [0].x == 'a'", "m.yaml:1:7: error: not an expression: YAML reads '[' as a list\n"
					"    1 | when: [0].x == 'a'\n"
					"      |       ^ quote it: \"[0].x == 'a'\"\n"
					"1 error\n" },
		{ "a: {when: [0] || x, next: b}",
		  "m.yaml:1:11: error: not an expression: YAML reads '[' as a list\n"
		  "    1 | a: {when: [0] || x, next: b}\n"
		  "      |           ^ quote it: \"[0] || x\"\n"
		  "1 error\n" },
		{ "group: {a: ${x}}", "m.yaml:1:12: error: not an expression: YAML reads '{' as a map\n"
				      "    1 | group: {a: ${x}}\n"
				      "      |            ^ quote it: \"${x}\"\n"
				      "1 error\n" },
		{ "a: %x", "m.yaml:1:4: error: not an expression: YAML reads '%' as a directive\n"
			   "    1 | a: %x\n"
			   "      |    ^ quote it: \"%x\"\n"
			   "1 error\n" },
		{ "a: |x", "m.yaml:1:4: error: not an expression: YAML reads '|' as a block of text\n"
			   "    1 | a: |x\n"
			   "      |    ^ quote it: \"|x\"\n"
			   "1 error\n" },
		{ "a: %x and more # because", "m.yaml:1:4: error: not an expression: YAML reads '%' as a directive\n"
					      "    1 | a: %x and more # because\n"
					      "      |    ^ quote it: \"%x and more\"\n"
					      "1 error\n" },
		{ "a: &x", "m.yaml:1:4: error: YAML reads '&' as an anchor, which is not allowed\n"
			   "    1 | a: &x\n"
			   "      |    ^ quote it: \"&x\"\n"
			   "1 error\n" },
	};

	(void)state;
	assert_refused(rows, ARRAY_LENGTH(rows));
}

static void what_is_not_taken_is_refused_all_at_once(void **state)
{
	static const struct row rows[] = {
		{ "a: &x 1\nb: *x\na: !!str y\n",
		  "m.yaml:1:4: error: YAML reads '&' as an anchor, which is not allowed\n"
		  "    1 | a: &x 1\n"
		  "      |    ^ quote it: \"&x 1\"\n"
		  "m.yaml:2:4: error: YAML reads '*' as an alias, which is not allowed\n"
		  "    2 | b: *x\n"
		  "      |    ^ quote it: \"*x\"\n"
		  "m.yaml:3:1: error: duplicate key 'a', first in line 1\n"
		  "    3 | a: !!str y\n"
		  "      | ^\n"
		  "m.yaml:3:4: error: YAML reads '!' as a tag, which is not allowed\n"
		  "    3 | a: !!str y\n"
		  "      |    ^ quote it: \"!!str y\"\n"
		  "4 errors\n" },
		{ "key: 1\nb: {\"key\": 2, key: 3}\n'key': 4\n",
		  "m.yaml:2:15: error: duplicate key 'key', first in line 2\n"
		  "    2 | b: {\"key\": 2, key: 3}\n"
		  "      |               ^~~\n"
		  "m.yaml:3:1: error: duplicate key 'key', first in line 1\n"
		  "    3 | 'key': 4\n"
		  "      | ^~~~~\n"
		  "2 errors\n" },
		{ "[a]: b\n? c\n: d\n\"\": e\n*f : g\n",
		  "m.yaml:1:1: error: a key must be text, not a list or a map\n"
		  "    1 | [a]: b\n"
		  "      | ^\n"
		  "m.yaml:2:1: error: not an expression: YAML reads '?' as a key\n"
		  "    2 | ? c\n"
		  "      | ^ quote it: \"? c\"\n"
		  "m.yaml:4:1: error: an empty key\n"
		  "    4 | \"\": e\n"
		  "      | ^~\n"
		  "m.yaml:5:1: error: YAML reads '*' as an alias, which is not allowed\n"
		  "    5 | *f : g\n"
		  "      | ^ quote it: \"*f : g\"\n"
		  "4 errors\n" },
		{ "%YAML 1.1\n---\na: b\n---\nc: d\n",
		  "m.yaml:1:1: error: a YAML directive, which is not allowed; leave the line out\n"
		  "    1 | %YAML 1.1\n"
		  "      | ^~~~~~~~~\n"
		  "m.yaml:4:1: error: a second document; a file holds one\n"
		  "    4 | ---\n"
		  "      | ^~~\n"
		  "2 errors\n" },
		{ "a: \"x\\0y\"\n", "m.yaml:1:4: error: a NUL character in a text\n"
				    "    1 | a: \"x\\0y\"\n"
				    "      |    ^~~~~~\n"
				    "1 error\n" },
		{ "", "m.yaml: error: an empty document\n1 error\n" },
		{ "# only a comment\n", "m.yaml: error: an empty document\n1 error\n" },
		{ "---\n", "m.yaml: error: an empty document\n1 error\n" },
	};

	(void)state;
	assert_refused(rows, ARRAY_LENGTH(rows));
}

static void a_fault_of_syntax_says_what_to_mend(void **state)
{
	static const struct row rows[] = {
		{ "a:\n\tb: c", "m.yaml:2:1: error: a tab: YAML is indented with blanks only\n"
				"    2 |  b: c\n"
				"      | ^\n"
				"1 error\n" },
		{ "a: b: c", "m.yaml:1:5: error: a ':' where no key can be\n"
			     "    1 | a: b: c\n"
			     "      |     ^ quote the text that holds it, or mend the indentation\n"
			     "1 error\n" },
		{ "a: \"x\nb: c\n", "m.yaml:1:4: error: a text in quotes that does not end\n"
				    "    1 | a: \"x\n"
				    "      |    ^\n"
				    "1 error\n" },
		{ "a:\n  - b\n c: d", "m.yaml:3:2: error: neither a key of the map before it nor the end of it\n"
				      "    3 |  c: d\n"
				      "      |  ^ mend the indentation or the quotes\n"
				      "1 error\n" },
		{ "a: [b, c\nd: e\n", "m.yaml:1:4: error: a list in [] that is not closed, or lacks a ','\n"
				      "    1 | a: [b, c\n"
				      "      |    ^\n"
				      "1 error\n" },
		{ "a: {b: c d: e}\n", "m.yaml:1:4: error: a map in {} that is not closed, or lacks a ','\n"
				      "    1 | a: {b: c d: e}\n"
				      "      |    ^\n"
				      "1 error\n" },
		{ "a: [b, c: d[].e]\n", "m.yaml:1:4: error: a list in [] that is not closed, or lacks a ','\n"
					"    1 | a: [b, c: d[].e]\n"
					"      |    ^\n"
					"1 error\n" },
		{ "a: b\nc\nd: e\n", "m.yaml:2:1: error: a key without ':'\n"
				     "    2 | c\n"
				     "      | ^\n"
				     "1 error\n" },
		{ "a: \"\\.\"\n", "m.yaml:1:5: error: an unknown escape in double quotes\n"
				  "    1 | a: \"\\.\"\n"
				  "      |     ^ write \\\\ for a backslash, or use single quotes\n"
				  "1 error\n" },
	};

	(void)state;
	assert_refused(rows, ARRAY_LENGTH(rows));
}

static void a_file_that_hooks_cannot_run_is_refused(void **state)
{
	static const struct row rows[] = {
		{ "\xef\xbb\xbf" "a: 1\r\nb: *x\r\n",
		  "m.yaml:1:1: error: a byte order mark: the kernel would not see '#!'; save the file as UTF-8 "
		  "without it\n"
		  "    1 |  a: 1\n"
		  "      | ^\n"
		  "m.yaml:1:8: error: CRLF line ends: the shell would not find what '#!' names; save the file with "
		  "LF\n"
		  "    1 |  a: 1\n"
		  "      |      ^\n"
		  "m.yaml:2:4: error: YAML reads '*' as an alias, which is not allowed\n"
		  "    2 | b: *x\n"
		  "      |    ^ quote it: \"*x\"\n"
		  "3 errors\n" },
		{ "a: \xc3\xa4 \xff", "m.yaml:1:7: error: a byte that is not UTF-8; save the file as UTF-8\n"
				      "    1 | a: \xc3\xa4 ?\n"
				      "      |      ^\n"
				      "1 error\n" },
		{ "a: \x1b[31m", "m.yaml:1:4: error: a control character; write it in double quotes, as \\x1b\n"
				 "    1 | a:  [31m\n"
				 "      |    ^\n"
				 "1 error\n" },
		{ "a: \xe2\x80\xa8", "m.yaml:1:4: error: a line separator that only some take for a line end; write "
				     "\\n in double quotes\n"
				     "    1 | a:  \n"
				     "      |    ^\n"
				     "1 error\n" },
		{ "a: b\rc: d", "m.yaml:1:5: error: a carriage return alone; end lines with LF\n"
				"    1 | a: b c: d\n"
				"      |     ^\n"
				"1 error\n" },
	};

	(void)state;
	assert_refused(rows, ARRAY_LENGTH(rows));
}

static void bytes_that_are_no_c_string_are_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		const char *message;
	} rows[] = {
		{ "a: b\0c", 6, "a control character; write it in double quotes, as \\x1b" },
		{ "a\0:\0", 4, "UTF-16; save the file as UTF-8" },
		{ "\xff\xfe" "a\0", 4, "UTF-16; save the file as UTF-8" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct parsed parsed;

		parsed_init(&parsed, rows[i].bytes, rows[i].length);
		assert_null(parsed.root);
		assert_int_equal(parsed.diagnostics.count, 1);
		assert_string_equal(parsed.diagnostics.rows[0].message, rows[i].message);
		parsed_release(&parsed);
	}
}

static void a_place_is_that_of_the_bytes_as_written(void **state)
{
	static const char text[] = "\xc3\xa4: \"\xc3\xb6 x\"\nb:\n  - 'two\n    lines'\nc: |  \n  x\n";
	struct parsed parsed;
	const struct node *items[3];
	static const unsigned places[3][3] = { { 1, 5, 6 }, { 3, 5, 4 }, { 5, 4, 3 } };

	(void)state;
	parsed_init(&parsed, text, strlen(text));
	assert_non_null(parsed.root);
	items[0] = node_get(parsed.root, "\xc3\xa4");
	items[1] = node_get(parsed.root, "b")->items[0];
	items[2] = node_get(parsed.root, "c");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(items[i]->position.line, places[i][0]);
		assert_int_equal(items[i]->position.column, places[i][1]);
		assert_int_equal(items[i]->position.length, places[i][2]);
	}
	assert_false(items[0]->plain);
	assert_true(parsed.root->keys[0]->plain);
	parsed_release(&parsed);
}

static void nesting(struct buffer *text, int depth)
{
	buffer_clear(text);
	for (int i = 0; i < depth; i++)
		buffer_add_char(text, '[');
	for (int i = 0; i < depth; i++)
		buffer_add_char(text, ']');
}

/* All in one line: looking at the whole of it for each text would take minutes. */
static void the_number_of_nodes_is_bounded(void **state)
{
	struct buffer text = BUFFER_INIT;
	struct parsed parsed;

	(void)state;
	buffer_add_char(&text, '[');
	for (int i = 0; i < YAML_MAX_NODES; i++)
		buffer_add_text(&text, "a,");
	buffer_add_char(&text, ']');
	parsed_init(&parsed, text.bytes, text.length);
	assert_null(parsed.root);
	assert_string_equal(parsed.diagnostics.rows[0].message, "more than 500000 texts, lists and maps");
	parsed_release(&parsed);
	text.length -= 3;
	text.bytes[text.length - 1] = ']';
	parsed_init(&parsed, text.bytes, text.length);
	assert_non_null(parsed.root);
	assert_int_equal(parsed.root->count, YAML_MAX_NODES - 1);
	parsed_release(&parsed);
	buffer_release(&text);
}

static void depth_and_size_are_bounded(void **state)
{
	struct buffer text = BUFFER_INIT;
	struct parsed parsed;

	(void)state;
	nesting(&text, YAML_MAX_DEPTH);
	parsed_init(&parsed, text.bytes, text.length);
	assert_non_null(parsed.root);
	parsed_release(&parsed);
	for (int depth = YAML_MAX_DEPTH + 1; depth < 1000000; depth *= 20) {
		nesting(&text, depth);
		parsed_init(&parsed, text.bytes, text.length);
		assert_null(parsed.root);
		assert_string_equal(parsed.diagnostics.rows[0].message, "lists and maps deeper than 32 levels");
		assert_int_equal(parsed.diagnostics.rows[0].position.column, YAML_MAX_DEPTH + 1);
		parsed_release(&parsed);
	}
	while (text.length <= YAML_MAX_BYTES)
		buffer_add_text(&text, "# a comment\n");
	parsed_init(&parsed, text.bytes, text.length);
	assert_null(parsed.root);
	assert_string_equal(parsed.diagnostics.rows[0].message, "larger than 4 MiB");
	parsed_release(&parsed);
	buffer_release(&text);
}

static void a_large_map_is_searched_and_its_duplicates_are_found(void **state)
{
	struct buffer text = BUFFER_INIT;
	struct parsed parsed;

	(void)state;
	for (int i = 0; i < 20000; i++)
		buffer_add_format(&text, "K%d: v%d\n", i * 7919 % 20000, i);
	parsed_init(&parsed, text.bytes, text.length);
	assert_non_null(parsed.root);
	assert_string_equal(node_get(parsed.root, "K7919")->text, "v1");
	assert_null(node_get(parsed.root, "K20000"));
	parsed_release(&parsed);
	buffer_add_text(&text, "K7919: again\n");
	parsed_init(&parsed, text.bytes, text.length);
	assert_null(parsed.root);
	assert_string_equal(parsed.diagnostics.rows[0].message, "duplicate key 'K7919', first in line 2");
	parsed_release(&parsed);
	buffer_release(&text);
}

static const char valid[] = "#!/usr/bin/env tidegate\ntidegate: 1\nsubject: \"${input.instance}\"\nhooks:\n"
			    "  BeforeInstall: {until: [OUT, LEFT], at_most: 14m}\nstates:\n  LOOK:\n"
			    "    with: {a: 'it''s', b: \"\\u00e4 \\x41\"}\n    because: |\n      one\n      two\n"
			    "    choose:\n      - when: contains(x, 'y')\n"
			    "        next: \xc3\xa4\n      - [a, {b: c}]\n";

static void assert_no_silent_refusal(const char *bytes, size_t length)
{
	/* A copy of exactly this size, so that a read behind it is seen by the sanitizer. */
	char *copy = memory_new(length, 1);
	struct buffer shown = BUFFER_INIT;
	struct parsed parsed;

	memcpy(copy, bytes, length);
	parsed_init(&parsed, copy, length);
	assert_true(!parsed.root == (parsed.diagnostics.errors > 0));
	diagnostics_print(&parsed.diagnostics, &shown);
	assert_true(!parsed.root == (shown.length > 0));
	buffer_release(&shown);
	parsed_release(&parsed);
	free(copy);
}

static void no_mutation_crashes_or_is_refused_in_silence(void **state)
{
	static const char mutations[] = "\0\t\n\r !\"#%&'*,-:?@[]`{|}~\\x0\x1b\x85\xc3\xe2\xff";
	const size_t length = sizeof(valid) - 1;
	char text[sizeof(valid)];

	(void)state;
	for (size_t at = 0; at <= length; at++) {
		assert_no_silent_refusal(valid, at);
		for (size_t i = 0; at < length && i < sizeof(mutations) - 1; i++) {
			memcpy(text, valid, length);
			text[at] = mutations[i];
			assert_no_silent_refusal(text, length);
			memmove(text + at + 1, valid + at, length - at);
			assert_no_silent_refusal(text, length);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_person_writes_is_read),
		cmocka_unit_test(an_expression_without_quotes_is_said_to_be_one),
		cmocka_unit_test(what_is_not_taken_is_refused_all_at_once),
		cmocka_unit_test(a_fault_of_syntax_says_what_to_mend),
		cmocka_unit_test(a_file_that_hooks_cannot_run_is_refused),
		cmocka_unit_test(bytes_that_are_no_c_string_are_refused),
		cmocka_unit_test(a_place_is_that_of_the_bytes_as_written),
		cmocka_unit_test(the_number_of_nodes_is_bounded),
		cmocka_unit_test(depth_and_size_are_bounded),
		cmocka_unit_test(a_large_map_is_searched_and_its_duplicates_are_found),
		cmocka_unit_test(no_mutation_crashes_or_is_refused_in_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
