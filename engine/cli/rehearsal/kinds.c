/* The kinds of mishap: how each is made to happen, and what comes of it between two hooks. What is played then is of
 * the files that the rows name. */
#include "config.h"

#include "cli/rehearsal/invariants.h"

enum {
	ABANDONED_MS = 3 * 60 * 60 * 1000, /* how long only the timer comes */
	GIVEN_UP_MS = 40 * 60 * 1000,
	LATE_MS = 20 * 1000,
	WARY_MS = 16 * 60 * 1000 /* longer than a leg is waited for */
};

/* ---- how ---- */

static void process_dies(void *argument)
{
	const struct stage *stage = argument;

	sim_kill(stage->sim);
}

static void arm_write(struct stage *stage, const struct mishap *mishap, struct progress_mark from)
{
	storage_memory_crash_at(stage->memory, from.steps + mishap->at, mishap->keep, process_dies, stage);
}

static void arm_fault(struct stage *stage, const struct mishap *mishap, struct progress_mark from)
{
	sim_fault(stage->sim, from.requests + mishap->at, mishap->fault, LATE_MS);
}

/* At no request: the process lives. */
static void arm_death(struct stage *stage, const struct mishap *mishap, struct progress_mark from)
{
	if (mishap->at > 0)
		arm_fault(stage, mishap, from);
}

static void arm_act(struct stage *stage, const struct mishap *mishap, struct progress_mark from)
{
	sim_act_before(stage->sim, from.requests + mishap->at, &mishap->act);
}

static void arm_stop(struct stage *stage, const struct mishap *mishap, struct progress_mark from)
{
	stage->stop_at = from.requests + mishap->at;
}

static void arm_disk(struct stage *stage, const struct mishap *mishap, struct progress_mark from)
{
	stage->disk.fault = (enum disk_fault)mishap->row;
	stage->disk.at_step = from.steps + mishap->at;
}

static void arm_look(struct stage *stage, const struct mishap *mishap, struct progress_mark from)
{
	(void)from;
	stage->disk.fault = (enum disk_fault)mishap->row;
	stage->disk.at_look = stage->disk.looks + mishap->at;
}

static void arm_busy(struct stage *stage, const struct mishap *mishap, struct progress_mark from)
{
	(void)from;
	stage->busy_leg = stage->n_legs + mishap->at;
	stage->busy_ms = mishap->ms;
}

static void arm_clock(struct stage *stage, const struct mishap *mishap, struct progress_mark from)
{
	stage->jumps_at = from.requests + mishap->at;
	stage->jumps_ms = mishap->ms;
}

/* ---- and then ---- */

static void wait_for_timer(struct stage *stage, const struct mishap *mishap)
{
	(void)mishap;
	stage_only_the_timer(stage, ABANDONED_MS);
	invariants_check_abandoned(stage);
}

static bool died_last(const struct stage *stage)
{
	return stage->n_legs > 0 && stage->legs[stage->n_legs - 1].died;
}

/* Who comes by timer may die, too: the next one takes as long to be sure of it. */
static void give_up(struct stage *stage, const struct mishap *mishap)
{
	(void)mishap;
	for (size_t i = 0; stage->given_up && (i == 0 || (died_last(stage) && i < stage->n_mishaps)); i++)
		stage_only_the_timer(stage, GIVEN_UP_MS);
}

static void start_again(struct stage *stage, const struct mishap *mishap)
{
	(void)mishap;
	if (died_last(stage))
		stage_boot(stage);
}

static void send_theirs_home(struct stage *stage, const struct mishap *mishap)
{
	if (mishap->at > 0)
		stage_only_the_timer(stage, WARY_MS);
}

static void help_in_pause(struct stage *stage, const struct mishap *mishap)
{
	if (mishap->at == 0)
		stage_help(stage, mishap);
}

static void help_when_cut_off(struct stage *stage, const struct mishap *mishap)
{
	if (mishap->at > 0 && died_last(stage))
		stage_help(stage, mishap);
}

/* ---- the table ---- */

/* What `at` counts; and nothing of the mishap is there before. */
enum counted { COUNTED_NOT, COUNTED_REQUESTS, COUNTED_STEPS };

