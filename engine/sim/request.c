/* The frame around every operation of the simulated AWS. */
#include "config.h"

#include "sim/request.h"

#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/json.h"
#include "wire/shape.h"

const struct sim_operation *const sim_operations[] = {
	autoscaling_reads, autoscaling_writes, elb_operations, elbv2_operations, ec2_operations, sts_operations,
	local_operations, NULL
};

const struct fault_row fault_rows[SIM_FAULT_COUNT] = {
	[SIM_FAULT_NONE] = { "none", EFFECT_NOW },
	[SIM_FAULT_THROTTLED] = { "throttled", EFFECT_NEVER, .status = 400, .code = "Throttling",
				  .message = "Rate exceeded" },
	[SIM_FAULT_ACCESS_DENIED] = { "access_denied", EFFECT_NEVER, .status = 403, .code = "AccessDenied",
				      .message = "User: arn:aws:sts::111122223333:assumed-role/web-instance/i is not "
						 "authorized to perform this action because no identity-based policy "
						 "allows it" },
	[SIM_FAULT_EXPIRED_CREDENTIALS] = { "expired_credentials", EFFECT_NEVER, .status = 403,
					    .code = "ExpiredToken",
					    .message = "The security token included in the request is expired" },
	[SIM_FAULT_CONTENTION] = { "contention", EFFECT_NEVER, .status = 500, .code = "ResourceContention",
				   .message = "You already have a pending update to an Amazon EC2 Auto Scaling "
					      "resource (for example, an Auto Scaling group or load balancer)." },
	[SIM_FAULT_ACTIVITY] = { "activity", EFFECT_NEVER, .status = 400, .code = "ScalingActivityInProgress",
				 .message = "The operation can't be performed because there are scaling activities "
					    "in progress." },
	[SIM_FAULT_UNAVAILABLE_BEFORE] = { "unavailable_before", EFFECT_NEVER, .status = 503,
					   .code = "ServiceUnavailable",
					   .message = "The request has failed due to a temporary failure of the "
						      "server." },
	[SIM_FAULT_UNAVAILABLE_AFTER] = { "unavailable_after", EFFECT_NOW, .status = 500, .code = "InternalFailure",
					  .message = "The request processing has failed because of an unknown error, "
						     "exception or failure." },
	[SIM_FAULT_LOST_BEFORE] = { "lost_before", EFFECT_NEVER, .lost = true },
	[SIM_FAULT_LOST_AFTER] = { "lost_after", EFFECT_NOW, .lost = true },
	[SIM_FAULT_LATE] = { "late", EFFECT_LATER, .lost = true },
	[SIM_FAULT_GARBAGE] = { "garbage", EFFECT_NOW },
	[SIM_FAULT_TRUNCATED] = { "truncated", EFFECT_NOW },
	[SIM_FAULT_STALE] = { "stale", EFFECT_NOW },
	[SIM_FAULT_CRASH_BEFORE] = { "crash_before", EFFECT_NEVER, .lost = true },
	[SIM_FAULT_CRASH_AFTER] = { "crash_after", EFFECT_NOW, .lost = true },
};

/* Everything else is a 400. */
static const struct { const char *code; int status; } statuses[] = {
	{ "AccessDenied", 403 }, { "ExpiredToken", 403 }, { "InvalidClientTokenId", 403 },
	{ "SignatureDoesNotMatch", 403 }, { "HealthUnavailable", 500 }, { "ResourceContention", 500 },
};

const char *sim_fault_name(enum sim_fault_kind kind)
{
	return fault_rows[kind].name;
}

const struct sim_operation *sim_operation_find(const char *service, const char *name)
{
	for (size_t i = 0; sim_operations[i]; i++)
		for (const struct sim_operation *row = sim_operations[i]; row->name; row++)
			if (strcmp(row->name, name) == 0 && strcmp(row->service, service) == 0)
				return row;
	return NULL;
}

void sim_answer_release(struct sim_answer *answer)
{
	json_decref(answer->output);
	*answer = (struct sim_answer){ 0 };
}

static int status_of(const char *code)
{
	for (size_t i = 0; i < ARRAY_LENGTH(statuses); i++)
		if (strcmp(statuses[i].code, code) == 0)
			return statuses[i].status;
	return 400;
}

int refuse(struct request *request, const char *code, const char *format, ...)
{
	struct sim_answer *answer = request->answer;
	va_list arguments;

	answer->status = status_of(code);
	snprintf(answer->code, sizeof(answer->code), "%s", code);
	va_start(arguments, format);
	vsnprintf(answer->message, sizeof(answer->message), format, arguments);
	va_end(arguments);
	return -1;
}

const char *input_text(const struct request *request, const char *name)
{
	return json_string_value(json_object_get(request->input, name));
}

