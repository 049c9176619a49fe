/* A machine's policy is enough, and no less would do: the simulated AWS denies what the policy does not allow, and a
 * whole deployment passes; with any one action taken out of it, none does. */
#include "config.h"

#include "rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "model/policy.h"
#include "text/json.h"

#define READS                                                                                                         \
	"  {\n"                                                                                                       \
	"   \"Sid\": \"Read\",\n"                                                                                     \
	"   \"Effect\": \"Allow\",\n"                                                                                 \
	"   \"Action\": [\n"                                                                                          \
	"    \"autoscaling:DescribeAutoScalingGroups\",\n"                                                            \
	"    \"autoscaling:DescribeAutoScalingInstances\",\n"                                                         \
	"    \"elasticloadbalancing:DescribeInstanceHealth\",\n"                                                      \
	"    \"elasticloadbalancing:DescribeLoadBalancerAttributes\",\n"                                              \
	"    \"elasticloadbalancing:DescribeTargetGroupAttributes\",\n"                                               \
	"    \"elasticloadbalancing:DescribeTargetHealth\"\n"                                                         \
	"   ],\n"                                                                                                     \
	"   \"Resource\": \"*\"\n"                                                                                    \
	"  }"
#define CHANGES(resource)                                                                                             \
	"  {\n"                                                                                                       \
	"   \"Sid\": \"ChangeAutoscaling\",\n"                                                                        \
	"   \"Effect\": \"Allow\",\n"                                                                                 \
	"   \"Action\": [\n"                                                                                          \
	"    \"autoscaling:EnterStandby\",\n"                                                                         \
	"    \"autoscaling:ExitStandby\",\n"                                                                          \
	"    \"autoscaling:ResumeProcesses\",\n"                                                                      \
	"    \"autoscaling:SuspendProcesses\",\n"                                                                     \
	"    \"autoscaling:UpdateAutoScalingGroup\"\n"                                                                \
	"   ],\n"                                                                                                     \
	"   \"Resource\": \"" resource "\"\n"                                                                         \
	"  }"
#define POLICY(statements) "{\n \"Version\": \"2012-10-17\",\n \"Statement\": [\n" statements "\n ]\n}"

static const struct {
	const char *group; /* NULL: not given */
	struct policy_place place;
	const char *document, *note;
} rows[] = {
	{ NULL,
	  { "aws", NULL },
	  POLICY(READS ",\n" CHANGES("arn:aws:autoscaling:*:*:autoScalingGroup:*:autoScalingGroupName/*")),
	  "ChangeAutoscaling holds for any AutoScalingGroupName: no input tells which" },
	{ "web-prod",
	  { "aws", NULL },
	  POLICY(READS ",\n" CHANGES("arn:aws:autoscaling:*:*:autoScalingGroup:*:autoScalingGroupName/web-prod")),
	  NULL },
	{ "web*$",
	  { "aws-cn", "cn-north-1" },
	  POLICY(READS ",\n" CHANGES("arn:aws-cn:autoscaling:cn-north-1:*:autoScalingGroup:*:"
				     "autoScalingGroupName/web${*}${$}")),
	  NULL },
};

static int load(void **state)
{
	*state = memory_new(1, sizeof(struct stock));
	stock_init(*state, "asg-standby", quick_world);
	return 0;
}

static int unload(void **state)
{
	stock_release(*state);
	free(*state);
	return 0;
}

/* As they are where nothing else is known: defaults, and no instance. */
static json_t *inputs_known(const struct machine *machine, json_t *given)
{
	json_t *document = json_made(json_pack("{s:{s:s}}", "metadata", "instance_id", "i-0a1b2c3d4e5f60718"));
	struct error err = ERROR_INIT;
	json_t *known = inputs_resolve(&machine->inputs, "the machine", given, document, &err), *value;
	const char *name;
	void *next;

	if (!known)
		fail_msg("%s", err.message);
	json_object_foreach_safe(known, next, name, value) if (json_is_null(value) || strcmp(name, "instance") == 0)
		json_object_del(known, name);
	json_decref(document);
	json_decref(given);
	return known;
}

