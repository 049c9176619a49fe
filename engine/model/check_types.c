/* What expressions give is held against what may stand there: an input's type, a list where one is gone over. Known
 * before anything runs are the types that the machine declares, facts, which are texts, literals, and of what states
 * give that which comes as it is from an answer. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "model/check_internal.h"
#include "model/check_values.h"
#include "model/given_shape.h"

/* Kinds of values that an input of a type never takes, whatever they are: a text may be a number, too. */
#define KIND_BIT(kind) (1u << (kind))
#define NO_SCALAR (KIND_BIT(SHAPE_LIST) | KIND_BIT(SHAPE_MAP) | KIND_BIT(SHAPE_STRUCTURE))
static const unsigned clashes[] = {
	[INPUT_STRING] = NO_SCALAR,
	[INPUT_INTEGER] = NO_SCALAR | KIND_BIT(SHAPE_BOOLEAN),
	[INPUT_BOOLEAN] = NO_SCALAR | KIND_BIT(SHAPE_INTEGER) | KIND_BIT(SHAPE_FLOAT),
	[INPUT_DURATION] = NO_SCALAR | KIND_BIT(SHAPE_BOOLEAN),
	[INPUT_LIST] = ~KIND_BIT(SHAPE_LIST),
	[INPUT_ANY] = 0,
};

/* Of one expression no more are followed. */
enum { STATES_READ_MOST = 8 };

/* What expressions of a machine read, as far as it is known. */
struct typed {
	const struct check *check;
	struct shape given;
	struct shape states; /* that the expression at hand reads, each with the one name that is read of it first */
	struct shape_member read[STATES_READ_MOST], names[STATES_READ_MOST];
	struct shape read_of[STATES_READ_MOST];
	struct shape_member parts[6]; /* the last is `item`, which only some states have */
	struct shape document;
};

enum { PART_ITEM = 5 };

static void typed_init(struct typed *typed, const struct check *check)
{
	static const struct shape text = { .kind = SHAPE_STRING }, texts = { .kind = SHAPE_MAP, .element = &text };
	const struct input *inputs = check->machine->inputs.records;
	const size_t count = check->machine->inputs.count;
	struct shape_member *members = memory_new(count, sizeof(*members));

	for (size_t i = 0; i < count; i++)
		members[i] = (struct shape_member){ .name = inputs[i].key->text, .shape = input_shape(&inputs[i]) };
	*typed = (struct typed){
		.check = check,
		.given = { .kind = SHAPE_STRUCTURE, .members = members, .n_members = count },
		.parts = { { .name = "input", .shape = &typed->given },
			   { .name = "metadata", .shape = &texts },
			   { .name = "hook", .shape = &texts },
			   { .name = "env", .shape = &texts },
			   { .name = "states", .shape = &typed->states },
			   [PART_ITEM] = { .name = "item" } },
		.states = { .kind = SHAPE_STRUCTURE, .members = typed->read },
		.document = { .kind = SHAPE_STRUCTURE,
			      .members = typed->parts,
			      .n_members = ARRAY_LENGTH(typed->parts) },
	};
}

static void typed_release(struct typed *typed)
{
	free((void *)(uintptr_t)typed->given.members);
}

/* With `for_each` it is a list of what each element gave. */
static const struct shape *shape_given(const struct typed *typed, const struct state *state, const char *name)
{
	static const struct shape truth = { .kind = SHAPE_BOOLEAN };
	struct arena *arena = typed->check->reader->arena;
	struct known_shape of;

	if (strcmp(name, "changed") == 0)
		return &truth;
	of = given_shape(arena, state->action, name);
	of.lists += state->for_each.parsed != NULL;
	return shape_kept(arena, of);
}

static void note_state(void *argument, const char *const *names, const unsigned *columns, size_t count)
{
	struct typed *typed = argument;
	const struct state *state = count > 2 ? machine_state(typed->check->machine, names[1]) : NULL;
	const size_t i = typed->states.n_members;

	(void)columns;
	if (i == STATES_READ_MOST || strcmp(names[0], "states") != 0 || !state || state->kind != STATE_ACTION)
		return;
	typed->names[i] = (struct shape_member){ .name = names[2], .shape = shape_given(typed, state, names[2]) };
	typed->read_of[i] = (struct shape){ .kind = SHAPE_STRUCTURE, .members = &typed->names[i], .n_members = 1 };
	typed->read[i] = (struct shape_member){ .name = state_name(state), .shape = &typed->read_of[i] };
	typed->states.n_members++;
}

