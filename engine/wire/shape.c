/* Look-ups in a structure's members. They are few, and a walk along the array is the fastest search. */
#include "config.h"

#include "wire/shape.h"

#include <stdint.h>
#include <string.h>

#include "model/shape.h"

const struct shape_member *shape_member_by_wire_name(const struct shape *structure, const char *wire_name)
{
	for (size_t i = 0; i < structure->n_members; i++)
		if (strcmp(structure->members[i].wire_name, wire_name) == 0)
			return &structure->members[i];
	return NULL;
}

const struct shape_member *shape_member_missing(const struct shape *structure, const json_t *object)
{
	for (size_t i = 0; i < structure->n_members; i++) {
		const json_t *value = json_object_get(object, structure->members[i].name);

		if (structure->members[i].required && (!value || json_is_null(value)))
			return &structure->members[i];
	}
	return NULL;
}

const char *shape_member_unknown(const struct shape *structure, const json_t *object)
{
	/* jansson's iterators take no const object, and change nothing. */
	json_t *walked = (json_t *)(uintptr_t)object;

	for (void *at = json_object_iter(walked); at; at = json_object_iter_next(walked, at))
		if (!shape_member(structure, json_object_iter_key(at)))
			return json_object_iter_key(at);
	return NULL;
}
