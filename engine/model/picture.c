#include "config.h"

#include "model/picture.h"

#include <stdlib.h>
#include <string.h>

#include "model/picture_legs.h"

/* Conditions are folded so that the arrows beside them stay close. */
enum { LABEL_COLUMNS = 30, LABEL_LINES = 3, NAMES_SHOWN = 2, SPINE_WEIGHT = 12 };

struct picture {
	struct buffer *dot;
	struct graph graph;
	enum picture_leg *legs;
	bool *spine;
	const struct picture_run *run; /* or NULL */
};

/* ---- text ---- */

/* What DOT would take for a mark of its own. Control characters have no picture. */
static void add_escaped(struct buffer *dot, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (byte == '"' || byte == '\\')
			buffer_add_char(dot, '\\');
		buffer_add_char(dot, byte < ' ' ? ' ' : text[i]);
	}
}

static void add_quoted(struct buffer *dot, const char *text)
{
	buffer_add_char(dot, '"');
	add_escaped(dot, text, strlen(text));
	buffer_add_char(dot, '"');
}

static void add_markup(struct buffer *dot, const char *text)
{
	static const char *const entities[] = { ['<'] = "&lt;", ['>'] = "&gt;", ['&'] = "&amp;", ['"'] = "&quot;" };

	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte < ARRAY_LENGTH(entities) && entities[byte])
			buffer_add_text(dot, entities[byte]);
		else
			buffer_add_char(dot, byte < ' ' ? ' ' : *text);
	}
}

/* How much of `text` goes on a line: to a blank or behind a comma, else to the brim; never into a character. */
static size_t line_length(const char *text)
{
	size_t length = strlen(text), cut = LABEL_COLUMNS;

	if (length <= LABEL_COLUMNS)
		return length;
	for (size_t i = LABEL_COLUMNS; i > LABEL_COLUMNS / 3; i--)
		if (text[i] == ' ' || text[i - 1] == ',')
			return i;
	while (cut > 0 && ((unsigned char)text[cut] & 0xc0) == 0x80)
		cut--;
	return cut;
}

/* The first lines, flush left; the whole is the tooltip. */
static void add_folded(struct buffer *dot, const char *text)
{
	for (int line = 0; *text && line < LABEL_LINES; line++) {
		size_t length = line_length(text);

		add_escaped(dot, text, length);
		text += length;
		text += strspn(text, " ");
		if (*text && line == LABEL_LINES - 1)
			buffer_add_text(dot, " ...");
		buffer_add_text(dot, "\\l");
	}
}

/* ---- states ---- */

static const char *const kinds[STATE_KIND_COUNT] = {
	[STATE_ACTION] = "",
	[STATE_CHOOSE] = ", shape=diamond, style=filled, margin=\"0.02\"",
	[STATE_WAIT] = ", style=filled",
	[STATE_PAUSE] = ", shape=octagon, style=filled, margin=\"0.02\"",
	[STATE_RESTORE] = "",
	[STATE_END] = ", peripheries=2",
};

static const char *const marks[PICTURE_MARK_COUNT] = {
	[PICTURE_NOT_REACHED] = ", color=\"#b8c0c6\", fontcolor=\"#8a949c\"",
	[PICTURE_PASSED] = ", color=\"#2e7d32\", fillcolor=\"#d9efd9\"",
	[PICTURE_SKIPPED] = ", color=\"#7b868e\", fillcolor=\"#eceff1\", fontcolor=\"#5b6770\"",
	[PICTURE_FAILED] = ", color=\"#b3261e\", fillcolor=\"#f9d8d5\"",
};

static const char here_mark[] = ", color=\"#b26a00\", fillcolor=\"#ffe7a3\", penwidth=3";

static void add_restored(struct buffer *text, const struct restore *restore)
{
	buffer_add_text(text, "< ");
	if (restore->all)
		buffer_add_text(text, "all");
	for (size_t i = 0; i < restore->count && i < NAMES_SHOWN; i++)
		buffer_add_format(text, "%s%s", i == 0 ? "" : ", ", restore->states[i].name);
	if (restore->count > NAMES_SHOWN)
		buffer_add_format(text, " and %zu more", restore->count - NAMES_SHOWN);
}

