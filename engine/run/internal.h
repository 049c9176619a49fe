/* What the files of run/ share: the run in progress, and the action in flight. */
#ifndef TIDEGATE_RUN_INTERNAL_H
#define TIDEGATE_RUN_INTERNAL_H

#include "run/readings.h"
#include "run/run.h"

enum {
	DECISION_FRESH_MS = 5000,      /* a decision rests on nothing older */
	RESTORE_LEAST_MS = 30000,      /* each entry has at least so long, whatever the one before took */
	DOUBT_ATTEMPTS = 3,            /* how often one request is sent in all where no answer comes */
	DEFAULT_DEADLINE_MS = 120000,  /* of an effect without a `deadline` */
	POLL_FIRST_MS = 1000,
	POLL_MOST_MS = 15000,
	POLL_LOCAL_MOST_MS = 2000,
	LEG_RESERVE_MS = 15000,        /* a leg stops itself so long before it would be killed */
	ANSWER_PATIENCE_MS = 600       /* how long a stop waits for the answer to what is already sent */
};

/* How an action ended. */
struct action_result {
	enum failure failure;
	bool in_doubt;        /* and what to do about it is left to a person */
	char message[1024];
	char code[96];        /* AWS's, where it spoke */
	char request_id[80];
	const char *operation; /* which call it was, or NULL */
	const char *service;
};

struct run {
	struct run_environment environment;
	enum run_mode mode;
	struct arena *arena;
	const struct machine *machine;
	const struct machine *at_hand; /* may be what a definition says, and is loaded already; or NULL */
	json_t *at_hand_definition; /* what a record holds whose line has its definition; or NULL */
	const struct catalogue **catalogues; /* of history.definitions, each when it is first needed */
	size_t n_catalogues;
	struct journal *journal; /* NULL while planning */
	json_int_t last_record;  /* its number */
	struct history history;
	struct readings *readings;
	json_t *document; /* input, metadata, hook, states, env */
	int64_t leg_deadline_ms;    /* monotonic */
	int64_t last_mutation_ms;   /* monotonic: of our newest request's answer */
	int64_t conflict_ms;        /* wall: when AWS last refused one for how things are */
	bool preflighted;
	bool only_waits; /* where it was stopped, all that was asked for was done, and only effects were waited for */
	bool caught;     /* the error of the state passed last */
	bool after_error; /* likewise, of the one before the state at hand */
	bool found_out; /* an action that takes the subject out of traffic had nothing to do */
	struct action_result failed; /* of the state that failed last */
	char failed_state[128];
	struct action_result cause; /* of the newest failure that a catch took */
	char cause_state[128];
	char earlier[512];          /* of what a catch took before that; "": nothing */
	struct verified *verified;  /* what settled in this leg, to be looked at once more before exit 0 */
	struct error fatal;         /* the journal or waiting itself failed: no mutation any more */
};

/* A run's journal, read for looking, and where the run stands by it. */
struct found_run {
	struct journal *journal;
	struct journal_tail tail;
	struct history history;
	json_t *at_hand_definition; /* as in struct run, of the machine that was looked for with */
};

/* What is looked for among the runs that are here. The machine `at_hand` (or NULL) may be that of the run. Of open runs
 * of another host than `host` the reporter hears; NULL: it is not asked whose they are. `clock` is that of who will
 * begin a run where none is open, under the subject's lock; NULL: of who only looks. */
struct wanted_run {
	struct storage *storage;
	const char *subject;
	const struct machine *at_hand;
	const char *host;
	struct reporter *reporter;
	struct clock *clock;
};

/* What an action settled, and how to see it again. */
struct verified {
	struct verified *next;
	const struct action *action;
	json_t *document;
	char *state;
};

enum phase {
	PHASE_DOUBT,
	PHASE_DRIFT,
	PHASE_REFUSE,
	PHASE_DECIDE,
	PHASE_READY,
	PHASE_INTENT,
	PHASE_INTENT_SYNC,
	PHASE_REQUEST,
	PHASE_ANSWER,
	PHASE_OUTCOME_WRITE,
	PHASE_SETTLE,
	PHASE_GIVE,
	PHASE_DONE,
	PHASE_COUNT
};

