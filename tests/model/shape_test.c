#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "model/shape.h"

static const struct shape text = { .kind = SHAPE_STRING }, integer = { .kind = SHAPE_INTEGER },
			  number = { .kind = SHAPE_FLOAT }, truth = { .kind = SHAPE_BOOLEAN },
			  moment = { .kind = SHAPE_TIMESTAMP }, bytes = { .kind = SHAPE_BLOB };
static const struct shape_member target_members[] = {
	{ .name = "Id", .shape = &text, .required = true },
	{ .name = "Port", .shape = &integer },
};
static const struct shape target = { .kind = SHAPE_STRUCTURE, .members = target_members, .n_members = 2 };
static const struct shape targets = { .kind = SHAPE_LIST, .element = &target };
static const struct shape counts = { .kind = SHAPE_MAP, .element = &integer, .key = &text };
static const struct shape_member request_members[] = {
	{ .name = "Targets", .shape = &targets }, { .name = "Counts", .shape = &counts },
	{ .name = "On", .shape = &truth },        { .name = "At", .shape = &moment },
	{ .name = "Rate", .shape = &number },     { .name = "Data", .shape = &bytes },
};
static const struct shape request = { .kind = SHAPE_STRUCTURE, .members = request_members, .n_members = 6 };

static void a_rendered_value_becomes_what_the_shape_wants(void **state)
{
	static const struct {
		const struct shape *shape;
		const char *from, *to;
	} rows[] = {
		{ &text, "\"a\"", "\"a\"" },
		{ &text, "8080", "\"8080\"" },
		{ &text, "true", "\"true\"" },
		{ &integer, "\"100\"", "100" },
		{ &integer, "\"-1\"", "-1" },
		{ &integer, "3.0", "3" },
		{ &integer, "9007199254740993", "9007199254740993" },
		{ &number, "\"1.5\"", "1.5" },
		{ &number, "2", "2" },
		{ &truth, "\"true\"", "true" },
		{ &truth, "false", "false" },
		{ &moment, "\"2026-11-22T20:07:38Z\"", "1795378058" },
		{ &moment, "1795378058", "1795378058" },
		{ &moment, "\"1795378058\"", "1795378058" },
		{ &bytes, "\"aGVsbG8=\"", "\"aGVsbG8=\"" },
		{ &targets, "[{\"Id\": \"i-1\", \"Port\": \"80\"}, {\"Id\": \"i-2\", \"Port\": null}]",
		  "[{\"Id\":\"i-1\",\"Port\":80},{\"Id\":\"i-2\"}]" },
		{ &counts, "{\"a\": \"1\"}", "{\"a\":1}" },
		{ &request, "{\"On\": null, \"Targets\": []}", "{\"Targets\":[]}" },
		{ &target, "{}", "{}" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct error err = ERROR_INIT;
		json_t *from = json_loads(rows[i].from, JSON_DECODE_ANY, NULL);
		json_t *to = shape_coerce(rows[i].shape, from, &err);
		char *shown;

		if (!to)
			fail_msg("%s: %s", rows[i].from, err.message);
		shown = json_dumps(to, JSON_ENCODE_ANY | JSON_COMPACT);
		assert_string_equal(shown, rows[i].to);
		free(shown);
		json_decref(to);
		json_decref(from);
	}
}

static void a_value_that_does_not_fit_is_refused_with_its_place(void **state)
{
	static const struct {
		const struct shape *shape;
		const char *value, *message;
	} rows[] = {
		{ &request, "{\"Targets\": [{\"Id\": \"i-1\"}, {\"Id\": \"i-1\", \"Port\": \"http\"}]}",
		  "Targets[1].Port is no integer: \"http\"" },
		{ &request, "{\"Target\": []}", "Target is no member of this operation, did you mean 'Targets'?" },
		{ &request, "{\"Unheard\": null}", "Unheard is no member of this operation" },
		{ &request, "{\"Targets\": [{\"Id\": \"i-1\", \"Prot\": 80}]}",
		  "Targets[0].Prot is no member of this operation, did you mean 'Port'?" },
		{ &request, "{\"Targets\": \"i-1\"}", "Targets is no list: \"i-1\"" },
		{ &request, "{\"Targets\": {\"Id\": \"i-1\"}}", "Targets is no list" },
		{ &request, "{\"Targets\": [null]}", "Targets[0] is no map: null" },
		{ &request, "{\"Counts\": {\"a\": 1.5}}", "Counts.a is no integer: 1.5" },
		{ &request, "{\"Counts\": []}", "Counts is no map" },
		{ &request, "{\"On\": \"yes\"}", "On is neither true nor false: \"yes\"" },
		{ &request, "{\"At\": \"noon\"}", "At is no time: \"noon\"" },
		{ &request, "{\"Rate\": \"1.5x\"}", "Rate is no number: \"1.5x\"" },
		{ &request, "{\"Data\": []}", "Data is no text" },
		{ &request, "[]", "the input is no map" },
		{ &integer, "\"\"", "the input is no integer: \"\"" },
		{ &integer, "\"99999999999999999999\"", "the input is no integer: \"99999999999999999999\"" },
		{ &integer, "\" 1\"", "the input is no integer: \" 1\"" },
		{ &integer, "true", "the input is no integer: true" },
		{ &text, "null", "the input is no text: null" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct error err = ERROR_INIT;
		json_t *value = json_loads(rows[i].value, JSON_DECODE_ANY, NULL);

		assert_null(shape_coerce(rows[i].shape, value, &err));
		assert_string_equal(err.message, rows[i].message);
		json_decref(value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rendered_value_becomes_what_the_shape_wants),
		cmocka_unit_test(a_value_that_does_not_fit_is_refused_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
