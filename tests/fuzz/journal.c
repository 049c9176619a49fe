/* Journals: as any bytes, and as lines with the right hashes and numbers whose records are somebody's own. What is
 * accepted is shown as status and log show it, and gone on with in the simulated AWS. */
#include "config.h"

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/storage_memory.h"
#include "cli/status.h"
#include "model/embedded.h"
#include "model/input.h"
#include "model/machine_file.h"
#include "run/journal_file.h"
#include "run/survey.h"
#include "sim/scenario.h"
#include "text/json.h"

#define RUN "r-0001"
#define FILE_NAME RUN JOURNAL_SUFFIX

/* A process with its disk, its world and its machine, which journals only name. */
struct play {
	struct storage_memory *disk;
	struct sim *sim;
	struct random random;
	struct reporter reporter;
	struct report report;
	struct run_environment environment;
	unsigned made;
};

static double half(struct random *random)
{
	(void)random;
	return 0.5;
}

static void hear_record(struct reporter *reporter, const struct history *history, const json_t *record)
{
	struct play *play = (struct play *)((char *)reporter - offsetof(struct play, reporter));

	report_record(&play->report, history, record);
}

static void hear_note(struct reporter *reporter, const char *sentence)
{
	(void)reporter;
	(void)sentence;
}

static const struct machine *machine(void)
{
	static const struct machine *made;
	struct desk *desk;
	const struct embedded_file *file = embedded_find("machines/asg-standby.yaml");

	if (made)
		return made;
	desk = memory_new(1, sizeof(*desk));
	desk_begin(desk, file->text, file->length);
	made = machine_read_source(&desk->reader, &desk->source, catalogue_load(&desk->reader));
	must(made != NULL, "the shipped machine can be read");
	return made;
}

static void play_begin(struct play *play)
{
	static struct sim *world;

	world = world ? world : scenario_builtin("group-of-three", 1, NULL);
	*play = (struct play){
		.disk = storage_memory_new(), .sim = sim_clone(world, 1), .random = { half },
		.reporter = { .record = hear_record, .note = hear_note },
	};
	report_init(&play->report, sim_clock(play->sim));
	play->report.everything = true;
	play->environment = (struct run_environment){
		.storage = storage_memory_storage(play->disk), .clock = sim_clock(play->sim),
		.executor = sim_executor(play->sim), .random = &play->random, .reporter = &play->reporter,
		.engine_version = "fuzz", .known = machine(), .made = &play->made,
	};
}

static void play_end(struct play *play)
{
	report_release(&play->report);
	storage_memory_free(play->disk);
	sim_free(play->sim);
}

/* ---- from a journal to what is fuzzed, and back: a line without `n`, `durable` and hash */

static void wrap(struct buffer *file, const char *text, size_t length)
{
	char hash[DIGEST_HEX_BYTES] = "";
	size_t number = 1, line_length, begin;

	for (const char *end = text + length; text < end; text += line_length + 1, number++) {
		line_length = strcspn(text, "\n");
		begin = file->length;
		buffer_add_format(file, "{\"n\":%zu,\"durable\":%zu,", number, number - 1);
		buffer_add(file, text, line_length);
		journal_line_hash(hash, file->bytes + begin, file->length - begin, hash);
		buffer_add_format(file, JOURNAL_HASH_BEGIN "%s" JOURNAL_HASH_END "\n", hash);
	}
}

static void unwrap(struct buffer *into, const char *file)
{
	for (const char *at; (at = strstr(file, "\"at\":")) != NULL; file = strchr(at, '\n')) {
		buffer_add(into, at, (size_t)(strstr(at, JOURNAL_HASH_BEGIN) - at));
		buffer_add_char(into, '\n');
	}
}

/* ---- what is done with a journal that somebody left */

