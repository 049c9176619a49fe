#include "config.h"

#include "text/yaml_text.h"

#include <stdbool.h>
#include <string.h>

#include "text/utf8.h"
#include "text/yaml.h"

static const char byte_order_mark[] = "\xef\xbb\xbf";

size_t yaml_begin(const struct source *source)
{
	const size_t length = sizeof(byte_order_mark) - 1;

	return source->length >= length && memcmp(source->text, byte_order_mark, length) == 0 ? length : 0;
}

/* The mark is in line 1, and counts for its columns. */
void yaml_cursor_init(struct yaml_cursor *cursor, const struct source *source)
{
	*cursor = (struct yaml_cursor){ .source = source, .offset = yaml_begin(source), .line = 1 };
}

static void step_forward(struct yaml_cursor *cursor)
{
	const struct source *source = cursor->source;
	const char *bytes = source->text + cursor->offset;
	uint32_t character;
	size_t taken = 1;

	if (*bytes & 0x80)
		taken = utf8_decode(bytes, source->length - cursor->offset, &character);
	cursor->index++;
	cursor->offset += taken ? taken : 1;
	if (*bytes != '\n')
		return;
	cursor->line++;
	cursor->line_start = cursor->offset;
}

static void step_back(struct yaml_cursor *cursor)
{
	const char *text = cursor->source->text;

	cursor->index--;
	do {
		cursor->offset--;
	} while ((text[cursor->offset] & 0xc0) == 0x80);
	if (text[cursor->offset] != '\n')
		return;
	cursor->line--;
	cursor->line_start = cursor->offset;
	while (cursor->line_start && text[cursor->line_start - 1] != '\n')
		cursor->line_start--;
}

size_t yaml_cursor_seek(struct yaml_cursor *cursor, const yaml_mark_t *mark)
{
	while (cursor->index > mark->index)
		step_back(cursor);
	while (cursor->index < mark->index && cursor->offset < cursor->source->length)
		step_forward(cursor);
	return cursor->offset;
}

size_t yaml_line_end(const struct source *source, size_t offset, size_t most)
{
	const size_t end = most < source->length - offset ? offset + most : source->length;

	while (offset < end && source->text[offset] != '\n' && source->text[offset] != '\r')
		offset++;
	return offset;
}

struct position yaml_cursor_position(const struct yaml_cursor *cursor, size_t length)
{
	return (struct position){
		.source = cursor->source,
		.line = cursor->line,
		.column = (unsigned)(cursor->offset - cursor->line_start) + 1,
		.length = (unsigned)(yaml_line_end(cursor->source, cursor->offset, length) - cursor->offset),
	};
}

/* YAML 1.1 takes these for the end of a line, YAML 1.2 does not: a text with one would mean two things. */
static bool ends_line_for_some(uint32_t character)
{
	return character == 0x85 || character == 0x2028 || character == 0x2029;
}

/* c-printable of YAML 1.2, section 5.1. */
static bool is_printable(uint32_t character)
{
	return character == '\t' || character == '\n' || character == '\r' ||
	       (character >= 0x20 && character <= 0x7e) || (character >= 0xa0 && character <= 0xd7ff) ||
	       (character >= 0xe000 && character <= 0xfffd && character != 0xfeff) || character >= 0x10000;
}

/* The sentence about what stands at `bytes`, or NULL where nothing is wrong with it. */
static const char *fault_of(const char *bytes, size_t length, size_t taken, uint32_t character)
{
	if (!taken)
		return "a byte that is not UTF-8; save the file as UTF-8";
	if (ends_line_for_some(character))
		return "a line separator that only some take for a line end; write \\n in double quotes";
	if (!is_printable(character))
		return "a control character; write it in double quotes, as \\x1b";
	if (character == '\r' && (length < 2 || bytes[1] != '\n'))
		return "a carriage return alone; end lines with LF";
	return NULL;
}

static int check_characters(const struct source *source, struct diagnostics *diagnostics)
{
	struct yaml_cursor cursor;
	bool crlf_seen = false;
	uint32_t character;

	yaml_cursor_init(&cursor, source);
	for (size_t taken; cursor.offset < source->length; cursor.offset += taken) {
		const char *bytes = source->text + cursor.offset;
		const size_t length = source->length - cursor.offset;
		const char *fault;

		taken = 1;
		if (*bytes >= ' ' && *bytes <= '~')
			continue;
		taken = utf8_decode(bytes, length, &character);
		fault = fault_of(bytes, length, taken, character);
		if (fault)
			return diagnostics_error(diagnostics, yaml_cursor_position(&cursor, 1), NULL, "%s", fault);
		if (character == '\r' && !crlf_seen) {
			diagnostics_error(diagnostics, yaml_cursor_position(&cursor, 1), NULL,
					  "CRLF line ends: the shell would not find what '#!' names; save the file "
					  "with LF");
			crlf_seen = true;
		}
		if (character == '\n') {
			cursor.line++;
			cursor.line_start = cursor.offset + 1;
		}
	}
	return 0;
}

static bool is_utf16(const struct source *source)
{
	const char *text = source->text;

	return source->length >= 2 &&
	       (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0 || !text[0] != !text[1]);
}

int yaml_check_text(const struct source *source, struct diagnostics *diagnostics)
{
	const struct position file = { .source = source };
	const struct position start = { .source = source, .line = 1, .column = 1, .length = 1 };

	if (source->length > YAML_MAX_BYTES)
		return diagnostics_error(diagnostics, file, NULL, "larger than %d MiB", YAML_MAX_BYTES >> 20);
	if (is_utf16(source))
		return diagnostics_error(diagnostics, file, NULL, "UTF-16; save the file as UTF-8");
	if (yaml_begin(source))
		diagnostics_error(diagnostics, start, NULL,
				  "a byte order mark: the kernel would not see '#!'; save the file as UTF-8 without "
				  "it");
	return check_characters(source, diagnostics);
}
