#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "model/catalogue.h"
#include "text/yaml.h"

struct fixture {
	struct arena *arena;
	struct diagnostics diagnostics;
	struct reader reader;
	struct catalogue *catalogue;
};

static void fixture_init(struct fixture *fixture)
{
	*fixture = (struct fixture){ .arena = arena_new() };
	fixture->reader = (struct reader){ .arena = fixture->arena, .diagnostics = &fixture->diagnostics };
	fixture->catalogue = catalogue_load(&fixture->reader);
}

static void fixture_release(struct fixture *fixture)
{
	diagnostics_release(&fixture->diagnostics);
	arena_free(fixture->arena);
}

static const char *fixture_faults(const struct fixture *fixture, struct buffer *text)
{
	diagnostics_print(&fixture->diagnostics, text);
	return buffer_text(text);
}

static void every_action_of_the_catalogue_stands(void **state)
{
	struct buffer text = BUFFER_INIT;
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	assert_non_null(fixture.catalogue);
	if (catalogue_use_all(fixture.catalogue, &fixture.reader) != 0)
		fail_msg("%s", fixture_faults(&fixture, &text));
	for (size_t i = 0; catalogue_action_name(fixture.catalogue, i); i++)
		action_check(&fixture.reader,
			     catalogue_action(fixture.catalogue, catalogue_action_name(fixture.catalogue, i)));
	assert_string_equal(fixture_faults(&fixture, &text), "");
	buffer_release(&text);
	fixture_release(&fixture);
}

