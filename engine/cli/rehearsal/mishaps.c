#include "config.h"

#include "cli/rehearsal/mishaps.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const section_names[SECTION_COUNT] = {
	[SECTION_CALM] = "nothing goes wrong",
	[SECTION_CRASH] = "crash before and after each",
	[SECTION_TORN] = "last record torn",
	[SECTION_FAULT] = "throttled, refused, lost",
	[SECTION_ACT] = "someone else acts",
	[SECTION_ABANDONED] = "nobody deploys again",
	[SECTION_PAIR] = "pairs of these",
	[SECTION_RANDOM] = "sequences by chance",
};

const char *const section_words[SECTION_COUNT] = {
	[SECTION_CALM] = "calm",   [SECTION_CRASH] = "crash",         [SECTION_TORN] = "torn",
	[SECTION_FAULT] = "fault", [SECTION_ACT] = "act",             [SECTION_ABANDONED] = "abandoned",
	[SECTION_PAIR] = "pairs",  [SECTION_RANDOM] = "sequences",
};

static void add(struct mishaps *mishaps, const struct mishap *mishap)
{
	if (mishaps->count == mishaps->size) {
		mishaps->size = mishaps->size ? 2 * mishaps->size : 256;
		mishaps->rows = memory_resize(mishaps->rows, mishaps->size, sizeof(*mishaps->rows));
	}
	mishaps->rows[mishaps->count++] = *mishap;
}

/* ---- which requests ---- */

/* Between two records a poll is like the one before: the first and the last of them stand for all. */
enum { POLLS_FIRST = 5, POLLS_LAST = 3 };

static bool is_alike(const struct scene *scene, unsigned k)
{
	unsigned before = 0;

	for (size_t i = 0; i < scene->n_marks; i++) {
		if (scene->marks[i].requests >= k)
			return k > before + POLLS_FIRST && k + POLLS_LAST <= scene->marks[i].requests;
		before = scene->marks[i].requests;
	}
	return false;
}

static unsigned next_request(const struct scene *scene, unsigned k)
{
	while (++k <= scene->requests && is_alike(scene, k))
		;
	return k;
}

/* ---- one section each ---- */

static void add_crashes(struct mishaps *mishaps, const struct scene *scene)
{
	static const enum sim_fault_kind sides[] = { SIM_FAULT_CRASH_BEFORE, SIM_FAULT_CRASH_AFTER };

	for (unsigned k = 1; k <= scene->requests; k = next_request(scene, k))
		for (size_t i = 0; i < ARRAY_LENGTH(sides); i++)
			add(mishaps, &(struct mishap){ .kind = MISHAP_CRASH_REQUEST, .at = k, .fault = sides[i] });
	for (unsigned step = 1; step <= scene->steps; step++) {
		add(mishaps, &(struct mishap){ .kind = MISHAP_CRASH_WRITE, .at = step, .keep = SIZE_MAX });
		if (scene->step_bytes[step] > 0)
			add(mishaps, &(struct mishap){ .kind = MISHAP_CRASH_WRITE, .at = step });
	}
}

/* A length of each write's beginning out of every so many, a prime, so that each part of a record is met; that each
 * single length is read alike is the journal's own test. */
enum { TORN_STRIDE_BYTES = 37 };

static void add_torn(struct mishaps *mishaps, const struct scene *scene)
{
	for (unsigned step = 2; step <= scene->steps; step++)
		for (size_t keep = 1 + step % TORN_STRIDE_BYTES; keep < scene->step_bytes[step];
		     keep += TORN_STRIDE_BYTES)
			add(mishaps, &(struct mishap){ .kind = MISHAP_CRASH_WRITE, .at = step, .keep = keep });
}

static void add_faults(struct mishaps *mishaps, const struct scene *scene)
{
	static const enum sim_fault_kind kinds[] = {
		SIM_FAULT_THROTTLED,   SIM_FAULT_ACCESS_DENIED,      SIM_FAULT_EXPIRED_CREDENTIALS,
		SIM_FAULT_CONTENTION,  SIM_FAULT_ACTIVITY,           SIM_FAULT_UNAVAILABLE_BEFORE,
		SIM_FAULT_UNAVAILABLE_AFTER, SIM_FAULT_LOST_BEFORE,  SIM_FAULT_LOST_AFTER,
		SIM_FAULT_LATE,        SIM_FAULT_GARBAGE,            SIM_FAULT_TRUNCATED,
		SIM_FAULT_STALE,
	};

	for (unsigned k = 1; k <= scene->requests; k = next_request(scene, k))
		for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
			add(mishaps, &(struct mishap){ .kind = MISHAP_FAULT, .at = k, .fault = kinds[i] });
}

