/* An answer's XML as JSON, along the shapes of the operation's output. A success has to be recognisable as this
 * operation's own: what a proxy or a captive portal puts in its place must never read as "nothing there". */
#include "config.h"

#include "wire/query.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "wire/scalar.h"
#include "wire/shape.h"
#include "wire/xml.h"

struct decoder {
	struct xml *xml;
	struct error *err;
};

static json_t *decode_value(struct decoder *decoder, const struct xml_element *element, const struct shape *shape);

static json_t *decode_text(struct decoder *decoder, const char *name, const struct shape *shape, const char *text,
			   size_t length)
{
	json_t *value = scalar_read(shape, text, length);

	if (!value)
		error_set(decoder->err, ERROR_PROTOCOL, NOWHERE, "element '%s' of the answer is not %s", name,
			  shape_noun(shape));
	return value;
}

static json_t *decode_scalar(struct decoder *decoder, const struct xml_element *element, const struct shape *shape)
{
	struct buffer text = BUFFER_INIT;
	json_t *value = NULL;

	if (xml_text(decoder->xml, element, &text) == 0)
		value = decode_text(decoder, element->name, shape, buffer_text(&text), text.length);
	buffer_release(&text);
	return value;
}

static int decode_put(json_t *object, const char *name, json_t *value)
{
	if (!value)
		return -1;
	if (json_object_set_new(object, name, value))
		memory_exhausted();
	return 0;
}

static int decode_append(json_t *list, json_t *value)
{
	if (!value)
		return -1;
	if (json_array_append_new(list, value))
		memory_exhausted();
	return 0;
}

struct entry {
	json_t *key, *value;
};

static int decode_entry_child(struct decoder *decoder, const struct xml_element *child, const struct shape *shape,
			      struct entry *entry)
{
	bool is_key = strcmp(child->name, shape->key_name) == 0;
	json_t **into = is_key ? &entry->key : &entry->value;

	if (!is_key && strcmp(child->name, shape->element_name))
		return xml_skip(decoder->xml, child);
	json_decref(*into);
	*into = decode_value(decoder, child, is_key ? shape->key : shape->element);
	return *into ? 0 : -1;
}

/* <entry><key>a</key><value>b</value></entry>. */
static int decode_entry(struct decoder *decoder, const struct xml_element *element, const struct shape *shape,
			json_t *map)
{
	struct xml_element child;
	struct entry entry = { 0 };
	int status;

	while ((status = xml_next(decoder->xml, element, &child)) == 1)
		if (decode_entry_child(decoder, &child, shape, &entry)) {
			status = -1;
			break;
		}
	if (status == 0 && (!json_is_string(entry.key) || !entry.value))
		status = error_set(decoder->err, ERROR_PROTOCOL, NOWHERE, "element '%s' of the answer has no '%s'",
				   element->name, entry.key ? shape->element_name : shape->key_name);
	if (status == 0)
		status = decode_put(map, json_string_value(entry.key), json_incref(entry.value));
	json_decref(entry.key);
	json_decref(entry.value);
	return status;
}

static int decode_list(struct decoder *decoder, const struct xml_element *element, const struct shape *shape,
		       json_t *list)
{
	struct xml_element child;
	int status;

	while ((status = xml_next(decoder->xml, element, &child)) == 1)
		if (strcmp(child.name, shape->element_name) ?
			    xml_skip(decoder->xml, &child) :
			    decode_append(list, decode_value(decoder, &child, shape->element)))
			return -1;
	return status;
}

static int decode_map(struct decoder *decoder, const struct xml_element *element, const struct shape *shape,
		      json_t *map)
{
	struct xml_element child;
	int status;

	while ((status = xml_next(decoder->xml, element, &child)) == 1)
		if (strcmp(child.name, "entry") ? xml_skip(decoder->xml, &child) :
						  decode_entry(decoder, &child, shape, map))
			return -1;
	return status;
}

/* A flattened list or map has no element around it: each element of its name is one item more. */
static int decode_item(struct decoder *decoder, const struct xml_element *element, const struct shape_member *member,
		       json_t *object)
{
	bool is_list = member->shape->kind == SHAPE_LIST;
	json_t *items = json_object_get(object, member->name);

	if (!items) {
		items = is_list ? json_array() : json_object();
		decode_put(object, member->name, items);
	}
	return is_list ? decode_append(items, decode_value(decoder, element, member->shape->element)) :
			 decode_entry(decoder, element, member->shape, items);
}

static int decode_twice(struct decoder *decoder, const struct xml_element *element)
{
	return error_set(decoder->err, ERROR_PROTOCOL, NOWHERE, "the answer has element '%s' twice", element->name);
}

static int decode_member(struct decoder *decoder, const struct xml_element *element, const struct shape *structure,
			 json_t *object)
{
	const struct shape_member *member = shape_member_by_wire_name(structure, element->name);

	if (!member || member->attribute)
		return xml_skip(decoder->xml, element);
	if (member->shape->flattened)
		return decode_item(decoder, element, member, object);
	/* An empty list behind the one that is meant would read as "nothing there". */
	if (json_object_get(object, member->name))
		return decode_twice(decoder, element);
	return decode_put(object, member->name, decode_value(decoder, element, member->shape));
}

