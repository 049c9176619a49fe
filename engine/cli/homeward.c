#include "config.h"

#include "cli/homeward.h"

#include <stdio.h>
#include <string.h>

#include "text/json.h"

bool homeward_opens(const struct history *history, const struct machine *machine, const struct state_list *goal)
{
	if (goal->count > 0)
		return machine_goal_opens(machine, goal);
	return json_is_true(json_object_get(history->leg, "begins"));
}

static bool goes_on_later(const struct history *history)
{
	return json_is_true(json_object_get(history->leg_end, "later"));
}

/* No end was written, or the end says that it can go on. */
static bool was_cut_off(const struct history *history)
{
	const json_t *status = json_object_get(history->leg_end, "exit");

	return history->leg && (!history->leg_end || json_integer_value(status) == EXIT_INTERRUPTED ||
				goes_on_later(history));
}

/* How long the next hook may take to come. */
static int64_t patience_ms(const struct history *history)
{
	return goes_on_later(history) ? HOMEWARD_LATER_MS : HOMEWARD_PATIENCE_MS;
}

/* Without a goal, each pause is one for a leg that neither passes them nor only takes back. */
static bool rests_at_pauses(const struct history *history)
{
	return json_array_size(json_object_get(history->leg, "goal")) == 0 &&
	       !json_is_true(json_object_get(history->leg, "passes_pauses")) &&
	       !json_is_true(json_object_get(history->leg, "restores"));
}

/* A pause that the newest leg reached, not one that it had yet to leave. */
static bool stands_at_goal(const struct history *history)
{
	size_t i;
	json_t *name;

	if (rests_at_pauses(history))
		return true;
	json_array_foreach (json_object_get(history->leg, "goal"), i, name)
		if (history->position && strcmp(json_string_value(name), history->position) == 0)
			return true;
	return false;
}

enum homeward homeward_decide(const struct history *history, bool opens, int64_t now_ms, int64_t booted_ms)
{
	if (!history_is_open(history))
		return HOMEWARD_NOTHING;
	if (history->standing == STANDING_PAUSED && (opens || !was_cut_off(history) || stands_at_goal(history)))
		return history->expires_ms && now_ms >= history->expires_ms ? HOMEWARD_EXPIRE : HOMEWARD_NOTHING;
	if (history->standing == STANDING_ENDED || !was_cut_off(history))
		return HOMEWARD_NOTHING;
	if (!opens)
		return HOMEWARD_GO_ON;
	if (history->latest_ms < booted_ms || now_ms - history->latest_ms >= patience_ms(history))
		return history_is_only_begun(history) ? HOMEWARD_LET_GO : HOMEWARD_INTERRUPT;
	return HOMEWARD_NOTHING;
}

/* The leg keeps what its hook said: the deployment group must find its run again. */
static json_t *hook_of(const struct history *history)
{
	json_t *hook = json_object_get(history->leg, "hook");

	return hook ? json_deep_copy(hook) : json_made(json_object());
}

/* Where a leg without a goal was on its way to is what it said itself: to the end, or, as who goes home, to the next
 * place of rest. The pause behind one that has expired is such a place: what was being installed is not finished. */
static bool goes_through(const struct history *history, const struct machine *machine, const struct state_list *goal)
{
	if (goal->count > 0)
		return !homeward_opens(history, machine, goal);
	return json_is_true(json_object_get(history->leg, "passes_pauses"));
}

/* What is cut off while it takes back goes on with that, wherever the machine would lead. */
static bool takes_back(const struct history *history)
{
	return json_is_true(json_object_get(history->leg, "restores")) && was_cut_off(history);
}

void homeward_go_on(struct arena *arena, struct run *run, struct leg_result *result)
{
	const struct history *history = run_history(run);
	struct leg leg = { .name = "resume", .hook = hook_of(history) };
	struct state_list goal;

	if (takes_back(history)) {
		run_restore(run, &leg, result);
		json_decref(leg.hook);
		return;
	}
	if (history->standing == STANDING_PAUSED) {
		leg.leaves_paused = true;
		leg.passes_pauses = true;
	} else {
		goal_from_record(&goal, arena, run_machine(run), json_object_get(history->leg, "goal"));
		leg.goal = goal.count > 0 ? &goal : NULL;
		leg.passes_pauses = goes_through(history, run_machine(run), &goal);
	}
	run_leg(run, &leg, result);
	json_decref(leg.hook);
}

/* To the next place of rest, without a goal. */
static void go_home(struct run *run, bool restore_only, struct leg_result *result)
{
	struct leg leg = { .name = "resume", .hook = hook_of(run_history(run)), .leaves_expired = true };

	if (restore_only)
		run_restore(run, &leg, result);
	else
		run_leg(run, &leg, result);
	json_decref(leg.hook);
}

static enum homeward decide(const struct run_environment *environment, struct arena *arena, struct run *run)
{
	struct clock *clock = environment->clock;
	const struct history *history = run_history(run);
	int64_t now_ms = clock->wall_ms(clock);
	struct state_list goal;

	goal_from_record(&goal, arena, run_machine(run), json_object_get(history->leg, "goal"));
	/* The monotonic clock counts from boot, also while the machine is suspended. */
	return homeward_decide(history, homeward_opens(history, run_machine(run), &goal), now_ms,
			       now_ms - clock->monotonic_ms(clock));
}

static void send_home(struct arena *arena, struct run *run, enum homeward homeward, struct leg_result *result)
{
	bool caught;

	switch (homeward) {
	case HOMEWARD_NOTHING:
		return;
	case HOMEWARD_GO_ON:
		homeward_go_on(arena, run, result);
		return;
	case HOMEWARD_EXPIRE:
		if (run_expired(run))
			go_home(run, false, result);
		return;
	case HOMEWARD_LET_GO:
		run_abandon(run);
		snprintf(result->message, sizeof(result->message),
			 "the adoption was cut off, and nobody came back: what it held is as others left it");
		return;
	case HOMEWARD_INTERRUPT:
		caught = run_interrupt(run, result);
		go_home(run, !caught, result);
		return;
	}
}

enum homeward homeward_attend(const struct run_environment *environment, struct arena *arena, struct run *run,
			      struct leg_result *result)
{
	enum homeward homeward = decide(environment, arena, run);

	send_home(arena, run, homeward, result);
	return homeward;
}
