/* A run that goes on from where it stands; or, at boot and by timer, all those that nobody drives and that must go
 * home. */
#include "config.h"


#include "cli/command.h"
#include "cli/homeward.h"
#include "cli/process.h"
#include "cli/runs.h"
#include "cli/verdict.h"

/* ---- one, by hand ---- */

static int resume_run(struct session *session, const char *id, struct error *err)
{
	struct run_environment environment;
	struct locked_run locked;
	struct leg_result result = { 0 };
	char *question = arena_format(session->arena, "Resume run %s?", id);

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

/* One that another process drives is in good hands. */
static int attend(struct session *session, const struct run_environment *environment, const char *id)
{
	struct locked_run locked;
	struct leg_result result = { 0 };
	struct error err = ERROR_INIT;
	enum homeward homeward;

	if (start_locked(environment, id, &locked, &err) != 0)
		return err.kind == ERROR_BUSY ? EXIT_REACHED : session_fail(session, &err);
	homeward = homeward_attend(environment, session->arena, locked.run, &result);
	start_unlock(environment, &locked);
	return homeward == HOMEWARD_NOTHING ? EXIT_REACHED : verdict_print(&session->report, &result);
}

/* The gravest of what came of them; being home again after a failure is what was asked for here. */
static int resume_all(struct session *session, const struct run_rows *runs, struct error *err)
{
	struct run_environment environment;
	int status = EXIT_REACHED;

	if (runs->count == 0)
		return EXIT_REACHED;
	if (session_run_environment(session, true, &environment, err) != 0)
		return -1;
	for (size_t i = 0; i < runs->count && !*process_stop(); i++) {
		int one = attend(session, &environment, runs->rows[i].id);

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
	const char *id;
	int status = -1;

	if (runs_load(session, all, &runs, &err) == 0) {
		id = all ? NULL : runs_choose(session, &runs, &err);
		if (all)
			status = resume_all(session, &runs, &err);
		else if (id)
			status = resume_run(session, id, &err);
	}
	runs_release(&runs);
	return status < 0 ? session_fail(session, &err) : status;
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
		"returns goes on; a pause only expires. What is driven is let be.\n",
	.run = run_resume,
};
