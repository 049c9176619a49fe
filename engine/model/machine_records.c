/* The machine language as tables: each key of each map of a machine file, with its type and one sentence. The loader
 * (machine.c), schemas/machine.schema.json and the reference in machines/README.md are all made of these. */
#include "config.h"

#include "model/machine_fields.h"

#include <string.h>

#include "model/facts.h"
#include "text/json.h"

static const struct field catcher_fields[] = {
	{ .name = "errors", .type = &field_failures, .offset = FIELD_OF(catcher, errors), .required = true,
	  .help = "the errors it takes; any is every one" },
	{ .name = "next", .type = &field_state, .offset = FIELD_OF(catcher, next), .required = true,
	  .help = "where the run goes on" },
	{ .name = "at_most", .type = &field_integer, .offset = FIELD_OF(catcher, at_most), .minimum = 1,
	  .maximum = 1000, .help = "how often in a run; then the next catch is asked" },
	{ 0 },
};

static const struct record catcher_record = {
	.name = "a catch",
	.size = sizeof(struct catcher),
	.fields = catcher_fields,
};

static int finish_retrier(struct reader *reader, const struct node *node, void *record)
{
	struct retrier *retrier = record;

	if (node_get(node, "interval") == NULL)
		retrier->interval_ms = 1000;
	if (retrier->max_attempts == 0)
		retrier->max_attempts = 3;
	if (retrier->backoff_rate == 0)
		retrier->backoff_rate = 2;
	for (size_t i = 0; i < retrier->errors.count; i++)
		if (retrier->errors.rows[i] < FAILURE_COUNT && failures[retrier->errors.rows[i]].client_retries)
			return diagnostics_error(reader->diagnostics, node_get(node, "errors")->position, NULL,
						 "'retry' may not name '%s': every call is retried for it already",
						 failures[retrier->errors.rows[i]].name);
	return 0;
}

static const struct field retrier_fields[] = {
	{ .name = "errors", .type = &field_failures, .offset = FIELD_OF(retrier, errors), .required = true,
	  .help = "the errors after which the action is tried again; not throttled or unavailable" },
	{ .name = "interval", .type = &field_duration, .offset = FIELD_OF(retrier, interval_ms),
	  .help = "before the second attempt (1s)" },
	{ .name = "max_attempts", .type = &field_integer, .offset = FIELD_OF(retrier, max_attempts), .minimum = 1,
	  .maximum = 100, .help = "attempts in all (3)" },
	{ .name = "backoff_rate", .type = &field_factor, .offset = FIELD_OF(retrier, backoff_rate),
	  .help = "what each interval is multiplied by (2)" },
	{ .name = "max_delay", .type = &field_duration, .offset = FIELD_OF(retrier, max_delay_ms),
	  .help = "no interval is longer" },
	{ .name = "jitter", .type = &field_boolean, .offset = FIELD_OF(retrier, jitter),
	  .help = "each interval is a random part of itself" },
	{ 0 },
};

static const struct record retrier_record = {
	.name = "a retry",
	.size = sizeof(struct retrier),
	.fields = retrier_fields,
	.finish = finish_retrier,
};

static const struct field choice_fields[] = {
	{ .name = "when", .type = &field_expression, .offset = FIELD_OF(choice_rule, when), .required = true,
	  .help = "taken where this is true; the first one counts" },
	{ .name = "next", .type = &field_state, .offset = FIELD_OF(choice_rule, next), .required = true,
	  .help = "where the run goes on" },
	{ 0 },
};

static const struct record choice_record = {
	.name = "a choice",
	.size = sizeof(struct choice_rule),
	.fields = choice_fields,
};

static const struct field pause_fields[] = {
	{ .name = "expires", .type = &field_duration, .offset = FIELD_OF(pause, expires_ms), .minimum = 1000,
	  .maximum = 7 * 86400000LL, .help = "after which nobody is expected any more" },
	{ .name = "on_expire", .type = &field_state, .offset = FIELD_OF(pause, on_expire),
	  .help = "where the run goes on then" },
	{ 0 },
};

static int finish_pause(struct reader *reader, const struct node *node, void *record)
{
	const struct pause *pause = record;

	if ((pause->expires_ms == 0) == (pause->on_expire.name == NULL))
		return 0;
	return diagnostics_error(reader->diagnostics, node->position, NULL,
				 "'expires' and 'on_expire' go together in a pause");
}

