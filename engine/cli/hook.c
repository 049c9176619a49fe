/* A machine file that the CodeDeploy agent executes: which leg it is to drive is known from the environment alone. One
 * stream, plain ASCII, the verdict last (shared with nobody: see lessons of CodeDeploy in cli/verdict.h). */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/process.h"
#include "cli/verdict.h"
#include "text/json.h"

/* CodeDeploy's own bound for all scripts of an event together; nothing of ours may run into it. */
enum { HOOK_MOST_MS = 3600 * 1000 };

struct hook_run {
	struct session *session;
	const char *path;
	const char *event;
	const char *group;
	json_t *hook;
	const struct machine *machine; /* NULL: the file is faulty */
	struct leg_result result;
};

static int refuse(struct hook_run *run, enum exit_status status, const char *message)
{
	run->result = (struct leg_result){ .status = status };
	snprintf(run->result.message, sizeof(run->result.message), "%s", message);
	return -1;
}

static int refuse_error(struct hook_run *run, const struct error *err)
{
	bool usage = err->kind == ERROR_USAGE || err->kind == ERROR_MACHINE || err->kind == ERROR_EXPRESSION;

	/* What was asked for just then was not to be had: that is no fault of it. */
	if (*process_stop())
		return refuse(run, EXIT_INTERRUPTED, "stopped by a signal");
	return refuse(run, usage ? EXIT_USAGE : err->kind == ERROR_DAMAGE ? EXIT_LEFT : EXIT_FAILED, err->message);
}

/* Unless it was stopped: who comes next goes on. */
static void needs_a_person(struct hook_run *run)
{
	if (run->result.status != EXIT_INTERRUPTED)
		run->result.status = EXIT_LEFT;
}

/* Where nobody could look what is open. */
static int refuse_unseen(struct hook_run *run, const struct error *err)
{
	refuse_error(run, err);
	run->result.status = exit_held(run->result.status);
	return -1;
}

/* ---- which open run a hook of this deployment group would go on with ---- */

struct open_runs {
	struct hook_run *run;
	struct storage *storage;
	const struct machine *machine; /* the definition of the one that was found */
	char *subject;
	char *host;   /* this instance's id; NULL: not known */
	size_t count;
	size_t doubtful; /* those of which nobody can tell whether they are this host's, and open */
};

static void open_runs_release(struct open_runs *open)
{
	free(open->subject);
	free(open->host);
}

static const struct machine *definition_of(struct session *session, const struct history *history)
{
	struct diagnostics diagnostics = DIAGNOSTICS_INIT;
	struct reader reader = { .arena = session->arena, .diagnostics = &diagnostics };
	struct source *source = ARENA_NEW(session->arena, struct source);
	const struct machine *machine;
	json_t *kept = json_incref(history_definition(history));

	source->name = arena_format(session->arena, "journal %s", history_text(history, "run"));
	machine = machine_from_definition(&reader, source, kept);
	json_decref(kept);
	diagnostics_release(&diagnostics);
	return machine;
}

static bool is_of_group(const struct history *history, const char *group)
{
	const char *theirs = json_string_value(
		json_object_get(json_object_get(history->leg, "hook"), "deployment_group_id"));

	return strcmp(theirs ? theirs : "", group) == 0;
}

static void consider(struct open_runs *open, const struct history *history)
{
	const struct machine *machine = definition_of(open->run->session, history);
	const struct hook *hook = machine ? machine_hook(machine, open->run->event) : NULL;
	const char *host = history_text(history, "host");

	if (!hook || machine_goal_opens(machine, &hook->until))
		return;
	if (host[0] && !open->host) {
		open->doubtful++;
		return;
	}
	open->machine = machine;
	free(open->subject);
	open->subject = memory_copy_text(history_text(history, "subject"));
	open->count++;
}

/* J10: an image of a running host brings its journals along. */
static bool is_elsewhere(const struct history *history, const char *host)
{
	const char *theirs = history_text(history, "host");

	return host && theirs[0] && strcmp(theirs, host) != 0;
}

static int visit_run(void *argument, const char *id)
{
	struct open_runs *open = argument;
	struct history history = { 0 };

	/* What cannot be read may be the one. */
	if (run_look(open->storage, id, &history, NULL) != 0) {
		open->doubtful++;
		return 0;
	}
	if (history_is_open(&history) && is_of_group(&history, open->run->group) &&
	    !is_elsewhere(&history, open->host))
		consider(open, &history);
	history_release(&history);
	return 0;
}

/* How many closing legs of this event wait here. */
static int find_open(struct hook_run *run, struct open_runs *open, struct error *err)
{
	*open = (struct open_runs){ .run = run, .storage = session_storage(run->session, err) };
	if (open->storage)
		open->host = session_host(run->session);
	return open->storage ? runs_list(open->storage, visit_run, open, err) : -1;
}

