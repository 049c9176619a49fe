/* The format of scenarios as tables of fields. */
#include "config.h"

#include "sim/scenario_file.h"

#include <string.h>

#include "sim/scenario.h"
#include "text/json.h"
#include "text/schema.h"

enum { HOUR_MS = 3600 * 1000 };

/* ---- how long things take: `5s`, or `[2s, 8s]` for any duration between */

static int read_bound(struct reader *reader, const struct node *node, const struct field *field, int64_t *ms)
{
	*ms = node->kind == NODE_SCALAR ? duration_parse(node->text) : -1;
	if (*ms >= 0)
		return 0;
	return diagnostics_error(reader->diagnostics, node->position, NULL,
				 "'%s' must be a duration, or two of them: the shortest and the longest", field->name);
}

static int read_span(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	struct span *span = into;
	bool two = node->kind == NODE_LIST && node->count == 2;

	if (read_bound(reader, two ? node->items[0] : node, field, &span->least_ms) ||
	    read_bound(reader, two ? node->items[1] : node, field, &span->most_ms))
		return -1;
	if (span->least_ms <= span->most_ms)
		return 0;
	return diagnostics_error(reader->diagnostics, node->position, NULL, "'%s' is shortest at its longest",
				 field->name);
}

static json_t *span_schema(const struct field *field)
{
	(void)field;
	return json_made(json_pack("{s:[{s:s}, {s:s, s:{s:s}, s:i, s:i}]}", "anyOf", "type", "string", "type", "array",
				   "items", "type", "string", "minItems", 2, "maxItems", 2));
}

static const struct field_type field_span = { .name = "a duration, or two", .read = read_span, .schema = span_schema };

#define SPAN(name, timing, sentence) \
	{ name, &field_span, FIELD_OF(takes_row, spans) + (timing) * sizeof(struct span), .help = sentence }

static const struct field takes_fields[] = {
	SPAN("answer", TIMING_ANSWER, "a request"),
	SPAN("enter_standby", TIMING_ENTER_STANDBY, "EnteringStandby at least; the drain may be longer"),
	SPAN("launch", TIMING_LAUNCH, "Pending of a new instance"),
	SPAN("exit_standby", TIMING_EXIT_STANDBY, "Pending of an instance that comes back"),
	SPAN("proceed", TIMING_PROCEED, "what follows a lifecycle hook"),
	SPAN("terminate", TIMING_TERMINATE, "Terminating at least; the drain may be longer"),
	SPAN("detach", TIMING_DETACH, "Detaching at least; the drain may be longer"),
	SPAN("register", TIMING_REGISTER, "a registration before the first health check"),
	{ 0 },
};

static int which_takes(struct reader *reader, const struct node *node, void *record)
{
	struct takes_row *takes = record;

	(void)reader;
	for (int i = 0; i < TIMING_COUNT; i++)
		takes->given[i] = node_get(node, timing_names[i]) != NULL;
	return 0;
}

static const struct record takes_record = {
	.name = "durations", .size = sizeof(struct takes_row), .fields = takes_fields, .finish = which_takes
};

/* ---- things */

static const struct field instance_fields[] = {
	{ "zone", &field_text, FIELD_OF(instance_row, zone), .help = "its Availability Zone; eu-west-1a" },
	{ "type", &field_text, FIELD_OF(instance_row, type), .help = "its type; m5.large" },
	{ "state", &field_text, FIELD_OF(instance_row, state), .help = "its lifecycle state; InService" },
	{ "unhealthy", &field_boolean, FIELD_OF(instance_row, is_unhealthy),
	  .help = "its group takes it for Unhealthy" },
	{ "failing", &field_boolean, FIELD_OF(instance_row, failing), .help = "its health checks fail" },
	{ "protected", &field_boolean, FIELD_OF(instance_row, is_protected), .help = "from scale-in" },
	{ "stuck", &field_boolean, FIELD_OF(instance_row, stuck), .help = "it stays in its state, or in the next one" },
	{ "not_in", &field_names, FIELD_OF(instance_row, not_in),
	  .help = "balancers attached to its group that it is not registered with" },
	{ 0 },
};

