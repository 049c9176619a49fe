/* A run that goes on from where it stands; or, at boot and by timer, all those that nobody drives and that must go
 * home. */
#include "config.h"


#include "cli/command.h"
#include "cli/homeward.h"
#include "cli/process.h"
#include "cli/runs.h"
#include "cli/verdict.h"

/* ---- one, by hand ---- */

static int resume_run(struct session *session, const struct run_row *row, struct error *err)
{
	const char *id = row->id;
	struct run_environment environment;
	struct locked_run locked;
	struct leg_result result = { 0 };
	char *question = arena_format(session->arena, "Resume run %s?", id);

	run_row_choose_region(row, session);
	if (session_run_environment(session, true, &environment, err) != 0 ||
	    start_locked(&environment, id, &locked, err) != 0)
		return -1;
	if (run_history(locked.run)->standing == STANDING_ENDED) {
		start_unlock(&environment, &locked);
		return error_set(err, ERROR_USAGE, NOWHERE,
				 "run %s has ended and cannot go on: 'tidegate restore %s' takes back what is left", id,
				 id);
	}
	if (!command_confirm(session, question)) {
		start_unlock(&environment, &locked);
		return EXIT_REACHED;
	}
	homeward_go_on(session->arena, locked.run, &result);
	start_unlock(&environment, &locked);
	return verdict_print(&session->report, &result);
}

/* ---- all, at boot and by timer ---- */

/* What is open and could not be looked after still holds its changes. */
static int leave_open(struct session *session, const struct error *err)
{
	session_fail(session, err);
	return EXIT_LEFT;
}

/* An image of a running host would end what that one is in the middle of. */
static int let_be(struct session *session, const struct run_row *row)
{
	struct error err = ERROR_INIT;

	error_set(&err, ERROR_NONE, NOWHERE,
		  "run %s is let be: it is of host %s, and instance metadata does not say whether this is that host; "
		  "if so: tidegate resume %s", row->id, history_text(&row->history, "host"), row->id);
	return leave_open(session, &err);
}

/* One that another process drives is in good hands. */
static int attend(struct session *session, const struct run_environment *environment, const struct run_row *row)
{
	struct locked_run locked;
	struct leg_result result = { 0 };
	struct error err = ERROR_INIT;
	enum homeward homeward;

	if (row->perhaps_elsewhere)
		return let_be(session, row);
	if (start_locked(environment, row->id, &locked, &err) != 0)
		return err.kind == ERROR_BUSY ? EXIT_REACHED : leave_open(session, &err);
	homeward = homeward_attend(environment, session->arena, locked.run, &result);
	start_unlock(environment, &locked);
	return homeward == HOMEWARD_NOTHING ? EXIT_REACHED : verdict_print(&session->report, &result);
}

/* The gravest of what came of them; being home again after a failure is what was asked for here. */
static int resume_all(struct session *session, const struct run_rows *runs, struct error *err)
{
	struct run_environment environment;
	int status = runs->damaged > 0 ? EXIT_LEFT : EXIT_REACHED;

	if (runs->count == 0)
		return status;
	run_row_choose_region(&runs->rows[0], session);
	if (session_run_environment(session, true, &environment, err) != 0)
		return -1;
	for (size_t i = 0; i < runs->count && !*process_stop(); i++) {
		int one = attend(session, &environment, &runs->rows[i]);

		if (one != EXIT_FAILED && (status == EXIT_REACHED || one == EXIT_LEFT))
			status = one;
	}
	return status;
}

static int run_resume(struct session *session)
{
	bool all = options_has(&session->options, OPTION_ALL);
	struct error err = ERROR_INIT;
	struct run_rows runs;
	const struct run_row *row;
	int status = -1;

	if (runs_load(session, all, &runs, &err) == 0) {
		row = all ? NULL : runs_choose(session, &runs, &err);
		if (all)
			status = resume_all(session, &runs, &err);
		else if (row)
			status = resume_run(session, row, &err);
	}
	runs_release(&runs);
	return status < 0 ? session_fail_open(session, &err) : status;
}

const struct command command_resume = {
	.name = "resume",
	.help = "Goes on with a run from where it stands.",
	.operands = "[RUN]",
	.most = 1,
	.options = OPTIONS_AWS | OPTIONS_STATE | OPTIONS_CATALOGUE | OPTION_BIT(OPTION_ALL) | OPTIONS_RUN,
	.more = "RUN may be left out where one run is open. From a pause it goes to the end;\n"
		"a leg that was cut off goes on to its own goal.\n"
		"\n"
		"--all is for boot and timer: runs only go home. A leg that leaves and was cut\n"
		"off 15 minutes ago, or before this boot, fails as interrupted; a leg that\n"
		"returns goes on; a pause only expires. An adoption that was cut off is let go\n"
		"of. What is driven is let be.\n",
	.run = run_resume,
};
