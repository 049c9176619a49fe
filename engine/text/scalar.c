#include "config.h"

#include "text/scalar.h"

#include <stdbool.h>
#include <string.h>

/* Both texts side by side: what was written, and what it means. Blanks and line ends are folded, added and dropped on
 * the way, so that only the characters between them tell where the one is in the other. */
struct alignment {
	const char *written;
	const char *end;
	const char *value;
	char quote; /* what the scalar is written in; 0: none */
};

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* An escape that stands for a blank, or for nothing. */
static bool is_blank_escape(const struct alignment *at)
{
	return at->quote == '"' && at->end - at->written > 1 && at->written[0] == '\\' &&
	       memchr("ntr \t\n", at->written[1], 6);
}

static void skip_blanks(struct alignment *at)
{
	while (at->written < at->end && (is_blank(*at->written) || is_blank_escape(at)))
		at->written += is_blank(*at->written) ? 1 : 2;
}

/* `>- # comment`: the text of a block begins in the next line. */
static void begin(struct alignment *at)
{
	const char first = at->written < at->end ? *at->written : '\0';
	const char *line_end;

	if (first == '"' || first == '\'') {
		at->quote = first;
		at->written++;
	} else if (first == '|' || first == '>') {
		line_end = memchr(at->written, '\n', (size_t)(at->end - at->written));
		at->written = line_end ? line_end : at->end;
	}
}

/* Of an escape in double quotes: how many bytes it takes. */
static size_t escape_bytes(char kind)
{
	switch (kind) {
	case 'x':
		return 4;
	case 'u':
		return 6;
	case 'U':
		return 10;
	}
	return 2;
}

static void next_character(const char **text)
{
	do
		(*text)++;
	while ((**text & 0xc0) == 0x80);
}

static void step_escape(struct alignment *at)
{
	const size_t left = (size_t)(at->end - at->written), bytes = escape_bytes(left > 1 ? at->written[1] : '\0');

	at->written += bytes < left ? bytes : left;
	next_character(&at->value);
}

static void step(struct alignment *at)
{
	if (at->quote == '"' && *at->written == '\\') {
		step_escape(at);
		return;
	}
	at->written += at->quote == '\'' && *at->written == '\'' ? 2 : 1;
	at->value++;
}

static struct position place_of(const struct node *scalar, const char *written, size_t length)
{
	const char *start = scalar->position.source->text + scalar->offset, *line_end;
	struct position position = scalar->position;

	while ((line_end = memchr(start, '\n', (size_t)(written - start)))) {
		position.line++;
		position.column = 1;
		start = line_end + 1;
	}
	position.column += (unsigned)(written - start);
	position.length = (unsigned)length;
	return position;
}

struct position scalar_place(const struct node *scalar, size_t offset, size_t length)
{
	const struct source *source = scalar->position.source;
	const char *target = scalar->text + offset;
	struct alignment at = { .value = scalar->text };

	if (!source || scalar->position.line == 0 || scalar->offset >= source->length)
		return scalar->position;
	at.written = source->text + scalar->offset;
	at.end = source->text + source->length;
	begin(&at);
	for (;;) {
		while (at.value < target && is_blank(*at.value))
			at.value++;
		/* What the end of the text lacks, it lacks there, not in the next line. */
		if (!*at.value)
			break;
		skip_blanks(&at);
		if (at.value >= target || at.written >= at.end)
			break;
		step(&at);
	}
	return place_of(scalar, at.written < at.end ? at.written : at.end, length);
}
