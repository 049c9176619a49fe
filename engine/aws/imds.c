#include "config.h"

#include "aws/imds.h"

#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/exchange.h"
#include "base/memory.h"

enum {
	IMDS_TIMEOUT_MS = 1000,
	IMDS_ATTEMPTS = 3,
	IMDS_MAX_BYTES = 64 * 1024,
	IMDS_TOKEN_MAX_BYTES = 1024,
	IMDS_TOKEN_SECONDS = 21600, /* six hours, the most there is */
	IMDS_TOKEN_SPARE_SECONDS = 60,
	IMDS_SILENCE_MS = 10 * 1000
};
#define IMDS_TOKEN_SECONDS_TEXT "21600"

struct fact {
	const char *name;
	const char *path;
	const char *key; /* in the JSON object found there; NULL: the whole text */
	const char *pattern;
	bool changes;
};

static const struct fact facts[] = {
	{ .name = "instance_id", .path = "meta-data/instance-id", .pattern = "^i-[0-9a-f]+$" },
	{ .name = "region", .path = "meta-data/placement/region", .pattern = "^[a-z]+(-[a-z0-9]+)+$" },
	{ .name = "availability_zone", .path = "meta-data/placement/availability-zone",
	  .pattern = "^[a-z]+(-[a-z0-9]+)+$" },
	{ .name = "account_id", .path = "dynamic/instance-identity/document", .key = "accountId",
	  .pattern = "^[0-9]{12}$" },
	{ .name = "instance_type", .path = "meta-data/instance-type", .pattern = "^[a-z0-9-]+\\.[a-z0-9-]+$" },
	{ .name = "lifecycle_state", .path = "meta-data/autoscaling/target-lifecycle-state",
	  .pattern = "^[A-Za-z:]+$", .changes = true },
};

struct imds {
	struct transport *transport;
	struct clock *clock;
	char *endpoint;
	char *token; /* NULL: none yet */
	int64_t token_until_ms; /* monotonic */
	json_t *known;
	/* Nobody is there: region, credentials and facts are asked for one after the other, and wait for it once. */
	int64_t silent_until_ms; /* monotonic; 0: it has not been silent */
	char silence[160];
};

struct imds *imds_new(struct transport *transport, struct clock *clock, const char *endpoint)
{
	struct imds *imds = memory_new(1, sizeof(*imds));
	size_t length;

	imds->transport = transport;
	imds->clock = clock;
	imds->endpoint = memory_copy_text(endpoint ? endpoint : IMDS_ENDPOINT_IPV4);
	length = strlen(imds->endpoint);
	if (length && imds->endpoint[length - 1] == '/')
		imds->endpoint[length - 1] = '\0';
	imds->known = json_object();
	if (!imds->known)
		memory_exhausted();
	return imds;
}

void imds_free(struct imds *imds)
{
	if (!imds)
		return;
	json_decref(imds->known);
	free(imds->token);
	free(imds->endpoint);
	free(imds);
}

/* Asks up to IMDS_ATTEMPTS times, until something other than silence or a fault of the service's own comes. */
static int imds_ask(struct imds *imds, const char *method, const char *path, const struct http_header *header,
		    struct answer *answer, struct error *err)
{
	char *url = memory_format("%s/latest/%s", imds->endpoint, path);
	const struct http_request request = {
		.method = method, .url = url, .headers = header, .n_headers = 1, .body = "", .no_proxy = true,
		.connect_timeout_ms = IMDS_TIMEOUT_MS, .total_timeout_ms = IMDS_TIMEOUT_MS,
		.max_response_bytes = IMDS_MAX_BYTES,
	};
	int result = 0;

	for (int attempt = 0; attempt < IMDS_ATTEMPTS && result == 0; attempt++) {
		result = exchange(imds->transport, imds->clock, &request, answer, err);
		if (answer->failure == TRANSFER_ANSWERED && answer->status < 500)
			break;
	}
	free(url);
	return result;
}

