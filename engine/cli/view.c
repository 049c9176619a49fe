#include "config.h"

#include "cli/view.h"

#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "cli/page.h"

enum {
	STATE_COLUMNS = 16,
	TIME_COLUMNS = 7,
	DETAIL_COLUMNS = 10,
	LABEL_LEAST = 8,
	LABEL_MOST = 40,
	BAR_MOST = 28,
	BAR_LEAST = 6,
	COLUMNS_LEAST = 20,
	COLUMNS_MOST = 160,
	LINES_LEAST = 4
};

const struct view_mark_row view_marks[VIEW_MARK_COUNT] = {
	[VIEW_PLAIN] = { "", NULL },         [VIEW_DONE] = { "done", "green" }, [VIEW_SKIPPED] = { "skip", NULL },
	[VIEW_RESTED] = { "rest", "green" }, [VIEW_FAILED] = { "FAIL", "red" }, [VIEW_STOPPED] = { "stop", "yellow" },
	[VIEW_NOW] = { "now", "yellow" },    [VIEW_NEXT] = { "next", NULL },
};

static void release_rows(struct view *view)
{
	for (size_t i = 0; i < view->count; i++) {
		free(view->rows[i].state);
		free(view->rows[i].text);
	}
	free(view->rows);
	view->rows = NULL;
	view->count = 0;
}

void view_release(struct view *view)
{
	release_rows(view);
	free(view->machine);
	free(view->subject);
	free(view->run);
	free(view->next);
	*view = (struct view){ 0 };
}

/* ---- records ---- */

static const char *text_of(const json_t *record, const char *key)
{
	const char *text = json_string_value(json_object_get(record, key));

	return text ? text : "";
}

static void replace(char **text, const char *with)
{
	free(*text);
	*text = memory_copy_text(with);
}

static struct view_row *row_now(struct view *view)
{
	struct view_row *row = view->count > 0 ? &view->rows[view->count - 1] : NULL;

	return row && row->mark == VIEW_NOW ? row : NULL;
}

static const json_t *state_definition(const struct history *history, const char *state)
{
	const json_t *machine = json_object_get(history_definition(history), "machine");

	return json_object_get(json_object_get(machine, "states"), state);
}

/* A choice takes no time, and an end is the verdict's. */
static bool is_shown(const json_t *definition)
{
	return !json_object_get(definition, "choose") && !json_object_get(definition, "end");
}

static void begin_state(struct view *view, const char *state, const char *next, int64_t now_ms)
{
	view->rows = memory_resize(view->rows, view->count + 1, sizeof(*view->rows));
	view->rows[view->count++] = (struct view_row){
		.mark = VIEW_NOW,
		.state = memory_copy_text(state),
		.text = memory_copy_text(""),
	};
	view->entered_ms = now_ms;
	replace(&view->next, next);
}

static void take_leg(struct view *view, const struct history *history, const json_t *record, int64_t now_ms)
{
	release_rows(view);
	replace(&view->machine, history_text(history, "machine"));
	replace(&view->subject, history_text(history, "subject"));
	replace(&view->run, history_text(history, "run"));
	view->begun_ms = now_ms;
	view->at_most_ms = json_integer_value(json_object_get(record, "at_most_ms"));
	view->over = false;
	/* A restore by hand enters no state. */
	if (strcmp(text_of(record, "leg"), "restore") == 0)
		begin_state(view, "restore", "", now_ms);
}

static void take_enter(struct view *view, const struct history *history, const json_t *record, int64_t now_ms)
{
	const json_t *definition = state_definition(history, text_of(record, "state"));

	if (is_shown(definition))
		begin_state(view, text_of(record, "state"), text_of(definition, "next"), now_ms);
}

static void pass(struct view *view, enum view_mark mark, int64_t now_ms)
{
	struct view_row *row = row_now(view);

	if (!row)
		return;
	row->mark = mark;
	row->took_ms = now_ms - view->entered_ms;
}

static void take_left(struct view *view, const struct history *history, const json_t *record, int64_t now_ms)
{
	(void)history;
	pass(view, json_is_true(json_object_get(record, "skipped")) ? VIEW_SKIPPED : VIEW_DONE, now_ms);
}

static void take_caught(struct view *view, const struct history *history, const json_t *record, int64_t now_ms)
{
	(void)history;
	(void)record;
	pass(view, VIEW_FAILED, now_ms);
}

static void take_pause(struct view *view, const struct history *history, const json_t *record, int64_t now_ms)
{
	(void)history;
	(void)record;
	pass(view, VIEW_RESTED, now_ms);
}

static void take_leg_end(struct view *view, const struct history *history, const json_t *record, int64_t now_ms)
{
	json_int_t status = json_integer_value(json_object_get(record, "exit"));

	(void)history;
	pass(view,
	     status == EXIT_REACHED       ? VIEW_DONE
	     : status == EXIT_INTERRUPTED ? VIEW_STOPPED
					  : VIEW_FAILED,
	     now_ms);
	view->over = true;
}

