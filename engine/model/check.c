#include "config.h"

#include "model/check.h"

int machine_check(struct reader *reader, const struct machine *machine)
{
	(void)reader;
	(void)machine;
	return 0;
}
