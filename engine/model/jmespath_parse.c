/* Makes chains of steps of an expression's text, by recursive descent, and says in words for people where it is no
 * JMESPath. What a function takes is checked here as far as the text shows it. Evaluates nothing.
 *
 * One reading differs from the reference implementation, which the specification leaves open: `!a.b` is !(a.b), where
 * that takes it for (!a).b, which is always null. */
#include "config.h"

#include "model/jmespath_parser.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text/diagnostics.h"

typedef int parse_function(struct parser *parser, struct chain *chain);

static parse_function parse_pipe, parse_not;
static int parse_suffixes(struct parser *parser, struct chain *chain, bool in_projection);

/* All that nests is parsed by this or by parse_projected: they bound the recursion of parsing and of evaluating. */
static int parse_deeper(struct parser *parser, parse_function *parse, struct chain *chain)
{
	int status;

	if (parser->depth == EXPRESSION_MAX_DEPTH)
		return parser_fail(parser, &parser->token, "nested more than %d deep: split the expression with '|'",
				   EXPRESSION_MAX_DEPTH);
	parser->depth++;
	status = parse(parser, chain);
	parser->depth--;
	return status;
}

static int parse_operand(struct parser *parser, parse_function *parse, struct operands *operands)
{
	struct operand *operand = operands_add(parser, operands, parser->token.start);
	struct chain chain = { 0 };

	if (parse_deeper(parser, parse, &chain))
		return -1;
	operand_close(parser, operand, &chain);
	return 0;
}

/* Names */

static int parse_quoted(struct parser *parser, struct chain *chain)
{
	struct token token = parser->token;
	const char *name = parse_quoted_name(parser);

	if (!name)
		return -1;
	chain_add(parser, chain, STEP_FIELD, &token)->name = name;
	parser_advance(parser);
	if (parser->token.kind == TOKEN_PAREN_OPEN)
		return parser_fail(parser, &token, "the name of a function stands without quotes");
	return 0;
}

static int parse_current(struct parser *parser, struct chain *chain)
{
	chain_add(parser, chain, STEP_CURRENT, &parser->token);
	parser_advance(parser);
	return 0;
}

static int parse_root(struct parser *parser, struct chain *chain)
{
	chain_add(parser, chain, STEP_ROOT, &parser->token);
	parser_advance(parser);
	return 0;
}

/* Calls */

static int parse_arguments(struct parser *parser, struct operands *operands)
{
	if (parser_accept(parser, TOKEN_PAREN_CLOSE))
		return 0;
	do {
		bool deferred = parser_accept(parser, TOKEN_AMPERSAND);

		if (parse_operand(parser, parse_pipe, operands))
			return -1;
		operands->last->deferred = deferred;
	} while (parser_accept(parser, TOKEN_COMMA));
	return parser_expect(parser, TOKEN_PAREN_CLOSE);
}

static int check_count(struct parser *parser, const struct token *token, const struct function *function, size_t count)
{
	const char *quantity = function->most == function->least ? "" : "at least ";

	if (count >= function->least && count <= function->most)
		return 0;
	return parser_fail(parser, token, "%s() takes %s%u argument%s, not %zu", function->name, quantity,
			   function->least, function->least == 1 ? "" : "s", count);
}

static int check_deferred(struct parser *parser, const struct function *function, const struct operands *operands)
{
	size_t i = 0;

	for (const struct operand *at = operands->first; at; at = at->next, i++) {
		bool wanted = function_argument_types(function, i) & TYPE_EXPRESSION;
		struct token token = { .start = parser->text + at->column - 1, .length = at->length };

		if (wanted && !at->deferred)
			return parser_fail(parser, &token,
					   "%s() evaluates its argument %zu for each element: write &%.*s",
					   function->name, i + 1, text_shown(token.start, token.length), token.start);
		if (!wanted && at->deferred)
			return parser_fail(parser, &token,
					   "%s() takes a value as its argument %zu: write %.*s without '&'",
					   function->name, i + 1, text_shown(token.start, token.length), token.start);
	}
	return 0;
}

