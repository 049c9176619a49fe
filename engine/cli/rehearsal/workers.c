/* A rehearsal by several processes: each plays its share and counts in memory that all of them see. Which run falls to
 * whom follows from its number, so that how many there are changes nothing but the time. */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/rehearsal/rehearsal.h"

enum { TICK_MS = 200 };

struct workers {
	struct rehearsal *rehearsal;
	struct tally *shares; /* one a worker, shared */
	pid_t ids[WORKERS_MOST];
	unsigned count;
	int ends[2]; /* a pipe that is at its end when all workers are */
	bool stopped;
};

static bool share_tick(void *argument, const struct rehearsal *rehearsal, const struct tally *tally)
{
	struct tally *share = argument;

	(void)rehearsal;
	*share = *tally;
	return true;
}

static void work(struct workers *workers, unsigned worker, pid_t parent)
{
	struct rehearsal *rehearsal = workers->rehearsal;

	/* Nobody is left to count for. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	signal(SIGINT, SIG_IGN); /* the terminal's goes to all: the parent ends its workers itself */
	close(workers->ends[0]);
	rehearsal->worker = worker;
	rehearsal->tick = share_tick;
	rehearsal->argument = &workers->shares[worker];
	rehearsal_perform_share(rehearsal);
	workers->shares[worker] = rehearsal->tally;
	_exit(0);
}

static int hire(struct workers *workers, struct error *err)
{
	const pid_t parent = getpid();

	for (; workers->count < workers->rehearsal->workers; workers->count++) {
		pid_t id = fork();

		if (id < 0)
			return error_set(err, ERROR_STORAGE, NOWHERE, "no more than %u processes can be made: %s",
					 workers->count, strerror(errno));
		if (id == 0)
			work(workers, workers->count, parent);
		workers->ids[workers->count] = id;
	}
	return 0;
}

static void sum_up(const struct workers *workers, struct tally *sum)
{
	*sum = (struct tally){ .section = SECTION_COUNT };
	for (unsigned i = 0; i < workers->count; i++) {
		const struct tally *share = &workers->shares[i];

		tally_add(sum, share);
		if (share->section < sum->section)
			sum->section = share->section;
	}
	for (unsigned i = 0; i < workers->count; i++)
		if (workers->shares[i].section == sum->section) {
			sum->done += workers->shares[i].done;
			sum->due += workers->shares[i].due;
		} else {
			sum->done += workers->shares[i].counts[sum->section].runs;
			sum->due += workers->shares[i].counts[sum->section].runs;
		}
}

static void watch(struct workers *workers)
{
	struct rehearsal *rehearsal = workers->rehearsal;
	struct pollfd end = { .fd = workers->ends[0], .events = POLLIN };
	struct tally sum;

	while (poll(&end, 1, TICK_MS) <= 0 && !workers->stopped) {
		sum_up(workers, &sum);
		workers->stopped = rehearsal->tick && !rehearsal->tick(rehearsal->argument, rehearsal, &sum);
	}
}

static void dismiss(const struct workers *workers)
{
	for (unsigned i = 0; i < workers->count; i++)
		kill(workers->ids[i], SIGKILL);
}

static int wait_for(const struct workers *workers, struct error *err)
{
	int result = 0, status;

	for (unsigned i = 0; i < workers->count; i++) {
		while (waitpid(workers->ids[i], &status, 0) < 0 && errno == EINTR)
			;
		if (result == 0 && !workers->stopped && !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
			result = error_set(err, ERROR_STORAGE, NOWHERE,
					   "worker %u came to a bad end (status %d): its runs are not counted", i,
					   status);
	}
	return result;
}

static int employ(struct workers *workers, struct error *err)
{
	int result = hire(workers, err);

	close(workers->ends[1]);
	if (result == 0)
		watch(workers);
	if (result != 0 || workers->stopped)
		dismiss(workers);
	if (wait_for(workers, result == 0 ? err : NULL) != 0)
		result = -1;
	sum_up(workers, &workers->rehearsal->tally);
	return result;
}

int rehearsal_perform(struct rehearsal *rehearsal, struct error *err)
{
	const size_t size = rehearsal->workers * sizeof(struct tally);
	struct workers workers = { .rehearsal = rehearsal };
	int result = -1;

	if (rehearsal->workers <= 1) {
		rehearsal_perform_share(rehearsal);
		return 0;
	}
	if (pipe(workers.ends) != 0)
		return error_set(err, ERROR_STORAGE, NOWHERE, "no pipe: %s", strerror(errno));
	workers.shares = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (workers.shares == MAP_FAILED) {
		error_set(err, ERROR_STORAGE, NOWHERE, "no memory to share: %s", strerror(errno));
		close(workers.ends[1]);
	} else {
		result = employ(&workers, err);
		munmap(workers.shares, size);
	}
	close(workers.ends[0]);
	return result;
}
