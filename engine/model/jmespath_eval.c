/* Evaluates a parsed expression over a document: one small function for each kind of step. Functions of the language
 * are in jmespath_functions.c. Values are shared, never copied, and so never changed. */
#include "config.h"

#include "model/jmespath_internal.h"

/* A step makes a new reference of the value before it, which it borrows; NULL with ev->err set. */
typedef json_t *step_function(struct evaluation *ev, const struct step *step, json_t *value);

json_t *evaluation_fail(struct evaluation *ev, unsigned column, unsigned length, const char *format, ...)
{
	struct position position = { .line = 1, .column = column, .length = length };
	va_list arguments;

	va_start(arguments, format);
	error_vset(ev->err, ERROR_EXPRESSION, position, format, arguments);
	va_end(arguments);
	return NULL;
}

bool evaluation_spend(struct evaluation *ev, size_t units)
{
	if (ev->work <= EXPRESSION_MAX_WORK)
		ev->work += units;
	return ev->work <= EXPRESSION_MAX_WORK;
}

static json_t *step_field(struct evaluation *ev, const struct step *step, json_t *value)
{
	json_t *found = json_object_get(value, step->name);

	(void)ev;
	return found ? json_incref(found) : json_null();
}

static json_t *step_index(struct evaluation *ev, const struct step *step, json_t *value)
{
	int64_t size = (int64_t)json_array_size(value);
	int64_t i = step->index < 0 ? step->index + size : step->index;

	(void)ev;
	return i >= 0 && i < size ? json_incref(json_array_get(value, (size_t)i)) : json_null();
}

/* An end of a slice over `size` elements, as in Python: counted from the end where negative, else cut to the list. */
static int64_t slice_end(int64_t given, int64_t size, int64_t step)
{
	if (given < 0)
		given += size;
	if (given < 0)
		return step < 0 ? -1 : 0;
	if (given >= size)
		return step < 0 ? size - 1 : size;
	return given;
}

static json_t *step_slice(struct evaluation *ev, const struct step *step, json_t *value)
{
	const struct slice *slice = step->slice;
	int64_t size = (int64_t)json_array_size(value), from, to;
	json_t *part;

	if (!json_is_array(value))
		return json_null();
	from = slice->step < 0 ? size - 1 : 0;
	to = slice->step < 0 ? -1 : size;
	if (slice->has_from)
		from = slice_end(slice->from, size, slice->step);
	if (slice->has_to)
		to = slice_end(slice->to, size, slice->step);
	part = value_made(json_array());
	for (int64_t i = from; slice->step < 0 ? i > to : i < to; i += slice->step)
		list_add(part, json_incref(json_array_get(value, (size_t)i)));
	evaluation_spend(ev, json_array_size(part));
	return part;
}

static json_t *step_current(struct evaluation *ev, const struct step *step, json_t *value)
{
	(void)ev;
	(void)step;
	return json_incref(value);
}

static json_t *step_root(struct evaluation *ev, const struct step *step, json_t *value)
{
	(void)step;
	(void)value;
	return json_incref(ev->root);
}

static json_t *step_literal(struct evaluation *ev, const struct step *step, json_t *value)
{
	(void)ev;
	(void)value;
	return json_incref(step->literal);
}

static json_t *step_values(struct evaluation *ev, const struct step *step, json_t *value)
{
	const char *key;
	json_t *list, *item;

	(void)step;
	if (!json_is_object(value))
		return json_null();
	evaluation_spend(ev, json_object_size(value));
	list = value_made(json_array());
	json_object_foreach(value, key, item)
		list_add(list, json_incref(item));
	return list;
}

static void add_flat(struct evaluation *ev, json_t *list, json_t *item)
{
	size_t size = json_is_array(item) ? json_array_size(item) : 1;

	if (!evaluation_spend(ev, size))
		return;
	if (!json_is_array(item))
		list_add(list, json_incref(item));
	else if (json_array_extend(list, item))
		memory_exhausted();
}

static json_t *step_flatten(struct evaluation *ev, const struct step *step, json_t *value)
{
	json_t *list, *item;
	size_t i;

	(void)step;
	if (!json_is_array(value))
		return json_null();
	list = value_made(json_array());
	json_array_foreach(value, i, item)
		add_flat(ev, list, item);
	return list;
}

static json_t *step_filter(struct evaluation *ev, const struct step *step, json_t *value)
{
	json_t *list, *item;
	size_t i;

	if (!json_is_array(value))
		return json_null();
	list = value_made(json_array());
	json_array_foreach(value, i, item) {
		json_t *verdict = chain_evaluate(ev, step->operands->chain, item);

		if (!verdict) {
			json_decref(list);
			return NULL;
		}
		if (value_is_true(verdict))
			list_add(list, json_incref(item));
		json_decref(verdict);
	}
	return list;
}

static json_t *step_project(struct evaluation *ev, const struct step *step, json_t *value)
{
	json_t *list, *item;
	size_t i;

	if (!json_is_array(value))
		return json_null();
	list = value_made(json_array());
	json_array_foreach(value, i, item) {
		json_t *result = chain_evaluate(ev, step->operands->chain, item);

		if (!result) {
			json_decref(list);
			return NULL;
		}
		evaluation_spend(ev, 1);
		if (json_is_null(result))
			json_decref(result);
		else
			list_add(list, result);
	}
	return list;
}

