#include "config.h"

#include "local/executor.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "local/check.h"

static const struct check_kind *const kinds[] = { &check_http, &check_command, &check_unknown };

struct local_executor {
	struct executor executor; /* first: one is cast to the other */
	struct local_executor_options options;
	struct check *checks;
};

static struct local_executor *local_of(struct executor *executor)
{
	return (struct local_executor *)executor;
}

static struct executor *others_of(struct executor *executor)
{
	return local_of(executor)->options.others;
}

static const struct check_kind *find_kind(const char *operation)
{
	size_t i = 0;

	while (kinds[i]->operation && strcmp(operation, kinds[i]->operation) != 0)
		i++;
	return kinds[i];
}

static void local_start(struct executor *executor, const struct call *call, call_done *done, void *argument)
{
	struct local_executor *local = local_of(executor);
	struct check **end = &local->checks;

	if (!operation_is_local(call->operation)) {
		others_of(executor)->start(others_of(executor), call, done, argument);
		return;
	}
	while (*end)
		end = &(*end)->next;
	*end = check_new(&local->options, find_kind(call->operation->name), call, done, argument);
}

static void advance_all(struct local_executor *local)
{
	for (struct check *check = local->checks; check; check = check->next)
		check_advance(check);
}

/* Until when nothing is to be done here but to wait. */
static int64_t next_due(const struct local_executor *local, int64_t until_ms)
{
	for (const struct check *check = local->checks; check; check = check->next)
		if (check->due_ms < until_ms)
			until_ms = check->due_ms;
	return until_ms;
}

static struct check *take_done(struct local_executor *local)
{
	struct check **at = &local->checks, *check;

	while (*at && (*at)->state != CHECK_DONE)
		at = &(*at)->next;
	check = *at;
	if (check)
		*at = check->next;
	return check;
}

/* A check is off the list before its `done` is called, which may start others or cancel them all. */
static void deliver(struct local_executor *local)
{
	struct check *check;

	while ((check = take_done(local))) {
		check->done(check->argument, &check->result);
		check_free(check);
	}
}

static int local_poll(struct executor *executor, int64_t until_ms, struct error *err)
{
	struct local_executor *local = local_of(executor);
	struct executor *others = others_of(executor);

	advance_all(local);
	if (others->poll(others, next_due(local, until_ms), err) != 0)
		return -1;
	advance_all(local);
	deliver(local);
	return 0;
}

static json_t *local_metadata(struct executor *executor, const char *name, struct error *err)
{
	return others_of(executor)->metadata(others_of(executor), name, err);
}

static void drop_checks(struct local_executor *local)
{
	while (local->checks) {
		struct check *check = local->checks;

		local->checks = check->next;
		check_free(check);
	}
}

static void local_cancel(struct executor *executor)
{
	others_of(executor)->cancel(others_of(executor));
	drop_checks(local_of(executor));
}

struct local_executor *local_executor_new(const struct local_executor_options *options)
{
	struct local_executor *local = memory_new(1, sizeof(*local));

	local->options = *options;
	local->executor = (struct executor){
		.start = local_start, .poll = local_poll, .metadata = local_metadata, .cancel = local_cancel
	};
	return local;
}

void local_executor_free(struct local_executor *local)
{
	if (!local)
		return;
	drop_checks(local);
	if (*local->options.wake_descriptor >= 0)
		close(*local->options.wake_descriptor);
	*local->options.wake_descriptor = -1;
	free(local);
}

struct executor *local_executor_executor(struct local_executor *local)
{
	return &local->executor;
}
