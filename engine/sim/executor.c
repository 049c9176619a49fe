/* Requests between their beginning and their answer, and the passing of time while somebody waits for one. */
#include "config.h"

#include "sim/executor.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "sim/request.h"
#include "text/json.h"

static struct sim *sim_of(struct executor *executor)
{
	return (struct sim *)(void *)((char *)executor - offsetof(struct sim, executor));
}

static struct flight *flight_at(struct sim *sim, size_t index)
{
	return rows_at(&sim->flights, index);
}

static size_t flight_free(struct sim *sim)
{
	size_t index = 0;

	while (index < sim->flights.count && flight_at(sim, index)->busy)
		index++;
	if (index == sim->flights.count)
		rows_add(&sim->flights);
	return index;
}

static void flight_end(struct flight *flight)
{
	json_decref(flight->input);
	*flight = (struct flight){ 0 };
}

static bool is_row_of(const struct sim_operation *row, const struct operation *operation)
{
	return strcmp(row->name, operation->name) == 0 && strcmp(row->service, operation->service->name) == 0;
}

static const struct sim_operation *find_row(struct sim *sim, const struct operation *operation)
{
	struct known_operation *known =
		&sim->known_operations[hash_number(0, (uintptr_t)operation) % KNOWN_OPERATIONS];

	if (known->operation != operation || !is_row_of(known->row, operation))
		*known = (struct known_operation){ operation,
						   sim_operation_find(operation->service->name, operation->name) };
	if (!known->row)
		known->operation = NULL;
	return known->row;
}

static void sim_start(struct executor *executor, const struct call *call, call_done *done, void *argument)
{
	struct sim *sim = sim_of(executor);
	struct planned_fault fault;
	size_t index;

	if (sim->dead)
		return;
	fault = request_begin(sim);
	index = flight_free(sim);
	*flight_at(sim, index) = (struct flight){
		.busy = true, .row = find_row(sim, call->operation),
		.operation = call->operation, .input = json_incref((json_t *)(uintptr_t)call->input), .done = done,
		.argument = argument, .number = sim->requests, .started_ms = sim->world.now_ms, .fault = fault,
		.too_late = call->sign_until_ms && sim->clock.wall_ms(&sim->clock) > call->sign_until_ms,
	};
	agenda_add(sim, sim->world.now_ms + world_draw(&sim->world, TIMING_ANSWER), EVENT_REQUEST, index, 0);
}

/* ---- what the caller hears */

static void flight_deliver(struct sim *sim, size_t index, const struct call_result *result)
{
	struct flight flight = *flight_at(sim, index);

	/* First out of the table: `done` may begin the next call. */
	flight_at(sim, index)->input = NULL;
	flight_end(flight_at(sim, index));
	if (flight.done) {
		sim->delivered++;
		flight.done(flight.argument, result);
	}
	json_decref(flight.input);
}

static void result_fail(struct call_result *result, enum failure failure, bool in_doubt, const char *code,
			const char *message)
{
	result->failure = failure;
	result->in_doubt = in_doubt;
	snprintf(result->code, sizeof(result->code), "%s", code);
	snprintf(result->message, sizeof(result->message), "%s", message);
}

static void result_of_fault(struct call_result *result, const struct operation *operation,
			    const struct sim_answer *answer)
{
	bool retry = false;
	enum failure failure = operation_failure(operation, answer->code, answer->message, answer->status, &retry);

	result_fail(result, failure, !operation->reads && !retry && answer->status >= 500, answer->code,
		    answer->message);
}

