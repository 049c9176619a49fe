/* The least IAM policy for a machine: what its actions and their undo closures can send, and nothing else. A function
 * of the machine and of the inputs that are known beforehand: where those name the resource, so does the policy.
 *
 * What a state gives under a name under which it was given something is taken to be the same: autoscaling.look is given
 * a group, and gives it. Were it another one, the policy would be too narrow, which a run says; never too wide. A list
 * with a word like 'all' in it stands for what is found, and tells nothing. */
#ifndef TIDEGATE_MODEL_POLICY_H
#define TIDEGATE_MODEL_POLICY_H

#include "model/machine.h"

struct policy_place {
	const char *partition; /* "aws" */
	const char *region;    /* NULL: any */
};

struct policy {
	json_t *document; /* as IAM takes it */
	json_t *notes;    /* sentences: which statement is wider than it might be, and what would narrow it */
};

/* `input`: the known ones by name; borrowed. */
void policy_make(struct policy *policy, const struct machine *machine, const struct policy_place *place,
		 const json_t *input);
void policy_release(struct policy *policy);

#endif
