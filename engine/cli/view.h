/* The live view of a run on a terminal: what is done, what it is at with a bar against its deadline, what comes next.
 * Fed with what the reporter hears; its lines are a function of that, of the time and of the terminal's size. Who draws
 * them is cli/screen.h. */
#ifndef TIDEGATE_CLI_VIEW_H
#define TIDEGATE_CLI_VIEW_H

#include "cli/watch.h"

/* How a line begins, and in which colour. */
enum view_mark {
	VIEW_PLAIN,
	VIEW_DONE,
	VIEW_SKIPPED,
	VIEW_RESTED,
	VIEW_FAILED,
	VIEW_STOPPED,
	VIEW_NOW,
	VIEW_NEXT,
	VIEW_MARK_COUNT
};

struct view_mark_row {
	const char *word;
	const char *color; /* as report_color knows it; NULL: none */
};

extern const struct view_mark_row view_marks[VIEW_MARK_COUNT];
enum { VIEW_MARK_AT = 2, VIEW_MARK_COLUMNS = 4 }; /* where the word stands in a line */

/* A state that was passed, or is being passed. */
struct view_row {
	enum view_mark mark;
	char *state;
	char *text;
	int64_t took_ms;
};

struct view {
	char *machine, *subject, *run;
	char leg[24];
	int64_t begun_ms, at_most_ms; /* monotonic; of the leg */
	struct view_row *rows;        /* oldest first; the newest may be the one it is at (VIEW_NOW) */
	size_t count;
	int64_t entered_ms; /* of the one it is at */
	char *next;         /* or NULL */
	bool over;          /* the leg has ended */
};

void view_release(struct view *view);

/* `sentence` is what the record says to a person, "" where it says nothing; `leg` is the leg's word for people. */
void view_record(struct view *view, const struct history *history, const json_t *record, const char *sentence,
		 const char *leg, int64_t now_ms);

struct view_line {
	enum view_mark mark;
	char *text; /* of `columns` at most */
};

struct view_lines {
	struct view_line *rows;
	size_t count;
};

/* `lines` at most of `columns` each; where they do not suffice the oldest states are left out, then what is waited
 * for. The caller releases them. */
struct view_lines view_lines(const struct view *view, const struct watch *watch, int64_t now_ms, size_t columns,
			     size_t lines);
void view_lines_release(struct view_lines *lines);

#endif
