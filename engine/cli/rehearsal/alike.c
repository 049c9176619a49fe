/* Which second mishaps need not be played, for a play that went on alike has been: by the outlook (outlook.h) at the
 * moment at which they come. */
#include "config.h"

#include "base/hash.h"
#include "cli/rehearsal/mishaps.h"

static const struct outlook *outlook_met(const struct profile *profile, const struct mishap *mishap)
{
	const struct outlooks *outlooks = mishap->kind == MISHAP_CRASH_WRITE ? &profile->at_steps
									     : &profile->at_requests;

	return mishap->at > 0 && mishap->at < outlooks->size ? &outlooks->rows[mishap->at] : NULL;
}

/* What a process leaves that dies. */
static uint64_t likeness_of_death(const struct outlook *outlook, const struct mishap *mishap)
{
	if (mishap->kind == MISHAP_CRASH_WRITE && mishap->keep == SIZE_MAX)
		return outlook->saved;
	/* Of a torn write some records may be whole, and a change that is made by then is another world. */
	if (mishap->keep > 0 || (mishap->fault == SIM_FAULT_CRASH_AFTER && !outlook->reads))
		return hash_number(outlook->lives, mishap->kind);
	return outlook->lost;
}

/* What is not asked about is as good as not done yet: the act is alike to one at the next request that shows it or
 * changes something, as long as this process goes on and nothing else happens. */
static const struct outlook *outlook_shown(const struct profile *profile, const struct mishap *mishap)
{
	const struct outlooks *outlooks = &profile->at_requests;
	const struct outlook *here = &outlooks->rows[mishap->at];

	for (size_t at = mishap->at + 1; at < outlooks->size && at <= profile->requests; at++) {
		const struct outlook *next = &outlooks->rows[at];

		if (!here->reads || act_is_shown(&mishap->act, here->service) || next->process != here->process ||
		    next->around != here->around)
			break;
		here = next;
	}
	return here;
}

uint64_t mishap_likeness(const struct mishap *mishap, const struct profile *profile)
{
	const struct outlook *outlook = outlook_met(profile, mishap);

	if (!outlook)
		return 0;
	if (mishap_dies(mishap))
		return hash_number(likeness_of_death(outlook, mishap), mishap->kind == MISHAP_GIVEN_UP);
	if (mishap->kind == MISHAP_ACT)
		outlook = outlook_shown(profile, mishap);
	return act_hash(hash_number(hash_number(outlook->lives, mishap->kind), mishap->fault), &mishap->act);
}

/* After each of these a read is asked again, and that is all (failure.h: passing). */
static const enum sim_fault_kind passing[] = {
	SIM_FAULT_THROTTLED, SIM_FAULT_UNAVAILABLE_BEFORE, SIM_FAULT_LOST_BEFORE,
	SIM_FAULT_GARBAGE,   SIM_FAULT_TRUNCATED,
};

bool mishap_has_turn(const struct mishap *mishap, const struct profile *profile)
{
	const struct outlook *outlook = outlook_met(profile, mishap);

	if (!outlook || mishap->kind != MISHAP_FAULT || !outlook->reads)
		return true;
	for (size_t i = 0; i < ARRAY_LENGTH(passing); i++)
		if (passing[i] == mishap->fault)
			return outlook->lives % ARRAY_LENGTH(passing) == i;
	return true;
}
