/* One call on its way: attempt after attempt, page after page, as a small state machine that the client drives. Private
 * to aws/client.c, which keeps the list of them, waits, and delivers what is done. */
#ifndef TIDEGATE_AWS_FLIGHT_H
#define TIDEGATE_AWS_FLIGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "aws/client.h"
#include "aws/pages.h"
#include "aws/verdict.h"

/* What all flights of a client share. */
struct flight_control {
	struct aws_client_options options;
	struct retry_quota quota;
	int64_t offset_ms;        /* AWS's time minus the clock's */
	bool had_credentials;
	int refreshes;            /* of credentials, forced by AWS's refusal */
};

enum flight_state {
	FLIGHT_WAITING, /* to be sent at due_ms */
	FLIGHT_SENT,    /* the transport has it */
	FLIGHT_DONE     /* to be delivered */
};

struct flight {
	struct flight *next;
	struct flight_control *control;
	enum flight_state state;
	struct call call;
	call_done *done;
	void *argument;
	struct pages pages;
	struct retry retry;   /* of the page that is asked for now */
	struct verdict verdict; /* on the last attempt */
	struct credentials credentials; /* those of the last attempt, a copy */
	int refreshes_seen;   /* when it was signed */
	int attempts;         /* of all pages */
	int64_t begun_ms;     /* monotonic, as due_ms */
	int64_t due_ms;
	int64_t signed_ms;    /* AWS's time */
	int64_t date_ms;      /* the last Date of AWS's */
	bool refreshed;       /* credentials, once a call */
	bool corrected;       /* the clock, once a call */
};

/* AWS's time. */
int64_t flight_control_wall_ms(const struct flight_control *control);

struct flight *flight_new(struct flight_control *control, const struct call *call, call_done *done, void *argument);
void flight_free(struct flight *flight); /* not while the transport has it */

/* Begins the attempt that is due: it is then sent, or done with a failure of ours. */
void flight_send(struct flight *flight);
/* Calls `done`. */
void flight_deliver(const struct flight *flight);

#endif
