#include "config.h"

#include "cli/status.h"

#include <stdlib.h>
#include <string.h>

#include "cli/page.h"
#include "text/json.h"

enum { LABEL_COLUMNS = 13, MINUTE_MS = 60 * 1000, COLUMN_COUNT = 7, SUBJECT_BYTES = 11 };

static const char *text_of(const json_t *record, const char *key)
{
	const char *text = json_string_value(json_object_get(record, key));

	return text ? text : "";
}

static const char *hook_text(const struct history *history, const char *key)
{
	const char *text = json_string_value(json_object_get(json_object_get(history->leg, "hook"), key));

	return text ? text : "";
}

/* A person is needed where a leg ended and failed, and where nobody came back in time. */
static const char *needs_of(const struct status_row *row, int64_t now_ms)
{
	const struct history *history = &row->run->history;
	json_int_t status = json_integer_value(json_object_get(history->leg_end, "exit"));

	if (row->driven)
		return "";
	if (history->leg_end && status != EXIT_REACHED && status != EXIT_INTERRUPTED)
		return "a person";
	if (history->standing == STANDING_PAUSED)
		return history->expires_ms && now_ms >= history->expires_ms ? "attention" : "return";
	if (json_is_true(json_object_get(history->leg_end, "later")))
		return "the next event";
	return "resume";
}

static const char *standing_name(const struct history *history)
{
	static const char *const names[] = {
		[STANDING_NEW] = "new",       [STANDING_IN] = "in",       [STANDING_BEFORE] = "before",
		[STANDING_PAUSED] = "paused", [STANDING_ENDED] = "ended",
	};

	return names[history->standing];
}

/* ---- for programs ---- */

static const json_t *survey_of(const struct status_row *row, const char *resource)
{
	size_t i;
	json_t *found;

	json_array_foreach (row->survey, i, found)
		if (strcmp(text_of(found, "resource"), resource) == 0)
			return found;
	return NULL;
}

static json_t *text_or_null(const json_t *record, const char *key)
{
	return text_of(record, key)[0] ? json_string(text_of(record, key)) : json_null();
}

static json_t *holds_json(const struct status_row *row)
{
	const struct history *history = &row->run->history;
	json_t *holds = json_made(json_array());

	for (size_t i = 0; i < history->ledger.count; i++) {
		const struct ledger_entry *entry = &history->ledger.entries[i];
		const json_t *summary = json_object_get(ledger_entry_intent(entry), "summary");

		const json_t *found = survey_of(row, entry->resource);

		json_append(holds,
			    json_pack("{s:s, s:s, s:o, s:b, s:b, s:s, s:o, s:o}", "resource", entry->resource, "state",
				      entry->state, "summary", summary ? json_deep_copy(summary) : json_null(),
				      "in_doubt", entry->n_doubts > 0, "failed_to_restore", entry->trouble != NULL,
				      "standing", found ? text_of(found, "standing") : "unknown", "now",
				      text_or_null(found, "now"), "because", text_or_null(found, "because")));
	}
	return holds;
}

static json_t *run_json(const struct status_row *row, int64_t now_ms)
{
	const struct history *history = &row->run->history;

	return json_made(json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:s, s:s, s:s, s:b, s:o, s:o}", "run", row->run->id,
		"machine", history_text(history, "machine"), "use", history_text(history, "use"), "subject",
		history_text(history, "subject"), "state", history->position ? history->position : "", "standing",
		standing_name(history), "since_ms", (json_int_t)history->since_ms, "expires_ms",
		(json_int_t)history->expires_ms, "deployment", hook_text(history, "deployment_id"), "deployment_group",
		hook_text(history, "deployment_group_name"), "needs", needs_of(row, now_ms), "driven", row->driven,
		"now_unknown", row->unknown ? json_string(row->unknown) : json_null(), "holds", holds_json(row)));
}