static int fail_unknown(struct parser *parser, const struct token *name)
{
	const char *word = arena_copy(parser->arena, name->start, name->length);
	const char *near = nearest_word(word, expression_function_name, NULL);

	return parser_fail(parser, name, "unknown function '%.*s()'%s%s%s", text_shown(word, name->length), word,
			   near ? ": did you mean '" : "", near ? near : "", near ? "()'?" : "");
}

static int parse_call(struct parser *parser, struct chain *chain, const struct token *name)
{
	const struct function *function = function_find(name->start, name->length);
	struct operands operands = { 0 };
	struct step *step;

	if (!function)
		return fail_unknown(parser, name);
	parser_advance(parser);
	if (parse_arguments(parser, &operands) || check_count(parser, name, function, operands.count) ||
	    check_deferred(parser, function, &operands))
		return -1;
	step = chain_add(parser, chain, STEP_CALL, name);
	step->function = function;
	step_take_operands(step, &operands);
	return 0;
}

static int parse_name(struct parser *parser, struct chain *chain)
{
	struct token token = parser->token;

	parser_advance(parser);
	if (parser->token.kind == TOKEN_PAREN_OPEN)
		return parse_call(parser, chain, &token);
	chain_add(parser, chain, STEP_FIELD, &token)->name = arena_copy(parser->arena, token.start, token.length);
	return 0;
}

/* Projections */

static int parse_projected(struct parser *parser, struct chain *chain)
{
	int status;

	if (parser->projections == EXPRESSION_MAX_PROJECTIONS)
		return parser_fail(parser, &parser->token, "more than %d projections in one another",
				   EXPRESSION_MAX_PROJECTIONS);
	parser->projections++;
	status = parse_suffixes(parser, chain, true);
	parser->projections--;
	return status;
}

/* What follows is done for each element, up to what ends the projection. */
static int add_projection(struct parser *parser, struct chain *chain)
{
	struct step *step = chain_add(parser, chain, STEP_PROJECT, &parser->token);
	struct operands operands = { 0 };
	struct operand *operand = operands_add(parser, &operands, parser->token.start);
	struct chain projected = { 0 };

	if (parse_projected(parser, &projected))
		return -1;
	operand->chain = projected.first;
	step_take_operands(step, &operands);
	return 0;
}

static int parse_star(struct parser *parser, struct chain *chain)
{
	chain_add(parser, chain, STEP_VALUES, &parser->token);
	parser_advance(parser);
	return add_projection(parser, chain);
}

static int parse_flatten(struct parser *parser, struct chain *chain)
{
	chain_add(parser, chain, STEP_FLATTEN, &parser->token);
	parser_advance(parser);
	return add_projection(parser, chain);
}

static int parse_filter(struct parser *parser, struct chain *chain)
{
	struct step *step = chain_add(parser, chain, STEP_FILTER, &parser->token);
	struct operands operands = { 0 };

	parser_advance(parser);
	if (parse_operand(parser, parse_pipe, &operands) || parser_expect(parser, TOKEN_BRACKET_CLOSE))
		return -1;
	step_take_operands(step, &operands);
	return add_projection(parser, chain);
}

/* Brackets */

static int parse_integer(struct parser *parser, int64_t *value)
{
	if (parser->token.kind != TOKEN_NUMBER)
		return parser_fail_expected(parser, "a number");
	errno = 0;
	*value = strtoll(parser->token.start, NULL, 10);
	if (errno || *value < INT32_MIN || *value > INT32_MAX)
		return parser_fail(parser, &parser->token, "the index %.*s is out of range",
				   text_shown(parser->token.start, parser->token.length), parser->token.start);
	parser_advance(parser);
	return 0;
}

static bool ends_slice_part(const struct parser *parser)
{
	return parser->token.kind == TOKEN_COLON || parser->token.kind == TOKEN_BRACKET_CLOSE;
}

