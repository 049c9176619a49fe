/* The life of one call: send, judge what came, wait or end. Everything that a request needs is resolved anew for each
 * attempt, since time, credentials and clock may have changed since the last one. */
#include "config.h"

#include "aws/flight.h"

#include <stdio.h>
#include <stdlib.h>

#include "aws/request.h"
#include "base/memory.h"

/* The provider's own may be replaced while a request signed with them is on its way. */
static void credentials_keep(struct credentials *kept, const struct credentials *credentials)
{
	credentials_release(kept);
	kept->access_key_id = memory_copy_text(credentials->access_key_id);
	kept->secret_access_key = memory_copy_text(credentials->secret_access_key);
	kept->session_token = credentials->session_token ? memory_copy_text(credentials->session_token) : NULL;
}

int64_t flight_control_wall_ms(const struct flight_control *control)
{
	return control->options.clock->wall_ms(control->options.clock) + control->offset_ms;
}

static int64_t flight_monotonic_ms(const struct flight *flight)
{
	struct clock *clock = flight->control->options.clock;

	return clock->monotonic_ms(clock);
}

struct flight *flight_new(struct flight_control *control, const struct call *call, call_done *done, void *argument)
{
	struct flight *flight = memory_new(1, sizeof(*flight));

	flight->control = control;
	flight->call = *call;
	flight->done = done;
	flight->argument = argument;
	pages_init(&flight->pages, call->operation, call->input);
	flight->begun_ms = flight_monotonic_ms(flight);
	flight->due_ms = flight->begun_ms;
	return flight;
}

void flight_free(struct flight *flight)
{
	pages_release(&flight->pages);
	verdict_release(&flight->verdict);
	credentials_release(&flight->credentials);
	free(flight);
}

static void flight_wait(struct flight *flight, int64_t delay_ms)
{
	flight->due_ms = flight_monotonic_ms(flight) + delay_ms;
	flight->state = FLIGHT_WAITING;
}

static void flight_fail(struct flight *flight, enum failure failure, const char *code, const char *message)
{
	verdict_release(&flight->verdict);
	verdict_set(&flight->verdict, failure, code, message);
	flight->state = FLIGHT_DONE;
}

static void flight_take_page(struct flight *flight, size_t bytes)
{
	struct error err = ERROR_INIT;
	json_t *output = flight->verdict.output;
	bool more;

	flight->verdict.output = NULL;
	retry_succeeded(&flight->control->quota, &flight->retry);
	if (pages_take(&flight->pages, output, bytes, &more, &err) != 0) {
		flight_fail(flight, FAILURE_UNAVAILABLE, "EndlessPages", err.message);
		return;
	}
	flight->state = FLIGHT_DONE;
	if (!more)
		return;
	flight->retry = (struct retry){ 0 };
	flight_wait(flight, 0);
}

static bool flight_has_attempts(const struct flight *flight)
{
	return flight->retry.attempts < flight->control->quota.rules->attempts;
}

static bool flight_corrects_clock(struct flight *flight)
{
	struct flight_control *control = flight->control;
	int64_t offset_ms;

	if (flight->corrected || !flight->verdict.nothing_done || !flight_has_attempts(flight) ||
	    !verdict_shows_skew(&flight->verdict, flight->signed_ms, &offset_ms))
		return false;
	flight->corrected = true;
	control->offset_ms += flight->verdict.date_ms - flight_control_wall_ms(control);
	return true;
}

/* Of many calls in flight with the same expired credentials, the first one asks for newer ones. */
static bool flight_refreshes_credentials(struct flight *flight)
{
	if (flight->refreshed || !flight_has_attempts(flight) ||
	    flight->verdict.failure != FAILURE_EXPIRED_CREDENTIALS || !flight->verdict.nothing_done)
		return false;
	flight->refreshed = true;
	return true;
}

static bool flight_may_go_again(const struct flight *flight)
{
	return flight->verdict.passing && (flight->call.operation->reads || flight->verdict.nothing_done);
}

static void flight_judge(struct flight *flight, size_t bytes)
{
	struct flight_control *control = flight->control;
	int64_t delay_ms = RETRY_STOP;

	if (flight->verdict.failure == FAILURE_NONE) {
		flight_take_page(flight, bytes);
	} else if (flight_corrects_clock(flight) || flight_refreshes_credentials(flight)) {
		flight_wait(flight, 0);
	} else {
		if (flight_may_go_again(flight))
			delay_ms = retry_decide(&control->quota, &flight->retry, flight->verdict.cause,
						flight->verdict.asked_ms, control->options.random);
		if (delay_ms == RETRY_STOP)
			flight->state = FLIGHT_DONE;
		else
			flight_wait(flight, delay_ms);
	}
}

static void flight_answered(void *argument, const struct http_response *response)
{
	struct flight *flight = argument;

	verdict_release(&flight->verdict);
	verdict_read(&flight->verdict, flight->call.operation, response, &flight->credentials);
	if (flight->verdict.date_ms)
		flight->date_ms = flight->verdict.date_ms;
	flight_judge(flight, response->body_length);
}

