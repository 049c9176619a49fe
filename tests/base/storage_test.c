/* The storage on a real directory: what it makes and keeps, and what it refuses to touch. That it survives a power cut
 * rests on the order of its system calls; the tests of run/ have a disk that forgets. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/directory.h"
#include "base/memory.h"
#include "base/storage.h"

enum { STRANGER = 12345 };

/* What can be done in a hook, too, which is given no option. */
#define NAMING "with 'state_dir' in /etc/tidegate/config.yaml or with --state-dir"

/* A directory of this test, made by setup; `path` is of the storage in it. */
struct place {
	char root[64];
	char path[128];
};

static int setup(void **state)
{
	struct place *place = memory_new(1, sizeof(*place));

	snprintf(place->root, sizeof(place->root), "/tmp/storage_test.XXXXXX");
	assert_non_null(mkdtemp(place->root));
	snprintf(place->path, sizeof(place->path), "%s/state", place->root);
	*state = place;
	return 0;
}

static int remove_one(const char *path, const struct stat *now, int type, struct FTW *walk)
{
	(void)now;
	(void)type;
	(void)walk;
	return remove(path);
}

static int teardown(void **state)
{
	struct place *place = *state;

	nftw(place->root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(place);
	return 0;
}

/* In a buffer that the next call uses again. */
static const char *in(const char *directory, const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static mode_t mode_of(const char *path)
{
	struct stat now;

	assert_int_equal(lstat(path, &now), 0);
	return now.st_mode & 07777;
}

static struct storage *open_storage(const char *path)
{
	struct error err = ERROR_INIT;
	struct storage *storage = storage_open_directory(path, &err);

	assert_string_equal(err.message, "");
	assert_non_null(storage);
	return storage;
}

static void assert_refused(const char *path, const char *message)
{
	struct error err = ERROR_INIT;

	assert_null(storage_open_directory(path, &err));
	assert_string_equal(err.message, message);
	assert_int_equal(err.kind, ERROR_STORAGE);
}

/* The message names the storage's own path in front of `end`. */
static void assert_message(const struct error *err, const char *begin, const char *path, const char *end)
{
	char *due = memory_format("%s'%s/%s", begin, path, end);

	assert_string_equal(err->message, due);
	free(due);
}

static void create_file(struct storage *storage, const char *name, const char *text)
{
	struct error err = ERROR_INIT;
	struct storage_file *file;

	storage->create(storage, name, text, strlen(text), 4096, &file, &err);
	assert_string_equal(err.message, "");
	storage->close(storage, file);
}

static void assert_holds(struct storage *storage, const char *name, const char *text)
{
	struct buffer bytes = BUFFER_INIT;
	struct error err = ERROR_INIT;

	storage->read(storage, name, 1 << 20, &bytes, &err);
	assert_string_equal(err.message, "");
	assert_string_equal(buffer_text(&bytes), text);
	buffer_release(&bytes);
}

static void a_missing_directory_is_made_for_its_owner_only(void **state)
{
	struct place *place = *state;
	char *deep = memory_format("%s/a//b/./state/", place->root);
	struct storage *storage;

	umask(022);
	storage = open_storage(deep);
	assert_string_equal(storage->path, deep);
	assert_int_equal(mode_of(in(place->root, "a")), 0755);
	assert_int_equal(mode_of(in(place->root, "a/b")), 0755);
	assert_int_equal(mode_of(in(place->root, "a/b/state")), 0700);
	storage_close_directory(storage);
	storage_close_directory(open_storage(deep));
	free(deep);
}

static void a_path_may_be_relative(void **state)
{
	struct place *place = *state;
	int before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_int_equal(chdir(place->root), 0);
	storage_close_directory(open_storage("a/../state"));
	assert_int_equal(fchdir(before), 0);
	close(before);
	assert_int_equal(mode_of(place->path), 0700);
}

static void a_file_is_made_whole_and_appended_to(void **state)
{
	struct place *place = *state;
	struct storage *storage = open_storage(place->path);
	struct error err = ERROR_INIT;
	struct storage_file *file;
	struct stat now;

	umask(0);
	assert_int_equal(storage->create(storage, "one", "first\n", 6, 100000, &file, &err), 0);
	assert_int_equal(stat(in(place->path, "one"), &now), 0);
	assert_int_equal(now.st_size, 6);
	assert_int_equal(now.st_mode & 07777, 0600);
	assert_int_equal(storage->append(storage, file, "second\n", 7, &err), 0);
	assert_int_equal(storage->sync(storage, file, &err), 0);
	assert_int_equal(storage->append(storage, file, "third\n", 6, &err), 0);
	assert_int_equal(storage->sync(storage, file, &err), 0);
	assert_holds(storage, "one", "first\nsecond\nthird\n");
	assert_int_equal(access(in(place->path, ".one.new"), F_OK), -1);
	storage->close(storage, file);
	storage_close_directory(storage);
}

static void space_is_set_aside_without_growing_the_file(void **state)
{
	struct place *place = *state;
	struct storage *storage = open_storage(place->path);
	struct error err = ERROR_INIT;
	struct storage_file *file;
	struct stat now;

	assert_int_equal(storage->create(storage, "one", "x", 1, 256 * 1024, &file, &err), 0);
	storage->close(storage, file);
	assert_int_equal(stat(in(place->path, "one"), &now), 0);
	assert_int_equal(now.st_size, 1);
	if (now.st_blocks * 512 < 256 * 1024)
		print_message("no space is set aside: the file system under /tmp cannot\n");
	storage_close_directory(storage);
}

static void a_file_that_is_there_is_never_made_again(void **state)
{
	struct place *place = *state;
	struct storage *storage = open_storage(place->path);
	struct error err = ERROR_INIT;
	struct storage_file *file;

	create_file(storage, "one", "first");
	assert_int_equal(storage->create(storage, "one", "other", 5, 0, &file, &err), -1);
	assert_int_equal(err.kind, ERROR_BUSY);
	assert_message(&err, "", place->path, "one' is there already");
	assert_holds(storage, "one", "first");
	assert_int_equal(access(in(place->path, ".one.new"), F_OK), -1);
	storage_close_directory(storage);
}

static void what_a_dead_process_left_under_the_temporary_name_is_no_hindrance(void **state)
{
	struct place *place = *state;
	struct storage *storage = open_storage(place->path);

	write_file(in(place->path, ".one.new"), "half of som");
	create_file(storage, "one", "first");
	assert_holds(storage, "one", "first");
	assert_int_equal(access(in(place->path, ".one.new"), F_OK), -1);
	storage_close_directory(storage);
}

static void what_dead_processes_left_is_swept_away_and_what_another_is_making_is_not(void **state)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct place *place = *state;
	struct storage *storage = open_storage(place->path);
	int making;

	write_file(in(place->path, ".two.journal.new"), "half of som");
	write_file(in(place->path, ".three.new"), "half of som");
	write_file(in(place->path, ".new"), "somebody's");
	write_file(in(place->path, "four.new"), "somebody's");
	making = open(in(place->path, ".three.new"), O_RDWR | O_CLOEXEC);
	assert_int_equal(fcntl(making, F_OFD_SETLK, &whole), 0);
	create_file(storage, "one", "first");
	assert_int_equal(access(in(place->path, ".two.journal.new"), F_OK), -1);
	assert_int_equal(access(in(place->path, ".three.new"), F_OK), 0);
	assert_int_equal(access(in(place->path, ".new"), F_OK), 0);
	assert_int_equal(access(in(place->path, "four.new"), F_OK), 0);
	close(making);
	create_file(storage, "two", "second");
	assert_int_equal(access(in(place->path, ".three.new"), F_OK), -1);
	storage_close_directory(storage);
}

static void a_file_opened_again_is_cut_and_appended_to(void **state)
{
	struct place *place = *state;
	struct storage *storage = open_storage(place->path);
	struct error err = ERROR_INIT;
	struct storage_file *file;

	create_file(storage, "one", "first\nsec");
	assert_int_equal(storage->open(storage, "one", "first\n", 6, 4096, &file, &err), 0);
	assert_holds(storage, "one", "first\n");
	assert_int_equal(storage->append(storage, file, "second\n", 7, &err), 0);
	assert_int_equal(storage->sync(storage, file, &err), 0);
	assert_holds(storage, "one", "first\nsecond\n");
	storage->close(storage, file);
	storage_close_directory(storage);
}

static int collect(void *argument, const char *name)
{
	buffer_add_format(argument, "%s ", name);
	return 0;
}

/* The mark is no file of ours: it is not listed, and without it the name is only made durable once more. */
static void that_the_directory_is_named_for_good_is_marked_in_it(void **state)
{
	struct place *place = *state;
	struct buffer names = BUFFER_INIT;
	struct storage *storage = open_storage(place->path);

	assert_int_equal(access(in(place->path, ".named"), F_OK), -1);
	create_file(storage, "one", "first");
	assert_int_equal(access(in(place->path, ".named"), F_OK), 0);
	create_file(storage, "two", "second");
	assert_int_equal(storage->list(storage, collect, &names, NULL), 0);
	assert_string_equal(buffer_text(&names), "one two ");
	buffer_release(&names);
	storage_close_directory(storage);
}

static int stop_at_second(void *argument, const char *name)
{
	collect(argument, name);
	return strcmp(name, "a") == 0;
}

static void files_are_listed_in_byte_order_and_removed(void **state)
{
	struct place *place = *state;
	struct storage *storage = open_storage(place->path);
	struct buffer names = BUFFER_INIT;

	create_file(storage, "b", "");
	create_file(storage, "a", "");
	create_file(storage, "B", "");
	write_file(in(place->path, ".hidden"), "");
	assert_int_equal(storage->list(storage, collect, &names, NULL), 0);
	assert_string_equal(names.bytes, "B a b ");
	buffer_clear(&names);
	assert_int_equal(storage->list(storage, stop_at_second, &names, NULL), 0);
	assert_string_equal(names.bytes, "B a ");
	buffer_clear(&names);
	assert_int_equal(storage->remove(storage, "a", NULL), 0);
	assert_int_equal(storage->remove(storage, "a", NULL), -1);
	assert_int_equal(storage->list(storage, collect, &names, NULL), 0);
	assert_string_equal(names.bytes, "B b ");
	buffer_release(&names);
	storage_close_directory(storage);
}

static void a_file_longer_than_the_limit_is_not_read(void **state)
{
	struct place *place = *state;
	struct storage *storage = open_storage(place->path);
	struct buffer bytes = BUFFER_INIT;
	struct error err = ERROR_INIT;

	create_file(storage, "one", "12345678");
	assert_int_equal(storage->read(storage, "one", 8, &bytes, &err), 0);
	assert_int_equal(storage->read(storage, "one", 7, &bytes, &err), -1);
	assert_message(&err, "", place->path, "one' is longer than 7 bytes: it is not ours");
	assert_int_equal(storage->read(storage, "two", 7, &bytes, &err), -1);
	assert_message(&err, "cannot open ", place->path, "two': No such file or directory");
	buffer_release(&bytes);
	storage_close_directory(storage);
}

static void a_lock_is_held_by_one_and_ends_with_its_process(void **state)
{
	struct place *place = *state;
	struct storage *storage = open_storage(place->path), *other = open_storage(place->path);
	struct storage_lock *lock, *second;
	struct error err = ERROR_INIT;
	pid_t child = fork();

	if (child == 0)
		_exit(storage->lock(storage, "i-0abc.lock", &lock, NULL) ? 1 : 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(storage->lock(storage, "i-0abc.lock", &lock, &err), 0);
	assert_int_equal(other->lock(other, "i-0abc.lock", &second, &err), -1);
	assert_int_equal(err.kind, ERROR_BUSY);
	assert_message(&err, "another process holds ", place->path, "i-0abc.lock'");
	assert_int_equal(other->lock(other, "i-0def.lock", &second, &err), 0);
	other->unlock(other, second);
	storage->unlock(storage, lock);
	assert_int_equal(other->lock(other, "i-0abc.lock", &second, &err), 0);
	other->unlock(other, second);
	assert_int_equal(mode_of(in(place->path, "i-0abc.lock")), 0600);
	storage_close_directory(storage);
	storage_close_directory(other);
}

static void a_name_that_leads_elsewhere_is_no_name(void **state)
{
	static const char *const names[] = { "", ".", "..", "a/b", "/etc/passwd", ".hidden", "../state/one" };
	struct place *place = *state;
	struct storage *storage = open_storage(place->path);

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		struct error err = ERROR_INIT;
		struct storage_file *file;
		char *due = memory_format("'%s' is not the name of a file in '%s'", names[i], place->path);

		assert_int_equal(storage->create(storage, names[i], "", 0, 0, &file, &err), -1);
		assert_string_equal(err.message, due);
		assert_int_equal(storage->remove(storage, names[i], &err), -1);
		assert_int_equal(storage->open(storage, names[i], "", 0, 0, &file, &err), -1);
		free(due);
	}
	storage_close_directory(storage);
}

static void plant_link(const char *path)
{
	assert_int_equal(symlink("/etc/hostname", path), 0);
}

static void plant_dangling_link(const char *path)
{
	assert_int_equal(symlink("/tmp/does-not-exist-here", path), 0);
}

static void plant_hard_link(const char *path)
{
	char *second;

	write_file(path, "text");
	second = memory_format("%s.second", path);
	assert_int_equal(link(path, second), 0);
	free(second);
}

static void plant_pipe(const char *path)
{
	assert_int_equal(mkfifo(path, 0600), 0);
}

static void plant_directory(const char *path)
{
	assert_int_equal(mkdir(path, 0700), 0);
}

static void plant_writable(const char *path)
{
	write_file(path, "text");
	assert_int_equal(chmod(path, 0620), 0);
}

static const struct {
	void (*plant)(const char *path);
	const char *begin;
	const char *end;
} plants[] = {
	{ plant_link, "cannot open ",
	  "one': Too many levels of symbolic links; a link is not followed here: put what it points to in its place" },
	{ plant_dangling_link, "cannot open ",
	  "one': Too many levels of symbolic links; a link is not followed here: put what it points to in its place" },
	{ plant_hard_link, "",
	  "one' has a second name (a hard link): nothing in it can be trusted, look at it and remove it" },
	{ plant_pipe, "", "one' is not a regular file: nothing in it can be trusted, look at it and remove it" },
	{ plant_writable, "", "one' may be written by others: nothing in it can be trusted, look at it and remove it" },
};

static void what_others_may_have_planted_is_neither_read_nor_written(void **state)
{
	struct place *place = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(plants); i++) {
		char *path = memory_format("%s/%zu", place->root, i);
		struct storage *storage = open_storage(path);
		struct error read = ERROR_INIT, opened = ERROR_INIT, locked = ERROR_INIT;
		struct buffer bytes = BUFFER_INIT;
		struct storage_file *file;
		struct storage_lock *lock;

		plants[i].plant(in(path, "one"));
		assert_int_equal(storage->read(storage, "one", 100, &bytes, &read), -1);
		assert_message(&read, plants[i].begin, path, plants[i].end);
		assert_int_equal(storage->open(storage, "one", "", 0, 0, &file, &opened), -1);
		assert_string_equal(opened.message, read.message);
		assert_int_equal(storage->lock(storage, "one", &lock, &locked), -1);
		assert_string_equal(locked.message, read.message);
		buffer_release(&bytes);
		storage_close_directory(storage);
		free(path);
	}
}

