/* The machine on simulated worlds, through whatever can go wrong, and whether it left them as they were. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/process.h"
#include "cli/rehearsal/rehearsal.h"
#include "model/machine_file.h"
#include "sim/scenario.h"
#include "text/json.h"
#include "text/json_pool.h"

enum { TICK_MS = 100 };

struct show {
	struct session *session;
	struct clock *clock;
	int64_t begun_ms, shown_ms;
	/* Of the section at hand: when it began, for the time that is left. */
	enum section section;
	int64_t section_ms;
	bool terminal;
};

/* ---- what is asked for ---- */

static int read_number(const struct session *session, enum option option, uint64_t least, uint64_t *number,
		       struct error *err)
{
	const char *text = options_get(&session->options, option);
	char *end;

	if (!text)
		return 0;
	errno = 0;
	*number = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end || errno || *number < least)
		return error_set(err, ERROR_USAGE, NOWHERE, "--%s '%s' is no number from %llu on",
				 option_rows[option].name, text, (unsigned long long)least);
	return 0;
}

static int read_options(struct session *session, struct rehearsal *rehearsal, struct error *err)
{
	uint64_t faults = rehearsal->faults, jobs = rehearsal->workers;

	if (read_number(session, OPTION_FAULTS, 1, &faults, err) != 0 ||
	    read_number(session, OPTION_SEED, 0, &rehearsal->seed, err) != 0 ||
	    read_number(session, OPTION_RUNS, 1, &rehearsal->runs, err) != 0 ||
	    read_number(session, OPTION_JOBS, 1, &jobs, err) != 0)
		return -1;
	if (jobs > WORKERS_MOST)
		return error_set(err, ERROR_USAGE, NOWHERE, "--jobs: %d at most", WORKERS_MOST);
	if (faults > MISHAPS_MOST)
		return error_set(err, ERROR_USAGE, NOWHERE, "--faults: %d in one run at most", MISHAPS_MOST);
	rehearsal->faults = (unsigned)faults;
	rehearsal->workers = (unsigned)jobs;
	rehearsal->all = options_has(&session->options, OPTION_ALL);
	if (options_has(&session->options, OPTION_WIRE))
		rehearsal->stage.services = catalogue_services(session->catalogue);
	if (rehearsal->all && rehearsal->stage.services)
		return error_set(err, ERROR_USAGE, NOWHERE,
				 "--all and --wire: what the client keeps to itself is not compared; --runs=N plays "
				 "more pairs");
	return 0;
}

static json_t *sim_fact(void *argument, const char *name, struct error *err)
{
	struct executor *executor = sim_executor(argument);

	return executor->metadata(executor, name, err);
}

/* Takes over `model`. */
static int add_scene(struct session *session, struct rehearsal *rehearsal, const char *name, struct sim *model,
		     struct error *err)
{
	json_t *hook = json_made(json_object());
	const struct inputs_request request = {
		.machine = rehearsal->machine,
		.given = &session->options.of[OPTION_INPUT],
		.environment = session->environment,
		.deployment_group = options_get(&session->options, OPTION_DEPLOYMENT_GROUP),
		.configuration = session_configuration_for(session, rehearsal->machine, err),
		.hook = hook,
		.metadata = sim_fact,
		.metadata_argument = model,
	};
	struct inputs inputs;
	int result = request.configuration ? inputs_find(&inputs, &request, err) : -1;

	json_decref(hook);
	if (result != 0) {
		sim_free(model);
		return -1;
	}
	return rehearsal_add(rehearsal, name, model, &inputs, err);
}

static int add_file(struct session *session, struct rehearsal *rehearsal, const char *path, struct error *err)
{
	const struct source *source = source_read_file(&session->reader, path);
	struct sim *model = source ? scenario_sim(source, 1, &session->diagnostics) : NULL;

	return model ? add_scene(session, rehearsal, path, model, err) : -1;
}

static int add_builtin(struct session *session, struct rehearsal *rehearsal, const char *file, struct error *err)
{
	char *name = arena_copy(session->arena, file, strcspn(file, "."));
	struct sim *model = scenario_builtin(name, 1, err);

	return model ? add_scene(session, rehearsal, name, model, err) : -1;
}

static int add_scenes(struct session *session, struct rehearsal *rehearsal, struct error *err)
{
	const char *asked = options_get(&session->options, OPTION_SCENARIO), *name;

	if (asked)
		return strchr(asked, '.') ? add_file(session, rehearsal, asked, err)
					  : add_builtin(session, rehearsal, asked, err);
	for (size_t i = 0; (name = scenario_builtin_name(NULL, i)) != NULL; i++)
		if (add_builtin(session, rehearsal, name, err) != 0)
			return -1;
	return 0;
}

