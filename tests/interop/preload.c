/* Preloaded into the engine by the suite. KILL_AFTER_STEP=n ends the process by SIGKILL right after the n-th time that
 * it wrote to its journal or synced, which is after every record that the engine may rely on. SYNCS_TOLD_IN=FILE gets
 * a line at its end with how many syncs it made. SECONDS_AHEAD=s makes its wall clock as much ahead, so that no test
 * waits for a minute to pass. It stands outside of the engine: the program is the one that people run. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static atomic_long syncs;

static void step_done(void)
{
	static atomic_long steps;
	const char *last = getenv("KILL_AFTER_STEP");

	if (last != NULL && ++steps == strtol(last, NULL, 10))
		kill(getpid(), SIGKILL);
}

static int synced(const char *name, int fd)
{
	int (*sync_file)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
	int result = sync_file(fd);

	syncs++;
	step_done();
	return result;
}

__attribute__((destructor)) static void tell_syncs(void)
{
	const char *path = getenv("SYNCS_TOLD_IN");
	FILE *file = path == NULL ? NULL : fopen(path, "ae");

	if (file == NULL)
		return;
	fprintf(file, "%ld\n", syncs);
	fclose(file);
}

int fdatasync(int fd)
{
	return synced("fdatasync", fd);
}

int fsync(int fd)
{
	return synced("fsync", fd);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset)
{
	ssize_t (*write_at)(int, const void *, size_t, off64_t) =
		(ssize_t (*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
	ssize_t result = write_at(fd, bytes, length, offset);

	step_done();
	return result;
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
