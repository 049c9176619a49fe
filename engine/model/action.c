/* The tables that describe an action and an observation. Names of operations and of other actions are resolved by the
 * catalogue. */
#include "config.h"

#include "model/action.h"

#include <string.h>

static int read_reference(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	if (node->kind != NODE_SCALAR)
		return diagnostics_error(reader->diagnostics, node->position, NULL, "'%s' must be a name, not %s",
					 field->name, node_kind_name(node));
	*(const struct node **)into = node;
	return 0;
}

static json_t *reference_schema(const struct field *field)
{
	(void)field;
	return json_pack("{s:s}", "type", "string");
}

const struct field_type field_reference = {
	.name = "a name",
	.read = read_reference,
	.schema = reference_schema,
};

static int read_named_expressions(struct reader *reader, const struct node *node, const struct field *field,
				  void *into)
{
	struct named_expressions *made = into;
	int result = 0;

	if (node->kind != NODE_MAP)
		return diagnostics_error(reader->diagnostics, node->position, NULL, "'%s' must be a map, not %s",
					 field->name, node_kind_name(node));
	made->count = node->count;
	made->rows = ARENA_ARRAY(reader->arena, struct named_expression, node->count);
	for (size_t i = 0; i < node->count; i++) {
		made->rows[i].key = node->keys[i];
		if (field_expression.read(reader, node->items[i], field, &made->rows[i].expression) != 0)
			result = -1;
	}
	return result;
}

static json_t *named_expressions_schema(const struct field *field)
{
	(void)field;
	return json_pack("{s:s, s:{s:[s,s,s]}}", "type", "object", "additionalProperties", "type", "string", "number",
			 "boolean");
}

static const struct field_type field_named_expressions = {
	.name = "a map of expressions",
	.read = read_named_expressions,
	.schema = named_expressions_schema,
};

static int read_failure(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	enum failure failure = node->kind == NODE_SCALAR ? failure_by_name(node->text) : FAILURE_COUNT;
	const char *near;

	(void)field;
	if (failure < FAILURE_ANY) {
		*(int *)into = (int)failure;
		return 0;
	}
	if (node->kind != NODE_SCALAR)
		return diagnostics_error(reader->diagnostics, node->position, NULL, "an error must be a name, not %s",
					 node_kind_name(node));
	near = nearest_word(node->text, failure_name_at, NULL);
	return diagnostics_error(reader->diagnostics, node->position,
				 near ? arena_format(reader->arena, "did you mean '%s'?", near) : NULL,
				 "unknown error '%s'", node->text);
}

static const struct field_type field_failure = {
	.name = "an error name",
	.read = read_failure,
	.schema = reference_schema,
};

static int read_fallbacks(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	struct observation_fallbacks *made = into;
	int result = 0;

	if (node->kind != NODE_MAP)
		return diagnostics_error(reader->diagnostics, node->position, NULL, "'%s' must be a map, not %s",
					 field->name, node_kind_name(node));
	made->count = node->count;
	made->rows = ARENA_ARRAY(reader->arena, struct observation_fallback, node->count);
	for (size_t i = 0; i < node->count; i++) {
		made->rows[i].values = template_parse(reader, node->items[i]);
		if (read_failure(reader, node->keys[i], field, &made->rows[i].failure) != 0 || !made->rows[i].values)
			result = -1;
	}
	return result;
}

static json_t *object_schema(const struct field *field)
{
	(void)field;
	return json_pack("{s:s}", "type", "object");
}

static const struct field_type field_fallbacks = {
	.name = "a map from error names to values",
	.read = read_fallbacks,
	.schema = object_schema,
};

static const struct field observation_fields[] = {
	{ .name = "operation",
	  .type = &field_reference,
	  .offset = FIELD_OF(observation, operation_name),
	  .required = true,
	  .help = "the call, as service:Operation; it only reads" },
	{ .name = "with",
	  .type = &field_template,
	  .offset = FIELD_OF(observation, with),
	  .help = "the call's parameters, over input, observed and item" },
	{ .name = "for_each",
	  .type = &field_expression,
	  .offset = FIELD_OF(observation, for_each),
	  .help = "one call for each element of this list, side by side; the element is item, and each value a list" },
	{ .name = "once",
	  .type = &field_boolean,
	  .offset = FIELD_OF(observation, once),
	  .help = "it does not change while a run lasts" },
	{ .name = "take",
	  .type = &field_named_expressions,
	  .offset = FIELD_OF(observation, take),
	  .required = true,
	  .help = "what is kept of the answer, which is @ there; $ is the document" },
	{ .name = "errors",
	  .type = &field_fallbacks,
	  .offset = FIELD_OF(observation, errors),
	  .help = "what it stands for when the call fails in this way" },
	{ 0 },
};

