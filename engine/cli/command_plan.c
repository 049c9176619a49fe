/* What would change, call by call: the runner itself, with an executor that sends what reads and stops at requests. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli/appspec.h"
#include "cli/command.h"
#include "cli/plan.h"
#include "text/json.h"

/* Keeps the records in place of printing them. */
struct collector {
	struct reporter reporter;
	json_t *records;
};

static void on_record(struct reporter *reporter, const struct history *history, const json_t *record)
{
	(void)history;
	json_append(((struct collector *)reporter)->records, json_deep_copy(record));
}

static void on_waiting(struct reporter *reporter, const struct history *history, const struct waiting *waiting)
{
	(void)reporter;
	(void)history;
	(void)waiting;
}

static void on_note(struct reporter *reporter, const char *sentence)
{
	(void)reporter;
	(void)sentence;
}

static json_t *inputs_json(const struct inputs *inputs)
{
	json_t *made = json_made(json_object()), *value;
	const char *name;

	json_object_foreach(inputs->values, name, value)
		json_put(made, name, json_pack("{s:O, s:O}", "value", value, "from",
					       json_object_get(inputs->sources, name)));
	return made;
}

static json_t *result_json(const struct leg_result *result)
{
	return json_made(json_pack("{s:b, s:s, s:s, s:s, s:s}", "reached", result->status == EXIT_REACHED, "state",
				   result->state, "message", result->message, "failure",
				   failures[result->failure].name ? failures[result->failure].name : "", "code",
				   result->code));
}

/* Where no catch took a failure, only the result tells it. */
static void tell_failure(json_t *plan, const struct leg_result *result)
{
	json_t *legs = json_object_get(plan, "legs"), *leg = json_array_get(legs, json_array_size(legs) - 1);
	json_t *steps = json_object_get(leg, "steps"), *step = json_array_get(steps, json_array_size(steps) - 1);
	const char *state = json_string_value(json_object_get(step, "state"));
	const char *kind = json_string_value(json_object_get(step, "kind"));

	if (result->status == EXIT_REACHED || !state || strcmp(state, result->state) != 0 ||
	    json_object_get(step, "failure") || !kind || strcmp(kind, "end") == 0)
		return;
	json_put(step, "failure", json_string(failures[result->failure].name));
	json_put(step, "message", json_string(result->message));
}

/* Both legs, one after the other: where the first comes to its pause, the second goes on from there. */
static void walk(struct run *run, const struct machine *machine, json_t *hook, const struct collector *collector,
		 json_t *plan, struct leg_result *result)
{
	struct leg leg = { .name = "plan", .hook = hook, .begins = true };
	json_t *legs = json_made(json_array());
	size_t middle;

	run_leg(run, &leg, result);
	middle = json_array_size(collector->records);
	json_append(legs, plan_leg(machine, collector->records, 0, middle));
	if (result->status == EXIT_REACHED && run_history(run)->standing == STANDING_PAUSED) {
		leg = (struct leg){ .name = "plan", .hook = hook, .leaves_paused = true, .passes_pauses = true };
		run_leg(run, &leg, result);
		json_append(legs, plan_leg(machine, collector->records, middle, json_array_size(collector->records)));
	}
	json_put(plan, "legs", legs);
	json_put(plan, "result", result_json(result));
	tell_failure(plan, result);
}

/* ---- whether there is time for it ---- */

struct timing {
	json_t *leg;
	json_t *warnings;
};

static bool leg_has_event(const json_t *leg, const char *event)
{
	size_t i;
	json_t *name;

	json_array_foreach(json_object_get(leg, "hooks"), i, name)
		if (strcmp(json_string_value(name), event) == 0)
			return true;
	return false;
}

static void warn_of_timeout(void *argument, const char *event, int64_t seconds, struct position position)
{
	struct timing *timing = argument;
	json_int_t waits_ms = json_integer_value(json_object_get(timing->leg, "waits_ms"));
	char *sentence;

	if (!leg_has_event(timing->leg, event) || waits_ms <= seconds * 1000)
		return;
	sentence = memory_format("%s:%u:%u: %s has timeout %lld, this leg may wait for %lld", position.source->name,
				 position.line, position.column, event, (long long)seconds,
				 (long long)waits_ms / 1000);
	json_append(timing->warnings, json_string(sentence));
	free(sentence);
}

static void warn_of_at_most(const struct machine *machine, const struct timing *timing)
{
	json_int_t waits_ms = json_integer_value(json_object_get(timing->leg, "waits_ms"));
	char given[DURATION_TEXT_BYTES], needed[DURATION_TEXT_BYTES], *sentence;
	size_t i;
	json_t *name;

	json_array_foreach(json_object_get(timing->leg, "hooks"), i, name) {
		const struct hook *hook = machine_hook(machine, json_string_value(name)), *later;

		if (!hook || !hook->at_most_ms || waits_ms <= hook->at_most_ms)
			continue;
		later = hook->then == HOOK_GOES_ON_LATER ? machine_hook_later(machine, hook) : NULL;
		sentence = memory_format("%s ends after %s, this leg may wait for %s%s%s%s", json_string_value(name),
					 duration_format(hook->at_most_ms, given), duration_format(waits_ms, needed),
					 later ? ": then " : "", later ? later->key->text : "",
					 later ? " goes on with it" : "");
		json_append(timing->warnings, json_string(sentence));
		free(sentence);
	}
}