static const struct {
	int status;
	const char *sentence;
} token_refusals[] = {
	{ 400, "does not understand the request for a token: is another service there" },
	{ 403, "is turned off for this instance: turn it on with 'aws ec2 modify-instance-metadata-options "
	       "--http-endpoint enabled'" },
	{ 404, "has no version 2: is another service there" },
	{ 405, "has no version 2: is another service there" },
};

static int explain_no_token(const struct imds *imds, const struct answer *answer, struct error *err)
{
	if (answer->failure != TRANSFER_ANSWERED)
		return error_set(err, ERROR_NETWORK, NOWHERE, "instance metadata does not answer at '%s' (%s); in a "
				 "container the hop limit must be 2; elsewhere, is this an EC2 instance?",
				 imds->endpoint, answer->reason);
	for (size_t i = 0; i < ARRAY_LENGTH(token_refusals); i++)
		if (token_refusals[i].status == answer->status)
			return error_set(err, ERROR_NETWORK, NOWHERE, "instance metadata at '%s' %s (HTTP %d)",
					 imds->endpoint, token_refusals[i].sentence, answer->status);
	return error_set(err, ERROR_NETWORK, NOWHERE, "instance metadata at '%s' gives no token (HTTP %d)",
			 imds->endpoint, answer->status);
}

static bool is_token(const struct buffer *body)
{
	if (!body->length || body->length > IMDS_TOKEN_MAX_BYTES)
		return false;
	for (size_t i = 0; i < body->length; i++)
		if (body->bytes[i] <= ' ' || body->bytes[i] > '~' || body->bytes[i] == '<')
			return false;
	return true;
}

static int take_token(struct imds *imds, const struct answer *answer, struct error *err)
{
	if (answer->failure != TRANSFER_ANSWERED || answer->status != 200)
		return explain_no_token(imds, answer, err);
	if (!is_token(&answer->body))
		return error_set(err, ERROR_PROTOCOL, NOWHERE, "what answers at '%s' is not instance metadata: its "
				 "token is none; is a proxy or another service there?", imds->endpoint);
	imds->token = memory_copy_text(answer->body.bytes);
	imds->token_until_ms = imds->clock->monotonic_ms(imds->clock) +
			       (IMDS_TOKEN_SECONDS - IMDS_TOKEN_SPARE_SECONDS) * INT64_C(1000);
	return 0;
}

static void drop_token(struct imds *imds)
{
	free(imds->token);
	imds->token = NULL;
}

static void remember_silence(struct imds *imds, const struct answer *answer)
{
	if (answer->failure == TRANSFER_ANSWERED)
		return;
	imds->silent_until_ms = imds->clock->monotonic_ms(imds->clock) + IMDS_SILENCE_MS;
	snprintf(imds->silence, sizeof(imds->silence), "%s", answer->reason);
}

static int ask_token(struct imds *imds, struct answer *answer, struct error *err)
{
	static const struct http_header seconds = {
		"x-aws-ec2-metadata-token-ttl-seconds", IMDS_TOKEN_SECONDS_TEXT
	};

	if (imds->clock->monotonic_ms(imds->clock) < imds->silent_until_ms) {
		answer->failure = TRANSFER_NO_ANSWER;
		snprintf(answer->reason, sizeof(answer->reason), "%s", imds->silence);
		return 0;
	}
	if (imds_ask(imds, "PUT", "api/token", &seconds, answer, err) < 0)
		return -1;
	remember_silence(imds, answer);
	return 0;
}

static int need_token(struct imds *imds, struct error *err)
{
	struct answer answer = ANSWER_INIT;
	int result;

	if (imds->token && imds->clock->monotonic_ms(imds->clock) < imds->token_until_ms)
		return 0;
	drop_token(imds);
	result = ask_token(imds, &answer, err);
	if (result == 0)
		result = take_token(imds, &answer, err);
	answer_release(&answer);
	return result;
}

