#!/bin/sh
# A run meets another place than its own: another region in the environment, or a machine of which nobody knows whether it
# is the run's. Against a simulated AWS in which a minute passes in a second.
set -u
source=${TIDEGATE_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
build=$(cd "${TIDEGATE_BUILD_DIR:-.}" && pwd)
failed=0
# shellcheck source=tests/simulation.sh
. "$source/tests/simulation.sh"
cd "$work" || exit 1

begin_simulation "$build/tidegate" --scenario group-of-three --speed 600
unset AWS_DEFAULT_REGION
export PATH="$build:$PATH" DEPLOYMENT_ID=d-1 DEPLOYMENT_GROUP_ID=dg-1 DEPLOYMENT_GROUP_NAME=prod APPLICATION_NAME=web
cp "$source/machines/asg-standby.yaml" web.yaml
sed 's/^start_at:.*/start_at: NOWHERE/' web.yaml >faulty.yaml

# step STATUS NAME SENTENCE COMMAND...: what it says has the sentence in it, however it is folded.
step() {
	status=$1 name=$2 sentence=$3
	shift 3
	"$@" >said 2>&1 </dev/null
	got=$?
	[ "$got" = "$status" ] && tr -s ' \n' '  ' <said | grep -qF -- "$sentence" && return
	echo "$name: exit $got, expected $status and '$sentence'"
	cat said
	failed=1
}
# shellcheck disable=SC2317 # step's
hook() { LIFECYCLE_EVENT=$1 tidegate "$2"; }
# shellcheck disable=SC2317 # step's
hook_without_metadata() { AWS_EC2_METADATA_DISABLED=true hook "$@"; }
changes() { tidegate plan web.yaml | grep -c '^  ~'; }

before=$(changes)
elsewhere='made its changes in region eu-west-1, and this is us-east-1: set AWS_REGION to the former'
step 0 'the instance leaves' 'OUT_OF_SERVICE reached' hook BeforeInstall web.yaml
step 0 'a run is found where it is by the command that is shown' "--state-dir $work/state" tidegate status
step 0 'a log that nobody reads any more is not followed' 'over' sh -c 'mkfifo read; exec 3<>read 4>read 3>&-
	timeout 60 tidegate log --follow >&4 && echo over'
step 3 'a run is not restored in a region that a flag names' "$elsewhere" tidegate restore --yes --region us-east-1
step 3 'nor resumed there' "$elsewhere" tidegate resume --yes --region us-east-1
step 3 'a hook in another region puts nothing back' "$elsewhere" env AWS_REGION=us-east-1 LIFECYCLE_EVENT=ApplicationStart \
	tidegate web.yaml
step 3 'a hook that does not know its instance says that one is out' 'does not know its subject' \
	hook_without_metadata ApplicationStart web.yaml
step 3 'so does one whose file is faulty' 'the machine file is faulty' hook_without_metadata ApplicationStart faulty.yaml
step 3 'a timer leaves alone what may be the run of another host' 'is let be: it is of host i-0a1b2c3d4e5f60718' \
	env AWS_EC2_METADATA_DISABLED=true tidegate resume --all
step 0 'where it is known, a faulty file does not keep it out' 'IN_SERVICE reached' hook ApplicationStart faulty.yaml

step 0 'the instance leaves again' 'OUT_OF_SERVICE reached' hook BeforeInstall web.yaml
step 0 'nor does an input that there is not' 'IN_SERVICE reached' env TIDEGATE_INPUT_gruop=a \
	LIFECYCLE_EVENT=ApplicationStart tidegate web.yaml
step 0 'and again' 'OUT_OF_SERVICE reached' env DEPLOYMENT_ID="$(printf 'd-\377')" LIFECYCLE_EVENT=BeforeInstall \
	tidegate web.yaml
step 0 'a person restores it in its own region, whatever the environment says' 'done: restore' \
	env AWS_REGION=us-east-1 tidegate restore --yes
[ "$(changes)" = "$before" ] || { echo "something is left: $(changes) changes would be made, not $before"; failed=1; }
step 0 'nothing is open' 'no run is open' tidegate status --exit-code
journal=$(find state -name '*.journal' | head -n 1)
size=$(wc -c <"$journal")
closed=$(basename "$journal" .journal)
step 2 'what is over is not restored again' "run $closed is over, and nothing of it is left" tidegate restore --yes "$closed"
[ "$(wc -c <"$journal")" = "$size" ] || { echo 'a closed journal was written to'; failed=1; }
: >state/r-0000.journal
step 3 'a timer that meets a damaged journal says that a person is needed' "'$work/state/r-0000.journal' line 1 is damaged" \
	tidegate resume --all
step 3 'so does who restores by hand' 'no other run is open' tidegate restore
exit $failed
