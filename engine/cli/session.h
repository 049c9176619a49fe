/* One call of the program: what was given to it, and what the commands share, each made when it is first asked for. */
#ifndef TIDEGATE_CLI_SESSION_H
#define TIDEGATE_CLI_SESSION_H

#include "cli/configuration.h"
#include "cli/connection.h"
#include "cli/inputs.h"
#include "cli/options.h"
#include "cli/report.h"
#include "cli/trace.h"
#include "run/start.h"

struct session {
	struct arena *arena;
	struct environment environment;
	struct options options;
	bool in_hook;
	struct report report;
	struct diagnostics diagnostics;
	struct reader reader;
	/* Made when first asked for. */
	struct configuration *configuration;
	bool configuration_is_faulty; /* and that was said */
	const struct machine *configured; /* what it was last checked for */
	struct catalogue *catalogue;
	struct storage *storage;
	struct connection *connection;
	struct trace *trace; /* --debug */
	struct random random;
};

void session_init(struct session *session, struct environment environment);
void session_release(struct session *session);

/* Each returns NULL after it has said why, and what is to be exited with is then session_fail's. */
const struct configuration *session_configuration(struct session *session);
/* The same once what it says of this machine's inputs is checked: each fault is printed, and err is set. */
const struct configuration *session_configuration_for(struct session *session, const struct machine *machine,
						      struct error *err);
struct catalogue *session_catalogue(struct session *session);
struct storage *session_storage(struct session *session, struct error *err);
struct connection *session_connection(struct session *session, struct error *err);

/* A connection of its own, to this region (NULL: as the options and the environment say); the caller frees it. */
struct connection *session_connect(struct session *session, const char *region, struct error *err);

/* Prints what the diagnostics hold, to standard error (in a hook there is only one stream), and forgets it. */
void session_print_diagnostics(struct session *session);
/* Says an error; returns the exit status that fits it where nothing was done. */
int session_fail(struct session *session, const struct error *err);
/* The same where a run is open, or none can be looked for: what it holds is not restored. */
int session_fail_open(struct session *session, const struct error *err);

/* NULL after its faults were printed. */
const struct machine *session_machine(struct session *session, const char *path);

/* What expressions read as `hook`, from the environment; a new object. `event` NULL: LIFECYCLE_EVENT, or null. */
json_t *session_hook(const struct session *session, const char *event);
/* This instance's id, or NULL where that cannot be known; a new string. */
char *session_host(struct session *session);

int session_inputs(struct session *session, const struct machine *machine, json_t *hook, struct inputs *inputs,
		   struct error *err);
/* What the first record of a run holds beside its definition; a new object. */
json_t *session_about(struct session *session, const char *file, const struct inputs *inputs);

/* What a leg is driven with. -1 with err where there is no region, no state directory. `storage` false: it will not
 * write (plan). */
int session_run_environment(struct session *session, bool storage, struct run_environment *environment,
			    struct error *err);

#endif
