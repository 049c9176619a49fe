/* All the faults of a file at once: collected while it is read, shown in order of place with the source line, a marker
 * and, where a known word is near, "did you mean". */
#ifndef TIDEGATE_TEXT_DIAGNOSTICS_H
#define TIDEGATE_TEXT_DIAGNOSTICS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"

enum severity { SEVERITY_ERROR, SEVERITY_WARNING };

struct diagnostic {
	enum severity severity;
	struct position position;
	char *message;
	char *hint; /* behind the marker; NULL where there is none */
};

/* At most DIAGNOSTICS_MOST are kept; what is over is counted. */
enum { DIAGNOSTICS_MOST = 100 };

struct diagnostics {
	struct diagnostic *rows;
	size_t count;
	size_t errors;   /* of all, also of those not kept */
	size_t warnings;
};

#define DIAGNOSTICS_INIT { 0 }

void diagnostics_release(struct diagnostics *diagnostics);

/* Both always return -1, so that a failing line is one statement. `hint` may be NULL. */
int diagnostics_error(struct diagnostics *diagnostics, struct position position, const char *hint, const char *format,
		      ...) __attribute__((format(printf, 4, 5)));
int diagnostics_warn(struct diagnostics *diagnostics, struct position position, const char *hint, const char *format,
		     ...) __attribute__((format(printf, 4, 5)));

/* An error about a word that is not known, with the candidate that is near to it (see nearest_word) as the hint. */
int diagnostics_unknown(struct diagnostics *diagnostics, struct position position, const char *word,
			const char *(*candidate)(const void *argument, size_t i), const void *argument,
			const char *format, ...) __attribute__((format(printf, 6, 7)));

/* Adds to `text`, for each fault in order of file, line, column:
 *   FILE:LINE:COLUMN: error: MESSAGE
 *      31 |     action: autoscaling.enter_stanby
 *         |             ^~~~~~~~~~~~~~~~~~~~~~~~ did you mean 'enter_standby'?
 * and "3 errors, 1 warning" last. Tabs and control characters of the source line are shown as one blank each. */
void diagnostics_print(const struct diagnostics *diagnostics, struct buffer *text);

/* The candidate nearest to `word` (Damerau-Levenshtein distance of at most a third of its length, upper and lower case
 * being one), or NULL;
 * `candidate(argument, i)` gives the i-th, NULL behind the last. */
const char *nearest_word(const char *word, const char *(*candidate)(const void *argument, size_t i),
			 const void *argument);

#endif