/* What it does, in the second line of its label. */
static void add_deed(struct buffer *text, const struct state *state)
{
	char duration[DURATION_TEXT_BYTES];

	if (state->kind == STATE_ACTION)
		buffer_add_format(text, "%s%s", state->action_name, state->for_each.parsed ? ", for each" : "");
	else if (state->kind == STATE_WAIT)
		buffer_add_format(text, "wait %s", duration_format(state->wait_ms, duration));
	else if (state->kind == STATE_RESTORE)
		add_restored(text, state->restore);
	else if (state->kind == STATE_END)
		buffer_add_text(text, state->end == END_SUCCEEDED ? "succeeded" : "failed");
	else if (state->kind == STATE_PAUSE)
		buffer_add_text(text, "pause");
}

static void add_line(struct buffer *dot, const char *text)
{
	if (!text[0])
		return;
	buffer_add_text(dot, "<br/><font point-size=\"8\">");
	add_markup(dot, text);
	buffer_add_text(dot, "</font>");
}

static void add_state_label(struct buffer *dot, const struct state *state, const char *note)
{
	struct buffer deed = BUFFER_INIT;

	add_deed(&deed, state);
	buffer_add_text(dot, "<<b>");
	add_markup(dot, state_name(state));
	buffer_add_text(dot, "</b>");
	add_line(dot, buffer_text(&deed));
	add_line(dot, state->when.parsed ? "only when it applies" : "");
	add_line(dot, note ? note : "");
	buffer_add_char(dot, '>');
	buffer_release(&deed);
}

static void add_tooltip(struct buffer *dot, const char *text)
{
	if (!text)
		return;
	buffer_add_text(dot, ", tooltip=");
	add_quoted(dot, text);
}

static void add_state(const struct picture *picture, size_t i)
{
	const struct state *state = machine_state_at(picture->graph.machine, i);
	const struct picture_state *stands = picture->run ? &picture->run->states[i] : NULL;
	struct buffer *dot = picture->dot;

	buffer_add_text(dot, "\t\t");
	add_quoted(dot, state_name(state));
	buffer_add_text(dot, " [label=");
	add_state_label(dot, state, stands ? stands->note : NULL);
	buffer_add_text(dot, kinds[state->kind]);
	if (stands)
		buffer_add_text(dot, stands->here ? here_mark : marks[stands->mark]);
	if (stands && stands->mark == PICTURE_SKIPPED)
		buffer_add_text(dot, ", style=\"rounded,filled,dashed\"");
	add_tooltip(dot, state->when.parsed ? state->when.scalar->text : state->comment);
	buffer_add_text(dot, "]\n");
}

/* ---- legs ---- */

/* The label stands where arrows seldom pass: only the closing leg is entered from above. */
static const struct {
	const char *label, *color, *place;
} legs[PICTURE_LEG_COUNT] = {
	[PICTURE_LEG_OPENS] = { "opens", "#e8f1fa", "t" },
	[PICTURE_LEG_CLOSES] = { "closes", "#eaf5ea", "b" },
	[PICTURE_LEG_ERRORS] = { "after an error", "#faf0ee", "t" },
	[PICTURE_LEG_NONE] = { "never reached", "#f4f4f4", "b" },
};

/* The lifecycle events whose hooks drive this leg. */
static void add_events(const struct picture *picture, enum picture_leg leg)
{
	const struct machine *machine = picture->graph.machine;
	const struct hook *hooks = machine->hooks.records;
	const char *before = ": ";

	if (leg != PICTURE_LEG_OPENS && leg != PICTURE_LEG_CLOSES)
		return;
	for (size_t i = 0; i < machine->hooks.count; i++) {
		if (machine_goal_opens(machine, &hooks[i].until) != (leg == PICTURE_LEG_OPENS))
			continue;
		buffer_add_text(picture->dot, before);
		add_escaped(picture->dot, hooks[i].key->text, strlen(hooks[i].key->text));
		before = ", ";
	}
}

