/* A request as HTTP carries it: who signed it, which operation it is, what comes of it, and the answer as XML. */
#include "config.h"

#include "sim/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/printable.h"
#include "sim/request.h"
#include "wire/query.h"
#include "wire/sigv4.h"
#include "wire/timestamp.h"

struct sim_http {
	struct sim *sim;
	struct services *services;
	struct clock *clock;
};

struct sim_http *sim_http_new(struct sim *sim, struct services *services, struct clock *clock)
{
	struct sim_http *http = memory_new(1, sizeof(*http));

	*http = (struct sim_http){ sim, services, clock };
	return http;
}

static int64_t http_now_ms(const struct sim_http *http)
{
	return http->clock ? http->clock->wall_ms(http->clock) : sim_wall_ms(http->sim);
}

void sim_http_free(struct sim_http *http)
{
	free(http);
}

const char *sim_http_header(const struct sim_http_request *request, const char *name)
{
	for (size_t i = 0; i < request->n_headers; i++)
		if (strcasecmp(request->headers[i].name, name) == 0)
			return request->headers[i].value;
	return NULL;
}

void sim_http_answer_release(struct sim_http_answer *answer)
{
	buffer_release(&answer->body);
}

/* ---- who asks for what */

static const struct key_row {
	const char *id, *secret, *token;
} keys[] = {
	{ SIM_ACCESS_KEY, SIM_SECRET_KEY, NULL },
	{ SIM_ROLE_ACCESS_KEY, SIM_ROLE_SECRET_KEY, SIM_ROLE_TOKEN },
};

static const struct key_row *key_by_id(const char *id)
{
	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++)
		if (strcmp(keys[i].id, id) == 0)
			return &keys[i];
	return NULL;
}

static const char *secret_of(void *unused, const char *id)
{
	const struct key_row *key = key_by_id(id);

	(void)unused;
	return key ? key->secret : NULL;
}

static int check_signature(int64_t now_ms, const struct sim_http_request *request, struct sigv4_claim *claim,
			   struct error *err)
{
	static const struct sigv4_options options = { .normalize_path = true, .double_encode_path = true };
	const struct sigv4_request plain = {
		.method = request->method, .path = request->path, .query = request->query, .headers = request->headers,
		.n_headers = request->n_headers, .body = request->body, .body_length = request->body_length,
	};
	const char *token = sim_http_header(request, "x-amz-security-token"), *due;

	if (sigv4_verify(&plain, &options, now_ms, secret_of, NULL, claim, err) != 0)
		return -1;
	due = key_by_id(claim->access_key_id)->token;
	if (due ? token && strcmp(token, due) == 0 : token == NULL)
		return 0;
	return error_set(err, ERROR_CREDENTIALS, NOWHERE,
			 "InvalidClientTokenId: The security token included in the request is invalid");
}

struct search {
	struct services *services;
	const char *signing_name;
};

static const struct operation *operation_named(const struct service *service, const char *action)
{
	for (size_t i = 0; i < service->n_operations; i++)
		if (strcmp(service->operations[i].name, action) == 0)
			return &service->operations[i];
	return NULL;
}

/* Two services may share a name to sign for: the version tells classic load balancers from the newer ones. */
static const struct operation *find_operation(void *argument, const char *action, const char *version)
{
	const struct search *search = argument;
	const char *name;

	for (size_t i = 0; (name = services_name_at(search->services, i)) != NULL; i++) {
		const struct service *service = services_service(search->services, name, NULL);

		if (service && service->protocol != PROTOCOL_LOCAL &&
		    strcmp(service->signing_name, search->signing_name) == 0 &&
		    strcmp(service->api_version, version) == 0)
			return operation_named(service, action);
	}
	return NULL;
}

/* ---- answers */

static void answer_stamp(int64_t now_ms, struct sim_http_answer *answer)
{
	struct buffer date = BUFFER_INIT;

	timestamp_format(TIMESTAMP_RFC822, (double)(now_ms / 1000), &date);
	snprintf(answer->date, sizeof(answer->date), "%s", buffer_text(&date));
	buffer_release(&date);
	answer->content_type = "text/xml";
}