const struct record observation_record = {
	.name = "an observation",
	.size = sizeof(struct observation),
	.fields = observation_fields,
	.key_member = MEMBER_OF(observation, key),
	.node_member = MEMBER_OF(observation, node),
};

static const struct field condition_fields[] = {
	{ .name = "when",
	  .type = &field_expression,
	  .offset = FIELD_OF(action_condition, when),
	  .required = true,
	  .help = "it holds where this is true" },
	{ .name = "error",
	  .type = &field_failure,
	  .offset = FIELD_OF(action_condition, error),
	  .help = "the error it means" },
	{ .name = "because",
	  .type = &field_template_text,
	  .offset = FIELD_OF(action_condition, because),
	  .help = "the reason, for people" },
	{ 0 },
};

static const struct record condition_record = {
	.name = "a condition",
	.size = sizeof(struct action_condition),
	.fields = condition_fields,
};

static const struct field request_fields[] = {
	{ .name = "operation",
	  .type = &field_reference,
	  .offset = FIELD_OF(action_request, operation_name),
	  .required = true,
	  .help = "the one call that changes something, as service:Operation" },
	{ .name = "with",
	  .type = &field_template,
	  .offset = FIELD_OF(action_request, with),
	  .help = "the call's parameters, over input, observed and change" },
	{ 0 },
};

static const struct record request_record = {
	.name = "a request",
	.size = sizeof(struct action_request),
	.fields = request_fields,
};

static const struct field undo_fields[] = {
	{ .name = "action",
	  .type = &field_reference,
	  .offset = FIELD_OF(action_undo, action_name),
	  .required = true,
	  .help = "the action that takes the change back" },
	{ .name = "with",
	  .type = &field_template,
	  .offset = FIELD_OF(action_undo, with),
	  .required = true,
	  .help = "its input, over input, observed and change; kept in the journal at the intent" },
	{ .name = "summary",
	  .type = &field_template_text,
	  .offset = FIELD_OF(action_undo, summary),
	  .help = "what taking it back means, for plans and for who must do it by hand" },
	{ 0 },
};

static const struct record undo_record = {
	.name = "an undo",
	.size = sizeof(struct action_undo),
	.fields = undo_fields,
};

static const struct field adoption_fields[] = {
	{ .name = "when",
	  .type = &field_expression,
	  .offset = FIELD_OF(action_adoption, when),
	  .required = true,
	  .help = "they did: over input, observed and told, what they wrote down (null: nothing)" },
	{ .name = "change",
	  .type = &field_named_expressions,
	  .offset = FIELD_OF(action_adoption, change),
	  .required = true,
	  .help = "what change would have been before they did" },
	{ 0 },
};

static const struct record adoption_record = {
	.name = "an adoption",
	.size = sizeof(struct action_adoption),
	.fields = adoption_fields,
};

static json_t *observe_schema(const struct field *field)
{
	(void)field;
	return json_pack("{s:s}", "type", "array");
}

static int read_observe(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	return field_node.read(reader, node, field, into);
}

static const struct field_type field_observe = {
	.name = "a list of observations",
	.read = read_observe,
	.schema = observe_schema,
};