static const struct record instance_record = {
	.name = "an instance", .size = sizeof(struct instance_row), .fields = instance_fields,
	.node_member = MEMBER_OF(instance_row, node), .key_member = MEMBER_OF(instance_row, key),
};

static const struct field extra_target_fields[] = {
	{ "instance", &field_text, FIELD_OF(extra_target_row, instance), .required = true, .help = "its ID" },
	{ "port", &field_integer, FIELD_OF(extra_target_row, port), .minimum = 1, .maximum = 65535,
	  .help = "where it is not the group's own" },
	{ 0 },
};

static const struct record extra_target_record = {
	.name = "a target", .size = sizeof(struct extra_target_row), .fields = extra_target_fields,
	.node_member = MEMBER_OF(extra_target_row, node),
};

static const struct field target_group_fields[] = {
	{ "port", &field_integer, FIELD_OF(target_group_row, port), .minimum = 1, .maximum = 65535,
	  .help = "the port of targets registered without one; 80" },
	{ "drain", &field_duration, FIELD_OF(target_group_row, drain_ms), .maximum = HOUR_MS,
	  .help = "the deregistration delay; 5m" },
	{ "slow_start", &field_duration, FIELD_OF(target_group_row, slow_start_ms), .maximum = HOUR_MS,
	  .help = "how slowly a new target gets its share" },
	{ "interval", &field_duration, FIELD_OF(target_group_row, interval_ms), .help = "between health checks; 10s" },
	{ "healthy_after", &field_integer, FIELD_OF(target_group_row, healthy_after), .minimum = 1, .maximum = 10,
	  .help = "so many checks; 2" },
	{ "network", &field_boolean, FIELD_OF(target_group_row, network),
	  .help = "of a network load balancer: draining takes two minutes at least" },
	{ "unused", &field_boolean, FIELD_OF(target_group_row, unused), .help = "it has no listener" },
	{ "unchecked", &field_boolean, FIELD_OF(target_group_row, unchecked), .help = "health checks are off" },
	{ "zones", &field_names, FIELD_OF(target_group_row, zones), .help = "those enabled; all" },
	{ "targets", &field_record_list, FIELD_OF(target_group_row, targets), .record = &extra_target_record,
	  .help = "registered beyond those that a group registers" },
	{ 0 },
};

static const struct record target_group_record = {
	.name = "a target group", .size = sizeof(struct target_group_row), .fields = target_group_fields,
	.node_member = MEMBER_OF(target_group_row, node), .key_member = MEMBER_OF(target_group_row, key),
};

static const struct field balancer_fields[] = {
	{ "drain", &field_duration, FIELD_OF(balancer_row, drain_ms), .maximum = HOUR_MS,
	  .help = "connection draining; none" },
	{ "interval", &field_duration, FIELD_OF(balancer_row, interval_ms), .help = "between health checks; 10s" },
	{ "healthy_after", &field_integer, FIELD_OF(balancer_row, healthy_after), .minimum = 1, .maximum = 10,
	  .help = "so many checks; 2" },
	{ "instances", &field_names, FIELD_OF(balancer_row, instances),
	  .help = "registered beyond those that a group registers" },
	{ 0 },
};

static const struct record balancer_record = {
	.name = "a classic load balancer", .size = sizeof(struct balancer_row), .fields = balancer_fields,
	.node_member = MEMBER_OF(balancer_row, node), .key_member = MEMBER_OF(balancer_row, key),
};

static const struct field hook_fields[] = {
	{ "name", &field_text, FIELD_OF(hook_row, name), .required = true, .help = "the hook's name" },
	{ "timeout", &field_duration, FIELD_OF(hook_row, timeout_ms), .required = true,
	  .help = "its heartbeat timeout" },
	{ "abandons", &field_boolean, FIELD_OF(hook_row, abandons), .help = "when it times out; else it continues" },
	{ 0 },
};

