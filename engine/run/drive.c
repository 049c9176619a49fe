/* The one place in which a run waits: many activities, one executor, one clock. */
#include "config.h"

#include <stdlib.h>

#include "run/internal.h"

int64_t run_now_ms(const struct run *run)
{
	return run->environment.clock->monotonic_ms(run->environment.clock);
}

int64_t run_hidden_ms(struct clock *clock, int64_t recorded_ms)
{
	/* Records tell whole seconds; one that lies ahead was made before the clock was put back. */
	const int64_t age_ms = clock->wall_ms(clock) - recorded_ms - 1000;

	if (llabs(age_ms) >= SHOWN_AFTER_MS)
		return 0;
	return SHOWN_AFTER_MS - (age_ms > 0 ? age_ms : 0);
}

bool run_is_signalled(const struct run_environment *environment)
{
	return environment->stop && *environment->stop;
}

bool run_must_stop(const struct run *run)
{
	return run_is_signalled(&run->environment) || run->fatal.kind != ERROR_NONE ||
	       run_now_ms(run) >= run->leg_deadline_ms;
}

static int run_poll(struct run *run, int64_t until_ms)
{
	struct executor *executor = run->environment.executor;

	if (until_ms > run->leg_deadline_ms && run_now_ms(run) < run->leg_deadline_ms)
		until_ms = run->leg_deadline_ms;
	return executor->poll(executor, until_ms, &run->fatal);
}

int run_wait_until(struct run *run, int64_t until_ms)
{
	if (run_sync(run) != 0)
		return -1;
	while (run_now_ms(run) < until_ms) {
		if (run_must_stop(run))
			return -1;
		if (run_poll(run, until_ms) != 0)
			return -1;
	}
	return 0;
}

static bool awaits_disk(const struct activity *activity)
{
	return activity->phase == PHASE_INTENT_SYNC || activity->phase == PHASE_OUTCOME_WRITE;
}

static bool any_in_flight(const struct activity *activities, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (activities[i].in_flight)
			return true;
	return false;
}

/* Outcomes wait for one another: what is looked at then is newer than all of the requests. */
static bool may_go_on(const struct activity *activity, bool in_flight)
{
	return activity->phase == PHASE_INTENT_SYNC || (activity->phase == PHASE_OUTCOME_WRITE && !in_flight);
}

/* Those that wait for the disk go on together, behind one sync or one write. */
static void advance_all(struct activity *activities, size_t count)
{
	bool again = true;

	for (size_t i = 0; i < count; i++)
		if (!awaits_disk(&activities[i]))
			activity_advance(&activities[i]);
	while (again) {
		bool in_flight = any_in_flight(activities, count);

		again = false;
		for (size_t i = 0; i < count; i++)
			if (may_go_on(&activities[i], in_flight)) {
				activity_advance(&activities[i]);
				again |= awaits_disk(&activities[i]);
			}
	}
}

static size_t count_done(const struct activity *activities, size_t count)
{
	size_t done = 0;

	for (size_t i = 0; i < count; i++)
		done += activity_is_done(&activities[i]) ? 1 : 0;
	return done;
}

/* What is sent already gets a moment to be answered, so that it need not be in doubt; its outcome is journaled. */
static void wait_for_answers(struct run *run, struct activity *activities, size_t count)
{
	struct executor *executor = run->environment.executor;
	int64_t until_ms = run_now_ms(run) + ANSWER_PATIENCE_MS;

	while (any_in_flight(activities, count) && run_now_ms(run) < until_ms)
		if (executor->poll(executor, until_ms, NULL) != 0)
			break;
	for (size_t i = 0; i < count; i++)
		if (activities[i].phase == PHASE_ANSWER)
			activity_advance(&activities[i]);
	executor->cancel(executor);
	readings_forget(run->readings);
	for (size_t i = 0; i < count; i++)
		activities[i].in_flight = false;
	run_write(run);
}

static void time_out(struct activity *activities, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (activity_is_done(&activities[i]))
			continue;
		activity_fail(&activities[i], FAILURE_TIMEOUT, "%s took longer than the state's timeout",
			      activities[i].action->name);
		activities[i].phase = PHASE_DONE;
	}
}

static int64_t next_wake(const struct activity *activities, size_t count, int64_t deadline_ms)
{
	int64_t wake_ms = deadline_ms;

	for (size_t i = 0; i < count; i++)
		if (!activity_is_done(&activities[i]) && activities[i].wake_ms < wake_ms)
			wake_ms = activities[i].wake_ms;
	return wake_ms;
}

/* As long as all of them would only look again. */
static struct looks common_looks(const struct activity *activities, size_t count, int64_t deadline_ms)
{
	struct looks looks = {
		.seen_ms = INT64_MAX,
		.next_ms = next_wake(activities, count, deadline_ms),
		.due_ms = deadline_ms,
	};

	for (size_t i = 0; i < count; i++) {
		if (activity_is_done(&activities[i]))
			continue;
		if (activities[i].looked_ms < looks.seen_ms)
			looks.seen_ms = activities[i].looked_ms;
		if (activities[i].due_ms < looks.due_ms)
			looks.due_ms = activities[i].due_ms;
	}
	return looks;
}

static bool any_sleeps(const struct activity *activities, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!activity_is_done(&activities[i]) && activities[i].wake_ms != INT64_MAX)
			return true;
	return false;
}

static int poll_activities(struct run *run, const struct activity *activities, size_t count, int64_t deadline_ms)
{
	struct executor *executor = run->environment.executor;
	struct looks looks = common_looks(activities, count, deadline_ms);

	/* Whoever waits for time loses none by it. */
	if (any_sleeps(activities, count) && run_sync(run) != 0)
		return -1;
	if (looks.due_ms > run->leg_deadline_ms)
		looks.due_ms = run->leg_deadline_ms;
	return run_poll(run, executor->next_look_ms ? executor->next_look_ms(executor, &looks) : looks.next_ms);
}

/* Nothing is asked for and unanswered, and nothing is on its way back. */
static bool only_waits(const struct activity *activities, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool fine = activity_is_done(&activities[i]) ? activities[i].result.failure == FAILURE_NONE
							     : activities[i].phase == PHASE_SETTLE;

		if (!fine || activities[i].undoes || activities[i].verifying)
			return false;
	}
	return true;
}

int run_activities(struct run *run, struct activity *activities, size_t count, size_t at_once, int64_t deadline_ms)
{
	size_t begun = at_once && at_once < count ? at_once : count, done;

	run->only_waits = false;
	for (;;) {
		advance_all(activities, begun);
		done = count_done(activities, begun);
		/* One that could not be recorded has ended too, without a failure of its own. */
		if (done == count)
			return run->fatal.kind == ERROR_NONE ? 0 : -1;
		/* One that has ended makes room for the next. */
		if (at_once && done + at_once > begun && begun < count) {
			begun = done + at_once < count ? done + at_once : count;
			continue;
		}
		if (run_must_stop(run)) {
			wait_for_answers(run, activities, begun);
			run->only_waits = only_waits(activities, count);
			return -1;
		}
		if (run_now_ms(run) >= deadline_ms) {
			wait_for_answers(run, activities, begun);
			time_out(activities, count);
			return 0;
		}
		if (poll_activities(run, activities, begun, deadline_ms) != 0)
			return -1;
	}
}
