#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "aws/pages.h"
#include "base/memory.h"

static const struct operation paged = {
	.name = "DescribeThings",
	.pages = { .input_token = "Marker", .output_token = "NextMarker", .items = "Things", .page_size = "PageSize",
		   .most = 400 },
};
static const struct operation unpaged = { .name = "DescribeLimits" };

static void assert_json(const json_t *json, const char *expected)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);

	assert_string_equal(text, expected);
	free(text);
}

/* All outputs are taken, the last of them ends the pages, and the caller's input is left as it was. */
static void hold(const struct operation *operation, const char *input_text, const char *const *outputs,
		 const char *expected)
{
	json_t *input = json_loads(input_text, 0, NULL);
	struct pages pages;
	bool more = true;

	pages_init(&pages, operation, input);
	for (; *outputs; outputs++) {
		assert_true(more);
		assert_int_equal(pages_take(&pages, json_loads(*outputs, 0, NULL), 1, &more, NULL), 0);
	}
	assert_false(more);
	assert_json(pages.output, expected);
	assert_json(input, input_text);
	pages_release(&pages);
	json_decref(input);
}

static void pages_are_joined_in_their_order(void **state)
{
	(void)state;
	hold(&paged, "{}", (const char *[]){ "{\"Things\":[1,2],\"NextMarker\":\"m\"}", "{\"Things\":[3]}", NULL },
	     "{\"Things\":[1,2,3]}");
}

static void an_empty_token_ends_the_pages(void **state)
{
	(void)state;
	hold(&paged, "{}", (const char *[]){ "{\"Things\":[1],\"NextMarker\":\"\"}", NULL }, "{\"Things\":[1]}");
}

static void a_page_may_lack_the_list(void **state)
{
	(void)state;
	hold(&paged, "{}",
	     (const char *[]){ "{\"NextMarker\":\"m\"}", "{\"NextMarker\":\"n\",\"Things\":[1]}", "{}", NULL },
	     "{\"Things\":[1]}");
}

static void an_operation_without_pages_has_one(void **state)
{
	(void)state;
	hold(&unpaged, "{\"A\":1}", (const char *[]){ "{\"NextMarker\":\"m\"}", NULL }, "{\"NextMarker\":\"m\"}");
}

static void the_largest_page_is_asked_for_unless_the_caller_says_otherwise(void **state)
{
	json_t *small = json_pack("{s:i}", "PageSize", 5);
	struct pages pages;

	(void)state;
	pages_init(&pages, &paged, NULL);
	assert_json(pages.input, "{\"PageSize\":400}");
	pages_release(&pages);
	pages_init(&pages, &paged, small);
	assert_json(pages.input, "{\"PageSize\":5}");
	pages_release(&pages);
	json_decref(small);
}

/* Gives pages with ever new tokens of `bytes` each until they are refused; how many were taken. */
static size_t pages_until_refused(size_t bytes, struct error *err)
{
	struct pages pages;
	size_t taken;
	bool more;

	pages_init(&pages, &paged, NULL);
	for (;;) {
		char token[30];

		snprintf(token, sizeof(token), "t-%zu", pages.count);
		if (pages_take(&pages, json_pack("{s:s,s:[]}", "NextMarker", token, "Things"), bytes, &more, err) != 0)
			break;
		assert_true(more);
	}
	assert_false(more);
	taken = pages.count;
	pages_release(&pages);
	return taken;
}

static void pages_have_an_end(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(pages_until_refused(1, &err), 500);
	assert_string_equal(err.message, "the answer to DescribeThings has more than 500 pages");
	assert_int_equal(pages_until_refused(8 << 20, &err), 5);
	assert_string_equal(err.message, "the pages of DescribeThings are longer than 32 MiB together");
}

static void a_token_that_comes_again_is_refused(void **state)
{
	struct error err = ERROR_INIT;
	struct pages pages;
	bool more;

	(void)state;
	pages_init(&pages, &paged, NULL);
	assert_int_equal(pages_take(&pages, json_pack("{s:s}", "NextMarker", "a"), 1, &more, &err), 0);
	assert_int_equal(pages_take(&pages, json_pack("{s:s}", "NextMarker", "b"), 1, &more, &err), 0);
	assert_int_equal(pages_take(&pages, json_pack("{s:s}", "NextMarker", "a"), 1, &more, &err), -1);
	assert_false(more);
	assert_string_equal(err.message, "the pages of DescribeThings never end: a token came again");
	pages_release(&pages);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_joined_in_their_order),
		cmocka_unit_test(an_empty_token_ends_the_pages),
		cmocka_unit_test(a_page_may_lack_the_list),
		cmocka_unit_test(an_operation_without_pages_has_one),
		cmocka_unit_test(the_largest_page_is_asked_for_unless_the_caller_says_otherwise),
		cmocka_unit_test(pages_have_an_end),
		cmocka_unit_test(a_token_that_comes_again_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
