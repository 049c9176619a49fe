/* The list of calls in flight, the one wait for all of them, and the delivery of what is done. What a call does next is
 * decided in aws/flight.c. */
#include "config.h"

#include "aws/client.h"

#include <limits.h>
#include <stdlib.h>

#include "aws/flight.h"
#include "base/memory.h"
#include "text/json.h"

enum { CONNECT_TIMEOUT_MS = 5000, TOTAL_TIMEOUT_MS = 30000 };

struct aws_client {
	struct executor executor; /* first: one is cast to the other */
	struct client_clock {
		struct clock clock;
		struct flight_control *control;
	} clock;
	struct flight_control control;
	struct flight *flights; /* in the order of their start */
	json_t *facts;
};

static struct aws_client *client_of(struct executor *executor)
{
	return (struct aws_client *)executor;
}

static void client_start(struct executor *executor, const struct call *call, call_done *done, void *argument)
{
	struct flight **end = &client_of(executor)->flights;

	while (*end)
		end = &(*end)->next;
	*end = flight_new(&client_of(executor)->control, call, done, argument);
}

static int64_t client_now_ms(const struct aws_client *client)
{
	struct clock *clock = client->control.options.clock;

	return clock->monotonic_ms(clock);
}

static void client_send_due(struct aws_client *client)
{
	int64_t now_ms = client_now_ms(client);

	for (struct flight *flight = client->flights; flight; flight = flight->next)
		if (flight->state == FLIGHT_WAITING && flight->due_ms <= now_ms)
			flight_send(flight);
}

/* How long nothing is to be done but to wait for answers: 0 where something is done already. */
static int client_idle_ms(const struct aws_client *client, int64_t until_ms)
{
	int64_t idle_ms;

	for (const struct flight *flight = client->flights; flight; flight = flight->next) {
		if (flight->state == FLIGHT_DONE)
			return 0;
		if (flight->state == FLIGHT_WAITING && flight->due_ms < until_ms)
			until_ms = flight->due_ms;
	}
	idle_ms = until_ms - client_now_ms(client);
	if (idle_ms < 0)
		return 0;
	return idle_ms < INT_MAX ? (int)idle_ms : INT_MAX;
}

static struct flight *client_take_done(struct aws_client *client)
{
	struct flight **at = &client->flights, *flight;

	while (*at && (*at)->state != FLIGHT_DONE)
		at = &(*at)->next;
	flight = *at;
	if (flight)
		*at = flight->next;
	return flight;
}

/* A flight is off the list before its `done` is called, which may start other calls or cancel them all. */
static void client_deliver(struct aws_client *client)
{
	struct flight *flight;

	while ((flight = client_take_done(client))) {
		flight_deliver(flight);
		flight_free(flight);
	}
}

static int client_poll(struct executor *executor, int64_t until_ms, struct error *err)
{
	struct aws_client *client = client_of(executor);
	struct transport *transport = client->control.options.transport;

	client_send_due(client);
	if (transport->poll(transport, client_idle_ms(client, until_ms), err) != 0)
		return -1;
	client_deliver(client);
	return 0;
}

static json_t *client_metadata(struct executor *executor, const char *name, struct error *err)
{
	struct aws_client *client = client_of(executor);
	const struct aws_client_options *options = &client->control.options;
	json_t *fact = json_incref(json_object_get(client->facts, name));

	if (fact)
		return fact;
	if (!options->metadata) {
		error_set(err, ERROR_NETWORK, NOWHERE,
			  "'%s' of this machine is not known: instance metadata is not asked", name);
		return NULL;
	}
	fact = options->metadata(options->metadata_argument, name, err);
	if (fact)
		json_put(client->facts, name, json_incref(fact));
	return fact;
}

static void client_cancel(struct executor *executor)
{
	struct aws_client *client = client_of(executor);
	struct transport *transport = client->control.options.transport;

	transport->cancel(transport);
	while (client->flights) {
		struct flight *flight = client->flights;

		client->flights = flight->next;
		flight_free(flight);
	}
}

static struct flight_control *control_of(struct clock *clock)
{
	return ((struct client_clock *)clock)->control;
}

static int64_t client_clock_monotonic_ms(struct clock *clock)
{
	struct clock *given = control_of(clock)->options.clock;

	return given->monotonic_ms(given);
}

static int64_t client_clock_wall_ms(struct clock *clock)
{
	return flight_control_wall_ms(control_of(clock));
}

static const char *client_clock_boot_id(struct clock *clock)
{
	struct clock *given = control_of(clock)->options.clock;

	return given->boot_id(given);
}

struct aws_client *aws_client_new(const struct aws_client_options *options)
{
	struct aws_client *client = memory_new(1, sizeof(*client));
	struct aws_client_options *own = &client->control.options;

	*own = *options;
	own->connect_timeout_ms = own->connect_timeout_ms ? own->connect_timeout_ms : CONNECT_TIMEOUT_MS;
	own->total_timeout_ms = own->total_timeout_ms ? own->total_timeout_ms : TOTAL_TIMEOUT_MS;
	retry_quota_init(&client->control.quota, own->retry_rules ? own->retry_rules : &retry_sets[RETRY_2026]);
	client->executor = (struct executor){
		.start = client_start, .poll = client_poll, .metadata = client_metadata, .cancel = client_cancel
	};
	client->clock.clock = (struct clock){ client_clock_monotonic_ms, client_clock_wall_ms, client_clock_boot_id };
	client->clock.control = &client->control;
	client->facts = json_made(json_object());
	return client;
}

void aws_client_free(struct aws_client *client)
{
	if (!client)
		return;
	client_cancel(&client->executor);
	json_decref(client->facts);
	free(client);
}

struct executor *aws_client_executor(struct aws_client *client)
{
	return &client->executor;
}

struct clock *aws_client_clock(struct aws_client *client)
{
	return &client->clock.clock;
}
