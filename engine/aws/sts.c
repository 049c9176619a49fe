#include "config.h"

#include "aws/sts.h"

#include <stdio.h>
#include <stdlib.h>

#include "aws/credentials_place.h"
#include "aws/endpoint.h"
#include "aws/exchange.h"
#include "aws/request.h"
#include "aws/verdict.h"

enum {
	STS_CONNECT_MS = 3000,
	STS_TIMEOUT_MS = 5000,
	STS_ATTEMPTS = 3,
	STS_PAUSE_MS = 500,
	STS_MAX_BYTES = 256 * 1024
};

static int sts_resolve(const struct credentials_chain_options *with, const struct service *service,
		       struct endpoint *endpoint, struct error *err)
{
	char *region = NULL, *url = NULL;
	struct endpoint_query query = {
		.service = service->endpoint_prefix,
		.use_fips = settings_say_yes(with->settings, SETTING_USE_FIPS),
		.use_dual_stack = settings_say_yes(with->settings, SETTING_USE_DUALSTACK),
	};
	int result = settings_region(with->settings, with->imds, &region, err);

	if (result == 0)
		result = settings_endpoint(with->settings, service->environment_name, &url, err);
	query.region = region;
	query.override = url;
	if (result == 0)
		result = endpoint_resolve(with->partitions, &query, endpoint, err);
	free(region);
	free(url);
	return result;
}

static int sts_send(const struct credentials_chain_options *with, const struct request_parts *parts,
		    struct answer *answer, struct error *err)
{
	struct request request;
	int result = request_init(&request, parts, err);

	if (result == 0) {
		request.http.connect_timeout_ms = STS_CONNECT_MS;
		request.http.total_timeout_ms = STS_TIMEOUT_MS;
		request.http.max_response_bytes = STS_MAX_BYTES;
		result = exchange(with->transport, with->clock, &request.http, answer, err);
	}
	request_release(&request);
	return result;
}

static void sts_read(const struct request_parts *parts, const struct answer *answer, struct verdict *verdict)
{
	const struct http_header date = { "date", answer->date };
	struct http_response response = {
		.failure = answer->failure, .status = answer->status, .headers = &date, .n_headers = 1,
		.body = buffer_text(&answer->body), .body_length = answer->body.length,
	};

	snprintf(response.reason, sizeof(response.reason), "%s", answer->reason);
	verdict_read(verdict, parts->operation, &response, parts->credentials);
}

/* One attempt. *passing: a later one may well succeed. *offset_ms is by how much AWS's clock is ahead of ours. */
static int sts_try(const struct credentials_chain_options *with, const struct request_parts *parts,
		   struct credentials *made, int64_t *offset_ms, bool *passing, struct error *err)
{
	struct request_parts now = *parts;
	struct answer answer = ANSWER_INIT;
	struct verdict verdict = { 0 };
	int64_t late_ms;
	int result;

	now.time_ms = with->clock->wall_ms(with->clock) + *offset_ms;
	result = sts_send(with, &now, &answer, err);
	if (result == 0) {
		sts_read(parts, &answer, &verdict);
		if (verdict.failure == FAILURE_NONE)
			result = credentials_from_json(json_object_get(verdict.output, "Credentials"), "SessionToken",
						       made, err);
		else
			result = credentials_fault(err, "%s: %s", verdict.code, verdict.message);
	}
	*passing = verdict.passing;
	if (verdict_shows_skew(&verdict, now.time_ms, &late_ms)) {
		*offset_ms += late_ms;
		*passing = true;
	}
	verdict_release(&verdict);
	answer_release(&answer);
	return result;
}

static int sts_repeat(const struct credentials_chain_options *with, const struct request_parts *parts,
		      struct credentials *made, struct error *err)
{
	int64_t offset_ms = 0;
	bool passing = true;
	int result = -1;

	for (int attempt = 0; attempt < STS_ATTEMPTS && passing; attempt++) {
		if (attempt && exchange_pause(with->transport, with->clock, STS_PAUSE_MS << attempt, err) < 0)
			return -1;
		credentials_release(made);
		result = sts_try(with, parts, made, &offset_ms, &passing, err);
		if (result == 0)
			return 0;
	}
	return result;
}

int sts_assume(const struct credentials_chain_options *with, const char *name, json_t *input,
	       const struct credentials *signer, struct credentials *made, struct error *err)
{
	const struct operation *operation = services_operation(with->services, name, err);
	struct endpoint endpoint;
	const struct request_parts parts = {
		.operation = operation, .input = input, .endpoint = &endpoint, .credentials = signer,
		.user_agent = with->user_agent,
	};
	int result = operation ? sts_resolve(with, operation->service, &endpoint, err) : -1;

	if (result == 0)
		result = sts_repeat(with, &parts, made, err);
	if (result < 0)
		error_prefix(err, "%s", name);
	json_decref(input);
	return result;
}
