/* Which runs are open, what they hold, and what to do; from their journals alone, so that it works without network. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/page.h"
#include "cli/runs.h"
#include "text/json.h"

enum { LABEL_COLUMNS = 13, MINUTE_MS = 60 * 1000 };

static const char *hook_text(const struct history *history, const char *key)
{
	const char *text = json_string_value(json_object_get(json_object_get(history->leg, "hook"), key));

	return text ? text : "";
}

/* A person is needed where a leg ended and failed, and where nobody came back in time. */
static const char *needs_of(const struct history *history, int64_t now_ms)
{
	json_int_t status = json_integer_value(json_object_get(history->leg_end, "exit"));

	if (history->leg_end && status != EXIT_REACHED && status != EXIT_INTERRUPTED)
		return "a person";
	if (history->standing == STANDING_PAUSED)
		return history->expires_ms && now_ms >= history->expires_ms ? "attention" : "the return";
	if (json_is_true(json_object_get(history->leg_end, "later")))
		return "the next event";
	return history->leg_end ? "resume" : "";
}

static const char *standing_name(const struct history *history)
{
	static const char *const names[] = {
		[STANDING_NEW] = "new",	      [STANDING_IN] = "in",	    [STANDING_BEFORE] = "before",
		[STANDING_PAUSED] = "paused", [STANDING_ENDED] = "ended",
	};

	return names[history->standing];
}

/* ---- for programs ---- */

static json_t *holds_json(const struct history *history)
{
	json_t *holds = json_made(json_array());

	for (size_t i = 0; i < history->ledger.count; i++) {
		const struct ledger_entry *entry = &history->ledger.entries[i];
		const json_t *summary = json_object_get(ledger_entry_intent(entry), "summary");

		json_append(holds, json_pack("{s:s, s:s, s:o, s:b, s:b}", "resource", entry->resource, "state",
					     entry->state, "summary", summary ? json_deep_copy(summary) : json_null(),
					     "in_doubt", entry->n_doubts > 0, "failed_to_restore",
					     entry->trouble != NULL));
	}
	return holds;
}

static json_t *run_json(const struct run_row *row, int64_t now_ms)
{
	const struct history *history = &row->history;

	return json_made(json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:s, s:s, s:s, s:o}", "run", row->id, "machine",
		history_text(history, "machine"), "subject", history_text(history, "subject"), "state",
		history->position ? history->position : "", "standing", standing_name(history), "since_ms",
		(json_int_t)history->since_ms, "expires_ms", (json_int_t)history->expires_ms, "deployment",
		hook_text(history, "deployment_id"), "deployment_group", hook_text(history, "deployment_group_name"),
		"needs", needs_of(history, now_ms), "holds", holds_json(history)));
}

static void print_json(const struct run_rows *runs, int64_t now_ms)
{
	json_t *all = json_made(json_array());
	char *dumped;

	for (size_t i = 0; i < runs->count; i++)
		json_append(all, run_json(&runs->rows[i], now_ms));
	dumped = json_dumps(all, JSON_INDENT(2));
	puts(dumped ? dumped : "[]");
	free(dumped);
	json_decref(all);
}

/* ---- for people ---- */

/* "1h52m", "8m", "12s": two units at most, of what need not be exact. */
static void add_span(struct buffer *page, int64_t span_ms)
{
	char text[DURATION_TEXT_BYTES];

	if (span_ms < 0)
		span_ms = 0;
	if (span_ms >= MINUTE_MS)
		span_ms -= span_ms % MINUTE_MS;
	buffer_add_text(page, duration_format(span_ms - span_ms % 1000, text));
}

static void add_row(struct buffer *page, const char *label, const char *text)
{
	buffer_add_format(page, "  %-*s", LABEL_COLUMNS - 2, label);
	page_fold(page, LABEL_COLUMNS, LABEL_COLUMNS, text);
}

static void add_head(struct buffer *page, const struct run_row *row, int64_t now_ms)
{
	const struct history *history = &row->history;
	struct buffer since = BUFFER_INIT;
	char line[256];

	add_span(&since, now_ms - history->since_ms);
	snprintf(line, sizeof(line), "%-10s %-14s %-20s %-15s %-6s %s", row->id, history_text(history, "machine"),
		 history_text(history, "subject"), history->position ? history->position : "-", buffer_text(&since),
		 needs_of(history, now_ms));
	buffer_add_text(page, line);
	buffer_add_char(page, '\n');
	buffer_release(&since);
}

