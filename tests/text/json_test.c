/* What is written is what jansson writes, byte for byte. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "text/json.h"

static void what_is_written_is_what_jansson_writes(void **state)
{
	static const char *const rows[] = {
		"{}", "[]", "null", "true", "false", "\"\"", "0", "-1", "9223372036854775807", "-9223372036854775808",
		"1.5", "1e300", "-0.0", "[1,[],{},[{\"a\":[null]}],\"b\"]",
		"{\"z\":1,\"a\":{\"y\":[true,false],\"b\":\"\"}, \"m\" : -7}",
		"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\u0001\\u001f\\u007f\\u00e4\\u20ac\\ud83d\\ude00\"",
		"{\"a \\\"key\\\" of\\n two lines\":\"tail\\\\\"}",
	};
	struct buffer text = BUFFER_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		json_t *value = json_made(json_loads(rows[i], JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL));
		char *expected = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

		buffer_clear(&text);
		json_write(&text, value);
		assert_string_equal(buffer_text(&text), expected);
		free(expected);
		json_decref(value);
	}
	buffer_release(&text);
}

static void it_is_added_behind_what_is_there(void **state)
{
	struct buffer text = BUFFER_INIT;
	json_t *value = json_made(json_pack("{s:i}", "a", 1));

	(void)state;
	buffer_add_text(&text, "before ");
	json_write(&text, value);
	assert_string_equal(buffer_text(&text), "before {\"a\":1}");
	json_decref(value);
	buffer_release(&text);
}

static void a_text_is_that_of_the_flags(void **state)
{
	json_t *value = json_made(json_pack("{s:i, s:[]}", "b", 1, "a"));
	char *text = json_text(value, JSON_SORT_KEYS | JSON_COMPACT);

	(void)state;
	assert_string_equal(text, "{\"a\":[],\"b\":1}");
	free(text);
	assert_null(json_text(json_object_get(value, "b"), JSON_COMPACT));
	assert_null(json_text(NULL, JSON_ENCODE_ANY));
	json_decref(value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_what_jansson_writes),
		cmocka_unit_test(it_is_added_behind_what_is_there),
		cmocka_unit_test(a_text_is_that_of_the_flags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
