/* Preloaded into the engine by the suite. KILL_AFTER_SYNC=n ends the process by SIGKILL right after its n-th sync,
 * which is after every record that the engine may rely on; SECONDS_AHEAD=s makes its wall clock as much ahead, so that
 * no test waits for a minute to pass. It stands outside of the engine: the program is the one that people run. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
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

int clock_gettime(clockid_t clock, struct timespec *now)
{
	int (*get_time)(clockid_t, struct timespec *) =
		(int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
	const char *ahead = getenv("SECONDS_AHEAD");
	int result = get_time(clock, now);

	if (result == 0 && clock == CLOCK_REALTIME && ahead != NULL)
		now->tv_sec += strtol(ahead, NULL, 10);
	return result;
}
