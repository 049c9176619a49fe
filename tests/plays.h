/* How thorough the long tests are, which play one deployment with a fault at every place. PLAY_ONE_IN=7 plays every
 * seventh of these, for a whole run of the tests in which not each play is what is looked at, but the programs: under
 * sanitizers, out of a tarball, by the lines they pass. */
#ifndef TIDEGATE_TESTS_PLAYS_H
#define TIDEGATE_TESTS_PLAYS_H

#include <stdlib.h>

/* From one play that is due to the next; 1, all of them, where nothing else is asked for. */
static inline unsigned play_stride(void)
{
	const char *text = getenv("PLAY_ONE_IN");
	const long stride = text ? strtol(text, NULL, 10) : 1;

	return stride > 1 && stride < 1000 ? (unsigned)stride : 1;
}

#endif