static int decode_attributes(struct decoder *decoder, const struct shape *structure, json_t *object)
{
	for (size_t i = 0; i < structure->n_members; i++) {
		const struct shape_member *member = &structure->members[i];
		struct buffer text = BUFFER_INIT;
		int status = 0;

		if (member->attribute && xml_attribute(decoder->xml, member->wire_name, &text))
			status = decode_put(object, member->name,
					    decode_text(decoder, member->wire_name, member->shape, buffer_text(&text),
							text.length));
		buffer_release(&text);
		if (status)
			return -1;
	}
	return 0;
}

/* A group without its minimum is no group of AWS's: what would be written rests on it. */
static int decode_check_whole(struct decoder *decoder, const struct xml_element *element, const struct shape *shape,
			      const json_t *object)
{
	const struct shape_member *missing = shape_member_missing(shape, object);

	if (!missing)
		return 0;
	return error_set(decoder->err, ERROR_PROTOCOL, NOWHERE, "element '%s' of the answer has no '%s'", element->name,
			 missing->name);
}

static int decode_structure(struct decoder *decoder, const struct xml_element *element, const struct shape *shape,
			    json_t *object)
{
	struct xml_element child;
	int status;

	if (decode_attributes(decoder, shape, object))
		return -1;
	while ((status = xml_next(decoder->xml, element, &child)) == 1)
		if (decode_member(decoder, &child, shape, object))
			return -1;
	return status == 0 ? decode_check_whole(decoder, element, shape, object) : -1;
}

static json_t *decode_value(struct decoder *decoder, const struct xml_element *element, const struct shape *shape)
{
	static const struct {
		json_t *(*new)(void);
		int (*decode)(struct decoder *decoder, const struct xml_element *element, const struct shape *shape,
			      json_t *into);
	} rows[] = {
		[SHAPE_STRUCTURE] = { json_object, decode_structure },
		[SHAPE_LIST] = { json_array, decode_list },
		[SHAPE_MAP] = { json_object, decode_map },
	};
	json_t *value;

	if (shape_is_scalar(shape))
		return decode_scalar(decoder, element, shape);
	value = rows[shape->kind].new();
	if (rows[shape->kind].decode(decoder, element, shape, value) == 0)
		return value;
	json_decref(value);
	return NULL;
}

/* What a root's children can be: the result, the request ID or what holds it, or, without a wrapper, a member. */
struct answer {
	const struct operation *operation;
	json_t *output;
	struct buffer request_id;
	bool has_result;
};

static int answer_read_metadata(struct decoder *decoder, const struct xml_element *element, struct answer *answer)
{
	struct xml_element child;
	int status;

	while ((status = xml_next(decoder->xml, element, &child)) == 1)
		if (strcmp(child.name, "RequestId") ? xml_skip(decoder->xml, &child) :
						      xml_text(decoder->xml, &child, &answer->request_id))
			return -1;
	return status;
}

static int answer_read_child(struct decoder *decoder, const struct xml_element *child, struct answer *answer)
{
	const char *wrapper = answer->operation->result_wrapper;

	if (strcmp(child->name, "ResponseMetadata") == 0)
		return answer_read_metadata(decoder, child, answer);
	if (strcmp(child->name, "requestId") == 0)
		return xml_text(decoder->xml, child, &answer->request_id);
	if (!wrapper)
		return decode_member(decoder, child, answer->operation->output, answer->output);
	if (strcmp(child->name, wrapper))
		return xml_skip(decoder->xml, child);
	if (answer->has_result)
		return decode_twice(decoder, child);
	answer->has_result = true;
	return decode_structure(decoder, child, answer->operation->output, answer->output);
}

static bool answer_has_name(const struct operation *operation, const char *name)
{
	size_t length = strlen(operation->name);

	return strncmp(name, operation->name, length) == 0 && strcmp(name + length, "Response") == 0;
}

static int answer_read(struct decoder *decoder, struct answer *answer)
{
	const struct operation *operation = answer->operation;
	struct xml_element root, child;
	int status;

	if (xml_root(decoder->xml, &root))
		return -1;
	if (!answer_has_name(operation, root.name))
		return error_set(decoder->err, ERROR_PROTOCOL, NOWHERE, "the answer's root is '%s', not '%sResponse'",
				 root.name, operation->name);
	while ((status = xml_next(decoder->xml, &root, &child)) == 1)
		if (answer_read_child(decoder, &child, answer))
			return -1;
	if (status < 0 || xml_finish(decoder->xml))
		return -1;
	if (operation->result_wrapper && !answer->has_result)
		return error_set(decoder->err, ERROR_PROTOCOL, NOWHERE, "the answer has no element '%s'",
				 operation->result_wrapper);
	return 0;
}

json_t *query_decode_response(const struct operation *operation, const char *body, size_t length, char **request_id,
			      struct error *err)
{
	struct answer answer = { .operation = operation, .output = json_object() };
	struct decoder decoder = { .err = err };
	int status = -1;

	if (request_id)
		*request_id = NULL;
	if (length == 0 && operation->output->n_members == 0)
		return answer.output;
	decoder.xml = xml_open(body, length, QUERY_MAX_DEPTH, err);
	if (decoder.xml)
		status = answer_read(&decoder, &answer);
	xml_close(decoder.xml);
	if (status) {
		json_decref(answer.output);
		answer.output = NULL;
	}
	if (status == 0 && request_id && answer.request_id.length)
		*request_id = buffer_take(&answer.request_id);
	buffer_release(&answer.request_id);
	return answer.output;
}
