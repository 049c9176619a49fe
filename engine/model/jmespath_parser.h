/* The state of parsing one expression, for jmespath_parse.c, _parser.c and _literal.c only. */
#ifndef TIDEGATE_MODEL_JMESPATH_PARSER_H
#define TIDEGATE_MODEL_JMESPATH_PARSER_H

#include "model/jmespath_internal.h"

struct parser {
	struct arena *arena;
	const char *text;
	struct lexer lexer;
	struct token token;   /* the one to be parsed next */
	const char *end;      /* of the token before it */
	unsigned depth;       /* how deep in brackets and behind '!' */
	unsigned projections; /* how many of them this place is in */
	unsigned built;
	struct error *err;
};

struct chain {
	struct step *first, *last;
};

struct operands {
	struct operand *first, *last;
	size_t count;
};

/* Tokens. */
void parser_advance(struct parser *parser);
bool parser_accept(struct parser *parser, enum token_kind kind); /* past the token, if it is of that kind */
int parser_expect(struct parser *parser, enum token_kind kind);  /* 0, or -1 with the error set */
enum token_kind parser_peek(const struct parser *parser);        /* the kind of the token behind the one at hand */
unsigned parser_column(const struct parser *parser, const char *at);

/* Messages, each at a token; all return -1. */
int parser_fail(struct parser *parser, const struct token *token, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* "expected EXPECTED before 'the token at hand'" */
int parser_fail_expected(struct parser *parser, const char *expected);
/* The same where an expression is complete: with a hint where people write this for an operator. */
int parser_fail_behind(struct parser *parser, const char *expected);
/* At a number where a value is due, as in `length(x) == 0`. */
int parser_fail_number(struct parser *parser);

/* Steps and operands are made in the parser's arena. */
struct step *chain_add(struct parser *parser, struct chain *chain, enum step_kind kind, const struct token *token);
void chain_join(struct chain *chain, const struct chain *behind);
/* `start`: where the operand begins in the text. */
struct operand *operands_add(struct parser *parser, struct operands *operands, const char *start);
/* The operand is this chain, and ends behind the token that was read last. */
void operand_close(struct parser *parser, struct operand *operand, const struct chain *chain);
void step_take_operands(struct step *step, const struct operands *operands);

/* What stands between quotes, at the token at hand. */
int parse_literal(struct parser *parser, struct chain *chain);
int parse_raw(struct parser *parser, struct chain *chain);
const char *parse_quoted_name(struct parser *parser); /* not past it; NULL with the error set */

#endif