static void result_of(struct call_result *result, struct sim *sim, const struct flight *flight,
		      const struct sim_answer *answer)
{
	const struct operation *operation = flight->operation;
	enum sim_fault_kind kind = flight->fault.kind;

	*result = (struct call_result){
		.attempts = 1, .elapsed_ms = sim->world.now_ms - flight->started_ms, .http_status = answer->status,
		.date_ms = world_wall_ms(&sim->world) / 1000 * 1000,
	};
	memcpy(result->request_id, answer->request_id, sizeof(answer->request_id));
	if (fault_rows[kind].lost) {
		result->http_status = 0;
		result->date_ms = 0;
		result->request_id[0] = '\0';
		result_fail(result, FAILURE_UNREACHABLE, !operation->reads, "NoAnswer", "the connection was reset");
	} else if (kind == SIM_FAULT_GARBAGE || kind == SIM_FAULT_TRUNCATED) {
		result_fail(result, FAILURE_UNAVAILABLE, !operation->reads, "UnreadableAnswer",
			    kind == SIM_FAULT_GARBAGE ? "the answer is not XML" : "the answer ends in its middle");
	} else if (answer->status == 200) {
		result->output = answer->output;
	} else {
		result_of_fault(result, operation, answer);
	}
}

static void deliver_unsent(struct sim *sim, size_t index)
{
	const struct flight *flight = flight_at(sim, index);
	struct call_result result = { .elapsed_ms = sim->world.now_ms - flight->started_ms };

	if (flight->too_late)
		result_fail(&result, FAILURE_TIMEOUT, false, "SignUntil",
			    "it was not sent: the time until which it may be signed is over");
	else
		result_fail(&result, FAILURE_INVALID, false, "InvalidAction",
			    "the simulated AWS does not know this operation");
	flight_deliver(sim, index, &result);
}

/* ---- the request at AWS */

/* The answer with a list of its own: what it was given may be given to others, too. */
static void own_items(struct sim_answer *answer, const char *items)
{
	json_t *output = json_made(json_copy(answer->output));

	json_put(output, items, json_copy(json_object_get(output, items)));
	json_decref(answer->output);
	answer->output = output;
}

/* Puts what further pages hold behind what the first one held. */
static void fetch_pages(struct sim *sim, const struct flight *flight, struct sim_answer *answer)
{
	const struct sim_pages *pages = &flight->row->pages;
	struct planned_fault none = { 0 };
	json_t *token;

	if (!pages->items || !json_object_get(answer->output, pages->output_token))
		return;
	own_items(answer, pages->items);
	while ((token = json_object_get(answer->output, pages->output_token)) != NULL) {
		json_t *input = json_made(json_copy(flight->input));
		struct sim_answer page;

		json_put(input, pages->input_token, json_incref(token));
		json_object_del(answer->output, pages->output_token);
		request_arrive(sim, flight->row, NULL, input, flight->number, &none, &page);
		if (page.output) {
			json_array_extend(json_object_get(answer->output, pages->items),
					  json_object_get(page.output, pages->items));
			token = json_object_get(page.output, pages->output_token);
			if (token)
				json_put(answer->output, pages->output_token, json_incref(token));
		}
		sim_answer_release(&page);
		json_decref(input);
	}
}

void request_later(struct sim *sim, const struct sim_operation *row, const json_t *input, unsigned number, int64_t ms)
{
	size_t index = flight_free(sim);

	*flight_at(sim, index) = (struct flight){
		.busy = true, .row = row, .input = json_incref((json_t *)(uintptr_t)input), .number = number,
	};
	agenda_add(sim, sim->world.now_ms + ms, EVENT_LATE, index, 0);
}

static bool kills(enum sim_fault_kind kind)
{
	return kind == SIM_FAULT_CRASH_BEFORE || kind == SIM_FAULT_CRASH_AFTER;
}

