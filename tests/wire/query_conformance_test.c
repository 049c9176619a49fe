/* The awsQuery protocol against botocore's own protocol tests: every request's body, every answer's value. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <nettle/base64.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/botocore.h"
#include "wire/query.h"

/* What is held against less than the suite has, and why. */
static const struct exception {
	const char *id;
	const char *reason;
} exceptions[] = {
	{ "SDKAppliedContentEncoding_awsQuery",
	  "compressing a body is the transport's part, and the suite gives no body to compare" },
	{ "SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsQuery",
	  "compressing a body is the transport's part, and the suite gives no body to compare" },
	{ "QueryComplexError", "of an error only code, message and request ID are read; its further members are not" },
};

static bool is_exception(const char *id)
{
	for (size_t i = 0; i < ARRAY_LENGTH(exceptions); i++)
		if (strcmp(exceptions[i].id, id) == 0) {
			print_message("%s is held against less: %s\n", id, exceptions[i].reason);
			return true;
		}
	return false;
}

/* The suite writes blobs as what they mean; in our JSON they are base64. */
static void blobs_encode(const struct shape *structure, json_t *object)
{
	for (size_t i = 0; i < structure->n_members; i++) {
		const struct shape_member *member = &structure->members[i];
		const char *plain = json_string_value(json_object_get(object, member->name));
		char text[256];

		if (member->shape->kind != SHAPE_BLOB || !plain)
			continue;
		base64_encode_raw(text, strlen(plain), (const uint8_t *)plain);
		text[BASE64_ENCODE_RAW_LENGTH(strlen(plain))] = '\0';
		json_object_set_new(object, member->name, json_string(text));
	}
}

/* A client fills in an idempotency token of its own; ours come from the run, so the test plays the client. */
static void tokens_fill(const json_t *shapes, const json_t *reference, json_t *params)
{
	json_t *structure = json_object_get(shapes, json_string_value(json_object_get(reference, "shape")));
	const char *name;
	json_t *member;

	json_object_foreach(json_object_get(structure, "members"), name, member)
		if (json_is_true(json_object_get(member, "idempotencyToken")) && !json_object_get(params, name))
			json_object_set_new(params, name, json_string("00000000-0000-4000-8000-000000000000"));
}

static const struct operation *find_only(void *argument, const char *action, const char *version)
{
	const struct operation *operation = argument;

	return strcmp(operation->name, action) || strcmp(operation->service->api_version, version) ? NULL : operation;
}

/* What the server makes of the body is what the client was given, save that nobody can see an empty map. */
static void check_decoded(const struct operation *operation, const struct buffer *body, const json_t *params)
{
	struct error err = ERROR_INIT;
	const struct operation *found;
	struct buffer again = BUFFER_INIT;
	json_t *input = query_decode_request(buffer_text(body), body->length, find_only, (void *)(uintptr_t)operation,
					     &found, &err);

	if (!input)
		fail_msg("%s: %s", buffer_text(body), err.message);
	assert_ptr_equal(found, operation);
	if (!json_object_get(params, "MapArg") || json_object_size(json_object_get(params, "MapArg")))
		assert_true(json_equal(input, params));
	assert_int_equal(query_encode_request(operation, input, &again, &err), 0);
	assert_string_equal(buffer_text(&again), buffer_text(body));
	buffer_release(&again);
	json_decref(input);
}

static void check_input(const json_t *group, const json_t *c)
{
	struct arena *arena = arena_new();
	const json_t *given = json_object_get(c, "given"), *shapes = json_object_get(group, "shapes");
	const char *id = json_string_value(json_object_get(c, "id"));
	const char *expected = json_string_value(json_object_get(json_object_get(c, "serialized"), "body"));
	struct operation *operation =
		botocore_operation(arena, json_string_value(json_object_get(given, "name")), PROTOCOL_QUERY);
	json_t *params = json_object_get(c, "params");
	struct error err = ERROR_INIT;
	struct buffer body = BUFFER_INIT;

	operation->input = botocore_shape(arena, shapes, json_object_get(given, "input"));
	blobs_encode(operation->input, params);
	tokens_fill(shapes, json_object_get(given, "input"), params);
	if (query_encode_request(operation, params, &body, &err))
		fail_msg("%s: %s", id, err.message);
	if (!is_exception(id))
		assert_string_equal(buffer_text(&body), expected);
	check_decoded(operation, &body, params);
	buffer_release(&body);
	arena_free(arena);
}

static void check_value(const json_t *group, const json_t *c, const char *body)
{
	struct arena *arena = arena_new();
	const json_t *given = json_object_get(c, "given"), *output = json_object_get(given, "output");
	struct operation *operation =
		botocore_operation(arena, json_string_value(json_object_get(given, "name")), PROTOCOL_QUERY);
	json_t *expected = json_object_get(c, "result"), *value;
	struct error err = ERROR_INIT;

	operation->output = botocore_shape(arena, json_object_get(group, "shapes"), output);
	operation->result_wrapper = arena_format(arena, "%sResult", operation->name);
	blobs_encode(operation->output, expected);
	value = query_decode_response(operation, body, strlen(body), NULL, &err);
	if (!value)
		fail_msg("%s: %s", json_string_value(json_object_get(c, "id")), err.message);
	if (!json_equal(value, expected))
		fail_msg("%s: %s", json_string_value(json_object_get(c, "id")), json_dumps(value, 0));
	json_decref(value);
	arena_free(arena);
}

static void check_fault(const json_t *c, const char *body)
{
	const char *message = json_string_value(json_object_get(c, "errorMessage"));
	struct error err = ERROR_INIT;
	struct query_fault fault;

	assert_int_equal(query_decode_fault(body, strlen(body), &fault, &err), 0);
	assert_string_equal(fault.code, json_string_value(json_object_get(c, "errorCode")));
	assert_string_equal(fault.message, message ? message : "");
	assert_string_equal(fault.request_id, "foo-id");
	is_exception(json_string_value(json_object_get(c, "id")));
}

static void check_output(const json_t *group, const json_t *c)
{
	const char *body = json_string_value(json_object_get(json_object_get(c, "response"), "body"));

	if (json_object_get(c, "errorCode"))
		check_fault(c, body);
	else
		check_value(group, c, body ? body : "");
}

static void check_suite(const char *file, void (*check)(const json_t *group, const json_t *c))
{
	json_t *suite = botocore_suite(file), *group, *c;
	size_t i, j, count = 0;

	json_array_foreach(suite, i, group)
		json_array_foreach(json_object_get(group, "cases"), j, c) {
			check(group, c);
			count++;
		}
	print_message("%zu of %zu cases of %s hold\n", count, count, file);
	assert_int_equal(count, 38);
	json_decref(suite);
}

static void each_request_of_the_suite_has_its_body_and_is_read_back(void **state)
{
	(void)state;
	check_suite("input.json", check_input);
}

static void each_answer_of_the_suite_has_its_value(void **state)
{
	(void)state;
	check_suite("output.json", check_output);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_request_of_the_suite_has_its_body_and_is_read_back),
		cmocka_unit_test(each_answer_of_the_suite_has_its_value),
	};
	const char *root = getenv("CONFORMANCE_DIR");

	if (!root || !*root) {
		puts("skipped: CONFORMANCE_DIR names no folder with the protocol tests");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
