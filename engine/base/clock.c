#include "config.h"

#include "base/clock.h"

#include <stdbool.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int64_t clock_read_ms(clockid_t which)
{
	struct timespec now = { 0 };

	clock_gettime(which, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t system_monotonic_ms(struct clock *clock)
{
	(void)clock;
	return clock_read_ms(CLOCK_BOOTTIME);
}

static int64_t system_wall_ms(struct clock *clock)
{
	(void)clock;
	return clock_read_ms(CLOCK_REALTIME);
}

struct system_clock {
	struct clock clock;
	char boot_id[40];
};

static const char *system_boot_id(struct clock *clock)
{
	struct system_clock *system = (struct system_clock *)clock;
	ssize_t length;
	int file;

	if (system->boot_id[0])
		return system->boot_id;
	snprintf(system->boot_id, sizeof(system->boot_id), "unknown");
	file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return system->boot_id;
	length = read(file, system->boot_id, sizeof(system->boot_id) - 1);
	close(file);
	system->boot_id[length > 0 ? length : 0] = '\0';
	system->boot_id[strcspn(system->boot_id, "\n")] = '\0';
	return system->boot_id;
}

struct clock *clock_system(void)
{
	static struct system_clock system = {
		.clock = { .monotonic_ms = system_monotonic_ms, .wall_ms = system_wall_ms, .boot_id = system_boot_id },
	};

	return &system.clock;
}

char *time_format(int64_t wall_ms, char text[TIME_TEXT_BYTES])
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm parts;

	if (!gmtime_r(&seconds, &parts) || !strftime(text, TIME_TEXT_BYTES, "%Y-%m-%dT%H:%M:%SZ", &parts))
		snprintf(text, TIME_TEXT_BYTES, "?");
	return text;
}

/* "Z", or an offset from UTC such as "+01:00", which is what Python's isoformat writes; -1 where it is neither. */
static int zone_parse(const char *text, int *offset_seconds)
{
	int hours, minutes, end = 0;

	*offset_seconds = 0;
	if (strcmp(text, "Z") == 0)
		return 0;
	if ((*text != '+' && *text != '-') || sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &end) != 2 ||
	    text[1 + end] || hours < 0 || minutes < 0)
		return -1;
	*offset_seconds = (hours * 60 + minutes) * 60 * (*text == '+' ? 1 : -1);
	return 0;
}

/* By hand: a journal is read with a time in each line, and sscanf is a tenth of that. */
static const char *digits_parse(const char *text, int count, int *number)
{
	*number = 0;
	for (; count > 0; count--, text++) {
		if (*text < '0' || *text > '9')
			return NULL;
		*number = 10 * *number + (*text - '0');
	}
	return text;
}

/* From 1970 on, in the Gregorian calendar: years begin in March, so that the day of a leap year is the last. What is
 * out of its range runs over, as with timegm, which asks for the time zone first. */
static int64_t days_since_1970(const struct tm *parts)
{
	const int64_t months = 12 * (int64_t)(parts->tm_year) + parts->tm_mon - 3;
	const int64_t year = months / 12, month = months % 12;

	return 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + parts->tm_mday - 719469;
}

int64_t time_parse(const char *text)
{
	struct tm parts = { 0 };
	const struct {
		int count;
		int *number;
		char behind; /* NUL: anything */
	} rows[] = {
		{ 4, &parts.tm_year, '-' }, { 2, &parts.tm_mon, '-' }, { 2, &parts.tm_mday, 'T' },
		{ 2, &parts.tm_hour, ':' }, { 2, &parts.tm_min, ':' }, { 2, &parts.tm_sec, '\0' },
	};
	int offset_seconds;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		text = digits_parse(text, rows[i].count, rows[i].number);
		if (!text || (rows[i].behind && *text++ != rows[i].behind))
			return -1;
	}
	if (*text == '.')
		text += 1 + strspn(text + 1, "0123456789");
	if (zone_parse(text, &offset_seconds) < 0)
		return -1;
	if (parts.tm_year == 0 || parts.tm_mon == 0)
		return -1;
	return (days_since_1970(&parts) * 86400 + parts.tm_hour * 3600 + parts.tm_min * 60 + parts.tm_sec -
		offset_seconds) * 1000;
}
