/* The pages of one answer put together: asking on with the token that the last page gave, until one gives none. Pure;
 * sending is left to the client. Operations without pages pass through as their own only page. */
#ifndef TIDEGATE_AWS_PAGES_H
#define TIDEGATE_AWS_PAGES_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "model/operation.h"

enum { PAGES_MOST = 500, PAGES_MOST_BYTES = 32 << 20 };

struct pages {
	const struct operation *operation;
	json_t *input;  /* of the next page */
	json_t *output; /* so far; NULL before the first page */
	json_t *tokens; /* that were there already, as keys */
	size_t count;
	size_t bytes; /* of all bodies together */
};

/* `input` is borrowed and not changed. Where it says nothing of the page's size, as much is asked for as AWS gives. */
void pages_init(struct pages *pages, const struct operation *operation, const json_t *input);
void pages_release(struct pages *pages);

/* Takes over one page's output, `bytes` long as it came; *more says whether another is to be asked for with
 * pages->input. -1 (ERROR_PROTOCOL) where a token comes again, or where there is no end. */
int pages_take(struct pages *pages, json_t *output, size_t bytes, bool *more, struct error *err);

#endif
