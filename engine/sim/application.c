/* The application on the machine that the simulated client runs on, as far as checks of that machine see it: up or not.
 * No server is asked and no command is run. */
#include "config.h"

#include "sim/request.h"

#include "text/json.h"

static bool is_up(struct world *world)
{
	struct application *application = &world->application;
	bool failing = world->self != ROW_NONE && instance_at(world, world->self)->failing;

	if (!application->asked)
		application->asked_ms = world->now_ms;
	application->asked = true;
	return !application->never_up && !failing && world->now_ms >= application->asked_ms + application->up_after_ms;
}

static void answer(struct request *request, bool holds, int status, json_t *reason)
{
	json_put(request->output, "Holds", json_boolean(holds));
	json_put(request->output, "Reason", reason);
	json_put(request->output, "Status", json_integer(status));
}

static int ask_server(struct request *request)
{
	const char *method = input_text(request, "Method");
	bool up = is_up(&request->sim->world);
	int status = up ? 200 : 503;

	answer(request, up, status,
	       json_sprintf("%s %s answered %d", method ? method : "GET", input_text(request, "Url"), status));
	return 0;
}

static int run_command(struct request *request)
{
	const char *program = json_string_value(json_array_get(input_list(request, "Command"), 0));
	bool up = is_up(&request->sim->world);

	answer(request, up, !up,
	       json_sprintf("%s ended with status %d", program ? program : "the line for the shell", (int)!up));
	return 0;
}

const struct sim_operation local_operations[] = {
	{ "local", "Http", true, ask_server, { 0 } },
	{ "local", "Command", true, run_command, { 0 } },
	{ 0 },
};
