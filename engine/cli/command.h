/* The commands. One is one file with one const entry; what reads the entry (help, options, operands, completion, the
 * test of the man page) is generic and does everything but the effect. */
#ifndef TIDEGATE_CLI_COMMAND_H
#define TIDEGATE_CLI_COMMAND_H

#include "cli/session.h"

struct command {
	const char *name;
	const char *help;     /* one line, for the list of commands */
	const char *operands; /* as the usage line shows them; "" where there are none */
	size_t least, most;   /* how many of them */
	option_set options;   /* beside those of every command */
	const char *more;     /* paragraphs under the usage; NULL */
	int (*run)(struct session *session); /* gives the exit status */
};

extern const struct command command_actions, command_adopt, command_check, command_graph, command_help, command_log,
	command_plan, command_policy, command_rehearse, command_restore, command_resume, command_run,
	command_simulate, command_status, command_version;

/* In the order of the help; NULL behind the last. */
extern const struct command *const commands[];

/* NULL where there is none of that name. */
const struct command *command_find(const char *name);

void command_list(FILE *stream);
void command_usage(const struct command *command, FILE *stream);

/* Everything behind the program's name: an exit status. */
int command_dispatch(struct session *session, const char *const *arguments);

/* hook.c: a machine file that CodeDeploy executes. */
int hook_run(struct session *session, const char *path);

/* Asks on a terminal, unless --yes; where nobody can be asked the answer is yes. */
bool command_confirm(struct session *session, const char *question);

#endif
