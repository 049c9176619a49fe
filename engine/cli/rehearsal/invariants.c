#include "config.h"

#include "cli/rehearsal/rules.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "text/json.h"

static const struct invariant rules[RULE_COUNT] = {
	[RULE_W2] = { "W2", "the processes suspended at the end are those that were suspended at the start" },
	[RULE_W3] = { "W3", "no empty list is ever sent" },
	[RULE_W4] = { "W4", "the minimum at the end is that of the start" },
	[RULE_W5] = { "W5", "the desired size at the end is that of the start, and we launch nothing" },
	[RULE_W7] = { "W7", "the instance is at the end where it was" },
	[RULE_W8] = { "W8", "the balancers have at the end whom they had" },
	[RULE_W9] = { "W9", "a leg that leaves succeeds only when no connection drains any more" },
	[RULE_W10] = { "W10", "what a third party wrote is never overwritten" },
	[RULE_PLAN] = { "plan", "a plan only asks" },
	[RULE_STOP] = { "L2", "after SIGTERM nothing is changed any more" },
	[RULE_DRIFT] = { "drift", "only what others have changed is called theirs" },
	[RULE_J2] = { "J2", "each request that changes something has its intent on the disk" },
	[RULE_J3] = { "J3", "what is known to be done is never sent again" },
	[RULE_J4] = { "J4", "behind a request without an answer the first thing sent is a question" },
	[RULE_J6] = { "J6", "a damaged journal is refused: exit 3, and nothing is changed" },
	[RULE_J7] = { "J7", "a process whose disk has failed changes nothing any more" },
	[RULE_J10] = { "J10", "another host's run is ignored, and that is said" },
	[RULE_R6] = { "R6", "another deployment group's run is waited for, and never driven" },
	[RULE_EXIT_1] = { "exit 1", "\"failed, and everything is restored\" is true" },
	[RULE_EXIT_3] = { "exit 3", "\"a person is needed\" lists what is left" },
	[RULE_LEFT] = { "L1", "a leg that fails has tried to take back all that it changed" },
	[RULE_LOST] = { "lost", "an answer that is lost fails no deployment" },
	[RULE_CALM] = { "calm", "where nothing goes wrong who has left comes back" },
	[RULE_TRAFFIC] = { "traffic", "no traffic comes to an installation that nobody has finished" },
	[RULE_HOME] = { "home", "a run that nobody drives any more goes home" },
	[RULE_NOTHING] = { "nothing", "who is told that nothing was done finds nothing changed" },
	[RULE_STATUS] = { "status", "what a run holds is told as it is, and only asked for" },
	[RULE_KEPT] = { "kept", "of closed runs the newest are kept, and no more" },
	[RULE_TOLD] = { "told", "who waits tells where, since when and how long yet" },
	[RULE_EXPECT] = { "expect", "what the machine itself expects" },
};

void violate(struct stage *stage, enum rule rule, const char *format, ...)
{
	va_list arguments;

	if (stage->violation.invariant)
		return;
	stage->violation.invariant = &rules[rule];
	va_start(arguments, format);
	vsnprintf(stage->violation.why, sizeof(stage->violation.why), format, arguments);
	va_end(arguments);
}

static enum rule rule_of_fact(enum fact fact)
{
	static const enum rule of[FACT_COUNT] = {
		[FACT_SUSPENDED] = RULE_W2, [FACT_MINIMUM] = RULE_W4, [FACT_DESIRED] = RULE_W5,
		[FACT_STATE] = RULE_W7,     [FACT_MEMBERS] = RULE_W8, [FACT_LAUNCHES] = RULE_W5,
	};

	return of[fact];
}

/* ---- what others did ---- */

bool act_done(const struct stage *stage, enum sim_act_kind kind)
{
	struct sim_done done;

	for (size_t i = 0; sim_act_done(stage->sim, i, &done); i++)
		if (done.request && done.act.kind == kind)
			return true;
	return false;
}

bool anybody_acted(const struct stage *stage)
{
	struct sim_done done;

	for (size_t i = 0; sim_act_done(stage->sim, i, &done); i++)
		if (done.request)
			return true;
	return false;
}

/* ---- the world, against the one without us ---- */

/* Holds each fact of `facts` against the world without us; a rule of its own for each, or `rule`. */
static void compare_worlds(struct stage *stage, unsigned facts, const enum rule *rule)
{
	struct comparison comparison = { .stage = stage };
	struct history history = { 0 };
	bool open = false, asked = false;
	char why[400];

	facts &= ~facts_excused(stage);
	comparison.alone = stage_alone_json(stage);
	comparison.world = sim_world_json(stage->sim);
	for (enum fact fact = 0; fact < FACT_COUNT; fact++) {
		if (!(facts & FACT_BIT(fact)) || fact_same(&comparison, fact, why, sizeof(why)))
			continue;
		if (!asked)
			open = stage_open_run(stage, &history);
		asked = true;
		/* What the last hook said to be left, with exit 3, is left. */
		if (stage->left && open && fact_in_ledger(&history.ledger, fact))
			continue;
		if (nobody_can_tell(stage, fact))
			stage->same_moment = true;
		else
			violate(stage, rule ? *rule : rule_of_fact(fact), "%s", why);
	}
	history_release(&history);
	json_decref(comparison.alone);
	json_decref(comparison.world);
}

