#include "config.h"

#include "run/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "text/json.h"

void history_release(struct history *history)
{
	json_decref(history->first);
	json_decref(history->definitions);
	json_decref(history->states);
	json_decref(history->catches);
	json_decref(history->leg);
	json_decref(history->leg_end);
	ledger_release(&history->ledger);
	free(history->position);
	free(history->next);
	free(history->because);
	*history = (struct history){ 0 };
}

static char *copy_text(const char *text)
{
	return text ? memory_copy_text(text) : NULL;
}

void history_copy(struct history *copy, struct history *history)
{
	history->shares = true;
	*copy = *history;
	json_incref(copy->first);
	json_incref(copy->definitions);
	json_incref(copy->states);
	json_incref(copy->catches);
	json_incref(copy->leg);
	json_incref(copy->leg_end);
	copy->position = copy_text(history->position);
	copy->next = copy_text(history->next);
	copy->because = copy_text(history->because);
	ledger_copy(&copy->ledger, &history->ledger);
}

static void own(json_t **value)
{
	json_t *copy = *value ? json_made(json_copy(*value)) : NULL;

	json_decref(*value);
	*value = copy;
}

/* The containers that records are put into; what is in them is never written to. */
static void history_part(struct history *history)
{
	own(&history->first);
	own(&history->definitions);
	own(&history->states);
	own(&history->catches);
	history->shares = false;
}

static void keep_text(char **kept, const json_t *record, const char *key)
{
	const char *text = json_string_value(json_object_get(record, key));

	free(*kept);
	*kept = copy_text(text);
}

static void keep_record(json_t **kept, json_t *record)
{
	json_decref(*kept);
	*kept = json_incref(record);
}

static void stand(struct history *history, enum standing standing, const json_t *record, const char *key)
{
	history->standing = standing;
	history->since_ms = history->latest_ms;
	history->expires_ms = 0;
	keep_text(&history->position, record, key);
}

static int apply_run(struct history *history, json_t *record)
{
	if (history->first)
		return -1;
	history->first = json_copy(record); /* its input may yet be replaced */
	history->definitions = json_array();
	json_array_append(history->definitions, json_object_get(history->first, "definition"));
	history->states = json_object();
	history->catches = json_object();
	history->since_ms = history->latest_ms;
	return json_array_size(history->definitions) == 1 ? 0 : -1;
}

/* Journals of earlier engines do not say all of it anew. */
static void replace_first(struct history *history, const json_t *record, const char *key)
{
	json_t *value = json_object_get(record, key);

	if (value)
		json_object_set(history->first, key, value);
}

static int apply_definition(struct history *history, json_t *record)
{
	if (!json_is_object(json_object_get(record, "definition")))
		return -1;
	json_array_append(history->definitions, json_object_get(record, "definition"));
	replace_first(history, record, "input");
	replace_first(history, record, "env");
	return 0;
}

static int apply_leg(struct history *history, json_t *record)
{
	keep_record(&history->leg, record);
	json_decref(history->leg_end);
	history->leg_end = NULL;
	if (!json_is_true(json_object_get(record, "begins")))
		return 0;
	/* Begun again: what was given and caught belongs to an earlier passage; the ledger stays. */
	json_object_clear(history->states);
	json_object_clear(history->catches);
	history->standing = STANDING_NEW;
	history->since_ms = history->latest_ms;
	free(history->position);
	history->position = NULL;
	return 0;
}

static int apply_enter(struct history *history, json_t *record)
{
	stand(history, STANDING_IN, record, "state");
	return history->position ? 0 : -1;
}

static int apply_left(struct history *history, json_t *record)
{
	json_t *gave;

	if (!history->position || strcmp(history->position, record_string(record, "state")) != 0)
		return -1;
	gave = json_copy(json_object_get(record, "gave"));
	if (!gave)
		gave = json_object();
	json_object_set(gave, "changed", json_object_get(record, "changed"));
	json_put(history->states, history->position, gave);
	stand(history, STANDING_BEFORE, record, "next");
	return history->position ? 0 : -1;
}

static int apply_caught(struct history *history, json_t *record)
{
	const char *catcher = record_string(record, "catch");
	json_int_t uses = json_integer_value(json_object_get(history->catches, catcher));

	json_object_set_new(history->catches, catcher, json_integer(uses + 1));
	stand(history, STANDING_BEFORE, record, "next");
	return history->position ? 0 : -1;
}

static int apply_pause(struct history *history, json_t *record)
{
	stand(history, STANDING_PAUSED, record, "state");
	keep_text(&history->next, record, "next");
	history->expires_ms = json_integer_value(json_object_get(record, "expires_ms"));
	return history->position && history->next ? 0 : -1;
}

/* From a pause to where the run goes on: the next leg, or nobody came. */
static int apply_goes_on(struct history *history, json_t *record)
{
	stand(history, STANDING_BEFORE, record, "next");
	return history->position ? 0 : -1;
}

static int apply_end(struct history *history, json_t *record)
{
	stand(history, STANDING_ENDED, record, "state");
	history->succeeded = strcmp(record_string(record, "status"), "succeeded") == 0;
	keep_text(&history->because, record, "because");
	return 0;
}

static int apply_leg_end(struct history *history, json_t *record)
{
	keep_record(&history->leg_end, record);
	return 0;
}

static int apply_nothing(struct history *history, json_t *record)
{
	(void)history;
	(void)record;
	return 0;
}

static const struct {
	const char *type;
	int (*apply)(struct history *history, json_t *record);
} history_records[] = {
	{ "run", apply_run },
	{ "definition", apply_definition },
	{ "leg", apply_leg },
	{ "enter", apply_enter },
	{ "left", apply_left },
	{ "caught", apply_caught },
	{ "pause", apply_pause },
	{ "goes_on", apply_goes_on },
	{ "end", apply_end },
	{ "leg_end", apply_leg_end },
	{ "intent", apply_nothing },
	{ "outcome", apply_nothing },
	{ "restored", apply_nothing },
	{ "not_restored", apply_nothing },
	{ "unanswered", apply_nothing },
	{ "settled", apply_nothing },
	{ "retry", apply_nothing },
	{ "note", apply_nothing },
};

int history_apply(struct history *history, json_t *record, struct error *err)
{
	const char *type = record_string(record, "type");
	int64_t at_ms = time_parse(record_string(record, "at"));

	if (history->shares)
		history_part(history);
	if (at_ms > 0)
		history->latest_ms = at_ms;
	for (size_t i = 0; i < ARRAY_LENGTH(history_records); i++) {
		if (strcmp(history_records[i].type, type) != 0)
			continue;
		if ((!history->first && i != 0) || history_records[i].apply(history, record) != 0 ||
		    ledger_apply(&history->ledger, record) != 0)
			break;
		return 0;
	}
	return error_set(err, ERROR_DAMAGE, NOWHERE, "record %lld ('%s') cannot follow the records before it",
			 (long long)json_integer_value(json_object_get(record, "n")), type);
}

json_t *history_definition(const struct history *history)
{
	return json_array_get(history->definitions, json_array_size(history->definitions) - 1);
}

bool history_is_open(const struct history *history)
{
	return history->standing != STANDING_ENDED || history->ledger.count > 0;
}

const char *history_text(const struct history *history, const char *key)
{
	return record_string(history->first, key);
}

const char *history_leg_text(const struct history *history, const char *key)
{
	return record_string(history->leg, key);
}

bool history_is_only_begun(const struct history *history)
{
	return !history->leg ||
	       (strcmp(history_leg_text(history, "leg"), "adopt") == 0 && history->standing != STANDING_PAUSED);
}
