/* Calls a function of JMESPath: finds it in the table, evaluates its arguments, and holds them against the types that
 * its row allows. What the functions do is in jmespath_functions.c. */
#include "config.h"

#include "model/jmespath_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"

const struct function *function_find(const char *name, size_t length)
{
	for (const struct function *function = functions; function->name; function++)
		if (strlen(function->name) == length && memcmp(function->name, name, length) == 0)
			return function;
	return NULL;
}

const char *expression_function_name(const void *unused, size_t i)
{
	(void)unused;
	return functions[i].name;
}

unsigned function_argument_types(const struct function *function, size_t i)
{
	return function->types[i < ARRAY_LENGTH(function->types) ? i : ARRAY_LENGTH(function->types) - 1];
}

/* The words for JSON types are those of the whole program: a list, a map, a text. */
static const struct type_row {
	unsigned bits;
	const char *name;
} types[] = {
	{ TYPE_NULL, "null" },
	{ TYPE_TRUTH, "true or false" },
	{ TYPE_NUMBER, "a number" },
	{ TYPE_TEXT, "a text" },
	{ TYPE_LIST, "a list" },
	{ TYPE_MAP, "a map" },
	{ TYPE_NUMBERS, "a list of numbers" },
	{ TYPE_TEXTS, "a list of texts" },
};

static const enum value_type type_of_json[] = {
	[JSON_OBJECT] = TYPE_MAP, [JSON_ARRAY] = TYPE_LIST, [JSON_STRING] = TYPE_TEXT, [JSON_INTEGER] = TYPE_NUMBER,
	[JSON_REAL] = TYPE_NUMBER, [JSON_TRUE] = TYPE_TRUTH, [JSON_FALSE] = TYPE_TRUTH, [JSON_NULL] = TYPE_NULL,
};

/* The types that all elements of a list have, of TYPE_NUMBERS and TYPE_TEXTS; an empty list is both. */
static unsigned types_of_elements(const json_t *list)
{
	unsigned common = TYPE_NUMBERS | TYPE_TEXTS;

	for (size_t i = 0; i < json_array_size(list) && common; i++) {
		const json_t *item = json_array_get(list, i);

		common &= json_is_number(item) ? TYPE_NUMBERS : json_is_string(item) ? TYPE_TEXTS : 0;
	}
	return common;
}

static bool type_fits(const json_t *value, unsigned allowed)
{
	if (allowed & type_of_json[json_typeof(value)])
		return true;
	return (allowed & (TYPE_NUMBERS | TYPE_TEXTS)) && json_is_array(value) &&
	       (allowed & types_of_elements(value));
}

const char *value_type_name(const json_t *value)
{
	const struct type_row *row = types;

	while (!(row->bits & type_of_json[json_typeof(value)]))
		row++;
	return row->name;
}

/* "a text, a list or a map" */
static void add_type_names(struct buffer *names, unsigned bits)
{
	for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
		if (!(bits & types[i].bits))
			continue;
		bits &= ~types[i].bits;
		buffer_add_format(names, "%s%s", names->length ? bits ? ", " : " or " : "", types[i].name);
	}
}

/* Names the argument as it is written, and its type; never its value, which may be anybody's. */
static int fail_type(struct evaluation *ev, const struct function *function, const struct argument *argument,
		     unsigned allowed)
{
	const struct operand *operand = argument->operand;
	const char *text = expression_text(ev->expression) + operand->column - 1;
	bool other_elements = json_is_array(argument->value) && (allowed & (TYPE_NUMBERS | TYPE_TEXTS));
	struct buffer takes = BUFFER_INIT;

	add_type_names(&takes, allowed);
	evaluation_fail(ev, operand->column, operand->length, "'%.*s' is %s%s, but %s() takes %s",
			text_shown(text, operand->length), text, value_type_name(argument->value),
			other_elements ? " of other things" : "", function->name, buffer_text(&takes));
	buffer_release(&takes);
	return -1;
}

static int prepare_arguments(struct evaluation *ev, const struct step *step, json_t *current,
			     struct argument *arguments)
{
	size_t i = 0;

	for (const struct operand *at = step->operands; at; at = at->next, i++) {
		unsigned allowed = function_argument_types(step->function, i);

		arguments[i].operand = at;
		if (at->deferred)
			continue;
		arguments[i].value = chain_evaluate(ev, at->chain, current);
		if (!arguments[i].value)
			return -1;
		if (!type_fits(arguments[i].value, allowed))
			return fail_type(ev, step->function, &arguments[i], allowed);
	}
	return 0;
}

static size_t count_operands(const struct step *step)
{
	size_t count = 0;

	for (const struct operand *at = step->operands; at; at = at->next)
		count++;
	return count;
}

json_t *function_call(struct evaluation *ev, const struct step *step, json_t *current)
{
	const size_t count = count_operands(step);
	struct argument *arguments = memory_new(count, sizeof(*arguments));
	json_t *result = NULL;

	if (prepare_arguments(ev, step, current, arguments) == 0)
		result = step->function->call(ev, arguments, count);
	for (size_t i = 0; i < count; i++)
		json_decref(arguments[i].value);
	free(arguments);
	return result;
}
