/* A world's making and copying, its time, and what happens when it passes: the events in the order of their time, and
 * of their planning where they fall together. */
#include "config.h"

#include "sim/agenda.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/executor.h"

enum {
	PAST_MS = 30 * 1000, /* how old an answer of AWS may be */
	NAMES_MOST_BYTES = 4 << 20
};

static struct sim *sim_of_clock(struct clock *clock)
{
	return (struct sim *)(void *)((char *)clock - offsetof(struct sim, clock));
}

static int64_t clock_monotonic_ms(struct clock *clock)
{
	const struct sim *sim = sim_of_clock(clock);

	return sim->world.now_ms - sim->booted_ms;
}

static int64_t clock_wall_ms(struct clock *clock)
{
	const struct sim *sim = sim_of_clock(clock);

	return world_wall_ms(&sim->world) + sim->skew_ms;
}

static const char *clock_boot_id(struct clock *clock)
{
	return sim_of_clock(clock)->boot_id;
}

static void name_boot(struct sim *sim)
{
	snprintf(sim->boot_id, sizeof(sim->boot_id), "5174a7ed-0000-4000-8000-%012x", sim->boots);
}

struct sim *sim_new(uint64_t seed)
{
	struct sim *sim = memory_new(1, sizeof(*sim));

	sim->clock = (struct clock){ clock_monotonic_ms, clock_wall_ms, clock_boot_id };
	sim->executor = executor_of_sim;
	world_init(&sim->world, seed);
	sim->events = ROWS_OF(struct event);
	sim->faults = ROWS_OF(struct planned_fault);
	sim->acts = ROWS_OF(struct planned_act);
	sim->flights = ROWS_OF(struct flight);
	sim->log = ROWS_OF(struct sim_logged);
	sim->pasts = ROWS_OF(struct past);
	sim->kept = ROWS_OF(struct kept_answer);
	sim->told = ROWS_OF(struct told_instance);
	sim->told_groups = ROWS_OF(struct told_group);
	sim->told_targets = ROWS_OF(struct told_target);
	name_boot(sim);
	return sim;
}

void sim_log_forget(struct sim *sim)
{
	for (size_t i = 0; i < sim->log.count; i++) {
		const struct sim_logged *logged = rows_at(&sim->log, i);

		json_decref((json_t *)(uintptr_t)logged->input);
	}
	sim->log.count = 0;
}

static void forget_told(struct sim *sim)
{
	for (size_t i = 0; i < sim->told.count; i++)
		json_decref(((struct told_instance *)rows_at(&sim->told, i))->json);
	for (size_t i = 0; i < sim->told_groups.count; i++)
		json_decref(((struct told_group *)rows_at(&sim->told_groups, i))->json);
	for (size_t i = 0; i < sim->told_targets.count; i++)
		json_decref(((struct told_target *)rows_at(&sim->told_targets, i))->json);
	sim->told.count = sim->told_groups.count = sim->told_targets.count = 0;
	json_decref(sim->told_world);
	sim->told_world = NULL;
}

void sim_changed(struct sim *sim)
{
	sim->changed_ms = sim->world.now_ms;
	for (size_t i = 0; i < sim->kept.count; i++) {
		const struct kept_answer *kept = rows_at(&sim->kept, i);

		json_decref(kept->input);
		json_decref(kept->output);
	}
	sim->kept.count = 0;
}

/* What things were told as is right for as long as they are as they were then; the names must be the same ones. */
static void take_names(struct sim *sim, const struct sim *model)
{
	if (sim->model != model)
		forget_told(sim);
	sim->model = model;
}

/* Everything that is of one run and not of the world. */
static void forget_run(struct sim *sim)
{
	sim_log_forget(sim);
	sim_changed(sim);
	for (size_t i = 0; i < sim->flights.count; i++)
		json_decref(((struct flight *)rows_at(&sim->flights, i))->input);
	for (size_t i = 0; i < sim->pasts.count; i++)
		world_release(&((struct past *)rows_at(&sim->pasts, i))->world);
	sim->flights.count = sim->pasts.count = 0;
	arena_free(sim->names);
	sim->names = NULL;
	sim->names_bytes = 0;
}