static json_t *inputs_of(const struct machine *machine, const char *group)
{
	return inputs_known(machine, group ? json_made(json_pack("{s:s}", "group", group)) : json_made(json_object()));
}

static void the_policy_names_what_the_inputs_name(void **state)
{
	const struct stock *stock = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		json_t *input = inputs_of(stock->machine, rows[i].group);
		struct policy policy;
		char *dumped;

		policy_make(&policy, stock->machine, &rows[i].place, input);
		dumped = json_dumps(policy.document, JSON_INDENT(1));
		assert_string_equal(dumped, rows[i].document);
		assert_int_equal(json_array_size(policy.notes), rows[i].note ? 1 : 0);
		if (rows[i].note)
			assert_string_equal(json_string_value(json_array_get(policy.notes, 0)), rows[i].note);
		free(dumped);
		policy_release(&policy);
		json_decref(input);
	}
}

static const char balancing[] = "tidegate: 1\n"
				"machine: balancing\n"
				"subject: \"${input.instance}\"\n"
				"input:\n"
				"  instance: {type: string}\n"
				"  target_groups: {type: list, of: string, optional: true}\n"
				"  balancer: {type: string, optional: true}\n"
				"start_at: GROUPS\n"
				"catch: [{errors: [any], next: BACK}]\n"
				"states:\n"
				"  GROUPS:\n"
				"    action: elbv2.deregister\n"
				"    for_each: input.target_groups\n"
				"    with: {instance: \"${input.instance}\", target_group: \"${item}\"}\n"
				"    next: CLASSIC\n"
				"  CLASSIC:\n"
				"    action: elb.deregister\n"
				"    with: {instance: \"${input.instance}\", balancer: \"${input.balancer}\"}\n"
				"    next: BACK\n"
				"  BACK: {restore: all, next: END}\n"
				"  END: {end: succeeded}\n";

#define ELB "arn:aws:elasticloadbalancing:"
#define WEB ELB "eu-west-1:111122223333:targetgroup/web/73e2"
#define API ELB "eu-west-1:111122223333:targetgroup/api/9f01"

static const struct {
	const char *input, *resources; /* JSON */
} balancing_rows[] = {
	{ "{}", "[\"" ELB "*:*:loadbalancer/*\", \"" ELB "*:*:targetgroup/*\"]" },
	{ "{\"target_groups\": [\"web\"], \"balancer\": \"web-classic\"}",
	  "[\"" ELB "*:*:loadbalancer/web-classic\", \"" ELB "*:*:targetgroup/*\"]" },
	{ "{\"target_groups\": [\"" WEB "\"]}", "[\"" ELB "*:*:loadbalancer/*\", \"" WEB "\"]" },
	{ "{\"target_groups\": [\"" WEB "\", \"" API "\"]}",
	  "[\"" ELB "*:*:loadbalancer/*\", [\"" WEB "\", \"" API "\"]]" },
};

static void balancers_are_named_by_what_they_are(void **state)
{
	const struct machine *machine = stock_machine(*state, "balancing.yaml", balancing);

	for (size_t i = 0; i < ARRAY_LENGTH(balancing_rows); i++) {
		json_t *input = json_loads(balancing_rows[i].input, 0, NULL), *statement;
		json_t *expected = json_loads(balancing_rows[i].resources, 0, NULL), *resources = json_array();
		struct policy policy;
		size_t k;
		char *dumped;

		policy_make(&policy, machine, &rows[0].place, input);
		json_array_foreach (json_object_get(policy.document, "Statement"), k, statement)
			if (k > 0)
				json_array_append(resources, json_object_get(statement, "Resource"));
		dumped = json_dumps(resources, 0);
		if (!json_equal(resources, expected))
			fail_msg("%s: %s", balancing_rows[i].input, dumped);
		free(dumped);
		policy_release(&policy);
		json_decref(resources);
		json_decref(expected);
		json_decref(input);
	}
}