static int parse_slice_part(struct parser *parser, bool *has, int64_t *value)
{
	if (ends_slice_part(parser))
		return 0;
	*has = true;
	return parse_integer(parser, value);
}

/* Behind the first number, where there was one; at the first ':'. */
static int parse_slice(struct parser *parser, struct chain *chain, const struct token *open, struct slice slice)
{
	struct slice *kept = ARENA_NEW(parser->arena, struct slice);
	struct token step = parser->token;
	bool has_step = false;

	slice.step = 1;
	parser_advance(parser);
	if (parse_slice_part(parser, &slice.has_to, &slice.to))
		return -1;
	if (parser_accept(parser, TOKEN_COLON)) {
		step = parser->token;
		if (parse_slice_part(parser, &has_step, &slice.step))
			return -1;
	}
	if (parser_expect(parser, TOKEN_BRACKET_CLOSE))
		return -1;
	if (!slice.step)
		return parser_fail(parser, &step, "the step of a slice cannot be 0");
	*kept = slice;
	chain_add(parser, chain, STEP_SLICE, open)->slice = kept;
	return add_projection(parser, chain);
}

static int parse_index_or_slice(struct parser *parser, struct chain *chain, const struct token *open)
{
	struct slice slice = { 0 };

	if (parse_slice_part(parser, &slice.has_from, &slice.from))
		return -1;
	if (parser->token.kind == TOKEN_COLON)
		return parse_slice(parser, chain, open, slice);
	if (parser_expect(parser, TOKEN_BRACKET_CLOSE))
		return -1;
	chain_add(parser, chain, STEP_INDEX, open)->index = slice.from;
	return 0;
}

static int parse_list_projection(struct parser *parser, struct chain *chain)
{
	parser_advance(parser);
	if (parser_expect(parser, TOKEN_BRACKET_CLOSE))
		return -1;
	return add_projection(parser, chain);
}

static bool begins_index(const struct parser *parser)
{
	return parser->token.kind == TOKEN_NUMBER || parser->token.kind == TOKEN_COLON;
}

static int parse_bracket_suffix(struct parser *parser, struct chain *chain)
{
	struct token open = parser->token;

	parser_advance(parser);
	if (begins_index(parser))
		return parse_index_or_slice(parser, chain, &open);
	if (parser->token.kind == TOKEN_STAR)
		return parse_list_projection(parser, chain);
	return parser_fail_expected(parser, "a number, ':', '*' or '?' in brackets");
}

/* Lists and maps */

static int count_built(struct parser *parser, const struct token *open)
{
	if (parser->built++ == EXPRESSION_MAX_BUILT)
		return parser_fail(parser, open, "more than %d lists and maps in one expression", EXPRESSION_MAX_BUILT);
	return 0;
}

static int parse_list_entries(struct parser *parser, struct chain *chain, const struct token *open)
{
	struct operands operands = { 0 };

	if (count_built(parser, open))
		return -1;
	do {
		if (parse_operand(parser, parse_pipe, &operands))
			return -1;
	} while (parser_accept(parser, TOKEN_COMMA));
	if (parser_expect(parser, TOKEN_BRACKET_CLOSE))
		return -1;
	step_take_operands(chain_add(parser, chain, STEP_LIST, open), &operands);
	return 0;
}

static int parse_list(struct parser *parser, struct chain *chain)
{
	struct token open = parser->token;

	parser_advance(parser);
	return parse_list_entries(parser, chain, &open);
}

/* A bracket that begins an expression: `[*]` is a projection, but `[*.a]` a list. */
static int parse_bracket(struct parser *parser, struct chain *chain)
{
	struct token open = parser->token;

	parser_advance(parser);
	if (begins_index(parser))
		return parse_index_or_slice(parser, chain, &open);
	if (parser->token.kind == TOKEN_STAR && parser_peek(parser) == TOKEN_BRACKET_CLOSE)
		return parse_list_projection(parser, chain);
	return parse_list_entries(parser, chain, &open);
}

