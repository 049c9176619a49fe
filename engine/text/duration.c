/* How long: as people write it and as the engine counts it. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "text/record.h"

/* Larger ones first: so they are written, and "ms" is no "m". */
static const struct unit {
	const char *name;
	int64_t ms;
} units[] = {
	{ "h", 3600 * 1000 },
	{ "m", 60 * 1000 },
	{ "s", 1000 },
	{ "ms", 1 },
};

/* The digits at *text, which is moved behind them; -1 where there are none, or too many to be meant. */
static int64_t take_number(const char **text)
{
	int64_t number = 0;
	const char *at = *text;

	for (; *at >= '0' && *at <= '9'; at++) {
		number = number * 10 + (*at - '0');
		if (number > DURATION_LONGEST_MS)
			return -1;
	}
	if (at == *text)
		return -1;
	*text = at;
	return number;
}

/* The unit at *text, which is moved behind it, out of those from `next` on; NULL where there is none. */
static const struct unit *take_unit(const char **text, const struct unit *next)
{
	const size_t length = strspn(*text, "hms");

	for (; next < units + ARRAY_LENGTH(units); next++) {
		if (strlen(next->name) == length && strncmp(next->name, *text, length) == 0) {
			*text += length;
			return next;
		}
	}
	return NULL;
}

int64_t duration_parse(const char *text)
{
	const struct unit *next = units;
	int64_t sum = 0;

	do {
		const int64_t number = take_number(&text);
		const struct unit *unit = number >= 0 ? take_unit(&text, next) : NULL;

		if (!unit || number > (DURATION_LONGEST_MS - sum) / unit->ms)
			return -1;
		sum += number * unit->ms;
		next = unit + 1;
	} while (*text);
	return sum;
}

char *duration_format(int64_t duration_ms, char text[DURATION_TEXT_BYTES])
{
	size_t length = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(units); i++) {
		const int64_t number = duration_ms / units[i].ms;

		if (number)
			length += (size_t)snprintf(text + length, DURATION_TEXT_BYTES - length, "%lld%s",
						   (long long)number, units[i].name);
		duration_ms -= number * units[i].ms;
	}
	return length ? text : strcpy(text, "0s");
}
