/* The simulated AWS on a port of this machine, until it is told to stop. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/command.h"
#include "cli/process.h"
#include "sim/http.h"
#include "sim/scenario.h"
#include "sim/server.h"
#include "text/yaml.h"

#define USUAL_SCENARIO "group-of-three"

static void print_ready(void *argument, const char *url)
{
	const struct sim *sim = argument;

	/* The region twice: boto3 knows only the second name, newer clients both. */
	printf("export AWS_ENDPOINT_URL=%s\n"
	       "export AWS_EC2_METADATA_SERVICE_ENDPOINT=%s\n"
	       "export AWS_REGION=%s\n"
	       "export AWS_DEFAULT_REGION=%s\n"
	       "export AWS_ACCESS_KEY_ID=%s\n"
	       "export AWS_SECRET_ACCESS_KEY=%s\n"
	       "# the simulated AWS listens; Ctrl-C ends it\n",
	       url, url, sim_region(sim), sim_region(sim), SIM_ACCESS_KEY, SIM_SECRET_KEY);
	fflush(stdout);
}

/* "ADDRESS:PORT", "[ADDRESS]:PORT" or ":PORT". */
static int read_listen(struct session *session, struct sim_server_options *server, struct error *err)
{
	const char *text = options_get(&session->options, OPTION_LISTEN), *colon = text ? strrchr(text, ':') : NULL;
	size_t length = colon ? (size_t)(colon - text) : 0;
	bool bracketed = length >= 2 && text[0] == '[' && text[length - 1] == ']';
	char *end;
	long port;

	if (!text)
		return 0;
	port = colon && colon[1] ? strtol(colon + 1, &end, 10) : -1;
	if (port < 0 || port > UINT16_MAX || *end)
		return error_set(err, ERROR_USAGE, NOWHERE, "'%s' is no ADDRESS:PORT to listen on", text);
	server->port = (uint16_t)port;
	if (length)
		server->address = arena_copy(session->arena, text + bracketed, length - 2 * bracketed);
	return 0;
}

static int read_speed(struct session *session, struct sim_server_options *server, struct error *err)
{
	const char *text = options_get(&session->options, OPTION_SPEED);
	char *end;

	if (!text)
		return 0;
	server->speed = strtod(text, &end);
	if (end == text || *end || !(server->speed > 0 && server->speed <= 100000))
		return error_set(err, ERROR_USAGE, NOWHERE, "'%s' is no speed: a number above 0, 100000 at most", text);
	return 0;
}

/* Faults of a file are printed, and leave `err` without a kind. */
static struct sim *sim_of_file(struct session *session, const char *path, struct error *err)
{
	struct buffer text = BUFFER_INIT;
	struct source *source = ARENA_NEW(session->arena, struct source);

	if (file_read(path, YAML_MAX_BYTES, &text, err) != 0)
		return NULL;
	*source = (struct source){ path, arena_copy(session->arena, text.bytes, text.length), text.length };
	buffer_release(&text);
	return scenario_sim(source, 1, &session->diagnostics);
}

static struct sim *sim_asked(struct session *session, struct error *err)
{
	const char *name = options_get(&session->options, OPTION_SCENARIO);

	if (name && strchr(name, '.'))
		return sim_of_file(session, name, err);
	return scenario_builtin(name ? name : USUAL_SCENARIO, 1, err);
}

static int fail(struct session *session, const struct error *err)
{
	if (err->kind != ERROR_NONE)
		return session_fail(session, err);
	session_print_diagnostics(session);
	return EXIT_USAGE;
}

static int run_simulate(struct session *session)
{
	struct sim_server_options server = { .clock = clock_system(), .ready = print_ready, .stop = process_stop() };
	struct error err = ERROR_INIT;
	struct sim *sim;
	int result;

	if (read_listen(session, &server, &err) != 0 || read_speed(session, &server, &err) != 0)
		return session_fail(session, &err);
	sim = sim_asked(session, &err);
	if (!sim)
		return fail(session, &err);
	process_catch_stops();
	server.argument = sim;
	result = sim_serve(sim, services_new(session->arena), &server, &err);
	sim_free(sim);
	return result == 0 ? EXIT_REACHED : session_fail(session, &err);
}

const struct command command_simulate = {
	.name = "simulate",
	.help = "Is an AWS of its own on a port of this machine, for any AWS client.",
	.operands = "",
	.options = OPTION_BIT(OPTION_SCENARIO) | OPTION_BIT(OPTION_LISTEN) | OPTION_BIT(OPTION_SPEED),
	.more = "It prints what a shell has to export for a client to find it. It knows Auto\n"
		"Scaling groups, load balancers, target groups and metadata, as strict as AWS;\n"
		"nothing of it is real, and nothing outlives it. It listens on this machine only,\n"
		"unless --listen names another address.\n",
	.run = run_simulate,
};
