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
#include "text/yaml.h"

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

static void hear_record(struct reporter *reporter, const struct history *history, const json_t *record)
{
	struct rig *rig = rig_of_reporter(reporter);
	json_t *brief = json_deep_copy(record);
	char *text;

	(void)history;
	json_object_del(brief, "definition");
	json_object_del(brief, "sha256");
	text = json_dumps(brief, JSON_COMPACT);
	buffer_add_format(&rig->told, "%s\n", text);
	free(text);
	json_decref(brief);
	if (++rig->records == rig->die_at_record)
		sim_kill(rig->sim);
}

static void hear_waiting(struct reporter *reporter, const struct history *history, const char *state, json_t *shown,
			 int64_t waited_ms, int64_t left_ms)
{
	(void)reporter;
	(void)history;
	(void)state;
	(void)shown;
	(void)waited_ms;
	(void)left_ms;
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

/* ---- making ---- */

static const struct machine *load_machine(struct rig *rig, const char *name)
{
	const char *top = getenv("TIDEGATE_SOURCE_DIR");
	char *path = strchr(name, '/') ? memory_copy_text(name)
				       : memory_format("%s/machines/%s.yaml", top ? top : ".", name);
	FILE *file = fopen(path, "r");
	struct source *source = ARENA_NEW(rig->arena, struct source);
	struct buffer text = BUFFER_INIT;
	const struct node *node;
	char block[4096];
	size_t length;

	if (!file)
		fail_msg("no machine at %s", path);
	while ((length = fread(block, 1, sizeof(block), file)) > 0)
		buffer_add(&text, block, length);
	fclose(file);
	*source = (struct source){ .name = arena_copy_text(rig->arena, path),
				   .text = arena_copy(rig->arena, text.bytes, text.length),
				   .length = text.length };
	buffer_release(&text);
	free(path);
	node = yaml_parse(rig->arena, source, &rig->diagnostics);
	return node ? machine_load(&rig->reader, node, rig->catalogue) : NULL;
}

void rig_init(struct rig *rig, struct sim *sim, struct disk *disk, const char *machine)
{
	struct buffer faults = BUFFER_INIT;

	*rig = (struct rig){
		.arena = arena_new(),
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
		.given = json_object(),
	};
	rig->reader = (struct reader){ .arena = rig->arena, .diagnostics = &rig->diagnostics };
	rig->catalogue = catalogue_load(&rig->reader);
	rig->machine = rig->catalogue ? load_machine(rig, machine) : NULL;
	if (rig->machine)
		return;
	diagnostics_print(&rig->diagnostics, &faults);
	fail_msg("%s", buffer_text(&faults));
}

void rig_release(struct rig *rig)
{
	json_decref(rig->given);
	buffer_release(&rig->told);
	buffer_release(&rig->notes);
	diagnostics_release(&rig->diagnostics);
	arena_free(rig->arena);
}

/* ---- acting ---- */

static void rig_start(struct rig *rig, struct start *start, bool adopts, struct leg_result *result)
{
	struct run_environment environment = {
		.storage = &rig->storage,
		.clock = sim_clock(rig->sim),
		.executor = sim_executor(rig->sim),
		.random = &rig->random,
		.reporter = &rig->reporter,
		.stop = &rig->stop,
		.engine_version = "test",
	};
	json_t *document = json_pack("{s:{s:s}}", "metadata", "instance_id", sim_self(rig->sim));
	struct error err = ERROR_INIT;

	start->machine = rig->machine;
	start->subject = sim_self(rig->sim);
	start->about = json_pack("{s:s}", "host", sim_self(rig->sim));
	start->input = inputs_resolve(&rig->machine->inputs, "the machine", rig->given, document, &err);
	if (!start->input)
		fail_msg("%s", err.message);
	(adopts ? start_adopt : start_leg)(&environment, start, result);
	json_decref(document);
	json_decref(start->about);
	json_decref(start->input);
	json_decref(start->leg.hook);
	buffer_add_format(&rig->told, "-- exit %d: %s: %s\n", (int)result->status, result->state, result->message);
	if (sim_dead(rig->sim)) {
		disk_crash(rig->disk, DISK_KILLED, 1);
		sim_revive(rig->sim);
	}
}

void rig_hook(struct rig *rig, const char *event, const char *group, struct leg_result *result)
{
	const struct hook *hook = machine_hook(rig->machine, event);
	struct start start = { .group = group };

	assert_non_null(hook);
	buffer_add_format(&rig->told, "-- %s of %s\n", event, group);
	start.opens = machine_goal_opens(rig->machine, &hook->until);
	start.leg = (struct leg){
		.name = event,
		.hook = json_pack("{s:s, s:s}", "event", event, "deployment_group_id", group),
		.goal = &hook->until,
		.at_most_ms = hook->at_most_ms ? hook->at_most_ms : 3600000,
	};
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

/* ---- looking ---- */

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
		fail_msg("not so: %s\n%s\n%s", text, dumped, buffer_text(&rig->told));
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

struct open_count {
	struct rig *rig;
	size_t open;
};

static int visit_run(void *argument, const char *id)
{
	struct open_count *count = argument;
	struct history history = { 0 };
	struct error err = ERROR_INIT;

	if (run_look(&count->rig->storage, id, &history, &err) != 0)
		fail_msg("%s", err.message);
	count->open += history_is_open(&history) ? 1 : 0;
	history_release(&history);
	return 0;
}

size_t rig_open_runs(struct rig *rig)
{
	struct open_count count = { .rig = rig };

	assert_int_equal(runs_list(&rig->storage, visit_run, &count, NULL), 0);
	return count.open;
}
