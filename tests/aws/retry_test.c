#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "aws/retry.h"
#include "base/memory.h"

struct fixed_random {
	struct random_source source;
	double fraction;
};

static double fixed_fraction(struct random_source *source)
{
	return ((struct fixed_random *)source)->fraction;
}

static void delays_are_those_of_the_sdks(void **state)
{
	static const struct {
		enum retry_set set;
		enum retry_cause cause;
		int attempts;
		double fraction;
		int64_t asked_ms;
		int64_t delay_ms;
	} rows[] = {
		{ RETRY_CLASSIC, RETRY_FAULT, 1, 0.5, RETRY_NOT_ASKED, 500 },
		{ RETRY_CLASSIC, RETRY_FAULT, 2, 0.5, RETRY_NOT_ASKED, 1000 },
		{ RETRY_CLASSIC, RETRY_THROTTLED, 2, 0.25, RETRY_NOT_ASKED, 500 },
		{ RETRY_CLASSIC, RETRY_FAULT, 1, 0.5, 3000, 500 }, /* the header is not heeded */
		{ RETRY_CLASSIC, RETRY_FAULT, 3, 0.5, RETRY_NOT_ASKED, RETRY_STOP },
		{ RETRY_2026, RETRY_FAULT, 1, 0.5, RETRY_NOT_ASKED, 25 },
		{ RETRY_2026, RETRY_TIMED_OUT, 2, 0.5, RETRY_NOT_ASKED, 50 },
		{ RETRY_2026, RETRY_THROTTLED, 1, 0.5, RETRY_NOT_ASKED, 500 },
		{ RETRY_2026, RETRY_THROTTLED, 2, 0, RETRY_NOT_ASKED, 0 },
		{ RETRY_2026, RETRY_THROTTLED, 1, 0.5, 200, 500 },    /* never sooner than our own delay */
		{ RETRY_2026, RETRY_THROTTLED, 1, 0.5, 3000, 3000 },
		{ RETRY_2026, RETRY_THROTTLED, 1, 0.5, 600000, 5500 }, /* nor more than 5 s later */
		{ RETRY_2026, RETRY_FAULT, 3, 0.5, 10, RETRY_STOP },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct fixed_random random = { .source = { fixed_fraction }, .fraction = rows[i].fraction };
		struct retry retry = { .attempts = rows[i].attempts };
		struct retry_quota quota;

		retry_quota_init(&quota, &retry_sets[rows[i].set]);
		assert_int_equal(retry_decide(&quota, &retry, rows[i].cause, rows[i].asked_ms, &random.source),
				 rows[i].delay_ms);
	}
}

static void a_delay_never_exceeds_twenty_seconds(void **state)
{
	struct retry_rules patient = retry_sets[RETRY_CLASSIC];
	struct fixed_random random = { .source = { fixed_fraction }, .fraction = 1 };
	struct retry_quota quota;
	struct retry retry = { .attempts = 60 };

	(void)state;
	patient.attempts = 100;
	retry_quota_init(&quota, &patient);
	assert_int_equal(retry_decide(&quota, &retry, RETRY_FAULT, RETRY_NOT_ASKED, &random.source), 20000);
}

static int retries_from_a_full_quota(enum retry_set set, enum retry_cause cause)
{
	struct fixed_random random = { .source = { fixed_fraction } };
	struct retry_quota quota;
	int retries = 0;

	retry_quota_init(&quota, &retry_sets[set]);
	for (;;) {
		struct retry retry = { .attempts = 1 };

		if (retry_decide(&quota, &retry, cause, RETRY_NOT_ASKED, &random.source) == RETRY_STOP)
			return retries;
		retries++;
	}
}

static void a_full_quota_allows_so_many_retries_and_no_more(void **state)
{
	(void)state;
	assert_int_equal(retries_from_a_full_quota(RETRY_CLASSIC, RETRY_FAULT), 100);
	assert_int_equal(retries_from_a_full_quota(RETRY_CLASSIC, RETRY_TIMED_OUT), 50);
	assert_int_equal(retries_from_a_full_quota(RETRY_2026, RETRY_FAULT), 35);
	assert_int_equal(retries_from_a_full_quota(RETRY_2026, RETRY_THROTTLED), 100);
}

static void success_gives_back_what_its_last_retry_took(void **state)
{
	struct fixed_random random = { .source = { fixed_fraction } };
	struct retry_quota quota;
	struct retry retry = { .attempts = 1 }, at_once = { .attempts = 1 };

	(void)state;
	retry_quota_init(&quota, &retry_sets[RETRY_2026]);
	retry_decide(&quota, &retry, RETRY_FAULT, RETRY_NOT_ASKED, &random.source);
	retry.attempts++;
	retry_decide(&quota, &retry, RETRY_FAULT, RETRY_NOT_ASKED, &random.source);
	assert_int_equal(quota.left, 472);
	retry_succeeded(&quota, &retry);
	assert_int_equal(quota.left, 486);
	retry_succeeded(&quota, &at_once);
	assert_int_equal(quota.left, 487);
}

static void the_quota_never_grows_beyond_its_start(void **state)
{
	struct retry retry = { .attempts = 1 };
	struct retry_quota quota;

	(void)state;
	retry_quota_init(&quota, &retry_sets[RETRY_2026]);
	retry_succeeded(&quota, &retry);
	assert_int_equal(quota.left, 500);
}

static void the_environment_chooses_the_constants(void **state)
{
	(void)state;
	assert_string_equal(retry_rules_by_environment("false")->name, "classic");
	assert_string_equal(retry_rules_by_environment("true")->name, "2026");
	assert_string_equal(retry_rules_by_environment(NULL)->name, "2026");
}

static void the_systems_chance_lies_between_nothing_and_one(void **state)
{
	struct random_source *source = random_source_system();
	double first = source->fraction(source), last = first;
	int different = 0;

	(void)state;
	for (int i = 0; i < 100; i++) {
		double next = source->fraction(source);

		assert_true(next >= 0 && next < 1);
		different += next > last || next < last;
		last = next;
	}
	assert_true(different > 90);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(delays_are_those_of_the_sdks),
		cmocka_unit_test(a_delay_never_exceeds_twenty_seconds),
		cmocka_unit_test(a_full_quota_allows_so_many_retries_and_no_more),
		cmocka_unit_test(success_gives_back_what_its_last_retry_took),
		cmocka_unit_test(the_quota_never_grows_beyond_its_start),
		cmocka_unit_test(the_environment_chooses_the_constants),
		cmocka_unit_test(the_systems_chance_lies_between_nothing_and_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
