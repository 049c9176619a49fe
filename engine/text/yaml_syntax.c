#include "config.h"

#include "text/yaml_syntax.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Of the text to be quoted so much is shown. */
enum { HINT_BYTES = 40 };

/* The characters at which an expression may begin and YAML begins something else. */
static const struct sigil {
	char byte;
	const char *read_as;
} sigils[] = {
	{ '!', "a tag" },
	{ '&', "an anchor" },
	{ '*', "an alias" },
	{ '[', "a list" },
	{ '{', "a map" },
	{ '|', "a block of text" },
	{ '>', "a block of text" },
	{ '%', "a directive" },
	{ '?', "a key" },
	{ '@', "a character of its own" },
	{ '`', "a character of its own" },
};

/* libyaml's words and ours. */
static const struct problem {
	const char *libyaml;
	bool at_start; /* the fault stands where the thing begins, not where libyaml gave up */
	const char *message;
	const char *hint;
} problems[] = {
	{ "mapping values are not allowed in this context", false, "a ':' where no key can be",
	  "quote the text that holds it, or mend the indentation" },
	{ "found unexpected end of stream", true, "a text in quotes that does not end", NULL },
	{ "found unexpected document indicator", true, "a text in quotes that does not end", NULL },
	{ "did not find expected ',' or ']'", true, "a list in [] that is not closed, or lacks a ','", NULL },
	{ "did not find expected ',' or '}'", true, "a map in {} that is not closed, or lacks a ','", NULL },
	{ "did not find expected key", false, "neither a key of the map before it nor the end of it",
	  "mend the indentation or the quotes" },
	{ "did not find expected '-' indicator", false, "neither an item of the list before it nor the end of it",
	  "mend the indentation or the quotes" },
	{ "could not find expected ':'", true, "a key without ':'", NULL },
	{ "did not find expected node content", false, "nothing where a value must be", NULL },
	{ "found unknown escape character", false, "an unknown escape in double quotes",
	  "write \\\\ for a backslash, or use single quotes" },
	{ "did not find expected <document start>", false, "more text behind the end of the document", NULL },
};

static const struct sigil *sigil_find(char byte)
{
	for (size_t i = 0; i < ARRAY_LENGTH(sigils); i++)
		if (sigils[i].byte == byte)
			return &sigils[i];
	return NULL;
}

static char byte_at(const struct source *source, size_t offset)
{
	return offset < source->length ? source->text[offset] : '\0';
}

/* Behind the closing quote of the text that begins at `offset`, or `end`. */
static size_t skip_quoted(const struct source *source, size_t offset, size_t end)
{
	const char quote = source->text[offset++];

	while (offset < end && source->text[offset] != quote)
		offset++;
	return offset < end ? offset + 1 : end;
}

/* Where the expression that begins at `offset` probably ends: with its line, or in a list or map written in brackets
 * at the ',' or the bracket that belongs to that. No further than what is shown, and a byte more. */
static size_t expression_end(const struct source *source, size_t offset, bool in_brackets)
{
	const size_t end = yaml_line_end(source, offset, HINT_BYTES + 1), start = offset;
	size_t open = 0;

	while (offset < end) {
		const char byte = source->text[offset];

		if (strchr("'\"`", byte)) {
			offset = skip_quoted(source, offset, end);
			continue;
		}
		if (byte == '#' && offset > start && strchr(" \t", source->text[offset - 1]))
			break;
		if (strchr("([{", byte))
			open++;
		if (in_brackets && !open && strchr(",]}", byte))
			break;
		if (open && strchr(")]}", byte))
			open--;
		offset++;
	}
	return offset;
}

static size_t without_blanks(const char *text, size_t length)
{
	while (length && (text[length - 1] == ' ' || text[length - 1] == '\t'))
		length--;
	return length;
}

/* `quote it: "!contains(a, 'b')"`: in the kind of quotes of which the text has none. */
static char *quote_hint(const struct source *source, size_t offset, bool in_brackets)
{
	const char *text = source->text + offset;
	const size_t whole = without_blanks(text, expression_end(source, offset, in_brackets) - offset);
	const bool has_quotes = memchr(text, '"', whole);
	const char quote = has_quotes ? '\'' : '"';
	size_t shown = whole <= HINT_BYTES ? whole : HINT_BYTES;
	struct buffer hint = BUFFER_INIT;

	while (shown < whole && shown && (text[shown] & 0xc0) == 0x80)
		shown--;
	buffer_add_format(&hint, "quote it: %c", quote);
	for (size_t i = 0; i < shown; i++) {
		if (text[i] == '\'' && has_quotes)
			buffer_add_char(&hint, '\'');
		buffer_add_char(&hint, text[i]);
	}
	buffer_add_format(&hint, "%s%c", shown < whole ? "..." : "", quote);
	return buffer_take(&hint);
}

/* The cursor stands where the expression begins. */
static int report_sigil(struct yaml_syntax *syntax, const struct sigil *sigil, bool yaml_meant)
{
	const struct yaml_cursor *cursor = syntax->cursor;
	char *hint = quote_hint(cursor->source, cursor->offset, syntax->in_brackets);

	diagnostics_error(syntax->diagnostics, yaml_cursor_position(cursor, 1), hint, "%sYAML reads '%c' as %s%s",
			  yaml_meant ? "" : "not an expression: ", sigil->byte, sigil->read_as,
			  yaml_meant ? ", which is not allowed" : "");
	free(hint);
	syntax->sigil_line = cursor->line;
	return -1;
}

