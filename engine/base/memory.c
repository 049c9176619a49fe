#include "config.h"

#include "base/memory.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BLOCK_BYTES = 16 * 1024 };

struct arena_block {
	struct arena_block *next;
	size_t used;
	size_t size;
	alignas(max_align_t) unsigned char bytes[];
};

struct arena_attachment {
	struct arena_attachment *next;
	void (*release)(void *thing);
	void *thing;
};

struct arena {
	struct arena_block *blocks;
	struct arena_attachment *attachments;
};

void memory_exhausted(void)
{
	fputs("tidegate: out of memory\n", stderr);
	abort();
}

void *memory_new(size_t count, size_t size)
{
	void *made = calloc(count ? count : 1, size ? size : 1);

	if (!made)
		memory_exhausted();
	return made;
}

void *memory_resize(void *old, size_t count, size_t size)
{
	void *resized = reallocarray(old, count ? count : 1, size ? size : 1);

	if (!resized)
		memory_exhausted();
	return resized;
}

char *memory_copy_text(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		memory_exhausted();
	return copy;
}

static int format_length(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));

static int format_length(const char *format, va_list arguments)
{
	va_list again;
	int length;

	va_copy(again, arguments);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	return length < 0 ? 0 : length;
}

char *memory_format(const char *format, ...)
{
	va_list arguments;
	size_t size;
	char *made;

	va_start(arguments, format);
	size = (size_t)format_length(format, arguments) + 1;
	made = memory_new(size, 1);
	vsnprintf(made, size, format, arguments);
	va_end(arguments);
	return made;
}

struct arena *arena_new(void)
{
	return memory_new(1, sizeof(struct arena));
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	for (struct arena_attachment *at = arena->attachments; at; at = at->next)
		at->release(at->thing);
	for (struct arena_block *block = arena->blocks, *next; block; block = next) {
		next = block->next;
		free(block);
	}
	free(arena);
}

static struct arena_block *arena_grow(struct arena *arena, size_t bytes)
{
	size_t size = bytes > ARENA_BLOCK_BYTES ? bytes : ARENA_BLOCK_BYTES;
	struct arena_block *block = memory_new(1, sizeof(*block) + size);

	block->size = size;
	block->next = arena->blocks;
	arena->blocks = block;
	return block;
}

void *arena_alloc_aligned(struct arena *arena, size_t count, size_t size, size_t align)
{
	struct arena_block *block = arena->blocks;
	size_t at = block ? (block->used + align - 1) & ~(align - 1) : 0;
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		memory_exhausted();
	if (!block || at > block->size || block->size - at < bytes) {
		block = arena_grow(arena, bytes);
		at = 0;
	}
	block->used = at + bytes;
	return block->bytes + at;
}

void *arena_alloc(struct arena *arena, size_t count, size_t size)
{
	return arena_alloc_aligned(arena, count, size, alignof(max_align_t));
}

char *arena_copy(struct arena *arena, const char *bytes, size_t length)
{
	char *copy = arena_alloc_aligned(arena, length + 1, 1, 1);

	if (length)
		memcpy(copy, bytes, length);
	return copy;
}

char *arena_copy_text(struct arena *arena, const char *text)
{
	return arena_copy(arena, text, strlen(text));
}

char *arena_format(struct arena *arena, const char *format, ...)
{
	va_list arguments;
	size_t size;
	char *made;

	va_start(arguments, format);
	size = (size_t)format_length(format, arguments) + 1;
	made = arena_alloc(arena, size, 1);
	vsnprintf(made, size, format, arguments);
	va_end(arguments);
	return made;
}

void arena_attach(struct arena *arena, void (*release)(void *thing), void *thing)
{
	struct arena_attachment *attachment = ARENA_NEW(arena, struct arena_attachment);

	attachment->release = release;
	attachment->thing = thing;
	attachment->next = arena->attachments;
	arena->attachments = attachment;
}
