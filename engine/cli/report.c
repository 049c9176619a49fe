#include "config.h"

#include "cli/report.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/page.h"
#include "cli/process.h"
#include "cli/record_text.h"
#include "text/json.h"

enum {
	QUIET_MOST_MS = 60000, /* a person, or an agent's log, hears something once a minute */
	LEG_COLUMNS = 7,
	STATE_COLUMNS = 14,
	TYPE_COLUMNS = 9,
	INDENT_MOST = 42
};

static const char *record_type(const json_t *record)
{
	const char *type = json_string_value(json_object_get(record, "type"));

	return type ? type : "";
}

static const char *text_of(const json_t *record, const char *key)
{
	const char *text = json_string_value(json_object_get(record, key));

	return text ? text : "";
}

static struct log_line line_of(const struct report *report, int64_t wall_ms)
{
	return (struct log_line){
		.wall_ms = wall_ms,
		.run = report->run,
		.subject = text_of(report->first, "subject"),
		.leg = report->leg,
	};
}

/* Said in front of the first line that is read again. */
static void add_lost(const struct report *report, struct buffer *page)
{
	struct log_line line = line_of(report, report->clock->wall_ms(report->clock));
	struct buffer sentence = BUFFER_INIT;
	char *text;

	buffer_add_format(&sentence, "lines lost, as nobody read them in time: %zu", report->lost);
	if (report->run[0]) {
		buffer_add_text(&sentence, "; the whole: ");
		report_command(report, "log", report->run, &sentence);
	}
	line.event = "note";
	line.message = buffer_text(&sentence);
	text = report->format == LOG_JSON ? log_text(log_object(&line, NULL))
					  : memory_format("tidegate: %s\n", buffer_text(&sentence));
	buffer_add_format(page, "%s%s", report->torn ? "\n" : "", text);
	free(text);
	buffer_release(&sentence);
}

static size_t count_lines(const char *text)
{
	size_t lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

/* One line is waited for; then nothing until somebody reads again, but for the verdict. */
static void put_hurried(struct report *report, FILE *stream, const char *text)
{
	int wait_ms = report->lost == 0 || report->last ? READER_PATIENCE_MS : 0;
	struct buffer page = BUFFER_INIT;
	size_t written;

	if (report->lost > 0)
		add_lost(report, &page);
	buffer_add_text(&page, text);
	fflush(stream);
	written = process_write(fileno(stream), page.bytes, page.length, wait_ms);
	if (written > 0)
		report->torn = page.bytes[written - 1] != '\n';
	report->lost = written < page.length ? report->lost + count_lines(text) : 0;
	buffer_release(&page);
}

void report_put(struct report *report, FILE *stream, const char *text)
{
	if (report->hurried && text[0])
		put_hurried(report, stream, text);
	else
		fputs(text, stream);
}

void report_text(struct report *report, FILE *stream, const char *text)
{
	char *copy = memory_copy_text(text);

	page_clean(copy, report->ascii);
	report_put(report, stream, copy);
	free(copy);
}

void report_flush(struct report *report)
{
	if (report->live)
		live_leave(report->live);
	fflush(stdout);
}

const char *report_color(const struct report *report, const char *name)
{
	return report->color ? page_color(name) : "";
}

void report_error(struct report *report, const struct error *err)
{
	struct buffer text = BUFFER_INIT;
	const struct position *at = &err->position;

	report_flush(report);
	if (at->source && at->line)
		buffer_add_format(&text, "%s:%u:%u: ", at->source->name, at->line, at->column);
	buffer_add_format(&text, "tidegate: %s", err->message);
	if (buffer_text(&text)[0]) {
		struct buffer page = BUFFER_INIT;

		page_fold(&page, 0, 10, buffer_text(&text));
		report_text(report, stderr, buffer_text(&page));
		buffer_release(&page);
	}
	buffer_release(&text);
}

/* Takes it over. */
static void put_object(struct report *report, json_t *object)
{
	char *line = log_text(object);

	report_put(report, stdout, line);
	fflush(stdout);
	free(line);
}

void report_log(struct report *report, const char *event, const char *state, const char *message, json_t *fields)
{
	struct log_line line = line_of(report, report->clock->wall_ms(report->clock));

	line.event = event;
	line.state = state;
	line.message = message;
	put_object(report, log_object(&line, fields));
	report->printed_ms = report->clock->monotonic_ms(report->clock);
}

/* "02:01:07 leave SUSPEND_PROCS  SENTENCE"; in the log with the record's type in front of the sentence. */
static void print_line(struct report *report, int64_t wall_ms, const char *state, const char *type,
		       const char *sentence)
{
	struct buffer line = BUFFER_INIT;
	char time[PAGE_TIME_BYTES];
	size_t indent;

	page_time(time, wall_ms);
	buffer_add_format(&line, "%s %-*s ", time, LEG_COLUMNS, report->leg);
	if (state[0] || type[0])
		buffer_add_format(&line, "%-*s ", STATE_COLUMNS, state);
	if (type[0] && sentence[0])
		buffer_add_format(&line, "%-*s ", TYPE_COLUMNS, type);
	else
		buffer_add_text(&line, type);
	indent = line.length < INDENT_MOST ? line.length : INDENT_MOST;
	page_fold(&line, line.length, indent, sentence);
	report_text(report, stdout, buffer_text(&line));
	fflush(stdout);
	buffer_release(&line);
	report->printed_ms = report->clock->monotonic_ms(report->clock);
	report->spoke = true;
}

/* ---- what is remembered ---- */

/* A leg that begins takes out of traffic, one that goes on brings back; by hand its own name says more. */
static void remember_leg(struct report *report, const json_t *record)
{
	static const char *const by_hand[] = { "restore", "resume", "adopt" };
	const char *name = text_of(record, "leg");
	const char *word = json_is_true(json_object_get(record, "begins")) ? "leave" : "return";

	for (size_t i = 0; i < ARRAY_LENGTH(by_hand); i++)
		if (strcmp(name, by_hand[i]) == 0)
			word = by_hand[i];
	snprintf(report->leg, sizeof(report->leg), "%s", word);
	json_array_clear(report->restored);
	report->begun_ms = report->clock->monotonic_ms(report->clock);
}

static void remember_intent(struct report *report, const json_t *record)
{
	char number[24];
	json_t *summary = json_object_get(record, "summary");

	snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(record, "n")));
	json_object_set(report->summaries, number, summary);
	if (json_is_true(json_object_get(record, "restores")))
		json_object_set(report->summaries, text_of(record, "resource"), summary);
}

