/* Finds a file among those compiled in; the files themselves are in embedded_files.c, which the build makes. */
#include "config.h"

#include "model/embedded.h"

#include <string.h>

const struct embedded_file *embedded_find(const char *path)
{
	for (const struct embedded_file *file = embedded_files; file->path; file++)
		if (strcmp(file->path, path) == 0)
			return file;
	return NULL;
}
