/* What happened in a play, as a person reads it: hook by hook what was changed and what came of it, and at the end what
 * should not have been; and all that was asked, for who has to find out why. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cli/rehearsal/rehearsal.h"
#include "text/json.h"

struct trace {
	struct buffer *text;
	const struct stage *stage;
	const struct leg_played *leg;
	unsigned line;
	const json_t *intent; /* the newest one */
};

static const char *text_of(const json_t *record, const char *key)
{
	const char *text = json_string_value(json_object_get(record, key));

	return text ? text : "";
}

static void add_line(struct trace *trace, const char *state, const char *what, const char *result)
{
	buffer_add_format(trace->text, "%3u %-16s %-16s %-24s %s\n", ++trace->line, trace->leg->hook, state, what,
			  result);
}

static void trace_outcome(struct trace *trace, const json_t *record)
{
	const char *operation = strchr(text_of(trace->intent, "operation"), ':');
	char result[160];

	snprintf(result, sizeof(result), "%s%s%s", text_of(record, "result"), text_of(record, "code")[0] ? ": " : "",
		 text_of(record, "code"));
	add_line(trace, text_of(record, "state"), operation ? operation + 1 : "", result);
}

static void trace_unanswered(struct trace *trace, const json_t *record)
{
	const char *operation = strchr(text_of(trace->intent, "operation"), ':');

	add_line(trace, text_of(record, "state"), operation ? operation + 1 : "", "no answer");
}

static void trace_caught(struct trace *trace, const json_t *record)
{
	char next[160];

	snprintf(next, sizeof(next), "catch -> %s", text_of(record, "next"));
	add_line(trace, text_of(record, "state"), next, text_of(record, "message"));
}

static void trace_restored(struct trace *trace, const json_t *record)
{
	add_line(trace, text_of(record, "state"), text_of(record, "resource"), text_of(record, "how"));
}

static void trace_not_restored(struct trace *trace, const json_t *record)
{
	add_line(trace, text_of(record, "state"), text_of(record, "resource"), text_of(record, "message"));
}

static void trace_place(struct trace *trace, const json_t *record)
{
	add_line(trace, text_of(record, "state"), text_of(record, "type"), text_of(record, "because"));
}

static const struct {
	const char *type;
	void (*add)(struct trace *trace, const json_t *record);
} trace_rows[] = {
	{ "outcome", trace_outcome },   { "unanswered", trace_unanswered },     { "caught", trace_caught },
	{ "restored", trace_restored }, { "not_restored", trace_not_restored }, { "pause", trace_place },
	{ "end", trace_place },
};

static void trace_record(struct trace *trace, const json_t *record)
{
	const char *type = text_of(record, "type");

	if (strcmp(type, "intent") == 0)
		trace->intent = record;
	for (size_t i = 0; i < ARRAY_LENGTH(trace_rows); i++)
		if (strcmp(trace_rows[i].type, type) == 0)
			trace_rows[i].add(trace, record);
}

static void trace_leg(struct trace *trace, size_t *record)
{
	const struct leg_played *leg = trace->leg;
	char end[48];

	while (*record < leg->records)
		trace_record(trace, json_array_get(trace->stage->records, (*record)++));
	snprintf(end, sizeof(end), "exit %d %s", (int)leg->result.status, exit_name(leg->result.status));
	add_line(trace, leg->died ? "" : leg->result.state, leg->died ? "the process died" : end,
		 leg->died ? "" : leg->result.message);
}

static void trace_mishaps(const struct stage *stage, struct buffer *text)
{
	char sentence[200];

	for (size_t i = 0; i < stage->n_mishaps; i++) {
		mishap_describe(&stage->mishaps[i], sentence, sizeof(sentence));
		buffer_add_format(text, "  %s%s\n", i ? "then, counted from there, " : "", sentence);
	}
}

void rehearsal_trace(const struct rehearsal *rehearsal, struct buffer *text)
{
	const struct stage *stage = &rehearsal->stage;
	const struct violation *violation = &stage->violation;
	struct trace trace = { .text = text, .stage = stage };
	size_t record = 0;

	if (violation->invariant)
		buffer_add_format(text, "%s %s\n", violation->invariant->name, violation->why);
	buffer_add_format(text, "  scenario %s\n", stage->scene->name);
	trace_mishaps(stage, text);
	for (size_t i = 0; i < stage->n_legs; i++) {
		trace.leg = &stage->legs[i];
		trace_leg(&trace, &record);
	}
	if (violation->invariant)
		buffer_add_format(text, "  why: %s\n", violation->invariant->sentence);
}

/* ---- every request */

struct request_log {
	struct buffer *text;
	const struct stage *stage;
	int64_t begun_ms, shown_ms; /* the acts up to then are shown */
};

static void add_time(const struct request_log *log, int64_t at_ms)
{
	buffer_add_format(log->text, "%10.3f s ", (double)(at_ms - log->begun_ms) / 1000);
}

static void add_acts(struct request_log *log, int64_t until_ms)
{
	struct sim_done done;
	char what[100];

	for (size_t i = 0; sim_act_done(log->stage->sim, i, &done); i++) {
		if (done.at_ms <= log->shown_ms || done.at_ms > until_ms)
			continue;
		act_describe(&done.act, what, sizeof(what));
		add_time(log, done.at_ms);
		buffer_add_format(log->text, "    somebody else: %s\n", what);
	}
	if (until_ms > log->shown_ms)
		log->shown_ms = until_ms;
}

static void add_request(const struct request_log *log, const struct sim_logged *logged)
{
	struct buffer *text = log->text;

	add_time(log, logged->at_ms);
	buffer_add_format(text, "%3u %s", logged->number, logged->operation);
	if (!logged->reads) {
		buffer_add_char(text, ' ');
		json_write(text, logged->input);
	}
	if (logged->fault != SIM_FAULT_NONE)
		buffer_add_format(text, " %s", sim_fault_name(logged->fault));
	if (logged->code[0])
		buffer_add_format(text, " %s", logged->code);
	buffer_add_char(text, '\n');
}

void rehearsal_requests(const struct rehearsal *rehearsal, struct buffer *text)
{
	const struct stage *stage = &rehearsal->stage;
	struct request_log log = { .text = text, .stage = stage, .begun_ms = sim_wall_ms(stage->scene->model) };

	buffer_add_text(text, "requests, and what AWS showed or did at that time\n");
	for (size_t i = 0; i < sim_log_count(stage->sim); i++) {
		add_acts(&log, sim_log_at(stage->sim, i)->at_ms);
		add_request(&log, sim_log_at(stage->sim, i));
	}
	add_acts(&log, INT64_MAX);
}
