/* Values with expressions inside: `"${states.LOOK.group}/processes"`, at any depth of lists and maps. A text that is
 * one ${...} alone gives the expression's value with its type; within other text it gives its text. `$${` is a literal
 * `${`. Where a field is an expression anyway it is written bare (field_expression). */
#ifndef TIDEGATE_MODEL_TEMPLATE_H
#define TIDEGATE_MODEL_TEMPLATE_H

#include <jansson.h>

#include "model/jmespath.h"
#include "text/record.h"

/* An expression and where in a file it stands: that is worked out when it is asked for, since the file's text has to be
 * looked at, which a run without a fault does not need at all. */
struct located_expression {
	const struct expression *parsed; /* NULL: there is none */
	const struct node *scalar;       /* in whose text it stands, from byte `offset` on */
	size_t offset;
};

struct template;

/* NULL with a diagnostic made for each faulty expression. */
const struct template *template_parse(struct reader *reader, const struct node *node);

/* A new reference, or NULL with err standing at the expression. Within other text null is a fault: half a name is no
 * name. */
json_t *template_render(const struct template *template, json_t *document, struct error *err);

/* As template_render, for sentences: always a text (the caller frees), "?" where a value is missing. */
char *template_sentence(const struct template *template, json_t *document);

/* As expression_search, with err standing in the file. */
json_t *located_search(const struct located_expression *expression, json_t *current, json_t *root, struct error *err);
/* 1 or 0 as JMESPath takes truth, -1 with err. A missing expression is `missing`. */
int located_is_true(const struct located_expression *expression, json_t *document, int missing, struct error *err);

/* Whether it is a map with this key. */
bool template_has_key(const struct template *template, const char *key);

/* An element of a list or a map, in the order of the file; NULL behind the last. */
const struct template *template_item(const struct template *template, size_t i);
/* The expression that it is and nothing beside it, or NULL. */
const struct located_expression *template_alone(const struct template *template);

/* Of its first byte, with its length. */
struct position located_position(const struct located_expression *expression);
/* Where column `column` (from 1) of the expression's text stands in the file. */
struct position located_place(const struct located_expression *expression, unsigned column, size_t length);

/* Calls `visit` for each expression of a template (NULL: none). */
typedef void located_visit(void *argument, const struct located_expression *expression);
void template_expressions(const struct template *template, located_visit *visit, void *argument);

/* Where a reference stands. */
struct reference_place {
	const struct located_expression *expression;
	unsigned column; /* 0: the whole expression */
	size_t length;
};

struct position reference_position(const struct reference_place *place);

/* Calls `visit` for each reference as expression_references does, with the place of each. */
typedef void located_reference(void *argument, const char *const *names, size_t count,
			       const struct reference_place *place);
void located_references(const struct located_expression *expression, located_reference *visit, void *argument);
void template_references(const struct template *template, located_reference *visit, void *argument);

extern const struct field_type field_expression; /* [struct located_expression] */
extern const struct field_type field_template;   /* [const struct template *] any value */
extern const struct field_type field_template_text; /* [const struct template *] a text */

#endif
