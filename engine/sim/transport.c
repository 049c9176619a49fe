/* Transfers in flight over a simulated world: each arrives after the world's time for an answer. */
#include "config.h"

#include "sim/transport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/agenda.h"
#include "sim/http.h"

enum { HEADERS_MOST = 24 };

struct transfer {
	char *method, *authority, *path, *query;
	char *names[HEADERS_MOST], *values[HEADERS_MOST];
	size_t n_headers;
	char *body;
	size_t body_length;
	size_t max_response_bytes;
	int64_t started_ms, due_ms; /* of the world */
	int64_t total_timeout_ms;
	transfer_done *done;
	void *argument;
};

struct sim_transport {
	struct transport interface;
	struct sim *sim;
	struct sim_http *http;
	struct rows transfers; /* struct transfer *, in the order of their beginning */
};

static struct sim_transport *transport_of(struct transport *interface)
{
	return (struct sim_transport *)(void *)((char *)interface - offsetof(struct sim_transport, interface));
}

static void transfer_free(struct transfer *transfer)
{
	for (size_t i = 0; i < transfer->n_headers; i++) {
		free(transfer->names[i]);
		free(transfer->values[i]);
	}
	free(transfer->method);
	free(transfer->authority);
	free(transfer->path);
	free(transfer->query);
	free(transfer->body);
	free(transfer);
}

static char *copy_part(const char *text, size_t length)
{
	char *copy = memory_new(length + 1, 1);

	memcpy(copy, text, length);
	return copy;
}

/* "http://host:port/path?query" */
static void take_url(struct transfer *transfer, const char *url)
{
	const char *authority = strstr(url, "://");
	size_t length;

	authority = authority ? authority + strlen("://") : url;
	length = strcspn(authority, "/?");
	transfer->authority = copy_part(authority, length);
	url = authority + length;
	length = strcspn(url, "?");
	transfer->path = length ? copy_part(url, length) : memory_copy_text("/");
	transfer->query = memory_copy_text(url[length] ? url + length + 1 : "");
}

static void add_header(struct transfer *transfer, const char *name, const char *value)
{
	if (transfer->n_headers == HEADERS_MOST)
		return;
	transfer->names[transfer->n_headers] = memory_copy_text(name);
	transfer->values[transfer->n_headers++] = memory_copy_text(value);
}

static struct transfer *transfer_new(const struct http_request *request)
{
	struct transfer *transfer = memory_new(1, sizeof(*transfer));

	transfer->method = memory_copy_text(request->method);
	take_url(transfer, request->url);
	add_header(transfer, "Host", transfer->authority);
	for (size_t i = 0; i < request->n_headers; i++)
		add_header(transfer, request->headers[i].name, request->headers[i].value);
	transfer->body = copy_part(request->body ? request->body : "", request->body_length);
	transfer->body_length = request->body_length;
	transfer->max_response_bytes = request->max_response_bytes;
	transfer->total_timeout_ms = request->total_timeout_ms ? request->total_timeout_ms : INT32_MAX;
	return transfer;
}

static void sim_transport_start(struct transport *interface, const struct http_request *request, transfer_done *done,
				void *argument)
{
	struct sim_transport *transport = transport_of(interface);
	struct transfer *transfer = transfer_new(request);

	transfer->started_ms = transport->sim->world.now_ms;
	transfer->due_ms = transfer->started_ms + world_draw(&transport->sim->world, TIMING_ANSWER);
	transfer->done = done;
	transfer->argument = argument;
	*(struct transfer **)rows_add(&transport->transfers) = transfer;
}

/* ---- arrival, and what is heard of it */

static void transfer_arrive(struct sim_transport *transport, const struct transfer *transfer,
			    struct sim_http_answer *answer)
{
	struct http_header headers[HEADERS_MOST];
	const struct sim_http_request request = {
		.method = transfer->method, .path = transfer->path, .query = transfer->query, .headers = headers,
		.n_headers = transfer->n_headers, .body = transfer->body, .body_length = transfer->body_length,
	};

	for (size_t i = 0; i < transfer->n_headers; i++)
		headers[i] = (struct http_header){ transfer->names[i], transfer->values[i] };
	sim_http_answer(transport->http, &request, answer);
}

static void fail_transfer(struct http_response *response, enum transfer_failure failure, bool timed_out,
			  const char *reason)
{
	*response = (struct http_response){ .failure = failure, .timed_out = timed_out, .body = "" };
	snprintf(response->reason, sizeof(response->reason), "%s", reason);
}