struct sight_answer {
	const struct reading *reading;
	json_t *output; /* as it was then */
};

/* What an observation saw, and in which answers. */
struct sight {
	bool stands;     /* it may be used again while its answers are the same */
	unsigned glance; /* when it saw something else than before; a later one has the larger number */
	struct sight_answer *answers;
	size_t n_answers;
	json_t *values;
};

struct activity {
	struct run *run;
	const struct state *state;
	const struct action *action;
	const char *undoes;   /* the resource of the ledger entry it takes back; NULL going forward */
	bool preflight;       /* ends after `refuse` */
	bool verifying;       /* only looks whether it still holds */
	json_t *document;     /* input, observed, change, held, item */
	struct sight *sights; /* of the action's observations; NULL: none was made yet */
	unsigned glances;     /* how often one saw something new */
	json_t *seen;         /* what was observed last, for seen_need, after seen_glance */
	enum action_need seen_need;
	unsigned seen_glance;
	bool seen_unsettled;  /* and it is known not to be what is waited for */
	char *resource;
	enum phase phase;
	int64_t since_ms;     /* what it rests on must not be older (monotonic) */
	int64_t wake_ms;      /* when it wants to go on by itself; INT64_MAX: when a call is done */
	int64_t looked_ms;    /* what it saw last is not older */
	int64_t due_ms;       /* until then it would only look again; 0: it waits for more than that */
	int64_t begun_ms, deadline_ms; /* of the phase that polls; 0: not yet */
	unsigned polls, requests;
	const struct action_result *passing; /* why it must be looked at again; NULL: it was seen */
	json_int_t intent;
	int64_t sign_until_ms;
	json_t *request;      /* the call's input */
	bool in_flight;
	bool drifts;          /* what is seen is nobody's of ours, and an unanswered request may yet come over it */
	bool drift_seen;      /* one look showed that others changed it; one alone is not believed */
	bool answered_no;     /* AWS refused what an earlier, unanswered request may have done already */
	int64_t refused_ms;   /* when it did */
	struct call_result answer;
	bool changed;
	json_t *gave;
	const char *restored; /* how: restored, already, drifted */
	char *because;        /* of a drift */
	struct action_result result;
};

/* run.c: the one place in which a run's state changes. Takes `fields` over. -1 with run->fatal set. */
int run_record(struct run *run, const char *type, json_t *fields);
/* When which, and what for, is said in journal.h. Both -1 with run->fatal set. */
int run_write(struct run *run);
int run_sync(struct run *run);
/* A record whose line has the machine's definition: it holds the machine's own part alone, for reports. Nothing else is
 * asked of the definition of a machine that is loaded, and the whole would take some 300 KB. */
void run_expect_definition(struct journal_expected *expected, const struct machine *machine);
/* `expected` may be NULL, as in journal.h. */
int run_find(struct storage *storage, const char *run_id, const struct journal_expected *expected,
	     struct found_run *found, struct error *err);
void found_run_release(struct found_run *found); /* one of all zeros is allowed */
/* As run_open, of what was found under the subject's lock and is taken over, whatever is returned. A machine `at_hand`
 * (or NULL) outlives the run; the run goes by it where the journal's definition is that machine's, word for word. */
struct run *run_go_on(const struct run_environment *environment, struct found_run *found,
		      const struct machine *at_hand, struct error *err);
/* A run as its journal left it, to be looked at: nothing of it is written, and nothing is changed. NULL with err. */
struct run *run_read(const struct run_environment *environment, const char *run_id, struct error *err);
/* What expressions read, made anew for a leg with `hook`; what was found out of the instance's metadata stays. */
void run_make_document(struct run *run, json_t *hook);
int64_t run_now_ms(const struct run *run);
bool run_is_signalled(const struct run_environment *environment);
bool run_must_stop(const struct run *run); /* that, or its time is over, or nothing can be journaled any more */
/* An action that an intent names, as it was when the intent was made. NULL: the journal does not hold it. */
const struct action *run_action(struct run *run, const json_t *intent, const char *name);