static void constrain_pause(json_t *definition)
{
	json_put(definition, "dependentRequired",
		 json_pack("{s:[s], s:[s]}", "expires", "on_expire", "on_expire", "expires"));
}

static const struct record pause_record = {
	.name = "a pause",
	.size = sizeof(struct pause),
	.fields = pause_fields,
	.finish = finish_pause,
	.constrain = constrain_pause,
};

static const struct choice end_choices[] = {
	{ .name = "succeeded", .value = END_SUCCEEDED, .help = "the run did what it is for" },
	{ .name = "failed", .value = END_FAILED, .help = "it did not" },
	{ 0 },
};

static const struct field state_fields[] = {
	{ .name = "comment", .type = &field_text, .offset = FIELD_OF(state, comment), .help = "for people" },
	{ .name = "action", .type = &field_text, .offset = FIELD_OF(state, action_name),
	  .help = "what it does: an action of the catalogue (tidegate actions), or call for any operation" },
	{ .name = "with", .type = &field_template, .offset = FIELD_OF(state, with), .help = "the action's input" },
	{ .name = "for_each", .type = &field_expression, .offset = FIELD_OF(state, for_each),
	  .help = "the action is done for each element of this list, side by side; the element is item" },
	{ .name = "max_concurrency", .type = &field_integer, .offset = FIELD_OF(state, max_concurrency), .minimum = 1,
	  .maximum = 1000, .help = "how many elements at a time (all)" },
	{ .name = "choose", .type = &field_record_list, .offset = FIELD_OF(state, choose), .record = &choice_record,
	  .minimum = 1, .help = "goes on where the first true `when` says" },
	{ .name = "otherwise", .type = &field_state, .offset = FIELD_OF(state, otherwise),
	  .help = "where no choice is true" },
	{ .name = "wait", .type = &field_duration, .offset = FIELD_OF(state, wait_ms), .minimum = 1,
	  .maximum = 86400000, .help = "lets this long pass" },
	{ .name = "pause", .type = &field_record, .offset = FIELD_OF(state, pause), .record = &pause_record,
	  .help = "the leg ends here with exit 0; the next one goes on at next" },
	{ .name = "restore", .type = &field_restore, .offset = FIELD_OF(state, restore),
	  .help = "takes back what the run changed, newest first: all, or what these states changed" },
	{ .name = "end", .type = &field_choice, .offset = FIELD_OF(state, end), .choices = end_choices,
	  .help = "the run ends here" },
	{ .name = "because", .type = &field_template_text, .offset = FIELD_OF(state, because),
	  .help = "the reason for this end, for people" },
	{ .name = "next", .type = &field_state, .offset = FIELD_OF(state, next), .help = "where the run goes on" },
	{ .name = "timeout", .type = &field_duration, .offset = FIELD_OF(state, timeout_ms), .minimum = 1000,
	  .maximum = 7 * 86400000LL, .help = "how long it may take; then the error timeout" },
	{ .name = "catch", .type = &field_record_list, .offset = FIELD_OF(state, catches), .record = &catcher_record,
	  .help = "where the run goes on after an error; asked before the machine's own" },
	{ .name = "retry", .type = &field_record_list, .offset = FIELD_OF(state, retries), .record = &retrier_record,
	  .help = "errors after which the action is tried again" },
	{ .name = "when", .type = &field_expression, .offset = FIELD_OF(state, when),
	  .help = "where false, the state is skipped, and that is said" },
	{ 0 },
};

/* Which keys go with which kind of state: the key that makes the kind, and what it needs or allows beside it. What has
 * no next of its own cannot be skipped. */
static const struct kind_row {
	const char *key;
	const char *needs;
	bool allows_when;
	const char *allows[8]; /* beyond comment */
} kind_rows[STATE_KIND_COUNT] = {
	[STATE_ACTION] = { "action", "next", true,
			   { "with", "for_each", "max_concurrency", "next", "timeout", "catch", "retry" } },
	[STATE_CHOOSE] = { "choose", "otherwise", false, { "otherwise", "catch" } },
	[STATE_WAIT] = { "wait", "next", true, { "next" } },
	[STATE_PAUSE] = { "pause", "next", true, { "next" } },
	[STATE_RESTORE] = { "restore", "next", true, { "next", "timeout", "catch" } },
	[STATE_END] = { "end", NULL, false, { "because" } },
};

