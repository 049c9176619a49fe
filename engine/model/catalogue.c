/* The action catalogue and its ties: an action names observations, operations and the action that undoes it. Of what
 * is compiled in, each action and observation is read when it is first named; model/services.h does so with operations.
 */
#include "config.h"

#include "model/catalogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/embedded.h"
#include "text/json.h"
#include "text/outline.h"

/* What is compiled in and was not asked for yet. */
struct unread {
	bool is_unread;
	struct compiled_pair pair;
};

struct named_action {
	struct named_action *next;
	const char *name;
	struct unread unread;
	struct action action;
	bool resolved;
	bool is_new; /* written by a person, not compiled in and not from a journal: nobody has checked it */
};

struct named_observation {
	struct named_observation *next;
	const char *name;
	struct unread unread;
	struct observation observation;
};

struct catalogue {
	struct services *services;
	struct named_action *actions; /* a later one of the same name comes before an earlier one */
	struct named_observation *observations;
};

/* The top of a file of actions. */
struct action_file {
	const char *comment;
	const struct node *observations;
	const struct node *actions;
};

static const struct field action_file_fields[] = {
	{ .name = "comment", .type = &field_text, .offset = FIELD_OF(action_file, comment), .help = "for people" },
	{ .name = "observations",
	  .type = &field_node,
	  .offset = FIELD_OF(action_file, observations),
	  .help = "what several actions look at, by name" },
	{ .name = "actions", .type = &field_node, .offset = FIELD_OF(action_file, actions), .help = "by name" },
	{ 0 },
};

static const struct record action_file_record = {
	.name = "a file of actions",
	.size = sizeof(struct action_file),
	.fields = action_file_fields,
};

struct services *catalogue_services(const struct catalogue *catalogue)
{
	return catalogue->services;
}

static struct named_action *find_action(const struct catalogue *catalogue, const char *name)
{
	for (struct named_action *at = catalogue->actions; at; at = at->next)
		if (strcmp(at->name, name) == 0)
			return at;
	return NULL;
}

bool catalogue_knows(const struct catalogue *catalogue, const char *name)
{
	return find_action(catalogue, name) != NULL;
}

const struct action *catalogue_action(const struct catalogue *catalogue, const char *name)
{
	const struct named_action *found = find_action(catalogue, name);

	return found && !found->unread.is_unread ? &found->action : NULL;
}

const char *catalogue_action_name(const void *argument, size_t i)
{
	const struct catalogue *catalogue = argument;
	const struct named_action *at = catalogue->actions;

	while (at && i-- > 0)
		at = at->next;
	return at ? at->name : NULL;
}

static struct named_action *new_action(struct catalogue *catalogue, struct arena *arena, const char *name)
{
	struct named_action *made = ARENA_NEW(arena, struct named_action);

	made->name = name;
	made->next = catalogue->actions;
	catalogue->actions = made;
	return made;
}

static int read_action(struct reader *reader, const struct node *node, struct named_action *into)
{
	int result = record_read(reader, node, &action_record, &into->action);

	into->action.name = into->name;
	into->action.node = node;
	return result;
}

static int add_actions(struct catalogue *catalogue, struct reader *reader, const struct node *actions)
{
	int result = 0;

	for (size_t i = 0; actions && i < actions->count; i++)
		result |= read_action(reader, actions->items[i],
				      new_action(catalogue, reader->arena, actions->keys[i]->text));
	return result;
}

static struct named_observation *new_observation(struct catalogue *catalogue, struct arena *arena, const char *name)
{
	struct named_observation *made = ARENA_NEW(arena, struct named_observation);

	made->name = name;
	made->next = catalogue->observations;
	catalogue->observations = made;
	return made;
}

static int read_observation(struct reader *reader, const struct node *key, const struct node *node,
			    struct named_observation *into)
{
	int result = record_read(reader, node, &observation_record, &into->observation);

	into->observation.key = key;
	return result;
}

