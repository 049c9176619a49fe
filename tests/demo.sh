#!/bin/sh
# What ./autogen.sh run shows: a deployment on one of three instances, as CodeDeploy's hooks play it, against the
# program's own simulated AWS, in which a minute passes in a second. It ends well only where everything is as it was.
#
# usage: demo.sh TIDEGATE MACHINE
set -eu
tidegate=$1
machine=$2
work=$(mktemp -d)
server=

clean_up() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || true
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

heading() { printf '\n--- %s\n' "$1"; }

start_simulation() {
	"$tidegate" simulate --scenario group-of-three --speed 60 >"$work/exports" &
	server=$!
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		grep -q listens "$work/exports" && break
		kill -0 "$server" 2>/dev/null || { echo "demo.sh: the simulated AWS has ended" >&2; exit 1; }
		sleep 0.1
	done
	# It tells what a shell has to export for a client to find it.
	# shellcheck disable=SC1091
	. "$work/exports"
}

hook() {
	LIFECYCLE_EVENT=$1 DEPLOYMENT_ID=d-EXAMPLE DEPLOYMENT_GROUP_ID=example DEPLOYMENT_GROUP_NAME=prod \
		APPLICATION_NAME=web "$tidegate" "$machine"
}

unset AWS_PROFILE AWS_SESSION_TOKEN AWS_DEFAULT_REGION
export HOME="$work" TIDEGATE_STATE_DIR="$work/state"
start_simulation

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
