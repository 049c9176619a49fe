#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/storage_memory.h"
#include "run/history.h"
#include "run/journal.h"
#include "run/journal_shelf.h"
#include "run/run.h"
#include "text/json.h"

/* One of each kind; the journal adds n, at and sha256. */
static const char *const records[] = {
	"{\"type\":\"run\",\"definition\":{\"a\":1},\"subject\":\"i-1\",\"input\":{\"group\":\"web\"}}",
	"{\"type\":\"leg\",\"leg\":\"BeforeInstall\",\"begins\":true}",
	"{\"type\":\"enter\",\"state\":\"S\"}",
	"{\"type\":\"intent\",\"state\":\"S\",\"resource\":\"g/min\",\"sign_until_ms\":1000}",
	"{\"type\":\"unanswered\",\"intent\":4,\"status\":500}",
	"{\"type\":\"intent\",\"state\":\"S\",\"resource\":\"g/min\",\"sign_until_ms\":2000}",
	"{\"type\":\"outcome\",\"intent\":6,\"result\":\"done\"}",
	"{\"type\":\"left\",\"state\":\"S\",\"changed\":true,\"gave\":{\"was\":2},\"next\":\"T\"}",
	"{\"type\":\"enter\",\"state\":\"T\"}",
	"{\"type\":\"caught\",\"catch\":\"T/0\",\"next\":\"OUT\"}",
	"{\"type\":\"pause\",\"state\":\"OUT\",\"next\":\"BACK\",\"expires_ms\":3000}",
	"{\"type\":\"leg_end\",\"exit\":0}",
	"{\"type\":\"definition\",\"definition\":{\"a\":2},\"input\":{\"group\":\"app\"},\"env\":{}}",
	"{\"type\":\"goes_on\",\"next\":\"BACK\"}",
	"{\"type\":\"not_restored\",\"resource\":\"g/min\",\"failure\":\"throttled\"}",
	"{\"type\":\"restored\",\"resource\":\"g/min\",\"how\":\"restored\"}",
	"{\"type\":\"leg\",\"leg\":\"ApplicationStart\",\"begins\":true}",
	"{\"type\":\"end\",\"state\":\"DONE\",\"status\":\"succeeded\",\"because\":\"it is back\"}",
};

enum { RECORD_COUNT = ARRAY_LENGTH(records) };

struct world {
	struct clock clock;
	struct storage_memory *memory;
	struct storage *storage;
};

static int64_t fixed_wall_ms(struct clock *clock)
{
	(void)clock;
	return INT64_C(1795378058000);
}

static void world_init(struct world *world)
{
	*world = (struct world){ .clock = { .wall_ms = fixed_wall_ms }, .memory = storage_memory_new() };
	world->storage = storage_memory_storage(world->memory);
	world->storage->shelf = journal_shelf_new();
}

static void world_release(struct world *world)
{
	journal_shelf_free(world->storage->shelf);
	storage_memory_free(world->memory);
}

static json_t *fields_of(const char *record)
{
	json_t *fields = json_loads(record, 0, NULL);

	assert_non_null(fields);
	json_object_del(fields, "type");
	return fields;
}

static struct journal *journal_with(struct world *world, const char *run, size_t count)
{
	struct journal *journal = NULL;
	char type[32];

	for (size_t i = 0; i < count; i++) {
		assert_int_equal(sscanf(records[i], "{\"type\":\"%31[a-z_]\"", type), 1);
		if (!journal)
			journal = journal_create(world->storage, &world->clock, run, type, fields_of(records[i]),
						 NULL);
		else
			assert_int_equal(journal_append(journal, type, fields_of(records[i]), NULL), 0);
		assert_non_null(journal);
	}
	assert_int_equal(journal_sync(journal, NULL), 0);
	return journal;
}

static void apply(struct history *history, const struct journal *journal, size_t from, size_t end)
{
	struct error err = ERROR_INIT;

	for (size_t i = from; i < end; i++)
		if (history_apply(history, journal_get(journal, i), &err) != 0)
			fail_msg("%s", err.message);
}

static void put(json_t *object, const char *key, json_t *value)
{
	json_put(object, key, value ? json_incref(value) : json_null());
}

static json_t *entry_json(const struct ledger_entry *entry)
{
	json_t *json = json_pack("{s:s, s:s, s:I}", "resource", entry->resource, "state", entry->state, "since",
				 (json_int_t)entry->held_since_ms);

	put(json, "held", entry->held);
	put(json, "undone", entry->undone);
	put(json, "trouble", entry->trouble);
	for (size_t i = 0; i < entry->n_doubts; i++)
		put(json, "doubt", entry->doubts[i].record);
	json_put(json, "late", json_integer(entry->n_doubts ? entry->doubts[0].late_until_ms : 0));
	return json;
}

/* All that it holds; to be freed. */
static char *history_shown(const struct history *history)
{
	json_t *json = json_pack("{s:s?, s:s?, s:s?, s:i, s:b, s:I, s:I, s:I}", "position", history->position, "next",
				 history->next, "because", history->because, "standing", (int)history->standing,
				 "succeeded", (int)history->succeeded, "since", (json_int_t)history->since_ms,
				 "expires", (json_int_t)history->expires_ms, "latest", (json_int_t)history->latest_ms);
	json_t *ledger = json_array();
	char *text;

	put(json, "first", history->first);
	put(json, "definitions", history->definitions);
	put(json, "states", history->states);
	put(json, "catches", history->catches);
	put(json, "leg", history->leg);
	put(json, "leg_end", history->leg_end);
	for (size_t i = 0; i < history->ledger.count; i++)
		json_append(ledger, entry_json(&history->ledger.entries[i]));
	json_put(json, "ledger", ledger);
	text = json_text(json, JSON_COMPACT);
	json_decref(json);
	return text;
}

