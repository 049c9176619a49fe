#include "config.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is wrong with it, or NULL. */
static const char *fault_of(const struct stat *status, bool guarded)
{
	if (!S_ISREG(status->st_mode))
		return "is no regular file";
	if (!guarded)
		return NULL;
	return status->st_uid != geteuid() && status->st_uid != 0 ? "belongs to another user"
	       : status->st_nlink > 1				  ? "has a second name (a hard link)"
	       : status->st_mode & (S_IWGRP | S_IWOTH)		  ? "may be written by others"
								  : NULL;
}

static int open_failed(const char *path, struct error *err)
{
	int missing = errno == ENOENT || errno == ENOTDIR;

	if (errno == ELOOP)
		return error_set(err, ERROR_STORAGE, NOWHERE, "'%s' is a link", path);
	error_set(err, ERROR_STORAGE, NOWHERE, "cannot open '%s': %s", path, strerror(errno));
	return missing ? FILE_MISSING : -1;
}

static int file_open(const char *path, bool guarded, int *file, struct error *err)
{
	const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	const char *fault = "cannot be looked at";
	struct stat status;

	*file = open(path, flags | (guarded ? O_NOFOLLOW : 0));
	if (*file < 0)
		return open_failed(path, err);
	if (fstat(*file, &status) == 0)
		fault = fault_of(&status, guarded);
	if (!fault)
		return 0;
	close(*file);
	return error_set(err, ERROR_STORAGE, NOWHERE, "'%s' %s", path, fault);
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

static int read_whole(const char *path, bool guarded, size_t limit, struct buffer *into, struct error *err)
{
	int file, result = file_open(path, guarded, &file, err);

	if (result != 0)
		return result;
	result = file_read_open(file, path, limit, into, err);
	close(file);
	return result;
}

int file_read(const char *path, size_t limit, struct buffer *into, struct error *err)
{
	return read_whole(path, false, limit, into, err);
}

int file_read_guarded(const char *path, size_t limit, struct buffer *into, struct error *err)
{
	return read_whole(path, true, limit, into, err);
}