/* By the names that the facts' own invariants have. A minimum that somebody else wrote is theirs. */
static void hold_against_start(struct stage *stage, unsigned facts)
{
	static const enum rule third_party = RULE_W10;

	if (act_done(stage, SIM_ACT_MINIMUM)) {
		compare_worlds(stage, FACT_BIT(FACT_MINIMUM), &third_party);
		facts &= ~FACT_BIT(FACT_MINIMUM);
	}
	compare_worlds(stage, facts, NULL);
}

/* ---- exit statuses ---- */

/* Which of a kind of balancer still drains the subject's connections; NULL: none. */
static const char *find_draining(const json_t *balancers, const char *list, const char *self)
{
	const char *name;
	json_t *balancer, *member;
	size_t i;

	json_object_foreach ((json_t *)(uintptr_t)balancers, name, balancer)
		json_array_foreach (json_object_get(balancer, list), i, member)
			if (strcmp(record_string(member, "instance"), self) == 0 &&
			    strcmp(record_string(member, "state"), "draining") == 0)
				return name;
	return NULL;
}

static void check_drained(struct stage *stage)
{
	const char *self = sim_self(stage->sim), *name = NULL;
	json_t *world = self ? sim_world_json(stage->sim) : NULL;

	if (self)
		name = find_draining(json_object_get(world, "target_groups"), "targets", self);
	if (self && !name)
		name = find_draining(json_object_get(world, "balancers"), "instances", self);
	if (name)
		violate(stage, RULE_W9, "%s still drains", name);
	json_decref(world);
}

/* By hand nobody waits for health; a run that is over has given back all the same what can be given back at once. */
static void check_helped(struct stage *stage)
{
	struct history history = { 0 };

	if (!stage_open_run(stage, &history))
		hold_against_start(stage, FACT_BIT(FACT_SUSPENDED) | FACT_BIT(FACT_MINIMUM));
	history_release(&history);
}

static void check_exit_0(struct stage *stage, const struct leg_played *leg)
{
	if (leg->by_hand)
		check_helped(stage);
	else if (!leg->opens)
		hold_against_start(stage, FACTS_ALL & ~FACT_BIT(FACT_LAUNCHES));
	else if (!leg->result.later && !anybody_acted(stage))
		check_drained(stage);
}

bool was_changed(const struct stage *stage)
{
	for (size_t i = 0; i < sim_log_count(stage->sim); i++)
		if (!sim_log_at(stage->sim, i)->reads && sim_log_at(stage->sim, i)->effect)
			return true;
	return false;
}

static void check_exit_1(struct stage *stage, const struct leg_played *leg)
{
	static const enum rule rule = RULE_EXIT_1;
	struct history history = { 0 };

	(void)leg;
	/* Whoever has changed nothing leaves the world as others made it. */
	if (!was_changed(stage))
		return;
	if (stage_open_run(stage, &history) && history.ledger.count > 0)
		violate(stage, RULE_EXIT_1, "the ledger still holds %zu, the first is %s", history.ledger.count,
			history.ledger.entries[0].resource);
	history_release(&history);
	compare_worlds(stage, FACT_BIT(FACT_SUSPENDED) | FACT_BIT(FACT_MINIMUM) | FACT_BIT(FACT_STATE), &rule);
}

/* Where restoring failed, what it was that failed is beside its entry, and older entries rightly wait for it. */
static bool restoring_failed(const struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->count; i++)
		if (ledger->entries[i].trouble || ledger->entries[i].n_doubts > 0)
			return true;
	return false;
}

static void check_exit_3(struct stage *stage, const struct leg_played *leg)
{
	struct history history = { 0 };
	/* With a disk that fails it can neither restore nor know what the next one finds. */
	bool open = !stage->disk.failed && stage_open_run(stage, &history);

	if (open && history.ledger.count == 0)
		violate(stage, RULE_EXIT_3, "the ledger is empty: %s", leg->result.message);
	/* Where it rests, it was led to where the next leg goes on: what is out stays out, as a check did not hold. */
	if (open && history.ledger.count > 0 && !restoring_failed(&history.ledger) && !leg->result.rests)
		violate(stage, RULE_LEFT, "the ledger still holds %s, changed by %s: no state restores it",
			history.ledger.entries[0].resource, history.ledger.entries[0].state);
	history_release(&history);
}

static void check_nothing_done(struct stage *stage, const struct leg_played *leg)
{
	check_unchanged(stage, leg->requests, RULE_NOTHING, "a start that did nothing");
}

