/* A form body as an operation's input, for the simulated AWS. The dotted names become a tree first ("Tags.member.1.Key"
 * four levels deep, a value under the empty name), and the operation's shapes then read the tree. */
#include "config.h"

#include "wire/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "wire/percent.h"
#include "wire/scalar.h"
#include "wire/shape.h"

static const char form_value[] = ""; /* no dotted name has an empty part */

static int form_malformed(struct error *err, const char *sentence)
{
	return error_set(err, ERROR_PROTOCOL, NOWHERE, "MalformedQueryString: %s", sentence);
}

/* The node below that name, made where there is none; NULL where the name is no UTF-8. */
static json_t *form_child(json_t *node, const char *name)
{
	json_t *child = json_object_get(node, name);

	if (child)
		return child;
	child = json_object();
	return json_object_set_new(node, name, child) == 0 ? child : NULL;
}

static int form_add_pair(json_t *tree, char *name, const struct buffer *value, struct error *err)
{
	char *part;

	for (int depth = 0; (part = strsep(&name, ".")); depth++) {
		if (!*part || depth >= QUERY_MAX_DEPTH)
			return form_malformed(err, *part ? "a parameter is nested too deep" :
							   "a parameter has no name");
		tree = form_child(tree, part);
		if (!tree)
			return form_malformed(err, "a parameter's name is not UTF-8");
	}
	if (json_object_get(tree, form_value))
		return form_malformed(err, "a parameter comes twice");
	if (json_object_set_new(tree, form_value, json_stringn(buffer_text(value), value->length)))
		return form_malformed(err, "a parameter's value is not UTF-8");
	return 0;
}

static int form_parse_pair(json_t *tree, const char *text, size_t length, struct error *err)
{
	size_t name_length = strcspn(text, "=&");
	struct buffer name = BUFFER_INIT, value = BUFFER_INIT;
	int status = percent_decode(&name, text, name_length < length ? name_length : length, true);

	if (status == 0 && name_length < length)
		status = percent_decode(&value, text + name_length + 1, length - name_length - 1, true);
	if (status || strlen(buffer_text(&name)) != name.length)
		status = form_malformed(err, "a parameter is not percent-encoded");
	else
		status = name.length ? form_add_pair(tree, name.bytes, &value, err) :
				       form_malformed(err, "a parameter has no name");
	buffer_release(&name);
	buffer_release(&value);
	return status;
}

static char *form_copy(const char *body, size_t length)
{
	struct buffer copy = BUFFER_INIT;

	buffer_add(&copy, body, length);
	return buffer_take(&copy);
}

static json_t *form_parse(const char *body, size_t length, struct error *err)
{
	char *text = form_copy(body, length);
	json_t *tree = json_object();
	int status = strlen(text) == length ? 0 : form_malformed(err, "the body has a zero byte");

	for (char *at = text; status == 0 && *at; at += *at == '&') {
		size_t pair = strcspn(at, "&");

		if (pair)
			status = form_parse_pair(tree, at, pair, err);
		at += pair;
	}
	free(text);
	if (status == 0)
		return tree;
	json_decref(tree);
	return NULL;
}

/* What the tree is read for. */
struct form {
	const struct operation *operation;
	struct error *err;
};

static json_t *form_read(const struct form *form, const struct shape *shape, const char *name, json_t *node);

/* Each protocol has its own words for the same fault. */
enum form_fault { FORM_UNKNOWN, FORM_MISSING, FORM_TYPE };

static int form_fail(const struct form *form, enum form_fault fault, const char *name)
{
	static const struct {
		const char *before, *after;
	} rows[][2] = {
		[FORM_UNKNOWN] = { [PROTOCOL_QUERY] = { "ValidationError: The parameter ", " is not known here" },
				   [PROTOCOL_EC2] = { "UnknownParameter: The parameter ", " is not recognized" } },
		[FORM_MISSING] = { [PROTOCOL_QUERY] = { "ValidationError: 1 validation error detected: Value null at '",
							"' failed to satisfy constraint: Member must not be null" },
				   [PROTOCOL_EC2] = { "MissingParameter: The request must contain the parameter ",
						      "" } },
		[FORM_TYPE] = { [PROTOCOL_QUERY] = { "MalformedInput: The value of ", " is of the wrong type" },
				[PROTOCOL_EC2] = { "InvalidParameterValue: The value of ", " is of the wrong type" } },
	};
	int protocol = form->operation->service->protocol;

	return error_set(form->err, ERROR_PROTOCOL, NOWHERE, "%s%s%s", rows[fault][protocol].before, name,
			 rows[fault][protocol].after);
}

/* The node's own text where it has nothing below, else NULL. */
static const json_t *form_leaf(const json_t *node)
{
	return json_object_size(node) == 1 ? json_object_get(node, form_value) : NULL;
}

static json_t *form_read_scalar(const struct form *form, const struct shape *shape, const char *name,
				const json_t *node)
{
	const json_t *text = form_leaf(node);
	json_t *value = text ? scalar_read(shape, json_string_value(text), json_string_length(text)) : NULL;

	if (!value)
		form_fail(form, FORM_TYPE, name);
	return value;
}