static const struct record hook_record = {
	.name = "a lifecycle hook", .size = sizeof(struct hook_row), .fields = hook_fields
};

static const struct field group_fields[] = {
	{ "minimum", &field_integer, FIELD_OF(group_row, minimum), .required = true, .help = "its least size" },
	{ "desired", &field_integer, FIELD_OF(group_row, desired), .required = true, .help = "its size" },
	{ "maximum", &field_integer, FIELD_OF(group_row, maximum), .required = true, .maximum = 10000,
	  .help = "its largest size" },
	{ "grace", &field_duration, FIELD_OF(group_row, grace_ms), .help = "the health check grace period" },
	{ "elb_health", &field_boolean, FIELD_OF(group_row, elb_health),
	  .help = "it replaces what its balancers take for unhealthy" },
	{ "suspended", &field_names, FIELD_OF(group_row, suspended),
	  .help = "processes that an operator has suspended" },
	{ "balancers", &field_names, FIELD_OF(group_row, balancers), .help = "classic load balancers attached to it" },
	{ "target_groups", &field_names, FIELD_OF(group_row, target_groups), .help = "target groups attached to it" },
	{ "zones", &field_names, FIELD_OF(group_row, zones), .help = "its Availability Zones; those of its instances" },
	{ "instances", &field_record_map, FIELD_OF(group_row, instances), .record = &instance_record,
	  .help = "its instances by ID" },
	{ "launching", &field_record, FIELD_OF(group_row, launching), .record = &hook_record,
	  .help = "where new instances wait" },
	{ "terminating", &field_record, FIELD_OF(group_row, terminating), .record = &hook_record,
	  .help = "where instances wait before they end" },
	{ 0 },
};

static int check_group(struct reader *reader, const struct node *node, void *record)
{
	const struct group_row *row = record;

	if (row->minimum <= row->desired && row->desired <= row->maximum)
		return 0;
	return diagnostics_error(reader->diagnostics, node->position, NULL,
				 "group '%s' wants minimum <= desired <= maximum", row->key->text);
}

static const struct record group_record = {
	.name = "a group", .size = sizeof(struct group_row), .fields = group_fields,
	.node_member = MEMBER_OF(group_row, node), .key_member = MEMBER_OF(group_row, key), .finish = check_group,
};

/* ---- what happens */

/* Names of the world's own tables: looked up with everything else, and listed for editors. */
static int read_word(struct reader *reader, const struct node *node, const struct field *field, void *into)
{
	return field_text.read(reader, node, field, into);
}

static json_t *words_schema(const char *(*name)(int kind), int first, int count)
{
	json_t *words = json_made(json_array());

	for (int i = first; i < count; i++)
		json_append(words, json_string(name(i)));
	return json_made(json_pack("{s:o}", "enum", words));
}

static const char *act_word(int kind)
{
	return sim_act_name((enum sim_act_kind)kind);
}

static const char *fault_word(int kind)
{
	return sim_fault_name((enum sim_fault_kind)kind);
}

static json_t *act_schema(const struct field *field)
{
	(void)field;
	return words_schema(act_word, 0, SIM_ACT_COUNT);
}

static json_t *fault_schema(const struct field *field)
{
	(void)field;
	return words_schema(fault_word, SIM_FAULT_NONE + 1, SIM_FAULT_COUNT);
}

static const struct field_type field_act = { .name = "an act", .read = read_word, .schema = act_schema };
static const struct field_type field_fault = { .name = "a fault", .read = read_word, .schema = fault_schema };

