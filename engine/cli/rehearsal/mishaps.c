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
	[SECTION_DISK] = "a disk that fails",
	[SECTION_DAMAGE] = "a journal that is damaged",
	[SECTION_HOST] = "others on the host, its clock",
	[SECTION_HELPED] = "restored, resumed by hand",
	[SECTION_PAIR] = "pairs of these",
	[SECTION_RANDOM] = "sequences by chance",
};

const char *const section_words[SECTION_COUNT] = {
	[SECTION_CALM] = "calm",           [SECTION_CRASH] = "crash", [SECTION_TORN] = "torn",
	[SECTION_STOPPED] = "stopped",     [SECTION_FAULT] = "fault", [SECTION_ACT] = "act",
	[SECTION_ABANDONED] = "abandoned", [SECTION_HAND] = "hand",   [SECTION_DISK] = "disk",
	[SECTION_DAMAGE] = "damage",       [SECTION_HOST] = "host",   [SECTION_HELPED] = "helped",
	[SECTION_PAIR] = "pairs",          [SECTION_RANDOM] = "sequences",
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

static bool is_alike(const struct profile *profile, unsigned k)
{
	unsigned before = 0;

	for (size_t i = 0; i < profile->n_marks; i++) {
		if (profile->marks[i].requests >= k)
			return k > before + LOOKS_FIRST && k + LOOKS_LAST <= profile->marks[i].requests;
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

static void add_by_hand(struct mishaps *mishaps)
{
	add(mishaps, &(struct mishap){ .kind = MISHAP_PLANNED });
	add(mishaps, &(struct mishap){ .kind = MISHAP_ADOPTED });
}

/* What can become of a step that writes bytes, and of one that only makes durable or opens; all that have no bytes take
 * turns, as all looks do. */
static const enum disk_fault write_faults[] = { DISK_FULL, DISK_READ_ONLY, DISK_WRITE_ERROR };
static const enum disk_fault sync_faults[] = { DISK_SYNC_ERROR, DISK_SYNC_LOST };
static const enum disk_fault look_faults[] = { DISK_LOOK_ERROR, DISK_NO_DESCRIPTORS };

static void add_disk(struct mishaps *mishaps, const struct profile *profile)
{
	for (unsigned step = 1; step <= profile->steps; step++)
		if (profile->step_bytes[step] > 0)
			for (size_t i = 0; i < ARRAY_LENGTH(write_faults); i++)
				add(mishaps,
				    &(struct mishap){ .kind = MISHAP_DISK, .at = step, .row = write_faults[i] });
		else
			add(mishaps, &(struct mishap){ .kind = MISHAP_DISK,
						       .at = step,
						       .row = sync_faults[step / 2 % ARRAY_LENGTH(sync_faults)] });
	for (unsigned look = 1; look <= profile->looks; look++)
		add(mishaps, &(struct mishap){ .kind = MISHAP_LOOK,
					       .at = look,
					       .row = look_faults[look % ARRAY_LENGTH(look_faults)] });
}

/* Where in the journal each kind of damage is of interest. */
static const unsigned damage_places[DAMAGE_COUNT] = {
	[DAMAGE_FLIPPED] = DAMAGE_PLACES, [DAMAGE_DOUBLED] = DAMAGE_PLACES, [DAMAGE_DROPPED] = DAMAGE_PLACES,
	[DAMAGE_ZEROED] = DAMAGE_PLACES,
	[DAMAGE_NEWER] = 1, [DAMAGE_COPIED] = 1,
};

static void add_damage(struct mishaps *mishaps)
{
	for (int damage = 0; damage < DAMAGE_COUNT; damage++)
		for (unsigned place = 1; place <= damage_places[damage]; place++)
			add(mishaps, &(struct mishap){ .kind = MISHAP_DAMAGED, .at = place, .row = damage });
}

/* Deaths at some of the requests, spread over a play. */
enum { REBOOTS_EVERY = 3, REVISIONS_EVERY = 12, JUMPS_EVERY = 6, THEIRS_EVERY = 12 };

static void add_deaths(struct mishaps *mishaps, const struct profile *profile, unsigned first, unsigned every,
		       const struct mishap *mishap)
{
	unsigned n = 0;

	for (unsigned k = 1; k <= profile->requests; k = next_request(profile, k))
		if (++n >= first && (n - first) % every == 0) {
			struct mishap added = *mishap;

			added.at = k;
			added.fault = SIM_FAULT_CRASH_AFTER;
			add(mishaps, &added);
		}
}

/* Another process is done soon, or not before the leg's time is over. */
static const int64_t busy_ms[] = { 3 * 60 * 1000, 40 * 60 * 1000 };
/* A clock is set right by minutes, or by a day. */
static const int64_t jumps_ms[] = { 4 * 60 * 1000, -4 * 60 * 1000, 24 * 60 * 60 * 1000, -24 * 60 * 60 * 1000 };

static void add_host(struct mishaps *mishaps, const struct profile *profile)
{
	for (unsigned hook = 1; hook <= 2; hook++)
		for (size_t i = 0; i < ARRAY_LENGTH(busy_ms); i++)
			add(mishaps, &(struct mishap){ .kind = MISHAP_BUSY, .at = hook, .ms = busy_ms[i] });
	add(mishaps, &(struct mishap){ .kind = MISHAP_THEY_BEGIN });
	add_deaths(mishaps, profile, 1, THEIRS_EVERY, &(struct mishap){ .kind = MISHAP_THEY_BEGIN });
	add(mishaps, &(struct mishap){ .kind = MISHAP_THEY_COME });
	add(mishaps, &(struct mishap){ .kind = MISHAP_IMAGE });
	add(mishaps, &(struct mishap){ .kind = MISHAP_OFTEN });
	add_deaths(mishaps, profile, 1, REBOOTS_EVERY, &(struct mishap){ .kind = MISHAP_REBOOTED });
	for (int revision = 0; revision < REVISION_COUNT; revision++)
		add(mishaps, &(struct mishap){ .kind = MISHAP_REVISED, .row = revision });
	add_deaths(mishaps, profile, 1, REVISIONS_EVERY,
		   &(struct mishap){ .kind = MISHAP_REVISED, .row = REVISION_CLOSES_FAULTY });
	for (size_t i = 0; i < ARRAY_LENGTH(jumps_ms); i++)
		add_deaths(mishaps, profile, 1 + (unsigned)i, JUMPS_EVERY,
			   &(struct mishap){ .kind = MISHAP_CLOCK, .ms = jumps_ms[i] });
}

static void add_helped(struct mishaps *mishaps, const struct profile *profile)
{
	for (int help = 0; help < HELP_COUNT; help++)
		add(mishaps, &(struct mishap){ .kind = MISHAP_HELPED, .row = help });
	for (int help = 0; help < HELP_COUNT; help++)
		add_deaths(mishaps, profile, 1 + (unsigned)help, HELP_COUNT,
			   &(struct mishap){ .kind = MISHAP_HELPED, .row = help });
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
	add_by_hand(mishaps);
	mishaps->ends[SECTION_HAND] = mishaps->count;
	add_disk(mishaps, profile);
	mishaps->ends[SECTION_DISK] = mishaps->count;
	add_damage(mishaps);
	mishaps->ends[SECTION_DAMAGE] = mishaps->count;
	add_host(mishaps, profile);
	mishaps->ends[SECTION_HOST] = mishaps->count;
	add_helped(mishaps, profile);
	mishaps->ends[SECTION_HELPED] = mishaps->count;
}

void mishaps_release(struct mishaps *mishaps)
{
	free(mishaps->rows);
	*mishaps = (struct mishaps){ 0 };
}

/* Of a torn write one length, the longest: where something follows, it is as good as another. */
bool mishaps_lead(const struct mishaps *mishaps, size_t i)
{
	if (i < mishaps->ends[SECTION_CALM] || i >= mishaps->ends[SECTION_PAIRED - 1])
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
	const uint64_t count = mishaps->ends[SECTION_PAIRED - 1] - first;
	size_t length;

	if (most > MISHAPS_MOST)
		most = MISHAPS_MOST;
	length = most > 3 ? 3 + mishaps_random(&seed) % (most - 2) : 3;
	for (size_t i = 0; i < length; i++)
		row[i] = mishaps->rows[first + mishaps_random(&seed) % count];
	return length;
}

/* ---- in words ---- */

static void describe_write(const struct mishap *mishap, char *text, size_t size)
{
	if (mishap->keep == SIZE_MAX)
		snprintf(text, size, "the process dies behind step %u of the disk", mishap->at);
	else
		snprintf(text, size, "the process dies in step %u of the disk: %zu bytes are written", mishap->at,
			 mishap->keep);
}

static void describe_fault(const struct mishap *mishap, char *text, size_t size)
{
	if (mishap->at)
		snprintf(text, size, "request %u: %s", mishap->at, sim_fault_name(mishap->fault));
	else
		snprintf(text, size, "nothing goes wrong");
}

void act_describe(const struct sim_act *act, char *text, size_t size)
{
	const char *what = act->process        ? act->process
			   : act->target_group ? act->target_group
			   : act->balancer     ? act->balancer
					       : act->instance;
	char value[24];

	snprintf(value, sizeof(value), "%lld", (long long)act->value);
	snprintf(text, size, "%s %s", sim_act_name(act->kind), what ? what : value);
}

static void describe_act(const struct mishap *mishap, char *text, size_t size)
{
	char what[100];

	act_describe(&mishap->act, what, sizeof(what));
	snprintf(text, size, "before request %u somebody else: %s", mishap->at, what);
}

static void describe_disk(const struct mishap *mishap, char *text, size_t size)
{
	snprintf(text, size, "step %u of the disk: %s", mishap->at, disk_fault_name((enum disk_fault)mishap->row));
}

static void describe_look(const struct mishap *mishap, char *text, size_t size)
{
	snprintf(text, size, "look %u at the disk: %s", mishap->at, disk_fault_name((enum disk_fault)mishap->row));
}

static void describe_damage(const struct mishap *mishap, char *text, size_t size)
{
	snprintf(text, size, "%s, at place %u of %d", damage_sentence((enum damage)mishap->row), mishap->at,
		 DAMAGE_PLACES);
}

static void describe_busy(const struct mishap *mishap, char *text, size_t size)
{
	snprintf(text, size, "hook %u: another process has the subject for %lld minutes", mishap->at,
		 (long long)mishap->ms / 60000);
}

static void describe_clock(const struct mishap *mishap, char *text, size_t size)
{
	snprintf(text, size, "request %u: the host's clock jumps by %lld minutes", mishap->at,
		 (long long)mishap->ms / 60000);
}

static void describe_help(const struct mishap *mishap, char *text, size_t size)
{
	snprintf(text, size, "%s", help_sentence((enum help)mishap->row));
}

static void describe_revision(const struct mishap *mishap, char *text, size_t size)
{
	static const char *const files[REVISION_COUNT] = {
		[REVISION_GOOD] = "each hook brings a file of its own",
		[REVISION_CLOSES_FAULTY] = "the file of the closing hook is faulty",
		[REVISION_OPENS_FAULTY] = "the file of the first hook is faulty",
	};

	snprintf(text, size, "%s", files[mishap->row]);
}

/* A sentence where there is no more to say. */
static const struct {
	const char *sentence;
	void (*describe)(const struct mishap *mishap, char *text, size_t size);
	bool may_die; /* at a request, which comes first */
} descriptions[MISHAP_KIND_COUNT] = {
	[MISHAP_CRASH_WRITE] = { NULL, describe_write },
	[MISHAP_CRASH_REQUEST] = { NULL, describe_fault },
	[MISHAP_FAULT] = { NULL, describe_fault },
	[MISHAP_ACT] = { NULL, describe_act },
	[MISHAP_ABANDONED] = { "the deployment never comes back from its pause: only the timer comes" },
	[MISHAP_GIVEN_UP] = { "nobody deploys again: only the timer comes", .may_die = true },
	[MISHAP_STOPPED] = { "SIGTERM comes", .may_die = true },
	[MISHAP_PLANNED] = { "a plan is made first" },
	[MISHAP_ADOPTED] = { "an operator has taken the instance out; it is adopted" },
	[MISHAP_DISK] = { NULL, describe_disk },
	[MISHAP_LOOK] = { NULL, describe_look },
	[MISHAP_DAMAGED] = { NULL, describe_damage },
	[MISHAP_BUSY] = { NULL, describe_busy },
	[MISHAP_THEY_BEGIN] = { "another deployment group has begun before", .may_die = true },
	[MISHAP_THEY_COME] = { "another deployment group comes while we stand in our pause" },
	[MISHAP_IMAGE] = { "the host was made from the image of one that had an open run" },
	[MISHAP_OFTEN] = { "so many deployments before that old journals go" },
	[MISHAP_REBOOTED] = { "the host starts again", .may_die = true },
	[MISHAP_REVISED] = { NULL, describe_revision, .may_die = true },
	[MISHAP_CLOCK] = { NULL, describe_clock },
	[MISHAP_HELPED] = { NULL, describe_help, .may_die = true },
};

void mishap_describe(const struct mishap *mishap, char *text, size_t size)
{
	int length = 0;

	if (mishap->at && descriptions[mishap->kind].may_die)
		length = snprintf(text, size, "request %u: %s%s", mishap->at,
				  mishap->fault ? sim_fault_name(mishap->fault) : "", mishap->fault ? ", and " : "");
	if (descriptions[mishap->kind].describe)
		descriptions[mishap->kind].describe(mishap, text + length, size - (size_t)length);
	else
		snprintf(text + length, size - (size_t)length, "%s", descriptions[mishap->kind].sentence);
}
