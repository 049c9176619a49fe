#!/bin/sh
# From the scripts to tidegate by the command line, against a simulated AWS in which a minute passes in a second: their
# calls take the instance out, adopt.sh of machines/coming-from-the-scripts.md takes that over, and the return leaves the
# group as it was before them.
set -u
source=${TIDEGATE_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
build=$(cd "${TIDEGATE_BUILD_DIR:-.}" && pwd)
failed=0
# shellcheck source=tests/simulation.sh
. "$source/tests/simulation.sh"
cd "$work" || exit 1

fail() {
	echo "$*"
	failed=1
}

cat >world.yaml <<'END'
scenario: coming-from-the-scripts
self: i-0a1b2c3d4e5f60718
target_groups: {web-http: {port: 8080, drain: 10s, interval: 5s, healthy_after: 1}}
groups:
  web-prod:
    minimum: 3
    desired: 3
    maximum: 6
    suspended: [AlarmNotification]
    target_groups: [web-http]
    instances:
      i-0a1b2c3d4e5f60718: {zone: eu-west-1a}
      i-0b1c2d3e4f5061728: {zone: eu-west-1b}
      i-0c1d2e3f405162738: {zone: eu-west-1c}
END

# What deregister_from_elb.sh sends with HANDLE_PROCS=true; a run of its own elsewhere, so that nobody here knows of it.
cat >theirs.yaml <<'END'
tidegate: 1
machine: theirs
subject: i-0a1b2c3d4e5f60718
start_at: SUSPEND
states:
  SUSPEND:
    action: call
    with:
      operation: "autoscaling:SuspendProcesses"
      input:
        AutoScalingGroupName: web-prod
        ScalingProcesses: [AZRebalance, AlarmNotification, ScheduledActions, ReplaceUnhealthy]
    next: LOWER
  LOWER:
    action: call
    with: {operation: "autoscaling:UpdateAutoScalingGroup", input: {AutoScalingGroupName: web-prod, MinSize: 2}}
    next: LEAVE
  LEAVE:
    action: call
    with:
      operation: "autoscaling:EnterStandby"
      input:
        AutoScalingGroupName: web-prod
        InstanceIds: [i-0a1b2c3d4e5f60718]
        ShouldDecrementDesiredCapacity: true
    next: WAIT
  WAIT: {wait: 1s, next: OUT}
  OUT: {end: succeeded}
END

begin_simulation "$build/tidegate" --scenario world.yaml --speed 60
export PATH="$build:$PATH" DEPLOYMENT_ID=d-1 DEPLOYMENT_GROUP_ID=dg-1 DEPLOYMENT_GROUP_NAME=prod APPLICATION_NAME=web

mkdir -p bundle/machines bundle/scripts
cp "$source/machines/asg-standby.yaml" bundle/machines
machine=bundle/machines/asg-standby.yaml
flags=flags-$DEPLOYMENT_GROUP_ID-$DEPLOYMENT_ID
awk '/^```sh$/ { here = 1; next } /^```$/ { here = 0 } here' "$source/machines/coming-from-the-scripts.md" |
	sed "s|/tmp/asg_codedeploy_flags|$work/flags|" >bundle/scripts/adopt.sh

# step STATUS NAME COMMAND...
step() {
	status=$1 name=$2
	shift 2
	"$@" >said 2>&1 </dev/null
	got=$?
	[ "$got" = "$status" ] && return
	fail "$name: exit $got, not $status"
	cat said
}
# shellcheck disable=SC2317 # step's
hook() { LIFECYCLE_EVENT=$1 tidegate "$machine"; }
# The group, the instance and its targets, as a plan sees them.
look() { tidegate plan "$machine" | sed -n '/^Now/,/^[A-Z]/p' | grep -v '^Leave'; }
out() {
	step 0 'the scripts leave' env TIDEGATE_STATE_DIR="$work/theirs" tidegate run --yes theirs.yaml
	printf 'AlarmNotification=true\nasgmindecremented=true\n' >"$flags"
	chmod 644 "$flags"
}

look >before
grep -q 'min 3, desired 3' before || fail "not the world that was meant: $(cat before)"

out
step 3 'who took it out is not known' hook ApplicationStart
grep -q 'tidegate adopt' said || fail "the way on is not said: $(cat said)"
step 0 'what the scripts did is taken over' sh bundle/scripts/adopt.sh
tidegate status >said
for kept in 'resume AZRebalance, ScheduledActions, ReplaceUnhealthy' 'group minimum 2 -> 3' 'Standby -> InService'; do
	tr -s '\n ' ' ' <said | grep -q "$kept" || fail "status does not say '$kept': $(cat said)"
done
step 0 'a run has it already' sh bundle/scripts/adopt.sh
step 0 'BeforeInstall finds it out' hook BeforeInstall
step 0 'ApplicationStart brings it back' hook ApplicationStart
look >after
cmp -s before after || { fail 'not as before'; diff before after; }

DEPLOYMENT_ID=d-2
step 0 'in service there is nothing to take over' sh bundle/scripts/adopt.sh
grep -q 'there is nothing to adopt' said || fail "nothing is said: $(cat said)"
tr -s '\n ' ' ' <said | grep -q 'they had nothing to write down' || fail "a file that is missing is not mentioned: $(cat said)"
step 0 'tidegate leaves alone' hook BeforeInstall
step 0 'and comes back' hook ApplicationStart
look >after
cmp -s before after || { fail 'not as before'; diff before after; }

# Their variables as inputs of a file that uses the machine: each says where it came from.
cat >web.yaml <<'END'
#!/usr/bin/env tidegate
tidegate: 1
machine: web
use: asg-standby@1
with: {group: web-prod}
environments:
  "*-test": {processes: []}
END
tidegate plan web.yaml --hook BeforeInstall --deployment-group web-test >said 2>&1 || fail "no plan: $(cat said)"
for input in 'instance i-0a1b2c3d4e5f60718 (default)' 'group web-prod (with)' "processes none (environments '*-test')"; do
	tr -s ' ' <said | grep -Fqx " $input" || fail "the plan does not say '$input': $(cat said)"
done
step 2 'an event that hooks lack is refused' tidegate plan web.yaml --hook AfterInstall
[ "$(cat said)" = "tidegate: 'hooks' of web lack the event 'AfterInstall'" ] || fail "$(cat said)"

# Whose states a run goes by stands in its journal, whatever becomes of the file; and who goes on is told beforehand.
chmod +x web.yaml
theirs=$machine machine=./web.yaml
step 0 'a file that uses a machine leaves' hook BeforeInstall
tr -s '\n ' ' ' <said | grep -q 'web [0-9a-f]\{8\} for i-0a1b2c3d4e5f60718, by asg-standby@1' || fail "$(cat said)"
step 0 'its status' tidegate status
grep -q '^ *uses *asg-standby@1$' said || fail "status does not say it: $(cat said)"
step 0 'its picture' tidegate graph "$(sed -n 's/^\(r-[0-9a-f]*\) .*/\1/p' said)"
grep -q 'OUT_OF_SERVICE, by asg-standby@1' said || fail "the picture does not say it: $(head -3 said)"
step 0 'and returns' hook ApplicationStart
machine=$theirs
printf 'hooks: {ApplicationStop: {then: go_on_later, at_most: 2m}}\n' >>web.yaml
tidegate plan web.yaml >said 2>&1 || fail "no plan: $(cat said)"
tr -s '\n ' ' ' <said | grep -q 'ApplicationStop ends after 2m, this leg may wait for [0-9a-z]*: then BeforeInstall goes on' ||
	fail "the plan does not say who goes on: $(cat said)"

out
ln -s "$work/$flags" link
step 2 'a link is refused' tidegate adopt --yes --flag-file link "$machine"
grep -q "'link' is a link" said || fail "$(cat said)"
step 0 'no run is open after that' tidegate status --exit-code
exit $failed
