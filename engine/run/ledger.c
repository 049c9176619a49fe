#include "config.h"

#include "run/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"

const char *record_string(const json_t *record, const char *key)
{
	const char *text = json_string_value(json_object_get(record, key));

	return text ? text : "";
}

static void entry_release(struct ledger_entry *entry)
{
	for (size_t i = 0; i < entry->n_doubts; i++)
		json_decref(entry->doubts[i].record);
	free(entry->doubts);
	free(entry->resource);
	free(entry->state);
	json_decref(entry->held);
	json_decref(entry->undone);
	json_decref(entry->trouble);
}

void ledger_release(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->count; i++)
		entry_release(&ledger->entries[i]);
	free(ledger->entries);
	*ledger = (struct ledger){ 0 };
}

static struct doubt *doubts_copy(const struct ledger_entry *entry)
{
	struct doubt *copy = entry->n_doubts ? memory_new(entry->n_doubts, sizeof(*copy)) : NULL;

	for (size_t i = 0; i < entry->n_doubts; i++) {
		copy[i] = entry->doubts[i];
		json_incref(copy[i].record);
	}
	return copy;
}

void ledger_copy(struct ledger *copy, const struct ledger *ledger)
{
	*copy = (struct ledger){
		.count = ledger->count, .changed_ms = ledger->changed_ms, .undone_ms = ledger->undone_ms
	};
	if (ledger->count > 0)
		copy->entries = memory_new(ledger->count, sizeof(*copy->entries));
	for (size_t i = 0; i < ledger->count; i++) {
		const struct ledger_entry *entry = &ledger->entries[i];

		copy->entries[i] = *entry;
		copy->entries[i].resource = memory_copy_text(entry->resource);
		copy->entries[i].state = memory_copy_text(entry->state);
		copy->entries[i].doubts = doubts_copy(entry);
		json_incref(entry->held);
		json_incref(entry->undone);
		json_incref(entry->trouble);
	}
}

struct ledger_entry *ledger_find(const struct ledger *ledger, const char *resource)
{
	for (size_t i = 0; i < ledger->count; i++)
		if (strcmp(ledger->entries[i].resource, resource) == 0)
			return &ledger->entries[i];
	return NULL;
}

bool ledger_has_state(const struct ledger *ledger, const char *state)
{
	for (size_t i = 0; i < ledger->count; i++)
		if (strcmp(ledger->entries[i].state, state) == 0)
			return true;
	return false;
}

const json_t *ledger_entry_intent(const struct ledger_entry *entry)
{
	if (entry->held)
		return entry->held;
	for (size_t i = entry->n_doubts; i-- > 0;)
		if (!entry->doubts[i].undo)
			return entry->doubts[i].record;
	return NULL;
}

bool ledger_entry_is_final(const struct ledger_entry *entry)
{
	return json_is_null(json_object_get(ledger_entry_intent(entry), "undo"));
}

json_t *ledger_json(const struct ledger *ledger)
{
	static const char *const shown[] = { "resource", "state", "action", "input", "change" };
	json_t *list = json_array();

	for (size_t i = 0; i < ledger->count; i++) {
		const json_t *intent = ledger_entry_intent(&ledger->entries[i]);
		json_t *row = json_object();

		for (size_t k = 0; k < ARRAY_LENGTH(shown); k++)
			json_object_set(row, shown[k], json_object_get(intent, shown[k]));
		json_array_append_new(list, row);
	}
	return list;
}

static struct ledger_entry *entry_add(struct ledger *ledger, const char *resource, const char *state)
{
	struct ledger_entry *entry;

	ledger->entries = memory_resize(ledger->entries, ledger->count + 1, sizeof(*ledger->entries));
	entry = &ledger->entries[ledger->count++];
	*entry = (struct ledger_entry){ .resource = memory_copy_text(resource), .state = memory_copy_text(state) };
	return entry;
}

static void entry_remove(struct ledger *ledger, struct ledger_entry *entry)
{
	size_t i = (size_t)(entry - ledger->entries);

	entry_release(entry);
	memmove(entry, entry + 1, (ledger->count - i - 1) * sizeof(*entry));
	ledger->count--;
}

/* A request may have been sent from here on. */
static int apply_intent(struct ledger *ledger, json_t *record)
{
	bool undo = json_is_true(json_object_get(record, "restores"));
	struct ledger_entry *entry = ledger_find(ledger, record_string(record, "resource"));
	struct doubt *doubt;

	if (!entry && undo)
		return -1;
	if (!entry)
		entry = entry_add(ledger, record_string(record, "resource"), record_string(record, "state"));
	entry->doubts = memory_resize(entry->doubts, entry->n_doubts + 1, sizeof(*entry->doubts));
	doubt = &entry->doubts[entry->n_doubts++];
	*doubt = (struct doubt){
		.intent = json_integer_value(json_object_get(record, "n")),
		.undo = undo,
		.late_until_ms = json_integer_value(json_object_get(record, "sign_until_ms")) + LATE_EFFECT_MS,
		.record = json_incref(record),
	};
	return 0;
}

