/* JMESPath (jmespath.org/specification), complete, with three additions: `$` is the root of the document wherever it
 * stands; difference(a, b) gives the elements of list a that list b lacks, in a's order; minus(a, b) is a number.
 * An expression is parsed once and then only read; values are jansson's.
 *
 * `!a.b` is !(a.b); the reference implementation takes it for (!a).b, which is always null. Text and nesting are
 * bounded, and so is the work of one search: an expression that would take more ends with an error. */
#ifndef TIDEGATE_MODEL_JMESPATH_H
#define TIDEGATE_MODEL_JMESPATH_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/memory.h"

struct expression; /* lives in the arena it was parsed into */

/* NULL with err->position.line 1 and .column the byte (from 1) of `text` at which it went wrong; .source is null. */
struct expression *expression_parse(struct arena *arena, const char *text, struct error *err);

const char *expression_text(const struct expression *expression);

/* A new reference, or NULL with ERROR_EXPRESSION and its place in the text: a wrong argument type or the like; a
 * missing key is null, no error. What is returned may share parts with the document and the expression: not to be
 * changed.
 * `current` is what @ means, `root` what $ means; in this program nearly always the same document. */
json_t *expression_search(const struct expression *expression, json_t *current, json_t *root, struct error *err);

/* What JMESPath takes for false: null, false, "", [], {}. */
bool value_is_true(const json_t *value);

/* Calls `visit` for each path of plain keys that the expression reads from its root document (from $ anywhere, or from
 * @ where @ still is the root): for `$.states.LOOK.group || input.a[0].b` that is {states, LOOK, group} and
 * {input, a}. `columns[i]` is the byte of the text, from 1, at which names[i] begins. Where the whole document itself
 * is used (a bare @ or $), count is 0. */
typedef void expression_reference(void *argument, const char *const *names, const unsigned *columns, size_t count);
void expression_references(const struct expression *expression, expression_reference *visit, void *argument);

/* Calls `visit` for each name in double quotes that alone is a side of a comparison or an argument, and that is looked
 * up elsewhere than in the root document: `[?state == "InService"]`, where most people mean a text. */
typedef void expression_quoted(void *argument, const char *name, unsigned column);
void expression_quoted_values(const struct expression *expression, expression_quoted *visit, void *argument);

/* Calls `visit` for each literal that is never given because it counts as false, as the `[]` in x && `[]` || y, which
 * is y. */
typedef void expression_lost(void *argument, unsigned column, unsigned length);
void expression_lost_values(const struct expression *expression, expression_lost *visit, void *argument);

/* The names of all functions, NULL behind the last: for "did you mean". */
const char *expression_function_name(const void *unused, size_t i);

#endif
