/* From an HTTP answer to a verdict, case by case: no answer, an answer that is done, an error of AWS's, and a page that
 * is none of AWS's. */
#include "config.h"

#include "aws/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/libcurl.h"
#include "base/memory.h"
#include "base/printable.h"
#include "wire/query.h"

#define WHO_ELSE_ANSWERS "look for a proxy in between, or a wrong endpoint URL"

void verdict_set(struct verdict *verdict, enum failure failure, const char *code, const char *message)
{
	*verdict = (struct verdict){
		.failure = failure, .nothing_done = true, .cause = RETRY_FAULT, .asked_ms = RETRY_NOT_ASKED
	};
	printable_copy(verdict->code, sizeof(verdict->code), code);
	printable_copy(verdict->message, sizeof(verdict->message), message);
}

void verdict_release(struct verdict *verdict)
{
	json_decref(verdict->output);
	verdict->output = NULL;
}

/* What a transfer without an answer means. */
static const struct {
	enum failure failure;
	const char *code;
	bool nothing_done;
	bool passing;
} unanswered[] = {
	[TRANSFER_NOT_SENT] = { FAILURE_UNREACHABLE, "NotSent", true, true },
	[TRANSFER_NO_ANSWER] = { FAILURE_UNREACHABLE, "NoAnswer", false, true },
	/* The same question would get the same answer. */
	[TRANSFER_TOO_LARGE] = { FAILURE_UNAVAILABLE, "AnswerTooLarge", false, false },
};

static void verdict_read_silence(struct verdict *verdict, const struct http_response *response)
{
	verdict->failure = unanswered[response->failure].failure;
	verdict->nothing_done = unanswered[response->failure].nothing_done;
	verdict->passing = unanswered[response->failure].passing;
	verdict->cause = response->timed_out ? RETRY_TIMED_OUT : RETRY_FAULT;
	printable_copy(verdict->code, sizeof(verdict->code), unanswered[response->failure].code);
	printable_copy(verdict->message, sizeof(verdict->message), response->reason);
}

static void verdict_read_done(struct verdict *verdict, const struct operation *operation,
			      const struct http_response *response)
{
	struct error err = ERROR_INIT;
	char *request_id = NULL, *message;

	/* The protocol lets an operation without output answer nothing at all, but AWS names at least the request: an
	 * empty page comes from some box in between. */
	if (response->body_length > 0)
		verdict->output = query_decode_response(operation, response->body, response->body_length, &request_id,
							&err);
	else
		error_set(&err, ERROR_PROTOCOL, NOWHERE, "the answer is empty");
	if (request_id && !verdict->request_id[0])
		printable_copy(verdict->request_id, sizeof(verdict->request_id), request_id);
	free(request_id);
	if (verdict->output)
		return;
	verdict->failure = FAILURE_UNAVAILABLE;
	verdict->passing = true;
	message = memory_format("%s: " WHO_ELSE_ANSWERS, err.message);
	printable_copy(verdict->code, sizeof(verdict->code), "UnreadableAnswer");
	printable_copy(verdict->message, sizeof(verdict->message), message);
	free(message);
}

/* Some of AWS's sentences on signatures go on with all that was signed. */
static void cut_what_was_signed(char *message)
{
	static const char *const beginnings[] = {
		"The Canonical String for this request",
		"The String-to-Sign should",
	};

	for (size_t i = 0; i < ARRAY_LENGTH(beginnings); i++) {
		char *at = strstr(message, beginnings[i]);

		if (at)
			*at = '\0';
	}
	for (size_t length = strlen(message); length > 0 && message[length - 1] == ' '; length--)
		message[length - 1] = '\0';
}

/* The message ends where a secret begins; its first bytes suffice to know it, for the message itself was cut short. */
static void cut_secret(char *message, const char *secret)
{
	enum { ENOUGH = 8 };
	char beginning[ENOUGH + 1];
	char *at;

	if (!secret || strlen(secret) < ENOUGH)
		return;
	memcpy(beginning, secret, ENOUGH);
	beginning[ENOUGH] = '\0';
	at = strstr(message, beginning);
	if (at)
		*at = '\0';
}

static void verdict_hide(struct verdict *verdict, const struct credentials *credentials)
{
	cut_what_was_signed(verdict->message);
	if (!credentials)
		return;
	cut_secret(verdict->message, credentials->secret_access_key);
	cut_secret(verdict->message, credentials->session_token);
}

