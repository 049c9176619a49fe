#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/appspec.h"
#include "cli/appspec_form.h"
#include "model/facts.h"
#include "model/machine_file.h"
#include "text/yaml.h"

enum { MACHINE_SECONDS = 3600 /* of a leg without `at_most` */ };

/* One entry of an event's list, as it is looked at. */
struct script {
	const struct node *event, *node, *location;
	struct appspec_script said;
	const char *path;
};

static bool has_its_name(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	return strcmp(name, "appspec.yml") == 0 || strcmp(name, "appspec.yaml") == 0;
}

bool appspec_is(const struct node *node)
{
	return (node_get(node, "hooks") || has_its_name(node->position.source->name)) && !node_get(node, "tidegate") &&
	       !node_get(node, "machine");
}

/* A hook's location is relative to the bundle's root, where appspec.yml is. */
static const char *path_of(struct reader *reader, const struct node *location)
{
	const char *appspec = location->position.source->name;
	const char *slash = strrchr(appspec, '/');

	return arena_format(reader->arena, "%.*s%s", slash ? (int)(slash - appspec + 1) : 0, appspec, location->text);
}

static bool is_yaml(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

/* Its own faults are shown when it is checked itself. */
static const struct machine *load_quietly(struct reader *reader, const struct node *location, const char *path,
					  const struct catalogue *catalogue)
{
	struct diagnostics diagnostics = DIAGNOSTICS_INIT;
	struct reader quiet = { .arena = reader->arena, .diagnostics = &diagnostics };
	const struct machine *machine = machine_read_file(&quiet, path, catalogue);

	if (!machine)
		diagnostics_error(reader->diagnostics, location->position, NULL,
				  "%s has %zu error%s: tidegate check %s", path, diagnostics.errors,
				  diagnostics.errors == 1 ? "" : "s", path);
	diagnostics_release(&diagnostics);
	return machine;
}

/* What CodeDeploy gives a script. */
static int64_t script_seconds(const struct script *script)
{
	return script->said.timeout ? script->said.timeout : APPSPEC_EVENT_SECONDS;
}

static struct position timeout_position(const struct script *script)
{
	const struct node *timeout = node_get(script->node, "timeout");

	return timeout ? timeout->position : script->location->position;
}

static int read_script(struct reader *reader, const struct node *event, const struct node *node, struct script *script)
{
	*script = (struct script){ .event = event, .node = node, .location = node_get(node, "location") };
	if (appspec_read_script(reader, node, &script->said) != 0)
		return -1;
	script->path = path_of(reader, script->location);
	return 0;
}

static void check_timeout(struct reader *reader, const struct script *script, const struct hook *hook)
{
	int64_t needed = hook->at_most_ms ? hook->at_most_ms / 1000 : MACHINE_SECONDS;

	if (script_seconds(script) < needed)
		diagnostics_warn(reader->diagnostics, timeout_position(script), NULL,
				 "%s has timeout %lld, %s needs up to %lld there", script->event->text,
				 (long long)script_seconds(script), script->path, (long long)needed);
}

/* A leg must find what the one before it wrote, and that is root's. */
static void check_user(struct reader *reader, const struct script *script)
{
	const struct node *user = node_get(script->node, "runas");

	if (user && strcmp(user->text, "root") != 0)
		diagnostics_warn(reader->diagnostics, user->position, NULL,
				 "%s runs as %s, who cannot write /var/lib/tidegate", script->path, user->text);
}

/* ---- a machine that goes on later */

static const char *location_of(const struct node *script)
{
	const struct node *location = node_get(script, "location");

	return location && location->kind == NODE_SCALAR ? location->text : "";
}

/* Which script of an event it is; their count where none is. */
static size_t find_script(const struct node *scripts, const char *location)
{
	size_t i = 0;

	while (scripts && scripts->kind == NODE_LIST && i < scripts->count &&
	       strcmp(location_of(scripts->items[i]), location) != 0)
		i++;
	return i;
}

static bool runs(const struct node *scripts, const char *location)
{
	return scripts && scripts->kind == NODE_LIST && find_script(scripts, location) < scripts->count;
}

/* Of the scripts from `first` to before `end`, each runs while there may be traffic yet. */
static void warn_early(struct reader *reader, const struct node *scripts, size_t first, size_t end,
		       const struct hook *later)
{
	for (size_t i = first; scripts && scripts->kind == NODE_LIST && i < scripts->count && i < end; i++)
		diagnostics_warn(reader->diagnostics, scripts->items[i]->position,
				 arena_format(reader->arena, "put it behind the machine in %s", later->key->text),
				 "%s may run before the instance is out", location_of(scripts->items[i]));
}

static void check_later(struct reader *reader, const struct node *hooks, const struct hook *hook,
			const struct hook *later, const struct node *location)
{
	const struct node *scripts = node_get(hooks, hook->key->text), *goes_on = node_get(hooks, later->key->text);
	const size_t from = lifecycle_event_order(hook->key->text), to = lifecycle_event_order(later->key->text);

	if (!runs(goes_on, location->text)) {
		diagnostics_error(reader->diagnostics, location->position, NULL,
				  "%s may go on later, but %s does not run %s", hook->key->text, later->key->text,
				  location->text);
		return;
	}
	warn_early(reader, scripts, find_script(scripts, location->text) + 1, SIZE_MAX, later);
	for (size_t i = 0; i < hooks->count; i++) {
		const size_t at = lifecycle_event_order(hooks->keys[i]->text);

		if (at > from && at < to)
			warn_early(reader, hooks->items[i], 0, SIZE_MAX, later);
	}
	warn_early(reader, goes_on, 0, find_script(goes_on, location->text), later);
}

/* ---- scripts */

static void check_hook(struct reader *reader, const struct node *hooks, const struct script *script,
		       const struct machine *machine, const struct hook *hook)
{
	const struct hook *later = hook->then == HOOK_GOES_ON_LATER ? machine_hook_later(machine, hook) : NULL;

	check_timeout(reader, script, hook);
	check_user(reader, script);
	if (later)
		check_later(reader, hooks, hook, later, script->location);
}

static void check_machine(struct reader *reader, const struct node *hooks, const struct script *script,
			  const struct machine *machine)
{
	const struct hook *hook = machine_hook(machine, script->event->text);
	struct position position = script->location->position;

	if (access(script->path, X_OK) != 0)
		diagnostics_warn(reader->diagnostics, position, "chmod +x", "'%s' is not executable", script->path);
	if (hook)
		check_hook(reader, hooks, script, machine, hook);
	else
		diagnostics_warn(reader->diagnostics, position, NULL, "%s runs %s, whose hooks lack that event",
				 script->event->text, script->path);
}

static void check_script(struct reader *reader, const struct node *hooks, const struct script *script,
			 const struct catalogue *catalogue)
{
	const struct machine *machine;

	if (access(script->path, F_OK) != 0) {
		diagnostics_error(reader->diagnostics, script->location->position, NULL, "there is no file '%s'",
				  script->path);
		return;
	}
	machine = is_yaml(script->path) ? load_quietly(reader, script->location, script->path, catalogue) : NULL;
	if (machine)
		check_machine(reader, hooks, script, machine);
}

/* What is said of it; what is not said takes what is left. */
static void check_sum(struct reader *reader, const struct node *event, int64_t seconds)
{
	if (seconds > APPSPEC_EVENT_SECONDS)
		diagnostics_warn(reader->diagnostics, event->position, NULL,
				 "the timeouts of %s come to %lld s: CodeDeploy ends an event after %d", event->text,
				 (long long)seconds, APPSPEC_EVENT_SECONDS);
}

static void check_event(struct reader *reader, const struct node *hooks, size_t i, const struct catalogue *catalogue)
{
	const struct node *scripts = hooks->items[i];
	struct script script;
	int64_t seconds = 0;

	for (size_t k = 0; scripts->kind == NODE_LIST && k < scripts->count; k++)
		if (read_script(reader, hooks->keys[i], scripts->items[k], &script) == 0) {
			seconds += script.said.timeout;
			check_script(reader, hooks, &script, catalogue);
		}
	check_sum(reader, hooks->keys[i], seconds);
}

/* Who goes out has to come back, and the other way round. */
static void check_way_back(struct reader *reader, const struct node *hooks, const struct script *script,
			   const struct catalogue *catalogue)
{
	const struct machine *machine = load_quietly(reader, script->location, script->path, catalogue);
	const struct hook *hook = machine ? machine_hook(machine, script->event->text) : NULL;
	const bool opens = hook && machine_goal_opens(machine, &hook->until);
	const struct hook *rows = hook ? machine->hooks.records : NULL;
	const char *lacks = NULL;

	for (size_t i = 0; hook && i < machine->hooks.count; i++) {
		if (machine_goal_opens(machine, &rows[i].until) == opens)
			continue;
		if (runs(node_get(hooks, rows[i].key->text), script->location->text))
			return;
		lacks = rows[i].key->text;
	}
	if (lacks)
		diagnostics_warn(reader->diagnostics, script->location->position,
				 arena_format(reader->arena, "run it at %s, too", lacks),
				 opens ? "%s takes the instance out, and no event here brings it back"
				       : "%s brings the instance back, and no event here takes it out",
				 script->event->text);
}

static void check_ways_back(struct reader *reader, const struct node *hooks, size_t event,
			    const struct catalogue *catalogue)
{
	struct script script;

	for (size_t i = 0; i < hooks->items[event]->count; i++)
		if (read_script(reader, hooks->keys[event], hooks->items[event]->items[i], &script) == 0 &&
		    is_yaml(script.path))
			check_way_back(reader, hooks, &script, catalogue);
}

void appspec_check(struct reader *reader, const struct node *node, const struct catalogue *catalogue)
{
	const struct node *said = appspec_said(reader->arena, node), *hooks = node_get(said, "hooks");
	const size_t errors = reader->diagnostics->errors;

	appspec_check_form(reader, said);
	for (size_t i = 0; hooks && hooks->kind == NODE_MAP && i < hooks->count; i++)
		check_event(reader, hooks, i, catalogue);
	/* A misspelled event or file is the reason, then. */
	for (size_t i = 0; reader->diagnostics->errors == errors && hooks && i < hooks->count; i++)
		check_ways_back(reader, hooks, i, catalogue);
}

/* ---- where a machine file is named ---- */

static bool is_same_file(const char *path, const char *other)
{
	struct stat a, b;

	return stat(path, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static void visit_script(struct reader *reader, const struct node *event, const struct node *node, const char *machine,
			 appspec_visit *visit, void *argument)
{
	struct script script;

	if (read_script(reader, event, node, &script) == 0 && is_same_file(script.path, machine))
		visit(argument, event->text, script_seconds(&script), timeout_position(&script));
}

static void visit_scripts(struct reader *reader, const char *path, const char *machine, appspec_visit *visit,
			  void *argument)
{
	const struct source *source = source_read_file(reader, path);
	const struct node *node = source ? yaml_parse(reader->arena, source, reader->diagnostics) : NULL;
	const struct node *said = node && appspec_is(node) ? appspec_said(reader->arena, node) : NULL;
	const struct node *hooks = node_get(said, "hooks");

	for (size_t i = 0; hooks && hooks->kind == NODE_MAP && i < hooks->count; i++)
		for (size_t k = 0; hooks->items[i]->kind == NODE_LIST && k < hooks->items[i]->count; k++)
			visit_script(reader, hooks->keys[i], hooks->items[i]->items[k], machine, visit, argument);
}

void appspec_find(struct arena *arena, const char *machine, appspec_visit *visit, void *argument)
{
	static const char *const places[] = { "appspec.yml", "../appspec.yml" };
	const char *slash = strrchr(machine, '/');
	struct diagnostics diagnostics = DIAGNOSTICS_INIT;
	struct reader reader = { .arena = arena, .diagnostics = &diagnostics };

	for (size_t i = 0; i < ARRAY_LENGTH(places); i++) {
		const char *path = arena_format(arena, "%.*s%s", slash ? (int)(slash - machine + 1) : 0, machine,
						places[i]);

		if (access(path, F_OK) == 0)
			visit_scripts(&reader, path, machine, visit, argument);
	}
	diagnostics_release(&diagnostics);
}
