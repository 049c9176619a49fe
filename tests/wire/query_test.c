/* The query protocols where botocore's tests say nothing: EC2, both directions back to back over generated values, and
 * what is refused, with its exact sentence. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/query.h"
#include "wire/shapes.h"

static const struct operation *find_by_name(void *argument, const char *action, const char *version)
{
	const struct operation *operation = argument;

	return strcmp(operation->name, action) || strcmp(operation->service->api_version, version) ? NULL : operation;
}

static json_t *json_of(const char *text)
{
	json_error_t fault;
	json_t *value = json_loads(text, JSON_DECODE_ANY, &fault);

	if (!value)
		fail_msg("%s: %s", text, fault.text);
	return value;
}

static void assert_json(const json_t *value, const char *expected)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	assert_string_equal(text, expected);
	free(text);
}

struct text_row {
	const char *given;
	const char *expected; /* a result, or the sentence with which it is refused */
};

static void check_requests(const struct operation *operation, const struct text_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		json_t *input = json_of(rows[i].given);
		struct buffer body = BUFFER_INIT;
		struct error err = ERROR_INIT;

		if (query_encode_request(operation, input, &body, &err) == 0)
			assert_string_equal(buffer_text(&body), rows[i].expected);
		else
			assert_string_equal(err.message, rows[i].expected);
		buffer_release(&body);
		json_decref(input);
	}
}

static void a_request_that_does_not_fit_its_shapes_is_refused_by_member(void **state)
{
	static const struct text_row rows[] = {
		{ "{}", "'Name' of Put is required and missing" },
		{ "{\"Name\":null}", "'Name' of Put is required and missing" },
		{ "{\"Name\":\"a\",\"Nmae\":1}", "'Nmae' of Put is unknown" },
		{ "{\"Name\":1}", "'Name' of Put is not a string" },
		{ "{\"Name\":\"a\",\"Count\":\"1\"}", "'Count' of Put is not an integer" },
		{ "{\"Name\":\"a\",\"Count\":1.5}", "'Count' of Put is not an integer" },
		{ "{\"Name\":\"a\",\"Ratio\":\"NotANumber\"}", "'Ratio' of Put is not a number" },
		{ "{\"Name\":\"a\",\"On\":1}", "'On' of Put is not a boolean" },
		{ "{\"Name\":\"a\",\"Time\":-1}", "'Time' of Put is not a timestamp" },
		{ "{\"Name\":\"a\",\"Blob\":\"?\"}", "'Blob' of Put is not base64" },
		{ "{\"Name\":\"a\",\"Names\":{}}", "'Names' of Put is not a list" },
		{ "{\"Name\":\"a\",\"Map\":[]}", "'Map' of Put is not a map" },
		{ "{\"Name\":\"a\",\"Names\":[\"a\",2]}", "'Names.member.2' of Put is not a string" },
		{ "{\"Name\":\"a\",\"Self\":[{\"Name\":\"b\"},{}]}",
		  "'Self.member.2.Name' of Put is required and missing" },
		{ "[]", "'' of Put is not a structure" },
	};

	(void)state;
	check_requests(shapes_operation(PROTOCOL_QUERY), rows, ARRAY_LENGTH(rows));
}

static void a_request_is_encoded_as_aws_reads_it(void **state)
{
	static const struct text_row rows[] = {
		{ "{\"Name\":\"a b+c/d~e*\\u1234\"}",
		  "Action=Put&Version=2020-01-08&Name=a%20b%2Bc%2Fd~e%2A%E1%88%B4" },
		{ "{\"Name\":\"a\",\"Count\":3.0}", "Action=Put&Version=2020-01-08&Name=a&Count=3" },
		{ "{\"Name\":\"a\",\"Names\":null}", "Action=Put&Version=2020-01-08&Name=a" },
		{ "{\"Name\":\"a\",\"Names\":[]}", "Action=Put&Version=2020-01-08&Name=a&Names=" },
		{ "{\"Name\":\"a\",\"Time\":1422172800.5}",
		  "Action=Put&Version=2020-01-08&Name=a&Time=2015-01-25T08%3A00%3A00.500Z" },
		{ "{\"Name\":\"a\",\"Flat\":[1,2]}", "Action=Put&Version=2020-01-08&Name=a&flat.1=1&flat.2=2" },
	};

	(void)state;
	check_requests(shapes_operation(PROTOCOL_QUERY), rows, ARRAY_LENGTH(rows));
}