static int add_observations(struct catalogue *catalogue, struct reader *reader, const struct node *observations)
{
	int result = 0;

	for (size_t i = 0; observations && i < observations->count; i++)
		result |= read_observation(reader, observations->keys[i], observations->items[i],
					   new_observation(catalogue, reader->arena, observations->keys[i]->text));
	return result;
}

/* The pair that was not read yet: its key is in keys[0], its value in items[0]. */
static const struct node *read_pair(struct reader *reader, struct unread *unread)
{
	unread->is_unread = false;
	return compiled_pair_node(reader->arena, &unread->pair);
}

static int need_action(struct reader *reader, struct named_action *named)
{
	const struct node *pair;

	if (!named->unread.is_unread)
		return 0;
	pair = read_pair(reader, &named->unread);
	return read_action(reader, pair->items[0], named);
}

static int need_observation(struct reader *reader, struct named_observation *named)
{
	const struct node *pair;

	if (!named->unread.is_unread)
		return 0;
	pair = read_pair(reader, &named->unread);
	return read_observation(reader, pair->keys[0], pair->items[0], named);
}

static int need_map(struct reader *reader, const struct node *node, const char *name)
{
	if (!node || node->kind == NODE_MAP)
		return 0;
	return diagnostics_error(reader->diagnostics, node->position, NULL, "'%s' must be a map, not %s", name,
				 node_kind_name(node));
}

/* Those of one file. */
static void mark_new(struct catalogue *catalogue, const struct named_action *before)
{
	for (struct named_action *at = catalogue->actions; at != before; at = at->next)
		at->is_new = true;
}

int catalogue_add(struct catalogue *catalogue, struct reader *reader, const struct node *node)
{
	const struct named_action *before = catalogue->actions;
	struct action_file file = { 0 };
	int result;

	if (node_get(node, "service"))
		return services_add_file(catalogue->services, node->position.source, reader->diagnostics);
	if (record_read(reader, node, &action_file_record, &file) != 0 ||
	    need_map(reader, file.observations, "observations") != 0 || need_map(reader, file.actions, "actions") != 0)
		return -1;
	result = add_observations(catalogue, reader, file.observations) | add_actions(catalogue, reader, file.actions);
	mark_new(catalogue, before);
	return result;
}

static const struct operation *resolve_operation(const struct catalogue *catalogue, struct reader *reader,
						 const struct node *name)
{
	struct error err = ERROR_INIT;
	const struct operation *found = services_operation(catalogue->services, name->text, &err);

	if (!found)
		diagnostics_error(reader->diagnostics, name->position, NULL, "%s", err.message);
	return found;
}

static int resolve_observation(const struct catalogue *catalogue, struct reader *reader,
			       struct observation *observation)
{
	if (observation->operation)
		return 0;
	observation->operation = resolve_operation(catalogue, reader, observation->operation_name);
	if (!observation->operation)
		return -1;
	if (observation->operation->reads)
		return 0;
	return diagnostics_error(reader->diagnostics, observation->operation_name->position, NULL,
				 "an observation only reads: '%s' changes something",
				 observation->operation_name->text);
}

static const char *observation_name_at(const void *argument, size_t i)
{
	const struct catalogue *catalogue = argument;
	const struct named_observation *at = catalogue->observations;

	while (at && i-- > 0)
		at = at->next;
	return at ? at->name : NULL;
}

static struct observation *shared_observation(const struct catalogue *catalogue, struct reader *reader,
					      const struct node *name)
{
	const char *near;

	for (struct named_observation *at = catalogue->observations; at; at = at->next)
		if (strcmp(at->name, name->text) == 0)
			return need_observation(reader, at) == 0 ? &at->observation : NULL;
	near = nearest_word(name->text, observation_name_at, catalogue);
	diagnostics_error(reader->diagnostics, name->position,
			  near ? arena_format(reader->arena, "did you mean '%s'?", near) : NULL,
			  "unknown observation '%s'", name->text);
	return NULL;
}

static struct observation *observation_of(const struct catalogue *catalogue, struct reader *reader,
					  const struct node *node)
{
	struct observation *made;

	if (node->kind == NODE_SCALAR)
		return shared_observation(catalogue, reader, node);
	made = ARENA_NEW(reader->arena, struct observation);
	return record_read(reader, node, &observation_record, made) == 0 ? made : NULL;
}

