/* Which runs are open, what they hold, how that is now, and what to do. By the journals alone it works without network;
 * what they hold is looked at in AWS where that can be asked. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/process.h"
#include "cli/runs.h"
#include "cli/status.h"
#include "run/survey.h"
#include "text/json.h"

enum { ASK_MOST_MS = 5000 }; /* for all runs together: who types `status` waits for it */

/* ---- how what they hold is now ---- */

static void ask(struct session *session, struct connection *connection, int64_t until_ms, struct status_row *row)
{
	struct error err = ERROR_INIT;
	struct run_environment environment = {
		.storage = session->storage,
		.executor = connection_executor(connection, &err),
		.random = &session->random,
		.stop = process_stop(),
		.engine_version = PACKAGE_VERSION,
	};

	if (environment.executor) {
		environment.clock = connection_clock(connection);
		row->survey = run_survey(&environment, row->run->id, until_ms, &err);
	}
	if (!row->survey)
		row->unknown = arena_copy(session->arena, err.message, strlen(err.message));
}

/* In the region in which the run made its changes. */
static void look(struct session *session, int64_t until_ms, struct status_row *row)
{
	const char *region = history_text(&row->run->history, "region");
	struct connection *connection;
	struct error err = ERROR_INIT;

	if (row->run->history.ledger.count == 0)
		return;
	connection = session_connect(session, region[0] ? region : NULL, &err);
	if (connection)
		ask(session, connection, until_ms, row);
	else
		row->unknown = arena_copy(session->arena, err.message, strlen(err.message));
	connection_free(connection);
}

static struct status_row *make_rows(struct session *session, const struct run_rows *runs)
{
	struct status_row *rows = memory_new(runs->count, sizeof(*rows));
	struct clock *clock = clock_system();
	int64_t until_ms = clock->monotonic_ms(clock) + ASK_MOST_MS;

	for (size_t i = 0; i < runs->count; i++) {
		rows[i].run = &runs->rows[i];
		rows[i].driven = start_is_driven(session->storage, history_text(&runs->rows[i].history, "subject"));
		if (options_has(&session->options, OPTION_OFFLINE))
			rows[i].unknown = "AWS was not asked (--offline)";
		else
			look(session, until_ms, &rows[i]);
	}
	return rows;
}

static void free_rows(struct status_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		json_decref(rows[i].survey);
	free(rows);
}

/* ---- the command ---- */

static void print_json(const struct status_row *rows, size_t count, int64_t now_ms)
{
	json_t *all = status_json(rows, count, now_ms);
	char *dumped = json_text(all, JSON_INDENT(2));

	puts(dumped ? dumped : "[]");
	free(dumped);
	json_decref(all);
}

static void print_text(struct session *session, const struct status_row *rows, size_t count, size_t damaged,
		       int64_t now_ms)
{
	struct buffer page = BUFFER_INIT;

	if (count == 0 && damaged > 0)
		buffer_add_text(&page, "no other run is open\n");
	else
		status_text(&session->report, rows, count, now_ms, &page);
	/* What a hook left open is root's. */
	if (count == 0 && session->report.own && !session->report.state_dir)
		buffer_add_format(&page, "in %s: 'sudo tidegate status' shows those of root and of hooks\n",
				  session->storage->path);
	report_text(&session->report, stdout, buffer_text(&page));
	buffer_release(&page);
}

static int run_status(struct session *session)
{
	struct clock *clock = clock_system();
	struct error err = ERROR_INIT;
	struct run_rows runs;
	struct status_row *rows;
	int status = EXIT_REACHED;

	if (runs_load(session, true, &runs, &err) != 0) {
		runs_release(&runs);
		return session_fail(session, &err);
	}
	rows = make_rows(session, &runs);
	if (options_has(&session->options, OPTION_JSON))
		print_json(rows, runs.count, clock->wall_ms(clock));
	else
		print_text(session, rows, runs.count, runs.damaged, clock->wall_ms(clock));
	free_rows(rows, runs.count);
	if (runs.damaged > 0)
		status = EXIT_LEFT;
	else if (runs.count > 0 && options_has(&session->options, OPTION_EXIT_CODE))
		status = EXIT_CHANGES;
	runs_release(&runs);
	return status;
}

const struct command command_status = {
	.name = "status",
	.help = "Shows the open runs: where they stand, what they hold, how to go on.",
	.operands = "",
	.options = OPTIONS_STATE | OPTIONS_AWS | OPTION_BIT(OPTION_OFFLINE) | OPTION_BIT(OPTION_JSON) |
		   OPTION_BIT(OPTION_EXIT_CODE),
	.more = "A run is open until it has ended and nothing is left to restore. What it holds\n"
		"is looked at in AWS, for 5 seconds at most; only Describe calls are sent.\n"
		"With --exit-code: 0 where none is open, 10 where one is.\n"
		"Exit 3 where a journal is damaged.\n",
	.run = run_status,
};
