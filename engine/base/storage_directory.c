/* struct storage on a directory of this machine, with the system calls in the order in which a power cut at any point
 * leaves a whole file or none, and a file's beginning. Which directory is fit for that is directory.c's to say. */
#include "config.h"

#include "base/storage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/directory.h"
#include "base/memory.h"

/* What is being made is called ".NAME.new" until it is whole. */
#define TEMPORARY_SUFFIX ".new"
/* Made once the directory's own name is durable: then that is not to be done again. */
#define NAME_MARK ".named"

struct disk_storage {
	struct storage storage;
	struct directory directory;
	char *path;
};

struct storage_file {
	int fd;
	off_t end;
	char *name;
	bool named; /* and durably so */
};

struct storage_lock {
	int fd;
};

static struct disk_storage *disk_of(struct storage *storage)
{
	return (struct disk_storage *)storage;
}

static int disk_fail(const struct disk_storage *disk, const char *doing, const char *name, struct error *err)
{
	return directory_fail(err, errno, doing, disk->path, name);
}

static int name_check(const struct disk_storage *disk, const char *name, struct error *err)
{
	if (*name && *name != '.' && !strchr(name, '/') && strlen(name) < NAME_MAX - sizeof(TEMPORARY_SUFFIX))
		return 0;
	return error_set(err, ERROR_STORAGE, NOWHERE, "'%s' is not the name of a file in '%s'", name, disk->path);
}

/* A link with our name on it, a second name or a stranger's file would make us write where somebody else wants. */
static int file_check(const struct disk_storage *disk, int fd, const char *name, struct error *err)
{
	static const char sentence[] = "'%s/%s' %s: nothing in it can be trusted, look at it and remove it";
	struct stat now;
	const char *fault;

	if (fstat(fd, &now))
		return disk_fail(disk, "look at", name, err);
	fault = !S_ISREG(now.st_mode)                  ? "is not a regular file"
		: now.st_uid != geteuid()              ? "belongs to another user"
		: now.st_nlink > 1                     ? "has a second name (a hard link)"
		: now.st_mode & (S_IWGRP | S_IWOTH)    ? "may be written by others"
						       : NULL;
	return fault ? error_set(err, ERROR_STORAGE, NOWHERE, sentence, disk->path, name, fault) : 0;
}

/* O_NONBLOCK: a pipe in the place of a file must not hold us. -1 with `err` set, else a descriptor. */
static int file_open(const struct disk_storage *disk, const char *name, int flags, struct error *err)
{
	int fd;

	if (name_check(disk, name, err))
		return -1;
	fd = openat(disk->directory.fd, name, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
	if (fd < 0)
		return disk_fail(disk, "open", name, err);
	if (file_check(disk, fd, name, err) == 0)
		return fd;
	close(fd);
	return -1;
}

static int write_all(int fd, const char *bytes, size_t length, off_t offset)
{
	while (length) {
		ssize_t written = pwrite(fd, bytes, length, offset);

		if (written < 0 && errno == EINTR)
			continue;
		if (written == 0)
			errno = ENOSPC;
		if (written <= 0)
			return -1;
		bytes += written;
		offset += written;
		length -= (size_t)written;
	}
	return 0;
}

static int sync_data(int fd)
{
	int result;

	do
		result = fdatasync(fd);
	while (result && errno == EINTR);
	return result;
}

static int reserve_space(int fd, size_t bytes)
{
	int result;

	do
		result = fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)bytes);
	while (result && errno == EINTR);
	return result && errno != EOPNOTSUPP && errno != ENOSYS ? -1 : 0;
}

