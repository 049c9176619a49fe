/* Reads what stands between quotes in an expression: texts, literals and quoted names. */
#include "config.h"

#include "model/jmespath_parser.h"

#include "base/buffer.h"

static void release_json(void *json)
{
	json_decref(json);
}

static void add_literal(struct parser *parser, struct chain *chain, const struct token *token, json_t *literal)
{
	arena_attach(parser->arena, release_json, literal);
	chain_add(parser, chain, STEP_LITERAL, token)->literal = literal;
}

/* What stands between the quotes; an escaped quote loses its backslash, every other backslash stays. */
static void unquote(const struct token *token, char quote, struct buffer *into)
{
	const char *last = token->start + token->length - 1;

	for (const char *at = token->start + 1; at < last; at++) {
		if (at[0] == '\\' && at[1] == quote)
			at++;
		else if (at[0] == '\\' && at + 1 < last)
			buffer_add_char(into, *at++);
		buffer_add_char(into, *at);
	}
}

int parse_literal(struct parser *parser, struct chain *chain)
{
	struct token token = parser->token;
	struct buffer text = BUFFER_INIT;
	json_t *literal;

	unquote(&token, '`', &text);
	literal = json_loadb(buffer_text(&text), text.length, JSON_DECODE_ANY, NULL);
	buffer_release(&text);
	if (!literal)
		return parser_fail(parser, &token, "%.*s holds no JSON: a text is written in single quotes, as 'abc'",
				   text_shown(token.start, token.length), token.start);
	add_literal(parser, chain, &token, literal);
	parser_advance(parser);
	return 0;
}

int parse_raw(struct parser *parser, struct chain *chain)
{
	struct token token = parser->token;
	struct buffer text = BUFFER_INIT;
	json_t *literal;

	unquote(&token, '\'', &text);
	literal = json_stringn(buffer_text(&text), text.length);
	buffer_release(&text);
	if (!literal)
		return parser_fail(parser, &token, "a text in single quotes is no UTF-8");
	add_literal(parser, chain, &token, literal);
	parser_advance(parser);
	return 0;
}

const char *parse_quoted_name(struct parser *parser)
{
	const struct token *token = &parser->token;
	json_t *string = json_loadb(token->start, token->length, JSON_DECODE_ANY, NULL);
	const char *name;

	if (!string) {
		parser_fail(parser, token, "%.*s is no JSON string: look at what follows each backslash",
			text_shown(token->start, token->length), token->start);
		return NULL;
	}
	name = arena_copy(parser->arena, json_string_value(string), json_string_length(string));
	json_decref(string);
	return name;
}
