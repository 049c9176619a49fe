#include "config.h"

#include "run/exit.h"

const struct exit_row exit_rows[] = {
	{ EXIT_REACHED, "reached", "the leg reached its goal" },
	{ EXIT_FAILED, "failed", "failed, and everything is restored" },
	{ EXIT_USAGE, "usage", "usage or a faulty machine: nothing was done" },
	{ EXIT_LEFT, "left",
	  "failed, and a person is needed: something is not restored or cannot be looked at, or nobody knows who "
	  "took the instance out; the message lists what is left and the commands" },
	{ EXIT_SUBJECT_BUSY, "busy", "another run or process has the subject" },
	{ EXIT_IN_DOUBT, "in_doubt", "in doubt: whether a request took effect could not be found out" },
	{ EXIT_INTERRUPTED, "interrupted", "interrupted, resumable" },
	{ EXIT_CHANGES, "changes", "with --exit-code: there are changes (plan), there are open runs (status)" },
	{ 0 },
};

const char *exit_name(enum exit_status status)
{
	for (const struct exit_row *row = exit_rows; row->name; row++)
		if (row->status == status)
			return row->name;
	return "unknown";
}

enum exit_status exit_held(enum exit_status status)
{
	return status == EXIT_FAILED ? EXIT_LEFT : status;
}
