#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "text/diagnostics.h"
#include "text/outline.h"
#include "text/yaml.h"

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

struct document {
	struct arena *arena;
	struct source source;
	struct buffer bytes;
	struct compiled compiled;
};

static void document_init(struct document *document, const char *yaml)
{
	struct diagnostics diagnostics = DIAGNOSTICS_INIT;
	const struct node *node;

	*document = (struct document){ .arena = arena_new() };
	document->source = (struct source){ .name = "f.yaml", .text = yaml, .length = strlen(yaml) };
	node = yaml_parse(document->arena, &document->source, &diagnostics);
	assert_non_null(node);
	compiled_write(&document->bytes, node);
	document->compiled.source = &document->source;
	document->compiled.bytes = (const unsigned char *)document->bytes.bytes;
}

static void document_release(struct document *document)
{
	buffer_release(&document->bytes);
	arena_free(document->arena);
}

static void assert_says(const struct node *node, const char *expected)
{
	struct buffer shown = BUFFER_INIT;

	node_write(&shown, node);
	assert_string_equal(shown.bytes, expected);
	buffer_release(&shown);
}

static void entries_of_sections_are_read_alone_and_keep_their_place(void **state)
{
	static const char *const sections[] = { "operations", "actions", NULL };
	struct document document;
	struct outline outline;

	(void)state;
	document_init(&document, text);
	outline = outline_of(document.arena, &document.compiled, sections);
	assert_says(outline_head(document.arena, &outline),
		    "{\"service\":\"x\",\"types\":{\"T\":{\"A\":\"string\"}},\"others\":{\"Three\":{}}}");
	assert_int_equal(outline.count, ARRAY_LENGTH(rows));
	for (size_t i = 0; i < outline.count; i++) {
		const struct node *node = compiled_pair_node(document.arena, &outline.entries[i].pair);

		assert_string_equal(outline.entries[i].section, rows[i].section);
		assert_string_equal(outline.entries[i].pair.key, rows[i].name);
		assert_says(node, rows[i].json);
		assert_int_equal(node->keys[0]->position.line, rows[i].line);
		assert_int_equal(node->keys[0]->position.column, 3);
	}
	document_release(&document);
}

static void a_document_without_sections_is_all_head(void **state)
{
	static const char *const sections[] = { "operations", NULL };
	static const char *const documents[] = { "{}", "{\"a\":\"b\",\"c\":{\"operations\":\"e\"}}" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(documents); i++) {
		struct document document;
		struct outline outline;

		document_init(&document, documents[i]);
		outline = outline_of(document.arena, &document.compiled, sections);
		assert_int_equal(outline.count, 0);
		assert_says(outline_head(document.arena, &outline), documents[i]);
		document_release(&document);
	}
}

/* Of each kind, of all lengths of numbers. */
static void what_was_compiled_is_read_again(void **state)
{
	static const char *const documents[] = { "\"\"", "[]", "{\"a\":[7,true,\"7\",[[]],{\"b\":null}]}",
						 "[\"\xc3\xa4\\n\",\"'\"]" };
	struct buffer large = BUFFER_INIT;
	struct document document;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(documents); i++) {
		document_init(&document, documents[i]);
		assert_says(compiled_node(document.arena, &document.compiled), documents[i]);
		document_release(&document);
	}
	buffer_add_text(&large, "[0");
	for (unsigned i = 1; i < 9000; i++)
		buffer_add_format(&large, ",%u", i);
	buffer_add_char(&large, ']');
	document_init(&document, large.bytes);
	assert_says(compiled_node(document.arena, &document.compiled), large.bytes);
	document_release(&document);
	buffer_release(&large);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_of_sections_are_read_alone_and_keep_their_place),
		cmocka_unit_test(a_document_without_sections_is_all_head),
		cmocka_unit_test(what_was_compiled_is_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
