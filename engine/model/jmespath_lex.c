/* Cuts the text of an expression into tokens. Knows what is written, and nothing of what it means: what is between
 * quotes is left to the parser. */
#include "config.h"

#include "model/jmespath_internal.h"

#include <string.h>

static const struct punctuation {
	const char *text;
	enum token_kind kind;
	const char *fault;
} punctuations[] = {
	/* The longer before those they begin with. */
	{ "[]", TOKEN_FLATTEN, NULL },
	{ "[?", TOKEN_FILTER, NULL },
	{ "[", TOKEN_BRACKET_OPEN, NULL },
	{ "]", TOKEN_BRACKET_CLOSE, NULL },
	{ "||", TOKEN_OR, NULL },
	{ "|", TOKEN_PIPE, NULL },
	{ "&&", TOKEN_AND, NULL },
	{ "&", TOKEN_AMPERSAND, NULL },
	{ "==", TOKEN_EQUAL, NULL },
	{ "=", TOKEN_FAULT, "'=' alone is no operator: did you mean '=='?" },
	{ "!=", TOKEN_NOT_EQUAL, NULL },
	{ "!", TOKEN_NOT, NULL },
	{ "<=", TOKEN_LESS_EQUAL, NULL },
	{ "<>", TOKEN_FAULT, "'<>' is no operator: did you mean '!='?" },
	{ "<", TOKEN_LESS, NULL },
	{ ">=", TOKEN_GREATER_EQUAL, NULL },
	{ ">", TOKEN_GREATER, NULL },
	{ ".", TOKEN_DOT, NULL },
	{ "*", TOKEN_STAR, NULL },
	{ ",", TOKEN_COMMA, NULL },
	{ ":", TOKEN_COLON, NULL },
	{ "@", TOKEN_CURRENT, NULL },
	{ "$", TOKEN_ROOT, NULL },
	{ "(", TOKEN_PAREN_OPEN, NULL },
	{ ")", TOKEN_PAREN_CLOSE, NULL },
	{ "{", TOKEN_BRACE_OPEN, NULL },
	{ "}", TOKEN_BRACE_CLOSE, NULL },
	{ "?", TOKEN_FAULT, "JMESPath has no '? :': write condition && this || that" },
	{ "/", TOKEN_FAULT, "JMESPath has no '/'" },
	{ "%", TOKEN_FAULT, "JMESPath has no '%'" },
	{ "\u2018", TOKEN_FAULT, "a typographic quote: write ' before and behind a text" },
	{ "\u2019", TOKEN_FAULT, "a typographic quote: write ' before and behind a text" },
	{ "\u201c", TOKEN_FAULT, "a typographic quote: write ' before and behind a text" },
	{ "\u201d", TOKEN_FAULT, "a typographic quote: write ' before and behind a text" },
	{ "+", TOKEN_FAULT, "JMESPath has no '+': write sum([a, b])" },
	{ "-", TOKEN_FAULT, "JMESPath has no '-': write minus(a, b), and a name with a '-' in it in double quotes" },
};

static const struct quotation {
	char quote;
	enum token_kind kind;
	const char *fault;
} quotations[] = {
	{ '"', TOKEN_QUOTED, "a name in double quotes does not end" },
	{ '\'', TOKEN_RAW, "a text in single quotes does not end" },
	{ '`', TOKEN_LITERAL, "a literal in backquotes does not end" },
};

/* ASCII whatever the locale. */
static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool begins_name(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
}

/* By hand: strspn makes a table of so large a set at each call, which was a twentieth of what a start costs. */
static size_t digits_length(const char *start)
{
	size_t length = 0;

	while (is_digit(start[length]))
		length++;
	return length;
}

static size_t name_length(const char *start)
{
	size_t length = 0;

	if (begins_name(*start))
		while (begins_name(start[length]) || is_digit(start[length]))
			length++;
	return length;
}

static const struct quotation *quotation_at(const char *at)
{
	for (size_t i = 0; i < ARRAY_LENGTH(quotations); i++)
		if (*at == quotations[i].quote)
			return &quotations[i];
	return NULL;
}

static struct token read_quotation(const char *start, const struct quotation *quotation)
{
	const char *at = start + 1;

	while (*at && *at != quotation->quote)
		at += at[0] == '\\' && at[1] ? 2 : 1;
	if (!*at)
		return (struct token){ TOKEN_FAULT, start, 1, quotation->fault };
	return (struct token){ quotation->kind, start, (size_t)(at - start) + 1, NULL };
}

/* A character that no token begins with; whole, if it takes several bytes of UTF-8. */
static struct token read_stranger(const char *start)
{
	size_t length = 1;

	while (((unsigned char)start[length] & 0xc0) == 0x80 && length < 4)
		length++;
	return (struct token){ TOKEN_FAULT, start, length, NULL };
}

static struct token read_punctuation(const char *start)
{
	for (size_t i = 0; i < ARRAY_LENGTH(punctuations); i++) {
		size_t length = strlen(punctuations[i].text);

		if (strncmp(start, punctuations[i].text, length) == 0)
			return (struct token){ punctuations[i].kind, start, length, punctuations[i].fault };
	}
	return read_stranger(start);
}

static struct token read_token(const char *start)
{
	const struct quotation *quotation = quotation_at(start);
	const size_t sign = *start == '-', name = name_length(start), digits = digits_length(start + sign);

	if (!*start)
		return (struct token){ TOKEN_END, start, 0, NULL };
	if (quotation)
		return read_quotation(start, quotation);
	if (name)
		return (struct token){ TOKEN_NAME, start, name, NULL };
	if (digits)
		return (struct token){ TOKEN_NUMBER, start, sign + digits, NULL };
	return read_punctuation(start);
}

struct token lexer_next(struct lexer *lexer)
{
	const char *start = lexer->at + strspn(lexer->at, " \t\r\n");
	struct token token = read_token(start);

	lexer->at = token.start + token.length;
	lexer->count++;
	return token;
}

const char *token_text(enum token_kind kind)
{
	for (size_t i = 0; i < ARRAY_LENGTH(punctuations); i++)
		if (punctuations[i].kind == kind)
			return punctuations[i].text;
	return "";
}

int text_shown(const char *text, size_t length)
{
	const size_t most = 40;

	if (length <= most)
		return (int)length;
	for (length = most; length && ((unsigned char)text[length] & 0xc0) == 0x80;)
		length--;
	return (int)length;
}
