#include "config.h"

#include "base/storage_memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct memory_file {
	struct memory_file *next; /* in the order of names */
	char *name;
	struct buffer bytes;
	size_t durable; /* so many of them outlive a crash */
};

struct storage_file {
	struct memory_file *file;
};

struct storage_lock {
	struct storage_lock *next;
	char *name;
};

struct storage_memory {
	struct storage storage;
	struct memory_file *files;
	struct storage_lock *locks;
	unsigned steps;
	size_t *step_bytes; /* of each step; room for a power of two of them */
	unsigned crash_step; /* 0: none to come */
	size_t crash_keep;
	void (*died)(void *argument);
	void *argument;
	bool stopped;
	bool (*is_dead)(const void *process); /* NULL: nobody tells */
	const void *process;
};

static struct storage_memory *memory_of(struct storage *storage)
{
	return (struct storage_memory *)storage;
}

static bool is_stopped(const struct storage_memory *memory)
{
	return memory->stopped || (memory->is_dead && memory->is_dead(memory->process));
}

static int refuse_dead(struct error *err)
{
	return error_set(err, ERROR_STORAGE, NOWHERE, "the process that asks is dead");
}

static int no_such_file(const char *doing, const char *name, struct error *err)
{
	return error_set(err, ERROR_STORAGE, NOWHERE, "cannot %s 'memory/%s': there is no such file", doing, name);
}

/* How many of `length` bytes this step writes; *dies where it is the last one of this process. */
static size_t step_begin(struct storage_memory *memory, size_t length, bool *dies)
{
	if ((memory->steps & (memory->steps - 1)) == 0)
		memory->step_bytes = memory_resize(memory->step_bytes, 2 * (size_t)memory->steps + 1, sizeof(size_t));
	memory->step_bytes[memory->steps] = length;
	*dies = ++memory->steps == memory->crash_step;
	return *dies && memory->crash_keep < length ? memory->crash_keep : length;
}

static int step_end(struct storage_memory *memory, bool dies, struct error *err)
{
	if (!dies)
		return 0;
	memory->stopped = true;
	if (memory->died)
		memory->died(memory->argument);
	return refuse_dead(err);
}

static struct memory_file **file_place(struct storage_memory *memory, const char *name)
{
	struct memory_file **at = &memory->files;

	while (*at && strcmp((*at)->name, name) < 0)
		at = &(*at)->next;
	return at;
}

static struct memory_file *file_named(struct storage_memory *memory, const char *name)
{
	struct memory_file *file = *file_place(memory, name);

	return file && strcmp(file->name, name) == 0 ? file : NULL;
}

static struct memory_file *file_add(struct storage_memory *memory, const char *name)
{
	struct memory_file **at = file_place(memory, name), *file = memory_new(1, sizeof(*file));

	file->name = memory_copy_text(name);
	file->next = *at;
	return *at = file;
}

static void file_drop(struct memory_file **at)
{
	struct memory_file *file = *at;

	*at = file->next;
	buffer_release(&file->bytes);
	free(file->name);
	free(file);
}

static struct storage_file *opened(struct memory_file *file)
{
	struct storage_file *made = memory_new(1, sizeof(*made));

	made->file = file;
	return made;
}

static int memory_create(struct storage *storage, const char *name, const void *bytes, size_t length, size_t reserve,
			 struct storage_file **made, struct error *err)
{
	struct storage_memory *memory = memory_of(storage);
	struct memory_file *file;
	bool dies;

	(void)reserve;
	if (is_stopped(memory))
		return refuse_dead(err);
	if (file_named(memory, name))
		return error_set(err, ERROR_BUSY, NOWHERE, "'memory/%s' is there already", name);
	if (step_begin(memory, length, &dies) == length) {
		file = file_add(memory, name);
		buffer_add(&file->bytes, bytes, length);
		file->durable = length;
		if (!dies)
			*made = opened(file);
	}
	return step_end(memory, dies, err);
}

