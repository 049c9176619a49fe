#include "config.h"

#include "cli/verdict.h"

#include <stdlib.h>
#include <string.h>

#include "cli/page.h"
#include "text/json.h"

enum {
	LABEL_COLUMNS = 9,
	CAUSE_MOST_BYTES = 240, /* AWS's own sentences can be long */
	ROW_MOST_BYTES = 280,
	ROW_LEAST_BYTES = 100, /* where many long ones would not all be shown */
	REACHED_MOST_BYTES = 1400,
	LEFT_SHOWN = 3,
	BY_HAND_MOST_BYTES = 600
};

static const char *text_of(const json_t *record, const char *key)
{
	const char *text = json_string_value(json_object_get(record, key));

	return text ? text : "";
}

static void add_row(struct buffer *page, const char *label, const char *text)
{
	buffer_add_format(page, "%-*s", LABEL_COLUMNS, label);
	page_fold(page, LABEL_COLUMNS, LABEL_COLUMNS, text);
}

/* Releases the text. Names of others can be of any length; what is too long loses its end. */
static void add_taken_row(struct buffer *page, const char *label, struct buffer *text, size_t most)
{
	char shown[ROW_MOST_BYTES];

	page_cut(shown, most, buffer_text(text));
	if (text->length > 0)
		add_row(page, label, shown);
	buffer_release(text);
}

/* In CodeDeploy's console. */
static size_t shown_bytes(const struct buffer *page)
{
	size_t bytes = page->length;

	for (size_t i = 0; i < page->length; i++)
		bytes += page->bytes[i] == '\n' ? sizeof(VERDICT_LINE_MARK) - 1 : 0;
	return bytes;
}

/* ---- what each end means, and what to do then ---- */

static const char grant[] = "give the role what it lacks ('tidegate policy MACHINE' shows it)";

/* By what AWS calls the fault, or by our own name of it: the first row that fits. %s is the region. */
static const struct {
	enum failure failure;
	const char *code; /* NULL: any */
	const char *advice;
} cures[] = {
	{ FAILURE_ACCESS_DENIED, "NoCredentials", "give the instance a role, or name a profile or keys" },
	{ FAILURE_ACCESS_DENIED, "InvalidClientTokenId", "mend the credentials: AWS does not know them" },
	{ FAILURE_ACCESS_DENIED, "UnrecognizedClientException", "mend the credentials: AWS does not know them" },
	{ FAILURE_ACCESS_DENIED, "SignatureDoesNotMatch", "mend the credentials: the secret key is another ID's" },
	{ FAILURE_ACCESS_DENIED, "IncompleteSignature", "mend the credentials" },
	{ FAILURE_ACCESS_DENIED, "AuthFailure", "mend the credentials" },
	{ FAILURE_ACCESS_DENIED, "OptInRequired", "enable the service or the region for this account" },
	{ FAILURE_ACCESS_DENIED, NULL, grant },
	{ FAILURE_EXPIRED_CREDENTIALS, NULL, "get new credentials" },
	{ FAILURE_UNREACHABLE, NULL, "look at the region (%s), at DNS and at the way to AWS" },
	{ FAILURE_NOT_FOUND, NULL, "mend the cause (was %s the right region?)" },
};

static const char *advice_on(enum failure failure, const char *code)
{
	for (size_t i = 0; i < ARRAY_LENGTH(cures); i++)
		if (cures[i].failure == failure && (!cures[i].code || strcmp(cures[i].code, code) == 0))
			return cures[i].advice;
	return NULL;
}

/* Where the region is not known, what speaks of it is left out. */
bool verdict_advise(enum failure failure, const char *code, const char *region, struct buffer *text)
{
	const char *advice = advice_on(failure, code), *slot = advice ? strstr(advice, "%s") : NULL;

	if (!advice || (slot && !region[0]))
		return false;
	if (!slot)
		buffer_add_text(text, advice);
	else
		buffer_add_format(text, "%.*s%s%s", (int)(slot - advice), advice, region, slot + 2);
	return true;
}

static void add_advice(const struct report *report, const struct leg_result *result, struct buffer *text)
{
	if (!verdict_advise(result->failure, result->code, text_of(report->first, "region"), text))
		buffer_add_text(text, "mend the cause");
}

static void next_after_failed(const struct report *report, const struct leg_result *result, struct buffer *text)
{
	add_advice(report, result, text);
	buffer_add_text(text, ", then ");
	buffer_add_text(text, report->deploys ? "deploy again" : "try again");
}

static void add_where(const struct report *report, struct buffer *text)
{
	const char *host = text_of(report->first, "host");

	if (host[0])
		buffer_add_format(text, "on %s: ", host);
}

