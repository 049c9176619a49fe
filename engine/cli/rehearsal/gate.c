/* The world's executor, or the wire to it, with what comes at a request: SIGTERM while it is under way, or a clock that
 * jumps; and with time that leaps. */
#include "config.h"

#include "cli/rehearsal/rules.h"

static struct stage *stage_of_gate(struct executor *executor)
{
	return (struct stage *)(void *)((char *)executor - offsetof(struct stage, gate));
}

static struct executor *world_of(struct stage *stage)
{
	return stage->wire ? stage_wire_executor(stage->wire) : sim_executor(stage->sim);
}

/* Over the wire a request gets its number when it arrives. */
static unsigned requests_begun(const struct stage *stage)
{
	return sim_requests(stage->sim) + (stage->wire ? stage_wire_under_way(stage->wire) : 0);
}

static void gate_start(struct executor *executor, const struct call *call, call_done *done, void *argument)
{
	struct stage *stage = stage_of_gate(executor);
	struct executor *world = world_of(stage);

	if (stage->jumps_at > 0 && requests_begun(stage) + 1 >= stage->jumps_at) {
		sim_skew(stage->sim, stage->jumps_ms);
		stage->jumps_at = 0;
	}
	if (stage->disk.wrote && !call->operation->reads)
		violate(stage, RULE_J7, "%s is sent, and its disk has failed", call->operation->name);
	if (stage_looks_out(stage))
		outlook_request(stage, call, &done, &argument);
	world->start(world, call, done, argument);
	if (stage->stop_at == 0 || requests_begun(stage) < stage->stop_at)
		return;
	stage->stop = 1;
	stage->stopped_at = requests_begun(stage);
	stage->stop_at = 0;
}

static int gate_poll(struct executor *executor, int64_t until_ms, struct error *err)
{
	struct executor *world = world_of(stage_of_gate(executor));

	return world->poll(world, until_ms, err);
}

static json_t *gate_metadata(struct executor *executor, const char *name, struct error *err)
{
	struct executor *world = world_of(stage_of_gate(executor));

	return world->metadata(world, name, err);
}

static void gate_cancel(struct executor *executor)
{
	struct executor *world = world_of(stage_of_gate(executor));

	world->cancel(world);
}

/* How long before the next change it is looked at again. A run looks every 15 s at the latest: where a look is but one
 * request it sees twice more what there is, so that there are LOOKS_LAST with the one that sees the change. */
enum { LOOK_BEFORE_MS = 4 * 1000, LOOKS_BEFORE_MS = 16 * 1000 };

/* While a process waits no other one lives that could leave anything on the disk, but for the one that is said to hold
 * its locks. */
static int64_t next_look_at_disk_ms(const struct stage *stage, const struct looks *looks)
{
	const int64_t held_ms = stage->disk.busy_until_ms - sim_wall_ms(stage->sim) + looks->seen_ms;

	if (held_ms <= looks->seen_ms || held_ms > looks->due_ms)
		return looks->due_ms;
	return held_ms > looks->next_ms ? held_ms : looks->next_ms;
}

static int64_t gate_next_look_ms(struct executor *executor, const struct looks *looks)
{
	struct stage *stage = stage_of_gate(executor);
	const unsigned requests = sim_requests(stage->sim), of_look = requests - stage->looked;
	int64_t until_ms = sim_still_until_ms(stage->sim);

	if (looks->due_ms <= looks->next_ms)
		return looks->next_ms;
	if (looks->at_disk)
		return next_look_at_disk_ms(stage, looks);
	stage->looked = requests;
	if (until_ms > looks->due_ms)
		until_ms = looks->due_ms;
	until_ms -= 2 * of_look >= LOOKS_LAST ? LOOK_BEFORE_MS : LOOKS_BEFORE_MS;
	if (looks->seen_ms < sim_still_since_ms(stage->sim) || requests < stage->recorded + LOOKS_FIRST ||
	    until_ms < looks->next_ms)
		return looks->next_ms;
	return until_ms;
}

struct executor stage_gate(void)
{
	return (struct executor){ gate_start, gate_poll, gate_metadata, gate_cancel, gate_next_look_ms };
}
