#include "config.h"

#include "cli/homeward.h"

bool homeward_opens(const struct history *history, const struct machine *machine, const struct state_list *goal)
{
	if (goal->count > 0)
		return machine_goal_opens(machine, goal);
	return json_is_true(json_object_get(history->leg, "begins"));
}

/* No end was written, or the end says that it can go on. */
static bool was_cut_off(const struct history *history)
{
	const json_t *status = json_object_get(history->leg_end, "exit");

	return history->leg && (!history->leg_end || json_integer_value(status) == EXIT_INTERRUPTED);
}

enum homeward homeward_decide(const struct history *history, bool opens, int64_t now_ms, int64_t booted_ms)
{
	if (!history_is_open(history))
		return HOMEWARD_NOTHING;
	if (history->standing == STANDING_PAUSED)
		return history->expires_ms && now_ms >= history->expires_ms ? HOMEWARD_EXPIRE : HOMEWARD_NOTHING;
	if (history->standing == STANDING_ENDED || !was_cut_off(history))
		return HOMEWARD_NOTHING;
	if (!opens)
		return HOMEWARD_GO_ON;
	if (history->latest_ms < booted_ms || now_ms - history->latest_ms >= HOMEWARD_PATIENCE_MS)
		return HOMEWARD_INTERRUPT;
	return HOMEWARD_NOTHING;
}
