/* What AWS's error codes mean: the catalogue's rows decide, the HTTP status only where they are silent. */
#include "config.h"

#include "model/operation.h"

#include <string.h>

static const struct status_row {
	int first, last;
	enum failure failure;
	bool retry;
} status_rows[] = {
	{ 403, 403, FAILURE_ACCESS_DENIED, false },
	{ 429, 429, FAILURE_THROTTLED, true },
	{ 500, 599, FAILURE_UNAVAILABLE, false },
};

static bool matches(const struct operation_error *row, const char *code, const char *message)
{
	return strcmp(row->code, code) == 0 && (!row->contains || strstr(message, row->contains));
}

static enum failure failure_of_status(int status, bool *retry)
{
	*retry = false;
	for (size_t i = 0; i < ARRAY_LENGTH(status_rows); i++)
		if (status >= status_rows[i].first && status <= status_rows[i].last) {
			*retry = status_rows[i].retry;
			return status_rows[i].failure;
		}
	return FAILURE_INVALID;
}

enum failure operation_failure(const struct operation *operation, const char *code, const char *message,
			       int http_status, bool *retry)
{
	for (const struct operation_errors *errors = &operation->errors; errors; errors = errors->next)
		for (size_t i = 0; i < errors->count; i++)
			if (matches(&errors->rows[i], code, message)) {
				*retry = errors->rows[i].retry;
				return (enum failure)errors->rows[i].failure;
			}
	return failure_of_status(http_status, retry);
}
