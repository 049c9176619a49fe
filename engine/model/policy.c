#include "config.h"

#include "model/policy.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "model/policy_ways.h"
#include "text/json.h"

/* How often what states give is handed on; a longer chain leaves a resource unknown, and the policy wider. */
enum { PASSES_MOST = 8 };

/* Words in a list by which an action means what it will find. */
static const char *const standing_words[] = { "all", "any" };

/* One IAM action. */
struct permission {
	const struct operation *operation;
	json_t *resources;    /* patterns, each once */
	json_t *unknown;      /* members of the request that no input tells, each once */
};

struct collecting {
	const struct policy_place *place;
	json_t *document; /* {input, states}: what is known before a run */
	struct permission *permissions;
	size_t count;
};

/* ---- resources ---- */

/* A name is itself and no pattern. */
static void add_literal(struct buffer *pattern, const char *text)
{
	for (; *text; text++) {
		if (*text == '*' || *text == '?' || *text == '$')
			buffer_add_format(pattern, "${%c}", *text);
		else
			buffer_add_char(pattern, *text);
	}
}

static void add_once(json_t *list, const char *text)
{
	size_t i;
	json_t *item;

	json_array_foreach (list, i, item)
		if (strcmp(json_string_value(item), text) == 0)
			return;
	json_append(list, json_string(text));
}

/* What the inputs tell of a member; NULL where it is any. Where the whole resource is the member, a name is no ARN. */
static const char *known_member(const struct operation *operation, const char *name, const json_t *members)
{
	const char *member = json_string_value(json_object_get(members, name));

	if (member && operation->iam_resource[0] == '$' && strncmp(member, "arn:", 4) != 0)
		return NULL;
	return member;
}

/* One ${Name} of the catalogue's pattern; false where it is any. */
static bool add_variable(const struct collecting *collecting, const struct operation *operation, const char *name,
			 const json_t *members, struct buffer *pattern)
{
	const struct policy_place *place = collecting->place;
	const struct {
		const char *name, *value;
	} places[] = {
		{ "Partition", place->partition },
		{ "Region", place->region ? place->region : "*" },
		{ "Account", "*" },
	};
	const char *member = known_member(operation, name, members);

	for (size_t i = 0; i < ARRAY_LENGTH(places); i++) {
		if (strcmp(places[i].name, name) != 0)
			continue;
		buffer_add_text(pattern, places[i].value);
		return true;
	}
	if (member)
		add_literal(pattern, member);
	else
		buffer_add_char(pattern, '*');
	return member;
}

/* Adds the names of unknown members to `unknown`. */
static void expand(const struct collecting *collecting, const struct operation *operation, const char *text,
		   const json_t *members, struct buffer *pattern, json_t *unknown)
{
	while (*text) {
		const char *end = strncmp(text, "${", 2) == 0 ? strchr(text, '}') : NULL;
		char *name;

		if (!end) {
			buffer_add_char(pattern, *text++);
			continue;
		}
		name = memory_format("%.*s", (int)(end - text - 2), text + 2);
		if (!add_variable(collecting, operation, name, members, pattern))
			add_once(unknown, name);
		free(name);
		text = end + 1;
	}
}

static void add_resource(const struct collecting *collecting, struct permission *permission, const json_t *members)
{
	const struct operation *operation = permission->operation;
	json_t *unknown = json_made(json_array()), *name;
	struct buffer pattern = BUFFER_INIT;
	size_t i;

	expand(collecting, operation, operation->iam_resource, members, &pattern, unknown);
	if (json_array_size(unknown) > 0 && operation->iam_any) {
		buffer_clear(&pattern);
		expand(collecting, operation, operation->iam_any, members, &pattern, unknown);
	}
	json_array_foreach (unknown, i, name)
		add_once(permission->unknown, json_string_value(name));
	add_once(permission->resources, buffer_text(&pattern));
	json_decref(unknown);
	buffer_release(&pattern);
}

static struct permission *permission_for(struct collecting *collecting, const struct operation *operation)
{
	struct permission *permission;

	for (size_t i = 0; i < collecting->count; i++)
		if (strcmp(collecting->permissions[i].operation->iam_action, operation->iam_action) == 0)
			return &collecting->permissions[i];
	collecting->permissions = memory_resize(collecting->permissions, collecting->count + 1,
						sizeof(*collecting->permissions));
	permission = &collecting->permissions[collecting->count++];
	*permission = (struct permission){
		.operation = operation,
		.resources = json_made(json_array()),
		.unknown = json_made(json_array()),
	};
	return permission;
}

