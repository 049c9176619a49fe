/* Every fault of machine files, and of the appspec.yml that names them, at once. Needs no network and no state. */
#include "config.h"

#include <stdio.h>

#include "cli/appspec.h"
#include "cli/command.h"
#include "model/machine_file.h"
#include "text/yaml.h"

static void check_file(struct session *session, const char *path, const struct catalogue *catalogue)
{
	struct diagnostics unread = DIAGNOSTICS_INIT;
	struct reader reader = { .arena = session->arena, .diagnostics = &unread };
	const struct source *source = source_read_file(&session->reader, path);
	const struct node *node = source ? yaml_parse(session->arena, source, &unread) : NULL;

	diagnostics_release(&unread);
	if (!source)
		return;
	if (node && appspec_is(node)) {
		reader.diagnostics = &session->diagnostics;
		appspec_check(&reader, node, catalogue);
		return;
	}
	machine_read_source(&session->reader, source, catalogue);
}

static int run_check(struct session *session)
{
	const struct catalogue *catalogue = session_catalogue(session);
	struct buffer text = BUFFER_INIT;
	size_t errors, warnings;

	if (!catalogue)
		return EXIT_USAGE;
	for (size_t i = 0; i < session->options.n_operands; i++)
		check_file(session, session->options.operands[i], catalogue);
	errors = session->diagnostics.errors;
	warnings = session->diagnostics.warnings;
	if (errors + warnings > 0)
		diagnostics_print(&session->diagnostics, &text);
	else
		buffer_add_format(&text, "%zu file%s, no fault\n", session->options.n_operands,
				  session->options.n_operands == 1 ? "" : "s");
	report_text(&session->report, stdout, buffer_text(&text));
	buffer_release(&text);
	return errors > 0 ? EXIT_USAGE : EXIT_REACHED;
}

const struct command command_check = {
	.name = "check",
	.help = "Finds every fault of machine files and of an appspec.yml at once.",
	.operands = "FILE...",
	.least = 1,
	.most = SIZE_MAX,
	.options = OPTIONS_CATALOGUE,
	.more = "Exit 2 where there is an error, 0 where there are only warnings or nothing.\n"
		"Machine files that an appspec.yml names are looked for beside it.\n",
	.run = run_check,
};
