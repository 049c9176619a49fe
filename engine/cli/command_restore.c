/* Takes back all that a run has changed, by hand: what is asked first, and under the lock that a hook would hold. How
 * each change is taken back is the runner's. */
#include "config.h"

#include "cli/command.h"
#include "cli/runs.h"
#include "cli/verdict.h"
#include "text/json.h"

static void restore(struct run *run, struct leg_result *result)
{
	json_t *hook = json_object_get(run_history(run)->leg, "hook");
	struct leg leg = { .name = "restore", .hook = hook ? json_deep_copy(hook) : json_made(json_object()) };

	run_restore(run, &leg, result);
	json_decref(leg.hook);
}

static int restore_run(struct session *session, const struct run_row *row, struct error *err)
{
	const char *id = row->id;
	struct run_environment environment;
	struct locked_run locked;
	struct leg_result result = { 0 };
	char *question;

	if (!history_is_open(&row->history))
		return error_set(err, ERROR_USAGE, NOWHERE, "run %s is over, and nothing of it is left to take back",
				 id);
	run_row_choose_region(row, session);
	if (session_run_environment(session, true, &environment, err) != 0 ||
	    start_locked(&environment, id, &locked, err) != 0)
		return -1;
	question = arena_format(session->arena, "Take back %zu changes of run %s now?",
				run_history(locked.run)->ledger.count, id);
	if (!command_confirm(session, question)) {
		start_unlock(&environment, &locked);
		return EXIT_REACHED;
	}
	restore(locked.run, &result);
	start_unlock(&environment, &locked);
	return verdict_print(&session->report, &result);
}

static int run_restore_command(struct session *session)
{
	struct error err = ERROR_INIT;
	struct run_rows runs;
	const struct run_row *row = NULL;
	int status = -1;

	if (runs_load(session, false, &runs, &err) == 0)
		row = runs_choose(session, &runs, &err);
	if (row)
		status = restore_run(session, row, &err);
	runs_release(&runs);
	return status < 0 ? session_fail_open(session, &err) : status;
}

const struct command command_restore = {
	.name = "restore",
	.help = "Takes back what a run has changed, newest first, and ends it.",
	.operands = "[RUN]",
	.most = 1,
	.options = OPTIONS_AWS | OPTIONS_STATE | OPTIONS_CATALOGUE | OPTIONS_RUN,
	.more = "RUN may be left out where one run is open. What others changed meanwhile is\n"
		"left alone and said; what fails stays in the ledger, and restore can be called\n"
		"again. It does not wait for health: 'tidegate resume' does.\n",
	.run = run_restore_command,
};
