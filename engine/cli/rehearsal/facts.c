/* The parts of a simulated world that a run has to leave as they were, and how two worlds are compared in them. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cli/rehearsal/rules.h"
#include "text/json.h"

/* ---- what was named ---- */

static bool list_has(const json_t *list, const char *text)
{
	size_t i;
	json_t *item;

	json_array_foreach (list, i, item)
		if (json_is_string(item) && strcmp(json_string_value(item), text) == 0)
			return true;
	return false;
}

/* AWS does not know who suspended a process: where both did, the last to resume it has the say. */
static bool is_contested(const struct stage *stage, const char *process)
{
	struct sim_done done;
	bool acted = false;

	for (size_t i = 0; sim_act_done(stage->sim, i, &done); i++)
		acted |= done.request && done.act.process && strcmp(done.act.process, process) == 0;
	for (size_t i = 0; acted && i < sim_log_count(stage->sim); i++) {
		const struct sim_logged *logged = sim_log_at(stage->sim, i);

		if (strcmp(logged->operation, "SuspendProcesses") == 0 &&
		    list_has(json_object_get(logged->input, "ScalingProcesses"), process))
			return true;
	}
	return false;
}

/* ---- one fact ---- */

struct group_pair {
	const struct stage *stage;
	const char *name;
	const json_t *alone, *world;
	char *why;
	size_t size;
};

static bool differ(const struct group_pair *pair, const char *what, const char *now, const char *due)
{
	snprintf(pair->why, pair->size, "%s of %s: %s; without the run: %s", what, pair->name, now, due);
	return false;
}

static bool same_number(const struct group_pair *pair, const char *key)
{
	json_int_t now = json_integer_value(json_object_get(pair->world, key));
	json_int_t due = json_integer_value(json_object_get(pair->alone, key));
	char texts[2][24];

	if (now == due)
		return true;
	snprintf(texts[0], sizeof(texts[0]), "%lld", (long long)now);
	snprintf(texts[1], sizeof(texts[1]), "%lld", (long long)due);
	return differ(pair, key, texts[0], texts[1]);
}

static void join(const struct stage *stage, const json_t *list, char *text, size_t size)
{
	size_t i, length = 0;
	json_t *item;

	text[0] = '\0';
	json_array_foreach (list, i, item)
		if (!is_contested(stage, json_string_value(item)) && length < size)
			length += (size_t)snprintf(text + length, size - length, "%s%s", length ? ", " : "",
						   json_string_value(item));
	if (length == 0)
		snprintf(text, size, "nothing");
}

static bool same_suspended(const struct group_pair *pair)
{
	const json_t *now = json_object_get(pair->world, "suspended"),
		     *due = json_object_get(pair->alone, "suspended");
	char texts[2][200];

	if (json_equal(now, due))
		return true;
	join(pair->stage, now, texts[0], sizeof(texts[0]));
	join(pair->stage, due, texts[1], sizeof(texts[1]));
	return strcmp(texts[0], texts[1]) == 0 || differ(pair, "suspended", texts[0], texts[1]);
}

static bool same_minimum(const struct group_pair *pair)
{
	return same_number(pair, "minimum");
}

static bool same_desired(const struct group_pair *pair)
{
	return same_number(pair, "desired");
}

static const char *self_state(const struct group_pair *pair, const json_t *group)
{
	const char *self = sim_self(pair->stage->sim);
	const json_t *instance = self ? json_object_get(json_object_get(group, "instances"), self) : NULL;
	const char *state = json_string_value(json_object_get(instance, "state"));

	return state ? state : "absent";
}

static bool same_state(const struct group_pair *pair)
{
	const char *now = self_state(pair, pair->world), *due = self_state(pair, pair->alone);

	return strcmp(now, due) == 0 || differ(pair, "the instance's state", now, due);
}

