#include "config.h"

#include "aws/exchange.h"

#include <poll.h>
#include <stdio.h>

enum { GRACE_MS = 500 }; /* for the transport to see its own time-out and say more of it */

struct wait {
	struct answer *answer;
	bool done;
};

void answer_release(struct answer *answer)
{
	buffer_release(&answer->body);
	*answer = (struct answer)ANSWER_INIT;
}

static void take_answer(void *argument, const struct http_response *response)
{
	const char *date = http_response_header(response, "date");
	struct wait *wait = argument;

	wait->done = true;
	wait->answer->failure = response->failure;
	wait->answer->status = response->failure == TRANSFER_ANSWERED ? response->status : 0;
	snprintf(wait->answer->reason, sizeof(wait->answer->reason), "%s", response->reason);
	snprintf(wait->answer->date, sizeof(wait->answer->date), "%s", date ? date : "");
	if (response->failure == TRANSFER_ANSWERED)
		buffer_add(&wait->answer->body, response->body, response->body_length);
}

bool exchange_is_stopped(const int *descriptor)
{
	struct pollfd stop = { .fd = descriptor ? *descriptor : -1, .events = POLLIN };

	return poll(&stop, 1, 0) > 0;
}

/* Polls until the deadline or a stop, or until *done where that is given. */
static int poll_until(struct transport *transport, struct clock *clock, int64_t deadline_ms, const bool *done,
		      struct error *err)
{
	int64_t left_ms;

	while (!(done && *done)) {
		left_ms = deadline_ms - clock->monotonic_ms(clock);
		if (left_ms <= 0 || exchange_is_stopped(transport->stop_descriptor))
			return 0;
		if (transport->poll(transport, (int)left_ms, err) < 0)
			return -1;
	}
	return 0;
}

int exchange(struct transport *transport, struct clock *clock, const struct http_request *request,
	     struct answer *answer, struct error *err)
{
	int64_t deadline_ms = clock->monotonic_ms(clock) + request->total_timeout_ms + GRACE_MS;
	struct wait wait = { .answer = answer };
	int result;

	answer_release(answer);
	transport->start(transport, request, take_answer, &wait);
	result = poll_until(transport, clock, deadline_ms, &wait.done, err);
	if (wait.done)
		return result;
	transport->cancel(transport);
	answer->failure = TRANSFER_NO_ANSWER;
	if (exchange_is_stopped(transport->stop_descriptor))
		snprintf(answer->reason, sizeof(answer->reason), "stopped by a signal");
	else
		snprintf(answer->reason, sizeof(answer->reason), "no answer within %d ms", request->total_timeout_ms);
	return result;
}

int exchange_pause(struct transport *transport, struct clock *clock, int pause_ms, struct error *err)
{
	return poll_until(transport, clock, clock->monotonic_ms(clock) + pause_ms, NULL, err);
}
