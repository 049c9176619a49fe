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

/* By hand, here and below: each record of a journal is written and read with a time, of which gmtime_r(), strftime()
 * and sscanf() would take most. Years begin in March, so that the day of a leap year is the last (Howard Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms"). */
enum { DAYS_TO_1970 = 719468, DAYS_OF_400_YEARS = 146097, DAY_SECONDS = 86400 };

static void date_of_days(int64_t days, int64_t *year, int64_t *month, int64_t *day)
{
	const int64_t since = days + DAYS_TO_1970, era = since / DAYS_OF_400_YEARS;
	const int64_t day_of_era = since % DAYS_OF_400_YEARS;
	const int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	const int64_t from_march = (5 * day_of_year + 2) / 153;

	*day = day_of_year - (153 * from_march + 2) / 5 + 1;
	*month = from_march < 10 ? from_march + 3 : from_march - 9;
	*year = year_of_era + 400 * era + (*month <= 2);
}

static char *digits_format(char *text, int count, int64_t number, char behind)
{
	for (int i = count; i-- > 0; number /= 10)
		text[i] = (char)('0' + number % 10);
	text[count] = behind;
	return text + count + 1;
}

char *time_format(int64_t wall_ms, char text[TIME_TEXT_BYTES])
{
	const int64_t seconds = wall_ms / 1000, of_day = seconds % DAY_SECONDS;
	int64_t year, month, day;
	char *at = text;

	date_of_days(seconds / DAY_SECONDS, &year, &month, &day);
	if (seconds < 0 || year > 9999)
		return strcpy(text, "?");
	at = digits_format(at, 4, year, '-');
	at = digits_format(at, 2, month, '-');
	at = digits_format(at, 2, day, 'T');
	at = digits_format(at, 2, of_day / 3600, ':');
	at = digits_format(at, 2, of_day / 60 % 60, ':');
	at = digits_format(at, 2, of_day % 60, 'Z');
	*at = '\0';
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

/* From 1970 on, in the Gregorian calendar. What is out of its range runs over, as with timegm, which asks for the time
 * zone first. */
static int64_t days_since_1970(int year_given, int month_given, int day)
{
	const int64_t months = 12 * (int64_t)year_given + month_given - 3;
	const int64_t year = months / 12, month = months % 12;

	return 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - DAYS_TO_1970;
}

int64_t time_parse(const char *text)
{
	enum { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, PART_COUNT };
	static const struct {
		int count;
		char behind; /* NUL: anything */
	} rows[PART_COUNT] = { { 4, '-' }, { 2, '-' }, { 2, 'T' }, { 2, ':' }, { 2, ':' }, { 2, '\0' } };
	int parts[PART_COUNT], offset_seconds;

	for (size_t i = 0; i < PART_COUNT; i++) {
		text = digits_parse(text, rows[i].count, &parts[i]);
		if (!text || (rows[i].behind && *text++ != rows[i].behind))
			return -1;
	}
	if (*text == '.')
		text += 1 + strspn(text + 1, "0123456789");
	if (zone_parse(text, &offset_seconds) < 0)
		return -1;
	if (parts[YEAR] == 0 || parts[MONTH] == 0)
		return -1;
	return (days_since_1970(parts[YEAR], parts[MONTH], parts[DAY]) * DAY_SECONDS + parts[HOUR] * 3600 +
		parts[MINUTE] * 60 + parts[SECOND] - offset_seconds) * 1000;
}
