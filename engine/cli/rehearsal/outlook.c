#include "config.h"

#include "cli/rehearsal/outlook.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "cli/rehearsal/mishaps.h"
#include "text/json.h"

/* ---- documents, but for the hour */

/* What differs from play to play in a record, and nobody decides by. */
static bool is_of_the_hour(const char *key)
{
	static const char *const keys[] = {
		"n", "at", "durable", "intent", "definition", "run", "attempts", "request_id", "sha256", "message",
	};
	const size_t length = strlen(key);

	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++)
		if (keys[i][0] == key[0] && strcmp(keys[i], key) == 0)
			return true;
	return length > 3 && strcmp(key + length - 3, "_ms") == 0;
}

/* "2026-11-22T20:07:38": AWS's texts have it, too. */
static size_t time_length(const char *text)
{
	static const char form[] = "0000-00-00T00:00:00";

	for (size_t i = 0; form[i]; i++)
		if (form[i] == '0' ? !isdigit((unsigned char)text[i]) : text[i] != form[i])
			return 0;
	return sizeof(form) - 1;
}

static uint64_t hash_timeless(uint64_t hash, const char *text)
{
	for (const char *at = text; *at; at++) {
		at += *at == '2' ? time_length(at) : 0;
		if (!*at)
			break;
		hash = hash_byte(hash, *at);
	}
	return hash_number(hash, 0);
}

uint64_t outlook_json(uint64_t hash, const json_t *value)
{
	const char *key;
	json_t *item;
	size_t i;

	hash = hash_number(hash, value ? (uint64_t)json_typeof(value) : 0);
	json_array_foreach (value, i, item)
		hash = outlook_json(hash, item);
	json_object_foreach ((json_t *)(uintptr_t)value, key, item)
		if (!is_of_the_hour(key))
			hash = outlook_json(hash_text(hash, key), item);
	if (json_is_string(value))
		return hash_timeless(hash, json_string_value(value));
	return hash_number(hash, json_is_integer(value) ? (uint64_t)json_integer_value(value) : 0);
}

/* ---- the run, as its journal has it */

static uint64_t hash_entry(uint64_t hash, const struct ledger_entry *entry)
{
	hash = hash_text(hash_text(hash, entry->resource), entry->state);
	hash = outlook_json(outlook_json(hash, entry->held), entry->undone);
	for (size_t i = 0; i < entry->n_doubts; i++)
		hash = outlook_json(hash_number(hash, entry->doubts[i].undo), entry->doubts[i].record);
	return hash_number(hash, entry->trouble != NULL);
}

uint64_t outlook_begun_again(const struct history *history)
{
	uint64_t hash = outlook_json(history->leg != NULL, json_object_get(history->first, "input"));

	hash = hash_number(hash, json_array_size(history->definitions));
	for (size_t i = 0; i < history->ledger.count; i++)
		hash = hash_entry(hash, &history->ledger.entries[i]);
	return hash;
}

uint64_t outlook_history(const struct history *history)
{
	uint64_t hash = outlook_begun_again(history);

	hash = outlook_json(outlook_json(hash, history->states), history->catches);
	hash = outlook_json(outlook_json(hash, history->leg), history->leg_end);
	hash = hash_text(hash_text(hash, history->position), history->next);
	hash = hash_number(hash, history->standing);
	return hash_number(hash, (uint64_t)history->succeeded | (uint64_t)(history->expires_ms != 0) << 1);
}

/* ---- what the process knows */

void outlook_process(struct stage *stage)
{
	struct history history = { 0 };

	if (!stage_looks_out(stage))
		return;
	stage->knows = (struct knowledge){ .process = stage->knows.process + 1 };
	if (stage_open_run(stage, &history))
		stage->knows.journal = stage->knows.durable = outlook_history(&history);
	history_release(&history);
}

void outlook_leg(struct stage *stage, const char *name, bool opens)
{
	stage->knows.begun = hash_number(hash_text(0, name), opens);
}

/* A state begins with no knowledge but the journal's. What it is told twice it has been told last. */
static void forget_answers(struct knowledge *knows)
{
	memset(knows->answers, 0, sizeof(knows->answers));
	knows->told = 0;
}

