#include "config.h"

#include "base/error.h"

#include <stdio.h>
#include <string.h>

/* What did not fit was cut at a byte: a character of which a part is left goes with it, since messages become JSON. */
static void drop_half_character(char *message, size_t size, int length)
{
	size_t end = size - 1;

	if (length < 0 || (size_t)length < size)
		return;
	while (end > 0 && ((unsigned char)message[end - 1] & 0xc0) == 0x80)
		end--;
	if (end > 0 && ((unsigned char)message[end - 1] & 0x80))
		end--;
	message[end] = '\0';
}

int error_vset(struct error *err, enum error_kind kind, struct position position, const char *format, va_list arguments)
{
	if (!err)
		return -1;
	err->kind = kind;
	err->position = position;
	drop_half_character(err->message, sizeof(err->message),
			    vsnprintf(err->message, sizeof(err->message), format, arguments));
	return -1;
}

int error_set(struct error *err, enum error_kind kind, struct position position, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	error_vset(err, kind, position, format, arguments);
	va_end(arguments);
	return -1;
}

int error_prefix(struct error *err, const char *format, ...)
{
	char context[sizeof(err->message)], whole[sizeof(err->message)];
	va_list arguments;
	int length;

	if (!err)
		return -1;
	va_start(arguments, format);
	vsnprintf(context, sizeof(context), format, arguments);
	va_end(arguments);
	length = snprintf(whole, sizeof(whole), "%s: %s", context, err->message);
	if (length < 0)
		return -1;
	drop_half_character(whole, sizeof(whole), length);
	memcpy(err->message, whole, sizeof(whole));
	return -1;
}