static void a_directory_in_the_place_of_a_file_is_refused(void **state)
{
	struct place *place = *state;
	struct storage *storage = open_storage(place->path);
	struct buffer bytes = BUFFER_INIT;
	struct error err = ERROR_INIT;

	plant_directory(in(place->path, "one"));
	assert_int_equal(storage->read(storage, "one", 100, &bytes, &err), -1);
	assert_message(&err, "", place->path,
		       "one' is not a regular file: nothing in it can be trusted, look at it and remove it");
	storage_close_directory(storage);
}

static void a_strangers_file_is_refused(void **state)
{
	struct place *place = *state;
	struct storage *storage;
	struct buffer bytes = BUFFER_INIT;
	struct error err = ERROR_INIT;

	if (geteuid() != 0) {
		print_message("only root can make a file of another user\n");
		skip();
	}
	storage = open_storage(place->path);
	create_file(storage, "one", "text");
	assert_int_equal(chown(in(place->path, "one"), STRANGER, STRANGER), 0);
	assert_int_equal(storage->read(storage, "one", 100, &bytes, &err), -1);
	assert_message(&err, "", place->path,
		       "one' belongs to another user: nothing in it can be trusted, look at it and remove it");
	storage_close_directory(storage);
}

static void a_directory_that_others_may_write_to_is_refused(void **state)
{
	static const mode_t modes[] = { 0720, 0702, 0777, 01777, 02770 };
	struct place *place = *state;

	assert_int_equal(mkdir(place->path, 0700), 0);
	for (size_t i = 0; i < ARRAY_LENGTH(modes); i++) {
		char *shared = memory_format("others may write to '%s' (mode %04o): nothing in it can be trusted; look "
					     "at what is in it, then take that right away (chmod go-w)",
					     place->path, (unsigned)modes[i]);
		char *open = memory_format("everybody may write to '%s': take that right away (chmod o-w), or name "
					   "another directory " NAMING, place->path);

		assert_int_equal(chmod(place->path, modes[i]), 0);
		assert_refused(place->path, (modes[i] & (S_IWOTH | S_ISVTX)) == S_IWOTH ? open : shared);
		free(shared);
		free(open);
	}
	assert_int_equal(chmod(place->path, 0755), 0);
	storage_close_directory(open_storage(place->path));
}

