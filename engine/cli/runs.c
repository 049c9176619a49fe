#include "config.h"

#include "cli/runs.h"

#include <stdlib.h>
#include <string.h>

struct loading {
	struct session *session;
	struct run_rows *runs;
	bool open_only;
	bool host_known; /* it was asked for */
	char *host;      /* this instance's id, or NULL */
};

static void report_damage(struct loading *loading, const char *id, const struct error *err)
{
	struct run_rows *runs = loading->runs;

	snprintf(runs->damaged_run, sizeof(runs->damaged_run), "%s", id);
	report_error(&loading->session->report, err);
	runs->damaged++;
}

/* Only a journal that names a host makes it worth asking for ours. */
static bool is_elsewhere(struct loading *loading, const struct history *history)
{
	const char *host = history_text(history, "host");

	if (!host[0])
		return false;
	if (!loading->host_known)
		loading->host = session_host(loading->session);
	loading->host_known = true;
	return loading->host && strcmp(loading->host, host) != 0;
}

static void say_elsewhere(struct loading *loading, const char *id, const struct history *history)
{
	struct error err = ERROR_INIT;

	error_set(&err, ERROR_NONE, NOWHERE, "run %s is ignored: it is of host %s, this is %s (an image of a running "
		  "host?)", id, history_text(history, "host"), loading->host);
	report_error(&loading->session->report, &err);
	loading->runs->elsewhere++;
}

static void keep(struct loading *loading, const char *id, const struct history *history)
{
	struct run_rows *runs = loading->runs;
	struct run_row *row;

	runs->rows = memory_resize(runs->rows, runs->count + 1, sizeof(*runs->rows));
	row = &runs->rows[runs->count++];
	*row = (struct run_row){ .history = *history };
	snprintf(row->id, sizeof(row->id), "%s", id);
	row->perhaps_elsewhere = history_text(history, "host")[0] && !loading->host;
}

static int visit(void *argument, const char *id)
{
	struct loading *loading = argument;
	struct history history = { 0 };
	struct error err = ERROR_INIT;

	if (run_look(loading->session->storage, id, &history, &err) != 0) {
		report_damage(loading, id, &err);
		return 0;
	}
	if (loading->open_only && !history_is_open(&history)) {
		history_release(&history);
	} else if (is_elsewhere(loading, &history)) {
		say_elsewhere(loading, id, &history);
		history_release(&history);
	} else {
		keep(loading, id, &history);
	}
	return 0;
}

static int oldest_first(const void *left, const void *right)
{
	const struct run_row *a = left, *b = right;

	if (a->history.latest_ms != b->history.latest_ms)
		return a->history.latest_ms < b->history.latest_ms ? -1 : 1;
	return strcmp(a->id, b->id);
}

int runs_load(struct session *session, bool open_only, struct run_rows *runs, struct error *err)
{
	struct loading loading = { .session = session, .runs = runs, .open_only = open_only };
	struct storage *storage = session_storage(session, err);
	int result;

	*runs = (struct run_rows){ 0 };
	if (!storage)
		return -1;
	result = runs_list(storage, visit, &loading, err);
	free(loading.host);
	if (runs->count > 1)
		qsort(runs->rows, runs->count, sizeof(*runs->rows), oldest_first);
	return result;
}

void runs_release(struct run_rows *runs)
{
	for (size_t i = 0; i < runs->count; i++)
		history_release(&runs->rows[i].history);
	free(runs->rows);
	*runs = (struct run_rows){ 0 };
}

/* What a hook left open is root's. */
static void refuse_without_open(const struct session *session, bool damaged, struct error *err)
{
	const bool own = session->report.own && !session->report.state_dir;

	error_set(err, damaged ? ERROR_DAMAGE : ERROR_USAGE, NOWHERE, "no %srun is open in '%s'%s",
		  damaged ? "other " : "", session->storage->path,
		  own ? ": 'sudo tidegate status' shows those of root and of hooks" : "");
}

const struct run_row *runs_choose(struct session *session, const struct run_rows *runs, struct error *err)
{
	const char *named = session->options.n_operands > 0 ? session->options.operands[0] : NULL;
	const struct run_row *open = NULL;
	size_t n_open = 0;

	for (size_t i = 0; i < runs->count; i++) {
		if (named && strcmp(runs->rows[i].id, named) == 0)
			return &runs->rows[i];
		if (history_is_open(&runs->rows[i].history)) {
			open = &runs->rows[i];
			n_open++;
		}
	}
	if (!named && n_open == 1)
		return open;
	if (named)
		error_set(err, ERROR_USAGE, NOWHERE, "no run '%s' in '%s': 'tidegate status' lists the open ones",
			  named, session->storage->path);
	else if (n_open == 0)
		refuse_without_open(session, runs->damaged > 0, err);
	else
		error_set(err, ERROR_USAGE, NOWHERE, "%zu runs are open: say which ('tidegate status' lists them)",
			  n_open);
	return NULL;
}

void run_row_choose_region(const struct run_row *row, struct session *session)
{
	struct connection *connection = session_connection(session, NULL);
	const char *region = history_text(&row->history, "region");

	if (connection && region[0])
		connection_prefer_region(connection, region);
}
