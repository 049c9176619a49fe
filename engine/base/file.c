#include "config.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int file_open(const char *path, int *file, struct error *err)
{
	struct stat status;

	*file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (*file < 0) {
		int missing = errno == ENOENT || errno == ENOTDIR;

		error_set(err, ERROR_STORAGE, NOWHERE, "cannot open '%s': %s", path, strerror(errno));
		return missing ? FILE_MISSING : -1;
	}
	if (fstat(*file, &status) == 0 && S_ISREG(status.st_mode))
		return 0;
	close(*file);
	return error_set(err, ERROR_STORAGE, NOWHERE, "'%s' is no regular file", path);
}

/* Until the end and not until the size that fstat gave: what /proc shows has none. */
static int file_read_open(int file, const char *path, size_t limit, struct buffer *into, struct error *err)
{
	size_t start = into->length;
	char bytes[16384];

	for (;;) {
		ssize_t length = read(file, bytes, sizeof(bytes));

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return error_set(err, ERROR_STORAGE, NOWHERE, "cannot read '%s': %s", path, strerror(errno));
		if (length == 0)
			return 0;
		if ((size_t)length > limit - (into->length - start))
			return error_set(err, ERROR_STORAGE, NOWHERE, "'%s' has more than %zu bytes", path, limit);
		buffer_add(into, bytes, (size_t)length);
	}
}

int file_read(const char *path, size_t limit, struct buffer *into, struct error *err)
{
	int file, result = file_open(path, &file, err);

	if (result != 0)
		return result;
	result = file_read_open(file, path, limit, into, err);
	close(file);
	return result;
}
