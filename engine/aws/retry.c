/* The constants of the SDKs as rows, and the arithmetic on them. */
#include "config.h"

#include "aws/retry.h"

#include <string.h>

const struct retry_rules retry_sets[RETRY_SETS] = {
	[RETRY_CLASSIC] = {
		.name = "classic", .attempts = 3, .quota = 500, .regained = 1, .most_ms = 20000,
		.of = {
			[RETRY_THROTTLED] = { .cost = 5, .scale_ms = 1000 },
			[RETRY_TIMED_OUT] = { .cost = 10, .scale_ms = 1000 },
			[RETRY_FAULT] = { .cost = 5, .scale_ms = 1000 },
		},
	},
	[RETRY_2026] = {
		.name = "2026", .attempts = 3, .quota = 500, .regained = 1, .most_ms = 20000, .asked_ms = 5000,
		.of = {
			[RETRY_THROTTLED] = { .cost = 5, .scale_ms = 1000 },
			[RETRY_TIMED_OUT] = { .cost = 14, .scale_ms = 50 },
			[RETRY_FAULT] = { .cost = 14, .scale_ms = 50 },
		},
	},
};

const struct retry_rules *retry_rules_by_environment(const char *new_retries)
{
	bool classic = new_retries && strcmp(new_retries, "false") == 0;

	return &retry_sets[classic ? RETRY_CLASSIC : RETRY_2026];
}

void retry_quota_init(struct retry_quota *quota, const struct retry_rules *rules)
{
	*quota = (struct retry_quota){ .rules = rules, .left = rules->quota };
}

/* Full jitter: evenly spread between nothing and a bound that doubles with each attempt. */
static int64_t retry_backoff_ms(const struct retry_rules *rules, enum retry_cause cause, int attempts,
				struct random_source *random)
{
	int64_t bound = rules->of[cause].scale_ms;

	for (int i = 1; i < attempts && bound < rules->most_ms; i++)
		bound *= 2;
	if (bound > rules->most_ms)
		bound = rules->most_ms;
	return (int64_t)(random->fraction(random) * (double)bound);
}

int64_t retry_decide(struct retry_quota *quota, struct retry *retry, enum retry_cause cause, int64_t asked_ms,
		     struct random_source *random)
{
	const struct retry_rules *rules = quota->rules;
	int64_t delay_ms, longest_ms;

	if (retry->attempts >= rules->attempts || rules->of[cause].cost > quota->left)
		return RETRY_STOP;
	retry->held = rules->of[cause].cost;
	quota->left -= retry->held;
	delay_ms = retry_backoff_ms(rules, cause, retry->attempts, random);
	longest_ms = delay_ms + rules->asked_ms;
	if (asked_ms <= delay_ms)
		return delay_ms;
	return asked_ms < longest_ms ? asked_ms : longest_ms;
}

void retry_succeeded(struct retry_quota *quota, const struct retry *retry)
{
	quota->left += retry->held ? retry->held : quota->rules->regained;
	if (quota->left > quota->rules->quota)
		quota->left = quota->rules->quota;
}
