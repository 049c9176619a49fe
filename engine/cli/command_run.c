/* A machine run by hand: the same way as a hook goes, without CodeDeploy. */
#include "config.h"

#include "cli/command.h"
#include "cli/goal.h"
#include "cli/verdict.h"
#include "text/json.h"

static int drive(struct session *session, const struct machine *machine, json_t *hook, const struct inputs *inputs,
		 const struct state_list *goal, struct leg_result *result, struct error *err)
{
	const char *group = json_string_value(json_object_get(hook, "deployment_group_id"));
	struct run_environment environment;
	struct start start = {
		.machine = machine,
		.subject = inputs->subject,
		.input = inputs->values,
		.group = group ? group : "",
		.opens = !goal || machine_goal_opens(machine, goal),
		.leg = { .name = "run", .hook = hook, .goal = goal },
	};

	if (session_run_environment(session, true, &environment, err) != 0)
		return -1;
	start.about = session_about(session, session->options.operands[0], inputs);
	start_leg(&environment, &start, result);
	json_decref(start.about);
	return 0;
}

static int prepare_and_drive(struct session *session, const struct machine *machine, json_t *hook,
			     struct leg_result *result, bool *declined, struct error *err)
{
	struct state_list goal;
	bool until = options_has(&session->options, OPTION_UNTIL);
	struct inputs inputs;
	char *question;
	int status;

	if (goal_from_names(&goal, session->arena, machine, &session->options.of[OPTION_UNTIL], err) != 0 ||
	    session_inputs(session, machine, hook, &inputs, err) != 0)
		return -1;
	question = arena_format(session->arena, "Run %s for %s?", machine->name, inputs.subject);
	*declined = !command_confirm(session, question);
	status = *declined ? 0 : drive(session, machine, hook, &inputs, until ? &goal : NULL, result, err);
	inputs_release(&inputs);
	return status;
}

static int run_run(struct session *session)
{
	const struct machine *machine = session_machine(session, session->options.operands[0]);
	struct error err = ERROR_INIT;
	struct leg_result result = { 0 };
	bool declined = false;
	json_t *hook;
	int status;

	if (!machine)
		return EXIT_USAGE;
	hook = session_hook(session, NULL);
	status = prepare_and_drive(session, machine, hook, &result, &declined, &err);
	json_decref(hook);
	if (status != 0)
		return session_fail(session, &err);
	return declined ? EXIT_REACHED : verdict_print(&session->report, &result);
}

const struct command command_run = {
	.name = "run",
	.help = "Does it, to the end or to a pause.",
	.operands = "MACHINE",
	.least = 1,
	.most = 1,
	.options = OPTIONS_MACHINE | OPTIONS_AWS | OPTIONS_STATE | OPTION_BIT(OPTION_UNTIL) | OPTIONS_RUN,
	.more = "Where a run of this subject is open it is begun again, with what it has changed\n"
		"kept in mind; 'tidegate resume' goes on from where it stands.\n"
		"Ctrl-C stops at the next safe point: exit 6, and 'tidegate resume' goes on.\n",
	.run = run_run,
};
