#include "config.h"

#include "base/buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void buffer_release(struct buffer *buffer)
{
	free(buffer->bytes);
	*buffer = (struct buffer)BUFFER_INIT;
}

void buffer_clear(struct buffer *buffer)
{
	buffer->length = 0;
	if (buffer->bytes)
		buffer->bytes[0] = '\0';
}

void buffer_cut(struct buffer *buffer, size_t length)
{
	if (length < buffer->length)
		buffer->bytes[buffer->length = length] = '\0';
}

static size_t size_for(const struct buffer *buffer, size_t more)
{
	size_t needed;

	if (__builtin_add_overflow(buffer->length, more, &needed) || __builtin_add_overflow(needed, 1, &needed))
		memory_exhausted();
	return needed;
}

static void resize(struct buffer *buffer, size_t size)
{
	buffer->size = size;
	buffer->bytes = memory_resize(buffer->bytes, size, 1);
}

void buffer_reserve(struct buffer *buffer, size_t more)
{
	const size_t needed = size_for(buffer, more);

	if (needed > buffer->size)
		resize(buffer, needed);
}

static void buffer_grow(struct buffer *buffer, size_t more)
{
	size_t needed = size_for(buffer, more);

	if (needed <= buffer->size)
		return;
	if (needed < buffer->size * 2)
		needed = buffer->size * 2;
	resize(buffer, needed < 64 ? 64 : needed);
}

char *buffer_extend(struct buffer *buffer, size_t length)
{
	char *added;

	buffer_grow(buffer, length);
	added = buffer->bytes + buffer->length;
	buffer->length += length;
	buffer->bytes[buffer->length] = '\0';
	return added;
}

void buffer_add(struct buffer *buffer, const void *bytes, size_t length)
{
	char *added = buffer_extend(buffer, length);

	if (length)
		memcpy(added, bytes, length);
}

void buffer_add_text(struct buffer *buffer, const char *text)
{
	buffer_add(buffer, text, strlen(text));
}

void buffer_add_char(struct buffer *buffer, char byte)
{
	*buffer_extend(buffer, 1) = byte;
}

void buffer_add_vformat(struct buffer *buffer, const char *format, va_list arguments)
{
	va_list again;
	size_t room;
	int length;

	buffer_grow(buffer, 0);
	room = buffer->size - buffer->length;
	va_copy(again, arguments);
	length = vsnprintf(buffer->bytes + buffer->length, room, format, again);
	va_end(again);
	if (length <= 0)
		return;
	if ((size_t)length >= room) {
		buffer_grow(buffer, (size_t)length);
		vsnprintf(buffer->bytes + buffer->length, (size_t)length + 1, format, arguments);
	}
	buffer->length += (size_t)length;
}

void buffer_add_format(struct buffer *buffer, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	buffer_add_vformat(buffer, format, arguments);
	va_end(arguments);
}

const char *buffer_text(const struct buffer *buffer)
{
	return buffer->bytes ? buffer->bytes : "";
}

char *buffer_take(struct buffer *buffer)
{
	char *taken = buffer->bytes ? buffer->bytes : memory_copy_text("");

	*buffer = (struct buffer)BUFFER_INIT;
	return taken;
}