static int memory_open(struct storage *storage, const char *name, const void *bytes, size_t length, size_t reserve,
		       struct storage_file **made, struct error *err)
{
	struct storage_memory *memory = memory_of(storage);
	struct memory_file *file = file_named(memory, name);
	bool dies;

	(void)bytes;
	(void)reserve;
	if (is_stopped(memory))
		return refuse_dead(err);
	if (!file)
		return no_such_file("open", name, err);
	/* What is cut had never been whole: cut or not, it is read the same. */
	step_begin(memory, 0, &dies);
	buffer_cut(&file->bytes, length);
	if (file->durable > length)
		file->durable = length;
	if (!dies)
		*made = opened(file);
	return step_end(memory, dies, err);
}

static int memory_append(struct storage *storage, struct storage_file *file, const void *bytes, size_t length,
			 struct error *err)
{
	struct storage_memory *memory = memory_of(storage);
	bool dies;

	if (is_stopped(memory))
		return refuse_dead(err);
	buffer_add(&file->file->bytes, bytes, step_begin(memory, length, &dies));
	if (dies)
		file->file->durable = file->file->bytes.length;
	return step_end(memory, dies, err);
}

static int memory_sync(struct storage *storage, struct storage_file *file, struct error *err)
{
	struct storage_memory *memory = memory_of(storage);
	bool dies;

	if (is_stopped(memory))
		return refuse_dead(err);
	if (step_begin(memory, 0, &dies) == 0)
		file->file->durable = file->file->bytes.length;
	return step_end(memory, dies, err);
}

static void memory_close(struct storage *storage, struct storage_file *file)
{
	(void)storage;
	free(file);
}

static int memory_read(struct storage *storage, const char *name, size_t limit, struct buffer *into, struct error *err)
{
	struct storage_memory *memory = memory_of(storage);
	const struct memory_file *file = file_named(memory, name);

	if (is_stopped(memory))
		return refuse_dead(err);
	if (!file)
		return no_such_file("read", name, err);
	if (file->bytes.length > limit)
		return error_set(err, ERROR_STORAGE, NOWHERE, "'memory/%s' is longer than %zu bytes", name, limit);
	buffer_add(into, file->bytes.bytes, file->bytes.length);
	return 0;
}

static int memory_list(struct storage *storage, int (*visit)(void *argument, const char *name), void *argument,
		       struct error *err)
{
	struct storage_memory *memory = memory_of(storage);

	if (is_stopped(memory))
		return refuse_dead(err);
	for (struct memory_file *file = memory->files, *next; file; file = next) {
		next = file->next;
		if (visit(argument, file->name))
			break;
	}
	return 0;
}

static int memory_remove(struct storage *storage, const char *name, struct error *err)
{
	struct storage_memory *memory = memory_of(storage);
	struct memory_file **at = file_place(memory, name);

	if (is_stopped(memory))
		return refuse_dead(err);
	if (!*at || strcmp((*at)->name, name) != 0)
		return no_such_file("remove", name, err);
	file_drop(at);
	return 0;
}

static struct storage_lock **lock_place(struct storage_memory *memory, const char *name)
{
	struct storage_lock **at = &memory->locks;

	while (*at && strcmp((*at)->name, name) != 0)
		at = &(*at)->next;
	return at;
}

static int memory_lock(struct storage *storage, const char *name, struct storage_lock **lock, struct error *err)
{
	struct storage_memory *memory = memory_of(storage);
	struct storage_lock **at = lock_place(memory, name);

	if (is_stopped(memory))
		return refuse_dead(err);
	if (*at)
		return error_set(err, ERROR_BUSY, NOWHERE, "'memory/%s' is locked", name);
	*lock = *at = memory_new(1, sizeof(**at));
	(*at)->name = memory_copy_text(name);
	return 0;
}

static void lock_drop(struct storage_lock **at)
{
	struct storage_lock *lock = *at;

	*at = lock->next;
	free(lock->name);
	free(lock);
}

