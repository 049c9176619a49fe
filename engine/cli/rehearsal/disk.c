/* The memory's storage as a disk that fails: at a step of it or at a look, once or until somebody makes room; and a
 * subject that another process drives. What is done where nothing is to fail is the memory's own. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "cli/rehearsal/stage.h"

static const struct disk_fault_row {
	const char *name;
	int number;    /* errno */
	bool half;     /* of what is appended a part is there all the same */
	bool for_good; /* as long as this process lives */
	bool power;    /* it goes, too, when this process has ended: what no sync covered is lost */
} fault_rows[DISK_FAULT_COUNT] = {
	[DISK_FULL] = { "the disk is full", ENOSPC, true, true, false },
	[DISK_READ_ONLY] = { "the disk can only be read", EROFS, false, true, false },
	[DISK_WRITE_ERROR] = { "an error of the disk", EIO, true, false, false },
	[DISK_SYNC_ERROR] = { "an error of the disk", EIO, false, false, false },
	[DISK_SYNC_LOST] = { "an error of the disk, and a power cut behind it", EIO, false, false, true },
	[DISK_LOOK_ERROR] = { "an error of the disk", EIO, false, false, false },
	[DISK_NO_DESCRIPTORS] = { "no descriptors are left", EMFILE, false, true, false },
};

const char *disk_fault_name(enum disk_fault fault)
{
	return fault_rows[fault].name;
}

static struct stage *stage_of_storage(struct storage *storage)
{
	return (struct stage *)(void *)((char *)storage - offsetof(struct stage, disk.storage));
}

static struct storage *inner_of(struct storage *storage)
{
	return storage_memory_storage(stage_of_storage(storage)->memory);
}

static int fail(const struct stage_disk *disk, const char *doing, const char *name, struct error *err)
{
	return error_set(err, ERROR_STORAGE, NOWHERE, "cannot %s 'memory/%s': %s", doing, name,
			 strerror(fault_rows[disk->fault].number));
}

/* Whether this step, the next of the memory's, is not done. */
static bool step_fails(struct storage *storage)
{
	struct stage *stage = stage_of_storage(storage);
	struct stage_disk *disk = &stage->disk;

	if (stage_looks_out(stage))
		outlook_step(stage);
	if (disk->failed)
		return disk->wrote && fault_rows[disk->fault].for_good;
	if (disk->at_step == 0 || storage_memory_steps(stage->memory) + 1 != disk->at_step)
		return false;
	return disk->failed = disk->wrote = true;
}

static bool look_fails(struct storage *storage)
{
	struct stage_disk *disk = &stage_of_storage(storage)->disk;

	disk->looks++;
	if (disk->failed)
		return !disk->wrote && fault_rows[disk->fault].for_good;
	return disk->failed = disk->at_look && disk->looks == disk->at_look;
}

static int disk_create(struct storage *storage, const char *name, const void *bytes, size_t length, size_t reserve,
		       struct storage_file **file, struct error *err)
{
	struct storage *inner = inner_of(storage);
	const struct stage_disk *disk = &stage_of_storage(storage)->disk;
	bool fails = step_fails(storage);

	if (!fails)
		return inner->create(inner, name, bytes, length, reserve, file, err);
	/* What fails last is the directory's sync. */
	if (disk->fault == DISK_WRITE_ERROR && inner->create(inner, name, bytes, length, reserve, file, NULL) == 0) {
		inner->close(inner, *file);
		*file = NULL;
	}
	return fail(disk, "make", name, err);
}

static int disk_open(struct storage *storage, const char *name, const void *bytes, size_t length, size_t reserve,
		     struct storage_file **file, struct error *err)
{
	struct storage *inner = inner_of(storage);

	if (step_fails(storage))
		return fail(&stage_of_storage(storage)->disk, "open", name, err);
	return inner->open(inner, name, bytes, length, reserve, file, err);
}

static int disk_append(struct storage *storage, struct storage_file *file, const void *bytes, size_t length,
		       struct error *err)
{
	struct storage *inner = inner_of(storage);
	const struct stage_disk *disk = &stage_of_storage(storage)->disk;

	if (!step_fails(storage))
		return inner->append(inner, file, bytes, length, err);
	if (fault_rows[disk->fault].half)
		inner->append(inner, file, bytes, length / 2, NULL);
	return fail(disk, "write", "the journal", err);
}

static int disk_sync(struct storage *storage, struct storage_file *file, struct error *err)
{
	struct storage *inner = inner_of(storage);

	if (step_fails(storage))
		return fail(&stage_of_storage(storage)->disk, "make durable", "the journal", err);
	if (inner->sync(inner, file, err) != 0)
		return -1;
	outlook_durable(stage_of_storage(storage));
	return 0;
}

/* Who ends well has synced all that it did: as soon as it has ended the power may go, and here it goes. */
static void disk_close(struct storage *storage, struct storage_file *file)
{
	struct stage *stage = stage_of_storage(storage);
	struct storage *inner = inner_of(storage);

	inner->close(inner, file);
	if (!stage->disk.failed)
		storage_memory_lose_unsynced(stage->memory);
}

static int disk_read(struct storage *storage, const char *name, size_t limit, struct buffer *into, struct error *err)
{
	struct storage *inner = inner_of(storage);

	if (look_fails(storage))
		return fail(&stage_of_storage(storage)->disk, "read", name, err);
	return inner->read(inner, name, limit, into, err);
}

static int disk_list(struct storage *storage, int (*visit)(void *argument, const char *name), void *argument,
		     struct error *err)
{
	struct storage *inner = inner_of(storage);

	if (look_fails(storage))
		return fail(&stage_of_storage(storage)->disk, "list", "", err);
	return inner->list(inner, visit, argument, err);
}

static int disk_remove(struct storage *storage, const char *name, struct error *err)
{
	struct storage *inner = inner_of(storage);

	return inner->remove(inner, name, err);
}

static int disk_lock(struct storage *storage, const char *name, struct storage_lock **lock, struct error *err)
{
	const struct stage *stage = stage_of_storage(storage);
	struct storage *inner = inner_of(storage);

	if (look_fails(storage))
		return fail(&stage->disk, "lock", name, err);
	if (sim_wall_ms(stage->sim) < stage->disk.busy_until_ms)
		return error_set(err, ERROR_BUSY, NOWHERE, "another process holds 'memory/%s'", name);
	return inner->lock(inner, name, lock, err);
}

static void disk_unlock(struct storage *storage, struct storage_lock *lock)
{
	struct storage *inner = inner_of(storage);

	inner->unlock(inner, lock);
}

struct stage_disk stage_disk(struct journal_shelf *shelf)
{
	return (struct stage_disk){
		.storage = {
			.path = "memory", .shelf = shelf, .create = disk_create, .open = disk_open,
			.append = disk_append, .sync = disk_sync, .close = disk_close, .read = disk_read,
			.list = disk_list, .remove = disk_remove, .lock = disk_lock, .unlock = disk_unlock,
		},
	};
}

void stage_disk_mend(struct stage *stage)
{
	struct stage_disk *disk = &stage->disk;

	if (disk->failed && fault_rows[disk->fault].power)
		storage_memory_restart(stage->memory);
	if (disk->failed)
		disk->at_step = disk->at_look = 0;
	disk->failed = disk->wrote = false;
}
