/* An instance's way through its lifecycle, as one table: what follows a state, after how long, and what is done on
 * entering it. Why it goes that way is the group's affair (sim/group.c). */
#include "config.h"

#include "sim/agenda.h"

#include <assert.h>

/* The longest wait at a hook. */
enum { HEARTBEATS_MOST = 100, WAIT_MOST_MS = 48 * 3600 * 1000 };

static void on_in_service(struct sim *sim, size_t index)
{
	struct instance *instance = instance_at(&sim->world, index);

	instance->fresh = false;
	/* Who is added while AddToLoadBalancer is suspended is not added later either. */
	if (!group_at(&sim->world, instance->group)->suspended[PROCESS_ADD_TO_LOAD_BALANCER])
		traffic_join(sim, index);
	activity_end(sim, index);
}

static void on_leaving(struct sim *sim, size_t index)
{
	traffic_leave(sim, index);
}

static void on_standby(struct sim *sim, size_t index)
{
	activity_end(sim, index);
}

static void on_terminated(struct sim *sim, size_t index)
{
	struct instance *instance = instance_at(&sim->world, index);

	traffic_forget(sim, index);
	activity_end(sim, index);
	instance->terminated = true;
	instance->terminated_ms = sim->world.now_ms;
	group_lose(sim, index);
}

static void on_detached(struct sim *sim, size_t index)
{
	activity_end(sim, index);
	group_lose(sim, index);
}

/* What follows a state that ends by itself. One that waits at a hook of the group goes to `waits_in` first. */
static const struct step_row {
	bool ends;
	enum lifecycle next;
	enum timing lasts;
	bool lasts_as_drain; /* at least until the last balancer has drained it */
	bool hooked;
	enum hook hook;
	enum lifecycle waits_in;
	void (*on_entry)(struct sim *sim, size_t index);
} steps[LIFECYCLE_COUNT] = {
	[LIFECYCLE_PENDING] = { .ends = true, .next = LIFECYCLE_IN_SERVICE, .lasts = TIMING_LAUNCH, .hooked = true,
				.hook = HOOK_LAUNCHING, .waits_in = LIFECYCLE_PENDING_WAIT },
	[LIFECYCLE_PENDING_PROCEED] = { .ends = true, .next = LIFECYCLE_IN_SERVICE, .lasts = TIMING_PROCEED },
	[LIFECYCLE_IN_SERVICE] = { .on_entry = on_in_service },
	[LIFECYCLE_TERMINATING] = { .ends = true, .next = LIFECYCLE_TERMINATED, .lasts = TIMING_TERMINATE,
				    .lasts_as_drain = true, .hooked = true, .hook = HOOK_TERMINATING,
				    .waits_in = LIFECYCLE_TERMINATING_WAIT, .on_entry = on_leaving },
	[LIFECYCLE_TERMINATING_PROCEED] = { .ends = true, .next = LIFECYCLE_TERMINATED, .lasts = TIMING_PROCEED },
	[LIFECYCLE_TERMINATED] = { .on_entry = on_terminated },
	[LIFECYCLE_DETACHING] = { .ends = true, .next = LIFECYCLE_DETACHED, .lasts = TIMING_DETACH,
				  .lasts_as_drain = true, .on_entry = on_leaving },
	[LIFECYCLE_DETACHED] = { .on_entry = on_detached },
	[LIFECYCLE_ENTERING_STANDBY] = { .ends = true, .next = LIFECYCLE_STANDBY, .lasts = TIMING_ENTER_STANDBY,
					 .lasts_as_drain = true, .on_entry = on_leaving },
	[LIFECYCLE_STANDBY] = { .on_entry = on_standby },
};

static const struct { enum lifecycle state, proceeds, abandoned; enum hook hook; } waits[] = {
	{ LIFECYCLE_PENDING_WAIT, LIFECYCLE_PENDING_PROCEED, LIFECYCLE_TERMINATING, HOOK_LAUNCHING },
	{ LIFECYCLE_TERMINATING_WAIT, LIFECYCLE_TERMINATING_PROCEED, LIFECYCLE_TERMINATING_PROCEED, HOOK_TERMINATING },
};