static bool same_in_groups(const struct comparison *comparison, bool (*same)(const struct group_pair *pair), char *why,
			   size_t size)
{
	const json_t *groups = json_object_get(comparison->world, "groups");
	struct group_pair pair = { .stage = comparison->stage, .why = why, .size = size };
	json_t *group;

	json_object_foreach (json_object_get(comparison->alone, "groups"), pair.name, group) {
		pair.alone = group;
		pair.world = json_object_get(groups, pair.name);
		if (pair.world && !same(&pair))
			return false;
	}
	return true;
}

/* ---- balancers ---- */

static bool is_same_member(const json_t *one, const json_t *other)
{
	return json_equal(json_object_get(one, "instance"), json_object_get(other, "instance")) &&
	       json_equal(json_object_get(one, "port"), json_object_get(other, "port"));
}

static const char *member_state(const json_t *members, const json_t *member)
{
	size_t i;
	json_t *item;

	json_array_foreach (members, i, item)
		if (is_same_member(item, member))
			return json_string_value(json_object_get(item, "state"));
	return "not registered";
}

/* Whoever was launched meanwhile is nobody's concern. */
static bool was_there(const struct comparison *comparison, const json_t *member)
{
	const char *instance = json_string_value(json_object_get(member, "instance"));
	json_t *group;
	const char *name;

	json_object_foreach (json_object_get(comparison->stage->scene->before, "groups"), name, group)
		if (json_object_get(json_object_get(group, "instances"), instance))
			return true;
	return false;
}

static bool same_members(const struct comparison *comparison, const json_t *all, const json_t *alone,
			 const json_t *world, char *why, size_t size)
{
	size_t i;
	json_t *member;

	json_array_foreach (all, i, member) {
		const char *due = member_state(alone, member), *now = member_state(world, member);

		if (strcmp(due, now) == 0 || !was_there(comparison, member))
			continue;
		snprintf(why, size, "%s is %s; without the run: %s",
			 json_string_value(json_object_get(member, "instance")), now, due);
		return false;
	}
	return true;
}

static bool same_balancers(const struct comparison *comparison, const char *kind, const char *list, char *why,
			   size_t size)
{
	const char *name;
	json_t *balancer;

	json_object_foreach (json_object_get(comparison->alone, kind), name, balancer) {
		const json_t *alone = json_object_get(balancer, list);
		const json_t *world = json_object_get(json_object_get(json_object_get(comparison->world, kind), name),
						      list);

		if (!same_members(comparison, alone, alone, world, why, size) ||
		    !same_members(comparison, world, alone, world, why, size))
			return false;
	}
	return true;
}

json_int_t launches_declared(const struct stage *stage)
{
	json_int_t declared = 0;
	size_t i;
	json_t *record;

	json_array_foreach (stage->noted, i, record) {
		const struct state *state;

		if (strcmp(record_string(record, "type"), "intent") != 0)
			continue;
		state = machine_state(stage->machine, record_string(record, "state"));
		declared += state && state->action && state->action->launches;
	}
	return declared;
}

static bool same_launches(const struct comparison *comparison, char *why, size_t size)
{
	json_int_t now = json_integer_value(json_object_get(comparison->world, "launches"));
	json_int_t due = json_integer_value(json_object_get(comparison->alone, "launches"));

	if (now <= due || now <= due + launches_declared(comparison->stage))
		return true;
	snprintf(why, size, "%lld instances were launched; without the run: %lld", (long long)now, (long long)due);
	return false;
}

/* ---- the table ---- */

static const struct {
	bool (*same)(const struct group_pair *pair); /* NULL: of no group */
	const char *operations[5];                   /* that change it */
} fact_rows[FACT_COUNT] = {
	[FACT_SUSPENDED] = { same_suspended, { "autoscaling:SuspendProcesses", "autoscaling:ResumeProcesses" } },
	[FACT_MINIMUM] = { same_minimum, { "autoscaling:UpdateAutoScalingGroup" } },
	/* Who stands in is protected, and the desired size falls again as that is taken back. */
	[FACT_DESIRED] = { same_desired,
			   { "autoscaling:EnterStandby", "autoscaling:ExitStandby", "autoscaling:SetDesiredCapacity",
			     "autoscaling:UpdateAutoScalingGroup", "autoscaling:SetInstanceProtection" } },
	[FACT_STATE] = { same_state, { "autoscaling:EnterStandby", "autoscaling:ExitStandby" } },
	[FACT_MEMBERS] = { NULL, { "autoscaling:EnterStandby", "autoscaling:ExitStandby", "elb:", "elbv2:" } },
	[FACT_LAUNCHES] = { NULL, { "autoscaling:" } },
};