static void add_warnings(struct session *session, const struct machine *machine, json_t *plan)
{
	struct timing timing = { .warnings = json_made(json_array()) };
	size_t i;

	json_array_foreach(json_object_get(plan, "legs"), i, timing.leg) {
		warn_of_at_most(machine, &timing);
		appspec_find(session->arena, session->options.operands[0], warn_of_timeout, &timing);
	}
	json_put(plan, "warnings", timing.warnings);
}

static json_t *head_json(const struct machine *machine, const struct inputs *inputs, const json_t *about)
{
	struct buffer definition = BUFFER_INIT;
	char fingerprint[9];

	machine_write_definition(machine, &definition);
	machine_fingerprint(definition.bytes, definition.length, fingerprint);
	buffer_release(&definition);
	return json_made(json_pack("{s:i, s:s, s:s, s:s, s:O, s:O, s:o}", "format", 1, "machine", machine->name,
				   "fingerprint", fingerprint, "subject", inputs->subject, "region",
				   json_object_get(about, "region"), "account", json_object_get(about, "account"),
				   "inputs", inputs_json(inputs)));
}

static json_t *make_plan(struct session *session, const struct machine *machine, json_t *hook,
			 const struct inputs *inputs, struct leg_result *result, struct error *err)
{
	struct collector collector = { .reporter = { on_record, on_waiting, on_note } };
	struct run_environment environment;
	json_t *about, *plan;
	struct run *run;

	if (session_run_environment(session, false, &environment, err) != 0)
		return NULL;
	environment.reporter = &collector.reporter;
	collector.records = json_made(json_array());
	about = session_about(session, session->options.operands[0], inputs);
	plan = head_json(machine, inputs, about);
	json_put(about, "subject", json_string(inputs->subject));
	run = run_new(&environment, RUN_PLAN, machine, json_incref(inputs->values), about, err);
	if (run) {
		walk(run, machine, hook, &collector, plan, result);
		add_warnings(session, machine, plan);
	}
	run_free(run);
	json_decref(collector.records);
	if (run)
		return plan;
	json_decref(plan);
	return NULL;
}

static void print_plan(struct session *session, const json_t *plan)
{
	struct buffer page = BUFFER_INIT;
	char *dumped;

	if (options_has(&session->options, OPTION_JSON)) {
		dumped = json_text(plan, JSON_INDENT(2));
		buffer_add_text(&page, dumped ? dumped : "");
		buffer_add_char(&page, '\n');
		free(dumped);
	} else {
		plan_text(plan, &page);
	}
	report_text(&session->report, stdout, buffer_text(&page));
	buffer_release(&page);
}

static int plan_status(const struct session *session, const json_t *plan, const struct leg_result *result)
{
	if (result->status != EXIT_REACHED)
		return EXIT_FAILED;
	if (plan_changes(plan) > 0 && options_has(&session->options, OPTION_EXIT_CODE))
		return EXIT_CHANGES;
	return EXIT_REACHED;
}

static int run_plan(struct session *session)
{
	const struct machine *machine = session_machine(session, session->options.operands[0]);
	const char *event = options_get(&session->options, OPTION_HOOK);
	struct error err = ERROR_INIT;
	struct leg_result result = { 0 };
	struct inputs inputs;
	json_t *hook, *plan = NULL;
	int status;

	if (!machine)
		return EXIT_USAGE;
	if (event && !machine_hook(machine, event)) {
		error_set(&err, ERROR_USAGE, NOWHERE, "'hooks' of %s lack the event '%s'", machine->name, event);
		return session_fail(session, &err);
	}
	hook = session_hook(session, event);
	if (session_inputs(session, machine, hook, &inputs, &err) == 0) {
		plan = make_plan(session, machine, hook, &inputs, &result, &err);
		inputs_release(&inputs);
	}
	json_decref(hook);
	if (!plan)
		return session_fail(session, &err);
	print_plan(session, plan);
	status = plan_status(session, plan, &result);
	json_decref(plan);
	return status;
}

const struct command command_plan = {
	.name = "plan",
	.help = "Says what would change, call by call; only Describe calls are sent.",
	.operands = "MACHINE",
	.least = 1,
	.most = 1,
	.options = OPTIONS_MACHINE | OPTIONS_AWS | OPTION_BIT(OPTION_HOOK) | OPTION_BIT(OPTION_JSON) |
		   OPTION_BIT(OPTION_EXIT_CODE),
	.more = "With --exit-code: 0 where there is nothing to change, 10 where there is.\n",
	.run = run_plan,
};
