/* To which leg of a deployment each state belongs, for those who show a machine to people. */
#ifndef TIDEGATE_MODEL_PICTURE_LEGS_H
#define TIDEGATE_MODEL_PICTURE_LEGS_H

#include "model/check_graph.h"

enum picture_leg {
	PICTURE_LEG_OPENS,  /* reached before any pause is passed */
	PICTURE_LEG_CLOSES, /* reached only beyond one */
	PICTURE_LEG_ERRORS, /* reached only by catches, and with no way back */
	PICTURE_LEG_NONE,   /* never reached */
	PICTURE_LEG_COUNT
};

/* One for each state, in the machine's order; the caller frees. In time proportional to states and edges. */
enum picture_leg *picture_legs(const struct graph *graph);

/* Marks what is passed from start_at where each choice takes its first way and nothing fails; the caller frees. */
bool *picture_spine(const struct graph *graph);

#endif