const char *const state_kind_names[STATE_KIND_COUNT] = {
	[STATE_ACTION] = "action", [STATE_CHOOSE] = "choose",   [STATE_WAIT] = "wait",
	[STATE_PAUSE] = "pause",   [STATE_RESTORE] = "restore", [STATE_END] = "end",
};

static bool kind_allows(const struct kind_row *row, const char *key)
{
	if (strcmp(key, row->key) == 0 || strcmp(key, "comment") == 0)
		return true;
	if (row->allows_when && strcmp(key, "when") == 0)
		return true;
	for (size_t i = 0; i < ARRAY_LENGTH(row->allows) && row->allows[i]; i++)
		if (strcmp(row->allows[i], key) == 0)
			return true;
	return false;
}

static bool key_is_known(const char *key)
{
	for (const struct field *field = state_fields; field->name; field++)
		if (strcmp(field->name, key) == 0)
			return true;
	return false;
}

static int state_check_keys(struct reader *reader, const struct node *node, const struct kind_row *row)
{
	int result = 0;

	for (size_t i = 0; i < node->count; i++)
		if (key_is_known(node->keys[i]->text) && !kind_allows(row, node->keys[i]->text))
			result = diagnostics_error(reader->diagnostics, node->keys[i]->position, NULL,
						   "'%s' does not go with '%s'", node->keys[i]->text, row->key);
	if (row->needs && !node_get(node, row->needs))
		result = diagnostics_error(reader->diagnostics, node->position, NULL, "a state with '%s' lacks '%s'",
					   row->key, row->needs);
	return result;
}

static int finish_state(struct reader *reader, const struct node *node, void *record)
{
	struct state *state = record;
	const struct kind_row *kind = NULL;

	for (size_t i = 0; i < STATE_KIND_COUNT; i++) {
		if (!node_get(node, kind_rows[i].key))
			continue;
		if (kind)
			return diagnostics_error(reader->diagnostics, node->position, "a state has exactly one of them",
						 "a state has both '%s' and '%s'", kind->key, kind_rows[i].key);
		kind = &kind_rows[i];
		state->kind = (enum state_kind)i;
	}
	if (!kind)
		return diagnostics_error(reader->diagnostics, node->position, NULL,
					 "a state has none of action, choose, wait, pause, restore, end");
	return state_check_keys(reader, node, kind);
}

/* A state is of exactly one kind: its key and what it needs are there, and no key that it does not allow. */
static json_t *kind_schema(const struct kind_row *row)
{
	json_t *allowed = json_made(json_pack("[s, s]", row->key, "comment"));
	json_t *required = json_made(json_pack("[s]", row->key));

	if (row->allows_when)
		json_append(allowed, json_string("when"));
	for (size_t i = 0; i < ARRAY_LENGTH(row->allows) && row->allows[i]; i++)
		json_append(allowed, json_string(row->allows[i]));
	if (row->needs)
		json_append(required, json_string(row->needs));
	return json_made(json_pack("{s:o, s:{s:o}}", "required", required, "propertyNames", "enum", allowed));
}

static void constrain_state(json_t *definition)
{
	json_t *kinds = json_made(json_array());

	for (size_t i = 0; i < STATE_KIND_COUNT; i++)
		json_append(kinds, kind_schema(&kind_rows[i]));
	json_put(definition, "oneOf", kinds);
}

static const struct record state_record = {
	.name = "a state",
	.size = sizeof(struct state),
	.fields = state_fields,
	.node_member = MEMBER_OF(state, node),
	.key_member = MEMBER_OF(state, key),
	.finish = finish_state,
	.constrain = constrain_state,
};

static const struct choice then_choices[] = {
	{ .name = "go_on_later", .value = HOOK_GOES_ON_LATER, .help = "the next event with the same goal goes on" },
	{ 0 },
};

static const struct field hook_fields[] = {
	{ .name = "until", .type = &field_states, .offset = FIELD_OF(hook, until),
	  .help = "the states at which this leg succeeds; may be left out over a hook of a used machine" },
	{ .name = "at_most", .type = &field_duration, .offset = FIELD_OF(hook, at_most_ms), .minimum = 30000,
	  .maximum = 3600000, .help = "how long this leg may take; it stops itself 15 s before, resumable (1h)" },
	{ .name = "then", .type = &field_choice, .offset = FIELD_OF(hook, then), .choices = then_choices,
	  .help = "where its time is over in a wait: exit 0, and the next event with this goal goes on" },
	{ 0 },
};