/* ---- what is shown ---- */

static uint64_t runs_a_second(const struct show *show, uint64_t runs)
{
	int64_t ms = show->clock->monotonic_ms(show->clock) - show->begun_ms;

	return runs * 1000 / (uint64_t)(ms > 0 ? ms : 1);
}

static void print_progress(const struct show *show, const struct tally *tally, int64_t now_ms)
{
	int64_t left_s = tally->done ? (now_ms - show->section_ms) * (int64_t)(tally->due - tally->done) /
					       (int64_t)tally->done / 1000
				     : 0;

	fprintf(stderr, "\r  %-28s %8llu of %llu, %llu/s, %lldm%02llds left\033[K", section_names[tally->section],
		(unsigned long long)tally->done, (unsigned long long)tally->due,
		(unsigned long long)runs_a_second(show, tally_runs(tally)), (long long)left_s / 60,
		(long long)left_s % 60);
}

static bool show_progress(void *argument, const struct rehearsal *rehearsal, const struct tally *tally)
{
	struct show *show = argument;
	const int64_t now_ms = show->terminal ? show->clock->monotonic_ms(show->clock) : 0;

	(void)rehearsal;
	if (show->terminal && tally->section != show->section) {
		show->section = tally->section;
		show->section_ms = now_ms;
	}
	if (show->terminal && tally->done <= tally->due && now_ms - show->shown_ms >= TICK_MS) {
		print_progress(show, tally, now_ms);
		show->shown_ms = now_ms;
	}
	return !*process_stop();
}

static void add_ending(struct buffer *text, const char **before, uint64_t count, const char *what)
{
	if (count == 0)
		return;
	buffer_add_format(text, "%s%llu %s", *before, (unsigned long long)count, what);
	*before = ", ";
}

static void add_section(struct buffer *text, const struct section_counts *counts, enum section section)
{
	const bool restored = counts->violations == 0;
	const char *before = restored ? ", " : "";

	buffer_add_format(text, "  %-28s %8llu runs   %s", section_names[section], (unsigned long long)counts->runs,
			  restored ? "restored" : "");
	add_ending(text, &before, counts->violations, counts->violations == 1 ? "VIOLATION" : "VIOLATIONS");
	add_ending(text, &before, counts->left, "ended exit 3");
	add_ending(text, &before, counts->drifted, "reported drift");
	add_ending(text, &before, counts->same_moment, "not proven");
	buffer_add_char(text, '\n');
}

/* What was not played, and what a play cannot tell. */
static void add_limits(const struct rehearsal *rehearsal, struct buffer *text)
{
	const struct tally *tally = &rehearsal->tally;
	const uint64_t pairs = tally->counts[SECTION_PAIR].runs;
	uint64_t same_moment = 0;

	for (enum section section = 0; section < SECTION_COUNT; section++)
		same_moment += tally->counts[section].same_moment;
	if (pairs > 0 && !rehearsal->all && tally->leads > 0)
		buffer_add_format(text, "  %llu of some %llu pairs, chosen by the seed: --all plays every one\n",
				  (unsigned long long)pairs,
				  (unsigned long long)(tally->pairs * rehearsal->leads / tally->leads));
	if (rehearsal->all && pairs > 0)
		buffer_add_format(text,
				  "  %llu pairs were played; each of the others comes to where one of these, or what "
				  "goes\n  wrong alone, has been\n",
				  (unsigned long long)tally->counts[SECTION_PAIR].played);
	if (same_moment > 0)
		buffer_add_format(text,
				  "  %llu not proven: another wrote in the same moment, or just as a neighbour does "
				  "that leaves,\n  and nothing that AWS shows tells whose the value is\n",
				  (unsigned long long)same_moment);
}

static void add_head(const struct rehearsal *rehearsal, struct buffer *text)
{
	unsigned long requests = 0, steps = 0;

	for (size_t i = 0; i < rehearsal->n_scenes; i++) {
		requests += rehearsal->scenes[i].calm.requests;
		steps += rehearsal->scenes[i].calm.steps;
	}
	buffer_add_format(text, "%zu scenario%s, %lu requests, %lu steps of the disk, seed %llu\n",
			  rehearsal->n_scenes, rehearsal->n_scenes == 1 ? "" : "s", requests, steps,
			  (unsigned long long)rehearsal->seed);
}

static void add_again(const struct session *session, const struct rehearsal *rehearsal, const struct finding *finding,
		      struct buffer *text)
{
	const char *scenario = options_get(&session->options, OPTION_SCENARIO);

