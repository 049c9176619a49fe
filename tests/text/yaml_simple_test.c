/* Holds the short way of reading YAML against the long one: wherever the short one does not give up, both say the same,
 * to the byte, and the long one has nothing to object to. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "model/embedded.h"
#include "../nodes.h"
#include "text/outline.h"
#include "text/yaml_full.h"
#include "text/yaml_simple.h"
#include "text/yaml_text.h"

/* Both ways of one text. */
struct both {
	struct source source;
	struct arena *arena;
	struct diagnostics diagnostics;
	const struct node *simple, *full;
};

/* As yaml_parse() asks: nothing is read of a text whose bytes are at fault. */
static void both_init(struct both *both, const char *text, size_t length)
{
	struct yaml_part whole;

	*both = (struct both){ .source = { .name = "m.yaml", .text = text, .length = length } };
	both->arena = arena_new();
	if (yaml_check_text(&both->source, &both->diagnostics) || both->diagnostics.errors)
		return;
	whole = yaml_whole(&both->source);
	both->simple = yaml_simple_parse(both->arena, &both->source, &whole);
	if (both->simple)
		both->full = yaml_full_parse(both->arena, &both->source, &whole, &both->diagnostics);
}

static void both_release(struct both *both)
{
	diagnostics_release(&both->diagnostics);
	arena_free(both->arena);
}

/* Whether the text is simple; that it means the same both ways is asserted. */
static bool is_simple(const char *text, size_t length)
{
	struct both both;
	bool simple;

	both_init(&both, text, length);
	simple = both.simple;
	if (simple && (!both.full || both.diagnostics.errors || !same_node(both.simple, both.full)))
		fail_msg("%s, and the short way takes it:\n%.*s", both.full ? "it is read otherwise" : "it is no YAML",
			 (int)length, text);
	both_release(&both);
	return simple;
}

static const char *const simple_texts[] = {
	"a: b\n",
	"# c\n\n  # d\na: b   # e\n\n  # f\n",
	"a: b\nc: -d\ne: -1\nf: .5\ng: a-b c\nh: x#y\ni: http://x:80/\nj: (a) b\n",
	"a:\n  b: c\n  d:   e f  \ng: h\n",
	"a: # b\n    # c\n    b: c\n",
	"a:\n- b\n- c: d\n  e: f\n-\n  g: h\n-   i\nj: k\n",
	"a:\n  - - b\n    - c\n  - {d: e}\n  - [f]\n",
	"- a\n- 'b'\n-\n  - c\n",
	"a: \"b \\\n  c\\\n    d\"\ne: {f: \"g\\\n h\"}\n",
	"a: {}\nb: []\nc: { d: e,f: g }\nh: [ i,j , k ]\n",
	"a: {b: [c, {d: e}],\n    f: [g, # h\n\n  i\n], j:\n  k}\nl: m\n",
	"a: \"b: c # d\"\n'e': 'it''s'\n\"f\\\"\\\\\\n\": {'g': \"h\", \"i\": 'j'}\nk: \"\"\nl: ''\n",
	"a:\n  b c\nd:\n  \"e\"\nf:\n  {g: h}\n",
	"a: b\n  c\n  d e   \n    f\ng: h\n",
	"- a\n  b\n- c\n",
	"a: >-\n  b\n  c \n  # d\n\n\n# e\nf: |\n    g\n    h: i\nj: >\n k\n l\nm: |-\n n\n\n",
	"a:\n  - >-\n    b\n    c\n  - d: |\n      e\n    f: g\n",
	"a: \xc3\xa4 \xe2\x80\x94 b\n\xc3\xa4: 'c\xc3\xa4' # \xc3\xa4\t\n",
	"  a: b\n  c: d\n",
	"1: 2\n~: null\n<<: =\n",
};

static void the_yaml_that_people_write_is_read_in_the_same_way(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(simple_texts); i++)
		if (!is_simple(simple_texts[i], strlen(simple_texts[i])))
			fail_msg("not simple:\n%s", simple_texts[i]);
}

