/* Looking again until something is so: when, for how long, and what is said meanwhile. */
#include "config.h"

#include "run/phases.h"

#include <stdlib.h>

#include "text/json.h"

/* Doubles, up to a bound, and differs by up to a fifth, so that a fleet does not ask in step. */
int64_t activity_poll_delay_ms(struct activity *activity)
{
	struct random *random = activity->run->environment.random;
	/* To ask oneself costs nobody's patience. */
	int64_t most_ms = action_is_local(activity->action) ? POLL_LOCAL_MOST_MS : POLL_MOST_MS;
	int64_t delay_ms = POLL_FIRST_MS << (activity->polls < 4 ? activity->polls : 4);

	activity->polls++;
	if (delay_ms > most_ms)
		delay_ms = most_ms;
	return delay_ms - (int64_t)((double)delay_ms * 0.2 * random->next(random));
}

void activity_poll_begin(struct activity *activity)
{
	activity->begun_ms = 0;
	activity->deadline_ms = 0;
	activity->polls = 0;
	activity->seen_unsettled = false;
}

/* What was seen of the effect stays seen: it is what progress and a time-out tell of. */
static int observe_for_deadline(struct activity *activity)
{
	json_t *seen = json_incref(json_object_get(activity->document, "observed"));
	int result = activity_observe(activity, NEED_DEADLINE);

	json_object_update_missing(json_object_get(activity->document, "observed"), seen);
	json_decref(seen);
	return result;
}

/* The deadline is evaluated only where there is something to wait for: what it needs may cost calls. 1: it is known. */
int activity_poll_deadline(struct activity *activity)
{
	struct error err = ERROR_INIT;
	json_t *seconds;
	int result;

	if (activity->begun_ms == 0)
		activity->begun_ms = run_now_ms(activity->run);
	if (activity->deadline_ms != 0)
		return 1;
	activity->deadline_ms = activity->begun_ms + DEFAULT_DEADLINE_MS;
	if (!activity->action->deadline.parsed)
		return 1;
	result = observe_for_deadline(activity);
	activity->deadline_ms = 0;
	if (result != 1)
		return result;
	seconds = located_search(&activity->action->deadline, activity->document, activity->document, &err);
	if (!seconds || !json_is_number(seconds)) {
		json_decref(seconds);
		return activity_fail(activity, FAILURE_INVALID, "'deadline' of %s gives no number",
				     activity->action->name);
	}
	activity->deadline_ms = activity->begun_ms + (int64_t)(json_number_value(seconds) * 1000);
	json_decref(seconds);
	return 1;
}

/* Which of those that wait side by side it is: what it changes, or the element that it is of. */
static char *which_of(const struct activity *activity)
{
	const json_t *item = json_object_get(activity->document, "item");
	char *dumped;

	if (activity->resource)
		return memory_copy_text(activity->resource);
	if (!item)
		return memory_copy_text("");
	dumped = json_text(item, JSON_COMPACT | JSON_ENCODE_ANY);
	if (!dumped)
		memory_exhausted();
	return dumped;
}

void activity_tell_waiting(struct activity *activity, const json_t *shown, int64_t left_ms, bool over)
{
	struct reporter *reporter = activity->run->environment.reporter;
	struct waiting waiting = {
		.state = state_name(activity->state),
		.shown = shown,
		.waited_ms = activity->begun_ms ? run_now_ms(activity->run) - activity->begun_ms : 0,
		.left_ms = left_ms,
		.over = over,
	};
	char *which;

	if (!reporter->waiting)
		return;
	waiting.which = which = which_of(activity);
	reporter->waiting(reporter, &activity->run->history, &waiting);
	free(which);
}

/* What keeps it from being seen, beside what is known. Takes `shown` over. */
static json_t *add_passing(const struct action_result *passing, json_t *shown)
{
	json_t *why = json_string(passing->message), *both;

	if (!why)
		return shown;
	both = json_is_object(shown) ? json_copy(shown) : json_object();
	json_decref(shown);
	json_put(both, failures[passing->failure].name, why);
	return both;
}