	buffer_add_format(text, "again: tidegate rehearse %s --seed %llu --run %llu", session->options.operands[0],
			  (unsigned long long)rehearsal->seed, (unsigned long long)finding->run);
	if (scenario)
		buffer_add_format(text, " --scenario %s", scenario);
	if (rehearsal->faults > 3)
		buffer_add_format(text, " --faults %u", rehearsal->faults);
	if (rehearsal->all)
		buffer_add_text(text, " --all");
	if (rehearsal->stage.services)
		buffer_add_text(text, " --wire");
	buffer_add_char(text, '\n');
}

static void add_finding(const struct session *session, struct rehearsal *rehearsal, const struct finding *finding,
			struct buffer *text)
{
	rehearsal_replay(rehearsal, finding->run);
	rehearsal_trace(rehearsal, text);
	if (finding->count > 1)
		buffer_add_format(text, "  and %llu more like it\n", (unsigned long long)finding->count - 1);
	add_again(session, rehearsal, finding, text);
}

static void show_text(const struct show *show, struct rehearsal *rehearsal)
{
	const struct tally *tally = &rehearsal->tally;
	const uint64_t runs = tally_runs(tally), violations = tally_violations(tally);
	const int64_t ms = show->clock->monotonic_ms(show->clock) - show->begun_ms;
	struct buffer text = BUFFER_INIT;

	for (enum section section = 0; section < SECTION_COUNT; section++)
		if (tally->counts[section].runs)
			add_section(&text, &tally->counts[section], section);
	add_limits(rehearsal, &text);
	for (size_t i = 0; i < tally->n_findings; i++)
		add_finding(show->session, rehearsal, &tally->findings[i], &text);
	buffer_add_format(&text, "%llu runs in %.1fs, %llu/s: %llu violation%s\n", (unsigned long long)runs,
			  (double)ms / 1000, (unsigned long long)runs_a_second(show, runs),
			  (unsigned long long)violations, violations == 1 ? "" : "s");
	report_text(&show->session->report, stdout, buffer_text(&text));
	buffer_release(&text);
}

static json_t *section_json(const struct section_counts *counts)
{
	return json_made(json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "runs", (json_int_t)counts->runs, "played",
				   (json_int_t)counts->played, "violations", (json_int_t)counts->violations, "left",
				   (json_int_t)counts->left, "drifted", (json_int_t)counts->drifted, "same_moment",
				   (json_int_t)counts->same_moment, "requests", (json_int_t)counts->requests));
}

static json_t *finding_json(struct rehearsal *rehearsal, const struct finding *finding)
{
	const struct violation *violation = &rehearsal->stage.violation;
	struct buffer text = BUFFER_INIT;
	json_t *made;

	rehearsal_replay(rehearsal, finding->run);
	rehearsal_trace(rehearsal, &text);
	made = json_made(json_pack("{s:s, s:I, s:s, s:s, s:I, s:s}", "invariant", finding->invariant->name, "count",
				   (json_int_t)finding->count, "why", violation->why, "scenario",
				   rehearsal->stage.scene->name, "run", (json_int_t)finding->run, "trace",
				   buffer_text(&text)));
	buffer_release(&text);
	return made;
}

static void show_json(const struct show *show, struct rehearsal *rehearsal)
{
	const struct tally *tally = &rehearsal->tally;
	const uint64_t runs = tally_runs(tally);
	json_t *sections = json_made(json_object()), *findings = json_made(json_array()), *all;
	char *text;

	for (enum section section = 0; section < SECTION_COUNT; section++)
		json_put(sections, section_words[section], section_json(&tally->counts[section]));
	for (size_t i = 0; i < tally->n_findings; i++)
		json_append(findings, finding_json(rehearsal, &tally->findings[i]));
	all = json_made(json_pack("{s:I, s:I, s:I, s:I, s:o, s:o}", "seed", (json_int_t)rehearsal->seed, "runs",
				  (json_int_t)runs, "runs_per_second", (json_int_t)runs_a_second(show, runs),
				  "violations", (json_int_t)tally_violations(tally), "kinds", sections, "findings",
				  findings));
	text = json_text(all, JSON_INDENT(2));
	puts(text);
	free(text);
	json_decref(all);
}

/* ---- doing it ---- */