/* What is sent unsigned, or not at all, needs no permission. */
static void permit(struct collecting *collecting, const struct operation *operation, const struct template *with,
		   json_t *document)
{
	json_t *members = with ? template_render(with, document, NULL) : NULL;

	if (!operation->anonymous && !operation_is_local(operation))
		add_resource(collecting, permission_for(collecting, operation), members);
	json_decref(members);
}

/* ---- actions ---- */

static void permit_observations(struct collecting *collecting, const struct action *action, json_t *document)
{
	const uint64_t needed = action_all_needs(action);

	for (size_t i = 0; i < action->n_observations; i++)
		if (needed & UINT64_C(1) << i)
			permit(collecting, action->observations[i]->operation, action->observations[i]->with, document);
}

/* What was undone is not undone again, so one step is the closure. */
static void permit_action(struct collecting *collecting, const struct action *action, json_t *document, bool undo)
{
	json_t *input, *inner;

	permit_observations(collecting, action, document);
	if (!action->request)
		return;
	permit(collecting, action->request->operation, action->request->with, document);
	if (!action->undo || undo)
		return;
	input = template_render(action->undo->with, document, NULL);
	inner = json_made(json_pack("{s:o}", "input", input ? input : json_made(json_object())));
	permit_action(collecting, action->undo->action, inner, true);
	json_decref(inner);
}

/* ---- states ---- */

/* The state's input as far as it is known; a new object. */
static json_t *known_input(const struct collecting *collecting, const struct state *state, json_t *item)
{
	json_t *document = json_made(json_copy(collecting->document)), *input;

	if (item)
		json_put(document, "item", json_incref(item));
	input = state->with ? template_render(state->with, document, NULL) : NULL;
	json_decref(document);
	return input ? input : json_made(json_object());
}

static void permit_item(struct collecting *collecting, const struct state *state, json_t *item)
{
	json_t *document = json_made(json_pack("{s:o}", "input", known_input(collecting, state, item)));

	if (item)
		json_put(document, "item", json_incref(item));
	permit_action(collecting, state->action, document, false);
	json_decref(document);
}

/* A list that is known is one resource for each element. */
static void permit_state(struct collecting *collecting, const struct state *state)
{
	json_t *items = state->for_each.parsed ? located_search(&state->for_each, collecting->document,
								collecting->document, NULL)
					       : NULL;
	size_t i;
	json_t *item;

	if (json_is_array(items) && json_array_size(items) > 0)
		json_array_foreach (items, i, item)
			permit_item(collecting, state, item);
	else
		permit_item(collecting, state, NULL);
	json_decref(items);
}

/* Text and lists of it that are what they say. */
static bool is_itself(const json_t *value)
{
	size_t i;
	json_t *item;

	json_array_foreach (value, i, item)
		for (size_t k = 0; k < ARRAY_LENGTH(standing_words); k++)
			if (json_is_string(item) && strcmp(json_string_value(item), standing_words[k]) == 0)
				return false;
	return json_is_string(value) || json_is_array(value);
}

/* Whether something was learnt. */
static bool hand_on(struct collecting *collecting, const struct state *state)
{
	json_t *states = json_object_get(collecting->document, "states");
	json_t *input = known_input(collecting, state, NULL), *gave = json_made(json_object());
	bool learnt;

	for (size_t i = 0; i < state->action->give.count; i++) {
		const char *name = state->action->give.rows[i].key->text;
		json_t *value = json_object_get(input, name);

		if (is_itself(value))
			json_put(gave, name, json_incref(value));
	}
	learnt = json_object_size(gave) > json_object_size(json_object_get(states, state_name(state)));
	json_put(states, state_name(state), gave);
	json_decref(input);
	return learnt;
}

static void hand_all_on(struct collecting *collecting, const struct machine *machine)
{
	bool learnt = true;

	for (int pass = 0; learnt && pass < PASSES_MOST; pass++) {
		learnt = false;
		for (size_t i = 0; i < machine->states.count; i++) {
			const struct state *state = machine_state_at(machine, i);

			if (state->action && !state->for_each.parsed && hand_on(collecting, state))
				learnt = true;
		}
	}
}

/* ---- statements ---- */

