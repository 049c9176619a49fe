#include "config.h"

#include "text/diagnostics.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "text/utf8.h"

enum {
	MESSAGE_BYTES = 512,
	SHOWN_COLUMNS = 120, /* of a source line; a longer one is cut around its marker */
	COLUMNS_BEFORE = 60  /* what is then left before the marker */
};

void diagnostics_release(struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < diagnostics->count; i++) {
		free(diagnostics->rows[i].message);
		free(diagnostics->rows[i].hint);
	}
	free(diagnostics->rows);
	*diagnostics = (struct diagnostics)DIAGNOSTICS_INIT;
}

static void add(struct diagnostics *diagnostics, enum severity severity, struct position position, const char *hint,
		const char *format, va_list arguments) __attribute__((format(printf, 5, 0)));

static void add(struct diagnostics *diagnostics, enum severity severity, struct position position, const char *hint,
		const char *format, va_list arguments)
{
	/* Bounded, for a name in it may be as long as the file. */
	char message[MESSAGE_BYTES];

	if (severity == SEVERITY_ERROR)
		diagnostics->errors++;
	else
		diagnostics->warnings++;
	if (diagnostics->count == DIAGNOSTICS_MOST)
		return;
	if (!diagnostics->rows)
		diagnostics->rows = memory_new(DIAGNOSTICS_MOST, sizeof(*diagnostics->rows));
	vsnprintf(message, sizeof(message), format, arguments);
	diagnostics->rows[diagnostics->count++] = (struct diagnostic){
		.severity = severity,
		.position = position,
		.message = memory_copy_text(message),
		.hint = hint ? memory_copy_text(hint) : NULL,
	};
}

int diagnostics_error(struct diagnostics *diagnostics, struct position position, const char *hint, const char *format,
		      ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(diagnostics, SEVERITY_ERROR, position, hint, format, arguments);
	va_end(arguments);
	return -1;
}

int diagnostics_warn(struct diagnostics *diagnostics, struct position position, const char *hint, const char *format,
		     ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(diagnostics, SEVERITY_WARNING, position, hint, format, arguments);
	va_end(arguments);
	return -1;
}

int diagnostics_unknown(struct diagnostics *diagnostics, struct position position, const char *word,
			const char *(*candidate)(const void *argument, size_t i), const void *argument,
			const char *format, ...)
{
	/* A file full of unknown words shall not cost the search for words that are not shown. */
	const bool kept = diagnostics->count < DIAGNOSTICS_MOST;
	const char *nearest = kept ? nearest_word(word, candidate, argument) : NULL;
	char *hint = nearest ? memory_format("did you mean '%s'?", nearest) : NULL;
	va_list arguments;

	va_start(arguments, format);
	add(diagnostics, SEVERITY_ERROR, position, hint, format, arguments);
	va_end(arguments);
	free(hint);
	return -1;
}

/* A row with what it is sorted by. */
struct ranked {
	const struct diagnostic *row;
	size_t source; /* the first row that is about the same file */
	size_t at;
};

static int ranked_compare(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;
	const struct position *p = &a->row->position, *q = &b->row->position;

	if (a->source != b->source)
		return a->source < b->source ? -1 : 1;
	if (p->line != q->line)
		return p->line < q->line ? -1 : 1;
	if (p->column != q->column)
		return p->column < q->column ? -1 : 1;
	return a->at < b->at ? -1 : 1;
}

static void rank(const struct diagnostics *diagnostics, struct ranked *order)
{
	for (size_t i = 0; i < diagnostics->count; i++) {
		size_t first = 0;

		while (diagnostics->rows[first].position.source != diagnostics->rows[i].position.source)
			first++;
		order[i] = (struct ranked){ .row = &diagnostics->rows[i], .source = first, .at = i };
	}
	if (diagnostics->count)
		qsort(order, diagnostics->count, sizeof(*order), ranked_compare);
}

/* What would move the cursor, colour the terminal or turn the direction of what follows. */
static bool is_control(uint32_t character)
{
	return character < 0x20 || (character >= 0x7f && character <= 0x9f) || character == 0x200e ||
	       character == 0x200f || (character >= 0x2028 && character <= 0x202e) ||
	       (character >= 0x2066 && character <= 0x2069) || character == 0xfeff;
}

/* Takes at most `columns` characters from the `length` bytes, each control character as a blank, each byte that is no
 * UTF-8 as '?'. Returns how many bytes that were; `text` may be NULL to only count. */
static size_t add_clean(struct buffer *text, const char *bytes, size_t length, size_t columns)
{
	size_t offset = 0;

	for (; offset < length && columns; columns--) {
		uint32_t character = 0;
		const size_t taken = utf8_decode(bytes + offset, length - offset, &character);

		if (text && !taken)
			buffer_add_char(text, '?');
		else if (text && is_control(character))
			buffer_add_char(text, ' ');
		else if (text)
			buffer_add(text, bytes + offset, taken);
		offset += taken ? taken : 1;
	}
	return offset;
}

