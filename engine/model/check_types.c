/* What expressions give is held against what may stand there: an input's type, a list where one is gone over. Known
 * before anything runs are the types that the machine declares, facts, which are texts, and literals; of what actions
 * give nothing is said. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "model/check_internal.h"
#include "model/check_values.h"
#include "model/jmespath_shapes.h"

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

/* What expressions of a machine read, as far as it is known. */
struct typed {
	const struct check *check;
	struct shape given;
	struct shape_member parts[5]; /* the last is `item`, which only some states have */
	struct shape document;
};

static const struct shape *input_shape(const struct input *input)
{
	if (input->type == INPUT_ANY)
		return NULL;
	return input->type == INPUT_LIST ? &list_shapes[input->of] : &single_shapes[input->type];
}

static void typed_init(struct typed *typed, const struct check *check)
{
	static const struct shape texts = { .kind = SHAPE_MAP, .element = &single_shapes[INPUT_STRING] };
	const struct input *inputs = check->machine->inputs.records;
	const size_t count = check->machine->inputs.count;
	struct shape_member *members = memory_new(count, sizeof(*members));

	for (size_t i = 0; i < count; i++)
		members[i] = (struct shape_member){ .name = inputs[i].key->text, .shape = input_shape(&inputs[i]) };
	*typed = (struct typed){
		.check = check,
		.given = { .kind = SHAPE_STRUCTURE, .members = members, .n_members = count },
		.parts = { { .name = "input", .shape = &typed->given }, { .name = "metadata", .shape = &texts },
			   { .name = "hook", .shape = &texts }, { .name = "env", .shape = &texts },
			   { .name = "item" } },
		.document = { .kind = SHAPE_STRUCTURE, .members = typed->parts,
			      .n_members = ARRAY_LENGTH(typed->parts) },
	};
}

static void typed_release(struct typed *typed)
{
	free((void *)(uintptr_t)typed->given.members);
}

static struct known_shape shape_of(const struct typed *typed, const struct located_expression *expression)
{
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
	diagnostics_error(typed->check->reader->diagnostics, expression->position, NULL, "%s'%s' must be %s%s%s",
			  is_element ? "each element of " : "", input->key->text,
			  input_type_name(is_element ? input->of : input->type), given ? ", and this is " : "",
			  given ? given : "");
}

/* It is known to the letter. */
static bool literal_fits(json_t *literal, const struct input *input, int type)
{
	const struct input single = { .key = input->key, .type = type, .of = input->of };
	json_t *coerced = json_is_null(literal) ? json_null() : input_coerce(&single, literal, NULL);

	json_decref(coerced);
	return coerced;
}

/* `type` is the input's, or that of its elements. */
static void check_value(const struct typed *typed, const struct template *value, const struct input *input, int type)
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

static void check_input(const struct typed *typed, const struct template *value, const struct input *input)
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
		diagnostics_error(typed->check->reader->diagnostics, state->for_each.position,
				  "in brackets it is a list of one", "'for_each' goes over a list, and this is %s",
				  known_name(over));
	typed->parts[4].shape = over.shape && over.lists == 0 ? over.shape->element : NULL;
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
	typed->parts[4].shape = NULL;
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