static const struct lifecycle_hook *hook_waited_at(const struct sim *sim, const struct instance *instance)
{
	for (size_t i = 0; instance->group != ROW_NONE && i < ARRAY_LENGTH(waits); i++)
		if (waits[i].state == instance->state)
			return &group_at(&sim->world, instance->group)->hooks[waits[i].hook];
	return NULL;
}

bool instance_waits(const struct sim *sim, size_t index)
{
	return hook_waited_at(sim, instance_at(&sim->world, index)) != NULL;
}

static void plan_step(struct sim *sim, size_t index, int64_t at_ms)
{
	agenda_add(sim, at_ms, EVENT_INSTANCE, index, instance_at(&sim->world, index)->generation);
}

/* A heartbeat begins the hook's time anew, but not for ever
 * (docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html). */
static int64_t hook_ends_ms(const struct sim *sim, const struct instance *instance, const struct lifecycle_hook *hook)
{
	int64_t most_ms = HEARTBEATS_MOST * hook->timeout_ms < WAIT_MOST_MS ? HEARTBEATS_MOST * hook->timeout_ms
									    : WAIT_MOST_MS;
	int64_t heartbeat_ms = sim->world.now_ms + hook->timeout_ms, last_ms = instance->waits_since_ms + most_ms;

	return heartbeat_ms < last_ms ? heartbeat_ms : last_ms;
}

static int64_t step_lasts_ms(struct sim *sim, const struct instance *instance)
{
	bool returns = instance->state == LIFECYCLE_PENDING && !instance->fresh;

	return world_draw(&sim->world, returns ? TIMING_EXIT_STANDBY : steps[instance->state].lasts);
}

void instance_enter(struct sim *sim, size_t index, enum lifecycle state)
{
	struct instance *instance = instance_at(&sim->world, index);
	const struct lifecycle_hook *hook;

	if (instance->state != state)
		instance->waits_since_ms = sim->world.now_ms;
	instance->state = state;
	instance->generation++;
	if (steps[state].on_entry)
		steps[state].on_entry(sim, index);
	instance = instance_at(&sim->world, index);
	hook = hook_waited_at(sim, instance);
	if (hook && hook->name)
		plan_step(sim, index, hook_ends_ms(sim, instance, hook));
	else if (steps[state].ends)
		plan_step(sim, index, sim->world.now_ms + step_lasts_ms(sim, instance));
}

static enum lifecycle state_after(const struct sim *sim, const struct instance *instance)
{
	const struct step_row *step = &steps[instance->state];
	bool at_hook = step->hooked && group_at(&sim->world, instance->group)->hooks[step->hook].name;

	/* A launch hook is for what was launched, not for what comes back from Standby. */
	if (at_hook && (step->hook != HOOK_LAUNCHING || instance->fresh))
		return step->waits_in;
	return step->next;
}

void instance_step(struct sim *sim, size_t index, unsigned generation)
{
	const struct instance *instance = instance_at(&sim->world, index);
	const struct lifecycle_hook *hook = hook_waited_at(sim, instance);
	int64_t drained_ms;

	if (instance->generation != generation || instance->stuck)
		return;
	if (hook) {
		instance_proceed(sim, index, hook->abandons);
		return;
	}
	drained_ms = steps[instance->state].lasts_as_drain ? traffic_drained_ms(&sim->world, index) : 0;
	if (drained_ms > sim->world.now_ms)
		plan_step(sim, index, drained_ms);
	else
		instance_enter(sim, index, state_after(sim, instance));
}

bool instance_proceed(struct sim *sim, size_t index, bool abandon)
{
	const struct instance *instance = instance_at(&sim->world, index);

	for (size_t i = 0; i < ARRAY_LENGTH(waits); i++)
		if (waits[i].state == instance->state) {
			if (abandon && waits[i].abandoned == LIFECYCLE_TERMINATING)
				instance_terminate(sim, index);
			else
				instance_enter(sim, index, waits[i].proceeds);
			return true;
		}
	return false;
}
