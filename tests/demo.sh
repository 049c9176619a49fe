#!/bin/sh
# What ./autogen.sh run shows: a deployment on one of three instances, as CodeDeploy's hooks play it, against the
# program's own simulated AWS, in which a minute passes in a second. It ends well only where everything is as it was.
#
# usage: demo.sh TIDEGATE MACHINE
set -eu
tidegate=$1
machine=$2
# shellcheck source=tests/simulation.sh
. "$(dirname "$0")/simulation.sh"

heading() { printf '\n--- %s\n' "$1"; }

hook() {
	LIFECYCLE_EVENT=$1 DEPLOYMENT_ID=d-EXAMPLE DEPLOYMENT_GROUP_ID=example DEPLOYMENT_GROUP_NAME=prod \
		APPLICATION_NAME=web "$tidegate" "$machine"
}

begin_simulation "$tidegate" --scenario group-of-three --speed 60

heading "tidegate plan: three instances, a minimum of three, and AZRebalance suspended by an operator"
"$tidegate" plan "$machine" | tee "$work/before"
heading "CodeDeploy at BeforeInstall: the instance leaves"
hook BeforeInstall
heading "tidegate status: out of traffic, and what has to be given back"
"$tidegate" status
heading "the new version is installed here"
heading "CodeDeploy at ApplicationStart: the instance comes back"
hook ApplicationStart
heading "tidegate log: what was asked of AWS, and what came of it"
"$tidegate" log
# The plan says what it would change from what it finds: where anything were left, it would be another one.
heading "tidegate plan once more: the same as before?"
"$tidegate" plan "$machine" >"$work/after"
for plan in before after; do
	grep -v 'begun now' "$work/$plan" >"$work/$plan.lasting"
done
if ! diff "$work/before.lasting" "$work/after.lasting"; then
	echo 'NOT AS IT WAS.'
	exit 1
fi
echo 'It is: everything is as it was.'
