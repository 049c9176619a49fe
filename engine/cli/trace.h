/* --debug: a line for each call to AWS once it is answered, with what AWS's support asks for and without anything that
 * was sent or came back. */
#ifndef TIDEGATE_CLI_TRACE_H
#define TIDEGATE_CLI_TRACE_H

#include <stdio.h>

#include "model/executor.h"

struct trace;

/* Everything goes on to `inner`, which is borrowed. */
struct trace *trace_new(struct executor *inner, FILE *stream);
void trace_free(struct trace *trace);
struct executor *trace_executor(struct trace *trace);

#endif
