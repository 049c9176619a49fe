/* The commands and how each is used, from their own table: there is nothing to say here that is not said there. */
#include "config.h"

#include "cli/command.h"

static int run_help(struct session *session)
{
	const struct command *command;
	struct error err = ERROR_INIT;

	if (session->options.n_operands == 0) {
		command_list(stdout);
		return EXIT_REACHED;
	}
	command = command_find(session->options.operands[0]);
	if (!command) {
		error_set(&err, ERROR_USAGE, NOWHERE, "unknown command '%s': 'tidegate help' lists them",
			  session->options.operands[0]);
		return session_fail(session, &err);
	}
	command_usage(command, stdout);
	return EXIT_REACHED;
}

const struct command command_help = {
	.name = "help",
	.help = "Lists the commands, or shows how one is used.",
	.operands = "[COMMAND]",
	.most = 1,
	.run = run_help,
};
