/* A run from its making to the end of a leg. What changes where it stands is a record, and only that. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/internal.h"
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

void run_forget_verified(struct run *run)
{
	for (struct verified *at = run->verified, *next; at; at = next) {
		next = at->next;
		json_decref(at->document);
		free(at->state);
		free(at);
	}
	run->verified = NULL;
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
	json_decref(made);
	return result;
}

int run_sync(struct run *run)
{
	return run->journal ? journal_sync(run->journal, &run->fatal) : 0;
}

static json_t *definition_of(const struct run_environment *environment, const struct machine *machine)
{
	if (machine == environment->known)
		return json_made(json_pack("{s:s}", "known", machine->name));
	return machine_definition(machine);
}

static json_t *first_fields(const struct run_environment *environment, const struct machine *machine, json_t *input,
			    json_t *about)
{
	json_t *fields = json_copy(about), *definition = definition_of(environment, machine);
	char fingerprint[9];

	machine_fingerprint(definition, fingerprint);
	json_object_set_new(fields, "engine", json_string(environment->engine_version));
	json_object_set_new(fields, "language", json_integer(MACHINE_LANGUAGE_VERSION));
	json_object_set_new(fields, "machine", json_string(machine->name));
	json_object_set_new(fields, "fingerprint", json_string(fingerprint));
	json_object_set(fields, "input", input);
	json_object_set_new(fields, "definition", definition);
	return fields;
}

static void make_document(struct run *run, json_t *hook)
{
	json_t *metadata = json_object_get(run->document, "metadata");

	metadata = metadata ? json_incref(metadata) : json_object();
	json_decref(run->document);
	run->document = json_pack("{s:O, s:o, s:O, s:O, s:O}", "input", json_object_get(run->history.first, "input"),
				  "metadata", metadata, "hook", hook, "states", run->history.states, "env",
				  json_object_get(run->history.first, "env"));
	if (!run->document)
		memory_exhausted();
}

static int begin_journal(struct run *run, json_t *fields, struct error *err)
{
	struct reporter *reporter = run->environment.reporter;
	json_t *record;

	if (run->mode == RUN_PLAN)
		return run_record(run, "run", fields);
	run->journal = journal_create(run->environment.storage, run->environment.clock, NULL, "run", fields, err);
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
	json_t *fields = first_fields(environment, machine, input, about), *hook = json_object();

	if (!json_object_get(fields, "env"))
		json_object_set_new(fields, "env", json_object());
	run->machine = machine;
	json_decref(input);
	json_decref(about);
	if (begin_journal(run, fields, err) != 0) {
		if (err && err->kind == ERROR_NONE)
			*err = run->fatal;
		run_free(run);
		run = NULL;
	} else {
		keep_catalogue(run);
		make_document(run, hook);
	}
	json_decref(hook);
	return run;
}

static int replay(struct journal *journal, struct history *history, struct error *err)
{
	for (size_t i = 0; i < journal_count(journal); i++)
		if (history_apply(history, journal_get(journal, i), err) != 0)
			return error_prefix(err, "%s", journal_run(journal));
	return 0;
}

static const struct machine *load_definition(struct run *run, size_t i, struct error *err)
{
	struct diagnostics diagnostics = DIAGNOSTICS_INIT;
	struct reader reader = { .arena = run->arena, .diagnostics = &diagnostics };
	struct source *source = ARENA_NEW(run->arena, struct source);
	const struct machine *machine = run->environment.known;

	if (machine && json_object_get(json_array_get(run->history.definitions, i), "known"))
		return machine;
	source->name = arena_format(run->arena, "definition %zu in journal %s", i + 1, run_id(run));
	machine = machine_from_definition(&reader, source, json_array_get(run->history.definitions, i));
	if (!machine)
		error_set(err, ERROR_DAMAGE, NOWHERE, "%s: %s", source->name,
			  diagnostics.count ? diagnostics.rows[0].message : "it is none");
	diagnostics_release(&diagnostics);
	return machine;
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

struct run *run_open(const struct run_environment *environment, const char *id, struct error *err)
{
	struct run *run = run_make(environment, RUN_REAL);
	struct journal_tail tail = { 0 };
	json_t *hook = json_object();

	run->journal = journal_open(environment->storage, environment->clock, id, &tail, err);
	if (!run->journal || replay(run->journal, &run->history, err) != 0 || load_newest(run, err) != 0) {
		run_free(run);
		json_decref(hook);
		return NULL;
	}
	tell_tail(run, &tail);
	make_document(run, hook);
	json_decref(hook);
	return run;
}

int run_redefine(struct run *run, const struct machine *machine, json_t *input, struct error *err)
{
	json_t *fields = json_pack("{s:o, s:o}", "definition", definition_of(&run->environment, machine), "input",
				   input);

	if (run_record(run, "definition", fields) != 0 || run_sync(run) != 0) {
		*err = run->fatal;
		return -1;
	}
	run->machine = machine;
	keep_catalogue(run);
	return 0;
}

int run_look(struct storage *storage, const char *id, struct history *history, struct error *err)
{
	struct journal_tail tail;
	struct journal *journal = journal_read(storage, id, &tail, err);
	int result;

	if (!journal)
		return -1;
	result = replay(journal, history, err);
	journal_close(journal);
	if (result != 0)
		history_release(history);
	return result;
}

/* ---- a leg ---- */

