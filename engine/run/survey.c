/* Each change's undo is planned, as `restore` would begin it: what it decides tells how the change stands. */
#include "config.h"

#include "run/survey.h"

#include <stdlib.h>
#include <string.h>

#include "run/internal.h"
#include "text/json.h"

static const char *standing_of(const struct activity *activity)
{
	if (activity->result.failure != FAILURE_NONE)
		return "unknown";
	if (!activity->restored)
		return "held";
	return strcmp(activity->restored, "drifted") == 0 ? "drifted" : "restored";
}

/* It has just been asked what most of these words need. */
static char *words_for_now(struct activity *activity, int64_t until_ms)
{
	struct executor *executor = activity->run->environment.executor;
	int observed;

	if (!activity->action->now || activity->result.failure != FAILURE_NONE)
		return memory_copy_text("");
	while ((observed = activity_observe(activity, NEED_NOW)) == 0 && run_now_ms(activity->run) < until_ms)
		if (executor->poll(executor, until_ms, NULL) != 0)
			break;
	return observed == 1 ? template_sentence(activity->action->now, activity->document) : memory_copy_text("");
}

static json_t *survey_row(struct activity *activity, int64_t until_ms)
{
	const struct action_result *result = &activity->result;
	const char *because = result->failure != FAILURE_NONE ? result->message : activity->because;
	char *now = words_for_now(activity, until_ms);
	json_t *row = json_made(json_pack("{s:s, s:s, s:s, s:s}", "resource", activity->resource, "standing",
					  standing_of(activity), "now", now, "because", because ? because : ""));

	free(now);
	return row;
}

static json_t *unknown_row(const struct run *run, const struct ledger_entry *entry)
{
	return json_made(json_pack("{s:s, s:s, s:s, s:s}", "resource", entry->resource, "standing", "unknown", "now",
				   "", "because", run->failed.message));
}

static json_t *survey_entry(struct run *run, const struct ledger_entry *entry, int64_t until_ms)
{
	struct activity activity = { 0 };
	json_t *row;

	if (run_begin_undo(run, run->machine->start_at.state, entry, &activity) != 0)
		return unknown_row(run, entry);
	activity.phase = PHASE_DRIFT;
	if (run_activities(run, &activity, 1, 0, until_ms) != 0 && activity.result.failure == FAILURE_NONE)
		activity_fail(&activity, FAILURE_INTERRUPTED, "stopped");
	row = survey_row(&activity, until_ms);
	activity_release(&activity);
	return row;
}

static void hear_record(struct reporter *reporter, const struct history *history, const json_t *record)
{
	(void)reporter;
	(void)history;
	(void)record;
}

static void hear_note(struct reporter *reporter, const char *sentence)
{
	(void)reporter;
	(void)sentence;
}

json_t *run_survey(const struct run_environment *environment, const char *run_id, int64_t until_ms, struct error *err)
{
	struct reporter nobody = { .record = hear_record, .note = hear_note };
	struct run_environment quiet = *environment;
	struct run *run;
	json_t *rows;

	quiet.reporter = &nobody;
	run = run_read(&quiet, run_id, err);
	if (!run)
		return NULL;
	rows = json_made(json_array());
	/* What is planned of one is taken for an intent of it, and changes no other. */
	for (size_t i = 0; i < run->history.ledger.count; i++)
		json_append(rows, survey_entry(run, &run->history.ledger.entries[i], until_ms));
	run_free(run);
	return rows;
}
