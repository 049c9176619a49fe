#include "config.h"

#include "balancers.h"

#include <stdlib.h>
#include <string.h>

/* In a group that checks health by its balancers, and registered by hand beside those. */
static const char quick_both[] = "scenario: quick-both\n"
				 "self: " SELF "\n"
				 "target_groups:\n"
				 "  web-http: {port: 8080, drain: 4s, interval: 5s, healthy_after: 1}\n"
				 "  web-admin:\n"
				 "    {port: 8443, drain: 2s, interval: 5s, healthy_after: 1,\n"
				 "     targets: [{instance: " SELF "}, {instance: " SELF ", port: 9443}]}\n"
				 "balancers:\n"
				 "  web-classic: {drain: 2s, interval: 5s, healthy_after: 1}\n"
				 "  web-internal: {drain: 3s, interval: 5s, healthy_after: 1, instances: [" SELF "]}\n"
				 "groups:\n"
				 "  web-prod:\n"
				 "    minimum: 2\n"
				 "    desired: 2\n"
				 "    maximum: 3\n"
				 "    elb_health: true\n"
				 "    suspended: [AZRebalance]\n"
				 "    target_groups: [web-http]\n"
				 "    balancers: [web-classic]\n"
				 "    instances: {" SELF ": {zone: eu-west-1a}, " SECOND ": {zone: eu-west-1b}}\n"
				 "takes: {enter_standby: 2s, exit_standby: 2s, launch: 5s}\n";
/* In no group. */
static const char quick_alone[] = "scenario: quick-alone\n"
				  "self: " SELF "\n"
				  "target_groups:\n"
				  "  web-http:\n"
				  "    {port: 8080, drain: 4s, interval: 5s, healthy_after: 1,\n"
				  "     targets: [{instance: " SELF "}, {instance: " SELF ", port: 9090}]}\n"
				  "  web-other: {port: 8081, targets: [{instance: " SECOND "}]}\n"
				  "balancers:\n"
				  "  web-classic: {drain: 2s, interval: 5s, healthy_after: 1, instances: [" SELF "]}\n"
				  "instances: {" SELF ": {zone: eu-west-1a}, " SECOND ": {zone: eu-west-1b}}\n";
#define BOTH_ANY "\"target_groups\": [\"any\"], \"load_balancers\": [\"any\"]"

const struct kind_row kinds[KINDS] = {
	[CLASSIC] = { "classic-elb", quick_classic, "balancers", "DeregisterInstancesFromLoadBalancer",
		      "RegisterInstancesWithLoadBalancer", "classic-pair", "{}" },
	[TARGETS] = { "target-groups", quick_targets, "target_groups", "DeregisterTargets", "RegisterTargets",
		      "several-ports", "{}" },
	[STANDBY] = { .machine = "asg-standby",
		      .input = "target_groups",
		      .quick = quick_both,
		      .rich = "by-hand",
		      .given = "{" BOTH_ANY "}" },
	[SURGE] = { .machine = "asg-surge",
		    .input = "target_groups",
		    .quick = quick_both,
		    .rich = "by-hand",
		    .given = "{" BOTH_ANY "}" },
	[ATTACHED] = { .machine = "asg-balancers",
		       .input = "target_groups",
		       .quick = quick_both,
		       .rich = "by-hand",
		       .given = "{\"protect\": true, " BOTH_ANY "}" },
	[ANYTHING] = { .machine = "out-of-service",
		       .input = "target_groups",
		       .quick = quick_both,
		       .rich = "by-hand",
		       .given = "{\"parts\": [\"group\", \"target_groups\", \"load_balancers\", \"by_hand\"]}" },
	[ALONE] = { .machine = "out-of-service",
		    .input = "target_groups",
		    .quick = quick_alone,
		    .rich = "several-ports",
		    .given = "{}" },
};

int load(void **state)
{
	struct stock *stocks = memory_new(KINDS, sizeof(*stocks));

	for (size_t i = 0; i < KINDS; i++)
		stock_init(&stocks[i], kinds[i].machine, kinds[i].quick);
	*state = stocks;
	return 0;
}

int unload(void **state)
{
	for (size_t i = 0; i < KINDS; i++)
		stock_release((struct stock *)*state + i);
	free(*state);
	return 0;
}

int begin(void **state)
{
	struct bench *bench = memory_new(1, sizeof(*bench));

	bench->stocks = *state;
	bench->kind = &kinds[CLASSIC];
	bench->play.stock = bench->stocks;
	play_open(&bench->play);
	*state = bench;
	return 0;
}

int end(void **state)
{
	struct bench *bench = *state;

	play_close(&bench->play);
	free(bench);
	return 0;
}

struct rig *take(struct bench *bench, enum kind kind, const char *scenario)
{
	bench->kind = &kinds[kind];
	bench->play.stock = &bench->stocks[kind];
	play_take(&bench->play, scenario ? scenario : kinds[kind].quick);
	json_decref(bench->play.trial.rig.given);
	bench->play.trial.rig.given = json_loads(kinds[kind].given, 0, NULL);
	return &bench->play.trial.rig;
}

void name(struct bench *bench, const char *names)
{
	json_t *list = json_array();

	for (size_t length; *names; names += length + (names[length] == ',')) {
		length = strcspn(names, ",");
		json_array_append_new(list, json_stringn(names, length));
	}
	json_object_set_new(bench->play.trial.rig.given, bench->kind->input, list);
}

void expect_out(struct bench *bench)
{
	rig_expect(&bench->play.trial.rig, "!(" OURS ")");
	rig_expect(&bench->play.trial.rig, "!(" OURS_CLASSIC ")");
}

/* Who stood in and was ended drains, too. */
void expect_back(struct bench *bench)
{
	sim_advance(bench->play.trial.sim, 10 * MINUTE_MS);
	expect_nothing_moved(&bench->play);
}
