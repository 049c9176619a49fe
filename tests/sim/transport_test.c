/* The AWS client over the simulated AWS: every operation that the world knows, signed, encoded, answered and read back,
 * and each fault as the client understands it. */
#include "config.h"

#include "fixture.h"

#include <stdlib.h>
#include <string.h>

#include "aws/client.h"
#include "aws/imds.h"
#include "model/shape.h"
#include "sim/http.h"
#include "sim/request.h"
#include "sim/transport.h"

struct wire_test {
	struct world_test *world;
	struct sim_transport *transport;
	struct random_source random;
	struct credentials_provider provider;
	struct aws_client *client;
	struct call_result result;
	bool done;
};

static double half(struct random_source *source)
{
	(void)source;
	return 0.5;
}

static int give(struct credentials_provider *provider, int64_t now_ms, bool force,
		const struct credentials **credentials, struct error *err)
{
	static char id[] = SIM_ROLE_ACCESS_KEY, secret[] = SIM_ROLE_SECRET_KEY, token[] = SIM_ROLE_TOKEN;
	static const struct credentials role = { id, secret, token, 0 };

	(void)provider;
	(void)now_ms;
	(void)force;
	(void)err;
	*credentials = &role;
	return 0;
}

/* Any host does: the simulation goes by what the request was signed for. */
static int endpoint(void *argument, const char *service, char **url, struct error *err)
{
	(void)argument;
	(void)service;
	(void)err;
	*url = memory_copy_text("https://simulated.example.com");
	return 0;
}

static void keep(void *argument, const struct call_result *result)
{
	struct wire_test *test = argument;

	test->result = *result;
	json_incref(test->result.output);
	test->done = true;
}

static void take_world(struct wire_test *test, const char *scenario)
{
	aws_client_free(test->client);
	sim_transport_free(test->transport);
	world_take(test->world, scenario);
	test->transport = sim_transport_new(test->world->sim, test->world->services);
	test->client = aws_client_new(&(struct aws_client_options){
		.transport = sim_transport_interface(test->transport), .clock = sim_clock(test->world->sim),
		.random = &test->random, .credentials = &test->provider, .region = "eu-west-1",
		.endpoint_url = endpoint, .user_agent = "test",
	});
}

static int set_up(void **state)
{
	struct wire_test *test = memory_new(1, sizeof(*test));
	void *world;

	world_set_up(&world);
	test->world = world;
	test->random.fraction = half;
	test->provider.get = give;
	take_world(test, "group-of-three");
	*state = test;
	return 0;
}

static int tear_down(void **state)
{
	struct wire_test *test = *state;
	void *world = test->world;

	aws_client_free(test->client);
	sim_transport_free(test->transport);
	world_tear_down(&world);
	json_decref(test->result.output);
	free(test);
	return 0;
}

static void send(struct wire_test *test, const struct operation *operation, const json_t *input)
{
	struct executor *executor = aws_client_executor(test->client);
	const struct call call = { .operation = operation, .input = input };
	struct error err = ERROR_INIT;

	json_decref(test->result.output);
	test->done = false;
	executor->start(executor, &call, keep, test);
	while (!test->done)
		assert_int_equal(executor->poll(executor, sim_clock(test->world->sim)->monotonic_ms(
							sim_clock(test->world->sim)) + 60000, &err), 0);
}

static const struct operation *operation_of(struct wire_test *test, const char *name)
{
	struct error err = ERROR_INIT;
	const struct operation *operation = services_operation(test->world->services, name, &err);

	assert_non_null(operation);
	return operation;
}

/* The world's own answer to the same question, without a wire in between. */
static void assert_same_as_without_wire(struct wire_test *test, const struct sim_operation *row,
					const struct operation *operation, const json_t *input)
{
	struct planned_fault none = { 0 };
	struct sim *copy = sim_clone(test->world->sim, 1);
	struct sim_answer answer;

	copy->world.random = test->world->sim->world.random;
	request_arrive(copy, row, operation, input, 1, &none, &answer);
	send(test, operation, input);
	assert_int_equal(test->result.http_status, answer.status);
	assert_string_equal(test->result.code, answer.code);
	assert_string_equal(test->result.message, answer.message);
	if (answer.status == 200)
		assert_int_equal(json_object_size(test->result.output), json_object_size(answer.output));
	sim_answer_release(&answer);
	sim_free(copy);
}

/* Credentials of other roles: nothing that the world has an answer to. What is local goes over no wire. */
static bool is_left_out(const struct operation *operation)
{
	return operation_is_local(operation) || strncmp(operation->name, "AssumeRole", strlen("AssumeRole")) == 0;
}

static void assert_goes_over_the_wire(struct wire_test *test, const struct operation *operation)
{
	const struct sim_operation *row = sim_operation_find(operation->service->name, operation->name);
	json_t *example = node_to_json(node_get(operation->example, "input"));
	struct error err = ERROR_INIT;
	json_t *input = shape_coerce(operation->input, example, &err);

	assert_non_null(row);
	assert_non_null(input);
	assert_int_equal(row->reads, operation->reads);
	assert_same_as_without_wire(test, row, operation, input);
	json_decref(input);
	json_decref(example);
}

/* The catalogue's own examples are what is asked: what they name that this world lacks is refused in the same words. */
static void every_operation_goes_over_the_wire_and_back(void **state)
{
	struct wire_test *test = *state;
	const char *name;

	for (size_t i = 0; (name = services_name_at(test->world->services, i)) != NULL; i++) {
		const struct service *service = services_service(test->world->services, name, NULL);

		for (size_t j = 0; j < service->n_operations; j++)
			if (!is_left_out(&service->operations[j]))
				assert_goes_over_the_wire(test, &service->operations[j]);
	}
}

