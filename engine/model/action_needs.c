/* Which observations an action needs, for what, and what of them: found once, from what its expressions read of
 * `observed`. */
#include "config.h"

#include <string.h>

#include "model/action.h"

struct needs {
	const struct action *action;
	uint64_t found;
	uint64_t *rows; /* of each observation, whatever it is needed for: what is read of its `take` (row_bit) */
};

static void need_observation(struct needs *needs, size_t i);

static bool gives(const struct observation *observation, const char *name)
{
	for (size_t i = 0; i < observation->take.count; i++)
		if (strcmp(observation->take.rows[i].key->text, name) == 0)
			return true;
	for (size_t i = 0; i < observation->errors.count; i++)
		if (template_has_key(observation->errors.rows[i].values, name))
			return true;
	return false;
}

/* All from the last bit on share it. */
static uint64_t row_bit(size_t row)
{
	return UINT64_C(1) << (row < 63 ? row : 63);
}

static void need_rows(struct needs *needs, size_t i, const char *name)
{
	const struct named_expressions *take = &needs->action->observations[i]->take;

	for (size_t k = 0; k < take->count; k++)
		if (!name || strcmp(take->rows[k].key->text, name) == 0)
			needs->rows[i] |= row_bit(k);
}

/* `observed.NAME` needs the observations that give NAME; observed as a whole needs them all. */
static void need_reference(void *argument, const char *const *names, size_t count, const struct reference_place *place)
{
	struct needs *needs = argument;

	(void)place;
	if (count > 0 && strcmp(names[0], "observed") != 0)
		return;
	for (size_t i = 0; i < needs->action->n_observations; i++) {
		if (count >= 2 && !gives(needs->action->observations[i], names[1]))
			continue;
		need_rows(needs, i, count < 2 ? NULL : names[1]);
		need_observation(needs, i);
	}
}

static void need_expression(struct needs *needs, const struct located_expression *expression)
{
	located_references(expression, need_reference, needs);
}

static void need_template(struct needs *needs, const struct template *template)
{
	template_references(template, need_reference, needs);
}

static void need_observation(struct needs *needs, size_t i)
{
	const struct observation *observation = needs->action->observations[i];

	if (needs->found & UINT64_C(1) << i)
		return;
	needs->found |= UINT64_C(1) << i;
	need_expression(needs, &observation->for_each);
	need_template(needs, observation->with);
	for (size_t k = 0; k < observation->errors.count; k++)
		need_template(needs, observation->errors.rows[k].values);
	/* Inside `take` @ is the answer; the document is reached by $ alone, which is no reference to `observed`. */
}

static void need_named(struct needs *needs, const struct named_expressions *named)
{
	for (size_t i = 0; i < named->count; i++)
		need_expression(needs, &named->rows[i].expression);
}

static void need_conditions(struct needs *needs, const struct record_list *conditions)
{
	const struct action_condition *condition = conditions->records;

	for (size_t i = 0; i < conditions->count; i++) {
		need_expression(needs, &condition[i].when);
		need_template(needs, condition[i].because);
	}
}

static void need_drift(struct needs *needs, const struct action *action)
{
	need_conditions(needs, &action->drift);
}

static void need_refuse(struct needs *needs, const struct action *action)
{
	need_conditions(needs, &action->refuse);
}

static void need_decide(struct needs *needs, const struct action *action)
{
	need_named(needs, &action->change);
	need_expression(needs, &action->satisfied);
	need_template(needs, action->summary);
	if (action->request)
		need_template(needs, action->request->with);
	if (action->undo) {
		need_template(needs, action->undo->with);
		need_template(needs, action->undo->summary);
	}
}

static void need_ready(struct needs *needs, const struct action *action)
{
	need_expression(needs, &action->ready);
	/* What is intended then is sent and told by what is seen with it. */
	if (action->ready.parsed)
		need_decide(needs, action);
}

static void need_took(struct needs *needs, const struct action *action)
{
	need_expression(needs, action->took.parsed ? &action->took : &action->settled);
}

static void need_settle(struct needs *needs, const struct action *action)
{
	need_expression(needs, &action->settled);
	need_expression(needs, &action->progress);
	need_template(needs, action->because);
	need_conditions(needs, &action->failed);
}

static void need_deadline(struct needs *needs, const struct action *action)
{
	need_expression(needs, &action->deadline);
}

static void need_give(struct needs *needs, const struct action *action)
{
	need_named(needs, &action->give);
}

static void need_adopt(struct needs *needs, const struct action *action)
{
	/* What is taken over is told with the words of the action, too. */
	need_decide(needs, action);
	if (!action->adoption)
		return;
	need_expression(needs, &action->adoption->when);
	need_named(needs, &action->adoption->change);
}

static void need_now(struct needs *needs, const struct action *action)
{
	need_template(needs, action->now);
}

static void (*const finders[NEED_COUNT])(struct needs *needs, const struct action *action) = {
	[NEED_DRIFT] = need_drift, [NEED_REFUSE] = need_refuse, [NEED_DECIDE] = need_decide,
	[NEED_READY] = need_ready, [NEED_TOOK] = need_took,     [NEED_SETTLE] = need_settle,
	[NEED_GIVE] = need_give,   [NEED_DEADLINE] = need_deadline, [NEED_ADOPT] = need_adopt,
	[NEED_NOW] = need_now,
};

static struct named_expressions rows_read(const struct named_expressions *take, uint64_t rows, struct arena *arena)
{
	struct named_expressions read = { .rows = ARENA_ARRAY(arena, struct named_expression, take->count) };

	for (size_t k = 0; k < take->count; k++)
		if (rows & row_bit(k))
			read.rows[read.count++] = take->rows[k];
	return read;
}

void action_find_needs(struct action *action, struct arena *arena)
{
	const size_t count = action->n_observations;
	uint64_t *rows = ARENA_ARRAY(arena, uint64_t, count);

	for (size_t i = 0; i < NEED_COUNT; i++) {
		struct needs needs = { .action = action, .rows = rows };

		finders[i](&needs, action);
		action->needs[i] = needs.found;
	}
	action->taken = ARENA_ARRAY(arena, struct named_expressions, count);
	for (size_t i = 0; i < count; i++)
		action->taken[i] = rows_read(&action->observations[i]->take, rows[i], arena);
}

uint64_t action_all_needs(const struct action *action)
{
	uint64_t all = 0;

	for (size_t i = 0; i < NEED_COUNT; i++)
		all |= action->needs[i];
	return all;
}
