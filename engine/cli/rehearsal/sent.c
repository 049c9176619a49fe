/* What was sent and what was journaled, held against the rules: without a look at what became of the world. */
#include "config.h"

#include <string.h>

#include "base/hash.h"
#include "cli/rehearsal/rules.h"
#include "text/json.h"

/* ---- the requests ---- */

static bool has_empty_list(const json_t *input)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)(uintptr_t)input, key, value)
		if (json_is_array(value) && json_array_size(value) == 0)
			return true;
	return false;
}

static void check_lists(struct stage *stage, const struct sim_logged *logged)
{
	const json_t *processes = json_object_get(logged->input, "ScalingProcesses");
	bool all = strstr(logged->operation, "Processes") && json_array_size(processes) == 0;

	if (all || has_empty_list(logged->input))
		violate(stage, RULE_W3, "%s with an empty list", logged->operation);
}

/* What was suspended before the run, and by nobody's act since, is not ours to name. */
static void check_resumed(struct stage *stage, const struct sim_logged *logged)
{
	const json_t *groups = json_object_get(stage->scene->before, "groups");
	const char *group = json_string_value(json_object_get(logged->input, "AutoScalingGroupName"));
	const json_t *suspended = group ? json_object_get(json_object_get(groups, group), "suspended") : NULL;
	size_t i, k;
	json_t *process, *before;

	if (strcmp(logged->operation, "ResumeProcesses") != 0 || act_done(stage, SIM_ACT_RESUME))
		return;
	json_array_foreach (json_object_get(logged->input, "ScalingProcesses"), i, process)
		json_array_foreach (suspended, k, before)
			if (json_equal(process, before))
				violate(stage, RULE_W2, "ResumeProcesses names %s, which was suspended before",
					json_string_value(process));
}

bool is_unanswered(const struct sim_logged *logged)
{
	static const bool unanswered[SIM_FAULT_COUNT] = {
		[SIM_FAULT_UNAVAILABLE_BEFORE] = true, [SIM_FAULT_UNAVAILABLE_AFTER] = true,
		[SIM_FAULT_LOST_BEFORE] = true,
		[SIM_FAULT_LOST_AFTER] = true,        [SIM_FAULT_LATE] = true,
		[SIM_FAULT_GARBAGE] = true,           [SIM_FAULT_TRUNCATED] = true,
		[SIM_FAULT_CRASH_BEFORE] = true,      [SIM_FAULT_CRASH_AFTER] = true,
	};

	return !logged->reads && unanswered[logged->fault];
}

/* What a request is about: of two balancers that are left side by side, each has doubts of its own. */
static const json_t *about(const struct sim_logged *logged)
{
	static const char *const keys[] = { "AutoScalingGroupName", "LoadBalancerName", "TargetGroupArn" };
	const json_t *name = NULL;

	for (size_t i = 0; i < ARRAY_LENGTH(keys) && !name; i++)
		name = json_object_get(logged->input, keys[i]);
	return name;
}

/* Of one subject one request at a time: whatever comes behind one without an answer is a question. */
static void check_doubt(struct stage *stage, size_t at)
{
	const struct sim_logged *doubtful = sim_log_at(stage->sim, at);

	for (size_t i = at + 1; i < sim_log_count(stage->sim); i++) {
		const struct sim_logged *logged = sim_log_at(stage->sim, i);

		if (logged->number == 0 || strcmp(doubtful->service, logged->service) != 0)
			continue;
		if (logged->reads)
			return;
		if (!json_equal(about(doubtful), about(logged)))
			continue;
		violate(stage, RULE_J4, "%s right behind a %s without an answer", logged->operation,
			doubtful->operation);
		return;
	}
}

void check_log(struct stage *stage)
{
	for (size_t i = 0; i < sim_log_count(stage->sim); i++) {
		const struct sim_logged *logged = sim_log_at(stage->sim, i);

		if (logged->number == 0)
			continue;
		if (!logged->reads) {
			check_lists(stage, logged);
			check_resumed(stage, logged);
		}
		if (is_unanswered(logged))
			check_doubt(stage, i);
	}
}

void invariants_check_plan(struct stage *stage)
{
	for (size_t i = 0; i < sim_log_count(stage->sim); i++)
		if (!sim_log_at(stage->sim, i)->reads)
			violate(stage, RULE_PLAN, "%s was sent", sim_log_at(stage->sim, i)->operation);
}

void check_unchanged(struct stage *stage, unsigned request, enum rule rule, const char *since)
{
	for (size_t i = 0; i < sim_log_count(stage->sim); i++) {
		const struct sim_logged *logged = sim_log_at(stage->sim, i);

		if (!logged->reads && logged->number > request)
			violate(stage, rule, "%s was sent after %s", logged->operation, since);
	}
}

