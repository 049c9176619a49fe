/* The program: hardens the process, and hands what it was called with to the commands. */
#include "config.h"

#include <stdio.h>

#include "cli/command.h"
#include "cli/process.h"

int main(int argc, char **argv)
{
	struct session session;
	int status;

	process_harden();
	setvbuf(stdout, NULL, _IOLBF, 0);
	session_init(&session, environment_of_process());
	status = command_dispatch(&session, argc > 0 ? (const char *const *)argv + 1 : (const char *const *)argv);
	fflush(stdout);
	session_release(&session);
	return status;
}
