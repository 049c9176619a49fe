/* Bytes that grow at the end. Always NUL-terminated behind `length`, so that `bytes` can be read as a string. */
#ifndef TIDEGATE_BASE_BUFFER_H
#define TIDEGATE_BASE_BUFFER_H

#include <stdarg.h>
#include <stddef.h>

struct buffer {
	char *bytes; /* NULL until something was added */
	size_t length;
	size_t size;
};

#define BUFFER_INIT { 0 }

void buffer_release(struct buffer *buffer); /* ready for use again */
void buffer_clear(struct buffer *buffer);   /* keeps the memory */
void buffer_cut(struct buffer *buffer, size_t length); /* to so many bytes, where it has more */
void buffer_add(struct buffer *buffer, const void *bytes, size_t length);
char *buffer_extend(struct buffer *buffer, size_t length); /* by bytes that the caller fills in, at once */
void buffer_reserve(struct buffer *buffer, size_t more); /* no less, and no more, for who knows what comes */
void buffer_add_text(struct buffer *buffer, const char *text);
void buffer_add_char(struct buffer *buffer, char byte);
void buffer_add_format(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_add_vformat(struct buffer *buffer, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));
const char *buffer_text(const struct buffer *buffer); /* "" while empty; borrowed, until the next change */
char *buffer_take(struct buffer *buffer);             /* the caller frees; the buffer is empty */

#endif