static bool is_goal(const struct leg *leg, const struct state *state)
{
	if (!leg->goal)
		return (state->kind == STATE_PAUSE && !leg->passes_pauses) ||
		       (state->kind == STATE_END && state->end == END_SUCCEEDED);
	for (size_t i = 0; i < leg->goal->count; i++)
		if (strcmp(leg->goal->rows[i].name, state_name(state)) == 0)
			return true;
	return false;
}

/* Where restoring failed, what had made it necessary is the cause that people ask for. */
static void result_from_failed(struct run *run, struct leg_result *result)
{
	const struct state *state = machine_state(run->machine, run->failed_state);
	bool restoring = state && state->kind == STATE_RESTORE && run->cause.failure != FAILURE_NONE;
	const struct action_result *failed = restoring ? &run->cause : &run->failed;

	result->failure = failed->failure;
	snprintf(result->state, sizeof(result->state), "%s", restoring ? run->cause_state : run->failed_state);
	snprintf(result->message, sizeof(result->message), "%s", failed->message);
	snprintf(result->code, sizeof(result->code), "%s", failed->code);
	snprintf(result->request_id, sizeof(result->request_id), "%s", failed->request_id);
	if (failed->operation)
		snprintf(result->operation, sizeof(result->operation), "%s:%s", failed->service, failed->operation);
}

static enum exit_status failure_status(const struct run *run)
{
	if (run->failed.in_doubt)
		return EXIT_IN_DOUBT;
	return run->history.ledger.count > 0 ? EXIT_LEFT : EXIT_FAILED;
}

/* What was done and could not be written down is not known to the next process, and so not over. */
static enum exit_status status_without_journal(const struct run *run)
{
	return run->history.ledger.count > 0 || run->last_mutation_ms != 0 ? EXIT_LEFT : EXIT_FAILED;
}

static void end_stopped(struct run *run, struct leg_result *result)
{
	result->failure = FAILURE_INTERRUPTED;
	snprintf(result->state, sizeof(result->state), "%s", run->history.position ? run->history.position : "");
	if (run->fatal.kind != ERROR_NONE) {
		result->status = status_without_journal(run);
		snprintf(result->message, sizeof(result->message), "%s", run->fatal.message);
		return;
	}
	result->status = EXIT_INTERRUPTED;
	snprintf(result->message, sizeof(result->message), "%s",
		 run_now_ms(run) >= run->leg_deadline_ms ? "the leg's time is over" : "stopped by a signal");
}

/* Where the run came to rest: an end or a pause, sought or not. */
static void end_at(struct run *run, const struct leg *leg, const struct state *state, struct leg_result *result)
{
	bool goal = is_goal(leg, state);

	if (goal && !(state->kind == STATE_END && run->history.ledger.count > 0)) {
		result->status = EXIT_REACHED;
		snprintf(result->state, sizeof(result->state), "%s", state_name(state));
		snprintf(result->message, sizeof(result->message), "%s",
			 run->history.because ? run->history.because : "");
		return;
	}
	if (run->failed.failure != FAILURE_NONE)
		result_from_failed(run, result);
	else
		snprintf(result->state, sizeof(result->state), "%s", state_name(state));
	if (!result->message[0])
		snprintf(result->message, sizeof(result->message), "%s",
			 run->history.because ? run->history.because : "ended elsewhere than at its goal");
	if (result->failure == FAILURE_NONE)
		result->failure = FAILURE_REFUSED;
	result->status = run->history.ledger.count > 0 ? EXIT_LEFT : EXIT_FAILED;
}

