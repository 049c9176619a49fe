/* Control characters out, and cut to size between characters: a terminal obeys escape sequences, and half a character
 * makes a journal line that is no JSON. */
#include "config.h"

#include "base/printable.h"

#include <string.h>

/* Where to cut so that at most `most` bytes stay and no character is halved. */
static size_t printable_length(const char *text, size_t most)
{
	size_t length = strnlen(text, most + 1);

	if (length <= most)
		return length;
	for (length = most; length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80; length--)
		;
	return length;
}

void printable_copy(char *into, size_t size, const char *text)
{
	size_t length = printable_length(text, size - 1);

	memcpy(into, text, length);
	into[length] = '\0';
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)into[i], next = (unsigned char)into[i + 1];

		if (byte < 0x20 || byte == 0x7f)
			into[i] = ' ';
		else if (byte == 0xc2 && next >= 0x80 && next < 0xa0)
			into[i] = into[i + 1] = ' ';
	}
}
