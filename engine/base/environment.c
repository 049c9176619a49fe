#include "config.h"

#include "base/environment.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

struct environment environment_of_process(void)
{
	return (struct environment){ .rows = (const char *const *)environ };
}

const char *environment_get(const struct environment *environment, const char *name)
{
	size_t length = strlen(name);

	for (const char *const *row = environment->rows; *row; row++)
		if (strncmp(*row, name, length) == 0 && (*row)[length] == '=')
			return (*row)[length + 1] ? *row + length + 1 : NULL;
	return NULL;
}