/* What is out is a run's that could not be gone on with, or nobody's. */
static void next_without_run(const struct report *report, const struct leg_result *result, struct buffer *text)
{
	if (result->nobodys) {
		buffer_add_text(text, "find out why; to bring it back: ");
		report_command(report, "adopt", "MACHINE", text);
		buffer_add_text(text, ", then ");
		report_command(report, "resume", "", text);
		return;
	}
	buffer_add_text(text, "mend the cause; ");
	add_where(report, text);
	report_command(report, "status", "", text);
	buffer_add_text(text, " shows which run is open and how it goes on");
}

static void next_after_left(const struct report *report, const struct leg_result *result, struct buffer *text)
{
	if (!report->run[0]) {
		next_without_run(report, result, text);
		return;
	}
	if (result->failure == FAILURE_ACCESS_DENIED) {
		add_advice(report, result, text);
		buffer_add_text(text, ", then ");
	} else if (result->rests) {
		buffer_add_text(text, "deploy again, or mend the cause and ");
	}
	add_where(report, text);
	/* Where it rests, to restore would be to do what the failure keeps from being done. */
	report_command(report, result->rests ? "resume" : "restore", report->run, text);
}

static void next_after_busy(const struct report *report, const struct leg_result *result, struct buffer *text)
{
	(void)result;
	report_command(report, "status", "", text);
	buffer_add_text(text, " shows which run has it");
}

static void next_after_doubt(const struct report *report, const struct leg_result *result, struct buffer *text)
{
	(void)result;
	add_where(report, text);
	report_command(report, "resume", report->run, text);
	buffer_add_text(text, " looks again, and goes on");
}

static void next_after_interrupted(const struct report *report, const struct leg_result *result, struct buffer *text)
{
	if (!report->run[0]) {
		buffer_add_format(text, "%s again; ", report->deploys ? "deploy" : "try");
		report_command(report, "status", "", text);
		buffer_add_text(text, " shows whether a run is open");
		return;
	}
	add_where(report, text);
	report_command(report, "resume", report->run, text);
	buffer_add_text(text, " goes on, as the next hook does");
	if (strcmp(report->leg, "leave") == 0)
		buffer_add_text(text, "; restore in place of resume takes all back");
	if (result->out_of_time && report->deploys)
		buffer_add_text(text, "; the next time give the hook more: 'at_most' in the machine file, 'timeout' in "
				      "appspec.yml");
}

static const struct {
	enum exit_status status;
	const char *word;
	const char *color;
	void (*next)(const struct report *report, const struct leg_result *result, struct buffer *text);
} ends[] = {
	{ EXIT_FAILED, "FAILED", "red", next_after_failed },
	{ EXIT_USAGE, "REFUSED", "red", next_after_failed },
	{ EXIT_LEFT, "FAILED", "red", next_after_left },
	{ EXIT_SUBJECT_BUSY, "BUSY", "yellow", next_after_busy },
	{ EXIT_IN_DOUBT, "IN DOUBT", "red", next_after_doubt },
	{ EXIT_INTERRUPTED, "INTERRUPTED", "yellow", next_after_interrupted },
};

static size_t end_of(enum exit_status status)
{
	for (size_t i = 0; i < ARRAY_LENGTH(ends); i++)
		if (ends[i].status == status)
			return i;
	return 0;
}

/* ---- the rows of a failure ---- */

static void add_headline(const struct report *report, const struct leg_result *result, struct buffer *page)
{
	size_t end = end_of(result->status), left = json_array_size(report->left);
	struct buffer text = BUFFER_INIT;
	char shown[ROW_MOST_BYTES];

	buffer_add_format(&text, "%s, exit %d: ", ends[end].word, (int)result->status);
	if (report->run[0])
		buffer_add_format(&text, "%s of %s, run %s", report->leg, text_of(report->first, "subject"),
				  report->run);
	else
		buffer_add_text(&text, "nothing was begun");
	if (left > 0)
		buffer_add_format(&text, ", %zu change%s not restored", left, left == 1 ? "" : "s");
	else if (result->status == EXIT_FAILED)
		buffer_add_text(&text, ", nothing is left changed");
	page_cut(shown, sizeof(shown), buffer_text(&text));
	buffer_add_format(page, "tidegate: %s", report_color(report, ends[end].color));
	page_fold(page, 10, LABEL_COLUMNS, shown);
	if (report->color) {
		page->length--;
		buffer_add_format(page, "%s\n", report_color(report, NULL));
	}
	buffer_release(&text);
}