static void transfer_deliver(const struct transfer *transfer, struct sim_http_answer *answer)
{
	const struct http_header headers[] = {
		{ "date", answer->date }, { "content-type", answer->content_type },
		{ "x-amzn-requestid", answer->request_id },
	};
	struct http_response response = {
		.failure = TRANSFER_ANSWERED, .status = answer->status, .headers = headers,
		.n_headers = answer->request_id[0] ? 3 : 2, .body = buffer_text(&answer->body),
		.body_length = answer->body.length,
	};

	if (answer->lost)
		fail_transfer(&response, TRANSFER_NO_ANSWER, false, "the connection was reset");
	else if (transfer->due_ms - transfer->started_ms >= transfer->total_timeout_ms)
		fail_transfer(&response, TRANSFER_NO_ANSWER, true, "no answer came in time");
	else if (transfer->max_response_bytes && answer->body.length > transfer->max_response_bytes)
		fail_transfer(&response, TRANSFER_TOO_LARGE, false, "the answer is too large");
	transfer->done(transfer->argument, &response);
}

static size_t first_due(const struct sim_transport *transport)
{
	size_t first = ROW_NONE;

	for (size_t i = 0; i < transport->transfers.count; i++) {
		const struct transfer *transfer = *(struct transfer **)rows_at(&transport->transfers, i);

		if (first == ROW_NONE ||
		    transfer->due_ms < (*(struct transfer **)rows_at(&transport->transfers, first))->due_ms)
			first = i;
	}
	return first;
}

static struct transfer *take_transfer(struct sim_transport *transport, size_t index)
{
	struct rows *rows = &transport->transfers;
	struct transfer *taken = *(struct transfer **)rows_at(rows, index);

	rows->count--;
	if (index < rows->count)
		memmove((struct transfer **)rows->rows + index, (struct transfer **)rows->rows + index + 1,
			(rows->count - index) * sizeof(taken));
	return taken;
}

static int sim_transport_poll(struct transport *interface, int timeout_ms, struct error *err)
{
	struct sim_transport *transport = transport_of(interface);
	struct sim *sim = transport->sim;
	int64_t until_ms = sim->world.now_ms + timeout_ms;
	size_t first = first_due(transport);
	struct sim_http_answer answer;
	struct transfer *transfer;

	if (sim->dead)
		return error_set(err, ERROR_NETWORK, NOWHERE, "the simulated client is dead");
	if (first == ROW_NONE || (*(struct transfer **)rows_at(&transport->transfers, first))->due_ms > until_ms) {
		sim_advance(sim, timeout_ms);
		return 0;
	}
	transfer = take_transfer(transport, first);
	if (transfer->due_ms > sim->world.now_ms)
		sim_advance(sim, transfer->due_ms - sim->world.now_ms);
	transfer_arrive(transport, transfer, &answer);
	if (!sim->dead)
		transfer_deliver(transfer, &answer);
	sim_http_answer_release(&answer);
	transfer_free(transfer);
	return sim->dead ? error_set(err, ERROR_NETWORK, NOWHERE, "the simulated client is dead") : 0;
}

/* What was sent still reaches AWS. */
static void sim_transport_cancel(struct transport *interface)
{
	struct sim_transport *transport = transport_of(interface);

	while (transport->transfers.count) {
		struct transfer *transfer = take_transfer(transport, 0);
		struct sim_http_answer answer;

		transfer_arrive(transport, transfer, &answer);
		sim_http_answer_release(&answer);
		transfer_free(transfer);
	}
}

struct sim_transport *sim_transport_new(struct sim *sim, struct services *services)
{
	struct sim_transport *transport = memory_new(1, sizeof(*transport));

	transport->interface = (struct transport){
		.start = sim_transport_start, .poll = sim_transport_poll, .cancel = sim_transport_cancel
	};
	transport->sim = sim;
	transport->http = sim_http_new(sim, services, NULL);
	transport->transfers = ROWS_OF(struct transfer *);
	return transport;
}

void sim_transport_free(struct sim_transport *transport)
{
	if (!transport)
		return;
	while (transport->transfers.count)
		transfer_free(take_transfer(transport, 0));
	rows_release(&transport->transfers);
	sim_http_free(transport->http);
	free(transport);
}

struct transport *sim_transport_interface(struct sim_transport *transport)
{
	return &transport->interface;
}
