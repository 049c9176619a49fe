/* Where credentials come from, as the client sees it: something that has some, keeps them, and gets newer ones in time.
 * The chain behind it (environment, config files, container, instance metadata, STS) is in credentials*.c. */
#ifndef TIDEGATE_AWS_CREDENTIALS_H
#define TIDEGATE_AWS_CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct credentials {
	char *access_key_id;
	char *secret_access_key;
	char *session_token; /* NULL: long-lived keys have none */
	int64_t expires_ms;  /* wall time; 0: never */
};

void credentials_release(struct credentials *credentials);

/* What has one starts with this struct; who made it frees it. */
struct credentials_provider {
	/* The credentials that are right at `now_ms` (wall): those kept, or newer ones where these expire soon or where
	 * `force_refresh` says that AWS no longer takes them. Expired ones are given while instance metadata, where
	 * they came from, has no newer ones. It may wait for the network, within seconds. 0 with *credentials borrowed
	 * until the next get; -1 (ERROR_CREDENTIALS) with a sentence that names every place that was looked at and
	 * holds no secret. */
	int (*get)(struct credentials_provider *provider, int64_t now_ms, bool force_refresh,
		   const struct credentials **credentials, struct error *err);
};

#endif
