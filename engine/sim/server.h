/* The simulated AWS on a port, for any AWS client: by libmicrohttpd, one thread, everything bounded. What is built
 * without that library refuses with a sentence. */
#ifndef TIDEGATE_SIM_SERVER_H
#define TIDEGATE_SIM_SERVER_H

#include <signal.h>

#include "model/services.h"
#include "sim/sim.h"

struct sim_server_options {
	const char *address; /* an IPv4 or IPv6 address; NULL: 127.0.0.1 */
	uint16_t port;       /* 0: the system chooses */
	double speed;        /* so many seconds pass in the world in one of ours; 0: one */
	struct clock *clock; /* ours */
	/* Called once it listens, with the URL for AWS_ENDPOINT_URL. */
	void (*ready)(void *argument, const char *url);
	void *argument;
	const volatile sig_atomic_t *stop; /* set: it ends, within a quarter of a second */
};

enum {
	SIM_SERVER_BODY_MOST = 64 * 1024, /* a longer request is a 413 */
	SIM_SERVER_CONNECTIONS_MOST = 64,
	SIM_SERVER_IDLE_SECONDS = 60
};

/* Signatures and Date go by our clock, whatever the speed. 0 when it was stopped; -1 (ERROR_NETWORK, ERROR_USAGE). */
int sim_serve(struct sim *sim, struct services *services, const struct sim_server_options *options,
	      struct error *err);

#endif
