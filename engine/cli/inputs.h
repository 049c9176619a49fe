/* The inputs of a run and where each came from. First found wins: -i, TIDEGATE_INPUT_name, the machine's
 * `environments:`, the host's configuration, the default. */
#ifndef TIDEGATE_CLI_INPUTS_H
#define TIDEGATE_CLI_INPUTS_H

#include "base/environment.h"
#include "cli/configuration.h"
#include "cli/options.h"
#include "model/machine.h"

struct inputs_request {
	const struct machine *machine;
	const struct option_values *given; /* name=value, of -i */
	struct environment environment;
	const char *deployment_group; /* its name; NULL: none */
	const struct configuration *configuration;
	json_t *hook; /* borrowed */
	/* Facts of this machine, for defaults and the subject; as struct executor's. */
	json_t *(*metadata)(void *argument, const char *name, struct error *err);
	void *metadata_argument;
};

struct inputs {
	json_t *values;  /* name -> value, of the right type */
	json_t *sources; /* name -> "-i", "TIDEGATE_INPUT_group", "environments 'prod-*'", ... */
	json_t *env;     /* the environment variables that the machine's expressions may read */
	char *subject;
};

/* -1 (ERROR_USAGE) where a name is unknown, a value of the wrong type, or the subject cannot be told. */
int inputs_find(struct inputs *inputs, const struct inputs_request *request, struct error *err);
/* What can be known of them without a run and its machine: name -> value, a new object. The rest is left out. NULL with
 * ERROR_USAGE as above. */
json_t *inputs_known(const struct inputs_request *request, struct error *err);

void inputs_release(struct inputs *inputs);

#endif