static void doubt_remove(struct ledger_entry *entry, size_t i)
{
	json_decref(entry->doubts[i].record);
	memmove(&entry->doubts[i], &entry->doubts[i + 1], (entry->n_doubts - i - 1) * sizeof(*entry->doubts));
	entry->n_doubts--;
}

static struct ledger_entry *find_doubt(struct ledger *ledger, json_int_t intent, size_t *at)
{
	for (size_t i = 0; i < ledger->count; i++)
		for (*at = 0; *at < ledger->entries[i].n_doubts; (*at)++)
			if (ledger->entries[i].doubts[*at].intent == intent)
				return &ledger->entries[i];
	return NULL;
}

static void entry_hold(struct ledger_entry *entry, const struct doubt *doubt, const json_t *record)
{
	if (doubt->undo) {
		json_decref(entry->undone);
		entry->undone = json_incref(doubt->record);
		return;
	}
	json_decref(entry->undone);
	entry->undone = NULL;
	json_decref(entry->held);
	entry->held = json_incref(doubt->record);
	entry->held_since_ms = time_parse(record_string(record, "at"));
}

/* It took effect, as AWS answered or showed. */
static void apply_effect(struct ledger *ledger, struct ledger_entry *entry, const struct doubt *doubt,
			 const json_t *record)
{
	entry_hold(entry, doubt, record);
	ledger->changed_ms = time_parse(record_string(record, "at"));
	if (doubt->undo)
		ledger->undone_ms = ledger->changed_ms;
}

static size_t first_alike(const struct ledger_entry *entry, size_t at)
{
	size_t i = 0;

	while (entry->doubts[i].undo != entry->doubts[at].undo)
		i++;
	return i;
}

/* done: AWS answered. observed: no answer, but the effect was seen; of several unanswered requests one did it, and
 * the others may still come, so the newest stays in doubt. failed, expired: it provably changed nothing, or can no
 * longer. */
static int apply_outcome(struct ledger *ledger, json_t *record)
{
	const char *result = record_string(record, "result");
	bool observed = strcmp(result, "observed") == 0;
	size_t at;
	struct ledger_entry *entry = find_doubt(ledger, json_integer_value(json_object_get(record, "intent")), &at);

	if (!entry)
		return -1;
	if (observed || strcmp(result, "done") == 0)
		apply_effect(ledger, entry, &entry->doubts[at], record);
	doubt_remove(entry, observed ? first_alike(entry, at) : at);
	if (!entry->held && entry->n_doubts == 0)
		entry_remove(ledger, entry);
	return 0;
}

static int apply_restored(struct ledger *ledger, json_t *record)
{
	struct ledger_entry *entry = ledger_find(ledger, record_string(record, "resource"));

	if (entry)
		entry_remove(ledger, entry);
	return entry ? 0 : -1;
}

static int apply_trouble(struct ledger *ledger, json_t *record)
{
	struct ledger_entry *entry = ledger_find(ledger, record_string(record, "resource"));

	if (!entry)
		return -1;
	json_decref(entry->trouble);
	entry->trouble = json_incref(record);
	return 0;
}

/* An answer that tells nothing still tells that the request is no longer under way. */
static int apply_unanswered(struct ledger *ledger, json_t *record)
{
	size_t at;
	struct ledger_entry *entry = find_doubt(ledger, json_integer_value(json_object_get(record, "intent")), &at);

	if (!entry)
		return -1;
	if (json_integer_value(json_object_get(record, "status")) != 0)
		entry->doubts[at].late_until_ms = time_parse(record_string(record, "at")) + SHOWN_AFTER_MS;
	return 0;
}

/* What cannot be taken back is not held against the run once its state is passed: it was done, or there was no need
 * for it any more, and that an unanswered request for it may come yet is nobody's concern, for no opposite one will be
 * sent. */
static int apply_left(struct ledger *ledger, json_t *record)
{
	for (size_t i = ledger->count; i-- > 0;) {
		struct ledger_entry *entry = &ledger->entries[i];

		if (strcmp(entry->state, record_string(record, "state")) == 0 && ledger_entry_is_final(entry))
			entry_remove(ledger, entry);
	}
	return 0;
}

static const struct {
	const char *type;
	int (*apply)(struct ledger *ledger, json_t *record);
} ledger_records[] = {
	{ "intent", apply_intent }, { "unanswered", apply_unanswered }, { "outcome", apply_outcome },
	{ "left", apply_left },     { "restored", apply_restored },     { "not_restored", apply_trouble },
};

int ledger_apply(struct ledger *ledger, json_t *record)
{
	const char *type = record_string(record, "type");

	for (size_t i = 0; i < ARRAY_LENGTH(ledger_records); i++)
		if (strcmp(ledger_records[i].type, type) == 0)
			return ledger_records[i].apply(ledger, record);
	return 0;
}