static void memory_unlock(struct storage *storage, struct storage_lock *lock)
{
	lock_drop(lock_place(memory_of(storage), lock->name));
}

struct storage_memory *storage_memory_new(void)
{
	struct storage_memory *memory = memory_new(1, sizeof(*memory));

	memory->storage = (struct storage){
		.path = "memory", .create = memory_create, .open = memory_open, .append = memory_append,
		.sync = memory_sync, .close = memory_close, .read = memory_read, .list = memory_list,
		.remove = memory_remove, .lock = memory_lock, .unlock = memory_unlock,
	};
	return memory;
}

void storage_memory_free(struct storage_memory *memory)
{
	if (!memory)
		return;
	storage_memory_reset(memory);
	free(memory);
}

struct storage *storage_memory_storage(struct storage_memory *memory)
{
	return &memory->storage;
}

void storage_memory_reset(struct storage_memory *memory)
{
	while (memory->files)
		file_drop(&memory->files);
	while (memory->locks)
		lock_drop(&memory->locks);
	free(memory->step_bytes);
	*memory = (struct storage_memory){ .storage = memory->storage };
}

static void copy_files(struct storage_memory *memory, const struct storage_memory *from)
{
	struct memory_file **end = &memory->files;

	for (const struct memory_file *file = from->files; file; file = file->next) {
		struct memory_file *made = memory_new(1, sizeof(*made));

		made->name = memory_copy_text(file->name);
		buffer_add(&made->bytes, file->bytes.bytes, file->bytes.length);
		made->durable = file->durable;
		*end = made;
		end = &made->next;
	}
}

static size_t step_room(unsigned steps)
{
	size_t room = 1;

	while (room <= steps)
		room *= 2;
	return room;
}

void storage_memory_copy(struct storage_memory *memory, const struct storage_memory *from)
{
	const struct storage storage = memory->storage;

	storage_memory_reset(memory);
	*memory = *from;
	memory->storage = storage;
	memory->locks = NULL;
	memory->files = NULL;
	memory->step_bytes = memory_resize(NULL, step_room(from->steps), sizeof(size_t));
	if (from->steps > 0)
		memcpy(memory->step_bytes, from->step_bytes, from->steps * sizeof(size_t));
	copy_files(memory, from);
}

void storage_memory_crash_at(struct storage_memory *memory, unsigned step, size_t keep, void (*died)(void *argument),
			     void *argument)
{
	memory->crash_step = step;
	memory->crash_keep = keep;
	memory->died = died;
	memory->argument = argument;
}

void storage_memory_watch(struct storage_memory *memory, bool (*is_dead)(const void *process), const void *process)
{
	memory->is_dead = is_dead;
	memory->process = process;
}

void storage_memory_lose_unsynced(struct storage_memory *memory)
{
	for (struct memory_file *file = memory->files; file; file = file->next)
		buffer_cut(&file->bytes, file->durable);
}

bool storage_memory_is_durable(const struct storage_memory *memory)
{
	for (const struct memory_file *file = memory->files; file; file = file->next)
		if (file->durable < file->bytes.length)
			return false;
	return true;
}

void storage_memory_restart(struct storage_memory *memory)
{
	while (memory->locks)
		lock_drop(&memory->locks);
	storage_memory_lose_unsynced(memory);
	memory->crash_step = 0;
	memory->stopped = false;
}

void storage_memory_put(struct storage_memory *memory, const char *name, const void *bytes, size_t length)
{
	struct memory_file *file = file_named(memory, name);

	if (!file)
		file = file_add(memory, name);
	buffer_clear(&file->bytes);
	buffer_add(&file->bytes, bytes, length);
	file->durable = length;
}

unsigned storage_memory_steps(const struct storage_memory *memory)
{
	return memory->steps;
}

size_t storage_memory_step_bytes(const struct storage_memory *memory, unsigned step)
{
	return step && step <= memory->steps ? memory->step_bytes[step - 1] : 0;
}
