/* What one catalogue file says, as it says it: the rows that services are built from. Private to the catalogue. */
#ifndef TIDEGATE_MODEL_SERVICE_FILE_H
#define TIDEGATE_MODEL_SERVICE_FILE_H

#include "model/operation.h"
#include "text/record.h"

struct error_row {
	struct name_list codes;
	const char *contains;
	int failure; /* enum failure */
	bool retry;
};

struct pages_row {
	const char *input, *output, *items, *size;
	int64_t most;
	const struct node *node;
};

struct iam_row {
	const char *action, *resource, *any;
};

struct operation_row {
	const struct node *key, *node;
	const char *comment;
	bool reads, anonymous;
	int in_doubt; /* enum in_doubt */
	const struct node *input, *output;
	const char *wrapper;
	struct pages_row *pages;   /* NULL: none */
	struct record_list errors; /* of struct error_row */
	struct iam_row *iam;       /* NULL: none */
	const struct node *example;
};

struct service_file {
	const struct node *node;
	const char *service, *comment, *api_version;
	int protocol; /* enum protocol */
	const char *endpoint_prefix, *signing_name, *environment_name;
	bool global_endpoint;
	struct record_list errors; /* of struct error_row */
	const struct node *types;
	struct record_list operations; /* of struct operation_row */
};

/* A file of a service; and the one of errors that all services share, of which only `errors` is filled. 0, or -1 with
 * every fault in the reader's diagnostics. */
int service_file_read(struct reader *reader, const struct node *node, struct service_file *file);
int common_file_read(struct reader *reader, const struct node *node, struct service_file *file);
/* What stands under `operations`: rows of struct operation_row. */
int operations_read(struct reader *reader, const struct node *node, struct record_list *operations);

#endif
