#include "config.h"

#include "cli/screen.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/page.h"
#include "cli/process.h"

enum { USUAL_COLUMNS = 80, USUAL_LINES = 24 };

/* The cursor is away while lines are drawn, and only then. */
static const char hide_cursor[] = "\033[?25l", show_cursor[] = "\033[?25h";
static const char erase_line[] = "\033[2K", erase_below[] = "\033[J";

void screen_init(struct screen *screen, int fd, bool color)
{
	*screen = (struct screen){ .fd = fd, .color = color, .columns = USUAL_COLUMNS, .lines = USUAL_LINES };
}

void screen_release(struct screen *screen)
{
	free(screen->widths);
	screen->widths = NULL;
	screen->count = 0;
}

void screen_measure(struct screen *screen)
{
	struct winsize size = { 0 };

	if (ioctl(screen->fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
		size = (struct winsize){ .ws_col = USUAL_COLUMNS, .ws_row = USUAL_LINES };
	screen->columns = size.ws_col;
	screen->lines = size.ws_row;
}

/* On a terminal that became narrower a line may stand on several rows by now. */
static size_t rows_above(const struct screen *screen)
{
	size_t rows = 0;

	for (size_t i = 0; i < screen->count; i++)
		rows += screen->widths[i] > screen->columns ? (screen->widths[i] - 1) / screen->columns + 1 : 1;
	return rows;
}

static void add_line(const struct screen *screen, const struct view_line *line, struct buffer *bytes)
{
	const char *color = view_marks[line->mark].color;
	size_t length = strlen(line->text), begin = VIEW_MARK_AT, end = VIEW_MARK_AT + VIEW_MARK_COLUMNS;

	buffer_add_text(bytes, erase_line);
	if (!screen->color || !color || length < end) {
		buffer_add(bytes, line->text, length);
	} else {
		buffer_add(bytes, line->text, begin);
		buffer_add_text(bytes, page_color(color));
		buffer_add(bytes, line->text + begin, end - begin);
		buffer_add_text(bytes, page_color(NULL));
		buffer_add(bytes, line->text + end, length - end);
	}
	buffer_add_char(bytes, '\n');
}

void screen_compose(struct screen *screen, const struct view_lines *lines, struct buffer *bytes)
{
	size_t above = rows_above(screen);

	buffer_add_text(bytes, hide_cursor);
	if (above > 0)
		buffer_add_format(bytes, "\r\033[%zuA", above);
	for (size_t i = 0; i < lines->count; i++)
		add_line(screen, &lines->rows[i], bytes);
	buffer_add_text(bytes, erase_below);
	buffer_add_text(bytes, show_cursor);
	screen->widths = memory_resize(screen->widths, lines->count, sizeof(*screen->widths));
	screen->count = lines->count;
	for (size_t i = 0; i < lines->count; i++)
		screen->widths[i] = strlen(lines->rows[i].text);
}

/* In one piece, so that nothing flickers. A terminal that went away or is held is nobody's loss: the journal has it
 * all. What stands there then is not to be drawn over. */
void screen_draw(struct screen *screen, const struct view_lines *lines)
{
	struct buffer bytes = BUFFER_INIT;

	if (lines->count == 0 && screen->count == 0)
		return;
	screen_compose(screen, lines, &bytes);
	if (process_write(screen->fd, bytes.bytes, bytes.length, READER_PATIENCE_MS) < bytes.length)
		screen_leave(screen);
	buffer_release(&bytes);
}

void screen_leave(struct screen *screen)
{
	screen->count = 0;
}