static const struct {
	const char *type;
	void (*take)(struct view *view, const struct history *history, const json_t *record, int64_t now_ms);
} takers[] = {
	{ "leg", take_leg },       { "enter", take_enter }, { "left", take_left },
	{ "caught", take_caught }, { "pause", take_pause }, { "leg_end", take_leg_end },
};

static void add_sentence(struct view *view, const char *sentence)
{
	struct view_row *row = row_now(view);
	char *joined;

	if (!row || !sentence[0])
		return;
	joined = memory_format("%s%s%s", row->text, row->text[0] ? "; " : "", sentence);
	free(row->text);
	row->text = joined;
}

void view_record(struct view *view, const struct history *history, const json_t *record, const char *sentence,
		 const char *leg, int64_t now_ms)
{
	if (json_object_get(record, "state"))
		add_sentence(view, sentence);
	for (size_t i = 0; i < ARRAY_LENGTH(takers); i++)
		if (strcmp(takers[i].type, text_of(record, "type")) == 0)
			takers[i].take(view, history, record, now_ms);
	snprintf(view->leg, sizeof(view->leg), "%s", leg);
}

/* ---- lines ---- */

/* Text of strangers, made fit for a line of so many columns: what is left out is marked. */
static void add_line(struct view_lines *lines, enum view_mark mark, size_t columns, struct buffer *text)
{
	char fit[COLUMNS_MOST + 1];
	size_t size = columns < COLUMNS_MOST ? columns + 1 : sizeof(fit);

	printable_copy(fit, size, buffer_text(text));
	if (text->length >= size) {
		printable_copy(fit, size - 3, buffer_text(text));
		strcat(fit, "...");
	}
	for (size_t end = strlen(fit); end > 0 && fit[end - 1] == ' '; end--)
		fit[end - 1] = '\0';
	lines->rows = memory_resize(lines->rows, lines->count + 1, sizeof(*lines->rows));
	lines->rows[lines->count++] = (struct view_line){ .mark = mark, .text = memory_copy_text(fit) };
	buffer_release(text);
}

static void add_spaces(struct buffer *text, size_t until)
{
	while (text->length < until)
		buffer_add_char(text, ' ');
}

/* "2:41 of 6m10s" */
static void add_leg_time(struct buffer *text, const struct view *view, int64_t now_ms)
{
	char duration[DURATION_TEXT_BYTES];

	page_watch(text, now_ms - view->begun_ms);
	if (view->at_most_ms > 0)
		buffer_add_format(text, " of %s", duration_format(view->at_most_ms, duration));
}

static void add_title(struct view_lines *lines, const struct view *view, int64_t now_ms, size_t columns)
{
	struct buffer text = BUFFER_INIT, time = BUFFER_INIT;

	buffer_add_format(&text, "%s  %s  %s  %s  ", view->machine, view->subject, view->run, view->leg);
	add_leg_time(&time, view, now_ms);
	if (text.length + time.length < columns)
		add_spaces(&text, columns - time.length);
	buffer_add_text(&text, buffer_text(&time));
	buffer_release(&time);
	add_line(lines, VIEW_PLAIN, columns, &text);
}

static void begin_row(struct buffer *text, enum view_mark mark, const char *state)
{
	buffer_add_format(text, "  %-4s  %-*s", view_marks[mark].word, STATE_COLUMNS, state);
}

/* Tenths of a second while that is all there is, minutes from then on. */
static void add_time(struct buffer *text, int64_t elapsed_ms)
{
	struct buffer time = BUFFER_INIT;

	if (elapsed_ms < 10000)
		page_elapsed(&time, elapsed_ms);
	else
		page_watch(&time, elapsed_ms);
	buffer_add_format(text, "%*s  ", TIME_COLUMNS, buffer_text(&time));
	buffer_release(&time);
}

static void add_passed(struct view_lines *lines, const struct view_row *row, size_t columns)
{
	struct buffer text = BUFFER_INIT;

	begin_row(&text, row->mark, row->state);
	if (row->mark == VIEW_DONE || row->mark == VIEW_FAILED || row->mark == VIEW_STOPPED)
		add_time(&text, row->took_ms);
	else
		buffer_add_format(&text, "%*s", TIME_COLUMNS + 2, "");
	buffer_add_text(&text, row->text);
	add_line(lines, row->mark, columns, &text);
}

