#include "config.h"

#include "base/environment.h"

#include <string.h>
#include <unistd.h>

#include "base/memory.h"

static bool is_of(const char *row, const char *name)
{
	size_t length = strlen(name);

	return strncmp(row, name, length) == 0 && row[length] == '=';
}

struct environment environment_of_process(void)
{
	return (struct environment){ .rows = (const char *const *)environ };
}

const char *environment_get(const struct environment *environment, const char *name)
{
	for (const char *const *row = environment->rows; *row; row++)
		if (is_of(*row, name)) {
			const char *value = *row + strlen(name) + 1;

			return *value ? value : NULL;
		}
	return NULL;
}

static bool is_listed(const char *row, const char *const *names, size_t n_names)
{
	for (size_t i = 0; i < n_names; i++)
		if (is_of(row, names[i]))
			return true;
	return false;
}

const char **environment_rows(const struct environment *environment, const char *const *names, size_t n_names,
			      bool listed)
{
	size_t count = 0, kept = 0;
	const char **rows;

	while (environment->rows[count])
		count++;
	rows = memory_new(count + 1, sizeof(*rows));
	for (size_t i = 0; i < count; i++)
		if (is_listed(environment->rows[i], names, n_names) == listed)
			rows[kept++] = environment->rows[i];
	return rows;
}