static int report_sigil_before(struct yaml_syntax *syntax, const struct sigil *sigil, const yaml_mark_t *mark)
{
	yaml_cursor_seek(syntax->cursor, &(yaml_mark_t){ .index = mark->index - 1 });
	return report_sigil(syntax, sigil, false);
}

int yaml_syntax_sigil(struct yaml_syntax *syntax, const yaml_mark_t *mark)
{
	const struct source *source = syntax->cursor->source;
	const size_t offset = yaml_cursor_seek(syntax->cursor, mark);
	const char byte = byte_at(source, offset), next = byte_at(source, offset + 1);
	const struct sigil *sigil = sigil_find(byte);

	assert(sigil);
	if (byte == '?' && mark->index && source->text[offset - 1] == '[')
		return report_sigil_before(syntax, sigil_find('['), mark);
	/* Well-formed as YAML, these are no expression that anybody means. */
	return report_sigil(syntax, sigil, byte == '!' ? next == '!' || next == '<' : byte != '?');
}

/* `[0].name`, `{a: b} == c`: the list or map was complete, and then an operator follows. */
static bool follows_brackets(const struct yaml_syntax *syntax, const yaml_mark_t *mark, char byte)
{
	return syntax->closed.index && mark->index >= syntax->closed.index && mark->line == syntax->closed.line &&
	       byte && strchr(".[|&=<>!", byte);
}

static int report_brackets(struct yaml_syntax *syntax)
{
	const size_t offset = yaml_cursor_seek(syntax->cursor, &syntax->opened);

	return report_sigil(syntax, sigil_find(byte_at(syntax->cursor->source, offset)), false);
}

static const struct problem *problem_find(const char *libyaml)
{
	for (size_t i = 0; i < ARRAY_LENGTH(problems); i++)
		if (strcmp(problems[i].libyaml, libyaml) == 0)
			return &problems[i];
	return NULL;
}

static int report_problem(struct yaml_syntax *syntax, const yaml_parser_t *parser)
{
	const struct problem *problem = problem_find(parser->problem);
	const bool at_start = problem && problem->at_start && parser->context;

	yaml_cursor_seek(syntax->cursor, at_start ? &parser->context_mark : &parser->problem_mark);
	if (!problem)
		return diagnostics_error(syntax->diagnostics, yaml_cursor_position(syntax->cursor, 1), NULL,
					 "not YAML: %s", parser->problem);
	return diagnostics_error(syntax->diagnostics, yaml_cursor_position(syntax->cursor, 1), problem->hint, "%s",
				 problem->message);
}

/* Copied from a page, it looks like a blank and is none. In the line where the cursor stands. */
static int report_hard_blank(struct yaml_syntax *syntax)
{
	static const char hard_blank[] = "\xc2\xa0";
	const struct yaml_cursor *cursor = syntax->cursor;
	const char *line = cursor->source->text + cursor->line_start;
	const size_t length = yaml_line_end(cursor->source, cursor->line_start, SIZE_MAX) - cursor->line_start;
	const char *found = memmem(line, length, hard_blank, sizeof(hard_blank) - 1);
	const struct position position = {
		.source = cursor->source,
		.line = cursor->line,
		.column = found ? (unsigned)(found - line) + 1 : 0,
		.length = sizeof(hard_blank) - 1,
	};

	if (!found)
		return 0;
	return diagnostics_error(syntax->diagnostics, position, "write a blank there",
				 "a no-break space: YAML takes it for a letter");
}

int yaml_syntax_failed(struct yaml_syntax *syntax, const yaml_parser_t *parser)
{
	const struct source *source = syntax->cursor->source;
	/* The scanner's context is where the token began at which it gave up, the parser's the list or map around. */
	const bool in_token = parser->error == YAML_SCANNER_ERROR && parser->context;
	const yaml_mark_t *mark = in_token ? &parser->context_mark : &parser->problem_mark;
	size_t offset;
	char byte;

	if (parser->error == YAML_MEMORY_ERROR)
		memory_exhausted();
	offset = yaml_cursor_seek(syntax->cursor, mark);
	byte = byte_at(source, offset);
	/* What libyaml says of the rest of an expression that was already told to need quotes only confuses. */
	if (syntax->cursor->line == syntax->sigil_line)
		return -1;
	if (report_hard_blank(syntax) != 0)
		return -1;
	if (follows_brackets(syntax, mark, byte))
		return report_brackets(syntax);
	if (byte == '{' && offset && source->text[offset - 1] == '$')
		return report_sigil_before(syntax, sigil_find('{'), mark);
	if (byte == '\t')
		return diagnostics_error(syntax->diagnostics, yaml_cursor_position(syntax->cursor, 1), NULL,
					 "a tab: YAML is indented with blanks only");
	if (in_token && sigil_find(byte))
		return report_sigil(syntax, sigil_find(byte), false);
	return report_problem(syntax, parser);
}