static void show(struct play *play, struct history *history)
{
	struct run_row row = { .id = RUN, .history = *history };
	struct status_row status = { .run = &row };
	struct buffer page = BUFFER_INIT;
	struct journal_tail tail;
	struct journal *journal = journal_read(play->environment.storage, RUN, &tail, NULL);
	struct history replayed = { 0 };

	status.survey = run_survey(&play->environment, RUN, INT64_MAX, NULL);
	status_text(&play->report, &status, 1, 0, &page);
	json_decref(status_json(&status, 1, 0));
	for (size_t i = 0; i < journal_count(journal); i++) {
		must(history_apply(&replayed, journal_get(journal, i), NULL) == 0, "a journal is replayed twice alike");
		report_record(&play->report, &replayed, journal_get(journal, i));
	}
	history_release(&replayed);
	journal_close(journal);
	json_decref(status.survey);
	buffer_release(&page);
}

static void go_on(struct play *play, bool restores)
{
	struct leg leg = { .name = "resume", .hook = json_object(), .at_most_ms = 600 * 1000,
			   .leaves_paused = true, .passes_pauses = true };
	struct leg_result result = { .status = EXIT_REACHED };
	struct history history = { 0 };
	struct error err = ERROR_INIT;
	struct run *run = run_open(&play->environment, RUN, &err);

	must(run || err.kind != ERROR_NONE, "no run, then an error");
	if (run)
		(restores ? run_restore : run_leg)(run, &leg, &result);
	run_free(run);
	json_decref(leg.hook);
	must(!run || run_look(play->environment.storage, RUN, &history, &err) == 0, "what is written can be read");
	history_release(&history);
}

void read_journal(const char *text, size_t length)
{
	struct buffer file = BUFFER_INIT;
	struct history history = { 0 };
	struct error err = ERROR_INIT;
	struct play play;

	play_begin(&play);
	if (text[0] == '"')
		wrap(&file, text, length);
	else
		buffer_add(&file, text, length);
	storage_memory_put(play.disk, FILE_NAME, buffer_text(&file), file.length);
	if (run_look(play.environment.storage, RUN, &history, &err) == 0) {
		show(&play, &history);
		go_on(&play, length % 2);
	} else {
		must(err.kind != ERROR_NONE, "no history, then an error");
	}
	history_release(&history);
	buffer_release(&file);
	play_end(&play);
}

/* ---- journals to begin with */

static void play_hook(struct play *play, const char *event)
{
	const struct hook *hook = machine_hook(machine(), event);
	json_t *document = json_pack("{s:{s:s}}", "metadata", "instance_id", sim_self(play->sim));
	json_t *given = json_object();
	struct start start = {
		.machine = machine(), .subject = sim_self(play->sim), .group = "dg-1",
		.opens = machine_goal_opens(machine(), &hook->until),
		.leg = leg_of_hook(machine(), hook, 3600000),
		.about = json_pack("{s:s, s:s}", "host", sim_self(play->sim), "subject", sim_self(play->sim)),
	};
	struct leg_result result;

	start.leg.hook = json_pack("{s:s, s:s}", "event", event, "deployment_group_id", "dg-1");
	start.input = inputs_resolve(&machine()->inputs, "the machine", given, document, NULL);
	start_leg(&play->environment, &start, &result);
	json_decref(start.leg.hook);
	json_decref(start.about);
	json_decref(start.input);
	json_decref(document);
	json_decref(given);
}

static void seed_with(struct play *play, const char *folder, const char *name)
{
	struct storage *disk = play->environment.storage;
	struct buffer file = BUFFER_INIT, text = BUFFER_INIT;

	must(disk->read(disk, FILE_NAME, JOURNAL_LIMIT_BYTES, &file, NULL) == 0, "a journal was made");
	unwrap(&text, buffer_text(&file));
	seed(folder, name, &text);
	buffer_release(&file);
	buffer_release(&text);
}

void seed_journal(const char *folder)
{
	struct play play;

	play_begin(&play);
	play_hook(&play, "BeforeInstall");
	seed_with(&play, folder, "left");
	play_hook(&play, "ApplicationStart");
	seed_with(&play, folder, "returned");
	play_end(&play);
}