static json_t *definition_of(const struct catalogue *catalogue, const struct action *const *used)
{
	struct buffer text = BUFFER_INIT;
	json_t *json;

	catalogue_definition(catalogue, used, 1, &text);
	json = json_loads(text.bytes, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(json);
	buffer_release(&text);
	return json;
}

static void a_definition_makes_an_equal_catalogue(void **state)
{
	struct fixture fixture;
	const struct action *used[1];
	struct source source = { .name = "journal", .text = "", .length = 0 };
	json_t *definition, *again;
	struct catalogue *made;

	(void)state;
	fixture_init(&fixture);
	used[0] = catalogue_use(fixture.catalogue, &fixture.reader, "autoscaling.make_room");
	assert_non_null(used[0]);
	definition = definition_of(fixture.catalogue, used);
	made = catalogue_from_definition(&fixture.reader, &source, definition);
	assert_non_null(made);
	assert_non_null(catalogue_action(made, "autoscaling.raise_minimum"));
	assert_null(catalogue_action(made, "autoscaling.enter_standby"));
	used[0] = catalogue_use(made, &fixture.reader, "autoscaling.make_room");
	again = definition_of(made, used);
	assert_true(json_equal(definition, again));
	json_decref(definition);
	json_decref(again);
	fixture_release(&fixture);
}

static void a_definition_with_a_list_for_a_map_is_refused(void **state)
{
	static const char *const parts[] = { "observations", "actions" };
	struct source source = { .name = "journal", .text = "", .length = 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(parts); i++) {
		json_t *json = json_pack("{s:{s:{s:[]}, s:[]}, s:[s]}", "operations", "common", "errors", "services",
					 parts[i], "group");
		struct fixture fixture;

		fixture_init(&fixture);
		assert_null(catalogue_from_definition(&fixture.reader, &source, json));
		assert_int_equal(fixture.diagnostics.count, 1);
		assert_non_null(strstr(fixture.diagnostics.rows[0].message, "must be a map, not a list"));
		fixture_release(&fixture);
		json_decref(json);
	}
}

static const struct {
	const char *action;
	enum action_need need;
	const char *observations; /* by name, in the action's order */
} needs[] = {
	{ "autoscaling.suspend_processes", NEED_DECIDE, "group" },
	{ "autoscaling.suspend_processes", NEED_DEADLINE, "" },
	{ "autoscaling.exit_standby", NEED_SETTLE, "group" },
	{ "autoscaling.exit_standby", NEED_DEADLINE, "group delays drains" },
	{ "autoscaling.exit_standby", NEED_GIVE, "" },
	{ "elb.wait_drained", NEED_TOOK, "health_in" },
};

/* One that is written in place has no name but that of what it takes. */
static const char *name_of(const struct observation *observation)
{
	return observation->key ? observation->key->text : observation->take.rows[0].key->text;
}

/* An observation that is asked for each element of another needs that one, too. */
static void an_action_knows_what_it_needs_observed_for_what(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	for (size_t i = 0; i < ARRAY_LENGTH(needs); i++) {
		const struct action *action = catalogue_use(fixture.catalogue, &fixture.reader, needs[i].action);
		struct buffer text = BUFFER_INIT;

		for (size_t k = 0; k < action->n_observations; k++)
			if (action->needs[needs[i].need] & UINT64_C(1) << k)
				buffer_add_format(&text, "%s%s", text.length ? " " : "",
						  name_of(action->observations[k]));
		assert_string_equal(buffer_text(&text), needs[i].observations);
		buffer_release(&text);
	}
	fixture_release(&fixture);
}

/* The group's observation takes eleven values. */
static const struct {
	const char *action;
	const char *taken; /* of its first observation */
} takings[] = {
	{ "autoscaling.suspend_processes", "name suspended " },
	{ "autoscaling.make_room", "name minimum desired state out " },
	{ "autoscaling.look", "found " },
};

static void of_an_observation_an_action_takes_what_it_reads(void **state)
{
	struct buffer text = BUFFER_INIT;
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	for (size_t i = 0; i < ARRAY_LENGTH(takings); i++) {
		const struct action *action = catalogue_use(fixture.catalogue, &fixture.reader, takings[i].action);

		buffer_clear(&text);
		for (size_t k = 0; k < action->taken[0].count; k++)
			buffer_add_format(&text, "%s ", action->taken[0].rows[k].key->text);
		assert_string_equal(buffer_text(&text), takings[i].taken);
	}
	buffer_release(&text);
	fixture_release(&fixture);
}

static const struct {
	const char *text;
	const char *faults;
} faulty[] = {
	{ "actions:\n  x.y: {comment: c, observe: [grup], settled: '`true`'}\n",
	  "f.yaml:2:31: error: unknown observation 'grup'\n"
	  "    2 |   x.y: {comment: c, observe: [grup], settled: '`true`'}\n"
	  "      |                               ^~~~ did you mean 'group'?\n1 error\n" },
	{ "actions:\n  x.y:\n    comment: c\n    request: {operation: 'autoscaling:EnterStandby'}\n    settled: a\n",
	  "f.yaml:3:5: error: an action with a request lacks 'resource'\n"
	  "    3 |     comment: c\n"
	  "      |     ^\n1 error\n" },
	{ "actions:\n  x.y:\n    comment: c\n    resource: r\n    settled: a\n"
	  "    request: {operation: 'autoscaling:DescribeAutoScalingGroups'}\n",
	  "f.yaml:6:26: error: a request changes something: 'autoscaling:DescribeAutoScalingGroups' only reads\n"
	  "    6 |     request: {operation: 'autoscaling:DescribeAutoScalingGroups'}\n"
	  "      |                          ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n1 error\n" },
	{ "actions:\n  x.y:\n    comment: c\n    observe: [{operation: 'autoscaling:EnterStandby', take: {a: b}}]\n",
	  "f.yaml:4:27: error: an observation only reads: 'autoscaling:EnterStandby' changes something\n"
	  "    4 |     observe: [{operation: 'autoscaling:EnterStandby', take: {a: b}}]\n"
	  "      |                           ^~~~~~~~~~~~~~~~~~~~~~~~~~\n1 error\n" },
	{ "actions:\n  x.y:\n    comment: c\n    input: {group: {type: string}}\n    resource: '${input.grup}'\n"
	  "    observe: [group]\n    change: {own: observed.suspnded}\n    settled: states.A.b || null\n"
	  "    request:\n"
	  "      operation: 'autoscaling:SuspendProcesses'\n"
	  "      with: {ScalingProceses: '${change.onw}'}\n"
	  "    undo:\n"
	  "      action: autoscaling.resume_processes\n"
	  "      with: {gruop: '${input.group}', processes: 7}\n",
	  "f.yaml:5:18: error: this action has no input 'grup'\n"
	  "    5 |     resource: '${input.grup}'\n"
	  "      |                  ^~~~~~~~~~ did you mean 'group'?\n"
	  "f.yaml:7:19: error: no observation of this action takes 'suspnded'\n"
	  "    7 |     change: {own: observed.suspnded}\n"
	  "      |                   ^~~~~~~~~~~~~~~~~ did you mean 'suspended'?\n"
	  "f.yaml:8:14: error: unknown name 'states' in an action\n"
	  "    8 |     settled: states.A.b || null\n"
	  "      |              ^~~~~~~~~~\n"
	  "f.yaml:8:28: error: unknown name 'null' in an action\n"
	  "    8 |     settled: states.A.b || null\n"
	  "      |                            ^~~~ write `null` in backquotes\n"
	  "f.yaml:11:13: error: SuspendProcesses lacks its member 'AutoScalingGroupName'\n"
	  "   11 |       with: {ScalingProceses: '${change.onw}'}\n"
	  "      |             ^\n"
	  "f.yaml:11:14: error: SuspendProcesses has no member 'ScalingProceses'\n"
	  "   11 |       with: {ScalingProceses: '${change.onw}'}\n"
	  "      |              ^~~~~~~~~~~~~~~ did you mean 'ScalingProcesses'?\n"
	  "f.yaml:11:34: error: 'change' of this action has no 'onw'\n"
	  "   11 |       with: {ScalingProceses: '${change.onw}'}\n"
	  "      |                                  ^~~~~~~~~~ did you mean 'own'?\n"
	  "f.yaml:14:13: error: autoscaling.resume_processes lacks its input 'group'\n"
	  "   14 |       with: {gruop: '${input.group}', processes: 7}\n"
	  "      |             ^\n"
	  "f.yaml:14:14: error: autoscaling.resume_processes has no input 'gruop'\n"
	  "   14 |       with: {gruop: '${input.group}', processes: 7}\n"
	  "      |              ^~~~~ did you mean 'group'?\n"
	  "f.yaml:14:50: error: 'processes' must be a list\n"
	  "   14 |       with: {gruop: '${input.group}', processes: 7}\n"
	  "      |                                                  ^\n10 errors\n" },
	{ "actions:\n  x.y:\n    comment: c\n    observe:\n"
	  "      - operation: 'autoscaling:DescribeAutoScalingGroups'\n"
	  "        take:\n"
	  "          a: AutoscalingGroups[0].MinSize\n"
	  "          b: AutoScalingGroups[].Instances[?InstanceID == $.input.id].LifecycleState\n"
	  "          c: AutoScalingGroups.MinSize\n"
	  "          d: \"sort_by(AutoScalingGroups, &MinSise)[0].Any\"\n"
	  "          e: AutoScalingGroups[0].MinSize.Value\n"
	  "          f: \"{n: AutoScalingGroups[*].Tags[] | [0].Key, o: NextTokn, p: NextToken || 'none'}.q\"\n"
	  "    settled: observed.a\n",
	  "f.yaml:7:14: error: the answer of DescribeAutoScalingGroups has no 'AutoscalingGroups' there\n"
	  "    7 |           a: AutoscalingGroups[0].MinSize\n"
	  "      |              ^~~~~~~~~~~~~~~~~ did you mean 'AutoScalingGroups'?\n"
	  "f.yaml:8:45: error: the answer of DescribeAutoScalingGroups has no 'InstanceID' there\n"
	  "    8 |           b: AutoScalingGroups[].Instances[?InstanceID == $.input.id].LifecycleState\n"
	  "      |                                             ^~~~~~~~~~ did you mean 'InstanceId'?\n"
	  "f.yaml:9:32: error: 'MinSize' is read of a list\n"
	  "    9 |           c: AutoScalingGroups.MinSize\n"
	  "      |                                ^~~~~~~ [] before it goes over the elements, [0] takes the first\n"
	  "f.yaml:10:43: error: the answer of DescribeAutoScalingGroups has no 'MinSise' there\n"
	  "   10 |           d: \"sort_by(AutoScalingGroups, &MinSise)[0].Any\"\n"
	  "      |                                           ^~~~~~~ did you mean 'MinSize'?\n"
	  "f.yaml:11:43: error: 'Value' is read of a whole number\n"
	  "   11 |           e: AutoScalingGroups[0].MinSize.Value\n"
	  "      |                                           ^~~~~\n"
	  "f.yaml:12:61: error: the answer of DescribeAutoScalingGroups has no 'NextTokn' there\n"
	  "   12 |           f: \"{n: AutoScalingGroups[*].Tags[] | [0].Key, o: NextTokn, p: NextToken || 'none'}.q\"\n"
	  "      |                                                             ^~~~~~~~ did you mean 'NextToken'?\n"
	  "6 errors\n" },
};

static void a_faulty_action_is_told_in_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(faulty) / sizeof(faulty[0]); i++) {
		struct source source = { .name = "f.yaml", .text = faulty[i].text, .length = strlen(faulty[i].text) };
		struct buffer text = BUFFER_INIT;
		struct fixture fixture;
		const struct node *node;

		fixture_init(&fixture);
		node = yaml_parse(fixture.arena, &source, &fixture.diagnostics);
		if (node && catalogue_add(fixture.catalogue, &fixture.reader, node) == 0)
			catalogue_use(fixture.catalogue, &fixture.reader, "x.y");
		assert_string_equal(fixture_faults(&fixture, &text), faulty[i].faults);
		buffer_release(&text);
		fixture_release(&fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_action_of_the_catalogue_stands),
		cmocka_unit_test(a_definition_makes_an_equal_catalogue),
		cmocka_unit_test(a_definition_with_a_list_for_a_map_is_refused),
		cmocka_unit_test(an_action_knows_what_it_needs_observed_for_what),
		cmocka_unit_test(of_an_observation_an_action_takes_what_it_reads),
		cmocka_unit_test(a_faulty_action_is_told_in_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
