#include "config.h"

#include "model/given_shape.h"

#include <stdlib.h>
#include <string.h>

static const struct shape single_shapes[] = {
	[INPUT_STRING] = { .kind = SHAPE_STRING },   [INPUT_INTEGER] = { .kind = SHAPE_INTEGER },
	[INPUT_BOOLEAN] = { .kind = SHAPE_BOOLEAN }, [INPUT_DURATION] = { .kind = SHAPE_FLOAT },
	[INPUT_LIST] = { .kind = SHAPE_LIST },
};
/* By what their elements are. */
static const struct shape list_shapes[] = {
	[INPUT_STRING] = { .kind = SHAPE_LIST, .element = &single_shapes[INPUT_STRING] },
	[INPUT_INTEGER] = { .kind = SHAPE_LIST, .element = &single_shapes[INPUT_INTEGER] },
	[INPUT_BOOLEAN] = { .kind = SHAPE_LIST, .element = &single_shapes[INPUT_BOOLEAN] },
	[INPUT_DURATION] = { .kind = SHAPE_LIST, .element = &single_shapes[INPUT_DURATION] },
	[INPUT_LIST] = { .kind = SHAPE_LIST, .element = &single_shapes[INPUT_LIST] },
	[INPUT_ANY] = { .kind = SHAPE_LIST },
};

const struct shape *input_shape(const struct input *input)
{
	if (input->type == INPUT_ANY)
		return NULL;
	return input->type == INPUT_LIST ? &list_shapes[input->of] : &single_shapes[input->type];
}

const struct shape *shape_kept(struct arena *arena, struct known_shape of)
{
	const struct shape *shape = of.shape;

	for (unsigned i = 0; shape && i < of.lists; i++) {
		struct shape *list = ARENA_NEW(arena, struct shape);

		*list = (struct shape){ .kind = SHAPE_LIST, .element = shape };
		shape = list;
	}
	return shape;
}

/* Where the call fails it may stand for something else. */
static bool falls_back(const struct observation *observation, const char *name)
{
	for (size_t i = 0; i < observation->errors.count; i++)
		if (template_has_key(observation->errors.rows[i].values, name))
			return true;
	return false;
}

static const struct shape *taken_shape(struct arena *arena, const struct observation *observation,
				       const struct named_expression *row)
{
	struct known_shape of = expression_shape(row->expression.parsed, observation->operation->output, NULL, NULL,
						 NULL);

	if (falls_back(observation, row->key->text))
		return NULL;
	of.lists += observation->for_each.parsed != NULL;
	return shape_kept(arena, of);
}

static size_t count_taken(const struct action *action)
{
	size_t count = 0;

	for (size_t i = 0; i < action->n_observations; i++)
		count += action->observations[i]->take.count;
	return count;
}

static void fill_taken(struct arena *arena, const struct action *action, struct shape_member *members)
{
	for (size_t i = 0; i < action->n_observations; i++) {
		const struct observation *observation = action->observations[i];

		for (size_t k = 0; k < observation->take.count; k++)
			*members++ = (struct shape_member){
				.name = observation->take.rows[k].key->text,
				.shape = taken_shape(arena, observation, &observation->take.rows[k]),
			};
	}
}

static struct known_shape follow_row(struct arena *arena, const struct action *action,
				     const struct named_expression *row)
{
	const size_t n_taken = count_taken(action), n_inputs = action->inputs.count;
	const struct input *inputs = action->inputs.records;
	struct shape_member *members = memory_new(n_taken + n_inputs, sizeof(*members));
	const struct shape observed = { SHAPE_STRUCTURE, .members = members, .n_members = n_taken };
	const struct shape given = { SHAPE_STRUCTURE, .members = members + n_taken, .n_members = n_inputs };
	const struct shape_member parts[] = { { .name = "observed", .shape = &observed },
					      { .name = "input", .shape = &given } };
	const struct shape document = { SHAPE_STRUCTURE, .members = parts, .n_members = ARRAY_LENGTH(parts) };
	struct known_shape of;

	fill_taken(arena, action, members);
	for (size_t i = 0; i < n_inputs; i++)
		members[n_taken + i] = (struct shape_member){ .name = inputs[i].key->text,
							      .shape = input_shape(&inputs[i]) };
	of = expression_shape(row->expression.parsed, &document, &document, NULL, NULL);
	/* What is the document itself is not there any more behind this. */
	if (of.shape == &document || of.shape == &observed || of.shape == &given)
		of = (struct known_shape){ 0 };
	free(members);
	return of;
}

struct known_shape given_shape(struct arena *arena, const struct action *action, const char *name)
{
	for (size_t i = 0; i < action->give.count; i++)
		if (strcmp(action->give.rows[i].key->text, name) == 0)
			return follow_row(arena, action, &action->give.rows[i]);
	return (struct known_shape){ 0 };
}