bool only_lost_an_answer(const struct stage *stage)
{
	static const bool lost[SIM_FAULT_COUNT] = {
		[SIM_FAULT_UNAVAILABLE_AFTER] = true, [SIM_FAULT_LOST_AFTER] = true, [SIM_FAULT_LATE] = true,
		[SIM_FAULT_GARBAGE] = true,           [SIM_FAULT_TRUNCATED] = true,
	};

	const struct mishap *mishap = &stage->mishaps[0];

	return stage->scene->succeeds && stage->n_mishaps == 1 && mishap->kind == MISHAP_FAULT &&
	       lost[mishap->fault] && mishap->at <= stage->scene->calm.requests &&
	       !stage->scene->calm.asked[mishap->at].reads;
}

static const struct {
	enum exit_status status;
	void (*check)(struct stage *stage, const struct leg_played *leg);
} exit_checks[] = {
	{ EXIT_REACHED, check_exit_0 },
	{ EXIT_FAILED, check_exit_1 },
	{ EXIT_LEFT, check_exit_3 },
	{ EXIT_USAGE, check_nothing_done },
	{ EXIT_SUBJECT_BUSY, check_nothing_done },
};

static void check_expectations(struct stage *stage, const struct leg_played *leg)
{
	const struct expectation *expects = stage->machine->expects.records;
	json_t *world = stage->machine->expects.count ? sim_world_json(stage->sim) : NULL;

	for (size_t i = 0; i < stage->machine->expects.count; i++) {
		struct error err = ERROR_INIT;

		if (strcmp(expects[i].at, leg->result.state) != 0 ||
		    located_is_true(&expects[i].holds, world, 0, &err) == 1)
			continue;
		violate(stage, RULE_EXPECT, "at %s: %s", expects[i].at,
			expects[i].because ? expects[i].because : expression_text(expects[i].holds.parsed));
	}
	json_decref(world);
}

void invariants_check_leg(struct stage *stage, const struct leg_played *leg)
{
	/* What was sent says more exactly what is wrong than what came of it. */
	check_log(stage);
	if (stage->stopped_at)
		check_unchanged(stage, stage->stopped_at, RULE_STOP, "SIGTERM");
	if (stage->damage.mishap)
		stage_damage_check(stage, leg);
	for (size_t i = 0; i < ARRAY_LENGTH(exit_checks); i++)
		if (exit_checks[i].status == leg->result.status)
			exit_checks[i].check(stage, leg);
	/* A closing hook is played only behind an opening one that has reached its goal. */
	if (leg->result.status != EXIT_REACHED && !leg->opens && stage->n_mishaps == 0)
		violate(stage, RULE_CALM, "%s: %s", exit_name(leg->result.status), leg->result.message);
	if (leg->result.status != EXIT_REACHED && only_lost_an_answer(stage))
		violate(stage, RULE_LOST, "%s: %s", exit_name(leg->result.status), leg->result.message);
	if (leg->result.status == EXIT_REACHED && !anybody_acted(stage))
		check_expectations(stage, leg);
}

/* ---- nobody came back ---- */

static void check_no_traffic(struct stage *stage, const json_t *world)
{
	const char *self = sim_self(stage->sim), *name;
	json_t *group;

	json_object_foreach (json_object_get(world, "groups"), name, group) {
		const json_t *instance = self ? json_object_get(json_object_get(group, "instances"), self) : NULL;
		const char *state = json_string_value(json_object_get(instance, "state"));

		if (state && strcmp(state, "InService") == 0)
			violate(stage, RULE_TRAFFIC, "%s is InService, and what was being installed is not finished",
				self);
	}
}

/* Whether the deployment that is abandoned had come to a pause: else there is nothing half installed. */
static bool stands_in_pause(const struct stage *stage)
{
	for (size_t i = stage->n_legs; i-- > 0;)
		if (strcmp(stage->legs[i].hook, "timer") != 0) {
			const struct state *state = machine_state(stage->machine, stage->legs[i].result.state);

			return stage->legs[i].opens && state && state->kind == STATE_PAUSE;
		}
	return false;
}

static bool was_sent(const struct stage *stage, const char *operation)
{
	for (size_t i = 0; i < sim_log_count(stage->sim); i++)
		if (strcmp(sim_log_at(stage->sim, i)->operation, operation) == 0)
			return true;
	return false;
}

void invariants_check_abandoned(struct stage *stage)
{
	static const enum rule rule = RULE_HOME;
	json_t *world;

	if (!stands_in_pause(stage) || anybody_acted(stage) || !was_sent(stage, "EnterStandby"))
		return;
	world = sim_world_json(stage->sim);
	check_no_traffic(stage, world);
	json_decref(world);
	compare_worlds(stage, FACT_BIT(FACT_SUSPENDED), &rule);
}

/* ---- the end ---- */

void invariants_check_end(struct stage *stage)
{
	check_log(stage);
	check_intents(stage);
	check_repetitions(stage);
	check_groups(stage);
	if (stage->drifted && !anybody_acted(stage))
		violate(stage, RULE_DRIFT, "drift was reported, and nobody has done anything");
	hold_against_start(stage, FACTS_ALL);
}
