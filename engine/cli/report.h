/* What a person reads of a run while it goes: one printer of records for hooks, terminals and `tidegate log`. It
 * remembers of the records what the verdict at the end needs (cli/verdict.h). */
#ifndef TIDEGATE_CLI_REPORT_H
#define TIDEGATE_CLI_REPORT_H

#include <stdio.h>

#include "cli/live.h"
#include "cli/log.h"
#include "run/run.h"

struct report {
	struct reporter reporter;
	struct clock *clock;
	bool ascii;      /* a hook: nothing but ASCII */
	enum log_format format;
	bool terminal;   /* standard output is one that can be steered */
	bool color;
	bool everything; /* each record, with its type: `tidegate log` */
	bool silent;     /* remembers, and prints nothing */
	bool deploys;    /* CodeDeploy started it */
	bool hurried;    /* a run is driven: it does not wait for whoever reads this */
	bool last;       /* what matters most is said now: the verdict */
	size_t lost;     /* lines that were not read in time, since one was */
	bool torn;       /* of the newest of them a part was */
	bool own;        /* the runs are not root's: they go on without sudo */
	const char *state_dir; /* where they are, if a command must be told; NULL: it knows */
	struct live *live;  /* NULL: lines, one after another */
	int64_t printed_ms; /* monotonic: when the newest line was printed */
	/* Of the state it is in. */
	bool spoke;
	bool told; /* why it failed */
	bool waits;
	int64_t entered_ms; /* monotonic */
	bool changed_since; /* something was changed since it was looked at */
	struct watch watch; /* also of the state before, until this one shows something */
	/* Of the run: what the verdict needs. Empty before the first record. */
	char run[JOURNAL_RUN_BYTES];
	char leg[24]; /* "leave", "return", "restore", ... */
	json_t *first;    /* the first record; NULL before */
	json_t *summaries; /* number of an intent -> its summary; resource -> that of its newest restoring one */
	json_t *restored; /* what was taken back, in words */
	json_t *left;     /* what the ledger held at the end: rows of {resource, state, summary, trouble} */
	int64_t begun_ms; /* monotonic */
};

void report_init(struct report *report, struct clock *clock);
void report_release(struct report *report);

/* From now on a live view shows it, where there is a terminal; what the run is then to be driven with. */
struct executor *report_live(struct report *report, struct executor *executor);

/* One record, as when it was made; for records from a journal. */
void report_record(struct report *report, const struct history *history, const json_t *record);

/* One line for collectors: what `fields` hold (taken over), at this moment. */
void report_log(struct report *report, const char *event, const char *state, const char *message, json_t *fields);

/* Text that is made fit for the terminal first; text that is. */
void report_text(struct report *report, FILE *stream, const char *text);
void report_put(struct report *report, FILE *stream, const char *text);
void report_flush(struct report *report);
/* "tidegate: SENTENCE" to standard error, with the place where there is one. */
void report_error(struct report *report, const struct error *err);
/* "sudo tidegate resume r-7f3a" (`operand` may be ""): what a person types for it to work here. */
void report_command(const struct report *report, const char *command, const char *operand, struct buffer *text);
/* A mark of colour around a word, or nothing where there is none: "red", "green", "yellow"; NULL ends it. */
const char *report_color(const struct report *report, const char *name);

#endif