static bool flight_is_late(const struct flight *flight)
{
	return flight->call.sign_until_ms && flight->signed_ms > flight->call.sign_until_ms;
}

static bool flight_is_stopped(const struct flight *flight)
{
	return flight->call.stop && *flight->call.stop;
}

static void flight_fail_unsent(struct flight *flight, enum failure failure, const char *code, const char *why)
{
	char message[sizeof(flight->verdict.message)];

	if (flight->attempts == 0)
		snprintf(message, sizeof(message), "it was not sent: %s", why);
	else
		snprintf(message, sizeof(message), "it was not sent again after '%s': %s", flight->verdict.code, why);
	flight_fail(flight, failure, code, message);
}

/* 0 with the credentials kept in the flight. */
static int flight_get_credentials(struct flight *flight, struct error *err)
{
	struct flight_control *control = flight->control;
	struct credentials_provider *provider = control->options.credentials;
	/* A call whose first attempt was refused, and since then no other call has made them new. */
	bool force = flight->refreshed && flight->refreshes_seen == control->refreshes;
	const struct credentials *credentials = NULL;

	if (force)
		control->refreshes++;
	if (provider->get(provider, flight_control_wall_ms(control), force, &credentials, err) != 0)
		return -1;
	control->had_credentials = true;
	flight->refreshes_seen = control->refreshes;
	credentials_keep(&flight->credentials, credentials);
	return 0;
}

static int flight_resolve(const struct flight *flight, struct endpoint *endpoint, struct error *err)
{
	const struct aws_client_options *options = &flight->control->options;
	const struct service *service = flight->call.operation->service;
	struct endpoint_query query = {
		.service = service->endpoint_prefix,
		.region = options->region,
		.use_fips = options->use_fips,
		.use_dual_stack = options->use_dual_stack,
		.use_global = options->use_global_sts && service->global_endpoint,
	};
	char *url = NULL;
	int result = 0;

	if (options->endpoint_url)
		result = options->endpoint_url(options->endpoint_argument, service->environment_name, &url, err);
	query.override = url;
	if (result == 0)
		result = endpoint_resolve(options->partitions, &query, endpoint, err);
	free(url);
	return result;
}

static int flight_start(struct flight *flight, const struct endpoint *endpoint, struct error *err)
{
	const struct aws_client_options *options = &flight->control->options;
	const struct request_parts parts = {
		.operation = flight->call.operation,
		.input = flight->pages.input,
		.endpoint = endpoint,
		.credentials = flight->call.operation->anonymous ? NULL : &flight->credentials,
		.user_agent = options->user_agent,
		.time_ms = flight->signed_ms,
	};
	struct request request;
	int result = request_init(&request, &parts, err);

	if (result == 0) {
		request.http.connect_timeout_ms = options->connect_timeout_ms;
		request.http.total_timeout_ms = options->total_timeout_ms;
		request.http.max_response_bytes = AWS_ANSWER_MOST_BYTES;
		flight->state = FLIGHT_SENT;
		flight->attempts++;
		flight->retry.attempts++;
		options->transport->start(options->transport, &request.http, flight_answered, flight);
	}
	request_release(&request);
	return result;
}

void flight_send(struct flight *flight)
{
	struct flight_control *control = flight->control;
	struct endpoint endpoint;
	struct error err = ERROR_INIT;

	if (flight_resolve(flight, &endpoint, &err) != 0) {
		flight_fail(flight, FAILURE_INVALID, "NoEndpoint", err.message);
		return;
	}
	if (!flight->call.operation->anonymous && flight_get_credentials(flight, &err) != 0) {
		flight_fail(flight, control->had_credentials ? FAILURE_EXPIRED_CREDENTIALS : FAILURE_ACCESS_DENIED,
			    "NoCredentials", err.message);
		return;
	}
	/* Only now: fetching credentials takes time. */
	flight->signed_ms = flight_control_wall_ms(control);
	if (flight_is_stopped(flight))
		flight_fail_unsent(flight, FAILURE_INTERRUPTED, "Stopped", "a signal asks to stop");
	else if (flight_is_late(flight))
		flight_fail_unsent(flight, FAILURE_TIMEOUT, "SignUntil",
				   "the time until which it may be signed is over");
	else if (flight_start(flight, &endpoint, &err) != 0)
		flight_fail(flight, FAILURE_INVALID, "InvalidInput", err.message);
}

void flight_deliver(const struct flight *flight)
{
	const struct verdict *verdict = &flight->verdict;
	bool failed = verdict->failure != FAILURE_NONE;
	struct call_result result = {
		.failure = verdict->failure,
		.in_doubt = failed && !flight->call.operation->reads && !verdict->nothing_done,
		.output = failed ? NULL : flight->pages.output,
		.http_status = verdict->http_status,
		.attempts = flight->attempts,
		.elapsed_ms = flight_monotonic_ms(flight) - flight->begun_ms,
		.date_ms = flight->date_ms,
	};

	snprintf(result.code, sizeof(result.code), "%s", verdict->code);
	snprintf(result.message, sizeof(result.message), "%s", verdict->message);
	snprintf(result.request_id, sizeof(result.request_id), "%s", verdict->request_id);
	flight->done(flight->argument, &result);
}