static void ec2_flattens_every_list_and_never_sends_an_empty_one(void **state)
{
	static const struct text_row rows[] = {
		{ "{\"Name\":\"a\",\"Names\":[]}", "Action=Put&Version=2020-01-08&Name=a" },
		{ "{\"Name\":\"a\",\"Names\":[\"b\",\"c\"]}",
		  "Action=Put&Version=2020-01-08&Name=a&Names.1=b&Names.2=c" },
		{ "{\"Name\":\"a\",\"Self\":[{\"Name\":\"b\",\"Flat\":[1]}]}",
		  "Action=Put&Version=2020-01-08&Name=a&Self.1.Name=b&Self.1.flat.1=1" },
	};

	(void)state;
	check_requests(shapes_operation(PROTOCOL_EC2), rows, ARRAY_LENGTH(rows));
}

static void check_forms(const struct operation *operation, const struct text_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct error err = ERROR_INIT;
		const struct operation *found;
		json_t *input = query_decode_request(rows[i].given, strlen(rows[i].given), find_by_name,
						     (void *)(uintptr_t)operation, &found, &err);

		if (input)
			assert_json(input, rows[i].expected);
		else
			assert_string_equal(err.message, rows[i].expected);
		json_decref(input);
	}
}

#define PUT "Action=Put&Version=2020-01-08&Name=a"

static void a_form_that_does_not_fit_is_refused_in_awss_words(void **state)
{
	static const struct text_row rows[] = {
		{ PUT "&&Count=7&", "{\"Name\":\"a\",\"Count\":7}" },
		{ "Name=a+b%20c&Version=2020-01-08&Action=Put", "{\"Name\":\"a b c\"}" },
		{ PUT "&Names=", "{\"Name\":\"a\",\"Names\":[]}" },
		{ "", "MissingAction: the request has no Action" },
		{ "Action=Put", "MissingAction: the request has no Version" },
		{ "Action=Pet&Version=2020-01-08",
		  "InvalidAction: Could not find operation Pet for version 2020-01-08" },
		{ "Action=Put&Version=2020-01-09",
		  "InvalidAction: Could not find operation Put for version 2020-01-09" },
		{ "Action=Put&Version=2020-01-08", "ValidationError: 1 validation error detected: Value null at 'Name' "
						   "failed to satisfy constraint: Member must not be null" },
		{ PUT "&Nmae=b", "ValidationError: The parameter Nmae is not known here" },
		{ PUT "&Count=many", "MalformedInput: The value of Count is of the wrong type" },
		{ PUT "&Count.x=1", "MalformedInput: The value of Count is of the wrong type" },
		{ PUT "&Names=b", "MalformedInput: The value of Names is of the wrong type" },
		{ PUT "&Names.1=b", "MalformedInput: The value of Names is of the wrong type" },
		{ PUT "&Names.member.2=b", "MalformedInput: The value of Names is of the wrong type" },
		{ PUT "&Names.member.1=b&Names.member.x=c", "MalformedInput: The value of Names is of the wrong type" },
		{ PUT "&Map.entry.1.key=b", "MalformedInput: The value of Map is of the wrong type" },
		{ PUT "&Name=b", "MalformedQueryString: a parameter comes twice" },
		{ PUT "&=b", "MalformedQueryString: a parameter has no name" },
		{ PUT "&a..b=c", "MalformedQueryString: a parameter has no name" },
		{ PUT "&a%=b", "MalformedQueryString: a parameter is not percent-encoded" },
		{ PUT "&a=%zz", "MalformedQueryString: a parameter is not percent-encoded" },
		{ PUT "&a%00b=c", "MalformedQueryString: a parameter is not percent-encoded" },
		{ PUT "&%ff=c", "MalformedQueryString: a parameter's name is not UTF-8" },
		{ PUT "&a=%ff", "MalformedQueryString: a parameter's value is not UTF-8" },
	};

	(void)state;
	check_forms(shapes_operation(PROTOCOL_QUERY), rows, ARRAY_LENGTH(rows));
}