static void remember_restored(struct report *report, const json_t *record)
{
	const char *resource = text_of(record, "resource");
	json_t *summary = json_object_get(report->summaries, resource);

	if (strcmp(text_of(record, "how"), "restored") == 0 && summary)
		json_array_append(report->restored, summary);
	else if (strcmp(text_of(record, "how"), "drifted") != 0 && strcmp(text_of(record, "how"), "final") != 0)
		json_append(report->restored, json_string(resource));
}

static void remember_left(struct report *report, const struct history *history)
{
	json_array_clear(report->left);
	for (size_t i = 0; i < history->ledger.count; i++) {
		const struct ledger_entry *entry = &history->ledger.entries[i];
		const json_t *intent = ledger_entry_intent(entry);
		json_t *row = json_made(json_pack("{s:s, s:s, s:s, s:b}", "resource", entry->resource, "state",
						  entry->state, "summary", text_of(intent, "summary"), "doubtful",
						  entry->n_doubts > 0));

		if (entry->trouble)
			json_put(row, "trouble", json_deep_copy(entry->trouble));
		json_append(report->left, row);
	}
}

static void remember_enter(struct report *report)
{
	report->spoke = false;
	report->told = false;
	report->waits = false;
	report->entered_ms = report->clock->monotonic_ms(report->clock);
	watch_pass(&report->watch);
}

/* Where the instance stood when it was looked at first is known although nothing was waited for. */
static void remember_gave(struct report *report, const json_t *record)
{
	const char *state = text_of(json_object_get(record, "gave"), "state");
	json_t *shown;

	if (!state[0])
		return;
	shown = json_made(json_pack("{s:s}", "state", state));
	watch_hear(&report->watch, &(struct waiting){ .which = "", .shown = shown, .over = true },
		   report->clock->monotonic_ms(report->clock), report->clock->wall_ms(report->clock));
	json_decref(shown);
	report->changed_since = false;
}

static void remember(struct report *report, const struct history *history, const json_t *record)
{
	const char *type = record_type(record);

	if (strcmp(type, "run") == 0 || !report->first) {
		json_decref(report->first);
		report->first = json_copy(history->first);
		snprintf(report->run, sizeof(report->run), "%s", history_text(history, "run"));
	}
	if (strcmp(type, "leg") == 0)
		remember_leg(report, record);
	else if (strcmp(type, "enter") == 0)
		remember_enter(report);
	else if (strcmp(type, "intent") == 0)
		remember_intent(report, record);
	else if (strcmp(type, "restored") == 0)
		remember_restored(report, record);
	else if (strcmp(type, "outcome") == 0)
		report->changed_since |= strcmp(text_of(record, "result"), "done") == 0;
	else if (strcmp(type, "left") == 0)
		remember_gave(report, record);
	else if (strcmp(type, "leg_end") == 0)
		remember_left(report, history);
}

/* ---- the reporter ---- */

/* What was waited for is said as it was seen last. */
static void show_record(struct report *report, const struct history *history, const json_t *record,
			struct buffer *sentence, bool said)
{
	if (!said)
		buffer_clear(sentence);
	if (!said && report->waits && strcmp(record_type(record), "left") == 0)
		watch_tell(&report->watch, true, sentence);
	live_record(report->live, history, record, buffer_text(sentence), report->leg);
	report->spoke |= sentence->length > 0;
}

