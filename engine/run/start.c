/* A leg meets the run that is there: decides by it under the subject's lock, waits where another has it, and begins,
 * goes on with, looks or takes over. What the leg then does is in leg.c. */
#include "config.h"

#include "run/start.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/memory.h"
#include "run/internal.h"

enum { BUSY_POLL_MS = 1000 /* how often a subject that another has is looked at again */ };

enum start_decision start_decide(const struct history *open, const char *group, bool leg_opens)
{
	const json_t *hook;
	const char *theirs;

	if (!open)
		return leg_opens ? START_NEW : START_LOOK;
	/* It belongs to whoever comes. */
	if (history_is_only_begun(open))
		return leg_opens ? START_AGAIN : START_LOOK;
	/* Taken over by hand, for the deployment that comes to put it back. */
	if (strcmp(history_leg_text(open, "leg"), "adopt") == 0)
		return leg_opens ? START_AGAIN : START_GO_ON;
	hook = json_object_get(open->leg, "hook");
	theirs = json_string_value(json_object_get(hook, "deployment_group_id"));
	if (strcmp(theirs ? theirs : "", group) != 0)
		return START_WAIT;
	return leg_opens ? START_AGAIN : START_GO_ON;
}

int start_find_open(struct storage *storage, const char *subject, char id[JOURNAL_RUN_BYTES], struct history *history,
		    struct error *err)
{
	struct found_run found;
	int result = run_find_open(&(struct wanted_run){ .storage = storage, .subject = subject }, &found, err);

	if (result != 1)
		return result;
	snprintf(id, JOURNAL_RUN_BYTES, "%s", journal_run(found.journal));
	*history = found.history;
	found.history = (struct history){ 0 };
	found_run_release(&found);
	return 1;
}

/* The same, and who starts hears, at the first attempt, what is ignored. */
static int find_open(const struct run_environment *environment, const struct start *start, bool first,
		     struct found_run *found, struct error *err)
{
	const struct wanted_run wanted = {
		.storage = environment->storage,
		.subject = start->subject,
		.at_hand = environment->known ? NULL : start->machine,
		.host = first ? json_string_value(json_object_get(start->about, "host")) : NULL,
		.reporter = environment->reporter,
		.clock = environment->clock,
	};

	return run_find_open(&wanted, found, err);
}

/* The lock's file name: the subject where that is a plain name, else its hash. */
static void lock_name(const char *subject, char *name, size_t size)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	unsigned char digest[DIGEST_BYTES];
	char hex[DIGEST_HEX_BYTES];

	if (strspn(subject, plain) == strlen(subject) && strlen(subject) < 64) {
		snprintf(name, size, "%s.lock", subject);
		return;
	}
	digest_sha256(subject, strlen(subject), "", 0, digest);
	digest_hex(digest, hex);
	snprintf(name, size, "%s.lock", hex);
}

static int take_lock(const struct run_environment *environment, const char *subject, struct storage_lock **lock,
		     struct error *err)
{
	char name[128];

	lock_name(subject, name, sizeof(name));
	return environment->storage->lock(environment->storage, name, lock, err);
}

bool start_is_driven(struct storage *storage, const char *subject)
{
	char name[128];

	lock_name(subject, name, sizeof(name));
	return storage->is_locked && storage->is_locked(storage, name);
}

