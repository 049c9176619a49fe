#!/bin/sh
# What the pages of machines/ show is valid and complete: each appspec.yml and each machine file in them passes `check`,
# beside the machines that it names, and every shipped machine has an appspec.yml for both of the events at which an
# instance can leave.
set -u
source=${TIDEGATE_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
tidegate=$(cd "${TIDEGATE_BUILD_DIR:-.}" && pwd)/tidegate
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

fail() {
	echo "$*"
	failed=1
}

# Each block of YAML or shell becomes a file PAGE-LINE.
for page in "$source"/machines/*.md; do
	awk -v name="$work/$(basename "$page" .md)" '
		/^```(yaml|sh)$/ { file = name "-" NR; next }
		/^```$/ { file = ""; next }
		file { print >file }' "$page"
done

# A bundle as they describe it: the machines, those of the pages among them, and scripts of the reader's own.
bundle=$work/bundle
mkdir -p "$bundle/machines" "$bundle/scripts"
cp "$source"/machines/*.yaml "$bundle/machines"
for block in "$work"/*-*; do
	if head -n 1 "$block" | grep -q '^#!/usr/bin/env tidegate'; then
		name=$(sed -n 's/^machine: //p' "$block")
		cp "$block" "$bundle/machines/$name.yaml"
		chmod +x "$bundle/machines/$name.yaml"
		said=$("$tidegate" check "$bundle/machines/$name.yaml") || fail "$block: $said"
	fi
done
chmod +x "$bundle"/machines/*

# The configuration that they show is one, and the timer looks at the place that it names.
mkdir "$work/etc"
for block in "$work"/README-*; do
	! head -n 1 "$block" | grep -q '^# /etc/tidegate/config.yaml' || cp "$block" "$work/etc/config.yaml"
done
said=$(TIDEGATE_CONFIG_DIR=$work/etc "$tidegate" policy "$bundle/machines/asg-standby.yaml" 2>&1) || fail "config.yaml: $said"
grep -q '^state_dir: /' "$work/etc/config.yaml" || fail 'machines/README.md shows no config.yaml with a state_dir'
grep -q '^ConditionPathExists=|/etc/tidegate/config.yaml$' "$source/engine/cli/systemd/tidegate-resume.service.in" ||
	fail 'the timer does not look where config.yaml says'

appspecs=0
for block in "$work"/*-*; do
	head -n 1 "$block" | grep -q '^# appspec.yml' || continue
	appspecs=$((appspecs + 1))
	rm -f "$bundle"/scripts/*
	sed -n 's/.*location: \(scripts\/[a-z_]*\.sh\).*/\1/p' "$block" | while IFS= read -r script; do
		: >"$bundle/$script"
	done
	cp "$block" "$bundle/appspec.yml"
	said=$("$tidegate" check "$bundle/appspec.yml")
	[ "$said" = '1 file, no fault' ] || fail "$(basename "$block"): $said"
	for key in 'version: 0.0' 'os: linux' 'files:' 'hooks:' '  ApplicationStart:'; do
		grep -q "^$key" "$block" || fail "$(basename "$block") lacks '$key'"
	done
done
[ "$appspecs" -ge 6 ] || fail "there are only $appspecs examples of an appspec.yml"

# leaves_at EVENT MACHINE: an example takes the machine out there.
leaves_at() {
	for block in "$work"/README-*; do
		awk -v event="  $1:" -v machine="machines/$2," '
			$0 == event { here = 1; next }
			/^  [A-Z]/ { here = 0 }
			here && index($0, machine) { found = 1 }
			END { exit !found }' "$block" && return
	done
	fail "machines/README.md has no appspec.yml for $2 at $1"
}
for machine in "$source"/machines/*.yaml; do
	leaves_at ApplicationStop "$(basename "$machine")"
	leaves_at BeforeInstall "$(basename "$machine")"
done
exit $failed
