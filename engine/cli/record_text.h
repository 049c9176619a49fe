/* What a journal's record says to a person, in one sentence: a table with a row for each type of record. */
#ifndef TIDEGATE_CLI_RECORD_TEXT_H
#define TIDEGATE_CLI_RECORD_TEXT_H

#include "base/buffer.h"
#include "run/history.h"

struct record_context {
	const struct history *history; /* with the record applied */
	const json_t *summaries;       /* number of an intent -> its summary */
	bool everything;               /* for the log: also what a person need not hear while it runs */
	bool brief;                    /* times and what is waited for are shown beside it */
	bool spoke;                    /* something was said of the state already */
	bool told;                     /* why it failed, too */
	int64_t waited_ms;             /* in this state */
};

/* Adds the sentence; false where there is nothing to say. */
bool record_text(const struct record_context *context, const json_t *record, struct buffer *text);

#endif