static void a_form_for_ec2_is_refused_in_ec2s_words(void **state)
{
	static const struct text_row rows[] = {
		{ PUT "&Names.1=b", "{\"Name\":\"a\",\"Names\":[\"b\"]}" },
		{ PUT "&Nmae=b", "UnknownParameter: The parameter Nmae is not recognized" },
		{ PUT "&Count=many", "InvalidParameterValue: The value of Count is of the wrong type" },
		{ "Action=Put&Version=2020-01-08", "MissingParameter: The request must contain the parameter Name" },
	};

	(void)state;
	check_forms(shapes_operation(PROTOCOL_EC2), rows, ARRAY_LENGTH(rows));
}

static void assert_refused(const struct error *err, const char *sentence)
{
	assert_int_equal(err->kind, ERROR_PROTOCOL);
	assert_string_equal(err->message, sentence);
}

static void check_answers(const struct operation *operation, const struct text_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct error err = ERROR_INIT;
		json_t *output = query_decode_response(operation, rows[i].given, strlen(rows[i].given), NULL, &err);

		if (output)
			assert_json(output, rows[i].expected);
		else
			assert_refused(&err, rows[i].expected);
		json_decref(output);
	}
}

#define ILL_FORMED "the answer is no well-formed XML: "
#define ANSWER(members) "<PutResponse><PutResult><Name>a</Name>" members "</PutResult></PutResponse>"

static void an_answer_is_read_by_its_shapes_or_refused(void **state)
{
	static const struct text_row rows[] = {
		{ ANSWER(""), "{\"Name\":\"a\"}" },
		{ "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- a -->" ANSWER("") "\n<!-- b -->\n",
		  "{\"Name\":\"a\"}" },
		{ ANSWER("<More><deep>1</deep></More><Count>7</Count>"), "{\"Name\":\"a\",\"Count\":7}" },
		{ ANSWER("<On>false</On>"), "{\"Name\":\"a\",\"On\":false}" },
		{ ANSWER("<Names/>"), "{\"Name\":\"a\",\"Names\":[]}" },
		{ ANSWER("<Names><member> </member><other>b</other><member>&lt;<![CDATA[&]]>&#13;</member></Names>"),
		  "{\"Name\":\"a\",\"Names\":[\" \",\"<&\\r\"]}" },
		{ ANSWER("<Self><member kind=\"k\" xmlns=\"urn:x\" other=\"l\"><Name>b</Name></member></Self>"),
		  "{\"Name\":\"a\",\"Self\":[{\"Kind\":\"k\",\"Name\":\"b\"}]}" },
		{ "<PutResponse><PutResult><Count>1</Count></PutResult></PutResponse>",
		  "element 'PutResult' of the answer has no 'Name'" },
		{ ANSWER("<Self><member><Count>1</Count></member></Self>"),
		  "element 'member' of the answer has no 'Name'" },
		{ ANSWER("<Count>1</Count><Count>1</Count>"), "the answer has element 'Count' twice" },
		{ ANSWER("<Names><member>b</member></Names><Names/>"), "the answer has element 'Names' twice" },
		{ "<PutResponse><PutResult><Name>a</Name></PutResult><PutResult/></PutResponse>",
		  "the answer has element 'PutResult' twice" },
		{ ANSWER("<Count>abc</Count>"), "element 'Count' of the answer is not an integer" },
		{ ANSWER("<Count/>"), "element 'Count' of the answer is not an integer" },
		{ ANSWER("<Count> 1</Count>"), "element 'Count' of the answer is not an integer" },
		{ ANSWER("<Count>99999999999999999999</Count>"), "element 'Count' of the answer is not an integer" },
		{ ANSWER("<Count><b>1</b></Count>"), "element 'Count' of the answer is no text" },
		{ ANSWER("<Ratio>1e999</Ratio>"), "element 'Ratio' of the answer is not a number" },
		{ ANSWER("<Ratio>0x1</Ratio>"), "element 'Ratio' of the answer is not a number" },
		{ ANSWER("<On>True</On>"), "element 'On' of the answer is not a boolean" },
		{ ANSWER("<Time>2015-02-30T08:00:00Z</Time>"), "element 'Time' of the answer is not a timestamp" },
		{ ANSWER("<Time>2015-01-25T08:00:00</Time>"), "element 'Time' of the answer is not a timestamp" },
		{ ANSWER("<Time>2015-01-25T08:00:00+1:00</Time>"), "element 'Time' of the answer is not a timestamp" },
		{ ANSWER("<Blob>a</Blob>"), "element 'Blob' of the answer is not base64" },
		{ ANSWER("<Map><entry><key>k</key></entry></Map>"), "element 'entry' of the answer has no 'value'" },
		{ ANSWER("<Map><entry><value>1</value></entry></Map>"), "element 'entry' of the answer has no 'key'" },
		{ "", "the answer is empty" },
		{ " ", ILL_FORMED "line 1, column 2: no element found" },
		{ "Service Unavailable", ILL_FORMED "line 1, column 1: syntax error" },
		{ "<html><body>Log in</body></html>", "the answer's root is 'html', not 'PutResponse'" },
		{ "<!DOCTYPE html><html></html>", "the answer has a document type" },
		{ "<!DOCTYPE r [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>" ANSWER("<Note>&e;</Note>"),
		  "the answer has a document type" },
		{ ANSWER("<Note>&e;</Note>"), ILL_FORMED "line 1, column 45: undefined entity" },
		{ "<GetResponse/>", "the answer's root is 'GetResponse', not 'PutResponse'" },
		{ "<PutResponse/>", "the answer has no element 'PutResult'" },
		{ "<PutResponse><GetResult/></PutResponse>", "the answer has no element 'PutResult'" },
		{ ANSWER("") "<more/>", ILL_FORMED "line 1, column 65: junk after document element" },
		{ "<PutResponse><PutResult><Name>a</Name></PutResult>",
		  ILL_FORMED "line 1, column 51: no element found" },
	};

	(void)state;
	check_answers(shapes_operation(PROTOCOL_QUERY), rows, ARRAY_LENGTH(rows));
}

