/* Which observations an action needs, and for what: found once, from what its expressions read of `observed`. */
#include "config.h"

#include <string.h>

#include "model/action.h"

struct needs {
	const struct action *action;
	uint64_t found;
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

/* `observed.NAME` needs the observations that give NAME; observed as a whole needs them all. */
static void need_reference(void *argument, const char *const *names, size_t count, struct position position)
{
	struct needs *needs = argument;

	(void)position;
	if (count > 0 && strcmp(names[0], "observed") != 0)
		return;
	for (size_t i = 0; i < needs->action->n_observations; i++)
		if (count < 2 || gives(needs->action->observations[i], names[1]))
			need_observation(needs, i);
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
	if (action->undo)
		need_template(needs, action->undo->with);
}

static void need_ready(struct needs *needs, const struct action *action)
{
	need_expression(needs, &action->ready);
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

void action_find_needs(struct action *action)
{
	for (size_t i = 0; i < NEED_COUNT; i++) {
		struct needs needs = { .action = action };

		finders[i](&needs, action);
		action->needs[i] = needs.found;
	}
}

uint64_t action_all_needs(const struct action *action)
{
	uint64_t all = 0;

	for (size_t i = 0; i < NEED_COUNT; i++)
		all |= action->needs[i];
	return all;
}