static void a_way_through_a_directory_where_everybody_may_rename_is_refused(void **state)
{
	struct place *place = *state;
	char *open = memory_format("%s/open", place->root), *path = memory_format("%s/state", open);
	char *due = memory_format("everybody may write to '%s': take that right away (chmod o-w), or name another "
				  "directory " NAMING, open);

	assert_int_equal(mkdir(open, 0777), 0);
	assert_int_equal(chmod(open, 0777), 0);
	assert_refused(path, due);
	assert_int_equal(chmod(open, 01777), 0);
	storage_close_directory(open_storage(path));
	free(open);
	free(path);
	free(due);
}

static void a_strangers_directory_is_refused(void **state)
{
	struct place *place = *state;
	uid_t owner = geteuid() ? 0 : STRANGER;
	char *path = geteuid() ? memory_copy_text("/usr") : memory_copy_text(place->path);
	char *due = memory_format("'%s' belongs to user %u, not to user %u who runs this: run as that user, or name "
				  "another directory " NAMING, path, (unsigned)owner, (unsigned)geteuid());

	if (geteuid() == 0) {
		assert_int_equal(mkdir(path, 0700), 0);
		assert_int_equal(chown(path, STRANGER, STRANGER), 0);
	}
	assert_refused(path, due);
	free(path);
	free(due);
}

