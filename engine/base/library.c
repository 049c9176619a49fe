#include "config.h"

#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

static void *open_file(const struct library *library, struct error *err)
{
	void *opened = NULL;

	for (size_t i = 0; !opened && library->files[i]; i++) {
		opened = dlopen(library->files[i], RTLD_LAZY | RTLD_LOCAL);
		/* What is said of the best is the fault: nobody misses the others. */
		if (!opened && i == 0)
			error_set(err, ERROR_STORAGE, NOWHERE, "cannot load %s: %s", library->name, dlerror());
	}
	return opened;
}

int library_load(const struct library *library, void *functions, struct error *err)
{
	void *opened = open_file(library, err);

	if (!opened)
		return -1;
	for (const struct library_function *row = library->functions; row->name; row++) {
		void *function = dlsym(opened, row->name);

		if (!function)
			return error_set(err, ERROR_STORAGE, NOWHERE, "cannot use this %s: it lacks %s", library->name,
					 row->name);
		/* POSIX has a pointer to void hold a function's address here, which C cannot say. */
		memcpy((char *)functions + row->offset, &function, sizeof(function));
	}
	return 0;
}