void sim_free(struct sim *sim)
{
	if (!sim)
		return;
	forget_run(sim);
	forget_told(sim);
	rows_release(&sim->events);
	rows_release(&sim->faults);
	rows_release(&sim->acts);
	rows_release(&sim->flights);
	rows_release(&sim->log);
	rows_release(&sim->pasts);
	rows_release(&sim->kept);
	rows_release(&sim->told);
	rows_release(&sim->told_groups);
	rows_release(&sim->told_targets);
	world_release(&sim->world);
	arena_free(sim->origin);
	free(sim);
}

static void add_past(struct sim *sim, const struct world *world, int64_t until_ms)
{
	struct past *past = rows_add(&sim->pasts);

	past->until_ms = until_ms;
	world_init(&past->world, 0);
	world_copy(&past->world, world);
}

/* What is in flight belongs to the model's client. */
static void copy_events(struct sim *sim, const struct sim *model)
{
	sim->events.count = 0;
	for (size_t i = 0; i < model->events.count; i++) {
		const struct event *event = rows_at(&model->events, i);

		if (event->kind != EVENT_REQUEST && event->kind != EVENT_LATE)
			*(struct event *)rows_add(&sim->events) = *event;
	}
}

static void copy_world(struct sim *sim, const struct sim *from)
{
	world_copy(&sim->world, &from->world);
	rows_copy(&sim->faults, &from->faults);
	rows_copy(&sim->acts, &from->acts);
	sim->event_order = from->event_order;
	sim->keeps_past = from->keeps_past;
	sim->skew_ms = from->skew_ms;
	sim->booted_ms = from->booted_ms;
}

void sim_reset(struct sim *sim, const struct sim *model, uint64_t seed)
{
	forget_run(sim);
	take_names(sim, model);
	copy_world(sim, model);
	copy_events(sim, model);
	sim->world.random = seed;
	sim->requests = sim->delivered = sim->boots = 0;
	sim->changed_ms = model->world.now_ms;
	sim->dead = false;
	name_boot(sim);
}

/* Texts that the other world has made are its own. */
static void own_texts(struct sim *sim, const struct world *world)
{
	for (size_t i = 0; i < world->tags.count; i++) {
		struct tag *tag = rows_at(&world->tags, i);

		tag->key = arena_copy_text(sim->names, tag->key);
		tag->value = arena_copy_text(sim->names, tag->value);
	}
}

static void copy_pasts(struct sim *sim, const struct sim *from)
{
	for (size_t i = 0; i < from->pasts.count; i++) {
		const struct past *past = rows_at(&from->pasts, i);

		add_past(sim, &past->world, past->until_ms);
	}
}

static void copy_names(struct sim *sim, const struct sim *from)
{
	if (!from->names)
		return;
	sim->names = arena_new();
	sim->names_bytes = from->names_bytes;
	own_texts(sim, &sim->world);
	for (size_t i = 0; i < sim->pasts.count; i++)
		own_texts(sim, &((struct past *)rows_at(&sim->pasts, i))->world);
}

static void copy_run(struct sim *sim, const struct sim *from)
{
	rows_copy(&sim->events, &from->events);
	rows_copy(&sim->flights, &from->flights);
	rows_copy(&sim->log, &from->log);
	for (size_t i = 0; i < sim->flights.count; i++)
		json_incref(((struct flight *)rows_at(&sim->flights, i))->input);
	for (size_t i = 0; i < sim->log.count; i++)
		json_incref((json_t *)(uintptr_t)((struct sim_logged *)rows_at(&sim->log, i))->input);
}

/* What it keeps of its answers is made again. */
void sim_copy(struct sim *sim, const struct sim *from)
{
	forget_run(sim);
	take_names(sim, from->model ? from->model : from);
	copy_world(sim, from);
	copy_pasts(sim, from);
	copy_run(sim, from);
	copy_names(sim, from);
	sim->requests = from->requests;
	sim->delivered = from->delivered;
	sim->boots = from->boots;
	sim->changed_ms = from->changed_ms;
	sim->dead = from->dead;
	name_boot(sim);
}

struct sim *sim_clone(const struct sim *model, uint64_t seed)
{
	struct sim *sim = sim_new(seed);

	sim_reset(sim, model, seed);
	return sim;
}

const char *sim_keep_text(struct sim *sim, const char *text)
{
	if (sim->names_bytes + strlen(text) > NAMES_MOST_BYTES)
		return NULL;
	sim->names_bytes += strlen(text) + 1;
	if (!sim->names)
		sim->names = arena_new();
	return arena_copy_text(sim->names, text);
}

