#include "config.h"

#include "disk.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { SECTOR_BYTES = 512, PAGE_BYTES = 4096 };

struct disk_file {
	struct disk_file *next;
	char *name;
	bool named; /* the name is in the page cache */
	bool name_durable;
	struct buffer seen; /* what reading gives */
	struct buffer dirty; /* for each byte of `seen`: 1 where it is to be written */
	struct buffer platter;
	struct buffer platter_before;
};

struct storage_file {
	struct disk_file *file;
	bool named; /* and durably so */
};

struct storage_lock {
	struct storage_lock *next;
	char *name;
};

struct disk {
	struct storage storage;
	struct disk_file *files;
	struct storage_lock *locks;
	unsigned steps;
	unsigned power_cut; /* at this step; 0: never */
	bool power_cut_after;
	bool off;
	const struct fault *fault; /* NULL: none */
	unsigned fault_nth;        /* steps of its kind until it happens */
	bool faulted;
};

struct fault {
	const char *name;
	enum disk_step step;
	int number;
	bool half;       /* half of a write is done */
	bool for_good;   /* not only once */
	bool pages_lost; /* what was dirty counts as clean */
	bool lies;       /* says that it succeeded */
};

static const struct fault faults[] = {
	[DISK_WRITE_EIO] = { "write EIO", DISK_WRITE, EIO },
	[DISK_WRITE_SHORT] = { "short write", DISK_WRITE, EIO, .half = true },
	[DISK_ENOSPC] = { "ENOSPC", DISK_WRITE, ENOSPC, .half = true, .for_good = true },
	[DISK_EDQUOT] = { "EDQUOT", DISK_WRITE, EDQUOT, .for_good = true },
	[DISK_EROFS] = { "EROFS", DISK_WRITE, EROFS, .for_good = true },
	[DISK_RESERVE_ENOSPC] = { "reserve ENOSPC", DISK_RESERVE, ENOSPC, .for_good = true },
	[DISK_SYNC_EIO_ONCE] = { "fsync EIO once", DISK_SYNC, EIO, .pages_lost = true },
	[DISK_SYNC_EIO] = { "fsync EIO for good", DISK_SYNC, EIO, .for_good = true, .pages_lost = true },
	[DISK_SYNC_DIRECTORY_EIO] = { "directory fsync EIO", DISK_SYNC_DIRECTORY, EIO },
	[DISK_RENAME_EIO] = { "rename EIO", DISK_RENAME, EIO },
	[DISK_RENAME_NOT_DURABLE] = { "rename not durable", DISK_SYNC_DIRECTORY, 0, .lies = true },
	[DISK_EMFILE] = { "open EMFILE", DISK_OPEN, EMFILE },
	[DISK_EACCES] = { "open EACCES", DISK_OPEN, EACCES },
	[DISK_READ_EIO] = { "read EIO", DISK_READ, EIO },
	[DISK_READ_SHORT] = { "short read", DISK_READ, EIO, .half = true },
};
_Static_assert(ARRAY_LENGTH(faults) == DISK_FAULTS, "a row for each fault");

static const char *const crash_names[] = {
	[DISK_KILLED] = "killed",         [DISK_LOST] = "lost",           [DISK_REORDERED] = "reordered",
	[DISK_TORN_1] = "torn at a byte", [DISK_TORN_512] = "torn at 512", [DISK_TORN_4096] = "torn at 4096",
	[DISK_ZEROED] = "zero tail",
};
_Static_assert(ARRAY_LENGTH(crash_names) == DISK_CRASHES, "a name for each crash");

const char *disk_fault_name(enum disk_fault fault)
{
	return faults[fault].name;
}

const char *disk_crash_name(enum disk_crash crash)
{
	return crash_names[crash];
}

static struct disk *disk_of(struct storage *storage)
{
	return (struct disk *)storage;
}

