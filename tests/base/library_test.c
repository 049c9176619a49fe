/* A library that is loaded when it is needed: found by any of its names, or missed with a sentence. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/library.h"

struct functions {
	__typeof__(&strlen) length;
};

static const char *const nowhere[] = { "libnowhere.so.1", "libnowhere-either.so.1", NULL };
static const char *const second_is_here[] = { "libnowhere.so.1", "libc.so.6", NULL };
static const struct library_function known[] = { { "strlen", offsetof(struct functions, length) }, { NULL, 0 } };
static const struct library_function unknown[] = { { "strlen_of_the_future", offsetof(struct functions, length) },
						   { NULL, 0 } };

static void a_library_is_found_by_any_of_its_names(void **state)
{
	const struct library library = { "libc", second_is_here, known };
	struct functions functions = { NULL };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(library_load(&library, &functions, &err), 0);
	assert_int_equal(functions.length("four"), 4);
}

static void a_library_that_is_not_here_is_named_with_its_file(void **state)
{
	const struct library library = { "libnowhere", nowhere, known };
	struct functions functions = { NULL };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(library_load(&library, &functions, &err), -1);
	assert_string_equal(err.message, "cannot load libnowhere: libnowhere.so.1: cannot open shared object file: "
					 "No such file or directory");
}

static void a_function_that_is_missed_is_named(void **state)
{
	const struct library library = { "libc", second_is_here, unknown };
	struct functions functions = { NULL };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(library_load(&library, &functions, &err), -1);
	assert_string_equal(err.message, "cannot use this libc: it lacks strlen_of_the_future");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_library_is_found_by_any_of_its_names),
		cmocka_unit_test(a_library_that_is_not_here_is_named_with_its_file),
		cmocka_unit_test(a_function_that_is_missed_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
