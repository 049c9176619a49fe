/* Runs a command and writes what it cost into a file: measure FILE COMMAND... A program of its own, as a child's peak
 * memory begins with that of the process that forked it, and Python's is not small. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double monotonic_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static void report(FILE *file, double start, int status, const struct rusage *usage)
{
	fprintf(file, "{\"started\": %.6f, \"seconds\": %.6f, \"cpu_seconds\": %.6f, \"peak_kilobytes\": %ld, ", start,
		monotonic_seconds() - start, seconds(usage->ru_utime) + seconds(usage->ru_stime), usage->ru_maxrss);
	fprintf(file, "\"status\": %d}\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

int main(int argc, char **argv)
{
	double start = monotonic_seconds();
	struct rusage usage;
	FILE *file;
	pid_t child;
	int status;

	if (argc < 3 || (file = fopen(argv[1], "we")) == NULL) {
		fprintf(stderr, "usage: measure FILE COMMAND...\n");
		return 2;
	}
	child = fork();
	if (child == 0) {
		execvp(argv[2], argv + 2);
		fprintf(stderr, "measure: %s: %s\n", argv[2], strerror(errno));
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) != child)
		return 2;
	report(file, start, status, &usage);
	return fclose(file) == 0 ? 0 : 2;
}