/* One step: 0 where it succeeds (with *fault where it lies), or the number it fails with; *fault says what it then
 * leaves behind. */
static int disk_step(struct disk *disk, enum disk_step step, const struct fault **fault)
{
	*fault = NULL;
	if (disk->off)
		return EIO;
	if (++disk->steps == disk->power_cut) {
		disk->off = true;
		if (!disk->power_cut_after)
			return EIO;
	}
	if (!disk->fault || disk->fault->step != step || (disk->faulted && !disk->fault->for_good))
		return 0;
	if (!disk->faulted && --disk->fault_nth > 0)
		return 0;
	disk->faulted = true;
	*fault = disk->fault;
	return disk->fault->number;
}

static int step_fail(struct error *err, int number, const char *doing, const char *name)
{
	return error_set(err, ERROR_STORAGE, NOWHERE, "cannot %s 'disk/%s': %s", doing, name, strerror(number));
}

static int simple_step(struct disk *disk, enum disk_step step, const char *doing, const char *name, struct error *err)
{
	const struct fault *fault;
	int number = disk_step(disk, step, &fault);

	return number ? step_fail(err, number, doing, name) : 0;
}

static struct disk_file *disk_file(struct disk *disk, const char *name)
{
	struct disk_file *file = disk->files;

	while (file && strcmp(file->name, name) != 0)
		file = file->next;
	return file;
}

static struct disk_file *named_file(struct disk *disk, const char *name)
{
	struct disk_file *file = disk_file(disk, name);

	return file && file->named ? file : NULL;
}

static void file_release(struct disk_file *file)
{
	buffer_release(&file->seen);
	buffer_release(&file->dirty);
	buffer_release(&file->platter);
	buffer_release(&file->platter_before);
}

static struct disk_file *file_new(struct disk *disk, const char *name)
{
	struct disk_file **end = &disk->files, *file = memory_new(1, sizeof(*file));

	while (*end && strcmp((*end)->name, name) < 0)
		end = &(*end)->next;
	file->name = memory_copy_text(name);
	file->next = *end;
	return *end = file;
}

static void buffer_set_length(struct buffer *buffer, size_t length)
{
	while (buffer->length < length)
		buffer_add_char(buffer, '\0');
	if (buffer->bytes) {
		buffer->length = length;
		buffer->bytes[length] = '\0';
	}
}

static void buffer_copy(struct buffer *to, const struct buffer *from)
{
	buffer_clear(to);
	buffer_add(to, from->bytes, from->length);
}

static void file_set(struct disk_file *file, size_t offset, const char *bytes, size_t length)
{
	if (file->seen.length < offset + length) {
		buffer_set_length(&file->seen, offset + length);
		buffer_set_length(&file->dirty, offset + length);
	}
	if (!length)
		return;
	memcpy(file->seen.bytes + offset, bytes, length);
	memset(file->dirty.bytes + offset, 1, length);
}

static int file_write(struct disk *disk, struct disk_file *file, size_t offset, const char *bytes, size_t length,
		      struct error *err)
{
	const struct fault *fault;
	int number = disk_step(disk, DISK_WRITE, &fault);

	if (!number || (fault && fault->half))
		file_set(file, offset, bytes, number ? length / 2 : length);
	return number || disk->off ? step_fail(err, number ? number : EIO, "write", file->name) : 0;
}

static void file_flush(struct disk_file *file)
{
	buffer_copy(&file->platter_before, &file->platter);
	buffer_set_length(&file->platter, file->seen.length);
	for (size_t i = 0; i < file->seen.length; i++)
		if (file->dirty.bytes[i])
			file->platter.bytes[i] = file->seen.bytes[i];
}

static int file_sync(struct disk *disk, struct disk_file *file, struct error *err)
{
	const struct fault *fault;
	int number = disk_step(disk, DISK_SYNC, &fault);

	if (!number)
		file_flush(file);
	if (file->dirty.length && (!number || (fault && fault->pages_lost)))
		memset(file->dirty.bytes, 0, file->dirty.length);
	return number || disk->off ? step_fail(err, number ? number : EIO, "make durable", file->name) : 0;
}

