#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"
#include "model/embedded.h"
#include "text/json.h"
#include "text/outline.h"
#include "text/yaml.h"

static void read_file(const char *path, struct buffer *bytes)
{
	char *whole = memory_format("%s/%s", getenv("TIDEGATE_SOURCE_DIR"), path);

	assert_int_equal(file_read(whole, 1 << 20, bytes, NULL), 0);
	free(whole);
}

static void every_embedded_file_is_its_file_byte_for_byte(void **state)
{
	(void)state;
	if (!getenv("TIDEGATE_SOURCE_DIR"))
		skip();
	for (const struct embedded_file *file = embedded_files; file->path; file++) {
		struct buffer bytes = BUFFER_INIT;

		read_file(file->path, &bytes);
		assert_int_equal(file->length, bytes.length);
		assert_memory_equal(file->text, bytes.bytes, bytes.length);
		buffer_release(&bytes);
	}
}

static void assert_same_node(const struct node *one, const struct node *other)
{
	assert_int_equal(one->kind, other->kind);
	assert_int_equal(one->position.line, other->position.line);
	assert_int_equal(one->position.column, other->position.column);
	assert_int_equal(one->position.length, other->position.length);
	assert_int_equal(one->plain, other->plain);
	assert_int_equal(one->count, other->count);
	if (one->kind == NODE_SCALAR) {
		assert_int_equal(one->offset, other->offset);
		assert_string_equal(one->text, other->text);
		return;
	}
	for (size_t i = 0; i < one->count; i++) {
		if (one->kind == NODE_MAP)
			assert_same_node(one->keys[i], other->keys[i]);
		assert_same_node(one->items[i], other->items[i]);
	}
}

/* The entries of one section, from entry `at` on; returns how many there were. */
static size_t assert_section(struct reader *reader, const struct outline *outline, size_t at, const struct node *map)
{
	for (size_t i = 0; i < map->count; i++) {
		const struct outline_entry *entry = &outline->entries[at + i];
		const struct node *part;

		assert_true(at + i < outline->count);
		assert_string_equal(entry->pair.key, map->keys[i]->text);
		part = compiled_pair_node(reader->arena, &entry->pair);
		assert_int_equal(part->count, 1);
		assert_same_node(part->keys[0], map->keys[i]);
		assert_same_node(part->items[0], map->items[i]);
	}
	return map->count;
}

static void assert_outlined(struct reader *reader, const struct embedded_file *file)
{
	static const char *const sections[] = { "observations", "actions", "operations", NULL };
	const struct compiled document = embedded_document(reader->arena, file);
	const struct outline outline = outline_of(reader->arena, &document, sections);
	const struct node *whole = yaml_parse(reader->arena, document.source, reader->diagnostics);
	const struct node *head = outline_head(reader->arena, &outline);
	size_t entries = 0, pairs = 0;

	for (size_t i = 0; i < whole->count; i++) {
		bool is_section = false;

		for (size_t k = 0; sections[k]; k++)
			is_section = is_section || strcmp(whole->keys[i]->text, sections[k]) == 0;
		if (is_section)
			entries += assert_section(reader, &outline, entries, whole->items[i]);
		else
			assert_same_node(head->items[pairs++], whole->items[i]);
	}
	assert_int_equal(entries, outline.count);
	assert_int_equal(pairs, head->count);
}

/* A run makes nodes of no more of a catalogue than it needs, and of what was read when the program was built. */
static void what_was_read_of_a_catalogue_is_what_its_text_says(void **state)
{
	struct diagnostics diagnostics = DIAGNOSTICS_INIT;
	struct reader reader = { .arena = arena_new(), .diagnostics = &diagnostics };

	(void)state;
	for (const struct embedded_file *file = embedded_files; file->path; file++) {
		assert_int_equal(file->document != NULL, strncmp(file->path, "schemas/", 8) == 0);
		if (file->document) {
			assert_outlined(&reader, file);
			assert_same_node(embedded_parse(&reader, file),
					 yaml_parse(reader.arena, embedded_source(reader.arena, file), &diagnostics));
		}
	}
	assert_int_equal(diagnostics.count, 0);
	arena_free(reader.arena);
}

static void assert_written(const struct node *node)
{
	struct buffer written = BUFFER_INIT, expected = BUFFER_INIT;
	json_t *json = node_to_json(node);

	node_write(&written, node);
	json_write(&expected, json);
	assert_string_equal(buffer_text(&written), buffer_text(&expected));
	json_decref(json);
	buffer_release(&written);
	buffer_release(&expected);
}

static void nodes_are_written_as_the_json_that_is_made_of_them(void **state)
{
	static const char text[] = "a: [7, -1, -0, 007, '7', 9x, true, 'true', null, [], {}, \"\\n\\\"\"]\n";
	static const struct source odd = { .name = "odd.yaml", .text = text, .length = sizeof(text) - 1 };
	struct diagnostics diagnostics = DIAGNOSTICS_INIT;
	struct reader reader = { .arena = arena_new(), .diagnostics = &diagnostics };

	(void)state;
	assert_written(yaml_parse(reader.arena, &odd, &diagnostics));
	for (const struct embedded_file *file = embedded_files; file->path; file++)
		assert_written(embedded_parse(&reader, file));
	arena_free(reader.arena);
}

static void embedded_files_are_in_the_order_of_their_paths(void **state)
{
	(void)state;
	for (const struct embedded_file *file = embedded_files; file->path && file[1].path; file++)
		assert_true(strcmp(file->path, file[1].path) < 0);
}

static void a_file_is_found_by_its_path_and_only_by_that(void **state)
{
	(void)state;
	assert_non_null(embedded_find("schemas/operations/common.yaml"));
	assert_null(embedded_find("common.yaml"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_embedded_file_is_its_file_byte_for_byte),
		cmocka_unit_test(what_was_read_of_a_catalogue_is_what_its_text_says),
		cmocka_unit_test(nodes_are_written_as_the_json_that_is_made_of_them),
		cmocka_unit_test(embedded_files_are_in_the_order_of_their_paths),
		cmocka_unit_test(a_file_is_found_by_its_path_and_only_by_that),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
