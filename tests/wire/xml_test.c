/* The walk over a stranger's XML: what it gives, what it refuses and with which sentence, and that no text makes it
 * slow or large. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/memory.h"
#include "wire/xml.h"

enum { DEPTH_MOST = 8 };

#define BYTES(text) (text), sizeof(text) - 1

static void repeat(struct buffer *body, const char *text, int count)
{
	while (count-- > 0)
		buffer_add_text(body, text);
}

/* "a[b:text c[]]": an element has elements or text. */
static int outline(struct xml *xml, const struct xml_element *element, struct buffer *into)
{
	struct xml_element child;
	int status;

	buffer_add_format(into, "%s[", element->name);
	while ((status = xml_next(xml, element, &child)) == 1) {
		if (strcmp(child.name, "text") == 0)
			status = xml_text(xml, &child, into);
		else if (strcmp(child.name, "skip") == 0)
			status = xml_skip(xml, &child);
		else
			status = outline(xml, &child, into);
		if (status)
			return -1;
	}
	buffer_add_text(into, "]");
	return status;
}

/* The outline, or why there is none. */
static void walk(const char *bytes, size_t length, struct buffer *into)
{
	struct error err = ERROR_INIT;
	struct xml *xml = xml_open(bytes, length, DEPTH_MOST, &err);
	struct xml_element root;

	if (!xml || xml_root(xml, &root) || outline(xml, &root, into) || xml_finish(xml)) {
		assert_int_equal(err.kind, ERROR_PROTOCOL);
		buffer_clear(into);
		buffer_add_text(into, err.message);
	}
	xml_close(xml);
}

static void check(const char *bytes, size_t length, const char *expected)
{
	struct buffer into = BUFFER_INIT;

	walk(bytes, length, &into);
	assert_string_equal(buffer_text(&into), expected);
	buffer_release(&into);
}

struct row {
	const char *bytes;
	size_t length;
	const char *expected;
};

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check(rows[i].bytes, rows[i].length, rows[i].expected);
}

static void elements_are_given_in_their_order_with_their_text(void **state)
{
	static const struct row rows[] = {
		{ BYTES("<a/>"), "a[]" },
		{ BYTES("<a></a>"), "a[]" },
		{ BYTES("<a> <b/> <c> <d/></c>\n</a>\n<!-- e -->\n"), "a[b[]c[d[]]]" },
		{ BYTES("<a> <text/>1 <text>2</text> <text> 3</text> </a>"), "a[2 3]" },
		{ BYTES("<a><text>1<!-- 2 -->3<?p 4?>5<![CDATA[<6>]]>&lt;&amp;&gt;&quot;&apos;&#55;&#x38;</text></a>"),
		  "a[135<6><&>\"'78]" },
		{ BYTES("<a><skip>1<b><skip/>2</b>3</skip><skip/><b/></a>"), "a[b[]]" },
		{ BYTES("<x:a xmlns:x=\"urn:y\"><x:text>1</x:text><z:b/></x:a>"), "a[1b[]]" },
	};

	(void)state;
	check_rows(rows, ARRAY_LENGTH(rows));
}

static void only_utf_8_is_read(void **state)
{
	static const struct row rows[] = {
		{ BYTES("\xef\xbb\xbf<a><text>\xc3\xa9</text></a>"), "a[\xc3\xa9]" },
		{ BYTES("<?xml version=\"1.0\"?><a/>"), "a[]" },
		{ BYTES("<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?><a/>"), "a[]" },
		{ BYTES("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>"),
		  "the answer says that it is ISO-8859-1, and only UTF-8 is read" },
		{ BYTES("<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>"),
		  "the answer says that it is UTF-16, and only UTF-8 is read" },
		{ BYTES("<a><text>\xe9</text></a>"),
		  "the answer is no well-formed XML: line 1, column 10: not well-formed (invalid token)" },
		{ BYTES("<a><text>\xed\xa0\x80</text></a>"),
		  "the answer is no well-formed XML: line 1, column 10: not well-formed (invalid token)" },
		{ BYTES("\xff\xfe<\0a\0/\0>\0"), "the answer is not UTF-8" },
		{ BYTES("\xfe\xff\0<\0a\0/\0>"), "the answer is not UTF-8" },
		{ BYTES("<\0a\0/\0>\0"), "the answer is not UTF-8" },
		{ BYTES("\0<\0a\0/\0>"), "the answer is not UTF-8" },
		{ BYTES("<a>\0</a>"),
		  "the answer is no well-formed XML: line 1, column 4: not well-formed (invalid token)" },
	};

	(void)state;
	check_rows(rows, ARRAY_LENGTH(rows));
}

static void a_document_type_is_refused_whatever_it_declares(void **state)
{
	static const char sentence[] = "the answer has a document type";
	static const struct row rows[] = {
		{ BYTES("<!DOCTYPE a><a/>"), sentence },
		{ BYTES("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>"), sentence },
		{ BYTES("<!DOCTYPE a PUBLIC \"p\" \"http://127.0.0.1/a.dtd\"><a/>"), sentence },
		{ BYTES("<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><a>&e;</a>"), sentence },
		{ BYTES("<!DOCTYPE a [<!ENTITY % p SYSTEM \"http://127.0.0.1/\"> %p;]><a/>"), sentence },
		{ BYTES("<!DOCTYPE a [<!ENTITY e \"1\"><!ENTITY f \"&e;&e;&e;\">]><a>&f;</a>"), sentence },
		{ BYTES("<!DOCTYPE a [ nothing of this is read"), sentence },
		{ BYTES("<?xml version=\"1.0\"?>\n<!-- b -->\n<!DOCTYPE a [<!ATTLIST a b CDATA \"c\">]>\n<a/>"),
		  sentence },
		{ BYTES("<a><text><![CDATA[<!DOCTYPE a>]]></text></a>"), "a[<!DOCTYPE a>]" },
	};

	(void)state;
	check_rows(rows, ARRAY_LENGTH(rows));
}

