#include "config.h"

#include "base/random.h"

#include <stdint.h>
#include <sys/random.h>

static double system_fraction(struct random_source *source)
{
	uint64_t bits = 0;

	(void)source;
	/* So few bytes come whole or not at all; without them, zero is a poor but harmless jitter. */
	if (getrandom(&bits, sizeof(bits), 0) != sizeof(bits))
		return 0;
	return (double)(bits >> 11) / (double)(UINT64_C(1) << 53);
}

struct random_source *random_source_system(void)
{
	static struct random_source system = { .fraction = system_fraction };

	return &system;
}
