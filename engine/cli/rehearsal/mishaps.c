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
	[SECTION_STOPPED] = "stopped by a signal",
	[SECTION_FAULT] = "throttled, refused, lost",
	[SECTION_ACT] = "someone else acts",
	[SECTION_ABANDONED] = "nobody deploys again",
	[SECTION_HAND] = "planned, adopted by hand",
	[SECTION_PAIR] = "pairs of these",
	[SECTION_RANDOM] = "sequences by chance",
};

const char *const section_words[SECTION_COUNT] = {
	[SECTION_CALM] = "calm",           [SECTION_CRASH] = "crash", [SECTION_TORN] = "torn",
	[SECTION_STOPPED] = "stopped",     [SECTION_FAULT] = "fault", [SECTION_ACT] = "act",
	[SECTION_ABANDONED] = "abandoned", [SECTION_HAND] = "hand",   [SECTION_PAIR] = "pairs",
	[SECTION_RANDOM] = "sequences",
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

static bool is_alike(const struct profile *profile, unsigned k)
{
	unsigned before = 0;

	for (size_t i = 0; i < profile->n_marks; i++) {
		if (profile->marks[i].requests >= k)
			return k > before + POLLS_FIRST && k + POLLS_LAST <= profile->marks[i].requests;
		before = profile->marks[i].requests;
	}
	return false;
}

static unsigned next_request(const struct profile *profile, unsigned k)
{
	while (++k <= profile->requests && is_alike(profile, k))
		;
	return k;
}

/* ---- one section each ---- */

static void add_crashes(struct mishaps *mishaps, const struct profile *profile)
{
	static const enum sim_fault_kind sides[] = { SIM_FAULT_CRASH_BEFORE, SIM_FAULT_CRASH_AFTER };

	for (unsigned k = 1; k <= profile->requests; k = next_request(profile, k))
		for (size_t i = 0; i < ARRAY_LENGTH(sides); i++)
			add(mishaps, &(struct mishap){ .kind = MISHAP_CRASH_REQUEST, .at = k, .fault = sides[i] });
	for (unsigned step = 1; step <= profile->steps; step++) {
		add(mishaps, &(struct mishap){ .kind = MISHAP_CRASH_WRITE, .at = step, .keep = SIZE_MAX });
		if (profile->step_bytes[step] > 0)
			add(mishaps, &(struct mishap){ .kind = MISHAP_CRASH_WRITE, .at = step });
	}
}

/* Every length of each write's beginning, or one out of so many: a prime, beginning elsewhere in each write, so that
 * each part of a record is met. */
static const struct {
	size_t begins, stride;
} torn_lengths[] = { [TORN_ONE] = { 37, SIZE_MAX / 2 }, [TORN_SOME] = { 37, 37 }, [TORN_ALL] = { 1, 1 } };

/* From the longest down. A play begins by making its file, which is there whole or not at all. */
static void add_torn(struct mishaps *mishaps, const struct profile *profile, enum torn torn)
{
	for (unsigned step = 2; step <= profile->steps; step++)
		for (size_t cut = 1 + step % torn_lengths[torn].begins; cut < profile->step_bytes[step];
		     cut += torn_lengths[torn].stride)
			add(mishaps, &(struct mishap){ .kind = MISHAP_CRASH_WRITE,
						       .at = step,
						       .keep = profile->step_bytes[step] - cut });
}

static void add_stops(struct mishaps *mishaps, const struct profile *profile)
{
	for (unsigned k = 1; k <= profile->requests; k = next_request(profile, k))
		add(mishaps, &(struct mishap){ .kind = MISHAP_STOPPED, .at = k });
}

/* What can become of a request: a read has no effect that comes late or goes unseen, nor is it old but for a read. */
static const struct {
	enum sim_fault_kind kind;
	bool of_reads, of_changes, only_scaling;
} fault_rows[] = {
	{ SIM_FAULT_THROTTLED, true, true, false },
	{ SIM_FAULT_ACCESS_DENIED, true, true, false },
	{ SIM_FAULT_EXPIRED_CREDENTIALS, true, true, false },
	{ SIM_FAULT_CONTENTION, false, true, true },
	{ SIM_FAULT_ACTIVITY, false, true, true },
	{ SIM_FAULT_UNAVAILABLE_BEFORE, true, true, false },
	{ SIM_FAULT_UNAVAILABLE_AFTER, false, true, false },
	{ SIM_FAULT_LOST_BEFORE, true, true, false },
	{ SIM_FAULT_LOST_AFTER, false, true, false },
	{ SIM_FAULT_LATE, false, true, false },
	{ SIM_FAULT_GARBAGE, true, true, false },
	{ SIM_FAULT_TRUNCATED, true, true, false },
	{ SIM_FAULT_STALE, true, false, false },
};

static void add_faults(struct mishaps *mishaps, const struct profile *profile)
{
	for (unsigned k = 1; k <= profile->requests; k = next_request(profile, k)) {
		const struct asked *asked = &profile->asked[k];

		for (size_t i = 0; i < ARRAY_LENGTH(fault_rows); i++)
			if ((asked->reads ? fault_rows[i].of_reads : fault_rows[i].of_changes) &&
			    (asked->scales || !fault_rows[i].only_scaling))
				add(mishaps,
				    &(struct mishap){ .kind = MISHAP_FAULT, .at = k, .fault = fault_rows[i].kind });
	}
}

static void add_abandoned(struct mishaps *mishaps, const struct profile *profile)
{
	add(mishaps, &(struct mishap){ .kind = MISHAP_ABANDONED });
	for (unsigned k = 1; k <= profile->requests; k = next_request(profile, k))
		add(mishaps, &(struct mishap){ .kind = MISHAP_GIVEN_UP, .at = k, .fault = SIM_FAULT_CRASH_AFTER });
}

static void add_acts(struct mishaps *mishaps, const struct profile *profile, const struct acts *acts)
{
	for (unsigned k = 1; k <= profile->requests; k = next_request(profile, k))
		for (size_t i = 0; i < acts->count; i++)
			add(mishaps, &(struct mishap){ .kind = MISHAP_ACT, .at = k, .act = acts->rows[i] });
}

/* A row may have grown for the play before; it is used again. */
void mishaps_fill(struct mishaps *mishaps, const struct profile *profile, const struct acts *acts, enum torn torn)
{
	mishaps->count = 0;
	add(mishaps, &(struct mishap){ .kind = MISHAP_FAULT }); /* at no request: the undisturbed play */
	mishaps->ends[SECTION_CALM] = mishaps->count;
	add_crashes(mishaps, profile);
	mishaps->ends[SECTION_CRASH] = mishaps->count;
	add_torn(mishaps, profile, torn);
	mishaps->ends[SECTION_TORN] = mishaps->count;
	add_stops(mishaps, profile);
	mishaps->ends[SECTION_STOPPED] = mishaps->count;
	add_faults(mishaps, profile);
	mishaps->ends[SECTION_FAULT] = mishaps->count;
	add_acts(mishaps, profile, acts);
	mishaps->ends[SECTION_ACT] = mishaps->count;
	add_abandoned(mishaps, profile);
	mishaps->ends[SECTION_ABANDONED] = mishaps->count;
	add(mishaps, &(struct mishap){ .kind = MISHAP_PLANNED });
	add(mishaps, &(struct mishap){ .kind = MISHAP_ADOPTED });
	mishaps->ends[SECTION_HAND] = mishaps->count;
}

void mishaps_release(struct mishaps *mishaps)
{
	free(mishaps->rows);
	*mishaps = (struct mishaps){ 0 };
}

/* Of a torn write one length, the longest: where something follows, it is as good as another. */
bool mishaps_lead(const struct mishaps *mishaps, size_t i)
{
	if (i < mishaps->ends[SECTION_CALM])
		return false;
	if (i < mishaps->ends[SECTION_CRASH] || i >= mishaps->ends[SECTION_TORN])
		return true;
	return i + 1 == mishaps->ends[SECTION_TORN] || mishaps->rows[i + 1].at != mishaps->rows[i].at;
}

/* ---- several ---- */

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
	const char *what = act->process        ? act->process
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
	case MISHAP_STOPPED:
		snprintf(text, size, "request %u: SIGTERM comes", mishap->at);
		return;
	case MISHAP_PLANNED:
		snprintf(text, size, "a plan is made first");
		return;
	case MISHAP_ADOPTED:
		snprintf(text, size, "an operator has taken the instance out; it is adopted");
		return;
	case MISHAP_GIVEN_UP:
		snprintf(text, size, "request %u: %s, and nobody deploys again: only the timer comes", mishap->at,
			 sim_fault_name(mishap->fault));
		return;
	}
}
