#include "config.h"

#include "local/shown.h"

#include <stdbool.h>
#include <stdint.h>

#include "text/utf8.h"

static bool is_blank(uint32_t character)
{
	return character <= 0x20 || (character >= 0x7f && character < 0xa0);
}

/* One character; how many bytes of the text it took. */
static size_t add_character(struct buffer *line, const char *bytes, size_t length, bool *blank)
{
	uint32_t character = '?';
	size_t taken = utf8_decode(bytes, length, &character);

	if (taken > 0 && is_blank(character)) {
		*blank = line->length > 0;
		return taken;
	}
	if (*blank)
		buffer_add_char(line, ' ');
	*blank = false;
	if (taken == 0)
		buffer_add_char(line, '?');
	else
		buffer_add(line, bytes, taken);
	return taken == 0 ? 1 : taken;
}

void shown_add(struct buffer *into, const char *bytes, size_t length, size_t most)
{
	struct buffer line = BUFFER_INIT;
	bool blank = false;
	size_t at = 0;

	while (at < length && line.length < most)
		at += add_character(&line, bytes + at, length - at, &blank);
	buffer_add(into, buffer_text(&line), line.length);
	if (at < length)
		buffer_add_text(into, "...");
	buffer_release(&line);
}

void shown_add_output(struct buffer *into, const char *bytes, size_t length)
{
	struct buffer line = BUFFER_INIT;

	shown_add(&line, bytes, length, SHOWN_MOST_BYTES);
	if (line.length > 0)
		buffer_add_format(into, ": %s", buffer_text(&line));
	buffer_release(&line);
}
