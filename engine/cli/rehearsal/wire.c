/* A process's way to the simulated AWS over the wire: what it asks is signed and encoded by the client that asks AWS,
 * verified and decoded, and answered in XML; its retries, its pages and its own idea of the time are at work, too. What
 * goes over no wire (local.http) is asked of the world itself. */
#include "config.h"

#include "cli/rehearsal/wire.h"

#include <stddef.h>
#include <stdlib.h>

#include "aws/client.h"
#include "base/memory.h"
#include "sim/http.h"
#include "sim/transport.h"

struct stage_wire {
	struct executor executor;
	struct sim *sim;
	struct arena *arena;
	struct sim_transport *transport;
	struct aws_client *client;
	struct random_source random;
	struct credentials_provider credentials;
	unsigned local, remote; /* calls under way */
};

/* A call under way, and who waits for it. */
struct wire_call {
	unsigned *under_way;
	call_done *done;
	void *argument;
};

static struct stage_wire *wire_of(struct executor *executor)
{
	return (struct stage_wire *)(void *)((char *)executor - offsetof(struct stage_wire, executor));
}

static double half(struct random_source *source)
{
	(void)source;
	return 0.5;
}

static int give_role(struct credentials_provider *provider, int64_t now_ms, bool force_refresh,
		     const struct credentials **credentials, struct error *err)
{
	static char id[] = SIM_ROLE_ACCESS_KEY, secret[] = SIM_ROLE_SECRET_KEY, token[] = SIM_ROLE_TOKEN;
	static const struct credentials role = { id, secret, token, 0 };

	(void)provider;
	(void)now_ms;
	(void)force_refresh;
	(void)err;
	*credentials = &role;
	return 0;
}

/* Any host does: the simulated AWS goes by what a request was signed for. */
static int any_endpoint(void *argument, const char *service, char **url, struct error *err)
{
	(void)argument;
	(void)service;
	(void)err;
	*url = memory_copy_text("https://simulated.example.com");
	return 0;
}

static void wire_done(void *argument, const struct call_result *result)
{
	struct wire_call *call = argument;

	--*call->under_way;
	call->done(call->argument, result);
}

static void wire_start(struct executor *executor, const struct call *call, call_done *done, void *argument)
{
	struct stage_wire *wire = wire_of(executor);
	const bool local = operation_is_local(call->operation);
	struct executor *next = local ? sim_executor(wire->sim) : aws_client_executor(wire->client);
	struct wire_call *waiting = ARENA_NEW(wire->arena, struct wire_call);

	/* The dead ask nothing. */
	if (sim_dead(wire->sim))
		return;
	*waiting = (struct wire_call){ local ? &wire->local : &wire->remote, done, argument };
	++*waiting->under_way;
	next->start(next, call, wire_done, waiting);
}

/* The client would let time pass to its own next answer. */
static int wire_poll(struct executor *executor, int64_t until_ms, struct error *err)
{
	struct stage_wire *wire = wire_of(executor);
	struct executor *next = wire->remote == 0 && wire->local > 0 ? sim_executor(wire->sim)
								     : aws_client_executor(wire->client);

	return next->poll(next, until_ms, err);
}

static json_t *wire_metadata(struct executor *executor, const char *name, struct error *err)
{
	struct executor *world = sim_executor(wire_of(executor)->sim);

	return world->metadata(world, name, err);
}

static void wire_cancel(struct executor *executor)
{
	struct stage_wire *wire = wire_of(executor);
	struct executor *const both[] = { sim_executor(wire->sim), aws_client_executor(wire->client) };

	for (size_t i = 0; i < ARRAY_LENGTH(both); i++)
		both[i]->cancel(both[i]);
	wire->local = wire->remote = 0;
}

struct stage_wire *stage_wire_new(struct sim *sim, struct services *services, struct arena *arena)
{
	struct stage_wire *wire = memory_new(1, sizeof(*wire));

	wire->executor = (struct executor){
		.start = wire_start, .poll = wire_poll, .metadata = wire_metadata, .cancel = wire_cancel
	};
	wire->sim = sim;
	wire->arena = arena;
	wire->random.fraction = half;
	wire->credentials.get = give_role;
	wire->transport = sim_transport_new(sim, services);
	wire->client = aws_client_new(&(struct aws_client_options){
		.transport = sim_transport_interface(wire->transport),
		.clock = sim_clock(sim),
		.random = &wire->random,
		.credentials = &wire->credentials,
		.region = sim_region(sim),
		.endpoint_url = any_endpoint,
		.user_agent = PACKAGE_NAME,
	});
	return wire;
}

void stage_wire_free(struct stage_wire *wire)
{
	if (!wire)
		return;
	aws_client_free(wire->client);
	sim_transport_free(wire->transport);
	free(wire);
}

unsigned stage_wire_under_way(const struct stage_wire *wire)
{
	return wire->remote;
}

struct executor *stage_wire_executor(struct stage_wire *wire)
{
	return &wire->executor;
}

struct clock *stage_wire_clock(struct stage_wire *wire)
{
	return aws_client_clock(wire->client);
}
