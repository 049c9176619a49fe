#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "model/services.h"
#include "text/yaml.h"
#include "wire/query.h"

struct fixture {
	struct arena *arena;
	struct services *services;
	struct diagnostics diagnostics;
};

static int set_up(void **state)
{
	struct fixture *fixture = memory_new(1, sizeof(*fixture));

	fixture->arena = arena_new();
	fixture->services = services_new(fixture->arena);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	diagnostics_release(&fixture->diagnostics);
	arena_free(fixture->arena);
	free(fixture);
	return 0;
}

static const struct operation *operation(struct fixture *fixture, const char *name)
{
	struct error err = ERROR_INIT;
	const struct operation *found = services_operation(fixture->services, name, &err);

	if (!found)
		fail_msg("%s", err.message);
	return found;
}

static int add(struct fixture *fixture, const char *text)
{
	struct source *source = ARENA_NEW(fixture->arena, struct source);

	source->name = "own.yaml";
	source->text = arena_copy_text(fixture->arena, text);
	source->length = strlen(text);
	return services_add_file(fixture->services, source, &fixture->diagnostics);
}

static size_t for_each_operation(struct fixture *fixture, void (*visit)(const struct operation *operation))
{
	const char *name;
	size_t count = 0;

	for (size_t i = 0; (name = services_name_at(fixture->services, i)); i++) {
		struct error err = ERROR_INIT;
		const struct service *service = services_service(fixture->services, name, &err);

		if (!service)
			fail_msg("%u:%u: %s", err.position.line, err.position.column, err.message);
		for (size_t j = 0; j < service->n_operations; j++, count++)
			visit(&service->operations[j]);
	}
	return count;
}

/* ---- what is compiled in */

static void check_complete(const struct operation *operation)
{
	if (!operation->comment[0] || !operation->example || !operation->iam_action || !operation->errors.next)
		fail_msg("%s:%s is incomplete", operation->service->name, operation->name);
	assert_int_equal(operation->input->kind, SHAPE_STRUCTURE);
	assert_int_equal(operation->output->kind, SHAPE_STRUCTURE);
	if (strncmp(operation->name, "Describe", 8) == 0)
		assert_true(operation->reads);
}

static void every_operation_of_every_service_is_complete(void **state)
{
	assert_int_equal(for_each_operation(*state, check_complete), 45);
}

/* That the operation sends what the one whose example it is sends. */
static void check_sends(const struct operation *operation, const struct node *example_node)
{
	struct buffer body = BUFFER_INIT;
	struct error err = ERROR_INIT;
	json_t *example = node_to_json(example_node);

	if (query_encode_request(operation, json_object_get(example, "input"), &body, &err) < 0)
		fail_msg("%s: %s", operation->name, err.message);
	assert_string_equal(buffer_text(&body), json_string_value(json_object_get(example, "body")));
	json_decref(example);
	buffer_release(&body);
}

static void check_example(const struct operation *operation)
{
	if (!operation_is_local(operation))
		check_sends(operation, operation->example);
}

static void the_example_of_every_operation_is_what_is_sent(void **state)
{
	for_each_operation(*state, check_example);
}

static void an_operation_carries_what_its_file_says(void **state)
{
	const struct operation *suspend = operation(*state, "autoscaling:SuspendProcesses");
	const struct operation *describe = operation(*state, "elb:DescribeLoadBalancers");

	assert_string_equal(suspend->service->environment_name, "AUTO_SCALING");
	assert_string_equal(suspend->service->signing_name, "autoscaling");
	assert_int_equal(suspend->in_doubt, IN_DOUBT_AGAIN);
	assert_string_equal(suspend->iam_action, "autoscaling:SuspendProcesses");
	assert_string_equal(suspend->iam_resource,
			    "arn:${Partition}:autoscaling:${Region}:${Account}:autoScalingGroup:*:"
			    "autoScalingGroupName/${AutoScalingGroupName}");
	assert_true(suspend->input->members[0].required);
	assert_null(suspend->result_wrapper);
	assert_string_equal(describe->iam_action, "elasticloadbalancing:DescribeLoadBalancers");
	assert_string_equal(describe->iam_resource, "*");
	assert_null(suspend->iam_any);
	assert_string_equal(describe->result_wrapper, "DescribeLoadBalancersResult");
	assert_string_equal(describe->pages.output_token, "NextMarker");
	assert_int_equal(describe->pages.most, 400);
	assert_true(operation(*state, "sts:AssumeRoleWithWebIdentity")->anonymous);
}

