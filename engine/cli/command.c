#include "config.h"

#include "cli/command.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/page.h"
#include "cli/process.h"

const struct command *const commands[] = {
	&command_plan,  &command_run,   &command_status,  &command_log,      &command_resume,  &command_restore,
	&command_adopt, &command_check, &command_policy,  &command_graph,    &command_rehearse,
	&command_actions, &command_simulate,
	&command_version, &command_help, NULL,
};

const struct command *command_find(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static const char *command_name_at(const void *unused, size_t i)
{
	(void)unused;
	return commands[i] ? commands[i]->name : NULL;
}

void command_list(FILE *stream)
{
	fputs("usage: tidegate COMMAND [OPTION...]\n"
	      "\n"
	      "Takes an instance out of traffic for a deployment and puts everything back.\n"
	      "\n", stream);
	for (size_t i = 0; commands[i]; i++)
		fprintf(stream, "  %-9s %s\n", commands[i]->name, commands[i]->help);
	fputs("\n"
	      "'tidegate COMMAND --help' shows more. A machine file that CodeDeploy names as a\n"
	      "hook is executed directly: its first line is '#!/usr/bin/env tidegate'.\n", stream);
}

static void option_usage(const struct option_row *row, FILE *stream)
{
	char names[48];

	snprintf(names, sizeof(names), "%s%c%s--%s%s%s", row->letter ? "-" : " ", row->letter ? row->letter : ' ',
		 row->letter ? ", " : "  ", row->name, row->value ? " " : "", row->value ? row->value : "");
	fprintf(stream, "  %-29s %s\n", names, row->help);
}

void command_usage(const struct command *command, FILE *stream)
{
	option_set options = command->options | OPTIONS_ALWAYS;

	fprintf(stream, "usage: tidegate %s%s%s [OPTION...]\n\n%s\n", command->name, command->operands[0] ? " " : "",
		command->operands, command->help);
	if (command->more)
		fprintf(stream, "\n%s", command->more);
	fputc('\n', stream);
	for (size_t option = 0; option < OPTION_COUNT; option++)
		if (options & OPTION_BIT(option))
			option_usage(&option_rows[option], stream);
}

static int unknown_command(struct session *session, const char *word)
{
	const char *near = nearest_word(word, command_name_at, NULL);
	struct error err = ERROR_INIT;

	if (near)
		error_set(&err, ERROR_USAGE, NOWHERE, "unknown command '%s': did you mean '%s'?", word, near);
	else
		error_set(&err, ERROR_USAGE, NOWHERE, "unknown command '%s': 'tidegate help' lists them", word);
	return session_fail(session, &err);
}

static int count_operands(const struct command *command, const struct options *options, struct error *err)
{
	if (options->n_operands >= command->least && options->n_operands <= command->most)
		return 0;
	if (options->n_operands > command->most)
		return error_set(err, ERROR_USAGE, NOWHERE, "'%s' is too much: tidegate %s%s%s",
				 options->operands[command->most], command->name, command->operands[0] ? " " : "",
				 command->operands);
	return error_set(err, ERROR_USAGE, NOWHERE, "what to %s is missing: tidegate %s %s", command->name,
			 command->name, command->operands);
}

static void set_up_colors(struct session *session)
{
	const char *terminal = environment_get(&session->environment, "TERM");

	session->report.terminal = isatty(STDOUT_FILENO) && terminal && strcmp(terminal, "dumb") != 0;
	session->report.color = session->report.terminal &&
				!environment_get(&session->environment, "NO_COLOR") &&
				!options_has(&session->options, OPTION_NO_COLOR);
}

/* What is told of a run is in its journal, too; of all else it is what was asked for. Whoever has read enough of it
 * (head) misses nothing. */
static int told_whole(struct session *session, const struct command *command, int status)
{
	struct error err = ERROR_INIT;
	bool failed = fflush(stdout) != 0 || ferror(stdout);

	if (!failed || status != EXIT_REACHED || (command->options & OPTION_BIT(OPTION_LOG_FORMAT)) ||
	    process_reader_has_gone(0))
		return status;
	error_set(&err, ERROR_STORAGE, NOWHERE, "cannot write all of it to 'standard output': is its disk full?");
	return session_fail(session, &err);
}

static int dispatch(struct session *session, const struct command *command, const char *const *arguments)
{
	struct error err = ERROR_INIT;

	if (options_parse(&session->options, session->arena, command->options | OPTIONS_ALWAYS, arguments, &err) != 0)
		return session_fail(session, &err);
	if (options_has(&session->options, OPTION_HELP)) {
		command_usage(command, stdout);
		return EXIT_REACHED;
	}
	if (count_operands(command, &session->options, &err) != 0)
		return session_fail(session, &err);
	set_up_colors(session);
	return command->run(session);
}

static bool is_regular_file(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

static const struct command *command_by_option(const char *word)
{
	static const struct {
		const char *word;
		const struct command *command;
	} rows[] = { { "--help", &command_help }, { "-h", &command_help }, { "--version", &command_version } };

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (strcmp(rows[i].word, word) == 0)
			return rows[i].command;
	return command_find(word);
}

int command_dispatch(struct session *session, const char *const *arguments)
{
	const struct command *command;

	if (!arguments[0]) {
		command_list(stderr);
		return EXIT_USAGE;
	}
	command = command_by_option(arguments[0]);
	if (command)
		return told_whole(session, command, dispatch(session, command, arguments + 1));
	/* The kernel puts the path of the file that it executes in the first place. */
	if (strchr(arguments[0], '/') || is_regular_file(arguments[0]))
		return hook_run(session, arguments[0]);
	return unknown_command(session, arguments[0]);
}

bool command_confirm(struct session *session, const char *question)
{
	char answer[16];

	if (options_has(&session->options, OPTION_YES) || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return true;
	printf("%s [y/N] ", question);
	fflush(stdout);
	if (!fgets(answer, sizeof(answer), stdin))
		return false;
	return strcmp(answer, "y\n") == 0 || strcmp(answer, "yes\n") == 0;
}
