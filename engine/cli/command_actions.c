/* What the catalogue offers, from its own tables. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/page.h"

static int by_name(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Each name once: what a user adds comes before what it takes the place of. */
static const char **names_of(struct session *session, const struct catalogue *catalogue, size_t *count)
{
	const char **names;
	size_t all = 0, kept = 0;

	while (catalogue_action_name(catalogue, all))
		all++;
	names = ARENA_ARRAY(session->arena, const char *, all + 1);
	for (size_t i = 0; i < all; i++)
		names[i] = catalogue_action_name(catalogue, i);
	qsort(names, all, sizeof(*names), by_name);
	for (size_t i = 0; i < all; i++)
		if (kept == 0 || strcmp(names[kept - 1], names[i]) != 0)
			names[kept++] = names[i];
	*count = kept;
	return names;
}

static void list_actions(struct session *session, const struct catalogue *catalogue)
{
	struct buffer page = BUFFER_INIT;
	size_t count;
	const char **names = names_of(session, catalogue, &count);

	for (size_t i = 0; i < count; i++) {
		const struct action *action = catalogue_use(catalogue, &session->reader, names[i]);

		buffer_add_format(&page, "%s\n    ", names[i]);
		page_fold(&page, 4, 4, action && action->comment ? action->comment : "");
	}
	report_text(&session->report, stdout, buffer_text(&page));
	buffer_release(&page);
}

static void add_input(struct buffer *page, const struct input *input)
{
	char *text = memory_format("%s%s%s%s", input_type_name(input->type),
				   input->required ? ", required" : input->fallback ? ", has a default" : "",
				   input->comment ? ": " : "", input->comment ? input->comment : "");

	buffer_add_format(page, "  %-14s ", input->key->text);
	page_fold(page, 17, 17, text);
	free(text);
}

static void add_label(struct buffer *page, const char *label, const char *text)
{
	buffer_add_format(page, "%-17s", label);
	page_fold(page, 17, 17, text);
}

static void add_given(struct buffer *page, const struct named_expressions *give)
{
	struct buffer names = BUFFER_INIT;

	for (size_t i = 0; i < give->count; i++)
		buffer_add_format(&names, "%s%s", i == 0 ? "" : ", ", give->rows[i].key->text);
	if (names.length > 0)
		add_label(page, "gives", buffer_text(&names));
	buffer_release(&names);
}

static void show_action(struct session *session, const struct action *action)
{
	struct buffer page = BUFFER_INIT;

	buffer_add_format(&page, "%s\n", action->name);
	if (action->comment)
		page_fold(&page, 0, 0, action->comment);
	buffer_add_text(&page, "inputs\n");
	for (size_t i = 0; i < action->inputs.count; i++)
		add_input(&page, (const struct input *)action->inputs.records + i);
	add_label(&page, "calls", action->request ? action->request->operation_name->text : "only what reads");
	add_given(&page, &action->give);
	if (action->undo)
		add_label(&page, "taken back by", action->undo->action_name->text);
	report_text(&session->report, stdout, buffer_text(&page));
	buffer_release(&page);
}

static int unknown_action(struct session *session, const struct catalogue *catalogue, const char *name)
{
	const char *near = nearest_word(name, catalogue_action_name, catalogue);
	struct error err = ERROR_INIT;

	if (near)
		error_set(&err, ERROR_USAGE, NOWHERE, "unknown action '%s': did you mean '%s'?", name, near);
	else
		error_set(&err, ERROR_USAGE, NOWHERE, "unknown action '%s': 'tidegate actions' lists them", name);
	return session_fail(session, &err);
}

static int run_actions(struct session *session)
{
	const struct catalogue *catalogue = session_catalogue(session);
	const struct action *action;
	const char *name;

	if (!catalogue)
		return EXIT_USAGE;
	if (session->options.n_operands == 0) {
		list_actions(session, catalogue);
		session_print_diagnostics(session);
		return EXIT_REACHED;
	}
	name = session->options.operands[0];
	action = catalogue_use(catalogue, &session->reader, name);
	session_print_diagnostics(session);
	if (!action)
		return unknown_action(session, catalogue, name);
	show_action(session, action);
	return EXIT_REACHED;
}

const struct command command_actions = {
	.name = "actions",
	.help = "Lists what states can do, or shows one action with its inputs.",
	.operands = "[NAME]",
	.most = 1,
	.options = OPTIONS_CATALOGUE,
	.run = run_actions,
};
