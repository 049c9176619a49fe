#!/bin/sh
# Faults put into the engine's own code, one at a time: each must be reported by a rehearsal of the shipped machine, by
# the invariant that it is about. A mutant is one file with one line changed, compiled by itself and linked before the
# libraries, so that it stands in for the file it was made of.
#
#	COMPILE='cc -I...' LINK=cc LIBRARIES='libtidegate.a -l...' tests/mutants/mutants.sh TOP HUNT-OBJECT...
#
#	MUTANTS=WORDS   only those whose names contain them
set -eu
top=$1
shift
objects=$*
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TIDEGATE_SOURCE_DIR="$top"
passed=0 failed=0

# The words of COMPILE, LINK and LIBRARIES are many.
# shellcheck disable=SC2086
make_mutant() {
	sed "$2" "$top/$1" >"$work/mutant.c"
	if cmp -s "$top/$1" "$work/mutant.c"; then
		echo "the fault is nowhere in $1"
		return 1
	fi
	$COMPILE -w -c -o "$work/mutant.o" "$work/mutant.c" &&
		$LINK -o "$work/hunt" "$work/mutant.o" $objects $LIBRARIES
}

# What is wrong; the invariant that must be reported, in which scenario, from which kind of runs on; where, and how.
mutant() {
	case $1 in *"${MUTANTS-}"*) ;; *) return 0 ;; esac
	if make_mutant "$5" "$6" >"$work/said" 2>&1 && "$work/hunt" "$3" "$4" "$2" >"$work/said" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'NOT CAUGHT by %s: ' "$2"
	fi
	printf '%-52s %s\n' "$1" "$(cat "$work/said")"
}

mutant 'a request is sent before its intent is synced' J2 no-balancer crash engine/run/activity_change.c \
	'/^enum step phase_intent_sync/,/^}/ s/if (run_sync(activity->run) != 0)/if (0)/'
mutant 'a leg is said to have ended before that is synced' L1 group-of-three fault engine/run/leg.c \
	'/^static void end_leg/,/^}/ s/run_sync(run) == 0)/run_write(run) == 0)/'
mutant 'what is over is believed before it is on the disk' W4 group-of-three disk engine/run/find.c \
	's/return clock \&\& (journal_go_on/return 0 \&\& (journal_go_on/'
mutant 'resume does not look' W2 no-balancer crash engine/run/activity_doubt.c \
	's/took = doubt_took(activity, doubt);/took = 1;/'
mutant 'resume takes every doubt for done' J3 no-balancer crash engine/run/activity_doubt.c \
	's/took = doubt_took(activity, doubt);/took = 2;/'
mutant 'the opposite is sent without waiting' W2 no-balancer late engine/run/activity_doubt.c \
	's/if (left_ms <= 0) {/if (1) {/'
mutant 'a run is closed with entries in its ledger' W2 no-balancer fault engine/run/history.c \
	'/^bool history_is_open/,/^}/ s/return .*/return json_integer_value(json_object_get(history->leg_end, "exit")) != 3;/'
mutant 'the next deployment forgets the ledger' W2 no-balancer crash engine/run/history.c \
	'/Begun again: what was given/ s/^/	ledger_release(\&history->ledger);/'
mutant 'what was done is not entered' W2 no-balancer calm engine/run/ledger.c \
	's/if (observed || strcmp(result, "done") == 0)/if (0)/'
mutant 'what was refused is entered' drift no-balancer fault engine/run/ledger.c \
	's/if (observed || strcmp(result, "done") == 0)/if (1)/'
mutant 'drift is not asked about' W10 no-balancer act engine/run/activity_decide.c \
	'/NEED_DRIFT/,/drifted/ s/if (holds == 0)/if (1)/'
mutant 'restoring ends at the first that fails' W2 no-balancer fault engine/run/restore.c \
	's/if (result < 0)/if (result != 0)/'
mutant 'an answer that is lost is a failure' 'exit 1' no-balancer fault engine/run/activity_change.c \
	's/if (activity->answer.failure != FAILURE_NONE \&\& activity->answer.in_doubt)/if (0)/'
mutant 'nothing is waited for' W9 group-of-three calm engine/run/activity_settle.c \
	's/return holds ? settled(activity) : activity_poll_on(activity, PHASE_SETTLE);/return settled(activity);/'
mutant 'the timer finds nothing to do' home no-balancer abandoned engine/cli/homeward.c \
	's/if (!history_is_open(history))/if (1)/'
mutant 'a reading is never too old' 'exit 1' no-balancer act engine/run/readings.c \
	's/question->reading.asked_ms >= since_ms/1/'
mutant 'an undo gets the input of what it undoes' L1 no-balancer calm engine/run/restore.c \
	's/json_object_get(undo, "with"), json_null()/json_object_get(intent, "input"), json_null()/'
mutant 'a disk that failed is believed the next time' J7 no-balancer disk engine/run/journal.c \
	'/^int journal_sync/,/^}/ s/return journal_poison(journal, &reason, err);/return 0;/'
mutant 'what cannot be read is not there' J6 no-balancer damage engine/run/start.c \
	'/^static enum attempt decide_and_drive/,/^}/ s/if (found < 0)/if (0)/'
mutant 'damage is cut as if it were torn' J6 no-balancer damage engine/run/journal_read.c \
	's/if (rest.length \&\& !is_torn(journal, &rest))/if (0)/'
mutant 'the hash of a line is nobody'"'"'s business' J6 no-balancer damage engine/run/journal_read.c \
	'/^static const char \*record_fault/,/^}/ s/if (!line_is_hashed(\(.*\)))$/if (!line_is_hashed(\1) \&\& 0)/'
mutant 'a journal is read under any name' J6 no-balancer damage engine/run/journal_read.c \
	's/if (!run || strcmp(run, journal->run) != 0)/if (0)/'
mutant 'another group is not waited for' R6 no-balancer host engine/run/start.c \
	's/return START_WAIT;/return leg_opens ? START_AGAIN : START_GO_ON;/'
mutant 'a run of any subject is ours' J10 no-balancer host engine/run/find.c \
	'/^static int visit_run/,/^}/ s/strcmp(history_text(&found->history, "subject"), search->wanted->subject) == 0/true/'
mutant 'an image is nobody'"'"'s business' J10 no-balancer host engine/run/find.c \
	'/^static void tell_elsewhere/,/^}/ s/wanted->reporter->note(wanted->reporter, sentence);//'
mutant 'old journals stay' kept no-balancer host engine/run/prune.c \
	'/^void runs_prune/,/^}/ s/storage->remove(storage, name, NULL);//'
mutant 'status does what it looks at' status no-balancer helped engine/run/run.c \
	'/^struct run \*run_read/,/^}/ s/RUN_PLAN/RUN_REAL/'
mutant 'what is left of a wait is told as what is over' told no-balancer calm engine/run/activity_poll.c \
	's/activity_tell_progress(activity, deadline_ms - now_ms/activity_tell_progress(activity, now_ms - deadline_ms/'
mutant 'the client sends again what may have been done' J4 no-balancer wire-fault engine/aws/flight.c \
	's/(flight->call.operation->reads || flight->verdict.nothing_done)/1/'
mutant 'the client takes a lost answer for none' J4 no-balancer wire-fault engine/aws/verdict.c \
	'/TRANSFER_NO_ANSWER/ s/false, true/true, true/'

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