static void add_cause(const struct leg_result *result, size_t most, struct buffer *page)
{
	struct buffer text = BUFFER_INIT;
	char message[CAUSE_MOST_BYTES];

	page_cut(message, sizeof(message), result->message);
	if (result->state[0])
		buffer_add_format(&text, "%s: ", result->state);
	if (result->failure != FAILURE_NONE && result->failure != FAILURE_REFUSED)
		buffer_add_text(&text, failures[result->failure].name);
	if (result->operation[0])
		buffer_add_format(&text, ", %s", result->operation);
	if (text.length > 0 && message[0] && text.bytes[text.length - 1] != ' ')
		buffer_add_text(&text, ": ");
	buffer_add_text(&text, message);
	if (result->code[0] || result->request_id[0])
		buffer_add_format(&text, " (%s%s%s)", result->code, result->request_id[0] ? ", request " : "",
				  result->request_id);
	add_taken_row(page, "cause", &text, most);
}

static void add_restored(const struct report *report, size_t most, struct buffer *page)
{
	struct buffer text = BUFFER_INIT;
	size_t i;
	json_t *sentence;

	json_array_foreach (report->restored, i, sentence) {
		if (text.length > CAUSE_MOST_BYTES) {
			buffer_add_format(&text, " and %zu more", json_array_size(report->restored) - i);
			break;
		}
		buffer_add_text(&text, i == 0 ? "" : "; ");
		page_names(&text, json_string_value(sentence));
	}
	add_taken_row(page, "restored", &text, most);
}

static void add_left(const struct report *report, size_t most, struct buffer *page)
{
	size_t i;
	json_t *row;

	json_array_foreach (report->left, i, row) {
		const json_t *trouble = json_object_get(row, "trouble");
		struct buffer text = BUFFER_INIT;

		if (i == LEFT_SHOWN) {
			buffer_add_format(&text, "and %zu more: tidegate status", json_array_size(report->left) - i);
			add_taken_row(page, "LEFT", &text, most);
			break;
		}
		page_names(&text, text_of(row, "resource"));
		buffer_add_text(&text, ": ");
		page_names(&text, text_of(row, "summary"));
		if (json_is_true(json_object_get(row, "doubtful")))
			buffer_add_text(&text, " (in doubt)");
		if (trouble)
			buffer_add_format(&text, "; not taken back: %s%s%s", text_of(trouble, "failure"),
					  text_of(trouble, "code")[0] ? ", " : "", text_of(trouble, "code"));
		add_taken_row(page, "LEFT", &text, most);
	}
}

/* From what was seen last: a verdict asks nobody. */
static void add_traffic(const struct report *report, size_t most, struct buffer *page)
{
	struct buffer text = BUFFER_INIT;

	watch_traffic(&report->watch, report->changed_since ? "the newest change" : "", &text);
	add_taken_row(page, "traffic", &text, most);
}

static void add_by_hand(const struct report *report, struct buffer *page)
{
	const char *region = json_string_value(json_object_get(report->first, "region"));
	size_t i, shown = 0;
	json_t *row;

	json_array_foreach (report->left, i, row) {
		const json_t *call = json_object_get(json_object_get(row, "trouble"), "call");
		struct buffer command = BUFFER_INIT;

		page_aws_command(&command, LABEL_COLUMNS, call, region);
		/* Half a command is worse than none. */
		if (command.length > 0 && command.length < BY_HAND_MOST_BYTES &&
		    shown_bytes(page) + LABEL_COLUMNS + shown_bytes(&command) < VERDICT_MOST_BYTES)
			buffer_add_format(page, "%-*s%s", LABEL_COLUMNS, shown++ == 0 ? "by hand" : "",
					  buffer_text(&command));
		buffer_release(&command);
	}
}

static void write_reached(const struct report *report, const struct leg_result *result, struct buffer *page)
{
	struct buffer text = BUFFER_INIT;
	char shown[REACHED_MOST_BYTES];

	if (result->state[0])
		buffer_add_format(&text, "%s %s", result->state, result->later ? "is not over" : "reached");
	else if (report->run[0])
		buffer_add_text(&text, "done");
	if (report->run[0]) {
		buffer_add_format(&text, "%s%s of %s, run %s, ", text.length > 0 ? ": " : "", report->leg,
				  text_of(report->first, "subject"), report->run);
		page_elapsed(&text, report->clock->monotonic_ms(report->clock) - report->begun_ms);
	}
	if (result->message[0])
		buffer_add_format(&text, "%s%s", text.length > 0 ? "; " : "", result->message);
	page_cut(shown, sizeof(shown), buffer_text(&text));
	buffer_add_format(page, "tidegate: %s", report_color(report, result->later ? "yellow" : "green"));
	page_fold(page, 10, LABEL_COLUMNS, shown);
	if (report->color)
		buffer_add_text(page, report_color(report, NULL));
	buffer_release(&text);
}