static void add_abandoned(struct mishaps *mishaps, const struct scene *scene)
{
	add(mishaps, &(struct mishap){ .kind = MISHAP_ABANDONED });
	for (unsigned k = 1; k <= scene->requests; k = next_request(scene, k))
		add(mishaps, &(struct mishap){ .kind = MISHAP_GIVEN_UP, .at = k, .fault = SIM_FAULT_CRASH_AFTER });
}

/* ---- what others do ---- */

struct cast {
	struct arena *arena;
	const json_t *before;
	const char *self, *neighbour, *group, *target_group, *balancer, *suspended;
	int64_t minimum;
};

static const char *cast_text(const struct cast *cast, const char *text)
{
	return text ? arena_copy_text(cast->arena, text) : NULL;
}

static void find_group(struct cast *cast)
{
	const char *name, *id;
	json_t *group, *instances, *instance;

	json_object_foreach (json_object_get(cast->before, "groups"), name, group) {
		instances = json_object_get(group, "instances");
		if (!cast->self || !json_object_get(instances, cast->self))
			continue;
		cast->group = cast_text(cast, name);
		cast->minimum = json_integer_value(json_object_get(group, "minimum"));
		cast->suspended = cast_text(
			cast, json_string_value(json_array_get(json_object_get(group, "suspended"), 0)));
		cast->target_group = cast_text(
			cast, json_string_value(json_array_get(json_object_get(group, "target_groups"), 0)));
		cast->balancer = cast_text(
			cast, json_string_value(json_array_get(json_object_get(group, "balancers"), 0)));
		json_object_foreach (instances, id, instance)
			if (!cast->neighbour && strcmp(id, cast->self) != 0 &&
			    strcmp(json_string_value(json_object_get(instance, "state")), "InService") == 0)
				cast->neighbour = cast_text(cast, id);
	}
}

/* Those that this world lacks an actor or an object for are left out. */
static size_t list_acts(const struct cast *cast, struct sim_act acts[16])
{
	const struct {
		bool possible;
		struct sim_act act;
	} rows[] = {
		{ cast->group, { SIM_ACT_SUSPEND, .group = cast->group, .process = "ReplaceUnhealthy" } },
		{ cast->group, { SIM_ACT_SUSPEND, .group = cast->group, .process = "HealthCheck" } },
		{ cast->group, { SIM_ACT_RESUME, .group = cast->group, .process = "AlarmNotification" } },
		{ cast->suspended, { SIM_ACT_RESUME, .group = cast->group, .process = cast->suspended } },
		{ cast->group && cast->minimum > 1,
		  { SIM_ACT_MINIMUM, .group = cast->group, .value = cast->minimum - 2 } },
		{ cast->group, { SIM_ACT_MINIMUM, .group = cast->group, .value = cast->minimum + 1 } },
		{ cast->self, { SIM_ACT_TERMINATE, .instance = cast->self } },
		{ cast->target_group,
		  { SIM_ACT_DEREGISTER, .instance = cast->self, .target_group = cast->target_group } },
		{ cast->balancer, { SIM_ACT_DEREGISTER, .instance = cast->self, .balancer = cast->balancer } },
		{ cast->group, { SIM_ACT_STANDBY, .instance = cast->self } },
		{ cast->self, { SIM_ACT_FAIL_HEALTH, .instance = cast->self } },
		{ cast->neighbour, { SIM_ACT_STANDBY, .instance = cast->neighbour } },
		{ cast->neighbour, { SIM_ACT_TERMINATE, .instance = cast->neighbour } },
	};
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (rows[i].possible)
			acts[count++] = rows[i].act;
	return count;
}

static void add_acts(struct mishaps *mishaps, const struct scene *scene, struct arena *arena)
{
	struct cast cast = { .arena = arena, .before = scene->before, .self = sim_self(scene->model) };
	struct sim_act acts[16];
	size_t count;

	find_group(&cast);
	count = list_acts(&cast, acts);
	for (unsigned k = 1; k <= scene->requests; k = next_request(scene, k))
		for (size_t i = 0; i < count; i++)
			add(mishaps, &(struct mishap){ .kind = MISHAP_ACT, .at = k, .act = acts[i] });
}

