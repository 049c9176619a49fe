/* What a run has changed and not yet taken back: one entry a resource, a function of the journal's records. An entry
 * begins with the first intent and ends as restored, already so, drifted or never; requests without an outcome stay
 * with it as doubts. */
#ifndef TIDEGATE_RUN_LEDGER_H
#define TIDEGATE_RUN_LEDGER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A request whose outcome is not known. */
struct doubt {
	json_int_t intent; /* the number of its record */
	bool undo;         /* it was to take the change back */
	int64_t late_until_ms; /* AWS's time from which it can no longer take effect */
	json_t *record;    /* the intent */
};

struct ledger_entry {
	char *resource;
	char *state;       /* which made it */
	json_t *held;      /* the intent that stands: action, input, change, undo; NULL while all is doubt */
	int64_t held_since_ms; /* wall time of its outcome */
	json_t *undone;    /* the intent of an undo that was answered, and has yet to settle; or NULL */
	struct doubt *doubts; /* oldest first */
	size_t n_doubts;
	json_t *trouble;   /* why it could not be restored, the newest record; or NULL */
};

enum {
	CONSISTENT_AFTER_MS = 60000, /* Describe may lag behind our own writes so long */
	SIGN_WITHIN_MS = 30000,      /* an intent is signed for no longer */
	LATE_EFFECT_MS = 360000,     /* a request without an answer may take effect so long after its signing */
	SHOWN_AFTER_MS = 30000       /* what an answered request did is visible at the latest */
};

struct ledger {
	struct ledger_entry *entries; /* oldest first */
	size_t count;
	int64_t changed_ms; /* wall time at which AWS last answered what changes something, or showed it; 0: never */
	int64_t undone_ms;  /* the same of what takes a change back */
};

/* A text that a record holds, or "" where it holds none; borrowed. */
const char *record_string(const json_t *record, const char *key);

void ledger_release(struct ledger *ledger);
/* The entries anew, the records that they hold shared. `copy` is one of all zeros. */
void ledger_copy(struct ledger *copy, const struct ledger *ledger);

/* Takes in one record, and keeps references to what matters of it; what is not about changes is passed over.
 * -1: it contradicts what came before. */
int ledger_apply(struct ledger *ledger, json_t *record);

struct ledger_entry *ledger_find(const struct ledger *ledger, const char *resource); /* or NULL */
bool ledger_has_state(const struct ledger *ledger, const char *state);

/* The intent that tells how to take it back: the one that stands, else the newest doubtful one. */
const json_t *ledger_entry_intent(const struct ledger_entry *entry);
bool ledger_entry_is_final(const struct ledger_entry *entry); /* nothing takes it back */

/* All of it for expressions, a new list: [{resource, state, action, input, change}], oldest first. */
json_t *ledger_json(const struct ledger *ledger);

#endif
