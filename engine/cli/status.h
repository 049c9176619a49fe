/* Open runs as people and programs read them: where each stands, what it holds and how that is now, what to do. */
#ifndef TIDEGATE_CLI_STATUS_H
#define TIDEGATE_CLI_STATUS_H

#include "base/buffer.h"
#include "cli/runs.h"

struct status_row {
	const struct run_row *run;
	json_t *survey;      /* as run_survey gives it; NULL: nobody was asked */
	const char *unknown; /* why not, or NULL */
	bool driven;         /* by another process, just now */
};

/* schemas/README.md has its keys; the caller owns it. */
json_t *status_json(const struct status_row *rows, size_t count, int64_t now_ms);
/* `report` says how its commands are called. */
void status_text(const struct report *report, const struct status_row *rows, size_t count, int64_t now_ms,
		 struct buffer *page);

#endif
