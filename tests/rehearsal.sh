#!/bin/sh
# Every shipped machine through a rehearsal on all the built-in scenarios: everything that can go wrong once, a share of
# all pairs of that and sequences of up to four, both chosen by the seed; then everything that can go wrong once over the
# wire, and, world by world, every pair, of which each is played that goes on as no other does. The last line counts
# rehearsals, the one before runs.
#
#	tests/rehearsal.sh TIDEGATE MACHINE...
#
#	REHEARSAL_RUNS=N    about so many pairs, and so many sequences, of each machine
#	REHEARSAL_SEED=N    which ones
#	REHEARSAL_FAULTS=1  no pairs; 2: no sequences; 3 and more: sequences of so many
#	REHEARSAL_SCENARIO=NAME  in this one alone
#	REHEARSAL_WHOLE=    the scenarios of which every pair is played; empty: none; not set: all
#	REHEARSAL_SECONDS=N after so long no other of the longer scenarios is begun, and what is left out is said
#	REHEARSAL_WIRE=     the scenarios that are played over the wire as well; empty: none
#	REHEARSAL_JOBS=N    processes; as many as there are processors
set -eu
tidegate=$1
shift
faults=${REHEARSAL_FAULTS:-4}
share=${REHEARSAL_RUNS:-2000}
short='group-of-three neighbours no-balancer launch-suspended already-standby'
short="$short classic-pair terminating warm-pool in-none"
whole=${REHEARSAL_WHOLE-$short}
long=
wire=${REHEARSAL_WIRE-group-of-three}
deadline=$(($(date +%s) + ${REHEARSAL_SECONDS:-1000000}))
passed=0 failed=0 runs=0 pairs=0 played=0 unproven=0

if [ "${REHEARSAL_WHOLE-unset}" = unset ]; then
	for file in "$(dirname "$1")"/scenarios/*.yaml; do
		name=$(basename "$file" .yaml)
		case " $whole " in *" $name "*) ;; *) long="$long $name" ;; esac
	done
fi
if [ "$faults" = 1 ] || [ "${REHEARSAL_SCENARIO-}" ]; then whole='' long='' wire=''; fi
said=$(mktemp)
trap 'rm -f "$said"' EXIT

# The number that stands where N does in this line; 0 where there is none.
number() {
	sed -n "s/^ *$(echo "$1" | sed 's/N/\\([0-9]*\\)/').*/\\1/p" "$said" | grep . || echo 0
}

rehearse() {
	echo "$*"
	if "$tidegate" rehearse "$@" "--seed=${REHEARSAL_SEED:-1}" ${REHEARSAL_JOBS:+"--jobs=$REHEARSAL_JOBS"} >"$said"
	then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
	cat "$said"
	runs=$((runs + $(number 'N runs in ')))
	pairs=$((pairs + $(number 'pairs of these *N runs')))
	played=$((played + $(number 'N pairs were played')))
	unproven=$((unproven + $(number 'N not proven')))
}

for machine; do
	rehearse "$machine" "--faults=$faults" "--runs=$share" ${REHEARSAL_SCENARIO:+"--scenario=$REHEARSAL_SCENARIO"}
	for scenario in $wire; do
		rehearse "$machine" --faults=1 --wire "--scenario=$scenario"
	done
	for scenario in $whole; do
		rehearse "$machine" --faults=2 --all "--scenario=$scenario"
	done
done
for scenario in $long; do
	for machine; do
		if [ "$(date +%s)" -lt "$deadline" ]; then
			rehearse "$machine" --faults=2 --all "--scenario=$scenario"
		else
			echo "left out after $REHEARSAL_SECONDS s: all pairs of $(basename "$machine") in $scenario"
		fi
	done
done
echo "$pairs pairs, $played of those of whole worlds played; $unproven not proven, for another wrote in the same moment"
echo "$runs runs"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
