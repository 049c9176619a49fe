/* A scene: a scenario with the machine's inputs in it, and how the undisturbed play goes there. */
#include "config.h"

#include <string.h>

#include "cli/rehearsal/stage.h"
#include "text/json.h"

static bool enters_standby(const struct stage *stage)
{
	for (size_t i = 0; i < sim_log_count(stage->sim); i++)
		if (strcmp(sim_log_at(stage->sim, i)->operation, "EnterStandby") == 0)
			return true;
	return false;
}

static bool all_reached(const struct stage *stage)
{
	for (size_t i = 0; i < stage->n_legs; i++)
		if (stage->legs[i].result.status != EXIT_REACHED)
			return false;
	return true;
}

int scene_init(struct scene *scene, struct stage *stage, const char *name, struct sim *model, struct inputs *inputs,
	       uint64_t seed, struct error *err)
{
	*scene = (struct scene){ .name = name, .model = model, .inputs = *inputs };
	*inputs = (struct inputs){ 0 };
	scene->before = sim_world_json(model);
	scene->about = json_made(json_pack("{s:s?, s:s, s:s, s:O, s:O}", "host", sim_self(model), "account",
					   sim_account(model), "region", sim_region(model), "env", scene->inputs.env,
					   "sources", scene->inputs.sources));
	stage_profile(stage, scene, NULL, seed, &scene->calm);
	scene->succeeds = all_reached(stage);
	scene->stands_by = enters_standby(stage);
	if (stage->n_legs > 0 && stage->legs[0].result.status == EXIT_USAGE)
		return error_set(err, ERROR_MACHINE, NOWHERE, "scenario '%s': %s", name,
				 stage->legs[0].result.message);
	return 0;
}

void scene_release(struct scene *scene)
{
	sim_free(scene->model);
	json_decref(scene->before);
	json_decref(scene->about);
	inputs_release(&scene->inputs);
	profile_release(&scene->calm);
}