/* What to do is never cut short for the others. */
static void write_failed(const struct report *report, const struct leg_result *result, size_t most, struct buffer *page)
{
	struct buffer next = BUFFER_INIT;

	add_headline(report, result, page);
	add_cause(result, most, page);
	add_restored(report, most, page);
	add_left(report, most, page);
	add_traffic(report, most, page);
	ends[end_of(result->status)].next(report, result, &next);
	add_taken_row(page, "next", &next, ROW_MOST_BYTES);
}

void verdict_write(const struct report *report, const struct leg_result *result, struct buffer *page)
{
	const size_t begins = page->length;
	size_t most = ROW_MOST_BYTES;

	if (result->status == EXIT_REACHED) {
		write_reached(report, result, page);
		return;
	}
	do {
		page->length = begins;
		write_failed(report, result, most, page);
		most -= 20;
	} while (shown_bytes(page) >= VERDICT_MOST_BYTES && most >= ROW_LEAST_BYTES);
	add_by_hand(report, page);
}

/* ---- for collectors ---- */

/* Text of strangers that is no UTF-8 is left out. */
static void put_text(json_t *fields, const char *key, const char *text)
{
	json_t *value = text[0] ? json_string(text) : NULL;

	if (value)
		json_put(fields, key, value);
}

static json_t *commands_by_hand(const struct report *report)
{
	const char *region = json_string_value(json_object_get(report->first, "region"));
	json_t *commands = json_made(json_array()), *row;
	size_t i;

	json_array_foreach (report->left, i, row) {
		struct buffer command = BUFFER_INIT;

		page_aws_command(&command, 0, json_object_get(json_object_get(row, "trouble"), "call"), region);
		if (command.length > 0)
			json_append(commands, json_string(buffer_text(&command)));
		buffer_release(&command);
	}
	return commands;
}

json_t *verdict_fields(const struct report *report, const struct leg_result *result)
{
	struct buffer traffic = BUFFER_INIT, next = BUFFER_INIT;
	json_t *fields = json_made(json_pack("{s:i, s:s, s:s}", "exit", (int)result->status, "result",
					     exit_name(result->status), "failure", failures[result->failure].name));

	put_text(fields, "cause", result->message);
	put_text(fields, "operation", result->operation);
	put_text(fields, "code", result->code);
	put_text(fields, "request_id", result->request_id);
	json_put(fields, "restored", json_incref(report->restored));
	json_put(fields, "left", json_incref(report->left));

	if (result->status != EXIT_REACHED) {
		watch_traffic(&report->watch, report->changed_since ? "the newest change" : "", &traffic);
		ends[end_of(result->status)].next(report, result, &next);
		json_put(fields, "by_hand", commands_by_hand(report));
	}
	put_text(fields, "traffic", buffer_text(&traffic));
	put_text(fields, "next", buffer_text(&next));
	buffer_release(&traffic);
	buffer_release(&next);
	return fields;
}

/* The first line of the verdict is its message. */
static void log_verdict(struct report *report, const struct leg_result *result)
{
	struct buffer page = BUFFER_INIT;

	if (result->status == EXIT_REACHED)
		write_reached(report, result, &page);
	else
		add_headline(report, result, &page);
	while (page.length > 0 && page.bytes[page.length - 1] == '\n')
		page.bytes[--page.length] = '\0';
	for (char *at = page.bytes; (at = strstr(at, "\n         "));)
		memmove(at, at + LABEL_COLUMNS, strlen(at + LABEL_COLUMNS) + 1);
	report_log(report, "verdict", result->state, page.bytes, verdict_fields(report, result));
	buffer_release(&page);
}

static void print_verdict(struct report *report, const struct leg_result *result)
{
	struct buffer page = BUFFER_INIT;

	verdict_write(report, result, &page);
	/* The colours are ours, and no text of strangers: what is cleaned is cleaned before they are put in. */
	if (report->color)
		report_put(report, stdout, buffer_text(&page));
	else
		report_text(report, stdout, buffer_text(&page));
	report_flush(report);
	buffer_release(&page);
}

int verdict_print(struct report *report, const struct leg_result *result)
{
	report_flush(report);
	report->last = true;
	if (report->format == LOG_JSON)
		log_verdict(report, result);
	/* CodeDeploy's console shows the last lines, to people. */
	if (report->format == LOG_TEXT || report->deploys)
		print_verdict(report, result);
	report->last = false;
	return result->status;
}