/* A process that made the directory may have died before its name was durable, and before it could say so. */
static int sync_own_name(const struct disk_storage *disk, struct error *err)
{
	const int fd = disk->directory.fd;
	int mark;

	if (disk->directory.parent < 0 || faccessat(fd, NAME_MARK, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	if (directory_sync(disk->directory.parent))
		return disk_fail(disk, "make durable the name of", NULL, err);
	mark = openat(fd, NAME_MARK, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (mark >= 0)
		close(mark);
	return 0;
}

static int sync_names(const struct disk_storage *disk, struct error *err)
{
	if (directory_sync(disk->directory.fd))
		return disk_fail(disk, "make durable the names in", NULL, err);
	return sync_own_name(disk, err);
}

static struct storage_file *file_new(int fd, size_t end, const char *name, bool named)
{
	struct storage_file *file = memory_new(1, sizeof(*file));

	file->fd = fd;
	file->end = (off_t)end;
	file->name = memory_copy_text(name);
	file->named = named;
	return file;
}

/* Never over a file that is there. File systems without RENAME_NOREPLACE have links. */
static int publish(const struct disk_storage *disk, const char *temporary, const char *name)
{
	const int fd = disk->directory.fd;

	if (renameat2(fd, temporary, fd, name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	return linkat(fd, temporary, fd, name, 0) || unlinkat(fd, temporary, 0) ? -1 : 0;
}

static int fill(const struct disk_storage *disk, int fd, const char *name, const void *bytes, size_t length,
		size_t reserve, struct error *err)
{
	if (reserve_space(fd, length + reserve))
		return disk_fail(disk, "set aside space for", name, err);
	if (write_all(fd, bytes, length, 0))
		return disk_fail(disk, "write", name, err);
	if (sync_data(fd))
		return disk_fail(disk, "make durable", name, err);
	return 0;
}

static int publish_or_say(const struct disk_storage *disk, const char *temporary, const char *name, struct error *err)
{
	if (publish(disk, temporary, name) == 0)
		return 0;
	if (errno != EEXIST)
		return disk_fail(disk, "make", name, err);
	return error_set(err, ERROR_BUSY, NOWHERE, "'%s/%s' is there already", disk->path, name);
}

/* Locked, so that another process can tell it from what a dead one left. -1 with `err` set, else a descriptor. */
static int temporary_open(const struct disk_storage *disk, const char *temporary, const char *name, struct error *err)
{
	const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct stat now;

	for (;;) {
		int fd = openat(disk->directory.fd, temporary, flags, 0600);

		if (fd < 0)
			return disk_fail(disk, "make", name, err);
		if (fcntl(fd, F_OFD_SETLKW, &whole) || fstat(fd, &now)) {
			disk_fail(disk, "lock", name, err);
			close(fd);
			return -1;
		}
		if (now.st_nlink > 0)
			return fd;
		/* It was swept away before it was locked. */
		close(fd);
	}
}

static bool is_temporary(const char *name)
{
	const size_t length = strlen(name), suffix = sizeof(TEMPORARY_SUFFIX) - 1;

	return name[0] == '.' && length > suffix + 1 && strcmp(name + length - suffix, TEMPORARY_SUFFIX) == 0;
}

/* Unless a process that is still at it has it locked. */
static void sweep(const struct disk_storage *disk, const char *temporary)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = openat(disk->directory.fd, temporary, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (fcntl(fd, F_OFD_SETLK, &whole) == 0)
		unlinkat(disk->directory.fd, temporary, 0);
	close(fd);
}

/* A process that was killed while it made a file left one with the space that was set aside for it. */
static void sweep_all(const struct disk_storage *disk)
{
	int fd = openat(disk->directory.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = fd < 0 ? NULL : fdopendir(fd);

	if (!entries)
		return;
	for (struct dirent *entry; (entry = readdir(entries));)
		if (is_temporary(entry->d_name))
			sweep(disk, entry->d_name);
	closedir(entries);
}

static int disk_create(struct storage *storage, const char *name, const void *bytes, size_t length, size_t reserve,
		       struct storage_file **file, struct error *err)
{
	struct disk_storage *disk = disk_of(storage);
	char temporary[NAME_MAX + 1];
	int fd;

	if (name_check(disk, name, err))
		return -1;
	snprintf(temporary, sizeof(temporary), ".%s" TEMPORARY_SUFFIX, name);
	sweep_all(disk);
	fd = temporary_open(disk, temporary, name, err);
	if (fd < 0)
		return -1;
	if (fill(disk, fd, name, bytes, length, reserve, err) || publish_or_say(disk, temporary, name, err)) {
		unlinkat(disk->directory.fd, temporary, 0);
		close(fd);
		return -1;
	}
	if (sync_names(disk, err)) {
		close(fd);
		return -1;
	}
	*file = file_new(fd, length, name, true);
	return 0;
}

static int restore_contents(const struct disk_storage *disk, int fd, const char *name, const void *bytes,
			    size_t length, struct error *err)
{
	struct stat now;

	if (write_all(fd, bytes, length, 0))
		return disk_fail(disk, "write", name, err);
	if (fstat(fd, &now))
		return disk_fail(disk, "look at", name, err);
	/* It would give back the space behind the end that was set aside. */
	if (now.st_size == (off_t)length)
		return 0;
	if (ftruncate(fd, (off_t)length))
		return disk_fail(disk, "cut the torn end of", name, err);
	return sync_data(fd) ? disk_fail(disk, "make durable", name, err) : 0;
}

static int disk_open(struct storage *storage, const char *name, const void *bytes, size_t length, size_t reserve,
		     struct storage_file **file, struct error *err)
{
	struct disk_storage *disk = disk_of(storage);
	int fd = file_open(disk, name, O_RDWR, err);

	if (fd < 0)
		return -1;
	if (restore_contents(disk, fd, name, bytes, length, err)) {
		close(fd);
		return -1;
	}
	/* A full disk is no reason not to try to put the world back: the next append says whether there is room. */
	(void)reserve_space(fd, length + reserve);
	*file = file_new(fd, length, name, false);
	return 0;
}

static int disk_append(struct storage *storage, struct storage_file *file, const void *bytes, size_t length,
		       struct error *err)
{
	if (write_all(file->fd, bytes, length, file->end))
		return disk_fail(disk_of(storage), "write", file->name, err);
	file->end += (off_t)length;
	return 0;
}

static int disk_sync(struct storage *storage, struct storage_file *file, struct error *err)
{
	const struct disk_storage *disk = disk_of(storage);

	if (sync_data(file->fd))
		return disk_fail(disk, "make durable", file->name, err);
	if (!file->named && sync_names(disk, err))
		return -1;
	file->named = true;
	return 0;
}

static void disk_close(struct storage *storage, struct storage_file *file)
{
	(void)storage;
	close(file->fd);
	free(file->name);
	free(file);
}

enum { READ_ON_BYTES = 16 * 1024 /* where a file turns out to be longer than it was */ };

/* 1 while there may be more, 0 at the end, -1 with errno set. */
static int read_some(int fd, struct buffer *into, size_t most)
{
	const size_t before = into->length;
	ssize_t length = read(fd, buffer_extend(into, most), most);

	buffer_cut(into, before + (length > 0 ? (size_t)length : 0));
	if (length < 0)
		return errno == EINTR ? 1 : -1;
	return length > 0;
}

/* All of it at once, and one byte more, by which its end is seen. */
static size_t bytes_due(size_t length, size_t has, size_t limit)
{
	if (has > length)
		return READ_ON_BYTES;
	return (length < limit ? length : limit) + 1 - has;
}

/* An end that comes before the file's own is no end: half of a file must not be taken for a whole one. */
static int read_whole(const struct disk_storage *disk, int fd, const char *name, size_t limit, struct buffer *into,
		      struct error *err)
{
	const size_t before = into->length;
	struct stat at_first;
	size_t length;
	int more = 1;

	if (fstat(fd, &at_first))
		return disk_fail(disk, "look at", name, err);
	length = (size_t)at_first.st_size;
	while (more > 0 && into->length - before <= limit)
		more = read_some(fd, into, bytes_due(length, into->length - before, limit));
	if (more < 0)
		return disk_fail(disk, "read", name, err);
	if (into->length - before > limit)
		return error_set(err, ERROR_STORAGE, NOWHERE, "'%s/%s' is longer than %zu bytes: it is not ours",
				 disk->path, name, limit);
	if (into->length - before < length)
		return error_set(err, ERROR_STORAGE, NOWHERE, "cannot read '%s/%s' to its end: try again", disk->path,
				 name);
	return 0;
}

static int disk_read(struct storage *storage, const char *name, size_t limit, struct buffer *into, struct error *err)
{
	struct disk_storage *disk = disk_of(storage);
	int fd = file_open(disk, name, O_RDONLY, err);
	int result;

	if (fd < 0)
		return -1;
	result = read_whole(disk, fd, name, limit, into, err);
	close(fd);
	return result;
}

struct names {
	char **names;
	size_t count;
};

static void names_add(struct names *names, const char *name)
{
	names->names = memory_resize(names->names, names->count + 1, sizeof(*names->names));
	names->names[names->count++] = memory_copy_text(name);
}

static void names_release(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->names[i]);
	free(names->names);
}

static int names_compare(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

static int names_read(const struct disk_storage *disk, struct names *names, struct error *err)
{
	int fd = openat(disk->directory.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = fd < 0 ? NULL : fdopendir(fd);
	int number;

	if (!entries)
		return disk_fail(disk, "list", NULL, err);
	errno = 0;
	for (struct dirent *entry; (entry = readdir(entries)); errno = 0)
		if (entry->d_name[0] != '.')
			names_add(names, entry->d_name);
	number = errno;
	closedir(entries);
	return number ? directory_fail(err, number, "list", disk->path, NULL) : 0;
}

static int disk_list(struct storage *storage, int (*visit)(void *argument, const char *name), void *argument,
		     struct error *err)
{
	struct names names = { 0 };
	int result = names_read(disk_of(storage), &names, err);

	if (names.count)
		qsort(names.names, names.count, sizeof(*names.names), names_compare);
	for (size_t i = 0; result == 0 && i < names.count; i++)
		if (visit(argument, names.names[i]))
			break;
	names_release(&names);
	return result;
}

static int disk_remove(struct storage *storage, const char *name, struct error *err)
{
	struct disk_storage *disk = disk_of(storage);

	if (name_check(disk, name, err))
		return -1;
	if (unlinkat(disk->directory.fd, name, 0))
		return disk_fail(disk, "remove", name, err);
	return sync_names(disk, err);
}

static int disk_lock(struct storage *storage, const char *name, struct storage_lock **lock, struct error *err)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct disk_storage *disk = disk_of(storage);
	int fd = file_open(disk, name, O_RDWR | O_CREAT, err);

	if (fd < 0)
		return -1;
	/* Of the open file, not of the process: closing another descriptor of it elsewhere does not end it. */
	if (fcntl(fd, F_OFD_SETLK, &whole)) {
		if (errno == EAGAIN || errno == EACCES)
			error_set(err, ERROR_BUSY, NOWHERE, "another process holds '%s/%s'", disk->path, name);
		else
			disk_fail(disk, "lock", name, err);
		close(fd);
		return -1;
	}
	*lock = memory_new(1, sizeof(**lock));
	(*lock)->fd = fd;
	return 0;
}

static bool disk_is_locked(struct storage *storage, const char *name)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = file_open(disk_of(storage), name, O_RDWR, NULL);
	bool locked = fd >= 0 && fcntl(fd, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;

	if (fd >= 0)
		close(fd);
	return locked;
}

static void disk_unlock(struct storage *storage, struct storage_lock *lock)
{
	(void)storage;
	close(lock->fd);
	free(lock);
}

struct storage *storage_open_directory(const char *path, struct error *err)
{
	struct disk_storage *disk = memory_new(1, sizeof(*disk));

	if (directory_open(path, &disk->directory, err)) {
		free(disk);
		return NULL;
	}
	disk->path = memory_copy_text(path);
	disk->storage = (struct storage){
		.path = disk->path,
		.create = disk_create,
		.open = disk_open,
		.append = disk_append,
		.sync = disk_sync,
		.close = disk_close,
		.read = disk_read,
		.list = disk_list,
		.remove = disk_remove,
		.lock = disk_lock,
		.unlock = disk_unlock,
		.is_locked = disk_is_locked,
	};
	return &disk->storage;
}

void storage_close_directory(struct storage *storage)
{
	struct disk_storage *disk = disk_of(storage);

	if (!storage)
		return;
	directory_close(&disk->directory);
	free(disk->path);
	free(disk);
}