#define LISTED "{\"AutoScalingGroupName\": \"web-prod\", \"InstanceIds\": [\"" SELF "\"]"

static void an_instance_leaves_and_comes_back_over_the_wire(void **state)
{
	static const struct { const char *operation, *input; } steps[] = {
		{ "autoscaling:UpdateAutoScalingGroup", "{\"AutoScalingGroupName\": \"web-prod\", \"MinSize\": 2}" },
		{ "autoscaling:EnterStandby", LISTED ", \"ShouldDecrementDesiredCapacity\": true}" },
		{ "autoscaling:ExitStandby", LISTED "}" },
	};
	struct wire_test *test = *state;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		json_t *input = json_loads(steps[i].input, 0, NULL);

		send(test, operation_of(test, steps[i].operation), input);
		assert_string_equal(test->result.code, "");
		sim_advance(test->world->sim, 600000);
		json_decref(input);
	}
	assert_world(test->world, "groups.\"web-prod\".instances.\"" SELF "\".state", "'InService'");
}

/* ---- faults: what the client makes of each, for a request that changes something */

static const struct fault_case {
	enum sim_fault_kind kind;
	enum failure failure;
	bool in_doubt, effect;
	int attempts;
	const char *code;
} fault_cases[] = {
	{ SIM_FAULT_NONE, FAILURE_NONE, false, true, 1, "" },
	{ SIM_FAULT_THROTTLED, FAILURE_NONE, false, true, 2, "" },
	{ SIM_FAULT_CONTENTION, FAILURE_NONE, false, true, 2, "" },
	{ SIM_FAULT_ACTIVITY, FAILURE_CONFLICT, false, false, 1, "ScalingActivityInProgress" },
	{ SIM_FAULT_ACCESS_DENIED, FAILURE_ACCESS_DENIED, false, false, 1, "AccessDenied" },
	{ SIM_FAULT_UNAVAILABLE_BEFORE, FAILURE_UNAVAILABLE, true, false, 1, "ServiceUnavailable" },
	{ SIM_FAULT_UNAVAILABLE_AFTER, FAILURE_UNAVAILABLE, true, true, 1, "InternalFailure" },
	{ SIM_FAULT_LOST_BEFORE, FAILURE_UNREACHABLE, true, false, 1, "NoAnswer" },
	{ SIM_FAULT_LOST_AFTER, FAILURE_UNREACHABLE, true, true, 1, "NoAnswer" },
	{ SIM_FAULT_TRUNCATED, FAILURE_UNREACHABLE, true, true, 1, "NoAnswer" },
	{ SIM_FAULT_GARBAGE, FAILURE_UNAVAILABLE, true, true, 1, "UnreadableAnswer" },
};

static void the_client_knows_what_each_fault_leaves_open(void **state)
{
	struct wire_test *test = *state;
	json_t *input = json_pack("{s:s, s:[s]}", "AutoScalingGroupName", "web-prod", "ScalingProcesses",
				  "HealthCheck");

	for (size_t i = 0; i < sizeof(fault_cases) / sizeof(fault_cases[0]); i++) {
		const struct fault_case *row = &fault_cases[i];

		take_world(test, "group-of-three");
		sim_fault(test->world->sim, 1, row->kind, 0);
		send(test, operation_of(test, "autoscaling:SuspendProcesses"), input);
		assert_string_equal(test->result.code, row->code);
		assert_int_equal(test->result.failure, row->failure);
		assert_int_equal(test->result.in_doubt, row->in_doubt);
		assert_int_equal(test->result.attempts, row->attempts);
		assert_world(test->world, "contains(groups.\"web-prod\".suspended, 'HealthCheck')",
			     row->effect ? "true" : "false");
	}
	json_decref(input);
}

static void a_clock_that_is_wrong_is_put_right_by_the_date_of_the_answer(void **state)
{
	struct wire_test *test = *state;
	json_t *input = json_object();

	sim_skew(test->world->sim, 3600 * 1000);
	send(test, operation_of(test, "sts:GetCallerIdentity"), input);
	assert_int_equal(test->result.failure, FAILURE_NONE);
	assert_int_equal(test->result.attempts, 2);
	json_decref(input);
}

static void instance_metadata_answers_to_who_brings_a_token(void **state)
{
	static const struct { const char *name, *value; } facts[] = {
		{ "instance_id", SELF }, { "region", "eu-west-1" }, { "availability_zone", "eu-west-1a" },
		{ "account_id", "111122223333" }, { "instance_type", "m5.large" }, { "lifecycle_state", "InService" },
	};
	struct wire_test *test = *state;
	struct imds *imds = imds_new(sim_transport_interface(test->transport), sim_clock(test->world->sim), NULL);

	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		struct error err = ERROR_INIT;
		json_t *fact = imds_metadata(imds, facts[i].name, &err);

		assert_non_null(fact);
		assert_string_equal(json_string_value(fact), facts[i].value);
		json_decref(fact);
	}
	imds_free(imds);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(every_operation_goes_over_the_wire_and_back),
		TEST(an_instance_leaves_and_comes_back_over_the_wire),
		TEST(the_client_knows_what_each_fault_leaves_open),
		TEST(a_clock_that_is_wrong_is_put_right_by_the_date_of_the_answer),
		TEST(instance_metadata_answers_to_who_brings_a_token),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
