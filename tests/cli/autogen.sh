#!/bin/sh
# What autogen.sh says on a machine that lacks things: without tools, without a right, without a network, by stubs.
set -u
source=${TIDEGATE_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
cp "$source/autogen.sh" "$work"
for tool in sh cat tr dirname env; do
	ln -s "$(command -v "$tool")" "$work/bin/$tool"
done
failed=0

# stub NAME LINE...: a program of that name that does so.
stub() {
	name=$1
	shift
	printf '%s\n' '#!/bin/sh' "$@" >"$work/bin/$name"
	chmod +x "$work/bin/$name"
}

# says STATUS SENTENCE ARGUMENT...
says() {
	status=$1 sentence=$2
	shift 2
	env -i PATH="$work/bin" sh "$work/autogen.sh" "$@" >"$work/said" 2>&1
	got=$?
	[ "$got" = "$status" ] && grep -qF -- "$sentence" "$work/said" && return
	echo "autogen.sh $*: exit $got, expected $status and '$sentence'"
	cat "$work/said"
	failed=1
}

stub id 'echo 1000'
says 1 "autogen.sh: cannot make ./configure, see above: './autogen.sh run' installs what is missing"
says 2 "autogen.sh: unknown 'runn'" runn
says 1 'autogen.sh: neither apt-get, dnf nor yum is here; please install these packages, then run it again: gcc make' run
stub dnf 'echo "Error: Unable to find a match: libyaml-devel" >&2; exit 1'
says 1 'autogen.sh: not root, and no sudo here; please install these packages, then run it again: gcc make' run
grep -q 'libyaml-devel' "$work/said" || { echo "not the names that dnf knows: $(cat "$work/said")"; failed=1; }
stub sudo 'echo "sudo: a terminal is required to read the password" >&2; exit 1'
says 1 'autogen.sh: that failed, see above; please install these packages, then run it again: gcc make' run
grep -q 'sudo: a terminal is required' "$work/said" || { echo "why is not told: $(cat "$work/said")"; failed=1; }
stub id 'echo 0'
stub apt-get 'echo "E: Unable to locate package libyaml-dev" >&2; exit 100'
says 1 'please install these packages, then run it again: gcc make' check
grep -q 'Unable to locate package libyaml-dev' "$work/said" || { echo "why is not told: $(cat "$work/said")"; failed=1; }
exit $failed
