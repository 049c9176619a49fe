/* The functions of JMESPath and the two additions, as one table; arguments arrive counted and with types checked
 * (jmespath_call.c). Whole numbers stay whole, since they are written into requests. */
#include "config.h"

#include "model/jmespath_internal.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/number.h"
#include "text/json.h"

/* Numbers */

static json_t *number_new(struct evaluation *ev, const struct argument *argument, double number)
{
	int64_t whole;

	if (!isfinite(number))
		return evaluation_fail(ev, argument->operand->column, argument->operand->length,
				       "the result is too large for a number");
	if (number_is_whole(number, &whole))
		return value_made(json_integer(whole));
	return value_made(json_real(number));
}

static json_t *call_abs(struct evaluation *ev, const struct argument *arguments, size_t count)
{
	json_t *number = arguments[0].value;

	(void)count;
	if (json_is_integer(number) && json_integer_value(number) > LLONG_MIN)
		return value_made(json_integer(llabs(json_integer_value(number))));
	return number_new(ev, arguments, fabs(json_number_value(number)));
}

static json_t *rounded(struct evaluation *ev, const struct argument *argument, double (*round_to)(double))
{
	if (json_is_integer(argument->value))
		return json_incref(argument->value);
	return number_new(ev, argument, round_to(json_real_value(argument->value)));
}

static json_t *call_ceil(struct evaluation *ev, const struct argument *arguments, size_t count)
{
	(void)count;
	return rounded(ev, arguments, number_ceil);
}

static json_t *call_floor(struct evaluation *ev, const struct argument *arguments, size_t count)
{
	(void)count;
	return rounded(ev, arguments, number_floor);
}

static bool sum_of_integers(const json_t *list, long long *sum)
{
	*sum = 0;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);

		if (!json_is_integer(item) || __builtin_add_overflow(*sum, json_integer_value(item), sum))
			return false;
	}
	return true;
}

static double sum_of_numbers(const json_t *list)
{
	double sum = 0;

	for (size_t i = 0; i < json_array_size(list); i++)
		sum += json_number_value(json_array_get(list, i));
	return sum;
}

static json_t *call_sum(struct evaluation *ev, const struct argument *arguments, size_t count)
{
	long long sum;

	(void)count;
	if (sum_of_integers(arguments[0].value, &sum))
		return value_made(json_integer(sum));
	return number_new(ev, arguments, sum_of_numbers(arguments[0].value));
}

static json_t *call_avg(struct evaluation *ev, const struct argument *arguments, size_t count)
{
	size_t size = json_array_size(arguments[0].value);

	(void)count;
	return size ? number_new(ev, arguments, sum_of_numbers(arguments[0].value) / (double)size) : json_null();
}

static json_t *call_minus(struct evaluation *ev, const struct argument *arguments, size_t count)
{
	json_t *from = arguments[0].value, *what = arguments[1].value;
	long long difference;

	(void)count;
	if (json_is_integer(from) && json_is_integer(what) &&
	    !__builtin_sub_overflow(json_integer_value(from), json_integer_value(what), &difference))
		return value_made(json_integer(difference));
	return number_new(ev, arguments, json_number_value(from) - json_number_value(what));
}

static bool is_json_number(const char *text, size_t length)
{
	return length && strchr("-0123456789", text[0]) && strchr("0123456789", text[length - 1]);
}

static json_t *call_to_number(struct evaluation *ev, const struct argument *arguments, size_t count)
{
	json_t *value = arguments[0].value, *number;
	const char *text = json_string_value(value);

	(void)ev;
	(void)count;
	if (json_is_number(value))
		return json_incref(value);
	if (!json_is_string(value) || !is_json_number(text, json_string_length(value)))
		return json_null();
	number = json_loadb(text, json_string_length(value), JSON_DECODE_ANY, NULL);
	if (!number)
		number = json_loadb(text, json_string_length(value), JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, NULL);
	return number ? number : json_null();
}

/* Texts */

static size_t count_characters(const json_t *text)
{
	const char *bytes = json_string_value(text);
	size_t count = 0;

	for (size_t i = 0; i < json_string_length(text); i++)
		count += ((unsigned char)bytes[i] & 0xc0) != 0x80;
	return count;
}

static json_t *text_from(struct buffer *buffer)
{
	json_t *text = value_made(json_stringn(buffer_text(buffer), buffer->length));

	buffer_release(buffer);
	return text;
}

