#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/error.h"

static void a_message_that_is_too_long_keeps_whole_characters(void **state)
{
	char text[2048];

	(void)state;
	/* Wherever the cut comes, it comes at each byte of a character once. */
	for (size_t ahead = 0; ahead < 4; ahead++) {
		struct error err = ERROR_INIT;

		memset(text, 'x', ahead);
		for (size_t i = ahead; i + 3 < sizeof(text); i += 3)
			memcpy(text + i, "\xe2\x82\xac", 4);
		assert_int_equal(error_set(&err, ERROR_USAGE, NOWHERE, "%s", text), -1);
		assert_true(strlen(err.message) > sizeof(err.message) - 8);
		assert_memory_equal(err.message + strlen(err.message) - 3, "\xe2\x82\xac", 3);
		error_prefix(&err, "y");
		assert_memory_equal(err.message + strlen(err.message) - 3, "\xe2\x82\xac", 3);
	}
}

static void what_fits_stays_as_it_is(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	error_set(&err, ERROR_USAGE, NOWHERE, "gr\xc3\xbc%c", 'n');
	error_prefix(&err, "%d", 5);
	assert_string_equal(err.message, "5: gr\xc3\xbcn");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_that_is_too_long_keeps_whole_characters),
		cmocka_unit_test(what_fits_stays_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