static void a_file_on_the_way_is_said(void **state)
{
	struct place *place = *state;
	char *due = memory_format("'%s' is not a directory: name another directory " NAMING, place->path);

	write_file(place->path, "");
	assert_refused(in(place->path, "state"), due);
	free(due);
	due = memory_format("cannot open '%s': Not a directory; name another directory " NAMING, place->path);
	assert_refused(place->path, due);
	free(due);
}

static void the_last_component_is_never_a_link(void **state)
{
	struct place *place = *state;
	char *due = memory_format("'%s' is a link and is not followed: name what it points to " NAMING,
				  place->path);

	assert_int_equal(mkdir(in(place->root, "real"), 0700), 0);
	assert_int_equal(symlink("real", place->path), 0);
	assert_refused(place->path, due);
	free(due);
}

/* Links on the way, made by root: `holder` is the mode of the directory that holds the link. */
static const struct {
	mode_t holder;
	uid_t holder_owner;
	uid_t owner;
	const char *target;
	bool followed;
} links[] = {
	{ 0755, 0, 0, "../real", true },
	{ 0755, 0, 0, "chain", true },
	{ 01777, 0, 0, "../real", false },
	{ 0775, 0, 0, "../real", false },
	{ 0755, STRANGER, 0, "../real", false },
	{ 0755, 0, STRANGER, "../real", false },
	{ 0755, 0, 0, "link", false }, /* to itself */
};