static bool text_has_at(const json_t *text, size_t offset, const json_t *part)
{
	size_t length = json_string_length(part);

	return memcmp(json_string_value(text) + offset, json_string_value(part), length) == 0;
}

static json_t *call_starts_with(struct evaluation *ev, const struct argument *arguments, size_t count)
{
	const json_t *text = arguments[0].value, *part = arguments[1].value;

	(void)ev;
	(void)count;
	return value_truth(json_string_length(part) <= json_string_length(text) && text_has_at(text, 0, part));
}

static json_t *call_ends_with(struct evaluation *ev, const struct argument *arguments, size_t count)
{
	const json_t *text = arguments[0].value, *part = arguments[1].value;
	size_t length = json_string_length(text), end = json_string_length(part);

	(void)ev;
	(void)count;
	return value_truth(end <= length && text_has_at(text, length - end, part));
}

static json_t *call_join(struct evaluation *ev, const struct argument *arguments, size_t count)
{
	const json_t *glue = arguments[0].value, *list = arguments[1].value;
	struct buffer joined = BUFFER_INIT;

	(void)count;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *part = json_array_get(list, i);

		if (!evaluation_spend(ev, json_string_length(glue) + json_string_length(part)))
			break;
		if (i)
			buffer_add(&joined, json_string_value(glue), json_string_length(glue));
		buffer_add(&joined, json_string_value(part), json_string_length(part));
	}
	return text_from(&joined);
}

static json_t *reverse_text(const json_t *text)
{
	const char *bytes = json_string_value(text);
	struct buffer reversed = BUFFER_INIT;

	for (size_t end = json_string_length(text), at = end; at > 0;) {
		at--;
		if (((unsigned char)bytes[at] & 0xc0) == 0x80)
			continue;
		buffer_add(&reversed, bytes + at, end - at);
		end = at;
	}
	return text_from(&reversed);
}

/* How long a value is when written, roughly; stops where the evaluation has no work left. */
static bool spend_for_writing(struct evaluation *ev, json_t *value)
{
	const char *key;
	json_t *item;
	size_t i;

	if (!evaluation_spend(ev, json_string_length(value) + 1))
		return false;
	json_array_foreach(value, i, item)
		if (!spend_for_writing(ev, item))
			return false;
	json_object_foreach(value, key, item)
		if (!evaluation_spend(ev, strlen(key)) || !spend_for_writing(ev, item))
			return false;
	return true;
}

/* With as few digits as give the same number again: 0.1, not 0.10000000000000001. */
static char *write_value(const json_t *value)
{
	for (size_t digits = 15; digits < 17 && json_is_real(value); digits++) {
		char *text = json_text(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(digits));

		if (text && strtod(text, NULL) == json_real_value(value))
			return text;
		free(text);
	}
	return json_text(value, JSON_ENCODE_ANY | JSON_COMPACT);
}

static json_t *call_to_string(struct evaluation *ev, const struct argument *arguments, size_t count)
{
	json_t *value = arguments[0].value, *text;
	char *written;

	(void)count;
	if (json_is_string(value))
		return json_incref(value);
	if (!spend_for_writing(ev, value))
		return json_null();
	written = write_value(value);
	if (!written)
		memory_exhausted();
	text = value_made(json_string(written));
	free(written);
	return text;
}

/* Lists and maps */

static json_t *call_length(struct evaluation *ev, const struct argument *arguments, size_t count)
{
	const json_t *value = arguments[0].value;

	(void)ev;
	(void)count;
	if (json_is_string(value))
		return value_made(json_integer((json_int_t)count_characters(value)));
	return value_made(json_integer((json_int_t)(json_array_size(value) + json_object_size(value))));
}

static bool list_has(struct evaluation *ev, const json_t *list, json_t *wanted)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (value_equal(ev, json_array_get(list, i), wanted))
			return true;
	return false;
}

static json_t *call_contains(struct evaluation *ev, const struct argument *arguments, size_t count)
{
	json_t *where = arguments[0].value, *what = arguments[1].value;

	(void)count;
	if (json_is_array(where))
		return value_truth(list_has(ev, where, what));
	return value_truth(json_is_string(what) &&
			   memmem(json_string_value(where), json_string_length(where), json_string_value(what),
				  json_string_length(what)));
}