static const struct state *standing_state(struct run *run)
{
	const struct history *history = &run->history;
	const char *name = history->standing == STANDING_PAUSED ? history->next : history->position;

	if (history->standing == STANDING_NEW || !name)
		return run->machine->start_at.state;
	return machine_state(run->machine, name);
}

/* A goal that is neither pause nor end: the leg rests before it, and the next one goes on with it. */
static enum passage rest_before(struct run *run, const struct state *state)
{
	return run_record(run, "pause",
			  json_pack("{s:s, s:s}", "state", state_name(state), "next", state_name(state))) == 0
		       ? PASSAGE_PAUSED
		       : PASSAGE_STOPPED;
}

static enum passage pass(struct run *run, const struct leg *leg, const struct state *state)
{
	if (run_must_stop(run))
		return PASSAGE_STOPPED;
	if (leg->goal && is_goal(leg, state) && state->kind != STATE_PAUSE && state->kind != STATE_END)
		return rest_before(run, state);
	if (is_goal(leg, state) && run->mode == RUN_REAL && run_verify(run) != 0)
		return run_must_stop(run) ? PASSAGE_STOPPED : run_catch(run, state);
	return run_pass_state(run, state);
}

static int leave_pause(struct run *run)
{
	return run_record(run, "goes_on", json_pack("{s:s}", "next", run->history.next));
}

static void drive_leg(struct run *run, const struct leg *leg, struct leg_result *result)
{
	for (;;) {
		const struct state *state = standing_state(run);
		enum passage passage = state ? pass(run, leg, state) : PASSAGE_STOPPED;

		if (!state)
			error_set(&run->fatal, ERROR_DAMAGE, NOWHERE, "the machine has no state '%s'",
				  run->history.position);
		if (passage == PASSAGE_ON)
			continue;
		if (passage == PASSAGE_PAUSED && leg->passes_pauses && !is_goal(leg, state) && leave_pause(run) == 0)
			continue;
		if (passage == PASSAGE_STOPPED) {
			end_stopped(run, result);
		} else if (passage == PASSAGE_FAILED) {
			result_from_failed(run, result);
			result->status = failure_status(run);
		} else {
			end_at(run, leg, state, result);
		}
		return;
	}
}

static json_t *goal_names(const struct leg *leg)
{
	json_t *names = json_array();

	for (size_t i = 0; leg->goal && i < leg->goal->count; i++)
		json_array_append_new(names, json_string(leg->goal->rows[i].name));
	return names;
}

/* By hand or by timer a run goes on for the deployment that it was begun for. */
static json_t *leg_hook(const struct run *run, const struct leg *leg)
{
	json_t *before = json_object_get(run->history.leg, "hook");

	return before && json_object_size(leg->hook) == 0 ? before : leg->hook;
}

static int begin_leg(struct run *run, const struct leg *leg)
{
	json_t *hook = leg_hook(run, leg);
	int result;

	run->leg_deadline_ms = leg->at_most_ms ? run_now_ms(run) + leg->at_most_ms - LEG_RESERVE_MS : INT64_MAX;
	run->preflighted = false;
	run_forget_verified(run);
	json_incref(hook);
	result = run_record(run, "leg",
			    json_pack("{s:s, s:O, s:o, s:b, s:I}", "leg", leg->name, "hook", hook, "goal",
				      goal_names(leg), "begins", leg->begins, "at_most_ms",
				      (json_int_t)leg->at_most_ms));
	if (result == 0)
		make_document(run, hook);
	json_decref(hook);
	/* Whose leg this is must be known to the next process, whatever happens to this one. */
	if (result != 0 || run_sync(run) != 0)
		return -1;
	if (run->history.standing == STANDING_PAUSED && leg->leaves_paused && leave_pause(run) != 0)
		return -1;
	return 0;
}

