/* Time, passed in as an argument so that tests and the simulated AWS can let hours pass at once. A clock only tells;
 * waiting is done by whoever also waits for answers (see struct transport, struct executor). */
#ifndef TIDEGATE_BASE_CLOCK_H
#define TIDEGATE_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

struct clock {
	/* Milliseconds that never jump and that count while the machine is suspended (CLOCK_BOOTTIME). */
	int64_t (*monotonic_ms)(struct clock *clock);
	/* Milliseconds since 1970-01-01T00:00:00Z, as far as this machine knows. */
	int64_t (*wall_ms)(struct clock *clock);
	/* What tells this boot from others: a wait counted in monotonic time does not outlive it. Borrowed. */
	const char *(*boot_id)(struct clock *clock);
};

struct clock *clock_system(void); /* the machine's own; not to be freed */

/* "2026-11-22T20:07:38Z" into a buffer of at least 21 bytes, which is returned, "?" before 1970 and after 9999; and
 * back, -1 where it is no time. */
enum { TIME_TEXT_BYTES = 21 };
char *time_format(int64_t wall_ms, char text[TIME_TEXT_BYTES]);
int64_t time_parse(const char *text);

#endif