static const struct kind_row {
	void (*arm)(struct stage *stage, const struct mishap *mishap, struct progress_mark from);
	void (*moments[MOMENT_COUNT])(struct stage *stage, const struct mishap *mishap);
	bool dies;  /* by it the process does; what follows is counted from the next one on */
	bool lasts; /* once it has come, it goes on being so */
	enum counted at;
	bool passes; /* once it has come, nothing of it is left but what it has done */
} kind_rows[MISHAP_KIND_COUNT] = {
	[MISHAP_CRASH_WRITE] = { arm_write, .dies = true, .at = COUNTED_STEPS, .passes = true },
	[MISHAP_CRASH_REQUEST] = { arm_fault, .dies = true, .at = COUNTED_REQUESTS, .passes = true },
	[MISHAP_FAULT] = { arm_fault, .at = COUNTED_REQUESTS, .passes = true },
	[MISHAP_ACT] = { arm_act, .at = COUNTED_REQUESTS, .passes = true },
	[MISHAP_ABANDONED] = { NULL, { [MOMENT_PAUSED] = wait_for_timer }, .lasts = true },
	[MISHAP_GIVEN_UP] = { arm_fault, { [MOMENT_CUT_OFF] = give_up }, .dies = true, .lasts = true,
			      .at = COUNTED_REQUESTS },
	[MISHAP_STOPPED] = { arm_stop, .at = COUNTED_REQUESTS, .passes = true },
	[MISHAP_PLANNED] = { NULL, { [MOMENT_BEGINS] = stage_plan } },
	[MISHAP_ADOPTED] = { NULL, .lasts = true },
	[MISHAP_DISK] = { arm_disk, .at = COUNTED_STEPS, .passes = true },
	[MISHAP_LOOK] = { arm_look, .passes = true },
	[MISHAP_DAMAGED] = { NULL, { [MOMENT_LEG_OVER] = stage_damage } },
	[MISHAP_BUSY] = { arm_busy },
	[MISHAP_THEY_BEGIN] = { arm_death, { [MOMENT_BEGINS] = stage_they_begin, [MOMENT_CUT_OFF] = send_theirs_home },
				.dies = true },
	[MISHAP_THEY_COME] = { NULL, { [MOMENT_PAUSED] = stage_they_come, [MOMENT_ENDS] = stage_they_deploy } },
	[MISHAP_IMAGE] = { NULL, { [MOMENT_BEGINS] = stage_lay_image, [MOMENT_ENDS] = stage_check_image } },
	[MISHAP_OFTEN] = { NULL, { [MOMENT_BEGINS] = stage_deploy_often, [MOMENT_ENDS] = stage_check_kept } },
	[MISHAP_REBOOTED] = { arm_fault, { [MOMENT_CUT_OFF] = start_again }, .dies = true,
			      .at = COUNTED_REQUESTS, .passes = true },
	[MISHAP_REVISED] = { arm_death, .dies = true },
	[MISHAP_CLOCK] = { arm_clock, .at = COUNTED_REQUESTS },
	[MISHAP_HELPED] = { arm_death, { [MOMENT_PAUSED] = help_in_pause, [MOMENT_CUT_OFF] = help_when_cut_off },
			    .dies = true, .at = COUNTED_REQUESTS, .passes = true },
};

bool mishap_dies(const struct mishap *mishap)
{
	return kind_rows[mishap->kind].dies;
}

bool mishap_lasts(const struct mishap *mishap)
{
	return kind_rows[mishap->kind].lasts;
}

bool mishap_is_later(const struct mishap *mishap, struct progress_mark from, struct progress_mark now)
{
	switch (kind_rows[mishap->kind].at) {
	case COUNTED_REQUESTS:
		/* An answer from an older world: it has to be kept in time. */
		return mishap->fault != SIM_FAULT_STALE && from.requests + mishap->at > now.requests;
	case COUNTED_STEPS:
		return from.steps + mishap->at > now.steps;
	case COUNTED_NOT:
		break;
	}
	return false;
}

static unsigned later_of(unsigned one, unsigned other)
{
	return one > other ? one : other;
}

bool mishaps_are_over(const struct stage *stage)
{
	const struct progress_mark now = stage_progress(stage);

	for (size_t i = 0; i < stage->n_mishaps; i++)
		if (!kind_rows[stage->mishaps[i].kind].passes || stage->mishaps[i].at == 0)
			return false;
	return stage->n_armed == stage->n_mishaps && !stage->doomed && now.requests >= stage->due.requests &&
	       now.steps >= stage->due.steps && stage->disk.at_look == 0;
}

void mishap_arm(struct stage *stage, const struct mishap *mishap, struct progress_mark from)
{
	struct progress_mark *due = &stage->due;

	if (kind_rows[mishap->kind].at == COUNTED_REQUESTS)
		due->requests = later_of(due->requests, from.requests + mishap->at);
	if (kind_rows[mishap->kind].at == COUNTED_STEPS)
		due->steps = later_of(due->steps, from.steps + mishap->at);
	if (kind_rows[mishap->kind].arm)
		kind_rows[mishap->kind].arm(stage, mishap, from);
}

void stage_moment(struct stage *stage, enum moment moment)
{
	for (size_t i = 0; i < stage->n_mishaps; i++) {
		const struct mishap *mishap = &stage->mishaps[i];

		if (kind_rows[mishap->kind].moments[moment])
			kind_rows[mishap->kind].moments[moment](stage, mishap);
	}
}
