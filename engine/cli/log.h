/* A run for log collectors: one JSON object a line, each with the same keys (schemas/README.md lists them). Pure. */
#ifndef TIDEGATE_CLI_LOG_H
#define TIDEGATE_CLI_LOG_H

#include <jansson.h>
#include <stdint.h>

#include "run/run.h"

enum log_format { LOG_TEXT, LOG_JSON, LOG_FORMAT_COUNT };

/* "text", "json": as they are named in options and in the configuration. LOG_FORMAT_COUNT where there is none of it. */
enum log_format log_format_named(const char *name);

/* What every line says beside its event; texts may be "". */
struct log_line {
	int64_t wall_ms;
	const char *run, *subject, *leg, *state;
	const char *event;   /* a record's type, or waiting, note, verdict */
	const char *message; /* for people */
};

/* `fields` is taken over, NULL where there are none. The caller owns what it gets. */
json_t *log_object(const struct log_line *line, json_t *fields);

/* What of a record is of use beside its message; what waits. */
json_t *log_record_fields(const json_t *record);
json_t *log_waiting_fields(const struct waiting *waiting);

/* As one line, in ASCII; takes it over. The caller frees what it gets. */
char *log_text(json_t *object);

#endif
