/* Preloaded into the engine by the suite: ends the process by SIGKILL right after its n-th sync, n from
 * KILL_AFTER_SYNC, which is after every record that the engine may rely on. It stands outside of the engine, so that
 * what is tested is the program that people run. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

static int synced(const char *name, int fd)
{
	static atomic_long count;
	int (*sync_file)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
	const char *last = getenv("KILL_AFTER_SYNC");
	int result = sync_file(fd);

	if (last != NULL && ++count == strtol(last, NULL, 10))
		kill(getpid(), SIGKILL);
	return result;
}

int fdatasync(int fd)
{
	return synced("fdatasync", fd);
}

int fsync(int fd)
{
	return synced("fsync", fd);
}
