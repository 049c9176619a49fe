/* An instance that is out, and no run here knows why: taken over as if a run of this machine had done it. */
#include "config.h"

#include <string.h>

#include "cli/command.h"
#include "cli/flag_file.h"
#include "cli/verdict.h"
#include "text/json.h"

/* What is taken over, and by what. */
struct adoption {
	struct session *session;
	const struct machine *machine;
	json_t *told; /* of the scripts' flag file; NULL: none was given */
	json_t *hook;
	struct inputs inputs;
};

static int adopt(const struct adoption *adoption, struct leg_result *result, struct error *err)
{
	struct session *session = adoption->session;
	const char *group = json_string_value(json_object_get(adoption->hook, "deployment_group_id"));
	struct run_environment environment;
	struct start start = {
		.machine = adoption->machine,
		.subject = adoption->inputs.subject,
		.input = adoption->inputs.values,
		.group = group ? group : "",
		.opens = true,
		.leg = { .name = "adopt", .hook = adoption->hook },
	};

	if (session_run_environment(session, true, &environment, err) != 0)
		return -1;
	start.about = session_about(session, session->options.operands[0], &adoption->inputs);
	if (adoption->told)
		json_put(start.about, "told", json_incref(adoption->told));
	start_adopt(&environment, &start, result);
	json_decref(start.about);
	return 0;
}

static int confirm_and_adopt(const struct adoption *adoption, struct error *err)
{
	struct session *session = adoption->session;
	struct leg_result result = { 0 };
	char *question = arena_format(session->arena, "Take over %s with a run of %s?", adoption->inputs.subject,
				      adoption->machine->name);

	if (!command_confirm(session, question))
		return EXIT_REACHED;
	if (adopt(adoption, &result, err) != 0)
		return -1;
	return verdict_print(&session->report, &result);
}

/* ---- what the scripts wrote down ---- */

static bool takes_balancers(const struct machine *machine)
{
	const struct input *inputs = machine->inputs.records;

	for (size_t i = 0; i < machine->inputs.count; i++)
		if (strcmp(inputs[i].key->text, "balancers") == 0)
			return true;
	return false;
}

/* The balancers that they found and left are those that are meant, unless -i says others: the last one given wins. */
static void give_balancers(struct session *session, const json_t *balancers)
{
	struct option_values *given = &session->options.of[OPTION_INPUT];
	const char **rows = ARENA_ARRAY(session->arena, const char *, given->count + 1), *names = "";
	size_t i;
	json_t *name;

	json_array_foreach (balancers, i, name)
		names = arena_format(session->arena, "%s%s%s", names, i ? "," : "", json_string_value(name));
	rows[0] = arena_format(session->arena, "balancers=%s", names);
	for (i = 0; i < given->count; i++)
		rows[i + 1] = given->rows[i];
	*given = (struct option_values){ .rows = rows, .count = given->count + 1 };
}

static int hear_scripts(struct adoption *adoption, struct error *err)
{
	struct session *session = adoption->session;
	const char *path = options_get(&session->options, OPTION_FLAG_FILE);
	struct reporter *reporter = &session->report.reporter;
	const json_t *balancers;

	if (!path)
		return 0;
	adoption->told = flag_file_read(path, err);
	if (!adoption->told)
		return -1;
	if (json_is_true(json_object_get(adoption->told, "missing")))
		reporter->note(reporter, arena_format(session->arena,
						      "there is no file '%s': they had nothing to write down", path));
	balancers = json_object_get(adoption->told, "balancers");
	if (json_array_size(balancers) > 0 && takes_balancers(adoption->machine))
		give_balancers(session, balancers);
	return 0;
}

static int run_adopt(struct session *session)
{
	struct adoption adoption = { .session = session,
				     .machine = session_machine(session, session->options.operands[0]) };
	struct error err = ERROR_INIT;
	int status = -1;

	if (!adoption.machine)
		return EXIT_USAGE;
	adoption.hook = session_hook(session, NULL);
	if (hear_scripts(&adoption, &err) == 0 &&
	    session_inputs(session, adoption.machine, adoption.hook, &adoption.inputs, &err) == 0) {
		status = confirm_and_adopt(&adoption, &err);
		inputs_release(&adoption.inputs);
	}
	json_decref(adoption.hook);
	json_decref(adoption.told);
	return status < 0 ? session_fail(session, &err) : status;
}

const struct command command_adopt = {
	.name = "adopt",
	.help = "Takes over an instance that is out and that no run knows.",
	.operands = "MACHINE",
	.least = 1,
	.most = 1,
	.options = OPTIONS_MACHINE | OPTIONS_AWS | OPTIONS_STATE | OPTIONS_RUN |
		   OPTION_BIT(OPTION_FLAG_FILE),
	.more = "Nothing is changed: a run begins that stands at its pause, and holds what keeps\n"
		"the instance out. 'tidegate resume' then brings it back, as the next hook does.\n"
		"With --flag-file it also puts back what the bash scripts changed in the group:\n"
		"machines/coming-from-the-scripts.md.\n",
	.run = run_adopt,
};
