/* What a play's future rests on at one moment, as numbers: the world, the journal, and what the living process has been
 * told. Two plays whose outlooks are the same go on alike, whatever happens next, but for the hour; so that of all
 * pairs only those need be played whose second mishap meets an outlook that no play before has met with it.
 *
 * The hour is left out, or nothing would ever be like anything else: an answer that was asked for twice comes a second
 * later, and so does all that follows. What hangs on time alone is for singles, and for pairs that a seed chooses. */
#ifndef TIDEGATE_CLI_REHEARSAL_OUTLOOK_H
#define TIDEGATE_CLI_REHEARSAL_OUTLOOK_H

#include "model/executor.h"
#include "run/history.h"

struct mishap;
struct stage;

struct outlook {
	uint64_t lives;  /* of the process as it is */
	uint64_t saved;  /* where it dies now and all that it has written is on the disk */
	uint64_t lost;   /* where it dies now and what no sync has covered is lost */
	uint64_t around; /* the world alone, with what is yet to come of the play's mishaps */
	bool reads;      /* what is asked at this moment changes nothing; of this service: */
	const char *service;
	unsigned process; /* which of the play's, from 1 */
};

/* Of all moments of a play, by the numbers of its requests and of its disk's steps, from 1. */
struct outlooks {
	struct outlook *rows;
	size_t size;
};

/* What the process that lives knows. */
enum { QUESTIONS_MOST = 128 };

struct knowledge {
	uint64_t journal, durable;         /* the run as its records have it; those that a sync has covered */
	uint64_t begun;                    /* as which leg it began; 0: as the timer's */
	uint64_t answers[QUESTIONS_MOST];  /* the newest to each question, by its hash */
	uint64_t told;                     /* all of these */
	unsigned process;                  /* which of the play's it is, from 1 */
	unsigned moments;                  /* since it was last told something or has written */
};

/* The moments of a process: it begins, as this leg, hears an answer, writes a record, makes it durable. */
void outlook_process(struct stage *stage);
void outlook_leg(struct stage *stage, const char *name, bool opens);
void outlook_record(struct stage *stage, const struct history *history, const json_t *record);
void outlook_durable(struct stage *stage);
/* A call that is handed on: what is to be told of its end in its caller's place. Both live as long as the play. */
void outlook_request(struct stage *stage, const struct call *call, call_done **done, void **argument);
void outlook_step(struct stage *stage);

/* A document, and the run as its journal has it, but for the hour; and what is left of that where it is begun again. */
uint64_t outlook_json(uint64_t hash, const json_t *value);
uint64_t outlook_begun_again(const struct history *history);
uint64_t outlook_history(const struct history *history);

/* Those at the first `count` moments are dropped: what was the next is the first. */
void outlooks_drop(struct outlooks *outlooks, size_t count);
void outlooks_release(struct outlooks *outlooks);

#endif