static int resolve_observations(const struct catalogue *catalogue, struct reader *reader, struct action *action)
{
	const struct node *observe = action->observe;
	int result = 0;

	if (!observe)
		return 0;
	if (observe->kind != NODE_LIST)
		return diagnostics_error(reader->diagnostics, observe->position, NULL,
					 "'observe' must be a list, not %s", node_kind_name(observe));
	if (observe->count > OBSERVATIONS_MOST)
		return diagnostics_error(reader->diagnostics, observe->position, NULL, "more than %d observations",
					 OBSERVATIONS_MOST);
	action->observations = ARENA_ARRAY(reader->arena, const struct observation *, observe->count);
	for (size_t i = 0; i < observe->count; i++) {
		struct observation *observation = observation_of(catalogue, reader, observe->items[i]);

		if (!observation || resolve_observation(catalogue, reader, observation) != 0)
			result = -1;
		else
			action->observations[action->n_observations++] = observation;
	}
	action_find_needs(action, reader->arena);
	return result;
}

static int resolve_request(const struct catalogue *catalogue, struct reader *reader, struct action *action)
{
	struct action_request *request = action->request;

	if (!request)
		return 0;
	request->operation = resolve_operation(catalogue, reader, request->operation_name);
	if (!request->operation)
		return -1;
	request->in_doubt = request->operation->in_doubt;
	if (!request->operation->reads)
		return 0;
	return diagnostics_error(reader->diagnostics, request->operation_name->position, NULL,
				 "a request changes something: '%s' only reads", request->operation_name->text);
}

static int resolve_action(const struct catalogue *catalogue, struct reader *reader, struct named_action *named);

static int resolve_undo(const struct catalogue *catalogue, struct reader *reader, struct action *action)
{
	struct named_action *found;
	struct action_undo *undo = action->undo;
	const char *near;

	if (!undo)
		return 0;
	found = find_action(catalogue, undo->action_name->text);
	if (found) {
		undo->action = &found->action;
		return resolve_action(catalogue, reader, found);
	}
	near = nearest_word(undo->action_name->text, catalogue_action_name, catalogue);
	return diagnostics_error(reader->diagnostics, undo->action_name->position,
				 near ? arena_format(reader->arena, "did you mean '%s'?", near) : NULL,
				 "unknown action '%s'", undo->action_name->text);
}

static int resolve_action(const struct catalogue *catalogue, struct reader *reader, struct named_action *named)
{
	int result;

	if (named->resolved)
		return 0;
	named->resolved = true;
	if (need_action(reader, named) != 0)
		return -1;
	result = resolve_observations(catalogue, reader, &named->action);
	result |= resolve_request(catalogue, reader, &named->action);
	result |= resolve_undo(catalogue, reader, &named->action);
	if (result == 0 && named->is_new)
		result = action_check(reader, &named->action);
	return result ? -1 : 0;
}

const struct action *catalogue_use(const struct catalogue *catalogue, struct reader *reader, const char *name)
{
	struct named_action *found = find_action(catalogue, name);

	return found && resolve_action(catalogue, reader, found) == 0 ? &found->action : NULL;
}

int catalogue_use_all(const struct catalogue *catalogue, struct reader *reader)
{
	int result = 0;

	for (struct named_action *at = catalogue->actions; at; at = at->next)
		result |= resolve_action(catalogue, reader, at);
	return result ? -1 : 0;
}

#define OBSERVATIONS "observations"
#define ACTIONS "actions"

static void add_outline(struct catalogue *catalogue, struct arena *arena, const struct outline *outline)
{
	for (size_t i = 0; i < outline->count; i++) {
		const struct outline_entry *entry = &outline->entries[i];
		const struct unread unread = { .is_unread = true, .pair = entry->pair };

		if (strcmp(entry->section, ACTIONS) == 0)
			new_action(catalogue, arena, entry->pair.key)->unread = unread;
		else
			new_observation(catalogue, arena, entry->pair.key)->unread = unread;
	}
}