void outlook_record(struct stage *stage, const struct history *history, const json_t *record)
{
	struct knowledge *knows = &stage->knows;
	const char *type = record_string(record, "type");

	if (strcmp(type, "enter") == 0)
		forget_answers(knows);
	knows->journal = outlook_history(history);
	knows->moments = 0;
	/* A journal is made with its first record in it. */
	if (strcmp(type, "run") == 0)
		outlook_durable(stage);
}

void outlook_durable(struct stage *stage)
{
	stage->knows.durable = stage->knows.journal;
}

static uint64_t hash_answer(uint64_t question, const struct call_result *result)
{
	uint64_t hash = hash_number(question, result->in_doubt);

	/* Whoever asks again after one of these does so after each. */
	if (failures[result->failure].passing)
		return hash_number(hash, FAILURE_COUNT);
	return outlook_json(hash_text(hash_number(hash, result->failure), result->code), result->output);
}

static void hear(struct knowledge *knows, uint64_t question, uint64_t answer)
{
	const size_t slot = question % QUESTIONS_MOST;

	knows->told += answer - knows->answers[slot];
	knows->answers[slot] = answer;
	knows->moments = 0;
}

/* ---- moments */

/* What a play goes by beside the world, the disk and the process: what is yet to come of its mishaps. */
static uint64_t hash_stage(const struct stage *stage)
{
	uint64_t hash = hash_number(0, stage->given_up);
	struct sim_done done;

	for (size_t i = 0; i < stage->n_mishaps; i++)
		if (mishap_lasts(&stage->mishaps[i]))
			hash = hash_number(hash, stage->mishaps[i].kind);
	/* The world without us is theirs. */
	for (size_t i = 0; sim_act_done(stage->sim, i, &done); i++)
		hash = act_hash(hash_number(hash, done.at_ms != 0), &done.act);
	return hash;
}

static struct outlook look_out(struct stage *stage, uint64_t question)
{
	struct knowledge *knows = &stage->knows;
	uint64_t around = hash_number(hash_number(sim_likeness(stage->sim), hash_stage(stage)), knows->begun != 0);
	uint64_t lives = hash_number(hash_number(around, knows->journal), knows->durable);

	lives = hash_number(hash_number(lives, knows->begun), knows->told);
	return (struct outlook){
		.around = around,
		.lives = hash_number(hash_number(lives, question), knows->moments++),
		.saved = hash_number(around, knows->journal),
		.lost = hash_number(around, knows->durable),
		.process = knows->process,
	};
}

static struct outlook *place_of(struct outlooks *outlooks, size_t at)
{
	const size_t size = outlooks->size;

	if (at >= size) {
		outlooks->size = 2 * at + 1;
		outlooks->rows = memory_resize(outlooks->rows, outlooks->size, sizeof(*outlooks->rows));
		memset(outlooks->rows + size, 0, (outlooks->size - size) * sizeof(*outlooks->rows));
	}
	return &outlooks->rows[at];
}

struct asking {
	struct knowledge *knows;
	uint64_t question;
	call_done *done;
	void *argument;
};

static void hear_answer(void *argument, const struct call_result *result)
{
	const struct asking *asking = argument;

	hear(asking->knows, asking->question, hash_answer(asking->question, result));
	asking->done(asking->argument, result);
}

void outlook_request(struct stage *stage, const struct call *call, call_done **done, void **argument)
{
	struct asking *asking = ARENA_NEW(stage->arena, struct asking);
	struct outlook outlook;

	*asking = (struct asking){
		.knows = &stage->knows,
		.question = outlook_json(hash_text(0, call->operation->name), call->input),
		.done = *done,
		.argument = *argument,
	};
	outlook = look_out(stage, asking->question);
	outlook.reads = call->operation->reads;
	outlook.service = call->operation->service->name;
	*place_of(&stage->profile->at_requests, sim_requests(stage->sim) + 1) = outlook;
	*done = hear_answer;
	*argument = asking;
}

void outlook_step(struct stage *stage)
{
	*place_of(&stage->profile->at_steps, storage_memory_steps(stage->memory) + 1) = look_out(stage, 0);
}

void outlooks_release(struct outlooks *outlooks)
{
	free(outlooks->rows);
	*outlooks = (struct outlooks){ 0 };
}

void outlooks_drop(struct outlooks *outlooks, size_t count)
{
	if (count >= outlooks->size)
		return;
	outlooks->size -= count;
	memmove(outlooks->rows, outlooks->rows + count, outlooks->size * sizeof(*outlooks->rows));
}
