/* The places where credentials are looked for, in the order in which botocore looks, behind the one interface that the
 * client knows; it keeps what was found and gets newer ones in time.
 *
 * Temporary credentials are renewed when they have 15 minutes left; where that fails they are kept until they have
 * 10, and from then on the failure is the answer. Those of instance metadata are kept, even expired ones, for as long
 * as it gives no newer ones: AWS goes on taking them while that service is ill. */
#ifndef TIDEGATE_AWS_CREDENTIALS_CHAIN_H
#define TIDEGATE_AWS_CREDENTIALS_CHAIN_H

#include "aws/credentials.h"
#include "aws/imds.h"
#include "aws/settings.h"
#include "base/clock.h"
#include "model/services.h"
#include "wire/transport.h"

struct partitions; /* see endpoint.h */

/* All borrowed. */
struct credentials_chain_options {
	const struct settings *settings;
	struct transport *transport; /* one of its own, see exchange.h */
	struct clock *clock;
	struct imds *imds;
	const struct partitions *partitions;
	struct services *services; /* asked for sts: where a role is to be assumed, and not before */
	const char *user_agent;
	int process_timeout_ms; /* 0: 20 s */
};

struct credentials_provider *credentials_chain_new(const struct credentials_chain_options *options);
void credentials_chain_free(struct credentials_provider *provider);

/* Where the last credentials that it gave came from: "instance metadata". NULL before the first. */
const char *credentials_chain_place(const struct credentials_provider *provider);

#endif