/* A parser that guesses encodings would find the document type that no one else sees. */
static void an_answer_in_another_encoding_is_refused(void **state)
{
	static const char text[] = "<!DOCTYPE r [<!ENTITY e \"a\">]>" ANSWER("<Note>&e;</Note>");
	struct buffer body = BUFFER_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	buffer_add(&body, "\xff\xfe", 2);
	for (size_t i = 0; i < strlen(text); i++)
		buffer_add(&body, (const char[]){ text[i], '\0' }, 2);
	assert_null(query_decode_response(shapes_operation(PROTOCOL_QUERY), body.bytes, body.length, NULL, &err));
	assert_refused(&err, "the answer is not UTF-8");
	buffer_release(&body);
}

static void an_answer_nested_too_deep_is_refused(void **state)
{
	const struct operation *operation = shapes_operation(PROTOCOL_QUERY);
	struct buffer body = BUFFER_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	buffer_add_text(&body, "<PutResponse><PutResult>");
	for (int i = 0; i < QUERY_MAX_DEPTH; i++)
		buffer_add_text(&body, "<Self><member>");
	assert_null(query_decode_response(operation, buffer_text(&body), body.length, NULL, &err));
	assert_string_equal(err.message, "the answer is nested deeper than 64");
	buffer_release(&body);
}

static void a_request_nested_too_deep_is_refused(void **state)
{
	json_t *input = json_pack("{s:s}", "Name", "a");
	struct buffer body = BUFFER_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	for (int i = 0; i < QUERY_MAX_DEPTH; i++)
		input = json_pack("{s:s,s:[o]}", "Name", "a", "Self", input);
	assert_int_equal(query_encode_request(shapes_operation(PROTOCOL_QUERY), input, &body, &err), -1);
	assert_non_null(strstr(err.message, "is nested too deep"));
	buffer_release(&body);
	json_decref(input);
}

