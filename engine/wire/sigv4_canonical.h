/* What the signer and the verifier of wire/sigv4.h share: the canonical request over headers of their own choice. */
#ifndef TIDEGATE_WIRE_SIGV4_CANONICAL_H
#define TIDEGATE_WIRE_SIGV4_CANONICAL_H

#include <stdbool.h>

#include "wire/sigv4.h"

/* False for headers that the signer leaves out: proxies and HTTP libraries change them. */
bool sigv4_header_signable(const char *name);

/* `headers` points into request->headers and is sorted in place. */
void sigv4_canonical_with(const struct sigv4_request *request, const struct http_header **headers, size_t count,
			  const struct sigv4_options *options, struct buffer *canonical, struct buffer *signed_headers);

/* "20150830T123600Z" of a time, in SIGV4_DATE_BYTES. */
enum { SIGV4_DATE_BYTES = 17, SIGV4_DAY_LENGTH = 8 };
void sigv4_date(int64_t time_ms, char date[SIGV4_DATE_BYTES]);

/* "20150830/us-east-1/service/aws4_request". */
void sigv4_add_scope(struct buffer *into, const struct sigv4_scope *scope);

#endif
