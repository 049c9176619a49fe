/* What the simulated AWS does when it is asked: the operations it knows, one row each, and the frame around them that
 * checks, faults, pages and logs. Its callers (sim/executor.h, sim/transport.h) differ in how a request comes. */
#ifndef TIDEGATE_SIM_REQUEST_H
#define TIDEGATE_SIM_REQUEST_H

#include "sim/agenda.h"

/* As AWS answers. Release it. */
struct sim_answer {
	int status;
	bool effect;
	json_t *output; /* where status is 200 */
	char code[96];
	char message[512];
	char request_id[40];
};

void sim_answer_release(struct sim_answer *answer);

struct request {
	struct sim *sim;
	const struct world *world; /* what a read sees: it may be an old one */
	const json_t *input;
	json_t *output;
	struct sim_answer *answer;
};

struct sim_pages {
	const char *items, *size, *input_token, *output_token;
	size_t usual, most; /* of a page; most 0: there is no bound to be kept */
};

struct sim_operation {
	const char *service, *name;
	bool reads;
	int (*handle)(struct request *request); /* -1: refused, the answer says why */
	struct sim_pages pages;                 /* items NULL: none */
};

/* NULL where the simulated AWS does not know it. */
const struct sim_operation *sim_operation_find(const char *service, const char *name);
extern const struct sim_operation *const sim_operations[]; /* tables ended by a NULL name; NULL behind the last */

/* Begins a request: its number and the fault planned for it. */
struct planned_fault request_begin(struct sim *sim);

/* It arrives, with its fault: acts planned for its number, effect, answer, log. `operation` may be NULL: then nothing
 * is checked against shapes. Of a fault only what AWS itself does about it; the connection is the caller's. */
void request_arrive(struct sim *sim, const struct sim_operation *row, const struct operation *operation,
		    const json_t *input, unsigned number, const struct planned_fault *fault,
		    struct sim_answer *answer);

/* It takes effect so much later, and nobody is answered. */
void request_later(struct sim *sim, const struct sim_operation *row, const json_t *input, unsigned number, int64_t ms);

/* What each fault is to AWS and to the connection. */
enum fault_effect { EFFECT_NEVER, EFFECT_NOW, EFFECT_LATER };
struct fault_row {
	const char *name;
	enum fault_effect effect;
	bool lost; /* no answer comes */
	int status; /* AWS's answer in place of the true one; 0: the true one */
	const char *code, *message;
};
extern const struct fault_row fault_rows[SIM_FAULT_COUNT];

/* ---- for the operations' files */

/* Refuses: always -1. The status is that of the code. */
int refuse(struct request *request, const char *code, const char *format, ...) __attribute__((format(printf, 3, 4)));

const char *input_text(const struct request *request, const char *name); /* NULL: absent */
int64_t input_integer(const struct request *request, const char *name, int64_t otherwise);
bool input_true(const struct request *request, const char *name);
/* A list's items where the member is there and not empty, else NULL. */
const json_t *input_list(const struct request *request, const char *name);
/* Whether a list of texts names it; a NULL list names everything. */
bool list_names(const json_t *list, const char *text);
/* Whether a value of this name passes [{Name, Values}]; filters of other names do not look at it. */
bool filters_pass(const json_t *filters, const char *name, const char *value);

extern const struct sim_operation autoscaling_reads[], autoscaling_writes[], elb_operations[], elbv2_operations[],
	ec2_operations[], sts_operations[], local_operations[];

#endif