/* What ended with an empty ledger and will not go on is ended in the journal too, so that the run is closed. */
static void close_if_over(struct run *run, const struct leg_result *result)
{
	if (result->status == EXIT_FAILED && run->history.standing != STANDING_ENDED && run->history.ledger.count == 0)
		run_record(run, "end",
			   json_pack("{s:s, s:s, s:s}", "state", run->history.position ? run->history.position : "",
				     "status", "failed", "because", result->message));
}

static void end_leg(struct run *run, struct leg_result *result)
{
	json_t *fields;

	close_if_over(run, result);
	fields = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "exit", (int)result->status, "result",
			   exit_name(result->status), "state", result->state, "failure",
			   failures[result->failure].name, "message", result->message, "operation", result->operation,
			   "code", result->code, "request_id", result->request_id);
	if (run_record(run, "leg_end", fields) == 0 && run_sync(run) == 0)
		return;
	/* Not written, not said: exit 0 with a journal that cannot tell it would be a lie. */
	if (result->status == EXIT_REACHED)
		result->status = EXIT_LEFT;
	else if (result->status == EXIT_FAILED)
		result->status = status_without_journal(run);
	snprintf(result->message, sizeof(result->message), "%s", run->fatal.message);
}

void run_leg(struct run *run, const struct leg *leg, struct leg_result *result)
{
	*result = (struct leg_result){ .status = EXIT_FAILED };
	if (begin_leg(run, leg) != 0)
		end_stopped(run, result);
	else
		drive_leg(run, leg, result);
	end_leg(run, result);
}

void run_restore(struct run *run, const struct leg *leg, struct leg_result *result)
{
	const struct state *state;
	int left;

	*result = (struct leg_result){ .status = EXIT_FAILED };
	left = begin_leg(run, leg);
	state = standing_state(run);
	if (left == 0)
		left = run_restore_entries(run, state ? state : run->machine->start_at.state, NULL, INT64_MAX);
	if (left < 0) {
		end_stopped(run, result);
	} else if (left > 0) {
		result_from_failed(run, result);
		result->status = failure_status(run);
	} else if (run_record(run, "end",
			      json_pack("{s:s, s:s, s:s}", "state", state ? state_name(state) : "", "status",
					"restored", "because", "restored by hand")) == 0) {
		result->status = EXIT_REACHED;
	}
	end_leg(run, result);
}

bool run_expire(struct run *run)
{
	const struct history *history = &run->history;
	const struct state *state = history->position ? machine_state(run->machine, history->position) : NULL;
	struct clock *clock = run->environment.clock;

	if (history->standing != STANDING_PAUSED || !history->expires_ms ||
	    clock->wall_ms(clock) < history->expires_ms || !state || !state->pause)
		return false;
	return run_record(run, "goes_on",
			  json_pack("{s:s, s:b}", "next", state_name(state->pause->on_expire.state), "expired", 1)) ==
	       0;
}

bool run_found_out(const struct run *run)
{
	return run->found_out;
}

void run_abandon(struct run *run)
{
	if (run_record(run, "end",
		       json_pack("{s:s, s:s, s:s}", "state", "", "status", "failed", "because",
				 "nothing was changed")) == 0)
		run_sync(run);
}

static int64_t no_uses(void *argument, const struct catcher *catcher)
{
	(void)argument;
	(void)catcher;
	return 0;
}

bool run_interrupt(struct run *run, struct leg_result *result)
{
	const struct state *state = standing_state(run);
	const struct catcher *catcher =
		state ? machine_catcher(run->machine, state, FAILURE_INTERRUPTED, no_uses, NULL) : NULL;

	run->failed = (struct action_result){ .failure = FAILURE_INTERRUPTED };
	snprintf(run->failed.message, sizeof(run->failed.message), "the leg was cut off, and nobody came back");
	snprintf(run->failed_state, sizeof(run->failed_state), "%s", state ? state_name(state) : "");
	/* The leg that takes this back tells why it did. */
	run->cause = run->failed;
	snprintf(run->cause_state, sizeof(run->cause_state), "%s", run->failed_state);
	result_from_failed(run, result);
	return catcher &&
	       run_record(run, "caught",
			  json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "state", state_name(state), "catch", "",
				    "next", state_name(catcher->next.state), "failure", "interrupted", "code", "",
				    "message", run->failed.message, "failed_state", state_name(state))) == 0;
}
