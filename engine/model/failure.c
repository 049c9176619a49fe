#include "config.h"

#include "model/failure.h"

#include <string.h>

const struct failure_row failures[FAILURE_COUNT] = {
	[FAILURE_NONE] = { .name = "none", .help = "nothing failed" },
	[FAILURE_TIMEOUT] = { .name = "timeout", .help = "it took longer than it may" },
	[FAILURE_THROTTLED] = { .name = "throttled", .passing = true, .client_retries = true,
				.help = "AWS asked for fewer requests, and went on asking" },
	[FAILURE_ACCESS_DENIED] = { .name = "access_denied", .help = "the role lacks a permission" },
	[FAILURE_NOT_FOUND] = { .name = "not_found", .help = "the thing does not exist" },
	[FAILURE_CONFLICT] = { .name = "conflict", .help = "the thing is in a state in which this cannot be done" },
	[FAILURE_INVALID] = { .name = "invalid", .help = "AWS does not take the request" },
	[FAILURE_UNAVAILABLE] = { .name = "unavailable", .passing = true, .client_retries = true,
				  .help = "AWS answered with a fault of its own" },
	[FAILURE_UNREACHABLE] = { .name = "unreachable", .passing = true, .help = "no answer came" },
	[FAILURE_EXPIRED_CREDENTIALS] = { .name = "expired_credentials", .passing = true,
					  .help = "the credentials have expired and no newer ones came" },
	[FAILURE_REFUSED] = { .name = "refused", .help = "the action would not be right here; nothing was changed" },
	[FAILURE_INTERRUPTED] = { .name = "interrupted", .help = "the run was cut off and now only goes home" },
	[FAILURE_ANY] = { .name = "any", .help = "each of the others" },
};

const char *failure_name_at(const void *unused, size_t i)
{
	(void)unused;
	return i + 1 < FAILURE_COUNT ? failures[i + 1].name : NULL;
}

enum failure failure_by_name(const char *name)
{
	for (int i = FAILURE_TIMEOUT; i < FAILURE_COUNT; i++)
		if (strcmp(failures[i].name, name) == 0)
			return (enum failure)i;
	return FAILURE_COUNT;
}
