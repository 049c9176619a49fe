/* Walks a path from its first directory on, one component a step, each opened relative to the one before: what was
 * checked is what is used, whatever is renamed meanwhile. What happens inside it is storage_directory.c's. */
#include "config.h"

#include "base/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/memory.h"

enum { LINKS_AT_MOST = 8, OTHERS_WRITE = S_IWGRP | S_IWOTH };

/* The file first: a hook can be given no option, and who comes by hand or by the timer later reads it, too. */
#define NAMING "with 'state_dir' in /etc/tidegate/config.yaml or with --state-dir"

static const struct {
	int number;
	const char *advice;
	bool elsewhere; /* another directory would do, too */
} advices[] = {
	{ ENOSPC, "free some space there" },
	{ EDQUOT, "free some space there, or have the quota raised" },
	{ EFBIG, "raise the limit of a file's size (ulimit -f)" },
	{ EROFS, "make it writable", true },
	{ EACCES, "run this as the owner", true },
	{ EPERM, "run this as the owner", true },
	{ EMFILE, "raise the limit of open files (ulimit -n)" },
	{ ENFILE, "the machine has too many files open" },
	{ EIO, "the disk fails, see the kernel's log (dmesg)" },
	{ ELOOP, "a link is not followed here: put what it points to in its place" },
	{ ENXIO, "it is not a regular file: remove it" },
	{ ENOTDIR, "name another directory " NAMING },
};

int directory_fail(struct error *err, int number, const char *doing, const char *path, const char *name)
{
	const char *advice = "", *elsewhere = "";

	for (size_t i = 0; i < ARRAY_LENGTH(advices); i++) {
		if (advices[i].number != number)
			continue;
		advice = advices[i].advice;
		/* A run may be open in one that has files, and nobody sees it from another one. */
		elsewhere = advices[i].elsewhere && !name ? ", or name another directory " NAMING : "";
	}
	return error_set(err, ERROR_STORAGE, NOWHERE, "cannot %s '%s%s%s': %s%s%s%s", doing, path, name ? "/" : "",
			 name ? name : "", strerror(number), advice[0] ? "; " : "", advice, elsewhere);
}

int directory_sync(int fd)
{
	int result;

	do
		result = fsync(fd);
	while (result && errno == EINTR);
	return result;
}

/* Where a walk stands: in `fd`, whose path is `seen`, with `rest` still to go. */
struct walk {
	int fd;
	int parent;
	struct buffer seen;
	bool absolute;
	char *rest;
	char *next; /* in `rest` */
	unsigned links;
};

static void walk_enter(struct walk *walk, int fd)
{
	if (walk->parent >= 0)
		close(walk->parent);
	walk->parent = walk->fd;
	walk->fd = fd;
}

static char *skip_to_name(char *at)
{
	for (;;) {
		at += strspn(at, "/");
		if (at[0] != '.' || (at[1] && at[1] != '/'))
			return at;
		at++;
	}
}

/* The next component, NUL-terminated, or NULL at the end; *last tells whether none follows. */
static char *walk_component(struct walk *walk, bool *last)
{
	char *name = skip_to_name(walk->next);
	char *end = name + strcspn(name, "/");

	walk->next = skip_to_name(end);
	*end = '\0';
	*last = !*walk->next;
	return *name ? name : NULL;
}

static int walk_fail(const struct walk *walk, const char *doing, struct error *err)
{
	return directory_fail(err, errno, doing, buffer_text(&walk->seen), NULL);
}