static void only_roots_links_in_roots_directories_are_followed(void **state)
{
	struct place *place = *state;

	if (geteuid() != 0) {
		print_message("only root can make root's links\n");
		skip();
	}
	assert_int_equal(mkdir(in(place->root, "real"), 0755), 0);
	for (size_t i = 0; i < ARRAY_LENGTH(links); i++) {
		char *holder = memory_format("%s/%zu", place->root, i), *link = memory_format("%s/link", holder);
		char *path = memory_format("%s/state%zu", link, i);
		char *due = memory_format("'%s' is a link and is not followed: name what it points to " NAMING,
					  link);

		assert_int_equal(mkdir(holder, 0755), 0);
		assert_int_equal(symlink("../real", in(holder, "chain")), 0);
		assert_int_equal(symlink(links[i].target, link), 0);
		assert_int_equal(lchown(link, links[i].owner, 0), 0);
		assert_int_equal(chmod(holder, links[i].holder) || chown(holder, links[i].holder_owner, 0), 0);
		if (links[i].followed)
			storage_close_directory(open_storage(path));
		else
			assert_refused(path, due);
		free(holder);
		free(link);
		free(path);
		free(due);
	}
	assert_int_equal(mode_of(in(place->root, "real/state0")), 0700);
}

static void an_absolute_link_is_followed_from_the_root(void **state)
{
	struct place *place = *state;
	char *target = memory_format("%s/real", place->root);

	if (geteuid() != 0) {
		print_message("only root can make root's links\n");
		skip();
	}
	assert_int_equal(mkdir(target, 0755), 0);
	assert_int_equal(symlink(target, in(place->root, "link")), 0);
	storage_close_directory(open_storage(in(place->root, "link/state")));
	assert_int_equal(mode_of(in(place->root, "real/state")), 0700);
	free(target);
}