/* Texts, which are nearly all that is ever compared, are looked up: two lists of thousands of names stay cheap. */
struct lookup {
	json_t *texts;  /* a map whose keys they are */
	json_t *others; /* a list */
};

static void lookup_init(struct lookup *lookup, const json_t *list)
{
	lookup->texts = value_made(json_object());
	lookup->others = value_made(json_array());
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *item = json_array_get(list, i);
		const char *text = json_string_value(item);

		if (!text || strlen(text) != json_string_length(item))
			list_add(lookup->others, json_incref(item));
		else if (json_object_set_new_nocheck(lookup->texts, text, json_null()))
			memory_exhausted();
	}
}

static void lookup_release(struct lookup *lookup)
{
	json_decref(lookup->texts);
	json_decref(lookup->others);
}

static bool lookup_has(struct evaluation *ev, const struct lookup *lookup, json_t *item)
{
	const char *text = json_string_value(item);

	if (text && strlen(text) == json_string_length(item))
		return json_object_get(lookup->texts, text);
	return list_has(ev, lookup->others, item);
}

static json_t *call_difference(struct evaluation *ev, const struct argument *arguments, size_t count)
{
	json_t *list = value_made(json_array()), *item;
	struct lookup lookup;
	size_t i;

	(void)count;
	lookup_init(&lookup, arguments[1].value);
	json_array_foreach(arguments[0].value, i, item)
		if (evaluation_spend(ev, 1) && !lookup_has(ev, &lookup, item))
			list_add(list, json_incref(item));
	lookup_release(&lookup);
	return list;
}

static json_t *call_reverse(struct evaluation *ev, const struct argument *arguments, size_t count)
{
	json_t *value = arguments[0].value, *list;

	(void)count;
	evaluation_spend(ev, json_array_size(value) + json_string_length(value));
	if (json_is_string(value))
		return reverse_text(value);
	list = value_made(json_array());
	for (size_t i = json_array_size(value); i > 0; i--)
		list_add(list, json_incref(json_array_get(value, i - 1)));
	return list;
}

static json_t *call_keys(struct evaluation *ev, const struct argument *arguments, size_t count)
{
	json_t *list = value_made(json_array()), *item;
	const char *key;

	(void)count;
	json_object_foreach(arguments[0].value, key, item)
		if (evaluation_spend(ev, 1 + strlen(key)))
			list_add(list, value_made(json_string(key)));
	return list;
}

static json_t *call_values(struct evaluation *ev, const struct argument *arguments, size_t count)
{
	json_t *list = value_made(json_array()), *item;
	const char *key;

	(void)count;
	json_object_foreach(arguments[0].value, key, item)
		if (evaluation_spend(ev, 1))
			list_add(list, json_incref(item));
	return list;
}

static json_t *call_merge(struct evaluation *ev, const struct argument *arguments, size_t count)
{
	json_t *map = value_made(json_object());

	for (size_t i = 0; i < count; i++)
		if (evaluation_spend(ev, json_object_size(arguments[i].value)) &&
		    json_object_update(map, arguments[i].value))
			memory_exhausted();
	return map;
}

static json_t *call_not_null(struct evaluation *ev, const struct argument *arguments, size_t count)
{
	(void)ev;
	for (size_t i = 0; i < count; i++)
		if (!json_is_null(arguments[i].value))
			return json_incref(arguments[i].value);
	return json_null();
}

static json_t *call_to_array(struct evaluation *ev, const struct argument *arguments, size_t count)
{
	json_t *list;

	(void)ev;
	(void)count;
	if (json_is_array(arguments[0].value))
		return json_incref(arguments[0].value);
	list = value_made(json_array());
	list_add(list, json_incref(arguments[0].value));
	return list;
}

static json_t *call_type(struct evaluation *ev, const struct argument *arguments, size_t count)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "object",  [JSON_ARRAY] = "array",  [JSON_STRING] = "string",
		[JSON_INTEGER] = "number", [JSON_REAL] = "number",  [JSON_TRUE] = "boolean",
		[JSON_FALSE] = "boolean",  [JSON_NULL] = "null",
	};

	(void)ev;
	(void)count;
	return value_made(json_string(names[json_typeof(arguments[0].value)]));
}

