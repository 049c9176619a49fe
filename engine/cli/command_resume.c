/* A run that goes on from where it stands; or, at boot and by timer, all those that nobody drives and that must go
 * home. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/homeward.h"
#include "cli/process.h"
#include "cli/runs.h"
#include "cli/verdict.h"
#include "text/json.h"

/* The leg keeps what its hook said: the deployment group must find its run again. */
static json_t *hook_of(const struct history *history)
{
	json_t *hook = json_object_get(history->leg, "hook");

	return hook ? json_deep_copy(hook) : json_made(json_object());
}

/* From a pause to the end; what was cut off to the goal that it had. */
static void go_on(struct session *session, struct run *run, struct leg_result *result)
{
	const struct history *history = run_history(run);
	struct leg leg = { .name = "resume", .hook = hook_of(history) };
	struct state_list goal;

	if (history->standing == STANDING_PAUSED) {
		leg.leaves_paused = true;
		leg.passes_pauses = true;
	} else {
		goal_from_record(&goal, session->arena, run_machine(run), json_object_get(history->leg, "goal"));
		leg.goal = goal.count > 0 ? &goal : NULL;
		leg.passes_pauses = !homeward_opens(history, run_machine(run), &goal);
	}
	run_leg(run, &leg, result);
	json_decref(leg.hook);
}

/* To the next place of rest, without a goal. */
static void go_home(struct run *run, bool restore_only, struct leg_result *result)
{
	struct leg leg = { .name = "resume", .hook = hook_of(run_history(run)) };

	if (restore_only)
		run_restore(run, &leg, result);
	else
		run_leg(run, &leg, result);
	json_decref(leg.hook);
}

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
	go_on(session, locked.run, &result);
	start_unlock(&environment, &locked);
	return verdict_print(&session->report, &result);
}

/* ---- all, at boot and by timer ---- */

static enum homeward decide(struct session *session, const struct run_environment *environment, struct run *run)
{
	struct clock *clock = environment->clock;
	const struct history *history = run_history(run);
	int64_t now_ms = clock->wall_ms(clock);
	struct state_list goal;

	goal_from_record(&goal, session->arena, run_machine(run), json_object_get(history->leg, "goal"));
	/* The monotonic clock counts from boot, also while the machine is suspended. */
	return homeward_decide(history, homeward_opens(history, run_machine(run), &goal), now_ms,
			       now_ms - clock->monotonic_ms(clock));
}

static void send_home(struct session *session, struct run *run, enum homeward homeward, struct leg_result *result)
{
	bool caught;

	switch (homeward) {
	case HOMEWARD_NOTHING:
		return;
	case HOMEWARD_GO_ON:
		go_on(session, run, result);
		return;
	case HOMEWARD_EXPIRE:
		if (run_expire(run))
			go_home(run, false, result);
		return;
	case HOMEWARD_INTERRUPT:
		caught = run_interrupt(run, result);
		go_home(run, !caught, result);
		return;
	}
}

/* One that another process drives is in good hands. */
static int attend(struct session *session, const struct run_environment *environment, const char *id)
{
	struct locked_run locked;
	struct leg_result result = { 0 };
	struct error err = ERROR_INIT;
	enum homeward homeward;

	if (start_locked(environment, id, &locked, &err) != 0)
		return err.kind == ERROR_BUSY ? EXIT_REACHED : session_fail(session, &err);
	homeward = decide(session, environment, locked.run);
	send_home(session, locked.run, homeward, &result);
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
	.options = OPTIONS_AWS | OPTIONS_STATE | OPTIONS_CATALOGUE | 1 << OPTION_ALL | 1 << OPTION_YES,
	.more = "RUN may be left out where one run is open. From a pause it goes to the end;\n"
		"a leg that was cut off goes on to its own goal.\n"
		"\n"
		"--all is for boot and timer: runs only go home. A leg that leaves and was cut\n"
		"off 15 minutes ago, or before this boot, fails as interrupted; a leg that\n"
		"returns goes on; a pause only expires. What is driven is let be.\n",
	.run = run_resume,
};
