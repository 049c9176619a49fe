/* Inputs: their table, and how a value becomes what the type wants. */
#include "config.h"

#include "model/input.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "text/json.h"

static const struct choice input_types[] = {
	{ .name = "string", .value = INPUT_STRING, .help = "a text" },
	{ .name = "integer", .value = INPUT_INTEGER, .help = "a whole number" },
	{ .name = "boolean", .value = INPUT_BOOLEAN, .help = "true or false" },
	{ .name = "duration", .value = INPUT_DURATION, .help = "such as 90s or 5m; seconds, in expressions" },
	{ .name = "list", .value = INPUT_LIST, .help = "a list; `of` says of what" },
	{ .name = "any", .value = INPUT_ANY, .help = "whatever it is given" },
	{ 0 },
};

static const struct field input_fields[] = {
	{ .name = "type",
	  .type = &field_choice,
	  .offset = FIELD_OF(input, type),
	  .required = true,
	  .choices = input_types,
	  .help = "what kind of value it is; decides what a text means" },
	{ .name = "of",
	  .type = &field_choice,
	  .offset = FIELD_OF(input, of),
	  .choices = input_types,
	  .help = "for a list: what its elements are (string where not given)" },
	{ .name = "required",
	  .type = &field_boolean,
	  .offset = FIELD_OF(input, required),
	  .help = "whether it must be given" },
	{ .name = "optional",
	  .type = &field_boolean,
	  .offset = FIELD_OF(input, optional),
	  .help = "whether it may be missing; it is null then" },
	{ .name = "default",
	  .type = &field_template,
	  .offset = FIELD_OF(input, fallback),
	  .help = "the value where none is given" },
	{ .name = "comment",
	  .type = &field_text,
	  .offset = FIELD_OF(input, comment),
	  .help = "one sentence for people" },
	{ 0 },
};

/* As values_check_declared: `of` only beside `type: list`; not required with a default, nor required and optional. */
static void constrain_input(json_t *definition)
{
	static const char *const beside[] = { "default", "optional" };
	json_t *all = json_made(json_array());

	json_append(all, json_pack("{s:{s:[s]}, s:{s:{s:{s:s}}}}", "if", "required", "of", "then", "properties", "type",
				   "const", "list"));
	for (size_t i = 0; i < ARRAY_LENGTH(beside); i++) {
		json_t *both = json_pack("{s:[s,s], s:{s:{s:b}}}", "required", "required", beside[i], "properties",
					 "required", "const", 1);

		if (i == 1)
			json_object_set_new(json_object_get(both, "properties"), beside[i],
					    json_pack("{s:b}", "const", 1));
		json_append(all, json_pack("{s:o}", "not", both));
	}
	json_put(definition, "allOf", all);
}

const struct record input_record = {
	.name = "an input",
	.size = sizeof(struct input),
	.fields = input_fields,
	.key_member = MEMBER_OF(input, key),
	.constrain = constrain_input,
};

const char *input_type_name(int type)
{
	static const char *const names[] = {
		[INPUT_STRING] = "a text",         [INPUT_INTEGER] = "a whole number",
		[INPUT_BOOLEAN] = "true or false", [INPUT_DURATION] = "a duration such as 90s or 5m",
		[INPUT_LIST] = "a list",           [INPUT_ANY] = "a value",
	};

	assert(type >= 0 && (size_t)type < ARRAY_LENGTH(names));
	return names[type];
}

static json_t *coerce_string(json_t *value)
{
	char text[32];

	if (json_is_string(value))
		return json_incref(value);
	if (json_is_boolean(value))
		return json_string(json_is_true(value) ? "true" : "false");
	if (!json_is_integer(value))
		return NULL;
	snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	return json_string(text);
}

static json_t *coerce_integer(json_t *value)
{
	const char *text = json_string_value(value);
	int64_t whole;
	long long number;
	char *end;

	if (json_is_integer(value))
		return json_incref(value);
	if (json_is_real(value) && number_is_whole(json_real_value(value), &whole))
		return json_integer(whole);
	if (!text || !*text)
		return NULL;
	errno = 0;
	number = strtoll(text, &end, 10);
	return *end || errno ? NULL : json_integer(number);
}

static json_t *coerce_boolean(json_t *value)
{
	const char *text = json_string_value(value);

	if (json_is_boolean(value))
		return json_incref(value);
	if (text && strcmp(text, "true") == 0)
		return json_true();
	return text && strcmp(text, "false") == 0 ? json_false() : NULL;
}

static json_t *coerce_duration(json_t *value)
{
	int64_t duration_ms;

	if (json_is_number(value))
		return json_incref(value);
	duration_ms = json_is_string(value) ? duration_parse(json_string_value(value)) : -1;
	if (duration_ms < 0)
		return NULL;
	return duration_ms % 1000 ? json_real((double)duration_ms / 1000) : json_integer(duration_ms / 1000);
}