static json_t *call_map(struct evaluation *ev, const struct argument *arguments, size_t count)
{
	json_t *list = value_made(json_array()), *item;
	size_t i;

	(void)count;
	json_array_foreach(arguments[1].value, i, item) {
		json_t *result = chain_evaluate(ev, arguments[0].operand->chain, item);

		if (!result) {
			json_decref(list);
			return NULL;
		}
		list_add(list, result);
	}
	return list;
}

/* Order */

static json_t *call_sort(struct evaluation *ev, const struct argument *arguments, size_t count)
{
	(void)count;
	return list_sorted(ev, arguments[0].value, NULL);
}

static json_t *call_sort_by(struct evaluation *ev, const struct argument *arguments, size_t count)
{
	(void)count;
	return list_sorted(ev, arguments[0].value, arguments[1].operand);
}

static json_t *call_max(struct evaluation *ev, const struct argument *arguments, size_t count)
{
	(void)count;
	return list_extreme(ev, arguments[0].value, NULL, 1);
}

static json_t *call_max_by(struct evaluation *ev, const struct argument *arguments, size_t count)
{
	(void)count;
	return list_extreme(ev, arguments[0].value, arguments[1].operand, 1);
}

static json_t *call_min(struct evaluation *ev, const struct argument *arguments, size_t count)
{
	(void)count;
	return list_extreme(ev, arguments[0].value, NULL, -1);
}

static json_t *call_min_by(struct evaluation *ev, const struct argument *arguments, size_t count)
{
	(void)count;
	return list_extreme(ev, arguments[0].value, arguments[1].operand, -1);
}

const struct function functions[] = {
	{ "abs", 1, 1, { TYPE_NUMBER }, call_abs },
	{ "avg", 1, 1, { TYPE_NUMBERS }, call_avg },
	{ "ceil", 1, 1, { TYPE_NUMBER }, call_ceil },
	{ "contains", 2, 2, { TYPE_TEXT | TYPE_LIST, TYPE_ANY }, call_contains },
	{ "difference", 2, 2, { TYPE_LIST, TYPE_LIST }, call_difference },
	{ "ends_with", 2, 2, { TYPE_TEXT, TYPE_TEXT }, call_ends_with },
	{ "floor", 1, 1, { TYPE_NUMBER }, call_floor },
	{ "join", 2, 2, { TYPE_TEXT, TYPE_TEXTS }, call_join },
	{ "keys", 1, 1, { TYPE_MAP }, call_keys },
	{ "length", 1, 1, { TYPE_TEXT | TYPE_LIST | TYPE_MAP }, call_length },
	{ "map", 2, 2, { TYPE_EXPRESSION, TYPE_LIST }, call_map },
	{ "max", 1, 1, { TYPE_NUMBERS | TYPE_TEXTS }, call_max },
	{ "max_by", 2, 2, { TYPE_LIST, TYPE_EXPRESSION }, call_max_by },
	{ "merge", 1, UINT_MAX, { TYPE_MAP, TYPE_MAP }, call_merge },
	{ "min", 1, 1, { TYPE_NUMBERS | TYPE_TEXTS }, call_min },
	{ "min_by", 2, 2, { TYPE_LIST, TYPE_EXPRESSION }, call_min_by },
	{ "minus", 2, 2, { TYPE_NUMBER, TYPE_NUMBER }, call_minus },
	{ "not_null", 1, UINT_MAX, { TYPE_ANY, TYPE_ANY }, call_not_null },
	{ "reverse", 1, 1, { TYPE_TEXT | TYPE_LIST }, call_reverse },
	{ "sort", 1, 1, { TYPE_NUMBERS | TYPE_TEXTS }, call_sort },
	{ "sort_by", 2, 2, { TYPE_LIST, TYPE_EXPRESSION }, call_sort_by },
	{ "starts_with", 2, 2, { TYPE_TEXT, TYPE_TEXT }, call_starts_with },
	{ "sum", 1, 1, { TYPE_NUMBERS }, call_sum },
	{ "to_array", 1, 1, { TYPE_ANY }, call_to_array },
	{ "to_number", 1, 1, { TYPE_ANY }, call_to_number },
	{ "to_string", 1, 1, { TYPE_ANY }, call_to_string },
	{ "type", 1, 1, { TYPE_ANY }, call_type },
	{ "values", 1, 1, { TYPE_MAP }, call_values },
	{ 0 },
};