/* ---- the journal ---- */

/* A new list. */
static json_t *find_intents(const struct stage *stage)
{
	json_t *intents = json_made(json_array()), *record;
	size_t i;

	json_array_foreach (stage->noted, i, record)
		if (strcmp(record_string(record, "type"), "intent") == 0)
			json_append(intents, json_incref(record));
	return intents;
}

static size_t count_intents(const json_t *intents, const struct sim_logged *sent)
{
	size_t i, count = 0;
	json_t *record;

	json_array_foreach (intents, i, record) {
		const char *operation = strchr(record_string(record, "operation"), ':');

		count += operation && strcmp(operation + 1, sent->operation) == 0 &&
			 json_equal(json_object_get(record, "request"), sent->input);
	}
	return count;
}

/* The client sends again what AWS has refused without doing it: that is within one intent. */
static bool may_be_sent_again(const struct stage *stage, const struct sim_logged *logged)
{
	return stage->services && !logged->effect && !is_unanswered(logged);
}

static size_t count_sent(const struct stage *stage, const struct sim_logged *like)
{
	size_t count = 0;

	for (size_t i = 0; i < sim_log_count(stage->sim); i++) {
		const struct sim_logged *logged = sim_log_at(stage->sim, i);

		count += logged->number && strcmp(logged->operation, like->operation) == 0 &&
			 json_equal(logged->input, like->input) && !may_be_sent_again(stage, logged);
	}
	return count;
}

void check_intents(struct stage *stage)
{
	json_t *intents = find_intents(stage);

	for (size_t i = 0; i < sim_log_count(stage->sim); i++) {
		const struct sim_logged *logged = sim_log_at(stage->sim, i);

		if (!logged->reads && logged->number && count_sent(stage, logged) > count_intents(intents, logged))
			violate(stage, RULE_J2, "%s was sent more often than it was intended", logged->operation);
	}
	json_decref(intents);
}

static bool holds_intent(const struct ledger *ledger, const struct sim_logged *sent)
{
	for (size_t i = 0; i < ledger->count; i++)
		for (size_t k = 0; k < ledger->entries[i].n_doubts; k++) {
			const json_t *record = ledger->entries[i].doubts[k].record;

			if (json_equal(json_object_get(record, "request"), sent->input))
				return true;
		}
	return false;
}

void invariants_check_crash(struct stage *stage)
{
	const size_t count = sim_log_count(stage->sim);
	const struct sim_logged *last = count ? sim_log_at(stage->sim, count - 1) : NULL;
	struct history history = { 0 };

	if (!last || last->reads || (last->fault != SIM_FAULT_CRASH_BEFORE && last->fault != SIM_FAULT_CRASH_AFTER))
		return;
	if (!stage_open_run(stage, &history) || !holds_intent(&history.ledger, last))
		violate(stage, RULE_J2, "%s was sent, and the disk does not hold its intent", last->operation);
	history_release(&history);
}

static bool is_same(const json_t *one, const char *key, const json_t *other, const char *other_key)
{
	return json_equal(json_object_get(one, key), json_object_get(other, other_key));
}

/* By AWS, for how things are: what is done is then not as it was done, as far as anybody can know. */
static bool is_refused(const json_t *outcome)
{
	return strcmp(record_string(outcome, "failure"), failures[FAILURE_CONFLICT].name) == 0;
}

/* Done, in the journal, and then the same again with nothing of ours in between that took it back. */
struct repetition {
	const json_t *done, *intent;
	const json_t *told; /* by this record it is done */
};

static json_int_t number_of(const json_t *record)
{
	return json_integer_value(json_object_get(record, "n"));
}

static void tell_done(struct repetition *last, const json_t *outcome)
{
	last->done = is_same(last->intent, "n", outcome, "intent") ? last->intent : NULL;
	last->told = outcome;
}

/* Whether the record is of such a thing. */
static bool is_repeated(struct repetition *last, const json_t *record)
{
	const char *type = record_string(record, "type"), *result;

	/* Another run decides by what it finds. */
	if (strcmp(type, "run") == 0)
		*last = (struct repetition){ 0 };
	/* A death came before it was on the disk, and its number was given anew. */
	if (last->done && number_of(record) <= number_of(last->told))
		last->done = NULL;
	if (strcmp(type, "intent") == 0) {
		const json_t *done = last->done;

		last->intent = record;
		return done && is_same(done, "operation", record, "operation") &&
		       is_same(done, "request", record, "request");
	}
	if (strcmp(type, "outcome") != 0)
		return false;
	result = record_string(record, "result");
	if (last->intent && (strcmp(result, "done") == 0 || strcmp(result, "observed") == 0))
		tell_done(last, record);
	else if (is_refused(record))
		last->done = NULL;
	return false;
}