static void whatever_is_rarer_or_faulty_is_given_up(void **state)
{
	static const char *const texts[] = {
		"",
		"\n# a\n",
		"a: b",
		"a\n",
		"a b\nc: d\n",
		"a:\n",
		"a: b\na: c\n",
		"{a: b, a: c}\n",
		"\"\": b\n",
		"a: b: c\n",
		"a : b\n",
		"a:\tb\n",
		"a: b\t\n",
		"a: b\r\n",
		"---\na: b\n",
		"a: b\n...\n",
		"%YAML 1.1\n---\na: b\n",
		"a: &b c\n",
		"a: *b\n",
		"a: !b c\n",
		"? a\n: b\n",
		"a: @b\n",
		"a: `b`\n",
		"a: %b\n",
		"a: - b\n",
		"a: ]\n",
		"a: 'b\n  c'\n",
		"a: \"b\n  c\"\n",
		"a: \"\\x41\"\n",
		"a: \"b\\\n\n  c\"\n",
		"a: \"b\\\nc\"\n",
		"\"a\\\n  b\": c\n",
		"a: 'b\\\n  c'\n",
		"a: 'b' c\n",
		"a: 'b'\n  c\n",
		"a: [b] c\n",
		"a: [b]: c\n",
		"a: [b,]\n",
		"a: [b: c]\n",
		"a: [b c\n d]\n",
		"a: [b\n",
		"a: {b}\n",
		"a: {b: }\n",
		"a: {b:c}\n",
		"a: {b: c:d}\n",
		"a: {b: c?d}\n",
		"a: {b: c]\n",
		"a: {\"b\":c}\n",
		"a: {b: c}#d\n",
		"a: b\n\n  c\n",
		"a: b\n  # c\n  d\n",
		"a: b # c\n  d\n",
		"a: b\n  c: d\n",
		"a:\n  b: c\n d: e\n",
		"a:\n  - b\n c: d\n",
		"a:\n  - b\n  c: d\n",
		"- a\nb: c\n",
		"  a: b\nc: d\n",
		"a: |2\n   b\n",
		"a: |+\n  b\n",
		"a: >-\n",
		"a: >-\nb: c\n",
		"a: >-\n  b\n\n  c\n",
		"a: >-\n  b\n    c\n",
		"a: >-\n  b\n   \n",
		"a: >-\n  b\n\n  # c\n",
		"a: >-\n  b\n c\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		if (is_simple(texts[i], strlen(texts[i])))
			fail_msg("simple:\n%s", texts[i]);
}

static void bounds_are_those_of_all_yaml(void **state)
{
	char text[2 * YAML_MAX_DEPTH + 8];

	(void)state;
	for (size_t depth = YAML_MAX_DEPTH - 1; depth <= YAML_MAX_DEPTH; depth++) {
		memcpy(text, "a: ", 3);
		memset(text + 3, '[', depth);
		memset(text + 3 + depth, ']', depth);
		memcpy(text + 3 + 2 * depth, "\n", 2);
		assert_int_equal(is_simple(text, strlen(text)), depth < YAML_MAX_DEPTH);
	}
}

static void a_text_of_too_many_words_is_given_up(void **state)
{
	struct buffer text = BUFFER_INIT;

	(void)state;
	buffer_add_text(&text, "a: [");
	/* With the map, its key and the list that is one more than there may be, then one less. */
	for (size_t i = 0; i < YAML_MAX_NODES - 3; i++)
		buffer_add_text(&text, "b,");
	buffer_add_text(&text, "b]\n");
	assert_false(is_simple(text.bytes, text.length));
	buffer_cut(&text, text.length - 4);
	buffer_add_text(&text, "]\n");
	assert_true(is_simple(text.bytes, text.length));
	buffer_release(&text);
}

/* ---- what is compiled in */

static void visit_embedded(void (*visit)(const char *text, size_t length, void *argument), void *argument)
{
	static const char *const sections[] = { "observations", "actions", "operations", "states", NULL };
	struct arena *arena = arena_new();

	for (const struct embedded_file *file = embedded_files; file->path; file++) {
		const struct outline outline = outline_of(arena, embedded_source(arena, file), sections);

		visit(file->text, outline.head.length, argument);
		for (size_t i = 0; i < outline.count; i++)
			visit(file->text + outline.entries[i].part.offset, outline.entries[i].part.length, argument);
	}
	arena_free(arena);
}

static void count_rare(const char *text, size_t length, void *argument)
{
	size_t *rare = argument;

	if (is_simple(text, length))
		return;
	print_message("not simple:\n%.*s\n", (int)length, text);
	++*rare;
}

/* They are read at each start of a hook. */
static void all_that_is_compiled_in_is_simple(void **state)
{
	size_t rare = 0;

	(void)state;
	visit_embedded(count_rare, &rare);
	assert_int_equal(rare, 0);
}

/* ---- texts with a fault put in */

struct mutation {
	uint64_t random;
	size_t each, taken;
};

static size_t below(struct mutation *mutation, size_t bound)
{
	mutation->random ^= mutation->random << 13;
	mutation->random ^= mutation->random >> 7;
	mutation->random ^= mutation->random << 17;
	return (size_t)(mutation->random % bound);
}

/* A piece of the text is taken out, and put in again somewhere else, or a piece of what means something to YAML. */
static void mutate(struct mutation *mutation, struct buffer *text)
{
	static const char *const pieces[] = { " ",  "  ", "\n",  "\n\n",    "\n ", "\n  ",    "\n    ", ":",  ": ",
					      "#",  " #", " # ", "-",       "- ",  "\n- ",    "\n  - ", "?",  "? ",
					      ",",  ", ", "[",   "]",       "{",   "}",       "'",      "\"", "''",
					      "\\", "|",  ">",   ">-",      "|\n", "&a ",     "*",      "!",  "%",
					      "@",  "`",  "\t",  "---",     "...", "\n---\n", "\n...",  "~",  ".",
					      "0",  "a",  "<<",  "\xc3\xa4" };
	const size_t at = below(mutation, text->length + 1), from = below(mutation, text->length);
	const size_t taken = below(mutation, 3) ? 0 : 1 + below(mutation, 8);
	const size_t most = text->length - from, moved = 1 + below(mutation, most < 40 ? most : 40);
	struct buffer made = BUFFER_INIT;

	buffer_add(&made, text->bytes, at);
	if (below(mutation, 4))
		buffer_add_text(&made, pieces[below(mutation, ARRAY_LENGTH(pieces))]);
	else if (!taken)
		buffer_add(&made, text->bytes + from, moved);
	if (at + taken < text->length)
		buffer_add(&made, text->bytes + at + taken, text->length - at - taken);
	if (!made.length || made.bytes[made.length - 1] != '\n')
		buffer_add_char(&made, '\n');
	buffer_release(text);
	*text = made;
}

static void try_mutated(const char *text, size_t length, void *argument)
{
	struct mutation *mutation = argument;

	for (size_t i = 0; i < mutation->each && length; i++) {
		struct buffer faulty = BUFFER_INIT;

		buffer_add(&faulty, text, length);
		for (size_t faults = 1 + below(mutation, 3); faults; faults--)
			mutate(mutation, &faulty);
		mutation->taken += is_simple(faulty.bytes, faulty.length);
		buffer_release(&faulty);
	}
}

/* MUTATIONS=1000 tries so many of each text: a minute or more. */
static void a_text_with_faults_is_given_up_or_read_in_the_same_way(void **state)
{
	const char *asked = getenv("MUTATIONS");
	struct mutation mutation = { .random = 0x9e3779b97f4a7c15, .each = asked ? strtoul(asked, NULL, 10) : 20 };

	(void)state;
	visit_embedded(try_mutated, &mutation);
	mutation.each *= 50;
	for (size_t i = 0; i < ARRAY_LENGTH(simple_texts); i++)
		try_mutated(simple_texts[i], strlen(simple_texts[i]), &mutation);
	assert_true(mutation.taken > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_yaml_that_people_write_is_read_in_the_same_way),
		cmocka_unit_test(whatever_is_rarer_or_faulty_is_given_up),
		cmocka_unit_test(bounds_are_those_of_all_yaml),
		cmocka_unit_test(a_text_of_too_many_words_is_given_up),
		cmocka_unit_test(all_that_is_compiled_in_is_simple),
		cmocka_unit_test(a_text_with_faults_is_given_up_or_read_in_the_same_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