/* It is no `required` field, since a file that uses a machine may give the rest alone (machine_use.c). Without one an
 * event that there is not is likely to be meant for another: that is said in its place (check_hooks.c). */
static int finish_hook(struct reader *reader, const struct node *node, void *record)
{
	const struct hook *hook = record;

	if (hook->until.count > 0 || !lifecycle_event_find(hook->key->text))
		return 0;
	return diagnostics_error(reader->diagnostics, node->position, NULL, "a hook lacks 'until'");
}

const struct record hook_record = {
	.name = "a hook",
	.size = sizeof(struct hook),
	.fields = hook_fields,
	.key_member = MEMBER_OF(hook, key),
	.finish = finish_hook,
};

static const struct field expectation_fields[] = {
	{ .name = "holds", .type = &field_expression, .offset = FIELD_OF(expectation, holds), .required = true,
	  .help = "must be true, over a rehearsal's world: groups, target_groups and balancers by name, launches ..." },
	{ .name = "at", .type = &field_text, .offset = FIELD_OF(expectation, at), .required = true,
	  .help = "the state at which it must hold: a pause or an end" },
	{ .name = "because", .type = &field_text, .offset = FIELD_OF(expectation, because),
	  .help = "what it means if it does not" },
	{ 0 },
};

static const struct record expectation_record = {
	.name = "an expectation",
	.size = sizeof(struct expectation),
	.fields = expectation_fields,
};

static const struct field machine_fields[] = {
	{ .name = "tidegate", .type = &field_integer, .offset = FIELD_OF(machine, version), .required = true,
	  .minimum = MACHINE_LANGUAGE_VERSION, .maximum = MACHINE_LANGUAGE_VERSION,
	  .help = "the version of this language: 1" },
	{ .name = "machine", .type = &field_name, .offset = FIELD_OF(machine, name), .required = true,
	  .help = "its name" },
	{ .name = "version", .type = &field_integer, .offset = FIELD_OF(machine, own_version), .minimum = 1,
	  .maximum = 1000, .help = "its own version, as `use` names it: another one where other inputs are due" },
	{ .name = "comment", .type = &field_text, .offset = FIELD_OF(machine, comment), .help = "for people" },
	{ .name = "subject", .type = &field_template_text, .offset = FIELD_OF(machine, subject), .required = true,
	  .help = "what a run is about: an instance; there is one open run a subject" },
	{ .name = "input", .type = &field_record_map, .offset = FIELD_OF(machine, inputs), .record = &input_record,
	  .help = "what it may be given" },
	{ .name = "env", .type = &field_names, .offset = FIELD_OF(machine, env),
	  .help = "environment variables that expressions may read as env.NAME" },
	{ .name = "environments", .type = &field_environments, .offset = FIELD_OF(machine, environments),
	  .help = "inputs by deployment group: a map from a glob over DEPLOYMENT_GROUP_NAME to inputs" },
	{ .name = "hooks", .type = &field_record_map, .offset = FIELD_OF(machine, hooks), .record = &hook_record,
	  .help = "CodeDeploy lifecycle event -> where that leg must end, and how long it may take" },
	{ .name = "start_at", .type = &field_state, .offset = FIELD_OF(machine, start_at), .required = true,
	  .help = "the first state" },
	{ .name = "catch", .type = &field_record_list, .offset = FIELD_OF(machine, catches), .record = &catcher_record,
	  .help = "what no state of its own catches; never covers a state that restores" },
	{ .name = "states", .type = &field_record_map, .offset = FIELD_OF(machine, states), .required = true,
	  .record = &state_record, .help = "the states, by name" },
	{ .name = "expect", .type = &field_record_list, .offset = FIELD_OF(machine, expects),
	  .record = &expectation_record, .help = "what a rehearsal must find true" },
	{ 0 },
};

/* Each of its own hooks has a goal. */
static void constrain_machine(json_t *definition)
{
	json_t *hooks = json_object_get(json_object_get(definition, "properties"), "hooks");
	json_t *hook = json_incref(json_object_get(hooks, "additionalProperties"));

	json_put(hooks, "additionalProperties",
		 json_made(json_pack("{s:[o, {s:[s]}]}", "allOf", hook, "required", "until")));
}

const struct record machine_record = {
	.name = "a machine",
	.size = sizeof(struct machine),
	.fields = machine_fields,
	.node_member = MEMBER_OF(machine, node),
	.constrain = constrain_machine,
};
