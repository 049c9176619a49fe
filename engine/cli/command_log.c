/* What a run's journal holds, record by record, and on request what comes next. It only reads: the run may be in the
 * middle of its work, or its journal damaged. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/process.h"
#include "cli/runs.h"
#include "text/json.h"

enum { LOOK_EVERY_MS = 500 };

/* How far the log of a run has been shown. */
struct shown {
	struct session *session;
	struct history history; /* of the records shown */
	size_t count;
	bool damaged; /* said already, when the runs were looked for */
};

static void print_json(json_t *record)
{
	char *line = json_text(record, JSON_COMPACT);

	puts(line ? line : "");
	free(line);
}

static int show_record(struct shown *shown, json_t *record, struct error *err)
{
	if (history_apply(&shown->history, record, err) != 0)
		return -1;
	if (options_has(&shown->session->options, OPTION_JSON))
		print_json(record);
	else
		report_record(&shown->session->report, &shown->history, record);
	shown->count++;
	return 0;
}

/* What is new since the last look. */
static int show_new(struct shown *shown, const char *id, struct error *err)
{
	struct journal_tail tail;
	struct error damage = ERROR_INIT;
	struct journal *journal = journal_read_whole(shown->session->storage, id, &tail, &damage, err);
	int result = journal ? 0 : -1;

	while (result == 0 && shown->count < journal_count(journal))
		result = show_record(shown, journal_get(journal, shown->count), err);
	journal_close(journal);
	shown->damaged = damage.kind == ERROR_DAMAGE;
	return result;
}

static int follow(struct shown *shown, const char *id, struct error *err)
{
	bool read = true;

	process_catch_stops();
	while (read && !*process_stop() && !shown->damaged && history_is_open(&shown->history)) {
		fflush(stdout);
		read = !process_reader_has_gone(LOOK_EVERY_MS);
		if (show_new(shown, id, err) != 0)
			return -1;
	}
	return 0;
}

/* The exit status, or -1. */
static int show(struct session *session, const char *id, struct error *err)
{
	struct shown shown = { .session = session };
	int result;

	session->report.everything = true;
	result = show_new(&shown, id, err);
	if (result == 0 && options_has(&session->options, OPTION_FOLLOW))
		result = follow(&shown, id, err);
	history_release(&shown.history);
	return result == 0 && shown.damaged ? EXIT_LEFT : result;
}

/* Where none is open, the newest is what people mean. */
static const char *choose(struct session *session, const struct run_rows *runs, struct error *err)
{
	const struct run_row *row = runs_choose(session, runs, err);
	size_t open = 0;

	for (size_t i = 0; i < runs->count; i++)
		open += history_is_open(&runs->rows[i].history) ? 1 : 0;
	if (row)
		return row->id;
	/* What a damaged one still tells is what a person needs who must put it right. */
	if (runs->damaged > 0 && session->options.n_operands > 0)
		return session->options.operands[0];
	if (runs->damaged > 0 && open == 0)
		return runs->damaged_run;
	return session->options.n_operands == 0 && open == 0 && runs->count > 0 ? runs->rows[runs->count - 1].id : NULL;
}

static int run_log(struct session *session)
{
	struct error err = ERROR_INIT;
	struct run_rows runs;
	const char *id = NULL;
	int result = -1;

	if (runs_load(session, false, &runs, &err) == 0)
		id = choose(session, &runs, &err);
	if (id)
		result = show(session, id, &err);
	runs_release(&runs);
	return result < 0 ? session_fail(session, &err) : result;
}

const struct command command_log = {
	.name = "log",
	.help = "Shows what a run did, record by record.",
	.operands = "[RUN]",
	.most = 1,
	.options = OPTIONS_STATE | OPTION_BIT(OPTION_FOLLOW) | OPTION_BIT(OPTION_JSON),
	.more = "RUN may be left out: the one open run, or the newest where none is open.\n"
		"--json gives the journal's own records, one a line. Of a damaged journal what is\n"
		"whole is shown, with exit 3.\n",
	.run = run_log,
};
