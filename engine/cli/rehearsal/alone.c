/* The world without us: the same one, with the others' acts at the same moments, that what we leave is held against. */
#include "config.h"

#include <stdint.h>

#include "cli/rehearsal/stage.h"

/* When the next of the others' acts is due in the world without us. */
static int64_t next_act_ms(const struct stage *stage)
{
	int64_t next_ms = INT64_MAX;
	struct sim_done done;

	for (size_t i = 0; sim_act_done(stage->sim, i, &done); i++)
		if (done.request && done.at_ms > sim_wall_ms(stage->alone) && done.at_ms < next_ms)
			next_ms = done.at_ms;
	return next_ms;
}

void stage_bring_on_alone(struct stage *stage)
{
	struct sim *alone = stage->alone;
	const int64_t now_ms = sim_wall_ms(stage->sim);
	struct sim_done done;

	for (int64_t next_ms; (next_ms = next_act_ms(stage)) <= now_ms;) {
		sim_advance(alone, next_ms - sim_wall_ms(alone));
		for (size_t i = 0; sim_act_done(stage->sim, i, &done); i++)
			if (done.request && done.at_ms == next_ms)
				sim_act(alone, &done.act);
	}
	if (now_ms > sim_wall_ms(alone))
		sim_advance(alone, now_ms - sim_wall_ms(alone));
}

json_t *stage_alone_json(struct stage *stage)
{
	stage_bring_on_alone(stage);
	return sim_world_json(stage->alone);
}
