/* How often and how soon a request may be sent again: the standard retry mode of the AWS SDKs
 * (docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html) with both its sets of constants. Whether a
 * failure allows another attempt at all is not decided here. Pure: chance comes in as an argument. */
#ifndef TIDEGATE_AWS_RETRY_H
#define TIDEGATE_AWS_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/random.h"

enum retry_cause {
	RETRY_THROTTLED, /* AWS asks for fewer requests */
	RETRY_TIMED_OUT, /* no connection or no answer in time */
	RETRY_FAULT,     /* any other that passes: 5xx, reset, refused */
	RETRY_CAUSES
};

struct retry_rules {
	const char *name;
	int attempts;    /* of one request, the first among them */
	int quota;       /* a bucket that all requests share: when AWS is down, retries stop by themselves */
	int regained;    /* by a request that succeeds at once */
	int most_ms;     /* of one delay, before what AWS itself asks for */
	int asked_ms;    /* how far `x-amz-retry-after` may lengthen a delay; 0: that header is not heeded */
	struct {
		int cost;     /* taken from the bucket, and given back where the attempt succeeds */
		int scale_ms; /* the longest first delay */
	} of[RETRY_CAUSES];
};

enum retry_set { RETRY_CLASSIC, RETRY_2026, RETRY_SETS };

extern const struct retry_rules retry_sets[RETRY_SETS];

/* The set that the environment variable AWS_NEW_RETRIES_2026 asks for; NULL or any other word: the newer one, which is
 * kinder to AWS. */
const struct retry_rules *retry_rules_by_environment(const char *new_retries);

struct retry_quota {
	const struct retry_rules *rules;
	int left;
};

void retry_quota_init(struct retry_quota *quota, const struct retry_rules *rules);

/* One request through all its attempts. */
struct retry {
	int attempts; /* begun so far */
	int held;     /* taken from the quota by the last one */
};

enum { RETRY_STOP = -1, RETRY_NOT_ASKED = -1 };

/* After a failed attempt: the delay before the next one in ms, or RETRY_STOP where the attempts or the quota are used
 * up. `asked_ms` is AWS's x-amz-retry-after, RETRY_NOT_ASKED where there is none. */
int64_t retry_decide(struct retry_quota *quota, struct retry *retry, enum retry_cause cause, int64_t asked_ms,
		     struct random_source *random);
/* After an attempt that succeeded: gives back what its retries had taken. */
void retry_succeeded(struct retry_quota *quota, const struct retry *retry);

#endif
