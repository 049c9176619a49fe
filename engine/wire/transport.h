/* One HTTP exchange as the AWS client needs it: libcurl's multi interface in aws/, the simulated AWS in sim/. */
#ifndef TIDEGATE_WIRE_TRANSPORT_H
#define TIDEGATE_WIRE_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct http_header {
	const char *name;
	const char *value;
};

struct http_request {
	const char *method;
	const char *url; /* absolute, path and query already encoded */
	const struct http_header *headers; /* Host and Content-Length are the transport's own business */
	size_t n_headers;
	const void *body;
	size_t body_length;
	int connect_timeout_ms;
	int total_timeout_ms;
	size_t max_response_bytes; /* a longer answer is a failure */
	bool no_proxy;             /* instance metadata: never through a proxy */
	const char *ca_bundle;     /* a PEM file in place of the transport's; NULL: the transport's */
};

enum transfer_failure {
	TRANSFER_ANSWERED,    /* a whole HTTP answer came, whatever its status */
	TRANSFER_NOT_SENT,    /* it provably did not reach the server: DNS, connect, TLS */
	TRANSFER_NO_ANSWER,   /* it may have been received: reset, time-out, cut short */
	TRANSFER_TOO_LARGE
};

struct http_response {
	enum transfer_failure failure;
	int status;
	const struct http_header *headers; /* names in lower case */
	size_t n_headers;
	const char *body; /* with a NUL behind */
	size_t body_length;
	bool timed_out;   /* it failed because it took too long */
	char reason[160]; /* why it failed, for people */
};

/* NULL where there is none. `name` in lower case. */
const char *http_response_header(const struct http_response *response, const char *name);

/* The response is borrowed during the callback. */
typedef void transfer_done(void *argument, const struct http_response *response);

struct transport {
	/* Copies the request. `done` is called exactly once, from inside poll. */
	void (*start)(struct transport *transport, const struct http_request *request, transfer_done *done,
		      void *argument);
	/* Waits at most `timeout_ms` for something to happen and calls what is done; 0 looks only. */
	int (*poll)(struct transport *transport, int timeout_ms, struct error *err);
	void (*cancel)(struct transport *transport); /* drops what is in flight, without `done` */
	/* Readable once nobody is to be waited for any more: a stop was asked for, and poll returns at once. NULL or
	 * -1 in it: never. */
	const int *stop_descriptor;
};

#endif
