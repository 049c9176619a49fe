/* The awsQuery and ec2Query protocols (smithy.io/2.0/aws/protocols/aws-query-protocol.html), both directions: a request
 * as a form body, an answer as XML. Values are jansson's; types come from the operation's shapes. Pure. */
#ifndef TIDEGATE_WIRE_QUERY_H
#define TIDEGATE_WIRE_QUERY_H

#include <jansson.h>

#include "base/buffer.h"
#include "base/error.h"
#include "model/operation.h"

enum { QUERY_MAX_DEPTH = 64 };

/* Client side. encode: adds "Action=...&Version=...&..."; -1 (ERROR_PROTOCOL) where a member is unknown, of the wrong
 * type, or required and missing. A member that is null is left out, and so is an empty map. An empty list is
 * `Name=` in awsQuery, because that protocol says so, and nothing in EC2's: what a service makes of either is its own
 * affair (it may mean "all"), so whoever can end up with an empty list has to decide that before. */
int query_encode_request(const struct operation *operation, const json_t *input, struct buffer *body,
			 struct error *err);
/* A new object, or NULL (ERROR_PROTOCOL: not XML, a DOCTYPE, too deep, not this operation's answer, a value that is not
 * of its type). Elements that the shapes do not know are passed over; a list that is there and empty is [], one that
 * is not there is absent. An empty body is {} where the output has no members. *request_id, where given, gets a new
 * string or NULL; text is kept as it came, control characters and all. */
json_t *query_decode_response(const struct operation *operation, const char *body, size_t length, char **request_id,
			      struct error *err);

struct query_fault {
	char code[96];
	char message[512];
	char request_id[80];
};

/* An error answer's code, text and request ID, for people and logs: control characters are blanks, and what is too long
 * is cut between two characters. -1 where the body is no error answer (a proxy's HTML page, nothing). */
int query_decode_fault(const char *body, size_t length, struct query_fault *fault, struct error *err);

/* Server side, for the simulated AWS. decode: a new object, the input of the operation that `find` gives for the Action
 * (*operation), or NULL with AWS's own code first in the message: "InvalidAction: ...", "ValidationError: ...". It is
 * stricter than AWS in one thing: awsQuery, too, refuses a parameter that is not known, since the simulation would
 * otherwise leave out what it was asked for. encode_response: -1 where the output does not fit its shapes. */
typedef const struct operation *query_find(void *argument, const char *action, const char *version);
json_t *query_decode_request(const char *body, size_t length, query_find *find, void *argument,
			     const struct operation **operation, struct error *err);
int query_encode_response(const struct operation *operation, const json_t *output, const char *request_id,
			  struct buffer *body, struct error *err);
void query_encode_fault(const struct operation *operation, const struct query_fault *fault, bool senders_fault,
			struct buffer *body);

#endif
