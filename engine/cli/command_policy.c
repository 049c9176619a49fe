/* What the role of an instance must be allowed so that a machine can run; needs no network. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "aws/endpoint.h"
#include "cli/command.h"
#include "model/policy.h"
#include "text/json.h"

static json_t *find_inputs(struct session *session, const struct machine *machine, struct error *err)
{
	const struct configuration *configuration = session_configuration_for(session, machine, err);
	json_t *hook = session_hook(session, NULL), *known = NULL;
	const struct inputs_request request = {
		.machine = machine,
		.given = &session->options.of[OPTION_INPUT],
		.environment = session->environment,
		.deployment_group = json_string_value(json_object_get(hook, "deployment_group_name")),
		.configuration = configuration,
		.hook = hook,
	};

	if (configuration)
		known = inputs_known(&request, err);
	json_decref(hook);
	return known;
}

static int find_place(struct session *session, struct policy_place *place, struct error *err)
{
	const struct partitions *partitions = partitions_embedded(session->arena, err);

	if (!partitions)
		return -1;
	place->region = options_get(&session->options, OPTION_REGION);
	place->partition = place->region ? partitions_name_of(partitions, place->region) : "aws";
	return 0;
}

/* The document to standard output, so that it can be piped on; what a person should know beside it. */
static void print_policy(struct session *session, const struct policy *policy)
{
	char *dumped = json_text(policy->document, JSON_INDENT(2));
	size_t i;
	json_t *note;

	puts(dumped ? dumped : "");
	free(dumped);
	report_flush(&session->report);
	json_array_foreach (policy->notes, i, note) {
		struct error said = ERROR_INIT;

		error_set(&said, ERROR_NONE, NOWHERE, "%s", json_string_value(note));
		report_error(&session->report, &said);
	}
}

static int run_policy(struct session *session)
{
	const struct machine *machine = session_machine(session, session->options.operands[0]);
	struct error err = ERROR_INIT;
	struct policy_place place;
	struct policy policy;
	json_t *known;

	if (!machine)
		return EXIT_USAGE;
	known = find_inputs(session, machine, &err);
	if (!known || find_place(session, &place, &err) != 0) {
		json_decref(known);
		return err.kind == ERROR_NONE ? EXIT_USAGE : session_fail(session, &err);
	}
	policy_make(&policy, machine, &place, known);
	print_policy(session, &policy);
	policy_release(&policy);
	json_decref(known);
	return EXIT_REACHED;
}

const struct command command_policy = {
	.name = "policy",
	.help = "Shows the least IAM policy that a machine needs.",
	.operands = "MACHINE",
	.least = 1,
	.most = 1,
	.options = OPTIONS_MACHINE | OPTION_BIT(OPTION_REGION),
	.more = "Resources that inputs name are named in it: give them with -i. With --region it\n"
		"holds in that region only. What stays wider than it might be is said beside it.\n",
	.run = run_policy,
};