struct catalogue *catalogue_load(struct reader *reader)
{
	static const char prefix[] = "schemas/actions/";
	static const char *const sections[] = { OBSERVATIONS, ACTIONS, NULL };
	struct arena *arena = reader->arena;
	struct catalogue *catalogue = ARENA_NEW(arena, struct catalogue);

	catalogue->services = services_new(arena);
	for (const struct embedded_file *file = embedded_files; file->path; file++)
		if (strncmp(file->path, prefix, sizeof(prefix) - 1) == 0) {
			const struct compiled document = embedded_document(arena, file);
			const struct outline outline = outline_of(arena, &document, sections);

			add_outline(catalogue, arena, &outline);
		}
	return catalogue;
}

/* `action: call` is a row of an action table made on the spot: what the state's `with` names is its one request, or
 * its one observation where the operation only reads. Nothing is observed, and nothing can be taken back. */
static const char call_reads[] =
	"{\"comment\": \"one call\", \"input\": {\"operation\": {\"type\": \"string\"}, \"input\": {\"type\": "
	"\"any\"}, "
	"\"in_doubt\": {\"type\": \"string\"}}, \"observe\": [{\"operation\": \"%s\", \"with\": \"${input.input || "
	"`{}`}\", \"take\": {\"answer\": \"@\"}}], \"give\": {\"answer\": \"observed.answer\"}}";
static const char call_changes[] =
	"{\"comment\": \"one call\", \"input\": {\"operation\": {\"type\": \"string\"}, \"input\": {\"type\": "
	"\"any\"}, "
	"\"in_doubt\": {\"type\": \"string\"}}, \"resource\": \"call/%s\", \"request\": {\"operation\": \"%s\", "
	"\"with\": \"${input.input || `{}`}\"}, \"settled\": \"`true`\", \"took\": \"`false`\"}";

static const struct choice call_in_doubt[] = {
	{ .name = "again", .value = IN_DOUBT_AGAIN },
	{ .name = "skip", .value = IN_DOUBT_SKIP },
	{ .name = "stop", .value = IN_DOUBT_STOP },
	{ 0 },
};

static struct action *call_action(const struct catalogue *catalogue, struct reader *reader, const char *state,
				  const struct operation *operation, const char *operation_name)
{
	struct action *action = ARENA_NEW(reader->arena, struct action);
	struct source *source = ARENA_NEW(reader->arena, struct source);
	char *text = operation->reads ? memory_format(call_reads, operation_name)
				      : memory_format(call_changes, state, operation_name);
	json_t *json = json_loads(text, 0, NULL);
	const struct node *node;

	source->name = "action: call";
	node = node_from_json(reader->arena, source, json);
	json_decref(json);
	free(text);
	if (record_read(reader, node, &action_record, action) != 0 ||
	    resolve_observations(catalogue, reader, action) != 0 || resolve_request(catalogue, reader, action) != 0)
		return NULL;
	action->name = "call";
	return action;
}

static int call_doubt(struct reader *reader, const struct node *node, struct action *action)
{
	const struct field field = { .name = "in_doubt", .choices = call_in_doubt };

	if (!node || !action->request)
		return 0;
	return field_choice.read(reader, node, &field, &action->request->in_doubt);
}

const struct action *catalogue_call(const struct catalogue *catalogue, struct reader *reader, const struct node *state)
{
	const struct node *with = node_get(state, "with");
	const struct node *name = with ? node_get(with, "operation") : NULL;
	const struct operation *operation;
	struct action *action;

	if (!name || name->kind != NODE_SCALAR) {
		diagnostics_error(reader->diagnostics, state->position,
				  "with: {operation: service:Operation, input: {...}}",
				  "'action: call' lacks the operation it calls");
		return NULL;
	}
	operation = resolve_operation(catalogue, reader, name);
	if (!operation)
		return NULL;
	if (operation_is_local(operation)) {
		/* What only reads is called in a plan, too, and a command may do anything. */
		diagnostics_error(reader->diagnostics, name->position, "'tidegate actions' lists those of local",
				  "'%s' is no call to AWS: use an action", name->text);
		return NULL;
	}
	action = call_action(catalogue, reader, operation->name, operation, name->text);
	if (!action || call_doubt(reader, node_get(with, "in_doubt"), action) != 0)
		return NULL;
	return action;
}

