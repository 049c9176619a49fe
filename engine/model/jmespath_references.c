/* Finds what an expression reads from its root document: the paths of plain keys, each with its place in the text, so
 * that a machine's check can say "no state of that name" at the name. Evaluates nothing. */
#include "config.h"

#include "model/jmespath_internal.h"

#include <stdlib.h>

struct walk {
	expression_reference *visit;
	expression_quoted *visit_quoted;
	expression_lost *visit_lost;
	const char *text;
	void *argument;
};

/* Where a chain stands while its steps are walked: at a path from the root, or at a value of unknown origin. */
struct trail {
	bool rooted;
	const struct step *first; /* of the steps since the root; those that are fields are the path */
	size_t count;             /* of these fields */
};

static void report(const struct walk *walk, const struct trail *trail)
{
	const char **names;
	unsigned *columns;
	const struct step *step = trail->first;

	if (!walk->visit)
		return;
	names = memory_new(trail->count, sizeof(*names));
	columns = memory_new(trail->count, sizeof(*columns));
	for (size_t i = 0; i < trail->count; step = step->next) {
		if (step->kind != STEP_FIELD)
			continue;
		names[i] = step->name;
		columns[i++] = step->column;
	}
	walk->visit(walk->argument, names, columns, trail->count);
	free(columns);
	free(names);
}

static void report_quoted(const struct walk *walk, const struct operand *operand)
{
	const struct step *step = operand->chain;

	if (walk->visit_quoted && step && !step->next && step->kind == STEP_FIELD &&
	    walk->text[step->column - 1] == '"')
		walk->visit_quoted(walk->argument, step->name, step->column);
}

static bool is_false_literal(const struct operand *operand)
{
	const struct step *step = operand->chain;

	return step && !step->next && step->kind == STEP_LITERAL && !value_is_true(step->literal);
}

/* In an `or`, an `and` whose last operand is false whatever comes before it. */
static void report_lost(const struct walk *walk, const struct step *or)
{
	for (const struct operand *at = or->operands; walk->visit_lost && at && at->next; at = at->next) {
		const struct step *and = at->chain;
		const struct operand *last = and && !and->next && and->kind == STEP_AND ? and->operands : NULL;

		while (last && last->next)
			last = last->next;
		if (last && is_false_literal(last))
			walk->visit_lost(walk->argument, last->column, last->length);
	}
}

/* Whether the operands of a step begin at the value before it, rather than at its elements. */
static const bool passes_current[STEP_KIND_COUNT] = {
	[STEP_LIST] = true, [STEP_MAP] = true,     [STEP_OR] = true,   [STEP_AND] = true,
	[STEP_NOT] = true,  [STEP_COMPARE] = true, [STEP_CALL] = true,
};

static void walk_chain(const struct walk *walk, const struct step *chain, bool rooted);

/* A step that ends the path: it uses what is there, or hands the root on to its operands. */
static void walk_step(const struct walk *walk, const struct step *step, const struct trail *trail)
{
	bool at_root = trail->rooted && !trail->count;
	bool inside = at_root && passes_current[step->kind];

	if (trail->rooted && !inside && !(at_root && step->kind == STEP_LITERAL))
		report(walk, trail);
	if (step->kind == STEP_OR)
		report_lost(walk, step);
	for (const struct operand *at = step->operands; at; at = at->next) {
		if (!inside && !at->deferred && (step->kind == STEP_COMPARE || step->kind == STEP_CALL))
			report_quoted(walk, at);
		walk_chain(walk, at->chain, inside && !at->deferred);
	}
}

static void walk_chain(const struct walk *walk, const struct step *chain, bool rooted)
{
	struct trail trail = { .rooted = rooted, .first = chain };

	for (const struct step *step = chain; step; step = step->next) {
		if (step->kind == STEP_ROOT) {
			if (trail.rooted && trail.count)
				report(walk, &trail);
			trail = (struct trail){ .rooted = true, .first = step };
		} else if (step->kind == STEP_FIELD) {
			trail.count++;
		} else if (step->kind != STEP_CURRENT) {
			walk_step(walk, step, &trail);
			trail = (struct trail){ 0 };
		}
	}
	if (trail.rooted)
		report(walk, &trail);
}

void expression_references(const struct expression *expression, expression_reference *visit, void *argument)
{
	struct walk walk = { .visit = visit, .argument = argument };

	walk_chain(&walk, expression->chain, true);
}

void expression_quoted_values(const struct expression *expression, expression_quoted *visit, void *argument)
{
	struct walk walk = { .visit_quoted = visit, .text = expression->text, .argument = argument };

	walk_chain(&walk, expression->chain, true);
}

void expression_lost_values(const struct expression *expression, expression_lost *visit, void *argument)
{
	struct walk walk = { .visit_lost = visit, .argument = argument };

	walk_chain(&walk, expression->chain, true);
}