/* A page that some box in between made, or nothing: nobody says what became of the request. */
static void verdict_read_foreign(struct verdict *verdict, const struct operation *operation)
{
	bool unused;

	snprintf(verdict->code, sizeof(verdict->code), "Http%d", verdict->http_status);
	snprintf(verdict->message, sizeof(verdict->message),
		 "the answer (HTTP %d) is none of AWS's: " WHO_ELSE_ANSWERS, verdict->http_status);
	verdict->failure = operation_failure(operation, "", "", verdict->http_status, &unused);
}

static bool failure_is_passing(enum failure failure)
{
	return failure == FAILURE_THROTTLED || failure == FAILURE_UNAVAILABLE || failure == FAILURE_UNREACHABLE;
}

static void verdict_read_fault(struct verdict *verdict, const struct operation *operation,
			       const struct http_response *response)
{
	struct query_fault fault = { 0 };
	bool retry = false;

	if (query_decode_fault(response->body, response->body_length, &fault, NULL) != 0) {
		verdict_read_foreign(verdict, operation);
	} else {
		printable_copy(verdict->code, sizeof(verdict->code), fault.code);
		printable_copy(verdict->message, sizeof(verdict->message), fault.message);
		if (!verdict->request_id[0])
			printable_copy(verdict->request_id, sizeof(verdict->request_id), fault.request_id);
		verdict->failure = operation_failure(operation, fault.code, fault.message, response->status, &retry);
		/* A refusal: AWS understood and did not. A fault of its own may have come half-way. */
		verdict->nothing_done = retry || (response->status >= 400 && response->status < 500 &&
						  verdict->failure != FAILURE_UNAVAILABLE);
	}
	verdict->passing = retry || failure_is_passing(verdict->failure);
	verdict->cause = verdict->failure == FAILURE_THROTTLED ? RETRY_THROTTLED : RETRY_FAULT;
}

static int64_t header_date_ms(const struct http_response *response)
{
	const char *date = http_response_header(response, "date");
	time_t seconds = date ? libcurl()->getdate(date, NULL) : -1;

	return seconds > 0 ? (int64_t)seconds * 1000 : 0;
}

static int64_t header_asked_ms(const struct http_response *response)
{
	const char *text = http_response_header(response, "x-amz-retry-after");
	size_t digits = text ? strspn(text, "0123456789") : 0;

	if (digits == 0 || digits > 9 || text[digits] != '\0')
		return RETRY_NOT_ASKED;
	return strtol(text, NULL, 10);
}

/* A header may hold any byte, and a request ID ends up in JSON. */
static bool header_is_word(const char *value)
{
	for (; *value; value++)
		if (*value <= ' ' || *value >= 0x7f)
			return false;
	return true;
}

void verdict_read(struct verdict *verdict, const struct operation *operation, const struct http_response *response,
		  const struct credentials *credentials)
{
	const char *request_id = http_response_header(response, "x-amzn-requestid");

	*verdict = (struct verdict){ .cause = RETRY_FAULT, .asked_ms = RETRY_NOT_ASKED };
	if (response->failure != TRANSFER_ANSWERED) {
		verdict_read_silence(verdict, response);
		return;
	}
	verdict->http_status = response->status;
	verdict->date_ms = header_date_ms(response);
	verdict->asked_ms = header_asked_ms(response);
	if (request_id && header_is_word(request_id))
		printable_copy(verdict->request_id, sizeof(verdict->request_id), request_id);
	if (response->status >= 200 && response->status < 300)
		verdict_read_done(verdict, operation, response);
	else
		verdict_read_fault(verdict, operation, response);
	verdict_hide(verdict, credentials);
}

bool verdict_shows_skew(const struct verdict *verdict, int64_t signed_ms, int64_t *offset_ms)
{
	static const char *const codes[] = {
		"RequestTimeTooSkewed", "RequestExpired",   "RequestInTheFuture",      "InvalidSignatureException",
		"AuthFailure",		"SignatureDoesNotMatch",
	};

	*offset_ms = verdict->date_ms - signed_ms;
	if (verdict->date_ms == 0 || llabs(*offset_ms) < SKEW_MS)
		return false;
	for (size_t i = 0; i < ARRAY_LENGTH(codes); i++)
		if (strcmp(verdict->code, codes[i]) == 0)
			return true;
	return false;
}
