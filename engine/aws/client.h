/* The executor that does operations by asking AWS (model/executor.h): endpoint, credentials, form, signature, transfer,
 * retries, pages. There is one layer of retries, this one, and its rules are:
 *
 * - Every error is first sorted by what the operation says of it (operation_failure), then by whether it proves that
 *   nothing was done (aws/verdict.h).
 * - What only reads is sent again after anything that passes. What changes something is sent again only where nothing
 *   was done; else the call ends in doubt, and the runner looks at the world and decides.
 * - Nothing is signed after the call's `sign_until_ms`, in the time that AWS tells (see aws_client_clock).
 * - Once a call, expired credentials are fetched anew and a clock that is wrong by five minutes or more is corrected by
 *   AWS's Date; both count as attempts. */
#ifndef TIDEGATE_AWS_CLIENT_H
#define TIDEGATE_AWS_CLIENT_H

#include <stdbool.h>

#include "aws/credentials.h"
#include "aws/endpoint.h"
#include "aws/retry.h"
#include "base/clock.h"
#include "base/random.h"
#include "model/executor.h"
#include "wire/transport.h"

/* All is borrowed for as long as the client lives. */
struct aws_client_options {
	struct transport *transport; /* of its own: cancel drops all that is in flight on it */
	struct clock *clock;
	struct random_source *random;
	struct credentials_provider *credentials;
	const struct partitions *partitions;
	const char *region;
	bool use_fips;
	bool use_dual_stack;
	bool use_global_sts;
	/* The URL in place of AWS's own, by the service's environment_name: a new string in *url, or NULL where there
	 * is none; -1 with err. NULL: AWS's own always (settings_endpoint of aws/settings.h fits behind it). */
	int (*endpoint_url)(void *argument, const char *service, char **url, struct error *err);
	void *endpoint_argument;
	/* As struct executor's; answers are kept. NULL: nothing is known of this machine. */
	json_t *(*metadata)(void *argument, const char *name, struct error *err);
	void *metadata_argument;
	const char *user_agent;
	const struct retry_rules *retry_rules; /* NULL: those of 2026 */
	int connect_timeout_ms;                /* 0: 5 s */
	int total_timeout_ms;                  /* of one attempt; 0: 30 s */
};

enum { AWS_ANSWER_MOST_BYTES = 8 << 20 };

struct aws_client;

struct aws_client *aws_client_new(const struct aws_client_options *options);
void aws_client_free(struct aws_client *client); /* with the calls in flight; NULL is allowed */

/* Its poll waits once: it may return before `until_ms` with nothing done. */
struct executor *aws_client_executor(struct aws_client *client);

/* The clock it was given, its wall time corrected as AWS has told: what `sign_until_ms` is counted in. While AWS has
 * refused no signature for its time, the two are the same. */
struct clock *aws_client_clock(struct aws_client *client);

#endif
