/* Rehearses the shipped machine by the engine that it is linked with until something is violated, and says what:
 *	hunt SCENARIO KIND INVARIANT
 * From the runs of this kind on ("crash"; "wire-crash": over the wire), or through the pairs that begin with a request
 * that takes effect late ("late"). 0: the invariant was violated; 1: another one; 2: none was. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "../cli/bench.h"

static enum section section_of(const char *word)
{
	enum section section = 0;

	while (section < SECTION_SINGLES && strcmp(section_words[section], word) != 0)
		section++;
	return section;
}

/* Late: a fault of one of the requests that change something. */
static bool leads_late(const struct bench *bench, const struct mishap *mishap)
{
	const struct sim *sim = bench->rehearsal.stage.sim;

	if (mishap->kind != MISHAP_FAULT || mishap->fault != SIM_FAULT_LATE)
		return false;
	for (size_t i = 0; i < sim_log_count(sim); i++)
		if (sim_log_at(sim, i)->number == mishap->at)
			return !sim_log_at(sim, i)->reads;
	return false;
}

static bool hunt_behind(struct rehearsal *rehearsal, uint64_t *run)
{
	while (rehearsal_replay(rehearsal, *run)) {
		if (rehearsal->stage.violation.invariant)
			return true;
		++*run;
	}
	return false;
}

static bool hunt_pairs(struct bench *bench, uint64_t *run)
{
	struct rehearsal *rehearsal = &bench->rehearsal;

	for (uint64_t first = 0; first < rehearsal->singles; first++) {
		const struct mishap *mishap = &rehearsal->mishaps[0].rows[first];

		if (mishap->fault != SIM_FAULT_LATE)
			continue;
		rehearsal_replay(rehearsal, 0);
		if (!leads_late(bench, mishap))
			continue;
		*run = first * RUN_PAIRS + 1;
		if (hunt_behind(rehearsal, run))
			return true;
	}
	return false;
}

/* What is behind "wire-", and then so it is played. */
static const char *take_wire(struct bench *bench, const char *kind)
{
	const size_t length = strlen("wire-");

	if (strncmp(kind, "wire-", length) != 0)
		return kind;
	bench->rehearsal.stage.services = catalogue_services(bench->catalogue);
	return kind + length;
}

int main(int count, char **arguments)
{
	struct bench bench;
	const struct violation *violation = &bench.rehearsal.stage.violation;
	enum section section;
	uint64_t run = 0;
	bool caught, expected;

	if (count != 4)
		return 2;
	bench_begin(&bench, &(struct bench_files){ 0 });
	section = section_of(take_wire(&bench, arguments[2]));
	bench_add_scene(&bench, arguments[1]);
	if (section < SECTION_SINGLES)
		run = bench_first(&bench, section);
	caught = section == SECTION_SINGLES ? hunt_pairs(&bench, &run) : bench_hunt(&bench, NULL, &run);
	expected = caught && strcmp(violation->invariant->name, arguments[3]) == 0;
	printf("%s, run %llu of %s: %s\n", caught ? violation->invariant->name : "MISSED", (unsigned long long)run,
	       arguments[1], violation->why);
	bench_end(&bench);
	return expected ? 0 : caught ? 1 : 2;
}