static int replay(struct session *session, struct rehearsal *rehearsal, uint64_t run)
{
	struct buffer text = BUFFER_INIT;

	if (!rehearsal_replay(rehearsal, run)) {
		struct error err = ERROR_INIT;

		error_set(&err, ERROR_USAGE, NOWHERE, "--run: there is no run %llu", (unsigned long long)run);
		return session_fail(session, &err);
	}
	rehearsal_trace(rehearsal, &text);
	rehearsal_requests(rehearsal, &text);
	if (!rehearsal->stage.violation.invariant)
		buffer_add_text(&text, rehearsal->stage.same_moment
					       ? "not proven: another wrote in the same moment\n"
					       : "restored: no violation\n");
	report_text(&session->report, stdout, buffer_text(&text));
	buffer_release(&text);
	return rehearsal->stage.violation.invariant ? EXIT_FAILED : EXIT_REACHED;
}

static void show_head(const struct show *show, const struct rehearsal *rehearsal)
{
	struct buffer head = BUFFER_INIT;

	add_head(rehearsal, &head);
	report_text(&show->session->report, stdout, buffer_text(&head));
	buffer_release(&head);
	fflush(stdout);
}

static int rehearse(struct session *session, struct rehearsal *rehearsal)
{
	struct show show = { .session = session,
			     .clock = clock_system(),
			     .terminal = isatty(STDERR_FILENO),
			     .section = SECTION_COUNT };
	const bool json = options_has(&session->options, OPTION_JSON);
	struct error err = ERROR_INIT;
	int result;

	if (!json)
		show_head(&show, rehearsal);
	show.begun_ms = show.clock->monotonic_ms(show.clock);
	rehearsal->tick = show_progress;
	rehearsal->argument = &show;
	result = rehearsal_perform(rehearsal, &err);
	if (show.terminal)
		fputs("\r\033[K", stderr);
	if (json)
		show_json(&show, rehearsal);
	else
		show_text(&show, rehearsal);
	if (result != 0)
		return session_fail(session, &err);
	if (*process_stop())
		return EXIT_INTERRUPTED;
	return rehearsal->tally.n_findings ? EXIT_FAILED : EXIT_REACHED;
}

static int fail(struct session *session, const struct error *err)
{
	if (err->kind != ERROR_NONE)
		return session_fail(session, err);
	session_print_diagnostics(session);
	return EXIT_USAGE;
}

static unsigned processors(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);

	return count < 1 ? 1 : count > WORKERS_MOST ? WORKERS_MOST : (unsigned)count;
}

static int run_rehearse(struct session *session)
{
	const struct machine *machine;
	struct error err = ERROR_INIT;
	struct rehearsal rehearsal;
	uint64_t run = 0;
	int status;

	json_pool_use();
	machine = session_machine(session, session->options.operands[0]);
	if (!machine)
		return EXIT_USAGE;
	rehearsal_init(&rehearsal, machine, session->arena);
	rehearsal.workers = processors();
	process_catch_stops();
	if (read_options(session, &rehearsal, &err) != 0 || read_number(session, OPTION_RUN, 0, &run, &err) != 0 ||
	    add_scenes(session, &rehearsal, &err) != 0)
		status = fail(session, &err);
	else if (options_has(&session->options, OPTION_RUN))
		status = replay(session, &rehearsal, run);
	else
		status = rehearse(session, &rehearsal);
	rehearsal_release(&rehearsal);
	return status;
}

const struct command command_rehearse = {
	.name = "rehearse",
	.help = "Proves on simulated worlds that a machine puts everything back.",
	.operands = "MACHINE",
	.least = 1,
	.most = 1,
	.options = OPTIONS_MACHINE | OPTION_BIT(OPTION_SCENARIO) | OPTION_BIT(OPTION_JSON) |
		   OPTION_BIT(OPTION_FAULTS) | OPTION_BIT(OPTION_SEED) | OPTION_BIT(OPTION_RUNS) |
		   OPTION_BIT(OPTION_RUN) | OPTION_BIT(OPTION_ALL) | OPTION_BIT(OPTION_JOBS) | OPTION_BIT(OPTION_WIRE),
	.more = "Plays whole deployments: with a crash before and after each request and each\n"
		"write of the journal, with each request throttled, refused or lost, with others\n"
		"acting in between, with nobody deploying again; then pairs of these, then\n"
		"sequences by chance. Also, each alone: with a disk that is full or fails, a\n"
		"journal that is damaged, another deployment group on the host, a host that\n"
		"starts again or whose clock jumps, people who restore or resume by hand.\n"
		"Nothing of it is real. Exit 1 where something was not put back: the shortest\n"
		"such play is shown, and how to see it again.\n"
		"\n"
		"--all looks at every pair, and at a torn record of every length, and plays each\n"
		"that goes on as no other does; else there are as many pairs as --runs says,\n"
		"chosen by the seed.\n"
		"\n"
		"--wire lets each process ask by the client that asks AWS, with its signatures,\n"
		"retries and pages; without it what is asked and answered is handed over.\n",
	.run = run_rehearse,
};
