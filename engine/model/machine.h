/* A machine: what a person writes to say through which states a run goes. Loaded once, then only read. The language is
 * described by the tables in machine_records.c alone: loader, JSON Schema and reference all come from them. */
#ifndef TIDEGATE_MODEL_MACHINE_H
#define TIDEGATE_MODEL_MACHINE_H

#include "model/catalogue.h"
#include "model/machine_use.h"

enum { MACHINE_LANGUAGE_VERSION = 1 };

enum state_kind { STATE_ACTION, STATE_CHOOSE, STATE_WAIT, STATE_PAUSE, STATE_RESTORE, STATE_END, STATE_KIND_COUNT };

struct state;

/* A name of a state and the state it means. */
struct state_reference {
	const char *name; /* NULL: none was written */
	struct position position;
	const struct state *state;
};

struct failure_list {
	enum failure *rows;
	size_t count;
};

struct catcher {
	struct failure_list errors;
	struct state_reference next;
	int64_t at_most; /* times in a run; 0: no bound */
};

struct retrier {
	struct failure_list errors;
	int64_t interval_ms;
	int64_t max_attempts;
	int64_t max_delay_ms;
	double backoff_rate;
	bool jitter;
};

struct choice_rule {
	struct located_expression when;
	struct state_reference next;
};

struct pause {
	int64_t expires_ms; /* 0: never */
	struct state_reference on_expire;
};

struct restore {
	bool all;
	struct state_reference *states;
	size_t count;
};

enum end_status { END_NONE, END_SUCCEEDED, END_FAILED };

struct state {
	const struct node *key; /* its name */
	enum state_kind kind;
	const char *comment;
	const char *action_name;
	const struct action *action;
	const struct template *with;
	struct located_expression for_each;
	int64_t max_concurrency; /* 0: all at once */
	struct record_list choose; /* struct choice_rule */
	struct state_reference otherwise;
	int64_t wait_ms;
	struct pause *pause;
	struct restore *restore;
	int end; /* enum end_status */
	const struct template *because;
	struct state_reference next;
	int64_t timeout_ms; /* 0: none of its own */
	struct record_list catches; /* struct catcher */
	struct record_list retries; /* struct retrier */
	struct located_expression when;
	const struct node *node;
};

struct state_list {
	struct state_reference *rows;
	size_t count;
};

/* What becomes of a leg whose time is over while it waits for an effect. */
enum hook_then { HOOK_STOPS, HOOK_GOES_ON_LATER };

struct hook {
	const struct node *key; /* the lifecycle event */
	struct state_list until;
	int64_t at_most_ms; /* 0: CodeDeploy's hour */
	int then;           /* enum hook_then */
};

struct environment_inputs {
	const struct node *key; /* a glob over DEPLOYMENT_GROUP_NAME */
	const struct node *values; /* a map: input -> value */
};

/* What must hold in a rehearsal, at a pause or at the end. */
struct expectation {
	struct located_expression holds;
	const char *at;
	const char *because;
};

struct machine {
	int64_t version;
	const char *name;
	int64_t own_version; /* 0: none */
	const char *comment;
	const struct template *subject;
	struct record_list inputs; /* struct input */
	struct record_list hooks;  /* struct hook */
	struct state_reference start_at;
	struct record_list catches; /* struct catcher */
	struct record_list states;  /* struct state */
	struct record_list environments; /* struct environment_inputs */
	struct record_list expects;      /* struct expectation */
	struct name_list env;            /* environment variables that expressions may read */
	const struct node *node;       /* where it uses another one: both, laid together */
	const struct machine_use *use; /* NULL: all of it is its own; also where it comes from a journal */
	const struct catalogue *catalogue;
};

extern const struct record machine_record;

/* NULL with at least one error in `diagnostics`; else every name is resolved and every check of model/check.h that is
 * an error has passed. Lives in the reader's arena; the catalogue must outlive it. */
const struct machine *machine_load(struct reader *reader, const struct node *node, const struct catalogue *catalogue);

const struct state *machine_state(const struct machine *machine, const char *name); /* or NULL */
size_t machine_state_index(const struct machine *machine, const struct state *state);
static inline const struct state *machine_state_at(const struct machine *machine, size_t i)
{
	return (const struct state *)machine->states.records + i;
}
const struct hook *machine_hook(const struct machine *machine, const char *event); /* or NULL */
/* The next event with the same goal that comes before the application is changed, or NULL. */
const struct hook *machine_hook_later(const struct machine *machine, const struct hook *hook);

static inline const char *state_name(const struct state *state)
{
	return state->key->text;
}

/* What a state of this kind is called in YAML: "action", "choose", ... */
extern const char *const state_kind_names[STATE_KIND_COUNT];

/* The catcher that takes `failure` in `state` (its own first, then the machine's, which never cover a state that
 * restores), or NULL. `uses(argument, catcher)` tells how often one was taken in this run. */
typedef int64_t catcher_uses(void *argument, const struct catcher *catcher);
const struct catcher *machine_catcher(const struct machine *machine, const struct state *state, enum failure failure,
				      catcher_uses *uses, void *argument);
bool failure_list_has(const struct failure_list *list, enum failure failure);

/* Whether a state of this name is one of the goal. */
bool machine_goal_names(const struct state_list *goal, const char *name);
/* Whether a leg with this goal opens: it is reached from start_at without passing a pause. */
bool machine_goal_opens(const struct machine *machine, const struct state_list *goal);
/* Whether a state of the goal lies ahead of `from`, without an error and before any pause. */
bool machine_goal_ahead(const struct machine *machine, const struct state *from, const struct state_list *goal);

/* The machine with every action, observation and operation it uses, as JSON: what a journal keeps; and back. As text it
 * takes a tenth of the memory. */
void machine_write_definition(const struct machine *machine, struct buffer *text);
json_t *machine_definition(const struct machine *machine);
/* The machine's own part of it, `{"machine": ...}`: what reports read. */
json_t *machine_outline(const struct machine *machine);
const struct machine *machine_from_definition(struct reader *reader, const struct source *source,
					      const json_t *definition);
/* Eight hex digits that tell this definition, as text, from others. */
void machine_fingerprint(const char *definition, size_t length, char text[9]);

#endif