static void what_is_ill_formed_is_refused_with_its_place(void **state)
{
	static const struct row rows[] = {
		{ BYTES(""), "the answer is empty" },
		{ BYTES("<a>\n <b>\n</a>"), "the answer is no well-formed XML: line 3, column 3: mismatched tag" },
		{ BYTES("<a><skip><b></skip></a>"),
		  "the answer is no well-formed XML: line 1, column 15: mismatched tag" },
		{ BYTES("<a><text>&e;</text></a>"),
		  "the answer is no well-formed XML: line 1, column 10: undefined entity" },
		{ BYTES("<a b=\"1\" b=\"2\"/>"),
		  "the answer is no well-formed XML: line 1, column 10: duplicate attribute" },
		{ BYTES("<a>"), "the answer is no well-formed XML: line 1, column 4: no element found" },
		{ BYTES("<a"), "the answer is no well-formed XML: line 1, column 1: unclosed token" },
		{ BYTES("<a/><b/>"),
		  "the answer is no well-formed XML: line 1, column 5: junk after document element" },
		{ BYTES("<a><text>1<b/></text></a>"), "element 'text' of the answer is no text" },
	};

	(void)state;
	check_rows(rows, ARRAY_LENGTH(rows));
}

static void depth_is_bounded_where_it_is_read_and_where_it_is_skipped(void **state)
{
	static const char *const outer[] = { "<a>", "<skip>" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(outer); i++) {
		struct buffer body = BUFFER_INIT;

		buffer_add_text(&body, "<r>");
		repeat(&body, outer[i], 1000000);
		check(body.bytes, body.length, "the answer is nested deeper than 8");
		buffer_release(&body);
	}
	check(BYTES("<r><a><a><a><a><a><a><a/></a></a></a></a></a></a></r>"), "r[a[a[a[a[a[a[a[]]]]]]]]");
	check(BYTES("<r><a><a><a><a><a><a><a><b/></a></a></a></a></a></a></a></r>"),
	      "the answer is nested deeper than 8");
}

static void a_huge_attribute_or_text_or_name_costs_its_length_and_no_more(void **state)
{
	static const struct {
		const char *before, *filling, *behind;
		const char *expected;
	} rows[] = {
		{ "<a b=\"", "&#38;", "\"/>", "a[]" },
		{ "<a><skip>", "&amp;", "</skip></a>", "a[]" },
		{ "<a>", "<b/><!-- -->", "",
		  "the answer is no well-formed XML: line 1, column 12000004: no element found" },
		{ "<a ", "b", "", "the answer is no well-formed XML: line 1, column 1: unclosed token" },
		{ "<", "b", "", "the answer is no well-formed XML: line 1, column 1: unclosed token" },
		{ "<a><!-- ", "b ", "", "the answer is no well-formed XML: line 1, column 4: unclosed token" },
		{ "<a><![CDATA[", "]", "",
		  "the answer is no well-formed XML: line 1, column 1000011: unclosed CDATA section" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct buffer body = BUFFER_INIT;

		buffer_add_text(&body, rows[i].before);
		repeat(&body, rows[i].filling, 1000000);
		buffer_add_text(&body, rows[i].behind);
		check(body.bytes, body.length, rows[i].expected);
		buffer_release(&body);
	}
}

static void an_attribute_is_found_by_its_whole_name(void **state)
{
	static const char body[] = "<a x:b=\"1\" b='&lt;\"'><c/></a>";
	struct buffer value = BUFFER_INIT;
	struct error err = ERROR_INIT;
	struct xml *xml = xml_open(BYTES(body), DEPTH_MOST, &err);
	struct xml_element root, child;

	(void)state;
	assert_int_equal(xml_root(xml, &root), 0);
	assert_true(xml_attribute(xml, "x:b", &value));
	assert_true(xml_attribute(xml, "b", &value));
	assert_false(xml_attribute(xml, "1", &value));
	assert_string_equal(buffer_text(&value), "1<\"");
	assert_int_equal(xml_next(xml, &root, &child), 1);
	assert_false(xml_attribute(xml, "b", &value));
	buffer_release(&value);
	xml_close(xml);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements_are_given_in_their_order_with_their_text),
		cmocka_unit_test(only_utf_8_is_read),
		cmocka_unit_test(a_document_type_is_refused_whatever_it_declares),
		cmocka_unit_test(what_is_ill_formed_is_refused_with_its_place),
		cmocka_unit_test(depth_is_bounded_where_it_is_read_and_where_it_is_skipped),
		cmocka_unit_test(a_huge_attribute_or_text_or_name_costs_its_length_and_no_more),
		cmocka_unit_test(an_attribute_is_found_by_its_whole_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