static void no_descriptors_is_an_error_and_says_so(void **state)
{
	struct place *place = *state;
	struct storage *storage = open_storage(place->path);
	struct rlimit before, none;
	struct error err = ERROR_INIT;
	struct storage_file *file;

	getrlimit(RLIMIT_NOFILE, &before);
	none = before;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(storage->create(storage, "one", "", 0, 0, &file, &err), -1);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_message(&err, "cannot make ", place->path,
		       "one': Too many open files; raise the limit of open files (ulimit -n)");
	storage_close_directory(storage);
}

static void a_write_that_ends_early_is_an_error(void **state)
{
	struct place *place = *state;
	struct storage *storage = open_storage(place->path);
	struct rlimit before, few;
	struct error err = ERROR_INIT;
	struct storage_file *file;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(storage->create(storage, "one", "first\n", 6, 0, &file, &err), 0);
	getrlimit(RLIMIT_FSIZE, &before);
	few = before;
	few.rlim_cur = 10;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &few), 0);
	assert_int_equal(storage->append(storage, file, "second\n", 7, &err), -1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_message(&err, "cannot write ", place->path,
		       "one': File too large; raise the limit of a file's size (ulimit -f)");
	storage->close(storage, file);
	storage_close_directory(storage);
}

static void a_full_disk_refuses_before_anything_is_there(void **state)
{
	struct place *place = *state;
	struct error err = ERROR_INIT;
	struct storage *storage;
	struct storage_file *file;

	if (mount("none", place->root, "tmpfs", MS_NOSUID | MS_NODEV, "size=128k,mode=0700")) {
		print_message("a small file system to fill cannot be mounted here\n");
		skip();
	}
	storage = open_storage(place->path);
	storage->create(storage, "one", "first\n", 6, 256 * 1024, &file, &err);
	assert_message(&err, "cannot set aside space for ", place->path,
		       "one': No space left on device; free some space there");
	assert_int_equal(access(in(place->path, "one"), F_OK), -1);
	assert_int_equal(access(in(place->path, ".one.new"), F_OK), -1);
	assert_int_equal(storage->create(storage, "one", "first\n", 6, 4096, &file, &err), 0);
	storage->close(storage, file);
	storage_close_directory(storage);
	assert_int_equal(umount(place->root), 0);
}

