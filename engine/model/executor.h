/* How the runner gets operations done without knowing by whom: aws/ over the network, or a double in tests. Calls run
 * side by side; `poll` is the one place where the program waits. */
#ifndef TIDEGATE_MODEL_EXECUTOR_H
#define TIDEGATE_MODEL_EXECUTOR_H

#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "model/operation.h"

struct call {
	const struct operation *operation;
	const json_t *input;   /* borrowed until the call is done */
	int64_t sign_until_ms; /* wall time after which nothing is signed for it any more; 0: no bound */
	const volatile sig_atomic_t *stop; /* nor where this is set: SIGTERM came; may be NULL */
};

struct call_result {
	enum failure failure; /* FAILURE_NONE: it was done */
	/* It may have taken effect although `failure` is set: sent, and no answer that proves otherwise. */
	bool in_doubt;
	json_t *output;       /* of all pages; borrowed during the callback (json_incref to keep); NULL on failure */
	int http_status;      /* 0 where no answer came */
	int attempts;
	int64_t elapsed_ms;
	int64_t date_ms;      /* AWS's own Date as wall time; 0 where unknown */
	char code[96];        /* AWS's error code, or a word of ours */
	char message[512];    /* AWS's text, or a sentence of ours; control characters taken out */
	char request_id[80];
};

typedef void call_done(void *argument, const struct call_result *result);

/* Of somebody who looks again and again until what he sees is otherwise. All monotonic. */
struct looks {
	int64_t seen_ms; /* what he has seen is not older */
	int64_t next_ms; /* when he looks again */
	int64_t due_ms;  /* when he does otherwise, whatever he sees */
	bool at_disk;    /* it is the disk that he looks at, for what another process leaves there */
};

struct executor {
	/* Begins a call; `done` is called exactly once, from inside poll, never from inside start. */
	void (*start)(struct executor *executor, const struct call *call, call_done *done, void *argument);
	/* Waits until a call is done or `until_ms` (monotonic, of the clock given at its making) has come, and calls
	 * what is done. Returns 0, or -1 with ERROR_NETWORK where waiting is impossible. A signal ends it early. */
	int (*poll)(struct executor *executor, int64_t until_ms, struct error *err);
	/* A fact of the machine it runs on ("instance_id", "region", "availability_zone", "account_id",
	 * "instance_type"): a new string, or NULL with err. Asked once; answers are kept. */
	json_t *(*metadata)(struct executor *executor, const char *name, struct error *err);
	/* Drops every call in flight without calling `done`. */
	void (*cancel)(struct executor *executor);
	/* NULL but for a simulated world: when to look next, at `next_ms` or as much later as nothing else can be
	 * seen. */
	int64_t (*next_look_ms)(struct executor *executor, const struct looks *looks);
};

#endif
