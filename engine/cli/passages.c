#include "config.h"

#include "cli/passages.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/page.h"
#include "run/exit.h"

struct passage_of {
	int64_t took_ms;    /* of all its passages */
	int64_t entered_ms; /* wall; 0: it is left */
	unsigned times;
};

struct passages {
	const struct machine *machine;
	struct passage_of *of;
	struct picture_state *states;
	char **notes;
	struct picture_step *steps;
	size_t n_steps;
	size_t at; /* where the run stands or stood last; the count of states: nowhere */
	char *title;
	struct picture_run picture;
};

struct passages *passages_new(const struct machine *machine)
{
	struct passages *passages = memory_new(1, sizeof(*passages));
	size_t count = machine->states.count;

	passages->machine = machine;
	passages->of = memory_new(count, sizeof(*passages->of));
	passages->states = memory_new(count, sizeof(*passages->states));
	passages->notes = memory_new(count, sizeof(*passages->notes));
	passages->at = count;
	return passages;
}

void passages_free(struct passages *passages)
{
	for (size_t i = 0; i < passages->machine->states.count; i++)
		free(passages->notes[i]);
	free(passages->notes);
	free(passages->of);
	free(passages->states);
	free(passages->steps);
	free(passages->title);
	free(passages);
}

/* ---- records ---- */

/* The count of states where the record names none: a machine that the run has left behind had others. */
static size_t state_of(const struct passages *passages, const json_t *record, const char *key)
{
	const char *name = json_string_value(json_object_get(record, key));
	const struct state *state = name ? machine_state(passages->machine, name) : NULL;

	return state ? machine_state_index(passages->machine, state) : passages->machine->states.count;
}

static void keep_step(struct passages *passages, size_t from, size_t to)
{
	size_t count = passages->machine->states.count;

	if (from == count || to == count)
		return;
	for (size_t i = 0; i < passages->n_steps; i++)
		if (passages->steps[i].from == from && passages->steps[i].to == to)
			return;
	passages->steps = memory_resize(passages->steps, passages->n_steps + 1, sizeof(*passages->steps));
	passages->steps[passages->n_steps++] = (struct picture_step){ .from = from, .to = to };
}

/* The run is through with the state in which it was. */
static void leave(struct passages *passages, const json_t *record, int64_t at_ms)
{
	size_t count = passages->machine->states.count, from = passages->at;

	if (from < count && passages->of[from].entered_ms) {
		passages->of[from].took_ms += at_ms - passages->of[from].entered_ms;
		passages->of[from].entered_ms = 0;
	}
	passages->at = state_of(passages, record, "next");
	keep_step(passages, from, passages->at);
}

static void mark(struct passages *passages, enum picture_mark mark)
{
	if (passages->at < passages->machine->states.count)
		passages->states[passages->at].mark = mark;
}

static void apply_leg(struct passages *passages, const json_t *record, int64_t at_ms)
{
	size_t count = passages->machine->states.count;

	(void)at_ms;
	if (!json_is_true(json_object_get(record, "begins")))
		return;
	memset(passages->of, 0, count * sizeof(*passages->of));
	memset(passages->states, 0, count * sizeof(*passages->states));
	passages->n_steps = 0;
	passages->at = count;
}

/* After a crash a state is entered again, without having been left. */
static void apply_enter(struct passages *passages, const json_t *record, int64_t at_ms)
{
	struct passage_of *of;

	passages->at = state_of(passages, record, "state");
	if (passages->at == passages->machine->states.count)
		return;
	of = &passages->of[passages->at];
	if (of->entered_ms)
		return;
	of->entered_ms = at_ms;
	of->times++;
}

static void apply_left(struct passages *passages, const json_t *record, int64_t at_ms)
{
	mark(passages, json_is_true(json_object_get(record, "skipped")) ? PICTURE_SKIPPED : PICTURE_PASSED);
	leave(passages, record, at_ms);
}

static void apply_caught(struct passages *passages, const json_t *record, int64_t at_ms)
{
	mark(passages, PICTURE_FAILED);
	leave(passages, record, at_ms);
}