static int directory_sync(struct disk *disk, struct error *err)
{
	const struct fault *fault;
	int number = disk_step(disk, DISK_SYNC_DIRECTORY, &fault);

	if (!number && !fault)
		for (struct disk_file *file = disk->files; file; file = file->next)
			file->name_durable = file->named;
	return number || disk->off ? step_fail(err, number ? number : EIO, "make durable the names in", "") : 0;
}

static struct storage_file *opened(struct disk_file *file, bool named)
{
	struct storage_file *made = memory_new(1, sizeof(*made));

	made->file = file;
	made->named = named;
	return made;
}

static void file_remove(struct disk *disk, struct disk_file *file)
{
	struct disk_file **at = &disk->files;

	while (*at != file)
		at = &(*at)->next;
	*at = file->next;
	file_release(file);
	free(file->name);
	free(file);
}

static int file_publish(struct disk *disk, struct disk_file *file, const char *bytes, size_t length, struct error *err)
{
	if (file_write(disk, file, 0, bytes, length, err) || file_sync(disk, file, err) ||
	    simple_step(disk, DISK_RENAME, "make", file->name, err))
		return -1;
	file->named = true;
	return directory_sync(disk, err);
}

static int double_create(struct storage *storage, const char *name, const void *bytes, size_t length, size_t reserve,
			 struct storage_file **made, struct error *err)
{
	struct disk *disk = disk_of(storage);
	struct disk_file *file = disk_file(disk, name);

	(void)reserve;
	if (simple_step(disk, DISK_OPEN, "make", name, err) || simple_step(disk, DISK_RESERVE, "set aside", name, err))
		return -1;
	if (file && file->named)
		return error_set(err, ERROR_BUSY, NOWHERE, "'disk/%s' is there already", name);
	if (file)
		file_remove(disk, file);
	file = file_new(disk, name);
	if (file_publish(disk, file, bytes, length, err) == 0) {
		*made = opened(file, true);
		return 0;
	}
	if (!file->named)
		file_remove(disk, file);
	return -1;
}

static int double_open(struct storage *storage, const char *name, const void *bytes, size_t length, size_t reserve,
		       struct storage_file **made, struct error *err)
{
	struct disk *disk = disk_of(storage);
	struct disk_file *file = named_file(disk, name);
	bool cuts;

	(void)reserve;
	if (simple_step(disk, DISK_OPEN, "open", name, err))
		return -1;
	if (!file)
		return step_fail(err, ENOENT, "open", name);
	cuts = file->seen.length != length;
	if (file_write(disk, file, 0, bytes, length, err))
		return -1;
	buffer_set_length(&file->seen, length);
	buffer_set_length(&file->dirty, length);
	if (cuts && file_sync(disk, file, err))
		return -1;
	*made = opened(file, false);
	return 0;
}

static int double_append(struct storage *storage, struct storage_file *file, const void *bytes, size_t length,
			 struct error *err)
{
	return file_write(disk_of(storage), file->file, file->file->seen.length, bytes, length, err);
}

static int double_sync(struct storage *storage, struct storage_file *file, struct error *err)
{
	if (file_sync(disk_of(storage), file->file, err) || (!file->named && directory_sync(disk_of(storage), err)))
		return -1;
	file->named = true;
	return 0;
}

static void double_close(struct storage *storage, struct storage_file *file)
{
	(void)storage;
	free(file);
}

static int double_read(struct storage *storage, const char *name, size_t limit, struct buffer *into,
		       struct error *err)
{
	struct disk *disk = disk_of(storage);
	struct disk_file *file = named_file(disk, name);

