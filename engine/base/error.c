#include "config.h"

#include "base/error.h"

#include <stdio.h>
#include <string.h>

int error_vset(struct error *err, enum error_kind kind, struct position position, const char *format, va_list arguments)
{
	if (!err)
		return -1;
	err->kind = kind;
	err->position = position;
	vsnprintf(err->message, sizeof(err->message), format, arguments);
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
	memcpy(err->message, whole, sizeof(whole));
	return -1;
}
