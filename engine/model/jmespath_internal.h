/* What the parts of JMESPath share: tokens, the parsed form and what one evaluation carries. For jmespath_*.c only.
 *
 * A parsed expression is a chain of steps, each of which makes a new value of the one before: `a.b[0] | c` is four
 * steps. What stands inside a step (the right side of a projection, a filter's condition, the sides of an operator, the
 * arguments of a call) is an operand, again a chain. So a long expression is a loop, and only nesting is recursion. */
#ifndef TIDEGATE_MODEL_JMESPATH_INTERNAL_H
#define TIDEGATE_MODEL_JMESPATH_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "model/jmespath.h"

enum {
	EXPRESSION_MAX_BYTES = 64 * 1024,
	EXPRESSION_MAX_DEPTH = 64,
	/* `a[*].b[*].c[*]`: each is inside the one before, though it does not look nested. */
	EXPRESSION_MAX_PROJECTIONS = 128,
	/* Lists and maps that an expression builds: each can make the result one deeper, and freeing and writing a
	 * value is recursion in jansson. */
	EXPRESSION_MAX_BUILT = 256,
	/* Steps and bytes: `[@, @][] | [@, @][] | ...` doubles with every eight bytes of text. */
	EXPRESSION_MAX_WORK = 4 * 1000 * 1000
};

/* Tokens */

enum token_kind {
	TOKEN_FAULT, /* what no expression may hold */
	TOKEN_END,
	TOKEN_NAME,
	TOKEN_QUOTED,  /* "name" */
	TOKEN_RAW,     /* 'text' */
	TOKEN_LITERAL, /* `json` */
	TOKEN_NUMBER,
	TOKEN_DOT,
	TOKEN_STAR,
	TOKEN_COMMA,
	TOKEN_COLON,
	TOKEN_CURRENT,
	TOKEN_ROOT,
	TOKEN_NOT,
	TOKEN_AMPERSAND,
	TOKEN_PIPE,
	TOKEN_OR,
	TOKEN_AND,
	TOKEN_EQUAL,
	TOKEN_NOT_EQUAL,
	TOKEN_LESS,
	TOKEN_LESS_EQUAL,
	TOKEN_GREATER,
	TOKEN_GREATER_EQUAL,
	TOKEN_PAREN_OPEN,
	TOKEN_PAREN_CLOSE,
	TOKEN_BRACE_OPEN,
	TOKEN_BRACE_CLOSE,
	TOKEN_BRACKET_OPEN,
	TOKEN_BRACKET_CLOSE,
	TOKEN_FLATTEN, /* [] */
	TOKEN_FILTER,  /* [? */
	TOKEN_COUNT
};

struct token {
	enum token_kind kind;
	const char *start;
	size_t length;     /* quotes included */
	const char *fault; /* of a TOKEN_FAULT: the message; NULL where it is merely an unexpected character */
};

struct lexer {
	const char *at;
	size_t count; /* tokens read so far: what the tests of linearity count */
};

struct token lexer_next(struct lexer *lexer);
/* As it is written, "]"; for messages. */
const char *token_text(enum token_kind kind);
/* How many bytes of a piece of the text a message shows: whole characters, not too many. */
int text_shown(const char *text, size_t length);

/* The parsed form */

enum step_kind {
	STEP_FIELD,
	STEP_INDEX,
	STEP_SLICE,
	STEP_CURRENT,
	STEP_ROOT,
	STEP_LITERAL,
	STEP_VALUES,  /* the values of a map, as a list */
	STEP_FLATTEN, /* lists in a list become part of it */
	STEP_FILTER,
	STEP_PROJECT, /* the operand for each element, without what gives null; null for what is no list */
	STEP_LIST,
	STEP_MAP,
	STEP_OR,
	STEP_AND,
	STEP_NOT,
	STEP_COMPARE,
	STEP_CALL,
	STEP_KIND_COUNT
};

struct slice {
	bool has_from, has_to;
	int64_t from, to, step;
};