static int walk_start(struct walk *walk, struct error *err)
{
	int fd;

	walk->absolute = walk->rest[0] == '/';
	fd = open(walk->absolute ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return directory_fail(err, errno, "open", walk->absolute ? "/" : ".", NULL);
	buffer_clear(&walk->seen);
	walk_enter(walk, fd);
	return 0;
}

/* The file system promises a new name only once the directory that holds it was synced. */
static int walk_make(struct walk *walk, const char *name, mode_t mode, struct error *err)
{
	int holder, result;

	if (mkdirat(walk->fd, name, mode) && errno != EEXIST)
		return walk_fail(walk, "make", err);
	holder = openat(walk->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (holder < 0)
		return walk_fail(walk, "make durable", err);
	result = directory_sync(holder) ? walk_fail(walk, "make durable", err) : 0;
	close(holder);
	return result;
}

static bool walk_link_is_roots(const struct walk *walk, const char *name)
{
	struct stat holder, link;

	return fstat(walk->fd, &holder) == 0 && fstatat(walk->fd, name, &link, AT_SYMLINK_NOFOLLOW) == 0 &&
	       holder.st_uid == 0 && !(holder.st_mode & OTHERS_WRITE) && link.st_uid == 0;
}

static bool walk_is_link(const struct walk *walk, const char *name)
{
	struct stat now;

	return fstatat(walk->fd, name, &now, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(now.st_mode);
}

static int walk_refuse_link(const struct walk *walk, struct error *err)
{
	return error_set(err, ERROR_STORAGE, NOWHERE,
			 "'%s' is a link and is not followed: name what it points to " NAMING,
			 buffer_text(&walk->seen));
}

/* Puts the link's target in front of what is still to go. */
static int walk_follow(struct walk *walk, const char *name, struct error *err)
{
	const char *path = buffer_text(&walk->seen);
	char target[PATH_MAX];
	ssize_t length = readlinkat(walk->fd, name, target, sizeof(target) - 1);
	char *rest;

	if (length < 0)
		return error_set(err, ERROR_STORAGE, NOWHERE,
				 "'%s' is not a directory: name another directory " NAMING, path);
	if (!walk_link_is_roots(walk, name) || ++walk->links > LINKS_AT_MOST)
		return walk_refuse_link(walk, err);
	target[length] = '\0';
	rest = memory_format("%s/%s", target, walk->next);
	free(walk->rest);
	walk->rest = walk->next = rest;
	if (target[0] == '/')
		return walk_start(walk, err);
	walk->seen.length = (size_t)(strrchr(path, '/') ? strrchr(path, '/') - path : 0);
	walk->seen.bytes[walk->seen.length] = '\0';
	return 0;
}

/* Whoever may rename a component may put another in its place; a sticky directory (/tmp) lets only its owner. */
static int walk_check(const struct walk *walk, struct error *err)
{
	struct stat now;

	if (fstat(walk->fd, &now))
		return walk_fail(walk, "look at", err);
	if (!(now.st_mode & S_IWOTH) || (now.st_mode & S_ISVTX))
		return 0;
	return error_set(err, ERROR_STORAGE, NOWHERE,
			 "everybody may write to '%s': take that right away (chmod o-w), or name another directory "
			 NAMING, buffer_text(&walk->seen));
}

static int walk_step(struct walk *walk, const char *name, bool last, struct error *err)
{
	const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd;

	if (walk->seen.length || walk->absolute)
		buffer_add_char(&walk->seen, '/');
	buffer_add_text(&walk->seen, name);
	fd = openat(walk->fd, name, flags);
	if (fd < 0 && errno == ENOENT) {
		if (walk_make(walk, name, last ? 0700 : 0755, err))
			return -1;
		fd = openat(walk->fd, name, flags);
	}
	if (fd < 0 && errno == ENOTDIR && !last)
		return walk_follow(walk, name, err);
	if (fd < 0 && errno == ENOTDIR && walk_is_link(walk, name))
		return walk_refuse_link(walk, err);
	if (fd < 0)
		return walk_fail(walk, "open", err);
	walk_enter(walk, fd);
	return walk_check(walk, err);
}

static int walk_all(struct walk *walk, struct error *err)
{
	bool last;
	char *name;

	if (walk_start(walk, err))
		return -1;
	while ((name = walk_component(walk, &last)))
		if (walk_step(walk, name, last, err))
			return -1;
	return 0;
}

static int directory_check(const struct directory *directory, const char *path, struct error *err)
{
	struct stat now;

	if (fstat(directory->fd, &now))
		return directory_fail(err, errno, "look at", path, NULL);
	if (now.st_uid != geteuid())
		return error_set(err, ERROR_STORAGE, NOWHERE,
				 "'%s' belongs to user %u, not to user %u who runs this: run as that user, or name "
				 "another directory " NAMING, path, (unsigned)now.st_uid, (unsigned)geteuid());
	if (now.st_mode & OTHERS_WRITE)
		return error_set(err, ERROR_STORAGE, NOWHERE,
				 "others may write to '%s' (mode %04o): nothing in it can be trusted; look at what is "
				 "in it, then take that right away (chmod go-w)", path, (unsigned)now.st_mode & 07777);
	return 0;
}

int directory_open(const char *path, struct directory *directory, struct error *err)
{
	struct walk walk = { .fd = -1, .parent = -1, .rest = memory_copy_text(path) };
	int result;

	walk.next = walk.rest;
	*directory = (struct directory){ .fd = -1, .parent = -1 };
	result = walk_all(&walk, err);
	if (result == 0) {
		directory->fd = openat(walk.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		result = directory->fd < 0 ? walk_fail(&walk, "open", err) : directory_check(directory, path, err);
	}
	if (result == 0 && walk.parent >= 0)
		directory->parent = openat(walk.parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (result)
		directory_close(directory);
	walk_enter(&walk, -1);
	walk_enter(&walk, -1);
	buffer_release(&walk.seen);
	free(walk.rest);
	return result;
}

void directory_close(struct directory *directory)
{
	if (directory->fd >= 0)
		close(directory->fd);
	if (directory->parent >= 0)
		close(directory->parent);
	*directory = (struct directory){ .fd = -1, .parent = -1 };
}