	if (simple_step(disk, DISK_OPEN, "open", name, err) || simple_step(disk, DISK_READ, "read", name, err))
		return -1;
	if (!file)
		return step_fail(err, ENOENT, "open", name);
	if (file->seen.length > limit)
		return error_set(err, ERROR_STORAGE, NOWHERE, "'disk/%s' is longer than %zu bytes", name, limit);
	buffer_add(into, file->seen.bytes, file->seen.length);
	return 0;
}

static int double_list(struct storage *storage, int (*visit)(void *argument, const char *name), void *argument,
		       struct error *err)
{
	struct disk *disk = disk_of(storage);

	if (simple_step(disk, DISK_LIST, "list", "", err))
		return -1;
	for (struct disk_file *file = disk->files; file; file = file->next)
		if (file->named && visit(argument, file->name))
			break;
	return 0;
}

static int double_remove(struct storage *storage, const char *name, struct error *err)
{
	struct disk *disk = disk_of(storage);
	struct disk_file *file = named_file(disk, name);

	if (simple_step(disk, DISK_REMOVE, "remove", name, err))
		return -1;
	if (!file)
		return step_fail(err, ENOENT, "remove", name);
	file->named = false;
	return directory_sync(disk, err);
}

static int double_lock(struct storage *storage, const char *name, struct storage_lock **lock, struct error *err)
{
	struct disk *disk = disk_of(storage);

	if (simple_step(disk, DISK_LOCK, "lock", name, err))
		return -1;
	for (const struct storage_lock *held = disk->locks; held; held = held->next)
		if (strcmp(held->name, name) == 0)
			return error_set(err, ERROR_BUSY, NOWHERE, "another process holds 'disk/%s'", name);
	*lock = memory_new(1, sizeof(**lock));
	(*lock)->name = memory_copy_text(name);
	(*lock)->next = disk->locks;
	disk->locks = *lock;
	return 0;
}

static void double_unlock(struct storage *storage, struct storage_lock *lock)
{
	struct storage_lock **at = &disk_of(storage)->locks;

	while (*at != lock)
		at = &(*at)->next;
	*at = lock->next;
	free(lock->name);
	free(lock);
}

struct disk *disk_new(void)
{
	struct disk *disk = memory_new(1, sizeof(*disk));

	disk->storage = (struct storage){
		.path = "disk",
		.create = double_create,
		.open = double_open,
		.append = double_append,
		.sync = double_sync,
		.close = double_close,
		.read = double_read,
		.list = double_list,
		.remove = double_remove,
		.lock = double_lock,
		.unlock = double_unlock,
	};
	return disk;
}

void disk_free(struct disk *disk)
{
	while (disk->files)
		file_remove(disk, disk->files);
	while (disk->locks)
		double_unlock(&disk->storage, disk->locks);
	free(disk);
}

struct storage *disk_storage(struct disk *disk)
{
	return &disk->storage;
}

void disk_inject(struct disk *disk, enum disk_fault fault, unsigned nth)
{
	disk->fault = &faults[fault];
	disk->fault_nth = nth;
	disk->faulted = false;
}

void disk_heal(struct disk *disk)
{
	disk->fault = NULL;
}

bool disk_faulted(const struct disk *disk)
{
	return disk->faulted;
}

unsigned disk_steps(const struct disk *disk)
{
	return disk->steps;
}

void disk_cut_power(struct disk *disk, unsigned nth, bool after)
{
	disk->power_cut = disk->steps + nth;
	disk->power_cut_after = after;
}

bool disk_is_off(const struct disk *disk)
{
	return disk->off;
}

/* A generator of its own (Marsaglia's xorshift), so that a seed means the same everywhere. */
static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* Where the bytes that are only in the page cache begin and end. */
static size_t dirty_begin(const struct disk_file *file)
{
	size_t at = 0;

	while (at < file->dirty.length && !file->dirty.bytes[at])
		at++;
	return at;
}

