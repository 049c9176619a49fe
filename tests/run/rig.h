/* A whole tidegate without process, network or time: the real runner over the simulated AWS and a disk in memory.
 * rig_hook is what CodeDeploy's agent does; where the client dies in it, the next rig_hook is the next process. */
#ifndef TIDEGATE_TESTS_RUN_RIG_H
#define TIDEGATE_TESTS_RUN_RIG_H

#include "base/buffer.h"
#include "disk.h"
#include "run/start.h"
#include "sim/sim.h"

struct rig {
	struct arena *arena;
	struct diagnostics diagnostics;
	struct reader reader;
	struct catalogue *catalogue;
	const struct machine *machine;
	struct sim *sim;
	struct disk *disk;
	struct storage storage; /* the disk's, for a process that can die */
	struct reporter reporter;
	struct random random;
	volatile sig_atomic_t stop;
	struct buffer told; /* a line a record, for messages of failed tests */
	struct buffer notes;
	unsigned records;
	unsigned die_at_record; /* 0: never */
	json_t *given;          /* inputs, as with -i */
};

/* A machine of machines/ by name, or a file by path; both stay the caller's. */
void rig_init(struct rig *rig, struct sim *sim, struct disk *disk, const char *machine);
void rig_release(struct rig *rig);

/* One hook of a deployment group, in a process of its own. */
void rig_hook(struct rig *rig, const char *event, const char *group, struct leg_result *result);
/* By hand, until a state or (NULL) to the end or a pause. */
void rig_run(struct rig *rig, const char *until, struct leg_result *result);
void rig_adopt(struct rig *rig, struct leg_result *result);
/* A test that asserts nothing else about the result. */
enum exit_status rig_exit(struct rig *rig, const char *event, const char *group);

/* Fails the test, with the world and what was told, where the expression is not true of sim_world_json. */
void rig_expect(struct rig *rig, const char *expression);
size_t rig_count(const struct rig *rig, const char *operation); /* effects of it in the log */
size_t rig_open_runs(struct rig *rig);

#endif
