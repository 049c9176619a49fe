/* Answers cut at every byte and with every byte changed: nothing may crash, hang or say anything on stderr, and what is
 * refused says why. Meant to be run with the sanitizers. */
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
#include <unistd.h>

#include "base/memory.h"
#include "wire/query.h"
#include "wire/shapes.h"

static const unsigned char changes[] = { 0x00, 0x01, 0x20, 0x26, 0x2f, 0x3c, 0x3e, 0x80, 0xff };

static const struct operation *find_any(void *argument, const char *action, const char *version)
{
	(void)action;
	(void)version;
	return argument;
}

/* Readers of a body that may be anything. Its memory ends where the body does, so that sanitizers see who reads on. */
static bool read_answer(const struct operation *operation, const char *body, size_t length, struct error *err)
{
	char *request_id;
	json_t *value = query_decode_response(operation, body, length, &request_id, err);

	free(request_id);
	json_decref(value);
	return value;
}

static bool read_fault(const struct operation *operation, const char *body, size_t length, struct error *err)
{
	struct query_fault fault;

	(void)operation;
	return query_decode_fault(body, length, &fault, err) == 0;
}

static bool read_form(const struct operation *operation, const char *body, size_t length, struct error *err)
{
	const struct operation *found;
	json_t *value = query_decode_request(body, length, find_any, (void *)(uintptr_t)operation, &found, err);

	json_decref(value);
	return value;
}

typedef bool read_body(const struct operation *operation, const char *body, size_t length, struct error *err);

/* Returns whether it was taken. */
static bool try_body(read_body *read, const struct operation *operation, const char *body, size_t length)
{
	char *exact = memory_new(length ? length : 1, 1);
	struct error err = ERROR_INIT;
	bool taken;

	memcpy(exact, body, length);
	taken = read(operation, exact, length, &err);
	assert_true(taken || err.message[0]);
	free(exact);
	return taken;
}

static void try_all_changes(read_body *read, const struct operation *operation, struct buffer *body)
{
	for (size_t at = 0; at < body->length; at++) {
		char kept = body->bytes[at];

		for (size_t i = 0; i < ARRAY_LENGTH(changes); i++) {
			body->bytes[at] = (char)changes[i];
			try_body(read, operation, body->bytes, body->length);
			body->bytes[at] = (char)(kept ^ (1 << i % 8));
			try_body(read, operation, body->bytes, body->length);
		}
		body->bytes[at] = kept;
	}
}

/* A value of every kind of shape, once. */
static json_t *whole_value(void)
{
	static const char text[] =
		"{\"Name\":\"a<\",\"Count\":7,\"Ratio\":0.5,\"On\":true,\"Time\":1422172800,\"UnixTime\":1,\"Date\":2,"
		"\"Blob\":\"dg==\",\"Names\":[\"b\",\"\"],\"Flat\":[1,2],\"Map\":{\"k\":1},\"FlatMap\":{\"l\":[\"m\"]},"
		"\"Self\":[{\"Kind\":\"n\",\"Name\":\"o\"}]}";

	return json_loads(text, 0, NULL);
}

static void an_answer_cut_anywhere_is_refused(void **state)
{
	static const enum protocol protocols[] = { PROTOCOL_QUERY, PROTOCOL_EC2 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(protocols); i++) {
		const struct operation *operation = shapes_operation(protocols[i]);
		json_t *value = whole_value();
		struct buffer body = BUFFER_INIT;

		assert_int_equal(query_encode_response(operation, value, "r-1", &body, NULL), 0);
		assert_true(try_body(read_answer, operation, body.bytes, body.length));
		for (size_t length = 0; length < body.length; length++)
			assert_false(try_body(read_answer, operation, body.bytes, length));
		buffer_release(&body);
		json_decref(value);
	}
}