static void crash_torn(struct disk_file *file, size_t unit, uint32_t *random)
{
	size_t begin = dirty_begin(file), end = file->seen.length;
	size_t cut = begin < end ? begin + next_random(random) % (end - begin + 1) : end;

	if (unit > 1 && cut != end)
		cut -= cut % unit;
	if (cut < begin)
		cut = begin;
	if (file->platter.length < cut)
		buffer_set_length(&file->platter, cut);
	for (size_t i = begin; i < cut; i++)
		if (file->dirty.bytes[i])
			file->platter.bytes[i] = file->seen.bytes[i];
}

static void crash_reordered(struct disk_file *file, uint32_t *random)
{
	bool kept = false;

	buffer_set_length(&file->platter, file->seen.length);
	for (size_t i = 0; i < file->seen.length; i++) {
		if (i == 0 || i % SECTOR_BYTES == 0)
			kept = next_random(random) & 1;
		if (kept && file->dirty.bytes[i])
			file->platter.bytes[i] = file->seen.bytes[i];
	}
}

static void crash_file(struct disk_file *file, enum disk_crash mode, uint32_t *random)
{
	static const size_t units[DISK_CRASHES] = {
		[DISK_TORN_1] = 1, [DISK_TORN_512] = SECTOR_BYTES, [DISK_TORN_4096] = PAGE_BYTES,
	};

	if (mode == DISK_REORDERED)
		crash_reordered(file, random);
	else if (mode == DISK_ZEROED)
		buffer_set_length(&file->platter, file->seen.length);
	else if (units[mode])
		crash_torn(file, units[mode], random);
	buffer_copy(&file->seen, &file->platter);
	buffer_clear(&file->dirty);
	buffer_set_length(&file->dirty, file->seen.length);
}

/* A name that was never synced survives or not; under its temporary name the file is of no use to anybody. */
static void crash_directory(struct disk *disk, enum disk_crash mode, uint32_t *random)
{
	for (struct disk_file *file = disk->files, *next; file; file = next) {
		next = file->next;
		if (mode != DISK_KILLED && file->named != file->name_durable)
			file->named = mode == DISK_LOST ? file->name_durable : next_random(random) & 1;
		if (!file->named)
			file_remove(disk, file);
		else if (mode != DISK_KILLED)
			file->name_durable = true;
	}
}

void disk_crash(struct disk *disk, enum disk_crash mode, unsigned seed)
{
	uint32_t random = seed * 2654435761u + 1;

	random += !random;
	for (struct disk_file *file = disk->files; file && mode != DISK_KILLED; file = file->next)
		crash_file(file, mode, &random);
	crash_directory(disk, mode, &random);
	while (disk->locks)
		double_unlock(&disk->storage, disk->locks);
	disk->off = false;
	disk->power_cut = 0;
	disk->fault = NULL;
}

const struct buffer *disk_platter(struct disk *disk, const char *name)
{
	struct disk_file *file = disk_file(disk, name);

	return file ? &file->platter : NULL;
}

void disk_put(struct disk *disk, const char *name, const void *bytes, size_t length)
{
	struct disk_file *file = disk_file(disk, name);

	if (!file)
		file = file_new(disk, name);
	file->named = file->name_durable = true;
	buffer_clear(&file->seen);
	buffer_clear(&file->dirty);
	buffer_clear(&file->platter);
	buffer_add(&file->seen, bytes, length);
	buffer_add(&file->platter, bytes, length);
	buffer_set_length(&file->dirty, length);
}

void disk_stale_sector(struct disk *disk, const char *name, size_t sector)
{
	struct disk_file *file = disk_file(disk, name);
	const size_t begin = sector * SECTOR_BYTES;

	for (size_t i = begin; i < begin + SECTOR_BYTES && i < file->platter.length; i++)
		file->platter.bytes[i] = i < file->platter_before.length ? file->platter_before.bytes[i] : '\0';
	buffer_copy(&file->seen, &file->platter);
}
