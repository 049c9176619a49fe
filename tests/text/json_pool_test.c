/* Values out of the pool are values like others, beside those that are older. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "text/json.h"
#include "text/json_pool.h"

enum { VALUES = 20000, LONGEST = 2000 };

/* Lists of texts of every length, half of which are dropped while the others are made. */
static json_t *make_texts(void)
{
	json_t *texts = json_made(json_array());
	char text[LONGEST + 1];

	for (size_t i = 0; i < VALUES; i++) {
		const size_t length = i * 7 % LONGEST;

		memset(text, 'a' + (int)(i % 26), length);
		text[length] = '\0';
		json_append(texts, json_string(text));
		json_decref(json_made(json_pack("{s:s, s:[i]}", "dropped", text, "list", (int)i)));
	}
	return texts;
}

static void a_value_keeps_its_bytes(void **state)
{
	json_t *texts = make_texts();
	size_t i;
	json_t *item;

	(void)state;
	json_array_foreach (texts, i, item) {
		const char *text = json_string_value(item), letter = (char)('a' + i % 26);

		assert_int_equal(strlen(text), i * 7 % LONGEST);
		for (; *text; text++)
			assert_int_equal(*text, letter);
	}
	json_decref(texts);
}

static void older_values_live_on_and_end(void **state)
{
	json_t *older = json_made(json_pack("{s:[s]}", "of", "malloc"));

	(void)state;
	json_pool_use();
	json_append(json_object_get(older, "of"), json_string("and of the pool"));
	json_pool_use(); /* is no other one */
	assert_string_equal(json_string_value(json_array_get(json_object_get(older, "of"), 1)), "and of the pool");
	json_decref(older);
}

static void text_is_freed_as_ever(void **state)
{
	json_t *value = json_made(json_pack("{s:i}", "a", 1));
	char *text = json_text(value, JSON_COMPACT);

	(void)state;
	assert_string_equal(text, "{\"a\":1}");
	free(text);
	json_decref(value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(older_values_live_on_and_end),
		cmocka_unit_test(a_value_keeps_its_bytes),
		cmocka_unit_test(text_is_freed_as_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
