/* The instance metadata service, in its version 2 only
 * (docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html): a session token first, then
 * look-ups with it. Never through a proxy. */
#ifndef TIDEGATE_AWS_IMDS_H
#define TIDEGATE_AWS_IMDS_H

#include <jansson.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/error.h"
#include "wire/transport.h"

#define IMDS_ENDPOINT_IPV4 "http://169.254.169.254"
#define IMDS_ENDPOINT_IPV6 "http://[fd00:ec2::254]"

struct imds;

/* `endpoint` NULL: IMDS_ENDPOINT_IPV4. The transport is one of its own (see exchange.h), borrowed like the clock. */
struct imds *imds_new(struct transport *transport, struct clock *clock, const char *endpoint);
void imds_free(struct imds *imds);

/* What is below /latest/ at `path`. 0; IMDS_NOTHING where the service answers that there is no such thing; -1
 * (ERROR_NETWORK, ERROR_PROTOCOL) where it does not answer or does not allow it. `err` is set in both cases. */
enum { IMDS_NOTHING = 1 };
int imds_get(struct imds *imds, const char *path, struct buffer *into, struct error *err);

/* A fact of this instance, held against the form that it must have (a proxy's HTML page is no instance ID):
 * "instance_id", "region", "availability_zone", "account_id", "instance_type", "lifecycle_state". A new string, or NULL
 * with err. What cannot change is asked for once. */
json_t *imds_metadata(struct imds *imds, const char *name, struct error *err);

#endif
