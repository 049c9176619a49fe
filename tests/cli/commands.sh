#!/bin/sh
# What the program says and exits with where it asks nobody: usage, checks, refusals of a hook, statuses without runs.
# Exact text, one case after another.
set -u
source=${TIDEGATE_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
tidegate=${TIDEGATE_BUILD_DIR:-.}/tidegate
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

# Nothing of whoever runs the tests: no region, no credentials, no metadata, no configuration.
run() {
	env -i PATH="$PATH" HOME="$work" TIDEGATE_STATE_DIR="$work/state" TIDEGATE_CONFIG_DIR="$work/etc" \
		AWS_EC2_METADATA_DISABLED=true "$@" 2>&1 </dev/null
}

# expect STATUS NAME COMMAND...: what it prints is on standard input. Where lines fold hangs on the length of the folder's
# name: it is left out, and lines that went on are joined.
expect() {
	status=$1 name=$2
	shift 2
	cat >expected
	run "$@" >raw
	got=$?
	awk '/^         / { sub(/^ +/, " "); printf "%s", $0; next }
	     { if (NR > 1) print ""; printf "%s", $0 }
	     END { if (NR) print "" }' raw | sed "s|$work|/W|g; s/^local [0-9a-f]\{8\} /local FINGERPRINT /" >printed
	[ "$got" = "$status" ] && cmp -s expected printed && return
	echo "$name: exit $got, expected $status"
	diff expected printed
	failed=1
}

cat "$source/machines/asg-standby.yaml" >good.yaml
chmod +x good.yaml

expect 2 'an unknown command is named with the nearest' "$tidegate" statsu <<'END'
tidegate: unknown command 'statsu': did you mean 'status'?
END
expect 2 'an unknown option is named with the nearest' "$tidegate" run --regoin eu-west-1 good.yaml <<'END'
tidegate: unknown option '--regoin': did you mean '--region'?
END
expect 2 'an option of another command is unknown' "$tidegate" status --until X <<'END'
tidegate: unknown option '--until'
END
expect 2 'a missing operand is asked for' "$tidegate" plan <<'END'
tidegate: what to plan is missing: tidegate plan MACHINE
END
expect 2 'an operand too many is named' "$tidegate" plan good.yaml other.yaml <<'END'
tidegate: 'other.yaml' is too much: tidegate plan MACHINE
END
for command in version 'help plan' 'status --json' 'graph good.yaml'; do
	expect 1 "what cannot be printed is no success: $command" sh -c "\"\$0\" $command >/dev/full" "$tidegate" <<'END'
tidegate: cannot write all of it to 'standard output': is its disk full?
END
	expect 0 "who has read enough of it is told nothing: $command" \
		sh -c "mkfifo read; exec 3<>read 4>read 3>&-; rm read; exec \"\$0\" $command >&4" "$tidegate" </dev/null
done
expect 0 'no run is open where there is no state' "$tidegate" status --exit-code <<'END'
no run is open
END
expect 0 'no run is an empty list for programs' "$tidegate" status --json <<'END'
[]
END
expect 2 'a run that is not there is unknown' "$tidegate" log r-0000 <<END
tidegate: no run 'r-0000' in '/W/state': 'tidegate status' lists the open ones
END
expect 0 'at boot there may be nothing to do' "$tidegate" resume --all </dev/null

expect 0 'a good machine has no fault' "$tidegate" check good.yaml <<'END'
1 file, no fault
END
sed -e 's/autoscaling.enter_standby/autoscaling.enter_stanby/' -e 's/next: FIT/next: FITT/' good.yaml >bad.yaml
expect 2 'every fault of a machine is shown at its place' "$tidegate" check bad.yaml <<'END'
bad.yaml:45:11: error: unknown state 'FITT'
   45 |     next: FITT
      |           ^~~~ did you mean 'FIT'?
bad.yaml:88:13: error: unknown action 'autoscaling.enter_stanby'
   88 |     action: autoscaling.enter_stanby
      |             ^~~~~~~~~~~~~~~~~~~~~~~~ did you mean 'enter_standby'?
2 errors
END
cat >web.yaml <<'END'
#!/usr/bin/env tidegate
tidegate: 1
machine: web
use: asg-standby@1
with: {group: web-prod, procesess: []}
hooks: {ApplicationStart: {at_most: 20m, until: IN_SERVCE}}
END
expect 2 'faults of a file that uses a machine are shown in that file' "$tidegate" check web.yaml <<'END'
web.yaml:5:25: error: asg-standby@1 has no input 'procesess'
    5 | with: {group: web-prod, procesess: []}
      |                         ^~~~~~~~~ did you mean 'processes'?
web.yaml:6:49: error: unknown state 'IN_SERVCE'
    6 | hooks: {ApplicationStart: {at_most: 20m, until: IN_SERVCE}}
      |                                                 ^~~~~~~~~ did you mean 'IN_SERVICE'?
2 errors
END
sed -e 's/procesess/processes/' -e 's/, until: IN_SERVCE//' web.yaml >used.yaml
chmod +x used.yaml
expect 0 'a file that uses a machine is one' "$tidegate" check used.yaml <<'END'
1 file, no fault
END
expect 2 'it is a hook like any other' LIFECYCLE_EVENT=BeforeInstall "$tidegate" ./used.yaml <<'END'
tidegate: REFUSED, exit 2: nothing was begun
cause    web does not know its subject: AWS_EC2_METADATA_DISABLED forbids to ask instance metadata; give it as input 'instance': in config.yaml, as TIDEGATE_INPUT_instance or with -i
next     mend the cause, then deploy again
END
run "$tidegate" policy used.yaml --region eu-west-1 | grep -q 'autoScalingGroupName/web-prod"' || {
	echo 'a policy does not name the group that a file gives to the machine it uses'
	failed=1
}
run "$tidegate" graph used.yaml | grep -q 'digraph "web"' || {
	echo 'a file that uses a machine has no picture'
	failed=1
}
cat >appspec.yml <<'END'
version: 0.0
os: linux
hooks:
  BeforeInstall:
    - location: good.yaml
      timeout: 300
    - location: scripts/missing.sh
  AfterInstall:
    - location: good.yaml
END
expect 2 'an appspec.yml is held against the machines that it names' "$tidegate" check appspec.yml <<'END'
appspec.yml:6:16: warning: BeforeInstall has timeout 300, good.yaml needs up to 840 there
    6 |       timeout: 300
      |                ^~~
appspec.yml:7:17: error: there is no file 'scripts/missing.sh'
    7 |     - location: scripts/missing.sh
      |                 ^~~~~~~~~~~~~~~~~~
appspec.yml:9:17: warning: AfterInstall runs good.yaml, whose hooks lack that event
    9 |     - location: good.yaml
      |                 ^~~~~~~~~
1 error, 2 warnings
END

sed -e 's/^hooks:.*/hooks: {ApplicationStop: {at_most: 50m, then: go_on_later}}/' used.yaml >slow.yaml
chmod +x slow.yaml
: >stop.sh
cat >appspec.yml <<'END'
version: 0.0
os: linux
hooks:
  ApplicationStop:
    - location: slow.yaml
    - location: stop.sh
  BeforeInstall:
    - location: stop.sh
    - location: slow.yaml
    - location: stop.sh
  ApplicationStart:
    - location: slow.yaml
END
expect 0 'what runs while a drain may go on later is shown' "$tidegate" check appspec.yml <<'END'
appspec.yml:6:7: warning: stop.sh may run before the instance is out
    6 |     - location: stop.sh
      |       ^ put it behind the machine in BeforeInstall
appspec.yml:8:7: warning: stop.sh may run before the instance is out
    8 |     - location: stop.sh
      |       ^ put it behind the machine in BeforeInstall
2 warnings
END
sed -e '/BeforeInstall/,$d' appspec.yml >appspec.yaml
expect 2 'what goes on later must be run later' "$tidegate" check appspec.yaml <<'END'
appspec.yaml:5:17: error: ApplicationStop may go on later, but BeforeInstall does not run slow.yaml
    5 |     - location: slow.yaml
      |                 ^~~~~~~~~
1 error
END

cat >appspec.yml <<'END'
version: 0.1
os: linux
file:
  - {source: /, destination: /srv}
permissions:
  - {objekt: /srv}
hooks:
  BeforeInstal:
    - location: stop.sh
  BlockTraffic:
    - location: stop.sh
  AfterInstall: stop.sh
  BeforeInstall:
    - location: good.yaml
      timeout: 1800
      runas: web
    - {location: stop.sh, timeout: 1801}
    - timeout: 300
    - {location: stop.sh, timeout: 5m}
END
expect 2 'an appspec.yml is held to its own form' "$tidegate" check appspec.yml <<'END'
appspec.yml:1:10: error: CodeDeploy knows no version but 0.0 of this file
    1 | version: 0.1
      |          ^~~
appspec.yml:3:1: error: unknown key 'file' in an appspec.yml
    3 | file:
      | ^~~~ did you mean 'files'?
appspec.yml:6:5: error: a permission lacks 'object'
    6 |   - {objekt: /srv}
      |     ^
appspec.yml:6:6: error: unknown key 'objekt' in a permission
    6 |   - {objekt: /srv}
      |      ^~~~~~ did you mean 'object'?
appspec.yml:8:3: error: CodeDeploy has no lifecycle event 'BeforeInstal'
    8 |   BeforeInstal:
      |   ^~~~~~~~~~~~ did you mean 'BeforeInstall'?
appspec.yml:10:3: error: CodeDeploy runs no script at BlockTraffic
   10 |   BlockTraffic:
      |   ^~~~~~~~~~~~
appspec.yml:12:17: error: 'AfterInstall' must be a list of scripts, not text
   12 |   AfterInstall: stop.sh
      |                 ^~~~~~~
appspec.yml:13:3: warning: the timeouts of BeforeInstall come to 3601 s: CodeDeploy ends an event after 3600
   13 |   BeforeInstall:
      |   ^~~~~~~~~~~~~
appspec.yml:16:14: warning: good.yaml runs as web, who cannot write /var/lib/tidegate
   16 |       runas: web
      |              ^~~
appspec.yml:18:7: error: a script lacks 'location'
   18 |     - timeout: 300
      |       ^
appspec.yml:19:36: error: 'timeout' must be a whole number, not '5m'
   19 |     - {location: stop.sh, timeout: 5m}
      |                                    ^~
9 errors, 2 warnings
END
printf 'version: 0.0\nos: linux\nhooks:\n  BeforeInstall:\n    - location: good.yaml\n      timeout: 900\n' >appspec.yml
expect 0 'who goes out has to come back' "$tidegate" check appspec.yml <<'END'
appspec.yml:5:17: warning: BeforeInstall takes the instance out, and no event here brings it back
    5 |     - location: good.yaml
      |                 ^~~~~~~~~ run it at ApplicationStart, too
1 warning
END
sed -i -e 's/BeforeInstall/ApplicationStart/' appspec.yml
expect 0 'who comes back has to go out' "$tidegate" check appspec.yml <<'END'
appspec.yml:5:17: warning: ApplicationStart brings the instance back, and no event here takes it out
    5 |     - location: good.yaml
      |                 ^~~~~~~~~ run it at BeforeInstall, too
1 warning
END
sed -i -e 's/^hooks/hook/' appspec.yml
expect 2 'an appspec.yml is known by its name, too' "$tidegate" check appspec.yml <<'END'
appspec.yml:3:1: error: unknown key 'hook' in an appspec.yml
    3 | hook:
      | ^~~~ did you mean 'hooks'?
1 error
END
printf 'version: 0.1\nos: linux\nhooks: {}\n' >appspec.yml
expect 2 'there is one version of it' "$tidegate" check appspec.yml <<'END'
appspec.yml:1:10: error: CodeDeploy knows no version but 0.0 of this file
    1 | version: 0.1
      |          ^~~
1 error
END
cat >appspec.yml <<'END'
version: "0.0"
os: windows
permissions:
  - {object: /a, mode: 999, type: [socket], acls: u:web:rw, except: [{a: b}], context: {range: s0}}
  - {object: /b, mode: 0644}
  - {object: /c, mode: "0644", type: [file, directory], acls: [u:web:rw], except: [a.sh], context: {type: t}}
END
expect 2 'what stops the agent is told before' "$tidegate" check appspec.yml <<'END'
appspec.yml:1:10: error: CodeDeploy takes no version in quotes
    1 | version: "0.0"
      |          ^~~~~ 0.0
appspec.yml:2:5: error: 'os' must be linux, not 'windows'
    2 | os: windows
      |     ^~~~~~~
appspec.yml:4:24: error: 'mode' must be one to four octal digits, not '999'
    4 |   - {object: /a, mode: 999, type: [socket], acls: u:web:rw, except: [{a: b}], context: {range: s0}}
      |                        ^~~
appspec.yml:4:36: error: 'type' must be file or directory, not 'socket'
    4 |   - {object: /a, mode: 999, type: [socket], acls: u:web:rw, except: [{a: b}], context: {range: s0}}
      |                                    ^~~~~~
appspec.yml:4:51: error: 'acls' must be a list, not text
    4 |   - {object: /a, mode: 999, type: [socket], acls: u:web:rw, except: [{a: b}], context: {range: s0}}
      |                                                   ^~~~~~~~
appspec.yml:4:70: error: 'except' must be a list of texts, not of a map
    4 |   - {object: /a, mode: 999, type: [socket], acls: u:web:rw, except: [{a: b}], context: {range: s0}}
      |                                                                      ^
appspec.yml:4:88: error: 'context' must be a map with a 'type'
    4 |   - {object: /a, mode: 999, type: [socket], acls: u:web:rw, except: [{a: b}], context: {range: s0}}
      |                                                                                        ^
appspec.yml:5:24: warning: CodeDeploy sets another mode than 0644 where it begins with 0
    5 |   - {object: /b, mode: 0644}
      |                        ^~~~ 644
7 errors, 1 warning
END
cat >appspec.yml <<'END'
version: 0.0
os: linux
file_exists_behavior:
files:
permissions:
hooks:
  BeforeInstall:
  AfterInstall:
    - {location: stop.sh, runas: , sudo: , timeout: }
END
expect 0 'a key with nothing behind it is nothing to the agent' "$tidegate" check appspec.yml <<'END'
1 file, no fault
END

expect 2 'a machine file without an event never runs by accident' "$tidegate" ./good.yaml <<'END'
tidegate: LIFECYCLE_EVENT is not set: CodeDeploy sets it; through sudo it needs 'Defaults env_keep += "LIFECYCLE_EVENT DEPLOYMENT_ID DEPLOYMENT_GROUP_ID DEPLOYMENT_GROUP_NAME APPLICATION_NAME"'; by hand: tidegate run ./good.yaml
END
expect 2 'an event that hooks do not name is refused' LIFECYCLE_EVENT=AfterInstall "$tidegate" ./good.yaml <<'END'
tidegate: REFUSED, exit 2: nothing was begun
cause    ./good.yaml runs at AfterInstall, but its 'hooks' lack that event
next     mend the cause, then deploy again
END
expect 2 'a faulty file in an opening leg does nothing' LIFECYCLE_EVENT=BeforeInstall "$tidegate" ./bad.yaml <<'END'
./bad.yaml:45:11: error: unknown state 'FITT'
   45 |     next: FITT
      |           ^~~~ did you mean 'FIT'?
./bad.yaml:88:13: error: unknown action 'autoscaling.enter_stanby'
   88 |     action: autoscaling.enter_stanby
      |             ^~~~~~~~~~~~~~~~~~~~~~~~ did you mean 'enter_standby'?
2 errors
tidegate: REFUSED, exit 2: nothing was begun
cause    the machine file is faulty, see above; nothing was done
next     mend the cause, then deploy again
END
expect 2 'who the subject is must be known' LIFECYCLE_EVENT=BeforeInstall "$tidegate" ./good.yaml <<'END'
tidegate: REFUSED, exit 2: nothing was begun
cause    asg-standby does not know its subject: AWS_EC2_METADATA_DISABLED forbids to ask instance metadata; give it as input 'instance': in config.yaml, as TIDEGATE_INPUT_instance or with -i
next     mend the cause, then deploy again
END
mkdir -m 0777 open
chmod 0777 open
expect 3 'what is open is not said to be restored where nobody can look' LIFECYCLE_EVENT=ApplicationStart \
	TIDEGATE_STATE_DIR="$work/open" TIDEGATE_INPUT_instance=i-0123456789abcdef0 AWS_REGION=eu-west-1 "$tidegate" ./good.yaml <<'END'
tidegate: FAILED, exit 3: nothing was begun
cause    everybody may write to '/W/open': take that right away (chmod o-w), or name another directory with 'state_dir' in /etc/tidegate/config.yaml or with --state-dir
next     mend the cause; sudo tidegate status --state-dir /W/open shows which run is open and how it goes on
END
for command in restore resume 'resume --all'; do
	expect 3 "nor by who goes on with it by hand: $command" sh -c "\"\$0\" $command --yes --state-dir open" "$tidegate" <<'END'
tidegate: everybody may write to 'open': take that right away (chmod o-w), or name another directory with 'state_dir' in /etc/tidegate/config.yaml or with --state-dir
END
done
expect 2 'a profile that is not there is the fault, not the subject' "$tidegate" plan good.yaml --profile nope <<'END'
tidegate: unknown profile 'nope': neither '/W/.aws/config' nor '/W/.aws/credentials' has it
END
mkdir -p .aws/config
expect 2 'nor is it where the AWS files cannot be read' "$tidegate" plan good.yaml <<'END'
tidegate: '/W/.aws/config' is no regular file
END
rmdir .aws/config .aws
expect 2 'a region must be known' "$tidegate" run good.yaml -i instance=i-0123456789abcdef0 <<'END'
tidegate: no region: give --region, set AWS_REGION, or write 'region' into profile 'default'
END
printf '%s\n' 'tidegate: 1' 'machine: local' 'subject: who' 'start_at: WHO' 'states:' \
	'  WHO: {action: call, with: {operation: "sts:GetCallerIdentity"}, next: DONE}' '  DONE: {end: succeeded}' >who.yaml
expect 1 'what fails and no catch takes is no step with nothing to do' "$tidegate" plan who.yaml --region eu-west-1 <<'END'
local FINGERPRINT   who in eu-west-1
Leave
  ! WHO             would fail: access_denied: no credentials for profile 'default' (looked at: environment, role of the profile, web identity, SSO, credentials file, login session, credential process, config file, container): instance metadata is not asked, by AWS_EC2_METADATA_DISABLED
Plan: nothing to change. It would fail: no credentials for profile 'default'
      (looked at: environment, role of the profile, web identity, SSO,
      credentials file, login session, credential process, config file,
      container): instance metadata is not asked, by AWS_EC2_METADATA_DISABLED.
      Next: give the instance a role, or name a profile or keys.
END
expect 2 'an unknown input is named with the nearest' "$tidegate" plan good.yaml -i instanec=i-0 <<'END'
tidegate: asg-standby has no input 'instanec' (-i): did you mean 'instance'?
END
expect 2 'an input from the environment is held to the same' TIDEGATE_INPUT_gruop=a "$tidegate" plan good.yaml <<'END'
tidegate: asg-standby has no input 'gruop' (TIDEGATE_INPUT_gruop): did you mean 'group'?
END
expect 2 'a policy is made for inputs that there are' "$tidegate" policy good.yaml -i gruop=a <<'END'
tidegate: asg-standby has no input 'gruop' (-i): did you mean 'group'?
END
run "$tidegate" policy good.yaml -i group=web-prod --region us-gov-west-1 |
	grep -q '"arn:aws-us-gov:autoscaling:us-gov-west-1:\*:autoScalingGroup:\*:autoScalingGroupName/web-prod"' || {
	echo 'a policy does not name the region and the group that it was given'
	failed=1
}
expect 2 'a state to end at must be there' "$tidegate" run good.yaml --until IN_SERVCE -i instance=i-0 <<'END'
tidegate: asg-standby has no state 'IN_SERVCE': did you mean 'IN_SERVICE'?
END
expect 2 'a profile must be there' "$tidegate" plan good.yaml --profile nobody -i instance=i-0 <<END
tidegate: unknown profile 'nobody': neither '/W/.aws/config' nor '/W/.aws/credentials' has it
END
expect 2 'an unknown action is named with the nearest' "$tidegate" actions autoscaling.mak_room <<'END'
tidegate: unknown action 'autoscaling.mak_room': did you mean 'autoscaling.make_room'?
END

# What asks this machine alone needs no AWS.
cat >local.yaml <<'END'
tidegate: 1
machine: local
subject: web
start_at: RUN
states:
  RUN: {action: local.command, with: {command: [sh, -c, 'touch "$HOME/touched"'], within: 2m}, next: LOOK}
  LOOK:
    action: local.command
    with: {command: [sh, -c, "echo $AWS_SESSION_TOKEN no luck; exit 3"], within: 0s}
    next: DONE
  DONE: {end: succeeded}
END
expect 0 'a plan runs no command' AWS_REGION=eu-west-1 "$tidegate" plan local.yaml <<'END'
local FINGERPRINT   web in eu-west-1
Leave                                                     waits up to 2m
  . RUN             run sh until it ends with 0; 2m at most
  . LOOK            run sh until it ends with 0
    DONE            ends: succeeded
Plan: nothing to change.
END
[ ! -e touched ] || {
	echo 'a plan ran a command'
	failed=1
}
run AWS_REGION=eu-west-1 AWS_SESSION_TOKEN=HIDDEN "$tidegate" run --yes local.yaml >said
if [ $? != 1 ] || [ ! -e touched ] || ! tr -s ' \n' '  ' <said | grep -q 'sh ended with status 3: no luck'; then
	echo 'a run did not run its commands as it should:'
	cat said
	failed=1
fi
run "$tidegate" policy local.yaml | tr -d ' \n' | grep -q '"Statement":\[\]' || {
	echo 'what is local needs a permission'
	failed=1
}

mkdir etc
echo 'state_dri: /tmp' >etc/config.yaml
expect 2 'a faulty configuration is told once, and what to do' LIFECYCLE_EVENT=BeforeInstall "$tidegate" ./good.yaml <<END
/W/etc/config.yaml:1:1: error: unknown key 'state_dri' in the configuration
    1 | state_dri: /tmp
      | ^~~~~~~~~ did you mean 'state_dir'?
1 error
tidegate: REFUSED, exit 2: nothing was begun
cause    the configuration in '/W/etc' is faulty, see above
next     mend the cause, then deploy again
END
expect 2 'a faulty configuration is refused' TIDEGATE_STATE_DIR= "$tidegate" status <<END
/W/etc/config.yaml:1:1: error: unknown key 'state_dri' in the configuration
    1 | state_dri: /tmp
      | ^~~~~~~~~ did you mean 'state_dir'?
1 error
tidegate: the configuration in '/W/etc' is faulty, see above
END
cat >etc/config.yaml <<'END'
state_dir: var/tidegate
log_format: xml
inputs:
  any: 7
END
expect 2 'every fault of a configuration is told in its place' "$tidegate" policy good.yaml <<'END'
/W/etc/config.yaml:1:12: error: 'state_dir' must begin with a '/'
    1 | state_dir: var/tidegate
      |            ^~~~~~~~~~~~
/W/etc/config.yaml:2:13: error: 'log_format' must be text or json, not 'xml'
    2 | log_format: xml
      |             ^~~
/W/etc/config.yaml:4:8: error: inputs of 'any' must be a map, not text
    4 |   any: 7
      |        ^
3 errors
tidegate: the configuration in '/W/etc' is faulty, see above
END
cat >etc/config.yaml <<'END'
inputs:
  any: {processes: AZRebalance, of_another_machine: 1}
  asg-standby: {gruop: web, group: "${input.instance}"}
END
expect 2 'inputs of a configuration are held against the machine' "$tidegate" policy good.yaml <<'END'
/W/etc/config.yaml:2:20: error: 'processes' must be a list
    2 |   any: {processes: AZRebalance, of_another_machine: 1}
      |                    ^~~~~~~~~~~
/W/etc/config.yaml:3:17: error: asg-standby has no input 'gruop'
    3 |   asg-standby: {gruop: web, group: "${input.instance}"}
      |                 ^~~~~ did you mean 'group'?
/W/etc/config.yaml:3:36: warning: taken as it is written: no expression is read here
    3 |   asg-standby: {gruop: web, group: "${input.instance}"}
      |                                    ^~~~~~~~~~~~~~~~~~~ a 'default' can read one
2 errors, 1 warning
tidegate: the configuration in '/W/etc' is faulty, see above
END
printf '# state_dir: /var/lib/tidegate\n\n  # log_format: json' >etc/config.yaml
expect 0 'a configuration may be commented out' "$tidegate" status <<'END'
no run is open
END
touch etc/catalogue.d
expect 2 'a catalogue that is no directory is not passed over' "$tidegate" check good.yaml <<'END'
error: cannot read the catalogue '/W/etc/catalogue.d': Not a directory
1 error
END
rm etc/catalogue.d
mkdir broken
for library in libcurl.so.4 libcurl-gnutls.so.4; do
	echo '?' >"broken/$library"
done
expect 1 'a machine without libcurl is told so' env LD_LIBRARY_PATH="$work/broken" AWS_REGION=eu-west-1 "$tidegate" plan \
	-i instance=i-0123456789abcdef0 good.yaml <<'END'
tidegate: cannot load libcurl: /W/broken/libcurl.so.4: file too short
END
expect 0 'and may do what asks nobody' env LD_LIBRARY_PATH="$work/broken" "$tidegate" check good.yaml <<'END'
1 file, no fault
END
exit $failed
