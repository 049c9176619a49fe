/* A bench to rehearse on: a machine and the actions that it uses, read from the tree's files, changed where a test
 * wants them faulty. What cannot be read fails the test. */
#ifndef TIDEGATE_TESTS_CLI_BENCH_H
#define TIDEGATE_TESTS_CLI_BENCH_H

#include "cli/rehearsal/rehearsal.h"

struct change {
	const char *from, *to; /* `from` stands in the file exactly once */
};

/* Paths in the tree. The changes end with an empty one; NULL: none. */
struct bench_files {
	const char *machine; /* NULL: asg-standby */
	const struct change *machine_changes;
	const char *actions; /* added to the catalogue; NULL: those of Auto Scaling, where they are changed */
	const struct change *action_changes;
};

struct bench {
	struct arena *arena;
	struct diagnostics diagnostics;
	struct reader reader;
	struct catalogue *catalogue;
	struct rehearsal rehearsal;
};

void bench_begin(struct bench *bench, const struct bench_files *files);
void bench_add_scene(struct bench *bench, const char *scenario);
void bench_end(struct bench *bench);

/* The first single of a section, in the first scenario. */
uint64_t bench_first(const struct bench *bench, enum section section);
/* Plays singles from *run on until one violates this invariant, any where it is NULL; whether one did, with its
 * number. */
bool bench_hunt(struct bench *bench, const char *invariant, uint64_t *run);

#endif