/* Names that were written already. */
struct written {
	const char **names;
	size_t count;
};

struct definition {
	struct buffer actions, observations;
	struct written known_actions, known_observations;
	const struct operation **operations;
	size_t n_operations;
};

static bool write_first(struct written *written, const char *name)
{
	for (size_t i = 0; i < written->count; i++)
		if (strcmp(written->names[i], name) == 0)
			return false;
	written->names = memory_resize(written->names, written->count + 1, sizeof(*written->names));
	written->names[written->count++] = name;
	return true;
}

static void define_operation(struct definition *definition, const struct operation *operation)
{
	for (size_t i = 0; i < definition->n_operations; i++)
		if (definition->operations[i] == operation)
			return;
	definition->operations = memory_resize(definition->operations, definition->n_operations + 1,
					       sizeof(*definition->operations));
	definition->operations[definition->n_operations++] = operation;
}

static void define_observation(struct definition *definition, const struct observation *observation)
{
	define_operation(definition, observation->operation);
	if (!observation->key || !write_first(&definition->known_observations, observation->key->text))
		return;
	json_write_key(&definition->observations, observation->key->text);
	node_write(&definition->observations, observation->node);
}

static void define_action(struct definition *definition, const struct action *action)
{
	if (!write_first(&definition->known_actions, action->name))
		return;
	json_write_key(&definition->actions, action->name);
	node_write(&definition->actions, action->node);
	for (size_t i = 0; i < action->n_observations; i++)
		define_observation(definition, action->observations[i]);
	if (action->request)
		define_operation(definition, action->request->operation);
	if (action->undo)
		define_action(definition, action->undo->action);
}

static void definition_release(struct definition *definition)
{
	buffer_release(&definition->actions);
	buffer_release(&definition->observations);
	free(definition->known_actions.names);
	free(definition->known_observations.names);
	free(definition->operations);
}

void catalogue_definition(const struct catalogue *catalogue, const struct action *const *used, size_t count,
			  struct buffer *text)
{
	struct definition definition = { 0 };

	buffer_add_char(&definition.actions, '{');
	buffer_add_char(&definition.observations, '{');
	for (size_t i = 0; i < count; i++)
		if (strcmp(used[i]->name, "call") != 0)
			define_action(&definition, used[i]);
	/* What `action: call` calls is named in the machine alone, but its operation must be kept too. */
	for (size_t i = 0; i < count; i++)
		if (strcmp(used[i]->name, "call") == 0)
			define_operation(&definition, used[i]->request ? used[i]->request->operation
								       : used[i]->observations[0]->operation);
	buffer_add_text(text, "{\"operations\":");
	services_definition(catalogue->services, definition.operations, definition.n_operations, text);
	buffer_add_format(text, ",\"observations\":%s},\"actions\":%s}}", definition.observations.bytes,
			  definition.actions.bytes);
	definition_release(&definition);
}

struct catalogue *catalogue_from_definition(struct reader *reader, const struct source *source, const json_t *json)
{
	struct catalogue *catalogue = ARENA_NEW(reader->arena, struct catalogue);
	const struct node *node = node_from_json(reader->arena, source, json);
	const struct node *observations = node_get(node, "observations"), *actions = node_get(node, "actions");

	catalogue->services = services_from_json(reader->arena, source, json_object_get(json, "operations"),
						 reader->diagnostics);
	if (!catalogue->services || need_map(reader, observations, "observations") != 0 ||
	    need_map(reader, actions, "actions") != 0 || add_observations(catalogue, reader, observations) != 0 ||
	    add_actions(catalogue, reader, actions) != 0 || catalogue_use_all(catalogue, reader) != 0)
		return NULL;
	return catalogue;
}
