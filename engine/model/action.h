/* The action catalogue: pieces of desired state in terms of operations (schemas/actions/, schemas/README.md). An action
 * says how to look, when nothing is to be done, what to send, when it has taken effect, and how it is taken back. */
#ifndef TIDEGATE_MODEL_ACTION_H
#define TIDEGATE_MODEL_ACTION_H

#include <stdint.h>

#include "model/input.h"
#include "model/operation.h"

/* An expression under a name of its own: `take`, `change`, `give`. */
struct named_expression {
	const struct node *key;
	struct located_expression expression;
};

struct named_expressions {
	struct named_expression *rows;
	size_t count;
};

/* What an observation stands for when its call fails in this way: {not_found: {classic: OutOfService}}. */
struct observation_fallback {
	int failure;
	const struct template *values;
};

struct observation_fallbacks {
	struct observation_fallback *rows;
	size_t count;
};

struct observation {
	const struct node *key; /* NULL: written in place, in one action */
	const struct node *operation_name;
	const struct operation *operation;
	const struct template *with;
	struct located_expression for_each;
	bool once; /* it does not change while a run lasts */
	struct named_expressions take;
	struct observation_fallbacks errors;
	const struct node *node;
};

/* `drift`, `refuse`, `failed`. */
struct action_condition {
	struct located_expression when;
	int error; /* enum failure; FAILURE_NONE where none is named */
	const struct template *because;
};

struct action_request {
	const struct node *operation_name;
	const struct operation *operation;
	const struct template *with;
	int in_doubt; /* enum in_doubt: the operation's, or what `action: call` says */
};

struct action_undo {
	const struct node *action_name;
	const struct action *action; /* resolved when all are loaded */
	const struct template *with;
	const struct template *summary; /* what taking it back means, for plans and for who must do it by hand */
};

/* What somebody else did in place of this action, where a run takes that over: by what they wrote down. */
struct action_adoption {
	struct located_expression when;
	struct named_expressions change; /* what `change` would have been */
};

/* What is asked of the world at one time, and so what is observed for it: a set of observations, bit i for the i-th. */
enum action_need {
	NEED_DRIFT,    /* drift */
	NEED_REFUSE,   /* refuse */
	NEED_DECIDE,   /* change, satisfied, the request and its undo */
	NEED_READY,    /* ready */
	NEED_TOOK,     /* took, or settled where there is none */
	NEED_SETTLE,   /* settled, failed, progress, because */
	NEED_DEADLINE, /* deadline */
	NEED_GIVE,     /* give */
	NEED_ADOPT,    /* adopt */
	NEED_NOW,      /* now */
	NEED_COUNT
};

enum { OBSERVATIONS_MOST = 64 };

struct action {
	const char *name;
	const char *comment;
	const struct template *summary; /* what it would change, for plans and logs; over the same document */
	const struct template *now;      /* NULL: it has no words for how what it changes stands */
	struct record_list inputs;       /* struct input */
	const struct template *resource; /* NULL: it changes nothing */
	const struct node *observe; /* as written; the catalogue makes `observations` of it */
	const struct observation **observations;
	size_t n_observations;
	uint64_t needs[NEED_COUNT];
	struct named_expressions *taken; /* of each observation: that of its `take` which the action reads */
	struct record_list drift, refuse, failed; /* struct action_condition */
	struct named_expressions change;
	struct located_expression satisfied, ready, took, settled, deadline, progress;
	const struct template *because; /* why it has not settled, where its time runs out */
	struct action_request *request; /* NULL: it only looks, or waits */
	struct named_expressions give;
	bool leaves; /* satisfied, the subject has no traffic: how a run that nobody knows is told from none */
	bool launches; /* an instance more, by the operator's choice */
	struct action_undo *undo;
	struct action_adoption *adoption; /* NULL: only what `leaves` is taken over, as it is found */
	const struct node *node;
};

/* action_needs.c: fills `needs` and `taken`, once `observations` is resolved. */
void action_find_needs(struct action *action, struct arena *arena);
/* The observations that some expression of the action reads: no other is ever made. */
uint64_t action_all_needs(const struct action *action);

/* action_check.c: that what the action reads is there, and that its operations and its undo take what it gives them.
 * 0, or -1 with a diagnostic for each fault. What it names must be resolved. */
int action_check(const struct reader *reader, const struct action *action);

/* It asks this machine and nobody else. */
bool action_is_local(const struct action *action);

extern const struct record action_record;
extern const struct record observation_record;

/* A text that stays a node, so that a message can point at it. [const struct node *] */
extern const struct field_type field_reference;

#endif
