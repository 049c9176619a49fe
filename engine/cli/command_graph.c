/* The machine, or where a run stands, as a picture; from files and journals alone. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/passages.h"
#include "cli/render.h"
#include "cli/runs.h"

/* ---- what is shown ---- */

static const struct machine *machine_of_run(struct session *session, const struct history *history, struct error *err)
{
	struct source *source = ARENA_NEW(session->arena, struct source);
	json_t *definition = json_incref(history_definition(history));
	const struct machine *machine;

	source->name = arena_format(session->arena, "journal %s", history_text(history, "run"));
	source->text = "";
	machine = machine_from_definition(&session->reader, source, definition);
	json_decref(definition);
	if (!machine)
		error_set(err, ERROR_DAMAGE, NOWHERE, "%s holds no machine that this engine understands",
			  source->name);
	return machine;
}

static int add_journal(struct session *session, const struct journal *journal, struct buffer *dot, struct error *err)
{
	struct clock *clock = clock_system();
	struct history history = { 0 };
	const struct machine *machine = NULL;
	struct passages *passages;
	int result = 0;

	for (size_t i = 0; result == 0 && i < journal_count(journal); i++)
		result = history_apply(&history, journal_get(journal, i), err);
	if (result == 0)
		machine = machine_of_run(session, &history, err);
	if (machine) {
		passages = passages_new(machine);
		for (size_t i = 0; i < journal_count(journal); i++)
			passages_apply(passages, journal_get(journal, i));
		picture_add_dot(dot, machine, passages_picture(passages, &history, clock->wall_ms(clock)));
		passages_free(passages);
	}
	history_release(&history);
	return machine ? 0 : -1;
}

static int add_run(struct session *session, struct buffer *dot, struct error *err)
{
	struct journal_tail tail;
	struct journal *journal = NULL;
	struct run_rows runs;
	const struct run_row *row = NULL;
	int result = -1;

	if (runs_load(session, false, &runs, err) == 0)
		row = runs_choose(session, &runs, err);
	if (row)
		journal = journal_read(session->storage, row->id, &tail, err);
	if (journal)
		result = add_journal(session, journal, dot, err);
	journal_close(journal);
	runs_release(&runs);
	return result;
}

/* "r-7f3a", unless a file has that name. */
static bool names_run(const char *operand)
{
	return !operand || (strncmp(operand, "r-", 2) == 0 && access(operand, F_OK) != 0);
}

/* -1 without an error where the machine's faults were printed. */
static int add_picture(struct session *session, struct buffer *dot, struct error *err)
{
	const char *operand = session->options.n_operands > 0 ? session->options.operands[0] : NULL;
	const struct machine *machine;

	if (names_run(operand))
		return add_run(session, dot, err);
	machine = session_machine(session, operand);
	if (!machine)
		return -1;
	picture_add_dot(dot, machine, NULL);
	return 0;
}

/* ---- where it goes ---- */

/* As --format says, else as the file's name ends. */
static int choose_format(struct session *session, enum render_format *format, struct error *err)
{
	const char *given = options_get(&session->options, OPTION_FORMAT);
	const char *file = options_get(&session->options, OPTION_OUTPUT), *dot = file ? strrchr(file, '.') : NULL;

	*format = given ? render_format_named(given) : dot ? render_format_named(dot + 1) : RENDER_DOT;
	if (given && *format == RENDER_FORMAT_COUNT)
		return error_set(err, ERROR_USAGE, NOWHERE, "unknown format '%s': it is dot, svg or png", given);
	if (*format == RENDER_FORMAT_COUNT)
		*format = RENDER_DOT;
	if (!file && render_formats[*format].binary && isatty(STDOUT_FILENO))
		return error_set(err, ERROR_USAGE, NOWHERE, "%s is nothing for a terminal: give a file with -o",
				 render_formats[*format].name);
	return 0;
}

static int write_output(const char *path, const struct buffer *output, struct error *err)
{
	FILE *stream = path ? fopen(path, "w") : stdout;
	bool failed;

	if (!stream)
		return error_set(err, ERROR_STORAGE, NOWHERE, "cannot write '%s': %s", path, strerror(errno));
	failed = fwrite(output->bytes, 1, output->length, stream) != output->length;
	/* Of what is printed command.c says whether it was written, for all commands. */
	failed = path && (fclose(stream) != 0 || failed);
	return failed ? error_set(err, ERROR_STORAGE, NOWHERE, "cannot write '%s': %s", path, strerror(errno)) : 0;
}

static int run_graph(struct session *session)
{
	struct buffer dot = BUFFER_INIT, output = BUFFER_INIT;
	struct error err = ERROR_INIT;
	enum render_format format;
	int result = -1;

	if (choose_format(session, &format, &err) == 0 && add_picture(session, &dot, &err) == 0 &&
	    render(&dot, format, &session->environment, &output, &err) == 0)
		result = write_output(options_get(&session->options, OPTION_OUTPUT), &output, &err);
	buffer_release(&dot);
	buffer_release(&output);
	if (result == 0)
		return EXIT_REACHED;
	return err.kind == ERROR_NONE ? EXIT_USAGE : session_fail(session, &err);
}

const struct command command_graph = {
	.name = "graph",
	.help = "Draws a machine, or where a run stands, as DOT, SVG or PNG.",
	.operands = "[MACHINE|RUN]",
	.most = 1,
	.options = OPTIONS_STATE | OPTIONS_CATALOGUE | OPTION_BIT(OPTION_FORMAT) | OPTION_BIT(OPTION_OUTPUT),
	.more = "Without an operand it is the one open run. SVG and PNG need Graphviz.\n"
		"Octagons are pauses, '<' is a restore, what is dashed is done on an error.\n",
	.run = run_graph,
};
