/* Where a service is: a host name from the tables of schemas/partitions.yaml, or the URL that a person gave in its
 * place. Pure; follows AWS's endpoint rules of these services (smithy.io/2.0/additional-specs/rules-engine). */
#ifndef TIDEGATE_AWS_ENDPOINT_H
#define TIDEGATE_AWS_ENDPOINT_H

#include <stdbool.h>

#include "base/error.h"
#include "base/memory.h"
#include "text/diagnostics.h"

struct partitions; /* the tables; const once loaded */

/* In the arena, with which they end. NULL with errors in `diagnostics`. */
const struct partitions *partitions_load(struct arena *arena, const struct source *source,
					 struct diagnostics *diagnostics);
/* Those that are compiled in. */
const struct partitions *partitions_embedded(struct arena *arena, struct error *err);

/* The name of a region's partition: "aws-cn". */
const char *partitions_name_of(const struct partitions *partitions, const char *region);

struct endpoint_query {
	const char *service; /* its endpoint prefix: "elasticloadbalancing" */
	const char *region;  /* NULL or "": unknown, allowed only with an override */
	bool use_fips;
	bool use_dual_stack;
	bool use_global;      /* the legacy global endpoint of STS */
	const char *override; /* an http or https URL in place of AWS's own; NULL: none */
};

enum { HOST_BYTES = 272, REGION_BYTES = 64, ENDPOINT_URL_BYTES = 1024 };

struct endpoint {
	char url[ENDPOINT_URL_BYTES]; /* without a slash at its end */
	char host[HOST_BYTES];        /* as in the Host header: with the port where it is not the scheme's own */
	char path[ENDPOINT_URL_BYTES]; /* of a request to it: "/" */
	char signing_region[REGION_BYTES]; /* "" where no region is known */
};

/* -1: ERROR_CREDENTIALS without a region, ERROR_USAGE where it is none or where the wishes contradict each other. */
int endpoint_resolve(const struct partitions *partitions, const struct endpoint_query *query,
		     struct endpoint *endpoint, struct error *err);

#endif
