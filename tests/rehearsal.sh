#!/bin/sh
# Every shipped machine through a rehearsal on all the built-in scenarios: everything that can go wrong once, and where
# pairs are asked for a share of them that the seed chooses. The last line counts machines, the one before runs.
#
#	tests/rehearsal.sh TIDEGATE MACHINE...
#
#	REHEARSAL_RUNS=N    about so many pairs of each machine; `all`: every one, which takes hours
#	REHEARSAL_SEED=N    which ones
#	REHEARSAL_FAULTS=2  pairs, too
#	REHEARSAL_SCENARIO=NAME  in this one alone
#	REHEARSAL_JOBS=N    processes; as many as there are processors
set -eu
tidegate=$1
shift
share=${REHEARSAL_RUNS:-6000}
passed=0 failed=0 runs=0

if [ "$share" = all ]; then share=--all; else share=--runs=$share; fi
said=$(mktemp)
trap 'rm -f "$said"' EXIT
for machine; do
	echo "$machine"
	if "$tidegate" rehearse "$machine" "--faults=${REHEARSAL_FAULTS:-1}" "--seed=${REHEARSAL_SEED:-1}" "$share" \
		${REHEARSAL_JOBS:+"--jobs=$REHEARSAL_JOBS"} \
		${REHEARSAL_SCENARIO:+"--scenario=$REHEARSAL_SCENARIO"} >"$said"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
	cat "$said"
	runs=$((runs + $(sed -n 's/^\([0-9]*\) runs in .*/\1/p' "$said")))
done
echo "$runs runs"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
