/* A scenario: a world at its start, how long things take in it, and who else acts when, as a YAML file
 * (machines/scenarios/). Taken as strictly as a machine: every fault with its place, unknown keys with what was meant.
 *
 *	scenario: two-of-us
 *	comment: One sentence.
 *	self: i-0a1b2c3d4e5f60718            the instance on which the client runs
 *	target_groups: {web-http: {port: 8080, drain: 5m, interval: 10s, healthy_after: 2}}
 *	balancers: {web-classic: {drain: 30s}}
 *	groups:
 *	  web-prod:
 *	    minimum: 1
 *	    desired: 2
 *	    maximum: 4
 *	    suspended: [AZRebalance]
 *	    target_groups: [web-http]
 *	    balancers: [web-classic]
 *	    instances: {i-0a1b2c3d4e5f60718: {}, i-0b0c0d0e0f1011121: {zone: eu-west-1b}}
 *	takes: {enter_standby: [2s, 8s], exit_standby: 10s}
 *	others: [{before_request: 4, act: suspend, group: web-prod, process: ReplaceUnhealthy}]
 *	faults: [{request: 3, fault: throttled}]
 *
 * An instance is InService and Healthy where nothing else is said, and one that is in service is healthy in every
 * balancer attached to its group. */
#ifndef TIDEGATE_SIM_SCENARIO_H
#define TIDEGATE_SIM_SCENARIO_H

#include "sim/sim.h"
#include "text/record.h"

/* A new world, or NULL with at least one error. It keeps nothing of `source`. */
struct sim *scenario_sim(const struct source *source, uint64_t seed, struct diagnostics *diagnostics);

/* The scenarios compiled in: their files' names in order ("group-of-three.yaml"), NULL behind the last; and one of them
 * by its name without that ending, NULL with ERROR_USAGE. */
const char *scenario_builtin_name(const void *unused, size_t i);
struct sim *scenario_builtin(const char *name, uint64_t seed, struct error *err);

/* How a scenario is written; and its JSON Schema, for editors. */
extern const struct record scenario_record;
void scenario_add_schema(struct buffer *text);

#endif
