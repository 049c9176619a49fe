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

#include "aws/endpoint.h"
#include "base/memory.h"

/* The tables that are compiled in, for all tests. */
struct fixture {
	struct arena *arena;
	const struct partitions *partitions;
	const char *conformance;
};

static int set_up(void **state)
{
	struct fixture *fixture = memory_new(1, sizeof(*fixture));
	struct error err = ERROR_INIT;

	fixture->arena = arena_new();
	fixture->partitions = partitions_embedded(fixture->arena, &err);
	fixture->conformance = getenv("CONFORMANCE_DIR");
	if (!fixture->partitions)
		print_error("%s\n", err.message);
	*state = fixture;
	return fixture->partitions ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	arena_free(fixture->arena);
	free(fixture);
	return 0;
}

static json_t *read_conformance(const struct fixture *fixture, const char *name)
{
	char path[4096];
	json_error_t err;
	json_t *json;

	if (!fixture->conformance || !*fixture->conformance) {
		print_message("needs CONFORMANCE_DIR\n");
		skip();
	}
	snprintf(path, sizeof(path), "%s/endpoints/%s.json", fixture->conformance, name);
	json = json_load_file(path, 0, &err);
	assert_non_null(json);
	return json;
}

/* What we say where AWS's rules say it otherwise. */
static const struct {
	const char *theirs, *ours;
} sentences[] = {
	{ "Invalid Configuration: Missing Region", "no region is known: name one with --region" },
	{ "Invalid Configuration: FIPS and custom endpoint are not supported",
	  "an endpoint URL and FIPS endpoints exclude each other" },
	{ "Invalid Configuration: Dualstack and custom endpoint are not supported",
	  "an endpoint URL and dual-stack endpoints exclude each other" },
};

static const char *our_sentence(const char *theirs)
{
	for (size_t i = 0; i < ARRAY_LENGTH(sentences); i++)
		if (strcmp(sentences[i].theirs, theirs) == 0)
			return sentences[i].ours;
	return "";
}

static void hold_case(const struct fixture *fixture, const char *service, const json_t *row)
{
	const json_t *params = json_object_get(row, "params"), *expected = json_object_get(row, "expect");
	const json_t *url = json_object_get(json_object_get(expected, "endpoint"), "url");
	struct endpoint_query query = {
		.service = service,
		.region = json_string_value(json_object_get(params, "Region")),
		.use_fips = json_is_true(json_object_get(params, "UseFIPS")),
		.use_dual_stack = json_is_true(json_object_get(params, "UseDualStack")),
		.override = json_string_value(json_object_get(params, "Endpoint")),
	};
	struct endpoint endpoint;
	struct error err = ERROR_INIT;
	int result = endpoint_resolve(fixture->partitions, &query, &endpoint, &err);

	if (!url) {
		assert_int_equal(result, -1);
		assert_string_equal(err.message, our_sentence(json_string_value(json_object_get(expected, "error"))));
		return;
	}
	assert_int_equal(result, 0);
	assert_string_equal(endpoint.url, json_string_value(url));
	assert_string_equal(endpoint.signing_region, query.region ? query.region : "");
}

/* dynamodb.json is left out: no operation of ours is DynamoDB's, and its endpoints that belong to an account need rules
 * that no other service has. */
static void endpoints_are_those_of_the_published_cases(void **state)
{
	static const struct {
		const char *file, *service;
		size_t count;
	} files[] = {
		{ "autoscaling", "autoscaling", 45 },
		{ "elb", "elasticloadbalancing", 49 },
		{ "elbv2", "elasticloadbalancing", 49 },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(files); i++) {
		json_t *json = read_conformance(*state, files[i].file), *row;
		json_t *rows = json_object_get(json, "testCases");
		size_t at;

		assert_int_equal(json_array_size(rows), files[i].count);
		json_array_foreach(rows, at, row)
			hold_case(*state, files[i].service, row);
		json_decref(json);
	}
}

static struct endpoint resolve(void **state, struct endpoint_query query)
{
	const struct fixture *fixture = *state;
	struct endpoint endpoint;

