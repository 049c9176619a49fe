/* What settled in a leg is looked at once more before the leg is said to have reached its goal (W9): others may have
 * changed it since. */
#include "config.h"

#include <stdlib.h>

#include "base/memory.h"
#include "run/internal.h"

void run_remember_verified(const struct activity *activity)
{
	struct run *run = activity->run;
	struct verified *made;

	/* A minimum that we lowered may rightly have moved; that the instance is out, or healthy, must not have. What
	 * this machine said of itself was true when it was asked, and a command is not run again unasked. */
	if (activity->verifying || activity->undoes || (activity->action->request && !activity->action->leaves) ||
	    action_is_local(activity->action))
		return;
	made = memory_new(1, sizeof(*made));
	made->action = activity->action;
	made->document = json_copy(activity->document);
	made->state = memory_copy_text(state_name(activity->state));
	made->next = run->verified;
	run->verified = made;
}

void run_forget_verified(struct run *run)
{
	for (struct verified *at = run->verified, *next; at; at = next) {
		next = at->next;
		json_decref(at->document);
		free(at->state);
		free(at);
	}
	run->verified = NULL;
}

/* What a settled action of this leg needs to be looked at once more. */
static void begin_verifying(struct run *run, const struct verified *verified, struct activity *activity)
{
	const struct state *state = machine_state(run->machine, verified->state);

	activity_init(activity, run, state, verified->action, json_copy(verified->document));
	json_object_set(activity->document, "change", json_object_get(verified->document, "change"));
	activity->since_ms = run->last_mutation_ms;
	activity->verifying = true;
	activity->phase = PHASE_SETTLE;
	activity->begun_ms = run_now_ms(run);
	activity->deadline_ms = activity->begun_ms + CONSISTENT_AFTER_MS;
}

static size_t count_verified(const struct run *run)
{
	size_t count = 0;

	for (const struct verified *at = run->verified; at; at = at->next)
		count++;
	return count;
}

int run_verify(struct run *run)
{
	size_t count = count_verified(run), begun = 0;
	struct activity *activities = memory_new(count, sizeof(*activities));
	int result;

	for (const struct verified *at = run->verified; at; at = at->next)
		begin_verifying(run, at, &activities[begun++]);
	result = run_activities(run, activities, count, 0, INT64_MAX);
	for (size_t i = 0; i < count; i++) {
		if (result == 0 && activities[i].result.failure != FAILURE_NONE)
			result = run_fail_state(run, activities[i].state, &activities[i].result);
		activity_release(&activities[i]);
	}
	free(activities);
	return result;
}