/* Nothing could be begun for want of a region, of metadata, of a directory. Whether the instance is out is told by what
 * is there: then a person is needed. */
static int refuse_setup(struct hook_run *run, const struct error *err)
{
	struct open_runs open;

	if (find_open(run, &open, NULL) != 0)
		refuse_unseen(run, err);
	else
		refuse_error(run, err);
	if (open.count + open.doubtful > 0)
		needs_a_person(run);
	open_runs_release(&open);
	return -1;
}

/* ---- the leg ---- */

static struct leg leg_of(const struct hook_run *run, const struct machine *machine)
{
	struct leg leg = leg_of_hook(machine, machine_hook(machine, run->event), HOOK_MOST_MS);

	leg.hook = run->hook;
	return leg;
}

static int drive(struct hook_run *run, struct start *start, const struct inputs *inputs)
{
	struct run_environment environment;
	struct error err = ERROR_INIT;

	if (session_run_environment(run->session, true, &environment, &err) != 0)
		return refuse_setup(run, &err);
	start->about = session_about(run->session, run->path, inputs);
	start_leg(&environment, start, &run->result);
	json_decref(start->about);
	return 0;
}

/* The file is faulty, or its inputs cannot be found, and an instance may be out: a closing leg needs only its journal.
 * `why` was not said yet; NULL: it was. */
static int drive_journal(struct hook_run *run, const struct error *why)
{
	struct error err = ERROR_INIT;
	struct inputs inputs = { .values = json_made(json_object()),
				 .sources = json_made(json_object()),
				 .env = json_made(json_object()) };
	struct start start = { .group = run->group };
	struct open_runs open;
	int result;

	if (find_open(run, &open, &err) != 0) {
		result = refuse_unseen(run, &err);
	} else if (open.count != 1) {
		result = why ? refuse_error(run, why)
			     : refuse(run, EXIT_USAGE, "the machine file is faulty, see above; nothing was done");
		if (open.count + open.doubtful > 0)
			needs_a_person(run);
	} else {
		if (why)
			report_error(&run->session->report, why);
		report_text(&run->session->report, stdout, "tidegate: goes on by what the open run's journal says\n");
		start.subject = open.subject;
		start.input = inputs.values;
		start.leg = leg_of(run, open.machine);
		result = drive(run, &start, &inputs);
	}
	open_runs_release(&open);
	inputs_release(&inputs);
	return result;
}

static int drive_machine(struct hook_run *run)
{
	const struct hook *hook = machine_hook(run->machine, run->event);
	struct error err = ERROR_INIT;
	struct start start = { .machine = run->machine, .group = run->group };
	struct inputs inputs;
	int result;

	if (!hook) {
		error_set(&err, ERROR_USAGE, NOWHERE, "%s runs at %s, but its 'hooks' lack that event", run->path,
			  run->event);
		return refuse_error(run, &err);
	}
	if (session_inputs(run->session, run->machine, run->hook, &inputs, &err) != 0)
		return drive_journal(run, &err);
	start.subject = inputs.subject;
	start.input = inputs.values;
	start.opens = machine_goal_opens(run->machine, &hook->until);
	start.leg = leg_of(run, run->machine);
	result = drive(run, &start, &inputs);
	inputs_release(&inputs);
	return result;
}

static int needs_event(struct session *session, const char *path)
{
	struct error err = ERROR_INIT;

	error_set(&err, ERROR_USAGE, NOWHERE,
		  "LIFECYCLE_EVENT is not set: CodeDeploy sets it; through sudo it needs "
		  "'Defaults env_keep += \"LIFECYCLE_EVENT DEPLOYMENT_ID DEPLOYMENT_GROUP_ID DEPLOYMENT_GROUP_NAME "
		  "APPLICATION_NAME\"'; by hand: tidegate run %s",
		  path);
	return session_fail(session, &err);
}

int hook_run(struct session *session, const char *path)
{
	struct hook_run run = { .session = session, .path = path };

	run.event = environment_get(&session->environment, "LIFECYCLE_EVENT");
	if (!run.event)
		return needs_event(session, path);
	process_join_streams();
	process_catch_stops();
	session->in_hook = true;
	session->report.ascii = true;
	session->report.hurried = true;
	session->report.deploys = true;
	run.hook = session_hook(session, NULL);
	run.group = json_string_value(json_object_get(run.hook, "deployment_group_id"));
	run.group = run.group ? run.group : "";
	run.machine = session_machine(session, path);
	if (run.machine)
		drive_machine(&run);
	else
		drive_journal(&run, NULL);
	json_decref(run.hook);
	return verdict_print(&session->report, &run.result);
}
