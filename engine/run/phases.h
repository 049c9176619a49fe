/* What the phases of an action share. The table of them is in activity.c; each phase says by its return whether to go
 * on with the phase that it chose, or to wait. */
#ifndef TIDEGATE_RUN_PHASES_H
#define TIDEGATE_RUN_PHASES_H

#include "run/internal.h"

enum step { STEP_ON, STEP_WAIT };

/* activity.c */
enum step activity_go_to(struct activity *activity, enum phase phase);
enum step activity_wait(struct activity *activity);
enum step activity_end_failed(struct activity *activity);
enum step activity_expression_failed(struct activity *activity, const struct error *err);
struct ledger_entry *activity_entry(const struct activity *activity);

/* activity_poll.c: `observed` says whether what is needed is there; else *step says how to go on */
bool activity_observed(struct activity *activity, enum action_need need, enum step *step);
void activity_poll_begin(struct activity *activity);
int64_t activity_poll_delay_ms(struct activity *activity);
int activity_poll_deadline(struct activity *activity);
enum step activity_poll_again(struct activity *activity, enum phase phase);
enum step activity_poll_on(struct activity *activity, enum phase phase);
enum step activity_poll_failed(struct activity *activity);
void activity_tell_waiting(struct activity *activity, const json_t *shown, int64_t left_ms, bool over);
void activity_tell_progress(struct activity *activity, int64_t left_ms, bool over);

/* activity_decide.c */
int activity_condition_holds(struct activity *activity, const struct record_list *conditions,
			     const struct action_condition **which, struct error *err);
enum step activity_fail_settling(struct activity *activity, const struct action_condition *failed,
				 const struct error *err);
enum step activity_end_restored(struct activity *activity, const char *how);
enum step activity_end_gone(struct activity *activity);

/* activity_change.c */
int activity_record_outcome(struct activity *activity, json_int_t intent, const char *result);
void activity_take_answer(struct activity *activity);

/* the phases, in order */
enum step phase_doubt(struct activity *activity);
enum step phase_drift(struct activity *activity);
enum step phase_refuse(struct activity *activity);
enum step phase_decide(struct activity *activity);
enum step phase_ready(struct activity *activity);
enum step phase_intent(struct activity *activity);
enum step phase_intent_sync(struct activity *activity);
enum step phase_request(struct activity *activity);
enum step phase_answer(struct activity *activity);
enum step phase_outcome_write(struct activity *activity);
enum step phase_settle(struct activity *activity);
enum step phase_give(struct activity *activity);
enum step phase_done(struct activity *activity);

#endif
