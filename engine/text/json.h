/* jansson reports a failed allocation like a wrong argument, by NULL or -1. Where the arguments are known to be right
 * only memory is left as the cause, and that ends the program. */
#ifndef TIDEGATE_TEXT_JSON_H
#define TIDEGATE_TEXT_JSON_H

#include <jansson.h>

#include "base/buffer.h"
#include "base/memory.h"

static inline json_t *json_made(json_t *json)
{
	if (!json)
		memory_exhausted();
	return json;
}

/* Both take over `value`. A key is of the program's own text, or was read as UTF-8: it is not looked at once more. */
static inline void json_put(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new_nocheck(object, key, json_made(value)))
		memory_exhausted();
}

static inline void json_append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, json_made(value)))
		memory_exhausted();
}

/* Adds the value as text, compact, the keys in their order (json_write.c). */
void json_write(struct buffer *text, const json_t *value);
/* The same of what is no json_t: a string; and the key of an object's next member, with the comma where it is not the
 * first, its value to follow. */
void json_write_text(struct buffer *text, const char *written);
void json_write_key(struct buffer *text, const char *key);
/* As json_dumps(), but freed with free() whatever memory jansson uses. NULL where `value` is none, or a container is
 * wanted and it is not one. */
char *json_text(const json_t *value, size_t flags);

#endif
