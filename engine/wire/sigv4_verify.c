/* Signature Version 4 from the other side: takes an Authorization header apart, signs the request again with the key
 * that it names, and compares. It answers in AWS's words, because the simulated AWS gives them to real clients. */
#include "config.h"

#include "wire/sigv4.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/memory.h"
#include "wire/sigv4_canonical.h"

enum { SKEW_MOST_MS = 5 * 60 * 1000 };

/* What an Authorization header says; the texts point into the arena. */
struct authorization {
	char *access_key_id;
	char *day;
	char *region;
	char *service;
	char *terminator;
	char *signed_headers;
	char *signature;
	int64_t time_ms;
};

static int verify_fail(struct error *err, const char *sentence)
{
	return error_set(err, ERROR_CREDENTIALS, NOWHERE, "%s", sentence);
}

static const char *verify_header(const struct sigv4_request *request, const char *name)
{
	for (size_t i = 0; i < request->n_headers; i++)
		if (strcasecmp(request->headers[i].name, name) == 0)
			return request->headers[i].value;
	return NULL;
}

/* The text behind "NAME=", up to a comma or blank; NULL where there is none. */
static char *authorization_field(struct arena *arena, const char *text, const char *name)
{
	size_t length = strlen(name);

	for (; *text; text += strcspn(text, ", "), text += strspn(text, ", "))
		if (strncmp(text, name, length) == 0 && text[length] == '=')
			return arena_copy(arena, text + length + 1, strcspn(text + length + 1, ", "));
	return NULL;
}

/* "KEY/20150830/us-east-1/service/aws4_request". */
static int authorization_split_credential(struct authorization *authorization, char *credential)
{
	char **const parts[] = { &authorization->access_key_id, &authorization->day, &authorization->region,
				 &authorization->service, &authorization->terminator };

	for (size_t i = 0; i < ARRAY_LENGTH(parts); i++)
		*parts[i] = strsep(&credential, "/");
	if (!authorization->terminator || credential)
		return -1;
	return strcmp(authorization->terminator, "aws4_request") == 0 ? 0 : -1;
}

/* "20150830T123600Z"; -1 where it is none. */
static int64_t verify_parse_date(const char *date)
{
	char text[TIME_TEXT_BYTES + 4];

	if (strlen(date) != SIGV4_DATE_BYTES - 1)
		return -1;
	snprintf(text, sizeof(text), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", date, date + 4, date + 6, date + 9, date + 11,
		 date + 13);
	return time_parse(text);
}

static int authorization_read_date(struct authorization *authorization, const char *date, struct error *err)
{
	char again[SIGV4_DATE_BYTES];

	if (!date)
		return verify_fail(err, "IncompleteSignature: Authorization header requires existence of either a "
					"'X-Amz-Date' or a 'Date' header.");
	authorization->time_ms = verify_parse_date(date);
	sigv4_date(authorization->time_ms, again);
	if (authorization->time_ms < 0 || strcmp(again, date) != 0)
		return verify_fail(err, "IncompleteSignature: Date must be in ISO-8601 'basic format'.");
	if (strlen(authorization->day) != SIGV4_DAY_LENGTH || strncmp(date, authorization->day, SIGV4_DAY_LENGTH) != 0)
		return verify_fail(err, "SignatureDoesNotMatch: Date in Credential scope does not match YYYYMMDD from "
					"ISO-8601 version of date from HTTP.");
	return 0;
}

static int authorization_read(struct authorization *authorization, struct arena *arena,
			      const struct sigv4_request *request, struct error *err)
{
	static const char algorithm[] = "AWS4-HMAC-SHA256 ";
	const char *text = verify_header(request, "authorization");
	char *credential;

	if (!text)
		return verify_fail(err, "MissingAuthenticationToken: Request is missing Authentication Token");
	if (strncmp(text, algorithm, strlen(algorithm)) != 0)
		return verify_fail(err, "IncompleteSignature: Unsupported AWS 'algorithm': "
					"only AWS4-HMAC-SHA256 is known");
	text += strlen(algorithm);
	credential = authorization_field(arena, text, "Credential");
	authorization->signed_headers = authorization_field(arena, text, "SignedHeaders");
	authorization->signature = authorization_field(arena, text, "Signature");
	if (!credential || !authorization->signed_headers || !authorization->signature)
		return verify_fail(err, "IncompleteSignature: Authorization header requires 'Credential', "
					"'SignedHeaders' and 'Signature' parameters.");
	if (authorization_split_credential(authorization, credential))
		return verify_fail(err, "IncompleteSignature: Credential must have exactly 5 slash-delimited elements, "
					"the last 'aws4_request'");
	return authorization_read_date(authorization, verify_header(request, "x-amz-date"), err);
}

static bool authorization_signs(const struct authorization *authorization, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = authorization->signed_headers; *at; at += strcspn(at, ";"), at += *at == ';')
		if (strncasecmp(at, name, length) == 0 && (at[length] == ';' || at[length] == '\0'))
			return true;
	return false;
}

