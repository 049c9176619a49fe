/* What is done without libm, held against it. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <float.h>
#include <math.h>

#include "base/memory.h"
#include "base/number.h"

static const double numbers[] = {
	0.0,
	-0.0,
	0.5,
	-0.5,
	1.0,
	-1.0,
	1.5,
	-1.5,
	2.0,
	1e-300,
	-1e-300,
	4503599627370495.5,
	-4503599627370495.5,
	9007199254740991.0,
	9007199254740992.0,
	-9007199254740992.0,
	9007199254740994.0,
	1e300,
	-1e300,
	DBL_MAX,
	-DBL_MAX,
	DBL_MIN,
	INFINITY,
	-INFINITY,
};

static void floor_and_ceil_are_those_of_libm(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) {
		assert_true(number_floor(numbers[i]) == floor(numbers[i]));
		assert_true(number_ceil(numbers[i]) == ceil(numbers[i]));
	}
	assert_true(isnan(number_floor(NAN)) && isnan(number_ceil(NAN)));
}

static void a_number_is_whole_as_far_as_doubles_tell(void **state)
{
	int64_t whole;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) {
		const bool expected = trunc(numbers[i]) == numbers[i] && fabs(numbers[i]) <= 9007199254740992.0;

		assert_int_equal(number_is_whole(numbers[i], &whole), expected);
		assert_true(!expected || (double)whole == numbers[i]);
	}
	assert_false(number_is_whole(NAN, &whole));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(floor_and_ceil_are_those_of_libm),
		cmocka_unit_test(a_number_is_whole_as_far_as_doubles_tell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
