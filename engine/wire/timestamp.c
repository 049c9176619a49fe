/* Times in the three formats of AWS, written and read; base/clock.h knows only the one that people see. */
#include "config.h"

#include "wire/timestamp.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

enum { ISO_LENGTH = 19 }; /* of 2014-04-29T18:30:38, up to where a fraction or the zone begins */

static void iso8601_format(int64_t time_ms, struct buffer *text)
{
	char whole[TIME_TEXT_BYTES];

	time_format(time_ms, whole);
	if (time_ms % 1000 == 0)
		buffer_add_text(text, whole);
	else
		buffer_add_format(text, "%.*s.%03dZ", ISO_LENGTH, whole, (int)(time_ms % 1000));
}

/* "Z", "+01:00" or "-0100", as the seconds that the clock there is ahead; -1 where it is none. */
static int iso8601_parse_zone(const char *zone, double *ahead)
{
	int hours, minutes, end = 0;

	*ahead = 0;
	if (strcmp(zone, "Z") == 0)
		return 0;
	if ((zone[0] != '+' && zone[0] != '-') || strspn(zone + 1, "0123456789:") != strlen(zone + 1))
		return -1;
	if ((sscanf(zone + 1, "%2d:%2d%n", &hours, &minutes, &end) != 2 || end != 5) &&
	    (sscanf(zone + 1, "%2d%2d%n", &hours, &minutes, &end) != 2 || end != 4))
		return -1;
	if (zone[1 + end] || hours > 23 || minutes > 59)
		return -1;
	*ahead = (zone[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
	return 0;
}

static int iso8601_parse(const char *text, double *seconds)
{
	char whole[TIME_TEXT_BYTES], again[TIME_TEXT_BYTES], *end;
	double fraction = 0, ahead;
	int64_t time_ms;

	if (strlen(text) <= ISO_LENGTH)
		return -1;
	snprintf(whole, sizeof(whole), "%.*sZ", ISO_LENGTH, text);
	time_ms = time_parse(whole);
	/* The 30th of February is the 2nd of March to the parser, and not what was sent. */
	if (strcmp(time_format(time_ms, again), whole) != 0)
		return -1;
	text += ISO_LENGTH;
	if (*text == '.' && isdigit((unsigned char)text[1])) {
		fraction = strtod(text, &end);
		text += 1 + strspn(text + 1, "0123456789");
		if (end != text)
			return -1;
	}
	if (iso8601_parse_zone(text, &ahead))
		return -1;
	*seconds = (double)(time_ms / 1000) + fraction - ahead;
	return 0;
}

static void unix_format(int64_t time_ms, struct buffer *text)
{
	buffer_add_format(text, "%lld", (long long)(time_ms / 1000));
	if (time_ms % 1000)
		buffer_add_format(text, ".%03d", (int)(time_ms % 1000));
}

static int unix_parse(const char *text, double *seconds)
{
	char *end;

	if (!isdigit((unsigned char)text[0]) || strspn(text, "0123456789.") != strlen(text))
		return -1;
	*seconds = strtod(text, &end);
	return *end || *seconds > 1e15 ? -1 : 0;
}

static const char rfc822[] = "%a, %d %b %Y %H:%M:%S GMT";

static void rfc822_format(int64_t time_ms, struct buffer *text)
{
	time_t seconds = (time_t)(time_ms / 1000);
	char date[40];
	struct tm parts;

	if (gmtime_r(&seconds, &parts) && strftime(date, sizeof(date), rfc822, &parts))
		buffer_add_text(text, date);
}

static int rfc822_parse(const char *text, double *seconds)
{
	struct tm parts = { 0 };
	const char *end = strptime(text, rfc822, &parts);

	if (!end || *end)
		return -1;
	*seconds = (double)timegm(&parts);
	return 0;
}

static const struct format_row {
	void (*format)(int64_t time_ms, struct buffer *text);
	int (*parse)(const char *text, double *seconds);
} rows[] = {
	[TIMESTAMP_ISO8601] = { iso8601_format, iso8601_parse },
	[TIMESTAMP_UNIX] = { unix_format, unix_parse },
	[TIMESTAMP_RFC822] = { rfc822_format, rfc822_parse },
};

int timestamp_format(enum timestamp_format format, double seconds, struct buffer *text)
{
	const double year_10000 = 253402300800.0;

	if (!(seconds >= 0 && seconds < year_10000))
		return -1;
	rows[format].format((int64_t)(seconds * 1000 + 0.5), text);
	return 0;
}

int timestamp_parse(enum timestamp_format format, const char *text, double *seconds)
{
	return rows[format].parse(text, seconds);
}