json_t *status_json(const struct status_row *rows, size_t count, int64_t now_ms)
{
	json_t *all = json_made(json_array());

	for (size_t i = 0; i < count; i++)
		json_append(all, run_json(&rows[i], now_ms));
	return all;
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

/* "i-0a1b2c3d" of "i-0a1b2c3d4e5f60718", as people call instances; anything else is whole. */
static const char *short_subject(const char *subject, char text[SUBJECT_BYTES])
{
	if (strncmp(subject, "i-", 2) != 0)
		return subject;
	snprintf(text, SUBJECT_BYTES, "%.10s", subject);
	return text;
}

static void add_columns(struct buffer *page, const char *const columns[COLUMN_COUNT])
{
	static const int widths[COLUMN_COUNT] = { 6, 13, 10, 14, 5, 11, 0 };

	for (size_t i = 0; i < COLUMN_COUNT; i++)
		buffer_add_format(page, "%-*s%s", widths[i], columns[i], i + 1 < COLUMN_COUNT ? "  " : "");
	while (page->length > 0 && page->bytes[page->length - 1] == ' ')
		page->length--;
	buffer_add_char(page, '\n');
}

static void add_head(struct buffer *page, const struct status_row *row, int64_t now_ms)
{
	const struct history *history = &row->run->history;
	struct buffer since = BUFFER_INIT;
	char subject[SUBJECT_BYTES];

	add_span(&since, now_ms - history->since_ms);
	add_columns(page, (const char *const[COLUMN_COUNT]){
				  row->run->id, history_text(history, "machine"),
				  short_subject(history_text(history, "subject"), subject),
				  history->position ? history->position : "-", buffer_text(&since),
				  hook_text(history, "deployment_id")[0] ? hook_text(history, "deployment_id") : "-",
				  needs_of(row, now_ms) });
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

/* "(now 2)", and what there is to be said beside it. */
static void add_remarks(struct buffer *text, const struct ledger_entry *entry, const json_t *found, bool same_for_all)
{
	const char *standing = text_of(found, "standing");

	if (strcmp(standing, "restored") == 0)
		buffer_add_format(text, " (now %s: as it was before)", text_of(found, "now"));
	else if (text_of(found, "now")[0])
		buffer_add_format(text, " (now %s)", text_of(found, "now"));
	if (strcmp(standing, "unknown") == 0 && !same_for_all)
		buffer_add_format(text, " (now unknown: %s)", text_of(found, "because"));
	if (entry->n_doubts > 0)
		buffer_add_text(text, " (in doubt)");
	if (entry->trouble)
		buffer_add_format(text, " (could not be restored: %s%s%s)", text_of(entry->trouble, "failure"),
				  text_of(entry->trouble, "code")[0] ? ", " : "", text_of(entry->trouble, "code"));
}

/* What keeps all of it from being known, said once; or NULL. */
static const char *unknown_because(const struct status_row *row)
{
	const char *because = NULL;
	size_t i;
	json_t *found;

	json_array_foreach (row->survey, i, found) {
		if (strcmp(text_of(found, "standing"), "unknown") != 0 ||
		    (because && strcmp(because, text_of(found, "because")) != 0))
			return NULL;
		because = text_of(found, "because");
	}
	return because ? because : row->unknown;
}

static void add_holds(struct buffer *page, const struct status_row *row)
{
	const struct ledger *ledger = &row->run->history.ledger;
	const char *unknown = unknown_because(row);

	for (size_t i = 0; i < ledger->count; i++) {
		const struct ledger_entry *entry = &ledger->entries[i];
		const char *summary = json_string_value(json_object_get(ledger_entry_intent(entry), "summary"));
		struct buffer text = BUFFER_INIT;

		page_names(&text, entry->resource);
		buffer_add_text(&text, ": ");
		page_names(&text, summary ? summary : "?");
		add_remarks(&text, entry, survey_of(row, entry->resource), unknown != NULL);
		add_row(page, i == 0 ? "holds" : "", buffer_text(&text));
		buffer_release(&text);
	}
	if (unknown && ledger->count > 0) {
		char *text = memory_format("unknown: %s", unknown);

		add_row(page, "now", text);
		free(text);
	}
}

static void add_drift(struct buffer *page, const struct status_row *row)
{
	const char *label = "drift";
	size_t i;
	json_t *found;

	json_array_foreach (row->survey, i, found) {
		struct buffer text = BUFFER_INIT;

		if (strcmp(text_of(found, "standing"), "drifted") != 0)
			continue;
		page_names(&text, text_of(found, "resource"));
		buffer_add_text(&text, ": ");
		page_names(&text, text_of(found, "because"));
		buffer_add_text(&text, "; others changed it, it will be left alone");
		add_row(page, label, buffer_text(&text));
		buffer_release(&text);
		label = "";
	}
}

/* Where the columns have cut it. */
static void add_subject(struct buffer *page, const struct history *history)
{
	char text[SUBJECT_BYTES];
	const char *subject = history_text(history, "subject");

	if (strcmp(short_subject(subject, text), subject) != 0)
		add_row(page, "subject", subject);
}

/* Of whose states it is, where its file has none of its own. */
static void add_use(struct buffer *page, const struct history *history)
{
	if (history_text(history, "use")[0])
		add_row(page, "uses", history_text(history, "use"));
}

static void add_deployment(struct buffer *page, const struct history *history)
{
	struct buffer text = BUFFER_INIT;

	if (hook_text(history, "deployment_group_name")[0])
		buffer_add_format(&text, "%s of %s, for %s", hook_text(history, "deployment_id"),
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

/* From the middle of a leg that was cut off resume goes on with it: one that leaves would leave all the same. */
static bool is_mid_leg(const struct status_row *row, int64_t now_ms)
{
	const struct history *history = &row->run->history;

	return strcmp(needs_of(row, now_ms), "resume") == 0 && history->standing != STANDING_ENDED &&
	       !json_is_true(json_object_get(history->leg, "restores"));
}

static void add_go_on(struct buffer *page, const struct report *report, const struct run_row *row)
{
	const json_t *goal = json_object_get(row->history.leg, "goal");
	struct buffer text = BUFFER_INIT;
	size_t i;
	json_t *name;

	report_command(report, "resume", row->id, &text);
	json_array_foreach (goal, i, name)
		buffer_add_format(&text, "%s%s", i == 0 ? " (to " : " or ", json_string_value(name));
	if (json_array_size(goal) > 0)
		buffer_add_char(&text, ')');
	add_row(page, "go on", buffer_text(&text));
	buffer_release(&text);
}

static void add_back(struct buffer *page, const struct report *report, const struct run_row *row, bool mid_leg)
{
	const bool ended = row->history.standing == STANDING_ENDED;
	struct buffer text = BUFFER_INIT;

	report_command(report, ended || mid_leg ? "restore" : "resume", row->id, &text);
	if (mid_leg)
		buffer_add_text(&text, " (does not wait for health)");
	else if (!ended)
		buffer_add_text(&text, "   (waits for health; restore does not)");
	add_row(page, "back", buffer_text(&text));
	buffer_release(&text);
}

static void add_commands(struct buffer *page, const struct report *report, const struct status_row *row, int64_t now_ms)
{
	const bool mid_leg = is_mid_leg(row, now_ms);

	if (mid_leg)
		add_go_on(page, report, row->run);
	add_back(page, report, row->run, mid_leg);
}

static void add_driven(struct buffer *page, const struct run_row *row)
{
	char *text = memory_format("by another process now: tidegate log %s --follow", row->id);

	add_row(page, "driven", text);
	free(text);
}

void status_text(const struct report *report, const struct status_row *rows, size_t count, int64_t now_ms,
		 struct buffer *page)
{
	if (count == 0)
		buffer_add_text(page, "no run is open\n");
	else
		add_columns(page, (const char *const[COLUMN_COUNT]){ "RUN", "MACHINE", "SUBJECT", "STATE", "SINCE",
								     "DEPLOYMENT", "NEEDS" });
	for (size_t i = 0; i < count; i++) {
		const struct history *history = &rows[i].run->history;

		add_head(page, &rows[i], now_ms);
		add_subject(page, history);
		add_use(page, history);
		add_deployment(page, history);
		add_expiry(page, history, now_ms);
		add_holds(page, &rows[i]);
		add_drift(page, &rows[i]);
		add_last(page, history);
		if (rows[i].driven)
			add_driven(page, rows[i].run);
		else
			add_commands(page, report, &rows[i], now_ms);
	}
}