static void refuse(struct leg_result *result, enum exit_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void refuse(struct leg_result *result, enum exit_status status, const char *format, ...)
{
	va_list arguments;

	*result = (struct leg_result){ .status = status, .failure = FAILURE_REFUSED };
	va_start(arguments, format);
	vsnprintf(result->message, sizeof(result->message), format, arguments);
	va_end(arguments);
}

static void refuse_error(struct leg_result *result, const struct error *err)
{
	static const struct {
		enum error_kind kind;
		enum exit_status status;
	} rows[] = {
		{ ERROR_DAMAGE, EXIT_LEFT },
		{ ERROR_BUSY, EXIT_SUBJECT_BUSY },
		{ ERROR_USAGE, EXIT_USAGE },
		{ ERROR_MACHINE, EXIT_USAGE },
	};

	refuse(result, EXIT_FAILED, "%s", err->message);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (rows[i].kind == err->kind)
			result->status = rows[i].status;
}

static void refuse_held(struct leg_result *result, const struct error *err, bool held)
{
	refuse_error(result, err);
	if (held)
		result->status = exit_held(result->status);
}

/* Or may hold: what cannot be read is not known. */
static bool is_held(const struct run_environment *environment, const char *subject)
{
	struct history history = { 0 };
	char id[JOURNAL_RUN_BYTES];
	int found = start_find_open(environment->storage, subject, id, &history, NULL);
	bool held = found < 0 || history.ledger.count > 0;

	history_release(&history);
	return held;
}

static json_t *first_about(const struct start *start)
{
	json_t *about = json_copy(start->about);

	json_object_set_new(about, "subject", json_string(start->subject));
	return about;
}

static void begin_new(const struct run_environment *environment, const struct start *start, struct leg_result *result)
{
	struct error err = ERROR_INIT;
	struct leg leg = start->leg;
	struct run *run;

	runs_prune(environment->storage);
	run = run_new(environment, RUN_REAL, start->machine, json_incref(start->input), first_about(start), &err);
	if (!run) {
		refuse_error(result, &err);
		return;
	}
	leg.begins = true;
	run_leg(run, &leg, result);
	run_free(run);
}

/* Walks the opening part without changing anything: whether what takes the subject out of traffic is done already. */
static bool look(const struct run_environment *environment, const struct start *start, struct leg_result *result)
{
	struct error err = ERROR_INIT;
	struct leg leg = {
		.name = start->leg.name, .hook = start->leg.hook, .begins = true, .at_most_ms = start->leg.at_most_ms
	};
	struct run *run = run_new(environment, RUN_PLAN, start->machine, json_incref(start->input), first_about(start),
				  &err);
	bool out;

	if (!run) {
		refuse_error(result, &err);
		return false;
	}
	run_leg(run, &leg, result);
	out = run_found_out(run);
	run_free(run);
	return out;
}

/* The walk's own end is a pause that nobody has come to. */
static void say_in_service(struct leg_result *result, const char *subject, const char *rest)
{
	if (result->status != EXIT_REACHED || result->message[0])
		return;
	result->state[0] = '\0';
	snprintf(result->message, sizeof(result->message), "%s is in service%s", subject, rest);
}

/* That the machine would not take the subject out now is no fault of a leg that only puts back. */
static void say_not_to_be_left(struct leg_result *result, const char *subject)
{
	char *reason = memory_copy_text(result->message);

	*result = (struct leg_result){ .status = EXIT_REACHED };
	snprintf(result->message, sizeof(result->message),
		 "no run is open: nothing to put back; %s could not be taken out either: %s", subject, reason);
	free(reason);
}

static void look_only(const struct run_environment *environment, const struct start *start, struct leg_result *result)
{
	bool out = look(environment, start, result);
	bool refused = result->status == EXIT_FAILED && result->failure == FAILURE_REFUSED;

	if (out && (refused || result->status == EXIT_REACHED)) {
		refuse(result, EXIT_LEFT, "%s is out of service, and no run here knows who took it out",
		       start->subject);
		result->nobodys = true;
	} else if (refused)
		say_not_to_be_left(result, start->subject);
	else
		say_in_service(result, start->subject, " and no run is open: nothing to put back");
}

/* Where a leg ends is said by the definition that drives it: by what that says of the event; where it says nothing, the
 * file's own words, or, if those are not its states, its end. */
static const struct state_list *goal_by_definition(const struct run *run, const struct leg *leg)
{
	const struct hook *hook = machine_hook(run_machine(run), leg->name);

	if (!leg->goal || hook)
		return hook ? &hook->until : NULL;
	for (size_t i = 0; i < leg->goal->count; i++)
		if (machine_state(run_machine(run), leg->goal->rows[i].name))
			return leg->goal;
	return NULL;
}

static void go_on(const struct run_environment *environment, const struct start *start, struct found_run *found,
		  bool again, struct leg_result *result)
{
	struct error err = ERROR_INIT;
	struct run *run = run_go_on(environment, found, start->machine, &err);
	struct leg leg = start->leg;

	if (!run || (again && run_redefine(run, start->machine, start->input, json_object_get(start->about, "env"),
					   &err) != 0)) {
		refuse_held(result, &err, is_held(environment, start->subject));
		run_free(run);
		return;
	}
	leg.begins = again;
	leg.leaves_paused = !again;
	leg.passes_pauses = !again;
	leg.goal = goal_by_definition(run, &leg);
	run_leg(run, &leg, result);
	run_free(run);
}

/* What was only begun is done anew, by what is there now. 0 it is out of the way, or -1. */
static int let_go_of(const struct run_environment *environment, const struct start *start, struct found_run *found,
		     struct error *err)
{
	struct run *run = run_go_on(environment, found, start->machine, err);

	if (run)
		run_abandon(run);
	run_free(run);
	return run ? 0 : -1;
}

enum attempt { ATTEMPT_DONE, ATTEMPT_BUSY };

/* Under the lock. */
static enum attempt decide_and_drive(const struct run_environment *environment, const struct start *start, bool first,
				     struct leg_result *result)
{
	struct error err = ERROR_INIT;
	struct found_run open = { 0 };
	int found = find_open(environment, start, first, &open, &err);
	enum start_decision decision = start_decide(found == 1 ? &open.history : NULL, start->group, start->opens);

	if (found < 0) {
		refuse_held(result, &err, true);
		return ATTEMPT_DONE;
	}
	if (decision == START_WAIT) {
		found_run_release(&open);
		return ATTEMPT_BUSY;
	}
	if (!start->machine && decision != START_GO_ON)
		refuse(result, EXIT_USAGE, "the machine is faulty, and no run is open that could go on without it");
	else if (decision == START_NEW)
		begin_new(environment, start, result);
	else if (decision == START_LOOK && found == 1 && let_go_of(environment, start, &open, &err) != 0)
		refuse_held(result, &err, true);
	else if (decision == START_LOOK)
		look_only(environment, start, result);
	else
		go_on(environment, start, &open, decision == START_AGAIN, result);
	found_run_release(&open);
	return ATTEMPT_DONE;
}

static enum attempt attempt(const struct run_environment *environment, const struct start *start, bool first,
			    struct leg_result *result)
{
	struct error err = ERROR_INIT;
	struct storage_lock *lock = NULL;
	enum attempt made;

	if (take_lock(environment, start->subject, &lock, &err) != 0) {
		if (err.kind == ERROR_BUSY)
			return ATTEMPT_BUSY;
		refuse_held(result, &err, is_held(environment, start->subject));
		return ATTEMPT_DONE;
	}
	made = decide_and_drive(environment, start, first, result);
	environment->storage->unlock(environment->storage, lock);
	return made;
}

static int wait_until(const struct run_environment *environment, int64_t until_ms)
{
	struct clock *clock = environment->clock;

	while (clock->monotonic_ms(clock) < until_ms && !run_is_signalled(environment))
		if (environment->executor->poll(environment->executor, until_ms, NULL) != 0)
			return -1;
	return 0;
}

/* When it is looked again at what another one has; shortly before `end_ms` it is too late to begin anything. */
static int64_t next_attempt_ms(const struct run_environment *environment, int64_t now_ms, int64_t end_ms)
{
	struct executor *executor = environment->executor;
	const struct looks looks = {
		.seen_ms = now_ms,
		.next_ms = now_ms + BUSY_POLL_MS < end_ms ? now_ms + BUSY_POLL_MS : end_ms,
		.due_ms = end_ms - LEG_RESERVE_MS,
		.at_disk = true,
	};

	return executor->next_look_ms ? executor->next_look_ms(executor, &looks) : looks.next_ms;
}

static void note_wait(struct reporter *reporter, const char *subject)
{
	char *sentence = memory_format("another run or process has %s: waiting for it", subject);

	reporter->note(reporter, sentence);
	free(sentence);
}

void start_leg(const struct run_environment *environment, const struct start *start, struct leg_result *result)
{
	struct clock *clock = environment->clock;
	int64_t begun_ms = clock->monotonic_ms(clock), now_ms = begun_ms, end_ms;
	struct start left = *start;

	/* By hand nobody waits for a neighbour's deployment, not even where a hook's script is the hand. */
	end_ms = begun_ms;
	if (start->group[0] && start->leg.at_most_ms)
		end_ms += start->leg.at_most_ms - LEG_RESERVE_MS;
	while (now_ms > end_ms || attempt(environment, &left, now_ms == begun_ms, result) == ATTEMPT_BUSY) {
		now_ms = clock->monotonic_ms(clock);
		if (run_is_signalled(environment)) {
			refuse(result, EXIT_INTERRUPTED, "stopped by a signal while another run or process had %s",
			       start->subject);
			return;
		}
		if (now_ms >= end_ms) {
			refuse(result, EXIT_SUBJECT_BUSY, "another run or process has %s", start->subject);
			return;
		}
		if (now_ms == begun_ms)
			note_wait(environment->reporter, start->subject);
		if (wait_until(environment, next_attempt_ms(environment, now_ms, end_ms)) != 0)
			end_ms = now_ms;
		left.leg.at_most_ms = start->leg.at_most_ms - (clock->monotonic_ms(clock) - begun_ms);
		/* Too late to begin anything: that would only leave an open run behind. */
		if (left.leg.at_most_ms <= 2 * LEG_RESERVE_MS)
			end_ms = now_ms;
	}
}

static void adopt(const struct run_environment *environment, const struct start *start, struct leg_result *result)
{
	struct error err = ERROR_INIT;
	struct leg leg = { .name = "adopt", .hook = start->leg.hook, .begins = true };
	struct run *run = run_new(environment, RUN_ADOPT, start->machine, json_incref(start->input),
				  first_about(start), &err);

	if (!run) {
		refuse_error(result, &err);
		return;
	}
	run_leg(run, &leg, result);
	if (result->status == EXIT_REACHED && !run_found_out(run))
		refuse(result, EXIT_FAILED, "%s came back meanwhile: there is nothing to adopt", start->subject);
	if (result->status != EXIT_REACHED)
		run_abandon(run);
	run_free(run);
}

/* In service is no failure: who asks before each deployment need not know whether there is something to take over. */
static void look_and_adopt(const struct run_environment *environment, const struct start *start,
			   struct leg_result *result)
{
	if (look(environment, start, result))
		adopt(environment, start, result);
	else
		say_in_service(result, start->subject, ": there is nothing to adopt");
}

void start_adopt(const struct run_environment *environment, const struct start *start, struct leg_result *result)
{
	struct error err = ERROR_INIT;
	struct storage_lock *lock = NULL;
	struct found_run open = { 0 };
	int found;

	if (take_lock(environment, start->subject, &lock, &err) != 0) {
		refuse_error(result, &err);
		return;
	}
	found = find_open(environment, start, false, &open, &err);
	if (found == 1 && history_is_only_begun(&open.history))
		found = let_go_of(environment, start, &open, &err);
	found_run_release(&open);
	if (found == 0)
		look_and_adopt(environment, start, result);
	else if (found < 0)
		refuse_error(result, &err);
	else
		refuse(result, EXIT_SUBJECT_BUSY, "a run is open for %s already", start->subject);
	environment->storage->unlock(environment->storage, lock);
}

int start_locked(const struct run_environment *environment, const char *id, struct locked_run *locked,
		 struct error *err)
{
	struct history history = { 0 };

	*locked = (struct locked_run){ 0 };
	if (run_look(environment->storage, id, &history, err) != 0)
		return -1;
	if (take_lock(environment, history_text(&history, "subject"), &locked->lock, err) == 0)
		locked->run = run_open(environment, id, err);
	else if (err && err->kind == ERROR_BUSY)
		error_set(err, ERROR_BUSY, NOWHERE,
			  "another process drives a run of %s now: 'tidegate log %s --follow' shows what it does",
			  history_text(&history, "subject"), id);
	history_release(&history);
	if (locked->run)
		return 0;
	start_unlock(environment, locked);
	return -1;
}

void start_unlock(const struct run_environment *environment, struct locked_run *locked)
{
	run_free(locked->run);
	if (locked->lock)
		environment->storage->unlock(environment->storage, locked->lock);
	*locked = (struct locked_run){ 0 };
}