static int take_text(const struct imds *imds, const char *path, const struct answer *answer, struct buffer *into,
		     struct error *err)
{
	if (answer->failure != TRANSFER_ANSWERED)
		return error_set(err, ERROR_NETWORK, NOWHERE, "instance metadata does not answer for '%s' (%s)", path,
				 answer->reason);
	if (answer->status == 404) {
		error_set(err, ERROR_PROTOCOL, NOWHERE, "instance metadata at '%s' has no '%s'", imds->endpoint, path);
		return IMDS_NOTHING;
	}
	if (answer->status != 200)
		return error_set(err, ERROR_NETWORK, NOWHERE, "instance metadata at '%s' answers HTTP %d for '%s'",
				 imds->endpoint, answer->status, path);
	if (!answer->body.length || memchr(answer->body.bytes, '\0', answer->body.length))
		return error_set(err, ERROR_PROTOCOL, NOWHERE, "instance metadata's answer for '%s' is no text", path);
	buffer_add(into, answer->body.bytes, answer->body.length);
	return 0;
}

static int ask_with_token(struct imds *imds, const char *path, struct answer *answer, struct error *err)
{
	struct http_header header = { .name = "x-aws-ec2-metadata-token" };

	if (need_token(imds, err) < 0)
		return -1;
	header.value = imds->token;
	return imds_ask(imds, "GET", path, &header, answer, err);
}

int imds_get(struct imds *imds, const char *path, struct buffer *into, struct error *err)
{
	struct answer answer = ANSWER_INIT;
	int result = ask_with_token(imds, path, &answer, err);

	/* The service forgets tokens before their time, for instance when the instance was stopped. */
	if (result == 0 && answer.status == 401) {
		drop_token(imds);
		result = ask_with_token(imds, path, &answer, err);
	}
	if (result == 0)
		result = take_text(imds, path, &answer, into, err);
	answer_release(&answer);
	return result;
}

static bool matches(const char *text, const char *pattern)
{
	regex_t regex;
	bool found;

	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		memory_exhausted();
	found = regexec(&regex, text, 0, NULL, 0) == 0;
	regfree(&regex);
	return found;
}

static json_t *fact_from_text(const struct fact *fact, const struct buffer *text)
{
	json_t *document, *value;

	if (!fact->key)
		return json_stringn(text->bytes, text->length);
	document = json_loadb(text->bytes, text->length, JSON_REJECT_DUPLICATES, NULL);
	value = json_incref(json_object_get(document, fact->key));
	json_decref(document);
	return value;
}

static json_t *ask_fact(struct imds *imds, const struct fact *fact, struct error *err)
{
	struct buffer text = BUFFER_INIT;
	json_t *value = NULL;

	if (imds_get(imds, fact->path, &text, err) == 0) {
		value = fact_from_text(fact, &text);
		if (!json_is_string(value) || !matches(json_string_value(value), fact->pattern)) {
			error_set(err, ERROR_PROTOCOL, NOWHERE, "what '%s' answers for '%s' does not look like one "
				  "(%s); is a proxy or another service there?", imds->endpoint, fact->name,
				  fact->pattern);
			json_decref(value);
			value = NULL;
		}
	}
	buffer_release(&text);
	return value;
}

static const struct fact *find_fact(const char *name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(facts); i++)
		if (strcmp(facts[i].name, name) == 0)
			return &facts[i];
	return NULL;
}

json_t *imds_metadata(struct imds *imds, const char *name, struct error *err)
{
	const struct fact *fact = find_fact(name);
	json_t *value;

	if (!fact) {
		error_set(err, ERROR_USAGE, NOWHERE, "instance metadata has no fact '%s'", name);
		return NULL;
	}
	value = json_incref(json_object_get(imds->known, name));
	if (value)
		return value;
	value = ask_fact(imds, fact, err);
	if (value && !fact->changes && json_object_set(imds->known, name, value) < 0)
		memory_exhausted();
	return value;
}