void flight_event(struct sim *sim, size_t index, unsigned unused)
{
	struct flight flight = *flight_at(sim, index);
	struct sim_answer answer;
	struct call_result result;

	(void)unused;
	if (flight.too_late || !flight.row) {
		deliver_unsent(sim, index);
		return;
	}
	request_arrive(sim, flight.row, flight.operation, flight.input, flight.number, &flight.fault, &answer);
	fetch_pages(sim, &flight, &answer);
	if (fault_rows[flight.fault.kind].effect == EFFECT_LATER)
		request_later(sim, flight.row, flight.input, flight.number, flight.fault.ms);
	if (kills(flight.fault.kind))
		sim_kill(sim);
	if (flight_at(sim, index)->done) {
		result_of(&result, sim, &flight, &answer);
		flight_deliver(sim, index, &result);
	} else {
		flight_end(flight_at(sim, index));
	}
	sim_answer_release(&answer);
}

void flight_late_event(struct sim *sim, size_t index, unsigned unused)
{
	struct flight flight = *flight_at(sim, index);
	struct planned_fault none = { 0 };
	struct sim_answer answer;

	(void)unused;
	request_arrive(sim, flight.row, NULL, flight.input, 0, &none, &answer);
	sim_answer_release(&answer);
	flight_end(flight_at(sim, index));
}

/* ---- time, and the client's end */

static bool anybody_waits(struct sim *sim)
{
	for (size_t i = 0; i < sim->flights.count; i++)
		if (flight_at(sim, i)->done)
			return true;
	return false;
}

static int sim_poll(struct executor *executor, int64_t until_ms, struct error *err)
{
	struct sim *sim = sim_of(executor);
	unsigned delivered = sim->delivered;
	int64_t until_world_ms = until_ms > INT64_MAX - sim->booted_ms ? INT64_MAX : until_ms + sim->booted_ms;

	if (!sim->dead && until_world_ms == INT64_MAX && !anybody_waits(sim))
		return error_set(err, ERROR_NETWORK, NOWHERE, "nothing is in flight, and there is no end of waiting");
	while (!sim->dead && sim->delivered == delivered && agenda_step(sim, until_world_ms))
		;
	if (sim->dead)
		return error_set(err, ERROR_NETWORK, NOWHERE, "the simulated client is dead");
	if (sim->delivered == delivered && sim->world.now_ms < until_world_ms)
		sim->world.now_ms = until_world_ms;
	return 0;
}

/* What was asked still reaches AWS; nobody hears of it. */
static void sim_cancel(struct executor *executor)
{
	struct sim *sim = sim_of(executor);

	for (size_t i = 0; i < sim->flights.count; i++) {
		flight_at(sim, i)->done = NULL;
		flight_at(sim, i)->operation = NULL;
	}
}

void sim_kill(struct sim *sim)
{
	sim->dead = true;
	sim_cancel(&sim->executor);
}

bool sim_dead(const struct sim *sim)
{
	return sim->dead;
}

void sim_revive(struct sim *sim)
{
	sim_cancel(&sim->executor);
	sim->dead = false;
}

/* ---- who the client is */

static json_t *sim_metadata(struct executor *executor, const char *name, struct error *err)
{
	const struct sim *sim = sim_of(executor);
	const struct world *world = &sim->world;
	const struct instance *self = world->self == ROW_NONE ? NULL : instance_at(world, world->self);
	const struct { const char *name, *value; } facts[] = {
		{ "region", world->region },
		{ "account_id", world->account },
		{ "instance_id", self ? self->id : NULL },
		{ "availability_zone", self ? self->zone : NULL },
		{ "instance_type", self ? self->type : NULL },
		{ "lifecycle_state", self ? lifecycles[self->state].name : NULL },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(facts); i++)
		if (strcmp(facts[i].name, name) == 0 && facts[i].value)
			return json_made(json_string(facts[i].value));
	error_set(err, ERROR_NETWORK, NOWHERE, "the simulated instance metadata knows no '%s'", name);
	return NULL;
}

const struct executor executor_of_sim = {
	.start = sim_start, .poll = sim_poll, .metadata = sim_metadata, .cancel = sim_cancel
};

struct executor *sim_executor(struct sim *sim)
{
	return &sim->executor;
}