/* "[#####.....] left 2:29": as wide as there is room. */
static void add_bar(struct buffer *text, int64_t waited_ms, int64_t left_ms, size_t columns)
{
	size_t used = text->length + strlen("[] left 000:00"), bar = columns > used ? columns - used : 0, full;

	if (bar > BAR_MOST)
		bar = BAR_MOST;
	full = waited_ms + left_ms > 0 ? (size_t)((int64_t)bar * waited_ms / (waited_ms + left_ms)) : bar;
	if (bar >= BAR_LEAST) {
		buffer_add_char(text, '[');
		for (size_t i = 0; i < bar; i++)
			buffer_add_char(text, i < full ? '#' : '.');
		buffer_add_text(text, "] ");
	}
	buffer_add_text(text, "left ");
	page_watch(text, left_ms);
}

static void add_now(struct view_lines *lines, const struct view *view, const struct watch *watch, int64_t now_ms,
		    size_t columns)
{
	const struct view_row *row = &view->rows[view->count - 1];
	struct buffer text = BUFFER_INIT;
	int64_t waited_ms, left_ms;

	begin_row(&text, VIEW_NOW, row->state);
	add_time(&text, now_ms - view->entered_ms);
	if (watch_longest(watch, now_ms, &waited_ms, &left_ms))
		add_bar(&text, waited_ms, left_ms, columns);
	else
		buffer_add_text(&text, row->text);
	add_line(lines, VIEW_NOW, columns, &text);
}

static bool is_item_shown(const struct watch_item *item)
{
	return item->named || !item->gone;
}

static int label_columns(const struct watch *watch)
{
	int most = LABEL_LEAST;

	for (size_t i = 0; i < watch->count; i++)
		if (is_item_shown(&watch->items[i]) && (int)strlen(watch->items[i].label) > most)
			most = (int)strlen(watch->items[i].label);
	return most < LABEL_MOST ? most : LABEL_MOST;
}

static void add_item(struct view_lines *lines, const struct watch_item *item, int label, int64_t now_ms,
		     size_t columns)
{
	struct buffer text = BUFFER_INIT;

	buffer_add_format(&text, "%*s%-*s  ", DETAIL_COLUMNS, "", label, item->label);
	buffer_add_format(&text, "%s for ", item->gone ? "gone" : item->text);
	page_watch(&text, now_ms - item->since_ms);
	add_line(lines, VIEW_PLAIN, columns, &text);
}

static size_t count_items(const struct watch *watch)
{
	size_t count = 0;

	for (size_t i = 0; i < watch->count && !watch->past; i++)
		count += is_item_shown(&watch->items[i]) ? 1 : 0;
	return count;
}

/* What still keeps it waiting first; where there is no room for all, how many more there are. */
static void add_items(struct view_lines *lines, const struct watch *watch, int64_t now_ms, size_t columns, size_t room)
{
	size_t count = count_items(watch), shown = count > room && room > 0 ? room - 1 : room;
	struct buffer text = BUFFER_INIT;

	for (int gone = 0; gone <= 1; gone++)
		for (size_t i = 0; i < watch->count && count > 0 && shown > 0; i++)
			if (is_item_shown(&watch->items[i]) && watch->items[i].gone == (gone == 1)) {
				add_item(lines, &watch->items[i], label_columns(watch), now_ms, columns);
				shown--;
			}
	if (count > room && room > 0) {
		buffer_add_format(&text, "%*sand %zu more", DETAIL_COLUMNS, "", count - (room - 1));
		add_line(lines, VIEW_PLAIN, columns, &text);
	}
}

static void add_next(struct view_lines *lines, const struct view *view, size_t columns)
{
	struct buffer text = BUFFER_INIT;

	begin_row(&text, VIEW_NEXT, view->next ? view->next : "");
	buffer_add_format(&text, "%*sCtrl-C stops safely; tidegate resume %s", TIME_COLUMNS - 4, "", view->run);
	add_line(lines, VIEW_NEXT, columns, &text);
}

struct view_lines view_lines(const struct view *view, const struct watch *watch, int64_t now_ms, size_t columns,
			     size_t lines)
{
	struct view_lines made = { 0 };
	bool now = view->count > 0 && view->rows[view->count - 1].mark == VIEW_NOW && !view->over;
	size_t passed = view->count - (now ? 1 : 0), fixed = 1 + (now ? 2 : 0), items = now ? count_items(watch) : 0;
	size_t room;

	if (columns < COLUMNS_LEAST)
		columns = COLUMNS_LEAST;
	if (lines < LINES_LEAST)
		lines = LINES_LEAST;
	room = lines - fixed;
	if (items > room)
		items = room;
	if (!view->machine)
		return made;
	add_title(&made, view, now_ms, columns);
	for (size_t i = passed > room - items ? passed - (room - items) : 0; i < passed; i++)
		add_passed(&made, &view->rows[i], columns);
	if (now) {
		add_now(&made, view, watch, now_ms, columns);
		add_items(&made, watch, now_ms, columns, items);
		add_next(&made, view, columns);
	}
	return made;
}

void view_lines_release(struct view_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		free(lines->rows[i].text);
	free(lines->rows);
	*lines = (struct view_lines){ 0 };
}
