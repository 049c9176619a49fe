/* AWS Signature Version 4 (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html) as four
 * pure steps, in the form that carries the signature in headers; and the other way round, for the simulated AWS. */
#ifndef TIDEGATE_WIRE_SIGV4_H
#define TIDEGATE_WIRE_SIGV4_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/digest.h"
#include "wire/transport.h"

struct sigv4_credentials {
	const char *access_key_id;
	const char *secret_access_key;
	const char *session_token; /* NULL or "": none */
};

struct sigv4_scope {
	const char *region;
	const char *service;
	int64_t time_ms; /* of signing, wall */
};

struct sigv4_options {
	bool normalize_path;      /* everything but S3 */
	bool double_encode_path;  /* likewise */
	bool sign_body_header;    /* adds x-amz-content-sha256 */
	bool omit_session_token;  /* added after signing, unsigned (some services want that) */
};

/* What is signed: path and query as they go over the wire. */
struct sigv4_request {
	const char *method;
	const char *path;
	const char *query; /* without '?'; "" for none */
	const struct http_header *headers; /* Host among them */
	size_t n_headers;
	const void *body;
	size_t body_length;
};

/* Step 1: the canonical request; step 2: the string to sign; step 3: the key and the signature; step 4: the headers
 * to add. Each adds its text to a buffer or fills an array; none can fail. Step 1 expects the x-amz-* headers to be
 * among the headers already, and leaves out those that a proxy may change (user-agent, connection, ...).
 * `signed_headers` gets the list "host;x-amz-date". */
void sigv4_canonical_request(const struct sigv4_request *request, const struct sigv4_options *options,
			     struct buffer *canonical, struct buffer *signed_headers);
void sigv4_string_to_sign(const struct sigv4_scope *scope, const char *canonical, struct buffer *text);
void sigv4_signature(const struct sigv4_scope *scope, const char *secret_access_key, const char *string_to_sign,
		     char signature[DIGEST_HEX_BYTES]);

/* All four. The headers made (x-amz-date, x-amz-security-token, authorization, ...) go into `made`; release it. */
struct sigv4_headers {
	struct http_header rows[4];
	size_t count;
	struct buffer text[4];
};
void sigv4_sign(const struct sigv4_request *request, const struct sigv4_scope *scope,
		const struct sigv4_credentials *credentials, const struct sigv4_options *options,
		struct sigv4_headers *made);
void sigv4_headers_release(struct sigv4_headers *made);

/* Who says that he signed a request, for what, and when. */
struct sigv4_claim {
	char access_key_id[128];
	char region[64];
	char service[64];
	int64_t time_ms;
};

/* The other side. 0 where the request (its authorization and x-amz-date headers among the others) carries a right
 * signature by a key that `secret_of` knows (it gives NULL for others) and was signed at most five minutes before or
 * after `now_ms`; *claim is then true. Else -1 (ERROR_CREDENTIALS) with AWS's own code first in the message:
 * "SignatureDoesNotMatch: ...". The host and all x-amz-* headers have to be signed, save x-amz-security-token, which
 * may be added after signing; whether that token is right is the caller's to ask. */
typedef const char *sigv4_secret_of(void *argument, const char *access_key_id);
int sigv4_verify(const struct sigv4_request *request, const struct sigv4_options *options, int64_t now_ms,
		 sigv4_secret_of *secret_of, void *argument, struct sigv4_claim *claim, struct error *err);

#endif