	assert_int_equal(endpoint_resolve(fixture->partitions, &query, &endpoint, NULL), 0);
	return endpoint;
}

static void assert_url(void **state, const char *region, bool fips, bool dual_stack, const char *first_label,
		       const char *suffix)
{
	struct endpoint endpoint = resolve(state, (struct endpoint_query){
		.service = "x", .region = region, .use_fips = fips, .use_dual_stack = dual_stack });
	char expected[300];

	snprintf(expected, sizeof(expected), "https://%s.%s.%s", first_label, region, suffix);
	assert_string_equal(endpoint.url, expected);
}

static void every_published_region_is_in_its_partition(void **state)
{
	const struct fixture *fixture = *state;
	json_t *json = read_conformance(fixture, "partitions"), *partition;
	size_t i;

	assert_int_equal(json_array_size(json_object_get(json, "partitions")), 8);
	json_array_foreach(json_object_get(json, "partitions"), i, partition) {
		json_t *outputs = json_object_get(partition, "outputs"), *unused;
		const char *suffix = json_string_value(json_object_get(outputs, "dnsSuffix"));
		const char *dual_stack = json_string_value(json_object_get(outputs, "dualStackDnsSuffix"));
		const char *region;

		assert_true(json_is_true(json_object_get(outputs, "supportsFIPS")));
		assert_true(json_is_true(json_object_get(outputs, "supportsDualStack")));
		json_object_foreach(json_object_get(partition, "regions"), region, unused) {
			assert_string_equal(partitions_name_of(fixture->partitions, region),
					    json_string_value(json_object_get(partition, "id")));
			assert_url(state, region, false, false, "x", suffix);
			assert_url(state, region, true, false, "x-fips", suffix);
			assert_url(state, region, false, true, "x", dual_stack);
			assert_url(state, region, true, true, "x-fips", dual_stack);
		}
	}
	json_decref(json);
}

static void a_region_newer_than_the_tables_is_found_by_its_name(void **state)
{
	static const struct {
		const char *region, *partition;
	} rows[] = {
		{ "eu-middle-7", "aws" },
		{ "cn-south-1", "aws-cn" },
		{ "us-gov-north-12", "aws-us-gov" },
		{ "us-iso-north-1", "aws-iso" },
		{ "us-isob-north-1", "aws-iso-b" },
		{ "eu-isoe-north-1", "aws-iso-e" },
		{ "us-isof-east-9", "aws-iso-f" },
		{ "eusc-de-west-1", "aws-eusc" },
		{ "eusc-fr-west-1", "aws" },
		{ "moon-base-1", "aws" },
	};
	const struct fixture *fixture = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		assert_string_equal(partitions_name_of(fixture->partitions, rows[i].region), rows[i].partition);
}