void activity_tell_progress(struct activity *activity, int64_t left_ms, bool over)
{
	const struct located_expression *progress = &activity->action->progress;
	json_t *shown = NULL;

	if (!activity->run->environment.reporter->waiting)
		return;
	if (progress->parsed)
		shown = located_search(progress, activity->document, activity->document, NULL);
	if (!shown)
		shown = json_null();
	if (activity->passing)
		shown = add_passing(activity->passing, shown);
	activity_tell_waiting(activity, shown, left_ms, over);
	json_decref(shown);
}

static const char *what_took_too_long(const struct activity *activity)
{
	if (activity->phase == PHASE_READY)
		return "could not begin after";
	return activity->action->request ? "has not taken full effect after" : "waited in vain for";
}

static enum step fail_by_time(struct activity *activity)
{
	const struct template *because = activity->phase == PHASE_SETTLE ? activity->action->because : NULL;
	char *reason = because ? template_sentence(because, activity->document) : NULL;
	int64_t passed_ms = run_now_ms(activity->run) - activity->begun_ms;
	char waited[DURATION_TEXT_BYTES];

	activity_fail(activity, FAILURE_TIMEOUT, "%s %s %s%s%s", activity->action->name,
		      what_took_too_long(activity), duration_format(passed_ms / 1000 * 1000, waited),
		      reason ? ": " : "", reason ? reason : "");
	free(reason);
	return activity_end_failed(activity);
}

/* Not yet: looks again later, in the phase given. */
enum step activity_poll_again(struct activity *activity, enum phase phase)
{
	int known = activity_poll_deadline(activity);
	int64_t now_ms = run_now_ms(activity->run), deadline_ms;

	if (known < 0 && !failures[activity->result.failure].passing)
		return activity_end_failed(activity);
	activity->result.failure = FAILURE_NONE;
	if (known == 0)
		return activity_wait(activity);
	deadline_ms = known == 1 ? activity->deadline_ms : activity->begun_ms + DEFAULT_DEADLINE_MS;
	if (now_ms >= deadline_ms)
		return fail_by_time(activity);
	activity_tell_progress(activity, deadline_ms - now_ms, false);
	activity->wake_ms = now_ms + activity_poll_delay_ms(activity);
	if (activity->wake_ms > deadline_ms)
		activity->wake_ms = deadline_ms;
	activity->looked_ms = activity->since_ms;
	activity->since_ms = activity->wake_ms;
	activity->due_ms = 0;
	activity->phase = phase;
	return STEP_WAIT;
}

/* The same, where nothing but the deadline or a new sight makes a difference. */
enum step activity_poll_on(struct activity *activity, enum phase phase)
{
	enum step step = activity_poll_again(activity, phase);

	activity->due_ms = activity->wake_ms == INT64_MAX ? 0 : activity->deadline_ms;
	return step;
}

/* What passes by itself is no failure, but a reason to look again; the last one tells why, where time runs out. */
enum step activity_poll_failed(struct activity *activity)
{
	struct action_result failed = activity->result;
	enum step step;

	if (!failures[failed.failure].passing || activity->run->mode != RUN_REAL)
		return activity_end_failed(activity);
	activity->passing = &failed;
	step = activity_poll_again(activity, activity->phase);
	activity->passing = NULL;
	if (activity->phase == PHASE_DONE)
		activity->result = failed;
	return step;
}

/* Observes; where that is under way or has failed, *step says how to go on. */
bool activity_observed(struct activity *activity, enum action_need need, enum step *step)
{
	int result = activity_observe(activity, need);

	if (result == 1)
		return true;
	*step = result == 0 ? activity_wait(activity) : activity_poll_failed(activity);
	return false;
}
