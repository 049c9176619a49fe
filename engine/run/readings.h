/* What was read of the world, and when. One answer serves every state that asks the same, as long as it is fresh enough
 * for who asks; a question that is already under way is not asked twice. */
#ifndef TIDEGATE_RUN_READINGS_H
#define TIDEGATE_RUN_READINGS_H

#include "base/clock.h"
#include "model/executor.h"

struct readings;

struct readings *readings_new(struct clock *clock, struct executor *executor);
void readings_free(struct readings *readings); /* nothing may be under way: see executor->cancel */

enum reading_status { READING_READY, READING_UNDER_WAY };

struct reading {
	struct call_result result; /* output is borrowed until the same is read again */
	int64_t asked_ms;          /* monotonic: what it shows is not older */
};

/* READY with *reading where an answer (or a failure) to this question is at hand that was asked for at or after
 * `since_ms`; else asks, unless it is asked already, or so many are under way that it has to wait: who is told
 * UNDER_WAY comes again when something was answered. */
enum reading_status readings_get(struct readings *readings, const struct operation *operation, json_t *input,
				 int64_t since_ms, const struct reading **reading);

/* What readings_get would say of the same question, without taking it: whether an answer is at hand that was asked for
 * at or after `since_ms`; else it is asked now, unless it is asked already. */
enum reading_status readings_again(const struct reading *reading, int64_t since_ms);

/* AWS's own time now, as far as its answers told (they carry a Date): wall milliseconds, 0 where none did. */
int64_t readings_aws_time_ms(const struct readings *readings);
/* An answer to something that was not read here told it, too. */
void readings_note_date(struct readings *readings, int64_t date_ms);
void readings_forget(struct readings *readings); /* what is under way is asked again */

#endif