static void sts_has_a_regional_and_a_legacy_global_endpoint(void **state)
{
	static const struct {
		const char *region;
		bool global, fips;
		const char *url, *signing_region;
	} rows[] = {
		{ "eu-west-1", false, false, "https://sts.eu-west-1.amazonaws.com", "eu-west-1" },
		{ "eu-west-1", true, false, "https://sts.amazonaws.com", "us-east-1" },
		{ "eu-west-1", true, true, "https://sts-fips.eu-west-1.amazonaws.com", "eu-west-1" },
		{ "af-south-1", true, false, "https://sts.af-south-1.amazonaws.com", "af-south-1" },
		{ "cn-north-1", true, false, "https://sts.cn-north-1.amazonaws.com.cn", "cn-north-1" },
		{ "aws-global", false, false, "https://sts.amazonaws.com", "us-east-1" },
		{ "us-gov-west-1", false, true, "https://sts.us-gov-west-1.amazonaws.com", "us-gov-west-1" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct endpoint endpoint = resolve(state, (struct endpoint_query){
			.service = "sts", .region = rows[i].region, .use_global = rows[i].global,
			.use_fips = rows[i].fips });

		assert_string_equal(endpoint.url, rows[i].url);
		assert_string_equal(endpoint.signing_region, rows[i].signing_region);
	}
}

static void an_override_is_taken_apart_as_libcurl_will_send_it(void **state)
{
	static const struct {
		const char *override, *url, *host, *path;
	} rows[] = {
		{ "https://example.com", "https://example.com", "example.com", "/" },
		{ "https://example.com/", "https://example.com", "example.com", "/" },
		{ "https://example.com:443", "https://example.com", "example.com", "/" },
		{ "http://127.0.0.1:5000/base/", "http://127.0.0.1:5000/base", "127.0.0.1:5000", "/base/" },
		{ "http://[::1]:80/a/b", "http://[::1]/a/b", "[::1]", "/a/b/" },
		{ "HTTP://localhost:4566", "http://localhost:4566", "localhost:4566", "/" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct endpoint endpoint = resolve(state, (struct endpoint_query){
			.service = "sts", .region = "eu-west-1", .override = rows[i].override });

		assert_string_equal(endpoint.url, rows[i].url);
		assert_string_equal(endpoint.host, rows[i].host);
		assert_string_equal(endpoint.path, rows[i].path);
		assert_string_equal(endpoint.signing_region, "eu-west-1");
	}
}

static void what_is_no_region_and_no_url_leads_nowhere(void **state)
{
	static const char wrong_url[] = "the endpoint URL is no http or https URL of a host, a port and a path only";
	static const struct {
		const char *region, *override, *message;
	} rows[] = {
		{ "", NULL, "no region is known: name one with --region" },
		{ "evil.example.com/", NULL, "'evil.example.com/' is no region" },
		{ "eu-west-1\r\n", NULL, "'eu-west-1\r\n' is no region" },
		{ "-x", NULL, "'-x' is no region" },
		{ "@evil", "https://example.com", "'@evil' is no region" },
		{ "eu-west-1", "ftp://example.com", wrong_url },
		{ "eu-west-1", "example.com", wrong_url },
		{ "eu-west-1", "https://user:word@example.com", wrong_url },
		{ "eu-west-1", "https://example.com/?a=b", wrong_url },
		{ "eu-west-1", "https://example.com/#a", wrong_url },
		{ "eu-west-1", "https://", wrong_url },
		{ "eu-west-1", "", wrong_url },
	};
	const struct fixture *fixture = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct endpoint_query query = {
			.service = "sts", .region = rows[i].region, .override = rows[i].override
		};
		struct error err = ERROR_INIT;
		struct endpoint endpoint;

		assert_int_equal(endpoint_resolve(fixture->partitions, &query, &endpoint, &err), -1);
		assert_string_equal(err.message, rows[i].message);
	}
}

static void tables_that_are_faulty_are_refused(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "partitions: []\nrules: []\n", "there is no partition" },
		{ "partitions: [{name: a, pattern: \"(\", suffix: b, dual_stack_suffix: c, regions: []}]\nrules: []\n",
		  "'(' is no regular expression" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct source source = { .name = "p.yaml", .text = rows[i].text, .length = strlen(rows[i].text) };
		struct diagnostics diagnostics = DIAGNOSTICS_INIT;
		struct arena *arena = arena_new();

		assert_null(partitions_load(arena, &source, &diagnostics));
		assert_int_equal(diagnostics.errors, 1);
		assert_string_equal(diagnostics.rows[0].message, rows[i].message);
		diagnostics_release(&diagnostics);
		arena_free(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(endpoints_are_those_of_the_published_cases),
		cmocka_unit_test(every_published_region_is_in_its_partition),
		cmocka_unit_test(a_region_newer_than_the_tables_is_found_by_its_name),
		cmocka_unit_test(sts_has_a_regional_and_a_legacy_global_endpoint),
		cmocka_unit_test(an_override_is_taken_apart_as_libcurl_will_send_it),
		cmocka_unit_test(what_is_no_region_and_no_url_leads_nowhere),
		cmocka_unit_test(tables_that_are_faulty_are_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
