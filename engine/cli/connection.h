/* AWS as the runner sees it: settings, credentials, instance metadata and the client, put together when first needed,
 * so that what asks nobody anything (check, actions, log) needs no network, no region and no credentials. */
#ifndef TIDEGATE_CLI_CONNECTION_H
#define TIDEGATE_CLI_CONNECTION_H

#include "aws/client.h"
#include "aws/credentials_chain.h"
#include "aws/imds.h"
#include "aws/settings.h"
#include "model/services.h"

struct connection_options {
	struct settings_flags flags;
	struct environment environment;
	struct clock *clock;
	struct services *services;  /* whose STS the credentials may need */
	const int *stop_descriptor; /* what is readable once a stop was asked for */
};

struct connection;

/* NULL with err where a shared file or a flag is faulty. Asks nobody anything yet. */
struct connection *connection_new(const struct connection_options *options, struct error *err);
void connection_free(struct connection *connection);

/* In this region, unless a flag names one. Before connection_executor. */
void connection_prefer_region(struct connection *connection, const char *region);

/* NULL with err (ERROR_CREDENTIALS) where no region is known; asks instance metadata for it if nothing else says it. */
struct executor *connection_executor(struct connection *connection, struct error *err);
/* Corrected by what AWS says; the machine's own before the first connection_executor. */
struct clock *connection_clock(struct connection *connection);
/* As struct executor's; needs no region. What could not be had is not asked for again. */
json_t *connection_metadata(struct connection *connection, const char *name, struct error *err);
/* NULL before connection_executor. */
const char *connection_region(const struct connection *connection);

#endif
