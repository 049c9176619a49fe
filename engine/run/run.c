/* A run: made, opened again, and changed, which only a record does. Its legs are in leg.c. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/internal.h"
#include "run/journal_shelf.h"
#include "text/json.h"

const struct history *run_history(const struct run *run)
{
	return &run->history;
}

const struct machine *run_machine(const struct run *run)
{
	return run->machine;
}

const char *run_id(const struct run *run)
{
	return run->journal ? journal_run(run->journal) : "plan";
}

static struct run *run_make(const struct run_environment *environment, enum run_mode mode)
{
	struct run *run = memory_new(1, sizeof(*run));

	run->environment = *environment;
	run->mode = mode;
	run->arena = arena_new();
	run->readings = readings_new(environment->clock, environment->executor);
	run->leg_deadline_ms = INT64_MAX;
	return run;
}

void run_free(struct run *run)
{
	if (!run)
		return;
	run->environment.executor->cancel(run->environment.executor);
	run_forget_verified(run);
	readings_free(run->readings);
	json_decref(run->document);
	history_release(&run->history);
	json_decref(run->at_hand_definition);
	free(run->catalogues);
	journal_close(run->journal);
	arena_free(run->arena);
	free(run);
}

/* Without a journal a record is made as the journal would make it, and not kept. */
static json_t *planned_record(struct run *run, const char *type, json_t *fields)
{
	struct clock *clock = run->environment.clock;
	char at[TIME_TEXT_BYTES];
	json_t *record = json_pack("{s:I, s:s, s:s}", "n", run->last_record + 1, "at",
				   time_format(clock->wall_ms(clock), at), "type", type);

	json_object_update(record, fields);
	json_decref(fields);
	return record;
}

/* The new record: of the journal, which keeps it, or made here, then also as *made. */
static json_t *add_record(struct run *run, const char *type, json_t *fields, json_t **made)
{
	if (!run->journal)
		return *made = planned_record(run, type, fields);
	if (journal_append(run->journal, type, fields, &run->fatal) != 0)
		return NULL;
	return journal_get(run->journal, journal_count(run->journal) - 1);
}

int run_record(struct run *run, const char *type, json_t *fields)
{
	struct reporter *reporter = run->environment.reporter;
	json_t *made = NULL;
	json_t *record = add_record(run, type, json_made(fields), &made);
	int result;

	if (!record)
		return -1;
	run->last_record = json_integer_value(json_object_get(record, "n"));
	result = history_apply(&run->history, record, &run->fatal);
	if (result == 0)
		reporter->record(reporter, &run->history, record);
	else if (run->journal)
		journal_take_back(run->journal);
	json_decref(made);
	return result;
}

int run_write(struct run *run)
{
	return run->journal ? journal_write(run->journal, &run->fatal) : 0;
}

int run_sync(struct run *run)
{
	return run->journal ? journal_sync(run->journal, &run->fatal) : 0;
}

static void expect_definition(struct journal_expected *expected, json_t *value)
{
	journal_expect(expected, "definition", value);
}

void run_expect_definition(struct journal_expected *expected, const struct machine *machine)
{
	expect_definition(expected, machine_outline(machine));
	machine_write_definition(machine, &expected->text);
}

static void define(struct journal_expected *definition, const struct run_environment *environment,
		   const struct machine *machine)
{
	const struct machine *known = environment->known;
	/* Without a place for it, as a plan is, a run has records all the same. */
	const bool on_shelf = environment->storage && environment->storage->shelf;

	/* Records on a shelf are read by others, to whom they must say all. */
	if (!known && !on_shelf) {
		run_expect_definition(definition, machine);
		return;
	}
	expect_definition(definition, machine == known ? json_made(json_pack("{s:s}", "known", machine->name))
						       : machine_definition(machine));
	json_write(&definition->text, definition->value);
}

static json_t *first_fields(const struct run_environment *environment, const struct machine *machine, json_t *input,
			    json_t *about, const struct journal_expected *definition)
{
	json_t *fields = json_copy(about);
	char fingerprint[9];
	const char *bytes;
	size_t length;

	bytes = journal_expected_bytes(definition, &length);
	machine_fingerprint(bytes, length, fingerprint);
	json_object_set_new(fields, "engine", json_string(environment->engine_version));
	json_object_set_new(fields, "language", json_integer(MACHINE_LANGUAGE_VERSION));
	json_object_set_new(fields, "machine", json_string(machine->name));
	if (machine->use)
		json_object_set_new(fields, "use", json_string(machine->use->name));
	json_object_set_new(fields, "fingerprint", json_string(fingerprint));
	json_object_set(fields, "input", input);
	json_object_set(fields, "definition", definition->value);
	return fields;
}

void run_make_document(struct run *run, json_t *hook)
{
	json_t *metadata = json_object_get(run->document, "metadata");

	metadata = metadata ? json_incref(metadata) : json_object();
	json_decref(run->document);
	run->document = json_pack("{s:O?, s:o, s:O, s:O, s:O?}", "input", json_object_get(run->history.first, "input"),
				  "metadata", metadata, "hook", hook, "states", run->history.states, "env",
				  json_object_get(run->history.first, "env"));
	if (!run->document)
		memory_exhausted();
}

