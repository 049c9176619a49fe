/* Which version this is, and which languages it reads and writes. */
#include "config.h"

#include <stdio.h>

#include "cli/command.h"

static int run_version(struct session *session)
{
	(void)session;
	printf("%s, machine language %d, journal format %d\n", PACKAGE_STRING, MACHINE_LANGUAGE_VERSION,
	       JOURNAL_FORMAT);
	return EXIT_REACHED;
}

const struct command command_version = {
	.name = "version",
	.help = "Says which version this is, and what languages it knows.",
	.operands = "",
	.run = run_version,
};
