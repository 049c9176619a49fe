/* What came of one attempt: whether it was done, why not, and whether it may have taken effect all the same. The one
 * place where an HTTP answer is read; pure. What to do about it is decided in aws/client.c. */
#ifndef TIDEGATE_AWS_VERDICT_H
#define TIDEGATE_AWS_VERDICT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "aws/credentials.h"
#include "aws/retry.h"
#include "model/operation.h"
#include "wire/transport.h"

struct verdict {
	enum failure failure; /* FAILURE_NONE: done */
	/* Proved by where it failed, by a refusal of AWS's own, or by the catalogue's word on this error: there was no
	 * effect, and the request may be sent again even if it changes something. */
	bool nothing_done;
	bool passing; /* a later attempt may well succeed */
	enum retry_cause cause;
	int64_t asked_ms; /* x-amz-retry-after; RETRY_NOT_ASKED */
	int64_t date_ms;  /* AWS's clock; 0 where unknown */
	int http_status;  /* 0 where no answer came */
	json_t *output;   /* where done */
	char code[96];
	char message[512];
	char request_id[80];
};

/* `credentials` are those it was signed with: no part of them is left in the message, for some of AWS's error texts
 * repeat what was signed, the session token included. Release the verdict. */
void verdict_read(struct verdict *verdict, const struct operation *operation, const struct http_response *response,
		  const struct credentials *credentials);
void verdict_release(struct verdict *verdict);

/* A failure that was found on our side of the wire; nothing was sent. */
void verdict_set(struct verdict *verdict, enum failure failure, const char *code, const char *message);

/* AWS refused the signature and its Date is SKEW_MS or more off `signed_ms`: *offset_ms is what to add to that. */
enum { SKEW_MS = 300000 };
bool verdict_shows_skew(const struct verdict *verdict, int64_t signed_ms, int64_t *offset_ms);

#endif
