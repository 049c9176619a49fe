/* Memory: an arena for what is loaded once and lives together, and allocation that ends the program when there is
 * none (the journal makes a crash harmless, and code that handles a failed malloc is code that nobody runs). */
#ifndef TIDEGATE_BASE_MEMORY_H
#define TIDEGATE_BASE_MEMORY_H

#include <stdarg.h>
#include <stddef.h>

/* As malloc, realloc and strdup, zeroed where new, never NULL. Freed with free(). */
void *memory_new(size_t count, size_t size);
void *memory_resize(void *old, size_t count, size_t size);
char *memory_copy_text(const char *text);
char *memory_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* For jansson and expat, which report a failed allocation as an error of their own. */
void memory_exhausted(void) __attribute__((noreturn));

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena); /* and all that was made in it; NULL is allowed */

/* Zeroed and aligned for anything; or to `align`, a power of two, which wastes less. */
void *arena_alloc(struct arena *arena, size_t count, size_t size);
void *arena_alloc_aligned(struct arena *arena, size_t count, size_t size, size_t align);
char *arena_copy(struct arena *arena, const char *bytes, size_t length); /* with a NUL behind */
char *arena_copy_text(struct arena *arena, const char *text);
char *arena_format(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* `release(thing)` is called when the arena is freed, newest first. */
void arena_attach(struct arena *arena, void (*release)(void *thing), void *thing);

#define ARENA_NEW(arena, type) ARENA_ARRAY(arena, type, 1)
#define ARENA_ARRAY(arena, type, count) \
	((type *)arena_alloc_aligned((arena), (count), sizeof(type), _Alignof(type)))
#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#endif
