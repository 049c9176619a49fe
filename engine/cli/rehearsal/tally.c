/* Counting what came of the plays: kind by kind, and of each invariant that was violated the play that shows it
 * best. */
#include "config.h"

#include <assert.h>

#include "cli/rehearsal/rehearsal.h"

/* Where it is, or would be. */
static size_t place_of(const struct tally *tally, const struct invariant *invariant)
{
	size_t place = 0;

	while (place < tally->n_findings && tally->findings[place].invariant != invariant)
		place++;
	return place;
}

/* Fewer mishaps, then fewer records, then the lower number: the same whoever counts first. */
static bool shows_better(const struct finding *one, const struct finding *other)
{
	if (one->mishaps != other->mishaps)
		return one->mishaps < other->mishaps;
	if (one->records != other->records)
		return one->records < other->records;
	return one->run < other->run;
}

static bool comes_first(const struct finding *one, const struct finding *other)
{
	return one->section != other->section ? one->section < other->section : one->first < other->first;
}

static struct finding add_up(const struct finding *one, const struct finding *other)
{
	const struct finding *first = comes_first(one, other) ? one : other;
	struct finding sum = shows_better(one, other) ? *one : *other;

	sum.count = one->count + other->count;
	sum.section = first->section;
	sum.first = first->first;
	return sum;
}

/* In the order in which one process would find them that plays section by section. */
static void keep_finding(struct tally *tally, const struct finding *found)
{
	size_t place = place_of(tally, found->invariant);
	struct finding sum = *found;

	if (place < tally->n_findings)
		sum = add_up(found, &tally->findings[place]);
	else
		tally->n_findings++;
	assert(tally->n_findings < FINDINGS_MOST);
	for (; place > 0 && comes_first(&sum, &tally->findings[place - 1]); place--)
		tally->findings[place] = tally->findings[place - 1];
	tally->findings[place] = sum;
}

void tally_count(struct tally *tally, enum section section, const struct stage *stage, uint64_t run)
{
	struct section_counts *counts = &tally->counts[section];

	counts->runs++;
	counts->left += stage->left;
	counts->drifted += stage->drifted;
	counts->same_moment += stage->same_moment;
	counts->violations += stage->violation.invariant != NULL;
	counts->requests += stage_requests(stage);
	if (stage->violation.invariant)
		keep_finding(tally, &(struct finding){ .invariant = stage->violation.invariant,
						       .count = 1,
						       .run = run,
						       .mishaps = stage->n_mishaps,
						       .records = stage_records(stage),
						       .section = section,
						       .first = run });
}

void tally_add(struct tally *tally, const struct tally *share)
{
	for (size_t i = 0; i < SECTION_COUNT; i++) {
		struct section_counts *counts = &tally->counts[i];

		counts->runs += share->counts[i].runs;
		counts->played += share->counts[i].played;
		counts->left += share->counts[i].left;
		counts->drifted += share->counts[i].drifted;
		counts->same_moment += share->counts[i].same_moment;
		counts->violations += share->counts[i].violations;
		counts->requests += share->counts[i].requests;
	}
	for (size_t i = 0; i < share->n_findings; i++)
		keep_finding(tally, &share->findings[i]);
	tally->pairs += share->pairs;
	tally->leads += share->leads;
}

uint64_t tally_runs(const struct tally *tally)
{
	uint64_t count = 0;

	for (size_t i = 0; i < SECTION_COUNT; i++)
		count += tally->counts[i].runs;
	return count;
}

uint64_t tally_violations(const struct tally *tally)
{
	uint64_t count = 0;

	for (size_t i = 0; i < SECTION_COUNT; i++)
		count += tally->counts[i].violations;
	return count;
}