struct operand {
	const struct operand *next;
	const struct step *chain; /* NULL: the value itself */
	const char *key;          /* in a STEP_MAP */
	enum token_kind operator; /* in a STEP_COMPARE: what stands before it */
	bool deferred;            /* &expression: the function evaluates it */
	unsigned column;
	unsigned length;
};

/* A hook has some two thousand: what is rare stands elsewhere. */
struct step {
	enum step_kind kind;
	unsigned column;
	const struct step *next;
	union {
		const char *name;                /* STEP_FIELD */
		int64_t index;                   /* STEP_INDEX */
		const struct slice *slice;       /* STEP_SLICE */
		json_t *literal;                 /* STEP_LITERAL; the arena owns it */
		const struct function *function; /* STEP_CALL */
	};
	const struct operand *operands;
};

struct expression {
	const char *text;
	const struct step *chain;
	size_t token_count;
};

/* Evaluation */

struct evaluation {
	const struct expression *expression;
	json_t *root;
	size_t work;
	struct error *err;
};

/* A new reference, or NULL with ev->err set. */
json_t *chain_evaluate(struct evaluation *ev, const struct step *chain, json_t *current);
/* False once the evaluation has used up its work; the chain it belongs to then ends with an error. */
bool evaluation_spend(struct evaluation *ev, size_t units);
/* Always returns NULL. */
json_t *evaluation_fail(struct evaluation *ev, unsigned column, unsigned length, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* expression_search, with the work it took. */
json_t *expression_search_counted(const struct expression *expression, json_t *current, json_t *root, size_t *work,
				  struct error *err);

/* Deep; 1 equals 1.0. */
bool value_equal(struct evaluation *ev, json_t *left, json_t *right);
/* Below, at or above 0 for two numbers or two strings (by code point). */
int value_order(const json_t *left, const json_t *right);
/* What jansson made, or the end of the program: NULL there means no memory. */
json_t *value_made(json_t *made);
json_t *value_truth(bool truth);
void list_add(json_t *list, json_t *item); /* takes the reference */

/* Functions */

enum value_type {
	TYPE_NULL = 1 << 0,
	TYPE_TRUTH = 1 << 1,
	TYPE_NUMBER = 1 << 2,
	TYPE_TEXT = 1 << 3,
	TYPE_LIST = 1 << 4,
	TYPE_MAP = 1 << 5,
	TYPE_NUMBERS = 1 << 6, /* a list of nothing else; an empty one is */
	TYPE_TEXTS = 1 << 7,
	TYPE_EXPRESSION = 1 << 8,
	TYPE_ANY = TYPE_NULL | TYPE_TRUTH | TYPE_NUMBER | TYPE_TEXT | TYPE_LIST | TYPE_MAP
};

struct argument {
	json_t *value;                 /* NULL where the operand is deferred */
	const struct operand *operand; /* for its chain, and for its place in messages */
};

struct function {
	const char *name;
	unsigned least, most;  /* arguments; most UINT_MAX: any number, the last type holds for all of them */
	unsigned types[2];     /* bits of enum value_type */
	json_t *(*call)(struct evaluation *ev, const struct argument *arguments, size_t count);
};

extern const struct function functions[]; /* a NULL name behind the last */

/* "a number", "null": for messages. */
const char *value_type_name(const json_t *value);
const struct function *function_find(const char *name, size_t length);
unsigned function_argument_types(const struct function *function, size_t i);
/* A list in order, equals in the order they had; or its element that is the largest (sign 1) or smallest (sign -1), of
 * equals the first, null of none. `by` is evaluated for each element; NULL: they are all numbers or all texts. */
json_t *list_sorted(struct evaluation *ev, const json_t *list, const struct operand *by);
json_t *list_extreme(struct evaluation *ev, const json_t *list, const struct operand *by, int sign);
/* Evaluates the arguments, checks their types and calls. */
json_t *function_call(struct evaluation *ev, const struct step *step, json_t *current);

#endif
