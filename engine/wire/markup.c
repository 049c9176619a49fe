/* Escaping for XML 1.0 (section 2.2 says which characters there are at all, section 2.4 which have to be escaped). */
#include "config.h"

#include "wire/markup.h"

#include <stdbool.h>
#include <string.h>

#include "base/memory.h"

static const char *markup_escape(char byte)
{
	static const struct {
		char byte;
		const char *escape;
	} rows[] = {
		{ '&', "&amp;" },  { '<', "&lt;" },  { '>', "&gt;" },   { '"', "&quot;" },
		{ '\t', "&#9;" }, { '\n', "&#10;" }, { '\r', "&#13;" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (rows[i].byte == byte)
			return rows[i].escape;
	return NULL;
}

/* U+FFFE and U+FFFF are no characters to XML. */
static bool markup_is_no_character(const char *text, size_t length)
{
	return length >= 3 && memcmp(text, "\xef\xbf", 2) == 0 && (text[2] == '\xbe' || text[2] == '\xbf');
}

int markup_add(struct buffer *into, const char *text, size_t length)
{
	int status = 0;

	for (size_t i = 0; i < length; i++) {
		const char *escape = markup_escape(text[i]);

		if (escape) {
			buffer_add_text(into, escape);
		} else if ((unsigned char)text[i] < 0x20) {
			status = -1;
		} else if (markup_is_no_character(text + i, length - i)) {
			status = -1;
			i += 2;
		} else {
			buffer_add_char(into, text[i]);
		}
	}
	return status;
}