static void add_expiry(struct buffer *page, const struct history *history, int64_t now_ms)
{
	struct buffer text = BUFFER_INIT;

	if (history->standing != STANDING_PAUSED || !history->expires_ms)
		return;
	if (now_ms < history->expires_ms) {
		buffer_add_text(&text, "expires in ");
		add_span(&text, history->expires_ms - now_ms);
	} else {
		buffer_add_text(&text, "expired ");
		add_span(&text, now_ms - history->expires_ms);
		buffer_add_text(&text, " ago: tidegate resume --all sees to it");
	}
	add_row(page, "pause", buffer_text(&text));
	buffer_release(&text);
}

static void add_holds(struct buffer *page, const struct history *history)
{
	for (size_t i = 0; i < history->ledger.count; i++) {
		const struct ledger_entry *entry = &history->ledger.entries[i];
		const char *summary = json_string_value(json_object_get(ledger_entry_intent(entry), "summary"));
		char *text = memory_format("%s: %s%s%s", entry->resource, summary ? summary : "?",
					   entry->n_doubts > 0 ? " (in doubt)" : "",
					   entry->trouble ? " (could not be restored)" : "");

		add_row(page, i == 0 ? "holds" : "", text);
		free(text);
	}
}

static void add_deployment(struct buffer *page, const struct history *history)
{
	struct buffer text = BUFFER_INIT;

	if (hook_text(history, "deployment_id")[0])
		buffer_add_format(&text, "%s of %s %s", hook_text(history, "deployment_id"),
				  hook_text(history, "application_name"), hook_text(history, "deployment_group_name"));
	if (text.length > 0)
		add_row(page, "deployment", buffer_text(&text));
	buffer_release(&text);
}

static void add_last(struct buffer *page, const struct history *history)
{
	const json_t *end = history->leg_end;
	json_int_t status = json_integer_value(json_object_get(end, "exit"));
	char *text;

	if (!end || status == EXIT_REACHED)
		return;
	text = memory_format("exit %d at %s: %s", (int)status, json_string_value(json_object_get(end, "state")),
			     json_string_value(json_object_get(end, "message")));
	add_row(page, "last", text);
	free(text);
}

static void add_back(struct buffer *page, const struct run_row *row)
{
	char *text = row->history.standing == STANDING_ENDED
			     ? memory_format("tidegate restore %s", row->id)
			     : memory_format("tidegate resume %s (waits for health; restore does not)", row->id);

	add_row(page, "back", text);
	free(text);
}

static void print_text(struct session *session, const struct run_rows *runs, int64_t now_ms)
{
	struct buffer page = BUFFER_INIT;

	if (runs->count == 0)
		buffer_add_text(&page, "no run is open\n");
	else
		buffer_add_format(&page, "%-10s %-14s %-20s %-15s %-6s %s\n", "RUN", "MACHINE", "SUBJECT", "STATE",
				  "SINCE", "NEEDS");
	for (size_t i = 0; i < runs->count; i++) {
		const struct run_row *row = &runs->rows[i];

		add_head(&page, row, now_ms);
		add_deployment(&page, &row->history);
		add_expiry(&page, &row->history, now_ms);
		add_holds(&page, &row->history);
		add_last(&page, &row->history);
		add_back(&page, row);
	}
	report_text(&session->report, stdout, buffer_text(&page));
	buffer_release(&page);
}

static int run_status(struct session *session)
{
	struct clock *clock = clock_system();
	struct error err = ERROR_INIT;
	struct run_rows runs;
	int status = EXIT_REACHED;

	if (runs_load(session, true, &runs, &err) != 0) {
		runs_release(&runs);
		return session_fail(session, &err);
	}
	if (options_has(&session->options, OPTION_JSON))
		print_json(&runs, clock->wall_ms(clock));
	else
		print_text(session, &runs, clock->wall_ms(clock));
	if (runs.damaged > 0)
		status = EXIT_LEFT;
	else if (runs.count > 0 && options_has(&session->options, OPTION_EXIT_CODE))
		status = EXIT_CHANGES;
	runs_release(&runs);
	return status;
}

const struct command command_status = {
	.name = "status",
	.help = "Shows the open runs: where they stand, what they hold, how to go on.",
	.operands = "",
	.options = OPTIONS_STATE | 1 << OPTION_JSON | 1 << OPTION_EXIT_CODE,
	.more = "A run is open until it has ended and nothing is left to restore.\n"
		"With --exit-code: 0 where none is open, 10 where one is.\n"
		"Exit 3 where a journal is damaged.\n",
	.run = run_status,
};