static void add_clean_text(struct buffer *text, const char *string)
{
	add_clean(text, string, strlen(string), SIZE_MAX);
}

static size_t columns_of(const char *bytes, size_t length)
{
	size_t columns = 0;

	for (size_t offset = 0; offset < length; columns++)
		offset += add_clean(NULL, bytes + offset, length - offset, 1);
	return columns;
}

struct line {
	const char *bytes;
	size_t length;
};

static struct line find_line(const struct source *source, unsigned number)
{
	struct line line = { .bytes = source->text, .length = source->length };
	const char *end;

	for (; number > 1 && (end = memchr(line.bytes, '\n', line.length)); number--) {
		line.length -= (size_t)(end + 1 - line.bytes);
		line.bytes = end + 1;
	}
	end = line.length ? memchr(line.bytes, '\n', line.length) : NULL;
	if (end)
		line.length = (size_t)(end - line.bytes);
	if (line.length && line.bytes[line.length - 1] == '\r')
		line.length--;
	return line;
}

/* Drops what is too far before the marker; returns the marker's column, counted in characters from 0. */
static size_t clip_line(struct line *line, size_t marker_offset)
{
	size_t column = columns_of(line->bytes, marker_offset), dropped;

	if (column <= COLUMNS_BEFORE || add_clean(NULL, line->bytes, line->length, SHOWN_COLUMNS) == line->length)
		return column;
	dropped = add_clean(NULL, line->bytes, line->length, column - COLUMNS_BEFORE);
	line->bytes += dropped;
	line->length -= dropped;
	return COLUMNS_BEFORE;
}

static void add_marker(struct buffer *text, size_t column, size_t length, const char *hint)
{
	buffer_add_format(text, "      | %*s^", (int)column, "");
	for (size_t i = 1; i < length; i++)
		buffer_add_char(text, '~');
	if (hint) {
		buffer_add_char(text, ' ');
		add_clean_text(text, hint);
	}
	buffer_add_char(text, '\n');
}

static void add_source_line(struct buffer *text, const struct diagnostic *row)
{
	struct line line = find_line(row->position.source, row->position.line);
	size_t offset = row->position.column ? row->position.column - 1 : 0, length = row->position.length, column;

	if (offset > line.length)
		offset = line.length;
	if (length > line.length - offset)
		length = line.length - offset;
	length = columns_of(line.bytes + offset, length);
	column = clip_line(&line, offset);
	if (length > SHOWN_COLUMNS - column)
		length = SHOWN_COLUMNS - column;
	buffer_add_format(text, "%5u | ", row->position.line);
	add_clean(text, line.bytes, line.length, SHOWN_COLUMNS);
	buffer_add_char(text, '\n');
	add_marker(text, column, length, row->hint);
}

static void add_place(struct buffer *text, const struct position *position)
{
	if (!position->source)
		return;
	add_clean_text(text, position->source->name);
	if (position->line)
		buffer_add_format(text, ":%u:%u", position->line, position->column);
	buffer_add_text(text, ": ");
}

static void add_row(struct buffer *text, const struct diagnostic *row)
{
	const bool has_line = row->position.source && row->position.line;

	add_place(text, &row->position);
	buffer_add_text(text, row->severity == SEVERITY_ERROR ? "error: " : "warning: ");
	add_clean_text(text, row->message);
	if (!has_line && row->hint) {
		buffer_add_text(text, "; ");
		add_clean_text(text, row->hint);
	}
	buffer_add_char(text, '\n');
	if (has_line)
		add_source_line(text, row);
}

static void add_count(struct buffer *text, const char *separator, size_t count, const char *noun)
{
	if (count)
		buffer_add_format(text, "%s%zu %s%s", separator, count, noun, count == 1 ? "" : "s");
}

static void add_summary(struct buffer *text, const struct diagnostics *diagnostics)
{
	const size_t all = diagnostics->errors + diagnostics->warnings;

	if (!all)
		return;
	add_count(text, "", diagnostics->errors, "error");
	add_count(text, diagnostics->errors ? ", " : "", diagnostics->warnings, "warning");
	if (all > diagnostics->count)
		buffer_add_format(text, " (%zu not shown)", all - diagnostics->count);
	buffer_add_char(text, '\n');
}

void diagnostics_print(const struct diagnostics *diagnostics, struct buffer *text)
{
	struct ranked order[DIAGNOSTICS_MOST];

	rank(diagnostics, order);
	for (size_t i = 0; i < diagnostics->count; i++)
		add_row(text, order[i].row);
	add_summary(text, diagnostics);
}
