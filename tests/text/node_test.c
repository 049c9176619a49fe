#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "text/json.h"
#include "text/node.h"

static const struct source source = { .name = "journal" };

static void json_comes_back_as_it_was(void **state)
{
	static const char *const rows[] = {
		"\"1.10\"", "\"007\"", "\"true\"", "true", "false", "null", "\"null\"", "\"7\"", "7", "-7",
		"0", "\"-0\"",
		"\"\"", "\"\xc3\xa4 \xf0\x9f\x8c\x8a\"", "[]", "{}", "[[],{}]", "{\"b\":{\"a\":[1,\"1\"]},\"a\":\"x\"}",
		"9223372036854775807", "-9223372036854775808", "\"9223372036854775808\"", "{\"\":\"\"}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct arena *arena = arena_new();
		json_t *before = json_loads(rows[i], JSON_DECODE_ANY, NULL), *after;
		char *text;

		assert_non_null(before);
		after = node_to_json(node_from_json(arena, &source, before));
		text = json_dumps(after, JSON_COMPACT | JSON_ENCODE_ANY);
		assert_string_equal(text, rows[i]);
		free(text);
		json_decref(after);
		json_decref(before);
		arena_free(arena);
	}
}

static void a_real_number_becomes_its_text(void **state)
{
	struct arena *arena = arena_new();
	json_t *real = json_real(0.1);
	const struct node *node = node_from_json(arena, &source, real);

	(void)state;
	assert_string_equal(node->text, "0.10000000000000001");
	assert_ptr_equal(node->position.source, &source);
	assert_int_equal(node->position.line, 0);
	json_decref(real);
	arena_free(arena);
}

static void an_integer_is_only_what_is_written_in_its_shortest_form(void **state)
{
	static const struct {
		const char *text;
		bool plain, is;
	} rows[] = {
		{ "7", true, true },  { "-1", true, true },  { "0", true, true },   { "7", false, false },
		{ "", true, false },  { "007", true, false }, { "+1", true, false }, { "-0", true, false },
		{ "7 ", true, false }, { "0x7", true, false }, { "1.0", true, false },
		{ "9223372036854775808", true, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct node node = { .kind = NODE_SCALAR, .text = rows[i].text, .plain = rows[i].plain };
		int64_t value;

		assert_int_equal(node_integer(&node, &value), rows[i].is);
	}
}

static void a_key_is_found_in_small_and_large_maps(void **state)
{
	(void)state;
	for (size_t count = 0; count <= 64; count++) {
		struct arena *arena = arena_new();
		const struct node *pairs[2 * 64], *map;

		for (size_t i = 0; i < count; i++) {
			char *key = arena_format(arena, "k%zu", i * 67 % count);

			pairs[2 * i] = node_new_scalar(arena, NOWHERE, key, strlen(key));
			pairs[2 * i + 1] = pairs[2 * i];
		}
		map = node_new_map(arena, NOWHERE, pairs, count);
		for (size_t i = 0; i < count; i++)
			assert_ptr_equal(node_get(map, pairs[2 * i]->text), pairs[2 * i]);
		assert_null(node_get(map, "k"));
		assert_null(node_get(map, "k64"));
		arena_free(arena);
	}
}

static void what_is_no_map_has_no_keys(void **state)
{
	const struct node node = { .kind = NODE_SCALAR, .text = "a" };

	(void)state;
	assert_null(node_get(&node, "a"));
	assert_string_equal(node_kind_name(&node), "text");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_comes_back_as_it_was),
		cmocka_unit_test(a_real_number_becomes_its_text),
		cmocka_unit_test(an_integer_is_only_what_is_written_in_its_shortest_form),
		cmocka_unit_test(a_key_is_found_in_small_and_large_maps),
		cmocka_unit_test(what_is_no_map_has_no_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