/* ---- an AWS that asks the policy ---- */

#define BOTH_ANY "\"target_groups\": [\"any\"], \"load_balancers\": [\"any\"]"

/* What each shipped machine is played with: all of it together needs all of its policy. */
static const struct played {
	const char *machine, *given, *scenarios[3];
	bool wider; /* by what is not asked for where an input names it */
} played[] = {
	{ .machine = "asg-standby", .given = "{}", .scenarios = { quick_world } },
	{ .machine = "asg-standby",
	  .given = "{\"group\": \"web-prod\"}",
	  .scenarios = { quick_world },
	  .wider = true },
	{ .machine = "asg-standby", .given = "{" BOTH_ANY "}", .scenarios = { "by-hand", quick_world } },
	{ .machine = "asg-standby", .given = "{\"load_balancers\": [\"web-internal\"]}", .scenarios = { "by-hand" } },
	{ .machine = "asg-balancers", .given = "{}", .scenarios = { "by-hand" } },
	{ .machine = "asg-balancers", .given = "{\"protect\": true, " BOTH_ANY "}", .scenarios = { "by-hand" } },
	{ .machine = "asg-surge", .given = "{}", .scenarios = { "surge" } },
	{ .machine = "asg-surge", .given = "{" BOTH_ANY "}", .scenarios = { "by-hand" } },
	{ .machine = "classic-elb", .given = "{}", .scenarios = { "classic-pair" } },
	{ .machine = "target-groups", .given = "{}", .scenarios = { "several-ports" } },
	{ .machine = "out-of-service", .given = "{}", .scenarios = { quick_world, "several-ports", "classic-pair" } },
};

struct guarded {
	struct trial trial;
	const json_t *document;
	const char *withdrawn; /* an action that is not allowed, although the policy says so; or NULL */
	void (*start)(struct executor *executor, const struct call *call, call_done *done, void *argument);
	unsigned denied;
};

static struct guarded *guarded_of(struct executor *executor)
{
	return (struct guarded *)((char *)executor - offsetof(struct guarded, trial.rig.executor));
}

/* What IAM would compare a pattern with. */
static char *resource_of(const struct call *call)
{
	static const struct {
		const char *member, *arn;
	} resources[] = {
		{ "AutoScalingGroupName", "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:930d940e:"
					  "autoScalingGroupName/" },
		{ "LoadBalancerName", "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/" },
		{ "TargetGroupArn", "" },
		{ "InstanceId", "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:930d940e:"
				"autoScalingGroupName/the-one-of-" },
	};

	for (size_t i = 0; !call->operation->reads && i < ARRAY_LENGTH(resources); i++) {
		const char *name = json_string_value(json_object_get(call->input, resources[i].member));

		if (name)
			return memory_format("%s%s", resources[i].arn, name);
	}
	assert_true(call->operation->reads);
	return memory_copy_text("*");
}

static bool pattern_holds(const json_t *pattern, const char *resource)
{
	size_t i;
	json_t *one;

	json_array_foreach (pattern, i, one)
		if (pattern_holds(one, resource))
			return true;
	return json_is_string(pattern) && fnmatch(json_string_value(pattern), resource, FNM_NOESCAPE) == 0;
}

static bool statement_allows(const json_t *statement, const char *action, const char *resource)
{
	size_t i;
	json_t *allowed;

	json_array_foreach (json_object_get(statement, "Action"), i, allowed)
		if (strcmp(json_string_value(allowed), action) == 0)
			return pattern_holds(json_object_get(statement, "Resource"), resource);
	return false;
}

