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

#define READS \
	"  {\n" \
	"   \"Sid\": \"Read\",\n" \
	"   \"Effect\": \"Allow\",\n" \
	"   \"Action\": [\n" \
	"    \"autoscaling:DescribeAutoScalingGroups\",\n" \
	"    \"autoscaling:DescribeAutoScalingInstances\",\n" \
	"    \"elasticloadbalancing:DescribeInstanceHealth\",\n" \
	"    \"elasticloadbalancing:DescribeLoadBalancerAttributes\",\n" \
	"    \"elasticloadbalancing:DescribeTargetGroupAttributes\",\n" \
	"    \"elasticloadbalancing:DescribeTargetHealth\"\n" \
	"   ],\n" \
	"   \"Resource\": \"*\"\n" \
	"  }"
#define CHANGES(resource) \
	"  {\n" \
	"   \"Sid\": \"ChangeAutoscaling\",\n" \
	"   \"Effect\": \"Allow\",\n" \
	"   \"Action\": [\n" \
	"    \"autoscaling:EnterStandby\",\n" \
	"    \"autoscaling:ExitStandby\",\n" \
	"    \"autoscaling:ResumeProcesses\",\n" \
	"    \"autoscaling:SuspendProcesses\",\n" \
	"    \"autoscaling:UpdateAutoScalingGroup\"\n" \
	"   ],\n" \
	"   \"Resource\": \"" resource "\"\n" \
	"  }"
#define POLICY(statements) "{\n \"Version\": \"2012-10-17\",\n \"Statement\": [\n" statements "\n ]\n}"

static const struct {
	const char *group; /* NULL: not given */
	struct policy_place place;
	const char *document, *note;
} rows[] = {
	{ NULL, { "aws", NULL },
	  POLICY(READS ",\n" CHANGES("arn:aws:autoscaling:*:*:autoScalingGroup:*:autoScalingGroupName/*")),
	  "ChangeAutoscaling holds for any AutoScalingGroupName: no input tells which" },
	{ "web-prod", { "aws", NULL },
	  POLICY(READS ",\n" CHANGES("arn:aws:autoscaling:*:*:autoScalingGroup:*:autoScalingGroupName/web-prod")),
	  NULL },
	{ "web*$", { "aws-cn", "cn-north-1" },
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

static json_t *inputs_of(const char *group)
{
	return group ? json_made(json_pack("{s:s}", "group", group)) : json_made(json_object());
}

static void the_policy_names_what_the_inputs_name(void **state)
{
	const struct stock *stock = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		json_t *input = inputs_of(rows[i].group);
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

static const char balancing[] =
	"tidegate: 1\n"
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
	const char *group = json_string_value(json_object_get(call->input, "AutoScalingGroupName"));

	if (call->operation->reads)
		return memory_copy_text("*");
	assert_non_null(group);
	return memory_format("arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:930d940e:"
			     "autoScalingGroupName/%s", group);
}

static bool statement_allows(const json_t *statement, const char *action, const char *resource)
{
	const char *pattern = json_string_value(json_object_get(statement, "Resource"));
	size_t i;
	json_t *allowed;

	assert_non_null(pattern);
	json_array_foreach (json_object_get(statement, "Action"), i, allowed)
		if (strcmp(json_string_value(allowed), action) == 0)
			return fnmatch(pattern, resource, FNM_NOESCAPE) == 0;
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
static bool deploys(struct guarded *guarded, const struct stock *stock, const char *group)
{
	struct rig *rig = &guarded->trial.rig;
	bool reached;

	trial_begin(&guarded->trial, stock);
	guarded->start = rig->executor.start;
	rig->executor.start = guarded_start;
	if (group)
		json_put(rig->given, "group", json_string(group));
	reached = rig_exit(rig, "BeforeInstall", "dg-1") == EXIT_REACHED;
	reached = reached && rig_exit(rig, "ApplicationStart", "dg-1") == EXIT_REACHED;
	trial_end(&guarded->trial);
	return reached;
}

static void the_policy_is_enough(void **state)
{
	static const char *const groups[] = { NULL, "web-prod" };

	for (size_t i = 0; i < ARRAY_LENGTH(groups); i++) {
		json_t *input = inputs_of(groups[i]);
		struct guarded guarded = { 0 };
		struct policy policy;

		policy_make(&policy, ((struct stock *)*state)->machine, &rows[0].place, input);
		guarded.document = policy.document;
		assert_true(deploys(&guarded, *state, groups[i]));
		assert_int_equal(guarded.denied, 0);
		policy_release(&policy);
		json_decref(input);
	}
}

static void the_policy_of_another_group_is_none(void **state)
{
	json_t *input = inputs_of("web");
	struct guarded guarded = { 0 };
	struct policy policy;

	policy_make(&policy, ((struct stock *)*state)->machine, &rows[0].place, input);
	guarded.document = policy.document;
	assert_false(deploys(&guarded, *state, NULL));
	assert_true(guarded.denied > 0);
	policy_release(&policy);
	json_decref(input);
}

static void without_any_one_action_no_deployment_passes(void **state)
{
	json_t *input = inputs_of(NULL), *statement, *action;
	struct policy policy;
	size_t i, k;

	policy_make(&policy, ((struct stock *)*state)->machine, &rows[0].place, input);
	json_array_foreach (json_object_get(policy.document, "Statement"), i, statement) {
		json_array_foreach (json_object_get(statement, "Action"), k, action) {
			struct guarded guarded = {
				.document = policy.document, .withdrawn = json_string_value(action),
			};

			if (deploys(&guarded, *state, NULL))
				fail_msg("it passes without %s", guarded.withdrawn);
			assert_true(guarded.denied > 0);
		}
	}
	policy_release(&policy);
	json_decref(input);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_policy_names_what_the_inputs_name),
		cmocka_unit_test(balancers_are_named_by_what_they_are),
		cmocka_unit_test(the_policy_is_enough),
		cmocka_unit_test(the_policy_of_another_group_is_none),
		cmocka_unit_test(without_any_one_action_no_deployment_passes),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