static void ec2_writes_names_with_a_capital_and_answers_without(void **state)
{
	const struct operation *describe = operation(*state, "ec2:DescribeInstances");
	const struct shape *instance = describe->output->members[0].shape->element->members[3].shape->element;

	assert_string_equal(describe->input->members[0].wire_name, "InstanceId");
	assert_string_equal(describe->input->members[2].wire_name, "NextToken");
	assert_string_equal(describe->output->members[0].wire_name, "reservationSet");
	assert_string_equal(describe->output->members[0].shape->element_name, "item");
	assert_string_equal(instance->members[0].wire_name, "instanceId");
}

/* ---- names that are not there */

static void an_unknown_operation_is_refused_with_the_nearest(void **state)
{
	static const struct {
		const char *name, *message;
	} rows[] = {
		{ "autoscaling:SuspendProces",
		  "unknown operation 'autoscaling:SuspendProces', did you mean 'autoscaling:SuspendProcesses'?" },
		{ "autoscalin:EnterStanby",
		  "unknown operation 'autoscalin:EnterStanby', did you mean 'autoscaling:EnterStandby'?" },
		{ "autoscaling:Fly", "unknown operation 'autoscaling:Fly'" },
		{ "route53:ListHostedZones", "unknown operation 'route53:ListHostedZones'" },
		{ "EnterStandby", "'EnterStandby' names no service, write it as 'SERVICE:OPERATION'" },
		{ "common:X", "unknown operation 'common:X'" },
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct error err = ERROR_INIT;

		assert_null(services_operation(fixture->services, rows[i].name, &err));
		assert_string_equal(err.message, rows[i].message);
	}
}

/* ---- what errors mean */