static struct known_shape shape_of(struct typed *typed, const struct located_expression *expression)
{
	typed->states.n_members = 0;
	expression_references(expression->parsed, note_state, typed);
	return expression_shape(expression->parsed, &typed->document, &typed->document, NULL, NULL);
}

static const char *known_name(struct known_shape of)
{
	return of.lists > 0 ? "a list" : shape_kind_name(of.shape);
}

static bool clash(struct known_shape of, int type)
{
	return of.shape && (clashes[type] & KIND_BIT(of.lists > 0 ? SHAPE_LIST : of.shape->kind));
}

static void refuse(const struct typed *typed, const struct located_expression *expression, const struct input *input,
		   bool is_element, const char *given)
{
	diagnostics_error(typed->check->reader->diagnostics, located_position(expression), NULL,
			  "%s'%s' must be %s%s%s", is_element ? "each element of " : "", input->key->text,
			  input_type_name(is_element ? input->of : input->type), given ? ", and this is " : "",
			  given ? given : "");
}

/* It is known to the letter. */
static bool literal_fits(json_t *literal, const struct input *input, int type)
{
	const struct input single = { .key = input->key, .type = type, .of = input->of };
	json_t *coerced = json_is_null(literal) ? json_null() : input_coerce(&single, literal, NULL);

	json_decref(coerced);
	return coerced != NULL;
}

/* `type` is the input's, or that of its elements. */
static void check_value(struct typed *typed, const struct template *value, const struct input *input, int type)
{
	const struct located_expression *expression = template_alone(value);
	json_t *literal = expression ? expression_literal(expression->parsed) : NULL;
	struct known_shape of = expression && !literal ? shape_of(typed, expression) : (struct known_shape){ 0 };
	const bool is_element = input->type == INPUT_LIST && (type != INPUT_LIST || json_is_array(literal));

	if (literal && !literal_fits(literal, input, type))
		refuse(typed, expression, input, is_element, NULL);
	else if (clash(of, type))
		refuse(typed, expression, input, is_element, known_name(of));
}

static void check_input(struct typed *typed, const struct template *value, const struct input *input)
{
	const struct template *element;

	check_value(typed, value, input, input->type);
	for (size_t i = 0; input->type == INPUT_LIST && (element = template_item(value, i)); i++)
		check_value(typed, element, input, input->of);
}

static void check_for_each(struct typed *typed, const struct state *state)
{
	struct known_shape over = { 0 };

	if (state->for_each.parsed)
		over = shape_of(typed, &state->for_each);
	if (over.shape && over.lists == 0 && over.shape->kind != SHAPE_LIST)
		diagnostics_error(typed->check->reader->diagnostics, located_position(&state->for_each),
				  "in brackets it is a list of one", "'for_each' goes over a list, and this is %s",
				  known_name(over));
	else if (over.lists > 0)
		typed->parts[PART_ITEM].shape = shape_kept(typed->check->reader->arena,
							   (struct known_shape){ over.shape, over.lists - 1 });
	else if (over.shape)
		typed->parts[PART_ITEM].shape = over.shape->element;
}

static void check_state(struct typed *typed, const struct state *state)
{
	const struct node *given = node_get(state->node, "with");

	check_for_each(typed, state);
	for (size_t i = 0; given && given->kind == NODE_MAP && i < given->count; i++) {
		const struct input *input = input_find(&state->action->inputs, given->keys[i]->text);

		if (input)
			check_input(typed, template_item(state->with, i), input);
	}
	typed->parts[PART_ITEM].shape = NULL;
}

void check_types(struct check *check)
{
	const struct machine *machine = check->machine;
	const struct input *inputs = machine->inputs.records;
	struct typed typed;

	typed_init(&typed, check);
	for (size_t i = 0; i < machine->inputs.count; i++)
		if (inputs[i].fallback)
			check_input(&typed, inputs[i].fallback, &inputs[i]);
	for (size_t i = 0; i < machine->states.count; i++)
		if (machine_state_at(machine, i)->kind == STATE_ACTION)
			check_state(&typed, machine_state_at(machine, i));
	typed_release(&typed);
}