/* Every record: what it is about can be told from its event. */
static void log_record(struct report *report, const json_t *record, const char *sentence)
{
	struct log_line line = line_of(report, time_parse(text_of(record, "at")));

	line.state = text_of(record, "state");
	line.event = record_type(record);
	line.message = sentence;
	put_object(report, log_object(&line, log_record_fields(record)));
	report->printed_ms = report->clock->monotonic_ms(report->clock);
	report->spoke |= sentence[0] != '\0';
}

static void print_record(struct report *report, const struct history *history, const json_t *record)
{
	struct buffer sentence = BUFFER_INIT;
	struct record_context context = {
		.history = history,
		.summaries = report->summaries,
		.everything = report->everything,
		.spoke = report->spoke,
		.told = report->told && !report->everything,
		.brief = report->live != NULL,
		.waited_ms = report->waits ? report->clock->monotonic_ms(report->clock) - report->entered_ms : 0,
	};
	bool said = record_text(&context, record, &sentence);
	const char *state = text_of(record, "state");
	const char *type = report->everything ? record_type(record) : "";

	if (report->format == LOG_JSON)
		log_record(report, record, said ? buffer_text(&sentence) : "");
	else if (report->live)
		show_record(report, history, record, &sentence, said);
	else if (said || report->everything)
		print_line(report, time_parse(text_of(record, "at")), state, type, buffer_text(&sentence));
	report->told |= strcmp(text_of(record, "result"), "failed") == 0;
	buffer_release(&sentence);
}

void report_record(struct report *report, const struct history *history, const json_t *record)
{
	/* Looking without a journal changes nothing, and must not read as if it did. */
	bool looking = !json_object_get(history->first, "run");

	if (looking)
		return;
	remember(report, history, record);
	if (!report->silent)
		print_record(report, history, record);
}

static struct report *report_of(struct reporter *reporter)
{
	return (struct report *)reporter; /* it is the first member */
}

static void on_record(struct reporter *reporter, const struct history *history, const json_t *record)
{
	report_record(report_of(reporter), history, record);
}

/* What has changed, or once a minute all of it, with the time that there is. */
static void print_waiting(struct report *report, const struct waiting *waiting)
{
	int64_t now_ms = report->clock->monotonic_ms(report->clock);
	bool late = now_ms - report->printed_ms >= QUIET_MOST_MS;
	bool silent_wait = !report->waits && json_is_null(waiting->shown);
	struct buffer text = BUFFER_INIT;

	if (waiting->over || !(late || watch_has_news(&report->watch) || silent_wait))
		return;
	watch_tell(&report->watch, late, &text);
	if (text.length > 0)
		buffer_add_text(&text, "; ");
	page_watch(&text, waiting->waited_ms);
	buffer_add_text(&text, " of ");
	page_watch(&text, waiting->waited_ms + waiting->left_ms);
	if (report->format == LOG_JSON)
		report_log(report, "waiting", waiting->state, buffer_text(&text), log_waiting_fields(waiting));
	else
		print_line(report, report->clock->wall_ms(report->clock), waiting->state, "", buffer_text(&text));
	buffer_release(&text);
}

static void on_waiting(struct reporter *reporter, const struct history *history, const struct waiting *waiting)
{
	struct report *report = report_of(reporter);

	(void)history;
	watch_hear(&report->watch, waiting, report->clock->monotonic_ms(report->clock),
		   report->clock->wall_ms(report->clock));
	report->changed_since = false;
	if (report->live)
		live_touch(report->live);
	else if (!report->silent)
		print_waiting(report, waiting);
	report->waits |= !waiting->over;
	report->spoke |= !waiting->over;
}

static void on_note(struct reporter *reporter, const char *sentence)
{
	struct report *report = report_of(reporter);

	if (report->live)
		live_clear(report->live);
	if (report->format == LOG_JSON)
		report_log(report, "note", "", sentence, NULL);
	else if (!report->silent)
		print_line(report, report->clock->wall_ms(report->clock), "", "", sentence);
}

void report_command(const struct report *report, const char *command, const char *operand, struct buffer *text)
{
	buffer_add_format(text, "%stidegate %s%s%s", report->own ? "" : "sudo ", command, operand[0] ? " " : "",
			  operand);
	if (report->state_dir)
		buffer_add_format(text, " --state-dir %s", report->state_dir);
}

void report_init(struct report *report, struct clock *clock)
{
	*report = (struct report){
		.reporter = { .record = on_record, .waiting = on_waiting, .note = on_note },
		.clock = clock,
		.summaries = json_made(json_object()),
		.restored = json_made(json_array()),
		.left = json_made(json_array()),
		.begun_ms = clock->monotonic_ms(clock),
	};
}

struct executor *report_live(struct report *report, struct executor *executor)
{
	if (!report->terminal || report->format != LOG_TEXT)
		return executor;
	report->live = live_new(STDOUT_FILENO, report->color, &report->watch, report->clock,
				process_resumed());
	return live_executor(report->live, executor);
}

void report_release(struct report *report)
{
	live_free(report->live);
	watch_release(&report->watch);
	json_decref(report->first);
	json_decref(report->summaries);
	json_decref(report->restored);
	json_decref(report->left);
}