static void apply_goes_on(struct passages *passages, const json_t *record, int64_t at_ms)
{
	mark(passages, PICTURE_PASSED);
	leave(passages, record, at_ms);
}

static void apply_end(struct passages *passages, const json_t *record, int64_t at_ms)
{
	const char *status = json_string_value(json_object_get(record, "status"));

	(void)at_ms;
	mark(passages, status && strcmp(status, "succeeded") == 0 ? PICTURE_PASSED : PICTURE_FAILED);
}

/* A state that no catch took stays where the run stands. */
static void apply_leg_end(struct passages *passages, const json_t *record, int64_t at_ms)
{
	json_int_t status = json_integer_value(json_object_get(record, "exit"));
	size_t state = state_of(passages, record, "state");

	(void)at_ms;
	if (status != EXIT_REACHED && status != EXIT_INTERRUPTED && state == passages->at)
		mark(passages, PICTURE_FAILED);
}

static const struct {
	const char *type;
	void (*apply)(struct passages *passages, const json_t *record, int64_t at_ms);
} passage_records[] = {
	{ "leg", apply_leg },
	{ "enter", apply_enter },
	{ "left", apply_left },
	{ "caught", apply_caught },
	{ "goes_on", apply_goes_on },
	{ "end", apply_end },
	{ "leg_end", apply_leg_end },
};

void passages_apply(struct passages *passages, const json_t *record)
{
	const char *type = json_string_value(json_object_get(record, "type"));
	const char *at = json_string_value(json_object_get(record, "at"));

	for (size_t i = 0; type && at && i < ARRAY_LENGTH(passage_records); i++)
		if (strcmp(passage_records[i].type, type) == 0)
			passage_records[i].apply(passages, record, time_parse(at));
}

/* ---- the picture ---- */

static const char *standing_text(const struct history *history)
{
	static const char *const texts[] = {
		[STANDING_NEW] = "has entered no state",
		[STANDING_IN] = "stands in",
		[STANDING_BEFORE] = "stands before",
		[STANDING_PAUSED] = "waits at",
		[STANDING_ENDED] = "ended at",
	};

	return texts[history->standing];
}

static void write_note(struct passages *passages, size_t i, int64_t now_ms)
{
	const struct passage_of *of = &passages->of[i];
	enum state_kind kind = machine_state_at(passages->machine, i)->kind;
	struct buffer note = BUFFER_INIT;
	int64_t took_ms = of->took_ms;

	/* A choice takes no time, and an end has no duration. */
	if (of->times == 0 || passages->states[i].mark == PICTURE_SKIPPED || kind == STATE_END ||
	    kind == STATE_CHOOSE)
		return;
	if (of->entered_ms && now_ms > of->entered_ms)
		took_ms += now_ms - of->entered_ms;
	page_elapsed(&note, took_ms);
	if (of->entered_ms)
		buffer_add_text(&note, " so far");
	if (of->times > 1)
		buffer_add_format(&note, " in %u passages", of->times);
	passages->notes[i] = buffer_take(&note);
}

const struct picture_run *passages_picture(struct passages *passages, const struct history *history, int64_t now_ms)
{
	size_t count = passages->machine->states.count;

	for (size_t i = 0; i < count; i++) {
		free(passages->notes[i]);
		passages->notes[i] = NULL;
		write_note(passages, i, now_ms);
		passages->states[i].note = passages->notes[i] ? passages->notes[i]
				       : passages->states[i].mark == PICTURE_SKIPPED ? "skipped" : NULL;
		passages->states[i].here = i == passages->at && history->standing != STANDING_ENDED;
	}
	free(passages->title);
	passages->title = memory_format("run %s of %s %s %s%s%s", history_text(history, "run"),
					history_text(history, "subject"), standing_text(history),
					history->position ? history->position : "",
					history_text(history, "use")[0] ? ", by " : "", history_text(history, "use"));
	passages->picture = (struct picture_run){
		.title = passages->title,
		.states = passages->states,
		.steps = passages->steps,
		.n_steps = passages->n_steps,
	};
	return &passages->picture;
}
