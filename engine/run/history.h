/* Where a run stands: a function of its journal's records and of nothing else. The same function takes in each record
 * when it is written and when it is read again, so that a resumed run cannot differ from one that went on. */
#ifndef TIDEGATE_RUN_HISTORY_H
#define TIDEGATE_RUN_HISTORY_H

#include "base/error.h"
#include "run/ledger.h"

enum standing {
	STANDING_NEW,     /* no state was entered yet */
	STANDING_IN,      /* in the state, not yet through with it */
	STANDING_BEFORE,  /* through with the one before; this one is next */
	STANDING_PAUSED,  /* at a pause (or a goal): the next leg goes on at `next` */
	STANDING_ENDED
};

struct history {
	json_t *first;      /* the run's first record: subject, host, input, hook */
	/* What the run goes by, the newest last: the machine with all it uses. An intent is understood by the one under
	 * which it was made. */
	json_t *definitions;
	json_t *states;     /* NAME -> what it gave, and `changed` */
	json_t *catches;    /* "STATE/N" -> how often this catch was taken */
	json_t *leg;        /* the record of the newest leg; NULL before the first */
	json_t *leg_end;    /* the record of its end; NULL while it is open */
	struct ledger ledger;
	char *position;     /* a state's name; NULL while new */
	char *next;         /* while paused: where the next leg goes on */
	enum standing standing;
	bool succeeded;     /* ended: well */
	char *because;      /* ended: the reason; or NULL */
	int64_t since_ms;   /* when the position was reached (wall) */
	int64_t expires_ms; /* while paused: when nobody is expected any more; 0 never */
	int64_t latest_ms;  /* when the newest record was made */
	bool shares;        /* `first`, `definitions`, `states` and `catches` are a copy's, too (history_copy) */
};

void history_release(struct history *history);

/* Takes in one record, and keeps references to what matters of it: it must not be changed afterwards. -1 with
 * ERROR_DAMAGE where it cannot follow what came before. */
int history_apply(struct history *history, json_t *record, struct error *err);

/* The same history twice, for as much as its texts and its ledger's entries cost: the JSON values are shared. Each of
 * the two takes in records as if there were no other, for the values of a history are its own to write to only behind
 * history_apply(), which then parts them; whoever else is given one only reads it. `copy` is one of all zeros. */
void history_copy(struct history *copy, struct history *history);

json_t *history_definition(const struct history *history); /* the newest; borrowed */

/* A run is open until its ledger is empty and it has ended, whatever it exited with. */
bool history_is_open(const struct history *history);
/* Cut off before its first leg, or before all was taken over by hand: nothing was changed, and what it holds of others'
 * doing is not the whole. To go on with it would be to drive the machine forward. */
bool history_is_only_begun(const struct history *history);

/* A text of the first record, of the newest leg, or "". */
const char *history_text(const struct history *history, const char *key);
const char *history_leg_text(const struct history *history, const char *key);

#endif
