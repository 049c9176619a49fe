/* The options of all commands: one table, one parser. Names and habits are those of the AWS CLI and of Terraform. */
#ifndef TIDEGATE_CLI_OPTIONS_H
#define TIDEGATE_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"

enum option {
	OPTION_HELP,
	OPTION_INPUT,
	OPTION_UNTIL,
	OPTION_HOOK,
	OPTION_DEPLOYMENT_GROUP,
	OPTION_ALL,
	OPTION_FOLLOW,
	OPTION_YES,
	OPTION_FLAG_FILE,
	OPTION_JSON,
	OPTION_EXIT_CODE,
	OPTION_REGION,
	OPTION_PROFILE,
	OPTION_ENDPOINT_URL,
	OPTION_CA_BUNDLE,
	OPTION_STATE_DIR,
	OPTION_CATALOGUE,
	OPTION_SCENARIO,
	OPTION_LISTEN,
	OPTION_SPEED,
	OPTION_FORMAT,
	OPTION_OUTPUT,
	OPTION_FAULTS,
	OPTION_SEED,
	OPTION_RUNS,
	OPTION_RUN,
	OPTION_WIRE,
	OPTION_JOBS,
	OPTION_OFFLINE,
	OPTION_LOG_FORMAT,
	OPTION_DEBUG,
	OPTION_NO_COLOR,
	OPTION_COUNT
};

struct option_row {
	const char *name;  /* without the two dashes */
	char letter;       /* 0: none */
	const char *value; /* what it is given, as help shows it; NULL: nothing */
	const char *help;
};

extern const struct option_row option_rows[OPTION_COUNT];

/* A set of options, for the commands' table. */
typedef uint64_t option_set;
#define OPTION_BIT(option) ((option_set)1 << (option))
#define OPTIONS_CATALOGUE OPTION_BIT(OPTION_CATALOGUE)
#define OPTIONS_AWS                                                                                               \
	(OPTION_BIT(OPTION_REGION) | OPTION_BIT(OPTION_PROFILE) | OPTION_BIT(OPTION_ENDPOINT_URL) |               \
	 OPTION_BIT(OPTION_CA_BUNDLE) | OPTION_BIT(OPTION_DEBUG))
#define OPTIONS_STATE OPTION_BIT(OPTION_STATE_DIR)
#define OPTIONS_MACHINE (OPTION_BIT(OPTION_INPUT) | OPTION_BIT(OPTION_DEPLOYMENT_GROUP) | OPTION_BIT(OPTION_CATALOGUE))
/* Of what drives a run. */
#define OPTIONS_RUN (OPTION_BIT(OPTION_LOG_FORMAT) | OPTION_BIT(OPTION_YES))
#define OPTIONS_ALWAYS (OPTION_BIT(OPTION_HELP) | OPTION_BIT(OPTION_NO_COLOR))

struct option_values {
	const char **rows; /* in the order given */
	size_t count;
};

struct options {
	struct option_values of[OPTION_COUNT];
	const char **operands;
	size_t n_operands;
};

/* Fills `options` from the arguments behind a command's name; texts are borrowed, arrays live in the arena. Options may
 * stand behind operands; `--` ends them. -1 (ERROR_USAGE) with "did you mean" where an option is not in the set. */
int options_parse(struct options *options, struct arena *arena, option_set allowed, const char *const *arguments,
		  struct error *err);

/* The last value given, "" for an option that takes none; NULL where it was not given. */
const char *options_get(const struct options *options, enum option option);
static inline bool options_has(const struct options *options, enum option option)
{
	return options->of[option].count > 0;
}

#endif