void check_repetitions(struct stage *stage)
{
	struct repetition last = { 0 };
	size_t i;
	json_t *record;

	if (anybody_acted(stage))
		return;
	json_array_foreach (stage->noted, i, record)
		if (is_repeated(&last, record))
			violate(stage, RULE_J3, "%s again", record_string(record, "operation"));
}

/* By hand, at boot and by timer a run goes on for the group that it was begun for. */
void check_groups(struct stage *stage)
{
	const json_t *owner = NULL;
	size_t i;
	json_t *record;

	json_array_foreach (stage->noted, i, record) {
		const char *type = record_string(record, "type");
		const json_t *group = json_object_get(json_object_get(record, "hook"), "deployment_group_id");

		if (strcmp(type, "run") == 0)
			owner = NULL;
		if (strcmp(type, "leg") != 0)
			continue;
		if (owner && !json_equal(owner, group))
			violate(stage, RULE_R6, "%s drives a run that another group has begun",
				record_string(record, "leg"));
		owner = group;
	}
}

/* ---- what later legs are judged by of all this */

static uint64_t hash_request(const char *operation, const json_t *input)
{
	return outlook_json(hash_text(0, operation), input);
}

/* By how much more was sent than intended, whatever the order. */
static uint64_t balance_of(const struct stage *stage)
{
	uint64_t balance = 0;
	size_t i;
	json_t *record;

	for (i = 0; i < sim_log_count(stage->sim); i++) {
		const struct sim_logged *logged = sim_log_at(stage->sim, i);

		if (!logged->reads && logged->number && !may_be_sent_again(stage, logged))
			balance += hash_request(logged->operation, logged->input);
	}
	json_array_foreach (stage->noted, i, record) {
		const char *operation;

		if (strcmp(record_string(record, "type"), "intent") != 0)
			continue;
		operation = strchr(record_string(record, "operation"), ':');
		if (operation)
			balance -= hash_request(operation + 1, json_object_get(record, "request"));
	}
	return balance;
}

/* Nothing was sent behind it yet. */
static bool is_last_of_its_service(const struct sim *sim, size_t at)
{
	const char *service = sim_log_at(sim, at)->service;

	for (size_t i = at + 1; i < sim_log_count(sim); i++)
		if (sim_log_at(sim, i)->reads && strcmp(sim_log_at(sim, i)->service, service) == 0)
			return false;
	return true;
}

static uint64_t hash_doubts(uint64_t hash, const struct sim *sim)
{
	for (size_t i = 0; i < sim_log_count(sim); i++) {
		const struct sim_logged *logged = sim_log_at(sim, i);

		if (is_unanswered(logged) && is_last_of_its_service(sim, i))
			hash = outlook_json(hash_text(hash, logged->service), about(logged));
	}
	return hash;
}

/* An outcome may yet come of the last intent, and say that it was done. */
static uint64_t hash_repetition(uint64_t hash, const struct stage *stage)
{
	const char *outcome = NULL;
	struct repetition last = { 0 };
	size_t i;
	json_t *record;

	json_array_foreach (stage->noted, i, record) {
		const json_t *intent = last.intent;

		is_repeated(&last, record);
		if (intent != last.intent)
			outcome = NULL;
		else if (intent && is_same(intent, "n", record, "intent"))
			outcome = record_string(record, "result");
	}
	hash = outlook_json(hash, json_object_get(last.done, "operation"));
	hash = outlook_json(hash, json_object_get(last.done, "request"));
	hash = outlook_json(hash, json_object_get(last.intent, "operation"));
	hash = outlook_json(hash, json_object_get(last.intent, "request"));
	return hash_text(hash, outcome);
}

/* Where others have acted, everything that we changed may tell what is whose, and when. */
static uint64_t hash_changes(uint64_t hash, const struct sim *sim)
{
	for (size_t i = 0; i < sim_log_count(sim); i++) {
		const struct sim_logged *logged = sim_log_at(sim, i);

		if (!logged->reads)
			hash = hash_number(hash_request(logged->operation, logged->input) ^ hash,
					   (uint64_t)logged->effect | (uint64_t)is_unanswered(logged) << 1 |
						   (uint64_t)(logged->number == 0) << 2 |
						   (uint64_t)(logged->fault == SIM_FAULT_LATE) << 3);
	}
	return hash;
}

uint64_t sent_so_far(uint64_t hash, const struct stage *stage)
{
	if (anybody_acted(stage))
		hash = hash_changes(hash, stage->sim);
	else
		hash = hash_repetition(hash, stage);
	hash = hash_doubts(hash_number(hash, balance_of(stage)), stage->sim);
	return hash_number(hash_number(hash, (uint64_t)launches_declared(stage)), was_changed(stage));
}