static json_t *step_list(struct evaluation *ev, const struct step *step, json_t *value)
{
	json_t *list;

	if (json_is_null(value))
		return json_null();
	list = value_made(json_array());
	for (const struct operand *at = step->operands; at; at = at->next) {
		json_t *item = chain_evaluate(ev, at->chain, value);

		if (!item) {
			json_decref(list);
			return NULL;
		}
		list_add(list, item);
	}
	return list;
}

static json_t *step_map(struct evaluation *ev, const struct step *step, json_t *value)
{
	json_t *map;

	if (json_is_null(value))
		return json_null();
	map = value_made(json_object());
	for (const struct operand *at = step->operands; at; at = at->next) {
		json_t *item = chain_evaluate(ev, at->chain, value);

		if (!item) {
			json_decref(map);
			return NULL;
		}
		if (json_object_set_new_nocheck(map, at->key, item))
			memory_exhausted();
	}
	return map;
}

/* The first operand whose truth is `wanted`, else the last one. */
static json_t *first_with_truth(struct evaluation *ev, const struct step *step, json_t *value, bool wanted)
{
	json_t *result = NULL;

	for (const struct operand *at = step->operands; at; at = at->next) {
		json_decref(result);
		result = chain_evaluate(ev, at->chain, value);
		if (!result || value_is_true(result) == wanted)
			break;
	}
	return result;
}

static json_t *step_or(struct evaluation *ev, const struct step *step, json_t *value)
{
	return first_with_truth(ev, step, value, true);
}

static json_t *step_and(struct evaluation *ev, const struct step *step, json_t *value)
{
	return first_with_truth(ev, step, value, false);
}

static json_t *step_not(struct evaluation *ev, const struct step *step, json_t *value)
{
	json_t *result = chain_evaluate(ev, step->operands->chain, value);
	bool truth;

	if (!result)
		return NULL;
	truth = value_is_true(result);
	json_decref(result);
	return value_truth(!truth);
}

static const struct comparison {
	bool ordered;            /* of numbers only, else null */
	bool below, same, above; /* the result for each order */
} comparisons[TOKEN_COUNT] = {
	[TOKEN_EQUAL] = { .same = true },
	[TOKEN_NOT_EQUAL] = { .below = true, .above = true },
	[TOKEN_LESS] = { .ordered = true, .below = true },
	[TOKEN_LESS_EQUAL] = { .ordered = true, .below = true, .same = true },
	[TOKEN_GREATER] = { .ordered = true, .above = true },
	[TOKEN_GREATER_EQUAL] = { .ordered = true, .same = true, .above = true },
};

static json_t *compare(struct evaluation *ev, enum token_kind operator, json_t *left, json_t *right)
{
	const struct comparison *comparison = &comparisons[operator];
	int order;

	if (!comparison->ordered)
		return value_truth(value_equal(ev, left, right) ? comparison->same : comparison->above);
	if (!json_is_number(left) || !json_is_number(right))
		return json_null();
	order = value_order(left, right);
	return value_truth(order < 0 ? comparison->below : order > 0 ? comparison->above : comparison->same);
}

static json_t *step_compare(struct evaluation *ev, const struct step *step, json_t *value)
{
	json_t *left = chain_evaluate(ev, step->operands->chain, value);

	for (const struct operand *at = step->operands->next; at && left; at = at->next) {
		json_t *right = chain_evaluate(ev, at->chain, value);
		json_t *result = right ? compare(ev, at->operator, left, right) : NULL;

		json_decref(left);
		json_decref(right);
		left = result;
	}
	return left;
}

static step_function *const step_functions[] = {
	[STEP_FIELD] = step_field,     [STEP_INDEX] = step_index,     [STEP_SLICE] = step_slice,
	[STEP_CURRENT] = step_current, [STEP_ROOT] = step_root,       [STEP_LITERAL] = step_literal,
	[STEP_VALUES] = step_values,   [STEP_FLATTEN] = step_flatten, [STEP_FILTER] = step_filter,
	[STEP_PROJECT] = step_project, [STEP_LIST] = step_list,       [STEP_MAP] = step_map,
	[STEP_OR] = step_or,           [STEP_AND] = step_and,         [STEP_NOT] = step_not,
	[STEP_COMPARE] = step_compare, [STEP_CALL] = function_call,
};
_Static_assert(ARRAY_LENGTH(step_functions) == STEP_KIND_COUNT, "each kind of step has its function");

static json_t *step_evaluate(struct evaluation *ev, const struct step *step, json_t *value)
{
	json_t *result = step_functions[step->kind](ev, step, value);

	if (result && !evaluation_spend(ev, 1)) {
		json_decref(result);
		return evaluation_fail(ev, step->column, 0, "takes more than %d steps over this document",
				       EXPRESSION_MAX_WORK);
	}
	return result;
}

json_t *chain_evaluate(struct evaluation *ev, const struct step *chain, json_t *current)
{
	json_t *value = json_incref(current);

	for (const struct step *step = chain; step && value; step = step->next) {
		json_t *result = step_evaluate(ev, step, value);

		json_decref(value);
		value = result;
	}
	return value;
}

json_t *expression_search_counted(const struct expression *expression, json_t *current, json_t *root, size_t *work,
				  struct error *err)
{
	struct evaluation ev = { .expression = expression, .root = root, .err = err };
	json_t *result = chain_evaluate(&ev, expression->chain, current);

	*work = ev.work;
	return result;
}

json_t *expression_search(const struct expression *expression, json_t *current, json_t *root, struct error *err)
{
	size_t work;

	return expression_search_counted(expression, current, root, &work, err);
}
