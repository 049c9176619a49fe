/* The two calls to AWS STS that turn one identity into a role's credentials. They cannot go through the client, which
 * needs credentials before it can ask for anything. */
#ifndef TIDEGATE_AWS_STS_H
#define TIDEGATE_AWS_STS_H

#include <jansson.h>

#include "aws/credentials_chain.h"

/* Calls "sts:AssumeRole" signed by `signer`, or "sts:AssumeRoleWithWebIdentity" with `signer` NULL, in the region and
 * at the endpoint of the settings; again where AWS was busy. Takes `input`. -1 with AWS's code and text, and the
 * operation in front. */
int sts_assume(const struct credentials_chain_options *with, const char *name, json_t *input,
	       const struct credentials *signer, struct credentials *made, struct error *err);

#endif
