/* What a state waits for, as people follow it: each target of a balancer with its state, and since when. Made of what
 * actions show as their `progress`, whatever its names: an element of a list of maps is an item of its own, any other
 * member one by its name. */
#ifndef TIDEGATE_CLI_WATCH_H
#define TIDEGATE_CLI_WATCH_H

#include "base/buffer.h"
#include "run/run.h"

struct watch_item {
	char *which;      /* of those that wait side by side */
	char *label;      /* "web-http:8080", "state" */
	char *text;       /* "draining Target.DeregistrationInProgress" */
	int64_t since_ms; /* monotonic: since when it says so, or is gone */
	bool named;       /* an element, with a name of its own */
	bool gone;        /* it was there, and is not shown any more */
	bool told;        /* watch_tell has said it as it is */
};

/* One that waits. */
struct watch_wait {
	char *which;
	int64_t begun_ms, deadline_ms; /* monotonic */
	bool over;
};

struct watch {
	struct watch_item *items; /* in the order in which they were first seen */
	size_t count;
	struct watch_wait *waits;
	size_t n_waits;
	bool past;          /* of a state that was left: what is heard next begins anew */
	int64_t seen_ms;    /* wall: of the newest look; 0: nobody looked */
	int64_t seen_at_ms; /* the same, monotonic */
};

void watch_release(struct watch *watch);

/* A state was entered or left; what was seen last stays known. */
void watch_pass(struct watch *watch);
void watch_hear(struct watch *watch, const struct waiting *waiting, int64_t now_ms, int64_t wall_ms);

/* Whether something is not yet told as it is. */
bool watch_has_news(const struct watch *watch);
/* Adds the news, or everything that is there: "web-http:8080 draining, web-admin:9090 gone". */
void watch_tell(struct watch *watch, bool everything, struct buffer *text);

/* The one that may wait longest: false where nothing waits. */
bool watch_longest(const struct watch *watch, int64_t now_ms, int64_t *waited_ms, int64_t *left_ms);

/* What still had traffic when it was looked last, for the verdict: "still on: web-http:8080 healthy (seen 02:01:07)",
 * "none since 02:06:17"; nothing where nobody looked. `before`: what was done since, or "". */
void watch_traffic(const struct watch *watch, const char *before, struct buffer *text);

#endif
