/* What a machine or an action may be given: named values with types. The type decides what a text means. */
#ifndef TIDEGATE_MODEL_INPUT_H
#define TIDEGATE_MODEL_INPUT_H

#include "model/template.h"

enum input_type { INPUT_STRING, INPUT_INTEGER, INPUT_BOOLEAN, INPUT_DURATION, INPUT_LIST, INPUT_ANY };

struct input {
	const struct node *key; /* its name */
	int type;               /* enum input_type; durations are seconds in expressions */
	int of;                 /* of the elements of a list */
	bool required;
	bool optional;
	const struct template *fallback; /* `default:` */
	const char *comment;
};

extern const struct record input_record;

/* What a schema or a message calls the type. */
const char *input_type_name(int type);

/* The value as the type wants it, a new reference: "3" for an integer, "a,b" for no list (lists are lists; but see
 * input_from_text), 90 for the duration "90s". -1 as NULL with a sentence that names the input. */
json_t *input_coerce(const struct input *input, json_t *value, struct error *err);

/* A value that came as one text: from `-i name=value` or the environment. A list is "a,b,c" or JSON. */
json_t *input_from_text(const struct input *input, const char *text, struct error *err);

/* All inputs of a table (struct record_list of struct input) from `given`: coerced, defaults rendered over `document`,
 * unknown and missing names refused, optional ones null. A new object, or NULL. */
json_t *inputs_resolve(const struct record_list *inputs, const char *owner, json_t *given, json_t *document,
		       struct error *err);

#endif