static void answer_refusal(struct sim_http_answer *answer, const struct operation *operation,
			   const struct sim_answer *refusal)
{
	struct query_fault fault = { 0 };

	snprintf(fault.code, sizeof(fault.code), "%s", refusal->code);
	snprintf(fault.message, sizeof(fault.message), "%s", refusal->message);
	snprintf(fault.request_id, sizeof(fault.request_id), "%s", refusal->request_id);
	answer->status = refusal->status;
	query_encode_fault(operation, &fault, refusal->status < 500, &answer->body);
}

/* The error's message begins with AWS's own code: "SignatureDoesNotMatch: ...". */
static void answer_error(struct sim_http_answer *answer, int status, const struct error *err)
{
	struct sim_answer refusal = { .status = status };
	const char *colon = strstr(err->message, ": ");
	int length = colon ? (int)(colon - err->message) : 0;

	snprintf(refusal.code, sizeof(refusal.code), "%.*s", length, err->message);
	printable_copy(refusal.message, sizeof(refusal.message), colon ? colon + 2 : err->message);
	answer_refusal(answer, NULL, &refusal);
}

static void answer_output(struct sim_http_answer *answer, const struct operation *operation,
			  const struct sim_answer *done)
{
	struct error err = ERROR_INIT;

	answer->status = 200;
	if (query_encode_response(operation, done->output, done->request_id, &answer->body, &err) == 0)
		return;
	/* A handler made what its shapes do not allow: said aloud, since a test has to see it. */
	buffer_clear(&answer->body);
	answer->status = 500;
	buffer_add_format(&answer->body, "<Fault>%s</Fault>", err.message);
}

/* What a fault does to a connection or to an answer. */
static void answer_spoil(struct sim *sim, struct sim_http_answer *answer, enum sim_fault_kind kind)
{
	answer->lost = fault_rows[kind].lost || kind == SIM_FAULT_TRUNCATED;
	if (kind == SIM_FAULT_CRASH_BEFORE || kind == SIM_FAULT_CRASH_AFTER)
		sim_kill(sim);
	if (kind != SIM_FAULT_GARBAGE)
		return;
	buffer_clear(&answer->body);
	buffer_add_text(&answer->body, "<html><body>It works!</body></html>");
}

static void perform(struct sim *sim, const struct operation *operation, const json_t *input,
		    struct sim_http_answer *answer)
{
	const struct sim_operation *row = sim_operation_find(operation->service->name, operation->name);
	struct planned_fault fault = request_begin(sim);
	struct sim_answer done = { .status = 400, .code = "InvalidAction",
				   .message = "The simulated AWS does not know this operation." };

	if (row)
		request_arrive(sim, row, operation, input, sim->requests, &fault, &done);
	if (row && fault_rows[fault.kind].effect == EFFECT_LATER)
		request_later(sim, row, input, sim->requests, fault.ms);
	if (done.output)
		answer_output(answer, operation, &done);
	else
		answer_refusal(answer, operation, &done);
	snprintf(answer->request_id, sizeof(answer->request_id), "%s", done.request_id);
	answer_spoil(sim, answer, fault.kind);
	sim_answer_release(&done);
}

void sim_http_answer(struct sim_http *http, const struct sim_http_request *request, struct sim_http_answer *answer)
{
	struct sigv4_claim claim;
	struct search search = { http->services, claim.service };
	const struct operation *operation = NULL;
	struct error err = ERROR_INIT;
	json_t *input;

	*answer = (struct sim_http_answer){ .body = BUFFER_INIT };
	answer_stamp(http_now_ms(http), answer);
	if (strncmp(request->path, "/latest/", strlen("/latest/")) == 0) {
		metadata_answer(http->sim, http_now_ms(http), request, answer);
		return;
	}
	if (check_signature(http_now_ms(http), request, &claim, &err) != 0) {
		answer_error(answer, 403, &err);
		return;
	}
	input = query_decode_request(request->body, request->body_length, find_operation, &search, &operation, &err);
	if (input)
		perform(http->sim, operation, input, answer);
	else
		answer_error(answer, 400, &err);
	json_decref(input);
}