/* find.c: the open run of a subject in *found (release it): 1; 0 it has none; -1 with err. */
int run_find_open(const struct wanted_run *wanted, struct found_run *found, struct error *err);
/* When a run was closed, by its last record alone, in *at_ms. A closed run is never written to again. */
bool run_was_closed(struct storage *storage, const char *run_id, int64_t *at_ms);

/* prune.c: removes the journals of closed runs, but for the newest. What fails is tried at the next start. */
void runs_prune(struct storage *storage);

/* activity.c */
void activity_init(struct activity *activity, struct run *run, const struct state *state, const struct action *action,
		   json_t *document);
void activity_release(struct activity *activity);
/* From here on it does this action, for what it does it for. The document is taken over. */
void activity_aim(struct activity *activity, const struct action *action, json_t *document);
/* Goes as far as it can without waiting. */
void activity_advance(struct activity *activity);
static inline bool activity_is_done(const struct activity *activity)
{
	return activity->phase == PHASE_DONE;
}
int activity_fail(struct activity *activity, enum failure failure, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* observe.c: 1 what `need` asks for is observed, 0 it is under way, -1 it failed, and the result says how. */
int activity_observe(struct activity *activity, enum action_need need);
void activity_forget_sights(struct activity *activity);

/* drive.c: all of them to their ends. -1 where the run must stop: then what was sent and not answered is in doubt, and
 * the others did nothing. Those that pass `deadline_ms` (monotonic; INT64_MAX: none) end as timed out. */
int run_activities(struct run *run, struct activity *activities, size_t count, size_t at_once, int64_t deadline_ms);
/* For how long yet AWS may answer with how things were before what a record of this wall time says was done; 0: not. */
int64_t run_hidden_ms(struct clock *clock, int64_t recorded_ms);
/* Lets time pass, or until the run must stop (-1). */
int run_wait_until(struct run *run, int64_t until_ms);

/* states.c: one state from entering to leaving. */
enum passage {
	PASSAGE_ON,      /* the history says where to */
	PASSAGE_PAUSED,
	PASSAGE_ENDED,
	PASSAGE_FAILED,  /* run->failed says how; no catch took it */
	PASSAGE_STOPPED  /* interrupted, or nothing can be journaled any more */
};
enum passage run_pass_state(struct run *run, const struct state *state);
/* states_action.c: the same, of one that acts. */
enum passage run_pass_action(struct run *run, const struct state *state);
/* The document as the state's expressions see it, for this element of `for_each` (NULL: it has none). Owned. */
json_t *run_state_document(struct run *run, const struct state *state, json_t *item);
int64_t run_state_deadline(const struct run *run, const struct state *state); /* monotonic; INT64_MAX: none */
/* On to its `next`; takes `gave` over (NULL: nothing). */
enum passage run_leave_state(struct run *run, const struct state *state, json_t *gave, bool skipped);
/* run->failed is taken by a catch of the state or of the machine, or stays: PASSAGE_FAILED. */
enum passage run_catch(struct run *run, const struct state *state);
/* run->failed and run->failed_state become this; -1. */
int run_fail_state(struct run *run, const struct state *state, const struct action_result *result);
int run_fail_expression(struct run *run, const struct state *state, const struct error *err);

/* restore.c: what takes an entry back, ready to be driven. -1 with run->failed. */
int run_begin_undo(struct run *run, const struct state *state, const struct ledger_entry *entry,
		   struct activity *activity);
/* The same for one that is being taken back, and whose newest change is another than when that began. -1 with its
 * result. */
int activity_aim_undo(struct activity *activity, const struct ledger_entry *entry);
/* restore.c: takes entries of the ledger back, newest first, those of one state side by side: those of `restore`, or
 * all where it is NULL. How many stay. */
int run_restore_entries(struct run *run, const struct state *state, const struct restore *restore, int64_t deadline_ms);

/* verify.c: an action that has just settled, where it can be looked at again. */
void run_remember_verified(const struct activity *activity);
void run_forget_verified(struct run *run);
/* Looks at everything that was remembered once more: 0, or -1 with run->failed. */
int run_verify(struct run *run);

#endif