void mishaps_init(struct mishaps *mishaps, const struct scene *scene, struct arena *arena)
{
	*mishaps = (struct mishaps){ 0 };
	add(mishaps, &(struct mishap){ .kind = MISHAP_FAULT }); /* at no request: the undisturbed play */
	mishaps->ends[SECTION_CALM] = mishaps->count;
	add_crashes(mishaps, scene);
	mishaps->ends[SECTION_CRASH] = mishaps->count;
	add_torn(mishaps, scene);
	mishaps->ends[SECTION_TORN] = mishaps->count;
	add_faults(mishaps, scene);
	mishaps->ends[SECTION_FAULT] = mishaps->count;
	add_acts(mishaps, scene, arena);
	mishaps->ends[SECTION_ACT] = mishaps->count;
	add_abandoned(mishaps, scene);
	mishaps->ends[SECTION_ABANDONED] = mishaps->count;
}

void mishaps_release(struct mishaps *mishaps)
{
	free(mishaps->rows);
	*mishaps = (struct mishaps){ 0 };
}

/* ---- several ---- */

size_t mishaps_pair(const struct mishaps *mishaps, uint64_t n, struct mishap row[MISHAPS_MOST])
{
	const size_t first = mishaps->ends[SECTION_CALM];
	const uint64_t count = mishaps->count - first;

	row[0] = mishaps->rows[first + n / count];
	row[1] = mishaps->rows[first + n % count];
	return 2;
}

uint64_t mishaps_random(uint64_t *state)
{
	uint64_t bits = *state += UINT64_C(0x9e3779b97f4a7c15);

	bits = (bits ^ (bits >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	bits = (bits ^ (bits >> 27)) * UINT64_C(0x94d049bb133111eb);
	return bits ^ (bits >> 31);
}

size_t mishaps_sequence(const struct mishaps *mishaps, uint64_t seed, size_t most, struct mishap row[MISHAPS_MOST])
{
	const size_t first = mishaps->ends[SECTION_CALM];
	const uint64_t count = mishaps->count - first;
	size_t length;

	if (most > MISHAPS_MOST)
		most = MISHAPS_MOST;
	length = most > 3 ? 3 + mishaps_random(&seed) % (most - 2) : 3;
	for (size_t i = 0; i < length; i++)
		row[i] = mishaps->rows[first + mishaps_random(&seed) % count];
	return length;
}

/* ---- in words ---- */

static void describe_act(const struct mishap *mishap, char *text, size_t size)
{
	const struct sim_act *act = &mishap->act;
	const char *what = act->process	       ? act->process
			   : act->target_group ? act->target_group
			   : act->balancer     ? act->balancer
					       : act->instance;
	char value[24];

	snprintf(value, sizeof(value), "%lld", (long long)act->value);
	snprintf(text, size, "before request %u somebody else: %s %s", mishap->at, sim_act_name(act->kind),
		 what ? what : value);
}

void mishap_describe(const struct mishap *mishap, char *text, size_t size)
{
	switch (mishap->kind) {
	case MISHAP_CRASH_WRITE:
		if (mishap->keep == SIZE_MAX)
			snprintf(text, size, "the process dies behind step %u of the disk", mishap->at);
		else
			snprintf(text, size, "the process dies in step %u of the disk: %zu bytes are written",
				 mishap->at, mishap->keep);
		return;
	case MISHAP_CRASH_REQUEST:
		snprintf(text, size, "request %u: %s", mishap->at, sim_fault_name(mishap->fault));
		return;
	case MISHAP_FAULT:
		if (mishap->at)
			snprintf(text, size, "request %u: %s", mishap->at, sim_fault_name(mishap->fault));
		else
			snprintf(text, size, "nothing goes wrong");
		return;
	case MISHAP_ACT:
		describe_act(mishap, text, size);
		return;
	case MISHAP_ABANDONED:
		snprintf(text, size, "the deployment never comes back from its pause: only the timer comes");
		return;
	case MISHAP_GIVEN_UP:
		snprintf(text, size, "request %u: %s, and nobody deploys again: only the timer comes", mishap->at,
			 sim_fault_name(mishap->fault));
		return;
	}
}
