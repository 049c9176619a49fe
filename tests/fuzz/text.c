/* Documents and values, and what of strangers' texts is shown on a terminal. */
#include "config.h"

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "cli/page.h"
#include "local/shown.h"
#include "text/compiled.h"
#include "text/json.h"
#include "text/scalar.h"
#include "text/utf8.h"
#include "text/yaml.h"

static void places(const struct desk *desk, const struct node *node)
{
	for (size_t i = 0; i < node->count; i++) {
		if (node->kind == NODE_MAP)
			places(desk, node->keys[i]);
		places(desk, node->items[i]);
	}
	for (size_t at = 0; node->kind == NODE_SCALAR && at < strlen(node->text); at += 1 + at / 4) {
		const struct position place = scalar_place(node, at, 1);

		must(place.line >= node->position.line && place.column > 0, "a byte of a scalar stands in it");
	}
}

static void write_and_read(struct desk *desk, const struct node *node)
{
	json_t *json = node_to_json(node), *again, *compiled;
	struct buffer bytes = BUFFER_INIT, text = BUFFER_INIT, direct = BUFFER_INIT;
	struct arena *arena = desk->reader.arena;

	json_write(&text, json);
	node_write(&direct, node);
	must_equal_text(buffer_text(&text), buffer_text(&direct), "a node is written as its JSON is");
	again = node_to_json(node_from_json(arena, &desk->source, json));
	compiled_write(&bytes, node);
	compiled = node_to_json(compiled_node(arena, &(struct compiled){ &desk->source, (const void *)bytes.bytes }));
	must_equal(json, again, "a node of JSON is that JSON");
	must_equal(json, compiled, "a compiled node is what was compiled");
	json_decref(json);
	json_decref(again);
	json_decref(compiled);
	buffer_release(&bytes);
	buffer_release(&text);
	buffer_release(&direct);
}

void read_yaml(const char *text, size_t length)
{
	struct desk desk;
	const struct node *node;

	desk_begin(&desk, text, length);
	node = yaml_parse(desk.reader.arena, &desk.source, &desk.diagnostics);
	must(node || desk.diagnostics.errors > 0, "no document, then an error");
	if (node) {
		places(&desk, node);
		write_and_read(&desk, node);
	}
	desk_end(&desk);
}

void read_json(const char *text, size_t length)
{
	json_t *value = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL), *again;
	struct buffer written = BUFFER_INIT, page = BUFFER_INIT;

	if (!value)
		return;
	json_write(&written, value);
	again = json_loadb(written.bytes, written.length, JSON_DECODE_ANY, NULL);
	must_equal(value, again, "what is written reads the same");
	page_value(&page, value);
	page_words(&page, value);
	page_aws_command(&page, 2, value, "eu-west-1");
	json_decref(value);
	json_decref(again);
	buffer_release(&written);
	buffer_release(&page);
}

void read_durations(const char *text, size_t length)
{
	const int64_t ms = duration_parse(text);
	char written[DURATION_TEXT_BYTES];

	(void)length;
	must(ms >= -1 && ms <= DURATION_LONGEST_MS, "a duration is within its bounds");
	if (ms >= 0)
		must(duration_parse(duration_format(ms, written)) == ms, "a duration is written as it is read");
}

static bool is_utf8(const char *text)
{
	const char *end = text + strlen(text);
	uint32_t character;
	size_t taken = 1;

	for (; *text && taken; text += taken)
		taken = utf8_decode(text, (size_t)(end - text), &character);
	return taken > 0;
}

/* Nothing that a terminal obeys. */
static void must_be_tame(const char *text, bool whole)
{
	for (const char *at = text; *at; at++)
		must((unsigned char)*at >= ' ' && *at != 0x7f, "no control character is shown");
	must(!whole || is_utf8(text), "characters are not cut");
}

void read_terminal(const char *text, size_t length)
{
	const bool whole = is_utf8(text);
	const size_t size = 1 + length % 40;
	struct buffer shown = BUFFER_INIT;
	char into[40];

	printable_copy(into, size, text);
	must_be_tame(into, whole);
	page_cut(into, 8 + size % 32, text);
	must_be_tame(into, whole);
	shown_add(&shown, text, length, size);
	must_be_tame(buffer_text(&shown), true);
	buffer_clear(&shown);
	page_fold(&shown, size, size / 2, text);
	page_quote(&shown, text);
	page_names(&shown, text);
	page_clean(shown.bytes, length % 2);
	buffer_release(&shown);
}
