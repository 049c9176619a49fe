/* Lines that are drawn again in place on a terminal, by plain ANSI sequences. Between two drawings the terminal is as a
 * shell leaves it, cursor and all: whatever ends the process, there is nothing to put right. */
#ifndef TIDEGATE_CLI_SCREEN_H
#define TIDEGATE_CLI_SCREEN_H

#include "cli/view.h"

struct screen {
	int fd;
	bool color;
	size_t columns, lines; /* of the terminal, when it was measured last */
	size_t *widths;        /* of the lines that stand there, from the first to the one above the cursor */
	size_t count;
};

void screen_init(struct screen *screen, int fd, bool color);
void screen_release(struct screen *screen);

/* How large the terminal is now; where that cannot be known 80 by 24. */
void screen_measure(struct screen *screen);

/* What draws these lines in the place of those that stand there, which they then are. Pure but for `screen`. */
void screen_compose(struct screen *screen, const struct view_lines *lines, struct buffer *bytes);
void screen_draw(struct screen *screen, const struct view_lines *lines);
/* What stands there stays; the next drawing begins below it. */
void screen_leave(struct screen *screen);

#endif