/* In place of an arrow from every state, beside where the machine's own catches lead. */
static void add_catch_notes(const struct picture *picture, enum picture_leg leg)
{
	const struct machine *machine = picture->graph.machine;
	const struct catcher *catchers = machine->catches.records;

	for (size_t i = 0; i < machine->catches.count; i++)
		if (picture->legs[machine_state_index(machine, catchers[i].next.state)] == leg)
			buffer_add_format(picture->dot,
					  "\t\t\"any state %zu\" [label=\"any state\", shape=plaintext, "
					  "style=\"\", fontcolor=\"#8a949c\"]\n", i);
}

static void add_leg(const struct picture *picture, enum picture_leg leg)
{
	struct buffer *dot = picture->dot;
	size_t count = 0;

	for (size_t i = 0; i < picture->graph.n_states; i++)
		count += picture->legs[i] == leg ? 1 : 0;
	if (count == 0)
		return;
	buffer_add_format(dot, "\tsubgraph \"cluster %s\" {\n\t\tlabel=\"%s", legs[leg].label, legs[leg].label);
	add_events(picture, leg);
	buffer_add_format(dot, "\"\n\t\tlabelloc=%s\n\t\tcolor=\"%s\"\n", legs[leg].place, legs[leg].color);
	if (leg == PICTURE_LEG_OPENS)
		buffer_add_text(dot, "\t\t\"start at\" [shape=circle, label=\"\", width=0.15, height=0.15, "
				     "fixedsize=true, fillcolor=\"#5b6770\"]\n");
	for (size_t i = 0; i < picture->graph.n_states; i++)
		if (picture->legs[i] == leg)
			add_state(picture, i);
	add_catch_notes(picture, leg);
	buffer_add_text(dot, "\t}\n");
}

/* ---- arrows ---- */

static bool was_taken(const struct picture *picture, size_t from, size_t to)
{
	for (size_t i = 0; picture->run && i < picture->run->n_steps; i++)
		if (picture->run->steps[i].from == from && picture->run->steps[i].to == to)
			return true;
	return false;
}

static void add_errors(struct buffer *dot, const struct catcher *catcher)
{
	for (size_t i = 0; i < catcher->errors.count; i++)
		buffer_add_format(dot, "%s%s", i == 0 ? "" : ", ",
				  catcher->errors.rows[i] == FAILURE_ANY ? "any error"
									 : failures[catcher->errors.rows[i]].name);
	if (catcher->at_most)
		buffer_add_format(dot, "\\nat most %lld times", (long long)catcher->at_most);
}

/* Each adds attribute lists of its own. The blank keeps a label off its arrow. */
static void add_catch_attributes(struct buffer *dot, const struct catcher *catcher)
{
	buffer_add_text(dot, " [style=dashed, color=\"#a3adb5\", fontcolor=\"#8a949c\", label=\" ");
	add_errors(dot, catcher);
	buffer_add_text(dot, "\"]");
}

static void add_condition(struct buffer *dot, const char *condition)
{
	buffer_add_text(dot, " [label=\"");
	add_folded(dot, condition);
	buffer_add_char(dot, '"');
	add_tooltip(dot, condition);
	buffer_add_char(dot, ']');
}

/* The condition of the `n`-th way out of a choice, "otherwise", or how long a pause waits. */
static void add_passing_attributes(struct buffer *dot, const struct state *state, size_t n)
{
	const struct choice_rule *rules = state->choose.records;
	char duration[DURATION_TEXT_BYTES];

	if (n < state->choose.count)
		add_condition(dot, rules[n].when.scalar->text);
	else if (state->kind == STATE_CHOOSE)
		buffer_add_text(dot, " [label=\" otherwise\"]");
	else if (state->kind == STATE_PAUSE && n > 0)
		buffer_add_format(dot, " [label=\" after %s\"]", duration_format(state->pause->expires_ms, duration));
}

static bool is_of_machine(const struct machine *machine, const struct catcher *catcher)
{
	const struct catcher *shared = machine->catches.records;

	return catcher && catcher >= shared && catcher < shared + machine->catches.count;
}

static void add_names(struct buffer *dot, const char *from, const char *to)
{
	buffer_add_char(dot, '\t');
	add_quoted(dot, from);
	buffer_add_text(dot, " -> ");
	add_quoted(dot, to);
}