static void assert_leads_to(const struct history *history, const struct journal *journal, size_t count)
{
	struct history replayed = { 0 };
	char *due, *shown = history_shown(history);

	apply(&replayed, journal, 0, count);
	due = history_shown(&replayed);
	assert_string_equal(shown, due);
	free(due);
	free(shown);
	history_release(&replayed);
}

/* Whichever of the two goes on first. */
static void a_history_and_its_copy_go_on_as_if_there_were_no_other(void **state)
{
	struct world world;
	struct journal *journal;

	(void)state;
	world_init(&world);
	journal = journal_with(&world, "r-0001", RECORD_COUNT);
	for (size_t i = 0; i <= 2 * RECORD_COUNT + 1; i++) {
		struct history history = { 0 }, copy = { 0 };
		struct history *goes_on = i % 2 ? &copy : &history, *stays = i % 2 ? &history : &copy;
		const size_t count = i / 2;

		apply(&history, journal, 0, count);
		history_copy(&copy, &history);
		apply(goes_on, journal, count, RECORD_COUNT);
		assert_leads_to(goes_on, journal, RECORD_COUNT);
		assert_leads_to(stays, journal, count);
		history_release(goes_on);
		assert_leads_to(stays, journal, count);
		apply(stays, journal, count, RECORD_COUNT);
		assert_leads_to(stays, journal, RECORD_COUNT);
		history_release(stays);
	}
	journal_close(journal);
	world_release(&world);
}

static void a_known_history_is_the_longest_that_leads_to_a_journal(void **state)
{
	static const size_t kept[] = { 3, 8, 5 };
	struct world world;
	struct journal *journals[ARRAY_LENGTH(kept)], *journal;
	struct history history = { 0 };
	struct journal_shelf *shelf;

	(void)state;
	world_init(&world);
	shelf = world.storage->shelf;
	for (size_t i = 0; i < ARRAY_LENGTH(kept); i++) {
		struct history replayed = { 0 };

		journals[i] = journal_with(&world, "r-0001", kept[i]);
		assert_int_equal(world.storage->remove(world.storage, "r-0001.journal", NULL), 0);
		apply(&replayed, journals[i], 0, kept[i]);
		journal_shelf_keep_history(shelf, journals[i], &replayed);
		history_release(&replayed);
	}
	journal = journal_with(&world, "r-0001", 9);
	assert_int_equal(journal_shelf_history(shelf, journal, &history), 8);
	assert_leads_to(&history, journal, 8);
	history_release(&history);
	assert_int_equal(journal_shelf_history(shelf, journals[2], &history), 5);
	history_release(&history);
	journal_close(journal);
	/* Another run's lines begin otherwise. */
	journal = journal_with(&world, "r-0002", 9);
	assert_int_equal(journal_shelf_history(shelf, journal, &history), 0);
	assert_int_equal(journal_shelf_history(NULL, journal, &history), 0);
	assert_null(history.first);
	journal_close(journal);
	for (size_t i = 0; i < ARRAY_LENGTH(kept); i++)
		journal_close(journals[i]);
	world_release(&world);
}

/* That a history is known changes nothing in what is read: each line is looked at, and its bytes count. */
static void a_line_that_is_damaged_is_damaged_in_a_known_journal_too(void **state)
{
	struct world world;
	struct buffer bytes = BUFFER_INIT;
	struct error err = ERROR_INIT;
	struct history history = { 0 };
	struct storage_file *file;
	char *damaged;

	(void)state;
	world_init(&world);
	journal_close(journal_with(&world, "r-0001", RECORD_COUNT));
	assert_int_equal(run_look(world.storage, "r-0001", &history, &err), 0);
	history_release(&history);
	assert_int_equal(world.storage->read(world.storage, "r-0001.journal", SIZE_MAX, &bytes, &err), 0);
	assert_int_equal(world.storage->remove(world.storage, "r-0001.journal", &err), 0);
	damaged = strstr(buffer_text(&bytes), "g/min");
	assert_non_null(damaged);
	damaged[2] = 'M';
	assert_int_equal(
		world.storage->create(world.storage, "r-0001.journal", bytes.bytes, bytes.length, 0, &file, &err), 0);
	world.storage->close(world.storage, file);
	assert_int_equal(run_look(world.storage, "r-0001", &history, &err), -1);
	assert_int_equal(err.kind, ERROR_DAMAGE);
	assert_non_null(strstr(err.message, "line 4 is damaged: its hash is wrong"));
	buffer_release(&bytes);
	world_release(&world);
}

static void a_pause_that_does_not_say_where_it_goes_on_is_damage(void **state)
{
	static const char *const rows[] = { "{}", "{\"state\":\"OUT\"}", "{\"next\":\"BACK\"}",
					    "{\"state\":\"OUT\",\"next\":null}" };
	struct world world;
	struct journal *journal;

	(void)state;
	world_init(&world);
	journal = journal_with(&world, "r-0001", 1);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct history history = { 0 };
		struct error err = ERROR_INIT;
		json_t *pause = fields_of(rows[i]);

		apply(&history, journal, 0, 1);
		json_object_set_new(pause, "type", json_string("pause"));
		assert_int_equal(history_apply(&history, pause, &err), -1);
		assert_int_equal(err.kind, ERROR_DAMAGE);
		history_release(&history);
		json_decref(pause);
	}
	journal_close(journal);
	world_release(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_history_and_its_copy_go_on_as_if_there_were_no_other),
		cmocka_unit_test(a_known_history_is_the_longest_that_leads_to_a_journal),
		cmocka_unit_test(a_line_that_is_damaged_is_damaged_in_a_known_journal_too),
		cmocka_unit_test(a_pause_that_does_not_say_where_it_goes_on_is_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