static void the_texts_that_aws_sends_are_told_apart(void **state)
{
	static const struct {
		const char *operation, *code, *message;
		int status;
		enum failure failure;
		bool retry;
	} rows[] = {
		{ "autoscaling:EnterStandby", "ValidationError", "The instance i-0a1 is not in InService.", 400,
		  FAILURE_CONFLICT, false },
		{ "autoscaling:EnterStandby", "ValidationError",
		  "AutoScalingGroup [X] has min-size=3, max-size=70, and desired-size=3. To place into standby 1 "
		  "instances, please update the AutoScalingGroup sizes appropriately.",
		  400, FAILURE_CONFLICT, false },
		{ "autoscaling:EnterStandby", "ValidationError", "Rate exceeded", 400, FAILURE_THROTTLED, true },
		{ "autoscaling:EnterStandby", "ValidationError", "Request limit exceeded for account", 400,
		  FAILURE_THROTTLED, true },
		{ "autoscaling:EnterStandby", "ValidationError", "1 validation error detected: Value null", 400,
		  FAILURE_INVALID, false },
		{ "autoscaling:SuspendProcesses", "ValidationError",
		  "AutoScalingGroup name not found - AutoScalingGroup 'X' not found", 400, FAILURE_NOT_FOUND, false },
		{ "autoscaling:SuspendProcesses", "ValidationError", "AutoScalingGroup 'X' is pending delete", 400,
		  FAILURE_NOT_FOUND, false },
		{ "autoscaling:SuspendProcesses", "ResourceContention", "busy", 500, FAILURE_UNAVAILABLE, true },
		{ "autoscaling:SuspendProcesses", "ResourceInUse", "in use", 400, FAILURE_CONFLICT, false },
		{ "autoscaling:UpdateAutoScalingGroup", "ScalingActivityInProgress", "in progress", 400,
		  FAILURE_CONFLICT, false },
		{ "elb:DescribeInstanceHealth", "InvalidInstance", "Could not find EC2 instance i-0a1.", 400,
		  FAILURE_INVALID, false },
		{ "elb:DeregisterInstancesFromLoadBalancer", "InvalidInstance", "Could not find EC2 instance.", 400,
		  FAILURE_NOT_FOUND, false },
		{ "elbv2:DescribeTargetHealth", "TargetGroupNotFound", "One or more target groups not found", 400,
		  FAILURE_NOT_FOUND, false },
		{ "elbv2:DescribeTargetHealth", "HealthUnavailable", "", 500, FAILURE_UNAVAILABLE, false },
		{ "elbv2:RegisterTargets", "InvalidTarget",
		  "The following targets are not in a running state and cannot be registered: 'i-0a1'", 400,
		  FAILURE_CONFLICT, false },
		{ "elbv2:RegisterTargets", "InvalidTarget", "The following instances do not exist: 'i-0a1'", 400,
		  FAILURE_NOT_FOUND, false },
		{ "elbv2:RegisterTargets", "InvalidTarget", "target group is for lambda", 400, FAILURE_INVALID, false },
		{ "sts:GetCallerIdentity", "ExpiredToken", "The security token included in the request is expired", 403,
		  FAILURE_EXPIRED_CREDENTIALS, false },
		{ "sts:GetCallerIdentity", "InvalidClientTokenId", "", 403, FAILURE_ACCESS_DENIED, false },
		{ "ec2:DescribeInstances", "RequestLimitExceeded", "Request limit exceeded.", 503,
		  FAILURE_THROTTLED, true },
		{ "ec2:DescribeInstances", "UnauthorizedOperation", "", 403, FAILURE_ACCESS_DENIED, false },
		{ "ec2:DescribeInstances", "InvalidInstanceID.NotFound", "", 400, FAILURE_NOT_FOUND, false },
		/* Codes that no row knows: the status decides. */
		{ "ec2:DescribeInstances", "NeverHeardOf", "", 400, FAILURE_INVALID, false },
		{ "ec2:DescribeInstances", "NeverHeardOf", "", 403, FAILURE_ACCESS_DENIED, false },
		{ "ec2:DescribeInstances", "NeverHeardOf", "", 429, FAILURE_THROTTLED, true },
		{ "ec2:DescribeInstances", "NeverHeardOf", "", 502, FAILURE_UNAVAILABLE, false },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		bool retry = !rows[i].retry;
		const enum failure failure = operation_failure(operation(*state, rows[i].operation), rows[i].code,
							       rows[i].message, rows[i].status, &retry);

		if (failure != rows[i].failure || retry != rows[i].retry)
			fail_msg("%s '%s': %s, retry %d", rows[i].code, rows[i].message, failures[failure].name, retry);
	}
}

/* ---- a user's own files */

static void a_file_of_ones_own_adds_to_a_service_and_replaces(void **state)
{
	const struct operation *refresh, *suspend, *resume;

	assert_int_equal(add(*state, "service: autoscaling\n"
				     "errors: [{code: InstanceRefreshInProgress, name: conflict}]\n"
				     "operations:\n"
				     "  StartInstanceRefresh:\n"
				     "    in_doubt: stop\n"
				     "    input: {AutoScalingGroupName: string!}\n"
				     "    output: {InstanceRefreshId: string}\n"
				     "    wrapper: StartInstanceRefreshResult\n"
				     "  SuspendProcesses:\n"
				     "    in_doubt: skip\n"
				     "    input: {Groups: [Group]}\n"
				     "types: {Group: {Name: string}}\n"),
			 0);
	refresh = operation(*state, "autoscaling:StartInstanceRefresh");
	suspend = operation(*state, "autoscaling:SuspendProcesses");
	resume = operation(*state, "autoscaling:ResumeProcesses");
	assert_string_equal(refresh->service->api_version, "2011-01-01");
	assert_ptr_equal(refresh->service, resume->service);
	assert_int_equal(suspend->in_doubt, IN_DOUBT_SKIP);
	assert_int_equal(resume->in_doubt, IN_DOUBT_AGAIN);
	assert_int_equal(refresh->errors.next->count, 1);
	assert_ptr_equal(refresh->errors.next->next, resume->errors.next);
}

