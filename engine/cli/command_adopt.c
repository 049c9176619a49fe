/* An instance that is out, and no run here knows why: taken over as if a run of this machine had done it. */
#include "config.h"

#include "cli/command.h"
#include "cli/verdict.h"
#include "text/json.h"

static int adopt(struct session *session, const struct machine *machine, json_t *hook, const struct inputs *inputs,
		 struct leg_result *result, struct error *err)
{
	const char *group = json_string_value(json_object_get(hook, "deployment_group_id"));
	struct run_environment environment;
	struct start start = {
		.machine = machine,
		.subject = inputs->subject,
		.input = inputs->values,
		.group = group ? group : "",
		.opens = true,
		.leg = { .name = "adopt", .hook = hook },
	};

	if (session_run_environment(session, true, &environment, err) != 0)
		return -1;
	start.about = session_about(session, session->options.operands[0], inputs);
	start_adopt(&environment, &start, result);
	json_decref(start.about);
	return 0;
}

static int confirm_and_adopt(struct session *session, const struct machine *machine, json_t *hook,
			     const struct inputs *inputs, struct error *err)
{
	struct leg_result result = { 0 };
	char *question = arena_format(session->arena, "Take over %s with a run of %s?", inputs->subject, machine->name);

	if (!command_confirm(session, question))
		return EXIT_REACHED;
	if (adopt(session, machine, hook, inputs, &result, err) != 0)
		return -1;
	return verdict_print(&session->report, &result);
}

static int run_adopt(struct session *session)
{
	const struct machine *machine = session_machine(session, session->options.operands[0]);
	struct error err = ERROR_INIT;
	struct inputs inputs;
	int status = -1;
	json_t *hook;

	if (!machine)
		return EXIT_USAGE;
	hook = session_hook(session, NULL);
	if (session_inputs(session, machine, hook, &inputs, &err) == 0) {
		status = confirm_and_adopt(session, machine, hook, &inputs, &err);
		inputs_release(&inputs);
	}
	json_decref(hook);
	return status < 0 ? session_fail(session, &err) : status;
}

const struct command command_adopt = {
	.name = "adopt",
	.help = "Takes over an instance that is out and that no run knows.",
	.operands = "MACHINE",
	.least = 1,
	.most = 1,
	.options = OPTIONS_MACHINE | OPTIONS_AWS | OPTIONS_STATE | 1 << OPTION_YES,
	.more = "Nothing is changed: a run begins that stands at its pause, and holds what keeps\n"
		"the instance out. 'tidegate resume' then brings it back.\n",
	.run = run_adopt,
};