static bool header_has_to_be_signed(const char *name)
{
	return strcasecmp(name, "host") == 0 ||
	       (strncasecmp(name, "x-amz-", 6) == 0 && strcasecmp(name, "x-amz-security-token") != 0);
}

/* The headers that the signature covers; -1 where it leaves one out that it has to cover. */
static int verify_choose_headers(const struct authorization *authorization, const struct sigv4_request *request,
				 const struct http_header **chosen, size_t *count, struct error *err)
{
	if (!authorization_signs(authorization, "host"))
		return verify_fail(err, "SignatureDoesNotMatch: 'Host' must be a 'SignedHeader' in the AWS "
					"Authorization.");
	for (size_t i = 0; i < request->n_headers; i++) {
		const char *name = request->headers[i].name;

		if (authorization_signs(authorization, name))
			chosen[(*count)++] = &request->headers[i];
		else if (header_has_to_be_signed(name))
			return error_set(err, ERROR_CREDENTIALS, NOWHERE,
					 "SignatureDoesNotMatch: '%s' must be a 'SignedHeader' in the AWS "
					 "Authorization.", name);
	}
	return 0;
}

static int verify_signature(const struct authorization *authorization, const struct sigv4_request *request,
			    const struct sigv4_options *options, const char *secret, struct error *err)
{
	const struct sigv4_scope scope = { .region = authorization->region,
					   .service = authorization->service,
					   .time_ms = authorization->time_ms };
	const struct http_header **chosen = memory_new(request->n_headers + 1, sizeof(struct http_header *));
	struct buffer canonical = BUFFER_INIT, names = BUFFER_INIT, text = BUFFER_INIT;
	char signature[DIGEST_HEX_BYTES];
	size_t count = 0;
	int status = verify_choose_headers(authorization, request, chosen, &count, err);

	if (status == 0) {
		sigv4_canonical_with(request, chosen, count, options, &canonical, &names);
		sigv4_string_to_sign(&scope, buffer_text(&canonical), &text);
		sigv4_signature(&scope, secret, buffer_text(&text), signature);
		if (strcmp(buffer_text(&names), authorization->signed_headers) != 0 ||
		    strlen(authorization->signature) != DIGEST_HEX_BYTES - 1 ||
		    !digest_same(signature, authorization->signature))
			status = verify_fail(err, "SignatureDoesNotMatch: The request signature we calculated does not "
						  "match the signature you provided. Check your AWS Secret Access Key "
						  "and signing method.");
	}
	buffer_release(&canonical);
	buffer_release(&names);
	buffer_release(&text);
	free(chosen);
	return status;
}

static int verify_time(const struct authorization *authorization, int64_t now_ms, struct error *err)
{
	char signed_at[SIGV4_DATE_BYTES], now[SIGV4_DATE_BYTES];

	sigv4_date(authorization->time_ms, signed_at);
	sigv4_date(now_ms, now);
	if (authorization->time_ms < now_ms - SKEW_MOST_MS)
		return error_set(err, ERROR_CREDENTIALS, NOWHERE,
				 "SignatureDoesNotMatch: Signature expired: %s is now earlier than %s - 5 min.",
				 signed_at, now);
	if (authorization->time_ms > now_ms + SKEW_MOST_MS)
		return error_set(err, ERROR_CREDENTIALS, NOWHERE,
				 "SignatureDoesNotMatch: Signature not yet current: %s is still later than %s + 5 min.",
				 signed_at, now);
	return 0;
}

static int claim_fill(struct sigv4_claim *claim, const struct authorization *authorization, struct error *err)
{
	const struct {
		char *into;
		size_t size;
		const char *from;
	} texts[] = {
		{ claim->access_key_id, sizeof(claim->access_key_id), authorization->access_key_id },
		{ claim->region, sizeof(claim->region), authorization->region },
		{ claim->service, sizeof(claim->service), authorization->service },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		if ((size_t)snprintf(texts[i].into, texts[i].size, "%s", texts[i].from) >= texts[i].size)
			return verify_fail(err, "IncompleteSignature: Credential is too long");
	claim->time_ms = authorization->time_ms;
	return 0;
}

int sigv4_verify(const struct sigv4_request *request, const struct sigv4_options *options, int64_t now_ms,
		 sigv4_secret_of *secret_of, void *argument, struct sigv4_claim *claim, struct error *err)
{
	struct authorization authorization = { 0 };
	struct arena *arena = arena_new();
	const char *secret = NULL;
	int status = authorization_read(&authorization, arena, request, err);

	if (status == 0)
		status = claim_fill(claim, &authorization, err);
	if (status == 0)
		secret = secret_of(argument, authorization.access_key_id);
	if (status == 0 && !secret)
		status = verify_fail(err, "InvalidClientTokenId: The security token included in the request is "
					  "invalid.");
	if (status == 0)
		status = verify_signature(&authorization, request, options, secret, err);
	if (status == 0)
		status = verify_time(&authorization, now_ms, err);
	arena_free(arena);
	return status;
}
