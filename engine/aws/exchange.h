/* One HTTP exchange awaited: what asks for credentials and for instance metadata needs one answer before anything else
 * can go on. The transport must be one of its own, with nothing else in flight: an exchange that takes too long is
 * dropped, and everything on that transport with it. Where a stop is asked for (stop_descriptor) it is dropped at once,
 * for a hook that is ended must not wait for instance metadata first. */
#ifndef TIDEGATE_AWS_EXCHANGE_H
#define TIDEGATE_AWS_EXCHANGE_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/error.h"
#include "wire/transport.h"

struct answer {
	enum transfer_failure failure;
	int status;         /* 0 where none came */
	struct buffer body; /* may hold secrets: never shown */
	char reason[160];
	char date[40];      /* the header, as it came; "" where there was none */
};

#define ANSWER_INIT { 0 }

void answer_release(struct answer *answer);

/* Whether a stop was asked for. `descriptor` may be NULL, or -1. */
bool exchange_is_stopped(const int *descriptor);

/* Sends and waits, at most the request's total time and a little. 0 whatever came (see answer->failure); -1
 * (ERROR_NETWORK) where waiting itself is impossible. */
int exchange(struct transport *transport, struct clock *clock, const struct http_request *request,
	     struct answer *answer, struct error *err);

/* Lets `pause_ms` pass on a transport with nothing in flight, or less where a stop is asked for. */
int exchange_pause(struct transport *transport, struct clock *clock, int pause_ms, struct error *err);

#endif
