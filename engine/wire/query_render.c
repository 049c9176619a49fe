/* An operation's output as the XML of its answer, for the simulated AWS: the mirror image of query_response.c. */
#include "config.h"

#include "wire/query.h"

#include <stdint.h>
#include <string.h>

#include "wire/markup.h"
#include "wire/scalar.h"
#include "wire/shape.h"

struct renderer {
	const struct operation *operation;
	struct buffer *body;
	struct error *err;
};

static int render_element(struct renderer *renderer, const char *name, const struct shape *shape, const json_t *value,
			  int depth);

static int render_fail(struct renderer *renderer, const char *name, const char *fault)
{
	return error_set(renderer->err, ERROR_PROTOCOL, NOWHERE, "'%s' in the output of %s %s", name,
			 renderer->operation->name, fault);
}

static int render_fail_type(struct renderer *renderer, const char *name, const struct shape *shape)
{
	return error_set(renderer->err, ERROR_PROTOCOL, NOWHERE, "'%s' in the output of %s is not %s", name,
			 renderer->operation->name, shape_noun(shape));
}

static int render_scalar(struct renderer *renderer, const char *name, const struct shape *shape, const json_t *value)
{
	struct buffer text = BUFFER_INIT;
	int status = scalar_write(shape, value, &text);

	if (status)
		render_fail_type(renderer, name, shape);
	else if (markup_add(renderer->body, buffer_text(&text), text.length))
		status = render_fail(renderer, name, "has a character that XML cannot carry");
	buffer_release(&text);
	return status;
}

/* Values of a structure's members that are there; null counts as absent. */
static const json_t *render_member_value(const struct shape_member *member, const json_t *object)
{
	const json_t *value = json_object_get(object, member->name);

	return json_is_null(value) ? NULL : value;
}

static int render_attributes(struct renderer *renderer, const struct shape *shape, const json_t *object)
{
	for (size_t i = 0; i < shape->n_members; i++) {
		const struct shape_member *member = &shape->members[i];
		const json_t *value = member->attribute ? render_member_value(member, object) : NULL;

		if (!value)
			continue;
		buffer_add_format(renderer->body, " %s=\"", member->wire_name);
		if (render_scalar(renderer, member->name, member->shape, value))
			return -1;
		buffer_add_char(renderer->body, '"');
	}
	return 0;
}

/* Each item in an element of that name. */
static int render_items(struct renderer *renderer, const char *name, const struct shape *shape, const json_t *list,
			int depth)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (render_element(renderer, name, shape->element, json_array_get(list, i), depth))
			return -1;
	return 0;
}

static int render_entry(struct renderer *renderer, const char *name, const struct shape *shape, const char *key,
			const json_t *value, int depth)
{
	buffer_add_format(renderer->body, "<%s><%s>", name, shape->key_name);
	if (markup_add(renderer->body, key, strlen(key)))
		return render_fail(renderer, name, "has a character that XML cannot carry");
	buffer_add_format(renderer->body, "</%s>", shape->key_name);
	if (render_element(renderer, shape->element_name, shape->element, value, depth))
		return -1;
	buffer_add_format(renderer->body, "</%s>", name);
	return 0;
}

static int render_entries(struct renderer *renderer, const char *name, const struct shape *shape, const json_t *map,
			  int depth)
{
	/* jansson's iterators take no const object, and change nothing. */
	json_t *walked = (json_t *)(uintptr_t)map;

	for (void *at = json_object_iter(walked); at; at = json_object_iter_next(walked, at))
		if (render_entry(renderer, name, shape, json_object_iter_key(at), json_object_iter_value(at), depth))
			return -1;
	return 0;
}

static int render_list(struct renderer *renderer, const struct shape *shape, const json_t *list, int depth)
{
	return render_items(renderer, shape->element_name, shape, list, depth);
}

static int render_map(struct renderer *renderer, const struct shape *shape, const json_t *map, int depth)
{
	return render_entries(renderer, "entry", shape, map, depth);
}

static int render_member(struct renderer *renderer, const struct shape_member *member, const json_t *value, int depth)
{
	if (member->shape->flattened && json_is_array(value))
		return render_items(renderer, member->wire_name, member->shape, value, depth);
	if (member->shape->flattened && json_is_object(value))
		return render_entries(renderer, member->wire_name, member->shape, value, depth);
	return render_element(renderer, member->wire_name, member->shape, value, depth);
}

