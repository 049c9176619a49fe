/* Values as JMESPath sees them: what is true, what is equal, what comes first. Knows no expressions. */
#include "config.h"

#include "model/jmespath_internal.h"

#include <string.h>

bool value_is_true(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_NULL:
	case JSON_FALSE:
		return false;
	case JSON_STRING:
		return json_string_length(value) > 0;
	case JSON_ARRAY:
		return json_array_size(value) > 0;
	case JSON_OBJECT:
		return json_object_size(value) > 0;
	case JSON_TRUE:
	case JSON_INTEGER:
	case JSON_REAL:
		break;
	}
	return true;
}

json_t *value_made(json_t *made)
{
	if (!made)
		memory_exhausted();
	return made;
}

json_t *value_truth(bool truth)
{
	return json_boolean(truth);
}

void list_add(json_t *list, json_t *item)
{
	if (json_array_append_new(list, item))
		memory_exhausted();
}

/* Exact, where turning the integer into a double would round it: an order must be one for sorting too. */
static int order_of_integer_and_real(long long integer, double real)
{
	long long whole;

	if (real >= 0x1p63)
		return -1;
	if (real < -0x1p63)
		return 1;
	whole = (long long)real;
	if (integer != whole)
		return integer < whole ? -1 : 1;
	return (real < (double)whole) - (real > (double)whole);
}

static int order_of_numbers(const json_t *left, const json_t *right)
{
	double a = json_real_value(left), b = json_real_value(right);

	if (json_is_integer(left) && json_is_integer(right))
		return (json_integer_value(left) > json_integer_value(right)) -
		       (json_integer_value(left) < json_integer_value(right));
	if (json_is_integer(left))
		return order_of_integer_and_real(json_integer_value(left), b);
	if (json_is_integer(right))
		return -order_of_integer_and_real(json_integer_value(right), a);
	return (a > b) - (a < b);
}

/* The order of bytes in UTF-8 is that of code points. */
static int order_of_texts(const json_t *left, const json_t *right)
{
	size_t a = json_string_length(left), b = json_string_length(right);
	int order = memcmp(json_string_value(left), json_string_value(right), a < b ? a : b);

	return order ? order : (a > b) - (a < b);
}

int value_order(const json_t *left, const json_t *right)
{
	return json_is_string(left) ? order_of_texts(left, right) : order_of_numbers(left, right);
}

static bool lists_equal(struct evaluation *ev, json_t *left, json_t *right)
{
	if (json_array_size(left) != json_array_size(right))
		return false;
	for (size_t i = 0; i < json_array_size(left); i++)
		if (!value_equal(ev, json_array_get(left, i), json_array_get(right, i)))
			return false;
	return true;
}

static bool maps_equal(struct evaluation *ev, json_t *left, json_t *right)
{
	const char *key;
	json_t *value;

	if (json_object_size(left) != json_object_size(right))
		return false;
	json_object_foreach(left, key, value) {
		json_t *other = json_object_get(right, key);

		if (!other || !value_equal(ev, value, other))
			return false;
	}
	return true;
}

bool value_equal(struct evaluation *ev, json_t *left, json_t *right)
{
	/* One value may be in a list many times over, so that it is small in memory and long to walk. */
	if (!evaluation_spend(ev, 1))
		return false;
	if (left == right)
		return true;
	if (json_is_number(left) && json_is_number(right))
		return order_of_numbers(left, right) == 0;
	if (json_typeof(left) != json_typeof(right))
		return false;
	if (json_is_string(left))
		return json_equal(left, right);
	if (json_is_array(left))
		return lists_equal(ev, left, right);
	return !json_is_object(left) || maps_equal(ev, left, right);
}