static const struct field action_fields[] = {
	{ .name = "comment",
	  .type = &field_text,
	  .offset = FIELD_OF(action, comment),
	  .required = true,
	  .help = "one sentence: what it does" },
	{ .name = "summary",
	  .type = &field_template_text,
	  .offset = FIELD_OF(action, summary),
	  .help = "what it would change, for plans and logs; over input, observed and change" },
	{ .name = "now",
	  .type = &field_template_text,
	  .offset = FIELD_OF(action, now),
	  .help = "how what it changes stands at present, for status; over input and observed" },
	{ .name = "input",
	  .type = &field_record_map,
	  .offset = FIELD_OF(action, inputs),
	  .record = &input_record,
	  .help = "what it may be given" },
	{ .name = "resource",
	  .type = &field_template_text,
	  .offset = FIELD_OF(action, resource),
	  .help = "what it changes: the ledger has one entry a resource" },
	{ .name = "observe",
	  .type = &field_observe,
	  .offset = FIELD_OF(action, observe),
	  .help = "observations, by name or in place; each is made when an expression needs it" },
	{ .name = "drift",
	  .type = &field_record_list,
	  .offset = FIELD_OF(action, drift),
	  .record = &condition_record,
	  .help = "ends a restore: others changed it, and it is left alone" },
	{ .name = "refuse",
	  .type = &field_record_list,
	  .offset = FIELD_OF(action, refuse),
	  .record = &condition_record,
	  .help = "an error before anything is changed" },
	{ .name = "change",
	  .type = &field_named_expressions,
	  .offset = FIELD_OF(action, change),
	  .help = "what would be written; held is what this run wrote to the resource before" },
	{ .name = "satisfied",
	  .type = &field_expression,
	  .offset = FIELD_OF(action, satisfied),
	  .help = "true: there is nothing to do" },
	{ .name = "ready",
	  .type = &field_expression,
	  .offset = FIELD_OF(action, ready),
	  .help = "waited for before the request" },
	{ .name = "request",
	  .type = &field_record,
	  .offset = FIELD_OF(action, request),
	  .record = &request_record,
	  .help = "the one operation that changes something" },
	{ .name = "took",
	  .type = &field_expression,
	  .offset = FIELD_OF(action, took),
	  .help = "the request is visible (settled, where not given)" },
	{ .name = "settled",
	  .type = &field_expression,
	  .offset = FIELD_OF(action, settled),
	  .help = "the effect is complete" },
	{ .name = "failed",
	  .type = &field_record_list,
	  .offset = FIELD_OF(action, failed),
	  .record = &condition_record,
	  .help = "the effect will never be complete" },
	{ .name = "deadline",
	  .type = &field_expression,
	  .offset = FIELD_OF(action, deadline),
	  .help = "seconds until it must have settled" },
	{ .name = "progress",
	  .type = &field_expression,
	  .offset = FIELD_OF(action, progress),
	  .help = "what to show while waiting" },
	{ .name = "because",
	  .type = &field_template_text,
	  .offset = FIELD_OF(action, because),
	  .help = "why it has not settled, for people; said where its time runs out" },
	{ .name = "give",
	  .type = &field_named_expressions,
	  .offset = FIELD_OF(action, give),
	  .help = "what later states may read" },
	{ .name = "leaves",
	  .type = &field_boolean,
	  .offset = FIELD_OF(action, leaves),
	  .help = "where it is satisfied, the subject has no traffic" },
	{ .name = "launches",
	  .type = &field_boolean,
	  .offset = FIELD_OF(action, launches),
	  .help = "it has an instance launched, by who chose it; a rehearsal allows one for each time" },
	{ .name = "undo",
	  .type = &field_record,
	  .offset = FIELD_OF(action, undo),
	  .record = &undo_record,
	  .help = "how restore takes the change back" },
	{ .name = "adopt",
	  .type = &field_record,
	  .offset = FIELD_OF(action, adoption),
	  .record = &adoption_record,
	  .help = "how tidegate adopt knows that others did it, and what they changed" },
	{ 0 },
};

static int finish_action(struct reader *reader, const struct node *node, void *record)
{
	const struct action *action = record;

	if (action->request && !action->resource)
		return diagnostics_error(reader->diagnostics, node->position, NULL,
					 "an action with a request lacks 'resource'");
	if (action->request && !action->settled.parsed)
		return diagnostics_error(reader->diagnostics, node->position, NULL,
					 "an action with a request lacks 'settled'");
	if (action->undo && !action->request)
		return diagnostics_error(reader->diagnostics, node->position, NULL,
					 "an action without a request has nothing to undo");
	return 0;
}

const struct record action_record = {
	.name = "an action",
	.size = sizeof(struct action),
	.fields = action_fields,
	.node_member = MEMBER_OF(action, node),
	.finish = finish_action,
};

bool action_is_local(const struct action *action)
{
	bool local = action->n_observations > 0 && !action->request;

	for (size_t i = 0; i < action->n_observations; i++)
		local = local && operation_is_local(action->observations[i]->operation);
	return local;
}