static int parse_key(struct parser *parser, const char **key)
{
	if (parser->token.kind == TOKEN_NAME)
		*key = arena_copy(parser->arena, parser->token.start, parser->token.length);
	else if (parser->token.kind == TOKEN_QUOTED)
		*key = parse_quoted_name(parser);
	else
		return parser_fail_expected(parser, "a key");
	if (!*key)
		return -1;
	parser_advance(parser);
	return parser_expect(parser, TOKEN_COLON);
}

static int parse_map(struct parser *parser, struct chain *chain)
{
	struct token open = parser->token;
	struct operands operands = { 0 };

	parser_advance(parser);
	if (count_built(parser, &open))
		return -1;
	do {
		const char *key = NULL;

		if (parse_key(parser, &key) || parse_operand(parser, parse_pipe, &operands))
			return -1;
		operands.last->key = key;
	} while (parser_accept(parser, TOKEN_COMMA));
	if (parser_expect(parser, TOKEN_BRACE_CLOSE))
		return -1;
	step_take_operands(chain_add(parser, chain, STEP_MAP, &open), &operands);
	return 0;
}

/* Paths */

static int parse_dot(struct parser *parser, struct chain *chain)
{
	static parse_function *const behind_dot[TOKEN_COUNT] = {
		[TOKEN_NAME] = parse_name,  [TOKEN_QUOTED] = parse_quoted,     [TOKEN_STAR] = parse_star,
		[TOKEN_BRACE_OPEN] = parse_map, [TOKEN_BRACKET_OPEN] = parse_list,
	};
	parse_function *parse;

	parser_advance(parser);
	parse = behind_dot[parser->token.kind];
	if (parse)
		return parse(parser, chain);
	if (parser->token.kind == TOKEN_NUMBER)
		return parser_fail(parser, &parser->token, "a name that is a number stands in double quotes: \"%.*s\"",
				   text_shown(parser->token.start, parser->token.length), parser->token.start);
	return parser_fail_expected(parser, "a name");
}

/* In a projection `[]` ends it: what is flattened is its result. */
static int parse_suffixes(struct parser *parser, struct chain *chain, bool in_projection)
{
	static parse_function *const suffixes[TOKEN_COUNT] = {
		[TOKEN_DOT] = parse_dot,         [TOKEN_BRACKET_OPEN] = parse_bracket_suffix,
		[TOKEN_FILTER] = parse_filter,   [TOKEN_FLATTEN] = parse_flatten,
	};

	while (suffixes[parser->token.kind] && !(in_projection && parser->token.kind == TOKEN_FLATTEN))
		if (suffixes[parser->token.kind](parser, chain))
			return -1;
	return 0;
}

static int parse_parentheses(struct parser *parser, struct chain *chain)
{
	parser_advance(parser);
	if (parse_deeper(parser, parse_pipe, chain))
		return -1;
	return parser_expect(parser, TOKEN_PAREN_CLOSE);
}

static int parse_path(struct parser *parser, struct chain *chain)
{
	static parse_function *const beginnings[TOKEN_COUNT] = {
		[TOKEN_NAME] = parse_name,       [TOKEN_QUOTED] = parse_quoted,
		[TOKEN_RAW] = parse_raw,         [TOKEN_LITERAL] = parse_literal,
		[TOKEN_STAR] = parse_star,       [TOKEN_FLATTEN] = parse_flatten,
		[TOKEN_FILTER] = parse_filter,   [TOKEN_BRACKET_OPEN] = parse_bracket,
		[TOKEN_BRACE_OPEN] = parse_map,  [TOKEN_PAREN_OPEN] = parse_parentheses,
		[TOKEN_CURRENT] = parse_current, [TOKEN_ROOT] = parse_root,
		[TOKEN_NOT] = parse_not,
	};
	parse_function *parse = beginnings[parser->token.kind];

	if (parser->token.kind == TOKEN_NUMBER)
		return parser_fail_number(parser);
	if (!parse)
		return parser_fail_expected(parser, "an expression");
	if (parse(parser, chain))
		return -1;
	return parse_suffixes(parser, chain, false);
}

