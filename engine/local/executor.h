/* The executor of what this machine does itself (service `local` of the catalogue): it asks a server, runs a command.
 * It stands before another executor, to which everything else goes, and waits where that one waits. Nothing here is
 * sent to AWS or changes anything there, and what a check finds is an answer, not a failure: it fails only where it can
 * never hold (no such program, no URL). */
#ifndef TIDEGATE_LOCAL_EXECUTOR_H
#define TIDEGATE_LOCAL_EXECUTOR_H

#include "base/clock.h"
#include "base/environment.h"
#include "model/executor.h"
#include "wire/transport.h"

/* All is borrowed for as long as the executor lives. */
struct local_executor_options {
	struct executor *others;
	struct transport *transport; /* the one that `others` polls and cancels */
	struct clock *clock;
	struct environment environment; /* of which children get what stands in a list of harmless names */
	/* Where the transport looks for a descriptor that ends its poll: an epoll set over all children is put there
	 * when the first one starts. -1 until then. */
	int *wake_descriptor;
};

struct local_executor;

struct local_executor *local_executor_new(const struct local_executor_options *options);
void local_executor_free(struct local_executor *local); /* kills what runs; NULL is allowed */
struct executor *local_executor_executor(struct local_executor *local);

#endif
