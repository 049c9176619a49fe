/* Values as they are written, held against what may stand there: the inputs of an action or a machine, the parameters
 * of an operation. What is written as an expression is not looked into. */
#ifndef TIDEGATE_MODEL_CHECK_VALUES_H
#define TIDEGATE_MODEL_CHECK_VALUES_H

#include "model/input.h"
#include "model/shape.h"
#include "model/template.h"

bool node_has_expression(const struct node *node);

const struct input *input_find(const struct record_list *inputs, const char *name); /* or NULL */

/* Each makes a diagnostic for each fault. `owner` as messages call it: "autoscaling.look has no input 'x'". */
void values_check_declared(const struct reader *reader, const struct node *node, const struct input *input);
void values_check_input(const struct reader *reader, const struct node *node, const struct input *input);
void values_check_inputs(const struct reader *reader, const struct node *given, const struct record_list *inputs,
			 const char *owner);
/* What looks like an expression where none is read: a warning. */
void values_warn_expressions(const struct reader *reader, const struct node *node);
void values_check_shape(const struct reader *reader, const struct node *node, const struct shape *shape,
			const char *owner);
/* What the expression reads of a value of this shape that such a value never has. `owner`: "the answer of X". */
void values_check_read(const struct reader *reader, const struct located_expression *expression,
		       const struct shape *shape, const char *owner);
/* What a message calls a value of this shape: "a text". */
const char *shape_kind_name(const struct shape *shape);

#endif