/* Takes the whole path behind it, suffixes too. */
static int parse_not(struct parser *parser, struct chain *chain)
{
	struct token token = parser->token;
	struct operands operands = { 0 };

	parser_advance(parser);
	if (parse_operand(parser, parse_path, &operands))
		return -1;
	step_take_operands(chain_add(parser, chain, STEP_NOT, &token), &operands);
	return 0;
}

/* Operators, the loosest first; those of a level are taken from left to right by one step with all its operands, so
 * that no chain of them is deep. */

static const enum step_kind levels[] = { STEP_OR, STEP_AND, STEP_COMPARE };

static const enum step_kind level_of_token[TOKEN_COUNT] = {
	[TOKEN_OR] = STEP_OR,
	[TOKEN_AND] = STEP_AND,
	[TOKEN_EQUAL] = STEP_COMPARE,
	[TOKEN_NOT_EQUAL] = STEP_COMPARE,
	[TOKEN_LESS] = STEP_COMPARE,
	[TOKEN_LESS_EQUAL] = STEP_COMPARE,
	[TOKEN_GREATER] = STEP_COMPARE,
	[TOKEN_GREATER_EQUAL] = STEP_COMPARE,
};

static int parse_level(struct parser *parser, struct chain *chain, size_t level);

static int parse_operator_operand(struct parser *parser, struct operands *operands, size_t level)
{
	struct token operator = parser->token;
	struct operand *operand;
	struct chain chain = { 0 };

	parser_advance(parser);
	operand = operands_add(parser, operands, parser->token.start);
	operand->operator = operator.kind;
	if (parse_level(parser, &chain, level + 1))
		return -1;
	operand_close(parser, operand, &chain);
	return 0;
}

static int parse_level(struct parser *parser, struct chain *chain, size_t level)
{
	const char *start = parser->token.start;
	struct chain first = { 0 };
	struct operands operands = { 0 };
	struct token operator;

	if (level == ARRAY_LENGTH(levels))
		return parse_path(parser, chain);
	if (parse_level(parser, &first, level + 1))
		return -1;
	operator = parser->token;
	if (level_of_token[operator.kind] != levels[level]) {
		chain_join(chain, &first);
		return 0;
	}
	operand_close(parser, operands_add(parser, &operands, start), &first);
	while (level_of_token[parser->token.kind] == levels[level])
		if (parse_operator_operand(parser, &operands, level))
			return -1;
	step_take_operands(chain_add(parser, chain, levels[level], &operator), &operands);
	return 0;
}

static int parse_pipe(struct parser *parser, struct chain *chain)
{
	do {
		if (parse_level(parser, chain, 0))
			return -1;
	} while (parser_accept(parser, TOKEN_PIPE));
	return 0;
}

struct expression *expression_parse(struct arena *arena, const char *text, struct error *err)
{
	struct expression *expression = ARENA_NEW(arena, struct expression);
	struct parser parser = { .arena = arena, .text = text, .lexer = { .at = text }, .err = err };
	struct chain chain = { 0 };

	parser.token = (struct token){ .start = text };
	if (strnlen(text, EXPRESSION_MAX_BYTES + 1) > EXPRESSION_MAX_BYTES) {
		parser_fail(&parser, &parser.token, "an expression has at most %d bytes", EXPRESSION_MAX_BYTES);
		return NULL;
	}
	parser_advance(&parser);
	if (parse_pipe(&parser, &chain))
		return NULL;
	if (parser.token.kind != TOKEN_END) {
		parser_fail_behind(&parser, "an operator");
		return NULL;
	}
	expression->text = arena_copy_text(arena, text);
	expression->chain = chain.first;
	expression->token_count = parser.lexer.count;
	return expression;
}

const char *expression_text(const struct expression *expression)
{
	return expression->text;
}
