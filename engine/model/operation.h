/* The operation catalogue: AWS API calls as data (schemas/operations/SERVICE.yaml). An operation knows the types of
 * what goes in and comes out, whether it only reads, what its errors mean, and what to do when its answer is lost. */
#ifndef TIDEGATE_MODEL_OPERATION_H
#define TIDEGATE_MODEL_OPERATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/failure.h"
#include "text/record.h"

enum shape_kind {
	SHAPE_STRUCTURE,
	SHAPE_LIST,
	SHAPE_MAP,
	SHAPE_STRING,
	SHAPE_INTEGER, /* integer and long */
	SHAPE_FLOAT,   /* float and double */
	SHAPE_BOOLEAN,
	SHAPE_TIMESTAMP, /* as JSON: seconds since 1970, a number */
	SHAPE_BLOB       /* as JSON: base64 text */
};

enum timestamp_format { TIMESTAMP_ISO8601, TIMESTAMP_UNIX, TIMESTAMP_RFC822 };

struct shape;

struct shape_member {
	const char *name;         /* as in JSON and in AWS's documentation */
	const char *wire_name;    /* as in a form body or in XML; equal to `name` where AWS names no other */
	const struct shape *shape;
	bool required;
	bool attribute;           /* in XML it is an attribute of its parent */
};

struct shape {
	enum shape_kind kind;
	const struct shape_member *members; /* structure */
	size_t n_members;
	const struct shape *element; /* list: of its items; map: of its values */
	const struct shape *key;     /* map */
	bool flattened;              /* list, map: without the wrapping element or the `.member` */
	const char *element_name;    /* list: "member"; map: "value" where AWS names no other */
	const char *key_name;        /* map: "key" */
	enum timestamp_format timestamp_format;
};

/* What to do with a request that changes something when no answer came and its effect cannot be seen. */
enum in_doubt {
	IN_DOUBT_STOP,  /* leave it to a person */
	IN_DOUBT_AGAIN, /* send it again: it is idempotent, or its state guards it */
	IN_DOUBT_SKIP   /* go on without */
};

enum protocol {
	PROTOCOL_QUERY,
	PROTOCOL_EC2,
	PROTOCOL_LOCAL /* done on this machine: nothing is sent to AWS, and nobody need permit it */
};

/* `contains` NULL matches every text. */
struct operation_error {
	const char *code;
	const char *contains; /* in the message */
	int failure;          /* enum failure */
	bool retry;           /* proves that nothing was done: the client may send it again */
};

/* First match wins, of the rows and then of what they share with others. */
struct operation_errors {
	const struct operation_error *rows;
	size_t count;
	const struct operation_errors *next; /* or NULL */
};

struct service {
	const char *name; /* "autoscaling", as machines write it before the colon */
	const char *comment;
	const char *api_version;
	int protocol; /* enum protocol */
	const char *endpoint_prefix; /* of the host name */
	const char *signing_name;
	const char *environment_name; /* AWS_ENDPOINT_URL_<this>: "AUTO_SCALING" */
	bool global_endpoint;         /* sts: the legacy global endpoint exists */
	const struct operation *operations;
	size_t n_operations;
	const struct node *const *files; /* as written; the first describes the service, others add to it */
	size_t n_files;
};

struct operation {
	const char *name; /* "SuspendProcesses" */
	const struct service *service;
	const char *comment;
	bool reads;     /* it changes nothing */
	bool anonymous; /* it is sent without a signature */
	int in_doubt; /* enum in_doubt */
	const struct shape *input;  /* a structure, never NULL */
	const struct shape *output; /* likewise */
	const char *result_wrapper; /* NULL where the body has none (EC2, and operations without output) */
	struct {
		const char *input_token;  /* NULL: no pages */
		const char *output_token;
		const char *items;        /* the member of the output that is a list and is put together */
		const char *page_size;    /* the input member that bounds a page; NULL where there is none */
		int64_t most;             /* what is asked for where the caller says nothing; 0: nothing */
	} pages;
	struct operation_errors errors; /* the operation's own, then its service's, then those of all */
	const char *iam_action;   /* "autoscaling:SuspendProcesses" */
	/* An ARN for the policy command, with ${Partition}, ${Region}, ${Account} and ${members} of the input in it, or
	 * "*" where the API knows no resources. */
	const char *iam_resource;
	const char *iam_any; /* in its place where a member is not known; NULL: '*' in the member's */
	const struct node *example; /* {input, body}: its test; NULL where there is none */
	const struct node *node;    /* as written, for the journal */
	const struct node *file;    /* the file it stands in, whose types it uses */
};

static inline bool operation_is_local(const struct operation *operation)
{
	return operation->service->protocol == PROTOCOL_LOCAL;
}

/* What an error of this code and text means: the first matching row of the operation; by HTTP status where none does
 * (429 throttled, 403 access_denied, 5xx unavailable, else invalid). Never FAILURE_NONE. *retry as in the row. */
enum failure operation_failure(const struct operation *operation, const char *code, const char *message,
			       int http_status, bool *retry);

#endif
