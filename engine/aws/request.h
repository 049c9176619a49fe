/* A call as the signed HTTP request that goes over the wire. Pure but for memory; what it is signed with and for when
 * is the client's decision. */
#ifndef TIDEGATE_AWS_REQUEST_H
#define TIDEGATE_AWS_REQUEST_H

#include <jansson.h>
#include <stdint.h>

#include "aws/credentials.h"
#include "aws/endpoint.h"
#include "base/buffer.h"
#include "model/operation.h"
#include "wire/sigv4.h"
#include "wire/transport.h"

struct request_parts {
	const struct operation *operation;
	const json_t *input;
	const struct endpoint *endpoint;
	const struct credentials *credentials; /* NULL: not signed */
	const char *user_agent;
	int64_t time_ms; /* of signing, as AWS tells the time */
};

enum { REQUEST_OWN_HEADERS = 2, REQUEST_MOST_HEADERS = 6 };

struct request {
	struct http_request http; /* points into the rest: a request is not moved */
	struct http_header headers[REQUEST_MOST_HEADERS];
	struct sigv4_headers made;
	struct buffer body;
	struct buffer url;
};

/* -1 (ERROR_PROTOCOL) where the input does not fit the operation. Release it in either case. */
int request_init(struct request *request, const struct request_parts *parts, struct error *err);
void request_release(struct request *request);

#endif