static int form_read_structure(const struct form *form, const struct shape *shape, const char *name, json_t *node,
			       json_t *into)
{
	const struct shape_member *missing;
	const char *child_name;
	json_t *child;

	(void)name;
	json_object_foreach(node, child_name, child) {
		const struct shape_member *member = shape_member_by_wire_name(shape, child_name);
		json_t *value;

		if (!member)
			return form_fail(form, FORM_UNKNOWN, child_name);
		value = form_read(form, member->shape, child_name, child);
		if (!value)
			return -1;
		json_object_set_new(into, member->name, value);
	}
	missing = shape_member_missing(shape, into);
	return missing ? form_fail(form, FORM_MISSING, missing->wire_name) : 0;
}

/* The numbered items of a list or map lie below "member" or "entry" where it is wrapped; NULL where they do not. */
static json_t *form_items(const struct form *form, const struct shape *shape, const char *wrapper, json_t *node)
{
	if (shape->flattened || form->operation->service->protocol == PROTOCOL_EC2)
		return node;
	return json_object_size(node) == 1 ? json_object_get(node, wrapper) : NULL;
}

/* Items count from 1 without a gap; NULL behind the last. */
static json_t *form_item(const json_t *items, size_t index)
{
	char number[24];

	snprintf(number, sizeof(number), "%zu", index + 1);
	return json_object_get(items, number);
}

static int form_read_list(const struct form *form, const struct shape *shape, const char *name, json_t *node,
			  json_t *into)
{
	const json_t *empty = form_leaf(node);
	json_t *items = form_items(form, shape, shape->element_name, node);
	json_t *item;

	if (empty)
		return json_string_length(empty) == 0 ? 0 : form_fail(form, FORM_TYPE, name);
	for (size_t i = 0; (item = form_item(items, i)); i++) {
		json_t *value = form_read(form, shape->element, name, item);

		if (!value)
			return -1;
		json_array_append_new(into, value);
	}
	return items && json_array_size(into) == json_object_size(items) ? 0 : form_fail(form, FORM_TYPE, name);
}

static int form_read_entry(const struct form *form, const struct shape *shape, const char *name, json_t *entry,
			   json_t *into)
{
	const json_t *key = form_leaf(json_object_get(entry, shape->key_name));
	json_t *node = json_object_get(entry, shape->element_name);
	json_t *value;

	if (!key || !node || json_object_size(entry) != 2 || strlen(json_string_value(key)) != json_string_length(key))
		return form_fail(form, FORM_TYPE, name);
	value = form_read(form, shape->element, name, node);
	if (!value)
		return -1;
	json_object_set_new(into, json_string_value(key), value);
	return 0;
}

static int form_read_map(const struct form *form, const struct shape *shape, const char *name, json_t *node,
			 json_t *into)
{
	json_t *items = form_items(form, shape, "entry", node);
	size_t count = 0;

	for (json_t *entry; (entry = form_item(items, count)); count++)
		if (form_read_entry(form, shape, name, entry, into))
			return -1;
	return items && count == json_object_size(items) ? 0 : form_fail(form, FORM_TYPE, name);
}

static json_t *form_read(const struct form *form, const struct shape *shape, const char *name, json_t *node)
{
	static const struct {
		json_t *(*new)(void);
		int (*read)(const struct form *form, const struct shape *shape, const char *name, json_t *node,
			    json_t *into);
	} rows[] = {
		[SHAPE_STRUCTURE] = { json_object, form_read_structure },
		[SHAPE_LIST] = { json_array, form_read_list },
		[SHAPE_MAP] = { json_object, form_read_map },
	};
	json_t *value;

	if (shape_is_scalar(shape))
		return form_read_scalar(form, shape, name, node);
	value = rows[shape->kind].new();
	if (rows[shape->kind].read(form, shape, name, node, value) == 0)
		return value;
	json_decref(value);
	return NULL;
}

/* The operation that Action and Version name; both are taken out of the tree, so that its input is left. */
static const struct operation *form_find(json_t *tree, query_find *find, void *argument, struct error *err)
{
	const char *action = json_string_value(form_leaf(json_object_get(tree, "Action")));
	const char *version = json_string_value(form_leaf(json_object_get(tree, "Version")));
	const struct operation *operation;

	if (!action || !version) {
		error_set(err, ERROR_PROTOCOL, NOWHERE, "MissingAction: the request has no %s",
			  action ? "Version" : "Action");
		return NULL;
	}
	operation = find(argument, action, version);
	if (!operation)
		error_set(err, ERROR_PROTOCOL, NOWHERE, "InvalidAction: Could not find operation %s for version %s",
			  action, version);
	json_object_del(tree, "Action");
	json_object_del(tree, "Version");
	return operation;
}

json_t *query_decode_request(const char *body, size_t length, query_find *find, void *argument,
			     const struct operation **operation, struct error *err)
{
	struct form form = { .err = err };
	json_t *tree = form_parse(body, length, err);
	json_t *input = NULL;

	if (tree)
		form.operation = form_find(tree, find, argument, err);
	if (form.operation)
		input = form_read(&form, form.operation->input, form.operation->name, tree);
	*operation = form.operation;
	json_decref(tree);
	return input;
}