static void an_answer_with_any_byte_changed_ends_in_a_value_or_a_sentence(void **state)
{
	const struct operation *operation = shapes_operation(PROTOCOL_QUERY);
	json_t *value = whole_value();
	struct buffer body = BUFFER_INIT;

	(void)state;
	assert_int_equal(query_encode_response(operation, value, "r-1", &body, NULL), 0);
	try_all_changes(read_answer, operation, &body);
	buffer_release(&body);
	json_decref(value);
}

static void a_fault_cut_or_changed_anywhere_ends_in_a_value_or_a_sentence(void **state)
{
	const struct operation *operation = shapes_operation(PROTOCOL_QUERY);
	const struct query_fault fault = { "Throttling", "Rate exceeded", "r-1" };
	struct buffer body = BUFFER_INIT;

	(void)state;
	query_encode_fault(operation, &fault, true, &body);
	for (size_t length = 0; length < body.length; length++)
		assert_false(try_body(read_fault, operation, body.bytes, length));
	try_all_changes(read_fault, operation, &body);
	buffer_release(&body);
}

static void a_form_cut_or_changed_anywhere_ends_in_a_value_or_a_sentence(void **state)
{
	const struct operation *operation = shapes_operation(PROTOCOL_QUERY);
	json_t *value = whole_value();
	struct buffer body = BUFFER_INIT;

	(void)state;
	assert_int_equal(query_encode_request(operation, value, &body, NULL), 0);
	for (size_t length = 0; length < body.length; length++)
		try_body(read_form, operation, body.bytes, length);
	try_all_changes(read_form, operation, &body);
	buffer_release(&body);
	json_decref(value);
}

static void a_wall_of_entities_is_refused_before_it_grows(void **state)
{
	const struct operation *operation = shapes_operation(PROTOCOL_QUERY);
	struct buffer body = BUFFER_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	buffer_add_text(&body, "<!DOCTYPE r [<!ENTITY a0 \"aaaaaaaaaaaaaaaa\">");
	for (int i = 1; i < 30; i++)
		buffer_add_format(&body, "<!ENTITY a%d \"&a%d;&a%d;&a%d;&a%d;\">", i, i - 1, i - 1, i - 1, i - 1);
	buffer_add_text(&body, "]><PutResponse><PutResult><Name>&a29;</Name></PutResult></PutResponse>");
	assert_null(query_decode_response(operation, body.bytes, body.length, NULL, &err));
	assert_string_equal(err.message, "the answer has a document type");
	buffer_release(&body);
}

/* A parser may like to complain; stderr goes to a file for the time of the tests. */
struct quiet {
	int kept;
	FILE *file;
};

static int stderr_catch(void **state)
{
	struct quiet *quiet = memory_new(1, sizeof(*quiet));

	quiet->file = tmpfile();
	quiet->kept = dup(STDERR_FILENO);
	dup2(fileno(quiet->file), STDERR_FILENO);
	*state = quiet;
	return 0;
}

static int stderr_is_empty(void **state)
{
	struct quiet *quiet = *state;
	long length;

	dup2(quiet->kept, STDERR_FILENO);
	close(quiet->kept);
	fseek(quiet->file, 0, SEEK_END);
	length = ftell(quiet->file);
	fclose(quiet->file);
	free(quiet);
	return length == 0 ? 0 : -1;
}

#define quiet_test(test) cmocka_unit_test_setup_teardown(test, stderr_catch, stderr_is_empty)

int main(void)
{
	const struct CMUnitTest tests[] = {
		quiet_test(an_answer_cut_anywhere_is_refused),
		quiet_test(an_answer_with_any_byte_changed_ends_in_a_value_or_a_sentence),
		quiet_test(a_fault_cut_or_changed_anywhere_ends_in_a_value_or_a_sentence),
		quiet_test(a_form_cut_or_changed_anywhere_ends_in_a_value_or_a_sentence),
		quiet_test(a_wall_of_entities_is_refused_before_it_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
