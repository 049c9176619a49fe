#include "config.h"

#include "rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/jmespath.h"
#include "run/survey.h"
#include "sim/scenario.h"
#include "text/yaml.h"

void rig_fail(struct rig *rig, const char *format, ...)
{
	char sentence[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	fprintf(stderr, "%s\n", buffer_text(&rig->told));
	fail_msg("%s", sentence);
}

/* ---- a disk that a dead process cannot write to ---- */

static struct rig *rig_of_storage(struct storage *storage)
{
	return (struct rig *)((char *)storage - offsetof(struct rig, storage));
}

static int dead(struct rig *rig, struct error *err)
{
	if (!sim_dead(rig->sim))
		return 0;
	error_set(err, ERROR_STORAGE, NOWHERE, "the process is dead");
	return 1;
}

#define DISK(rig) disk_storage((rig)->disk)

static int mortal_create(struct storage *storage, const char *name, const void *bytes, size_t length, size_t reserve,
			 struct storage_file **file, struct error *err)
{
	struct rig *rig = rig_of_storage(storage);

	return dead(rig, err) ? -1 : DISK(rig)->create(DISK(rig), name, bytes, length, reserve, file, err);
}

static int mortal_open(struct storage *storage, const char *name, const void *bytes, size_t length, size_t reserve,
		       struct storage_file **file, struct error *err)
{
	struct rig *rig = rig_of_storage(storage);

	return dead(rig, err) ? -1 : DISK(rig)->open(DISK(rig), name, bytes, length, reserve, file, err);
}

static int mortal_append(struct storage *storage, struct storage_file *file, const void *bytes, size_t length,
			 struct error *err)
{
	struct rig *rig = rig_of_storage(storage);

	return dead(rig, err) ? -1 : DISK(rig)->append(DISK(rig), file, bytes, length, err);
}

static int mortal_sync(struct storage *storage, struct storage_file *file, struct error *err)
{
	struct rig *rig = rig_of_storage(storage);

	return dead(rig, err) ? -1 : DISK(rig)->sync(DISK(rig), file, err);
}

static void mortal_close(struct storage *storage, struct storage_file *file)
{
	DISK(rig_of_storage(storage))->close(DISK(rig_of_storage(storage)), file);
}

static int mortal_read(struct storage *storage, const char *name, size_t limit, struct buffer *into, struct error *err)
{
	struct rig *rig = rig_of_storage(storage);

	return dead(rig, err) ? -1 : DISK(rig)->read(DISK(rig), name, limit, into, err);
}

static int mortal_list(struct storage *storage, int (*visit)(void *argument, const char *name), void *argument,
		       struct error *err)
{
	struct rig *rig = rig_of_storage(storage);

	return dead(rig, err) ? -1 : DISK(rig)->list(DISK(rig), visit, argument, err);
}

static int mortal_remove(struct storage *storage, const char *name, struct error *err)
{
	struct rig *rig = rig_of_storage(storage);

	return dead(rig, err) ? -1 : DISK(rig)->remove(DISK(rig), name, err);
}

static int mortal_lock(struct storage *storage, const char *name, struct storage_lock **lock, struct error *err)
{
	struct rig *rig = rig_of_storage(storage);

	return dead(rig, err) ? -1 : DISK(rig)->lock(DISK(rig), name, lock, err);
}

static void mortal_unlock(struct storage *storage, struct storage_lock *lock)
{
	DISK(rig_of_storage(storage))->unlock(DISK(rig_of_storage(storage)), lock);
}

/* ---- who listens ---- */

static struct rig *rig_of_reporter(struct reporter *reporter)
{
	return (struct rig *)((char *)reporter - offsetof(struct rig, reporter));
}

static void note_intent(struct rig *rig, const struct history *history, const json_t *record)
{
	if (strcmp(json_string_value(json_object_get(record, "type")), "intent") == 0)
		json_array_append_new(rig->intents, json_pack("{s:s, s:O}", "run", history_text(history, "run"),
							      "sha256", json_object_get(record, "sha256")));
}

static void signal_stop(struct rig *rig)
{
	rig->stop = 1;
	rig->stopped_ms = sim_wall_ms(rig->sim);
	rig->mutations_at_stop = rig->mutations;
}

static void hear_record(struct reporter *reporter, const struct history *history, const json_t *record)
{
	struct rig *rig = rig_of_reporter(reporter);
	json_t *brief = json_deep_copy(record);
	char *text;

	note_intent(rig, history, record);
	json_object_del(brief, "definition");
	json_object_del(brief, "sha256");
	text = json_dumps(brief, JSON_COMPACT);
	buffer_add_format(&rig->told, "%s\n", text);
	free(text);
	json_decref(brief);
	if (++rig->records == rig->die_at_record)
		sim_kill(rig->sim);
	if (rig->records == rig->stall_at_record)
		sim_advance(rig->sim, rig->stall_ms);
	if (rig->records == rig->stop_at_record)
		signal_stop(rig);
}

static void hear_waiting(struct reporter *reporter, const struct history *history,
			 const struct waiting *waiting)
{
	struct rig *rig = rig_of_reporter(reporter);

	char *shown = json_dumps(waiting->shown, JSON_COMPACT | JSON_ENCODE_ANY);

	(void)history;
	buffer_add_format(&rig->shown, "%s %s\n", waiting->state, shown ? shown : "");
	free(shown);
	if (++rig->waits == rig->stop_at_wait)
		signal_stop(rig);
}

static void hear_note(struct reporter *reporter, const char *sentence)
{
	buffer_add_format(&rig_of_reporter(reporter)->notes, "%s\n", sentence);
}

static double half(struct random *random)
{
	(void)random;
	return 0.5;
}

/* ---- who sends ---- */

static struct rig *rig_of_executor(struct executor *executor)
{
	return (struct rig *)((char *)executor - offsetof(struct rig, executor));
}

static void expect_on_platter(struct rig *rig, const json_t *intent)
{
	const char *run = json_string_value(json_object_get(intent, "run"));
	char *name = memory_format("%s.journal", run);
	const struct buffer *platter = disk_platter(rig->disk, name);
	const char *sha256 = json_string_value(json_object_get(intent, "sha256"));

	/* A disk that says a name is durable and lies is a disk without the file. */
	if (platter && !memmem(platter->bytes, platter->length, sha256, strlen(sha256)))
		rig_fail(rig, "a request is sent, and its intent is not on the platter");
	free(name);
}

struct lacking {
	struct lacking *next;
	struct rig *rig;
	call_done *done;
	void *argument;
};

static void forget_lacking(struct lacking *lacking)
{
	struct lacking **at = &lacking->rig->lacking;

	while (*at != lacking)
		at = &(*at)->next;
	*at = lacking->next;
	free(lacking);
}

static bool is_to_lack(struct rig *rig, const json_t *output)
{
	return json_object_get(output, rig->lacks) && (!rig->lacks_nth || ++rig->lacks_seen == rig->lacks_nth);
}

static void answer_lacking(void *argument, const struct call_result *result)
{
	struct lacking *lacking = argument;
	struct call_result less = *result;
	call_done *done = lacking->done;
	json_t *output = json_deep_copy(result->output);

	if (is_to_lack(lacking->rig, output))
		json_object_del(output, lacking->rig->lacks);
	less.output = output;
	argument = lacking->argument;
	forget_lacking(lacking);
	done(argument, &less);
	json_decref(output);
}

static void start_lacking(struct rig *rig, const struct call *call, call_done *done, void *argument)
{
	struct executor *inner = sim_executor(rig->sim);
	struct lacking *lacking = memory_new(1, sizeof(*lacking));

	*lacking = (struct lacking){ .next = rig->lacking, .rig = rig, .done = done, .argument = argument };
	rig->lacking = lacking;
	inner->start(inner, call, answer_lacking, lacking);
}

static void hear_nothing(void *argument, const struct call_result *result)
{
	(void)argument;
	(void)result;
}

static void herald_start(struct executor *executor, const struct call *call, call_done *done, void *argument)
{
	struct rig *rig = rig_of_executor(executor);
	struct executor *inner = sim_executor(rig->sim);
	json_t *intent;
	size_t i;

	if (!call->operation->reads) {
		rig->mutations++;
		if (json_array_size(rig->intents) == 0)
			fail_msg("%s is sent without an intent", call->operation->name);
		json_array_foreach (rig->intents, i, intent)
			expect_on_platter(rig, intent);
	}
	if (rig->twice && strcmp(rig->twice, call->operation->name) == 0)
		inner->start(inner, call, hear_nothing, NULL);
	if (rig->lacks)
		start_lacking(rig, call, done, argument);
	else
		inner->start(inner, call, done, argument);
}

static int herald_poll(struct executor *executor, int64_t until_ms, struct error *err)
{
	struct executor *inner = sim_executor(rig_of_executor(executor)->sim);

	return inner->poll(inner, until_ms, err);
}

static json_t *herald_metadata(struct executor *executor, const char *name, struct error *err)
{
	struct executor *inner = sim_executor(rig_of_executor(executor)->sim);

	return inner->metadata(inner, name, err);
}

static void herald_cancel(struct executor *executor)
{
	struct rig *rig = rig_of_executor(executor);
	struct executor *inner = sim_executor(rig->sim);

	inner->cancel(inner);
	while (rig->lacking)
		forget_lacking(rig->lacking);
}

/* ---- making ---- */

const char quick_world[] = "scenario: quick\n"
			   "self: i-0a1b2c3d4e5f60718\n"
			   "target_groups: {web-http: {port: 8080, drain: 4s, interval: 5s, healthy_after: 1}}\n"
			   "balancers: {web-classic: {drain: 2s, interval: 5s, healthy_after: 1}}\n"
			   "groups:\n"
			   "  web-prod:\n"
			   "    minimum: 3\n"
			   "    desired: 3\n"
			   "    maximum: 6\n"
			   "    suspended: [AZRebalance]\n"
			   "    target_groups: [web-http]\n"
			   "    balancers: [web-classic]\n"
			   "    instances:\n"
			   "      i-0a1b2c3d4e5f60718: {zone: eu-west-1a}\n"
			   "      i-0b1c2d3e4f5061728: {zone: eu-west-1b}\n"
			   "      i-0c1d2e3f405162738: {zone: eu-west-1c}\n"
			   "takes: {enter_standby: 2s, exit_standby: 2s}\n";

static struct sim *world_named(const char *scenario)
{
	struct error err = ERROR_INIT;
	struct sim *sim = scenario_builtin(scenario, 1, &err);

	if (!sim)
		fail_msg("%s", err.message);
	return sim;
}

static struct sim *world_written(const char *text)
{
	struct source source = { "scenario.yaml", text, strlen(text) };
	struct diagnostics diagnostics = DIAGNOSTICS_INIT;
	struct buffer faults = BUFFER_INIT;
	struct sim *sim = scenario_sim(&source, 1, &diagnostics);

	diagnostics_print(&diagnostics, &faults);
	if (!sim)
		fail_msg("%s", buffer_text(&faults));
	diagnostics_release(&diagnostics);
	buffer_release(&faults);
	return sim;
}

static struct sim *world(const char *scenario)
{
	return strchr(scenario, '\n') ? world_written(scenario) : world_named(scenario);
}

char *stock_machine_text(const char *name)
{
	const char *top = getenv("TIDEGATE_SOURCE_DIR");
	char *path = strchr(name, '/') ? memory_copy_text(name)
				       : memory_format("%s/machines/%s.yaml", top ? top : ".", name);
	FILE *file = fopen(path, "r");
	struct buffer text = BUFFER_INIT;
	char block[4096], *whole;
	size_t length;

	if (!file)
		fail_msg("no machine at %s", path);
	while ((length = fread(block, 1, sizeof(block), file)) > 0)
		buffer_add(&text, block, length);
	fclose(file);
	free(path);
	whole = memory_copy_text(buffer_text(&text));
	buffer_release(&text);
	return whole;
}

static void expect_no_faults(struct stock *stock)
{
	struct buffer faults = BUFFER_INIT;

	if (stock->diagnostics.count == 0)
		return;
	diagnostics_print(&stock->diagnostics, &faults);
	fail_msg("%s", buffer_text(&faults));
}

const struct machine *stock_machine(struct stock *stock, const char *name, const char *text)
{
	struct source *source = ARENA_NEW(stock->arena, struct source);
	const struct machine *machine = NULL;
	const struct node *node;

	*source = (struct source){ .name = arena_copy_text(stock->arena, name), .text = text, .length = strlen(text) };
	node = yaml_parse(stock->arena, source, &stock->diagnostics);
	if (node)
		machine = machine_load(&stock->reader, node, stock->catalogue);
	expect_no_faults(stock);
	return machine;
}

void stock_init(struct stock *stock, const char *machine, const char *scenario)
{
	char *text = stock_machine_text(machine);

	*stock = (struct stock){ .arena = arena_new() };
	stock->reader = (struct reader){ .arena = stock->arena, .diagnostics = &stock->diagnostics };
	stock->catalogue = catalogue_load(&stock->reader);
	expect_no_faults(stock);
	stock->machine = stock_machine(stock, machine, arena_copy_text(stock->arena, text));
	free(text);
	stock->world = world(scenario);
}

void stock_release(struct stock *stock)
{
	sim_free(stock->world);
	diagnostics_release(&stock->diagnostics);
	arena_free(stock->arena);
}

void rig_init(struct rig *rig, const struct stock *stock, struct sim *sim, struct disk *disk)
{
	*rig = (struct rig){
		.machine = stock->machine,
		.sim = sim,
		.disk = disk,
		.storage = { .create = mortal_create,
			     .open = mortal_open,
			     .append = mortal_append,
			     .sync = mortal_sync,
			     .close = mortal_close,
			     .read = mortal_read,
			     .list = mortal_list,
			     .remove = mortal_remove,
			     .lock = mortal_lock,
			     .unlock = mortal_unlock,
			     .path = "/state" },
		.reporter = { .record = hear_record, .waiting = hear_waiting, .note = hear_note },
		.random = { .next = half },
		.executor = { .start = herald_start,
			      .poll = herald_poll,
			      .metadata = herald_metadata,
			      .cancel = herald_cancel },
		.intents = json_array(),
		.given = json_object(),
	};
}

void rig_release(struct rig *rig)
{
	json_decref(rig->given);
	json_decref(rig->intents);
	buffer_release(&rig->told);
	buffer_release(&rig->notes);
	buffer_release(&rig->shown);
}

void trial_begin(struct trial *trial, const struct stock *stock)
{
	trial->sim = sim_clone(stock->world, 1);
	trial->disk = disk_new();
	rig_init(&trial->rig, stock, trial->sim, trial->disk);
}

void trial_end(struct trial *trial)
{
	rig_release(&trial->rig);
	disk_free(trial->disk);
	sim_free(trial->sim);
}

void trial_take(struct trial *trial, const struct stock *stock, const char *scenario)
{
	struct sim *sim = world(scenario);

	trial_end(trial);
	trial->sim = sim;
	trial->disk = disk_new();
	rig_init(&trial->rig, stock, sim, trial->disk);
}

/* ---- acting ---- */

static struct run_environment rig_process(struct rig *rig)
{
	json_array_clear(rig->intents);
	rig->stopped_ms = 0;
	return (struct run_environment){
		.storage = &rig->storage,
		.clock = sim_clock(rig->sim),
		.executor = &rig->executor,
		.random = &rig->random,
		.reporter = &rig->reporter,
		.stop = &rig->stop,
		.engine_version = "test",
	};
}

static void rig_process_ends(struct rig *rig, const struct leg_result *result)
{
	buffer_add_format(&rig->told, "-- exit %d: %s: %s\n", (int)result->status, result->state, result->message);
	if (rig->stopped_ms && rig->mutations > rig->mutations_at_stop)
		rig_fail(rig, "a change after the signal to stop");
	rig->stop = 0;
	if (!sim_dead(rig->sim))
		return;
	disk_crash(rig->disk, DISK_KILLED, 1);
	sim_revive(rig->sim);
}

static void rig_start(struct rig *rig, struct start *start, bool adopts, struct leg_result *result)
{
	struct run_environment environment = rig_process(rig);
	json_t *document = json_pack("{s:{s:s}}", "metadata", "instance_id", sim_self(rig->sim));
	struct error err = ERROR_INIT;

	start->machine = rig->faulty ? NULL : rig->machine;
	start->subject = sim_self(rig->sim);
	start->about = json_pack("{s:s, s:s*, s:s*, s:{s:s*}}", "host", sim_self(rig->sim), "region", rig->region,
				 "account", rig->account, "env", "COLOUR", rig->colour);
	if (adopts && rig->heard)
		json_object_set(start->about, "told", rig->heard);
	start->input = inputs_resolve(&rig->machine->inputs, "the machine", rig->given, document, &err);
	if (!start->input)
		fail_msg("%s", err.message);
	(adopts ? start_adopt : start_leg)(&environment, start, result);
	json_decref(document);
	json_decref(start->about);
	json_decref(start->input);
	json_decref(start->leg.hook);
	rig_process_ends(rig, result);
}

void rig_hook(struct rig *rig, const char *event, const char *group, struct leg_result *result)
{
	const struct hook *hook = machine_hook(rig->machine, event);
	struct start start = { .group = group };

	assert_non_null(hook);
	buffer_add_format(&rig->told, "-- %s of %s\n", event, group);
	start.opens = machine_goal_opens(rig->machine, &hook->until);
	start.leg = leg_of_hook(rig->machine, hook, 3600000);
	start.leg.hook = json_pack("{s:s, s:s, s:s}", "event", event, "deployment_group_id", group, "deployment_id",
				   rig->deployment ? rig->deployment : "d-1");
	if (rig->at_most_ms)
		start.leg.at_most_ms = rig->at_most_ms;
	rig_start(rig, &start, false, result);
}

void rig_run(struct rig *rig, const char *until, struct leg_result *result)
{
	struct state_reference row = { .name = until };
	struct state_list goal = { .rows = &row, .count = 1 };
	struct start start = { .group = "", .opens = true, .leg = { .name = "run", .hook = json_object() } };

	if (until) {
		row.state = machine_state(rig->machine, until);
		start.opens = machine_goal_opens(rig->machine, &goal);
		start.leg.goal = &goal;
	}
	rig_start(rig, &start, false, result);
}

void rig_adopt(struct rig *rig, struct leg_result *result)
{
	struct start start = { .group = "", .opens = true, .leg = { .name = "adopt", .hook = json_object() } };

	rig_start(rig, &start, true, result);
}

enum exit_status rig_exit(struct rig *rig, const char *event, const char *group)
{
	struct leg_result result;

	rig_hook(rig, event, group, &result);
	return result.status;
}

struct open_run {
	struct rig *rig;
	size_t open;
	char id[JOURNAL_RUN_BYTES];
};

static int visit_run(void *argument, const char *id)
{
	struct open_run *found = argument;
	struct history history = { 0 };
	struct error err = ERROR_INIT;

	if (run_look(&found->rig->storage, id, &history, &err) != 0)
		fail_msg("%s", err.message);
	if (history_is_open(&history)) {
		found->open++;
		snprintf(found->id, sizeof(found->id), "%s", id);
	}
	history_release(&history);
	return 0;
}

static struct open_run find_open_run(struct rig *rig)
{
	struct open_run found = { .rig = rig };

	assert_int_equal(runs_list(&rig->storage, visit_run, &found, NULL), 0);
	return found;
}

static bool attend(struct run *run, enum rig_way way, struct leg_result *result)
{
	struct leg leg = { .name = "resume", .hook = json_object(), .leaves_paused = way == RIG_RESUME,
			   .passes_pauses = way == RIG_RESUME, .leaves_expired = way == RIG_EXPIRE };
	bool acts = way == RIG_EXPIRE ? run_expired(run) : true;
	bool restores = way == RIG_RESTORE || (way == RIG_INTERRUPT && !run_interrupt(run, result));

	if (acts)
		(restores ? run_restore : run_leg)(run, &leg, result);
	json_decref(leg.hook);
	return acts;
}

bool rig_attend(struct rig *rig, enum rig_way way, struct leg_result *result)
{
	struct run_environment environment = rig_process(rig);
	struct open_run found = find_open_run(rig);
	struct error err = ERROR_INIT;
	struct locked_run locked;
	bool acted;

	assert_int_equal(found.open, 1);
	*result = (struct leg_result){ 0 };
	if (start_locked(&environment, found.id, &locked, &err) != 0)
		fail_msg("%s", err.message);
	acted = attend(locked.run, way, result);
	start_unlock(&environment, &locked);
	rig_process_ends(rig, result);
	return acted;
}

/* ---- looking ---- */

json_t *rig_survey(struct rig *rig)
{
	struct run_environment environment = rig_process(rig);
	struct open_run found = find_open_run(rig);
	struct error err = ERROR_INIT;
	json_t *rows;

	assert_int_equal(found.open, 1);
	rows = run_survey(&environment, found.id, environment.clock->monotonic_ms(environment.clock) + 5000, &err);
	if (!rows)
		fail_msg("%s", err.message);
	return rows;
}

void rig_expect(struct rig *rig, const char *text)
{
	struct arena *arena = arena_new();
	struct error err = ERROR_INIT;
	const struct expression *expression = expression_parse(arena, text, &err);
	json_t *world = sim_world_json(rig->sim), *value;
	char *dumped;

	if (!expression)
		fail_msg("%s: %s", text, err.message);
	value = expression_search(expression, world, world, &err);
	if (!value)
		fail_msg("%s: %s", text, err.message);
	if (!value_is_true(value)) {
		dumped = json_dumps(world, JSON_INDENT(1));
		buffer_add_format(&rig->told, "%s\n", dumped);
		rig_fail(rig, "not so: %s", text);
	}
	json_decref(value);
	json_decref(world);
	arena_free(arena);
}

size_t rig_count(const struct rig *rig, const char *operation)
{
	size_t count = 0;

	for (size_t i = 0; i < sim_log_count(rig->sim); i++) {
		const struct sim_logged *logged = sim_log_at(rig->sim, i);

		count += logged->effect && strcmp(logged->operation, operation) == 0 ? 1 : 0;
	}
	return count;
}

size_t rig_requests(const struct rig *rig, const char *operation)
{
	size_t count = 0;

	for (size_t i = 0; i < sim_log_count(rig->sim); i++)
		count += strcmp(sim_log_at(rig->sim, i)->operation, operation) == 0 ? 1 : 0;
	return count;
}

unsigned rig_number(const struct rig *rig, const char *operation)
{
	for (size_t i = 0; i < sim_log_count(rig->sim); i++)
		if (strcmp(sim_log_at(rig->sim, i)->operation, operation) == 0)
			return sim_log_at(rig->sim, i)->number;
	fail_msg("%s was not sent", operation);
	return 0;
}

size_t rig_open_runs(struct rig *rig)
{
	return find_open_run(rig).open;
}
