#include "config.h"

#include "cli/trace.h"

#include <stdlib.h>

#include "base/memory.h"

/* A call that is under way. */
struct traced {
	struct traced *next;
	struct trace *trace;
	const struct operation *operation;
	call_done *done;
	void *argument;
};

struct trace {
	struct executor executor; /* first: an executor is the trace that it is of */
	struct executor *inner;
	FILE *stream;
	struct traced *under_way;
};

static struct trace *trace_of(struct executor *executor)
{
	return (struct trace *)executor;
}

static void print_answer(const struct traced *traced, const struct call_result *result)
{
	const struct operation *operation = traced->operation;
	FILE *stream = traced->trace->stream;

	fprintf(stream, "debug: %s:%s ", operation->service->name, operation->name);
	if (result->http_status)
		fprintf(stream, "%d", result->http_status);
	else
		fputs("no answer", stream);
	if (result->failure != FAILURE_NONE)
		fprintf(stream, " %s%s%s", failures[result->failure].name, result->code[0] ? ", " : "", result->code);
	fprintf(stream, " in %lld ms", (long long)result->elapsed_ms);
	if (result->attempts > 1)
		fprintf(stream, ", %d attempts", result->attempts);
	if (result->request_id[0])
		fprintf(stream, ", request %s", result->request_id);
	fputc('\n', stream);
	fflush(stream);
}

static void forget(struct traced *traced)
{
	struct traced **at = &traced->trace->under_way;

	while (*at != traced)
		at = &(*at)->next;
	*at = traced->next;
	free(traced);
}

static void answered(void *argument, const struct call_result *result)
{
	struct traced *traced = argument;
	call_done *done = traced->done;

	argument = traced->argument;
	print_answer(traced, result);
	forget(traced);
	done(argument, result);
}

static void traced_start(struct executor *executor, const struct call *call, call_done *done, void *argument)
{
	struct trace *trace = trace_of(executor);
	struct traced *traced = memory_new(1, sizeof(*traced));

	*traced = (struct traced){ trace->under_way, trace, call->operation, done, argument };
	trace->under_way = traced;
	trace->inner->start(trace->inner, call, answered, traced);
}

static int traced_poll(struct executor *executor, int64_t until_ms, struct error *err)
{
	struct executor *inner = trace_of(executor)->inner;

	return inner->poll(inner, until_ms, err);
}

static json_t *traced_metadata(struct executor *executor, const char *name, struct error *err)
{
	struct executor *inner = trace_of(executor)->inner;

	return inner->metadata(inner, name, err);
}

static void traced_cancel(struct executor *executor)
{
	struct trace *trace = trace_of(executor);

	trace->inner->cancel(trace->inner);
	while (trace->under_way)
		forget(trace->under_way);
}

struct trace *trace_new(struct executor *inner, FILE *stream)
{
	struct trace *trace = memory_new(1, sizeof(*trace));

	*trace = (struct trace){
		.executor = { traced_start, traced_poll, traced_metadata, traced_cancel },
		.inner = inner,
		.stream = stream,
	};
	return trace;
}

void trace_free(struct trace *trace)
{
	if (!trace)
		return;
	while (trace->under_way)
		forget(trace->under_way);
	free(trace);
}

struct executor *trace_executor(struct trace *trace)
{
	return &trace->executor;
}