static void an_answer_of_ec2_has_its_members_below_the_root(void **state)
{
	static const char body[] = "<PutResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">"
				   "<requestId>r-1</requestId>"
				   "<Name>a</Name><Names><member>b</member></Names></PutResponse>";
	struct error err = ERROR_INIT;
	char *request_id;
	json_t *output = query_decode_response(shapes_operation(PROTOCOL_EC2), body, strlen(body), &request_id, &err);

	(void)state;
	assert_json(output, "{\"Name\":\"a\",\"Names\":[\"b\"]}");
	assert_string_equal(request_id, "r-1");
	free(request_id);
	json_decref(output);
}

static void a_fault_is_read_in_both_forms(void **state)
{
	static const struct {
		const char *body;
		const char *code, *message, *request_id; /* code NULL: `message` is why it is none */
	} rows[] = {
		{ "<ErrorResponse><Error><Type>Sender</Type><Code>C</Code><Message>a&#10;b\xc2\x85</Message></Error>"
		  "<RequestId>r</RequestId></ErrorResponse>", "C", "a b  ", "r" },
		{ "<Response><Errors><Error><Code>C</Code><Message>m</Message></Error></Errors><RequestID>r</RequestID>"
		  "</Response>", "C", "m", "r" },
		{ "<Response><Errors><Error><Code>C</Code></Error><Error><Code>D</Code></Error></Errors></Response>",
		  "C",
		  "", "" },
		{ "<ErrorResponse><Error/></ErrorResponse>", NULL, "the error answer has no code", NULL },
		{ "<html/>", NULL, "the answer's root is 'html', not 'ErrorResponse'", NULL },
		{ "", NULL, "the answer is empty", NULL },
		{ "<!DOCTYPE a><ErrorResponse/>", NULL, "the answer has a document type", NULL },
		{ "<ErrorResponse><Error><Code>C</Code>", NULL,
		  ILL_FORMED "line 1, column 37: no element found", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct error err = ERROR_INIT;
		struct query_fault fault;
		int status = query_decode_fault(rows[i].body, strlen(rows[i].body), &fault, &err);

		assert_int_equal(status, rows[i].code ? 0 : -1);
		assert_string_equal(fault.code, rows[i].code ? rows[i].code : "");
		if (!rows[i].code)
			assert_refused(&err, rows[i].message);
		else
			assert_string_equal(fault.message, rows[i].message);
		assert_string_equal(fault.request_id, rows[i].code ? rows[i].request_id : "");
	}
}

static void a_long_fault_is_cut_between_two_characters(void **state)
{
	struct buffer body = BUFFER_INIT;
	struct error err = ERROR_INIT;
	struct query_fault fault;

	(void)state;
	buffer_add_text(&body, "<ErrorResponse><Error><Code>C</Code><Message>");
	for (int i = 0; i < 300; i++)
		buffer_add_text(&body, "\xe1\x88\xb4");
	buffer_add_text(&body, "</Message></Error></ErrorResponse>");
	assert_int_equal(query_decode_fault(buffer_text(&body), body.length, &fault, &err), 0);
	assert_int_equal(strlen(fault.message), 510);
	buffer_release(&body);
}

static void a_fault_written_is_read_back(void **state)
{
	static const enum protocol protocols[] = { PROTOCOL_QUERY, PROTOCOL_EC2 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(protocols); i++) {
		const struct query_fault fault = { "Throttling", "Rate <exceeded> & \"so\"", "r-1" };
		struct buffer body = BUFFER_INIT;
		struct error err = ERROR_INIT;
		struct query_fault again;

		query_encode_fault(shapes_operation(protocols[i]), &fault, true, &body);
		assert_int_equal(query_decode_fault(buffer_text(&body), body.length, &again, &err), 0);
		assert_string_equal(again.code, fault.code);
		assert_string_equal(again.message, fault.message);
		assert_string_equal(again.request_id, fault.request_id);
		buffer_release(&body);
	}
}

static void an_output_that_does_not_fit_its_shapes_is_not_sent(void **state)
{
	static const struct text_row rows[] = {
		{ "{}", "'Name' in the output of Put is required and missing" },
		{ "{\"Name\":\"a\",\"Nmae\":1}", "'Nmae' in the output of Put is unknown" },
		{ "{\"Name\":\"a\",\"Count\":\"x\"}", "'Count' in the output of Put is not an integer" },
		{ "{\"Name\":\"a\",\"Names\":\"x\"}", "'Names' in the output of Put is not a list" },
		{ "{\"Name\":\"\\u0001\"}", "'Name' in the output of Put has a character that XML cannot carry" },
		{ "{\"Name\":\"\\uffff\"}", "'Name' in the output of Put has a character that XML cannot carry" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		json_t *output = json_of(rows[i].given);
		struct buffer body = BUFFER_INIT;
		struct error err = ERROR_INIT;

		assert_int_equal(query_encode_response(shapes_operation(PROTOCOL_QUERY), output, "r", &body, &err), -1);
		assert_string_equal(err.message, rows[i].expected);
		buffer_release(&body);
		json_decref(output);
	}
}

static void check_request_round_trip(const struct operation *operation, json_t *input)
{
	struct buffer body = BUFFER_INIT;
	struct error err = ERROR_INIT;
	const struct operation *found;
	json_t *again;

	if (query_encode_request(operation, input, &body, &err))
		fail_msg("%s", err.message);
	again = query_decode_request(buffer_text(&body), body.length, find_by_name, (void *)(uintptr_t)operation,
				     &found,
				     &err);
	if (!again)
		fail_msg("%s: %s", buffer_text(&body), err.message);
	if (!json_equal(again, input))
		fail_msg("%s\n%s\n%s", json_dumps(input, 0), buffer_text(&body), json_dumps(again, 0));
	buffer_release(&body);
	json_decref(again);
}

static void check_response_round_trip(const struct operation *operation, json_t *output)
{
	struct buffer body = BUFFER_INIT;
	struct error err = ERROR_INIT;
	char *request_id = NULL;
	json_t *again;

	if (query_encode_response(operation, output, "r-1", &body, &err))
		fail_msg("%s", err.message);
	again = query_decode_response(operation, buffer_text(&body), body.length, &request_id, &err);
	if (!again)
		fail_msg("%s: %s", buffer_text(&body), err.message);
	if (!json_equal(again, output))
		fail_msg("%s\n%s\n%s", json_dumps(output, 0), buffer_text(&body), json_dumps(again, 0));
	assert_string_equal(request_id, "r-1");
	free(request_id);
	buffer_release(&body);
	json_decref(again);
}

static void generated_values_are_the_same_on_the_other_side(void **state)
{
	static const enum protocol protocols[] = { PROTOCOL_QUERY, PROTOCOL_EC2 };
	struct shapes_random random = { 1 };

	(void)state;
	for (int i = 0; i < 2000; i++) {
		const struct operation *operation = shapes_operation(protocols[i % 2]);
		/* EC2 has no way to send an empty list. */
		json_t *input = shapes_generate(&random, operation->input, i % 2 == 0);
		json_t *output = shapes_generate(&random, operation->output, true);

		check_request_round_trip(operation, input);
		check_response_round_trip(operation, output);
		json_decref(input);
		json_decref(output);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_that_does_not_fit_its_shapes_is_refused_by_member),
		cmocka_unit_test(a_request_is_encoded_as_aws_reads_it),
		cmocka_unit_test(ec2_flattens_every_list_and_never_sends_an_empty_one),
		cmocka_unit_test(a_form_that_does_not_fit_is_refused_in_awss_words),
		cmocka_unit_test(a_form_for_ec2_is_refused_in_ec2s_words),
		cmocka_unit_test(an_answer_is_read_by_its_shapes_or_refused),
		cmocka_unit_test(an_answer_in_another_encoding_is_refused),
		cmocka_unit_test(an_answer_nested_too_deep_is_refused),
		cmocka_unit_test(a_request_nested_too_deep_is_refused),
		cmocka_unit_test(an_answer_of_ec2_has_its_members_below_the_root),
		cmocka_unit_test(a_fault_is_read_in_both_forms),
		cmocka_unit_test(a_long_fault_is_cut_between_two_characters),
		cmocka_unit_test(a_fault_written_is_read_back),
		cmocka_unit_test(an_output_that_does_not_fit_its_shapes_is_not_sent),
		cmocka_unit_test(generated_values_are_the_same_on_the_other_side),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
