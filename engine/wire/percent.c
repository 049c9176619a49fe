/* Percent-encoding, for the canonical request of wire/sigv4.h and the form bodies of wire/query.h. */
#include "config.h"

#include "wire/percent.h"

#include <string.h>

static bool percent_keeps(char byte, const char *keep)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	return byte && (strchr(unreserved, byte) || strchr(keep, byte));
}

void percent_encode(struct buffer *into, const char *bytes, size_t length, const char *keep)
{
	for (size_t i = 0; i < length; i++) {
		if (percent_keeps(bytes[i], keep))
			buffer_add_char(into, bytes[i]);
		else
			buffer_add_format(into, "%%%02X", (unsigned char)bytes[i]);
	}
}

static int hex_value(char digit)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	const char *found = digit ? strchr(digits, digit) : NULL;

	if (!found)
		return -1;
	return (int)(found - digits) < 16 ? (int)(found - digits) : (int)(found - digits) - 6;
}

int percent_decode(struct buffer *into, const char *text, size_t length, bool form)
{
	for (size_t i = 0; i < length; i++) {
		int high, low;

		if (text[i] != '%') {
			buffer_add_char(into, form && text[i] == '+' ? ' ' : text[i]);
			continue;
		}
		if (length - i < 3)
			return -1;
		high = hex_value(text[i + 1]);
		low = hex_value(text[i + 2]);
		if (high < 0 || low < 0)
			return -1;
		buffer_add_char(into, (char)(high << 4 | low));
		i += 2;
	}
	return 0;
}
