/* A machine as a picture: a directed graph in Graphviz's language, DOT. The legs are told apart, what is done on errors
 * is dashed, and the machine's own catch is one note in place of an arrow from every state. Given how each state stands
 * in a run it shows the run. A pure function; who renders the text is the caller's affair. */
#ifndef TIDEGATE_MODEL_PICTURE_H
#define TIDEGATE_MODEL_PICTURE_H

#include "base/buffer.h"
#include "model/machine.h"

enum picture_mark { PICTURE_NOT_REACHED, PICTURE_PASSED, PICTURE_SKIPPED, PICTURE_FAILED, PICTURE_MARK_COUNT };

/* How a state stands in a run. */
struct picture_state {
	enum picture_mark mark;
	bool here;        /* the run stands there */
	const char *note; /* a few words under its name ("5.1s"), or NULL; borrowed */
};

/* From one state to the next, by index; each pair once. */
struct picture_step {
	size_t from, to;
};

struct picture_run {
	const char *title;                  /* under the machine's name; borrowed */
	const struct picture_state *states; /* one for each of the machine's, in its order */
	const struct picture_step *steps;   /* that were taken */
	size_t n_steps;
};

/* Adds the DOT text. `run` NULL: the machine alone. */
void picture_add_dot(struct buffer *dot, const struct machine *machine, const struct picture_run *run);

#endif
