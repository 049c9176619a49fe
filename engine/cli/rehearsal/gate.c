/* The world's executor, with SIGTERM coming while a request is under way. */
#include "config.h"

#include "cli/rehearsal/stage.h"

static struct stage *stage_of_gate(struct executor *executor)
{
	return (struct stage *)(void *)((char *)executor - offsetof(struct stage, gate));
}

static void gate_start(struct executor *executor, const struct call *call, call_done *done, void *argument)
{
	struct stage *stage = stage_of_gate(executor);
	struct executor *world = sim_executor(stage->sim);

	world->start(world, call, done, argument);
	if (stage->stop_at == 0 || sim_requests(stage->sim) < stage->stop_at)
		return;
	stage->stop = 1;
	stage->stopped_at = sim_requests(stage->sim);
	stage->stop_at = 0;
}

static int gate_poll(struct executor *executor, int64_t until_ms, struct error *err)
{
	struct executor *world = sim_executor(stage_of_gate(executor)->sim);

	return world->poll(world, until_ms, err);
}

static json_t *gate_metadata(struct executor *executor, const char *name, struct error *err)
{
	struct executor *world = sim_executor(stage_of_gate(executor)->sim);

	return world->metadata(world, name, err);
}

static void gate_cancel(struct executor *executor)
{
	struct executor *world = sim_executor(stage_of_gate(executor)->sim);

	world->cancel(world);
}

struct executor stage_gate(void)
{
	return (struct executor){ gate_start, gate_poll, gate_metadata, gate_cancel };
}