static bool comes_before(const struct event *one, const struct event *other)
{
	return one->at_ms != other->at_ms ? one->at_ms < other->at_ms : one->order < other->order;
}

void agenda_add(struct sim *sim, int64_t at_ms, enum event_kind kind, size_t index, unsigned generation)
{
	struct event event = { at_ms, sim->event_order++, kind, index, generation };
	size_t low = 0, high = sim->events.count;

	/* The next one is last, so that taking it moves nothing. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (comes_before(rows_at(&sim->events, middle), &event))
			high = middle;
		else
			low = middle + 1;
	}
	rows_insert(&sim->events, low, &event);
}

/* Before something changes, the world as it has been until now is put aside; what is too old to matter is dropped. */
static void keep_past(struct sim *sim)
{
	size_t old = 0;

	while (old < sim->pasts.count &&
	       ((struct past *)rows_at(&sim->pasts, old))->until_ms < sim->world.now_ms - PAST_MS)
		old++;
	for (size_t i = 0; i < old; i++)
		world_release(&((struct past *)rows_at(&sim->pasts, i))->world);
	if (old)
		rows_drop_first(&sim->pasts, old);
	add_past(sim, &sim->world, sim->world.now_ms);
}

static void (*const event_handlers[EVENT_COUNT])(struct sim *sim, size_t index, unsigned generation) = {
	[EVENT_INSTANCE] = instance_step,
	[EVENT_TARGET] = target_step,
	[EVENT_MEMBER] = member_step,
	[EVENT_ACT] = act_event,
	[EVENT_REQUEST] = flight_event,
	[EVENT_LATE] = flight_late_event,
};

bool agenda_step(struct sim *sim, int64_t until_ms)
{
	struct event event;

	if (sim->events.count == 0)
		return false;
	event = *(const struct event *)rows_at(&sim->events, sim->events.count - 1);
	if (event.at_ms > until_ms)
		return false;
	sim->events.count--;
	if (sim->world.now_ms < event.at_ms)
		sim->world.now_ms = event.at_ms;
	if (sim->keeps_past)
		keep_past(sim);
	if (event.kind != EVENT_REQUEST)
		sim_changed(sim);
	event_handlers[event.kind](sim, event.index, event.generation);
	return true;
}

void sim_advance(struct sim *sim, int64_t ms)
{
	int64_t until_ms = sim->world.now_ms + ms;

	while (agenda_step(sim, until_ms))
		;
	sim->world.now_ms = until_ms;
}

/* An application comes up without an event: so long after it was first asked. */
static int64_t application_up_ms(const struct application *application)
{
	return application->asked ? application->asked_ms + application->up_after_ms : 0;
}

int64_t sim_still_since_ms(const struct sim *sim)
{
	int64_t up_ms = application_up_ms(&sim->world.application), since_ms = sim->changed_ms;

	if (up_ms <= sim->world.now_ms && up_ms > since_ms)
		since_ms = up_ms;
	return since_ms - sim->booted_ms;
}

int64_t sim_still_until_ms(const struct sim *sim)
{
	int64_t up_ms = application_up_ms(&sim->world.application), until_ms = INT64_MAX;

	if (sim->events.count > 0)
		until_ms = ((const struct event *)rows_at(&sim->events, sim->events.count - 1))->at_ms;
	if (up_ms > sim->world.now_ms && up_ms < until_ms)
		until_ms = up_ms;
	return until_ms == INT64_MAX ? INT64_MAX : until_ms - sim->booted_ms;
}

struct clock *sim_clock(struct sim *sim)
{
	return &sim->clock;
}

int64_t sim_wall_ms(const struct sim *sim)
{
	return world_wall_ms(&sim->world);
}

void sim_skew(struct sim *sim, int64_t ms)
{
	sim->skew_ms = ms;
}

void sim_reboot(struct sim *sim)
{
	sim_revive(sim);
	sim->booted_ms = sim->world.now_ms;
	sim->boots++;
	name_boot(sim);
}

bool sim_set_self(struct sim *sim, const char *instance)
{
	sim_changed(sim);
	sim->world.self = world_instance(&sim->world, instance);
	return sim->world.self != ROW_NONE;
}

const char *sim_self(const struct sim *sim)
{
	return sim->world.self == ROW_NONE ? NULL : instance_at(&sim->world, sim->world.self)->id;
}

const char *sim_region(const struct sim *sim)
{
	return sim->world.region;
}

const char *sim_account(const struct sim *sim)
{
	return sim->world.account;
}