static void another_directory_is_advised_only_where_nothing_of_this_one_was_seen(void **state)
{
	static const struct {
		int number;
		const char *name, *message;
	} rows[] = {
		{ EROFS, NULL, "cannot open '/s': Read-only file system; make it writable, or name another directory "
			       NAMING },
		{ EROFS, "one.lock", "cannot open '/s/one.lock': Read-only file system; make it writable" },
		{ EACCES, "one.lock", "cannot open '/s/one.lock': Permission denied; run this as the owner" },
		{ EISDIR, "one.lock", "cannot open '/s/one.lock': Is a directory" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct error err = ERROR_INIT;

		assert_int_equal(directory_fail(&err, rows[i].number, "open", "/s", rows[i].name), -1);
		assert_string_equal(err.message, rows[i].message);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_missing_directory_is_made_for_its_owner_only),
		TEST(a_path_may_be_relative),
		TEST(another_directory_is_advised_only_where_nothing_of_this_one_was_seen),
		TEST(a_file_is_made_whole_and_appended_to),
		TEST(space_is_set_aside_without_growing_the_file),
		TEST(a_file_that_is_there_is_never_made_again),
		TEST(what_a_dead_process_left_under_the_temporary_name_is_no_hindrance),
		TEST(what_dead_processes_left_is_swept_away_and_what_another_is_making_is_not),
		TEST(a_file_opened_again_is_cut_and_appended_to),
		TEST(that_the_directory_is_named_for_good_is_marked_in_it),
		TEST(files_are_listed_in_byte_order_and_removed),
		TEST(a_file_longer_than_the_limit_is_not_read),
		TEST(a_lock_is_held_by_one_and_ends_with_its_process),
		TEST(a_name_that_leads_elsewhere_is_no_name),
		TEST(what_others_may_have_planted_is_neither_read_nor_written),
		TEST(a_directory_in_the_place_of_a_file_is_refused),
		TEST(a_strangers_file_is_refused),
		TEST(a_directory_that_others_may_write_to_is_refused),
		TEST(a_way_through_a_directory_where_everybody_may_rename_is_refused),
		TEST(a_strangers_directory_is_refused),
		TEST(a_file_on_the_way_is_said),
		TEST(the_last_component_is_never_a_link),
		TEST(only_roots_links_in_roots_directories_are_followed),
		TEST(an_absolute_link_is_followed_from_the_root),
		TEST(no_descriptors_is_an_error_and_says_so),
		TEST(a_write_that_ends_early_is_an_error),
		TEST(a_full_disk_refuses_before_anything_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