static int begin_journal(struct run *run, json_t *fields, const struct journal_expected *definition, struct error *err)
{
	struct reporter *reporter = run->environment.reporter;
	unsigned *made = run->environment.made;
	char name[JOURNAL_RUN_BYTES];
	json_t *record;

	if (run->mode == RUN_PLAN)
		return run_record(run, "run", fields);
	if (made)
		snprintf(name, sizeof(name), "r-%04x", ++*made);
	run->journal = journal_create_expecting(run->environment.storage, run->environment.clock, made ? name : NULL,
						"run", fields, definition, err);
	if (!run->journal)
		return -1;
	record = journal_get(run->journal, 0);
	run->last_record = 1;
	if (history_apply(&run->history, record, err) != 0)
		return -1;
	reporter->record(reporter, &run->history, record);
	return 0;
}

/* The newest definition is the machine at hand. */
static void keep_catalogue(struct run *run)
{
	size_t count = json_array_size(run->history.definitions);

	run->catalogues = memory_resize(run->catalogues, count, sizeof(*run->catalogues));
	while (run->n_catalogues < count)
		run->catalogues[run->n_catalogues++] = NULL;
	run->catalogues[count - 1] = run->machine->catalogue;
}

struct run *run_new(const struct run_environment *environment, enum run_mode mode, const struct machine *machine,
		    json_t *input, json_t *about, struct error *err)
{
	struct run *run = run_make(environment, mode);
	struct journal_expected definition;
	json_t *fields, *hook = json_object();

	define(&definition, environment, machine);
	fields = first_fields(environment, machine, input, about, &definition);
	if (!json_object_get(fields, "env"))
		json_object_set_new(fields, "env", json_object());
	run->machine = machine;
	json_decref(input);
	json_decref(about);
	if (begin_journal(run, fields, &definition, err) != 0) {
		if (err && err->kind == ERROR_NONE)
			*err = run->fatal;
		run_free(run);
		run = NULL;
	} else {
		keep_catalogue(run);
		run_make_document(run, hook);
	}
	json_decref(hook);
	journal_expected_release(&definition);
	return run;
}

static int replay(struct journal_shelf *shelf, const struct journal *journal, struct history *history,
		  struct error *err)
{
	const size_t count = journal_count(journal), known = journal_shelf_history(shelf, journal, history);

	for (size_t i = known; i < count; i++)
		if (history_apply(history, journal_get(journal, i), err) != 0)
			return error_prefix(err, "%s", journal_run(journal));
	if (known < count)
		journal_shelf_keep_history(shelf, journal, history);
	return 0;
}

/* As a rule the machine's file is still the one with which the run began. To make the same of the journal again would
 * take as much memory once more. */
static bool is_defined_by_at_hand(struct run *run, const json_t *definition)
{
	json_t *whole;
	bool is_equal;

	if (!run->at_hand || definition == run->at_hand_definition)
		return run->at_hand;
	whole = machine_definition(run->at_hand);
	is_equal = json_equal(whole, definition);
	json_decref(whole);
	return is_equal;
}

static void release_arena(void *arena)
{
	arena_free(arena);
}

static const struct machine *make_definition(struct run *run, size_t i, json_t *definition, struct error *err)
{
	struct journal_shelf *shelf = run->environment.storage->shelf;
	struct diagnostics diagnostics = DIAGNOSTICS_INIT;
	struct arena *arena = shelf ? arena_new() : run->arena;
	struct reader reader = { .arena = arena, .diagnostics = &diagnostics };
	struct source *source = ARENA_NEW(arena, struct source);
	const struct machine *machine;

	source->name = arena_format(arena, "definition %zu in journal %s", i + 1, run_id(run));
	machine = machine_from_definition(&reader, source, definition);
	if (!machine)
		error_set(err, ERROR_DAMAGE, NOWHERE, "%s: %s", source->name,
			  diagnostics.count ? diagnostics.rows[0].message : "it is none");
	diagnostics_release(&diagnostics);
	if (shelf && !(machine && journal_shelf_keep_machine(shelf, definition, machine, arena)))
		arena_attach(run->arena, release_arena, arena);
	return machine;
}

static const struct machine *load_definition(struct run *run, size_t i, struct error *err)
{
	json_t *definition = json_array_get(run->history.definitions, i);
	const struct machine *machine = run->environment.known;

	if (machine && json_object_get(definition, "known"))
		return machine;
	if (is_defined_by_at_hand(run, definition))
		return run->at_hand;
	machine = journal_shelf_machine(run->environment.storage->shelf, definition);
	return machine ? machine : make_definition(run, i, definition, err);
}

const struct action *run_action(struct run *run, const json_t *intent, const char *name)
{
	size_t i = (size_t)json_integer_value(json_object_get(intent, "definition"));
	const struct machine *machine;

	if (i >= run->n_catalogues)
		return NULL;
	if (!run->catalogues[i]) {
		machine = load_definition(run, i, NULL);
		run->catalogues[i] = machine ? machine->catalogue : NULL;
	}
	return run->catalogues[i] ? catalogue_action(run->catalogues[i], name) : NULL;
}

