/* Chance, passed in as an argument so that what rests on it (jitter) is exact in tests and repeatable in rehearsals. */
#ifndef TIDEGATE_BASE_RANDOM_H
#define TIDEGATE_BASE_RANDOM_H

struct random_source {
	/* The next number, evenly spread over [0, 1). */
	double (*fraction)(struct random_source *source);
};

struct random_source *random_source_system(void); /* the kernel's; not to be freed */

#endif
