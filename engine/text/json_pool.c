#include "config.h"

#include "text/json_pool.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/memory.h"

enum {
	STEP_BYTES = 16,  /* sizes are rounded up to it, which is also how blocks are aligned */
	BLOCK_MOST = 512, /* larger ones are rare */
	CLASS_COUNT = BLOCK_MOST / STEP_BYTES + 1,
	SLAB_BYTES = 64 * 1024, /* holds blocks of one size */
	SLABS_MOST = 4096
};

struct free_block {
	struct free_block *next;
};

struct json_pool {
	char *slabs; /* NULL: none is used */
	size_t n_slabs;
	unsigned char classes[SLABS_MOST]; /* of each slab: the size of its blocks, in steps */
	struct free_block *free[CLASS_COUNT];
	char *fresh[CLASS_COUNT]; /* what was never given in the newest slab of this size: from here, so many */
	size_t n_fresh[CLASS_COUNT];
};

/* The one thing of the process that jansson calls without telling for whom. */
static struct json_pool pool;

static bool pool_grow(size_t class)
{
	if (pool.n_slabs == SLABS_MOST)
		return false;
	pool.classes[pool.n_slabs] = (unsigned char)class;
	pool.fresh[class] = pool.slabs + pool.n_slabs++ * SLAB_BYTES;
	pool.n_fresh[class] = SLAB_BYTES / (class * STEP_BYTES);
	return true;
}

static void *pool_alloc(size_t size)
{
	const size_t class = (size + STEP_BYTES - 1) / STEP_BYTES;
	struct free_block *block;
	char *fresh;

	if (size == 0 || size > BLOCK_MOST)
		return malloc(size);
	block = pool.free[class];
	if (block) {
		pool.free[class] = block->next;
		/* The next one was freed long ago, and lies anywhere: it is fetched while this one is filled. */
		__builtin_prefetch(block->next, 1);
		return block;
	}
	if (pool.n_fresh[class] == 0 && !pool_grow(class))
		return malloc(size);
	fresh = pool.fresh[class];
	pool.fresh[class] += class * STEP_BYTES;
	pool.n_fresh[class]--;
	return fresh;
}

/* What lies outside is malloc's: it was too large, or made before the pool was. */
static void pool_free(void *memory)
{
	const size_t offset = (size_t)((char *)memory - pool.slabs);
	struct free_block *block = memory;
	size_t class;

	if (offset >= (size_t)SLABS_MOST * SLAB_BYTES) {
		free(memory);
		return;
	}
	class = pool.classes[offset / SLAB_BYTES];
	block->next = pool.free[class];
	pool.free[class] = block;
}

void json_pool_use(void)
{
	void *slabs;

#ifdef __SANITIZE_ADDRESS__ /* it sees misuse of malloc's memory only */
	return;
#endif
	if (pool.slabs)
		return;
	slabs = mmap(NULL, (size_t)SLABS_MOST * SLAB_BYTES, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (slabs == MAP_FAILED)
		return;
	pool.slabs = slabs;
	json_set_alloc_funcs(pool_alloc, pool_free);
}