static void a_service_of_ones_own_needs_no_c(void **state)
{
	const struct operation *publish;

	assert_int_equal(add(*state, "service: sns\n"
				     "api_version: 2010-03-31\n"
				     "protocol: query\n"
				     "endpoint_prefix: sns\n"
				     "types:\n"
				     "  Attribute: {DataType: string!, StringValue: string}\n"
				     "operations:\n"
				     "  Publish:\n"
				     "    in_doubt: again\n"
				     "    input:\n"
				     "      TopicArn: string\n"
				     "      Message: string!\n"
				     "      MessageAttributes:\n"
				     "        {map: Attribute, key: Name, element: Value, wire: Attributes}\n"
				     "    iam: {resource: '${TopicArn}'}\n"),
			 0);
	publish = operation(*state, "sns:Publish");
	assert_int_equal(publish->input->members[2].shape->kind, SHAPE_MAP);
	assert_string_equal(publish->input->members[2].wire_name, "Attributes");
	assert_string_equal(publish->input->members[2].shape->key_name, "Name");
	assert_string_equal(publish->iam_resource, "${TopicArn}");
	assert_string_equal(publish->iam_action, "sns:Publish");
}

#define OWN "service: own\napi_version: 1\nprotocol: query\nendpoint_prefix: own\n"

