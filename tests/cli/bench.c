/* The fixture of the tests that rehearse: machines and actions, changed or not, on the built-in scenarios. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "bench.h"
#include "model/machine_file.h"
#include "sim/scenario.h"
#include "text/json.h"
#include "text/yaml.h"

static const char *path_of(struct bench *bench, const char *file)
{
	const char *top = getenv("TIDEGATE_SOURCE_DIR");

	return arena_format(bench->arena, "%s/%s", top ? top : ".", file);
}

static void fail_diagnostics(struct bench *bench)
{
	struct buffer text = BUFFER_INIT;

	diagnostics_print(&bench->diagnostics, &text);
	fail_msg("%s", buffer_text(&text));
}

/* The file with its changes, as a source of its own. */
static const struct source *changed(struct bench *bench, const char *file, const struct change *changes)
{
	const struct source *source = source_read_file(&bench->reader, path_of(bench, file));
	struct source *made = ARENA_NEW(bench->arena, struct source);
	const char *text = source ? source->text : "";

	if (!source)
		fail_diagnostics(bench);
	for (; changes && changes->from; changes++) {
		const char *at = strstr(text, changes->from);

		if (!at || strstr(at + 1, changes->from))
			fail_msg("%s: not there exactly once: %s", file, changes->from);
		text = arena_format(bench->arena, "%.*s%s%s", (int)(at - text), text, changes->to,
				    at + strlen(changes->from));
	}
	*made = (struct source){ .name = file, .text = text, .length = strlen(text) };
	return made;
}

static int add_actions(struct bench *bench, const char *file, const struct change *changes)
{
	return catalogue_add(bench->catalogue, &bench->reader,
			     yaml_parse(bench->arena, changed(bench, file, changes), &bench->diagnostics));
}

static const struct machine *load(struct bench *bench, const struct bench_files *files)
{
	const char *machine = files->machine ? files->machine : "machines/asg-standby.yaml";
	const char *actions = files->actions ? files->actions : "schemas/actions/autoscaling.yaml";
	const struct machine *made = NULL;

	bench->arena = arena_new();
	bench->diagnostics = (struct diagnostics)DIAGNOSTICS_INIT;
	bench->reader = (struct reader){ .arena = bench->arena, .diagnostics = &bench->diagnostics };
	bench->catalogue = catalogue_load(&bench->reader);
	if (bench->catalogue && (files->actions || files->action_changes))
		add_actions(bench, actions, files->action_changes);
	if (bench->catalogue)
		made = machine_read_source(&bench->reader, changed(bench, machine, files->machine_changes),
					   bench->catalogue);
	if (!made)
		fail_diagnostics(bench);
	return made;
}

static json_t *sim_fact(void *argument, const char *name, struct error *err)
{
	struct executor *executor = sim_executor(argument);

	return executor->metadata(executor, name, err);
}

void bench_add_scene(struct bench *bench, const char *name)
{
	static const char *const no_rows[] = { NULL };
	struct error err = ERROR_INIT;
	struct sim *model = scenario_builtin(name, 1, &err);
	struct configuration configuration = { 0 };
	json_t *hook = json_made(json_object());
	const struct inputs_request request = {
		.machine = bench->rehearsal.machine,
		.environment = { no_rows },
		.configuration = &configuration,
		.hook = hook,
		.metadata = sim_fact,
		.metadata_argument = model,
	};
	struct inputs inputs;

	if (!model || inputs_find(&inputs, &request, &err) != 0 ||
	    rehearsal_add(&bench->rehearsal, name, model, &inputs, &err) != 0)
		fail_msg("%s: %s", name, err.message);
	json_decref(hook);
}

void bench_begin(struct bench *bench, const struct bench_files *files)
{
	const struct machine *made = load(bench, files);

	rehearsal_init(&bench->rehearsal, made, bench->arena);
}

void bench_end(struct bench *bench)
{
	rehearsal_release(&bench->rehearsal);
	diagnostics_release(&bench->diagnostics);
	arena_free(bench->arena);
}

uint64_t bench_first(const struct bench *bench, enum section section)
{
	return section ? bench->rehearsal.mishaps[0].ends[section - 1] : 0;
}

bool bench_hunt(struct bench *bench, const char *invariant, uint64_t *run)
{
	struct rehearsal *rehearsal = &bench->rehearsal;
	const struct violation *violation = &rehearsal->stage.violation;

	for (; *run < rehearsal->singles && rehearsal_replay(rehearsal, *run); ++*run)
		if (violation->invariant && (!invariant || strcmp(violation->invariant->name, invariant) == 0))
			return true;
	return false;
}