bool fact_same(const struct comparison *comparison, enum fact fact, char *why, size_t size)
{
	if (fact_rows[fact].same)
		return same_in_groups(comparison, fact_rows[fact].same, why, size);
	if (fact == FACT_LAUNCHES)
		return same_launches(comparison, why, size);
	return same_balancers(comparison, "target_groups", "targets", why, size) &&
	       same_balancers(comparison, "balancers", "instances", why, size);
}

static bool entry_changes(const struct ledger_entry *entry, enum fact fact)
{
	const char *operation = json_string_value(json_object_get(ledger_entry_intent(entry), "operation"));
	const char *const *row = fact_rows[fact].operations;

	for (size_t i = 0; operation && i < ARRAY_LENGTH(fact_rows[fact].operations) && row[i]; i++)
		if (strncmp(row[i], operation, strlen(row[i])) == 0)
			return true;
	return false;
}

bool fact_in_ledger(const struct ledger *ledger, enum fact fact)
{
	for (size_t i = 0; i < ledger->count; i++)
		if (entry_changes(&ledger->entries[i], fact))
			return true;
	return false;
}

/* What each act takes out of our hands. An instance that is gone, or that an operator took or brought, is not ours any
 * more to put back; one that AWS registers again on leaving Standby comes back to balancers it had been taken from. */
static const unsigned act_excuses[SIM_ACT_COUNT] = {
	[SIM_ACT_TERMINATE] = FACT_BIT(FACT_DESIRED) | FACT_BIT(FACT_STATE) | FACT_BIT(FACT_MEMBERS) |
			      FACT_BIT(FACT_LAUNCHES),
	[SIM_ACT_MARK_UNHEALTHY] = FACT_BIT(FACT_DESIRED) | FACT_BIT(FACT_STATE) | FACT_BIT(FACT_MEMBERS) |
				   FACT_BIT(FACT_LAUNCHES),
	[SIM_ACT_STANDBY] = FACT_BIT(FACT_DESIRED) | FACT_BIT(FACT_STATE) | FACT_BIT(FACT_MEMBERS),
	[SIM_ACT_RETURN] = FACT_BIT(FACT_DESIRED) | FACT_BIT(FACT_STATE) | FACT_BIT(FACT_MEMBERS),
	[SIM_ACT_DEREGISTER] = FACT_BIT(FACT_MEMBERS),
	[SIM_ACT_FAIL_HEALTH] = FACT_BIT(FACT_MEMBERS),
	/* A minimum above the desired size launches instances; with one of them in Standby the sum comes out higher. */
	[SIM_ACT_MINIMUM] = FACT_BIT(FACT_DESIRED) | FACT_BIT(FACT_LAUNCHES),
};

/* Who writes the very value that we had written cannot be told from us. */
static bool is_our_minimum(const struct stage *stage, int64_t value)
{
	for (size_t i = 0; i < sim_log_count(stage->sim); i++) {
		const json_t *written = json_object_get(sim_log_at(stage->sim, i)->input, "MinSize");

		if (written && json_integer_value(written) == value)
			return true;
	}
	return false;
}

unsigned facts_excused(const struct stage *stage)
{
	unsigned excused = 0;
	struct sim_done done;

	for (size_t i = 0; sim_act_done(stage->sim, i, &done); i++) {
		if (!done.request)
			continue;
		excused |= act_excuses[done.act.kind];
		if (done.act.kind == SIM_ACT_MINIMUM && is_our_minimum(stage, done.act.value))
			excused |= FACT_BIT(FACT_MINIMUM);
	}
	return excused;
}