static bool is_allowed(const struct guarded *guarded, const struct call *call)
{
	const char *action = call->operation->iam_action;
	char *resource = resource_of(call);
	bool allowed = false;
	size_t i;
	json_t *statement;

	json_array_foreach (json_object_get(guarded->document, "Statement"), i, statement)
		allowed = allowed || statement_allows(statement, action, resource);
	free(resource);
	return allowed && !(guarded->withdrawn && strcmp(guarded->withdrawn, action) == 0);
}

static void guarded_start(struct executor *executor, const struct call *call, call_done *done, void *argument)
{
	struct guarded *guarded = guarded_of(executor);
	struct sim *sim = guarded->trial.sim;

	if (!is_allowed(guarded, call)) {
		guarded->denied++;
		sim_fault(sim, sim_requests(sim) + 1, SIM_FAULT_ACCESS_DENIED, 0);
	}
	guarded->start(executor, call, done, argument);
}

/* A deployment; whether both of its hooks reached their goals. */
static bool deploys(struct guarded *guarded, const struct stock *stock, const char *given, const char *scenario)
{
	struct rig *rig = &guarded->trial.rig;
	bool reached;

	trial_begin(&guarded->trial, stock);
	trial_take(&guarded->trial, stock, scenario);
	guarded->start = rig->executor.start;
	rig->executor.start = guarded_start;
	json_decref(rig->given);
	rig->given = json_made(json_loads(given, 0, NULL));
	reached = rig_exit(rig, "BeforeInstall", "dg-1") == EXIT_REACHED;
	reached = reached && rig_exit(rig, "ApplicationStart", "dg-1") == EXIT_REACHED;
	trial_end(&guarded->trial);
	return reached;
}

static bool deploys_everywhere(struct guarded *guarded, const struct stock *stock, const struct played *row)
{
	for (size_t i = 0; i < ARRAY_LENGTH(row->scenarios) && row->scenarios[i]; i++)
		if (!deploys(guarded, stock, row->given, row->scenarios[i]))
			return false;
	return true;
}

static void expect_least(const struct stock *stock, const struct played *row, const json_t *document)
{
	json_t *statement, *action;
	size_t i, k;

	json_array_foreach (json_object_get(document, "Statement"), i, statement)
		json_array_foreach (json_object_get(statement, "Action"), k, action) {
			struct guarded guarded = { .document = document, .withdrawn = json_string_value(action) };

			if (deploys_everywhere(&guarded, stock, row))
				fail_msg("%s %s: it passes without %s", row->machine, row->given, guarded.withdrawn);
			assert_true(guarded.denied > 0);
		}
}

static void each_shipped_machines_policy_is_enough_and_least(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(played); i++) {
		struct guarded guarded = { 0 };
		struct policy policy;
		struct stock stock;
		json_t *input;

		stock_init(&stock, played[i].machine, quick_world);
		input = inputs_known(stock.machine, json_made(json_loads(played[i].given, 0, NULL)));
		policy_make(&policy, stock.machine, &rows[0].place, input);
		guarded.document = policy.document;
		if (!deploys_everywhere(&guarded, &stock, &played[i]) || guarded.denied > 0)
			fail_msg("%s %s: %u denied", played[i].machine, played[i].given, guarded.denied);
		if (!played[i].wider)
			expect_least(&stock, &played[i], policy.document);
		policy_release(&policy);
		stock_release(&stock);
		json_decref(input);
	}
}

static void the_policy_of_another_group_is_none(void **state)
{
	const struct stock *stock = *state;
	json_t *input = inputs_of(stock->machine, "web");
	struct guarded guarded = { 0 };
	struct policy policy;

	policy_make(&policy, stock->machine, &rows[0].place, input);
	guarded.document = policy.document;
	assert_false(deploys(&guarded, stock, "{}", quick_world));
	assert_true(guarded.denied > 0);
	policy_release(&policy);
	json_decref(input);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_policy_names_what_the_inputs_name),
		cmocka_unit_test(balancers_are_named_by_what_they_are),
		cmocka_unit_test(each_shipped_machines_policy_is_enough_and_least),
		cmocka_unit_test(the_policy_of_another_group_is_none),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