static int render_structure(struct renderer *renderer, const struct shape *shape, const json_t *object, int depth)
{
	const struct shape_member *missing = shape_member_missing(shape, object);
	const char *unknown = shape_member_unknown(shape, object);

	if (missing || unknown)
		return render_fail(renderer, missing ? missing->name : unknown,
				   missing ? "is required and missing" : "is unknown");
	for (size_t i = 0; i < shape->n_members; i++) {
		const struct shape_member *member = &shape->members[i];
		const json_t *value = member->attribute ? NULL : render_member_value(member, object);

		if (value && render_member(renderer, member, value, depth))
			return -1;
	}
	return 0;
}

static int render_content(struct renderer *renderer, const char *name, const struct shape *shape, const json_t *value,
			  int depth)
{
	static const struct {
		json_type type;
		int (*render)(struct renderer *renderer, const struct shape *shape, const json_t *value, int depth);
	} rows[] = {
		[SHAPE_STRUCTURE] = { JSON_OBJECT, render_structure },
		[SHAPE_LIST] = { JSON_ARRAY, render_list },
		[SHAPE_MAP] = { JSON_OBJECT, render_map },
	};

	if (shape_is_scalar(shape))
		return render_scalar(renderer, name, shape, value);
	if (json_typeof(value) != rows[shape->kind].type)
		return render_fail_type(renderer, name, shape);
	if (depth >= QUERY_MAX_DEPTH)
		return render_fail(renderer, name, "is nested too deep");
	return rows[shape->kind].render(renderer, shape, value, depth + 1);
}

static int render_element(struct renderer *renderer, const char *name, const struct shape *shape, const json_t *value,
			  int depth)
{
	buffer_add_format(renderer->body, "<%s", name);
	if (shape->kind == SHAPE_STRUCTURE && render_attributes(renderer, shape, value))
		return -1;
	buffer_add_char(renderer->body, '>');
	if (render_content(renderer, name, shape, value, depth))
		return -1;
	buffer_add_format(renderer->body, "</%s>", name);
	return 0;
}

static int render_request_id(struct renderer *renderer, const char *name, const char *request_id)
{
	buffer_add_format(renderer->body, "<%s>", name);
	if (markup_add(renderer->body, request_id, strlen(request_id)))
		return render_fail(renderer, name, "has a character that XML cannot carry");
	buffer_add_format(renderer->body, "</%s>", name);
	return 0;
}

/* <XResponse><requestId/>members...</XResponse> */
static int render_ec2(struct renderer *renderer, const json_t *output, const char *request_id)
{
	if (render_request_id(renderer, "requestId", request_id))
		return -1;
	return render_content(renderer, renderer->operation->name, renderer->operation->output, output, 0);
}

/* <XResponse><XResult>members...</XResult><ResponseMetadata><RequestId/></ResponseMetadata></XResponse> */
static int render_query(struct renderer *renderer, const json_t *output, const char *request_id)
{
	const struct operation *operation = renderer->operation;

	if (operation->result_wrapper ?
		    render_element(renderer, operation->result_wrapper, operation->output, output, 0) :
		    render_content(renderer, operation->name, operation->output, output, 0))
		return -1;
	buffer_add_text(renderer->body, "<ResponseMetadata>");
	if (render_request_id(renderer, "RequestId", request_id))
		return -1;
	buffer_add_text(renderer->body, "</ResponseMetadata>");
	return 0;
}

int query_encode_response(const struct operation *operation, const json_t *output, const char *request_id,
			  struct buffer *body, struct error *err)
{
	struct renderer renderer = { .operation = operation, .body = body, .err = err };
	const struct service *service = operation->service;

	buffer_add_format(body, "<%sResponse xmlns=\"http://%s.amazonaws.com/doc/%s/\">", operation->name,
			  service->endpoint_prefix, service->api_version);
	if (service->protocol == PROTOCOL_EC2 ? render_ec2(&renderer, output, request_id) :
						render_query(&renderer, output, request_id))
		return -1;
	buffer_add_format(body, "</%sResponse>", operation->name);
	return 0;
}
