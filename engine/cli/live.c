#include "config.h"

#include "cli/live.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { DRAW_EVERY_MS = 1000 };

struct live {
	struct executor executor; /* first: an executor is the live view that it is of */
	struct executor *inner;
	const struct watch *watch;
	struct clock *clock;
	volatile sig_atomic_t *resumed;
	struct view view;
	struct screen screen;
	int64_t drawn_ms;
	bool touched;
};

static int64_t now_ms(const struct live *live)
{
	return live->clock->monotonic_ms(live->clock);
}

/* After Ctrl-Z and fg the shell's lines stand below ours: these are no more to be drawn over. */
static void measure(struct live *live)
{
	if (*live->resumed) {
		*live->resumed = 0;
		screen_leave(&live->screen);
	}
	screen_measure(&live->screen);
}

static void draw(struct live *live)
{
	struct view_lines lines;

	live->drawn_ms = now_ms(live);
	live->touched = false;
	measure(live);
	/* The line below belongs to the cursor. */
	lines = view_lines(&live->view, live->watch, live->drawn_ms, live->screen.columns, live->screen.lines - 1);
	screen_draw(&live->screen, &lines);
	view_lines_release(&lines);
}

/* ---- the executor ---- */

static struct live *live_of(struct executor *executor)
{
	return (struct live *)executor;
}

static void live_start(struct executor *executor, const struct call *call, call_done *done, void *argument)
{
	struct executor *inner = live_of(executor)->inner;

	inner->start(inner, call, done, argument);
}

/* It may come back before its time: so it does after a signal, too. */
static int live_poll(struct executor *executor, int64_t until_ms, struct error *err)
{
	struct live *live = live_of(executor);
	int64_t next_ms;

	if (live->touched || now_ms(live) >= live->drawn_ms + DRAW_EVERY_MS)
		draw(live);
	next_ms = live->drawn_ms + DRAW_EVERY_MS;
	return live->inner->poll(live->inner, until_ms < next_ms ? until_ms : next_ms, err);
}

static json_t *live_metadata(struct executor *executor, const char *name, struct error *err)
{
	struct executor *inner = live_of(executor)->inner;

	return inner->metadata(inner, name, err);
}

static void live_cancel(struct executor *executor)
{
	struct executor *inner = live_of(executor)->inner;

	inner->cancel(inner);
}

struct executor *live_executor(struct live *live, struct executor *inner)
{
	live->inner = inner;
	return &live->executor;
}

/* ---- what there is to be seen ---- */

struct live *live_new(int fd, bool color, const struct watch *watch, struct clock *clock,
		      volatile sig_atomic_t *resumed)
{
	struct live *live = memory_new(1, sizeof(*live));

	*live = (struct live){
		.executor = { live_start, live_poll, live_metadata, live_cancel },
		.watch = watch,
		.clock = clock,
		.resumed = resumed,
	};
	screen_init(&live->screen, fd, color);
	return live;
}

void live_free(struct live *live)
{
	if (!live)
		return;
	view_release(&live->view);
	screen_release(&live->screen);
	free(live);
}

void live_record(struct live *live, const struct history *history, const json_t *record, const char *sentence,
		 const char *leg)
{
	const char *type = json_string_value(json_object_get(record, "type"));

	if (strcmp(type, "leg") == 0)
		screen_leave(&live->screen);
	view_record(&live->view, history, record, sentence, leg, now_ms(live));
	live_touch(live);
}

void live_touch(struct live *live)
{
	live->touched = true;
}

void live_clear(struct live *live)
{
	measure(live);
	screen_draw(&live->screen, &(struct view_lines){ 0 });
	live_touch(live);
}

void live_leave(struct live *live)
{
	if (live->touched)
		draw(live);
	screen_leave(&live->screen);
}
