/* What an administrator says for every run on this host: /etc/tidegate/config.yaml, and the actions and operations of
 * /etc/tidegate/catalogue.d beside it. */
#ifndef TIDEGATE_CLI_CONFIGURATION_H
#define TIDEGATE_CLI_CONFIGURATION_H

#include "model/machine.h"

struct configuration {
	const char *path;         /* of the file; NULL: there is none */
	const char *state_dir;    /* NULL: not said */
	const char *log_format;   /* NULL: not said */
	const struct node *inputs; /* machine, or `any` -> input -> value; NULL: none */
};

extern const struct record configuration_record;

/* Reads DIRECTORY/config.yaml where there is one. 0, or -1 with every fault in the reader's diagnostics. */
int configuration_load(struct configuration *configuration, struct reader *reader, const char *directory);
/* The inputs that it has for this machine, held against what the machine takes. */
int configuration_check(const struct configuration *configuration, const struct reader *reader,
			const struct machine *machine);

#endif