static void a_faulty_file_is_refused_with_every_fault(void **state)
{
	static const struct {
		const char *text, *messages;
	} rows[] = {
		{ "service: own\noperations: {}\n", "1:1: 'api_version' is missing: service 'own' is not known yet\n" },
		{ "service: elb\napi_version: 1\noperations: {}\n",
		  "2:14: service 'elb' is known already: leave 'api_version' out\n" },
		{ OWN "operations:\n  Go: {}\n",
		  "6:3: operation 'Go' says neither 'reads: true' nor what to do 'in_doubt'\n" },
		{ OWN "operations:\n  Look: {reads: true, in_doubt: again}\n",
		  "6:33: an operation that only reads is never in doubt\n" },
		{ OWN "operations:\n  Look: {reads: true, input: {A: strin, B: [Thing], C: [string, string]}}\n",
		  "6:34: unknown type 'strin' (did you mean 'string'?)\n"
		  "6:45: unknown type 'Thing'\n"
		  "6:56: a list as a type has one item, the type of its elements, as in [string]\n" },
		{ OWN "operations:\n  Look: {reads: true, input: {A: {list: string, map: string}}}\n",
		  "6:34: a member has exactly one of 'type', 'list' and 'map'\n" },
		{ OWN "operations:\n  Look: {reads: true, input: [string]}\n", "6:30: 'input' is a map, not a list\n" },
		{ OWN "types: {Thing: string, string: {A: string}}\noperations: {}\n",
		  "5:16: members are a map, not text\n"
		  "5:24: 'string' is a type already\n" },
		{ OWN "errors: [{code: X, name: conflic}, {code: Y, name: refused}]\noperations: {}\n",
		  "5:26: 'conflic' is no failure that AWS answers with (did you mean 'conflict'?)\n"
		  "5:52: 'refused' is no failure that AWS answers with\n" },
		{ OWN "operations:\n  Look:\n    reads: true\n    input: {Token: string}\n"
		      "    output: {Items: string, Next: string}\n"
		      "    pages: {input: Tokn, output: Next, items: Items}\n",
		  "10:20: 'Tokn' is no member of the input (did you mean 'Token'?)\n"
		  "10:47: 'Items' is no list\n" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct fixture *fixture = *state;
		struct buffer text = BUFFER_INIT;
		struct error err = ERROR_INIT;

		assert_int_equal(add(fixture, rows[i].text), -1);
		for (size_t j = 0; j < fixture->diagnostics.count; j++) {
			const struct diagnostic *row = &fixture->diagnostics.rows[j];

			buffer_add_format(&text, "%u:%u: %s%s%s%s\n", row->position.line, row->position.column,
					  row->message, row->hint ? " (" : "", row->hint ? row->hint : "",
					  row->hint ? ")" : "");
		}
		assert_string_equal(buffer_text(&text), rows[i].messages);
		assert_null(services_service(fixture->services, "own", &err));
		buffer_release(&text);
		diagnostics_release(&fixture->diagnostics);
	}
}

static void a_file_that_would_fill_the_memory_is_refused(void **state)
{
	static const struct {
		const char *opening, *item, *message;
		size_t count;
	} rows[] = {
		{ OWN "operations:\n", "  O%zu: {reads: true}\n",
		  "a file has at most 2000 operations, and this one has 2001", 2001 },
		{ OWN "operations: {}\ntypes:\n", "  T%zu: {}\n",
		  "a file has at most 4000 types, and this one has 4001", 4001 },
		{ OWN "operations: {}\nerrors:\n", "  - {code: [A, B%zu], name: invalid}\n",
		  "a file has at most 500 error codes, and this one has 502", 251 },
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct buffer text = BUFFER_INIT;

		buffer_add_text(&text, rows[i].opening);
		for (size_t j = 0; j < rows[i].count; j++) {
			const char *number = strchr(rows[i].item, '%');

			buffer_add(&text, rows[i].item, (size_t)(number - rows[i].item));
			buffer_add_format(&text, "%zu%s", j, number + strlen("%zu"));
		}
		assert_int_equal(add(fixture, buffer_text(&text)), -1);
		assert_string_equal(fixture->diagnostics.rows[0].message, rows[i].message);
		diagnostics_release(&fixture->diagnostics);
		buffer_release(&text);
	}
}

/* ---- definitions */

enum { MOST_OPERATIONS = 64 };

static json_t *definition(struct services *services, const char *const *names)
{
	const struct operation *used[MOST_OPERATIONS];
	struct buffer text = BUFFER_INIT;
	size_t count = 0;
	json_t *json;

	for (; names[count]; count++) {
		used[count] = services_operation(services, names[count], NULL);
		assert_non_null(used[count]);
	}
	services_definition(services, used, count, &text);
	json = json_loads(text.bytes, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(json);
	buffer_release(&text);
	return json;
}

static char *keys_of(const json_t *object)
{
	struct buffer text = BUFFER_INIT;

	for (void *at = json_object_iter((json_t *)(uintptr_t)object); at;
	     at = json_object_iter_next((json_t *)(uintptr_t)object, at))
		buffer_add_format(&text, "%s%s", text.length ? " " : "", json_object_iter_key(at));
	return buffer_take(&text);
}

static void a_definition_holds_what_is_used_and_no_more(void **state)
{
	static const char *const names[] = { "elbv2:DescribeTargetHealth", "elbv2:DeregisterTargets", NULL };
	struct fixture *fixture = *state;
	json_t *json = definition(fixture->services, names);
	json_t *file = json_array_get(json_object_get(json, "services"), 0);
	char *types = keys_of(json_object_get(file, "types"));
	char *operations = keys_of(json_object_get(file, "operations"));

	assert_int_equal(json_array_size(json_object_get(json, "services")), 1);
	assert_string_equal(types, "TargetDescription TargetHealthDescription TargetHealth AnomalyDetection "
				   "AdministrativeOverride");
	assert_string_equal(operations, "DescribeTargetHealth DeregisterTargets");
	assert_true(json_array_size(json_object_get(file, "errors")) > 0);
	assert_true(json_array_size(json_object_get(json_object_get(json, "common"), "errors")) > 0);
	free(types);
	free(operations);
	json_decref(json);
}

static void assert_same_errors(const struct operation *one, const struct operation *other)
{
	const struct operation_errors *expected = &other->errors;

	for (const struct operation_errors *errors = &one->errors; errors; errors = errors->next) {
		assert_non_null(expected);
		assert_int_equal(errors->count, expected->count);
		for (size_t i = 0; i < errors->count; i++)
			assert_string_equal(errors->rows[i].code, expected->rows[i].code);
		expected = expected->next;
	}
	assert_null(expected);
}

static void services_made_from_a_definition_define_the_same(void **state)
{
	static const char *const names[] = { "autoscaling:EnterStandby", "autoscaling:DescribeAutoScalingGroups",
					     "ec2:DescribeInstances", "autoscaling:StartInstanceRefresh", NULL };
	static const struct source journal = { .name = "journal", .text = "", .length = 0 };
	struct fixture *fixture = *state;
	struct services *again;
	json_t *first, *second;

	assert_int_equal(add(fixture, "service: autoscaling\n"
				      "operations: {StartInstanceRefresh: {in_doubt: stop}}\n"),
			 0);
	first = definition(fixture->services, names);
	again = services_from_json(fixture->arena, &journal, first, &fixture->diagnostics);
	assert_non_null(again);
	second = definition(again, names);
	assert_true(json_equal(first, second));
	assert_null(services_operation(again, "autoscaling:ExitStandby", NULL));
	assert_same_errors(services_operation(again, "autoscaling:EnterStandby", NULL),
			   operation(fixture, "autoscaling:EnterStandby"));
	for (size_t i = 0; i < 3; i++) {
		assert_null(services_operation(again, names[i], NULL)->example);
		check_sends(services_operation(again, names[i], NULL), operation(fixture, names[i])->example);
	}
	fixture->services = again;
	json_decref(first);
	json_decref(second);
}

static void a_definition_that_is_none_is_refused(void **state)
{
	/* jansson reads the first one as none at all: so is what a definition lacks. */
	static const char *const rows[] = { "null", "{}", "[]", "{\"common\": {\"errors\": []}, \"services\": {}}",
					    "{\"common\": {}, \"services\": []}",
					    "{\"common\": {\"errors\": []}, \"services\": [{\"service\": \"elb\"}]}" };
	static const struct source journal = { .name = "journal", .text = "", .length = 0 };
	struct fixture *fixture = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		json_t *json = json_loads(rows[i], 0, NULL);

		assert_null(services_from_json(fixture->arena, &journal, json, &fixture->diagnostics));
		assert_true(fixture->diagnostics.errors > 0);
		diagnostics_release(&fixture->diagnostics);
		json_decref(json);
	}
}

/* ---- the README's examples */

static char *read_readme(void)
{
	char *path = memory_format("%s/schemas/README.md", getenv("TIDEGATE_SOURCE_DIR"));
	struct buffer text = BUFFER_INIT;

	assert_int_equal(file_read(path, 1 << 20, &text, NULL), 0);
	free(path);
	return buffer_take(&text);
}

/* The n-th block of YAML that describes a service, cut out of `readme`. */
static char *service_block(char *readme, size_t n)
{
	static const char opening[] = "```yaml\nservice: ";
	char *block = strstr(readme, opening);

	while (block && n--)
		block = strstr(block + 1, opening);
	assert_non_null(block);
	block += strlen("```yaml\n");
	*strstr(block, "```") = '\0';
	return block;
}

static void the_example_of_a_file_of_ones_own_can_be_taken_as_it_is(void **state)
{
	char *readme;

	if (!getenv("TIDEGATE_SOURCE_DIR"))
		skip();
	readme = read_readme();
	assert_int_equal(add(*state, service_block(readme, 1)), 0);
	assert_string_equal(operation(*state, "autoscaling:CancelInstanceRefresh")->result_wrapper,
			    "CancelInstanceRefreshResult");
	free(readme);
}

static void the_example_of_a_whole_file_can_be_taken_as_it_is(void **state)
{
	struct fixture *fixture = *state;
	struct source source = { .name = "README.md" };
	char *readme;
	json_t *json;

	if (!getenv("TIDEGATE_SOURCE_DIR"))
		skip();
	readme = read_readme();
	source.text = service_block(readme, 0);
	source.length = strlen(source.text);
	json = json_pack("{s:{s:[]}, s:[o]}", "common", "errors", "services",
			 node_to_json(yaml_parse(fixture->arena, &source, &fixture->diagnostics)));
	fixture->services = services_from_json(fixture->arena, &source, json, &fixture->diagnostics);
	assert_non_null(fixture->services);
	check_example(operation(fixture, "autoscaling:SuspendProcesses"));
	json_decref(json);
	free(readme);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_operation_of_every_service_is_complete),
		TEST(the_example_of_every_operation_is_what_is_sent),
		TEST(an_operation_carries_what_its_file_says),
		TEST(ec2_writes_names_with_a_capital_and_answers_without),
		TEST(an_unknown_operation_is_refused_with_the_nearest),
		TEST(the_texts_that_aws_sends_are_told_apart),
		TEST(a_file_of_ones_own_adds_to_a_service_and_replaces),
		TEST(a_service_of_ones_own_needs_no_c),
		TEST(a_faulty_file_is_refused_with_every_fault),
		TEST(a_file_that_would_fill_the_memory_is_refused),
		TEST(a_definition_holds_what_is_used_and_no_more),
		TEST(services_made_from_a_definition_define_the_same),
		TEST(a_definition_that_is_none_is_refused),
		TEST(the_example_of_a_file_of_ones_own_can_be_taken_as_it_is),
		TEST(the_example_of_a_whole_file_can_be_taken_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