static int load_newest(struct run *run, struct error *err)
{
	run->machine = load_definition(run, json_array_size(run->history.definitions) - 1, err);
	if (!run->machine)
		return -1;
	keep_catalogue(run);
	return 0;
}

static void tell_tail(struct run *run, const struct journal_tail *tail)
{
	struct reporter *reporter = run->environment.reporter;
	char sentence[160];

	if (tail->bytes == 0)
		return;
	snprintf(sentence, sizeof(sentence),
		 "journal %s: cut %zu bytes of a record that was never completed (line %zu)",
		 journal_run(run->journal), tail->bytes, tail->line);
	reporter->note(reporter, sentence);
}

/* J10: what was changed elsewhere is not to be found here, and would be taken for gone. What is not known of either
 * place is no difference. */
static int check_place(const struct run *run, struct error *err)
{
	static const struct {
		const char *key, *metadata, *advice;
	} rows[] = {
		{ "region", "region", "set AWS_REGION to the former" },
		{ "account", "account_id", "an image of a running host? go on with it there" },
	};
	struct executor *executor = run->environment.executor;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const char *theirs = history_text(&run->history, rows[i].key);
		json_t *ours = theirs[0] ? executor->metadata(executor, rows[i].metadata, NULL) : NULL;
		bool elsewhere = json_is_string(ours) && strcmp(json_string_value(ours), theirs) != 0;

		if (elsewhere)
			error_set(err, ERROR_DAMAGE, NOWHERE, "run %s made its changes in %s %s, and this is %s: %s",
				  run_id(run), rows[i].key, theirs, json_string_value(ours), rows[i].advice);
		json_decref(ours);
		if (elsewhere)
			return -1;
	}
	return 0;
}

int run_find(struct storage *storage, const char *id, const struct journal_expected *expected, struct found_run *found,
	     struct error *err)
{
	*found = (struct found_run){ 0 };
	found->journal = journal_read_expecting(storage, id, expected, &found->tail, err);
	if (found->journal && replay(storage->shelf, found->journal, &found->history, err) == 0)
		return 0;
	found_run_release(found);
	return -1;
}

void found_run_release(struct found_run *found)
{
	history_release(&found->history);
	json_decref(found->at_hand_definition);
	journal_close(found->journal);
	*found = (struct found_run){ 0 };
}

struct run *run_go_on(const struct run_environment *environment, struct found_run *found,
		      const struct machine *at_hand, struct error *err)
{
	struct run *run = run_make(environment, RUN_REAL);
	const struct journal_tail tail = found->tail;
	json_t *hook = json_object();

	run->at_hand = at_hand;
	run->at_hand_definition = found->at_hand_definition;
	run->journal = found->journal;
	run->history = found->history;
	*found = (struct found_run){ 0 };
	if (journal_go_on(run->journal, environment->clock, err) != 0 || check_place(run, err) != 0 ||
	    load_newest(run, err) != 0) {
		run_free(run);
		json_decref(hook);
		return NULL;
	}
	tell_tail(run, &tail);
	run_make_document(run, hook);
	json_decref(hook);
	return run;
}

struct run *run_open(const struct run_environment *environment, const char *id, struct error *err)
{
	struct found_run found;

	if (run_find(environment->storage, id, NULL, &found, err) != 0)
		return NULL;
	return run_go_on(environment, &found, NULL, err);
}

/* As from a copy of its journal: what it does further is not kept. */
struct run *run_read(const struct run_environment *environment, const char *id, struct error *err)
{
	struct run *run = run_make(environment, RUN_PLAN);
	struct found_run found;
	json_t *hook;

	if (run_find(environment->storage, id, NULL, &found, err) != 0) {
		run_free(run);
		return NULL;
	}
	run->journal = found.journal;
	run->history = found.history;
	if (load_newest(run, err) != 0) {
		run_free(run);
		return NULL;
	}
	hook = json_object();
	run->last_record = (json_int_t)journal_count(run->journal);
	run_make_document(run, hook);
	json_decref(hook);
	journal_close(run->journal);
	run->journal = NULL;
	return run;
}

int run_redefine(struct run *run, const struct machine *machine, json_t *input, json_t *env, struct error *err)
{
	struct journal_expected definition;
	int result;

	define(&definition, &run->environment, machine);
	journal_expect_fields(run->journal, &definition);
	result = run_record(run, "definition",
			    json_pack("{s:O, s:O, s:O*}", "definition", definition.value, "input", input, "env", env));
	journal_expect_fields(run->journal, NULL);
	journal_expected_release(&definition);
	if (result != 0 || run_write(run) != 0) {
		*err = run->fatal;
		return -1;
	}
	run->machine = machine;
	keep_catalogue(run);
	return 0;
}

int run_look(struct storage *storage, const char *id, struct history *history, struct error *err)
{
	struct found_run found;

	if (run_find(storage, id, NULL, &found, err) != 0)
		return -1;
	*history = found.history;
	journal_close(found.journal);
	return 0;
}