/* `n`: its place among the ways out of its state. */
static void add_edge(const struct picture *picture, const struct edge *edge, size_t n)
{
	const struct graph *graph = &picture->graph;
	const bool taken = was_taken(picture, edge->from, edge->to);
	struct buffer *dot = picture->dot;

	/* Of the machine's own catch only what this run took is an arrow. */
	if (is_of_machine(graph->machine, edge->caught) && !taken)
		return;
	add_names(dot, graph_name(graph, edge->from), graph_name(graph, edge->to));
	if (edge->caught)
		add_catch_attributes(dot, edge->caught);
	else
		add_passing_attributes(dot, machine_state_at(graph->machine, edge->from), n);
	if (n == 0 && !edge->caught && picture->spine[edge->from])
		buffer_add_format(dot, " [weight=%d]", SPINE_WEIGHT);
	if (taken)
		buffer_add_format(dot, " [color=\"%s\", penwidth=2]", edge->caught ? "#b3261e" : "#2e7d32");
	buffer_add_char(dot, '\n');
}

static void add_edges(const struct picture *picture)
{
	const struct graph *graph = &picture->graph;

	for (size_t i = 0; i < graph->n_states; i++)
		for (size_t e = graph->first[i]; e < graph->first[i + 1]; e++)
			add_edge(picture, &graph->edges[e], e - graph->first[i]);
}

static void add_shared_catches(const struct picture *picture)
{
	const struct catcher *catchers = picture->graph.machine->catches.records;

	for (size_t i = 0; i < picture->graph.machine->catches.count; i++) {
		buffer_add_format(picture->dot, "\t\"any state %zu\" -> ", i);
		add_quoted(picture->dot, catchers[i].next.name);
		add_catch_attributes(picture->dot, &catchers[i]);
		buffer_add_char(picture->dot, '\n');
	}
}

/* ---- the whole ---- */

static void add_title(const struct picture *picture)
{
	struct buffer *dot = picture->dot;

	buffer_add_text(dot, "\tlabel=\"");
	add_escaped(dot, picture->graph.machine->name, strlen(picture->graph.machine->name));
	if (picture->graph.machine->use)
		buffer_add_format(dot, " by %s", picture->graph.machine->use->name);
	buffer_add_text(dot, "\\l");
	if (picture->run) {
		add_escaped(dot, picture->run->title, strlen(picture->run->title));
		buffer_add_text(dot, "\\l");
	}
	buffer_add_text(dot, "\"\n");
}

static void add_head(const struct picture *picture)
{
	struct buffer *dot = picture->dot;

	buffer_add_text(dot, "digraph ");
	add_quoted(dot, picture->graph.machine->name);
	buffer_add_text(dot, " {\n"
			     "\tgraph [fontname=\"Helvetica\", fontsize=11, labelloc=t, labeljust=l, newrank=true, "
			     "nodesep=0.35, ranksep=0.35, style=\"rounded,filled\"]\n"
			     "\tnode [fontname=\"Helvetica\", fontsize=10, shape=box, style=\"rounded,filled\", "
			     "color=\"#5b6770\", fillcolor=white, height=0.35, margin=\"0.12,0.05\"]\n"
			     "\tedge [fontname=\"Helvetica\", fontsize=8, color=\"#5b6770\", "
			     "fontcolor=\"#5b6770\", arrowsize=0.7]\n");
	add_title(picture);
}

void picture_add_dot(struct buffer *dot, const struct machine *machine, const struct picture_run *run)
{
	struct picture picture = { .dot = dot, .run = run };

	graph_init(&picture.graph, machine);
	picture.legs = picture_legs(&picture.graph);
	picture.spine = picture_spine(&picture.graph);
	add_head(&picture);
	for (size_t leg = 0; leg < PICTURE_LEG_COUNT; leg++)
		add_leg(&picture, (enum picture_leg)leg);
	add_names(dot, "start at", graph_name(&picture.graph, picture.graph.start));
	buffer_add_format(dot, " [weight=%d]\n", SPINE_WEIGHT);
	add_edges(&picture);
	add_shared_catches(&picture);
	buffer_add_text(dot, "}\n");
	free(picture.legs);
	free(picture.spine);
	graph_release(&picture.graph);
}
