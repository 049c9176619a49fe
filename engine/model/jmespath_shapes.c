/* Follows an expression over shapes instead of values. What it cannot follow (what a function gives, what differs from
 * one operand to the next) is not known, and of that nothing is said. */
#include "config.h"

#include "model/jmespath_shapes.h"

#include "model/jmespath_internal.h"
#include "model/shape.h"

struct following {
	const struct shape *root;
	expression_missing *visit;
	void *argument;
};

static const struct known_shape unknown = { 0 };

static struct known_shape follow(const struct following *following, const struct step *chain, struct known_shape of);

static bool is_list(struct known_shape of)
{
	return of.lists > 0 || (of.shape && of.shape->kind == SHAPE_LIST);
}

/* Of what is no list an element is null. */
static struct known_shape element_of(struct known_shape of)
{
	if (of.lists > 0)
		return (struct known_shape){ of.shape, of.lists - 1 };
	return is_list(of) ? (struct known_shape){ of.shape->element, 0 } : unknown;
}

static struct known_shape list_of(struct known_shape of)
{
	return of.shape ? (struct known_shape){ of.shape, of.lists + 1 } : unknown;
}

static struct known_shape follow_field(const struct following *following, const struct step *step,
				       struct known_shape of)
{
	const struct shape_member *member;

	if (!of.shape)
		return unknown;
	if (of.lists == 0 && of.shape->kind == SHAPE_MAP)
		return (struct known_shape){ of.shape->element, 0 };
	member = of.lists == 0 && of.shape->kind == SHAPE_STRUCTURE ? shape_member(of.shape, step->name) : NULL;
	if (member)
		return (struct known_shape){ member->shape, 0 };
	if (following->visit)
		following->visit(following->argument, of, step->name, step->column);
	return unknown;
}

static struct known_shape follow_index(const struct following *following, const struct step *step,
				       struct known_shape of)
{
	(void)following;
	(void)step;
	return element_of(of);
}

static struct known_shape follow_same(const struct following *following, const struct step *step,
				      struct known_shape of)
{
	(void)following;
	(void)step;
	return of;
}

static struct known_shape follow_root(const struct following *following, const struct step *step,
				      struct known_shape of)
{
	(void)step;
	(void)of;
	return (struct known_shape){ following->root, 0 };
}

static struct known_shape follow_literal(const struct following *following, const struct step *step,
					 struct known_shape of)
{
	static const struct shape text = { .kind = SHAPE_STRING }, number = { .kind = SHAPE_FLOAT };
	static const struct shape truth = { .kind = SHAPE_BOOLEAN };

	(void)following;
	(void)of;
	if (json_is_string(step->literal))
		return (struct known_shape){ &text, 0 };
	if (json_is_number(step->literal))
		return (struct known_shape){ &number, 0 };
	return json_is_boolean(step->literal) ? (struct known_shape){ &truth, 0 } : unknown;
}

static struct known_shape follow_values(const struct following *following, const struct step *step,
					struct known_shape of)
{
	(void)following;
	(void)step;
	if (!of.shape || of.lists > 0 || of.shape->kind != SHAPE_MAP)
		return unknown;
	return list_of((struct known_shape){ of.shape->element, 0 });
}

static struct known_shape follow_flatten(const struct following *following, const struct step *step,
					 struct known_shape of)
{
	(void)following;
	(void)step;
	return is_list(element_of(of)) ? element_of(of) : of;
}

static struct known_shape follow_filter(const struct following *following, const struct step *step,
					struct known_shape of)
{
	follow(following, step->operands->chain, element_of(of));
	return of;
}

static struct known_shape follow_project(const struct following *following, const struct step *step,
					 struct known_shape of)
{
	return list_of(follow(following, step->operands->chain, element_of(of)));
}

static struct known_shape follow_operands(const struct following *following, const struct step *step,
					  struct known_shape of)
{
	for (const struct operand *at = step->operands; at; at = at->next)
		follow(following, at->chain, of);
	return unknown;
}

static struct known_shape follow_truth(const struct following *following, const struct step *step,
				       struct known_shape of)
{
	static const struct shape truth = { .kind = SHAPE_BOOLEAN };

	follow_operands(following, step, of);
	return (struct known_shape){ &truth, 0 };
}

static struct known_shape follow_list(const struct following *following, const struct step *step,
				      struct known_shape of)
{
	static const struct shape list = { .kind = SHAPE_LIST };

	follow_operands(following, step, of);
	return (struct known_shape){ &list, 0 };
}

/* `&expression` is for the elements of the list beside it. */
static struct known_shape follow_call(const struct following *following, const struct step *step,
				      struct known_shape of)
{
	struct known_shape elements = unknown;

	for (const struct operand *at = step->operands; at; at = at->next)
		if (!at->deferred)
			elements = element_of(follow(following, at->chain, of));
	for (const struct operand *at = step->operands; at; at = at->next)
		if (at->deferred)
			follow(following, at->chain, elements);
	return unknown;
}

static struct known_shape (*const follow_steps[])(const struct following *following, const struct step *step,
						  struct known_shape of) = {
	[STEP_FIELD] = follow_field,      [STEP_INDEX] = follow_index,     [STEP_SLICE] = follow_same,
	[STEP_CURRENT] = follow_same,     [STEP_ROOT] = follow_root,       [STEP_LITERAL] = follow_literal,
	[STEP_VALUES] = follow_values,    [STEP_FLATTEN] = follow_flatten, [STEP_FILTER] = follow_filter,
	[STEP_PROJECT] = follow_project,  [STEP_LIST] = follow_list,   [STEP_MAP] = follow_operands,
	[STEP_OR] = follow_operands,      [STEP_AND] = follow_operands,    [STEP_NOT] = follow_truth,
	[STEP_COMPARE] = follow_truth, [STEP_CALL] = follow_call,
};
_Static_assert(ARRAY_LENGTH(follow_steps) == STEP_KIND_COUNT, "each kind of step is followed");

static struct known_shape follow(const struct following *following, const struct step *chain, struct known_shape of)
{
	for (const struct step *step = chain; step; step = step->next)
		of = follow_steps[step->kind](following, step, of);
	return of;
}

struct known_shape expression_shape(const struct expression *expression, const struct shape *current,
				    const struct shape *root, expression_missing *visit, void *argument)
{
	const struct following following = { .root = root, .visit = visit, .argument = argument };

	return follow(&following, expression->chain, (struct known_shape){ current, 0 });
}

json_t *expression_literal(const struct expression *expression)
{
	const struct step *step = expression->chain;

	return step && step->kind == STEP_LITERAL && !step->next ? step->literal : NULL;
}