static json_t *coerce_any(json_t *value)
{
	return json_incref(value);
}

static json_t *(*const coercions[])(json_t *value) = {
	[INPUT_STRING] = coerce_string,     [INPUT_INTEGER] = coerce_integer, [INPUT_BOOLEAN] = coerce_boolean,
	[INPUT_DURATION] = coerce_duration, [INPUT_LIST] = coerce_any,        [INPUT_ANY] = coerce_any,
};

static json_t *input_fault(const struct input *input, int type, struct error *err)
{
	error_set(err, ERROR_USAGE, input->key->position, "input '%s' must be %s",
		  input->key->text, input_type_name(type));
	return NULL;
}

static json_t *coerce_list(const struct input *input, json_t *list, struct error *err)
{
	json_t *made, *item, *coerced;
	size_t i;

	if (!json_is_array(list))
		return input_fault(input, INPUT_LIST, err);
	made = json_array();
	json_array_foreach (list, i, item) {
		coerced = coercions[input->of](item);
		if (!coerced) {
			json_decref(made);
			error_set(err, ERROR_USAGE, input->key->position, "each element of input '%s' must be %s",
				  input->key->text, input_type_name(input->of));
			return NULL;
		}
		json_array_append_new(made, coerced);
	}
	return made;
}

json_t *input_coerce(const struct input *input, json_t *value, struct error *err)
{
	json_t *coerced;

	if (input->type == INPUT_LIST)
		return coerce_list(input, value, err);
	coerced = json_is_null(value) ? NULL : coercions[input->type](value);
	return coerced ? coerced : input_fault(input, input->type, err);
}

static json_t *list_from_text(const char *text)
{
	json_t *list = text[0] == '[' ? json_loads(text, 0, NULL) : NULL;

	if (list)
		return list;
	list = json_array();
	for (const char *at = text, *end; *at; at = *end ? end + 1 : end) {
		end = at + strcspn(at, ",");
		json_array_append_new(list, json_stringn(at, (size_t)(end - at)));
	}
	return list;
}

json_t *input_from_text(const struct input *input, const char *text, struct error *err)
{
	json_t *value = input->type == INPUT_LIST ? list_from_text(text) : json_string(text);
	json_t *coerced;

	if (!value) {
		error_set(err, ERROR_USAGE, NOWHERE, "input '%s' is no UTF-8 text", input->key->text);
		return NULL;
	}
	coerced = input_coerce(input, value, err);
	json_decref(value);
	return coerced;
}

static const char *input_name_at(const void *argument, size_t i)
{
	const struct record_list *inputs = argument;

	return i < inputs->count ? ((const struct input *)inputs->records)[i].key->text : NULL;
}

static int refuse_unknown(const struct record_list *inputs, const char *owner, json_t *given, struct error *err)
{
	const char *name, *near;
	json_t *value;

	json_object_foreach (given, name, value) {
		size_t i = 0;

		while (i < inputs->count && strcmp(input_name_at(inputs, i), name) != 0)
			i++;
		if (i < inputs->count)
			continue;
		near = nearest_word(name, input_name_at, inputs);
		return error_set(err, ERROR_USAGE, NOWHERE, "%s has no input '%s'%s%s%s", owner, name,
				 near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
	}
	return 0;
}

static json_t *input_resolve(const struct input *input, const char *owner, json_t *given, json_t *document,
			     struct error *err)
{
	json_t *value = json_incref(json_object_get(given, input->key->text)), *coerced;

	if ((!value || json_is_null(value)) && input->fallback) {
		json_decref(value);
		value = template_render(input->fallback, document, err);
		if (!value)
			return NULL;
	}
	if (!value || json_is_null(value)) {
		json_decref(value);
		if (!input->required)
			return json_null();
		error_set(err, ERROR_USAGE, input->key->position, "%s lacks input '%s'", owner, input->key->text);
		return NULL;
	}
	coerced = input_coerce(input, value, err);
	json_decref(value);
	return coerced;
}

json_t *inputs_resolve(const struct record_list *inputs, const char *owner, json_t *given, json_t *document,
		       struct error *err)
{
	json_t *made;

	if (refuse_unknown(inputs, owner, given, err) != 0)
		return NULL;
	made = json_object();
	for (size_t i = 0; i < inputs->count; i++) {
		const struct input *input = (const struct input *)inputs->records + i;
		json_t *value = input_resolve(input, owner, given, document, err);

		if (!value) {
			json_decref(made);
			return NULL;
		}
		json_put(made, input->key->text, value);
	}
	return made;
}