int64_t input_integer(const struct request *request, const char *name, int64_t otherwise)
{
	const json_t *value = json_object_get(request->input, name);

	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

bool input_true(const struct request *request, const char *name)
{
	return json_is_true(json_object_get(request->input, name));
}

const json_t *input_list(const struct request *request, const char *name)
{
	const json_t *list = json_object_get(request->input, name);

	return json_array_size(list) ? list : NULL;
}

bool list_names(const json_t *list, const char *text)
{
	size_t i;
	json_t *item;

	json_array_foreach (list, i, item)
		if (json_is_string(item) && strcmp(json_string_value(item), text) == 0)
			return true;
	return list == NULL;
}

bool filters_pass(const json_t *filters, const char *name, const char *value)
{
	size_t i;
	json_t *filter;

	json_array_foreach (filters, i, filter) {
		const char *filtered = json_string_value(json_object_get(filter, "Name"));

		if (filtered && !strcmp(filtered, name) && !list_names(json_object_get(filter, "Values"), value))
			return false;
	}
	return true;
}

/* ---- faults and acts by the number of the request */

void sim_keep_past(struct sim *sim)
{
	sim->keeps_past = true;
}

void sim_fault(struct sim *sim, unsigned k, enum sim_fault_kind kind, int64_t ms)
{
	struct planned_fault *fault = rows_add(&sim->faults);

	*fault = (struct planned_fault){ .request = k, .kind = kind, .ms = ms };
	sim->keeps_past |= kind == SIM_FAULT_STALE;
}

struct planned_fault request_begin(struct sim *sim)
{
	sim->requests++;
	for (size_t i = 0; i < sim->faults.count; i++) {
		const struct planned_fault *fault = rows_at(&sim->faults, i);

		if (fault->request == sim->requests)
			return *fault;
	}
	return (struct planned_fault){ .request = sim->requests };
}

/* Once, however many pages the request asks for. */
static void play_acts(struct sim *sim, unsigned number)
{
	for (size_t i = 0; number && i < sim->acts.count; i++) {
		struct planned_act *planned = rows_at(&sim->acts, i);
		struct sim_act act = planned->act;

		if (planned->request != number || planned->done_ms)
			continue;
		planned->done_ms = sim->world.now_ms ? sim->world.now_ms : 1;
		sim_act(sim, &act);
	}
}

bool sim_act_done(const struct sim *sim, size_t i, struct sim_done *done)
{
	const struct planned_act *planned = i < sim->acts.count ? rows_at(&sim->acts, i) : NULL;

	if (!planned)
		return false;
	*done = (struct sim_done){ .act = planned->act, .request = planned->done_ms ? planned->request : 0,
				   .at_ms = planned->done_ms ? WORLD_STARTS_MS + planned->done_ms : 0 };
	return true;
}

/* ---- checks and pages */

static int check_required(struct request *request, const struct operation *operation)
{
	const struct shape_member *missing = shape_member_missing(operation->input, request->input);
	char name[64];

	if (!missing)
		return 0;
	snprintf(name, sizeof(name), "%s", missing->name);
	name[0] = (char)tolower((unsigned char)name[0]);
	return refuse(request, "ValidationError",
		      "1 validation error detected: Value null at '%s' failed to satisfy constraint: Member must not "
		      "be null", name);
}

/* A token is the number of the first item that has not been given yet. */
static int page_begin(struct request *request, const struct sim_pages *pages, size_t count, size_t *first)
{
	const char *token = input_text(request, pages->input_token);
	char *end;

	*first = 0;
	if (!token)
		return 0;
	*first = strtoul(token, &end, 10);
	if (*end || end == token || *first > count)
		return refuse(request, strcmp(pages->input_token, "NextToken") ? "ValidationError" : "InvalidNextToken",
			      "The token '%s' is not valid.", token);
	return 0;
}

static int page_cut(struct request *request, const struct sim_pages *pages)
{
	json_t *all = json_object_get(request->output, pages->items), *page;
	size_t count = json_array_size(all), first, size;
	int64_t asked = input_integer(request, pages->size, (int64_t)pages->usual);
	char token[24];

	if (page_begin(request, pages, count, &first))
		return -1;
	if (asked < 1 || (pages->most && asked > (int64_t)pages->most))
		return refuse(request, "ValidationError", "%s must be between 1 and %zu", pages->size, pages->most);
	size = (size_t)asked;
	if (first == 0 && count <= size)
		return 0;
	page = json_made(json_array());
	for (size_t i = first; i < count && i < first + size; i++)
		json_append(page, json_incref(json_array_get(all, i)));
	json_put(request->output, pages->items, page);
	if (first + size < count) {
		snprintf(token, sizeof(token), "%zu", first + size);
		json_put(request->output, pages->output_token, json_string(token));
	}
	return 0;
}

static void put_hex(char *end, unsigned number)
{
	for (; number; number >>= 4)
		*--end = "0123456789abcdef"[number & 15];
}

static void answer_number(struct sim *sim, struct sim_answer *answer, unsigned number)
{
	static const char zero[] = "00000000-0000-4000-8000-000000000000";

	/* Of each of a million requests, which is why it is not printf's. */
	memcpy(answer->request_id, zero, sizeof(zero));
	put_hex(answer->request_id + 8, (unsigned)(sim->world.now_ms & 0xffffffff));
	put_hex(answer->request_id + sizeof(zero) - 1, number);
}

/* The world as it was: the oldest that lasted beyond that time. */
static const struct world *world_seen(const struct sim *sim, const struct planned_fault *fault)
{
	int64_t then_ms = sim->world.now_ms - fault->ms;

	for (size_t i = 0; fault->kind == SIM_FAULT_STALE && i < sim->pasts.count; i++) {
		const struct past *past = rows_at(&sim->pasts, i);

		if (past->until_ms > then_ms)
			return &past->world;
	}
	return &sim->world;
}

/* ---- answers that are given again */

enum { KEPT_MOST = 64 };

static json_t *kept_find(const struct sim *sim, const struct sim_operation *row, const json_t *input)
{
	for (size_t i = 0; i < sim->kept.count; i++) {
		const struct kept_answer *kept = rows_at(&sim->kept, i);

		if (kept->row == row && json_equal(kept->input, input))
			return json_incref(kept->output);
	}
	return NULL;
}

static void kept_add(struct sim *sim, const struct sim_operation *row, const json_t *input, json_t *output)
{
	struct kept_answer *kept;

	if (sim->kept.count == KEPT_MOST)
		sim_changed(sim);
	kept = rows_add(&sim->kept);
	*kept = (struct kept_answer){ row, json_incref((json_t *)(uintptr_t)input), json_incref(output) };
}

/* ---- one request */

static void request_handle(struct request *request, const struct sim_operation *row, const struct operation *operation)
{
	struct sim_answer *answer = request->answer;

	request->output = json_made(json_object());
	if ((operation && check_required(request, operation)) || row->handle(request) ||
	    (row->pages.items && page_cut(request, &row->pages))) {
		json_decref(request->output);
		return;
	}
	answer->status = 200;
	answer->effect = true;
	answer->output = request->output;
}

/* An application comes up by time alone: what it answered may be otherwise although nothing has happened. */
static bool lasts(const struct sim_operation *row)
{
	return row->reads && strcmp(row->service, "local") != 0;
}

static void request_perform(struct request *request, const struct sim_operation *row, const struct operation *operation)
{
	const bool now = lasts(row) && request->world == &request->sim->world;
	json_t *kept = now ? kept_find(request->sim, row, request->input) : NULL;

	if (kept) {
		request->answer->status = 200;
		request->answer->effect = true;
		request->answer->output = kept;
		return;
	}
	if (!row->reads)
		sim_changed(request->sim);
	request_handle(request, row, operation);
	if (now && request->answer->output)
		kept_add(request->sim, row, request->input, request->answer->output);
}

/* What AWS says, whatever it did. */
static void answer_fault(struct sim_answer *answer, const struct fault_row *row)
{
	if (row->status == 0)
		return;
	json_decref(answer->output);
	answer->output = NULL;
	answer->status = row->status;
	snprintf(answer->code, sizeof(answer->code), "%s", row->code);
	snprintf(answer->message, sizeof(answer->message), "%s", row->message);
}

static void log_request(struct sim *sim, const struct sim_operation *row, const json_t *input, unsigned number,
			const struct planned_fault *fault, const struct sim_answer *answer)
{
	const int64_t behind_ms = fault->kind == SIM_FAULT_STALE ? fault->ms : 0;
	struct sim_logged *logged;

	if (sim->log.count >= SIM_LOG_MOST)
		return;
	logged = rows_add(&sim->log);
	*logged = (struct sim_logged){
		.number = number, .service = row->service, .operation = row->name, .reads = row->reads,
		.input = json_incref((json_t *)(uintptr_t)input), .effect = answer->effect,
		.at_ms = world_wall_ms(&sim->world) - behind_ms, .fault = fault->kind, .status = answer->status,
	};
	memcpy(logged->code, answer->code, sizeof(logged->code));
}

void request_arrive(struct sim *sim, const struct sim_operation *row, const struct operation *operation,
		    const json_t *input, unsigned number, const struct planned_fault *fault, struct sim_answer *answer)
{
	struct request request = { .sim = sim, .input = input, .answer = answer };

	*answer = (struct sim_answer){ 0 };
	answer_number(sim, answer, number);
	play_acts(sim, number);
	/* What is answered falsely once will be answered otherwise. */
	if (fault->kind != SIM_FAULT_NONE)
		sim_changed(sim);
	request.world = row->reads ? world_seen(sim, fault) : &sim->world;
	if (fault_rows[fault->kind].effect == EFFECT_NOW)
		request_perform(&request, row, operation);
	answer_fault(answer, &fault_rows[fault->kind]);
	log_request(sim, row, input, number, fault, answer);
}

size_t sim_log_count(const struct sim *sim)
{
	return sim->log.count;
}

const struct sim_logged *sim_log_at(const struct sim *sim, size_t i)
{
	return rows_at(&sim->log, i);
}

unsigned sim_requests(const struct sim *sim)
{
	return sim->requests;
}
