/* What the grammar (jmespath_parse.c) is written with: the token at hand, chains of steps that grow, and the messages
 * for people. Knows no grammar. */
#include "config.h"

#include "model/jmespath_parser.h"

#include <string.h>

/* Messages */

unsigned parser_column(const struct parser *parser, const char *at)
{
	return (unsigned)(at - parser->text) + 1;
}

int parser_fail(struct parser *parser, const struct token *token, const char *format, ...)
{
	struct position position = {
		.line = 1, .column = parser_column(parser, token->start), .length = (unsigned)token->length
	};
	va_list arguments;

	va_start(arguments, format);
	error_vset(parser->err, ERROR_MACHINE, position, format, arguments);
	va_end(arguments);
	return -1;
}

static int fail_fault(struct parser *parser, const struct token *token)
{
	if (token->fault)
		return parser_fail(parser, token, "%s", token->fault);
	if ((unsigned char)*token->start < ' ' || *token->start == 0x7f)
		return parser_fail(parser, token, "unexpected control character 0x%02x", (unsigned char)*token->start);
	return parser_fail(parser, token, "unexpected character '%.*s'", (int)token->length, token->start);
}

int parser_fail_expected(struct parser *parser, const char *expected)
{
	const struct token *token = &parser->token;

	if (token->kind == TOKEN_FAULT)
		return fail_fault(parser, token);
	if (token->kind == TOKEN_END)
		return parser_fail(parser, token, "expected %s before the end", expected);
	return parser_fail(parser, token, "expected %s before '%.*s'", expected,
			   text_shown(token->start, token->length), token->start);
}

/* What people write for an operator, out of habit. */
static const struct habit {
	const char *written, *meant;
} habits[] = {
	{ "&", "'&' alone is no operator: did you mean '&&'?" },
	{ "and", "'and' is no operator: did you mean '&&'?" },
	{ "or", "'or' is no operator: did you mean '||'?" },
	{ "in", "'in' is no operator: write contains(list, element)" },
	{ "is", "'is' is no operator: did you mean '=='?" },
	{ ":", "JMESPath has no ':-': write x || 'this' for what takes the place of nothing" },
};

/* Where an expression is complete and something other than an operator or a closing bracket follows. */
int parser_fail_behind(struct parser *parser, const char *expected)
{
	const struct token *token = &parser->token;

	for (size_t i = 0; i < ARRAY_LENGTH(habits); i++)
		if (strlen(habits[i].written) == token->length &&
		    strncmp(token->start, habits[i].written, token->length) == 0)
			return parser_fail(parser, token, "%s", habits[i].meant);
	return parser_fail_expected(parser, expected);
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* `length(x) == 0`: what every other language takes. */
int parser_fail_number(struct parser *parser)
{
	struct token token = parser->token;
	const char *end = token.start + token.length;
	int length;

	if (end[0] == '.' && is_digit(end[1]))
		for (end++; is_digit(*end);)
			end++;
	token.length = (size_t)(end - token.start);
	length = text_shown(token.start, token.length);
	return parser_fail(parser, &token, "%.*s alone is no literal in JMESPath: write `%.*s` in backquotes", length,
			   token.start, length, token.start);
}

/* Tokens */

void parser_advance(struct parser *parser)
{
	parser->end = parser->token.start + parser->token.length;
	parser->token = lexer_next(&parser->lexer);
}

bool parser_accept(struct parser *parser, enum token_kind kind)
{
	if (parser->token.kind != kind)
		return false;
	parser_advance(parser);
	return true;
}

int parser_expect(struct parser *parser, enum token_kind kind)
{
	char expected[8] = "'";

	if (parser_accept(parser, kind))
		return 0;
	strncat(expected, token_text(kind), sizeof(expected) - 3);
	return parser_fail_behind(parser, strcat(expected, "'"));
}

enum token_kind parser_peek(const struct parser *parser)
{
	struct lexer ahead = parser->lexer;

	return lexer_next(&ahead).kind;
}

/* Chains */

struct step *chain_add(struct parser *parser, struct chain *chain, enum step_kind kind,
			      const struct token *token)
{
	struct step *step = ARENA_NEW(parser->arena, struct step);

	step->kind = kind;
	step->column = parser_column(parser, token->start);
	if (chain->last)
		chain->last->next = step;
	else
		chain->first = step;
	chain->last = step;
	return step;
}

void chain_join(struct chain *chain, const struct chain *behind)
{
	if (!chain->last)
		chain->first = behind->first;
	else
		chain->last->next = behind->first;
	if (behind->last)
		chain->last = behind->last;
}

struct operand *operands_add(struct parser *parser, struct operands *operands, const char *start)
{
	struct operand *operand = ARENA_NEW(parser->arena, struct operand);

	operand->column = parser_column(parser, start);
	if (operands->last)
		operands->last->next = operand;
	else
		operands->first = operand;
	operands->last = operand;
	operands->count++;
	return operand;
}

void operand_close(struct parser *parser, struct operand *operand, const struct chain *chain)
{
	operand->chain = chain->first;
	operand->length = parser_column(parser, parser->end) - operand->column;
}

void step_take_operands(struct step *step, const struct operands *operands)
{
	step->operands = operands->first;
}