static int by_action(const void *left, const void *right)
{
	const struct permission *a = left, *b = right;

	return strcmp(a->operation->iam_action, b->operation->iam_action);
}

/* What all may read is one statement; what is on one list of resources, another. */
static bool stand_together(const struct permission *left, const struct permission *right)
{
	return left->operation->reads == right->operation->reads && json_equal(left->resources, right->resources) &&
	       (left->operation->reads || left->operation->service == right->operation->service);
}

/* "Read", "ChangeAutoscaling"; further ones of the name are numbered. */
static char *statement_id(const json_t *statements, const struct operation *operation)
{
	const char *service = operation->service->signing_name;
	char *name = operation->reads ? memory_copy_text("Read")
				      : memory_format("Change%c%s", toupper((unsigned char)service[0]), service + 1);
	size_t same = 1, i;
	json_t *statement;
	char *numbered;

	json_array_foreach (statements, i, statement)
		if (strncmp(json_string_value(json_object_get(statement, "Sid")), name, strlen(name)) == 0)
			same++;
	if (same == 1)
		return name;
	numbered = memory_format("%s%zu", name, same);
	free(name);
	return numbered;
}

static void add_note(struct policy *policy, const char *id, const struct permission *permission)
{
	size_t i;
	json_t *member;

	json_array_foreach (permission->unknown, i, member) {
		char *note = memory_format("%s holds for any %s: no input tells which", id, json_string_value(member));

		add_once(policy->notes, note);
		free(note);
	}
}

static void add_statement(struct policy *policy, json_t *statements, struct permission *permissions, size_t count)
{
	char *id = statement_id(statements, permissions[0].operation);
	json_t *actions = json_made(json_array()), *resources = permissions[0].resources;

	for (size_t i = 0; i < count; i++)
		json_append(actions, json_string(permissions[i].operation->iam_action));
	add_note(policy, id, &permissions[0]);
	json_append(statements, json_pack("{s:s, s:s, s:o, s:O}", "Sid", id, "Effect", "Allow", "Action", actions,
					  "Resource", json_array_size(resources) == 1 ? json_array_get(resources, 0)
										       : resources));
	free(id);
}

/* Brings those that stand with the first behind it, in their order; how many they are. */
static size_t gather(struct permission *permissions, size_t count)
{
	size_t together = 1;

	for (size_t i = 1; i < count; i++) {
		struct permission moved = permissions[i];

		if (!stand_together(&permissions[0], &moved))
			continue;
		memmove(&permissions[together + 1], &permissions[together], (i - together) * sizeof(*permissions));
		permissions[together++] = moved;
	}
	return together;
}

static int by_effect(const void *left, const void *right)
{
	const struct permission *a = left, *b = right;

	if (a->operation->reads != b->operation->reads)
		return a->operation->reads ? -1 : 1;
	return by_action(left, right);
}

static void make_document(struct policy *policy, struct collecting *collecting)
{
	json_t *statements = json_made(json_array());
	size_t together;

	if (collecting->count > 0)
		qsort(collecting->permissions, collecting->count, sizeof(*collecting->permissions), by_effect);
	for (size_t i = 0; i < collecting->count; i += together) {
		together = gather(collecting->permissions + i, collecting->count - i);
		add_statement(policy, statements, collecting->permissions + i, together);
	}
	policy->document = json_made(json_pack("{s:s, s:o}", "Version", "2012-10-17", "Statement", statements));
}

void policy_make(struct policy *policy, const struct machine *machine, const struct policy_place *place,
		 const json_t *input)
{
	struct collecting collecting = {
		.place = place,
		.document = json_made(json_pack("{s:o, s:{}}", "input", json_deep_copy(input), "states")),
	};

	bool *open = policy_ways(machine, collecting.document);

	*policy = (struct policy){ .notes = json_made(json_array()) };
	hand_all_on(&collecting, machine);
	for (size_t i = 0; i < machine->states.count; i++)
		if (open[i] && machine_state_at(machine, i)->action)
			permit_state(&collecting, machine_state_at(machine, i));
	free(open);
	make_document(policy, &collecting);
	for (size_t i = 0; i < collecting.count; i++) {
		json_decref(collecting.permissions[i].resources);
		json_decref(collecting.permissions[i].unknown);
	}
	free(collecting.permissions);
	json_decref(collecting.document);
}

void policy_release(struct policy *policy)
{
	json_decref(policy->document);
	json_decref(policy->notes);
	*policy = (struct policy){ 0 };
}
