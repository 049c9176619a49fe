/* Signature Version 4, steps 2 to 4: from the canonical request (wire/sigv4_canonical.c) to the headers that carry the
 * signature. Pure; time and keys are arguments. */
#include "config.h"

#include "wire/sigv4.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "wire/sigv4_canonical.h"

void sigv4_date(int64_t time_ms, char date[SIGV4_DATE_BYTES])
{
	char text[TIME_TEXT_BYTES];
	size_t length = 0;

	for (const char *c = time_format(time_ms, text); *c && length < SIGV4_DATE_BYTES - 1; c++)
		if (*c != '-' && *c != ':')
			date[length++] = *c;
	date[length] = '\0';
}

void sigv4_add_scope(struct buffer *into, const struct sigv4_scope *scope)
{
	char date[SIGV4_DATE_BYTES];

	sigv4_date(scope->time_ms, date);
	buffer_add_format(into, "%.*s/%s/%s/aws4_request", SIGV4_DAY_LENGTH, date, scope->region, scope->service);
}

void sigv4_string_to_sign(const struct sigv4_scope *scope, const char *canonical, struct buffer *text)
{
	unsigned char digest[DIGEST_BYTES];
	char hex[DIGEST_HEX_BYTES], date[SIGV4_DATE_BYTES];

	sigv4_date(scope->time_ms, date);
	buffer_add_format(text, "AWS4-HMAC-SHA256\n%s\n", date);
	sigv4_add_scope(text, scope);
	digest_sha256(canonical, strlen(canonical), "", 0, digest);
	digest_hex(digest, hex);
	buffer_add_format(text, "\n%s", hex);
}

/* Each part of the scope narrows the key: for a day, a region, a service. */
static void sigv4_key(const struct sigv4_scope *scope, const char *secret_access_key, unsigned char key[DIGEST_BYTES])
{
	char date[SIGV4_DATE_BYTES];
	char *first = memory_format("AWS4%s", secret_access_key);

	sigv4_date(scope->time_ms, date);
	digest_hmac_sha256(first, strlen(first), date, SIGV4_DAY_LENGTH, key);
	digest_hmac_sha256(key, DIGEST_BYTES, scope->region, strlen(scope->region), key);
	digest_hmac_sha256(key, DIGEST_BYTES, scope->service, strlen(scope->service), key);
	digest_hmac_sha256(key, DIGEST_BYTES, "aws4_request", strlen("aws4_request"), key);
	free(first);
}

void sigv4_signature(const struct sigv4_scope *scope, const char *secret_access_key, const char *string_to_sign,
		     char signature[DIGEST_HEX_BYTES])
{
	unsigned char key[DIGEST_BYTES], digest[DIGEST_BYTES];

	sigv4_key(scope, secret_access_key, key);
	digest_hmac_sha256(key, DIGEST_BYTES, string_to_sign, strlen(string_to_sign), digest);
	digest_hex(digest, signature);
}

/* The text of the row that comes next; the row itself points at it once it is complete. */
static struct buffer *made_next(struct sigv4_headers *made)
{
	return &made->text[made->count];
}

static void made_finish(struct sigv4_headers *made, const char *name)
{
	made->rows[made->count] = (struct http_header){ .name = name, .value = buffer_text(made_next(made)) };
	made->count++;
}

static void made_add(struct sigv4_headers *made, const char *name, const char *value)
{
	buffer_add_text(made_next(made), value);
	made_finish(made, name);
}

static void made_add_digest(struct sigv4_headers *made, const struct sigv4_request *request)
{
	unsigned char digest[DIGEST_BYTES];
	char hex[DIGEST_HEX_BYTES];

	digest_sha256(request->body, request->body_length, "", 0, digest);
	digest_hex(digest, hex);
	made_add(made, "x-amz-content-sha256", hex);
}

/* Over the request's own headers and those made so far. */
static void made_add_authorization(struct sigv4_headers *made, const struct sigv4_request *request,
				   const struct sigv4_scope *scope, const struct sigv4_credentials *credentials,
				   const struct sigv4_options *options)
{
	struct http_header *headers = memory_new(request->n_headers + made->count, sizeof(*headers));
	struct sigv4_request whole = *request;
	struct buffer canonical = BUFFER_INIT, names = BUFFER_INIT, text = BUFFER_INIT;
	struct buffer *value = made_next(made);
	char signature[DIGEST_HEX_BYTES];

	if (request->n_headers)
		memcpy(headers, request->headers, request->n_headers * sizeof(*headers));
	memcpy(headers + request->n_headers, made->rows, made->count * sizeof(*headers));
	whole.headers = headers;
	whole.n_headers = request->n_headers + made->count;
	sigv4_canonical_request(&whole, options, &canonical, &names);
	sigv4_string_to_sign(scope, buffer_text(&canonical), &text);
	sigv4_signature(scope, credentials->secret_access_key, buffer_text(&text), signature);
	buffer_add_format(value, "AWS4-HMAC-SHA256 Credential=%s/", credentials->access_key_id);
	sigv4_add_scope(value, scope);
	buffer_add_format(value, ", SignedHeaders=%s, Signature=%s", buffer_text(&names), signature);
	made_finish(made, "authorization");
	buffer_release(&canonical);
	buffer_release(&names);
	buffer_release(&text);
	free(headers);
}

void sigv4_sign(const struct sigv4_request *request, const struct sigv4_scope *scope,
		const struct sigv4_credentials *credentials, const struct sigv4_options *options,
		struct sigv4_headers *made)
{
	bool has_token = credentials->session_token && *credentials->session_token;
	char date[SIGV4_DATE_BYTES];

	*made = (struct sigv4_headers){ 0 };
	sigv4_date(scope->time_ms, date);
	made_add(made, "x-amz-date", date);
	if (options->sign_body_header)
		made_add_digest(made, request);
	if (has_token && !options->omit_session_token)
		made_add(made, "x-amz-security-token", credentials->session_token);
	made_add_authorization(made, request, scope, credentials, options);
	if (has_token && options->omit_session_token)
		made_add(made, "x-amz-security-token", credentials->session_token);
}

void sigv4_headers_release(struct sigv4_headers *made)
{
	for (size_t i = 0; i < made->count; i++)
		buffer_release(&made->text[i]);
	*made = (struct sigv4_headers){ 0 };
}
