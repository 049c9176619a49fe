/* The small things that the protocols are made of: percent-encoding, the three ways to write a time, a response's
 * headers, and strangers' text made printable. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/memory.h"
#include "base/printable.h"
#include "wire/percent.h"
#include "wire/timestamp.h"
#include "wire/transport.h"

static void only_unreserved_bytes_and_those_to_keep_are_not_encoded(void **state)
{
	static const struct {
		const char *plain, *keep, *encoded;
	} rows[] = {
		{ "", "", "" },
		{ "AZaz09-._~", "", "AZaz09-._~" },
		{ "a b+c*d", "", "a%20b%2Bc%2Ad" },
		{ "/a/b", "", "%2Fa%2Fb" },
		{ "/a/b", "/", "/a/b" },
		{ "\xe1\x88\xb4\n", "", "%E1%88%B4%0A" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct buffer encoded = BUFFER_INIT, plain = BUFFER_INIT;

		percent_encode(&encoded, rows[i].plain, strlen(rows[i].plain), rows[i].keep);
		assert_string_equal(buffer_text(&encoded), rows[i].encoded);
		assert_int_equal(percent_decode(&plain, buffer_text(&encoded), encoded.length, false), 0);
		assert_string_equal(buffer_text(&plain), rows[i].plain);
		buffer_release(&encoded);
		buffer_release(&plain);
	}
}

static void a_half_percent_sign_is_no_encoding(void **state)
{
	static const struct {
		const char *encoded;
		bool form;
		const char *plain; /* NULL: refused */
	} rows[] = {
		{ "a+b%2b", true, "a b+" }, { "a+b%2B", false, "a+b+" }, { "%", true, NULL },
		{ "%2", true, NULL },       { "%2g", true, NULL },       { "%g2", true, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct buffer plain = BUFFER_INIT;
		int status = percent_decode(&plain, rows[i].encoded, strlen(rows[i].encoded), rows[i].form);

		assert_int_equal(status, rows[i].plain ? 0 : -1);
		if (rows[i].plain)
			assert_string_equal(buffer_text(&plain), rows[i].plain);
		buffer_release(&plain);
	}
}

static void a_time_is_written_and_read_in_three_formats(void **state)
{
	static const struct {
		enum timestamp_format format;
		double seconds;
		const char *text;
	} rows[] = {
		{ TIMESTAMP_ISO8601, 0, "1970-01-01T00:00:00Z" },
		{ TIMESTAMP_ISO8601, 1398796238, "2014-04-29T18:30:38Z" },
		{ TIMESTAMP_ISO8601, 1398796238.5, "2014-04-29T18:30:38.500Z" },
		{ TIMESTAMP_ISO8601, 253402300799, "9999-12-31T23:59:59Z" },
		{ TIMESTAMP_UNIX, 1398796238, "1398796238" },
		{ TIMESTAMP_UNIX, 1398796238.25, "1398796238.250" },
		{ TIMESTAMP_RFC822, 1398796238, "Tue, 29 Apr 2014 18:30:38 GMT" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct buffer text = BUFFER_INIT;
		double seconds;

		assert_int_equal(timestamp_format(rows[i].format, rows[i].seconds, &text), 0);
		assert_string_equal(buffer_text(&text), rows[i].text);
		assert_int_equal(timestamp_parse(rows[i].format, rows[i].text, &seconds), 0);
		assert_true(seconds == rows[i].seconds);
		buffer_release(&text);
	}
}

static void what_is_no_time_in_its_format_is_refused(void **state)
{
	static const struct {
		enum timestamp_format format;
		const char *text;
	} rows[] = {
		{ TIMESTAMP_ISO8601, "" },
		{ TIMESTAMP_ISO8601, "1398796238" },
		{ TIMESTAMP_ISO8601, "2014-04-29T18:30:38" },
		{ TIMESTAMP_ISO8601, "2014-04-29T18:30:38.Z" },
		{ TIMESTAMP_ISO8601, "2014-04-29T18:30:38.5" },
		{ TIMESTAMP_ISO8601, "2014-13-29T18:30:38Z" },
		{ TIMESTAMP_ISO8601, "2014-04-31T18:30:38Z" },
		{ TIMESTAMP_ISO8601, "2014-04-29T18:30:38+24:00" },
		{ TIMESTAMP_ISO8601, "2014-04-29T18:30:38+01:0" },
		{ TIMESTAMP_ISO8601, "2014-04-29T18:30:38+01:00Z" },
		{ TIMESTAMP_UNIX, "" },
		{ TIMESTAMP_UNIX, "-1" },
		{ TIMESTAMP_UNIX, "1.2.3" },
		{ TIMESTAMP_UNIX, "9999999999999999" },
		{ TIMESTAMP_RFC822, "29 Apr 2014 18:30:38 GMT" },
		{ TIMESTAMP_RFC822, "Tue, 29 Apr 2014 18:30:38 GMT+1" },
	};
	struct buffer text = BUFFER_INIT;
	double seconds;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (timestamp_parse(rows[i].format, rows[i].text, &seconds) == 0)
			fail_msg("'%s' is taken for a time", rows[i].text);
	assert_int_equal(timestamp_format(TIMESTAMP_UNIX, -1, &text), -1);
	assert_int_equal(timestamp_format(TIMESTAMP_ISO8601, 253402300800.0, &text), -1);
	assert_int_equal(timestamp_format(TIMESTAMP_ISO8601, 1e300, &text), -1);
}

static void a_header_is_found_by_its_name_or_not_at_all(void **state)
{
	static const struct http_header headers[] = { { "date", "now" }, { "date", "then" } };
	const struct http_response response = { .headers = headers, .n_headers = ARRAY_LENGTH(headers) };

	(void)state;
	assert_string_equal(http_response_header(&response, "date"), "now");
	assert_null(http_response_header(&response, "dat"));
}

static void strangers_text_is_printable_and_cut_between_characters(void **state)
{
	static const struct {
		const char *text, *printable;
	} rows[] = {
		{ "", "" },
		{ "abcdefg", "abcdefg" },
		{ "abcdefgh", "abcdefg" },
		{ "\x1b[2J\n\x7f", " [2J  " },
		{ "a\xc2\x9b" "b", "a  b" },
		{ "abcdef\xc3\xa4", "abcdef" },
		{ "abcde\xc3\xa4", "abcde\xc3\xa4" },
		{ "abcde\xe1\x88\xb4", "abcde" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		char into[8];

		printable_copy(into, sizeof(into), rows[i].text);
		assert_string_equal(into, rows[i].printable);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_unreserved_bytes_and_those_to_keep_are_not_encoded),
		cmocka_unit_test(a_half_percent_sign_is_no_encoding),
		cmocka_unit_test(a_time_is_written_and_read_in_three_formats),
		cmocka_unit_test(what_is_no_time_in_its_format_is_refused),
		cmocka_unit_test(a_header_is_found_by_its_name_or_not_at_all),
		cmocka_unit_test(strangers_text_is_printable_and_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