static const struct field act_fields[] = {
	{ "after", &field_duration, FIELD_OF(act_file_row, after_ms), .help = "from the start" },
	{ "before_request", &field_integer, FIELD_OF(act_file_row, before_request), .minimum = 1, .maximum = 1000000,
	  .help = "just before the request of this number takes effect, in place of 'after'" },
	{ "act", &field_act, FIELD_OF(act_file_row, act), .required = true, .help = "what is done" },
	{ "group", &field_text, FIELD_OF(act_file_row, group), .help = "to which group" },
	{ "instance", &field_text, FIELD_OF(act_file_row, instance), .help = "to which instance" },
	{ "process", &field_text, FIELD_OF(act_file_row, process), .help = "which process of the group" },
	{ "target_group", &field_text, FIELD_OF(act_file_row, target_group), .help = "in which target group" },
	{ "balancer", &field_text, FIELD_OF(act_file_row, balancer), .help = "in which classic load balancer" },
	{ "value", &field_integer, FIELD_OF(act_file_row, value), .help = "a size, or by how much it changes" },
	{ 0 },
};

static const struct record act_record = {
	.name = "an act", .size = sizeof(struct act_file_row), .fields = act_fields,
	.node_member = MEMBER_OF(act_file_row, node),
};

static const struct field fault_fields[] = {
	{ "request", &field_integer, FIELD_OF(fault_file_row, request), .required = true, .minimum = 1,
	  .maximum = 1000000, .help = "the number of the request that meets it" },
	{ "fault", &field_fault, FIELD_OF(fault_file_row, fault), .required = true, .help = "what goes wrong" },
	{ "by", &field_duration, FIELD_OF(fault_file_row, ms), .help = "how late, or how stale" },
	{ 0 },
};

static const struct record fault_record = {
	.name = "a fault", .size = sizeof(struct fault_file_row), .fields = fault_fields,
	.node_member = MEMBER_OF(fault_file_row, node),
};

static const struct field application_fields[] = {
	{ "up_after", &field_duration, FIELD_OF(application_row, up_after_ms),
	  .help = "so long after it is first asked, its checks hold; at once" },
	{ "never_up", &field_boolean, FIELD_OF(application_row, never_up), .help = "they never do" },
	{ 0 },
};

static const struct record application_record = {
	.name = "an application", .size = sizeof(struct application_row), .fields = application_fields
};

static const struct field scenario_fields[] = {
	{ "scenario", &field_name, FIELD_OF(scenario_row, name), .required = true, .help = "its name" },
	{ "comment", &field_text, FIELD_OF(scenario_row, comment), .help = "what it is about" },
	{ "region", &field_text, FIELD_OF(scenario_row, region), .help = "eu-west-1" },
	{ "account", &field_text, FIELD_OF(scenario_row, account), .help = "111122223333" },
	{ "self", &field_text, FIELD_OF(scenario_row, self), .help = "the instance on which the client runs" },
	{ "target_groups", &field_record_map, FIELD_OF(scenario_row, target_groups), .record = &target_group_record,
	  .help = "target groups by name" },
	{ "balancers", &field_record_map, FIELD_OF(scenario_row, balancers), .record = &balancer_record,
	  .help = "classic load balancers by name" },
	{ "groups", &field_record_map, FIELD_OF(scenario_row, groups), .record = &group_record,
	  .help = "Auto Scaling groups by name" },
	{ "instances", &field_record_map, FIELD_OF(scenario_row, instances), .record = &instance_record,
	  .help = "instances of no group by ID" },
	{ "application", &field_record, FIELD_OF(scenario_row, application), .record = &application_record,
	  .help = "what local checks of `self` find; they fail, too, where its health checks do" },
	{ "takes", &field_record, FIELD_OF(scenario_row, takes), .record = &takes_record,
	  .help = "how long things take" },
	{ "others", &field_record_list, FIELD_OF(scenario_row, others), .record = &act_record,
	  .help = "what others do meanwhile" },
	{ "faults", &field_record_list, FIELD_OF(scenario_row, faults), .record = &fault_record,
	  .help = "which requests go wrong" },
	{ 0 },
};

const struct record scenario_record = {
	.name = "a scenario", .size = sizeof(struct scenario_row), .fields = scenario_fields,
	.node_member = MEMBER_OF(scenario_row, node),
};

void scenario_add_schema(struct buffer *text)
{
	schema_add_text(text, schema_of(&scenario_record, "tidegate scenario",
					"https://tidegate.invalid/schemas/scenario.schema.json"));
}
